"""Which engine a process uses, and what it says without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from pytest_django import Settings

from integrations import faces
from integrations.errors import Misconfigured
from integrations.faces import cpu
from integrations.faces.dlib_engine import DlibEngine
from integrations.faces.protocol import (
    Advice,
    FaceEngine,
    FaceMatch,
    FaceReading,
    Outcome,
    Purpose,
    Reason,
    Roster,
)


class HostedRoster(frozenset[str]):
    """The ids of faces that a service keeps, of everybody who may be matched."""


class HostedEngine:
    """An engine whose vectors never leave a service: templates are the ids of its faces."""

    name = "hosted"
    version = "7.0"

    def read(self, jpeg: bytes, *, purpose: Purpose) -> FaceReading:
        return FaceReading(Advice.OK, b"face-id-of:" + jpeg)

    def roster(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> Roster:
        return HostedRoster(person for person, templates in entries if templates)

    def match(self, reading: FaceReading, *, person: str, roster: Roster) -> FaceMatch:
        if person not in roster:
            return FaceMatch(Outcome.UNVERIFIABLE, Reason.NOT_ENROLLED)
        if reading.template == b"face-id-of:" + person.encode():
            return FaceMatch(Outcome.VERIFIED, similarity=99.3)
        return FaceMatch(Outcome.MISMATCH, Reason.ANOTHER_FACE, 12.0)

    def same_person(self, first: bytes, second: bytes) -> bool:
        return first == second


@pytest.fixture
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "_made", {})


def failure() -> str:
    with pytest.raises(Misconfigured) as caught:
        faces.engine()
    return caught.value.code


def test_engine_is_made_once_a_process(settings: Settings) -> None:
    settings.MUSTER_FACE_ENGINE = "dlib"

    assert type(faces.engine()) is DlibEngine
    assert faces.engine() is faces.engine()


def test_engine_defaults_to_dlib(settings: Settings) -> None:
    del settings.MUSTER_FACE_ENGINE

    assert faces.engine().name == "dlib"


def test_name_and_version_fit_their_columns() -> None:
    engine = faces.engine()

    assert (engine.name, engine.version) == ("dlib", "resnet-v1-55533b28-5pt-c4b1e980")
    assert (len(engine.name) <= 20, len(engine.version) <= 40) == (True, True)


@pytest.mark.parametrize(
    ("chosen", "code"), [("none", "face_engine_off"), ("magic", "face_engine_unknown")]
)
def test_no_engine_by_setting(settings: Settings, chosen: str, code: str) -> None:
    settings.MUSTER_FACE_ENGINE = chosen

    assert (faces.available(), failure()) == (code, code)


@pytest.mark.usefixtures("fresh_process")
def test_no_engine_for_want_of_avx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "has_avx", lambda: False)

    assert (faces.available(), failure()) == ("no_avx", "no_avx")


def test_loaded_engine_is_available_without_another_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faces.engine()
    monkeypatch.setattr(cpu, "has_avx", lambda: False)

    assert faces.available() is None


def test_another_engine_can_be_put_in_its_place(settings: Settings) -> None:
    settings.MUSTER_FACE_ENGINE = "none"
    hosted: FaceEngine = HostedEngine()

    with faces.using(hosted):
        assert (faces.engine(), faces.available()) == (hosted, None)

    assert faces.available() == "face_engine_off"


def test_engine_is_put_back_after_an_error(settings: Settings) -> None:
    settings.MUSTER_FACE_ENGINE = "none"

    with pytest.raises(RuntimeError), faces.using(HostedEngine()):
        raise RuntimeError

    assert faces.available() == "face_engine_off"


@pytest.mark.parametrize(
    ("shown", "claimed", "outcome"),
    [
        ("asha", "asha", Outcome.VERIFIED),
        ("ravi", "asha", Outcome.MISMATCH),
        ("mina", "mina", Outcome.UNVERIFIABLE),
    ],
)
def test_protocol_fits_an_engine_without_vectors(
    shown: str, claimed: str, outcome: Outcome
) -> None:
    engine: FaceEngine = HostedEngine()
    roster = engine.roster([("asha", [b"face-1"]), ("ravi", [b"face-2"]), ("mina", [])])
    reading = engine.read(shown.encode(), purpose=Purpose.CHECK)

    assert engine.match(reading, person=claimed, roster=roster).outcome == outcome
