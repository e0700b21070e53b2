"""The year at a glance: leave, halves, holidays and days off on their dates, and totals."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.enums import CalendarKind
from companies.models import CalendarDay
from leave.enums import Taken
from leave.services import decisions, requests
from tests.attendance.test_pages import _text
from tests.leave.world import Leave, d


@pytest.fixture
def maya(client: Client, leave: Leave) -> Client:
    client.force_login(leave.maya.user)
    return client


def _holiday(leave: Leave, date: str, kind: CalendarKind, name: str) -> None:
    CalendarDay.objects.create(company=leave.world.company, date=d(date), kind=kind, name=name)


def _cells(page: Any, month: int) -> dict[int, tuple[str, str, str]]:
    """Return tone, sign and words of the dates of a month that are not plain."""
    weeks = page.context["months"][month - 1]["weeks"]
    return {
        cell["number"]: (cell["tone"], cell.get("sign", ""), cell["words"])
        for week in weeks
        for cell in week
        if cell and cell["tone"] != "none"
    }


def test_a_month_shows_what_each_date_is(maya: Client, leave: Leave) -> None:
    leave.grant("20")
    _holiday(leave, "03-05", CalendarKind.HOLIDAY, "Holi")
    leave.approve(leave.submit("03-04", "03-06", last_part=Taken.AM))
    leave.submit("03-11")
    page = maya.get("/leave/year/2026/")
    cells = _cells(page, 3)
    assert {number: cells[number] for number in (4, 5, 6, 7, 11)} == {
        4: ("info", "AL", "Annual"), 5: ("warn", "H", "Holi"),
        6: ("info", "½AL", "Annual (first half)"), 7: ("off", "", "weekly off"),
        11: ("open", "AL", "Annual, asked for"),
    }  # fmt: skip
    lines = page.context["months"][2]["lines"]
    assert [(line["dates"], line["what"], line.get("amount")) for line in lines] == [
        ("Wed 4 March to Fri 6 March", "Annual", "1.5 days"), ("Wed 11 March", "Annual", "1 day"),
        ("Thu 5 March", "Holi", None),
    ]  # fmt: skip
    assert [line["chip"] and line["chip"]["text"] for line in lines[:2]] == [None, "Waits"]
    assert page.context["totals"] == [
        {"name": "Annual", "colour": "#3b6ea5", "approved": "1.5 days", "asked": "1 day"}
    ]
    assert "1.5 days and 1 day asked for" in _text(page.text)


def test_two_halves_of_a_date_half_holidays_and_hours(maya: Client, leave: Leave) -> None:
    leave.grant("20")
    sick = leave.type("Sick", "SL", needs_allocation=False)
    hours = leave.type("Study", "SH", unit="hour", needs_allocation=False)
    leave.approve(leave.submit("03-04", first_part=Taken.AM))
    leave.approve(leave.submit("03-04", first_part=Taken.PM, leave_type=sick))
    leave.approve(
        leave.submit("03-05", leave_type=hours, starts_at=dt.time(9), ends_at=dt.time(11))
    )
    _holiday(leave, "03-09", CalendarKind.HALF_HOLIDAY_PM, "Eve")
    page = maya.get("/leave/year/2026/")
    cells = _cells(page, 3)
    assert cells[4] == ("info", "AL·SL", "Annual (first half), Sick (second half)")
    assert cells[5] == ("info", "SH", "Study")
    assert cells[9] == ("warn", "H", "Eve (half a day)")
    assert [total["approved"] for total in page.context["totals"]] == [
        "0.5 days", "0.5 days", "2 hours",
    ]  # fmt: skip


def test_leave_that_was_refused_or_taken_back_is_not_in_it(maya: Client, leave: Leave) -> None:
    leave.grant("20")
    decisions.request_refuse(request=leave.submit("03-04"), by=leave.boss, reason="No")
    requests.request_withdraw(request=leave.submit("03-06"), by=leave.me)
    page = maya.get("/leave/year/2026/")
    assert page.context["totals"] == []
    assert "No leave in this year." in _text(page.text)


@pytest.mark.parametrize(
    ("year", "before", "after"),
    [
        ("1", None, None), ("2", None, "/leave/year/3/"), ("999", "/leave/year/998/", None),
        ("9998", "/leave/year/9997/", None), ("9999", None, None), ("10000", None, None),
        ("0", None, None), ("99999999999999999999", None, None),
    ],
)  # fmt: skip
def test_years_at_the_ends_of_time(
    maya: Client, year: str, before: str | None, after: str | None
) -> None:
    page = maya.get(f"/leave/year/{year}/")
    is_there = year in ("2", "999", "9998")
    assert page.status_code == (200 if is_there else 404)
    if not is_there:
        return
    wanted = after or (None if year == "9998" else "/leave/year/1000/")
    assert (page.context["before_url"], page.context["after_url"]) == (before, wanted)
    assert page.context["year"] == year


def test_the_statements_do_not_grow(maya: Client, leave: Leave) -> None:
    leave.grant("20")
    counts = []
    for dates in (["03-04"], ["03-05", "03-06"]):
        for date in dates:
            leave.submit(date)
        maya.get("/leave/year/2026/")
        with CaptureQueriesContext(connection) as found:
            maya.get("/leave/year/2026/")
        counts.append(len(found))
    assert counts == [10, 10]
