"""When somebody is reminded, when it goes on to others, and when a loss is told."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leave.rules.reminding import (
    Reach,
    ReminderRules,
    Waiting,
    lapse_notice,
    last_call,
    reach,
    reminders,
)
from tests.leave.world import d

DAY = dt.timedelta(days=1)
RULES = ReminderRules(remind_after=2, remind_every=2, escalate_after=5)


def _works(date: dt.date) -> bool:
    """Saturdays and Sundays are off; 2 March 2026 is a Monday."""
    return date.weekday() < 5


def _never(date: dt.date) -> bool:
    return False


@pytest.mark.parametrize(
    ("since", "today", "after", "every", "wanted"),
    [
        ("03-02", "03-02", 2, 2, 0),
        ("03-02", "03-03", 2, 2, 0),
        ("03-02", "03-04", 2, 2, 1),
        ("03-02", "03-05", 2, 2, 1),
        ("03-02", "03-06", 2, 2, 2),
        # Over a weekend nobody is late.
        ("03-06", "03-08", 2, 2, 0),
        ("03-06", "03-09", 2, 2, 0),
        ("03-06", "03-10", 2, 2, 1),
        # Asked on a Saturday: Monday is the first day.
        ("03-07", "03-09", 1, 1, 1),
        # Once only, and never.
        ("03-02", "03-31", 2, 0, 1),
        ("03-02", "03-31", 0, 2, 0),
        # A week without a run: all that are due.
        ("03-02", "03-13", 2, 2, 4),
        # A clock that was set back.
        ("03-04", "03-02", 1, 1, 0),
    ],
)
def test_reminders(since: str, today: str, after: int, every: int, wanted: int) -> None:
    rules = ReminderRules(remind_after=after, remind_every=every)
    waiting = Waiting(d(since), d("06-01"))
    assert reminders(waiting, d(today), rules, _works) == wanted


@pytest.mark.parametrize(
    ("since", "begins", "today", "after", "above", "wanted"),
    [
        ("03-02", "06-01", "03-06", 5, True, Reach.ASKED),
        ("03-02", "06-01", "03-09", 5, True, Reach.ABOVE),
        ("03-02", "06-01", "03-13", 5, True, Reach.ABOVE),
        ("03-02", "06-01", "03-16", 5, True, Reach.HR),
        ("03-02", "06-01", "05-22", 5, True, Reach.HR),
        ("03-02", "06-01", "03-09", 5, False, Reach.HR),
        ("03-02", "06-01", "05-28", 0, True, Reach.ASKED),
        # The working day before it begins: Friday for a Monday.
        ("03-02", "03-09", "03-05", 5, True, Reach.ASKED),
        ("03-02", "03-09", "03-06", 5, True, Reach.HR),
        ("03-02", "03-09", "03-06", 0, True, Reach.HR),
        # Asked on the day before, or on that very weekend: at once.
        ("03-02", "03-03", "03-02", 5, True, Reach.HR),
        ("03-07", "03-09", "03-07", 5, True, Reach.HR),
        # Asked for afterwards: by its days alone.
        ("03-04", "03-04", "03-04", 5, True, Reach.ASKED),
        ("03-04", "03-02", "03-10", 5, True, Reach.ASKED),
        ("03-04", "03-02", "03-11", 5, True, Reach.ABOVE),
    ],
)
def test_reach(since: str, begins: str, today: str, after: int, above: bool, wanted: Reach) -> None:
    rules = ReminderRules(escalate_after=after, goes_above=above)
    assert reach(Waiting(d(since), d(begins)), d(today), rules, _works) == wanted


def test_the_last_call_where_no_day_is_worked_is_the_day_before() -> None:
    assert last_call(d("03-09"), _works) == d("03-06")
    assert last_call(d("03-09"), _never) == d("03-08")


@pytest.mark.parametrize(
    ("lapses_on", "today", "wanted"),
    [
        ("04-01", "02-28", None),
        ("04-01", "03-01", 30),
        ("04-01", "03-23", 30),
        ("04-01", "03-24", 7),
        ("04-01", "03-31", 7),
        # It has lapsed.
        ("04-01", "04-01", None),
    ],
)
def test_lapse_notice(lapses_on: str, today: str, wanted: int | None) -> None:
    assert lapse_notice(d(lapses_on), d(today), RULES) == wanted


def test_no_notice_where_none_is_set_up() -> None:
    assert lapse_notice(d("04-01"), d("03-31"), ReminderRules(lapse_days=())) is None


_DATES = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
_RULES = st.builds(
    ReminderRules,
    remind_after=st.integers(0, 10), remind_every=st.integers(0, 10),
    escalate_after=st.integers(0, 10), goes_above=st.booleans(),
)  # fmt: skip


@given(since=_DATES, begins=_DATES, days=st.integers(0, 90), rules=_RULES)
def test_nothing_that_is_due_is_undone_by_waiting_longer(
    since: dt.date, begins: dt.date, days: int, rules: ReminderRules
) -> None:
    waiting, today = Waiting(since, begins), since + days * DAY
    after = today + DAY
    assert reminders(waiting, after, rules, _works) >= reminders(waiting, today, rules, _works)
    assert reach(waiting, after, rules, _works) >= reach(waiting, today, rules, _works)


@given(since=_DATES, ahead=st.integers(1, 60), rules=_RULES)
def test_hr_knows_on_the_working_day_before_whatever_is_set_up(
    since: dt.date, ahead: int, rules: ReminderRules
) -> None:
    waiting = Waiting(since, since + ahead * DAY)
    today = max(since, last_call(waiting.begins, _works))
    assert reach(waiting, today, rules, _works) == Reach.HR
