"""The company's logo beside its name: for who is signed in there, and at no further statement."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.enums import Role
from companies.models import Company, RoleGrant, User
from companies.scoping import company_scope
from companies.services import logo_remove, logo_set
from integrations import photos
from tests.attendance.world import START, World, at, make_world
from tests.integrations import pictures

RED = pictures.encoded(pictures.plain(400, 60, (200, 30, 30)), "PNG")
BLUE = pictures.encoded(pictures.plain(400, 60, (30, 30, 200)), "PNG")


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        yield


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def _client(user: User | None) -> Client:
    client = Client()
    assert user is not None
    client.force_login(user)
    return client


def _set(world: World, data: bytes = RED) -> str:
    with company_scope(world.company):
        logo_set(company=world.company, data=data, by=world.hr)
    return f"/logo/{Company.objects.get(pk=world.company.pk).logo_version}.png"


@pytest.fixture
def hr(world: World) -> Client:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.hari.user, role=Role.HR, starts_on=START
        )
    return _client(world.hari.user)


def test_pages_of_the_employee_and_of_hr_show_it_and_cost_no_more(world: World, hr: Client) -> None:
    maya = _client(world.maya.user)
    for client, page in ((maya, "/"), (maya, "/month/"), (hr, "/admin/companies/office/")):
        counts = []
        with company_scope(world.company):
            logo_remove(company=world.company, by=world.hr)
        client.get(page)
        for has_logo in (False, True):
            address = _set(world) if has_logo else ""
            with CaptureQueriesContext(connection) as queries:
                text = client.get(page).text
            counts.append(len(queries))
            assert ("/logo/" in text) is has_logo
        assert f'src="{address}"' in text and "Kettle" in text
        assert counts[0] == counts[1]


def test_it_may_be_kept_for_a_year_under_its_own_address(world: World) -> None:
    maya, red = _client(world.maya.user), _set(world)
    answer = maya.get(red)
    assert (answer.status_code, answer.content) == (200, photos.logo(RED))
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    blue = _set(world, BLUE)
    assert blue != red
    assert maya.get(red).status_code == 404
    assert maya.get(blue).content == photos.logo(BLUE)
    assert maya.post(blue).status_code == 405
    with company_scope(world.company):
        logo_remove(company=world.company, by=world.hr)
    assert maya.get(blue).status_code == 404
    assert "/logo/" not in maya.get("/").text


def test_nobody_else_gets_it(world: World, client: Client) -> None:
    other_world, address = make_world("oolong"), _set(world)
    outsider = _client(other_world.maya.user)
    assert outsider.get(address).status_code == outsider.get("/logo/none.png").status_code == 404
    assert client.get(address).status_code == 302
    assert io.BytesIO(_client(world.bikram.user).get(address).content).read(4) == b"\x89PNG"
