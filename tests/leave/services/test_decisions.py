"""Deciding about leave: the chain, who may, what it writes, and taking it back."""

from __future__ import annotations

import datetime as dt

import pytest

from attendance.enums import DayStatus
from attendance.errors import PeriodLocked
from attendance.models import AttendanceDay, AttendancePeriod, DayMark
from companies.enums import Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import AuditEvent, Delegation, OutboxMessage
from leave.enums import Decider, StepKind
from leave.errors import (
    NothingToCancel,
    NothingToUndo,
    OwnLeave,
    RequestNotWaiting,
    RequestRefused,
    YearClosed,
)
from leave.models import (
    BlockDate,
    LeaveDay,
    LeaveRequest,
    LeaveRequestState,
    LeaveYearClose,
    LedgerEntry,
    RequestStep,
)
from leave.services import decisions, requests, settings
from leave.terms import Link
from tests.leave.world import NOW, Leave, Taken, d, n

LATER = NOW + dt.timedelta(minutes=5)
LONG_AFTER = NOW + dt.timedelta(minutes=16)


def _steps(request: LeaveRequest) -> list[tuple[str, int | None, str]]:
    rows = RequestStep.objects.filter(request=request).order_by("number")
    return list(rows.values_list("kind", "place", "by_name"))


# --- approving ------------------------------------------------------------------------------------
def test_approving_takes_the_leave_marks_the_days_and_tells(leave: Leave) -> None:
    key = leave.grant("10")
    request = leave.submit("03-05", "03-09")
    leave.approve(request)
    assert leave.state(request) == "approved"
    entry = LedgerEntry.objects.get(kind="taken")
    assert (entry.amount, entry.effective_on, entry.source, entry.request, entry.by_name) == (
        n("-3"), d("03-05"), key, request, "Bikram",
    )  # fmt: skip
    marks = DayMark.objects.order_by("date").values_list("date", "portion", "code", "is_paid")
    assert list(marks) == [(d(text), "full", "AL", True) for text in ("03-05", "03-06", "03-09")]
    rows = AttendanceDay.objects.filter(employee=leave.maya).order_by("date")
    assert [(row.date, row.status, row.code) for row in rows] == [
        (d(text), DayStatus.ON_LEAVE, "AL") for text in ("03-05", "03-06", "03-09")
    ]
    assert (leave.balance("03-04"), leave.balance("03-05")) == (n("10"), n("7"))
    (mail,) = OutboxMessage.objects.filter(template="leave/email/leave_decided")
    assert (mail.to, mail.values["is_approved"]) == ("maya@kettle.example", True)
    assert mail.values["link"].endswith(f"/leave/requests/{request.public_id}/")
    assert AuditEvent.objects.get(verb="leave_approved").actor_name == "Bikram"


def test_half_a_day_marks_its_half(leave: Leave) -> None:
    leave.grant("10")
    leave.approve(leave.submit("03-05", first_part=Taken.PM))
    assert DayMark.objects.get().portion == "pm"
    assert leave.balance("03-05") == n("9.5")


def test_a_span_over_two_allocations_is_one_line_each(leave: Leave) -> None:
    first = leave.grant("2", "01-01", "03-05")
    second = leave.grant("5", "03-06", "12-31")
    leave.approve(leave.submit("03-04", "03-09"))
    taken = LedgerEntry.objects.filter(kind="taken").order_by("id")
    assert list(taken.values_list("source", "amount", "effective_on")) == [
        (first, n("-2"), d("03-04")), (second, n("-2"), d("03-06")),
    ]  # fmt: skip


def test_what_is_given_back_leaves_every_balance_as_if_the_rest_alone_were_taken(
    leave: Leave,
) -> None:
    key = leave.grant("10")
    request = leave.approve(leave.submit("03-09", "03-13"))
    decisions.request_cancel(
        request=request, by=leave.boss, reason="ill", since=d("03-12"), now=NOW
    )
    lines = LedgerEntry.objects.exclude(kind="grant").order_by("id")
    assert list(lines.values_list("source", "kind", "amount", "effective_on")) == [
        (key, "taken", n("-5"), d("03-09")), (key, "returned", n("2"), d("03-09")),
    ]  # fmt: skip
    assert [leave.balance(text) for text in ("03-08", "03-09", "03-13")] == [
        n("10"),
        n("7"),
        n("7"),
    ]
    sick = leave.type("Sick", "SL", needs_allocation=False, converts_planned=True)
    leave.approve(leave.submit("03-09", "03-10", leave_type=sick, over=request))
    assert [leave.balance(text) for text in ("03-09", "03-10", "03-11", "03-13")] == [
        n("10"), n("10"), n("9"), n("9"),
    ]  # fmt: skip


