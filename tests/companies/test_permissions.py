"""Who may do what with what belongs to a company: a table of actors."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from companies import permissions
from companies.actor import Actor, job_actor
from companies.enums import ActorKind, Role
from companies.models import Employee, RoleGrant
from companies.scoping import company_scope
from tests.attendance.world import World

pytestmark = pytest.mark.django_db

# enters HR's admin · writes records here · invites people here
_NO, _OWN_ONLY, _ALL = (False, False, False), (True, False, False), (True, True, True)
_READS = _OWN_ONLY
_TABLE = {
    "employee": _NO,
    "manager": _NO,
    "auditor": _READS,
    "operator_let_in": _READS,
    "hr": _ALL,
    "company_admin": _ALL,
    "hr_who_is_no_employee": _ALL,
    "everything_elsewhere": _OWN_ONLY,
    # Whoever has left, or chose no company, acts in none (companies.selectors.memberships).
    "nowhere": _NO,
    "operator": _NO,
    "job": _NO,
    "job_of_the_company": _NO,
    "key_without_roles": _NO,
}


def _actors(world: World, other: World) -> dict[str, Actor]:
    hr = world.hr
    return {
        "employee": world.actor(world.bikram),
        "manager": world.actor(world.bikram, Role.MANAGER),
        "auditor": world.actor(world.bikram, Role.AUDITOR),
        "operator_let_in": Actor(
            kind=ActorKind.PLATFORM, user=world.bikram.user, company=world.company
        ),
        "hr": hr,
        "company_admin": world.actor(world.hari, Role.COMPANY_ADMIN),
        "hr_who_is_no_employee": replace(hr, employee=None),
        "everything_elsewhere": other.actor(other.hari, *Role),
        "nowhere": replace(hr, company=None, employee=None),
        "operator": Actor(kind=ActorKind.PLATFORM, user=world.hari.user),
        "job": job_actor("sweep"),
        "job_of_the_company": job_actor("sweep", world.company),
        "key_without_roles": Actor(kind=ActorKind.KEY, company=world.company),
    }


@pytest.mark.parametrize("who", _TABLE)
def test_records_are_hrs_of_the_same_company(world: World, other: World, who: str) -> None:
    actor = _actors(world, other)[who]
    assert (
        permissions.can_enter_hr(actor),
        permissions.can_manage_records(actor, world.office),
        permissions.can_send_sign_in_link(actor, world.maya),
    ) == _TABLE[who]
    assert permissions.can_read_records(actor) is permissions.can_enter_hr(actor)
    assert permissions.can_read_records(actor, world.office) is (_TABLE[who] in (_READS, _ALL) and (
        who != "everything_elsewhere"))  # fmt: skip
    assert permissions.can_manage_records(actor) is permissions.can_manage_hr(actor)
    assert permissions.can_grant_role(actor) is permissions.can_manage_hr(actor)
    assert permissions.can_manage_hr(actor) is (who == "everything_elsewhere" or (
        _TABLE[who] == _ALL))  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "can_be"),
    [
        ({}, True),
        ({"is_active": False}, False),
        ({"left_on": dt.date(2020, 1, 1)}, False),
        ({"left_on": dt.date(2220, 1, 1)}, True),
    ],
)
def test_only_who_still_works_here_is_invited(
    world: World, columns: dict[str, object], can_be: bool
) -> None:
    for name, value in columns.items():
        setattr(world.maya, name, value)
    assert permissions.can_send_sign_in_link(world.hr, world.maya) is can_be


@pytest.mark.parametrize(
    ("who", "role", "to", "allowed"),
    [
        ("hr", Role.MANAGER, "maya", True),
        ("hr", Role.AUDITOR, "maya", True),
        ("hr", Role.HR, "maya", True),
        ("hr", Role.COMPANY_ADMIN, "maya", False),
        ("hr", Role.MANAGER, "hari", False),
        ("hr_who_is_no_employee", Role.MANAGER, "hari", False),
        ("hr_who_is_no_employee", Role.MANAGER, "maya", True),
        ("company_admin", Role.COMPANY_ADMIN, "maya", True),
        ("company_admin", Role.HR, "maya", True),
        ("company_admin", Role.COMPANY_ADMIN, "hari", False),
        ("everything_elsewhere", Role.MANAGER, "maya", False),
        ("employee", Role.MANAGER, "maya", False),
        ("manager", Role.MANAGER, "maya", False),
        ("auditor", Role.MANAGER, "maya", False),
        ("nowhere", Role.MANAGER, "maya", False),
        ("operator", Role.MANAGER, "maya", False),
        ("job_of_the_company", Role.MANAGER, "maya", False),
    ],
)
def test_roles_are_never_given_to_oneself(
    world: World, other: World, who: str, role: Role, to: str, allowed: bool
) -> None:
    grant = RoleGrant(company=world.company, user=getattr(world, to).user, role=role)
    assert permissions.can_grant_role(_actors(world, other)[who], grant) is allowed


@pytest.mark.parametrize("who", _TABLE)
def test_hr_ends_an_employment_and_of_a_company_admin_only_another(
    world: World, other: World, who: str
) -> None:
    actor = _actors(world, other)[who]
    with company_scope(world.company):
        assert permissions.can_end_employment(actor, world.maya) is (_TABLE[who] == _ALL)
        RoleGrant.objects.create(
            company=world.company, user=world.maya.user, role=Role.COMPANY_ADMIN,
            starts_on=dt.date(2026, 1, 1),
        )  # fmt: skip
        assert permissions.can_end_employment(actor, world.maya) is (who == "company_admin")


def test_nobody_says_where_they_stand_themselves_but_who_has_nobody_to_ask(
    world: World, other: World
) -> None:
    hari, admin = world.hr, world.actor(world.hari, Role.HR, Role.COMPANY_ADMIN)
    with company_scope(world.company):
        assert permissions.can_manage_person(hari, world.maya)
        assert not permissions.can_manage_person(hari, world.hari)
        assert not permissions.can_manage_person(world.actor(world.bikram), world.maya)
        assert not permissions.can_manage_person(other.hr, world.maya)
        # The only HR of a company, who is its admin too: nobody else could.
        assert permissions.can_manage_person(admin, world.hari)
        grant = RoleGrant.objects.create(
            company=world.company, user=world.maya.user, role=Role.HR,
            starts_on=dt.date(2026, 1, 1),
        )  # fmt: skip
        assert not permissions.can_manage_person(admin, world.hari)
        world.maya.user.is_active = False
        world.maya.user.save(update_fields=["is_active"])
        assert permissions.can_manage_person(admin, world.hari)
        world.maya.user.is_active = True
        world.maya.user.save(update_fields=["is_active"])
        # Who has left is nobody to ask, though nobody ended the role.
        Employee.objects.filter(pk=world.maya.pk).update(left_on=dt.date(2026, 1, 31))
        assert permissions.can_manage_person(admin, world.hari)
        Employee.objects.filter(pk=world.maya.pk).update(left_on=None)
        assert not permissions.can_manage_person(admin, world.hari)
        grant.ends_on = dt.date(2026, 1, 2)
        grant.save(update_fields=["ends_on"])
        assert permissions.can_manage_person(admin, world.hari)
