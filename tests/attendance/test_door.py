"""The door of punches over HTTP: one tap is one punch, and nothing that is wrong loses it."""

from __future__ import annotations

import datetime as dt
import struct
import uuid
import zlib
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from attendance.door import NO_FRAME
from attendance.enums import FaceState
from attendance.models import Punch, PunchFrame, PunchState
from attendance.passes import LIFETIME
from attendance.services.punching import PUNCHES_A_MINUTE
from companies.scoping import company_scope
from tests.attendance.doorway import TAP, body, frame, knock, punch_count, statements
from tests.attendance.fakes import jpeg
from tests.attendance.world import World, at

OUT_OF_DATE = "This page is out of date. Reload it and try again."
LONG_OPEN = "This page has been open for a long time. Reload it and try again."
UNREADABLE = "We could not read this check-in. Reload the page and try again."


@pytest.fixture(autouse=True)
def morning() -> Any:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def agreed(world: World) -> None:
    world.agree(world.maya)


def _post(client: Client, world: World, **changes: Any) -> HttpResponse:
    return knock(client, "/punch", body(world, **changes))


def _only(world: World) -> tuple[Punch, PunchState]:
    with company_scope(world.company):
        state = PunchState.objects.select_related("punch").get()
    return state.punch, state


def _problem(answer: Any) -> tuple[int, str, dict[str, Any]]:
    return answer.status_code, answer["Content-Type"], answer.json()


# --- recording --------------------------------------------------------------------------------
def test_a_punch_is_recorded_and_says_so(client: Client, world: World) -> None:
    answer: Any = _post(client, world, frame=frame())
    assert answer.status_code == 201
    punch, state = _only(world)
    with company_scope(world.company):
        assert PunchFrame.objects.get().is_clean is False
    assert answer.json() == {
        "id": str(punch.public_id),
        "direction": "in",
        "recorded": "09:04",
        "text": "Recorded 09:04",
        "verify": f"/punch/{punch.public_id}/verify",
        "pin": f"/pin/{punch.public_id}/",
    }
    assert (state.face, punch.no_frame) == (FaceState.PENDING, "")
    assert punch.occurred_at == at("2026-03-02 09:04")
    assert (punch.zone, punch.utc_offset_minutes) == ("Asia/Kathmandu", 345)
    assert punch.device_at == dt.datetime(2026, 3, 2, 3, 18, 58, tzinfo=dt.UTC)
    assert "Set-Cookie" not in answer.headers


def test_the_same_tap_five_times_is_one_punch(client: Client, world: World, morning: Any) -> None:
    first: Any = _post(client, world, frame=frame())
    morning.shift(dt.timedelta(minutes=2))
    others: list[Any] = [_post(client, world, frame=frame()) for _n in range(4)]
    assert (first.status_code, {answer.status_code for answer in others}) == (201, {200})
    assert all(answer.json() == first.json() for answer in others)
    assert punch_count(world) == 1
    with company_scope(world.company):
        assert PunchFrame.objects.count() == 1


def test_two_tabs_with_one_tap_are_one_punch_whatever_else_they_send(
    client: Client, world: World, morning: Any
) -> None:
    one: Any = _post(client, world)
    morning.shift(dt.timedelta(hours=1))
    renewed = _post(client, world, direction="out", no_frame="denied", device_at="")
    answer: Any = renewed
    assert (one.status_code, answer.status_code) == (201, 200)
    assert answer.json() == one.json()
    assert punch_count(world) == 1


def test_another_tap_of_the_same_pass_is_another_punch(client: Client, world: World) -> None:
    taps = [TAP, str(uuid.UUID(int=2, version=4))]
    assert [_post(client, world, tap_id=tap).status_code for tap in taps] == [201, 201]
    assert punch_count(world) == 2


