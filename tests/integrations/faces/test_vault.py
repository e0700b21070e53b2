"""Sealed templates: for whom they open, and for whom not."""

from __future__ import annotations

import base64

import pytest
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from integrations.errors import Misconfigured
from integrations.faces import vault
from integrations.faces.vault import Sealed

OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.b64encode(b"n" * 32).decode()
TEMPLATE = b"\x01\x02\x03\x04" * 128
OWNER = {"person": "0192-asha", "engine": "dlib", "version": "v1"}


@pytest.fixture(autouse=True)
def keyring(settings: Settings) -> None:
    settings.MUSTER_FACE_KEYS = {"new": NEW, "old": OLD}


def failure(sealed: Sealed, **changed: str) -> tuple[str, dict[str, str | int]]:
    with pytest.raises(Misconfigured) as caught:
        vault.open_sealed(sealed, **{**OWNER, **changed})
    return caught.value.code, caught.value.values


def test_sealed_template_opens_for_its_owner() -> None:
    sealed = vault.seal(TEMPLATE, **OWNER)

    assert sealed.key_id == "new"
    assert vault.open_sealed(sealed, **OWNER) == TEMPLATE


def test_sealing_hides_the_template_and_differs_each_time() -> None:
    first, second = vault.seal(TEMPLATE, **OWNER), vault.seal(TEMPLATE, **OWNER)

    assert first.ciphertext != second.ciphertext
    assert TEMPLATE[:8] not in first.ciphertext
    assert len(first.ciphertext) == 12 + len(TEMPLATE) + 16


def test_repr_of_a_sealed_template_names_only_its_key() -> None:
    assert repr(vault.seal(TEMPLATE, **OWNER)) == "Sealed(key_id='new')"


def test_older_key_still_opens(settings: Settings) -> None:
    settings.MUSTER_FACE_KEYS = {"old": OLD}
    sealed = vault.seal(TEMPLATE, **OWNER)
    settings.MUSTER_FACE_KEYS = {"new": NEW, "old": OLD}

    assert sealed.key_id == "old"
    assert vault.open_sealed(sealed, **OWNER) == TEMPLATE


@pytest.mark.parametrize(
    "changed", [{"person": "0192-ravi"}, {"engine": "rekognition"}, {"version": "v2"}]
)
def test_template_of_another_owner_does_not_open(changed: dict[str, str]) -> None:
    sealed = vault.seal(TEMPLATE, **OWNER)

    assert failure(sealed, **changed) == ("face_template_unreadable", {"key": "new"})


def test_parts_of_the_owner_cannot_be_shifted() -> None:
    sealed = vault.seal(TEMPLATE, person="ab", engine="c", version="d")

    assert failure(sealed, person="a", engine="bc", version="d")[0] == "face_template_unreadable"


def test_altered_bytes_do_not_open() -> None:
    sealed = vault.seal(TEMPLATE, **OWNER)
    altered = bytearray(sealed.ciphertext)
    altered[40] ^= 1

    assert failure(Sealed("new", bytes(altered)))[0] == "face_template_unreadable"


@pytest.mark.parametrize("ciphertext", [b"", b"short", b"x" * 12, b"x" * 27])
def test_too_few_bytes_do_not_open(ciphertext: bytes) -> None:
    assert failure(Sealed("new", ciphertext))[0] == "face_template_unreadable"


def test_template_under_another_key_of_the_ring_does_not_open() -> None:
    sealed = vault.seal(TEMPLATE, **OWNER)

    assert failure(Sealed("old", sealed.ciphertext))[0] == "face_template_unreadable"


def test_template_whose_key_is_gone_names_the_key(settings: Settings) -> None:
    sealed = vault.seal(TEMPLATE, **OWNER)
    settings.MUSTER_FACE_KEYS = {"old": OLD}

    assert failure(sealed) == ("face_key_unknown", {"key": "new"})


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"new": NEW, "old": OLD}, None),
        ({}, "face_keys_missing"),
        (None, "face_keys_missing"),
        ({"new": base64.b64encode(b"n" * 16).decode()}, "face_key_invalid"),
        ({"new": "not base64!"}, "face_key_invalid"),
        ({"new": NEW, "old": ""}, "face_key_invalid"),
    ],
)
def test_problem_of_the_keyring(
    settings: Settings, keys: dict[str, str] | None, problem: str | None
) -> None:
    settings.MUSTER_FACE_KEYS = keys

    assert vault.problem() == problem


@pytest.mark.parametrize(
    ("keys", "code"), [({}, "face_keys_missing"), ({"new": "bm8="}, "face_key_invalid")]
)
def test_sealing_without_a_good_key_is_refused(
    settings: Settings, keys: dict[str, str], code: str
) -> None:
    settings.MUSTER_FACE_KEYS = keys

    with pytest.raises(Misconfigured) as caught:
        vault.seal(TEMPLATE, **OWNER)

    assert caught.value.code == code


def test_no_message_holds_a_key(settings: Settings) -> None:
    settings.MUSTER_FACE_KEYS = {"new": "c2VjcmV0IQ=="}

    with pytest.raises(Misconfigured) as caught:
        vault.seal(TEMPLATE, **OWNER)

    assert str(caught.value) == "face_key_invalid (key=new)"


def test_no_error_report_holds_a_key_or_a_template(settings: Settings) -> None:
    sealed = vault.seal(TEMPLATE, **OWNER)

    with pytest.raises(Misconfigured) as caught:
        vault.open_sealed(sealed, **{**OWNER, "person": "0192-ravi"})

    reporter = ExceptionReporter(None, caught.type, caught.value, caught.tb)
    frames = {
        frame["function"]: str(frame["vars"])
        for frame in reporter.get_traceback_frames()
        if frame["filename"] == vault.__file__
    }
    assert sorted(frames) == ["open_sealed"]
    assert frames["open_sealed"].count("********************") > 0
    assert [frames["open_sealed"].count(secret) for secret in ("AESGCM", "ciphertext", NEW)] == [
        0,
        0,
        0,
    ]
