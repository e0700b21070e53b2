"""The pages of invitations: the printed card's, and the question whether one works there."""

from __future__ import annotations

import logging
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies import selectors, services
from companies.enums import Role
from companies.links import sign_in_link
from companies.models import Employee, Invitation, RoleGrant
from companies.scoping import company_scope
from tests.attendance.world import START, World, at, make_world
from tests.http import post_once

pytestmark = pytest.mark.django_db
NOON = at("2026-03-02 12:00")
PEOPLE = "/admin/companies/employee/"
PIN = {"pin1": "735924", "pin2": "735924"}


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _noon() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def _newcomers(world: World, *names: str) -> list[Employee]:
    with company_scope(world.company):
        return [
            Employee.objects.create(
                company=world.company, code=name.lower(), name=name, joined_on=START
            )
            for name in names
        ]


def _hr(world: World) -> Client:
    client = Client()
    client.force_login(world.hari.user)
    return client


def _links(page: str) -> list[str]:
    found = re.findall(r"http://127\.0\.0\.1:8000(/i/)</span><wbr><span>([a-z0-9-]+)<", page)
    return [f"{door}{token}/" for door, token in found]


def _card(world: World, name: str = "Nima") -> str:
    (employee,) = _newcomers(world, name)
    page = _hr(world).post(f"{PEOPLE}{employee.public_id}/invitation/")
    return _links(page.text)[0]


# --- printing -----------------------------------------------------------------------------------
def test_hr_prints_many_cards(world: World) -> None:
    nima, tashi = _newcomers(world, "Nima", "Tashi")
    hr = _hr(world)
    page = hr.get(f"{PEOPLE}invitations/")
    assert [choice[1] for choice in page.context["form"].fields["people"].choices] == [
        "Nima (nima)", "Tashi (tashi)",
    ]  # fmt: skip
    assert page.text.count("checked") == 2
    ids = [str(row.public_id) for row in (nima, tashi)]
    sheet = hr.post(f"{PEOPLE}invitations/", {"people": ids})
    assert len(set(_links(sheet.text))) == 2
    assert sheet.text.count("<svg ") == 2
    assert "Works once, until 16 March 2026." in sheet.text
    assert "no-store" in sheet["Cache-Control"]
    page = hr.get(f"{PEOPLE}invitations/")
    assert "Nima (nima) · invited before" in page.text
    assert page.text.count("checked") == 0


def test_nobody_of_another_company_gets_a_card(world: World) -> None:
    other = make_world(code="other")
    (theirs,) = _newcomers(other, "Nima")
    hr = _hr(world)
    answer = hr.post(f"{PEOPLE}invitations/", {"people": [str(theirs.public_id)]})
    assert answer.context["form"].errors
    assert hr.post(f"{PEOPLE}{theirs.public_id}/invitation/")["Location"] == "/admin/"
    with company_scope(other.company):
        assert not Invitation.objects.exists()


def test_nobody_to_print_for_is_said(world: World) -> None:
    page = _hr(world).get(f"{PEOPLE}invitations/")
    assert "Everybody who works here can sign in." in page.text


def test_who_has_left_gets_no_card(world: World) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(is_active=False)
    hr = _hr(world)
    address = f"{PEOPLE}{world.maya.public_id}/invitation/"
    assert hr.get(address).status_code == hr.post(address).status_code == 403


