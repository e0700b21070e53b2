"""People's books of a type: as they stand, and as they will be; loaded for many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from attendance.models import AttendanceDay
from companies.models import Employee
from leave.enums import EntryKind, RequestState
from leave.models import Allocation as AllocationRow
from leave.models import LedgerEntry, PlanAssignment, RequestDraw
from leave.rules.accrual import ALWAYS, NO_WORK, Plan, Work
from leave.rules.ahead import Ahead
from leave.rules.amounts import HALF, ONE, ZERO
from leave.rules.books import Allocation, Books, Draw, Entry
from leave.rules.plan_form import carry_of
from leave.rules.running import Earner
from leave.rules.years import DAY, Dates, LeaveYear
from leave.terms import LeaveSettings, PlanOn, PlanRules, TypeOn

Whose = tuple[int, int]  # primary keys of the person and of the type
_HALF_DAYS = ("HD",)
_DAYS_WORKED = ("P", "OD", "WFH")


@dataclass
class Loaded:
    """The books of one person and type, and what makes them grow.

    `known` are the natural keys of what is written; `reserved` is what pending requests draw.
    """

    books: Books = field(default_factory=lambda: Books((), ()))
    known: set[str] = field(default_factory=set)
    entry_keys: set[str] = field(default_factory=set)
    reserved: list[Draw] = field(default_factory=list)
    assignments: list[PlanAssignment] = field(default_factory=list)

    def plans(self, employee: Employee, settings: LeaveSettings) -> list[Plan]:
        """Return what the person earns by: plans one after the other, versions of each too."""
        return [
            _plan(given, rules, version, dates, employee, settings)
            for given in self.assignments
            for rules in [settings.plans[given.plan_id]]
            for version, dates in _in_force(rules, given)
        ]

    def ahead(self, employee: Employee, settings: LeaveSettings, *, factor: Decimal = ONE) -> Ahead:
        """Return the books with all that will happen to them."""
        plans = self.plans(employee, settings)
        return Ahead(
            books=self.books, plans=plans, who=earner_of(employee, plans),
            known=frozenset(self.known), factor=factor,
        )  # fmt: skip


def load_books(
    employees: Collection[int],
    types: Collection[int] | None = None,
    *,
    without: Collection[int] = (),
    lines: Sequence[LedgerEntry] | None = None,
) -> dict[Whose, Loaded]:
    """Return the people's books by person and type; four statements, however many people.

    `without` leaves out what these requests reserve. `lines` are the entries where they were read
    already: one statement less.
    """
    found: dict[Whose, Loaded] = {}
    people = list(employees)
    chosen = {} if types is None else {"leave_type__in": list(types)}
    if lines is None:
        lines = list(LedgerEntry.objects.filter(employee__in=people, **chosen))
    _load_lines(found, people, chosen, lines)
    draws = RequestDraw.objects.filter(
        employee__in=people, request__status__state__in=RequestState.reserving, **chosen
    )
    for draw in draws.exclude(request__in=list(without)).order_by("date", "id"):
        loaded = found.setdefault((draw.employee_id, draw.leave_type_id), Loaded())
        loaded.reserved.append(Draw(draw.date, draw.source or None, draw.amount))
    plans = {} if types is None else {"plan__leave_type__in": list(types)}
    given = PlanAssignment.objects.filter(employee__in=people, **plans).select_related("plan")
    for row in given.order_by("starts_on", "id"):
        key = (row.employee_id, row.plan.leave_type_id)
        found.setdefault(key, Loaded()).assignments.append(row)
    return found


def _load_lines(
    found: dict[Whose, Loaded],
    people: list[int],
    chosen: Mapping[str, object],
    lines: Sequence[LedgerEntry],
) -> None:
    allocations: dict[Whose, list[Allocation]] = {}
    entries: dict[Whose, list[Entry]] = {}
    for row in AllocationRow.objects.filter(employee__in=people, **chosen).order_by("id"):
        whose = (row.employee_id, row.leave_type_id)
        mine = allocations.setdefault(whose, [])
        mine.append(allocation_of(row, len(mine)))
        found.setdefault(whose, Loaded()).known.add(row.key)
    for line in sorted(lines, key=lambda row: row.pk):
        whose = (line.employee_id, line.leave_type_id)
        loaded = found.setdefault(whose, Loaded())
        loaded.known.add(line.key.rpartition("#")[0])
        loaded.entry_keys.add(line.key)
        entries.setdefault(whose, []).append(entry_of(line))
    for whose, loaded in found.items():
        loaded.books = Books(tuple(allocations.get(whose, ())), tuple(entries.get(whose, ())))


def allocation_of(row: AllocationRow, order: int) -> Allocation:
    """Return the row as the rules want it; `order` is its place among the person's."""
    return Allocation(
        key=row.key, starts_on=row.starts_on, ends_on=row.ends_on, is_carried=row.is_carried,
        is_protected=row.is_protected, order=order,
        carries=None if row.carries is None else carry_of(row.carries),
    )  # fmt: skip


def entry_of(row: LedgerEntry) -> Entry:
    """Return the row as the rules want it."""
    return Entry(
        kind=EntryKind(row.kind), amount=row.amount, effective_on=row.effective_on,
        source=row.source or None, reason=row.reason,
    )  # fmt: skip


