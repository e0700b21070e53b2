"""Nobody works two shifts at once: dates that are taken, shifts that meet over midnight."""

from __future__ import annotations

import datetime as dt

import pytest

from attendance.rules.person import Assignment
from attendance.rules.roster import clash
from attendance.rules.types import Occurrence
from attendance.rules.windows import occurrence
from tests.attendance.rules.build import ZONE, shift

SHIFTS = {"Day": shift("09:00-17:00"), "Early": shift("06:00-14:00"), "Night": shift("22:00-06:00"),
          "Long": shift("22:00-07:00")}  # fmt: skip


def on(text: str) -> Assignment:
    """`"Day 02-04"` from the 2nd to the 4th of March, `"Day 02-"` from the 2nd on."""
    name, _, span = text.partition(" ")
    first, last = (dt.date(2026, 3, int(day)) if day else None for day in span.split("-"))
    assert first is not None
    return Assignment(shift_id=name, starts_on=first, ends_on=last)


def falls(item: Assignment, date: dt.date) -> Occurrence | None:
    pattern = SHIFTS.get(str(item.shift_id))
    return occurrence(date, pattern, ZONE) if pattern else None


@pytest.mark.parametrize(
    ("one", "others", "found"),
    [
        ("Day 02-04", [], None),
        ("Day 02-04", ["Night 04-06"], "Night 04-06"),
        ("Day 02-04", ["Night 06-08", "Night 01-02"], "Night 01-02"),
        ("Day 02-04", ["Night 03-03"], "Night 03-03"),
        ("Day 03-03", ["Night 02-04"], "Night 02-04"),
        ("Day 02-", ["Night 08-09"], "Night 08-09"),
        ("Day 08-09", ["Night 02-"], "Night 02-"),
        ("Day 02-04", ["Night 05-06"], None),  # Thursday's night begins after Wednesday's day
        ("Early 05-06", ["Night 02-04"], None),  # 06:00 to 06:00: touching is no overlap
        ("Early 05-06", ["Long 02-04"], "Long 02-04"),
        ("Long 02-04", ["Early 05-06"], "Early 05-06"),
        ("Early 06-06", ["Long 02-04"], None),  # a day between
        ("Early 05-06", ["Gone 02-04"], None),  # a shift that has no version then
    ],
)
def test_a_clash(one: str, others: list[str], found: str | None) -> None:
    assert clash(on(one), map(on, others), falls) == (on(found) if found else None)
