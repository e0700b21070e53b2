"""The hosted engine against the service's own shapes: what it asks, and what it makes of it."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from PIL import Image

from integrations import picture_headers
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.faces import rekognition
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
)
from integrations.faces.rekognition import RekognitionEngine
from tests.integrations import pictures
from tests.integrations.faces.stubbed import COLLECTION, GALLERY, IDS, Service, face, face_name

PICTURE = pictures.jpeg(pictures.plain(640, 480))
ENROL, CHECK = Purpose.ENROL, Purpose.CHECK


def _shown(advice: Advice = Advice.OK) -> FaceReading:
    return FaceReading(advice, PICTURE if advice == Advice.OK else None)


def _roster(engine: RekognitionEngine) -> Any:
    return engine.roster(
        [
            ("maya", [face_name(0).encode(), face_name(1).encode()]),
            ("hari", [face_name(2).encode()]),
            ("mina", []),
        ]
    )


# --- settings -------------------------------------------------------------------------------------
def test_it_says_what_it_is(searching: RekognitionEngine) -> None:
    engine: FaceEngine = searching
    assert (engine.name, engine.version) == ("rekognition", "muster-test/1")
    assert (engine.is_hosted, engine.most_a_second) == (True, 5)


def test_the_longest_prefix_fits_every_column() -> None:
    engine = RekognitionEngine(prefix="p" * 36, match="search", most_a_second=1)
    assert len(engine.version) <= 40
    assert len(f"{engine._collection(GALLERY)}:{IDS[0]}") <= 120


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"prefix": ""}, "rekognition_prefix_invalid"),
        ({"prefix": "p" * 37}, "rekognition_prefix_invalid"),
        ({"prefix": "muster:test"}, "rekognition_prefix_invalid"),
        ({"match": "guess"}, "rekognition_match_invalid"),
        ({"most_a_second": 0}, "rekognition_tps_invalid"),
    ],
)
def test_wrong_settings_are_named(changed: dict[str, Any], code: str) -> None:
    settings = {"prefix": "muster", "match": "search", "most_a_second": 5, **changed}
    assert rekognition.problem(**settings) == code
    with pytest.raises(Misconfigured) as refused:
        RekognitionEngine(**settings)
    assert refused.value.code == code


# --- reading --------------------------------------------------------------------------------------
def test_a_check_in_is_read_into_the_picture_that_is_searched_with(
    service: Service, searching: RekognitionEngine
) -> None:
    service.detects(face(0.4))
    reading = searching.read(PICTURE, purpose=CHECK)
    assert reading.advice == Advice.OK
    assert reading.template is not None and reading.external_id == ""
    assert picture_headers.read(reading.template) == picture_headers.Header("JPEG", 640, 480)
    assert reading.quality is not None
    assert (reading.quality.width, round(reading.quality.turn, 3)) == (256, 0.008)


def test_an_enrolment_is_read_into_a_face_that_the_service_keeps(
    service: Service, searching: RekognitionEngine
) -> None:
    service.detects(face())
    service.indexes(3)
    reading = searching.read(PICTURE, purpose=ENROL, gallery=GALLERY)
    assert (reading.template, reading.external_id) == (face_name(3).encode(), face_name(3))


def test_the_service_learns_no_more_of_a_person_than_a_date(
    service: Service, searching: RekognitionEngine
) -> None:
    asked: list[dict[str, Any]] = []
    client = service.stub.client
    client.meta.events.register(
        "provide-client-params.rekognition.IndexFaces",
        lambda params, **_more: asked.append(params),
    )
    service.detects(face())
    service.indexes(0)
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, 4, tzinfo=dt.UTC), tick=False):
        searching.read(PICTURE, purpose=ENROL, gallery=GALLERY)
    (named,) = [item["ExternalImageId"] for item in asked]
    assert named.startswith("20260302T090400Z-") and len(named) == 33
    assert set(asked[0]) == {
        "CollectionId", "Image", "ExternalImageId", "MaxFaces", "QualityFilter",
    }  # fmt: skip


def test_the_collection_is_made_when_it_is_first_needed(
    service: Service, searching: RekognitionEngine
) -> None:
    service.detects(face())
    service.fails("index_faces", "ResourceNotFoundException")
    service.creates()
    service.indexes(0)
    reading = searching.read(PICTURE, purpose=ENROL, gallery=GALLERY)
    assert reading.external_id == face_name(0)


def test_two_processes_may_make_the_collection(
    service: Service, searching: RekognitionEngine
) -> None:
    service.detects(face())
    service.fails("index_faces", "ResourceNotFoundException")
    service.fails("create_collection", "ResourceAlreadyExistsException")
    service.indexes(0)
    assert searching.read(PICTURE, purpose=ENROL, gallery=GALLERY).external_id == face_name(0)


def test_a_full_collection_is_the_operators(service: Service, searching: RekognitionEngine) -> None:
    service.detects(face())
    service.fails("index_faces", "ServiceQuotaExceededException")
    with pytest.raises(Misconfigured) as refused:
        searching.read(PICTURE, purpose=ENROL, gallery=GALLERY)
    assert refused.value.code == "ServiceQuotaExceededException"


def test_an_enrolment_without_a_company_is_a_bug(
    service: Service, searching: RekognitionEngine
) -> None:
    service.detects(face())
    with pytest.raises(ValueError, match="gallery"):
        searching.read(PICTURE, purpose=ENROL)


@pytest.mark.parametrize(
    ("faces", "enrol", "check"),
    [
        ([], Advice.NO_FACE, Advice.NO_FACE),
        ([face(confidence=80.0)], Advice.NO_FACE, Advice.NO_FACE),
        ([face(0.4), face(0.2)], Advice.SEVERAL_FACES, Advice.SEVERAL_FACES),
        ([face(0.4), face(0.19)], None, None),
        ([face(0.4), face(0.4, confidence=80.0)], None, None),
        ([face(49 / 640)], Advice.MOVE_CLOSER, Advice.MOVE_CLOSER),
        ([face(79 / 640)], Advice.MOVE_CLOSER, None),
        ([face(brightness=9.9)], Advice.MORE_LIGHT, Advice.MORE_LIGHT),
        ([face(brightness=98.1)], Advice.LESS_LIGHT, Advice.LESS_LIGHT),
        ([face(sharpness=3.9)], Advice.HOLD_STILL, Advice.HOLD_STILL),
        ([face(yaw=-15.1)], Advice.LOOK_STRAIGHT, None),
        ([face(pitch=20.1)], Advice.LOOK_STRAIGHT, None),
    ],
)
def test_what_cannot_serve_is_told_before_anything_is_kept(
    service: Service,
    searching: RekognitionEngine,
    faces: list[dict[str, Any]],
    enrol: Advice | None,
    check: Advice | None,
) -> None:
    service.detects(*faces)
    if enrol is None:
        service.indexes(0)
    reading = searching.read(PICTURE, purpose=ENROL, gallery=GALLERY)
    assert (reading.advice if enrol else None, reading.template is None) == (enrol, bool(enrol))
    service.detects(*faces)
    reading = searching.read(PICTURE, purpose=CHECK)
    assert (reading.advice if check else None, reading.template is None) == (check, bool(check))


@pytest.mark.parametrize(
    ("shown", "advice"),
    [
        (face(79 / 640), Advice.MOVE_CLOSER),
        (face(sharpness=19.0), Advice.HOLD_STILL),
        (face(yaw=16.0), Advice.LOOK_STRAIGHT),
        (face(), Advice.OK),
    ],
)
def test_a_check_in_may_be_better_next_time(
    service: Service, searching: RekognitionEngine, shown: dict[str, Any], advice: Advice
) -> None:
    service.detects(shown)
    reading = searching.read(PICTURE, purpose=CHECK)
    assert (reading.advice, reading.template is not None) == (advice, True)


@pytest.mark.parametrize(
    ("reasons", "advice"),
    [
        (("EXTREME_POSE",), Advice.LOOK_STRAIGHT),
        (("LOW_BRIGHTNESS", "LOW_FACE_QUALITY"), Advice.MORE_LIGHT),
        (("LOW_SHARPNESS",), Advice.HOLD_STILL),
        (("SMALL_BOUNDING_BOX",), Advice.MOVE_CLOSER),
        (("LOW_FACE_QUALITY",), Advice.HOLD_STILL),
        (("LOW_CONFIDENCE",), Advice.NO_FACE),
        (("EXCEEDS_MAX_FACES",), Advice.SEVERAL_FACES),
        ((), Advice.NO_FACE),
    ],
)
def test_a_face_that_the_service_does_not_keep_says_why(
    service: Service, searching: RekognitionEngine, reasons: tuple[str, ...], advice: Advice
) -> None:
    service.detects(face())
    service.indexes(reasons=reasons)
    reading = searching.read(PICTURE, purpose=ENROL, gallery=GALLERY)
    assert (reading.advice, reading.template, reading.external_id) == (advice, None, "")


def test_every_reason_of_the_model_has_its_advice(service: Service) -> None:
    shape = service.stub.client.meta.service_model.shape_for("Reasons").member
    assert set(shape.enum) == set(rekognition.looks._UNINDEXED)


# --- what is sent ---------------------------------------------------------------------------------
def test_what_is_no_picture_is_not_sent(service: Service, searching: RekognitionEngine) -> None:
    for data, code in ((b"", "picture_empty"), (b"GIF89a" + b"x" * 99, "picture_not_image")):
        with pytest.raises(Rejected) as refused:
            searching.read(data, purpose=CHECK)
        assert refused.value.code == code


def test_a_strip_that_gets_too_thin_is_not_sent(
    service: Service, searching: RekognitionEngine
) -> None:
    with pytest.raises(Rejected) as refused:
        searching.pose(pictures.jpeg(pictures.plain(2000, 100)))
    assert (refused.value.code, refused.value.values) == ("picture_too_small", {"pixels": 80})


def test_a_picture_beyond_the_services_bound_is_not_sent(
    service: Service, searching: RekognitionEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekognition, "MOST_BYTES", 2 * 1024**2 - 1)
    large = PICTURE + bytes(2 * 1024**2)
    monkeypatch.setattr(rekognition.photos, "sanitise", lambda _jpeg: large)
    with pytest.raises(Rejected) as refused:
        searching.read(PICTURE, purpose=CHECK)
    assert refused.value.code == "picture_too_large"


def test_every_picture_is_sent_upright_bounded_and_without_metadata(
    service: Service, searching: RekognitionEngine
) -> None:
    image = pictures.plain(2000, 1500)
    exif = Image.Exif()
    exif[0x010E] = "in front of the office, Maya"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    service.detects(face())
    sent = searching.read(buffer.getvalue(), purpose=CHECK).template
    assert sent is not None and b"Maya" not in sent
    assert picture_headers.read(sent) == picture_headers.Header("JPEG", 1280, 960)


# --- pose -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("shown", "advice"),
    [
        ([], Advice.NO_FACE),
        ([face(), face()], Advice.SEVERAL_FACES),
        ([face(49 / 640)], Advice.MOVE_CLOSER),
    ],
)
def test_a_pose_that_cannot_be_seen(
    service: Service, searching: RekognitionEngine, shown: list[dict[str, Any]], advice: Advice
) -> None:
    service.detects(*shown)
    assert searching.pose(PICTURE) == FacePose(advice)


def test_a_pose_is_told_in_eye_distances(service: Service, searching: RekognitionEngine) -> None:
    service.detects(face(yaw=25.0, pitch=0.0))
    pose = searching.pose(PICTURE)
    assert (pose.advice, round(pose.turn, 3), round(pose.drop, 3)) == (Advice.OK, 0.221, 0.7)


# --- matching -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([(0, 99.0)], FaceMatch(Outcome.VERIFIED, Reason.NONE, 99.0)),
        ([(1, 99.9), (0, 82.0)], FaceMatch(Outcome.VERIFIED, Reason.NONE, 99.9)),
        ([(0, 98.99)], FaceMatch(Outcome.REVIEW, Reason.UNSURE, 98.99)),
        ([(0, 90.0)], FaceMatch(Outcome.REVIEW, Reason.UNSURE, 90.0)),
        ([(0, 89.99)], FaceMatch(Outcome.MISMATCH, Reason.ANOTHER_FACE, 89.99)),
        ([], FaceMatch(Outcome.MISMATCH, Reason.ANOTHER_FACE, None)),
        ([(2, 99.9)], FaceMatch(Outcome.MISMATCH, Reason.ANOTHER_FACE, None)),
        ([(2, 99.9), (0, 99.5)], FaceMatch(Outcome.REVIEW, Reason.NOT_NEAREST, 99.5)),
        ([(2, 95.0), (0, 85.0)], FaceMatch(Outcome.MISMATCH, Reason.ANOTHER_FACE, 85.0)),
        # A face that no row names any more is nobody's.
        ([(9, 99.9), (0, 99.2)], FaceMatch(Outcome.VERIFIED, Reason.NONE, 99.2)),
    ],
)
def test_a_search_decides_by_likeness_and_by_who_is_nearest(
    service: Service,
    searching: RekognitionEngine,
    found: list[tuple[int, float]],
    expected: FaceMatch,
) -> None:
    service.finds(*found)
    roster = _roster(searching)
    assert searching.match(_shown(), person="maya", roster=roster) == expected


def test_who_cannot_be_compared_costs_no_call(
    service: Service, searching: RekognitionEngine
) -> None:
    roster = _roster(searching)
    assert (len(roster), "mina" in roster, repr(roster)) == (2, False, "<FaceRoster of 2>")
    assert searching.match(_shown(), person="mina", roster=roster) == FaceMatch(
        Outcome.UNVERIFIABLE, Reason.NOT_ENROLLED
    )
    assert searching.match(_shown(Advice.NO_FACE), person="maya", roster=roster) == FaceMatch(
        Outcome.UNVERIFIABLE, Advice.NO_FACE
    )
    with pytest.raises(TypeError):
        searching.match(_shown(), person="maya", roster=frozenset({"maya"}))


def test_a_face_too_poor_to_search_with_is_the_persons(
    service: Service, searching: RekognitionEngine
) -> None:
    service.fails("search_faces_by_image", "InvalidParameterException")
    match = searching.match(_shown(), person="maya", roster=_roster(searching))
    assert match == FaceMatch(Outcome.UNVERIFIABLE, Advice.NO_FACE)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("ThrottlingException", Unavailable), ("ResourceNotFoundException", Misconfigured)],
)
def test_a_search_that_fails_decides_nothing(
    service: Service, searching: RekognitionEngine, code: str, kind: type[Exception]
) -> None:
    service.fails("search_faces_by_image", code)
    with pytest.raises(kind):
        searching.match(_shown(), person="maya", roster=_roster(searching))


@pytest.mark.parametrize(
    ("likenesses", "expected"),
    [
        ([99.3], FaceMatch(Outcome.VERIFIED, Reason.NONE, 99.3)),
        ([95.0, 91.0], FaceMatch(Outcome.REVIEW, Reason.UNSURE, 95.0)),
        ([], FaceMatch(Outcome.MISMATCH, Reason.ANOTHER_FACE, None)),
    ],
)
def test_a_comparison_holds_the_check_in_against_the_reference(
    service: Service, comparing: RekognitionEngine, likenesses: list[float], expected: FaceMatch
) -> None:
    service.compares(*likenesses, source=b"the reference")
    found = comparing.match(
        _shown(), person="maya", roster=_roster(comparing), reference=lambda: b"the reference"
    )
    assert found == expected


def test_without_a_reference_picture_the_faces_are_searched(
    service: Service, comparing: RekognitionEngine
) -> None:
    for reference in (None, lambda: None):
        service.finds((0, 99.4))
        found = comparing.match(
            _shown(), person="maya", roster=_roster(comparing), reference=reference
        )
        assert found.outcome == Outcome.VERIFIED


def test_a_roster_of_another_engine_is_unreadable(searching: RekognitionEngine) -> None:
    with pytest.raises(Misconfigured) as refused:
        searching.roster([("maya", [bytes(512)])])
    assert refused.value.code == "template_unreadable"


# --- one person -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("likenesses", "is_same"), [([90.0], True), ([89.9], False), ([], False)])
def test_two_pictures_of_one_capture(
    service: Service, searching: RekognitionEngine, likenesses: list[float], is_same: bool
) -> None:
    service.compares(*likenesses)
    assert searching.same_person(PICTURE, PICTURE) is is_same


def test_a_picture_too_poor_to_compare_proves_nothing(
    service: Service, searching: RekognitionEngine
) -> None:
    service.fails("compare_faces", "InvalidParameterException")
    assert searching.same_person(PICTURE, PICTURE) is False


@pytest.mark.parametrize(
    ("found", "is_same"), [([(1, 97.0)], True), ([(2, 97.0)], False), ([], False)]
)
def test_two_kept_faces(
    service: Service, searching: RekognitionEngine, found: list[tuple[int, float]], is_same: bool
) -> None:
    service.finds_kept(*found)
    assert searching.same_person(face_name(0).encode(), face_name(1).encode()) is is_same


# --- forgetting -----------------------------------------------------------------------------------
def test_faces_are_deleted_collection_by_collection(
    service: Service, searching: RekognitionEngine
) -> None:
    service.deletes(0, 1)
    service.deletes(2, collection="older-1")
    searching.forget([face_name(1), f"older-1:{IDS[2]}", face_name(0)])


def test_many_faces_are_deleted_in_parts(
    service: Service, searching: RekognitionEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekognition, "_MOST_DELETED", 2)
    service.deletes(0, 1)
    service.deletes(2)
    searching.forget([face_name(number) for number in range(3)])


def test_what_is_gone_already_is_forgotten(service: Service, searching: RekognitionEngine) -> None:
    service.deletes(0, Reasons=["FACE_NOT_FOUND"])
    searching.forget([face_name(0)])
    service.fails("delete_faces", "ResourceNotFoundException")
    searching.forget([face_name(0)])
    searching.forget([])


def test_what_the_service_keeps_all_the_same_is_said(
    service: Service, searching: RekognitionEngine
) -> None:
    service.deletes(0, Reasons=["ASSOCIATED_TO_AN_EXISTING_USER"])
    with pytest.raises(Misconfigured) as refused:
        searching.forget([face_name(0)])
    assert refused.value.code == "face_not_deleted"
    with pytest.raises(Misconfigured) as refused:
        searching.forget(["no face"])
    assert refused.value.code == "face_id_unreadable"


def test_every_kept_face_is_listed_with_its_date(
    service: Service, searching: RekognitionEngine
) -> None:
    service.lists((0, "20260302T090400Z-ab12"), token="more")
    service.lists((1, "somebody-elses"), after="more")
    assert searching.kept(GALLERY) == [
        KeptFace(face_name(0), dt.datetime(2026, 3, 2, 9, 4, tzinfo=dt.UTC)),
        KeptFace(face_name(1), None),
    ]


def test_a_company_without_a_collection_has_no_face(
    service: Service, searching: RekognitionEngine
) -> None:
    service.fails("list_faces", "ResourceNotFoundException")
    assert searching.kept(GALLERY) == []


def test_the_collection_of_a_company(searching: RekognitionEngine) -> None:
    assert searching._collection(GALLERY) == COLLECTION
