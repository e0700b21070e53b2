"""Reports of leave: balances that add up, the ledger, and who reads them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Company, Employee, Placement
from companies.reports import Asked, Filters, Report
from companies.scoping import company_scope
from integrations.tables import LineKind, Table, value_of
from leave.models import LeaveType
from leave.reports import DeductedPerMonth, LeaveBalances, LeaveLedger, NamedMusterRoll, type_names
from portal.reports import asked_of, reports
from tests.leave.world import NOW, Leave, d, make_leave

YEAR = Filters(first=dt.date(2026, 2, 1), last=dt.date(2026, 12, 31))


@pytest.fixture
def leave(db: None) -> Leave:
    """Maya was granted 10 days in January and 2 in March; she takes 2 of them."""
    with time_machine.travel(NOW, tick=False):
        leave = make_leave()
        with company_scope(leave.world.company):
            leave.type("Doctor", "DR", unit="hour", needs_allocation=False)
            leave.grant("10")
            leave.grant("2", first="03-01")
            leave.approve(leave.submit("03-09", "03-10"))
    return leave


def _asked(leave: Leave, filters: Filters = YEAR) -> Asked:
    company = Company.objects.get(pk=leave.world.company.pk)
    actor = replace(leave.hr, company=company)
    return asked_of(actor, company, filters, now=NOW)


def _rows(leave: Leave, report: Report, filters: Filters = YEAR) -> list[list[object]]:
    with time_machine.travel(NOW, tick=False), company_scope(leave.world.company):
        table: Table = report.table(_asked(leave, filters))
        return [[value_of(cell) for cell in line.cells] for line in table.lines()]


def test_balances_add_up(leave: Leave) -> None:
    (row,) = _rows(leave, LeaveBalances())
    assert row[:5] == ["Maya", "maya", "", "Annual", "days"]
    before, came, lapsed, taken, left = row[5:]
    assert (before, came, lapsed, taken, left) == (10, 2, 0, 2, 10)
    assert before + came - lapsed - taken == left  # type: ignore[operator]


def test_balances_of_one_type_have_a_sum(leave: Leave) -> None:
    one = replace(YEAR, kind=str(leave.annual.public_id))
    *_rows_, total = _rows(leave, LeaveBalances(), one)
    assert total[0] == "All"
    assert total[5:] == [Decimal(10), Decimal(2), Decimal(0), Decimal(2), Decimal(10)]
    other = replace(YEAR, kind="01980000-0000-7000-8000-000000000000")
    assert _rows(leave, LeaveBalances(), other) == []


def test_the_ledger_tells_every_line_in_order_of_time(leave: Leave) -> None:
    rows = _rows(leave, LeaveLedger())
    assert [row[3:8] for row in rows] == [
        [d("03-01"), "Annual", "Granted", Decimal(2), "days"],
        [d("03-09"), "Annual", "Taken", Decimal(-2), "days"],
    ]
    assert rows[0][8:] == ["Yearly", "Hari"]


def test_the_ledger_adds_up_one_person_or_one_type_only(leave: Leave) -> None:
    def kinds(filters: Filters) -> list[LineKind]:
        with time_machine.travel(NOW, tick=False), company_scope(leave.world.company):
            return [line.kind for line in LeaveLedger().table(_asked(leave, filters)).lines()]

    assert LineKind.TOTAL not in kinds(YEAR)
    assert LineKind.TOTAL in kinds(replace(YEAR, text="maya"))
    assert LineKind.TOTAL in kinds(replace(YEAR, kind=str(leave.annual.public_id)))


def test_what_is_deducted_is_cut_where_months_end(leave: Leave) -> None:
    with time_machine.travel(NOW, tick=False), company_scope(leave.world.company):
        doctor = LeaveType.objects.get(code="DR")
        # Thursday 30 April and Friday 1 May are counted, the weekend is not, then Monday.
        leave.approve(leave.submit("04-30", "05-04"))
        leave.submit("05-11", "05-12")
        hours = {"starts_at": dt.time(10), "ends_at": dt.time(12)}
        leave.approve(leave.submit("03-12", leave_type=doctor, **hours))
    rows = _rows(leave, DeductedPerMonth())
    assert [row[3:] for row in rows] == [
        ["Annual", "2026-03", "days", Decimal(2), Decimal(2), "days"],
        ["Annual", "2026-04", "days", Decimal(1), Decimal(1), "days"],
        ["Annual", "2026-05", "days", Decimal(2), Decimal(2), "days"],
    ]
    one = replace(YEAR, kind=str(leave.annual.public_id), last=d("05-03"))
    *_months, total = _rows(leave, DeductedPerMonth(), one)
    assert (total[0], total[6:]) == ("All", [Decimal(4), Decimal(4), None])
    other = replace(YEAR, kind=str(doctor.public_id))
    assert [row[0] for row in _rows(leave, DeductedPerMonth(), other)] == ["All"]


def test_what_is_drawn_on_another_types_books_is_in_their_unit(leave: Leave) -> None:
    with time_machine.travel(NOW, tick=False), company_scope(leave.world.company):
        short = leave.type("Short", "SH", unit="hour", draws_on=leave.annual)
        leave.approve(leave.submit("03-12", leave_type=short))
    one = replace(YEAR, kind=str(short.public_id))
    (row, _total) = _rows(leave, DeductedPerMonth(), one)
    assert row[3:] == ["Short", "2026-03", "hours", Decimal(8), Decimal(1), "days"]


@pytest.mark.parametrize("report", [LeaveBalances(), LeaveLedger(), DeductedPerMonth()])
def test_statements_do_not_grow_with_people(leave: Leave, report: Report) -> None:
    counts = []
    for more in (1, 20, 200):
        with time_machine.travel(NOW, tick=False), company_scope(leave.world.company):
            begin = Employee.objects.count()
            people = Employee.objects.bulk_create(
                Employee(
                    company=leave.world.company, code=f"x{n}", name=f"X {n}",
                    joined_on=dt.date(2026, 1, 1),
                )
                for n in range(begin, begin + more)
            )  # fmt: skip
            Placement.objects.bulk_create(
                Placement(
                    company=leave.world.company, employee=person,
                    starts_on=dt.date(2026, 1, 1), office=leave.world.office,
                )
                for person in people
            )  # fmt: skip
            with CaptureQueriesContext(connection) as queries:
                list(report.table(_asked(leave)).lines())
            counts.append(len(queries))
    # Once, the settings of the company come too.
    assert len(set(counts[1:])) == 1, counts


def test_the_legend_of_the_roll_knows_leave_by_name(leave: Leave) -> None:
    march = Filters(first=d("03-01"), last=d("03-31"))
    with time_machine.travel(NOW, tick=False), company_scope(leave.world.company):
        asked = _asked(leave, march)
        legend = {item.code: item.text for item in NamedMusterRoll().table(asked).legend}
        assert type_names(asked.company) == {"AL": "Annual", "DR": "Doctor"}
    assert legend["AL"] == "Annual"


def test_the_reports_say_by_what_they_can_be_narrowed(leave: Leave) -> None:
    with company_scope(leave.world.company):
        report = reports()["leave-balances"]
        assert report.kinds() == [
            (str(leave.annual.public_id), "Annual"),
            (str(LeaveType.objects.get(code="DR").public_id), "Doctor"),
        ]
        assert report.default_span(d("03-02")) == (d("01-01"), d("03-02"))
        assert report.can_view(leave.hr) and report.can_view(leave.boss)
        assert not report.can_view(leave.me)
