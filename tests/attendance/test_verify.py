"""`POST /punch/<id>/verify`: the verdict in words, for whom it concerns, any number of times."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance import passes
from attendance.enums import Direction, FaceState
from attendance.models import AttendanceDay, PunchEntry, PunchFrame, PunchState
from companies.scoping import company_scope
from integrations.faces.protocol import Advice, Outcome, Reason
from tests.attendance.doorway import body, frame, knock, statements
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at

NOT_FOUND = {"title": "There is no such check-in.", "code": "punch_not_found", "status": 404}
ON_TIME = "On time (shift 09:00, grace 10 min)"
TO_HR = "recorded, your manager or HR will look at the picture"


@pytest.fixture(autouse=True)
def morning() -> Any:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False) as traveller:
        yield traveller


def _recorded(client: Client, world: World, **changes: Any) -> str:
    """Record a check-in, with a picture unless told otherwise; return where to have it weighed."""
    fields = body(world, **{"tap_id": str(uuid.uuid4()), "frame": frame(), **changes})
    if fields["frame"] is None:
        del fields["frame"]
    answer: Any = knock(client, "/punch", fields)
    assert answer.status_code == 201
    return str(answer.json()["verify"])


def _verify(client: Client, address: str, punch_pass: str) -> Any:
    return knock(client, address, {"pass": punch_pass})


def _state(world: World) -> PunchState:
    with company_scope(world.company):
        return PunchState.objects.get()


# --- verdicts ---------------------------------------------------------------------------------
def test_the_verdict_comes_in_words_with_the_next_action(
    client: Client, world: World, enrol: Any
) -> None:
    enrol(world, world.maya)
    address = _recorded(client, world)
    answer = _verify(client, address, world.pass_of(world.maya))
    said = answer.json()
    following = said.pop("next")
    assert answer.status_code == 200
    assert said == {
        "state": "verified", "text": f"{ON_TIME} · face verified", "tone": "good",
    }  # fmt: skip
    punch_id = address.split("/")[2]
    assert (following["direction"], following["label"]) == ("out", "Check out")
    assert following["action_key"] == f"{punch_id}:out"
    claim = passes.read(following["pass"])
    assert (claim.employee, claim.direction) == (str(world.maya.public_id), Direction.OUT)
    client.force_login(world.maya.user)
    assert client.get("/punch/pass").json()["action_key"] == following["action_key"]


SEEN: dict[str, tuple[Outcome, str, str, str, str]] = {
    "verified": (Outcome.VERIFIED, Reason.NONE, "verified", "good", "face verified"),
    "unsure": (
        Outcome.REVIEW, Reason.UNSURE, "review", "warn",
        f"{TO_HR} (the face is like the reference, but not clearly)",
    ),
    "not the nearest": (
        Outcome.REVIEW, Reason.NOT_NEAREST, "review", "warn",
        f"{TO_HR} (a colleague's face is nearer)",
    ),
    "another": (
        Outcome.MISMATCH, Reason.ANOTHER_FACE, "mismatch", "warn",
        f"{TO_HR} (the face is unlike the reference)",
    ),
    "no face": (
        Outcome.UNVERIFIABLE, Advice.NO_FACE, "unverifiable", "warn",
        f"{TO_HR} (no face was seen)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", sorted(SEEN))
def test_what_the_engine_saw_is_said_without_a_score(
    client: Client, world: World, enrol: Any, engine: FakeEngine, which: str
) -> None:
    outcome, reason, state, tone, words = SEEN[which]
    enrol(world, world.maya)
    engine.outcome, engine.reason = outcome, reason
    answer = _verify(client, _recorded(client, world), world.pass_of(world.maya))
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["tone"]) == (state, tone)
    assert answer.json()["text"] == f"{ON_TIME} · {words}"


def test_a_late_check_in_says_so_in_another_tone(
    client: Client, world: World, enrol: Any, morning: Any
) -> None:
    enrol(world, world.maya)
    morning.move_to(at("2026-03-02 09:16"))
    answer = _verify(client, _recorded(client, world), world.pass_of(world.maya))
    text = "Late by 16 min (shift 09:00, grace 10 min) · face verified"
    assert (answer.json()["text"], answer.json()["tone"]) == (text, "warn")


def test_a_check_out_says_what_was_worked(client: Client, world: World, morning: Any) -> None:
    _verify(client, _recorded(client, world, frame=None), world.pass_of(world.maya))
    morning.move_to(at("2026-03-02 17:34"))
    address = _recorded(client, world, direction="out", frame=None, no_frame="denied")
    answer = _verify(client, address, world.pass_of(world.maya))
    assert answer.json()["text"] == "Worked 8 h · face not checked (the camera was not allowed)"
    assert (answer.json()["tone"], answer.json()["next"]["direction"]) == ("good", "in")


def test_a_damaged_picture_is_for_hr_and_the_punch_counts(
    client: Client, world: World, enrol: Any
) -> None:
    enrol(world, world.maya)
    address = _recorded(client, world, frame=frame(jpeg()[:200]))
    answer = _verify(client, address, world.pass_of(world.maya))
    assert answer.json()["text"] == f"{ON_TIME} · {TO_HR} (the picture was damaged)"
    assert _state(world).is_flagged is True


def test_a_picture_without_consent_is_deleted(
    client: Client, world: World, engine: FakeEngine
) -> None:
    answer = _verify(client, _recorded(client, world), world.pass_of(world.maya))
    assert answer.json()["state"] == "not_checked"
    assert answer.json()["text"] == f"{ON_TIME} · face not checked (no consent to the face check)"
    with company_scope(world.company):
        assert not PunchFrame.objects.exists()
    assert engine.reads == 0


def test_a_check_in_after_the_last_day_is_recorded_for_hr_and_makes_no_day(
    client: Client, world: World
) -> None:
    punch_pass = world.pass_of(world.maya)
    with company_scope(world.company):
        world.maya.left_on = dt.date(2026, 3, 1)
        world.maya.save(update_fields=["left_on"])
    answer = _verify(client, _recorded(client, world, frame=None), punch_pass)
    said = (answer.status_code, answer.json()["text"], answer.json()["tone"])
    assert said == (200, "Recorded · face not checked (no picture was taken)", "warn")
    with company_scope(world.company):
        assert not AttendanceDay.objects.exists()
        assert PunchState.objects.get().is_flagged is True


# --- the engine is away -----------------------------------------------------------------------
def test_while_the_engine_is_away_the_answer_is_to_ask_again(
    client: Client, world: World, enrol: Any, engine: FakeEngine, morning: Any
) -> None:
    enrol(world, world.maya)
    engine.failures = 3
    address = _recorded(client, world)
    for _n in range(3):
        answer = _verify(client, address, world.pass_of(world.maya))
        said = answer.json()
        assert (answer.status_code, said["state"], said["retry_after"]) == (202, "pending", 2)
        assert said["text"] == "Recorded; the picture will be checked shortly"
        assert (said["tone"], said["next"]["direction"]) == ("info", "out")
        morning.shift(dt.timedelta(seconds=10))
    assert _state(world).verify_attempts == 0
    assert _verify(client, address, world.pass_of(world.maya)).json()["state"] == "verified"


def test_what_another_process_is_looking_at_is_still_pending(
    client: Client, world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    address = _recorded(client, world)
    with company_scope(world.company):
        PunchState.objects.update(leased_until=at("2026-03-02 09:05"))
    reads = engine.reads
    answer = _verify(client, address, world.pass_of(world.maya))
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    assert engine.reads == reads


# --- again, and by others ---------------------------------------------------------------------
def test_asking_again_says_the_same_and_changes_nothing(
    client: Client, world: World, enrol: Any, engine: FakeEngine, morning: Any
) -> None:
    enrol(world, world.maya)
    address = _recorded(client, world)
    first = _verify(client, address, world.pass_of(world.maya)).json()
    reads = engine.reads
    for hours in (0, 1, 8):
        morning.shift(dt.timedelta(hours=hours))
        again = _verify(client, address, world.pass_of(world.maya))
        said = again.json()
        assert again.status_code == 200
        assert {**said, "next": ""} == {**first, "next": ""}
        assert said["next"]["action_key"] == first["next"]["action_key"]
    with company_scope(world.company):
        assert PunchEntry.objects.count() == 1
        assert PunchFrame.objects.count() == 1
    assert engine.reads == reads


WHO: dict[str, Callable[[World, World], str]] = {
    "a colleague": lambda world, other: world.pass_of(world.bikram),
    "a stranger": lambda world, other: other.pass_of(other.maya),
}


@pytest.mark.parametrize("who", sorted(WHO))
def test_only_ones_own_punch_is_weighed(
    client: Client, world: World, other_world: World, enrol: Any, who: str
) -> None:
    enrol(world, world.maya)
    address = _recorded(client, world)
    client.force_login(world.maya.user)
    answer = _verify(client, address, WHO[who](world, other_world))
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert answer["Content-Type"] == "application/problem+json"
    assert _state(world).face == FaceState.PENDING


@pytest.mark.parametrize(("text", "code"), [("", "pass_invalid"), ("made-up", "pass_invalid")])
def test_without_a_pass_nothing_is_weighed(
    client: Client, world: World, enrol: Any, text: str, code: str
) -> None:
    enrol(world, world.maya)
    address = _recorded(client, world)
    client.force_login(world.maya.user)
    answer = _verify(client, address, text)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert _state(world).face == FaceState.PENDING


def test_a_pass_that_ran_out_says_so(client: Client, world: World, morning: Any) -> None:
    punch_pass = world.pass_of(world.maya)
    address = _recorded(client, world, frame=None)
    morning.shift(dt.timedelta(hours=12, seconds=1))
    answer = _verify(client, address, punch_pass)
    assert (answer.status_code, answer.json()["code"]) == (401, "pass_expired")
    assert _state(world).judged_at is None


def test_a_punch_that_never_was_is_not_found(client: Client, world: World) -> None:
    answer = _verify(client, f"/punch/{uuid.uuid4()}/verify", world.pass_of(world.maya))
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


# --- cost and discretion ----------------------------------------------------------------------
def test_weighing_takes_at_most_fifteen_statements(
    client: Client, world: World, enrol: Any
) -> None:
    enrol(world, world.maya)
    # The settings of the company and the roster of faces are in memory after the first one.
    world.punch(world.maya, "2026-03-01 09:00", frame=jpeg())
    address = _recorded(client, world)
    with statements() as counted:
        assert _verify(client, address, world.pass_of(world.maya)).status_code == 200
    assert len(counted) <= 15, counted


def test_asking_again_takes_two_statements(client: Client, world: World, enrol: Any) -> None:
    enrol(world, world.maya)
    address = _recorded(client, world)
    _verify(client, address, world.pass_of(world.maya))
    with statements() as counted:
        assert _verify(client, address, world.pass_of(world.maya)).status_code == 200
    assert len(counted) == 2, counted


def test_nothing_biometric_is_said_or_logged(
    client: Client, world: World, enrol: Any, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enrol(world, world.maya)
    engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
    answer = _verify(client, _recorded(client, world), world.pass_of(world.maya))
    client.force_login(world.maya.user)
    pages = [client.get(path).text for path in ("/", "/month/", "/day/2026-03-02/", "/me/")]
    assert set(answer.json()) == {"state", "text", "tone", "next"}
    assert _state(world).similarity is not None
    said = " ".join((answer.text, *pages))
    for secret in ("93.5", "93.50", "similarity", "embedding", "ciphertext"):
        assert secret not in said + caplog.text, secret
    assert world.maya.name not in caplog.text
