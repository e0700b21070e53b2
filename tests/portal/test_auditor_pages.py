"""An auditor from outside, page by page: HR invites, they come in or are asked, and only read."""

from __future__ import annotations

import re
import uuid

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies import outbox, selectors
from companies.enums import Role
from companies.models import AuditEvent, Invitation, OutboxMessage, RoleGrant, User
from companies.once import FIELD
from companies.scoping import company_scope
from tests.attendance.world import World, at, make_world
from tests.http import post_once

pytestmark = pytest.mark.django_db
NOON = at("2026-03-02 12:00")
ROLES = "/admin/companies/rolegrant/"
FORM = f"{ROLES}auditor/"
OFFERS = "/admin/companies/invitation/"
SENT = {
    "name": "Ananda", "email": "ananda@it.example", "starts_on": "2026-03-02",
    "ends_on": "2026-03-31",
}  # fmt: skip
SAID = (
    "A mail to Ananda is on its way. They may read until 31 March 2026, and are asked first if "
    "they are at home in another company."
)
PASSWORD = {"password1": "loom-and-shuttle-9", "password2": "loom-and-shuttle-9"}


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def other() -> World:
    return make_world(code="other")


@pytest.fixture(autouse=True)
def _noon() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def _hr(world: World) -> Client:
    client = Client()
    client.force_login(world.hari.user)
    return client


def _invite(world: World, **changes: str) -> HttpResponse:
    return post_once(_hr(world), FORM, SENT | changes)


def _ask(world: World, other: World) -> Invitation:
    """Invite Maya, who works in the other company, and return the offer."""
    _invite(world, email="maya@other.example")
    (offer,) = selectors.invitations_for(other.maya.user, now=NOON)
    return offer


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _grants(world: World) -> int:
    with company_scope(world.company):
        return int(RoleGrant.objects.filter(role=Role.AUDITOR).count())


# --- the form -------------------------------------------------------------------------------------
def test_the_list_of_roles_has_the_button_and_the_form_its_sentence(world: World) -> None:
    hr = _hr(world)
    assert "Invite an auditor" in hr.get(ROLES).text
    page = hr.get(FORM).text
    assert (
        "They read everything of Kettle and change nothing, from the first day to the last." in page
    )
    assert 'value="2026-03-02"' in page


@pytest.mark.parametrize("role", [None, Role.MANAGER, Role.AUDITOR, Role.HR, Role.COMPANY_ADMIN])
def test_who_gives_roles_opens_and_sends_it(world: World, role: Role | None) -> None:
    if role is not None:
        with company_scope(world.company):
            RoleGrant.objects.create(
                company=world.company, user=world.maya.user, role=role, starts_on=NOON.date()
            )
    client, may = _signed_in(world.maya.user), role in (Role.HR, Role.COMPANY_ADMIN)
    assert client.get(FORM).status_code == (200 if may else 403)
    assert post_once(client, FORM, SENT).status_code == (302 if may else 403)
    assert ("Invite an auditor" in client.get(ROLES).text) is may
    assert User.objects.filter(email="ananda@it.example").exists() is may


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "nowhere"}, "Enter a valid email address."),
        ({"email": ""}, "This field is required."),
        ({"email": "a\0@it.example"}, "Null characters are not allowed."),
        ({"email": f"{'a' * 250}@it.example"}, "at most 254 characters"),
        ({"name": "  "}, "This field is required."),
        ({"name": "A\0"}, "Null characters are not allowed."),
        ({"name": "a" * 121}, "at most 120 characters"),
        ({"ends_on": ""}, "This field is required."),
        ({"ends_on": "31 Feb"}, "Enter a valid date."),
        ({"ends_on": "2026-03-01"}, "The first day is today or later, the last not before it."),
        ({"starts_on": "2026-03-01"}, "The first day is today or later"),
        ({"starts_on": "0001-01-01"}, "The first day is today or later"),
        ({"ends_on": "2027-03-03"}, "reads for one at most"),
        ({"ends_on": "9999-12-31"}, "reads for one at most"),
        ({"starts_on": "9999-12-31", "ends_on": "9999-12-31"}, "comes within a year"),
        ({"email": "maya@kettle.example"}, "whose employment here is not over by then"),
        ({"email": "HARI@kettle.example"}, "This is about yourself."),
    ],
)
def test_what_cannot_be_is_said_beside_the_form(
    world: World, changes: dict[str, str], sentence: str
) -> None:
    answer = _invite(world, **changes)
    assert (answer.status_code, sentence in answer.text) == (200, True)
    assert _grants(world) == 0
    assert not User.objects.filter(name__in=("Ananda", "A")).exists()
    with company_scope(world.company):
        assert not OutboxMessage.objects.exists()


