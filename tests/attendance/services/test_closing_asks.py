"""The closing of a large company: asked for on a page, done by the job, told on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from attendance import tasks
from attendance.enums import PeriodAsk, PeriodState
from attendance.errors import (
    PeriodBusy,
    PeriodHasOpenDays,
    PeriodLocked,
    PeriodNotLast,
    PeriodNotLocked,
)
from attendance.models import AttendancePeriod
from attendance.services import closing, closing_asks
from companies.enums import Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import AuditEvent, RoleGrant
from companies.scoping import company_scope
from tests.attendance.world import World, at, make_world
from tests.http import post_once

FEBRUARY, MARCH = dt.date(2026, 2, 1), dt.date(2026, 3, 1)
PAGE = "/reports/closing/2026-03/"
ADMIN = "/admin/attendance/attendanceperiod/"


@pytest.fixture(autouse=True)
def april(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Coordinates]:
    # Three people are many here.
    monkeypatch.setattr(closing_asks, "MOST_AT_ONCE", 2)
    with time_machine.travel(at("2026-04-02 09:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> Iterator[World]:
    world = make_world()
    with company_scope(world.company):
        yield world


@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(world.hari.user)
    return client


def _ask(world: World, reason: str = "due") -> AttendancePeriod:
    done = closing_asks.month_lock(
        company=world.company, starts_on=MARCH, reason=reason, by=world.hr
    )
    assert done is False
    period: AttendancePeriod = AttendancePeriod.objects.get(starts_on=MARCH)
    return period


def _told() -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(verb__startswith="month_").order_by("id")
    return [(event.verb, event.reason, event.actor_name) for event in events]


def test_a_small_company_waits_for_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing_asks, "MOST_AT_ONCE", 3)
    lock = {"company": world.company, "starts_on": MARCH, "reason": "due", "by": world.hr}
    assert closing_asks.month_lock(**lock) is True
    period = AttendancePeriod.objects.get()
    assert (period.state, period.asked_for) == (PeriodState.LOCKED, "")
    assert closing_asks.month_reopen(period=period, reason="late", by=world.hr) is True
    period.refresh_from_db()
    assert period.state == PeriodState.OPEN


def test_a_month_is_asked_for_then_locked_and_reopened_as_whoever_asked(world: World) -> None:
    period = _ask(world)
    assert (period.state, period.asked_for, period.asked_by) == (
        PeriodState.OPEN, PeriodAsk.LOCK, world.hari.user,
    )  # fmt: skip
    assert tasks.month_asks() == 1
    period.refresh_from_db()
    assert (period.state, period.locked_by) == (PeriodState.LOCKED, world.hari.user)
    assert (period.asked_for, period.asked_at, period.ask_problem) == ("", None, "")
    assert tasks.month_asks() == 0

    assert closing_asks.month_reopen(period=period, reason=" a letter ", by=world.hr) is False
    assert tasks.month_asks() == 1
    period.refresh_from_db()
    assert period.state == PeriodState.OPEN
    assert _told() == [
        ("month_lock_asked", "due", "Hari"), ("month_locked", "due", "Hari"),
        ("month_reopen_asked", "a letter", "Hari"), ("month_reopened", "a letter", "Hari"),
    ]  # fmt: skip


def test_what_is_known_at_once_is_refused_at_once(world: World) -> None:
    def lock(starts_on: dt.date = MARCH, by: object = None) -> None:
        closing_asks.month_lock(
            company=world.company, starts_on=starts_on, reason="", by=by or world.hr
        )

    with pytest.raises(NotAllowed):
        lock(by=world.actor(world.maya))
    with pytest.raises(PeriodHasOpenDays):
        lock(dt.date(2026, 4, 1))
    february, march = (
        closing.period_lock(company=world.company, starts_on=first, reason="x", by=world.hr)
        for first in (FEBRUARY, MARCH)
    )
    with pytest.raises(PeriodLocked):
        lock()
    for period, reason, error in (
        (march, " ", ReasonMissing), (february, "late", PeriodNotLast),
    ):  # fmt: skip
        with pytest.raises(error):
            closing_asks.month_reopen(period=period, reason=reason, by=world.hr)
    closing.period_reopen(period=march, reason="late", by=world.hr)
    with pytest.raises(PeriodNotLocked):
        closing_asks.month_reopen(period=march, reason="late", by=world.hr)
    assert not AttendancePeriod.objects.exclude(asked_for="").exists()


def test_it_is_asked_for_once(world: World) -> None:
    _ask(world)
    with pytest.raises(PeriodBusy) as refused:
        closing_asks.month_lock(company=world.company, starts_on=MARCH, reason="", by=world.hr)
    assert str(refused.value) == (
        "Somebody has asked for March 2026 already. Its page says when it is done."
    )


def test_what_stands_against_it_then_is_kept_for_the_page(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00", weigh=False)
    period = _ask(world, reason="")
    assert tasks.month_asks() == 0
    period.refresh_from_db()
    assert (period.state, period.asked_for) == (PeriodState.OPEN, "")
    assert period.ask_problem.startswith("In March 2026 something is unresolved.")
    event = AuditEvent.objects.latest("id")
    assert (event.verb, event.reason, event.actor_name) == (
        "month_ask_refused", period.ask_problem, "Hari",
    )  # fmt: skip
    _ask(world)
    period.refresh_from_db()
    assert period.ask_problem == ""


def test_it_is_done_with_the_rights_that_somebody_has_by_then(world: World) -> None:
    period = _ask(world)
    RoleGrant.objects.filter(user=world.hari.user, role=Role.HR).update(
        ends_on=dt.date(2026, 3, 31)
    )
    assert tasks.month_asks() == 0
    period.refresh_from_db()
    assert (period.state, period.ask_problem) == (PeriodState.OPEN, "You may not do this.")


def test_one_worker_does_it_and_another_after_one_that_died(
    world: World, april: time_machine.Coordinates
) -> None:
    period = _ask(world)
    later = timezone.now() + dt.timedelta(minutes=16)
    AttendancePeriod.objects.update(ask_leased_until=later, ask_attempts=1)
    assert tasks.month_asks() == 0
    april.move_to(later)
    assert tasks.month_asks() == 1
    period.refresh_from_db()
    assert (period.state, period.ask_attempts) == (PeriodState.LOCKED, 0)


def test_what_dies_each_time_is_given_up(world: World) -> None:
    period = _ask(world)
    AttendancePeriod.objects.update(ask_attempts=5)
    assert tasks.month_asks() == 0
    period.refresh_from_db()
    assert (period.state, period.asked_for) == (PeriodState.OPEN, "")
    assert period.ask_problem.startswith("March 2026 could not be brought to its end")


# --- who reopens which --------------------------------------------------------------------------
def test_hr_reopens_the_last_locked_month_and_a_company_admin_any(world: World) -> None:
    with company_scope(world.company):
        february, march = (
            closing.period_lock(company=world.company, starts_on=first, reason="due", by=world.hr)
            for first in (FEBRUARY, MARCH)
        )
        hr, admin = (world.actor(world.hari, role) for role in (Role.HR, Role.COMPANY_ADMIN))
        before = AuditEvent.objects.count()
        with pytest.raises(PeriodNotLast) as refused:
            closing.period_reopen(period=february, reason="a letter", by=hr)
        assert str(refused.value) == (
            "A later month is locked, so only a company admin can reopen February 2026. Ask one, "
            "or reopen the last locked month."
        )
        february.refresh_from_db()
        assert (february.state, AuditEvent.objects.count()) == (PeriodState.LOCKED, before)
        closing.period_reopen(period=february, reason="a letter", by=admin)
        closing.period_reopen(period=march, reason="a letter", by=hr)
        assert set(AttendancePeriod.objects.values_list("state", flat=True)) == {PeriodState.OPEN}


def test_a_lock_by_itself_clears_what_stood_against_it(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00", weigh=False)
    _ask(world, reason="")
    tasks.month_asks()
    assert closing.period_lock_due(company=world.company, starts_on=MARCH)
    period = AttendancePeriod.objects.get()
    assert (period.state, period.ask_problem) == (PeriodState.LOCKED, "")


def test_what_is_asked_for_by_then_counts(world: World) -> None:
    """A worker that has read the list before finds what stands there after its lease."""
    stale = _ask(world)
    tasks.month_asks()
    locked = AttendancePeriod.objects.get()
    closing_asks.month_reopen(period=locked, reason="late", by=world.hr)
    assert closing_asks.ask_carry_out(period=stale, now=timezone.now()) is True
    assert AttendancePeriod.objects.get().state == PeriodState.OPEN


# --- pages ----------------------------------------------------------------------------------------
def test_the_page_tells_what_is_under_way_and_how_it_went(hr: Client, world: World) -> None:
    for _tap in range(2):
        answer = post_once(hr, f"{PAGE}lock", {"reason": "due"})
    assert answer.status_code == 409
    assert "Somebody has asked for March 2026 already." in answer.text
    page = hr.get(PAGE).text
    assert "To be locked, asked for by Hari on Thu 2 Apr 2026, 09:00." in page
    assert "Lock the month" not in page
    tasks.month_asks()
    page = hr.get(PAGE).text
    assert "asked for by" not in page
    assert "locked by Hari on Thu 2 Apr 2026, 09:00" in page
    AttendancePeriod.objects.update(ask_problem="The disk was full.")
    assert "The disk was full." in hr.get(PAGE).text


def test_hr_asks_in_the_admin_too(hr: Client, world: World) -> None:
    post_once(hr, f"{ADMIN}lock/", {"starts_on": "2026-03-01", "reason": "due"})
    period = AttendancePeriod.objects.get(asked_for=PeriodAsk.LOCK)
    tasks.month_asks()
    path = f"{ADMIN}{period.public_id}/reopen/"
    assert "which days change is seen when it is done" in hr.get(path).text
    answer = post_once(hr, path, {"reason": "a letter"})
    assert answer.status_code == 302
    assert "is being reopened; its page says when it is done." in hr.get(answer["Location"]).text
    assert AttendancePeriod.objects.get().asked_for == PeriodAsk.REOPEN
