"""Asking for leave: held at once, checked under the lock, changed and taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from companies.errors import NotAllowed
from companies.models import AuditEvent, OutboxMessage, Placement
from leave.errors import (
    DatesReversed,
    NothingToCancel,
    RequestNotWaiting,
    RequestRefused,
    TypeNotOffered,
)
from leave.models import LeaveDay, LeaveRequestState, LedgerEntry, RequestDraw, RequestStep
from leave.services import decisions, requests, settings
from tests.leave.world import NOW, Leave, Taken, d, n


def _days(request: Any) -> list[tuple[str, str, str, bool]]:
    rows = LeaveDay.objects.filter(request=request).order_by("date")
    return [(f"{r.date:%m-%d}", r.portion, str(r.amount.normalize()), r.is_held) for r in rows]


def test_a_request_holds_its_days_and_reserves_what_it_draws_on(leave: Leave) -> None:
    key = leave.grant("10")
    request = leave.submit("03-05", "03-09", note=" A wedding ", handover_note="Hari knows")
    status = LeaveRequestState.objects.get(request=request)
    assert (status.state, status.place, status.amount, status.waits_for_manager) == (
        "pending", 1, n("3"), True,
    )  # fmt: skip
    assert _days(request) == [
        ("03-05", "full", "1", True), ("03-06", "full", "1", True), ("03-07", "full", "0", False),
        ("03-08", "full", "0", False), ("03-09", "full", "1", True),
    ]  # fmt: skip
    draws = RequestDraw.objects.filter(request=request).values_list("date", "source", "amount")
    assert list(draws) == [(d(text), key, n("1")) for text in ("03-05", "03-06", "03-09")]
    assert (request.note, request.handover_note, request.asked_on) == (
        "A wedding", "Hari knows", d("03-02"),
    )  # fmt: skip
    assert (leave.balance("03-10"), leave.available("03-20")) == (n("10"), n("7"))
    (step,) = RequestStep.objects.filter(request=request)
    assert (step.number, step.kind, step.by_name) == (1, "submitted", "Maya")
    assert AuditEvent.objects.get(verb="leave_asked").subject_id == str(request.public_id)
    (mail,) = OutboxMessage.objects.filter(template="leave/email/leave_asked")
    assert (mail.to, mail.values["amount"]) == ("bikram@kettle.example", "3 days")
    assert mail.values["link"].endswith(f"/leave/requests/{request.public_id}/")


@pytest.mark.parametrize(
    ("first", "last", "rule", "why"),
    [
        (
            "03-07", "03-08", "nothing_counted",
            "None of these days would be counted: weekly off.",
        ),
        ("03-09", "03-20", "balance", "1 more than there is, from 20 March 2026 on."),
        ("03-06", "", "overlap", "There is other leave on 6 March 2026 already."),
    ],
)  # fmt: skip
def test_a_rule_that_says_no_is_named(
    leave: Leave, first: str, last: str, rule: str, why: str
) -> None:
    leave.grant("10")
    leave.submit("03-06")
    with pytest.raises(RequestRefused) as refused:
        leave.submit(first, last)
    assert (refused.value.rule, str(refused.value)) == (rule, why)
    assert LeaveDay.objects.count() == 1


def test_two_halves_of_a_date_are_two_requests_and_the_same_half_is_not(leave: Leave) -> None:
    leave.grant("10")
    first = leave.submit("03-05", first_part=Taken.AM)
    second = leave.submit("03-05", first_part=Taken.HALF)
    assert (_days(first), _days(second)) == (
        [("03-05", "am", "0.5", True)], [("03-05", "pm", "0.5", True)],
    )  # fmt: skip
    with pytest.raises(RequestRefused) as refused:
        leave.submit("03-05", first_part=Taken.PM)
    assert refused.value.rule == "overlap"


def test_hours_of_one_date_may_be_several_requests(leave: Leave) -> None:
    hours = leave.type("Errand", "ER", unit="hour", needs_allocation=False)
    leave.submit("03-05", leave_type=hours, starts_at=dt.time(9), ends_at=dt.time(10))
    leave.approve(
        leave.submit("03-05", leave_type=hours, starts_at=dt.time(10), ends_at=dt.time(11))
    )
    with pytest.raises(RequestRefused):
        leave.submit("03-05", leave_type=hours, starts_at=dt.time(10, 30), ends_at=dt.time(12))


def test_hours_of_a_date_without_a_shift_count_nothing(leave: Leave) -> None:
    Placement.objects.filter(employee=leave.maya).update(default_shift=None)
    hours = leave.type("Errand", "ER", unit="hour", needs_allocation=False)
    with pytest.raises(RequestRefused) as refused:
        leave.submit("03-05", leave_type=hours, starts_at=dt.time(9), ends_at=dt.time(10))
    assert refused.value.rule == "nothing_counted"


def test_who_may_ask(leave: Leave) -> None:
    leave.grant("10")
    made = leave.submit("03-05", by=leave.hr)
    assert RequestStep.objects.get(request=made).by_name == "Hari"
    with pytest.raises(NotAllowed):
        leave.submit("03-06", by=leave.boss)


def test_a_type_that_is_not_offered_and_dates_that_are_reversed(leave: Leave) -> None:
    with pytest.raises(DatesReversed):
        leave.submit("03-09", "03-05")
    with pytest.raises(TypeNotOffered):
        bare = settings.type_add(company=leave.world.company, name="Bare", code="BR", by=leave.hr)
        leave.submit("03-05", leave_type=bare)
    leave.annual.is_offered = False
    with pytest.raises(TypeNotOffered):
        leave.submit("03-05")


def test_hours_are_those_of_the_shift(leave: Leave) -> None:
    hours = leave.type("Errand", "ER", unit="hour")
    leave.grant("8", leave_type=hours)
    request = leave.submit("03-05", leave_type=hours, starts_at=dt.time(12), ends_at=dt.time(15))
    assert _days(request) == [("03-05", "hours", "2.5", True)]
    leave.approve(request)
    assert leave.balance("03-05", hours) == n("5.5")


def test_a_type_may_draw_on_the_books_of_another_in_their_unit(leave: Leave) -> None:
    leave.grant("1")
    errand = leave.type("Errand", "ER", unit="hour", draws_on=leave.annual, hours_per_day=n("8"))
    request = leave.submit("03-05", leave_type=errand, starts_at=dt.time(9), ends_at=dt.time(11))
    (draw,) = RequestDraw.objects.filter(request=request)
    assert (draw.leave_type, draw.amount) == (leave.annual, n("0.25"))
    leave.approve(request)
    assert leave.balance("03-05") == n("0.75")


# --- changing -------------------------------------------------------------------------------------
def test_what_waits_is_replaced_at_once(leave: Leave) -> None:
    leave.grant("3")
    request = leave.submit("03-04", "03-06")
    changed = requests.request_change(
        request=request, asked=leave.ask("03-05", "03-09"), by=leave.me, now=NOW
    )
    assert (leave.state(request), leave.state(changed)) == ("changed", "pending")
    assert not LeaveDay.objects.filter(request=request, is_held=True).exists()
    assert not RequestDraw.objects.filter(request=request).exists()
    assert leave.available("03-20") == n("0")


def test_a_change_that_a_rule_refuses_leaves_the_old_one(leave: Leave) -> None:
    leave.grant("3")
    request = leave.submit("03-04", "03-06")
    with pytest.raises(RequestRefused):
        requests.request_change(
            request=request, asked=leave.ask("03-04", "03-09"), by=leave.me, now=NOW
        )
    assert leave.state(request) == "pending"
    assert LeaveDay.objects.filter(request=request, is_held=True).count() == 3


def test_approved_leave_stands_until_its_change_is_approved(leave: Leave) -> None:
    leave.grant("3")
    request = leave.approve(leave.submit("03-04", "03-06"))
    changed = requests.request_change(
        request=request, asked=leave.ask("03-05", "03-09"), by=leave.me, now=NOW
    )
    assert (leave.state(request), leave.state(changed)) == ("approved", "pending")
    assert [day[3] for day in _days(changed)] == [False, False, False, False, True]
    with pytest.raises(RequestNotWaiting):
        requests.request_change(request=request, asked=leave.ask("03-05"), by=leave.me, now=NOW)
    leave.approve(changed)
    assert (leave.state(request), leave.state(changed)) == ("changed", "approved")
    assert [day[3] for day in _days(changed)] == [True, True, False, False, True]
    kinds = LedgerEntry.objects.order_by("id").values_list("kind", "amount")
    assert list(kinds) == [
        ("grant", n("3")), ("taken", n("-3")), ("returned", n("3")), ("taken", n("-3")),
    ]  # fmt: skip
    assert leave.balance("03-10") == n("0")


def test_a_refused_change_leaves_the_approved_leave(leave: Leave) -> None:
    leave.grant("5")
    request = leave.approve(leave.submit("03-04", "03-06"))
    changed = requests.request_change(
        request=request, asked=leave.ask("03-05", "03-09"), by=leave.me, now=NOW
    )
    decisions.request_refuse(request=changed, by=leave.boss, reason="No", now=NOW)
    assert (leave.state(request), leave.state(changed)) == ("approved", "refused")
    assert leave.available("03-20") == n("2")


def test_who_may_change_and_what(leave: Leave) -> None:
    leave.grant("3")
    request = leave.submit("03-04")
    with pytest.raises(NotAllowed):
        requests.request_change(request=request, asked=leave.ask("03-05"), by=leave.boss, now=NOW)
    requests.request_withdraw(request=request, by=leave.me, now=NOW)
    with pytest.raises(RequestNotWaiting):
        requests.request_change(request=request, asked=leave.ask("03-05"), by=leave.me, now=NOW)


# --- sickness over planned leave ------------------------------------------------------------------
def test_sickness_over_planned_leave_is_one_decision(leave: Leave) -> None:
    leave.grant("5")
    sick = leave.type("Sick", "SL", converts_planned=True, backdate_days=30)
    leave.grant("5", leave_type=sick)
    planned = leave.approve(leave.submit("03-04", "03-10"))
    with pytest.raises(RequestRefused) as refused:
        leave.submit("03-05", "03-06", leave_type=sick)
    assert (refused.value.rule, refused.value.values["offer"]) == ("overlap", "convert")
    ill = leave.submit("03-05", "03-06", leave_type=sick, over=planned)
    assert [day[3] for day in _days(ill)] == [False, False]
    leave.approve(ill)
    assert (leave.state(planned), leave.state(ill)) == ("approved", "approved")
    assert (leave.balance("03-20"), leave.balance("03-20", sick)) == (n("2"), n("3"))
    status = LeaveRequestState.objects.get(request=planned)
    assert (status.first_on, status.last_on, status.amount) == (d("03-04"), d("03-10"), n("3"))


def test_only_such_a_type_takes_the_place_of_own_approved_leave(leave: Leave) -> None:
    leave.grant("5")
    planned = leave.submit("03-04", "03-06")
    sick = leave.type("Sick", "SL", needs_allocation=False, converts_planned=True)
    with pytest.raises(RequestNotWaiting):
        leave.submit("03-05", leave_type=sick, over=planned)
    leave.approve(planned)
    plain = leave.type("Other", "OT", needs_allocation=False)
    with pytest.raises(RequestRefused):
        leave.submit("03-05", leave_type=plain, over=planned)
    with pytest.raises(NotAllowed):
        leave.submit(
            "03-05", leave_type=sick, over=planned, employee=leave.world.bikram, by=leave.hr
        )


# --- taking back ----------------------------------------------------------------------------------
def test_what_waits_is_taken_back_and_frees_everything(leave: Leave) -> None:
    leave.grant("3")
    request = leave.submit("03-04", "03-06")
    requests.request_withdraw(request=request, by=leave.me, reason="Not needed", now=NOW)
    assert (leave.state(request), leave.available("03-20")) == ("withdrawn", n("3"))
    with pytest.raises(RequestNotWaiting):
        requests.request_withdraw(request=request, by=leave.me, now=NOW)
    with pytest.raises(NotAllowed):
        requests.request_withdraw(request=request, by=leave.boss, now=NOW)


def test_approved_leave_is_cancelled_by_whoever_decides(leave: Leave) -> None:
    leave.grant("3")
    request = leave.approve(leave.submit("03-04", "03-06"))
    requests.cancel_ask(request=request, by=leave.me, reason="Rain", now=NOW)
    assert (leave.state(request), leave.balance("03-20")) == ("cancel_asked", n("0"))
    decisions.request_refuse(request=request, by=leave.boss, reason="Go", now=NOW)
    assert leave.state(request) == "approved"
    requests.cancel_ask(request=request, by=leave.me, now=NOW)
    requests.request_withdraw(request=request, by=leave.me, now=NOW)
    assert leave.state(request) == "approved"
    requests.cancel_ask(request=request, by=leave.me, now=NOW)
    leave.approve(request)
    assert (leave.state(request), leave.balance("03-20")) == ("cancelled", n("3"))


def test_only_what_lies_ahead_is_given_back(leave: Leave) -> None:
    leave.grant("5")
    request = leave.approve(leave.submit("03-02", "03-06"))
    later = NOW + dt.timedelta(days=2)
    requests.cancel_ask(request=request, by=leave.me, now=later)
    decisions.request_approve(request=request, by=leave.boss, now=later)
    status = LeaveRequestState.objects.get(request=request)
    assert (status.state, status.last_on, status.amount) == ("approved", d("03-03"), n("2"))
    assert leave.balance("03-20") == n("3")
    with pytest.raises(NothingToCancel):
        requests.cancel_ask(request=request, by=leave.me, now=later)
    with pytest.raises(NotAllowed):
        requests.cancel_ask(request=request, by=leave.boss, now=later)
    request = leave.submit("03-12")
    with pytest.raises(RequestNotWaiting):
        requests.cancel_ask(request=request, by=leave.me, now=later)
