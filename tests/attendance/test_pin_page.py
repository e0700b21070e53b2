"""Checking in with a PIN: recorded first, then confirmed; equal to the face, and only one's own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from attendance.enums import DayException, FaceState
from attendance.models import AttendanceDay, PunchEntry, PunchState
from attendance.services import decisions
from companies import services
from companies.models import Employee, PolicyVersion
from companies.scoping import company_scope
from companies.services.pins import WRONG_PINS
from integrations.faces.protocol import Outcome
from tests.attendance.doorway import body, frame, knock, statements
from tests.attendance.fakes import FakeEngine
from tests.attendance.world import START, ZONE, World, at

PIN, WRONG = "274913", "274914"
ON_TIME = "On time (shift 09:00, grace 10 min)"


@pytest.fixture(autouse=True)
def morning() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def strict(world: World) -> World:
    """A company where somebody looks at check-ins without a face check; Maya has a PIN."""
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, allows_unchecked=False
        )
    _set_pin(world, world.maya)
    return world


def _set_pin(world: World, person: Employee) -> None:
    with company_scope(world.company):
        services.pin_set(employee=person, pin=PIN, by=world.actor(person))


def _recorded(client: Client, world: World, **changes: Any) -> str:
    fields = {"tap_id": str(uuid.uuid4()), "no_frame": "no_consent", **changes}
    answer: Any = knock(client, "/punch", body(world, **fields))
    assert answer.status_code == 201
    return str(answer.json()["id"])


def _confirm(
    client: Client, world: World, punch: str, pin: str = PIN, person: Employee | None = None
) -> Any:
    fields = {"pass": world.pass_of(person or world.maya), "pin": pin}
    return knock(client, f"/punch/{punch}/pin", fields)


def _state(world: World) -> PunchState:
    with company_scope(world.company):
        return PunchState.objects.select_related("punch").get()  # type: ignore[no-any-return]


# --- the door ---------------------------------------------------------------------------------
def test_a_right_pin_is_the_evidence(client: Client, strict: World) -> None:
    punch = _recorded(client, strict)
    answer = _confirm(client, strict, punch)
    assert (answer.status_code, answer.json()["state"], answer.json()["tone"]) == (
        200, "not_checked", "good",
    )  # fmt: skip
    assert answer.json()["text"] == f"{ON_TIME} · confirmed with the PIN"
    state = _state(strict)
    assert (state.face, state.face_reason, state.is_flagged) == (
        FaceState.NOT_CHECKED, "pin", False,
    )  # fmt: skip
    with company_scope(strict.company):
        entry, day = PunchEntry.objects.get(), AttendanceDay.objects.get()
    assert (entry.kind, entry.by_name, entry.by_id) == (
        "verified", "Maya", str(strict.maya.user.public_id),
    )  # fmt: skip
    assert entry.values == {"face": "not_checked", "reason": "pin", "is_flagged": False}
    assert DayException.FACE.value not in day.exceptions


def test_a_check_in_without_it_is_flagged_until_it_comes(client: Client, strict: World) -> None:
    punch = _recorded(client, strict)
    knock(client, f"/punch/{punch}/verify", {"pass": strict.pass_of(strict.maya)})
    assert _state(strict).is_flagged
    assert _confirm(client, strict, punch).status_code == 200
    assert not _state(strict).is_flagged
    with company_scope(strict.company):
        assert AttendanceDay.objects.get().exceptions == []


def test_a_wrong_pin_leaves_the_punch_as_it_is(client: Client, strict: World) -> None:
    punch = _recorded(client, strict)
    answer = _confirm(client, strict, punch, WRONG)
    assert (answer.status_code, answer.json()["code"], answer.json()["title"]) == (
        422, "pin_wrong", "That is not your PIN. What you recorded stays; type it once more.",
    )  # fmt: skip
    assert _state(strict).face_reason == "no_consent"
    with company_scope(strict.company):
        assert not PunchEntry.objects.exists()


def test_guessing_ends_after_five_and_the_right_one_waits_too(
    client: Client, strict: World, morning: Any
) -> None:
    punch = _recorded(client, strict)
    answers = [_confirm(client, strict, punch, WRONG).json()["code"] for _n in range(WRONG_PINS)]
    assert answers == ["pin_wrong"] * WRONG_PINS
    assert _confirm(client, strict, punch).json()["code"] == "too_many_tries"
    assert _state(strict).face_reason == "no_consent"


def test_twice_is_once(client: Client, strict: World) -> None:
    punch = _recorded(client, strict)
    texts = {_confirm(client, strict, punch).json()["text"] for _n in range(2)}
    assert texts == {f"{ON_TIME} · confirmed with the PIN"}
    with company_scope(strict.company):
        assert PunchEntry.objects.count() == 1


def test_who_has_no_pin_is_told_how_to_get_one(client: Client, world: World) -> None:
    answer = _confirm(client, world, _recorded(client, world))
    assert (answer.status_code, answer.json()["code"]) == (409, "pin_missing")


def test_a_pin_long_afterwards_says_nothing(client: Client, strict: World, morning: Any) -> None:
    punch = _recorded(client, strict)
    morning.move_to(at("2026-03-02 09:19"))
    claim = strict.pass_of(strict.maya)
    morning.move_to(at("2026-03-02 09:19") + dt.timedelta(seconds=1))
    late = knock(client, f"/punch/{punch}/pin", {"pass": claim, "pin": PIN})
    assert (late.status_code, late.json()["code"]) == (409, "pin_too_late")  # type: ignore[attr-defined]
    morning.move_to(at("2026-03-02 09:19"))
    assert _confirm(client, strict, punch).status_code == 200


def test_a_pin_never_overrules_what_the_face_check_found(
    client: Client, strict: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(strict, strict.maya)
    engine.outcome = Outcome.MISMATCH
    punch = _recorded(client, strict, frame=frame())
    assert _confirm(client, strict, punch).json()["code"] == "pin_not_needed"
    knock(client, f"/punch/{punch}/verify", {"pass": strict.pass_of(strict.maya)})
    assert _confirm(client, strict, punch).json()["code"] == "pin_not_needed"
    state = _state(strict)
    assert (state.face, state.is_flagged) == (FaceState.MISMATCH, True)


def test_what_hr_decided_takes_no_pin(client: Client, strict: World) -> None:
    punch = _recorded(client, strict)
    with company_scope(strict.company):
        decisions.punch_void(punch=_state(strict).punch, reason="a test", by=strict.hr)
    assert _confirm(client, strict, punch).json()["code"] == "pin_not_needed"


def test_only_ones_own_punch_is_confirmed(
    client: Client, strict: World, other_world: World
) -> None:
    punch = _recorded(client, strict)
    _set_pin(strict, strict.hari)
    for world, person, wanted in (
        (strict, strict.hari, punch),
        (other_world, other_world.maya, punch),
        (strict, strict.maya, str(uuid.UUID(int=1))),
    ):
        answer = _confirm(client, world, wanted, person=person)
        assert (answer.status_code, answer.json()["code"]) == (404, "punch_not_found")
    assert _state(strict).face_reason == "no_consent"


def test_who_no_longer_works_here_is_looked_at_all_the_same(client: Client, strict: World) -> None:
    with company_scope(strict.company):
        Employee.objects.filter(pk=strict.maya.pk).update(left_on=dt.date(2026, 3, 1))
    punch = _recorded(client, strict)
    assert _confirm(client, strict, punch).status_code == 200
    assert _state(strict).is_flagged


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_the_door_takes_a_pin_by_post_only(client: Client, strict: World, method: str) -> None:
    punch = _recorded(client, strict)
    assert getattr(client, method)(f"/punch/{punch}/pin").status_code == 405


# --- plain forms, and the pages ---------------------------------------------------------------
@pytest.fixture
def maya(client: Client, strict: World) -> Client:
    client.force_login(strict.maya.user)
    return client


def _tap(client: Client) -> Any:
    """Send the form of Today as a browser without scripts does."""
    context = client.get("/").context
    return client.post(
        "/punch",
        {
            "pass": context["pass_text"], "tap_id": context["tap_id"],
            "direction": context["direction"], "no_frame": context["camera"]["reason"],
            "then": context["then"],
        },
    )  # fmt: skip


def _type(client: Client, page: Any, pin: str) -> Any:
    return client.post(page.context["confirm_url"], {"pass": page.context["pass_text"], "pin": pin})


def test_one_button_the_pin_done(maya: Client, strict: World) -> None:
    today = maya.get("/")
    assert (today.context["then"], "Tap, then type your PIN." in today.text) == ("pin", True)
    page = maya.get(_tap(maya)["Location"])
    assert ("Recorded 09:04" in page.text, 'inputmode="numeric"' in page.text) == (True, True)
    done = _type(maya, page, PIN)
    assert done["Location"] == "/?said=pin"
    after = maya.get(done["Location"])
    assert after.context["said"] == {
        "first": "Recorded 09:04", "second": f"{ON_TIME} · confirmed with the PIN", "tone": "good",
    }  # fmt: skip
    assert "confirmed with the PIN" in after.text
    assert maya.get(page.request["PATH_INFO"])["Location"] == "/"


def test_a_wrong_pin_is_said_on_its_page_and_typed_again(maya: Client, strict: World) -> None:
    page = maya.get(_tap(maya)["Location"])
    again = maya.get(_type(maya, page, WRONG)["Location"])
    assert "That is not your PIN. What you recorded stays; type it once more." in again.text
    for _n in range(WRONG_PINS):
        answer = _type(maya, page, WRONG)
    assert "Too many wrong tries. What you recorded stays." in maya.get(answer["Location"]).text
    assert _state(strict).face_reason == "no_consent"


def test_too_late_is_said_on_today(maya: Client, strict: World, morning: Any) -> None:
    page = maya.get(_tap(maya)["Location"])
    morning.move_to(at("2026-03-02 09:30"))
    answer = _type(maya, page, PIN)
    assert answer["Location"] == "/?problem=pin_too_late"
    assert "The PIN counts within 15 minutes." in maya.get(answer["Location"]).text


def test_said_without_a_pin_says_nothing(maya: Client, strict: World) -> None:
    assert maya.get("/?said=pin").context["said"] is None
    _tap(maya)
    assert maya.get("/?said=pin").context["said"] is None
    assert maya.get("/").context["said"] is None


def test_who_has_no_pin_is_asked_for_none(client: Client, strict: World) -> None:
    client.force_login(strict.bikram.user)
    page = client.get("/")
    assert page.context["then"] == ""
    assert "With a PIN nobody has to look at your check-ins:" in page.text
    assert _tap(client)["Location"] == "/"
    shown = client.get(f"/pin/{_state(strict).punch.public_id}/")
    assert "You have no PIN yet" in shown.text


def test_where_nobody_looks_no_pin_is_asked_for(client: Client, world: World) -> None:
    _set_pin(world, world.maya)
    client.force_login(world.maya.user)
    assert client.get("/").context["then"] == ""


def test_the_page_shows_ones_own_punch_only(
    client: Client, strict: World, other_world: World
) -> None:
    punch = _recorded(client, strict)
    people = (strict.bikram, strict.hari, other_world.maya)
    for person in people:
        client.force_login(person.user)
        foreign, unknown = (client.get(f"/pin/{i}/") for i in (punch, uuid.UUID(int=1)))
        assert (foreign.status_code, foreign.text) == (404, unknown.text)


def test_a_day_says_how_the_check_in_was_confirmed(maya: Client, strict: World) -> None:
    _type(maya, maya.get(_tap(maya)["Location"]), PIN)
    assert escape("confirmed with the PIN") in maya.get("/day/2026-03-02/").text


def test_a_pin_costs_what_a_face_check_costs(client: Client, strict: World) -> None:
    _set_pin(strict, strict.hari)  # whose check-in brings the settings into memory
    his = _recorded(client, strict, **{"pass": strict.pass_of(strict.hari)})
    assert _confirm(client, strict, his, person=strict.hari).status_code == 200
    punch = _recorded(client, strict)
    with statements() as made:
        assert _confirm(client, strict, punch).status_code == 200
    assert [text.split()[0] for text in made] == [
        "SELECT", "SELECT",  # the punch, the PIN
        "INSERT", "UPDATE",  # the try counts before it is looked at, and is given back
        "SELECT",  # the person's lock
        "SELECT", "SELECT", "SELECT",  # placements, roster, marks
        "SELECT",  # verdicts by hand
        "SELECT", "SELECT", "SELECT",  # punches, days, locked months
        "INSERT",  # the entry
        "INSERT", "UPDATE",  # the day, the punch's state
        "SELECT",  # the day as it stands
    ]  # fmt: skip
