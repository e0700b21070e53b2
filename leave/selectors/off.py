"""Who is off, and when: stretches of approved leave of those who work beside somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from attendance.enums import Portion
from companies.actor import Actor
from companies.enums import Role
from companies.models import Employee
from companies.selectors import team_of, teammates_of
from leave.enums import RequestState
from leave.models import LeaveDay, LeaveRequest
from leave.rules.years import DAY, Dates
from leave.terms import LeaveSettings


@dataclass(frozen=True)
class Stretch:
    """Dates of one request that follow one another, days off inside them too.

    A request whose dates were given back in part has several; `place` counts them from 0.
    """

    request: LeaveRequest
    place: int
    days: tuple[LeaveDay, ...]

    @property
    def first(self) -> dt.date:
        return self.days[0].date

    @property
    def last(self) -> dt.date:
        return self.days[-1].date

    @property
    def halves(self) -> tuple[LeaveDay, ...]:
        """Return the dates of which only a half is taken."""
        return tuple(d for d in self.days if d.portion in (Portion.AM, Portion.PM) and d.is_held)

    @property
    def portion(self) -> Portion:
        """Return what it takes of its date; a whole day where it has several."""
        return Portion(self.days[0].portion) if len(self.days) == 1 else Portion.FULL


def stretches(rows: Iterable[LeaveDay]) -> list[Stretch]:
    """Return the stretches of days, by date; days off stand inside them, never at their ends."""
    by_request: dict[int, list[LeaveDay]] = {}
    for row in sorted(rows, key=lambda each: each.date):
        by_request.setdefault(row.request_id, []).append(row)
    found: list[Stretch] = []
    for days in by_request.values():
        parts = [part for part in map(_trimmed, _parts(days)) if part]
        found += [Stretch(days[0].request, n, tuple(part)) for n, part in enumerate(parts)]
    return sorted(found, key=lambda each: (each.first, each.request.pk))


def _parts(days: list[LeaveDay]) -> list[list[LeaveDay]]:
    """Return the days where no date is missing between them."""
    parts: list[list[LeaveDay]] = []
    for day in days:
        if parts and parts[-1][-1].date + DAY == day.date:
            parts[-1].append(day)
        else:
            parts.append([day])
    return parts


def _trimmed(days: list[LeaveDay]) -> list[LeaveDay]:
    held = [place for place, day in enumerate(days) if day.is_held]
    return days[held[0] : held[-1] + 1] if held else []


def near_team(actor: Actor, *, on: dt.date) -> Q:
    """Return who works beside the actor or below them on a date, as a filter of people.

    HR answers for everybody, which is no team: what they are as somebody's manager counts.
    """
    if actor.employee is None:
        return Q(pk__in=[])
    as_manager = replace(actor, roles=actor.roles & {Role.MANAGER})
    below = team_of(as_manager, on=on)
    return Q(pk__in=teammates_of(actor.employee, on=on).values("pk")) | Q(pk__in=below.values("pk"))


def approved_days(people: Q, dates: Dates) -> QuerySet[LeaveDay]:
    """Return the days of approved leave in which some of the dates lie; one statement.

    Days off between them come too; what was given back does not.
    """
    rows: QuerySet[LeaveDay] = LeaveDay.objects.filter(
        Q(is_held=True) | Q(amount=0),
        employee__in=Employee.objects.filter(people).values("pk"),
        request__status__state__in=RequestState.granted,
        request__status__last_on__gte=dates.first,
        request__status__first_on__lte=dates.last,
    )
    return rows.select_related("request", "request__status", "employee").order_by("date", "id")


def off_soon(actor: Actor, dates: Dates, *, on: dt.date) -> list[Stretch]:
    """Return who of the own team is off on some of the dates, by date; never why."""
    rows = approved_days(near_team(actor, on=on), dates)
    return [
        each for each in stretches(rows) if each.first <= dates.last and each.last >= dates.first
    ]


def is_told(stretch: Stretch, settings: LeaveSettings) -> bool:
    """Return whether colleagues may know what kind of leave it is, and why."""
    rules = settings.by_version[stretch.request.version_id]
    return rules.row.colleagues_see_reason
