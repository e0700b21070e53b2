"""A lost phone, in HR's admin and from the command line: one asks, another one decides."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from companies.enums import Role
from companies.models import RoleGrant, SignedInSession, SignInReset
from companies.scoping import company_scope
from tests.attendance.world import START, World
from tests.http import post_once

LIST = "/admin/companies/signinreset/"


def _row(world: World) -> SignInReset:
    with company_scope(world.company):
        found: SignInReset = SignInReset.objects.latest("pk")
    return found


def _second(world: World) -> Client:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.bikram.user, role=Role.HR, starts_on=START
        )
    client = Client()
    client.force_login(world.bikram.user)
    return client


def _ask(hr: Client, world: World) -> SignInReset:
    with company_scope(world.company):
        SignInReset.objects.all().delete()
    page = f"/admin/companies/employee/{world.maya.public_id}/"
    assert "Reset sign-in" in hr.get(f"{page}change/").text
    answer = post_once(hr, f"{page}reset-sign-in/", {"reason": "lost her phone"})
    assert answer.status_code == 302
    return _row(world)


def test_hr_asks_and_may_not_confirm_it(hr: Client, world: World) -> None:
    row = _ask(hr, world)
    assert (row.reason, row.state, row.asked_name) == ("lost her phone", "asked", "Hari")
    page = hr.get(f"{LIST}{row.public_id}/change/")
    assert f"{row.public_id}/confirm" not in page.text
    refused = post_once(hr, f"{LIST}{row.public_id}/confirm/")
    assert refused.status_code in (200, 403)
    assert _row(world).state == "asked"


def test_a_second_person_confirms(hr: Client, world: World) -> None:
    row, second = _ask(hr, world), _second(world)
    assert "sign-in reset to decide" in second.get("/admin/").text
    assert f"{row.public_id}/confirm" in second.get(f"{LIST}{row.public_id}/change/").text
    assert post_once(second, f"{LIST}{row.public_id}/confirm/").status_code == 302
    assert (_row(world).state, _row(world).decided_name) == ("confirmed", "Bikram")
    again = post_once(second, f"{LIST}{row.public_id}/confirm/")
    assert again.status_code in (200, 403)


def test_a_second_person_refuses_with_a_reason(hr: Client, world: World) -> None:
    row, second = _ask(hr, world), _second(world)
    assert post_once(second, f"{LIST}{row.public_id}/refuse/", {"reason": ""}).status_code == 200
    answer = post_once(second, f"{LIST}{row.public_id}/refuse/", {"reason": "not her"})
    assert answer.status_code == 302
    assert _row(world).state == "refused"


def test_hr_signs_somebody_out(hr: Client, world: World) -> None:
    Client().force_login(world.maya.user)
    page = f"/admin/companies/employee/{world.maya.public_id}/sign-out/"
    assert "every browser" in hr.get(page).text
    assert post_once(hr, page, {"reason": "a stolen phone"}).status_code == 302
    assert not SignedInSession.objects.filter(user=world.maya.user).exists()


def test_the_command_is_the_second_person_of_a_small_company(world: World) -> None:
    said = io.StringIO()
    call_command("sign_in_reset_confirm", "kettle", "maya", by="Otto", stdout=said)
    assert said.getvalue() == "The sign-in of Maya (maya) is reset.\n"
    assert _row(world).decided_name == "Otto"


@pytest.mark.parametrize(
    ("company", "employee", "sentence"),
    [
        ("nowhere", "maya", "There is no company of this code."),
        ("kettle", "bikram", "No reset of this person waits."),
    ],
)
def test_the_command_says_what_is_not_there(
    world: World, company: str, employee: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("sign_in_reset_confirm", company, employee, by="Otto")
