"""Which engine a process uses, and what it says without one."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
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
    FacePose,
    FaceReading,
    KeptFace,
    Outcome,
    Purpose,
    Reason,
    Reference,
    Roster,
)
from tests.integrations.faces.stubbed import Service, face_name


class HostedRoster(frozenset[str]):
    """The ids of faces that a service keeps, of everybody who may be matched."""


class HostedEngine:
    """An engine whose vectors never leave a service: templates are the ids of its faces."""

    name = "hosted"
    version = "7.0"
    is_hosted = True
    most_a_second = 5

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        return FaceReading(Advice.OK, b"face-id-of:" + jpeg)

    def roster(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> Roster:
        return HostedRoster(person for person, templates in entries if templates)

    def match(
        self,
        reading: FaceReading,
        *,
        person: str,
        roster: Roster,
        reference: Reference | None = None,
    ) -> FaceMatch:
        if person not in roster:
            return FaceMatch(Outcome.UNVERIFIABLE, Reason.NOT_ENROLLED)
        if reading.template == b"face-id-of:" + person.encode():
            return FaceMatch(Outcome.VERIFIED, similarity=99.3)
        return FaceMatch(Outcome.MISMATCH, Reason.ANOTHER_FACE, 12.0)

    def pose(self, jpeg: bytes) -> FacePose:
        return FacePose(Advice.OK, 0.1, 0.7)

    def same_person(self, first: bytes, second: bytes) -> bool:
        return first == second

    def forget(self, external_ids: Sequence[str]) -> None:
        """Forget nothing here."""

    def kept(self, gallery: str) -> list[KeptFace]:
        return []


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


# --- on AWS -----------------------------------------------------------------------------------
@pytest.fixture
def on_aws(settings: Settings, fresh_process: None) -> Settings:
    settings.MUSTER_FACE_ENGINE = "rekognition"
    settings.MUSTER_REKOGNITION_PREFIX = "muster-test"
    return settings


def test_the_service_of_aws_is_chosen_by_name(on_aws: Settings) -> None:
    assert (faces.available(), faces.name(), faces.is_hosted()) == (None, "rekognition", True)
    engine = faces.engine()
    assert (engine.name, engine.version, engine.is_hosted) == (
        "rekognition", "muster-test/1", True,
    )  # fmt: skip
    assert faces.most_a_second() == engine.most_a_second == 5
    assert faces.engine() is engine


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PREFIX", "", "rekognition_prefix_invalid"),
        ("MATCH", "guess", "rekognition_match_invalid"),
        ("TPS", 0, "rekognition_tps_invalid"),
        ("LIVENESS", 101, "rekognition_liveness_invalid"),
        ("LIVENESS", -1, "rekognition_liveness_invalid"),
    ],
)
def test_settings_of_aws_that_are_wrong_are_said(
    on_aws: Settings, name: str, value: object, code: str
) -> None:
    setattr(on_aws, f"MUSTER_REKOGNITION_{name}", value)

    assert (faces.available(), failure()) == (code, code)


def test_aws_without_its_packages(on_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "boto3" else find(name)
    )

    assert (faces.available(), failure()) == ("aws_packages_missing", "aws_packages_missing")


def test_the_engine_of_this_machine_sends_and_keeps_nothing() -> None:
    engine = faces.engine()

    assert (engine.is_hosted, engine.most_a_second, engine.kept("any")) == (False, None, [])
    engine.forget(["any"])
    assert (faces.is_hosted(), faces.most_a_second()) == (False, None)


def test_faces_are_forgotten_by_the_engine_that_keeps_them(
    service: Service, on_aws: Settings
) -> None:
    on_aws.MUSTER_FACE_ENGINE = "dlib"
    service.deletes(0)

    faces.forget("rekognition", [face_name(0)])

    with pytest.raises(Misconfigured) as refused:
        faces.forget("dlib", [face_name(0)])
    assert refused.value.code == "face_engine_unknown"


def test_an_engine_in_its_place_answers_for_itself() -> None:
    with faces.using(HostedEngine()):
        assert (faces.name(), faces.is_hosted(), faces.most_a_second()) == ("hosted", True, 5)
        faces.forget("hosted", ["any"])


def test_choosing_aws_imports_none_of_it() -> None:
    code = (
        "import sys; from django.conf import settings; "
        "settings.configure(MUSTER_FACE_ENGINE='rekognition', MUSTER_REKOGNITION_PREFIX='m', "
        "MUSTER_REKOGNITION_MATCH='search', MUSTER_REKOGNITION_TPS=5, "
        "MUSTER_REKOGNITION_LIVENESS=0); "
        "from integrations import faces; faces.engine(); "
        "print(sorted({'boto3', 'botocore', 'dlib', 'numpy', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)  # noqa: S603  # constant

    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
