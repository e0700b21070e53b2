"""Short ways to say a day: `taps("in 09:00", "out +1 06:00")`, `day("in 09:00", shift=NIGHT)`.

Wall times are of `ZONE` and count from `DATE`, a Monday; `+1` is the day after it.
"""

import datetime as dt
from typing import Any

from hypothesis import settings

from attendance.enums import Direction, MarkKind, Portion
from attendance.rules.judge import judge
from attendance.rules.types import (
    Break,
    DayInput,
    DayKind,
    DayType,
    Mark,
    Occurrence,
    Owner,
    OwnerReason,
    Pattern,
    Policy,
    Tap,
    Verdict,
)
from attendance.rules.windows import attribute, occurrence
from attendance.rules.zones import resolve

ZONE = "Asia/Kathmandu"
DATE = dt.date(2026, 3, 2)
DAY_OFF = DayKind(DayType.WEEKLY_OFF)
HOLIDAY = DayKind(DayType.HOLIDAY, "Holi")

properties = settings(max_examples=100, deadline=None, database=None, derandomize=True)


def clock(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def at(text: str, date: dt.date = DATE, zone: str = ZONE) -> dt.datetime:
    """`"09:00"`, `"09:00:59"`, `"+1 06:00"` or `"-1 22:00"` as an instant."""
    days, _, wall = text.rpartition(" ")
    return resolve(date + dt.timedelta(days=int(days or 0)), clock(wall), zone)[0]


def tap(text: str, date: dt.date = DATE, zone: str = ZONE) -> Tap:
    """`"in 09:00"`, `"out +1 06:00"`, `"unknown 09:00"`; the text is its key."""
    direction, _, when = text.partition(" ")
    return Tap(text, at(when, date, zone), Direction(direction))


def taps(*texts: str) -> tuple[Tap, ...]:
    return tuple(tap(text) for text in texts)


def shift(span: str = "09:00-17:00", *breaks: str, **knobs: Any) -> Pattern:
    start, end = (clock(text) for text in span.split("-"))
    pauses = tuple(Break(*(clock(text) for text in item.split("-"))) for item in breaks)
    names: dict[str, Any] = {"shift_id": "shift", "version_id": "version", "name": "Day"}
    return Pattern(**names, start=start, end=end, breaks=pauses, **knobs)


def on(date: dt.date, pattern: Pattern, zone: str = ZONE) -> Occurrence:
    found = occurrence(date, pattern, zone)
    assert found is not None
    return found


def leave(portion: str = "full", code: str = "CL", kind: str = "leave") -> Mark:
    """`leave("am")`, or by the hour: `leave("09:00-11:00")`."""
    start = end = None
    if "-" in portion:
        start, end = (clock(text) for text in portion.split("-"))
        portion = "hours"
    return Mark(
        key=f"{kind} {portion} {code}", date=DATE, kind=MarkKind(kind), portion=Portion(portion),
        start=start, end=end, code=code,
    )  # fmt: skip


def duty(portion: str = "full") -> Mark:
    return leave(portion, "", "on_duty")


def home(portion: str = "full") -> Mark:
    return leave(portion, "", "work_from_home")


def day(*texts: str, shift: Pattern | None = shift(), **fields: Any) -> DayInput:  # noqa: B008
    """The input of `DATE`; `shift=None` for a day without one."""
    fields.setdefault("occurrence", on(DATE, shift) if shift else None)
    fields.setdefault("date", DATE)
    fields.setdefault("zone", ZONE)
    return DayInput(taps=taps(*texts), **fields)


def judged(*texts: str, now: str = "+1 12:00", **fields: Any) -> Verdict:
    return judge(day(*texts, **fields), now=at(now))


def said(verdict: Verdict) -> dict[str, Any]:
    """The steps by their code; the last of a code wins."""
    return {step.code: dict(step.values) for step in verdict.steps}


def owned(*texts: str, occurrences: list[Occurrence], policy: Policy | None = None) -> list[str]:
    """`"in 09:00 -> 03-02 in_window"` for each punch, in the order given."""
    owners = attribute(
        taps(*texts), occurrences, lambda instant: ZONE, lambda date: policy or Policy()
    )
    return [f"{text} -> {_row(owners[text])}" for text in texts]


def _row(owner: Owner) -> str:
    shiftless = owner.occurrence_date is None and owner.reason != OwnerReason.OUTSIDE_SHIFT
    return f"{owner.date:%m-%d} {owner.reason.value}{' shiftless' if shiftless else ''}"
