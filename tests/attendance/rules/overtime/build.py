"""Short ways to say a stretch of days: `booked({0: "in 09:00, out 18:30"}, policy(rule("day")))`.

Dates count from `DATE`, a Monday; wall times are of the zone.
"""

import datetime as dt
from typing import Any

from attendance.enums import Direction
from attendance.rules.judge import Judged, judge_whole
from attendance.rules.overtime.compute import compute
from attendance.rules.overtime.types import Overtime, OvertimePolicy, OvertimeRule
from attendance.rules.types import DayInput, DayKind, Pattern, Tap
from attendance.rules.windows import occurrence
from attendance.rules.zones import local
from companies.enums import (
    Compensation,
    OvertimeBasis,
    OvertimeDating,
    OvertimeDays,
    ToleranceScope,
)
from tests.attendance.rules.build import DATE, DAY_OFF, ZONE, at, clock, shift

WORKDAY = DayKind()
LATE = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def rule(basis: str = "day", name: str = "", **knobs: Any) -> OvertimeRule:
    """A rule; the clock as `at="18:00-20:00"`, tolerances `employer=` and `employee=`."""
    if "at" in knobs:
        knobs["start"], knobs["end"] = (clock(text) for text in knobs.pop("at").split("-"))
    for short in ("employer", "employee"):
        if short in knobs:
            knobs[f"{short}_tolerance_minutes"] = knobs.pop(short)
    for key, kind in (
        ("days", OvertimeDays), ("compensation", Compensation), ("tolerance", ToleranceScope),
    ):  # fmt: skip
        if key in knobs:
            knobs[key] = kind(knobs[key])
    return OvertimeRule(name=name or basis, basis=OvertimeBasis(basis), **knobs)


def policy(*rules: OvertimeRule, is_split: bool = False, **knobs: Any) -> OvertimePolicy:
    dating = OvertimeDating.MIDNIGHT if is_split else OvertimeDating.ATTENDANCE_DATE
    return OvertimePolicy(
        policy_id="policy", version_id="version", name="Extra", rules=rules, dating=dating, **knobs
    )


def inputs(
    texts: dict[int, str],
    *,
    pattern: Pattern | None = shift(),  # noqa: B008
    kinds: dict[int, DayKind] | None = None,
    zone: str = ZONE,
    date: dt.date = DATE,
    **fields: Any,
) -> list[DayInput]:
    """The rows of `texts` by days from `date`; Saturdays and Sundays are off unless said."""
    found = []
    for n, text in texts.items():
        mine = date + dt.timedelta(days=n)
        taps = tuple(
            Tap(f"{n} {item}", at(item.partition(" ")[2], mine, zone), _direction(item))
            for item in filter(None, text.split(", "))
        )
        plain = DAY_OFF if mine.weekday() >= 5 else WORKDAY
        found.append(
            DayInput(
                date=mine,
                zone=zone,
                occurrence=occurrence(mine, pattern, zone) if pattern else None,
                taps=taps,
                day_kind=(kinds or {}).get(n, plain),
                **fields,
            )
        )
    return found


def _direction(text: str) -> Direction:
    return Direction(text.partition(" ")[0])


def judged(days: list[DayInput], now: dt.datetime = LATE) -> list[Judged]:
    return [judge_whole(day, now=now) for day in days]


def week(
    texts: dict[int, str], extra: OvertimePolicy, now: dt.datetime = LATE, **of: Any
) -> dict[int, Overtime]:
    """The figures by days from the first date."""
    date = of.get("date", DATE)
    days = inputs(texts, **of)
    found = compute(
        judged(days, now),
        lambda _date: extra,
        start=min(day.date for day in days),
        end=max(day.date for day in days),
    )
    return {(key - date).days: item for key, item in found.items()}


def one(text: str, extra: OvertimePolicy, **of: Any) -> Overtime:
    """The figure of `DATE`."""
    return week({0: text}, extra, **of)[0]


def figures(text: str, extra: OvertimePolicy, **of: Any) -> tuple[int, int]:
    """Extra and missing minutes of `DATE`."""
    found = one(text, extra, **of)
    return found.extra_minutes, found.missing_minutes


def parts(found: Overtime, zone: str = ZONE) -> list[str]:
    """`"day 100 paid 30: 17:00-17:30"` for each part."""
    return [
        f"{part.rule} {part.rate_percent} {'banked' if part.is_banked else 'paid'} {part.minutes}: "
        + " ".join(
            f"{local(span.start, zone):%H:%M}-{local(span.end, zone):%H:%M}" for span in part.spans
        )
        for part in found.parts
    ]


def codes(found: Overtime) -> list[str]:
    return [step.code for step in found.steps]
