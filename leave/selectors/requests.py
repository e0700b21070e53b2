"""Requests: a person's own, what waits for whom, and who else is off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from attendance.enums import Portion, Unresolved
from attendance.selectors.people import person_calendars
from attendance.selectors.settings import company_settings
from companies.actor import Actor
from companies.models import Company, Department, Employee, Placement
from companies.permissions import can_manage_hr
from companies.selectors import answered_for, delegations_on
from leave.enums import Decider, RequestState
from leave.models import (
    BlockDate,
    LeastCover,
    LeaveApprovalStep,
    LeaveDay,
    LeaveRequest,
    LeaveRequestState,
    RequestStep,
)
from leave.rules.years import Dates
from leave.selectors.books import factor_of, load_books
from leave.selectors.scenes import day_of
from leave.terms import LeaveSettings, TypeOn, leave_settings


def of_person(employee: Employee) -> QuerySet[LeaveRequestState]:
    """Return where all that a person asked for stands, the latest dates first."""
    rows: QuerySet[LeaveRequestState] = LeaveRequestState.objects.filter(employee=employee)
    return rows.select_related("request__leave_type", "request__version").order_by(
        "-first_on", "-request"
    )


def history(request: LeaveRequest) -> QuerySet[RequestStep]:
    """Return the steps of a request and of those that it took the place of, in order of time.

    Leave out of which it only takes its own dates goes on by itself, so its steps are none of
    these. One statement, and the answer's own.
    """
    taken = LeaveRequest.objects.filter(
        employee=request.employee_id, replaces__isnull=False, is_partly=False
    )
    replaced = dict(taken.values_list("pk", "replaces"))
    chain = [request.pk]
    while (old := replaced.get(chain[-1])) is not None and old not in chain:
        chain.append(old)
    steps: QuerySet[RequestStep] = RequestStep.objects.filter(request__in=chain)
    return steps.order_by("happened_at", "id")


def waiting(actor: Actor, *, team: QuerySet[Employee], on: dt.date) -> QuerySet[LeaveRequestState]:
    """Return the requests that wait for the actor, oldest first: at their place of the chain.

    `team` is whom they answer for; HR also has what waits for HR, of who has left too, and never
    their own.
    """
    mine = Q(waits_for_manager=True, employee__in=answered_for(actor, team).values("pk"))
    if can_manage_hr(actor):
        mine |= Q(waits_for_hr=True)
    if actor.employee is not None:
        # Part of this one statement, since every page counts what waits.
        givers = delegations_on(on).filter(delegate=actor.employee).values("giver")
        here = LeaveApprovalStep.objects.filter(
            version=OuterRef("request__version"), place=OuterRef("place")
        )
        named = here.filter(Q(person=actor.employee) | Q(person__in=givers), decider=Decider.PERSON)
        taking_part = Q(above__lt=OuterRef("amount"))
        # A chain that asks nobody about so short a request asks its first place (`links_at`).
        mine |= Q(Exists(named.filter(taking_part)))
        mine |= Q(Exists(named)) & ~Q(Exists(here.filter(taking_part)))
        mine |= Q(passed_to=actor.employee) | Q(passed_to__in=givers)
    rows: QuerySet[LeaveRequestState] = LeaveRequestState.objects.filter(
        mine, state__in=RequestState.waiting
    )
    if actor.user is not None:
        rows = rows.exclude(employee__user=actor.user)
    return rows.order_by("since", "id")


def unresolved(first: dt.date, last: dt.date) -> dict[str, int]:
    """Count the requests that touch these dates and are not decided; see `MUSTER_UNRESOLVED`."""
    open_states = {*RequestState.reserving, *RequestState.waiting}
    rows = LeaveRequestState.objects.filter(
        state__in=open_states, first_on__lte=last, last_on__gte=first
    )
    return {Unresolved.LEAVE: rows.count()}


# --- who else is off ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Off:
    """Somebody of the team who is off, or asks to be; never why."""

    employee: Employee
    dates: Dates
    is_approved: bool


@dataclass
class Around:
    """What stands around a request: who else is off, who is left, what is blocked, what is left.

    `short` are dates on which fewer people are there than the department needs at least.
    """

    others: list[Off] = field(default_factory=list)
    team_size: int = 0
    fewest: int | None = None
    least: int | None = None
    short: list[dt.date] = field(default_factory=list)
    blocks: list[BlockDate] = field(default_factory=list)
    available: Decimal | None = None


@dataclass(frozen=True)
class _Place:
    department: int | None
    manager: int | None

    def is_beside(self, other: _Place) -> bool:
        """Return whether both are one team: a department, else whoever has the same manager."""
        if self.department is not None or other.department is not None:
            return self.department == other.department
        return self.manager is not None and self.manager == other.manager


def around(
    company: Company, statuses: Sequence[LeaveRequestState], *, on: dt.date
) -> dict[int, Around]:
    """Return what stands around each request, by its primary key.

    The number of statements is constant, however many requests and people there are.
    """
    if not statuses:
        return {}
    first = min(status.first_on for status in statuses)
    last = max(status.last_on for status in statuses)
    settings = leave_settings(company)
    found = {status.request_id: Around() for status in statuses}
    _put_blocks(found, statuses, Dates(first, last), on)
    _put_available(found, statuses, settings)
    places = _places(on)
    asking = {status.employee_id for status in statuses}
    beside = {
        pk: [other for other, there in places.items() if other != pk and here.is_beside(there)]
        for pk in asking
        if (here := places.get(pk)) is not None
    }
    everybody = {pk for team in beside.values() for pk in team} | asking
    people = {row.pk: row for row in Employee.objects.filter(pk__in=everybody)}
    days = _leave_of(everybody, first, last)
    working = _working(company, list(people.values()), first, last)
    least = dict(LeastCover.objects.values_list("department", "people"))
    counted = _counted(statuses)
    for status in statuses:
        team = [people[pk] for pk in beside.get(status.employee_id, ()) if pk in people]
        here = places.get(status.employee_id)
        _put_team(
            found[status.request_id], status, team, days, working,
            counted.get(status.request_id, []), least.get(here.department if here else None),
        )  # fmt: skip
    return found


def _counted(statuses: Sequence[LeaveRequestState]) -> dict[int, list[dt.date]]:
    rows = LeaveDay.objects.filter(request__in=[s.request_id for s in statuses], amount__gt=0)
    found: dict[int, list[dt.date]] = {}
    for request, date in rows.order_by("date").values_list("request", "date"):
        found.setdefault(request, []).append(date)
    return found


def _places(on: dt.date) -> dict[int, _Place]:
    """Return where everybody who works here stands on a date; one statement."""
    place = Placement.objects.filter(employee=OuterRef("pk"), starts_on__lte=on)
    latest = place.order_by("-starts_on")
    people = Employee.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=on), is_active=True, joined_on__lte=on
    ).annotate(
        placed_department=Subquery(latest.values("department")[:1]),
        placed_manager=Subquery(latest.values("manager")[:1]),
    )
    rows = people.values_list("pk", "placed_department", "placed_manager")
    return {pk: _Place(department, manager) for pk, department, manager in rows}


def _leave_of(people: Iterable[int], first: dt.date, last: dt.date) -> dict[int, list[LeaveDay]]:
    """Return the live leave of people on a stretch of dates, by person; one statement."""
    rows = LeaveDay.objects.filter(
        employee__in=list(people), date__range=(first, last), amount__gt=0
    ).filter(Q(is_held=True) | Q(request__status__state__in=RequestState.reserving))
    found: dict[int, list[LeaveDay]] = {}
    for row in rows.select_related("request__status").order_by("date", "id"):
        found.setdefault(row.employee_id, []).append(row)
    return found


def _working(
    company: Company, people: list[Employee], first: dt.date, last: dt.date
) -> dict[dt.date, set[int]]:
    """Return who works on each date by their own calendar."""
    calendars = person_calendars(
        company, people, settings=company_settings(company), first=first, last=last
    )
    found: dict[dt.date, set[int]] = {}
    for pk, calendar in calendars.items():
        one = day_of(calendar)
        for date in Dates(first, last):
            day = one(date)
            if day.is_employed and day.scheduled and day.working_halves:
                found.setdefault(date, set()).add(pk)
    return found


def _put_team(
    found: Around,
    status: LeaveRequestState,
    team: list[Employee],
    days: dict[int, list[LeaveDay]],
    working: dict[dt.date, set[int]],
    dates: list[dt.date],
    least: int | None,
) -> None:
    found.team_size, found.least = len(team) + 1, least
    wanted = set(dates)
    off: dict[dt.date, set[int]] = {}
    for employee in sorted(team, key=lambda each: each.name):
        by_request: dict[int, list[LeaveDay]] = {}
        for day in days.get(employee.pk, ()):
            if day.date in wanted:
                by_request.setdefault(day.request_id, []).append(day)
        for rows in by_request.values():
            is_approved = rows[0].request.status.state in RequestState.granted
            span = Dates(rows[0].date, rows[-1].date)
            found.others.append(Off(employee, span, is_approved))
            for day in rows:
                if is_approved and day.portion == Portion.FULL:
                    off.setdefault(day.date, set()).add(employee.pk)
    for date in dates:
        there = {e.pk for e in team} & working.get(date, set()) - off.get(date, set())
        left = len(there)
        found.fewest = left if found.fewest is None else min(found.fewest, left)
        if least is not None and left < least:
            found.short.append(date)


def _put_blocks(
    found: dict[int, Around], statuses: Sequence[LeaveRequestState], dates: Dates, on: dt.date
) -> None:
    """Say which block dates bind whom; a department's bind those below it."""
    rows = BlockDate.objects.filter(first_on__lte=dates.last, last_on__gte=dates.first)
    blocks = list(rows.prefetch_related("exemptions").order_by("first_on", "id"))
    if not blocks:
        return
    parents: dict[int, int | None] = dict(Department.objects.values_list("pk", "parent"))
    places = _places(on)
    for status in statuses:
        here = places.get(status.employee_id)
        above = _above(here.department if here else None, parents)
        found[status.request_id].blocks = [
            block for block in blocks if _binds(block, status, above)
        ]


