"""The punches of a scenario: as they came, less what HR voided, with what HR added by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from attendance.enums import Direction, Source
from attendance.rules import zones
from attendance.rules.byhand import ClashCode, check_entered
from attendance.rules.types import Tap
from attendance.simulate.forms import Row
from attendance.simulate.people import Person, known

_CLASHES: Final = {
    ClashCode.OUT_NOT_AFTER_IN: "an out that does not come after its in",
    ClashCode.OVERLAPS_PAIR: "overlaps a pair",
    ClashCode.IN_INSIDE_PAIR: "an in inside a closed pair",
    ClashCode.SECOND_OPEN: "a second in would stay open",
    ClashCode.PAIR_TOO_LONG: "longer than anybody is present",
}


def punch(scenario: Row, people: Mapping[str, Person], now: dt.datetime) -> None:
    """Give everybody their punches."""
    book = _Book(now)
    for row in scenario["punches"]:
        person = known(row, "person", people)
        if person is not None:
            book.write(person, row, Source(row.get("source", Source.WEB)))
    for kind in scenario["corrections"]:
        if kind.name == "add":
            book.add(kind.row, people)
        elif kind.name == "void":
            book.void(kind.row)


def instant(row: Row, key: str, zone_on: Callable[[dt.date], str]) -> dt.datetime:
    """The instant that a value names; a wall time is read in the zone of its date."""
    moment: dt.datetime = row[key]
    if moment.tzinfo is not None:
        if "fold" in row:
            row.wrong("fold", "with an offset a time is never twice")
        return zones.as_utc(moment)
    date, time, zone = moment.date(), moment.time(), zone_on(moment.date())
    if row.get("fold") != "second":
        return zones.resolve(date, time, zone)[0]
    if zones.resolve(date, time, zone)[1] != zones.FOLD:
        row.wrong("fold", f"{moment:%Y-%m-%d %H:%M} comes once in {zone}")
    return zones.resolve_second(date, time, zone)


class _Book:
    """Whose each punch is, by its key; the punches themselves stand with the people."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now
        self._owners: dict[str, Person] = {}

    def write(self, person: Person, row: Row, source: Source) -> Tap:
        key = row.get("key", row.spot.place)
        if key in self._owners:
            row.wrong("key", f"another punch is called {key}")
        at = instant(row, "at", person.calendar.zone_on)
        if at > self._now:
            row.wrong("at", "lies after now")
        direction = Direction(row.get("direction", Direction.UNKNOWN))
        self._owners[key], tap = person, Tap(key, at, direction, source)
        person.taps[key] = tap
        return tap

    def add(self, correction: Row, people: Mapping[str, Person]) -> None:
        """Enter punches by hand; unlike live ones they are refused where they clash."""
        person = known(correction, "person", people)
        if person is None:
            return
        standing = list(person.taps.values())
        entered = [self._enter(person, row) for row in correction["punches"]]
        first = min(tap.at for tap in entered)
        policy = person.calendar.policy_on(person.calendar.date_at(first)).rules
        clash = check_entered(
            standing,
            entered,
            allow_overlap=policy.allow_overlap,
            repeat_seconds=policy.repeat_seconds,
            max_presence_hours=policy.max_presence_hours,
        )
        if clash is not None:
            others = ", ".join(tap.key for tap in clash.others)
            correction.wrong("punches", f"{clash.tap.key}: {_CLASHES[clash.code]} ({others})")

    def _enter(self, person: Person, row: Row) -> Tap:
        tap, moment = self.write(person, row, Source.HR), row["at"]
        date = person.calendar.date_at(tap.at)
        if not person.calendar.employment.holds_on(date):
            row.wrong("at", f"{person.name} is not employed on {date}")
        if moment.tzinfo is None:
            zone = person.calendar.zone_on(moment.date())
            if zones.resolve(moment.date(), moment.time(), zone)[1] == zones.GAP:
                row.wrong("at", f"{moment:%Y-%m-%d %H:%M} never came in {zone}")
        return tap

    def void(self, correction: Row) -> None:
        owner = known(correction, "punch", self._owners)
        if owner is not None and owner.taps.pop(correction["punch"], None) is None:
            correction.wrong("punch", "was voided already")
