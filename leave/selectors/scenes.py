"""What a request is held against: the person, their days, books, other leave, what is blocked.

Submitting, approving and the count that a form shows while one types are the same scene.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Q

from attendance.enums import PeriodState, Portion
from attendance.models import AttendancePeriod
from attendance.rules import calendar as calendars
from attendance.rules.hours import fixed_breaks
from attendance.rules.person import PersonCalendar
from attendance.rules.spans import Span, subtract
from attendance.rules.types import DayType
from attendance.rules.windows import occurrence, place
from attendance.rules.zones import resolve
from attendance.selectors import people
from companies.models import Employee, Placement
from companies.selectors import departments_above
from leave.enums import EntryKind, RequestState, Taken
from leave.models import (
    BlockDate,
    LeaveDay,
    LeaveRequest,
    LeaveType,
    LeaveYearClose,
    RequestDraw,
)
from leave.rules.asking import Answer, Block, Live, Person, Scene, ask_for
from leave.rules.books import Entry
from leave.rules.counting import BOTH, Ask, DayOf, Halves, Others, Why
from leave.rules.counting import LeaveDay as Day
from leave.rules.years import DAY, Dates
from leave.selectors.books import Loaded, factor_of, loaded_of
from leave.terms import LeaveSettings, TypeOn, leave_settings

# Leave this near may adjoin: more days off in a row than any calendar has lie between.
NEAR = 62 * DAY


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asks for, as a form has it."""

    leave_type: LeaveType
    first_on: dt.date
    last_on: dt.date
    first_part: Taken = Taken.FULL
    last_part: Taken = Taken.FULL
    starts_at: dt.time | None = None
    ends_at: dt.time | None = None
    note: str = ""
    handover_note: str = ""
    attachment_key: str = ""

    @property
    def dates(self) -> Dates:
        return Dates(self.first_on, self.last_on)


@dataclass(frozen=True)
class Look:
    """A request held against everything: the answer, and what it was made of."""

    asked: Asked
    rules: TypeOn
    settings: LeaveSettings
    calendar: PersonCalendar
    loaded: Loaded
    scene: Scene
    answer: Answer
    today: dt.date


@dataclass(frozen=True)
class Released:
    """What is left out of the scene: whole requests, and single dates of others."""

    requests: frozenset[int] = frozenset()
    dates: Dates | None = None
    of: int | None = None

    def frees(self, day: LeaveDay) -> bool:
        """Return whether a day of other leave counts as free."""
        if day.request_id in self.requests:
            return True
        return day.request_id == self.of and self.dates is not None and day.date in self.dates


NOTHING = Released()


def released_by_change(request: LeaveRequest, dates: Dates, *, is_waiting: bool) -> Released:
    """Return what a change of a request is not held against.

    That is the request; while it waits, also what it is to take the place of itself: approved
    leave that stands until then, or, of sickness over planned leave, its days on these dates.
    """
    old = request.replaces_id
    if old is None or not is_waiting:
        return Released(frozenset({request.pk}))
    if request.is_partly:
        return Released(frozenset({request.pk}), dates=dates, of=old)
    return Released(frozenset({request.pk, old}))


def day_of(calendar: PersonCalendar) -> DayOf:
    """Return what a date is to the person, as counting wants it; each is worked out once."""
    known: dict[dt.date, Day] = {}

    def one(date: dt.date) -> Day:
        if date not in known:
            known[date] = _day(calendar, date)
        return known[date]

    return one


def _day(calendar: PersonCalendar, date: dt.date) -> Day:
    pattern = calendar.pattern_on(date)
    # Not `occurrence_on`: whether somebody is employed then is said apart.
    shift = occurrence(date, pattern, calendar.zone_on(date)) if pattern else None
    scheduled: tuple[Span, ...] = ()
    if shift is not None:
        scheduled = subtract([Span(shift.starts_at, shift.ends_at)], fixed_breaks(shift))
    return Day(
        date=date,
        type=calendar.day_kind_on(date).type,
        scheduled=scheduled,
        is_employed=calendar.employment.holds_on(date),
    )


def ask_of(asked: Asked, calendar: PersonCalendar) -> Ask:
    """Return the request as the rules want it; raises `InvalidInput` for a reversed range."""
    return Ask(
        dates=asked.dates, first_part=asked.first_part, last_part=asked.last_part,
        hours=span_of(asked.first_on, asked.starts_at, asked.ends_at, calendar),
    )  # fmt: skip