def test_the_same_form_sent_twice_invites_once(world: World, other: World) -> None:
    hr = _hr(world)
    for email in ("ananda@it.example", "maya@other.example"):
        token = {FIELD: str(uuid.uuid4())}
        for _n in range(2):
            assert hr.post(FORM, SENT | token | {"email": email})["Location"] == ROLES
    assert _grants(world) == 1
    with company_scope(world.company):
        assert (Invitation.objects.count(), OutboxMessage.objects.count()) == (1, 2)


def test_who_has_the_role_is_told_of_until_when(world: World) -> None:
    _invite(world)
    answer = _invite(world, ends_on="2026-04-30")
    assert "Ananda audits here until 31 March 2026 already." in answer.text


def test_hr_learns_no_more_of_an_address_that_has_an_account(world: World, other: World) -> None:
    for email in ("ananda@it.example", "maya@other.example"):
        hr = _hr(world)
        answer = post_once(hr, FORM, SENT | {"email": email})
        assert SAID in hr.get(answer["Location"]).text
    hr = _hr(world)
    pages = (ROLES, OFFERS, "/admin/companies/auditevent/", "/admin/companies/outboxmessage/")
    for path in pages:
        text = hr.get(path).text
        assert "Other" not in text.replace("Others", ""), path
    assert [hr.get(f"{ROLES}?q={word}").text.count("maya@other") for word in ("maya",)] == [0]
    page = hr.get(f"{OFFERS}{_one_offer(world).public_id}/change/").text
    assert "Ananda" in page
    assert "Maya" not in page


def _one_offer(world: World) -> Invitation:
    with company_scope(world.company):
        found: Invitation = Invitation.objects.get()
    return found


