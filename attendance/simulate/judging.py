"""People's days and their extra minutes, judged by the functions that the product runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from attendance.rules.judge import judge, judge_whole
from attendance.rules.overtime.compute import Reach, compute
from attendance.rules.overtime.types import Overtime
from attendance.rules.stretch import Stretch
from attendance.rules.types import DayInput, Owner, Verdict
from attendance.simulate.build import World
from attendance.simulate.people import Person


def judged(
    world: World, people: Iterable[Person], first: dt.date, last: dt.date
) -> Iterator[tuple[Person, DayInput, Verdict, Mapping[str, Owner]]]:
    """The days of these people from `first` to `last`, each with what it was judged by."""
    for person in people:
        stretch = Stretch(person.calendar, first, last, person.taps_around(first, last))
        owners = stretch.owners()
        for day in stretch.inputs(owners):
            yield person, day, judge(day, now=world.now), owners


def overtime_of(world: World, person: Person, first: dt.date, last: dt.date) -> Iterator[Overtime]:
    """The dates that have extra or missing minutes, or of which somebody decided."""
    policies = [item for steps in person.calendar.settings.overtime.values() for item in steps]
    since, until = Reach.of(policies).needed(first, last)
    taps = person.taps_around(since, until)
    stretch = Stretch(person.calendar, since, until, taps)
    rows = [judge_whole(day, now=world.now) for day in stretch.inputs(stretch.owners())]
    found = compute(rows, person.calendar.overtime_on, start=first, end=last)
    for date, item in found.items():
        if not item.is_nothing or date in person.overtime:
            yield item
