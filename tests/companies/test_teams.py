"""Whose days somebody answers for: named people, departments with their parts, everybody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from companies import selectors
from companies.actor import Actor
from companies.enums import Role
from companies.models import Department, Employee, Placement, RoleGrant, User
from companies.scoping import company_scope
from tests.attendance.world import START, World, make_person

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 4)


@pytest.fixture
def kettle(world: World) -> Any:
    with company_scope(world.company):
        yield world


def _team(actor: Actor, on: dt.date = TODAY) -> list[str]:
    return [person.name for person in selectors.team_of(actor, on=on)]


def _place(world: World, employee: Employee, on: dt.date = START, **columns: Any) -> None:
    Placement.objects.update_or_create(
        company=world.company, employee=employee, starts_on=on,
        defaults={"office": world.office, "default_shift": world.day_shift, **columns},
    )  # fmt: skip


def _grant(world: World, employee: Employee, **columns: Any) -> None:
    RoleGrant.objects.create(
        company=world.company, user=employee.user,
        **{"starts_on": START, "role": Role.MANAGER, **columns},
    )  # fmt: skip


def test_hr_answers_for_everybody_but_themselves(kettle: World) -> None:
    for role in (Role.HR, Role.COMPANY_ADMIN):
        assert _team(kettle.actor(kettle.hari, role)) == ["Bikram", "Maya"]


@pytest.mark.parametrize("roles", [(), (Role.AUDITOR,), (Role.MANAGER,)])
def test_who_manages_nobody_has_no_team(kettle: World, roles: tuple[Role, ...]) -> None:
    assert _team(kettle.actor(kettle.bikram, *roles)) == []


def test_a_manager_answers_for_people_by_name_from_the_date_on(kettle: World) -> None:
    _place(kettle, kettle.maya, dt.date(2026, 3, 3), manager=kettle.bikram)
    bikram = kettle.actor(kettle.bikram)
    assert _team(bikram, dt.date(2026, 3, 2)) == []
    assert _team(bikram, dt.date(2026, 3, 3)) == ["Maya"]
    _place(kettle, kettle.maya, dt.date(2026, 3, 4), manager=kettle.hari)
    assert _team(bikram, dt.date(2026, 3, 3)) == ["Maya"]
    assert _team(bikram, dt.date(2026, 3, 4)) == []


def test_a_department_comes_with_its_parts(kettle: World) -> None:
    works, yard = (
        Department.objects.create(company=kettle.company, name=name) for name in ("Works", "Yard")
    )
    looms = Department.objects.create(company=kettle.company, name="Looms", parent=works)
    Department.objects.filter(pk=works.pk).update(parent=looms)  # a ring, by mistake
    _place(kettle, kettle.maya, department=looms)
    _place(kettle, kettle.hari, department=yard)
    _grant(kettle, kettle.bikram, department=works)
    manager = kettle.actor(kettle.bikram, Role.MANAGER)
    assert _team(manager) == ["Maya"]
    assert _team(kettle.actor(kettle.bikram)) == []
    _grant(kettle, kettle.bikram, department=yard, ends_on=TODAY)
    assert _team(manager) == ["Hari", "Maya"]
    assert _team(manager, TODAY + dt.timedelta(days=1)) == ["Maya"]


def test_a_manager_of_no_department_answers_for_the_company(kettle: World) -> None:
    _grant(kettle, kettle.bikram)
    assert _team(kettle.actor(kettle.bikram, Role.MANAGER)) == ["Hari", "Maya"]


@pytest.mark.parametrize(
    "gone",
    [{"left_on": dt.date(2026, 3, 3)}, {"is_active": False}, {"joined_on": dt.date(2026, 3, 5)}],
    ids=["left", "inactive", "to come"],
)
def test_who_does_not_work_that_day_is_in_no_team(kettle: World, gone: dict[str, Any]) -> None:
    Employee.objects.filter(pk=kettle.maya.pk).update(**gone)
    assert _team(kettle.hr) == ["Bikram"]


def test_a_last_day_is_one_of_the_team(kettle: World) -> None:
    Employee.objects.filter(pk=kettle.maya.pk).update(left_on=TODAY)
    assert _team(kettle.hr) == ["Bikram", "Maya"]


def test_who_acts_in_no_company_or_is_nobody_has_no_team(kettle: World) -> None:
    hr = kettle.hr
    assert _team(Actor(kind=hr.kind, user=hr.user, roles=hr.roles)) == []
    assert _team(Actor(kind=hr.kind, company=hr.company, roles=hr.roles)) == []


def test_another_companys_people_are_in_no_team(kettle: World, other: World) -> None:
    assert _team(other.hr) == []


def test_a_team_takes_four_statements(
    kettle: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    looms = Department.objects.create(company=kettle.company, name="Looms")
    _grant(kettle, kettle.bikram, department=looms)
    for number in range(5):
        person = make_person(kettle.company, f"P{number}", kettle.office, kettle.day_shift)
        _place(kettle, person, department=looms)
    with django_assert_num_queries(4):
        assert len(_team(kettle.actor(kettle.bikram, Role.MANAGER))) == 5


# --- who decides for a person -------------------------------------------------------------------
def _managers(world: World) -> list[str]:
    return [user.name for user in selectors.managers_of(world.maya, on=TODAY)]


def test_the_named_manager_decides_else_the_departments_else_hr(kettle: World) -> None:
    assert _managers(kettle) == ["Hari"]
    works = Department.objects.create(company=kettle.company, name="Works")
    looms = Department.objects.create(company=kettle.company, name="Looms", parent=works)
    _place(kettle, kettle.maya, department=looms)
    assert _managers(kettle) == ["Hari"]
    _grant(kettle, kettle.bikram, department=works)
    assert _managers(kettle) == ["Bikram"]
    _place(kettle, kettle.maya, department=looms, manager=kettle.hari)
    assert _managers(kettle) == ["Hari"]
    kettle.hari.user.is_active = False
    kettle.hari.user.save(update_fields=["is_active"])
    assert _managers(kettle) == ["Bikram"]


def test_nobody_decides_for_themselves(kettle: World) -> None:
    _grant(kettle, kettle.maya, department=None)
    RoleGrant.objects.create(
        company=kettle.company, user=kettle.maya.user, role=Role.HR, starts_on=START
    )
    assert _managers(kettle) == ["Hari"]


def test_who_has_no_place_and_no_sign_in_is_hrs(kettle: World) -> None:
    Placement.objects.filter(employee=kettle.maya).delete()
    kettle.maya.user = None
    assert _managers(kettle) == ["Hari"]


# --- who left decides nothing ---------------------------------------------------------------------
@pytest.mark.parametrize(
    "gone", [{"left_on": dt.date(2026, 3, 3)}, {"is_active": False}], ids=["left", "inactive"]
)
def test_nobody_is_asked_who_left_in_their_place_the_next_ones_are(
    kettle: World, gone: dict[str, Any]
) -> None:
    works = Department.objects.create(company=kettle.company, name="Works")
    nima = make_person(kettle.company, "Nima", kettle.office, kettle.day_shift)
    _place(kettle, kettle.maya, manager=kettle.bikram, department=works)
    _grant(kettle, nima, department=works)
    assert _managers(kettle) == ["Bikram"]
    Employee.objects.filter(pk=kettle.bikram.pk).update(**gone)
    assert _managers(kettle) == ["Nima"]
    Employee.objects.filter(pk=nima.pk).update(**gone)
    assert _managers(kettle) == ["Hari"]
    Employee.objects.filter(pk=kettle.hari.pk).update(**gone)
    assert _managers(kettle) == selectors.hr_of(on=TODAY) == []


def test_company_admins_are_asked_where_no_hr_is_left(kettle: World) -> None:
    _grant(kettle, kettle.bikram, role=Role.COMPANY_ADMIN)
    assert _managers(kettle) == ["Hari"]
    Employee.objects.filter(pk=kettle.hari.pk).update(left_on=dt.date(2026, 3, 3))
    assert _managers(kettle) == ["Bikram"]


def test_a_role_given_after_the_last_day_or_to_nobodys_employee_is_asked(kettle: World) -> None:
    Employee.objects.filter(pk=kettle.hari.pk).update(left_on=dt.date(2026, 3, 3))
    _grant(kettle, kettle.hari, role=Role.HR, starts_on=TODAY)
    founder = User.objects.create_user(email="founder@kettle.example", name="Founder")
    RoleGrant.objects.create(
        company=kettle.company, user=founder, role=Role.COMPANY_ADMIN, starts_on=START
    )
    assert [user.name for user in selectors.hr_of(on=TODAY)] == ["Founder", "Hari"]


def test_who_works_here_again_is_asked_as_before(kettle: World) -> None:
    Employee.objects.filter(pk=kettle.hari.pk).update(left_on=dt.date(2026, 3, 2))
    Employee.objects.create(
        company=kettle.company, user=kettle.hari.user, code="hari-2", name="Hari", joined_on=TODAY
    )
    assert [user.name for user in selectors.hr_of(on=TODAY)] == ["Hari"]
