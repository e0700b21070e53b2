"""What tests of the careers page share: a company whose page is on, and who goes there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from companies import outbox
from companies.enums import QuestionKind
from companies.models import (
    Application,
    Opening,
    ScreeningQuestion,
)
from companies.scoping import company_scope
from tests.attendance.world import World, at, make_world
from tests.companies.careers_world import PDF, files_in, opening_of, page_on, question_of

NOON = "2026-03-04 12:00"
HOME = "/careers/kettle/"
_LINK = re.compile(r"http\S+/careers/application/\S+/")


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    files_in(settings, tmp_path)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def hr(world: World) -> Client:
    client = Client()
    client.force_login(world.hari.user)
    return client


@pytest.fixture
def opening(world: World) -> Opening:
    with company_scope(world.company):
        page_on(world)
        made = opening_of(world)
        question_of(made, QuestionKind.TEXT, number=1, words="Why tea?")
        question_of(made, QuestionKind.CHOICE, number=2, words="When?")
        question_of(made, QuestionKind.NUMBER, number=3, words="For how long?")
        question_of(made, QuestionKind.FILE, number=4, words="A letter", is_required=False)
    return made


def ticket_of(client: Client, path: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def names_of(opening: Opening) -> list[str]:
    with company_scope(opening.company):
        rows = ScreeningQuestion.objects.filter(opening=opening)
        return [f"q-{row.public_id}" for row in rows.order_by("number")]


def job(opening: Opening, page: str = "") -> str:
    return f"{HOME}jobs/{opening.public_id}/{page}"


def a_file(data: bytes = PDF, name: str = "letter.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def apply(client: Client, clock: Any, opening: Opening, **typed: Any) -> Any:
    path, names = job(opening, "apply/"), names_of(opening)
    ticket = ticket_of(client, path)
    clock.shift(dt.timedelta(seconds=30))
    said = dict(zip(names, ("I like it.", "Morning", "3", a_file()), strict=False))
    sent = {
        "name": "Nima Sherpa", "email": "nima@yak.example", "phone": "98 51", "agrees": "on",
        "ticket": ticket, **said, **typed,
    }  # fmt: skip
    return client.post(path, {key: value for key, value in sent.items() if value is not None})


def mailed(to: str = "nima@yak.example") -> tuple[str, str]:
    """Send what waits; return the subject and the text of the last mail to this address."""
    outbox.drain()
    last = [message for message in mail.outbox if message.to == [to]][-1]
    return str(last.subject), str(last.body)


def link_in(text: str) -> str:
    found = _LINK.search(text)
    assert found is not None, text
    return found[0]


def row_of(opening: Opening) -> Application:
    with company_scope(opening.company):
        found: Application = Application.objects.select_related("employee").get()
    return found


def hr_page(row: Any, deed: str = "change") -> str:
    return f"/admin/companies/{row._meta.model_name}/{row.public_id}/{deed}/"


@pytest.fixture
def page(client: Client, opening: Opening, clock: Any) -> str:
    """The private page of an application that is confirmed."""
    apply(client, clock, opening)
    link = link_in(mailed()[1])
    client.post(link)
    return link