def test_the_same_tap_of_a_colleague_is_a_punch_of_their_own(client: Client, world: World) -> None:
    answers: list[Any] = [
        knock(client, "/punch", body(world, person)) for person in (world.maya, world.bikram)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert punch_count(world) == 2


def test_a_session_changes_nothing_about_who_punches(client: Client, world: World) -> None:
    client.force_login(world.bikram.user)
    with statements() as counted:
        answer = _post(client, world)
    punch, _state = _only(world)
    assert (answer.status_code, punch.employee_id) == (201, world.maya.pk)
    assert not any("session" in statement for statement in counted)


def test_no_token_of_a_form_is_asked_for(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert _post(strict, world).status_code == 201


def test_recording_takes_five_statements(client: Client, world: World) -> None:
    _post(client, world, tap_id=str(uuid.uuid4()))
    with statements() as counted:
        assert _post(client, world, frame=frame()).status_code == 201
    assert len(counted) == 5, counted


@pytest.mark.parametrize("reason", sorted(NO_FRAME))
def test_why_no_picture_came_is_kept(client: Client, world: World, reason: str) -> None:
    assert _post(client, world, no_frame=reason).status_code == 201
    punch, state = _only(world)
    assert (punch.no_frame, state.face, state.face_reason) == (reason, "not_checked", reason)


@pytest.mark.parametrize("reason", ["", "felt like it", "x" * 5000, "verified"])
def test_a_reason_that_is_none_is_left_out(client: Client, world: World, reason: str) -> None:
    assert _post(client, world, no_frame=reason).status_code == 201
    punch, state = _only(world)
    assert (punch.no_frame, state.face_reason) == ("no_picture", "no_picture")


# --- pictures that are none -------------------------------------------------------------------
def _bomb() -> bytes:
    """Return a small PNG that says it is 60,000 pixels wide and high."""
    parts = [b"\x89PNG\r\n\x1a\n"]
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        parts += [
            struct.pack(">I", len(data)), kind, data,
            struct.pack(">I", zlib.crc32(kind + data)),
        ]  # fmt: skip
    return b"".join(parts)


BAD_PICTURES = {
    "no picture": (b"not a picture", "picture_not_image"),
    "a page": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_not_image"),
    "cut off": (jpeg()[:20], "picture_not_image"),
    "a bomb": (_bomb(), "picture_too_many_pixels"),
    "a stamp": (jpeg(40, 30), "picture_too_small"),
    "huge": (jpeg() + bytes(2 * 1024 * 1024), "picture_too_large"),
}


@pytest.mark.parametrize("which", sorted(BAD_PICTURES))
def test_a_bad_picture_never_refuses_the_punch(client: Client, world: World, which: str) -> None:
    data, reason = BAD_PICTURES[which]
    assert _post(client, world, frame=frame(data)).status_code == 201
    _punch, state = _only(world)
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, reason)
    with company_scope(world.company):
        assert PunchFrame.objects.get().storage_key == ""


@pytest.mark.parametrize("sent", [SimpleUploadedFile("a.jpg", b""), "a text instead of a file"])
def test_an_empty_picture_is_none(client: Client, world: World, sent: Any) -> None:
    assert _post(client, world, frame=sent).status_code == 201
    _punch, state = _only(world)
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "no_picture")


# --- refusals ---------------------------------------------------------------------------------
REFUSALS: dict[str, tuple[dict[str, str], int, str, str]] = {
    "no pass": ({"pass": ""}, 401, "pass_invalid", OUT_OF_DATE),
    "a made-up pass": ({"pass": "made-up"}, 401, "pass_invalid", OUT_OF_DATE),
    "a foreign letter": ({"pass": "é:ü:ß"}, 401, "pass_invalid", OUT_OF_DATE),
    "an empty tap": ({"tap_id": ""}, 400, "punch_malformed", UNREADABLE),
    "a tap that is a number": ({"tap_id": "17"}, 400, "punch_malformed", UNREADABLE),
    "a tap with a line": ({"tap_id": TAP + "\n"}, 400, "punch_malformed", UNREADABLE),
    "no direction": ({"direction": ""}, 400, "punch_malformed", UNREADABLE),
    "a new direction": ({"direction": "sideways"}, 400, "punch_malformed", UNREADABLE),
    "a device's direction": ({"direction": "unknown"}, 400, "punch_malformed", UNREADABLE),
}


