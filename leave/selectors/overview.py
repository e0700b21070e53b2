"""What a person's own page of leave lists: requests that stand, those that are over, claims."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from attendance.models import AttendanceDay
from attendance.rules.types import DayType
from attendance.selectors import people
from companies.models import Employee
from leave.enums import ClaimOutcome, RequestState
from leave.models import CompOffClaim, LeaveRequestState, LeaveType
from leave.rules.years import DAY
from leave.selectors.requests import of_person
from leave.terms import LeaveSettings

PAST_A_PAGE = 20
# Work on a day off is offered to be claimed so long after it.
CLAIMABLE_DAYS = 92
_OFF = (DayType.WEEKLY_OFF, DayType.HOLIDAY)


def standing(employee: Employee, *, today: dt.date) -> list[LeaveRequestState]:
    """Return what waits, and what is approved and not over, the nearest dates first."""
    rows = of_person(employee).filter(_stands(today))
    return list(rows.order_by("first_on", "request"))


def _stands(today: dt.date) -> Q:
    waits = Q(state__in=(*RequestState.reserving, RequestState.CANCEL_ASKED))
    return waits | Q(state=RequestState.APPROVED, last_on__gte=today)


@dataclass(frozen=True)
class Past:
    """A page of what is over; `has_more` where there are earlier ones."""

    rows: list[LeaveRequestState]
    page: int
    has_more: bool


def past(employee: Employee, *, today: dt.date, page: int) -> Past:
    """Return a page of what was refused, taken back or is over, the latest first; one statement."""
    rows = of_person(employee).exclude(_stands(today))
    begin = (page - 1) * PAST_A_PAGE
    found = list(rows[begin : begin + PAST_A_PAGE + 1])
    return Past(found[:PAST_A_PAGE], page, len(found) > PAST_A_PAGE)


def claims(employee: Employee) -> QuerySet[CompOffClaim]:
    """Return what the person claimed for work on days off, the latest first."""
    rows: QuerySet[CompOffClaim] = CompOffClaim.objects.filter(employee=employee)
    return rows.select_related("leave_type", "decision").order_by("-date", "-id")


def earning_types(settings: LeaveSettings, on: dt.date) -> list[LeaveType]:
    """Return the types that work on a day off earns; nothing is read."""
    return [
        kind
        for pk, kind in settings.types.items()
        if kind.is_offered
        and (rules := settings.type_on(pk, on)) is not None
        and rules.row.comp_off_valid_days is not None
    ]


@dataclass(frozen=True)
class Worked:
    """Work on a day off that was not claimed yet."""

    date: dt.date
    minutes: int


def claimable(employee: Employee, *, today: dt.date, claimed: list[CompOffClaim]) -> list[Worked]:
    """Return the days off on which the person worked lately and which nobody claimed yet.

    What each is worth the service says; a claim that was refused may be made again.
    """
    first = max(today - CLAIMABLE_DAYS * DAY, employee.joined_on)
    rows = AttendanceDay.objects.filter(
        employee=employee, date__range=(first, today), is_open=False, worked_minutes__gt=0, slot=0
    )
    found = list(rows.order_by("-date").values_list("date", "worked_minutes"))
    if not found:
        return []
    calendar = people.calendar_of(employee, first, today)
    taken = {
        claim.date
        for claim in claimed
        if getattr(claim, "decision", None) is None
        or claim.decision.outcome != ClaimOutcome.REFUSED
    }
    return [
        Worked(date, minutes)
        for date, minutes in found
        if date not in taken and calendar.day_kind_on(date).type in _OFF
    ]
