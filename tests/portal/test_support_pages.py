"""An operator asks, is let in, reads and leaves; the company answers and reads what was opened."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import PunchFrame
from companies import services
from companies.actor import job_actor
from companies.models import AuditEvent, OperatorGrant, SupportGrant, User
from companies.once import FIELD
from companies.scoping import company_scope
from integrations import faces
from tests.attendance.conftest import photos_folder
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at, make_world
from tests.http import post_once

__all__ = ["photos_folder"]
NOON = "2026-03-04 12:00"
ASK = {"reason": "a wrong total", "minutes": "60"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def operator(db: None) -> User:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    return grant.user


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def otto(operator: User) -> Client:
    return _client(operator)


@pytest.fixture
def hari(world: World) -> Client:
    return _client(world.hari.user)


def _grant(world: World) -> SupportGrant:
    with company_scope(world.company):
        found: SupportGrant = SupportGrant.objects.get()
    return found


def _page(site: str, row: SupportGrant, name: str) -> str:
    return f"/{site}/companies/supportgrant/{row.public_id}/{name}/"


def _ask(otto: Client, world: World, **changed: str) -> Any:
    path = f"/operator/companies/company/{world.company.public_id}/ask-support/"
    assert otto.get(path).status_code == 200
    return post_once(otto, path, ASK | changed)


def _let_in(otto: Client, hari: Client, world: World) -> SupportGrant:
    _ask(otto, world)
    row = _grant(world)
    assert post_once(hari, _page("admin", row, "approve")).status_code == 302
    assert post_once(otto, _page("operator", row, "enter")).status_code == 302
    return _grant(world)


def test_nobody_enters_without_the_companys_answer(
    otto: Client, hari: Client, world: World
) -> None:
    assert "Ask to look" in otto.get(
        f"/operator/companies/company/{world.company.public_id}/change/").text  # fmt: skip
    assert _ask(otto, world).status_code == 302
    row = _grant(world)
    assert "operator asks to look" in hari.get("/admin/").text
    assert "Enter as a reader" not in otto.get(_page("operator", row, "change")).text
    refused = otto.get(_page("operator", row, "enter"))
    assert refused.status_code == 403
    assert "The company has not let you in" in refused.text
    assert otto.get("/admin/").status_code == 403


def test_let_in_the_operator_reads_and_every_look_is_told(
    otto: Client, hari: Client, world: World
) -> None:
    row = _let_in(otto, hari, world)
    home = otto.get("/admin/")
    assert home.status_code == 200
    assert "You read the records of Kettle as an operator" in home.text
    # By the company's clocks, a quarter to six hours before UTC.
    assert "Operator, until 13:00" in home.text
    people = "/admin/companies/employee/"
    assert "Maya" in otto.get(people).text
    otto.get(people)
    assert otto.get(f"{people}add/").status_code == 403
    assert post_once(otto, f"{people}add/").status_code == 403
    assert otto.get("/team/").status_code == 404
    with company_scope(world.company):
        looks = AuditEvent.objects.filter(verb="support_looked").order_by("pk")
        assert [event.changes["page"][1] for event in looks] == [
            "/admin/", people, f"{people}add/",
        ]  # fmt: skip
        assert {(event.actor_name, event.actor_kind) for event in looks} == {("Otto", "platform")}
    assert "operator looks at your records" in hari.get("/admin/").text
    assert "Operator looked at a page" in hari.get(_page("admin", row, "history")).text


def test_pictures_stay_closed(otto: Client, hari: Client, world: World) -> None:
    world.agree(world.maya)
    with faces.using(FakeEngine()):
        world.punch(world.maya, "2026-03-04 09:00", frame=jpeg(), weigh=False)
    with company_scope(world.company):
        PunchFrame.objects.update(is_clean=True)
        frame = PunchFrame.objects.select_related("punch").get()
    _let_in(otto, hari, world)
    page = f"/admin/attendance/punchstate/{frame.punch.public_id}/change/"
    shown = otto.get(page).text
    assert "There is a picture. It is not open to you." in shown
    assert str(frame.public_id) not in shown
    assert str(frame.public_id) in hari.get(page).text
    assert otto.get(f"/photos/{frame.public_id}").status_code == 404


@pytest.mark.parametrize("how", ["time", "company", "operator", "no operator any more"])
def test_it_ends(otto: Client, hari: Client, world: World, noon: Any, how: str) -> None:
    row = _let_in(otto, hari, world)
    if how == "time":
        noon.move_to(at("2026-03-04 13:00"))
    elif how == "company":
        assert post_once(hari, _page("admin", row, "end")).status_code == 302
    elif how == "operator":
        assert post_once(otto, _page("operator", row, "leave")).status_code == 302
    else:
        OperatorGrant.objects.update(ends_on=at("2026-03-01 12:00").date())
    answer = otto.get("/admin/companies/employee/")
    assert answer.status_code == 403
    assert "Maya" not in answer.text
    if how in ("time", "company"):
        assert "Your access to the company&#x27;s records is over." in answer.text
    assert otto.get("/admin/").status_code == 403


def test_refused_the_operator_is_told_and_sees_nothing(
    otto: Client, hari: Client, world: World
) -> None:
    _ask(otto, world)
    row = _grant(world)
    page = _page("admin", row, "refuse")
    assert "Please give a reason." in post_once(hari, page).text
    assert post_once(hari, page, {"reason": "not now"}).status_code == 302
    assert "Refused" in otto.get("/operator/companies/supportgrant/").text
    assert otto.get(_page("operator", row, "enter")).status_code == 403
    assert "This was already decided." in post_once(hari, _page("admin", row, "approve")).text


def test_the_company_lets_somebody_in_unasked(otto: Client, hari: Client, world: World) -> None:
    give = "/admin/companies/supportgrant/give/"
    assert hari.get(give).status_code == 200
    unknown = post_once(hari, give, {**ASK, "email": "nobody@m.example"})
    assert "Nobody else who runs the platform" in unknown.text
    assert post_once(hari, give, {**ASK, "email": "otto@m.example"}).status_code == 302
    row = _grant(world)
    assert post_once(otto, _page("operator", row, "enter")).status_code == 302
    assert otto.get("/admin/").status_code == 200


def test_a_double_tap_asks_and_answers_once(otto: Client, hari: Client, world: World) -> None:
    path = f"/operator/companies/company/{world.company.public_id}/ask-support/"
    for _n in range(2):
        assert post_once(otto, path, ASK).status_code == 302
    row, token = _grant(world), str(uuid.uuid4())
    for _n in range(2):
        answer = hari.post(_page("admin", row, "approve"), {FIELD: token})
        assert answer.status_code == 302
    with company_scope(world.company):
        assert AuditEvent.objects.filter(verb="support_approved").count() == 1


def test_another_operator_sees_and_uses_nothing_of_it(
    otto: Client, hari: Client, world: World
) -> None:
    row = _let_in(otto, hari, world)
    grant = services.operator_create(name="Ada", email="ada@m.example", by=job_actor("test"))
    ada = _client(grant.user)
    assert "Kettle" not in ada.get("/operator/companies/supportgrant/").text
    for name in ("enter", "leave", "change"):
        answer = ada.get(_page("operator", row, name))
        assert (answer.status_code, answer.headers["Location"]) == (302, "/operator/")
    session = ada.session
    session["support"] = str(row.public_id)
    session.save()
    assert ada.get("/admin/").status_code == 403


def test_the_operator_is_not_told_who_answered(otto: Client, hari: Client, world: World) -> None:
    row = _let_in(otto, hari, world)
    for name in ("change", "history"):
        assert "Hari" not in otto.get(_page("operator", row, name)).text


def test_hr_elsewhere_answers_nothing(otto: Client, world: World) -> None:
    other = make_world(code="other")
    _ask(otto, world)
    row = _grant(world)
    stranger = _client(other.hari.user)
    for name in ("approve", "refuse", "end", "change"):
        answer = stranger.get(_page("admin", row, name))
        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_an_operator_who_works_somewhere_keeps_their_own_pages(
    otto: Client, hari: Client, world: World
) -> None:
    services.operator_create(name="Bikram", email="bikram@kettle.example", by=job_actor("test"))
    other = make_world(code="other")
    bikram = _client(world.bikram.user)
    services.operator_create(name="x", email="hari@other.example", by=job_actor("test"))
    path = f"/operator/companies/company/{other.company.public_id}/ask-support/"
    assert post_once(bikram, path, ASK).status_code == 302
    with company_scope(other.company):
        row = SupportGrant.objects.get()
    assert post_once(_client(other.hari.user), _page("admin", row, "approve")).status_code == 302
    assert post_once(bikram, _page("operator", row, "enter")).status_code == 302
    assert "Other" in bikram.get("/admin/").text
    assert "Kettle" in bikram.get("/me/").text


def test_reading_costs_a_fixed_number_more(otto: Client, hari: Client, world: World) -> None:
    _let_in(otto, hari, world)
    counts = []
    for _n in range(2):
        otto.get("/admin/companies/office/")
        with CaptureQueriesContext(connection) as queries:
            otto.get("/admin/companies/office/")
        counts.append(len(queries))
        for number in range(3):
            with company_scope(world.company):
                world.office.__class__.objects.create(company=world.company, name=f"O{_n}{number}")
    assert counts[0] == counts[1]


def test_an_operator_finds_their_own_sign_in(client: Client, db: None) -> None:
    """Their site is all they have: /me/ leads back to it."""
    made = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    client.force_login(made.user)
    assert client.get("/me/", follow=True).redirect_chain[-1] == ("/operator/", 302)
    assert 'href="/me/security/"' in client.get("/operator/").text
    assert client.get("/me/security/").status_code == 200
