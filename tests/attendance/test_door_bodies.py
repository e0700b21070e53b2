"""What is no check-in: bodies that cannot be read, plain forms, and addresses beside the door."""

from __future__ import annotations

import io
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from attendance.door import MOST_BYTES
from tests.attendance.doorway import TAP, body, frame, knock, punch_count
from tests.attendance.world import World, at

OUT_OF_DATE = "This page is out of date. Reload it and try again."
UNREADABLE = "We could not read this check-in. Reload the page and try again."
TOO_LARGE = "The picture is too large. Reload the page and try again."


@pytest.fixture(autouse=True)
def morning() -> Any:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False) as traveller:
        yield traveller


# --- bodies -----------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["/punch", f"/punch/{TAP}/verify"])
def test_a_body_that_is_too_large_is_not_read(client: Client, world: World, address: str) -> None:
    answer: Any = knock(client, address, body(world, frame=frame(b"x" * MOST_BYTES)))
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json() == {"title": TOO_LARGE, "code": "punch_too_large", "status": 413}
    assert punch_count(world) == 0


def _raw(client: Client, data: bytes, kind: str, **extra: Any) -> Any:
    return knock(client, "/punch", data, content_type=kind, **extra)


FORM = "application/x-www-form-urlencoded"
BODIES: dict[str, tuple[bytes, str, int, str]] = {
    "no boundary": (b"--x\r\nnonsense", "multipart/form-data; boundary=", 400, "punch_malformed"),
    "half a part": (b"--x\r\nnonsense", "multipart/form-data; boundary=x", 401, "pass_invalid"),
    "another alphabet": (b"pass=x", f"{FORM}; charset=utf-16", 400, "punch_malformed"),
    "no UTF-8": (b"pass=\xff\xfe", FORM, 401, "pass_invalid"),
    "too many fields": (b"&".join(b"a=b" for _n in range(2000)), FORM, 400, "punch_malformed"),
    "JSON": (b'{"pass": "x"}', "application/json", 401, "pass_invalid"),
    "nothing": (b"", FORM, 401, "pass_invalid"),
}


@pytest.mark.parametrize("which", sorted(BODIES))
def test_a_body_that_is_no_form_is_refused(client: Client, world: World, which: str) -> None:
    data, kind, status, code = BODIES[which]
    answer = _raw(client, data, kind)
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        status, "application/problem+json", code,
    )  # fmt: skip
    assert punch_count(world) == 0


def test_too_many_files_are_refused(client: Client, world: World) -> None:
    files = {f"f{n}": frame(b"x") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)}
    answer: Any = knock(client, "/punch", {**body(world), **files})
    assert (answer.status_code, answer.json()["code"]) == (400, "punch_malformed")


LENGTHS = {
    "a lot": (400, "punch_malformed"),
    "-5": (401, "pass_invalid"),
    "": (401, "pass_invalid"),
}


@pytest.mark.parametrize("length", sorted(LENGTHS))
def test_a_length_that_is_none_is_refused(client: Client, world: World, length: str) -> None:
    answer = _raw(client, b"pass=x", FORM, CONTENT_LENGTH=length)
    assert (answer.status_code, answer.json()["code"]) == LENGTHS[length]


class _Broken(io.BytesIO):
    """What is left of a connection when the phone has gone out of reach."""

    def read(self, *_size: Any) -> bytes:
        raise OSError("gone")


def test_a_phone_that_went_away_is_no_error_of_ours(client: Client, world: World) -> None:
    answer = _raw(client, b"pass=x", FORM, **{"wsgi.input": _Broken()})
    assert (answer.status_code, answer.json()["code"]) == (400, "punch_malformed")


# --- plain forms and other methods ------------------------------------------------------------
@pytest.mark.parametrize(
    "accept", ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "*/*"]
)
def test_a_plain_form_is_led_home(client: Client, world: World, accept: str) -> None:
    answer = client.post("/punch", body(world), headers={"accept": accept})
    assert (answer.status_code, answer["Location"], punch_count(world)) == (302, "/", 1)
    client.force_login(world.maya.user)
    assert "Working since 09:04" in client.get("/").text


FORM_REFUSALS = {
    "pass_invalid": ({"pass": "made-up"}, OUT_OF_DATE),
    "punch_malformed": ({"tap_id": ""}, UNREADABLE),
}


@pytest.mark.parametrize("code", sorted(FORM_REFUSALS))
def test_a_plain_form_that_is_refused_says_why_on_the_page(
    client: Client, world: World, code: str
) -> None:
    changes, sentence = FORM_REFUSALS[code]
    answer = client.post("/punch", body(world, **changes), headers={"accept": "text/html"})
    assert (answer.status_code, answer["Location"]) == (302, f"/?problem={code}")
    client.force_login(world.maya.user)
    assert sentence in client.get(answer["Location"]).text


@pytest.mark.parametrize(
    "code", ["nonsense", "../nonsense", "too_many", "pass_expired", "punch_too_large"]
)
def test_only_known_problems_are_said(client: Client, world: World, code: str) -> None:
    client.force_login(world.maya.user)
    page = client.get("/", {"problem": code})
    is_known = code in ("too_many", "pass_expired", "punch_too_large")
    assert ('role="alert"' in page.text) == is_known
    assert "nonsense" not in page.text


@pytest.mark.parametrize("address", ["/punch", f"/punch/{TAP}/verify"])
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_only_a_post_punches(client: Client, db: None, address: str, method: str) -> None:
    answer = getattr(client, method)(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/punch/", "/punched", "/punch/x/verify", "/punch/pass"])
def test_what_only_looks_like_the_door_is_not(client: Client, world: World, path: str) -> None:
    client.force_login(world.maya.user)
    answer = client.post(path, body(world))
    assert (answer.status_code, punch_count(world)) == (405 if path == "/punch/pass" else 404, 0)


def test_the_doors_answer_has_the_headers_of_every_answer(client: Client, world: World) -> None:
    answer = knock(client, "/punch", body(world))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Permissions-Policy"].startswith("camera=(self)")
    assert "Content-Security-Policy" in answer.headers
    assert TAP not in answer["X-Request-ID"]