def span_of(
    date: dt.date, starts_at: dt.time | None, ends_at: dt.time | None, calendar: PersonCalendar
) -> Span | None:
    """Return the stretch that hours of a date mean in the person's shift; none where it has none.

    Without a shift they are hours of that date in the person's zone.
    """
    if starts_at is None or ends_at is None:
        return None
    pattern, zone = calendar.pattern_on(date), calendar.zone_on(date)
    shift = occurrence(date, pattern, zone) if pattern else None
    if shift is not None:
        return place(shift, starts_at, ends_at)
    return Span(resolve(date, starts_at, zone)[0], resolve(date, ends_at, zone)[0])


def person_of(employee: Employee, calendar: PersonCalendar) -> Person:
    """Return what about the person decides."""

    def worked_since(date: dt.date) -> int:
        return calendars.working_days_between(
            employee.joined_on,
            max(date - DAY, employee.joined_on),
            lambda day: calendar.day_kind_on(day).type not in (DayType.WEEKLY_OFF, DayType.HOLIDAY),
            counts_first=True,
        )

    return Person(
        joined_on=employee.joined_on,
        employment_type=employee.employment_type,
        day_of=day_of(calendar),
        working_days_since_joining=worked_since,
    )


def look_at(
    employee: Employee,
    asked: Asked,
    *,
    now: dt.datetime,
    released: Released = NOTHING,
    asked_on: dt.date | None = None,
    rules: TypeOn | None = None,
    is_approving: bool = False,
) -> Look:
    """Hold a request against everything; at most fifteen statements, and nothing is written.

    `employee` must have a fresh company. `rules` are those that a request stands under already;
    when it is approved, notice and back-dating are not asked again.

    Raises:
        InvalidInput: a range that ends before it starts, or parts that do not fit it.
    """
    settings = leave_settings(employee.company)
    found = rules or settings.type_on(asked.leave_type.pk, asked.first_on)
    if found is None:
        raise LookupError(asked.leave_type.pk)
    calendar = people.calendar_of(employee, asked.first_on - NEAR, asked.last_on + NEAR)
    today = asked_on or calendar.date_at(now)
    loaded = loaded_of(employee, found.books_type_id, without=released.requests)
    _give_back(loaded, found.books_type_id, released)
    scene = Scene(
        books=loaded.ahead(employee, settings, factor=factor_of(found, settings)),
        reserved=tuple(loaded.reserved),
        live=_live(employee, asked, found, released, calendar),
        blocks=_blocks(employee, asked),
        locked=locked_months(asked.first_on, asked.last_on).__contains__,
        closed=_closed(found),
        leave_year=found.leave_year,
        today=today,
    )
    type_rules = found.rules.for_approval() if is_approving else found.rules
    answer = ask_for(
        ask_of(asked, calendar), type_rules, person_of(employee, calendar), scene,
        has_attachment=bool(asked.attachment_key),
    )  # fmt: skip
    return Look(asked, found, settings, calendar, loaded, scene, answer, today)


def _give_back(loaded: Loaded, books_type: int, released: Released) -> None:
    """Put back into the books, in memory, what approved requests that are left out took."""
    rows = RequestDraw.objects.filter(leave_type=books_type).filter(
        Q(request__in=list(released.requests))
        | (Q(request=released.of, date__range=_range(released)) if released.of else Q(pk=None)),
        request__status__state__in=RequestState.granted,
    )
    loaded.books = loaded.books.with_entries(
        Entry(
            kind=EntryKind.RETURNED, amount=row.amount, effective_on=row.date,
            source=row.source or None,
        )
        for row in rows
    )  # fmt: skip


def _range(released: Released) -> tuple[dt.date, dt.date]:
    dates = released.dates
    return (dates.first, dates.last) if dates else (dt.date.max, dt.date.min)


def _live(
    employee: Employee,
    asked: Asked,
    rules: TypeOn,
    released: Released,
    calendar: PersonCalendar,
) -> tuple[Live, ...]:
    """Return the person's other live leave, near the dates and in their leave years."""
    first = min(asked.first_on - NEAR, rules.leave_year.of(asked.first_on).first)
    last = max(asked.last_on + NEAR, rules.leave_year.of(asked.last_on).last)
    by_request: dict[int, list[LeaveDay]] = {}
    for row in live_days(employee, first, last, released):
        by_request.setdefault(row.request_id, []).append(row)
    return tuple(live_of(days, asked.leave_type.pk, calendar) for days in by_request.values())