@pytest.mark.parametrize("which", sorted(REFUSALS))
def test_what_cannot_be_read_is_refused_in_words(client: Client, world: World, which: str) -> None:
    changes, status, code, sentence = REFUSALS[which]
    answer = _post(client, world, **changes)
    expected = {"title": sentence, "code": code, "status": status}
    assert _problem(answer) == (status, "application/problem+json", expected)
    assert punch_count(world) == 0


@pytest.mark.parametrize("field", ["pass", "tap_id", "direction"])
def test_a_field_that_is_missing_is_refused(client: Client, world: World, field: str) -> None:
    fields = body(world)
    del fields[field]
    expected = (401, "pass_invalid") if field == "pass" else (400, "punch_malformed")
    answer: Any = knock(client, "/punch", fields)
    assert (answer.status_code, answer.json()["code"], punch_count(world)) == (*expected, 0)


def test_every_changed_letter_of_a_pass_is_noticed(client: Client, world: World) -> None:
    text = world.pass_of(world.maya)
    for place in range(0, len(text), 7):
        other = "A" if text[place] != "A" else "B"
        tampered = text[:place] + other + text[place + 1 :]
        answer: Any = _post(client, world, **{"pass": tampered})
        assert (answer.status_code, answer.json()["code"]) == (401, "pass_invalid"), place
    assert punch_count(world) == 0


@pytest.mark.parametrize(("late", "status"), [(0, 201), (1, 401)])
def test_a_pass_lasts_twelve_hours(
    client: Client, world: World, morning: Any, late: int, status: int
) -> None:
    fields = body(world)
    morning.shift(LIFETIME + dt.timedelta(seconds=late))
    answer: Any = knock(client, "/punch", fields)
    assert (answer.status_code, punch_count(world)) == (status, 1 if status == 201 else 0)
    if status == 401:
        expected = {"title": LONG_OPEN, "code": "pass_expired", "status": 401}
        assert _problem(answer) == (401, "application/problem+json", expected)


def test_a_pass_of_another_company_punches_there_only(
    client: Client, world: World, other_world: World
) -> None:
    assert (
        _post(client, world, **{"pass": other_world.pass_of(other_world.maya)}).status_code == 201
    )
    assert (punch_count(world), punch_count(other_world)) == (0, 1)


def test_more_than_a_person_makes_is_refused(client: Client, world: World) -> None:
    taps = [str(uuid.UUID(int=n, version=4)) for n in range(PUNCHES_A_MINUTE + 1)]
    answers: list[Any] = [_post(client, world, tap_id=tap) for tap in taps]
    assert {answer.status_code for answer in answers[:-1]} == {201}
    sentence = "Too many attempts. Wait a minute and try again."
    expected = {"title": sentence, "code": "too_many", "status": 429}
    assert _problem(answers[-1]) == (429, "application/problem+json", expected)
    assert knock(client, "/punch", body(world, world.bikram)).status_code == 201


DEVICE_TIMES = {
    "": None,
    "yesterday": None,
    "2026-03-02T09:00:00": None,
    "2026-13-45T99:99:99Z": None,
    "9999-12-31T23:59:59-12:00": None,
    "0001-01-01T00:00:00+14:00": None,
    "1970-01-01T00:00:00Z": dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
    "2026-03-02T03:20:00.5Z": dt.datetime(2026, 3, 2, 3, 20, 0, 500_000, tzinfo=dt.UTC),
}


@pytest.mark.parametrize("text", sorted(DEVICE_TIMES))
def test_the_devices_time_is_kept_if_it_is_one_and_decides_nothing(
    client: Client, world: World, text: str
) -> None:
    assert _post(client, world, device_at=text).status_code == 201
    punch, _state = _only(world)
    assert punch.device_at == DEVICE_TIMES[text]
    assert punch.occurred_at == at("2026-03-02 09:04")
