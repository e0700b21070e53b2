"""The end of a leave year: shown, done in one step, opened again; later years follow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.errors import NotAllowed, ReasonMissing
from companies.models import AuditEvent, Employee
from leave.enums import EntryKind
from leave.errors import AmountUnfit, YearChanged, YearClosed, YearNotOver
from leave.models import Allocation, LeaveYearClose, LedgerEntry, PlanAssignment
from leave.services import books, plans, runs, settings, year_end
from tests.attendance.world import make_person
from tests.leave.world import NOW, Leave, d, n

YEAR = {
    "milestones": [
        {"amount": "1.5", "carry": "up_to", "carry_most": "5", "carry_valid_months": 3},
        {"after_months": 6, "amount": "2", "balance_cap": "20", "carry": "up_to",
         "carry_most": "8", "carry_valid_months": 3},
    ],
    "carry_on": "date",
}  # fmt: skip
NEW_YEAR = dt.datetime(2027, 1, 2, 12, tzinfo=dt.UTC)
APRIL = dt.datetime(2027, 4, 20, 12, tzinfo=dt.UTC)


def _assign(leave: Leave, employee: Employee | None = None, **knobs: Any) -> PlanAssignment:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(plan=plan, by=leave.hr, **{**YEAR, **knobs})
    return plans.plan_assign(employee=employee or leave.maya, plan=plan, by=leave.hr)


def _run(leave: Leave, until: str) -> int:
    people = runs.with_books(leave.world.company)
    return runs.books_run(company=leave.world.company, people=people, until=d(until), by=leave.hr)


def _end(leave: Leave, **more: Any) -> year_end.YearEnd:
    return year_end.year_end(
        leave_type=leave.annual, closed_to=d("2026-12-31"), by=more.pop("by", leave.hr), **more
    )


def test_the_end_of_a_year_is_shown_and_then_done_in_one_step(leave: Leave) -> None:
    _assign(leave)
    shown = _end(leave)
    assert not LedgerEntry.objects.exists()
    (person,) = shown.people
    assert (person.before, person.carried, person.lapsed, person.after) == (
        n("20"), n("8"), n("-12"), n("10"),
    )  # fmt: skip
    new_year = dt.datetime(2027, 1, 2, 12, tzinfo=dt.UTC)
    with pytest.raises(YearNotOver):
        _end(leave, is_written=True, fingerprint=shown.fingerprint, now=NOW)
    with pytest.raises(YearChanged):
        _end(leave, is_written=True, fingerprint="other", now=new_year)
    assert not LedgerEntry.objects.exists()
    done = _end(leave, is_written=True, fingerprint=shown.fingerprint, now=new_year)
    assert done.totals == shown.totals
    closed = LeaveYearClose.objects.get()
    assert (closed.closed_to, closed.totals["carried"]) == (d("2026-12-31"), "8.0000")
    assert leave.balance("2027-01-01") == n("10")
    with pytest.raises(YearClosed):
        _end(leave, is_written=True, fingerprint=done.fingerprint, now=new_year)
    assert _end(leave).people == done.people


def test_a_closed_year_is_opened_again_with_a_reason(leave: Leave) -> None:
    user = leave.world.hari.user
    first, last = (
        LeaveYearClose.objects.create(
            company=leave.world.company, leave_type=leave.annual, closed_to=d(text),
            closed_at=NOW, closed_by=user,
        )
        for text in ("2024-12-31", "2025-12-31")
    )  # fmt: skip
    with pytest.raises(YearClosed):
        year_end.year_reopen(closed=first, reason="Wrong", by=leave.hr)
    with pytest.raises(ReasonMissing):
        year_end.year_reopen(closed=last, reason=" ", by=leave.hr)
    with pytest.raises(NotAllowed):
        year_end.year_reopen(closed=last, reason="Wrong", by=leave.boss)
    with pytest.raises(NotAllowed):
        _end(leave, by=leave.boss)
    year_end.year_reopen(closed=last, reason="Wrong", by=leave.hr)
    assert LeaveYearClose.objects.get() == first
    assert AuditEvent.objects.get(verb="leave_year_reopened").reason == "Wrong"


def _close(leave: Leave, now: dt.datetime = NEW_YEAR, **more: Any) -> year_end.YearEnd:
    shown = _end(leave, now=now, **more)
    return _end(leave, is_written=True, fingerprint=shown.fingerprint, now=now, **more)


def _reopen(leave: Leave, now: dt.datetime) -> int:
    closed = LeaveYearClose.objects.get()
    shown = year_end.reopen_preview(closed=closed, by=leave.hr, now=now)
    return year_end.year_reopen(
        closed=closed, reason="Wrong", by=leave.hr, fingerprint=shown.fingerprint, now=now
    )


def _grant_late(leave: Leave, amount: str) -> None:
    leave.grant(amount, "2026-06-01")


def test_what_is_entered_in_a_reopened_year_is_carried_when_it_is_closed_again(
    leave: Leave,
) -> None:
    _assign(leave, milestones=[{"amount": "0.5", "carry": "up_to", "carry_most": "8",
                                "carry_valid_months": 3}])  # fmt: skip
    _close(leave)
    assert leave.balance("2027-01-01") == n("6.5")
    with pytest.raises(YearClosed):
        _grant_late(leave, "5")
    assert _reopen(leave, NEW_YEAR) == 0
    _grant_late(leave, "5")
    done = _close(leave)
    (person,) = done.people
    assert (person.before, person.carried, person.lapsed, person.after) == (
        n("11"), n("8"), n("-3"), n("8.5"),
    )  # fmt: skip
    assert _end(leave, now=NEW_YEAR).people == done.people


def test_years_after_it_follow_and_what_was_carried_too_much_is_owed(leave: Leave) -> None:
    _assign(leave, milestones=[{"amount": "0.5", "carry": "all", "carry_valid_months": 3}])
    key = leave.grant("4", "2026-02-01")
    _close(leave)
    # Nine of the ten that were carried are used by now.
    carried = Allocation.objects.get(is_carried=True)
    books.adjustment_add(
        employee=leave.maya, leave_type=leave.annual, amount=n("-9"), reason="Used",
        allocation=carried.key, effective_on=d("2027-02-01"), by=leave.hr, now=APRIL,
    )  # fmt: skip
    _run(leave, "2027-04-20")
    before = leave.balance("2027-04-20")
    closed = LeaveYearClose.objects.get()
    closed.delete()
    LedgerEntry.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=leave.annual,
        key="adjustment:late#0", kind=EntryKind.ADJUSTMENT, amount=n("-3"), source=key,
        effective_on=d("2026-12-01"), reason="Miscounted", by_kind="person",
    )  # fmt: skip
    done = _close(leave, APRIL)
    (person,) = done.people
    assert (person.before, person.carried, person.after) == (n("7"), n("7"), n("7.5"))
    # Two more than were carried were used: the new credits owe them, and nothing is left to lapse.
    assert leave.balance("2027-04-20") == before - 2
    assert LedgerEntry.objects.filter(reason="carried_less").count() == 2
    assert _reopen(leave, APRIL) == 0


def test_what_changed_under_a_closed_year_is_shown_before_it_is_opened(leave: Leave) -> None:
    _assign(leave, milestones=[{"amount": "0.5", "carry": "up_to", "carry_most": "8"}])
    _close(leave)
    given = Allocation.objects.filter(is_carried=False).order_by("id")[0]
    # As a recount does, whatever is closed.
    LedgerEntry.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=leave.annual,
        key="adjustment:late#0", kind=EntryKind.ADJUSTMENT, amount=n("4"), source=given.key,
        effective_on=d("2026-12-01"), reason="Given back", by_kind="job",
    )  # fmt: skip
    closed = LeaveYearClose.objects.get()
    shown = year_end.reopen_preview(closed=closed, by=leave.hr, now=NEW_YEAR)
    (one,) = shown.endings
    assert (one.year.carried, one.year.lapsed) == (n("8"), n("-2"))
    with pytest.raises(YearChanged):
        year_end.year_reopen(closed=closed, reason="Wrong", by=leave.hr, now=NEW_YEAR)
    assert _reopen(leave, NEW_YEAR) == 1
    assert leave.balance("2027-01-01") == n("8.5")
    assert AuditEvent.objects.get(verb="leave_year_reopened").changes["people"] == [None, 1]


# --- paid instead of lapsing ----------------------------------------------------------------------
def test_what_would_lapse_is_paid_as_far_as_the_type_allows(leave: Leave) -> None:
    _assign(leave)
    settings.type_version_set(
        leave_type=leave.annual, by=leave.hr, encash_keep=n("2"), encash_most=n("5")
    )
    with pytest.raises(AmountUnfit):
        _end(leave, rate=n("-1"))
    done = _close(leave, rate=n("100"))
    (person,) = done.people
    assert (person.before, person.carried, person.lapsed, person.encashed, person.after) == (
        n("20"), n("8"), n("-7"), n("5"), n("10"),
    )  # fmt: skip
    rows = LedgerEntry.objects.filter(kind=EntryKind.ENCASHED)
    assert {(row.rate, row.effective_on) for row in rows} == {(n("100"), d("2026-12-31"))}
    assert sum(row.amount for row in rows) == n("-5")
    assert LeaveYearClose.objects.get().totals["encashed"] == "5.0000"


def test_what_has_lapsed_already_is_paid_after_all(leave: Leave) -> None:
    _assign(leave)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, encash_most=n("20"))
    _run(leave, "2027-01-02")
    assert leave.balance("2027-01-01") == n("10")
    done = _close(leave, rate=n("100"))
    (person,) = done.people
    assert (person.before, person.carried, person.lapsed, person.encashed, person.after) == (
        n("20"), n("8"), n("0"), n("12"), n("10"),
    )  # fmt: skip
    assert leave.balance("2027-01-01") == n("10")


def test_nobody_is_paid_by_themselves_or_where_the_type_pays_nothing(leave: Leave) -> None:
    plan = _assign(leave).plan
    other = leave.world.bikram
    plans.plan_assign(employee=other, plan=plan, by=leave.hr)
    assert [each.encashed for each in _end(leave, rate=n("1")).people] == [n("0")] * 2
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, encash_most=n("20"))
    Employee.objects.filter(pk=other.pk).update(user=None)
    Employee.objects.filter(pk=leave.world.hari.pk).update(user=None)
    Employee.objects.filter(pk=other.pk).update(user=leave.world.hari.user)
    paid = {each.employee.pk: each.encashed for each in _end(leave, rate=n("1")).people}
    assert paid == {leave.maya.pk: n("12"), other.pk: n("0")}


def test_statements_of_the_preview_do_not_grow_with_people(leave: Leave) -> None:
    world, plan = leave.world, _assign(leave).plan

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            _end(leave)
        return len(found)

    statements()
    with_one = statements()
    for number in range(2):
        person = make_person(world.company, f"P{number}", world.office, world.day_shift)
        plans.plan_assign(employee=person, plan=plan, by=leave.hr)
    assert statements() == with_one
    more = [
        Employee(company=world.company, code=f"q{number}", name=f"Q{number}", joined_on=d("01-01"))
        for number in range(200)
    ]
    made = Employee.objects.bulk_create(more)
    PlanAssignment.objects.bulk_create(
        PlanAssignment(company=world.company, employee=each, plan=plan, starts_on=d("01-01"))
        for each in made
    )
    found = _end(leave)
    assert len(found.people) == 203
    assert statements() == with_one
    # Two thousand people are four batches of five hundred.
    assert 4 * with_one < 50


def test_work_is_read_for_everybody_at_once(leave: Leave) -> None:
    plan = _assign(
        leave, frequency="day_worked", milestones=[{"amount": "0.05"}], carry_on="never"
    ).plan

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            _end(leave)
        return len(found)

    statements()
    first = statements()
    plans.plan_assign(employee=leave.world.bikram, plan=plan, by=leave.hr)
    assert statements() == first


def test_what_waits_for_a_decision_is_not_paid(leave: Leave) -> None:
    _assign(leave)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, encash_most=n("20"))
    (before,) = _end(leave, rate=n("1")).people
    leave.submit("2026-12-07", "2026-12-08")
    (after,) = _end(leave, rate=n("1")).people
    assert (before.encashed, after.encashed) == (n("12"), n("10"))
