"""The Rekognition engine over HTTP: signed, retried, throttled, and with real portraits.

The stand-in speaks the service's protocol and answers with dlib: this proves protocol and flow,
never the service's accuracy.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from attendance import tasks
from attendance.enums import EntryKind, FaceState
from attendance.models import (
    ErasureReceipt,
    FaceDeletion,
    FaceTemplate,
    PunchEntry,
    PunchFrame,
    PunchState,
)
from attendance.services import enrolment, evidence
from attendance.services.face_roster import face_roster
from companies.models import Company, Employee
from companies.scoping import company_scope
from integrations import aws, faces, photos
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.faces.liveness import SessionResult, SessionState
from integrations.faces.protocol import Advice, Outcome, Purpose, Reason
from integrations.faces.rekognition import RekognitionEngine
from integrations.faces.rekognition_calls import call
from tests.attendance.conftest import photos_folder
from tests.attendance.fakes import jpeg
from tests.attendance.world import World, at, make_person, make_world
from tests.portraits import portrait, turned
from tests.prove.conftest import REGION
from tests.prove.rekognition_answers import Answers
from tests.prove.rekognition_stand_in import Failure, StandIn, serving
from tests.repository import ROOT

__all__ = ["photos_folder"]

GALLERY = "0190c0de-0000-7000-8000-000000000001"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture(scope="module")
def answers() -> Answers:
    """What the stand-in looked at once, it knows for all tests."""
    return Answers()


@pytest.fixture
def service(
    answers: Answers, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StandIn]:
    """An empty service over HTTP, as the one that this process asks."""
    answers.collections.clear()
    stand_in = StandIn(answers=answers)
    monkeypatch.setattr(faces, "_made", {})
    settings.MUSTER_FACE_ENGINE = "rekognition"
    settings.MUSTER_REKOGNITION_PREFIX = "muster-prove"
    with serving(stand_in) as url:
        for name, value in {
            "AWS_ENDPOINT_URL_REKOGNITION": url, "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        aws.forget_clients()
        yield stand_in
        aws.forget_clients()


@pytest.fixture
def engine(service: StandIn) -> RekognitionEngine:
    made = faces.engine()
    assert isinstance(made, RekognitionEngine)
    return made


def _enrol(world: World, person: Employee, *shown: str | bytes) -> list[str]:
    """Let a person agree and show these portraits or pictures; return the advice to each."""
    actor, now = world.actor(person), at("2026-02-01 09:00")
    with company_scope(world.company):
        enrolment.consent_answer(by=actor, is_given=True, now=now)
        enrolment.enrolment_start(by=actor, now=now)
        frames = [portrait(one) if isinstance(one, str) else one for one in shown]
        said = [enrolment.frame_add(by=actor, frame=frame).advice for frame in frames]
        enrolment.enrolment_finish(by=actor, now=now)
    return said


def _check_in(world: World, person: Employee, frame: bytes, when: str) -> PunchState:
    recorded = world.punch(person, when, frame=frame)
    with company_scope(world.company):
        return PunchState.objects.get(punch__public_id=recorded.public_id)


def _kept(service: StandIn, world: World) -> set[str]:
    return set(service.answers.collections[f"muster-prove-{world.company.public_id}"])


# --- the protocol -----------------------------------------------------------------------------
def test_the_engine_reads_keeps_compares_and_forgets(
    engine: RekognitionEngine, service: StandIn
) -> None:
    kept = [
        engine.read(portrait(name), purpose=Purpose.ENROL, gallery=GALLERY)
        for name in ("obama", "obama2", "biden")
    ]
    templates = [reading.template or b"" for reading in kept]
    assert {reading.external_id for reading in kept} == {
        face.external_id for face in engine.kept(GALLERY)
    }
    assert engine.same_person(templates[0], templates[1]) is True
    assert engine.same_person(templates[0], templates[2]) is False

    roster = engine.roster([("barack", templates[:2]), ("joe", templates[2:])])
    reading = engine.read(portrait("obama3"), purpose=Purpose.CHECK)
    own = engine.match(reading, person="barack", roster=roster)
    assert own.outcome in (Outcome.VERIFIED, Outcome.REVIEW) and (own.similarity or 0) > 90
    assert engine.match(reading, person="joe", roster=roster).reason == Reason.ANOTHER_FACE

    engine.forget([reading.external_id for reading in kept[:2]])
    engine.forget([reading.external_id for reading in kept[:2]])
    assert [face.external_id for face in engine.kept(GALLERY)] == [kept[2].external_id]
    made = [name for name, _request in service.calls if name == "CreateCollection"]
    assert made == ["CreateCollection"]


def test_a_comparison_of_two_pictures(service: StandIn, settings: Settings) -> None:
    settings.MUSTER_REKOGNITION_MATCH = "compare"
    engine = faces.engine()
    kept = engine.read(portrait("obama2"), purpose=Purpose.ENROL, gallery=GALLERY)
    roster = engine.roster([("barack", [kept.template or b""])])
    for shown, outcomes in (
        ("obama", {Outcome.VERIFIED, Outcome.REVIEW}),
        ("biden", {Outcome.MISMATCH}),
    ):
        reading = engine.read(portrait(shown), purpose=Purpose.CHECK)
        match = engine.match(
            reading, person="barack", roster=roster, reference=lambda: portrait("obama2")
        )
        assert match.outcome in outcomes, (shown, match)
    assert (service.counted("CompareFaces"), service.counted("SearchFacesByImage")) == (2, 0)


def test_a_head_that_turns_is_seen_by_its_angles(engine: RekognitionEngine) -> None:
    straight = engine.pose(portrait("obama"))
    for is_left in (True, False):
        pose = engine.pose(turned(portrait("obama"), to_own_left=is_left))
        assert pose.advice == Advice.OK
        assert (pose.turn - straight.turn > 0.15) is is_left
        assert (pose.turn - straight.turn < -0.15) is not is_left


def test_a_picture_of_nobody(engine: RekognitionEngine, service: StandIn) -> None:
    assert engine.read(jpeg(), purpose=Purpose.CHECK).advice == Advice.NO_FACE
    assert engine.pose(jpeg()).advice == Advice.NO_FACE
    assert service.counted("DetectFaces") == 2


def test_a_wrong_key_is_the_operators(engine: RekognitionEngine, service: StandIn) -> None:
    service.keys = {"testing": "another"}
    with pytest.raises(Misconfigured) as refused:
        engine.kept(GALLERY)
    assert refused.value.code == "InvalidSignatureException"
    service.keys = {}
    with pytest.raises(Misconfigured) as refused:
        engine.kept(GALLERY)
    assert refused.value.code == "UnrecognizedClientException"


@pytest.mark.parametrize(
    ("code", "status", "kind", "tries"),
    [
        ("ThrottlingException", 400, Unavailable, 3),
        ("ThrottlingException", 500, Unavailable, 3),
        ("ProvisionedThroughputExceededException", 400, Unavailable, 3),
        ("InternalServerError", 500, Unavailable, 3),
        ("AccessDeniedException", 400, Misconfigured, 1),
        ("ImageTooLargeException", 400, Rejected, 1),
    ],
)
def test_only_what_may_pass_is_tried_again(
    engine: RekognitionEngine,
    service: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    status: int,
    kind: type[Exception],
    tries: int,
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    service.failures = [Failure(code, status)]
    with pytest.raises(kind):
        engine.pose(jpeg())
    assert service.counted("DetectFaces") == tries


def test_a_short_throttle_is_not_noticed(
    engine: RekognitionEngine, service: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    service.failures = [Failure("ThrottlingException", times=2)]
    assert engine.pose(jpeg()).advice == Advice.NO_FACE
    assert service.counted("DetectFaces") == 3


def test_a_service_that_is_not_there_is_away(
    engine: RekognitionEngine, service: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", "http://127.0.0.1:9")
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    aws.forget_clients()
    with pytest.raises(Unavailable) as away:
        engine.pose(jpeg())
    assert away.value.code == "EndpointConnectionError"


def test_codes_that_the_stand_in_gives_by_itself(service: StandIn) -> None:
    gif = b"GIF89a" + bytes(200)
    for operation, request, kind in (
        ("DetectFaces", {"Image": {"Bytes": gif}}, Rejected),
        ("DetectFaces", {"Image": {"Bytes": bytes(6 * 1024**2)}}, Rejected),
        ("SearchFacesByImage", {"CollectionId": "none", "Image": {"Bytes": jpeg()}}, Misconfigured),
        ("CreateCollection", {"CollectionId": "no:name"}, Misconfigured),
    ):
        with pytest.raises(kind):
            call(operation, **request)
    call("CreateCollection", CollectionId="twice")
    assert call("CreateCollection", CollectionId="twice") == {}
    with pytest.raises(Rejected):
        call("SearchFacesByImage", CollectionId="twice", Image={"Bytes": jpeg()})


# --- a person, from agreeing to withdrawing ---------------------------------------------------
def test_somebody_enrols_checks_in_and_withdraws(world: World, service: StandIn) -> None:
    assert _enrol(world, world.maya, "obama", "obama2", "obama3") == ["ok"] * 3
    assert _enrol(world, world.hari, "biden", "biden", "biden") == ["ok"] * 3
    assert len(_kept(service, world)) == 6

    own = _check_in(world, world.maya, portrait("obama"), "2026-03-02 09:00")
    assert (own.face, own.is_flagged) == (FaceState.VERIFIED, False)
    another = _check_in(world, world.hari, portrait("obama2"), "2026-03-02 09:00")
    assert (another.face, another.face_reason) == (FaceState.MISMATCH, "another_face")
    nobody = _check_in(world, world.maya, jpeg(), "2026-03-02 12:00")
    assert (nobody.face, nobody.face_reason) == (FaceState.UNVERIFIABLE, "no_face")

    with company_scope(world.company):
        enrolment.consent_answer(
            by=world.actor(world.maya), is_given=False, now=at("2026-03-02 13:00")
        )
        assert ErasureReceipt.objects.count() == 1
        assert not FaceDeletion.objects.exists()
        left = set(FaceTemplate.objects.values_list("external_id", flat=True))
        company = Company.objects.get()
        assert str(world.maya.public_id) not in face_roster(company, faces.engine())
    assert {name.partition(":")[2] for name in left} == _kept(service, world)
    told = json.dumps(service.calls)
    for secret in ("Maya", "maya", str(world.maya.public_id), str(world.maya.user.public_id)):
        assert secret not in told


def test_a_face_of_somebody_else_is_not_enrolled(world: World, service: StandIn) -> None:
    said = _enrol(world, world.maya, "obama", "biden", "obama2", "obama3")
    assert said == ["ok", "another_person", "ok", "ok"]
    assert len(_kept(service, world)) == 3


def test_withdrawing_while_the_service_is_away_is_made_up_for(
    world: World,
    service: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _enrol(world, world.maya, "obama", "obama2", "obama3")
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    service.failures = [Failure("InternalServerError", 500, operation="DeleteFaces")]
    with company_scope(world.company):
        enrolment.consent_answer(
            by=world.actor(world.maya), is_given=False, now=at("2026-03-02 13:00")
        )
        assert (FaceDeletion.objects.count(), ErasureReceipt.objects.count()) == (3, 0)
    assert tasks.face_erasures() == 0
    service.failures = []
    assert tasks.face_erasures() == 1
    assert _kept(service, world) == set()
    with company_scope(world.company):
        assert ErasureReceipt.objects.count() == 1


# --- an hour's outage -------------------------------------------------------------------------
# Enough for three runs of the sweep: each has 45 seconds, and half of the calls a second.
PEOPLE, PUNCHES, TPS = 6, 20, 5


def test_what_waits_after_an_hours_outage_drains_at_the_accounts_pace(
    world: World,
    service: StandIn,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MUSTER_REKOGNITION_TPS = TPS
    crowd = _crowd(world)
    service.failures, before = [Failure("ThrottlingException")], service.counted("DetectFaces")
    with time_machine.travel(at("2026-03-02 09:00"), tick=False) as clock:
        monkeypatch.setattr(time, "sleep", lambda seconds: clock.shift(seconds))
        for person in crowd:
            for minute in range(PUNCHES):
                when = f"2026-03-02 08:{minute:02d}"
                world.punch(person, when, frame=_framed(), weigh=False)
        for minute in (0, 20, 40):
            clock.move_to(at(f"2026-03-02 09:{minute:02d}"))
            tasks.pending_verify()
        assert _states(world) == {FaceState.PENDING: PEOPLE * PUNCHES}
        # An outage costs a few calls a run, not one for everybody who waits.
        assert service.counted("DetectFaces") - before == 3 * 5 * 3

        service.failures, service.calls[:] = [], []
        clock.move_to(at("2026-03-02 10:00"))
        searched = _watched(service, monkeypatch, clock)
        runs = 0
        while FaceState.PENDING in _states(world):
            when = f"2026-03-02 09:5{runs}"
            live = world.punch(crowd[0], when, frame=_framed(), weigh=False)
            with company_scope(world.company):
                seen = evidence.punch_verify(
                    claim=world.claim(crowd[0]), punch_id=live.public_id, now=at("2026-03-02 10:00")
                )
            assert seen.state.face == FaceState.VERIFIED
            tasks.pending_verify()
            clock.shift(300)
            runs += 1
            assert runs < 9
    total = PEOPLE * PUNCHES + runs
    assert _states(world) == {FaceState.VERIFIED: total}
    assert service.counted("SearchFacesByImage") == total
    assert max(Counter(int(moment) for moment in searched).values()) <= TPS
    with company_scope(world.company):
        verified = PunchEntry.objects.filter(kind=EntryKind.VERIFIED)
        assert verified.count() == verified.values("key").distinct().count() == total
        assert PunchFrame.objects.filter(is_clean=True).count() == total


def _crowd(world: World) -> list[Employee]:
    """Return people whose faces are one and the same to the stand-in: only the pace matters."""
    crowd = []
    for number in range(PEOPLE):
        with company_scope(world.company):
            crowd.append(make_person(world.company, f"P{number}", world.office, world.day_shift))
        _enrol(world, crowd[-1], *[_framed() for _n in range(3)])
    return crowd


_numbers = itertools.count()


@functools.cache
def _small() -> bytes:
    return photos.sanitise(portrait("obama"), max_side=512)


def _framed() -> bytes:
    """Return the portrait as one more picture of the camera: other bytes, the same pixels."""
    note, data = f"frame {next(_numbers)}".encode(), _small()
    return data[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + data[2:]


def _states(world: World) -> dict[str, int]:
    with company_scope(world.company):
        return dict(Counter(PunchState.objects.values_list("face", flat=True)))


def _watched(service: StandIn, monkeypatch: pytest.MonkeyPatch, clock: Any) -> list[float]:
    """Return when, by the simulated clock, each search came."""
    moments: list[float] = []
    answer = service.answer

    def told(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation == "SearchFacesByImage":
            moments.append(time.time())
        return answer(operation, request)

    monkeypatch.setattr(service, "answer", told)
    return moments


# --- as a process -----------------------------------------------------------------------------
def test_the_stand_in_is_a_program_that_can_be_told_to_fail(
    service: StandIn, engine: RekognitionEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "tests.prove.rekognition_stand_in", "--key", "one:two"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603  # constant
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        for name, value in {
            "AWS_ENDPOINT_URL_REKOGNITION": url, "AWS_ACCESS_KEY_ID": "one",
            "AWS_SECRET_ACCESS_KEY": "two",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        aws.forget_clients()
        try:
            assert engine.kept(GALLERY) == []
            told = json.dumps([{"operation": "ListFaces", "code": "AccessDeniedException"}])
            _fetched(f"{url}/failures", told.encode())
            with pytest.raises(Misconfigured):
                engine.kept(GALLERY)
            calls = json.loads(_fetched(f"{url}/calls"))
        finally:
            process.kill()
    assert [name for name, _request in calls] == ["ListFaces", "ListFaces"]


def _fetched(url: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(url, data=body) as answer:  # noqa: S310  # our own
        return bytes(answer.read())


# --- the look at the real one -----------------------------------------------------------------
def test_the_command_for_the_real_service_runs_and_cleans_up(service: StandIn) -> None:
    command = [sys.executable, "-m", "benchmarks.rekognition_live"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603  # constant
    assert (refused.returncode, service.calls) == (2, [])
    surroundings = {**os.environ, "AWS_REKOGNITION_LIVE": "1"}
    done = subprocess.run(  # noqa: S603  # constant
        command, cwd=ROOT, capture_output=True, text=True, env=surroundings
    )
    assert [line[:4] for line in done.stdout.splitlines()] == ["ok  "] * 7, done.stderr
    assert (done.returncode, service.answers.collections) == (0, {})


# --- sessions ---------------------------------------------------------------------------------
def test_a_session_over_http(service: StandIn, settings: Settings) -> None:
    settings.MUSTER_REKOGNITION_LIVENESS = 90
    sessions = faces.sessions()
    assert sessions is not None
    first, second = sessions.start("a" * 32), sessions.start("b" * 32)
    assert sessions.result(first).state == SessionState.OPEN
    picture = portrait("obama")
    service.answers.session_ended(first, confidence=97.5, jpeg=picture)
    service.answers.session_ended(second, confidence=50.0, jpeg=picture)
    assert sessions.result(first) == SessionResult(SessionState.LIVE, picture)
    assert sessions.result(second) == SessionResult(SessionState.FAILED)
    with pytest.raises(Rejected):
        sessions.result("00000000-0000-4000-8000-000000000000")
