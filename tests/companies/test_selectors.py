"""Who belongs where, and on which days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from companies import selectors
from companies.enums import Role
from companies.models import Employee, OperatorGrant, RoleGrant, User
from companies.scoping import ScopeError, company_scope
from tests.attendance.world import World, at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")


def _write(world: World, employee: Employee, **columns: Any) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=employee.pk).update(**columns)


def _grant(world: World, user: User, role: Role, **columns: Any) -> None:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=user, role=role,
            **({"starts_on": dt.date(2026, 1, 1)} | columns),
        )  # fmt: skip


def _mine(user: User, now: dt.datetime = NOW) -> list[tuple[str, Employee | None, set[Role]]]:
    found = selectors.memberships(user, now=now)
    return [(item.company.code, item.employee, set(item.roles)) for item in found]


# --- memberships ------------------------------------------------------------------------------
def test_an_engagement_opens_the_company(world: World) -> None:
    assert _mine(world.maya.user) == [("kettle", world.maya, set())]
    assert _mine(world.hari.user) == [("kettle", world.hari, {Role.HR})]


def test_who_has_neither_belongs_nowhere(world: World) -> None:
    assert _mine(User.objects.create_user(email="n@x.example", name="Nobody")) == []


def test_who_has_not_yet_begun_belongs_already(world: World) -> None:
    """So that they can agree and enrol before the first day."""
    _write(world, world.maya, joined_on=dt.date(2026, 12, 1))
    assert _mine(world.maya.user) == [("kettle", world.maya, set())]


@pytest.mark.parametrize(
    ("when", "is_in"),
    [
        ("2026-03-31 23:59", True),
        # It is 1 April in Kathmandu; somewhere on earth the last day is not over.
        ("2026-04-01 12:00", True),
        ("2026-04-01 17:44", True),
        ("2026-04-01 17:45", False),
    ],
)
def test_a_last_day_lasts_until_it_is_over_everywhere(world: World, when: str, is_in: bool) -> None:
    _write(world, world.maya, left_on=dt.date(2026, 3, 31))
    world.maya.refresh_from_db()
    assert bool(_mine(world.maya.user, at(when))) is is_in
    assert world.maya.has_left(at(when)) is not is_in


def test_who_is_inactive_belongs_nowhere(world: World) -> None:
    _write(world, world.maya, is_active=False)
    world.maya.refresh_from_db()
    assert _mine(world.maya.user) == []
    assert world.maya.has_left(NOW)


@pytest.mark.parametrize(
    "columns",
    [
        {"left_on": dt.date(2026, 2, 1)},
        {"is_active": False},
        {"is_active": False, "left_on": dt.date(2026, 2, 1)},
    ],
    ids=["left", "inactive", "both"],
)
def test_a_role_ends_with_the_employment(world: World, columns: dict[str, Any]) -> None:
    _write(world, world.hari, **columns)
    assert _mine(world.hari.user) == []


def test_a_role_given_after_the_last_day_stands(world: World) -> None:
    _write(world, world.hari, left_on=dt.date(2026, 2, 1))
    _grant(world, world.hari.user, Role.AUDITOR, starts_on=dt.date(2026, 2, 2))
    assert _mine(world.hari.user) == [("kettle", None, {Role.AUDITOR})]


def test_who_left_one_engagement_of_two_keeps_the_roles(world: World) -> None:
    _write(world, world.hari, left_on=dt.date(2026, 2, 1))
    with company_scope(world.company):
        again = Employee.objects.create(
            company=world.company, user=world.hari.user, code="hari-2", name="Hari",
            joined_on=dt.date(2026, 2, 20),
        )  # fmt: skip
    assert _mine(world.hari.user) == [("kettle", again, {Role.HR})]


def test_who_was_employed_elsewhere_keeps_the_roles_here(world: World, other: World) -> None:
    _write(world, world.maya, left_on=dt.date(2026, 2, 1))
    _grant(other, world.maya.user, Role.AUDITOR)
    assert _mine(world.maya.user) == [("other", None, {Role.AUDITOR})]


def test_who_came_back_stands_by_the_present_engagement(world: World) -> None:
    _write(world, world.maya, left_on=dt.date(2026, 3, 2))
    with company_scope(world.company):
        again = Employee.objects.create(
            company=world.company, user=world.maya.user, code="maya-2", name="Maya",
            joined_on=dt.date(2026, 3, 2),
        )  # fmt: skip
    assert _mine(world.maya.user) == [("kettle", again, set())]


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("2026-03-02 05:44", False),
        # Midnight in UTC: a role begins with that date.
        ("2026-03-02 05:45", True),
        ("2026-03-04 17:44", True),
        ("2026-03-04 17:45", False),
    ],
)
def test_roles_begin_and_end(world: World, when: str, holds: bool) -> None:
    _grant(world, world.maya.user, Role.MANAGER, starts_on=dt.date(2026, 3, 2),
           ends_on=dt.date(2026, 3, 3))  # fmt: skip
    expected = {Role.MANAGER} if holds else set()
    assert _mine(world.maya.user, at(when)) == [("kettle", world.maya, expected)]


def test_a_role_alone_opens_the_company_while_it_lasts(world: World, other: World) -> None:
    _grant(other, world.maya.user, Role.AUDITOR, ends_on=dt.date(2026, 3, 31))
    assert [code for code, *_rest in _mine(world.maya.user)] == ["kettle", "other"]
    later = at("2026-05-01 09:00")
    assert [code for code, *_rest in _mine(world.maya.user, later)] == ["kettle"]


def test_several_roles_are_one_membership(world: World) -> None:
    _grant(world, world.hari.user, Role.COMPANY_ADMIN)
    _grant(world, world.hari.user, Role.HR)
    _grant(world, world.hari.user, Role.MANAGER, ends_on=dt.date(2026, 1, 31))
    assert _mine(world.hari.user) == [("kettle", world.hari, {Role.HR, Role.COMPANY_ADMIN})]


def test_roles_of_one_company_give_nothing_in_another(world: World, other: World) -> None:
    _grant(other, world.maya.user, Role.HR)
    assert _mine(world.maya.user) == [("kettle", world.maya, set()), ("other", None, {Role.HR})]


def test_companies_stand_by_name(world: World, other: World) -> None:
    other.company.name = "A company"
    other.company.save(update_fields=["name"])
    _grant(other, world.maya.user, Role.HR)
    assert [code for code, *_rest in _mine(world.maya.user)] == ["other", "kettle"]


def test_memberships_take_two_statements(
    world: World, other: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _grant(other, world.hari.user, Role.HR)
    with django_assert_num_queries(2):
        found = selectors.memberships(world.hari.user, now=NOW)
        assert [str(item.company) for item in found] == ["Kettle", "Other"]


# --- operators --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_one"),
    [
        (dt.date(2026, 3, 2), None, True),
        (dt.date(2026, 3, 3), None, False),
        (dt.date(2026, 1, 1), dt.date(2026, 3, 1), False),
        (dt.date(2026, 1, 1), dt.date(2026, 3, 2), True),
        (dt.date(2026, 3, 2), dt.date(2026, 3, 2), True),
    ],
)
def test_an_operator_is_one_while_the_grant_lasts(
    world: World, starts_on: dt.date, ends_on: dt.date | None, is_one: bool
) -> None:
    OperatorGrant.objects.create(user=world.hari.user, starts_on=starts_on, ends_on=ends_on)
    assert selectors.is_operator(world.hari.user, now=NOW) is is_one
    assert selectors.operator_grants(world.hari.user, now=NOW).count() == is_one
    assert not selectors.is_operator(world.maya.user, now=NOW)


# --- people -----------------------------------------------------------------------------------
def test_the_users_of_a_company_are_its_own_now_and_formerly(world: World, other: World) -> None:
    _write(other, other.maya, left_on=dt.date(2026, 1, 31))
    _grant(other, world.maya.user, Role.HR, ends_on=dt.date(2026, 1, 31))
    with company_scope(other.company):
        Employee.objects.create(
            company=other.company, code="n", name="Nima", joined_on=dt.date(2026, 1, 1)
        )
        users = list(selectors.users_of(other.company))
    assert [user.name for user in users] == ["Bikram", "Hari", "Maya", "Maya"]
    assert set(users) == {
        other.bikram.user, other.hari.user, other.maya.user, world.maya.user,
    }  # fmt: skip


def test_the_users_of_another_company_are_out_of_reach(world: World, other: World) -> None:
    with company_scope(world.company):
        assert not selectors.users_of(other.company).exists()
    with pytest.raises(ScopeError):
        selectors.users_of(world.company)


@pytest.mark.parametrize(
    ("has_user", "password", "address"),
    [
        (False, None, "work@kettle.example"),
        (True, None, "work@kettle.example"),
        (True, "correct horse battery", "own@kettle.example"),
    ],
)
def test_a_link_goes_to_the_address_of_whoever_signs_in(
    has_user: bool, password: str | None, address: str
) -> None:
    user = User(email="own@kettle.example", name="Nima")
    user.set_password(password)
    employee = Employee(email="work@kettle.example", user=user if has_user else None)
    assert selectors.link_address(employee) == address
