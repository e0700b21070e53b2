"""When somebody is reminded, when what waits goes on to others, when a loss is told (rules 7, 8).

Days are working days of the person who asks: nobody is late over a weekend.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from attendance.rules.calendar import working_days_between, working_days_on
from attendance.rules.errors import InvalidInput
from leave.rules.years import DAY

IsWorking = Callable[[dt.date], bool]


class Reach(IntEnum):
    """How far what waits has gone beyond who was asked."""

    ASKED = 0
    ABOVE = 1
    HR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRules:
    """A company's settings; 0 days is never, and `remind_every` 0 is once only.

    `goes_above`: first to whoever the manager answers to, and to HR after as many days again.
    """

    remind_after: int = 2
    remind_every: int = 2
    escalate_after: int = 5
    goes_above: bool = True
    lapse_days: tuple[int, ...] = (30, 7)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits since a date, about days that begin on one."""

    since: dt.date
    begins: dt.date


def reminders(waiting: Waiting, today: dt.date, rules: ReminderRules, is_working: IsWorking) -> int:
    """How many reminders are due by today, the missed ones counted."""
    waited = _waited(waiting.since, today, is_working)
    if not rules.remind_after or waited < rules.remind_after:
        return 0
    if not rules.remind_every:
        return 1
    return 1 + (waited - rules.remind_after) // rules.remind_every


def reach(waiting: Waiting, today: dt.date, rules: ReminderRules, is_working: IsWorking) -> Reach:
    """How far it has gone by today: by its days, and to HR on the working day before it begins.

    What is asked for afterwards, such as sickness, goes by its days alone.
    """
    if waiting.begins > waiting.since and today >= last_call(waiting.begins, is_working):
        return Reach.HR
    if not rules.escalate_after:
        return Reach.ASKED
    passed = _waited(waiting.since, today, is_working) // rules.escalate_after
    if passed and not rules.goes_above:
        return Reach.HR
    return Reach(min(passed, Reach.HR))


def last_call(begins: dt.date, is_working: IsWorking) -> dt.date:
    """The working day before a date; where none is worked, the day before."""
    try:
        return working_days_on(begins, -1, is_working)
    except InvalidInput:
        return begins - DAY


def _waited(since: dt.date, today: dt.date, is_working: IsWorking) -> int:
    return working_days_between(since, today, is_working) if today > since else 0


def lapse_notice(lapses_on: dt.date, today: dt.date, rules: ReminderRules) -> int | None:
    """Which of the notices is due for days that lapse as a date begins: so many days ahead.

    The nearest one: who was not told in time is told once.
    """
    left = (lapses_on - DAY - today).days
    due = [days for days in rules.lapse_days if 0 <= left <= days]
    return min(due, default=None)
