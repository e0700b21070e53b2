"""What a scenario says of its people: employment, places, roster, marks, verdicts by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from attendance.enums import DayStatus
from attendance.rules import codes, windows
from attendance.rules.errors import InvalidInput
from attendance.rules.person import Assignment, Employment, PersonCalendar, Place
from attendance.rules.roster import clash
from attendance.rules.settings import CompanySettings, Steps
from attendance.rules.stipend import Term
from attendance.rules.stretch import REACH
from attendance.rules.types import Manual, Mark, Occurrence, Tap
from attendance.simulate.company import check_overtime, check_zone, dated, optional_holidays
from attendance.simulate.forms import Row, meant
from attendance.simulate.knobs import made, said
from companies.enums import StipendPer

T = TypeVar("T")


@dataclass(slots=True)
class Person:
    """One person; `calendar` sees what is added to the other fields."""

    name: str
    calendar: PersonCalendar
    assignments: dict[Assignment, str] = field(default_factory=dict)  # and where each stands
    marks: dict[dt.date, list[Mark]] = field(default_factory=dict)
    manuals: dict[dt.date, Manual] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    overtime: dict[dt.date, Row] = field(default_factory=dict)  # what was decided of extra minutes
    stipends: tuple[Term, ...] = ()  # whole internships; a month takes its part

    def taps_around(self, first: dt.date, last: dt.date) -> tuple[Tap, ...]:
        """The punches that may decide about the dates from `first` to `last`."""
        since = dt.datetime.combine(first - REACH, dt.time.min, dt.UTC)
        until = dt.datetime.combine(last + REACH, dt.time.max, dt.UTC)
        return tuple(tap for tap in self.taps.values() if since <= tap.at <= until)

    def is_working(self, date: dt.date) -> bool:
        """Whether the date is not wholly off for the person."""
        return not self.calendar.day_kind_on(date).is_off


def people_of(scenario: Row, settings: CompanySettings) -> dict[str, Person]:
    """The people by name, with roster and marks; the rest comes once these are right."""
    people = {
        name: _person(name, row, scenario, settings) for name, row in scenario["people"].items()
    }
    for row in scenario["roster"]:
        _assign(row, people, settings)
    _mark(scenario["marks"], people)
    return people


def pick_holidays(scenario: Row, people: Mapping[str, Person]) -> None:
    """Make optional holidays ones for those who picked them."""
    offered = optional_holidays(scenario)
    for name, row in scenario["people"].items():
        _pick(people[name].calendar, row, offered)


def set_by_hand(scenario: Row, people: Mapping[str, Person], now: dt.datetime) -> None:
    """Give days the verdicts that HR set by hand, and skip those that HR skipped."""
    for kind in scenario["corrections"]:
        if kind.name in ("verdict", "skip"):
            person, manual = known(kind.row, "person", people), _manual(kind.row)
            if person is not None:
                _check_date(kind.row, person, now)
                person.manuals[kind.row["date"]] = manual


def decide_overtime(scenario: Row, people: Mapping[str, Person], now: dt.datetime) -> None:
    """Take down what was decided of people's extra minutes; the last word on a date holds."""
    for kind in scenario["corrections"]:
        if kind.name != "overtime":
            continue
        row = kind.row
        person, is_set = known(row, "person", people), row["outcome"] == "set"
        for key in ("extra_minutes", "missing_minutes"):
            if key in row and not is_set:
                row.wrong(key, "belongs to the outcome set, and to no other")
        if is_set and "extra_minutes" not in row and "missing_minutes" not in row:
            row.spot.wrong("names neither extra_minutes nor missing_minutes")
        if person is not None:
            if row["date"] > person.calendar.date_at(now):
                row.wrong("date", "lies after now")
            person.overtime[row["date"]] = row


def known(row: Row, key: str, there: Mapping[Any, T]) -> T | None:
    """What a name stands for; a name that nothing bears is refused."""
    name = row[key]
    if name not in there:
        row.wrong(key, f"there is no {name}{meant(name, there)}")
    return there.get(name)


def _person(name: str, row: Row, scenario: Row, settings: CompanySettings) -> Person:
    employment = made(Employment, row)
    assert employment is not None  # noqa: S101  # the rules refuse none
    if employment.left_on is not None and employment.left_on < employment.joined_on:
        row.wrong("left_on", "before joined_on")
    person = Person(
        name, PersonCalendar(employment, settings, Steps(_places(row["places"], scenario)))
    )
    person.calendar.marks, person.calendar.manuals = person.marks, person.manuals
    person.stipends = tuple(_stipends(row["stipends"], employment))
    return person


