"""A page that was made for one company changes nothing in another, whichever tab sends it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.test import Client

from attendance.models import FaceConsent
from companies.enums import Role
from companies.models import AuditEvent, Department, Employee, RoleGrant
from companies.scoping import company_scope, no_scope
from tests.attendance.world import START, World, make_person, make_world
from tests.http import post_once

pytestmark = pytest.mark.django_db
FIELD = re.compile(r'name="for_company" value="([^"]*)"')
SENTENCE = (
    "You have changed to another company since this page was opened. Nothing was saved. Go back to "
    "the company that you meant, or open the page again here."
)


@pytest.fixture
def both(client: Client) -> tuple[World, World]:
    """Hari, HR of two companies, in the first."""
    kettle, other = make_world(), make_world(code="other")
    with company_scope(other.company):
        there = make_person(other.company, "Harihere", other.office, other.day_shift)
        there.user = kettle.hari.user
        there.save(update_fields=["user"])
        RoleGrant.objects.create(
            company=other.company, user=kettle.hari.user, role=Role.HR, starts_on=START
        )
    client.force_login(kettle.hari.user)
    _choose(client, kettle)
    return kettle, other


def _choose(client: Client, world: World) -> None:
    answer = post_once(client, "/companies/", {"company": str(world.company.public_id)})
    assert answer.status_code == 302


def _company_of(page: Any) -> set[str]:
    return set(FIELD.findall(page.text))


@pytest.mark.parametrize(
    "path",
    [
        "/", "/me/", "/face/consent/", "/admin/", "/admin/companies/office/",
        "/admin/companies/office/add/", "/month/", "/companies/",
    ],
)  # fmt: skip
def test_every_form_of_a_page_says_for_which_company(
    client: Client, both: tuple[World, World], path: str
) -> None:
    for world in both:
        _choose(client, world)
        page: Any = client.get(path)
        forms = len(re.findall(r"<form[^>]*method=.post", page.text, re.IGNORECASE))
        # The check-in's form is the door's: its pass says the company.
        doors = page.text.count('action="/punch"')
        assert len(FIELD.findall(page.text)) == forms - doors
        assert _company_of(page) == {str(world.company.public_id)}


def test_a_form_of_the_other_company_changes_nothing(
    client: Client, both: tuple[World, World]
) -> None:
    kettle, other = both
    page = client.get("/face/consent/")
    (meant,) = _company_of(page)
    _choose(client, other)
    with no_scope("counting"):
        before = AuditEvent.objects.count()

    answer = post_once(client, "/face/consent/", {"answer": "yes", "for_company": meant})

    assert (answer.status_code, SENTENCE in answer.text) == (409, True)
    with no_scope("counting"):
        assert AuditEvent.objects.count() == before
        assert not FaceConsent.objects.exists()
    _choose(client, kettle)
    again = post_once(client, "/face/consent/", {"answer": "yes", "for_company": meant})
    assert again.status_code == 302
    with company_scope(kettle.company):
        assert FaceConsent.objects.get().employee == kettle.hari


def test_an_admins_form_of_the_other_company_changes_nothing(
    client: Client, both: tuple[World, World]
) -> None:
    kettle, other = both
    (meant,) = _company_of(client.get("/admin/companies/department/add/"))
    _choose(client, other)
    form = {"name": "Kitchen", "for_company": meant}
    answer = post_once(client, "/admin/companies/department/add/", form)
    assert (answer.status_code, SENTENCE in answer.text) == (409, True)
    with no_scope("counting"):
        assert not Department.objects.filter(name="Kitchen").exists()
    form["for_company"] = str(other.company.public_id)
    assert post_once(client, "/admin/companies/department/add/", form).status_code == 302
    with company_scope(other.company):
        assert Department.objects.filter(name="Kitchen").exists()


def test_a_script_of_the_other_company_is_told_in_json(
    client: Client, both: tuple[World, World]
) -> None:
    kettle, other = both
    page: Any = client.get("/")
    assert f'<meta name="for-company" content="{kettle.company.public_id}">' in page.text
    _choose(client, other)
    answer: Any = client.post(
        "/face/frame",
        headers={"accept": "application/json", "x-for-company": str(kettle.company.public_id)},
    )
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert answer.json() == {"title": SENTENCE, "code": "other_company", "status": 409}


def test_a_company_that_one_belongs_to_no_more_is_not_left_for_another_in_silence(
    client: Client, both: tuple[World, World]
) -> None:
    """The one that is left is taken by itself; a page of the other must not do its work there."""
    kettle, other = both
    (meant,) = _company_of(client.get("/face/consent/"))
    with company_scope(kettle.company):
        Employee.objects.filter(user=kettle.hari.user).update(is_active=False)
        RoleGrant.objects.filter(user=kettle.hari.user).update(ends_on=START)
    assert client.get("/face/consent/").status_code == 200
    answer = post_once(client, "/face/consent/", {"answer": "yes", "for_company": meant})
    assert answer.status_code == 409


@pytest.mark.parametrize("said", ["", "no id", str(uuid.UUID(int=7))])
def test_one_can_always_choose_and_leave(
    client: Client, both: tuple[World, World], said: str
) -> None:
    _kettle, other = both
    chosen = {"company": str(other.company.public_id), "for_company": said}
    assert post_once(client, "/companies/", chosen).status_code == 302
    assert client.post("/sign-out/", {"for_company": said}).status_code == 302


def test_a_stranger_has_no_company_to_say(client: Client) -> None:
    page: Any = client.get("/sign-in/")
    assert "csrfmiddlewaretoken" in page.text
    assert _company_of(page) == set()
    answer = client.post("/sign-in/", {"login": "x", "password": "y", "for_company": "z"})
    assert answer.status_code == 200


def test_a_template_without_a_request_has_no_token() -> None:
    template = engines["django"].from_string("{% csrf_token %}")
    assert template.render({}) == ""
    assert settings.TEMPLATES[0]["OPTIONS"]["builtins"] == ["companies.templatetags.same_company"]
