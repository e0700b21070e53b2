"""Fifty people at one person's books at the same moment: each in a thread with its connection.

Never overdrawn, never two on one half of a date, never decided twice.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count, Sum

from attendance.models import DayMark
from companies.errors import MusterError
from companies.scoping import company_scope
from leave.enums import StepKind
from leave.models import LeaveDay, LeaveRequest, LeaveRequestState, LedgerEntry, RequestStep
from leave.services import decisions, requests, runs
from tests.companies.conftest import Together, together
from tests.leave.world import NOW, Leave, d, make_leave, n

__all__ = ["together"]

DECIDED = (StepKind.APPROVED, StepKind.REFUSED, StepKind.ASKED_BACK, StepKind.WITHDRAWN)


@pytest.fixture
def leave(together: Together) -> Leave:
    return make_leave()


def _scoped(leave: Leave, call: Callable[[], Any]) -> Callable[[], Any]:
    def scoped() -> Any:
        with company_scope(leave.world.company):
            return call()

    return scoped


def _codes(answers: list[Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, MusterError):
            raise answer
        found[getattr(answer, "rule", "") or getattr(answer, "code", "done")] += 1
    return found


def test_fifty_overlapping_and_overdrawing_requests_and_decisions_at_once(
    together: Together, leave: Leave
) -> None:
    with company_scope(leave.world.company):
        leave.grant("7")
    days = [d("03-09") + dt.timedelta(days=7 * week) for week in range(5)]
    asks = [
        functools.partial(
            requests.request_submit, employee=leave.maya, by=leave.me, now=NOW,
            asked=leave.ask(
                f"{first + dt.timedelta(days=shift):%Y-%m-%d}",
                f"{first + dt.timedelta(days=shift + 1):%Y-%m-%d}",
            ),
        )
        for first in days for shift in (0, 1, 2, 0, 1) for _twice in (1, 2)
    ]  # fmt: skip
    assert len(asks) == 50
    said = _codes(together(*(_scoped(leave, ask) for ask in asks)))
    assert set(said) <= {"done", "overlap", "balance", "uncovered"}
    with company_scope(leave.world.company):
        _is_sound(Decimal(7))
        waiting = list(LeaveRequest.objects.order_by("id"))
        assert len(waiting) == said["done"] == 3
    _decide(together, leave, waiting)


def _decide(together: Together, leave: Leave, waiting: list[LeaveRequest]) -> None:
    """Approve, refuse, ask back and take back every request at once, each several times."""
    calls: list[Callable[[], Any]] = []
    for request in waiting:
        for by in (leave.boss, leave.hr):
            approve = functools.partial(decisions.request_approve, request=request, by=by, now=NOW)
            calls += [approve, approve, approve]
            for verb in (decisions.request_refuse, decisions.request_ask_back):
                calls.append(functools.partial(verb, request=request, by=by, reason="No", now=NOW))
        calls.append(
            functools.partial(requests.request_withdraw, request=request, by=leave.me, now=NOW)
        )
    run = functools.partial(
        runs.books_run, company=leave.world.company, people=[leave.maya.pk], until=d("03-02"),
        by=leave.hr,
    )  # fmt: skip
    calls += [run] * (50 - len(calls))
    said = _codes(together(*(_scoped(leave, call) for call in calls)))
    assert set(said) <= {"done", "leave_not_waiting"}
    with company_scope(leave.world.company):
        _is_sound(Decimal(7))
        first = RequestStep.objects.filter(kind__in=DECIDED, number=2)
        assert first.count() == len(waiting)
        decided = RequestStep.objects.filter(kind__in=(StepKind.APPROVED, StepKind.REFUSED))
        times = decided.values("request").annotate(times=Count("id"))
        assert set(times.values_list("times", flat=True)) <= {1}


def _is_sound(granted: Decimal) -> None:
    """Hold books, days and marks against each other."""
    held = LeaveDay.objects.filter(is_held=True)
    assert (held.aggregate(sum=Sum("amount"))["sum"] or 0) <= granted
    dates = list(held.values_list("date", flat=True))
    assert len(dates) == len(set(dates))
    approved = LeaveRequestState.objects.filter(state="approved")
    counted = approved.aggregate(sum=Sum("amount"))["sum"] or n("0")
    left = LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"]
    assert left == granted - counted >= 0
    marks = DayMark.objects.filter(withdraws=None, withdrawal=None).count()
    assert marks == LeaveDay.objects.filter(
        is_held=True, request__status__state="approved"
    ).count()  # fmt: skip
