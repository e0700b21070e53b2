"""Who is here on a date, and who answers for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from companies.actor import Actor
from companies.enums import Role
from companies.models import Delegation, Department, Employee, Placement, User
from companies.models.people import grants_on, not_left
from companies.selectors.delegations import delegations_on, held_by


def here_on(date: dt.date) -> QuerySet[Employee]:
    """Return who is employed on a date, of the open company scope, by name."""
    here: QuerySet[Employee] = Employee.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=date), is_active=True, joined_on__lte=date
    )
    return here.order_by("name", "code")


def _placed(on: dt.date) -> QuerySet[Employee]:
    """Return who is employed on a date, with manager and department of their place then."""
    place = Placement.objects.filter(employee=OuterRef("pk"), starts_on__lte=on)
    latest = place.order_by("-starts_on")
    return here_on(on).annotate(
        placed_manager=Subquery(latest.values("manager")[:1]),
        placed_department=Subquery(latest.values("department")[:1]),
        placed_office=Subquery(latest.values("office")[:1]),
    )


def _with_those_below(departments: set[int], below: dict[int | None, list[int]]) -> set[int]:
    """Return the departments and all that are parts of them."""
    found, ahead = set(departments), list(departments)
    while ahead:
        fresh = [pk for pk in below.get(ahead.pop(), []) if pk not in found]
        found.update(fresh)
        ahead += fresh
    return found


def _parts() -> dict[int | None, list[int]]:
    below: dict[int | None, list[int]] = {}
    for pk, parent in Department.objects.values_list("pk", "parent"):
        below.setdefault(parent, []).append(pk)
    return below


def _below(
    employee: int | None, departments: Iterable[int | None], below: dict[int | None, list[int]]
) -> Q:
    """Return who stands below somebody by name or by department; no department is the company."""
    wanted = set(departments)
    if None in wanted:
        return Q()
    found = _with_those_below({pk for pk in wanted if pk}, below)
    mine = Q(placed_department__in=found) if found else Q(pk__in=[])
    return mine if employee is None else mine | Q(placed_manager=employee)


def _own(actor: Actor, on: dt.date) -> Q:
    """Return whom the actor answers for in their own right; at most two statements."""
    if actor.has(Role.HR, Role.COMPANY_ADMIN):
        return Q()
    departments: set[int | None] = set()
    if actor.has(Role.MANAGER):
        grants = grants_on(on, Role.MANAGER).filter(user=actor.user)
        departments = set(grants.values_list("department", flat=True))
    own = actor.employee.pk if actor.employee is not None else None
    return _below(own, departments, _parts() if departments - {None} else {})


def _in_stead(held: Collection[Delegation], on: dt.date) -> dict[int, Q]:
    """Return by giver whom the delegate answers for; two statements, however many givers.

    Never for a giver: their own matters go to their manager.
    """
    if not held:
        return {}
    users = [row.giver.user_id for row in held if row.giver.user_id is not None]
    grants = grants_on(on, Role.MANAGER, Role.HR, Role.COMPANY_ADMIN).filter(user__in=users)
    departments: dict[int, set[int | None]] = {}
    for user, role, department in grants.values_list("user", "role", "department"):
        where = department if role == Role.MANAGER else None
        departments.setdefault(user, set()).add(where)
    below = _parts() if any(found - {None} for found in departments.values()) else {}
    givers = ~Q(pk__in=[row.giver_id for row in held]) & ~Q(user__in=users)
    return {
        row.giver_id: _below(row.giver_id, departments.get(row.giver.user_id or 0, ()), below)
        & givers
        for row in held
    }


def _team(actor: Actor, on: dt.date) -> QuerySet[Employee]:
    people = _placed(on)
    if actor.company is None or actor.user is None or actor.is_limited:
        return people.none()
    return people.filter(company=actor.company).exclude(user=actor.user)


def team_of(actor: Actor, *, on: dt.date) -> QuerySet[Employee]:
    """Return whose days the actor answers for on a date, by name, never the own.

    HR and company admins: everybody. Others: whoever is placed below them by name; with the role
    of a manager, their department with its parts (without one, the company); and, while they
    stand in for somebody, that person's team. At most five statements beside the answer's own.
    """
    people, mine = _team(actor, on), _own(actor, on)
    if not mine or actor.company is None:
        return people
    for theirs in _in_stead(list(held_by(actor, on=on)), on).values():
        mine |= theirs
    return people.filter(mine)


def answered_for(actor: Actor, team: QuerySet[Employee]) -> QuerySet[Employee]:
    """Return of whom the actor decides what waits: their team; HR also who has left, never the own.

    `team` is their `team_of`. What somebody did before they left still counts.
    """
    if not actor.has(Role.HR, Role.COMPANY_ADMIN):
        return team
    people: QuerySet[Employee] = Employee.objects.filter(company=actor.company)
    return people.exclude(user=actor.user)


def teammates_of(employee: Employee, *, on: dt.date) -> QuerySet[Employee]:
    """Return who stands beside the person on a date, by name; no statement of its own.

    That is who is of the same department, or, where neither has one, below the same manager.
    """
    places = Placement.objects.filter(employee=employee, starts_on__lte=on).order_by("-starts_on")
    department, manager = (Subquery(places.values(name)[:1]) for name in ("department", "manager"))
    people = _placed(on).annotate(own_department=department, own_manager=manager)
    nowhere = Q(placed_department__isnull=True, own_department__isnull=True)
    return people.exclude(pk=employee.pk).filter(
        Q(placed_department=F("own_department")) | (nowhere & Q(placed_manager=F("own_manager")))
    )


def has_team(actor: Actor) -> bool:
    """Return whether the actor may have a team in their own right: by a role, or as a manager."""
    if actor.has(Role.HR, Role.COMPANY_ADMIN, Role.MANAGER):
        return True
    own = actor.employee
    if own is None:
        return False
    found: bool = Placement.objects.filter(manager=own).exists()
    return found


def answers_for_others(actor: Actor) -> bool:
    """Return whether the actor may have a team, also one that they only stand in for."""
    if actor.has(Role.HR, Role.COMPANY_ADMIN, Role.MANAGER):
        return True
    if actor.employee is None:
        return False
    own = Employee.objects.filter(pk=actor.employee.pk)
    below = Placement.objects.filter(manager=OuterRef("pk"))
    held = delegations_on(timezone.now().date()).filter(delegate=OuterRef("pk"))
    found: bool = own.filter(Exists(below) | Exists(held)).exists()
    return found


def in_stead_of(actor: Actor, employee: Employee, *, on: dt.date) -> Actor:
    """Return the actor, on behalf of whom they stand in for where that alone gives the right."""
    giver = givers_of(actor, [employee.pk], on=on).get(employee.pk)
    return actor if giver is None else replace(actor, on_behalf_of=giver)


def givers_of(actor: Actor, employees: Collection[int], *, on: dt.date) -> dict[int, str]:
    """Return on whose behalf the actor answers for each of these people, where that alone does it.

    Whom the actor answers for in their own right is left out. At most seven statements and one a
    giver, however many people there are.
    """
    people, mine = _team(actor, on), _own(actor, on)
    if not mine:
        return {}
    own = people.filter(mine, pk__in=list(employees)).values_list("pk", flat=True)
    others = set(employees) - set(own)
    held = list(held_by(actor, on=on)) if others else []
    theirs = _in_stead(held, on)
    found: dict[int, str] = {}
    for row in held:
        below = people.filter(theirs[row.giver_id], pk__in=list(others))
        for pk in below.values_list("pk", flat=True):
            found.setdefault(pk, row.giver.name)
    return found


def managers_of(employee: Employee, *, on: dt.date) -> list[User]:
    """Return who decides for the person on a date: their manager, else their department's, else HR.

    Whoever stands in for one of them is among them; the person never is.
    """
    found = _managers(employee, on)
    instead = delegations_on(on).filter(giver__user__in=found, delegate__user__is_active=True)
    # Who stands in for the person too decides nothing about them (`team_of`).
    theirs = delegations_on(on).filter(giver=employee).values("delegate")
    others = instead.exclude(delegate__in=theirs)
    users = User.objects.filter(engagements__in=others.values("delegate"))
    if employee.user_id is not None:
        users = users.exclude(pk=employee.user_id)
    known = {user.pk for user in found}
    return [*found, *(u for u in users.order_by("name").distinct() if u.pk not in known)]


def _managers(employee: Employee, on: dt.date) -> list[User]:
    """Return who decides for the person in their own right."""
    places = Placement.objects.filter(employee=employee, starts_on__lte=on).order_by("-starts_on")
    manager, department = places.values_list("manager", "department").first() or (None, None)
    users = User.objects.filter(is_active=True).order_by("name")
    if employee.user_id is not None:
        users = users.exclude(pk=employee.user_id)
    if manager is not None:
        # Who has left decides nothing: the next ones are asked.
        named = list(users.filter(engagements__in=not_left().filter(pk=manager).values("pk")))
        if named:
            return named
    if department is not None:
        grants = grants_on(on, Role.MANAGER).filter(department__in=departments_above(department))
        found = list(users.filter(pk__in=grants.values("user")).distinct())
        if found:
            return found
    # Company admins may decide the same, and are asked where there is no HR but them.
    roles = (Role.HR, Role.COMPANY_ADMIN)
    asked = (list(users.filter(pk__in=grants_on(on, role).values("user"))) for role in roles)
    return next(filter(None, asked), [])


def users_for(employee: int, *, on: dt.date) -> list[User]:
    """Return who answers where somebody is named: they, while they work here, and who stands in.

    `employee` is a primary key.
    """
    standing_in = delegations_on(on).filter(giver=employee).values("delegate")
    here = here_on(on).filter(Q(pk=employee) | Q(pk__in=standing_in)).order_by()
    users = User.objects.filter(is_active=True, engagements__in=here.values("pk"))
    return list(users.order_by("name").distinct())


def manager_above(employee: Employee, *, on: dt.date) -> Employee | None:
    """Return whom the person's manager answers to by name, if both work here; never the person."""
    manager = _manager_of(employee.pk, on)
    above = _manager_of(manager, on) if manager is not None else None
    if above in (None, employee.pk):
        return None
    found: Employee | None = here_on(on).filter(pk=above, user__is_active=True).first()
    return None if found is None or found.user_id == employee.user_id else found


def _manager_of(employee: int, on: dt.date) -> int | None:
    places = Placement.objects.filter(employee=employee, starts_on__lte=on)
    found: int | None = places.order_by("-starts_on").values_list("manager", flat=True).first()
    return found


def hr_of(*, on: dt.date) -> list[User]:
    """Return HR and the company admins of the open company scope, by name."""
    grants = grants_on(on, Role.HR, Role.COMPANY_ADMIN)
    return list(User.objects.filter(is_active=True, pk__in=grants.values("user")).order_by("name"))


def departments_above(department: int) -> list[int]:
    """Return the department and those that it is part of."""
    parents: dict[int, int | None] = dict(Department.objects.values_list("pk", "parent"))
    found: list[int] = []
    here: int | None = department
    while here is not None and here not in found:
        found.append(here)
        here = parents.get(here)
    return found
