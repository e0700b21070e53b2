"""Recording: once, at once, whatever else is the matter."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from attendance.enums import Direction, FaceState
from attendance.errors import PassInvalid
from attendance.models import Punch, PunchFrame, PunchState
from attendance.services import projection
from attendance.services.punching import PUNCHES_A_MINUTE, Tap, punch_record
from companies.errors import TooMany
from companies.models import Employee
from companies.scoping import company_scope
from tests.attendance.fakes import jpeg
from tests.attendance.world import World, at, make_world

NOW = "2026-03-02 09:04"


def tap(**changes: object) -> Tap:
    values = {
        "tap_id": uuid.uuid4(), "direction": Direction.IN, "device_at": None,
        "no_frame": "", "frame": None,
    }  # fmt: skip
    return Tap(**{**values, **changes})  # type: ignore[arg-type]


def test_punch_record_stores_the_fact_and_its_first_state(world: World) -> None:
    world.agree(world.maya)
    sent = jpeg()
    recorded = punch_record(claim=world.claim(world.maya), tap=tap(frame=sent), now=at(NOW))

    with company_scope(world.company):
        punch = Punch.objects.get()
        state = PunchState.objects.get()
        frame = PunchFrame.objects.get()
    assert (punch.public_id, punch.employee, punch.occurred_at) == (
        recorded.public_id, world.maya, at(NOW),
    )  # fmt: skip
    assert (punch.zone, punch.utc_offset_minutes) == ("Asia/Kathmandu", 345)
    assert (state.face, state.face_reason, state.is_flagged) == (FaceState.PENDING, "", False)
    assert (frame.is_clean, frame.size, frame.problem) == (False, len(sent), "")
    with default_storage.open(frame.storage_key) as file:
        assert file.read() == sent
    assert not recorded.is_repeat


def test_punch_record_same_tap_again_gives_the_first_answer(
    world: World, photos_folder: Path
) -> None:
    world.agree(world.maya)
    same = tap(frame=jpeg())
    first = punch_record(claim=world.claim(world.maya), tap=same, now=at(NOW))

    second = punch_record(claim=world.claim(world.maya), tap=same, now=at("2026-03-02 09:06"))

    assert (second.public_id, second.occurred_at, second.is_repeat) == (
        first.public_id, at(NOW), True,
    )  # fmt: skip
    with company_scope(world.company):
        assert Punch.objects.count() == PunchState.objects.count() == 1
    assert len([path for path in photos_folder.rglob("*") if path.is_file()]) == 1


def test_punch_record_same_tap_of_somebody_else_is_another_punch(world: World) -> None:
    same = tap()
    punch_record(claim=world.claim(world.maya), tap=same, now=at(NOW))

    other = punch_record(claim=world.claim(world.hari), tap=same, now=at(NOW))

    assert not other.is_repeat
    with company_scope(world.company):
        assert Punch.objects.count() == 2


def test_punch_record_without_a_picture_says_why(world: World) -> None:
    punch_record(claim=world.claim(world.maya), tap=tap(no_frame="denied"), now=at(NOW))

    with company_scope(world.company):
        state, punch = PunchState.objects.get(), Punch.objects.get()
        assert not PunchFrame.objects.exists()
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "denied")
    assert punch.no_frame == "denied"


@pytest.mark.parametrize("answer", [None, False], ids=["not asked", "withdrawn"])
def test_punch_record_never_keeps_a_picture_without_consent(
    world: World, photos_folder: Path, answer: bool | None
) -> None:
    if answer is not None:
        world.agree(world.maya)
        world.agree(world.maya, is_given=False)
    punch_record(claim=world.claim(world.maya), tap=tap(frame=jpeg()), now=at(NOW))

    with company_scope(world.company):
        state, punch = PunchState.objects.get(), Punch.objects.get()
        assert not PunchFrame.objects.exists()
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "no_consent")
    assert punch.no_frame == "no_consent"
    assert not photos_folder.exists()


def test_punch_record_of_who_agrees_again_keeps_the_picture(world: World) -> None:
    for is_given in (True, False, True):
        world.agree(world.maya, is_given=is_given)
    punch_record(claim=world.claim(world.maya), tap=tap(frame=jpeg()), now=at(NOW))

    with company_scope(world.company):
        assert PunchState.objects.get().face == FaceState.PENDING


@pytest.mark.parametrize(
    ("frame", "problem"),
    [(b"not a picture", "picture_not_image"), (b"\xff\xd8\xff" + b"0" * 50, "picture_not_image"),
     (b"0" * (2 * 1024 * 1024 + 1), "picture_too_large")],
    ids=["text", "header only", "too large"],
)  # fmt: skip
def test_punch_record_bad_picture_never_refuses_the_punch(
    world: World, frame: bytes, problem: str
) -> None:
    world.agree(world.maya)
    punch_record(claim=world.claim(world.maya), tap=tap(frame=frame), now=at(NOW))

    with company_scope(world.company):
        state, row = PunchState.objects.get(), PunchFrame.objects.get()
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, problem)
    assert (row.storage_key, row.problem) == ("", problem)


def test_punch_record_stands_when_the_disk_refuses_the_picture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.agree(world.maya)

    def full(*_args: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    punch_record(claim=world.claim(world.maya), tap=tap(frame=jpeg()), now=at(NOW))

    with company_scope(world.company):
        state = PunchState.objects.get()
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "storage_failed")


def test_punch_record_takes_five_statements(world: World) -> None:
    world.agree(world.maya)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        punch_record(claim=world.claim(world.maya), tap=tap(frame=jpeg()), now=at(NOW))

    spoken = [q["sql"].split()[0] for q in queries.captured_queries]
    assert [word for word in spoken if word not in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")] == [
        "INSERT", "SELECT", "INSERT", "INSERT", "INSERT",
    ]  # fmt: skip


@pytest.mark.parametrize("over", [{"left_on": at("2026-02-27 12:00").date()}, {"is_active": False}])
def test_a_page_left_open_records_nothing_for_who_works_here_no_more(
    world: World, over: dict[str, Any]
) -> None:
    claim = world.claim(world.maya)
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(**over)

    with pytest.raises(PassInvalid):
        punch_record(claim=claim, tap=tap(), now=at(NOW))

    with company_scope(world.company):
        assert Punch.objects.count() == 0


def test_punch_record_on_the_day_after_the_last_still_stands(world: World) -> None:
    with company_scope(world.company):
        world.maya.left_on = at("2026-03-01 12:00").date()
        world.maya.save(update_fields=["left_on"])

    recorded = punch_record(claim=world.claim(world.maya), tap=tap(), now=at(NOW))

    with company_scope(world.company):
        assert Punch.objects.get().public_id == recorded.public_id


def test_punch_record_pass_of_another_company_is_refused(world: World) -> None:
    other = make_world("teapot")
    claim = world.claim(world.maya)
    forged = type(claim)(**{**claim.__dict__, "company": str(other.company.public_id)})

    with pytest.raises(PassInvalid):
        punch_record(claim=forged, tap=tap(), now=at(NOW))


def test_punch_record_more_than_a_person_makes_is_refused(world: World) -> None:
    for _n in range(PUNCHES_A_MINUTE):
        punch_record(claim=world.claim(world.maya), tap=tap(), now=at(NOW))

    with pytest.raises(TooMany):
        punch_record(claim=world.claim(world.maya), tap=tap(), now=at(NOW))

    punch_record(claim=world.claim(world.hari), tap=tap(), now=at(NOW))


def test_an_error_that_is_no_repeated_tap_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise IntegrityError("muster:other_company:attendance_punch.employee_id")

    monkeypatch.setattr(projection, "_write", broken)
    with pytest.raises(IntegrityError, match="other_company"):
        world.punch(world.maya, "2026-03-02 09:04")
