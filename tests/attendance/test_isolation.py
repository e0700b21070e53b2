"""Nobody sees another's days or pictures; and pages cost the same however much is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import Direction
from attendance.models import PunchFrame
from attendance.services.days import person_recompute
from companies.enums import Role
from companies.models import RoleGrant, User
from companies.scoping import company_scope
from tests.attendance.fakes import jpeg
from tests.attendance.world import START, World, at, make_person

PAGES = ("/", "/punch/pass", "/month/", "/day/2026-03-02/", "/face/consent/", "/face/enrol/")
FORMS = ("/face/consent/", "/face/enrol/", "/face/frame", "/face/finish")


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_led_to_sign_in(client: Client, world: World, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={path}")


@pytest.mark.parametrize("path", FORMS)
def test_who_is_not_signed_in_sends_nothing(client: Client, world: World, path: str) -> None:
    assert client.post(path).status_code == 302


def _outsider(world: World) -> User:
    return User.objects.create_user(email="out@sider.example", name="Out", password="x" * 12)


def _left(world: World) -> User:
    world.maya.left_on = dt.date(2026, 3, 1)
    with company_scope(world.company):
        world.maya.save(update_fields=["left_on"])
    return world.maya.user


@pytest.mark.parametrize("path", PAGES[1:])
@pytest.mark.parametrize(("who", "is_former"), [(_outsider, False), (_left, True)])
def test_who_works_nowhere_has_no_pages(
    client: Client, world: World, who: Callable[[World], User], is_former: bool, path: str
) -> None:
    client.force_login(who(world))
    assert client.get(path).status_code == 404
    assert client.get("/")["Location"] == "/companies/"
    last = client.get("/companies/")
    # Who has left is led to the one page that is theirs.
    assert (last.status_code, last.get("Location")) == (
        (302, "/former/") if is_former else (403, None)
    )


# --- pictures ---------------------------------------------------------------------------------
@pytest.fixture
def picture(world: World, enrol: Any) -> str:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-03-04 09:00", frame=jpeg())
    with company_scope(world.company):
        frame = PunchFrame.objects.get()
    return f"/photos/{frame.public_id}"


def _with_role(world: World, role: Role) -> User:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.bikram.user, role=role, starts_on=START
        )
    return world.bikram.user


VIEWERS: dict[str, tuple[Callable[[World, World], User], int]] = {
    "the person": (lambda world, other: world.maya.user, 200),
    "HR": (lambda world, other: world.hari.user, 200),
    "an auditor": (lambda world, other: _with_role(world, Role.AUDITOR), 200),
    "a colleague": (lambda world, other: world.bikram.user, 404),
    "a manager": (lambda world, other: _with_role(world, Role.MANAGER), 404),
    "HR elsewhere": (lambda world, other: other.hari.user, 404),
    "the person after leaving": (lambda world, other: _left(world), 404),
    "an outsider": (lambda world, other: _outsider(world), 404),
}


@pytest.mark.parametrize("who", sorted(VIEWERS))
def test_a_picture_is_seen_by_whom_it_concerns(
    client: Client, world: World, other_world: World, picture: str, who: str
) -> None:
    user, status = VIEWERS[who]
    client.force_login(user(world, other_world))
    answer = client.get(picture)
    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[arg-type]
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Type"] == "image/jpeg"


def test_a_picture_that_was_not_checked_is_seen_by_nobody(
    client: Client, world: World, enrol: Any
) -> None:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-03-04 09:00", frame=jpeg(), weigh=False)
    with company_scope(world.company):
        frame = PunchFrame.objects.get()
    for user in (world.maya.user, world.hari.user):
        client.force_login(user)
        assert client.get(f"/photos/{frame.public_id}").status_code == 404


def test_a_colleagues_days_are_not_on_my_pages(client: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:16")
    client.force_login(world.bikram.user)
    for path in ("/", "/month/", "/day/2026-03-02/"):
        assert "09:16" not in client.get(path).text
        assert "Maya" not in client.get(path).text


# --- statements -------------------------------------------------------------------------------
def _statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("path", ["/", "/month/", "/day/2026-03-02/"])
def test_pages_cost_the_same_with_one_row_and_two_hundred(
    client: Client, world: World, path: str
) -> None:
    client.force_login(world.maya.user)
    world.punch(world.maya, "2026-03-02 09:00")
    client.get(path)
    one = _statements(client, path)
    for hour in range(10, 17):
        direction = Direction.IN if hour % 2 else Direction.OUT
        world.punch(world.maya, f"2026-03-02 {hour}:00", direction)
    with company_scope(world.company):
        colleagues = [
            make_person(world.company, f"P{n}", world.office, world.day_shift) for n in range(10)
        ]
        for person in [world.maya, *colleagues]:
            person_recompute(
                employee=person, first=dt.date(2026, 2, 5), last=dt.date(2026, 3, 4),
                now=at("2026-03-04 12:00"),
            )  # fmt: skip
    client.get(path)
    assert _statements(client, path) == one
