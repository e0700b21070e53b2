"""Every page of both admin sites, generated from what is registered there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import ParkedTap
from companies import links, services
from companies.actor import Actor, job_actor
from companies.enums import ActorKind, Role
from companies.models import (
    CalendarDay,
    Company,
    CompanyOwned,
    Department,
    Employee,
    JobRun,
    Office,
    Placement,
    RoleGrant,
    Shift,
    User,
)
from companies.scoping import company_scope, no_scope
from portal.admin_sites import hr_site, operator_site
from tests.attendance.world import START, World, make_person, make_world
from tests.companies.sign_in_rows import join

HR = {model._meta.label_lower: (model, admin) for model, admin in hr_site._registry.items()}
OPERATOR = {m._meta.label_lower: (m, admin) for m, admin in operator_site._registry.items()}


def _row(model: type[models.Model], admin: Any, world: World) -> Any:
    with no_scope("any row of the company under test"):
        rows = model._default_manager.all()
        if issubclass(model, CompanyOwned) or hasattr(model, "company_id"):
            rows = rows.filter(company=world.company)
        row = rows.order_by("pk").first()
    assert row is not None, f"conftest leaves no {model.__name__}"
    return row


def _address(admin: Any, name: str, row: Any = None) -> str:
    with no_scope("an address of the row under test"):
        address: str = admin.address(name, row)
    return address


# --- who enters -------------------------------------------------------------------------------
def _outsider(world: World, other: World) -> User:
    return User.objects.create_user(email="out@sider.example", name="Out", password="x" * 12)


def _manager(world: World, other: World) -> User:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.maya.user, role=Role.MANAGER, starts_on=START
        )
    return world.maya.user


def _left(world: World, other: World) -> User:
    """HR who has left, and whose role nobody thought of."""
    with company_scope(world.company):
        world.hari.left_on = dt.date(2026, 3, 1)
        world.hari.save(update_fields=["left_on"])
    return world.hari.user


def _operator(world: World, other: World) -> User:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    return grant.user


REFUSED: dict[str, Callable[[World, World], User]] = {
    "outsider": _outsider,
    "employee": lambda world, other: world.bikram.user,
    "manager": _manager,
    "left": _left,
    "operator": _operator,
}


@pytest.mark.parametrize("who", sorted(REFUSED))
def test_hrs_pages_refuse(client: Client, world: World, other: World, who: str) -> None:
    client.force_login(REFUSED[who](world, other))
    paths = ["/admin/"]
    for model, admin in HR.values():
        paths += [_address(admin, "changelist"), _address(admin, "add")]
        paths.append(_address(admin, "change", _row(model, admin, world)))
    assert {client.get(path).status_code for path in paths} == {403}


@pytest.mark.parametrize("who", ["outsider", "employee", "manager", "left", "hr"])
def test_operators_pages_refuse(client: Client, world: World, other: World, who: str) -> None:
    user = world.hari.user if who == "hr" else REFUSED[who](world, other)
    client.force_login(user)
    paths = ["/operator/"] + [_address(admin, "changelist") for _m, admin in OPERATOR.values()]
    assert {client.get(path).status_code for path in paths} == {403}


def test_who_is_not_signed_in_is_led_to_sign_in(client: Client, db: None) -> None:
    for path in ("/admin/", "/operator/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0] == f"/sign-in/?next={quote(path, safe='')}"


# --- every page -------------------------------------------------------------------------------
@pytest.mark.parametrize("label", sorted(HR))
def test_every_page_of_hr_opens(hr: Client, world: World, label: str) -> None:
    model, admin = HR[label]
    row = _row(model, admin, world)
    for name, target in (("changelist", None), ("change", row), ("history", row)):
        answer = hr.get(_address(admin, name, target))
        assert answer.status_code == 200, (name, label)
        assert f"/{row.pk}/" not in answer.text
        assert "(&#x27;" not in answer.text, "a tuple for words"
    status = hr.get(_address(admin, "add")).status_code
    assert status == (200 if label in ADDED else 403)


ADDED = {
    "attendance.payrollcolumn",
    "attendance.shiftassignment",
    "companies.calendarday",
    "companies.delegation",
    "companies.department",
    "companies.employee",
    "companies.internship",
    "companies.opening",
    "companies.screeningquestion",
    "companies.office",
    "companies.officeversion",
    "companies.overtimepolicy",
    "companies.overtimepolicyversion",
    "companies.placement",
    "companies.policyversion",
    "companies.reportschedule",
    "companies.rolegrant",
    "companies.shift",
    "companies.shiftversion",
    "leave.blockdate",
    "leave.closure",
    "leave.leastcover",
    "leave.leaveplan",
    "leave.leaveplanversion",
    "leave.leavetype",
    "leave.leavetypeversion",
    "leave.planassignment",
    "leave.reminderversion",
}


@pytest.mark.parametrize("label", sorted(OPERATOR))
def test_every_page_of_the_operator_opens(
    client: Client, world: World, other: World, label: str
) -> None:
    operator = _operator(world, other)
    client.force_login(operator)
    services.support_ask(
        company=world.company, reason="a wrong total", minutes=60,
        by=Actor(kind=ActorKind.PLATFORM, id=str(operator.public_id), user=operator),
    )  # fmt: skip
    started_at = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
    JobRun.objects.create(name="outbox", started_at=started_at)
    ParkedTap.objects.create(who="a#b", tap="t", error="nobody_there", parked_at=started_at)
    join("waiting")
    model, admin = OPERATOR[label]
    with no_scope("the operator's rows"):
        row = admin.get_queryset(_Request(operator)).order_by("pk").first()
    for name, target in (("changelist", None), ("change", row), ("history", row)):
        assert client.get(_address(admin, name, target)).status_code == 200, name


class _Request:
    """As much of a request as a queryset asks for."""

    def __init__(self, user: User) -> None:
        self.actor = None
        self.user = user


def test_the_operator_sees_no_person(client: Client, world: World, other: World) -> None:
    _left(world, other)
    for person in (world.maya.user, world.hari.user):
        _id, token = links.sign_in_link(person).rstrip("/").split("/")[-2:]
        services.password_set(public_id=person.public_id, token=token, password="p" + "x" * 12)
    client.force_login(_operator(world, other))
    for _model, admin in OPERATOR.values():
        text = client.get(_address(admin, "changelist")).text
        for name in ("Maya", "maya@", "Hari", "hari@"):
            assert name not in text


# --- only the own company ---------------------------------------------------------------------
@pytest.mark.parametrize("label", sorted(HR))
def test_another_companys_row_is_not_there(
    hr: Client, world: World, other: World, label: str
) -> None:
    model, admin = HR[label]
    stranger = _row(model, admin, other)
    # Where nothing is ever deleted, not even the question is answered.
    refused = (302, "/admin/") if getattr(admin, "can_delete", False) else (403, None)
    for name, expected in (
        ("change", (302, "/admin/")),
        ("history", (302, "/admin/")),
        ("delete", refused),
    ):
        path = _address(admin, name, stranger)
        answer = hr.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == expected, path
    answer = hr.post(_address(admin, "delete", stranger), {"post": "yes"})
    assert (answer.status_code, answer.headers.get("Location")) == refused
    with no_scope("the row of the other company"):
        assert model._default_manager.filter(pk=stranger.pk).exists()


@pytest.mark.parametrize("label", sorted(HR))
def test_lists_show_the_own_company_only(
    hr: Client, world: World, other: World, label: str
) -> None:
    model, admin = HR[label]
    text = hr.get(_address(admin, "changelist")).text
    for row in (_row(model, admin, other), other.maya, other.office):
        assert str(getattr(row, "public_id", "")) not in text
    assert "Other" not in text.replace("Others", "")


@pytest.mark.parametrize("label", sorted(ADDED))
def test_choices_are_of_the_own_company(hr: Client, world: World, other: World, label: str) -> None:
    _model, admin = HR[label]
    text = hr.get(_address(admin, "add")).text
    for row in (other.office, other.day_shift, other.maya, other.maya.user):
        assert str(row.public_id) not in text


def test_the_row_search_finds_the_own_company_only(hr: Client, world: World, other: World) -> None:
    query = {"app_label": "companies", "model_name": "placement", "field_name": "employee"}
    found = hr.get("/admin/autocomplete/", {**query, "term": "Maya"}).json()["results"]
    assert [item["id"] for item in found] == [str(world.maya.public_id)]
    for bad in ({"field_name": "company"}, {"field_name": "nothing"}, {"model_name": "user"}):
        assert hr.get("/admin/autocomplete/", {**query, **bad}).status_code == 403


# --- statements -------------------------------------------------------------------------------
BUSY = ("attendance.attendanceday", "attendance.punchstate", "companies.employee")


def _statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def _multiply(world: World, count: int, when: str = "2026-03-03 09:00") -> None:
    """Add people with placements and days, and rows of the other kinds."""
    with company_scope(world.company):
        start = Employee.objects.count()
        for n in range(start, start + count):
            person = make_person(world.company, f"Person{n}", world.office, world.day_shift)
            world.punch(person, when)
            Department.objects.create(company=world.company, name=f"D{n}")
            Office.objects.create(company=world.company, name=f"O{n}")
            Shift.objects.create(company=world.company, name=f"S{n}")
            CalendarDay.objects.create(
                company=world.company, date=dt.date(2026, 6, 1) + dt.timedelta(days=n),
                kind="holiday", name=f"H{n}",
            )  # fmt: skip
            RoleGrant.objects.create(
                company=world.company, user=person.user, role=Role.MANAGER, starts_on=START
            )


def test_lists_cost_the_same_with_more_rows(hr: Client, world: World) -> None:
    paths = ["/admin/"] + [_address(admin, "changelist") for _model, admin in HR.values()]
    _multiply(world, 2)
    few = {path: _statements(hr, path) for path in paths}
    _multiply(world, 45)
    assert {path: _statements(hr, path) for path in paths} == few


def _alone(world: World) -> World:
    """Leave HR as the only person of a company that has nothing else yet."""
    others = (world.maya, world.bikram)
    with company_scope(world.company):
        Placement.objects.filter(employee__in=others).delete()
        for person in others:
            person.delete()
    return world


@pytest.mark.parametrize("label", BUSY)
def test_a_busy_list_costs_the_same_with_one_row_and_three(
    client: Client, db: None, label: str
) -> None:
    world = _alone(make_world("alone"))
    # Nobody was expected the day before: a punch then makes one day.
    after_a_day_off = "2026-03-01 09:00"
    world.punch(world.hari, after_a_day_off)
    client.force_login(world.hari.user)
    path = _address(HR[label][1], "changelist")
    one = _statements(client, path)
    assert client.get(path).context["cl"].result_count == 1
    _multiply(world, 2, after_a_day_off)
    assert _statements(client, path) == one
    assert client.get(path).context["cl"].result_count == 3


def test_the_operators_lists_cost_the_same_with_more_rows(
    client: Client, world: World, other: World
) -> None:
    client.force_login(_operator(world, other))
    paths = ["/operator/"] + [_address(admin, "changelist") for _m, admin in OPERATOR.values()]
    one = {path: _statements(client, path) for path in paths}
    for n in range(20):
        Company.objects.create(name=f"Company {n}", code=f"c{n}")
    assert {path: _statements(client, path) for path in paths} == one
