"""When a report is sent by itself, and of which days it tells."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.sending import due_on, told_span

D = dt.date
HOLIDAYS = {D(2026, 5, 1)}


def _is_working(date: dt.date) -> bool:
    return date.weekday() < 5 and date not in HOLIDAYS


@pytest.mark.parametrize(
    ("today", "working_day", "weekday", "due"),
    [
        # The 1st of March 2026 is a Sunday, the 1st of May a Friday and a holiday.
        (D(2026, 3, 1), 1, None, D(2026, 2, 2)),
        (D(2026, 3, 2), 1, None, D(2026, 3, 2)),
        (D(2026, 3, 31), 1, None, D(2026, 3, 2)),
        (D(2026, 5, 3), 1, None, D(2026, 4, 1)),
        (D(2026, 5, 4), 1, None, D(2026, 5, 4)),
        (D(2026, 5, 4), 2, None, D(2026, 4, 2)),
        (D(2026, 5, 5), 2, None, D(2026, 5, 5)),
        (D(2026, 1, 1), 15, None, D(2025, 12, 19)),
        (D(2026, 3, 4), None, 2, D(2026, 3, 4)),
        (D(2026, 3, 4), None, 3, D(2026, 2, 26)),
        (D(2026, 3, 4), None, 1, D(2026, 3, 3)),
    ],
)
def test_it_is_due(
    today: dt.date, working_day: int | None, weekday: int | None, due: dt.date
) -> None:
    found = due_on(today, working_day=working_day, weekday=weekday, is_working=_is_working)
    assert found == due


def test_where_nobody_works_nothing_is_due() -> None:
    found = due_on(D(2026, 3, 4), working_day=1, weekday=None, is_working=lambda date: False)
    assert found is None


@pytest.mark.parametrize(
    ("due", "is_weekly", "by_month", "span"),
    [
        (D(2026, 3, 2), False, True, (D(2026, 2, 1), D(2026, 2, 28))),
        (D(2026, 1, 1), False, False, (D(2025, 12, 1), D(2025, 12, 31))),
        (D(2026, 3, 2), True, False, (D(2026, 2, 23), D(2026, 3, 1))),
        (D(2026, 3, 2), True, True, (D(2026, 3, 1), D(2026, 3, 31))),
        (D(2026, 3, 1), True, True, (D(2026, 2, 1), D(2026, 2, 28))),
    ],
)
def test_it_tells_of_the_days_before(
    due: dt.date, is_weekly: bool, by_month: bool, span: tuple[dt.date, dt.date]
) -> None:
    assert told_span(due, is_weekly=is_weekly, by_month=by_month) == span


@given(st.dates(D(2000, 2, 1), D(2100, 1, 1)), st.integers(1, 15), st.integers(0, 6), st.booleans())
def test_it_is_due_on_its_day_and_the_same_until_the_next(
    today: dt.date, n: int, weekday: int, is_weekly: bool
) -> None:
    def ask(date: dt.date) -> dt.date | None:
        return due_on(
            date, working_day=None if is_weekly else n, weekday=weekday if is_weekly else None,
            is_working=_is_working,
        )  # fmt: skip

    due = ask(today)
    assert due is not None and due <= today
    assert ask(due) == due
    if is_weekly:
        assert due.weekday() == weekday and (today - due).days < 7
    else:
        assert sum(_is_working(due.replace(day=day)) for day in range(1, due.day + 1)) == n
