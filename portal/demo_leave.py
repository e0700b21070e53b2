"""Who of the demo is on leave when, worked out before anybody punches: the script of its leave.

Dates are counted in working days of each person, so that it fits whatever day it is.
`demo_leave_play` lets it happen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from attendance.enums import Direction
from attendance.rules.types import Occurrence
from attendance.selectors import people as people_of
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee
from leave.enums import Taken

HOURS = (dt.time(10, 30), dt.time(12, 30))
# Who worked on a day off; what became of the wish to have it back.
CLAIMS = {"Prakash Lama": "approved", "Kiran Maharjan": "waiting"}
OPTIONAL, BLOCKED, CLOSED = (12, 33, 54), (40, 41), 45
BY_HOUR = "PH"
_ZONE = ZoneInfo("Asia/Kathmandu")
_DAY = dt.timedelta(days=1)
_BACK, _AHEAD = dt.timedelta(days=420), dt.timedelta(days=120)
_SATURDAY = 5
_TAKEN = ("approve",)
Times = list[tuple[dt.datetime, Direction]]


@dataclass(frozen=True)
class Wish:
    """Leave that somebody asks for: from which working day (0 is today, or the next one), and how.

    `steps` are what becomes of it, a day after each other. It is asked for `asked` days before,
    or so early that all of them are over by now.
    """

    who: str
    code: str
    first: int
    days: int = 1
    steps: tuple[str, ...] = _TAKEN
    asked: int = 14
    part: Taken = Taken.FULL
    note: str = ""
    handover: str = ""
    words: str = ""
    by: str = ""
    over: str = ""

    @property
    def key(self) -> str:
        return f"{self.who} {self.code} {self.first}"


WISHES = (
    # before anybody punched here
    Wish("Maya Gurung", "HL", -210, 5, note="Family in Pokhara"),
    Wish("Manoj Karki", "HL", -200, 5),
    Wish("Asha Shrestha", "HL", -180, 6, note="Trek to Langtang"),
    Wish("Prakash Lama", "HL", -170, 4),
    Wish("Deepa Rai", "HL", -160, 3),
    Wish("Tara Joshi", "HL", -150, 3),
    Wish("Laxmi Tamang", "HL", -140, 4),
    Wish("Lena Fischer", "AL", -130, 5),
    Wish("Grace Hughes", "AL", -120, 4),
    Wish("Maya Gurung", "SL", -118, asked=0, note="Fever"),
    Wish("Alice Bennett", "AL", -100, 5),
    Wish("Rita Magar", "SL", -95, 2, asked=0),
    Wish("Julia Novak", "AL", -90, 3),
    Wish("Daniel Okafor", "SICK", -80, 2, asked=0),
    # the last weeks
    Wish("Laxmi Tamang", "HL", -24, 3),
    Wish("Emma Clarke", "AL", -20, 2),
    Wish("Bikram Thapa", "SL", -15, asked=0, part=Taken.AM, note="Dentist"),
    Wish("Deepa Rai", "HL", -14, 5, note="Her sister's wedding"),
    Wish("Deepa Rai", "SL", -13, 2, asked=0, note="Flu", over="Deepa Rai HL -14"),
    Wish("Sunil Basnet", "SL", -12, asked=0),
    Wish("Kiran Maharjan", "PH", -8, note="At the bank"),
    Wish("Manoj Karki", "HL", -1, 4, handover="Asha decides for the team."),
    Wish("Harriet Cole", "AL", 0, 2, asked=10),
    # what lies ahead
    Wish("Nisha Bhandari", "UL", 6, 2, ("refuse",), 5, by="Asha Shrestha",
          words="The launch is that week. Any day after it is fine."),
    Wish("Maya Gurung", "HL", 8, 3, (), note="Bratabandha of a nephew",
          handover="Bikram answers for the release."),
    Wish("Deepa Rai", "HL", 9, 1, ()),
    Wish("Rita Magar", "HL", 10, 2, ("approve", "ask_to_cancel", "approve")),
    Wish("Laxmi Tamang", "HL", 12, 2, asked=5, by="Asha Shrestha"),
    Wish("Tara Joshi", "OH", 12, 1, ()),
    Wish("Kofi Asante", "AL", 15, 1, (), part=Taken.PM),
    Wish("Grace Hughes", "AL", 16, 3, ("approve", "move", "approve")),
    Wish("Asha Shrestha", "HL", 18, 5),
    Wish("Kiran Maharjan", "HL", 20, 2, ("withdraw",)),
    Wish("Bikram Thapa", "HL", 25, 5, ("ask_back",), words="Who covers the release?"),
    Wish("Grace Hughes", "AL", 22, 2, ("approve", "ask_to_cancel"), words="The flight was moved."),
)  # fmt: skip


@dataclass(frozen=True)
class Away:
    """A wish with its dates, and those to which it is moved later."""

    wish: Wish
    employee: Employee
    first: dt.date
    last: dt.date
    later: tuple[dt.date, dt.date]


class Workdays:
    """The working days of a person around today, by their number."""

    def __init__(self, company: Company, employee: Employee, today: dt.date) -> None:
        first, last = today - _BACK, today + _AHEAD
        calendar = people_of.person_calendars(
            company, [employee], settings=company_settings(company), first=first, last=last
        )[employee.pk]
        dates = (first + n * _DAY for n in range((last - first).days + 1))
        self._dates = [date for date in dates if not calendar.day_kind_on(date).is_off]
        self._today = sum(date < today for date in self._dates)

    def __getitem__(self, number: int) -> dt.date:
        return self._dates[self._today + number]


@dataclass(frozen=True)
class Script:
    """Who is away when, and what else happens to leave; `today` is the date in Kathmandu."""

    away: tuple[Away, ...]
    today: dt.date
    day_off: dt.date
    workdays: dict[str, Workdays]

    def times(self, employee: Employee, occurrence: Occurrence, times: Times) -> Times:
        """Return when somebody punched who might be on leave that day, or a part of it."""
        for item in self.away:
            is_theirs = item.employee.pk == employee.pk
            if is_theirs and item.first <= occurrence.date <= item.last:
                return _beside(item.wish, occurrence, times)
        return times

    def worked_off(self, employee: Employee) -> Times:
        """Return what somebody punched on a day off."""
        if employee.name not in CLAIMS:
            return []
        start = dt.datetime.combine(self.day_off, dt.time(6, 2), _ZONE)
        return [(start, Direction.IN), (start + dt.timedelta(hours=8), Direction.OUT)]


def script_of(
    company: Company, people: dict[str, Employee], zones: dict[str, str], now: dt.datetime
) -> Script:
    """Return what will happen, for the company as its calendar is; everything is set up by then."""
    workdays = {
        name: Workdays(company, people[name], now.astimezone(ZoneInfo(zones[name])).date())
        for name in sorted({wish.who for wish in WISHES})
    }
    today = now.astimezone(_ZONE).date()
    # Two days ago at least: its day is judged.
    day_off = today - (2 + (today.weekday() - 2 - _SATURDAY) % 7) * _DAY
    away = tuple(_away(wish, people[wish.who], workdays[wish.who]) for wish in WISHES)
    return Script(away=away, today=today, day_off=day_off, workdays=workdays)


def _away(wish: Wish, employee: Employee, days: Workdays) -> Away:
    first, last = wish.first, wish.first + wish.days - 1
    return Away(wish, employee, days[first], days[last], (days[first + 1], days[last + 1]))


def _beside(wish: Wish, occurrence: Occurrence, times: Times) -> Times:
    """Return the punches of a day of leave: none, those of the other half, or around the hours."""
    start, end = occurrence.starts_at, occurrence.ends_at
    if wish.code == BY_HOUR:
        gone, back = (
            dt.datetime.combine(occurrence.date, wall, ZoneInfo(occurrence.zone)) for wall in HOURS
        )
        return [
            (start, Direction.IN), (gone, Direction.OUT), (back, Direction.IN),
            (end, Direction.OUT),
        ]  # fmt: skip
    if wish.part == Taken.AM:
        return [(start + dt.timedelta(hours=4, minutes=28), Direction.IN), (end, Direction.OUT)]
    return []


def chronicle(script: Script) -> Iterator[tuple[dt.date, Away, str]]:
    """Yield what is done about each wish, and on which date: asked first, then its steps."""
    for item in script.away:
        wish = item.wish
        latest = script.today - len(wish.steps) * _DAY
        asked = min(item.first - wish.asked * _DAY, latest)
        yield asked, item, "ask"
        for number, step in enumerate(wish.steps, start=1):
            yield asked + number * _DAY, item, step
