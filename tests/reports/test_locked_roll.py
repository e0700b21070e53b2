"""The register of a locked month: what is said of its dates later changes none of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.rules import roll as rules
from attendance.selectors.roll import roll
from attendance.services import closing
from companies.enums import CalendarKind
from companies.models import CalendarDay, Employee, OfficeVersion
from companies.scoping import company_scope
from tests.attendance.world import make_person
from tests.reports.golden import LAST, MARCH, NOW, Golden

SLUGS = (
    "muster-roll", "summary", "headcount", "unmarked-days", "missing-punches", "late-and-early",
    "days-off-worked", "shifts", "expected-and-actual", "overtime",
)  # fmt: skip


@pytest.fixture
def hr(golden: Golden, client: Client) -> Client:
    client.force_login(golden.world.hari.user)
    return client


def _lock(golden: Golden) -> None:
    with company_scope(golden.company):
        closing.period_lock(
            company=golden.company, starts_on=MARCH, reason="payroll", by=golden.world.hr
        )


def _taken(client: Client, slug: str, **fields: str) -> Any:
    asked = {"format": "json", "month": "2026-03", "from": "2026-03-01", "to": "2026-03-31"}
    answer: Any = client.post(f"/reports/{slug}/file", {**asked, "active": "all", **fields})
    assert answer.status_code == 200, slug
    return json.loads(b"".join(answer.streaming_content))


def _holiday(golden: Golden) -> None:
    CalendarDay.objects.create(
        company=golden.company, date=dt.date(2026, 3, 18), kind=CalendarKind.HOLIDAY, name="Late"
    )


def _other_days_off(golden: Golden) -> None:
    OfficeVersion.objects.filter(company=golden.company).update(weekly_off={"wed": "all"})


def _switched_off(golden: Golden) -> None:
    Employee.objects.filter(code="joe").update(is_active=False)


def _no_holiday(golden: Golden) -> None:
    CalendarDay.objects.filter(company=golden.company).delete()


def _left(golden: Golden) -> None:
    Employee.objects.filter(code="ned").update(left_on=dt.date(2026, 3, 10))


@pytest.mark.parametrize("change", [_holiday, _no_holiday, _other_days_off, _switched_off, _left])
def test_what_is_said_later_changes_nothing_of_it(
    golden: Golden, hr: Client, change: Callable[[Golden], None]
) -> None:
    before = {slug: _taken(hr, slug) for slug in SLUGS}
    _lock(golden)
    locked = {slug: _taken(hr, slug) for slug in SLUGS}
    # The lock itself changes no figure.
    assert {slug: found["rows"] for slug, found in locked.items()} == {
        slug: found["rows"] for slug, found in before.items()
    }
    with company_scope(golden.company):
        change(golden)
    assert {slug: _taken(hr, slug) for slug in SLUGS} == locked


def test_opened_again_it_is_as_it_stands_now(golden: Golden, hr: Client) -> None:
    _lock(golden)
    with company_scope(golden.company):
        _holiday(golden)
        period = closing.AttendancePeriod.objects.get(starts_on=MARCH)
        closing.period_reopen(period=period, reason="a holiday", by=golden.world.hr)
    (ada,) = [row for row in _taken(hr, "muster-roll")["rows"] if row["name"] == "Ada"]
    assert ada["d18"] == ""
    assert _taken(hr, "unmarked-days", days_off="1")["rows"][3]["date"] == "2026-03-13"


def test_of_a_longer_stretch_the_locked_part_stands(golden: Golden, hr: Client) -> None:
    stretch = {"from": "2026-02-20", "to": "2026-04-02"}
    _lock(golden)
    before = _taken(hr, "summary", **stretch)
    with company_scope(golden.company):
        _holiday(golden)
        _left(golden)
    after = _taken(hr, "summary", **stretch)
    ned = [next(row for row in found["rows"] if row["name"] == "Ned") for found in (before, after)]
    # The two days of April are no days of employment any more, those of March are as locked.
    assert [row["days"] for row in ned] == ["42", "40"]
    assert [row["worked"] for row in ned] == [ned[0]["worked"]] * 2


def test_a_row_is_kept_as_it_is(golden: Golden) -> None:
    with company_scope(golden.company):
        people = list(Employee.objects.order_by("name"))
        for row in roll(company=golden.company, people=people, first=MARCH, last=LAST, now=NOW):
            span = rules.Span(MARCH, LAST, NOW)
            kept = json.loads(json.dumps(rules.to_json(row, [(480, 0)] * 31)))
            bare = rules.RollRow([day for day in row.days], row.totals, 0, {}, {}, 0, 0, {})
            again = rules.with_kept(bare, span, [(MARCH, kept)])
            assert (again.totals, again.problems, again.minutes, again.overtime) == (
                row.totals, row.problems, row.minutes, row.overtime,
            )  # fmt: skip
            if row.begin < row.end:
                assert (again.begin, again.end) == (row.begin, row.end)
            for mine, its in zip(again.days, row.days, strict=True):
                assert (mine.state, mine.code, mine.status) == (its.state, its.code, its.status)
                assert (mine.halves, mine.flags, mine.name) == (its.halves, its.flags, its.name)


def test_it_costs_one_statement_whoever_is_asked_about(golden: Golden, hr: Client) -> None:
    _lock(golden)
    hr.get("/team/roll/?month=2026-03")
    with CaptureQueriesContext(connection) as queries:
        hr.get("/team/roll/?month=2026-03")
    lines = [each for each in queries if '"attendance_periodline"."roll"' in each["sql"]]
    assert len(lines) == 1


@pytest.mark.parametrize("slug", ["muster-roll", "summary", "headcount", "expected-and-actual"])
def test_whoever_was_switched_off_at_the_lock_counts_nothing_of_it_later(
    golden: Golden, hr: Client, slug: str
) -> None:
    with company_scope(golden.company):
        Employee.objects.filter(code="ada").update(is_active=False)
    _lock(golden)
    locked = _taken(hr, slug)
    with company_scope(golden.company):
        Employee.objects.filter(code="ada").update(is_active=True)
    figures = {
        row["name"]: {key: value for key, value in row.items() if not key.startswith("d")}
        for row in _taken(hr, slug)["rows"]
        if "name" in row
    }
    if slug == "headcount":
        assert _taken(hr, slug)["rows"] == locked["rows"]
    else:
        # Codes of the past stay in the register; nothing of it counts.
        ada = figures["Ada"]
        numbers = [v for k, v in ada.items() if k not in ("name", "code", "department", "cells")]
        assert {float(number) for number in numbers} == {0.0}
        others = [row for row in locked["rows"] if row["name"] != "Ada"]
        assert [row for row in _taken(hr, slug)["rows"] if row["name"] != "Ada"] == others


def test_whoever_is_entered_after_the_lock_counts_from_the_next_month(
    golden: Golden, hr: Client
) -> None:
    _lock(golden)
    with company_scope(golden.company):
        make_person(golden.company, "Zoe", golden.world.office, golden.world.day_shift)
    stretch = {"from": "2026-03-30", "to": "2026-04-01"}
    (zoe,) = [row for row in _taken(hr, "summary", **stretch)["rows"] if row["name"] == "Zoe"]
    assert (zoe["days"], zoe["unmarked"], zoe["absent"]) == ("1", "1", "0")
