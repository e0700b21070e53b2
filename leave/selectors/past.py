"""What came before a request: the person's leave of the year, earlier requests, its own steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from companies.models import Company
from leave.enums import RequestState
from leave.models import LeaveDay, LeaveRequestState, LeaveType, RequestStep
from leave.rules.amounts import ZERO
from leave.terms import LeaveSettings, leave_settings

_A_YEAR = dt.timedelta(days=366)
# So many earlier requests stand beside one.
_MOST_EARLIER = 5


@dataclass(frozen=True)
class TakenOf:
    """How much of a type the person takes in its leave year, what lies ahead among it."""

    leave_type: LeaveType
    amount: Decimal
    is_in_hours: bool


@dataclass
class Past:
    """What stands beside a request about its person, and what was done about it so far."""

    taken: list[TakenOf] = field(default_factory=list)
    earlier: list[LeaveRequestState] = field(default_factory=list)
    steps: list[RequestStep] = field(default_factory=list)


def past(
    company: Company, statuses: Sequence[LeaveRequestState], *, on: dt.date
) -> dict[int, Past]:
    """Return what came before each request, by its primary key; three statements, however many.

    Approved days of the leave year of `on`, the last few other requests of a year, and the steps
    of the request and of those that it took the place of directly.
    """
    settings = leave_settings(company)
    people = {status.employee_id for status in statuses}
    taken = _taken(people, settings, on)
    earlier = _earlier(people, on)
    steps = _steps(statuses)
    return {
        status.request_id: Past(
            taken=taken.get(status.employee_id, []),
            earlier=[row for row in earlier.get(status.employee_id, []) if row.pk != status.pk][
                :_MOST_EARLIER
            ],
            steps=[
                step
                for pk in (status.request.replaces_id, status.request_id)
                for step in steps.get(pk or 0, [])
            ],
        )
        for status in statuses
    }


def _taken(people: set[int], settings: LeaveSettings, on: dt.date) -> dict[int, list[TakenOf]]:
    years = {
        pk: rules.leave_year.of(on)
        for pk in settings.types
        if (rules := settings.type_on(pk, on)) is not None
    }
    rows = LeaveDay.objects.filter(
        employee__in=people, is_held=True, date__range=(on - _A_YEAR, on + _A_YEAR),
        request__status__state__in=RequestState.granted,
    )  # fmt: skip
    sums: dict[tuple[int, int], Decimal] = {}
    for employee, pk, date, amount in rows.values_list(
        "employee", "request__leave_type", "date", "amount"
    ):
        if pk in years and date in years[pk]:
            sums[employee, pk] = sums.get((employee, pk), ZERO) + amount
    found: dict[int, list[TakenOf]] = {}
    # In the order of the settings: by name.
    for pk, leave_type in settings.types.items():
        for employee in people:
            if amount := sums.get((employee, pk)):
                rules = settings.type_on(pk, on)
                is_in_hours = rules is not None and rules.is_in_hours
                found.setdefault(employee, []).append(TakenOf(leave_type, amount, is_in_hours))
    return found


def _earlier(people: set[int], on: dt.date) -> dict[int, list[LeaveRequestState]]:
    rows = LeaveRequestState.objects.filter(employee__in=people, last_on__gte=on - _A_YEAR)
    found: dict[int, list[LeaveRequestState]] = {}
    # What became another request stands there as that one.
    rows = rows.exclude(state=RequestState.CHANGED).select_related("request__leave_type")
    for row in rows.order_by("-first_on", "-id"):
        found.setdefault(row.employee_id, []).append(row)
    return found


def _steps(statuses: Sequence[LeaveRequestState]) -> dict[int, list[RequestStep]]:
    wanted = {status.request_id for status in statuses}
    wanted |= {status.request.replaces_id for status in statuses if status.request.replaces_id}
    found: dict[int, list[RequestStep]] = {}
    for step in RequestStep.objects.filter(request__in=wanted).order_by("request", "number"):
        found.setdefault(step.request_id, []).append(step)
    return found