def _above(department: int | None, parents: dict[int, int | None]) -> set[int]:
    found: set[int] = set()
    while department is not None and department not in found:
        found.add(department)
        department = parents.get(department)
    return found


def _binds(block: BlockDate, status: LeaveRequestState, above: Collection[int]) -> bool:
    return (
        block.first_on <= status.last_on
        and block.last_on >= status.first_on
        and block.leave_type_id in (None, status.request.leave_type_id)
        and (block.department_id is None or block.department_id in above)
        and status.employee_id not in {row.employee_id for row in block.exemptions.all()}
    )


def _put_available(
    found: dict[int, Around], statuses: Sequence[LeaveRequestState], settings: LeaveSettings
) -> None:
    """Say what is left for each once it is approved, in the unit of its type."""
    rules: dict[int, TypeOn] = {
        status.request_id: settings.by_version[status.request.version_id] for status in statuses
    }
    types = {item.books_type_id for item in rules.values()}
    books = load_books({status.employee_id for status in statuses}, types)
    for status in statuses:
        mine = rules[status.request_id]
        loaded = books.get((status.employee_id, mine.books_type_id))
        if not mine.rules.needs_allocation or loaded is None:
            continue
        ahead = loaded.ahead(status.employee, settings)
        left = ahead.available(
            [status.last_on], reserved=loaded.reserved,
            negative_limit=mine.rules.negative_limit,
        )  # fmt: skip
        if left is not None:
            found[status.request_id].available = left / factor_of(mine, settings)