def test_the_list_costs_the_same_for_one_and_for_three(world: World) -> None:
    counts = []
    hr = _hr(world)
    for names in (("Nima",), ("Tashi", "Pema")):
        _newcomers(world, *names)
        hr.get(f"{PEOPLE}invitations/")
        with CaptureQueriesContext(connection) as queries:
            hr.get(f"{PEOPLE}invitations/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_hr_reads_how_somebody_stands(world: World) -> None:
    (nima,) = _newcomers(world, "Nima")
    hr, page = _hr(world), f"{PEOPLE}{nima.public_id}/change/"
    assert "Cannot sign in yet: send a link, or print an invitation." in hr.get(page).text
    link = _links(hr.post(f"{PEOPLE}{nima.public_id}/invitation/").text)[0]
    said = "An invitation is printed and not used yet; it is good until 16 Mar 2026."
    assert said in hr.get(page).text
    with time_machine.travel("2026-03-20", tick=False):
        assert "The last invitation ran out." in _hr(world).get(page).text
    Client().post(link, {"way": "pin", **PIN})
    said = "Signs in with a PIN. Has no e-mail in Muster: no mail reaches them."
    assert said in hr.get(page).text
    maya = f"{PEOPLE}{world.maya.public_id}/change/"
    assert "Signs in with a password." in hr.get(maya).text


def test_hr_takes_a_pin_away(world: World) -> None:
    Client().post(_card(world), {"way": "pin", **PIN})
    with company_scope(world.company):
        nima = Employee.objects.get(code="nima")
    hr, address = _hr(world), f"{PEOPLE}{nima.public_id}/clear-pin/"
    assert address in hr.get(f"{PEOPLE}{nima.public_id}/change/").text
    assert post_once(hr, address)["Location"] == f"{PEOPLE}{nima.public_id}/change/"
    with company_scope(world.company):
        assert not selectors.has_pin(nima)
    assert address not in hr.get(f"{PEOPLE}{nima.public_id}/change/").text


# --- the card -----------------------------------------------------------------------------------
def test_a_card_leads_in(client: Client, world: World) -> None:
    link = _card(world)
    page = client.get(link)
    for text in ("Welcome, Nima", "Kettle", "Choose a PIN", "Rather a password?"):
        assert text in page.text
    answer = client.post(link, {"way": "pin", **PIN})
    assert answer["Location"] == "/"
    today = client.get("/")
    assert "Welcome! From now on you sign in with your codes." in today.text
    assert "Successfully signed in" not in today.text
    assert today.context["actor"].is_limited is True
    used = Client().get(link)
    assert used.status_code == Client().post(link, {"way": "pin"}).status_code == 410
    assert "A card works once, for 14 days" in used.text


@pytest.mark.parametrize(
    ("way", "names", "secret"),
    [
        ("pin", ("pin1", "pin2"), "735924"),
        ("password", ("password1", "password2"), "a good tea pot"),
    ],
)
def test_a_double_tap_lets_in_and_a_guess_does_not(
    world: World, way: str, names: tuple[str, str], secret: str
) -> None:
    link = _card(world)
    form = {"way": way, "shared": "on", **dict.fromkeys(names, secret)}
    first, second, guess = Client(), Client(), Client()
    assert [each.post(link, form)["Location"] for each in (first, second)] == ["/", "/"]
    assert [each.get("/").context["actor"].name for each in (first, second)] == ["Nima"] * 2
    limited = way == "pin"
    assert second.get("/").context["actor"].is_limited is limited
    wrong = "000001" if way == "pin" else "a bad tea pot"
    for _n in range(10):
        assert guess.post(link, form | dict.fromkeys(names, wrong)).status_code == 410
    assert guess.post(link, form).status_code == 410
    # Whoever says it is a password must not get one's rights by a PIN.
    other = "password" if way == "pin" else "pin"
    name = "password1" if way == "pin" else "pin1"
    assert Client().post(link, {"way": other, name: secret}).status_code == 410


def test_a_card_leads_in_with_a_password(client: Client, world: World) -> None:
    good = "a kettle of strong tea"
    link = _card(world)
    form = {"way": "password", "password1": good, "password2": good}
    assert client.post(link, form)["Location"] == "/"
    assert client.get("/").context["actor"].is_limited is False
    form = {"company": "kettle", "code": "nima", "secret": good}
    assert Client().post("/sign-in/code/", form)["Location"] == "/"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"way": "pin", "pin1": "111111", "pin2": "111111"}, "Choose six digits that nobody"),
        ({"way": "pin", "pin1": "735924", "pin2": "735925"}, "The two PINs differ."),
        ({"way": "password", "password1": "short", "password2": "short"}, "at least 10 char"),
        ({}, "This field is required."),
    ],
)
def test_what_is_not_taken_is_said_and_the_card_stays_good(
    client: Client, world: World, sent: dict[str, str], sentence: str
) -> None:
    link = _card(world)
    page = client.post(link, sent)
    assert (page.status_code, sentence in page.text) == (200, True)
    assert client.post(link, {"way": "pin", **PIN}).status_code == 302


def test_the_card_of_who_has_a_password_offers_a_pin_only(client: Client, world: World) -> None:
    page = _hr(world).post(f"{PEOPLE}{world.maya.public_id}/invitation/")
    link = _links(page.text)[0]
    assert "Rather a password?" not in client.get(link).text
    good = "a kettle of strong tea"
    refused = client.post(link, {"way": "password", "password1": good, "password2": good})
    assert refused.status_code == 200
    assert client.post(link, {"way": "pin", **PIN})["Location"] == "/"


def test_a_card_ends_whoever_was_signed_in_here(client: Client, world: World) -> None:
    client.force_login(world.hari.user)
    client.post(_card(world), {"way": "pin", **PIN})
    actor = client.get("/").context["actor"]
    assert (actor.name, actor.is_limited) == ("Nima", True)


def test_a_card_of_hr_opens_none_of_their_rights_in_anothers_browser(
    client: Client, world: World
) -> None:
    page = _hr(world).post(f"{PEOPLE}{world.hari.public_id}/invitation/")
    client.force_login(world.maya.user)
    client.post(_links(page.text)[0], {"way": "pin", **PIN})
    actor = client.get("/").context["actor"]
    assert (actor.employee, actor.roles, actor.is_limited) == (world.hari, frozenset(), True)
    assert client.get("/admin/").status_code == 403


