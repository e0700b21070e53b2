"""What people ask to have corrected in a scenario: whether they may, and what it changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from attendance.enums import CorrectionKind, Direction, Source
from attendance.rules import corrections as rules
from attendance.rules.byhand import check_entered
from attendance.rules.corrections import MARKS, Effect, Refusal, Wanted
from attendance.rules.errors import Scalar
from attendance.rules.stretch import Stretch
from attendance.rules.types import Mark, Tap
from attendance.simulate.forms import Row
from attendance.simulate.people import Person, known
from attendance.simulate.punches import instant

_HOLDING: Final = ("waiting", "approved")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a scenario, and what the rules say of it.

    A request that is refused by the rules changes nothing, whatever was decided of it.
    """

    person: str
    wanted: Wanted
    decision: str
    refusal: str = ""
    values: Mapping[str, Scalar] = field(default_factory=dict)
    dates: tuple[dt.date, ...] = ()
    effects: tuple[Effect, ...] = ()


class _No(NamedTuple):
    code: str
    values: Mapping[str, Scalar]


def ask(scenario: Row, people: Mapping[str, Person], now: dt.datetime) -> tuple[Asked, ...]:
    """Judge the requests in order; those that are approved change the days of what follows."""
    found: list[Asked] = []
    for kind in scenario["corrections"]:
        if kind.name == "request":
            person = known(kind.row, "person", people)
            wanted = _wanted(kind.row, person, people) if person is not None else None
            if person is not None and wanted is not None:
                found.append(_judge(kind.row, person, wanted, found, now))
    return tuple(found)


def _judge(
    row: Row, person: Person, wanted: Wanted, before: list[Asked], now: dt.datetime
) -> Asked:
    decision = row["decision"]
    today = row.get("asked", person.calendar.date_at(now))
    refusal = _refusal(wanted, person, before, today)
    no = _No(refusal.code.value, refusal.values) if refusal else _clash(wanted, person, now)
    if no is not None:
        return Asked(person.name, wanted, decision, *no)
    stretch = Stretch(
        person.calendar, wanted.first, wanted.last, person.taps_around(wanted.first, wanted.last)
    )
    days = rules.concerned(stretch, wanted)
    if isinstance(days, Refusal):
        return Asked(person.name, wanted, decision, days.code.value, days.values)
    effects = rules.effects(stretch, wanted, days.dates, now=now)
    if decision == "approved":
        _apply(row, person, wanted, days.dates)
    return Asked(person.name, wanted, decision, dates=days.dates, effects=effects)


def _wanted(row: Row, person: Person, people: Mapping[str, Person]) -> Wanted | None:
    """What is asked for; none where it contradicts itself, which is told."""
    kind, told = CorrectionKind(row["kind"]), len(row.spot.problems.found)
    taken = {key for somebody in people.values() for key in somebody.taps}
    added = [_tap(item, person, taken) for item in row["add"]]
    if kind in MARKS and (row["add"] or row["void"]):
        row.wrong("kind", "add and void belong to punches")
    for key in row["void"]:
        if key not in person.taps:
            row.wrong("void", f"there is no punch {key} of {person.name} that counts")
    if len(row.spot.problems.found) > told:
        return None
    return Wanted(
        kind=kind, first=row["from"], last=row.get("to", row["from"]),
        with_days_off=row["with_days_off"],
        added=tuple(added), voided=frozenset(row["void"]),
    )  # fmt: skip


def _tap(row: Row, person: Person, taken: set[str]) -> Tap:
    key = row.get("key", row.spot.place)
    if key in taken:
        row.wrong("key", f"another punch is called {key}")
    taken.add(key)
    at = instant(row, "at", person.calendar.zone_on)
    direction = Direction(row.get("direction", Direction.UNKNOWN))
    return Tap(key, at, direction, Source.REGULARISATION)


def _refusal(wanted: Wanted, person: Person, before: list[Asked], today: dt.date) -> Refusal | None:
    held = [
        item for item in before
        if item.person == person.name and not item.refusal and item.decision in _HOLDING
    ]  # fmt: skip
    waiting = {
        date for item in held if item.decision == "waiting" for date in item.wanted.dates
    }  # fmt: skip
    month = wanted.first.replace(day=1)
    return rules.check_asked(
        wanted,
        person.calendar.policy_on(today).corrections,
        today=today,
        asked=waiting,
        in_month=sum(item.wanted.first.replace(day=1) == month for item in held),
    )


def _clash(wanted: Wanted, person: Person, now: dt.datetime) -> _No | None:
    """Why the punches cannot be: nothing is said, one is to come, or one clashes."""
    if wanted.kind in MARKS:
        return None
    if not wanted.added and not wanted.voided:
        return _No("nothing_said", {})
    late = [tap for tap in wanted.added if tap.at > now]
    if late:
        return _No("not_yet", {"punch": late[0].key})
    policy = person.calendar.policy_on(wanted.first).rules
    clash = check_entered(
        [tap for tap in person.taps.values() if tap.key not in wanted.voided],
        wanted.added,
        allow_overlap=policy.allow_overlap,
        repeat_seconds=policy.repeat_seconds,
        max_presence_hours=policy.max_presence_hours,
    )
    if clash is None:
        return None
    others = ", ".join(tap.key for tap in clash.others)
    return _No(clash.code.value, {"punch": clash.tap.key, "others": others})


def _apply(row: Row, person: Person, wanted: Wanted, dates: tuple[dt.date, ...]) -> None:
    for key in wanted.voided:
        person.taps.pop(key, None)
    person.taps.update((tap.key, tap) for tap in wanted.added)
    kind = MARKS.get(wanted.kind)
    if kind is not None:
        for date in dates:
            mark = Mark(key=f"{row.spot.place} {date}", date=date, kind=kind)
            person.marks.setdefault(date, []).append(mark)
