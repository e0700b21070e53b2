"""What the rules are fed with, and what they answer.

Instants are aware and kept in UTC; minutes are whole; dates are local dates. All of it is frozen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from attendance.enums import DayException, DayStatus, Direction, MarkKind, Portion, Source
from attendance.rules.errors import InvalidInput, Scalar
from attendance.rules.zones import as_utc
from companies.enums import AutoCheckOut, CalendarKind, HoursMode, Pairing, RoundingMode


class DayType(StrEnum):
    """What the work calendar makes of a date."""

    WORKING = "working"
    WEEKLY_OFF = "weekly_off"
    HOLIDAY = "holiday"
    HALF_HOLIDAY_AM = "half_holiday_am"
    HALF_HOLIDAY_PM = "half_holiday_pm"


class HalfKind(StrEnum):
    """Where half a day is counted in the sheet."""

    PRESENT = "present"
    ABSENT = "absent"
    LEAVE = "leave"
    OFF = "off"
    UNMARKED = "unmarked"


class OwnerReason(StrEnum):
    """Why a punch belongs to a row."""

    IN_WINDOW = "in_window"
    FOLLOWS_OPEN_IN = "follows_open_in"
    OUTSIDE_SHIFT = "outside_shift"
    REPEAT = "repeat"


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Codes that name a status in the sheet; a leave type may not bear one of them.
RESERVED_CODES = frozenset(DayStatus.values)


@dataclass(frozen=True, slots=True)
class Tap:
    """A punch that was not voided. `key` names it for the caller."""

    key: str
    at: dt.datetime
    direction: Direction
    source: Source = Source.WEB

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", as_utc(self.at))


@dataclass(frozen=True, slots=True)
class Break:
    """A fixed unpaid interval of a shift, in its wall time; it may wrap midnight."""

    start: dt.time
    end: dt.time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise InvalidInput("empty_range", start=self.start.isoformat())


@dataclass(frozen=True, slots=True)
class AutoBreak:
    """`minutes` of break that work of more than `after_minutes` has at least."""

    after_minutes: int
    minutes: int


@dataclass(frozen=True, slots=True)
class WeekdayHours:
    """The hours of one weekday (`WEEKDAYS`), in place of those of the shift."""

    weekday: str
    start: dt.time
    end: dt.time
    breaks: tuple[Break, ...] = ()

    def __post_init__(self) -> None:
        if self.weekday not in WEEKDAYS:
            raise InvalidInput("unknown_weekday", value=self.weekday)
        _check_breaks(self.start, self.end, self.breaks)


def _check_breaks(start: dt.time, end: dt.time, breaks: tuple[Break, ...]) -> None:
    for item in breaks:
        if item.end < item.start and end > start:
            raise InvalidInput(
                "range_reversed", start=item.start.isoformat(), end=item.end.isoformat()
            )


@dataclass(frozen=True, slots=True)
class Rounding:
    """To `step` minutes; step 0 is off."""

    mode: RoundingMode = RoundingMode.NONE
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One version of a shift. `end <= start` ends on the next calendar day.

    `weekday_hours` differ from the rest by the weekday on which the shift starts; `on` tells
    them. `auto_check_out_minutes` and `auto_check_out_at` belong to its two ways.
    """

    shift_id: str
    version_id: str
    name: str
    start: dt.time
    end: dt.time
    breaks: tuple[Break, ...] = ()
    weekday_hours: tuple[WeekdayHours, ...] = ()
    auto_breaks: tuple[AutoBreak, ...] = ()
    window_before_minutes: int = 60
    window_after_minutes: int = 60
    late_grace_minutes: int = 0
    early_grace_minutes: int = 0
    half_day_below_minutes: int | None = None
    absent_below_minutes: int | None = None
    hours_mode: HoursMode = HoursMode.SUM_OF_PAIRS
    pairing: Pairing = Pairing.BY_DIRECTION
    counts_on_days_off: bool = False
    round_in: Rounding = Rounding()
    round_out: Rounding = Rounding()
    round_duration: Rounding = Rounding()
    auto_check_out: AutoCheckOut = AutoCheckOut.NONE
    auto_check_out_minutes: int = 0
    auto_check_out_at: dt.time | None = None

    def __post_init__(self) -> None:
        _check_breaks(self.start, self.end, self.breaks)
        named = [hours.weekday for hours in self.weekday_hours]
        if len(set(named)) != len(named):
            raise InvalidInput("duplicate_weekday", value=", ".join(named))
        if (self.auto_check_out == AutoCheckOut.AT_TIME) != (self.auto_check_out_at is not None):
            raise InvalidInput("auto_check_out_time", value=self.auto_check_out.value)

    @property
    def is_overnight(self) -> bool:
        """Whether the shift ends on the calendar day after the one on which it starts."""
        return self.end <= self.start

    def on(self, date: dt.date) -> Pattern:
        """The pattern with the hours of that date's weekday."""
        for hours in self.weekday_hours:
            if hours.weekday == WEEKDAYS[date.weekday()]:
                return replace(
                    self, start=hours.start, end=hours.end, breaks=hours.breaks, weekday_hours=()
                )
        return replace(self, weekday_hours=()) if self.weekday_hours else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The company's settings in force on the date.

    `late_free_count` late arrivals of a month, of up to `late_free_minutes` each, are free; every
    `late_half_day_every`-th of the others is proposed as half a day (0 is off). `allow_overlap` is
    about pairs entered by hand.
    """

    version_id: str = ""
    repeat_seconds: int = 60
    max_presence_hours: int = 24
    absence_lag_days: int = 0
    mark_absent_automatically: bool = True
    late_from_end_of_grace: bool = False
    half_split: dt.time | None = None
    break_punches_paid: bool = False
    allow_overlap: bool = False
    late_free_count: int = 0
    late_free_minutes: int = 0
    late_half_day_every: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What covers a date or a part of it; `start` and `end` (wall time) only for hours."""

    key: str
    date: dt.date
    kind: MarkKind
    portion: Portion = Portion.FULL
    start: dt.time | None = None
    end: dt.time | None = None
    code: str = ""
    paid: bool = True

    def __post_init__(self) -> None:
        timed = (self.start is not None, self.end is not None)
        if timed != ((self.portion == Portion.HOURS),) * 2:
            raise InvalidInput("mark_times", key=self.key, portion=self.portion.value)
        if self.start is not None and self.start == self.end:
            raise InvalidInput("empty_range", start=self.start.isoformat())
        if self.kind == MarkKind.LEAVE and (
            self.code in RESERVED_CODES or set(self.code) & {*"½·"}
        ):
            raise InvalidInput("reserved_code", key=self.key, value=self.code)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A dated row of the work calendar that concerns the person; `key` names it for picking."""

    date: dt.date
    kind: CalendarKind
    name: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class DayKind:
    """The calendar's answer for a date, with the name of what makes it so."""

    type: DayType = DayType.WORKING
    name: str = ""

    @property
    def is_off(self) -> bool:
        """Whether the whole day is off."""
        return self.type in (DayType.WEEKLY_OFF, DayType.HOLIDAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A shift on the date on which it starts.

    `opens_at` and `closes_at` bound its window in whole minutes, both included; a window that
    its neighbours left nothing of opens after it closes. `notes` are pairs such as
    `("start", "gap")`: a wall time over which the clocks changed.
    """

    date: dt.date
    pattern: Pattern
    zone: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    opens_at: dt.datetime
    closes_at: dt.datetime
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """The row a punch belongs to; `occurrence_date` is None for one outside any shift."""

    date: dt.date
    occurrence_date: dt.date | None
    reason: OwnerReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """A verdict by hand; no status means the day is skipped. Punches count for nothing then.

    `code` names the halves of a half day where HR says more than "half"; see `codes.read`.
    """

    status: DayStatus | None
    reason: str
    code: str = ""
    worked_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayInput:
    """All that one row is judged by.

    `outside_keys` names the taps that `windows.attribute` found outside any shift.
    `delivered_until` says, where devices deliver late, up to when they have delivered.
    `is_tracked` is false before the first date on which the person's absences are written.
    """

    date: dt.date
    zone: str
    occurrence: Occurrence | None = None
    taps: tuple[Tap, ...] = ()
    outside_keys: tuple[str, ...] = ()
    day_kind: DayKind = DayKind()
    marks: tuple[Mark, ...] = ()
    employed: bool = True
    is_tracked: bool = True
    policy: Policy = Policy()
    calendar_revision: int = 0
    manual: Manual | None = None
    delivered_until: dt.datetime | None = None

    def __post_init__(self) -> None:
        if self.delivered_until is not None:
            object.__setattr__(self, "delivered_until", as_utc(self.delivered_until))


@dataclass(frozen=True, slots=True)
class Step:
    """One judgement on the way to the verdict; `steps.REGISTRY` says what its values are."""

    code: str
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Half:
    """Half a day: where it counts, and the code shown for it."""

    kind: HalfKind
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the rules say of one row.

    `is_row`: there is something to record; a day off without punches, a day that nobody marks
    and a date outside employment are not. `is_open`: no status yet. `settles_at`: the first
    instant at which the window is closed. `next_at`: when judging again will say something else
    although nothing but time has passed; None if never.
    """

    date: dt.date
    status: DayStatus | None = None
    code: str = ""
    halves: tuple[Half, Half] = (Half(HalfKind.UNMARKED), Half(HalfKind.UNMARKED))
    is_open: bool = False
    is_row: bool = True
    worked_minutes: int = 0
    break_minutes: int = 0
    late_minutes: int = 0
    early_minutes: int = 0
    first_in_at: dt.datetime | None = None
    last_out_at: dt.datetime | None = None
    exceptions: tuple[DayException, ...] = ()
    steps: tuple[Step, ...] = ()
    used_keys: tuple[str, ...] = ()
    unused_keys: tuple[str, ...] = ()
    settles_at: dt.datetime | None = None
    next_at: dt.datetime | None = None
