"""Somebody decides in another's stead: for whom, from when to when, and for whom never."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from companies import permissions, selectors, services
from companies.actor import Actor
from companies.enums import Role
from companies.errors import (
    DelegateUnfit,
    DelegationDatesWrong,
    DelegationOverlaps,
    DelegationTooLong,
    MusterError,
    NobodyToDecideFor,
    NotAllowed,
)
from companies.models import (
    AuditEvent,
    Delegation,
    Department,
    Employee,
    OutboxMessage,
    Placement,
    RoleGrant,
)
from companies.scoping import company_scope
from tests.attendance.world import START, World, at, make_person

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 4)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def kettle(world: World) -> Iterator[World]:
    """Bikram is Maya's manager; Nima and Tara are colleagues."""
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        for name in ("Nima", "Tara"):
            make_person(world.company, name, world.office, world.day_shift)
        yield world


def _person(name: str) -> Employee:
    found: Employee = Employee.objects.get(name=name)
    return found


def _give(world: World, giver: Employee, delegate: Employee, **columns: Any) -> Delegation:
    wanted: dict[str, Any] = {"starts_on": TODAY, "ends_on": TODAY + 2 * DAY} | columns
    by = wanted.pop("by", world.actor(giver, *_roles(giver)))
    return services.delegation_add(giver=giver, delegate=delegate, by=by, **wanted)


def _roles(employee: Employee) -> list[Role]:
    return [Role(role) for role in RoleGrant.objects.filter(user=employee.user).values_list(
        "role", flat=True)]  # fmt: skip


def _team(actor: Actor, on: dt.date = TODAY) -> list[str]:
    return [person.name for person in selectors.team_of(actor, on=on)]


# --- whose team ---------------------------------------------------------------------------------
def test_a_delegate_answers_for_the_team_on_these_dates_only(kettle: World) -> None:
    nima = kettle.actor(_person("Nima"))
    assert _team(nima) == []
    assert not selectors.answers_for_others(nima)
    _give(kettle, kettle.bikram, _person("Nima"), starts_on=TODAY + DAY, ends_on=TODAY + 2 * DAY)
    dates = [TODAY + n * DAY for n in range(4)]
    assert [_team(nima, date) for date in dates] == [[], ["Maya"], ["Maya"], []]


def test_it_ends_by_itself_also_for_earlier_dates(kettle: World, noon: Any) -> None:
    nima = kettle.actor(_person("Nima"))
    _give(kettle, kettle.bikram, _person("Nima"))
    assert selectors.answers_for_others(nima)
    noon.move_to(at("2026-03-08 12:00"))
    assert _team(nima, TODAY) == []
    assert not selectors.answers_for_others(nima)


def test_it_ends_at_once_when_somebody_ends_it(kettle: World) -> None:
    nima = kettle.actor(_person("Nima"))
    row = _give(kettle, kettle.bikram, _person("Nima"))
    services.delegation_end(delegation=row, by=kettle.actor(kettle.bikram))
    assert _team(nima) == []


@pytest.mark.parametrize("who", ["bikram", "Nima"])
@pytest.mark.parametrize("gone", [{"is_active": False}, {"left_on": dt.date(2026, 3, 1)}])
def test_it_ends_when_either_leaves(kettle: World, who: str, gone: dict[str, Any]) -> None:
    nima = _person("Nima")
    _give(kettle, kettle.bikram, nima)
    leaver = kettle.bikram if who == "bikram" else nima
    Employee.objects.filter(pk=leaver.pk).update(**gone)
    assert _team(kettle.actor(nima)) == []
    assert "Nima" not in [user.name for user in selectors.managers_of(kettle.maya, on=TODAY)]


def test_it_ends_when_the_giver_loses_the_team(kettle: World) -> None:
    nima = kettle.actor(_person("Nima"))
    _give(kettle, kettle.bikram, _person("Nima"))
    Placement.objects.filter(employee=kettle.maya).update(manager=kettle.hari)
    assert _team(nima) == []