# --- who is new -----------------------------------------------------------------------------------
def test_a_new_auditor_signs_in_reads_and_changes_nothing(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    _invite(world)
    outbox.drain()
    (message,) = mail.outbox
    found = re.search(r"http://127\.0\.0\.1:8000(/set-password/\S+)", message.body)
    assert found is not None
    client = Client()
    client.post(found.group(1), PASSWORD)
    client.post("/sign-in/", {"login": "ananda@it.example", "password": PASSWORD["password1"]})
    assert client.get("/admin/").status_code == 200
    assert "Maya" in client.get("/team/roll/").text
    closing = "/reports/closing/2026-02/"
    assert "Make the evidence pack" in client.get(closing).text
    assert "Lock the month" not in client.get(closing).text
    assert post_once(client, f"{closing}evidence").status_code == 302
    assert post_once(client, f"{closing}lock").status_code == 404
    assert "Maya" in client.get("/admin/companies/employee/").text
    with company_scope(world.company):
        before = AuditEvent.objects.exclude(actor_name="Ananda").count()
    for path in (FORM, "/admin/companies/office/add/", "/admin/companies/employee/add/"):
        assert (client.get(path).status_code, post_once(client, path, SENT).status_code) == (
            403, 403,
        ), path  # fmt: skip
    with company_scope(world.company):
        assert AuditEvent.objects.exclude(actor_name="Ananda").count() == before
    with time_machine.travel(at("2026-04-02 12:00"), tick=False):
        again = _signed_in(User.objects.get(email="ananda@it.example"))
        assert again.get("/admin/").status_code == 403


def test_hr_prolongs_and_ends_it_as_any_role(world: World) -> None:
    _invite(world)
    with company_scope(world.company):
        grant = RoleGrant.objects.get(role=Role.AUDITOR)
    hr, path = _hr(world), f"{ROLES}{grant.public_id}/change/"
    page = hr.get(path).text
    version = re.search(r'name="row_version" value="(\w+)"', page)
    assert version is not None
    sent = {
        "user": str(grant.user.public_id), "role": "auditor", "starts_on": "2026-03-02",
        "ends_on": "2026-05-31", "row_version": version.group(1),
    }  # fmt: skip
    assert post_once(hr, path, sent).status_code == 302
    grant.refresh_from_db()
    assert grant.ends_on == at("2026-05-31 12:00").date()


# --- who is at home elsewhere ---------------------------------------------------------------------
def test_yes_leads_to_what_they_read(world: World, other: World) -> None:
    offer = _ask(world, other)
    client = _signed_in(other.maya.user)
    page = client.get("/invitations/").text
    assert (
        "Kettle asks you to audit its records until 31 March 2026. You would read everything and "
        "change nothing." in page
    )
    assert "Hari sent it." in page
    assert client.get("/admin/").status_code == 403
    answer = post_once(client, f"/invitations/{offer.public_id}/", {"answer": "accept"})
    assert answer["Location"] == "/admin/"
    assert "You read the records of Kettle." in client.get("/admin/").text
    assert client.get("/admin/companies/employee/").status_code == 200
    assert post_once(client, "/admin/companies/office/add/", {"name": "X"}).status_code == 403
    assert "No company invites you at present." in client.get("/invitations/").text
    assert "Maya" in _hr(world).get(ROLES).text


def test_no_is_told(world: World, other: World) -> None:
    offer = _ask(world, other)
    client = _signed_in(other.maya.user)
    answer = post_once(client, f"/invitations/{offer.public_id}/", {"answer": "refuse"})
    assert "Kettle is told that you do not audit it." in client.get(answer["Location"]).text
    assert _grants(world) == 0
    hr = _hr(world)
    assert "Refused" in hr.get(OFFERS).text
    history = hr.get(f"{OFFERS}{offer.public_id}/history/").text
    assert "Invitation refused" in history
    assert "Maya" not in history


def test_who_begins_later_is_told_from_when(world: World, other: World) -> None:
    _invite(world, email="maya@other.example", starts_on="2026-03-20")
    client = _signed_in(other.maya.user)
    offer = _one_offer(world)
    answer = post_once(client, f"/invitations/{offer.public_id}/", {"answer": "accept"})
    page = client.get(answer["Location"]).text
    assert "You read the records of Kettle from 20 March 2026 on." in page
    assert client.get("/admin/").status_code == 403


def test_a_yes_sent_twice_gives_the_role_once(world: World, other: World) -> None:
    offer = _ask(world, other)
    client, token = _signed_in(other.maya.user), {FIELD: str(uuid.uuid4()), "answer": "accept"}
    path = f"/invitations/{offer.public_id}/"
    assert [client.post(path, token).status_code for _n in range(2)] == [302, 302]
    assert post_once(client, path, {"answer": "accept"}).status_code == 404
    assert _grants(world) == 1


def test_the_offer_of_another_answers_like_one_that_never_was(world: World, other: World) -> None:
    offer = _ask(world, other)
    for user in (other.bikram.user, world.hari.user):
        for public_id in (offer.public_id, uuid.UUID(int=7)):
            answer = post_once(_signed_in(user), f"/invitations/{public_id}/", {"answer": "accept"})
            assert answer.status_code == 404
    assert _grants(world) == 0


# --- what HR does about it ------------------------------------------------------------------------
def test_hr_takes_an_offer_back(world: World, other: World) -> None:
    offer = _ask(world, other)
    hr, path = _hr(world), f"{OFFERS}{offer.public_id}/take-back/"
    assert "Take back" in hr.get(f"{OFFERS}{offer.public_id}/change/").text
    answer = post_once(hr, path)
    assert "Ananda is not asked any more." in hr.get(answer["Location"]).text
    assert "Take back" not in hr.get(f"{OFFERS}{offer.public_id}/change/").text
    assert "Taken back" in hr.get(OFFERS).text
    assert "This was already decided." in post_once(hr, path).text
    client = _signed_in(other.maya.user)
    assert "No company invites you at present." in client.get("/invitations/").text
    answered = post_once(client, f"/invitations/{offer.public_id}/", {"answer": "accept"})
    assert (answered.status_code, _grants(world)) == (404, 0)


def test_the_list_shows_offers_of_roles_only(world: World, other: World) -> None:
    _ask(world, other)
    with company_scope(world.company):
        Invitation.objects.create(
            company=world.company, employee=world.maya, channel="print", token_hash="0" * 64,
            made_at=NOON, expires_at=NOON,
        )  # fmt: skip
    page = _hr(world).get(OFFERS)
    assert page.context["cl"].result_count == 1


def test_another_companys_hr_sees_nothing_of_it(world: World, other: World) -> None:
    offer = _ask(world, other)
    theirs = _hr(other)
    assert "Ananda" not in theirs.get(OFFERS).text
    for page in ("change/", "history/", "take-back/"):
        answer = theirs.get(f"{OFFERS}{offer.public_id}/{page}")
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert post_once(theirs, f"{OFFERS}{offer.public_id}/take-back/")["Location"] == "/admin/"
    offer.refresh_from_db()
    assert offer.ended_at is None
    for path in (ROLES, "/admin/companies/auditevent/", "/admin/companies/outboxmessage/"):
        assert "Ananda" not in theirs.get(path).text


def test_the_lists_cost_the_same_with_one_offer_and_three(world: World, other: World) -> None:
    def cost(client: Client, path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    def measured() -> list[int]:
        guest = _signed_in(other.maya.user)
        return [cost(_hr(world), path) for path in (ROLES, OFFERS)] + [cost(guest, "/invitations/")]

    _ask(world, other)
    _invite(world)
    one = measured()
    for n, person in enumerate((other.bikram, other.hari)):
        _invite(world, email=person.email)
        _invite(world, email=f"a{n}@it.example")
        third = make_world(code=f"third{n}")
        _invite(third, email="maya@other.example")
    assert measured() == one
