"""Whom a report may be about: everybody employed on a date of a stretch, and their place then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from companies.actor import Actor
from companies.enums import Role
from companies.models import Department, Employee, Placement
from companies.selectors.teams import team_of

# Who reads reports of the whole company.
READERS = (Role.HR, Role.COMPANY_ADMIN, Role.AUDITOR)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Placed:
    """A person, with the office and the department of their place."""

    employee: Employee
    office: str
    department: str


def engaged_between(first: dt.date, last: dt.date, *, on: dt.date) -> QuerySet[Employee]:
    """Return who is employed on a date of the stretch, with their place on a date, by name.

    Who was switched off is among them: a register keeps whoever stood in it.
    """
    place = Placement.objects.filter(employee=OuterRef("pk"), starts_on__lte=on)
    latest = place.order_by("-starts_on")
    here: QuerySet[Employee] = Employee.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=first), joined_on__lte=last
    )
    return here.annotate(
        placed_office=Subquery(latest.values("office")[:1]),
        placed_office_name=Subquery(latest.values("office__name")[:1]),
        placed_department=Subquery(latest.values("department")[:1]),
        placed_department_name=Subquery(latest.values("department__name")[:1]),
    ).order_by("name", "code", "pk")


def reported_people(
    actor: Actor, first: dt.date, last: dt.date, *, today: dt.date
) -> QuerySet[Employee]:
    """Return whom the actor's reports are about, with their place at the end of the stretch.

    HR, company admins and auditors: everybody of those dates, themselves too, for a register is
    whole. Others: whoever they answer for today. At most five statements beside the answer's own.
    """
    people = engaged_between(first, last, on=min(last, today))
    if actor.company is None or actor.user is None or actor.is_limited:
        return people.none()
    people = people.filter(company=actor.company)
    if actor.has(*READERS):
        return people
    return people.filter(pk__in=team_of(actor, on=today).order_by().values("pk"))


def in_department(people: QuerySet[Employee], department: Department) -> QuerySet[Employee]:
    """Return those of the department and of its parts; one statement for the parts."""
    below: dict[int | None, list[int]] = {}
    for pk, parent in Department.objects.values_list("pk", "parent"):
        below.setdefault(parent, []).append(pk)
    found, ahead = {department.pk}, [department.pk]
    while ahead:
        fresh = [pk for pk in below.get(ahead.pop(), []) if pk not in found]
        found.update(fresh)
        ahead += fresh
    return people.filter(Q(placed_department__in=found))


def placed_in_chunks(
    people: QuerySet[Employee], keys: Sequence[int], *, size: int = CHUNK
) -> Iterator[list[Placed]]:
    """Yield the people of these keys in that order, so many at a time; a statement each time."""
    for begin in range(0, len(keys), size):
        wanted = keys[begin : begin + size]
        found = {row.pk: row for row in people.filter(pk__in=wanted).order_by()}
        yield list(_placed(found[key] for key in wanted if key in found))


def _placed(people: Iterable[Employee]) -> Iterator[Placed]:
    for row in people:
        office: str | None = getattr(row, "placed_office_name", None)
        department: str | None = getattr(row, "placed_department_name", None)
        yield Placed(row, office or "", department or "")