def test_a_department_and_hrs_company_come_along_but_no_role(kettle: World) -> None:
    nima, tara = _person("Nima"), _person("Tara")
    works = Department.objects.create(company=kettle.company, name="Works")
    looms = Department.objects.create(company=kettle.company, name="Looms", parent=works)
    Placement.objects.filter(employee=tara).update(department=looms)
    RoleGrant.objects.create(
        company=kettle.company, user=kettle.bikram.user, role=Role.MANAGER, department=works,
        starts_on=START,
    )  # fmt: skip
    _give(kettle, kettle.bikram, nima)
    assert _team(kettle.actor(nima)) == ["Maya", "Tara"]
    _give(kettle, kettle.hari, tara)
    # Hari is HR: everybody but Hari, whose own matters are not the stand-in's, and Tara.
    assert _team(kettle.actor(tara)) == ["Bikram", "Maya", "Nima"]
    assert not permissions.can_enter_hr(kettle.actor(tara))
    assert not permissions.can_manage_records(kettle.actor(tara))


def test_a_delegate_never_decides_about_themselves_nor_the_giver(kettle: World) -> None:
    nima = _person("Nima")
    Placement.objects.filter(employee=nima).update(manager=kettle.bikram)
    Placement.objects.filter(employee=kettle.bikram).update(manager=kettle.hari)
    _give(kettle, kettle.bikram, nima)
    _give(kettle, kettle.hari, nima)
    assert _team(kettle.actor(nima)) == ["Maya", "Tara"]
    assert [user.name for user in selectors.managers_of(nima, on=TODAY)] == ["Bikram"]
    assert [user.name for user in selectors.managers_of(kettle.bikram, on=TODAY)] == ["Hari"]


def test_a_delegate_of_a_delegate_has_nothing(kettle: World) -> None:
    nima, tara = _person("Nima"), _person("Tara")
    _give(kettle, kettle.bikram, nima)
    Delegation.objects.create(
        company=kettle.company, giver=nima, delegate=tara, starts_on=TODAY, ends_on=TODAY,
        made_by=nima.user,
    )  # fmt: skip
    assert _team(kettle.actor(tara)) == []


def test_who_decides_for_a_person_are_their_manager_and_who_stands_in(kettle: World) -> None:
    _give(kettle, kettle.bikram, _person("Nima"))
    assert [user.name for user in selectors.managers_of(kettle.maya, on=TODAY)] == [
        "Bikram", "Nima",
    ]  # fmt: skip
    later = TODAY + 5 * DAY
    assert [user.name for user in selectors.managers_of(kettle.maya, on=later)] == ["Bikram"]


def test_another_companys_delegation_gives_nothing(kettle: World, other: World) -> None:
    _give(kettle, kettle.bikram, _person("Nima"))
    with company_scope(other.company):
        assert _team(other.actor(other.maya)) == []


def test_who_is_no_employee_stands_in_for_nobody(kettle: World) -> None:
    actor = Actor(kind=kettle.hr.kind, company=kettle.company, user=kettle.maya.user)
    assert _team(actor) == []
    assert not selectors.answers_for_others(actor)
    assert not selectors.has_team(actor)


