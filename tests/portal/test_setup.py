"""What is left to set up: told to who manages the company, from what stands there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import ShiftAssignment
from companies import services
from companies.actor import job_actor
from companies.enums import CalendarKind, Role
from companies.models import (
    CalendarDay,
    CareersPage,
    Company,
    CompanyDomain,
    CompanyLogo,
    Employee,
    OfficeVersion,
    Placement,
    PolicyVersion,
    RoleGrant,
    Shift,
    User,
)
from companies.scoping import company_scope
from leave.models import LeaveType
from portal import views
from portal.setup_steps import Step, left, setup_steps
from tests.attendance.world import World, at, make_person, make_world

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> Iterator[World]:
    world = make_world()
    with company_scope(world.company):
        yield world


@pytest.fixture
def begun(db: None) -> Iterator[Company]:
    """A company as the operator makes it by hand: an office, HR, nothing else."""
    company = services.company_create(
        name="Teapot", zone="Asia/Kathmandu", hr_name="Nima", hr_email="nima@teapot.example",
        by=job_actor("test"),
    )  # fmt: skip
    with company_scope(company):
        yield company


def _steps(company: Company) -> dict[str, Step]:
    return {step.title: step for step in setup_steps(company, today=TODAY)}


def _stands(company: Company) -> dict[str, tuple[bool, str]]:
    return {title: (step.is_done, step.words) for title, step in _steps(company).items()}


def test_a_company_that_begins_has_everything_left(begun: Company) -> None:
    assert _stands(begun) == {
        "Offices": (False, "1 office has no country: its public holidays are not known"),
        "Hours that people work": (False, "0 shifts"),
        "Public holidays": (False, "0 holidays in 2026"),
        "Leave": (False, "0 kinds of leave"),
        "Policy and face check": (False, "As it came: look at pictures and days off"),
        "People": (False, "0 people"),
        "Who works which shift": (False, "Nobody is here yet"),
        "A second step at sign-in is asked of": (False, "Nobody: who wants one has it"),
        "Logo": (False, "None yet"),
        "Careers page": (False, "Switched off"),
        "Mail domain": (False, "Only invited people sign up"),
    }
    assert len(left(setup_steps(begun, today=TODAY))) == 7


def _set_up(world: World, second_factor: str = "hr") -> None:
    company = world.company
    OfficeVersion.objects.filter(office=world.office).update(country="NP")
    for day in (1, 2):
        CalendarDay.objects.create(
            company=company, date=dt.date(2026, 5, day), kind=CalendarKind.HOLIDAY, name="May Day"
        )
    LeaveType.objects.create(company=company, name="Home leave", code="HL")
    PolicyVersion.objects.create(
        company=company, starts_on=TODAY, zone="Asia/Kathmandu", second_factor=second_factor
    )
    CompanyLogo.objects.create(company=company, content=b"png", sha256="x")
    CareersPage.objects.create(company=company, is_on=True)
    CompanyDomain.objects.create(
        company=company, domain="kettle.example", token="t", asked_at=at("2026-03-01 09:00"),
        confirmed_at=at("2026-03-02 09:00"),
    )  # fmt: skip


def test_what_is_set_up_is_done(world: World) -> None:
    _set_up(world)
    assert _stands(world.company) == {
        "Offices": (True, "1 office"),
        "Hours that people work": (True, "2 shifts"),
        "Public holidays": (True, "2 holidays in 2026"),
        "Leave": (True, "1 kind of leave"),
        "Policy and face check": (True, "Looked at"),
        "People": (True, "3 people"),
        "Who works which shift": (True, "Everybody has one"),
        "A second step at sign-in is asked of": (True, "HR and company admins"),
        "Logo": (True, "Stands on PDFs and spreadsheets"),
        "Careers page": (True, "Everybody may read of your openings"),
        "Mail domain": (True, "Confirmed"),
    }
    assert left(setup_steps(world.company, today=TODAY)) == []


def test_a_domain_that_waits_is_not_done(world: World) -> None:
    _set_up(world)
    CompanyDomain.objects.update(confirmed_at=None)
    assert _stands(world.company)["Mail domain"] == (False, "Waits for the record in DNS")


def test_who_has_no_shift_is_counted_but_not_who_is_rostered(world: World) -> None:
    Placement.objects.filter(employee=world.maya).update(default_shift=None)
    bikram = Placement.objects.filter(employee=world.bikram)
    bikram.update(default_shift=None)
    words = "2 people have none: nothing is owed on their days"
    assert _stands(world.company)["Who works which shift"] == (False, words)
    ShiftAssignment.objects.create(
        company=world.company, employee=world.maya, shift=world.day_shift, starts_on=TODAY
    )
    words = "1 person has none: nothing is owed on their days"
    assert _stands(world.company)["Who works which shift"] == (False, words)
    Employee.objects.filter(pk=world.bikram.pk).update(left_on=TODAY - dt.timedelta(days=1))
    assert _stands(world.company)["Who works which shift"] == (True, "Everybody has one")
    assert _stands(world.company)["People"] == (True, "2 people")


def test_where_no_leave_is_yet_the_link_leads_to_a_countrys_usual_one(world: World) -> None:
    assert _steps(world.company)["Leave"].url == "/admin/leave/leavetype/starter/"
    _set_up(world)
    assert _steps(world.company)["Leave"].url == "/admin/leave/leavetype/"


# --- the page ---------------------------------------------------------------------------------
def test_hr_sees_what_is_left_and_every_link_leads_somewhere(client: Client, world: World) -> None:
    client.force_login(world.hari.user)
    page = client.get("/setup/").text
    assert "3 steps are left." in page
    assert "See all" in client.get("/admin/").text
    for step in setup_steps(world.company, today=TODAY):
        assert f'href="{step.url}"' in page
        assert client.get(step.url).status_code == 200
    _set_up(world, second_factor="nobody")
    assert "Everything that is needed stands." in client.get("/setup/").text
    assert "left to set up" not in client.get("/admin/").text


@pytest.mark.parametrize("who", ["maya", "auditor"])
def test_for_others_there_is_no_such_page(client: Client, world: World, who: str) -> None:
    user = world.maya.user if who == "maya" else User.objects.create_user(email=None, name="Aud")
    if who == "auditor":
        RoleGrant.objects.create(
            company=world.company, user=user, role=Role.AUDITOR, starts_on=TODAY
        )
    client.force_login(user)
    assert client.get("/setup/").status_code == 404


def test_the_page_asks_the_same_however_many_rows(client: Client, world: World) -> None:
    client.force_login(world.hari.user)

    def statements() -> int:
        client.get("/setup/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/setup/").status_code == 200
        return len(asked)

    few = statements()
    for name in ("Ada", "Ben", "Cem"):
        make_person(world.company, name, world.office, None)
        Shift.objects.create(company=world.company, name=name)
    assert statements() == few


# --- who begins -------------------------------------------------------------------------------
def test_only_who_begins_a_company_is_led_there(world: World, begun: Company) -> None:
    nima = User.objects.get(email="nima@teapot.example")
    assert views._to_set_up(nima) == "/setup/"
    assert views._to_set_up(world.hari.user) is None
    RoleGrant.objects.filter(user=nima, role=Role.COMPANY_ADMIN).update(role=Role.AUDITOR)
    assert views._to_set_up(nima) is None