def live_days(
    employee: Employee, first: dt.date, last: dt.date, released: Released = NOTHING
) -> list[LeaveDay]:
    """Return the days that the person's live requests count, in order."""
    rows = (
        LeaveDay.objects.filter(employee=employee, date__range=(first, last), amount__gt=0)
        .filter(Q(is_held=True) | Q(request__status__state__in=RequestState.reserving))
        .select_related("request")
        .order_by("date", "id")
    )
    return [row for row in rows if not released.frees(row)]


def others_of(days: list[LeaveDay]) -> Others:
    """Return other live leave as counting wants it."""
    halves: dict[dt.date, Halves] = {}
    for day in days:
        halves[day.date] = halves.get(day.date, frozenset()) | halves_of(day)
    charged = frozenset(day.date for day in days if day.why == Why.SANDWICHED)
    return Others(halves=halves, charged=charged)


def live_of(days: list[LeaveDay], leave_type: int, calendar: PersonCalendar) -> Live:
    """Return a request as others see it: the halves that it takes, and what it counts."""
    request = days[0].request
    hours = span_of(request.first_on, request.starts_at, request.ends_at, calendar)
    return Live(
        key=str(request.public_id),
        halves={day.date: halves_of(day) for day in days},
        amounts={day.date: day.amount for day in days},
        is_same_type=request.leave_type_id == leave_type,
        charged=frozenset(day.date for day in days if day.why == Why.SANDWICHED),
        hours={request.first_on: hours} if hours is not None else {},
    )


def halves_of(day: LeaveDay) -> Halves:
    """Return the halves of its date that a day of leave takes."""
    taken = ((day.takes_am, Portion.AM), (day.takes_pm, Portion.PM))
    found = frozenset(half for takes, half in taken if takes)
    return BOTH if day.portion == Portion.HOURS else found


def _blocks(employee: Employee, asked: Asked) -> tuple[Block, ...]:
    return tuple(
        Block(dates=Dates(row.first_on, row.last_on), name=row.name)
        for row in blocks_of(employee, asked.leave_type.pk, asked.dates)
    )


def blocks_of(employee: Employee, leave_type: int, dates: Dates) -> list[BlockDate]:
    """Return the block dates that bind a person for a type; a department's bind those below it."""
    rows = BlockDate.objects.filter(first_on__lte=dates.last, last_on__gte=dates.first)
    rows = rows.filter(Q(leave_type__isnull=True) | Q(leave_type=leave_type))
    rows = rows.exclude(exemptions__employee=employee)
    found = list(rows.order_by("first_on", "id"))
    if not any(row.department_id for row in found):
        return found
    placed = Placement.objects.filter(employee=employee, starts_on__lte=dates.last)
    department = placed.order_by("-starts_on").values_list("department", flat=True).first()
    above = departments_above(department) if department is not None else []
    return [row for row in found if row.department_id is None or row.department_id in above]


class _Locked:
    """The dates that lie in a locked month."""

    def __init__(self, months: Iterable[dt.date]) -> None:
        self._months = frozenset(months)

    def __contains__(self, date: dt.date) -> bool:
        return date.replace(day=1) in self._months


def locked_months(first: dt.date, last: dt.date) -> _Locked:
    """Return the dates near a stretch whose month is locked."""
    months = AttendancePeriod.objects.filter(
        state=PeriodState.LOCKED, starts_on__range=(first.replace(day=1) - NEAR, last + NEAR)
    )
    return _Locked(months.values_list("starts_on", flat=True))


def closed_to(leave_type: int) -> dt.date | None:
    """Return the last date of the leave years of a type that are closed."""
    rows = LeaveYearClose.objects.filter(leave_type=leave_type).order_by("-closed_to")
    found: dt.date | None = rows.values_list("closed_to", flat=True).first()
    return found


def last_closed() -> dict[int, dt.date]:
    """Return the last date of the closed leave years by the type's primary key."""
    rows = LeaveYearClose.objects.order_by().values_list("leave_type")
    return dict(rows.annotate(Max("closed_to")))


def _closed(rules: TypeOn) -> _Closed:
    return _Closed(closed_to(rules.books_type_id))


@dataclass(frozen=True)
class _Closed:
    """Whether a date lies in a leave year that is closed."""

    until: dt.date | None

    def __call__(self, date: dt.date) -> bool:
        return self.until is not None and date <= self.until