def test_statements_do_not_grow_with_the_givers(
    kettle: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    nima = _person("Nima")
    actor = kettle.actor(nima)
    looms = Department.objects.create(company=kettle.company, name="Looms")
    for count in (1, 3):
        for number in range(count):
            giver = make_person(kettle.company, f"G{count}{number}", kettle.office, None)
            RoleGrant.objects.create(
                company=kettle.company, user=giver.user, role=Role.MANAGER, department=looms,
                starts_on=START,
            )  # fmt: skip
            _give(kettle, giver, nima)
        with django_assert_num_queries(4):
            assert _team(actor) == []


# --- in whose stead -----------------------------------------------------------------------------
def test_the_actor_acts_on_behalf_of_the_giver_only_where_that_gives_the_right(
    kettle: World,
) -> None:
    nima = _person("Nima")
    tara = _person("Tara")
    Placement.objects.filter(employee=tara).update(manager=nima)
    _give(kettle, kettle.bikram, nima)
    actor = kettle.actor(nima)
    said = {
        person.name: selectors.in_stead_of(actor, person, on=TODAY).on_behalf_of
        for person in (kettle.maya, tara, kettle.hari, nima)
    }
    assert said == {"Maya": "Bikram", "Tara": "", "Hari": "", "Nima": ""}
    assert selectors.in_stead_of(kettle.hr, kettle.maya, on=TODAY) == kettle.hr


# --- naming -------------------------------------------------------------------------------------
def test_naming_somebody_is_told_to_them_and_to_the_audit(kettle: World) -> None:
    row = _give(kettle, kettle.bikram, _person("Nima"), reason="  Leave ")
    assert (row.reason, row.made_by, row.ended_at) == ("Leave", kettle.bikram.user, None)
    event = AuditEvent.objects.get(verb="delegation_made")
    assert (event.actor_name, event.reason) == ("Bikram", "Leave")
    assert event.changes["ends_on"] == [None, "2026-03-06"]
    mail = OutboxMessage.objects.get()
    assert (mail.to, mail.template) == (
        "nima@kettle.example", "companies/email/delegation_made",
    )  # fmt: skip
    assert mail.values["last"] == "Fri, 6 March 2026"


def test_ending_is_told_and_ending_again_changes_nothing(kettle: World) -> None:
    row = _give(kettle, kettle.bikram, _person("Nima"))
    for _n in range(2):
        services.delegation_end(delegation=row, by=kettle.hr)
    event = AuditEvent.objects.get(verb="delegation_ended")
    assert event.actor_name == "Hari"
    row.refresh_from_db()
    assert row.ended_by == kettle.hari.user
    assert OutboxMessage.objects.filter(template__endswith="delegation_ended").count() == 1


def test_who_lays_it_down_gets_no_mail_about_it(kettle: World) -> None:
    nima = _person("Nima")
    row = _give(kettle, kettle.bikram, nima)
    services.delegation_end(delegation=row, by=kettle.actor(nima))
    assert not OutboxMessage.objects.filter(template__endswith="delegation_ended").exists()


def test_who_has_no_address_gets_no_mail(kettle: World) -> None:
    nima = _person("Nima")
    nima.user.email = None
    nima.user.save(update_fields=["email"])
    _give(kettle, kettle.bikram, nima)
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"ends_on": TODAY - 2 * DAY, "starts_on": TODAY - 3 * DAY}, DelegationDatesWrong),
        ({"ends_on": TODAY - DAY}, DelegationDatesWrong),
        ({"ends_on": TODAY + 366 * DAY}, DelegationTooLong),
    ],
    ids=["over", "ends before it starts", "too long"],
)
def test_dates_that_cannot_be(
    kettle: World, columns: dict[str, Any], error: type[MusterError]
) -> None:
    with pytest.raises(error):
        _give(kettle, kettle.bikram, _person("Nima"), **columns)
    assert not Delegation.objects.exists()


def test_a_year_is_not_too_long(kettle: World) -> None:
    assert _give(kettle, kettle.bikram, _person("Nima"), ends_on=TODAY + 365 * DAY).pk


def test_a_second_one_to_the_same_person_names_the_clash(kettle: World) -> None:
    nima = _person("Nima")
    first = _give(kettle, kettle.bikram, nima)
    with pytest.raises(DelegationOverlaps) as refused:
        _give(kettle, kettle.bikram, nima, starts_on=TODAY + 2 * DAY, ends_on=TODAY + 4 * DAY)
    assert str(refused.value).startswith("Nima stands in from 4 March 2026 to 6 March 2026")
    _give(kettle, kettle.bikram, nima, starts_on=TODAY + 3 * DAY, ends_on=TODAY + 4 * DAY)
    _give(kettle, kettle.bikram, _person("Tara"))
    services.delegation_end(delegation=first, by=kettle.hr)
    assert _give(kettle, kettle.bikram, nima).pk