def test_nobody_decides_their_own_and_others_may_not(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-05")
    with pytest.raises(OwnLeave):
        leave.approve(request, by=leave.world.actor(leave.maya, Role.HR))
    stranger = leave.world.actor(leave.world.hari)
    with pytest.raises(NotAllowed):
        leave.approve(request, by=stranger)
    leave.approve(request, by=leave.hr)
    with pytest.raises(NotAllowed):
        leave.approve(request, by=stranger)
    with pytest.raises(RequestNotWaiting):
        leave.approve(request)


def test_a_stand_in_decides_on_behalf_of_the_manager(leave: Leave) -> None:
    leave.grant("10")
    world = leave.world
    Delegation.objects.create(
        company=world.company, giver=world.bikram, delegate=world.hari, starts_on=d("03-01"),
        ends_on=d("03-31"), made_by=world.bikram.user,
    )  # fmt: skip
    request = leave.approve(leave.submit("03-05"), by=world.actor(world.hari))
    step = RequestStep.objects.get(request=request, kind=StepKind.APPROVED)
    assert (step.by_name, step.on_behalf_of) == ("Hari", "Bikram")
    assert AuditEvent.objects.get(verb="leave_approved").on_behalf_of == "Bikram"


def test_what_a_rule_refuses_by_now_is_not_approved(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-05")
    BlockDate.objects.create(
        company=leave.world.company, name="Stocktaking", first_on=d("03-05"), last_on=d("03-05")
    )
    with pytest.raises(RequestRefused) as refused:
        leave.approve(request)
    assert (refused.value.rule, leave.state(request)) == ("blocked", "pending")
    assert LeaveDay.objects.filter(request=request, is_held=True).count() == 1


def test_notice_is_of_the_day_on_which_it_was_asked(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, notice_days=3)
    leave.grant("10")
    with pytest.raises(RequestRefused):
        leave.submit("03-04")
    request = leave.submit("03-05")
    decisions.request_approve(request=request, by=leave.boss, now=NOW + dt.timedelta(days=2))
    assert leave.state(request) == "approved"


def test_a_locked_month_is_refused(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("02-26")
    AttendancePeriod.objects.create(
        company=leave.world.company, starts_on=d("02-01"), state="locked", locked_at=NOW,
        locked_by=leave.world.hari.user,
    )  # fmt: skip
    with pytest.raises(RequestRefused) as refused:
        leave.approve(request)
    assert refused.value.rule == "locked"


# --- the chain ------------------------------------------------------------------------------------
CHAIN = (
    Link(1, Decider.MANAGER, n("0")),
    Link(2, Decider.HR, n("2")),
)  # fmt: skip


def test_long_leave_goes_on_to_hr(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=CHAIN)
    leave.grant("10")
    request = leave.submit("03-04", "03-06")
    leave.approve(request)
    status = LeaveRequestState.objects.get(request=request)
    assert (status.state, status.place, status.waits_for_manager, status.waits_for_hr) == (
        "pending", 2, False, True,
    )  # fmt: skip
    assert leave.available("03-20") == n("7")
    assert not DayMark.objects.exists()
    with pytest.raises(NotAllowed):
        leave.approve(request)
    leave.approve(request, by=leave.hr)
    assert leave.state(request) == "approved"
    assert _steps(request) == [
        ("submitted", None, "Maya"), ("approved", 1, "Bikram"), ("approved", 2, "Hari"),
    ]  # fmt: skip
    asked = OutboxMessage.objects.filter(template="leave/email/leave_asked")
    assert [mail.to for mail in asked.order_by("id")] == [
        "bikram@kettle.example", "hari@kettle.example",
    ]  # fmt: skip


def test_short_leave_does_not(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=CHAIN)
    leave.grant("10")
    assert leave.state(leave.approve(leave.submit("03-04", "03-05"))) == "approved"


def test_any_of_the_named_people_decides_and_their_stand_in(leave: Leave) -> None:
    world = leave.world
    chain = (
        Link(1, Decider.PERSON, n("0"), world.bikram.pk), Link(1, Decider.HR, n("0")),
    )  # fmt: skip
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    leave.grant("10")
    first, second = leave.submit("03-04"), leave.submit("03-05")
    leave.approve(first)
    assert leave.state(first) == "approved"
    Delegation.objects.create(
        company=world.company, giver=world.bikram, delegate=world.hari, starts_on=d("03-01"),
        ends_on=d("03-31"), made_by=world.bikram.user,
    )  # fmt: skip
    leave.approve(second, by=world.actor(world.hari))
    step = RequestStep.objects.get(request=second, kind=StepKind.APPROVED)
    assert step.on_behalf_of == "Bikram"


# --- refusing, asking back, cancelling ------------------------------------------------------------
def test_refusing_needs_a_reason_and_frees_what_was_reserved(leave: Leave) -> None:
    leave.grant("3")
    request = leave.submit("03-04", "03-06")
    with pytest.raises(ReasonMissing):
        decisions.request_refuse(request=request, by=leave.boss, reason=" ", now=NOW)
    decisions.request_refuse(request=request, by=leave.boss, reason=" Fair week ", now=NOW)
    assert (leave.state(request), leave.available("03-20")) == ("refused", n("3"))
    assert RequestStep.objects.get(request=request, kind="refused").reason == "Fair week"
    assert leave.state(leave.submit("03-04", "03-06")) == "pending"


def test_asked_back_it_stays_reserved_until_it_is_changed(leave: Leave) -> None:
    leave.grant("3")
    request = leave.submit("03-04", "03-06")
    with pytest.raises(ReasonMissing):
        decisions.request_ask_back(request=request, by=leave.boss, reason="", now=NOW)
    decisions.request_ask_back(request=request, by=leave.boss, reason="Who stays?", now=NOW)
    assert (leave.state(request), leave.available("03-20")) == ("asked_back", n("0"))
    with pytest.raises(RequestNotWaiting):
        leave.approve(request)
    changed = requests.request_change(
        request=request, asked=leave.ask("03-04", "03-06", note="Hari"), by=leave.me, now=NOW
    )
    assert (leave.state(request), leave.state(changed)) == ("changed", "pending")
    leave.approve(changed)
    requests.cancel_ask(request=changed, by=leave.me, now=NOW)
    with pytest.raises(RequestNotWaiting):
        decisions.request_ask_back(request=changed, by=leave.boss, reason="Why?", now=NOW)


def test_whoever_decides_cancels_at_once(leave: Leave) -> None:
    leave.grant("5")
    request = leave.submit("03-04", "03-06")
    cancel = decisions.request_cancel
    with pytest.raises(RequestNotWaiting):
        cancel(request=request, by=leave.boss, reason="Fire", now=NOW)
    leave.approve(request)
    with pytest.raises(ReasonMissing):
        cancel(request=request, by=leave.boss, reason="", now=NOW)
    with pytest.raises(OwnLeave):
        cancel(request=request, by=leave.me, reason="Fire", now=NOW)
    cancel(request=request, by=leave.boss, reason="Fire", since=d("03-06"), now=NOW)
    status = LeaveRequestState.objects.get(request=request)
    assert (status.state, status.last_on, status.amount) == ("approved", d("03-05"), n("2"))
    with pytest.raises(NothingToCancel):
        cancel(request=request, by=leave.boss, reason="Fire", since=d("03-06"), now=NOW)
    cancel(request=request, by=leave.boss, reason="Fire", now=NOW)
    assert (leave.state(request), leave.balance("03-20")) == ("cancelled", n("5"))


def test_approving_then_cancelling_restores_every_figure(leave: Leave) -> None:
    leave.grant("2", "01-01", "03-05")
    leave.grant("5", "03-06", "12-31")
    dates = [d("03-01") + dt.timedelta(days=k) for k in range(40)]

    def figures() -> list[object]:
        return [
            *(leave.balance(date.isoformat()) for date in dates),
            *(leave.available(date.isoformat()) for date in dates),
            *AttendanceDay.objects.exclude(status="").values_list("date", "status"),
        ]

    before = figures()
    request = leave.approve(leave.submit("03-04", "03-10"))
    assert figures() != before
    decisions.request_cancel(request=request, by=leave.boss, reason="Rain", now=NOW)
    assert figures() == before
    assert not DayMark.objects.filter(withdraws=None, withdrawal=None).exists()


def test_what_a_closed_leave_year_took_is_not_given_back(leave: Leave) -> None:
    leave.grant("5")
    request = leave.approve(leave.submit("03-04", "03-06"))
    LeaveYearClose.objects.create(
        company=leave.world.company, leave_type=leave.annual, closed_to=d("03-04"),
        closed_at=NOW, closed_by=leave.world.hari.user,
    )  # fmt: skip
    with pytest.raises(YearClosed):
        decisions.request_cancel(request=request, by=leave.boss, reason="Rain", now=NOW)
    decisions.request_cancel(
        request=request, by=leave.boss, reason="Rain", since=d("03-05"), now=NOW
    )
    assert leave.balance("03-20") == n("4")


def test_a_locked_month_keeps_approved_leave(leave: Leave) -> None:
    leave.grant("5")
    request = leave.approve(leave.submit("02-26", "02-27"))
    AttendancePeriod.objects.create(
        company=leave.world.company, starts_on=d("02-01"), state="locked", locked_at=NOW,
        locked_by=leave.world.hari.user,
    )  # fmt: skip
    with pytest.raises(PeriodLocked):
        decisions.request_cancel(request=request, by=leave.boss, reason="Rain", now=NOW)
    assert leave.state(request) == "approved"


# --- taking a decision back -----------------------------------------------------------------------
def test_a_decision_of_a_moment_ago_is_taken_back(leave: Leave) -> None:
    leave.grant("3")
    request = leave.approve(leave.submit("03-04", "03-06"))
    decisions.decision_take_back(request=request, by=leave.boss, now=LATER)
    assert (leave.state(request), leave.available("03-20")) == ("pending", n("0"))
    assert not DayMark.objects.filter(withdraws=None, withdrawal=None).exists()
    decisions.request_refuse(request=request, by=leave.boss, reason="No", now=LATER)
    decisions.decision_take_back(request=request, by=leave.boss, now=LATER)
    assert (leave.state(request), leave.available("03-20")) == ("pending", n("0"))
    leave.approve(request)
    assert leave.balance("03-20") == n("0")


def test_one_place_of_the_chain_is_taken_back_too(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=CHAIN)
    leave.grant("10")
    request = leave.approve(leave.submit("03-04", "03-06"))
    decisions.decision_take_back(request=request, by=leave.boss, now=LATER)
    status = LeaveRequestState.objects.get(request=request)
    assert (status.place, status.waits_for_manager, status.waits_for_hr) == (1, True, False)


def test_what_is_not_taken_back(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-04")
    undo = decisions.decision_take_back
    with pytest.raises(NothingToUndo):
        undo(request=request, by=leave.boss, now=NOW)
    leave.approve(request)
    for by, now in ((leave.hr, LATER), (leave.boss, LONG_AFTER)):
        with pytest.raises(NothingToUndo):
            undo(request=request, by=by, now=now)
    changed = requests.request_change(
        request=request, asked=leave.ask("03-05"), by=leave.me, now=NOW
    )
    leave.approve(changed)
    with pytest.raises(NothingToUndo):
        undo(request=changed, by=leave.boss, now=LATER)


def test_a_change_of_leave_that_was_cancelled_meanwhile_gives_back_nothing_twice(
    leave: Leave,
) -> None:
    leave.grant("5")
    request = leave.approve(leave.submit("03-04", "03-06"))
    changed = requests.request_change(
        request=request, asked=leave.ask("03-05"), by=leave.me, now=NOW
    )
    decisions.request_cancel(request=request, by=leave.boss, reason="Rain", now=NOW)
    leave.approve(changed)
    assert (leave.state(request), leave.balance("03-20")) == ("cancelled", n("4"))