def loaded_of(employee: Employee, leave_type: int, *, without: Collection[int] = ()) -> Loaded:
    """Return one person's books of a type with what belongs to them."""
    found = load_books([employee.pk], [leave_type], without=without)
    return found.get((employee.pk, leave_type), Loaded())


def factor_of(rules: TypeOn, settings: LeaveSettings) -> Decimal:
    """Return what one unit of the type is worth in the books that it draws on."""
    return settings.to_books(rules, ONE)


# --- plans ----------------------------------------------------------------------------------------
def _in_force(rules: PlanRules, given: PlanAssignment) -> Iterator[tuple[PlanOn, Dates]]:
    """Yield each version that pays for days of the assignment, and for which days.

    The first one has no first day, so that its keys do not change when an earlier version comes.
    """
    versions = rules.versions
    for number, version in enumerate(versions):
        following = versions[number + 1].starts_on if number + 1 < len(versions) else None
        last = min(given.ends_on or dt.date.max, following - DAY if following else dt.date.max)
        if last < given.starts_on or version.starts_on > (given.ends_on or dt.date.max):
            continue
        is_first = version.starts_on <= given.starts_on or number == 0
        yield version, Dates(ALWAYS.first if is_first else version.starts_on, last)


def _plan(
    given: PlanAssignment,
    rules: PlanRules,
    version: PlanOn,
    dates: Dates,
    employee: Employee,
    settings: LeaveSettings,
) -> Plan:
    type_on = settings.type_on(rules.row.leave_type_id, max(given.starts_on, version.starts_on))
    return Plan(
        key=f"plan:{given.public_id}",
        starts_on=given.starts_on,
        rhythm=version.rhythm,
        moment=version.moment,
        milestones=version.milestones,
        first=version.first,
        switch=version.switch,
        waits=version.waits,
        leave_year=type_on.leave_year if type_on else LeaveYear(),
        carry_on=version.carry_on,
        counts_from=employee.joined_on if version.counts_from_joining else None,
        by_worked_time=version.by_worked_time,
        in_force=dates,
        dated=Dates(given.starts_on, given.ends_on) if given.ends_on else None,
    )


def goes_by_work(plans: Iterable[Plan]) -> bool:
    """Return whether one of the plans asks what was worked."""
    return any(plan.rhythm.is_by_work or plan.by_worked_time for plan in plans)


def earner_of(
    employee: Employee, plans: Sequence[Plan], works: Mapping[int, Work] | None = None
) -> Earner:
    """Return who earns; what was worked is read only where a plan goes by it.

    `works` is what `works_of` read for many at once.
    """
    if not goes_by_work(plans):
        work = NO_WORK
    elif works is not None:
        work = works.get(employee.pk, NO_WORK)
    else:
        work = works_of([employee]).get(employee.pk, NO_WORK)
    return Earner(joined_on=employee.joined_on, left_on=employee.left_on, work=work)


def workers_of(
    people: Iterable[Employee], books: Mapping[Whose, Loaded], settings: LeaveSettings
) -> list[Employee]:
    """Return whose plans ask what was worked."""
    by_work = {
        employee
        for (employee, _type), loaded in books.items()
        for given in loaded.assignments
        if any(
            version.rhythm.is_by_work or version.by_worked_time
            for version in settings.plans[given.plan_id].versions
        )
    }
    return [employee for employee in people if employee.pk in by_work]


def works_of(people: Sequence[Employee]) -> dict[int, Work]:
    """Return what people worked and should have, by date: of settled days alone; one statement."""
    rows = AttendanceDay.objects.filter(
        employee__in=[employee.pk for employee in people], settled_at__isnull=False
    )
    figures: dict[int, _Figures] = {}
    for row in rows.defer("input", "steps") if people else ():
        figures.setdefault(row.employee_id, _Figures()).add(row)
    return {pk: each.work for pk, each in figures.items()}


class _Figures:
    """One person's figures of work, by date."""

    def __init__(self) -> None:
        self.hours: dict[dt.date, Decimal] = {}
        self.scheduled: dict[dt.date, Decimal] = {}
        self.days: dict[dt.date, Decimal] = {}

    def add(self, row: AttendanceDay) -> None:
        date = row.date
        self.hours[date] = self.hours.get(date, ZERO) + Decimal(row.worked_minutes) / 60
        if row.scheduled_start_at and row.scheduled_end_at:
            length = row.scheduled_end_at - row.scheduled_start_at
            self.scheduled[date] = Decimal(int(length.total_seconds()) // 60) / 60
        share = ONE if row.status in _DAYS_WORKED else HALF if row.status in _HALF_DAYS else ZERO
        self.days[date] = max(self.days.get(date, ZERO), share)

    @property
    def work(self) -> Work:
        def of(found: Mapping[dt.date, Decimal]) -> Callable[[dt.date], Decimal]:
            return lambda date: found.get(date, ZERO)

        return Work(
            hours_worked=of(self.hours),
            hours_scheduled=of(self.scheduled),
            days_worked=of(self.days),
        )
