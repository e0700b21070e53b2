"""What is due: looked at, written, told; and a credit taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leave.admin.runs import _due
from leave.errors import DueChanged, NotDueYet
from leave.models import LedgerEntry, PlanAssignment
from leave.services import plans, runs, settings
from leave.terms import leave_settings
from tests.leave.admin.books.conftest import Pages, hidden
from tests.leave.world import Leave, d, n

DUE = "leave/ledgerentry/due/"


@pytest.fixture
def given(leave: Leave) -> PlanAssignment:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(plan=plan, by=leave.hr, milestones=[{"amount": "1.5"}])
    return plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)


def _fingerprint(hr: Pages, **asked: Any) -> str:
    return hidden(hr.client.get(f"/admin/{DUE}", asked), "fingerprint")


def test_what_is_due_is_looked_at_then_written(
    leave: Leave, hr: Pages, given: PlanAssignment
) -> None:
    page = hr.get(DUE)
    for words in (
        "3 lines are due · one person", "Maya maya Annual",
        "Thu 1 Jan 2026: Accrued +1.5", "No run has written anything yet.",
    ):  # fmt: skip
        assert words in page
    assert not LedgerEntry.objects.exists()
    until = "?until=2026-03-01"
    assert hr.done(DUE + until, fingerprint=_fingerprint(hr)) == "3 lines are written."
    assert leave.balance("03-02") == n("4.5")
    page = hr.get(DUE)
    assert "Nothing is due up to Sunday 1 March 2026" in page
    assert "Hari Sun 1 Mar 2026 3" in page


def test_an_allocation_without_lines_yet_is_nothing_to_read(
    leave: Leave, given: PlanAssignment
) -> None:
    company = leave.world.company
    item = runs.due_preview(company, d("03-01"))[0]
    shown = _due(
        [replace(item, line=replace(item.line, entries=()))], leave_settings(company).types
    )
    assert (shown["books"], shown["count"], shown["people"]) == ([], 0, 0)


def test_a_gap_of_dates_narrows_it_and_what_lies_ahead_is_only_shown(
    leave: Leave, hr: Pages, given: PlanAssignment
) -> None:
    assert "2 lines are due" in hr.get(DUE, until="2026-02-28")
    assert "12 lines are due" in hr.get(DUE, until="2026-12-31")
    ahead = "?until=2026-12-31"
    fingerprint = _fingerprint(hr, until="2026-12-31")
    assert "Only what is due by 1 March 2026" in hr.said(DUE + ahead, fingerprint=fingerprint)
    assert "Enter a valid date." in hr.get(DUE, until="soon")
    assert "What is due has changed" in hr.said(DUE + "?until=2026-03-01", fingerprint="x")
    assert not LedgerEntry.objects.exists()


def test_what_is_due_by_now_is_another_thing(leave: Leave, given: PlanAssignment) -> None:
    company = leave.world.company
    seen = runs.fingerprint_of(runs.due_preview(company, d("03-01")))
    runs.books_run(company=company, people=[leave.maya.pk], until=d("02-15"), by=leave.hr)
    with pytest.raises(DueChanged):
        runs.due_apply(company=company, until=d("03-01"), fingerprint=seen, by=leave.hr)
    with pytest.raises(NotDueYet):
        runs.due_apply(company=company, until=d("03-02"), fingerprint=seen, by=leave.hr)


def test_only_hr_writes_what_is_due(leave: Leave) -> None:
    from companies.errors import NotAllowed

    with pytest.raises(NotAllowed):
        runs.due_apply(company=leave.world.company, until=d("03-02"), fingerprint="", by=leave.boss)


def test_statements_do_not_grow_with_people(leave: Leave, hr: Pages, given: PlanAssignment) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            hr.get(DUE)
        return len(found)

    statements()
    with_one = statements()
    for person in (leave.world.bikram, leave.world.hari):
        PlanAssignment.objects.create(
            company=leave.world.company, employee=person, plan=given.plan, starts_on=d("01-01")
        )
    assert statements() == with_one


def test_a_credit_is_taken_back_once(leave: Leave, hr: Pages, given: PlanAssignment) -> None:
    runs.books_run(
        company=leave.world.company, people=[leave.maya.pk], until=d("03-02"), by=leave.hr
    )
    row = LedgerEntry.objects.get(effective_on=d("02-01"))
    page = f"leave/ledgerentry/{row.public_id}/"
    assert "Take back" in hr.get(f"{page}change/")
    assert "1.5 of Maya, credited on Sun 1 Feb 2026." in hr.get(f"{page}take-back/")
    assert "Please give a reason." in hr.said(f"{page}take-back/")
    hr.done(f"{page}take-back/", reason="Was away")
    assert "Credit taken back: Was away" in hr.get("leave/ledgerentry/")
    assert "Take back" not in hr.get(f"{page}change/")
    assert "taken back already" in hr.said(f"{page}take-back/", reason="Was away")
