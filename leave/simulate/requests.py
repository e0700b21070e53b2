"""A request of a scenario: what is asked, what became of it, and every answer on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from attendance.enums import Portion
from attendance.rules import zones
from attendance.rules.errors import InvalidInput
from attendance.rules.spans import Span
from attendance.simulate.forms import Row
from attendance.simulate.knobs import said
from leave.enums import Taken
from leave.rules.amounts import ZERO
from leave.rules.asking import Answer, Live
from leave.rules.books import Draw
from leave.rules.counting import Ask, Count
from leave.rules.years import Dates
from leave.simulate.form import MOST_DAYS
from leave.simulate.people import Someone
from leave.simulate.types import LeaveType


class State(StrEnum):
    """What became of a request."""

    REFUSED = "refused"  # by the rules
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"  # by somebody
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    CONVERTED = "converted"


LIVE = (State.PENDING, State.APPROVED)


@dataclass(frozen=True, slots=True)
class Said:
    """What one step was answered; no refusal where it was done."""

    step: str
    on: dt.date
    refusal: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Request:
    """A request; `draws` are what it reserves or has taken, `count` what it counts now."""

    key: str
    someone: Someone
    type: LeaveType
    ask: Ask
    has_attachment: bool = False
    converts: bool = False
    state: State = State.REFUSED
    asked: Count | None = None
    count: Count | None = None
    draws: tuple[Draw, ...] = ()
    decided: int = 0
    given_up: frozenset[dt.date] = frozenset()  # to a request that turned them into other leave
    said: list[Said] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_approved(self) -> bool:
        return self.state == State.APPROVED

    def stands(self, answer: Answer) -> None:
        """Let the request be what an answer found of it."""
        self.count = answer.count
        self.draws = answer.drawn.draws if answer.drawn else ()

    def live(self, type: LeaveType) -> Live:
        """The request as one of another type, or of the same, sees it."""
        counted = [day for day in (self.count or Count(())).days if day.amount]
        in_row = [day for day in counted if day.date in self.ask.dates]
        hours = self.ask.hours
        return Live(
            key=self.key,
            halves={day.date: day.halves for day in in_row},
            amounts={day.date: day.amount for day in counted},
            is_same_type=self.type is type,
            charged=frozenset(day.date for day in counted if day.date not in self.ask.dates),
            hours={day.date: hours for day in in_row} if hours else {},
        )

    def tell(self, step: str, on: dt.date, answer: Answer | None = None) -> None:
        """Keep what a step was answered."""
        if answer is None or answer.refusal is None:
            self.said.append(Said(step, on))
        else:
            self.said.append(Said(step, on, answer.refusal.value, answer.values))


def ask_of(row: Row, someone: Someone) -> Ask | None:
    """What a row asks for; None where it is wrong, which the row then tells."""
    first, last = row["from"], row.get("to", row["from"])
    if (last - first).days >= MOST_DAYS:
        row.wrong("to", f"more than {MOST_DAYS} days")
        return None
    if "part" in row and ("first_part" in row or "last_part" in row):
        row.wrong("part", "stands beside first_part or last_part")
        return None
    parts = _parts(row, is_one=first == last)
    try:
        return Ask(
            dates=Dates(first, last), first_part=parts[0], last_part=parts[1],
            hours=_span(row, someone), flat_hours=row.get("hours"),
        )  # fmt: skip
    except InvalidInput as error:
        row.wrong("to" if "to" in row else "from", said(error))
        return None


def _parts(row: Row, *, is_one: bool) -> tuple[Taken, Taken]:
    if "part" in row:
        part = Taken(row["part"])
        return part, part if is_one else Taken.FULL
    first, last = (Taken(row.get(key, Taken.FULL)) for key in ("first_part", "last_part"))
    if is_one and "last_part" not in row:
        return first, first
    if is_one and "first_part" not in row:
        return last, last
    return first, last


def _span(row: Row, someone: Someone) -> Span | None:
    if ("start" in row) != ("end" in row):
        row.wrong("start" if "start" in row else "end", "start and end belong together")
        return None
    if "start" not in row:
        return None
    date, zone = row["from"], someone.person.calendar.zone_on(row["from"])
    start, end = (zones.resolve(date, row[key], zone)[0] for key in ("start", "end"))
    if row["end"] <= row["start"]:
        end = zones.resolve(date + dt.timedelta(days=1), row["end"], zone)[0]
    return Span(start, end)


def portions(request: Request) -> dict[dt.date, Portion]:
    """Which part of each date that it counts the request covers."""
    found: dict[dt.date, Portion] = {}
    for day in (request.count or Count(())).days:
        if day.amount > ZERO:
            halves = sorted(day.halves)
            found[day.date] = Portion.FULL if len(halves) == 2 else halves[0]
            if request.ask.hours is not None:
                found[day.date] = Portion.HOURS
    return found