@pytest.mark.parametrize("door", ["card", "link"])
def test_what_a_pin_opened_stays_narrow_when_somebody_else_begins_to_sign_in(
    client: Client, world: World, door: str
) -> None:
    Authenticator.objects.create(user=world.maya.user, type="totp", data={"secret": "x"})
    hr = _hr(world)
    own, other = (
        _links(hr.post(f"{PEOPLE}{who.public_id}/invitation/").text)[0]
        for who in (world.hari, world.maya)
    )
    client.post(own, {"way": "pin", **PIN})
    assert client.get("/admin/").status_code == 403
    if door == "card":
        answer = client.post(other, {"way": "pin", **PIN})
    else:
        secret = "a kettle of strong tea"
        address = sign_in_link(world.maya.user)
        answer = client.post(address, {"password1": secret, "password2": secret})
    assert answer["Location"] == "/sign-in/second-step/"
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_the_next_person_of_a_shared_phone_is_remembered_beside_the_first(world: World) -> None:
    phone = Client()
    phone.post(_card(world, "Nima"), {"way": "pin", "shared": "on", **PIN})
    phone.post("/sign-out/", {"next": "/sign-in/phone/"})
    phone.post(_card(world, "Tashi"), {"way": "pin", **PIN})
    assert "Done, next person" in phone.get("/").text
    phone.post("/sign-out/")
    people = phone.get("/sign-in/phone/").context["people"]
    assert [person.name for person in people] == ["Nima", "Tashi"]


def test_a_card_that_works_is_in_no_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    link = _card(world)
    handler = next(item for item in logging.root.handlers if type(item) is logging.StreamHandler)
    with caplog.at_level(logging.INFO):
        Client(enforce_csrf_checks=True).post(link, {})
        Client(raise_request_exception=False).get(link, headers={"host": "evil.example"})
    lines = [record for record in caplog.records if "/i/" in record.getMessage()]
    assert lines
    assert not [text for text in map(handler.format, lines) if link.split("/")[2] in text]


# --- whether one works there --------------------------------------------------------------------
def _invited(world: World, other: World) -> Invitation:
    (nima,) = _newcomers(world, "Nima")
    with company_scope(world.company):
        Employee.objects.filter(pk=nima.pk).update(email="maya@other.example")
        nima.refresh_from_db()
        services.employee_invite(employee=nima, by=world.hr)
        found: Invitation = Invitation.objects.get()
    return found


def test_accepting_leads_into_the_new_company(client: Client, world: World) -> None:
    other = make_world(code="other")
    row = _invited(world, other)
    client.force_login(other.maya.user)
    page = client.get("/invitations/")
    assert "Kettle invites you as employee Nima, code nima." in page.text
    assert "Hari sent it." in page.text
    answer = post_once(client, f"/invitations/{row.public_id}/", {"answer": "accept"})
    assert answer["Location"] == "/"
    today = client.get("/")
    assert "Welcome to Kettle!" in today.text
    assert today.context["company"] == world.company
    assert "No company invites you at present." in client.get("/invitations/").text


def test_not_me_is_told(client: Client, world: World) -> None:
    other = make_world(code="other")
    row = _invited(world, other)
    client.force_login(other.maya.user)
    answer = post_once(client, f"/invitations/{row.public_id}/", {"answer": "refuse"})
    assert "Kettle is told that you are not meant." in client.get(answer["Location"]).text
    with company_scope(world.company):
        nima = Employee.objects.get(code="nima")
    page = _hr(world).get(f"{PEOPLE}{nima.public_id}/change/").text
    assert "Answered the invitation with “Not me” on 2 Mar 2026. Check the address." in page


def test_the_invitation_of_another_answers_like_one_that_never_was(
    client: Client, world: World
) -> None:
    other = make_world(code="other")
    row = _invited(world, other)
    client.force_login(other.bikram.user)
    for public_id in (row.public_id, other.company.public_id):
        answer = post_once(client, f"/invitations/{public_id}/", {"answer": "accept"})
        assert answer.status_code == 404


def test_an_invitation_that_cannot_be_accepted_says_why(client: Client, world: World) -> None:
    other = make_world(code="other")
    row = _invited(world, other)
    with company_scope(world.company):
        Employee.objects.filter(pk=world.bikram.pk).update(user=other.maya.user)
    client.force_login(other.maya.user)
    answer = post_once(client, f"/invitations/{row.public_id}/", {"answer": "accept"})
    assert answer["Location"] == "/invitations/"
    assert "Another person of the company signs in with" in client.get("/invitations/").text


def test_a_new_card_opens_for_who_forgot_the_pin_of_the_old_one(world: World) -> None:
    assert Client().post(_card(world), PIN)["Location"] == "/"
    with company_scope(world.company):
        nima = Employee.objects.get(code="nima")
    page = _hr(world).post(f"{PEOPLE}{nima.public_id}/invitation/")
    (card,) = _links(page.text)
    client = Client()
    welcome = client.get(card)
    assert (welcome.status_code, "Rather a password?" in welcome.text) == (200, True)
    assert client.post(card, {"pin1": "604913", "pin2": "604913"})["Location"] == "/"
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=nima.user, role=Role.AUDITOR, starts_on=START
        )
    page = _hr(world).post(f"{PEOPLE}{nima.public_id}/invitation/")
    (card,) = _links(page.text)
    welcome = Client().get(card)
    assert (welcome.status_code, "Rather a password?" in welcome.text) == (200, False)
