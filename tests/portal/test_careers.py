"""The careers page from the outside: read, asked, applied, followed; and HR on the other side."""

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
from companies.enums import ApplicationStage, EmploymentType, QuestionKind
from companies.models import (
    Application,
    Employee,
    Internship,
    Opening,
    Placement,
    ScreeningQuestion,
)
from companies.scoping import company_scope
from tests.attendance.world import World, at, make_world
from tests.companies.careers_world import PDF, files_in, opening_of, page_on, question_of, standing
from tests.http import post_once

pytestmark = pytest.mark.django_db
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


def _ticket(client: Client, path: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def _names(opening: Opening) -> list[str]:
    with company_scope(opening.company):
        rows = ScreeningQuestion.objects.filter(opening=opening)
        return [f"q-{row.public_id}" for row in rows.order_by("number")]


def _job(opening: Opening, page: str = "") -> str:
    return f"{HOME}jobs/{opening.public_id}/{page}"


def _file(data: bytes = PDF, name: str = "letter.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def _apply(client: Client, clock: Any, opening: Opening, **typed: Any) -> Any:
    path, names = _job(opening, "apply/"), _names(opening)
    ticket = _ticket(client, path)
    clock.shift(dt.timedelta(seconds=30))
    said = dict(zip(names, ("I like it.", "Morning", "3", _file()), strict=False))
    sent = {
        "name": "Nima Sherpa", "email": "nima@yak.example", "phone": "98 51", "agrees": "on",
        "ticket": ticket, **said, **typed,
    }  # fmt: skip
    return client.post(path, {key: value for key, value in sent.items() if value is not None})


def _mailed(to: str = "nima@yak.example") -> tuple[str, str]:
    """Send what waits; return the subject and the text of the last mail to this address."""
    outbox.drain()
    last = [message for message in mail.outbox if message.to == [to]][-1]
    return str(last.subject), str(last.body)


def _link(text: str) -> str:
    found = _LINK.search(text)
    assert found is not None, text
    return found[0]


def _row(opening: Opening) -> Application:
    with company_scope(opening.company):
        found: Application = Application.objects.select_related("employee").get()
    return found


def _hr(row: Any, deed: str = "change") -> str:
    return f"/admin/companies/{row._meta.model_name}/{row.public_id}/{deed}/"


# --- the main path ----------------------------------------------------------------------------
def _publish(client: Client, hr: Client, world: World) -> Opening:
    """Switch the page on, add an opening that asks for a letter, and publish it."""
    on = {"is_on": "on", "intro": "Tea, and people.", "kept_months": "6"}
    assert post_once(hr, "/admin/companies/opening/page/", on).status_code == 302
    assert "Nothing is open now" in client.get(HOME).text
    added = {
        "title": "Tea intern", "kind": "intern", "office": world.office.public_id,
        "description": "Learn tea.", "shows_department": "on",
    }  # fmt: skip
    assert post_once(hr, "/admin/companies/opening/add/", added).status_code == 302
    with company_scope(world.company):
        opening: Opening = Opening.objects.select_related("company").get()
    asked = {
        "opening": opening.public_id, "number": "10", "words": "A letter", "kind": "file",
        "is_required": "on",
    }  # fmt: skip
    assert post_once(hr, "/admin/companies/screeningquestion/add/", asked).status_code == 302
    assert "A letter" in hr.get(_hr(opening)).text
    assert "Tea intern" not in client.get(HOME).text
    assert post_once(hr, _hr(opening, "publish")).status_code == 302
    return opening


def test_hr_publishes_somebody_applies_and_is_accepted(
    client: Client, hr: Client, world: World, clock: Any
) -> None:
    assert client.get(HOME).status_code == 404
    opening = _publish(client, hr, world)
    assert "Tea intern" in client.get(HOME).text
    assert "Learn tea." in client.get(_job(opening)).text
    (letter,) = _names(opening)
    sent = _apply(client, clock, opening, **{letter: _file()})
    assert sent["Location"] == f"{HOME}sent/"
    assert "Look into your mailbox" in client.get(f"{HOME}sent/").text
    subject, text = _mailed()
    assert subject == "Confirm your application at Kettle"
    row = _row(opening)
    assert hr.get(_hr(row)).status_code == 302
    assert "Was it you?" in client.get(_link(text)).text
    assert "Received. HR reads it" in client.post(_link(text), follow=True).text
    assert _mailed("hari@kettle.example")[0] == "An application came in: Tea intern"

    assert "Nima Sherpa" in hr.get(_hr(row)).text
    moved = {"stage": "interview", "words": "Come on Friday.", "is_shown": "on"}
    assert post_once(hr, _hr(row, "move"), moved).status_code == 302
    assert "Come on Friday." in _mailed()[1]
    assert post_once(hr, _hr(row, "move"), {"stage": "accepted"}).status_code == 302
    assert _mailed()[0] == "Kettle would like to have you"
    assert "Accepted." in client.get(_link(text)).text


def test_an_accepted_candidate_becomes_an_intern_once(
    hr: Client, world: World, opening: Opening
) -> None:
    with company_scope(world.company):
        Opening.objects.update(kind="intern")
        row = standing(opening, ApplicationStage.ACCEPTED, email="nima@yak.example")
    form = hr.get(_hr(row, "hire")).text
    assert 'value="nima@yak.example"' in form
    assert '<option value="intern" selected>' in form
    hired = {
        "name": "Nima Sherpa", "email": "nima@yak.example", "code": "I1",
        "employment_type": "intern", "joined_on": "2026-04-01", "office": world.office.public_id,
        "manager": world.maya.public_id, "ends_on": "2026-06-30", "mentor": world.maya.public_id,
        "stipend_per": "month", "stipend_amount": "900",
    }  # fmt: skip
    assert post_once(hr, _hr(row, "hire"), hired).status_code == 302
    again = post_once(hr, _hr(row, "hire"), {**hired, "code": "I2"})
    assert "This candidate is Nima Sherpa (I1) already." in again.text
    with company_scope(world.company):
        employee = Employee.objects.select_related("user").get(code="I1")
        assert employee.employment_type == EmploymentType.INTERN
        assert (employee.user.email, employee.joined_on) == (
            "nima@yak.example",
            dt.date(2026, 4, 1),
        )
        assert Placement.objects.get(employee=employee).manager == world.maya
        internship = Internship.objects.get(employee=employee)
        assert (internship.agreed_until, internship.mentor) == (dt.date(2026, 6, 30), world.maya)
        assert Employee.objects.filter(code="I2").count() == 0
    assert _row(opening).employee == employee
    assert "set-password" in _mailed()[1]
    assert "Nima Sherpa (I1)" in hr.get(_hr(row)).text
