"""A credit is taken back by a line beside it, once, and no run gives it again."""

from __future__ import annotations

from typing import Any

import pytest

from companies.errors import NotAllowed, OwnRecord, ReasonMissing
from companies.models import AuditEvent
from leave.errors import CreditUndone, CreditUsed, YearClosed
from leave.models import LeaveYearClose, LedgerEntry
from leave.services import plans, runs, settings
from leave.services.undoing import credit_undo
from tests.leave.world import NOW, Leave, d, n


def _run(leave: Leave, until: str) -> None:
    people = runs.with_books(leave.world.company)
    runs.books_run(company=leave.world.company, people=people, until=d(until), by=leave.hr)


@pytest.fixture
def credit(leave: Leave) -> LedgerEntry:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(plan=plan, by=leave.hr, milestones=[{"amount": "1.5"}])
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    _run(leave, "03-02")
    found: LedgerEntry = LedgerEntry.objects.get(effective_on=d("02-01"))
    return found


def _undo(leave: Leave, entry: LedgerEntry, **more: Any) -> LedgerEntry:
    return credit_undo(entry=entry, **{"reason": "Was away", "by": leave.hr, **more})


def test_it_is_as_if_it_had_never_been_credited(leave: Leave, credit: LedgerEntry) -> None:
    row = _undo(leave, credit)
    assert (row.amount, row.effective_on, row.source) == (n("-1.5"), d("02-01"), credit.source)
    assert [leave.balance(on) for on in ("01-31", "02-01", "03-02")] == [n("1.5"), n("1.5"), n("3")]
    _run(leave, "03-02")
    assert leave.balance("03-02") == n("3")
    assert AuditEvent.objects.get(verb="leave_credit_undone").reason == "Was away"
    with pytest.raises(CreditUndone):
        _undo(leave, credit)
    with pytest.raises(CreditUndone):
        _undo(leave, row)


def test_an_edit_of_the_plan_takes_nothing_of_it_twice(leave: Leave, credit: LedgerEntry) -> None:
    _undo(leave, credit)
    version = settings.plan_version_set
    plan = leave.annual.plans.get()
    version(plan=plan, by=leave.hr, starts_on=d("02-15"), milestones=[{"amount": "1.5"}])
    _run(leave, "03-02")
    # Of February only what the new rules pay from the fifteenth on.
    assert leave.balance("03-02") == n("3.75")


def test_what_leave_draws_on_stays(leave: Leave, credit: LedgerEntry) -> None:
    leave.submit("03-04", "03-05")
    with pytest.raises(CreditUsed) as refused:
        _undo(leave, credit)
    assert refused.value.values == {"left": "1"}


def test_takings_back_that_are_refused(leave: Leave, credit: LedgerEntry) -> None:
    with pytest.raises(ReasonMissing):
        _undo(leave, credit, reason=" ")
    with pytest.raises(NotAllowed):
        _undo(leave, credit, by=leave.boss)
    with pytest.raises(OwnRecord):
        _undo(leave, LedgerEntry(employee=leave.world.hari, company=leave.world.company))
    LeaveYearClose.objects.create(
        company=leave.world.company, leave_type=leave.annual, closed_to=d("02-28"), closed_at=NOW,
        closed_by=leave.world.hari.user,
    )  # fmt: skip
    with pytest.raises(YearClosed):
        _undo(leave, credit)
