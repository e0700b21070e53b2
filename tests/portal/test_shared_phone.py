"""A phone that several people share: it knows their names, and lets nobody act for who is gone."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse

from companies.models import Employee, User
from companies.scoping import company_scope, no_scope
from portal.browsers import PHONE
from tests.attendance.world import START, World
from tests.portal.test_code_sign_in import NOON, PASSWORD, PIN, give_pin, sign_in, signed_in, world

__all__ = ["world"]
# The fixture asks for the database by name while it runs: a run of this file alone made none.
pytestmark = pytest.mark.django_db


def _shared(world: World, *people: Employee) -> Client:
    client = Client()
    for employee in people:
        give_pin(world, employee)
        sign_in(client, employee.code, shared="on")
        client.post("/sign-out/", {"next": "/sign-in/phone/"})
    return client


def test_a_shared_phone_asks_who_one_is(world: World) -> None:
    client = _shared(world, world.maya, world.bikram)
    page = client.get("/sign-in/phone/")
    assert [person.name for person in page.context["people"]] == ["Bikram", "Maya"]
    address = reverse("portal:phone-person", args=[world.maya.public_id])
    assert "That is not your PIN. Try again." in client.post(address, {"secret": "000001"}).text
    assert client.post(address, {"secret": PIN})["Location"] == "/"
    today = client.get("/")
    assert "Done, next person" in today.text
    assert '<body data-idle-seconds="600" data-idle-url="/sign-in/phone/">' in today.text
    assert client.get("/sign-in/phone/")["Location"] == client.get(address)["Location"] == "/"
    left = client.post("/sign-out/", {"next": "/sign-in/phone/"})
    assert left["Location"] == "/sign-in/phone/"


def test_a_phone_of_ones_own_remembers_nobody(client: Client, world: World) -> None:
    give_pin(world, world.maya)
    sign_in(client)
    assert "muster_phone" not in client.cookies
    assert "Done, next person" not in client.get("/").text
    client.post("/sign-out/")
    assert client.get("/sign-in/phone/")["Location"] == "/sign-in/code/"


def test_who_is_not_on_the_phone_is_nobody_there(world: World) -> None:
    client = _shared(world, world.maya)
    for public_id in (world.bikram.public_id, world.company.public_id):
        address = reverse("portal:phone-person", args=[public_id])
        assert client.get(address).status_code == client.post(address).status_code == 404


def test_the_cookie_says_names_and_ids_alone_and_cannot_be_written(world: World) -> None:
    client = _shared(world, world.maya)
    cookie = client.cookies["muster_phone"]
    assert signing.loads(cookie.value, salt="muster_phone") == [[str(world.maya.public_id), "Maya"]]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    client.cookies["muster_phone"] = cookie.value.replace("W", "X", 1)
    assert client.get("/sign-in/phone/")["Location"] == "/sign-in/code/"


def test_of_nine_people_the_first_is_forgotten(world: World) -> None:
    client = Client()
    with company_scope(world.company):
        for n in range(9):
            user = User.objects.create_user(email=None, name=f"P{n}", password=PASSWORD)
            Employee.objects.create(
                company=world.company, user=user, code=f"p{n}", name=f"P{n}", joined_on=START
            )
    for n in range(9):
        sign_in(client, f"p{n}", PASSWORD, shared="on")
        client.post("/sign-out/")
    page = client.get("/sign-in/phone/")
    assert [person.name for person in page.context["people"]] == [f"P{n}" for n in range(1, 9)]


def test_people_of_a_phone_can_be_forgotten(world: World) -> None:
    client = _shared(world, world.maya)
    answer = client.post("/sign-in/phone/forget")
    assert "This phone knows nobody any more." in client.get(answer["Location"]).text
    assert client.get("/sign-in/phone/")["Location"] == "/sign-in/code/"


@pytest.mark.parametrize("secret", [PIN, PASSWORD])
def test_a_shared_phone_signs_out_after_ten_idle_minutes(world: World, secret: str) -> None:
    give_pin(world, world.maya)
    client = Client()
    with time_machine.travel(NOON, tick=False):
        sign_in(client, secret=secret, shared="on")
        assert client.get("/").status_code == 200
    with time_machine.travel(NOON + dt.timedelta(minutes=9), tick=False):
        assert client.get("/month/").status_code == 200
    with time_machine.travel(NOON + dt.timedelta(minutes=18), tick=False):
        # The open page asks for a pass by itself: nobody need be there.
        assert client.get("/punch/pass").status_code == 200
    with time_machine.travel(NOON + dt.timedelta(minutes=19), tick=False):
        answer = client.get("/")
        assert answer["Location"] == "/sign-in/phone/?ended=1"
        assert "so that nobody else acts as you" in client.get(answer["Location"]).text
        assert not signed_in(client)


def test_who_left_is_let_in_by_no_tap_on_their_name(world: World) -> None:
    client = _shared(world, world.maya)
    address = reverse("portal:phone-person", args=[world.maya.public_id])
    with no_scope("a test"):
        Employee.objects.filter(pk=world.maya.pk).update(is_active=False)
    assert "That is not your PIN." in client.post(address, {"secret": PIN}).text


def test_eight_long_names_of_any_script_fit_into_a_cookie(world: World) -> None:
    """A browser drops one of more than 4096 bytes, and would go on with the people of before."""
    phone = Client()
    letters = [
        [chr(0x905 + (number * 7 + step * step) % 53) for step in range(100)] for number in range(8)
    ]
    names = [f"{number} {''.join(each)}" for number, each in enumerate(letters)]
    for number, name in enumerate(names):
        code = f"long{number}"
        with company_scope(world.company):
            user = User.objects.create_user(email=None, name=name, password=PASSWORD)
            Employee.objects.create(
                company=world.company, user=user, code=code, name=name, joined_on=START
            )
        sign_in(phone, code, PASSWORD, shared="on")
        phone.post("/sign-out/")
    kept = phone.cookies[PHONE].value
    assert len(PHONE) + len(kept) <= 4096
    assert [person.name for person in phone.get("/sign-in/phone/").context["people"]] == names
