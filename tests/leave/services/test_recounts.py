"""A holiday added later: live leave counts less, days come back with a line and a notice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from attendance.models import AttendancePeriod, DayMark
from companies.enums import CalendarKind
from companies.models import CalendarDay, OutboxMessage
from leave import tasks
from leave.models import (
    LeaveDay,
    LeaveRequestState,
    LeaveYearClose,
    LedgerEntry,
    RequestDraw,
    RequestStep,
)
from leave.services import decisions, recounts, settings
from tests.leave.world import NOW, Leave, d, n


def _holiday(leave: Leave, date: str, kind: CalendarKind = CalendarKind.HOLIDAY) -> None:
    CalendarDay.objects.create(
        company=leave.world.company, date=d(date), kind=kind, name=f"Holi {date}"
    )


def _job() -> int:
    with time_machine.travel(NOW, tick=False):
        return tasks.leave_run()


def test_a_holiday_gives_an_approved_day_back(leave: Leave) -> None:
    key = leave.grant("10")
    request = leave.approve(leave.submit("03-04", "03-06"))
    _holiday(leave, "03-05")
    assert _job() == 1
    status = LeaveRequestState.objects.get(request=request)
    assert (status.state, status.amount) == ("approved", n("2"))
    line = LedgerEntry.objects.get(kind="returned")
    assert (line.amount, line.effective_on, line.source, line.reason) == (
        n("1"), d("03-04"), key, "recounted",
    )  # fmt: skip
    assert [leave.balance(text) for text in ("03-03", "03-04", "03-06")] == [
        n("10"),
        n("8"),
        n("8"),
    ]
    live = DayMark.objects.filter(withdraws=None, withdrawal=None).order_by("date")
    assert [mark.date for mark in live] == [d("03-04"), d("03-06")]
    step = RequestStep.objects.get(kind="recounted")
    assert (step.by_name, step.values) == ("leave_run", {"2026-03-05": "1.0000"})
    (mail,) = OutboxMessage.objects.filter(template="leave/email/leave_recounted")
    assert (mail.values["before"], mail.values["after"], mail.values["is_over"]) == (
        "3 days",
        "2 days",
        False,
    )
    assert _job() == 0


def test_leave_left_with_nothing_is_over(leave: Leave) -> None:
    leave.grant("10")
    request = leave.approve(leave.submit("03-05"))
    waits = leave.submit("03-06")
    _holiday(leave, "03-05")
    _holiday(leave, "03-06")
    _job()
    assert (leave.state(request), leave.state(waits)) == ("cancelled", "cancelled")
    assert (leave.balance("03-20"), leave.available("03-20")) == (n("10"), n("10"))
    mails = OutboxMessage.objects.filter(template="leave/email/leave_recounted")
    assert [mail.values["is_over"] for mail in mails] == [True, True]


def test_half_a_holiday_gives_half_back_from_what_was_drawn_last(leave: Leave) -> None:
    first, second = leave.grant("1.5", "01-01", "03-31"), leave.grant("5")
    request = leave.approve(leave.submit("03-04", "03-05"))
    _holiday(leave, "03-05", CalendarKind.HALF_HOLIDAY_PM)
    assert recounts.request_recount(request=request, by=leave.hr, now=NOW) == n("0.5")
    draws = RequestDraw.objects.filter(request=request).order_by("id")
    assert list(draws.values_list("source", "amount")) == [(first, n("1")), (first, n("0.5"))]
    assert LedgerEntry.objects.get(kind="returned").source == second
    day = LeaveDay.objects.get(request=request, date=d("03-05"))
    assert (day.amount, day.is_held) == (n("0.5"), True)


def test_half_of_what_a_date_drew_stays(leave: Leave) -> None:
    leave.grant("5")
    request = leave.approve(leave.submit("03-05"))
    _holiday(leave, "03-05", CalendarKind.HALF_HOLIDAY_AM)
    assert recounts.request_recount(request=request, by=leave.hr, now=NOW) == n("0.5")
    assert RequestDraw.objects.get(request=request).amount == n("0.5")
    assert leave.balance("03-20") == n("4.5")
    decisions.request_cancel(request=request, by=leave.boss, reason="Rain", now=NOW)
    assert leave.balance("03-20") == n("5")


def test_what_waits_reserves_less(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-04", "03-06")
    _holiday(leave, "03-05")
    assert recounts.request_recount(request=request, by=leave.hr, now=NOW) == n("1")
    assert (leave.state(request), leave.available("03-20")) == ("pending", n("8"))
    assert not LedgerEntry.objects.filter(kind="returned").exists()
    leave.approve(request)
    assert leave.balance("03-20") == n("8")


def test_the_other_half_of_a_draw_may_stay(leave: Leave) -> None:
    errand = leave.type("Errand", "ER", unit="hour", needs_allocation=True, draws_on=leave.annual)
    leave.grant("10")
    request = leave.submit("03-05", leave_type=errand, starts_at=dt.time(9), ends_at=dt.time(11))
    _holiday(leave, "03-05")
    assert recounts.request_recount(request=request, by=leave.hr, now=NOW) == n("2")
    assert leave.available("03-20") == n("10")


def test_what_is_over_is_not_counted_again(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-05")
    decisions.request_refuse(request=request, by=leave.boss, reason="No", now=NOW)
    _holiday(leave, "03-05")
    assert recounts.request_recount(request=request, by=leave.hr, now=NOW) == Decimal(0)


@pytest.mark.parametrize("how", ["month", "year"])
def test_days_that_are_locked_stay(leave: Leave, how: str) -> None:
    leave.grant("10")
    request = leave.approve(leave.submit("03-04", "03-06"))
    if how == "month":
        AttendancePeriod.objects.create(
            company=leave.world.company, starts_on=d("03-01"), state="locked", locked_at=NOW,
            locked_by=leave.world.hari.user,
        )  # fmt: skip
    else:
        LeaveYearClose.objects.create(
            company=leave.world.company, leave_type=leave.annual, closed_to=d("03-05"),
            closed_at=NOW, closed_by=leave.world.hari.user,
        )  # fmt: skip
    _holiday(leave, "03-05")
    assert recounts.request_recount(request=request, by=leave.hr, now=NOW) == n("0")
    assert LeaveRequestState.objects.get(request=request).amount == n("3")


def test_days_between_two_requests_are_charged_as_before(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, counts_days_off="sandwich")
    leave.grant("10")
    leave.approve(leave.submit("03-06"))
    second = leave.approve(leave.submit("03-09"))
    assert LeaveRequestState.objects.get(request=second).amount == n("3")
    assert recounts.request_recount(request=second, by=leave.hr, now=NOW) == n("0")
    assert leave.balance("03-20") == n("6")
