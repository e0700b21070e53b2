"""Whom a report may be about: everybody employed on a date of a stretch, and their place then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

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


@dataclass(frozen=True, slots=True)
class Where:
    """Offices and departments, by primary key; none at all is anywhere."""

    offices: frozenset[int] | None = None
    departments: frozenset[int] | None = None

    @property
    def is_anywhere(self) -> bool:
        """Return whether nothing is narrowed."""
        return self.offices is None and self.departments is None

    def _holds(self, office: int | None, department: int | None) -> bool:
        is_office = self.offices is None or office in self.offices
        return is_office and (self.departments is None or department in self.departments)

    def _placements(self) -> QuerySet[Placement]:
        rows: QuerySet[Placement] = Placement.objects.all()
        if self.offices is not None:
            rows = rows.filter(office__in=self.offices)
        if self.departments is not None:
            rows = rows.filter(department__in=self.departments)
        return rows

    def on(self, people: QuerySet[Employee]) -> QuerySet[Employee]:
        """Return those whose place, as `engaged_between` names it, is here."""
        if self.offices is not None:
            people = people.filter(Q(placed_office__in=self.offices))
        if self.departments is not None:
            people = people.filter(Q(placed_department__in=self.departments))
        return people

    def between(
        self, people: QuerySet[Employee], first: dt.date, last: dt.date
    ) -> QuerySet[Employee]:
        """Return those whose place was here on any date of the stretch."""
        if self.is_anywhere:
            return people
        # A later place that had begun by the first date had ended the row.
        later = Placement.objects.filter(
            employee=OuterRef("employee"), starts_on__gt=OuterRef("starts_on"), starts_on__lte=first
        )
        held = self._placements().filter(
            ~Exists(later), employee=OuterRef("pk"), starts_on__lte=last
        )
        return people.filter(Exists(held))

    def dates_of(
        self, keys: Collection[int], dates: Sequence[dt.date]
    ) -> dict[int, set[int]] | None:
        """Return at which places among the dates each person was here; one statement.

        Nothing where everywhere is meant.
        """
        if self.is_anywhere:
            return None
        rows = Placement.objects.filter(employee__in=keys, starts_on__lte=dates[-1])
        found: dict[int, set[int]] = {key: set() for key in keys}
        for key, starts_on, office, department in rows.order_by("starts_on").values_list(
            "employee_id", "starts_on", "office_id", "department_id"
        ):
            rest = range(max(0, (starts_on - dates[0]).days), len(dates))
            if self._holds(office, department):
                found[key].update(rest)
            else:
                found[key].difference_update(rest)
        return found


def with_parts(department: Department) -> frozenset[int]:
    """Return the department and its parts, by primary key; one statement."""
    below: dict[int | None, list[int]] = {}
    for pk, parent in Department.objects.values_list("pk", "parent"):
        below.setdefault(parent, []).append(pk)
    found, ahead = {department.pk}, [department.pk]
    while ahead:
        fresh = [pk for pk in below.get(ahead.pop(), []) if pk not in found]
        found.update(fresh)
        ahead += fresh
    return frozenset(found)


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
