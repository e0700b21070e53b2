"""HR deletes the face data of somebody who asks for it: with a reason, once, never their own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from attendance.models import FaceErasure, FaceTemplate
from companies.models import AuditEvent
from companies.once import FIELD
from companies.scoping import company_scope
from tests.attendance.world import World
from tests.http import post_once

PEOPLE = "/admin/companies/employee/"


def _page(world: World) -> str:
    return f"{PEOPLE}{world.maya.public_id}/delete-face/"


def test_hr_deletes_with_a_reason(hr: Client, world: World) -> None:
    assert "pictures of the person are deleted" in hr.get(_page(world)).text
    answer = post_once(hr, _page(world), {"reason": "She asked by letter"})
    assert answer["Location"] == f"{PEOPLE}{world.maya.public_id}/change/"
    assert "Deleted: " in hr.get(answer["Location"]).text
    with company_scope(world.company):
        assert not FaceTemplate.objects.filter(enrolment__employee=world.maya).exists()
        assert FaceErasure.objects.get().by_name == "Hari"
        event = AuditEvent.objects.get(verb="face_data_erased")
    assert (event.actor_name, event.reason) == ("Hari", "She asked by letter")


def test_the_same_form_twice_deletes_once(hr: Client, world: World) -> None:
    data = {FIELD: str(uuid.uuid4()), "reason": "She asked"}
    assert [hr.post(_page(world), data).status_code for _n in range(2)] == [302, 302]
    with company_scope(world.company):
        assert FaceErasure.objects.count() == 1
    again = post_once(hr, _page(world), {"reason": "Once more"})
    assert "There was no face data of this person." in hr.get(again["Location"]).text


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_goes(hr: Client, world: World, reason: str) -> None:
    page: Any = post_once(hr, _page(world), {"reason": reason})
    assert page.status_code == 200
    with company_scope(world.company):
        assert not FaceErasure.objects.exists()


def test_nobody_deletes_their_own_here(hr: Client, world: World) -> None:
    own = f"{PEOPLE}{world.hari.public_id}/"
    assert "delete-face" not in hr.get(f"{own}change/").text
    assert "delete-face" in hr.get(f"{PEOPLE}{world.maya.public_id}/change/").text
    assert post_once(hr, f"{own}delete-face/", {"reason": "mine"}).status_code in (200, 403)
    with company_scope(world.company):
        assert not FaceErasure.objects.exists()
