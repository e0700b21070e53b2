"""HR gives the company a logo: it stands on the files, is replaced, and is taken away."""

from __future__ import annotations

import base64
import io
import uuid
import zipfile
from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.errors import NotAllowed
from companies.models import AuditEvent, CompanyLogo
from companies.once import FIELD
from companies.scoping import company_scope
from companies.selectors import company_logo
from companies.services import logo_remove, logo_set
from integrations import photos
from tests.attendance.world import World, at, make_world
from tests.integrations import pictures

PATH = "/admin/companies/policyversion/logo/"
RED = pictures.encoded(pictures.plain(400, 60, (200, 30, 30)), "PNG")
BLUE = pictures.encoded(pictures.plain(400, 60, (30, 30, 200)), "PNG")


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        yield


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(world.hari.user)
    return client


def _form(data: bytes, token: str = "") -> dict[str, object]:
    return {FIELD: token or str(uuid.uuid4()), "picture": SimpleUploadedFile("logo.png", data)}


def _kept(world: World) -> bytes:
    with company_scope(world.company):
        return company_logo(world.company)


def test_a_logo_is_set_once_shown_replaced_and_taken_away(hr: Client, world: World) -> None:
    assert "There is none yet." in hr.get(PATH).text

    token = str(uuid.uuid4())
    for _tap in range(2):
        answer = hr.post(PATH, _form(RED, token))
        assert (answer.status_code, answer["Location"]) == (302, PATH)
    assert _kept(world) == photos.logo(RED)
    page = hr.get(PATH).text
    assert f"data:image/png;base64,{base64.b64encode(photos.logo(RED)).decode()}" in page
    assert "The logo stands on pages, new PDFs and spreadsheets from now on." in page

    hr.post(PATH, _form(BLUE))
    hr.post(PATH, _form(BLUE))
    assert _kept(world) == photos.logo(BLUE)

    for _tap in range(2):
        hr.post(PATH, {FIELD: str(uuid.uuid4()), "remove": "1"})
    assert _kept(world) == b""
    with company_scope(world.company):
        events = list(AuditEvent.objects.filter(verb__startswith="logo").order_by("id"))
    assert [(event.verb, event.actor_name) for event in events] == [
        ("logo_set", "Hari"), ("logo_set", "Hari"), ("logo_removed", "Hari"),
    ]  # fmt: skip
    red, blue = (event.changes["sha256"][1] for event in events[:2])
    assert events[1].changes["sha256"] == [red, blue]
    assert events[2].changes["sha256"] == [blue, None]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Choose a picture."),
        ({"picture": SimpleUploadedFile("logo.png", b"")}, "This is no picture that can be used."),
        ({"picture": SimpleUploadedFile("a.svg", b"<svg/>")}, "each side at least 24 pixels."),
        (
            {"picture": SimpleUploadedFile("big.png", RED + b"x" * photos.MOST_BYTES)},
            "Choose a PNG, JPEG or WebP of at most 2 MB",
        ),
    ],
)
def test_what_is_no_picture_is_told_and_the_old_one_stays(
    hr: Client, world: World, form: dict[str, object], words: str
) -> None:
    hr.post(PATH, _form(RED))
    answer = hr.post(PATH, {FIELD: str(uuid.uuid4()), **form})
    assert answer.status_code == 400
    assert words in answer.text
    assert _kept(world) == photos.logo(RED)


def test_only_hr_of_the_company_sets_it(client: Client, world: World) -> None:
    other = make_world("oolong")
    for person in (world.maya, world.bikram):
        client.force_login(person.user)
        assert client.post(PATH, _form(RED)).status_code in (403, 404)
    with company_scope(world.company):
        with pytest.raises(NotAllowed):
            logo_set(company=world.company, data=RED, by=other.hr)
        with pytest.raises(NotAllowed):
            logo_remove(company=world.company, by=other.hr)
        assert not CompanyLogo.objects.exists()


def test_files_bear_it_and_those_of_another_company_do_not(hr: Client, world: World) -> None:
    other = make_world("oolong")
    with company_scope(other.company):
        logo_set(company=other.company, data=BLUE, by=other.hr)
    form = {"format": "xlsx", "first": "2026-03-01", "last": "2026-03-31"}

    def pictures_in() -> list[bytes]:
        answer = hr.post("/reports/summary/file", {FIELD: str(uuid.uuid4()), **form})
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as book:
            return [book.read(name) for name in book.namelist() if "media" in name]

    assert pictures_in() == []
    hr.post(PATH, _form(RED))
    assert pictures_in() == [photos.logo(RED)]


def test_statements_are_those_of_one_row(hr: Client, world: World) -> None:
    hr.get(PATH)
    counts = []
    for picture in (None, RED):
        if picture is not None:
            hr.post(PATH, _form(picture))
            hr.get(PATH)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert hr.get(PATH).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
