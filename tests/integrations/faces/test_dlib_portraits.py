"""The engine on real faces: what it advises, and whom it believes.

Three portraits of one person are enrolled; the fourth, with the head turned, is the probe; the
other person is the stranger, or the colleague.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageFilter, ImageOps

from integrations import photos
from integrations.errors import Rejected
from integrations.faces.dlib_engine import DlibEngine
from integrations.faces.protocol import Advice, FaceReading, Outcome, Purpose
from integrations.faces.vectors import VectorRoster
from tests import portraits
from tests.integrations import pictures

Face = Callable[[str], Image.Image]
Read = Callable[..., FaceReading]

ENROLLED = ("obama", "obama3", "obama_partial_face")
CANVAS = (640, 480)


@pytest.fixture(scope="session")
def templates(dlib_engine: DlibEngine) -> dict[str, bytes]:
    """Return the enrolment templates of the portraits that pass its gates."""
    readings = {
        name: dlib_engine.read(photos.sanitise(portraits.portrait(name)), purpose=Purpose.ENROL)
        for name in (*ENROLLED, "obama2", "biden")
    }
    return {name: reading.template for name, reading in readings.items() if reading.template}


@pytest.fixture(scope="session")
def roster(dlib_engine: DlibEngine, templates: dict[str, bytes]) -> VectorRoster:
    return dlib_engine.roster(
        [("obama", [templates[name] for name in ENROLLED]), ("biden", [templates["biden"]])]
    )


def advised(reading: FaceReading) -> tuple[Advice, bool]:
    return reading.advice, reading.template is not None


# --- who is believed ----------------------------------------------------------------------------


def test_frontal_portraits_pass_enrolment(templates: dict[str, bytes]) -> None:
    assert sorted(templates) == ["biden", *ENROLLED]
    assert {len(template) for template in templates.values()} == {512}


@pytest.mark.parametrize(
    ("shown", "claimed", "expected"),
    [
        ("obama2", "obama", (Outcome.VERIFIED, "")),
        ("obama_partial_face2", "obama", (Outcome.VERIFIED, "")),
        ("biden", "biden", (Outcome.VERIFIED, "")),
        ("biden", "obama", (Outcome.MISMATCH, "another_face")),
        ("obama2", "biden", (Outcome.MISMATCH, "another_face")),
        ("obama2", "nobody", (Outcome.UNVERIFIABLE, "not_enrolled")),
    ],
)
def test_claims(
    dlib_engine: DlibEngine,
    roster: VectorRoster,
    shown: str,
    claimed: str,
    expected: tuple[Outcome, str],
) -> None:
    clean = photos.sanitise(portraits.portrait(shown))
    reading = dlib_engine.read(clean, purpose=Purpose.CHECK)

    match = dlib_engine.match(reading, person=claimed, roster=roster)

    assert (match.outcome, match.reason) == expected


def test_colleague_enrolled_with_the_same_face_sends_the_claim_to_review(
    dlib_engine: DlibEngine, templates: dict[str, bytes], read: Read, face: Face
) -> None:
    roster = dlib_engine.roster(
        [("obama", [templates["obama3"]]), ("double", [templates["obama"]])]
    )
    reading = read(ImageOps.mirror(face("obama")))

    match = dlib_engine.match(reading, person="obama", roster=roster)

    assert (match.outcome, match.reason) == (Outcome.REVIEW, "not_nearest")


def test_frames_of_one_capture_are_told_from_mixed_ones(
    dlib_engine: DlibEngine, templates: dict[str, bytes]
) -> None:
    assert dlib_engine.same_person(templates["obama"], templates["obama3"]) is True
    assert dlib_engine.same_person(templates["obama"], templates["biden"]) is False


def test_same_picture_gives_the_same_template(read: Read, face: Face) -> None:
    assert read(face("obama")).template == read(face("obama")).template


# --- what is advised ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        (Purpose.ENROL, (Advice.LOOK_STRAIGHT, False)),
        (Purpose.CHECK, (Advice.LOOK_STRAIGHT, True)),
    ],
)
def test_turned_head(
    read: Read, face: Face, purpose: Purpose, expected: tuple[Advice, bool]
) -> None:
    assert advised(read(face("obama2"), purpose)) == expected


def test_mirrored_head_turns_the_other_way(read: Read, face: Face) -> None:
    turned, mirrored = read(face("obama2")), read(ImageOps.mirror(face("obama2")))

    assert turned.quality is not None and mirrored.quality is not None
    assert (turned.quality.turn < -0.12, mirrored.quality.turn > 0.12) == (True, True)


@pytest.mark.parametrize("purpose", Purpose)
def test_picture_without_a_face(read: Read, purpose: Purpose) -> None:
    assert advised(read(pictures.plain(*CANVAS), purpose)) == (Advice.NO_FACE, False)


@pytest.mark.parametrize("purpose", Purpose)
def test_two_people_side_by_side(read: Read, face: Face, purpose: Purpose) -> None:
    both = pictures.on_grey(face("obama").resize((512, 640)), (1024, 1024), (0, 0))
    both.paste(face("biden").resize((512, 1162)), (512, 0))

    assert advised(read(both, purpose)) == (Advice.SEVERAL_FACES, False)


def test_small_bystander_does_not_disturb(
    dlib_engine: DlibEngine, roster: VectorRoster, read: Read, face: Face
) -> None:
    near = pictures.on_grey(face("obama"), (1024, 1024), (0, 0))
    near.paste(face("biden").resize((204, 464)), (820, 0))
    reading = read(near)

    match = dlib_engine.match(reading, person="obama", roster=roster)

    assert (reading.advice, match.outcome) == (Advice.OK, Outcome.VERIFIED)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (0.3, (Advice.OK, True)),
        (0.2, (Advice.MORE_LIGHT, False)),
        (0.1, (Advice.MORE_LIGHT, False)),
    ],
)
def test_darkness(read: Read, face: Face, factor: float, expected: tuple[Advice, bool]) -> None:
    dark = face("obama").point(lambda value: value * factor)

    assert advised(read(dark)) == expected


def test_glare(read: Read, face: Face) -> None:
    bright = face("obama").point(lambda value: 255 - (255 - value) * 0.2)

    assert advised(read(bright)) == (Advice.LESS_LIGHT, False)


@pytest.mark.parametrize(
    ("radius", "expected"),
    [
        (2, (Advice.OK, True)),
        (3, (Advice.HOLD_STILL, True)),
        (6, (Advice.HOLD_STILL, False)),
    ],
)
def test_blur(read: Read, face: Face, radius: int, expected: tuple[Advice, bool]) -> None:
    blurred = face("obama").filter(ImageFilter.GaussianBlur(radius))

    assert advised(read(blurred)) == expected


@pytest.mark.parametrize(
    ("width", "enrol", "check"),
    [
        (300, (Advice.OK, True), (Advice.OK, True)),
        (240, (Advice.MOVE_CLOSER, False), (Advice.MOVE_CLOSER, True)),
        (130, (Advice.MOVE_CLOSER, False), (Advice.MOVE_CLOSER, False)),
    ],
)
def test_distance_from_the_camera(
    read: Read, face: Face, width: int, enrol: tuple[Advice, bool], check: tuple[Advice, bool]
) -> None:
    person = face("obama").resize((width, round(width * 1.25)))
    far = pictures.on_grey(person, CANVAS, (150, 50))

    assert advised(read(far, Purpose.ENROL)) == enrol
    assert advised(read(far, Purpose.CHECK)) == check


def test_face_that_fills_the_frame_is_found_with_a_border(
    dlib_engine: DlibEngine, roster: VectorRoster, read: Read, face: Face
) -> None:
    picture = face("obama2")
    quality = read(picture).quality
    assert quality is not None
    filled = _filled(dlib_engine, picture)

    match = dlib_engine.match(read(filled), person="obama", roster=roster)

    assert match.outcome == Outcome.VERIFIED


def _filled(engine: DlibEngine, picture: Image.Image) -> Image.Image:
    """Return the middle of a face, cut so tightly that the first two rungs find none."""
    import numpy as np

    (found,) = engine._at(np.asarray(picture), 0)
    cut = round(found.box.width() * 0.15)
    tight = picture.crop(
        (
            found.box.left() + cut,
            found.box.top() + cut,
            found.box.right() - cut,
            found.box.bottom() - cut,
        )
    )
    pixels = np.asarray(pictures.opened(pictures.jpeg(tight)))
    assert [engine._at(pixels, upsample) for upsample in (0, 1)] == [[], []]
    return tight


def test_picture_turned_by_the_camera_is_read_upright(
    dlib_engine: DlibEngine, read: Read, face: Face
) -> None:
    lying = face("obama").rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    lying.save(buffer, "JPEG", quality=92, exif=exif)

    marked = dlib_engine.read(buffer.getvalue(), purpose=Purpose.CHECK)

    assert (read(lying).advice, marked.advice) == (Advice.NO_FACE, Advice.OK)


def test_bytes_that_are_no_picture_are_refused(dlib_engine: DlibEngine) -> None:
    with pytest.raises(Rejected) as caught:
        dlib_engine.read(b"not a picture", purpose=Purpose.CHECK)

    assert caught.value.code == "picture_not_image"


# --- nothing biometric is told ------------------------------------------------------------------


def test_repr_of_reading_and_match_hold_nothing_biometric(
    dlib_engine: DlibEngine, roster: VectorRoster, read: Read, face: Face
) -> None:
    reading = read(face("obama"))
    match = dlib_engine.match(reading, person="obama", roster=roster)

    assert repr(reading) == "FaceReading(advice=<Advice.OK: 'ok'>)"
    assert repr(roster) == "<VectorRoster of 2>"
    assert repr(match) == (
        f"FaceMatch(outcome=<Outcome.VERIFIED: 'verified'>, reason=<Reason.NONE: ''>, "
        f"similarity={match.similarity!r})"
    )
