"""Where a head points, from the five points of real faces; the rule itself has tests of its own."""

from __future__ import annotations

import math

import pytest
from PIL import Image

from attendance.enums import Turn
from attendance.rules.liveness import HeadPose, Seen, turn_seen
from integrations import photos
from integrations.errors import Rejected
from integrations.faces.dlib_engine import DlibEngine
from integrations.faces.protocol import Advice, FacePose, Purpose
from tests import portraits
from tests.integrations import pictures


def _pose(dlib_engine: DlibEngine, jpeg: bytes) -> HeadPose:
    pose = dlib_engine.pose(jpeg)
    assert pose.advice == Advice.OK
    return HeadPose(pose.turn, pose.drop)


@pytest.mark.parametrize("asked", [Turn.LEFT, Turn.RIGHT])
def test_a_head_that_turns_is_seen_to_turn_and_stays_the_same_person(
    dlib_engine: DlibEngine, asked: Turn
) -> None:
    straight = photos.sanitise(portraits.portrait("obama"))
    turned = portraits.turned(straight, to_own_left=asked == Turn.LEFT)
    neutral, after = _pose(dlib_engine, straight), _pose(dlib_engine, turned)
    other = Turn.RIGHT if asked == Turn.LEFT else Turn.LEFT
    assert turn_seen(neutral, after, asked) == Seen.REACHED
    assert turn_seen(neutral, after, other) == Seen.WRONG_WAY
    templates = [
        dlib_engine.read(jpeg, purpose=Purpose.CHECK).template for jpeg in (straight, turned)
    ]
    assert templates[0] is not None
    assert templates[1] is not None
    assert dlib_engine.same_person(templates[0], templates[1])


def test_two_real_portraits_of_one_person_point_where_they_do(dlib_engine: DlibEngine) -> None:
    """One looks a little to the own right, one to the own left: measured -0.14 and 0.09."""
    right, left = (
        _pose(dlib_engine, photos.sanitise(portraits.portrait(name)))
        for name in ("obama2", "obama_partial_face2")
    )
    assert turn_seen(right, left, Turn.LEFT) == Seen.REACHED
    assert turn_seen(left, right, Turn.RIGHT) == Seen.REACHED


@pytest.mark.parametrize("degrees", [-30, -15, 15, 30])
def test_a_photograph_that_is_tilted_before_the_camera_does_not_turn_its_head(
    dlib_engine: DlibEngine, degrees: int
) -> None:
    straight = pictures.opened(portraits.portrait("obama"))
    width, height = straight.size
    # Nearer on one side, farther on the other: a sheet that is turned about its upright middle.
    lean = round(height * 0.25 * math.sin(math.radians(degrees)))
    near, far = max(lean, 0), max(-lean, 0)
    corners = (0, -near, 0, height + near, width, height + far, width, -far)
    tilted = straight.transform(straight.size, Image.Transform.QUAD, corners)
    narrow = tilted.resize((round(width * math.cos(math.radians(degrees))), height))
    neutral, after = (_pose(dlib_engine, pictures.jpeg(image)) for image in (straight, narrow))
    assert {turn_seen(neutral, after, asked) for asked in Turn} == {Seen.MORE}


def test_a_pose_needs_one_face_that_is_large_enough(dlib_engine: DlibEngine) -> None:
    one = pictures.opened(portraits.portrait("obama"))
    far = pictures.on_grey(one.resize((96, 120)), (640, 480), (250, 150))
    two = pictures.on_grey(one.resize((320, 400)), (640, 480), (0, 0))
    two.paste(one.resize((320, 400)), (320, 0))
    seen = {
        Advice.NO_FACE: pictures.plain(640, 480),
        Advice.MOVE_CLOSER: far,
        Advice.SEVERAL_FACES: two,
    }
    for advice, picture in seen.items():
        assert dlib_engine.pose(pictures.jpeg(picture)) == FacePose(advice)


def test_what_is_no_picture_has_no_pose(dlib_engine: DlibEngine) -> None:
    with pytest.raises(Rejected, match="picture_not_image"):
        dlib_engine.pose(b"not a picture")