@pytest.mark.parametrize(
    "columns",
    [{"is_active": False}, {"left_on": dt.date(2026, 3, 3)}, {"joined_on": dt.date(2026, 3, 5)},
     {"user": None}],
    ids=["inactive", "left", "to come", "no sign-in"],
)  # fmt: skip
def test_who_does_not_work_here_cannot_stand_in(kettle: World, columns: dict[str, Any]) -> None:
    nima = _person("Nima")
    Employee.objects.filter(pk=nima.pk).update(**columns)
    with pytest.raises(DelegateUnfit):
        _give(kettle, kettle.bikram, nima)


def test_who_has_no_team_has_nothing_to_give(kettle: World) -> None:
    with pytest.raises(NobodyToDecideFor):
        _give(kettle, _person("Tara"), _person("Nima"))
    # HR may prepare it: the team can come later.
    assert _give(kettle, _person("Tara"), _person("Nima"), by=kettle.hr).made_by.name == "Hari"


def _elsewhere(world: World, other: World) -> Actor:
    return other.actor(other.hari, Role.HR)


def test_who_may_name_and_end(kettle: World, other: World) -> None:
    nima = _person("Nima")
    row = _give(kettle, kettle.bikram, nima)
    tara, left = kettle.actor(_person("Tara")), Actor(kind=kettle.hr.kind, user=kettle.hari.user)
    actors = {
        "giver": kettle.actor(kettle.bikram),
        "delegate": kettle.actor(nima),
        "HR": kettle.hr,
        "company admin": kettle.actor(kettle.hari, Role.COMPANY_ADMIN),
        "colleague": tara,
        "auditor": kettle.actor(_person("Tara"), Role.AUDITOR),
        "HR elsewhere": _elsewhere(kettle, other),
        "left": left,
    }
    found = {
        name: (
            permissions.can_delegate(actor, kettle.bikram, _person("Tara")),
            permissions.can_end_delegation(actor, row),
        )
        for name, actor in actors.items()
    }
    assert found == {
        "giver": (True, True),
        "delegate": (False, True),
        "HR": (True, True),
        "company admin": (True, True),
        "colleague": (False, False),
        "auditor": (False, False),
        "HR elsewhere": (False, False),
        "left": (False, False),
    }


def test_hr_names_anybody_but_themselves(kettle: World) -> None:
    for giver, delegate in ((kettle.bikram, kettle.hari), (kettle.hari, kettle.hari)):
        with pytest.raises(NotAllowed):
            _give(kettle, giver, delegate, by=kettle.hr)
    assert _give(kettle, kettle.hari, kettle.bikram).pk


def test_nothing_is_given_to_or_by_another_company_or_who_left(kettle: World, other: World) -> None:
    with company_scope(other.company):
        strangers = Employee.objects.select_related("user").get(pk=other.maya.pk)
    with pytest.raises(NotAllowed):
        _give(kettle, kettle.bikram, strangers)
    assert not permissions.can_delegate(kettle.hr, kettle.bikram, strangers)
    Employee.objects.filter(pk=kettle.bikram.pk).update(left_on=dt.date(2026, 3, 1))
    with pytest.raises(NotAllowed):
        _give(kettle, kettle.bikram, _person("Nima"), by=kettle.hr)


def test_who_may_not_end_it_is_refused(kettle: World) -> None:
    row = _give(kettle, kettle.bikram, _person("Nima"))
    with pytest.raises(NotAllowed):
        services.delegation_end(delegation=row, by=kettle.actor(_person("Tara")))


def test_two_at_once_make_one(world: World, together: Any) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)

    def name() -> Any:
        with company_scope(world.company):
            return services.delegation_add(
                giver=world.bikram, delegate=world.hari, starts_on=TODAY, ends_on=TODAY,
                by=world.actor(world.bikram),
            )  # fmt: skip

    answers = together(name, name)
    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == ["Delegation", "DelegationOverlaps"]