def _stipends(rows: list[Row], employment: Employment) -> Iterator[Term]:
    last: dt.date | None = None
    for row in sorted(rows, key=lambda row: row["from"]):
        first, until = row["from"], row["to"]
        if until < first:
            row.wrong("to", "before from")
        elif first < employment.joined_on or until > (employment.left_on or dt.date.max):
            row.spot.wrong("lies outside the employment")
        elif last is not None and first <= last:
            row.wrong("from", f"another stipend lasts until {last}")
        last = max(last or until, until)
        yield Term(first=first, last=until, per=StipendPer(row["per"]), amount=row["amount"])


def _places(rows: list[Row], scenario: Row) -> Iterator[tuple[dt.date, Place]]:
    for start, row in dated(rows):
        check_zone(row)
        for key, names in (("calendar", "calendars"), ("shift", "shifts")):
            if key in row:
                known(row, key, scenario[names])
        place = made(
            Place,
            row,
            office_id=row.get("calendar"),
            default_shift_id=row.get("shift"),
            overtime_policy_id=check_overtime(row, scenario),
        )
        if place is not None:
            yield start, place


def _pick(calendar: PersonCalendar, row: Row, offered: Mapping[str, Row]) -> None:
    calendar.picked = frozenset(row["picked"])
    of_year: Counter[int] = Counter()
    for key in row["picked"]:
        if key not in offered:
            row.wrong("picked", f"there is no optional holiday {key}{meant(key, offered)}")
            continue
        date = offered[key]["date"]
        of_year[date.year] += 1
        if key not in {entry.key for entry in calendar.entries_on(date)}:
            row.wrong("picked", f"{key} is not offered to this person")
        if of_year[date.year] > calendar.policy_on(date).optional_holiday_quota:
            row.wrong("picked", f"{key} is more than optional_holiday_quota of {date.year}")


def _assign(row: Row, people: Mapping[str, Person], settings: CompanySettings) -> None:
    person, versions = known(row, "person", people), known(row, "shift", settings.patterns)
    one = Assignment(shift_id=row["shift"], starts_on=row["from"], ends_on=row["to"])
    if one.ends_on is not None and one.ends_on < one.starts_on:
        row.wrong("to", "before from")
    elif person is not None and versions is not None:
        other = clash(one, person.assignments, lambda *of: _occurrence(person, *of))
        if other is not None:
            until = f"to {other.ends_on}" if other.ends_on else "on"
            taken = f"{other.shift_id} from {other.starts_on} {until}"
            row.spot.wrong(f"overlaps {person.assignments[other]} ({taken})")
        person.assignments[one] = row.spot.place
        person.calendar.assignments = tuple(person.assignments)


def _occurrence(person: Person, item: Assignment, date: dt.date) -> Occurrence | None:
    pattern = person.calendar.settings.pattern_on(item.shift_id, date)
    return windows.occurrence(date, pattern, person.calendar.zone_on(date)) if pattern else None


def _mark(rows: list[Row], people: Mapping[str, Person]) -> None:
    keys: set[str] = set()
    for row in rows:
        person, key = known(row, "person", people), row.get("key", row.spot.place)
        if key in keys:
            row.wrong("key", f"another mark is called {key}")
        keys.add(key)
        mark = made(Mark, row, key=key)
        if mark is not None and person is not None:
            person.marks.setdefault(mark.date, []).append(mark)


def _manual(row: Row) -> Manual:
    status = DayStatus(row["status"]) if "status" in row else None
    code = row.get("code", "")
    try:
        halves = codes.read(status, code)
    except InvalidInput as error:
        row.wrong("code", said(error))
    else:
        is_off = status in DayStatus.off
        if code and status != codes.status_of(halves, is_day_off=is_off):
            row.wrong("code", f"{code} is not the code of a day that is {status}")
    return Manual(
        status=status,
        reason=row["reason"],
        code=code,
        worked_minutes=row.get("worked_minutes", 0),
    )


def _check_date(row: Row, person: Person, now: dt.datetime) -> None:
    date = row["date"]
    if date in person.manuals:
        row.wrong("date", "this day was set by hand already")
    elif date > person.calendar.date_at(now):
        row.wrong("date", "lies after now")
    elif not person.calendar.employment.holds_on(date):
        row.wrong("date", f"{person.name} is not employed then")
