"""The register by itself: what each date without a record is, and what everybody's dates make."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attendance.enums import DayException, DayStatus
from attendance.rules.person import Employment, PersonCalendar, Place
from attendance.rules.roll import (
    ByDate,
    DayState,
    Record,
    RollRow,
    Span,
    judged,
    row_of,
    to_json,
    with_kept,
)
from attendance.rules.settings import BUILT_IN, CompanySettings, Steps
from attendance.rules.types import Manual, Pattern

MARCH, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
# Tuesday the 10th, in the office's afternoon.
NOW = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
DAY = Pattern(
    shift_id="day", version_id="1", name="Day", start=dt.time(9), end=dt.time(17)
)  # fmt: skip
SETTINGS = CompanySettings(
    revision=0, policies=Steps([(MARCH, BUILT_IN)]), patterns={"day": Steps([(MARCH, DAY)])},
    offices={}, calendar={},
)  # fmt: skip
PRESENT, HALF = judged(DayStatus.PRESENT, "", ()), judged(DayStatus.HALF_DAY, "½CL·½P", ())


def calendar(shift: str | None = "day", **employment: Any) -> PersonCalendar:
    employed = Employment(**{"joined_on": dt.date(2025, 1, 1), **employment})
    place = Place(default_shift_id=shift, weekly_off={"sat": "all", "sun": "all"})
    return PersonCalendar(employed, SETTINGS, Steps([(dt.date(2025, 1, 1), place)]))


def row(own: PersonCalendar, *records: Record, now: dt.datetime = NOW) -> RollRow:
    return row_of(own, records, Span(MARCH, LAST, now))


def test_a_month_under_way() -> None:
    own = calendar()
    skipped = Manual(status=None, reason="moved")
    own.manuals = {dt.date(2026, 3, 4): skipped, dt.date(2026, 2, 4): skipped}
    found = row(own, (1, PRESENT, 480, 5, 0), (2, HALF, 240, 0, 60), (30, PRESENT, 1, 1, 1))
    states = [day.state.value for day in found.days]
    off = DayState.OFF.value
    assert states[:10] == [
        off, "judged", "judged", "skipped", "nothing", "nothing", off, off, "nothing", "open",
    ]  # fmt: skip
    assert states[10:14] == ["to_come", "to_come", "to_come", off]
    assert (found.begin, found.end, found.problems) == (0, 10, 3)
    totals = found.totals
    assert (totals.present_halves, totals.leave_by_code, totals.off_halves) == (3, {"CL": 1}, 6)
    assert (totals.unmarked_halves, totals.halves) == (10, 20)
    # What lies ahead counts for nothing yet.
    assert (totals.worked_minutes, totals.late_count, totals.late_minutes) == (720, 1, 5)
    assert (totals.early_count, totals.early_minutes) == (1, 60)
    assert found.unrecorded == [0, 3, 4, 5, 6, 7, 8, 9]


def test_dates_outside_of_the_employment_are_none() -> None:
    found = row(calendar(joined_on=dt.date(2026, 3, 3), left_on=dt.date(2026, 3, 5)))
    assert [day.state for day in found.days if day.state != DayState.NOT_EMPLOYED] == (
        [DayState.NOTHING] * 3
    )
    assert (found.begin, found.end) == (2, 5)
    assert row(calendar(is_active=False)).totals.halves == 0


def test_nothing_is_due_without_a_shift_and_before_the_first_judged_day() -> None:
    later = dt.datetime(2026, 4, 10, tzinfo=dt.UTC)
    assert row(calendar(None), now=later).days[1].state == DayState.NOT_DUE
    own = calendar(judged_from=dt.date(2026, 3, 3))
    assert [day.state for day in row(own, now=later).days[1:3]] == [
        DayState.NOT_DUE, DayState.NOTHING,
    ]  # fmt: skip


def test_a_move_within_the_dates_changes_the_days_off() -> None:
    own = calendar()
    own.places = Steps(
        [(dt.date(2025, 1, 1), Place()), (dt.date(2026, 3, 9), Place(weekly_off={"wed": "all"}))]
    )
    off = [n + 1 for n, day in enumerate(row(own).days) if day.state == DayState.OFF]
    assert off[-3:] == [11, 18, 25]


def test_what_a_day_lacks() -> None:
    flags = (DayException.MISSING_OUT.value, "late_punch")
    assert judged(DayStatus.INCOMPLETE, "", flags).lacks == ("missing_out",)
    assert judged(DayStatus.INCOMPLETE, "", ()).lacks == ("INC",)
    assert (PRESENT.lacks, PRESENT.is_off, PRESENT.is_problem) == ((), False, False)
    days = row(calendar()).days
    assert (days[1].lacks, days[0].lacks, days[0].is_off) == (("nothing",), (), True)
    assert judged(None, "", ()).state == DayState.OPEN


def test_everybodys_dates_together() -> None:
    span = Span(MARCH, dt.date(2026, 3, 3), NOW)
    found = ByDate(span)
    found.add(row_of(calendar(), [(1, PRESENT, 480, 5, 3)], span))
    found.add(row_of(calendar(joined_on=dt.date(2026, 3, 2)), [(1, HALF, 240, 0, 0)], span))
    found.add(row_of(calendar(left_on=MARCH), [(1, PRESENT, 480, 5, 3)], span))
    first, second, third = found.totals()
    assert (first.off_halves, first.halves) == (4, 4)
    assert (second.present_halves, second.leave_halves, second.halves) == (3, 1, 4)
    assert (second.worked_minutes, second.late_count, second.late_minutes) == (720, 1, 5)
    assert (second.early_count, second.early_minutes) == (1, 3)
    assert (third.unmarked_halves, third.halves) == (4, 4)


def test_extra_minutes_that_count_stand_beside() -> None:
    span = Span(MARCH, dt.date(2026, 3, 3), NOW)
    records = [(1, PRESENT, 540, 0, 0)]
    found = row_of(calendar(joined_on=dt.date(2026, 3, 2)), records, span, {0: 7, 1: 60, 2: 5})
    # Those of a date before the employment count for nothing, like everything else of it.
    assert found.totals.overtime_minutes == 65
    together = ByDate(span)
    together.add(found)
    together.add(found)
    assert [totals.overtime_minutes for totals in together.totals()] == [0, 120, 10]


def test_a_locked_month_keeps_its_extra_minutes() -> None:
    span, own = Span(MARCH, LAST, dt.datetime(2026, 5, 1, tzinfo=dt.UTC)), calendar()
    row_then = row_of(own, [(1, PRESENT, 540, 0, 0)], span, {1: 60})
    locked = to_json(row_then, [(480, 1)] * 31)
    later = row_of(own, [(1, PRESENT, 540, 0, 0)], span, {1: 90, 2: 30})
    found = with_kept(later, span, [(MARCH, locked)])
    assert (found.overtime, found.totals.overtime_minutes) == ({1: 60}, 60)
    # Of a stretch that the month reaches out of, the dates asked for alone.
    begin = Span(MARCH, MARCH, span.now)
    part = with_kept(row_of(own, [], begin), begin, [(MARCH, locked)])
    assert (part.overtime, part.totals.overtime_minutes) == ({}, 0)
    assert (part.kept_hours, found.kept_hours[30]) == ({0: (480, 1)}, (480, 1))


def test_a_locked_month_without_a_line_counts_and_lacks_nothing() -> None:
    span = Span(MARCH, LAST, dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    flagged = judged(DayStatus.INCOMPLETE, "", (DayException.MISSING_OUT.value,))
    row_now = row_of(calendar(), [(1, PRESENT, 540, 5, 0), (2, flagged, 0, 0, 0)], span, {1: 60})
    assert (row_now.problems, row_now.days[2].lacks) == (21, ("missing_out",))
    found = with_kept(row_now, span, [(MARCH, None)])
    assert [(day.counts, day.lacks, day.is_problem) for day in found.days] == (
        [(False, (), False)] * 31
    )
    assert (found.days[1].code, found.days[2].code) == ("P", "INC")
    assert (found.totals.halves, found.totals.worked_minutes, found.problems) == (0, 0, 0)
    assert (found.totals.overtime_minutes, found.unrecorded) == (0, [])
    assert found.kept_hours == dict.fromkeys(range(31), (0, 0))
