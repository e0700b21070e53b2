"""Decisions about punches and months: with a reason, once, never about one's own."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from typing import Any

import pytest
import time_machine

from attendance import tasks
from attendance.enums import DayStatus, Direction, EntryKind, MarkKind, PeriodState
from attendance.errors import (
    AlreadyDecided,
    OwnPunch,
    PeriodHasOpenDays,
    PeriodLocked,
    PeriodNotLocked,
)
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    DayMark,
    Punch,
    PunchEntry,
    PunchState,
)
from attendance.services import decisions, marks
from attendance.services.days import person_recompute
from companies.enums import Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import AuditEvent, Employee, OfficeVersion, Placement, PolicyVersion
from companies.scoping import company_scope
from integrations.faces.protocol import Outcome, Reason
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import ZONE, World, at

DAY = dt.date(2026, 3, 2)
MARCH = dt.date(2026, 3, 1)


def _flagged(world: World, enrol: Any, engine: FakeEngine, employee: Employee) -> Punch:
    enrol(world, employee)
    engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
    recorded = world.punch(employee, "2026-03-02 09:04", frame=jpeg())
    with company_scope(world.company):
        return Punch.objects.select_related("employee").get(public_id=recorded.public_id)


@pytest.fixture
def at_noon() -> Any:
    with time_machine.travel(at("2026-03-02 12:00"), tick=False) as traveller:
        yield traveller


def test_an_accepted_punch_is_no_longer_flagged(
    world: World, enrol: Any, engine: FakeEngine, at_noon: Any
) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    with company_scope(world.company):
        assert AttendanceDay.objects.get().exceptions == ["face"]
        decisions.punch_accept(punch=punch, reason=" a new haircut ", by=world.hr)
        state = PunchState.objects.get()
        assert (state.is_flagged, state.voided_at) == (False, None)
        assert state.decided_at is not None
        assert AttendanceDay.objects.get().exceptions == []
        entry = PunchEntry.objects.get(kind=EntryKind.DECIDED)
        assert (entry.reason, entry.by_name) == ("a new haircut", "Hari")
        event = AuditEvent.objects.get(verb="punch_accepted")
        assert (event.reason, event.actor_name, event.subject_id) == (
            "a new haircut", "Hari", str(punch.public_id),
        )  # fmt: skip


def test_a_voided_punch_stays_recorded_and_counts_for_nothing(
    world: World, enrol: Any, engine: FakeEngine, at_noon: Any
) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    with company_scope(world.company):
        decisions.punch_void(punch=punch, reason="not Maya", by=world.hr)
        assert Punch.objects.get() == punch
        state = PunchState.objects.get()
        assert (state.is_flagged, state.voided_at is not None) == (False, True)
        assert AttendanceDay.objects.get().first_in_at is None
        assert AuditEvent.objects.get(verb="punch_voided").reason == "not Maya"


def test_a_punch_is_decided_once(world: World, enrol: Any, engine: FakeEngine) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    with company_scope(world.company):
        decisions.punch_accept(punch=punch, reason="fine", by=world.hr)
        with pytest.raises(AlreadyDecided):
            decisions.punch_accept(punch=punch, reason="fine", by=world.hr)
        decisions.punch_void(punch=punch, reason="on second thoughts", by=world.hr)
        with pytest.raises(AlreadyDecided):
            decisions.punch_void(punch=punch, reason="again", by=world.hr)
        assert PunchEntry.objects.exclude(kind=EntryKind.VERIFIED).count() == 2
        assert AuditEvent.objects.filter(verb__startswith="punch_").count() == 2


def test_who_may_not_decide(
    world: World, enrol: Any, engine: FakeEngine, other_world: World
) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    refused = {
        "a colleague": (world.actor(world.bikram), NotAllowed),
        "a manager": (world.actor(world.bikram, Role.MANAGER), NotAllowed),
        "an auditor": (world.actor(world.bikram, Role.AUDITOR), NotAllowed),
        "the person": (world.actor(world.maya), OwnPunch),
        "the person as HR": (world.actor(world.maya, Role.HR), OwnPunch),
        "HR elsewhere": (other_world.hr, NotAllowed),
    }
    with company_scope(world.company):
        for who, (actor, error) in refused.items():
            for decide in (decisions.punch_accept, decisions.punch_void):
                with pytest.raises(error):
                    decide(punch=punch, reason=who, by=actor)
        assert PunchState.objects.get().is_flagged is True
        assert not PunchEntry.objects.exclude(kind=EntryKind.VERIFIED).exists()


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_needs_a_reason(
    world: World, enrol: Any, engine: FakeEngine, reason: str
) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    with company_scope(world.company), pytest.raises(ReasonMissing):
        decisions.punch_void(punch=punch, reason=reason, by=world.hr)


# --- months -----------------------------------------------------------------------------------
def _worked_march(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    with company_scope(world.company):
        person_recompute(
            employee=world.maya, first=DAY, last=DAY, now=at("2026-03-04 09:00")
        )  # fmt: skip


@pytest.fixture
def april() -> Any:
    with time_machine.travel(at("2026-04-02 09:00"), tick=False) as traveller:
        yield traveller


def test_a_locked_month_keeps_its_rows_whatever_arrives(world: World, april: Any) -> None:
    _worked_march(world)
    with company_scope(world.company):
        period = decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        assert (period.state, period.locked_by) == (PeriodState.LOCKED, world.hari.user)
        # Three people, 22 working days; who did not come was absent before the month was locked.
        assert period.totals == {"days": 66, "worked_minutes": 480, "late_minutes": 0}
        before = list(AttendanceDay.objects.order_by("id").values())

    world.punch(world.maya, "2026-03-02 18:00", Direction.OUT)

    with company_scope(world.company):
        assert Punch.objects.count() == 3
        assert list(AttendanceDay.objects.order_by("id").values()) == before
        state = PunchState.objects.get(occurred_at=at("2026-03-02 18:00"))
        assert (state.attendance_date, state.judged_at) == (DAY, at("2026-03-02 18:00"))
        punch = Punch.objects.select_related("employee").order_by("occurred_at")[0]
        with pytest.raises(PeriodLocked) as refused:
            decisions.punch_void(punch=punch, reason="too late", by=world.hr)
        assert str(refused.value) == "March 2026 is locked. HR can reopen it with a reason."


def test_a_locked_month_takes_no_marks_and_gives_none_back(world: World, april: Any) -> None:
    with company_scope(world.company):
        leave: Any = {"employee": world.maya, "kind": MarkKind.LEAVE, "code": "CL"}
        mark = marks.mark_add(**leave, date=DAY, source_ref="r:1", by=world.hr)
        period = decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        before = list(AttendanceDay.objects.order_by("id").values())
        for change in (
            lambda: marks.mark_add(
                **leave, date=dt.date(2026, 3, 31), source_ref="r:2", by=world.hr
            ),
            lambda: marks.mark_withdraw(mark=mark, source_ref="r:1", by=world.hr),
        ):
            with pytest.raises(PeriodLocked):
                change()
        assert DayMark.objects.get() == mark
        assert list(AttendanceDay.objects.order_by("id").values()) == before
        marks.mark_add(**leave, date=dt.date(2026, 4, 1), source_ref="r:3", by=world.hr)
        decisions.period_reopen(period=period, reason="leave was taken back", by=world.hr)
        marks.mark_withdraw(mark=mark, source_ref="r:1", by=world.hr)
        assert AttendanceDay.objects.get(employee=world.maya, date=DAY).status == DayStatus.ABSENT


def test_a_reopened_month_is_judged_again(world: World, april: Any) -> None:
    _worked_march(world)
    with company_scope(world.company):
        period = decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    world.punch(world.maya, "2026-03-02 18:00", Direction.OUT)
    with company_scope(world.company):
        decisions.period_reopen(period=period, reason="one check-out was late", by=world.hr)
        row = AttendanceDay.objects.get(employee=world.maya, date=DAY)
        # The second check-out closes nothing, so it is a human's to say what it was.
        assert (row.status, row.exceptions) == (DayStatus.INCOMPLETE, ["missing_in"])
        assert row.last_out_at == at("2026-03-02 18:00")
        period.refresh_from_db()
        assert (period.state, period.locked_at, period.locked_by) == (PeriodState.OPEN, None, None)
        events = AuditEvent.objects.filter(verb__startswith="month_").order_by("id")
        assert [(e.verb, e.reason, e.actor_name) for e in events] == [
            ("month_locked", "", "Hari"),
            ("month_reopened", "one check-out was late", "Hari"),
        ]


def test_a_month_is_locked_once_and_reopened_once(world: World, april: Any) -> None:
    with company_scope(world.company):
        period = decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        with pytest.raises(PeriodLocked):
            decisions.period_lock(company=world.company, starts_on=DAY, by=world.hr)
        with pytest.raises(ReasonMissing):
            decisions.period_reopen(period=period, reason=" ", by=world.hr)
        decisions.period_reopen(period=period, reason="a mistake", by=world.hr)
        with pytest.raises(PeriodNotLocked):
            decisions.period_reopen(period=period, reason="a mistake", by=world.hr)


def test_a_month_that_is_not_over_is_not_locked(world: World) -> None:
    with time_machine.travel(at("2026-03-31 23:00"), tick=False), company_scope(world.company):
        with pytest.raises(PeriodHasOpenDays):
            decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        assert not AttendancePeriod.objects.exists()


def test_a_month_is_not_locked_before_the_windows_of_its_last_night_have_closed(
    world: World,
) -> None:
    """A leave day has its status from the start, and is settled when its shift would be over."""
    with company_scope(world.company):
        with time_machine.travel(at("2026-03-30 12:00"), tick=False):
            marks.mark_add(
                employee=world.bikram, date=dt.date(2026, 3, 31), kind=MarkKind.LEAVE, code="CL",
                source_ref="r:1", by=world.hr,
            )  # fmt: skip
        with time_machine.travel(at("2026-04-01 06:00"), tick=False):
            with pytest.raises(PeriodHasOpenDays):
                decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        with time_machine.travel(at("2026-04-01 07:01"), tick=False):
            tasks.settle_open()
            decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)


FAR_WEST = dt.datetime(2026, 4, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, 8, tzinfo=dt.UTC)


def test_a_month_is_not_locked_before_it_is_over_everywhere(world: World) -> None:
    """In Los Angeles it is still the evening of 31 March when it is April in UTC."""
    with company_scope(world.company):
        OfficeVersion.objects.create(
            company=world.company, office=world.office, zone="America/Los_Angeles",
            starts_on=dt.date(2026, 1, 1),
        )  # fmt: skip
        Placement.objects.update(default_shift=world.day_shift)
        with time_machine.travel(FAR_WEST[0], tick=False):
            with pytest.raises(PeriodHasOpenDays) as refused:
                decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
            assert str(refused.value) == "March 2026 is not over: 3 days are still open."
            assert not AttendanceDay.objects.exists()
        with time_machine.travel(FAR_WEST[1], tick=False):
            period = decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    assert period.totals["days"] == 66


@pytest.mark.parametrize(("day", "is_locked"), [("02", False), ("03", True)])
def test_a_month_waits_for_the_absences_of_its_last_days(
    world: World, day: str, is_locked: bool
) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=dt.date(2026, 1, 1), zone=ZONE, absence_lag_days=1
        )
        with time_machine.travel(at(f"2026-04-{day} 00:00"), tick=False):
            refused: Any = nullcontext() if is_locked else pytest.raises(PeriodHasOpenDays)
            with refused:
                decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        absent = AttendanceDay.objects.filter(
            employee=world.bikram, date=dt.date(2026, 3, 31), status=DayStatus.ABSENT
        )
        assert absent.exists() is is_locked


def test_who_may_not_close_a_month(world: World, other_world: World, april: Any) -> None:
    with company_scope(world.company):
        for actor in (
            world.actor(world.maya),
            world.actor(world.maya, Role.MANAGER),
            other_world.hr,
        ):
            with pytest.raises(NotAllowed):
                decisions.period_lock(company=world.company, starts_on=MARCH, by=actor)
        period = decisions.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        with pytest.raises(NotAllowed):
            decisions.period_reopen(period=period, reason="mine", by=other_world.hr)


@pytest.mark.parametrize("decide", [decisions.punch_accept, decisions.punch_void])
def test_a_punch_that_is_not_judged_yet_may_be_decided(
    world: World, at_noon: Any, decide: Any
) -> None:
    """A page that died leaves a punch without a date: no month can be locked around it."""
    recorded = world.punch(world.maya, "2026-03-02 09:04", weigh=False)
    with company_scope(world.company):
        PunchState.objects.update(is_flagged=True)
        punch = Punch.objects.select_related("employee").get(public_id=recorded.public_id)
        decide(punch=punch, reason="seen at the door", by=world.hr)
        state = PunchState.objects.get()
        is_voided = decide is decisions.punch_void
        assert state.attendance_date == (None if is_voided else DAY)
        assert (state.decided_at is not None, state.voided_at is not None) == (True, is_voided)
