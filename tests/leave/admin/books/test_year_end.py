"""The end of a leave year on HR's pages: looked at, closed, opened again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.scoping import company_scope
from leave.models import LeaveYearClose, LedgerEntry
from leave.services import plans, settings
from tests.leave.admin.books.conftest import Pages, hidden
from tests.leave.world import Leave, d, make_leave, n

LIST = "leave/leaveyearclose/"
END = f"{LIST}end/"


@pytest.fixture
def new_year(leave: Leave, hr: Pages) -> Iterator[None]:
    """Maya earned a year; it is the second of January."""
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(
        plan=plan, by=leave.hr, carry_on="date",
        milestones=[{"amount": "1.5", "carry": "up_to", "carry_most": "8"}],
    )  # fmt: skip
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    with time_machine.travel(dt.datetime(2027, 1, 2, 12, tzinfo=dt.UTC), tick=False):
        hr.client.force_login(leave.world.hari.user)
        yield


def _year(leave: Leave, last: str = "2026-12-31") -> str:
    return f"{leave.annual.public_id}:{last}"


def _close(leave: Leave, hr: Pages, **more: str) -> str:
    asked = {"year": _year(leave), **more}
    fingerprint = hidden(hr.client.get(f"/admin/{END}", asked), "fingerprint")
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return hr.done(f"{END}?{query}", fingerprint=fingerprint)


def test_the_end_of_a_year_is_looked_at_then_closed(
    leave: Leave, hr: Pages, new_year: None
) -> None:
    assert "No leave year is closed." in hr.get(LIST)
    assert "Annual, year to 31 December 2027" in hr.get(END)
    page = hr.get(END, year=_year(leave))
    for words in ("Annual, year to 31 December 2026 · one person", "Maya maya 18 8 10 0 9.5"):
        assert words in page
    assert not LedgerEntry.objects.exists()
    assert _close(leave, hr) == "Annual, year to 31 December 2026 is closed."
    assert leave.balance("2027-01-01") == n("9.5")
    row = LeaveYearClose.objects.get()
    assert "Thu 31 Dec 2026 8 10" in hr.get(LIST)
    assert "Rest 18 Carried 8 Lapsed 10 Paid out 0 New year opens with 9.5" in hr.get(
        f"{LIST}{row.public_id}/change/"
    )
    shown = hr.get(END, year=_year(leave))
    assert "This year is closed." in shown
    assert "Close this year" not in shown


def test_what_would_lapse_is_paid_with_it(leave: Leave, hr: Pages, new_year: None) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, encash_most=n("5"))
    assert "0 if payroll knows it" in hr.get(END, year=_year(leave), pays="on")
    page = hr.get(END, year=_year(leave), pays="on", rate="10")
    assert "Maya maya 18 8 5 5 9.5" in page
    _close(leave, hr, pays="on", rate="10")
    assert LedgerEntry.objects.filter(kind="encashed", rate=n("10")).exists()


def test_years_that_cannot_be_closed(leave: Leave, hr: Pages, new_year: None) -> None:
    page = hr.get(END, year=_year(leave, "2027-12-31"))
    assert "This year is not over." in page
    assert "Close this year" not in page
    query = f"{END}?year={_year(leave, '2027-12-31')}"
    assert "It is closed once that is over." in hr.said(query, fingerprint="x")
    query = f"{END}?year={_year(leave)}"
    assert "The figures have changed since you looked." in hr.said(query, fingerprint="x")
    assert "Select a valid choice." in hr.get(END, year="x")
    assert not LeaveYearClose.objects.exists()


def test_a_year_is_opened_again_with_a_reason_the_difference_first(
    leave: Leave, hr: Pages, new_year: None
) -> None:
    _close(leave, hr)
    row = LeaveYearClose.objects.get()
    reopen = f"{LIST}{row.public_id}/reopen/"
    assert "Nothing would change by itself" in hr.get(reopen)
    given = LedgerEntry.objects.filter(kind="accrual").order_by("effective_on")[0]
    LedgerEntry.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=leave.annual,
        key="adjustment:late#0", kind="adjustment", amount=n("-1"), source=given.source,
        effective_on=d("12-01"), reason="Recounted", by_kind="job",
    )  # fmt: skip
    page = hr.client.get(f"/admin/{reopen}")
    plain = hr.get(reopen)
    assert "The books of one person would change at once" in plain
    assert "Maya maya 17 8 9 0 9.5" in plain
    assert "Please give a reason." in hr.said(reopen)
    assert "Look at them again first." in hr.said(reopen, reason="Wrong", fingerprint="x")
    done = hr.done(reopen, reason="Wrong", fingerprint=hidden(page, "fingerprint"))
    assert done == "The year is open again. The books of one person changed."
    assert not LeaveYearClose.objects.exists()
    assert leave.balance("2027-01-01") == n("9.5")


def test_only_the_last_closed_year_is_opened(leave: Leave, hr: Pages, new_year: None) -> None:
    for last in ("2025-12-31", "2026-12-31"):
        LeaveYearClose.objects.create(
            company=leave.world.company, leave_type=leave.annual, closed_to=d(last),
            closed_at=dt.datetime(2027, 1, 2, tzinfo=dt.UTC), closed_by=leave.world.hari.user,
        )  # fmt: skip
    last, first = LeaveYearClose.objects.order_by("-closed_to")
    assert "Open again" in hr.get(f"{LIST}{last.public_id}/change/")
    assert "Open again" not in hr.get(f"{LIST}{first.public_id}/change/")


def test_a_page_has_a_hundred_people_and_statements_do_not_grow(
    leave: Leave, hr: Pages, new_year: None
) -> None:
    from companies.models import Employee
    from leave.models import LeavePlan, PlanAssignment

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            hr.get(END, year=_year(leave))
        return len(found)

    statements()
    with_one = statements()
    made = Employee.objects.bulk_create(
        Employee(company=leave.world.company, code=f"q{number}", name=f"Q{number:03}",
                 joined_on=d("01-01"))
        for number in range(120)
    )  # fmt: skip
    PlanAssignment.objects.bulk_create(
        PlanAssignment(company=leave.world.company, employee=each, plan=LeavePlan.objects.get(),
                       starts_on=d("01-01"))
        for each in made
    )  # fmt: skip
    assert statements() == with_one
    assert "1–100 / 121" in hr.get(END, year=_year(leave))
    assert "101–121 / 121" in hr.get(END, year=_year(leave), p="2")


def test_auditors_and_other_companies(
    leave: Leave, hr: Pages, new_year: None, auditor: Pages
) -> None:
    _close(leave, hr)
    row = LeaveYearClose.objects.get()
    auditor.get(f"{LIST}{row.public_id}/change/")
    auditor.get(END, 403)
    auditor.get(f"{LIST}{row.public_id}/reopen/", 403)
    other = make_leave("teapot")
    with company_scope(other.world.company):
        theirs = LeaveYearClose.objects.create(
            company=other.world.company, leave_type=other.annual, closed_to=d("12-31"),
            closed_at=dt.datetime(2027, 1, 2, tzinfo=dt.UTC), closed_by=other.world.hari.user,
        )  # fmt: skip
    hr.get(f"{LIST}{theirs.public_id}/change/", 302)
    hr.get(f"{LIST}{theirs.public_id}/reopen/", 302)
