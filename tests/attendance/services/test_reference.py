"""The one picture that an enrolment keeps: stored with it, named by it, gone with it."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import transaction

from attendance import tasks
from attendance.enums import EnrolmentState
from attendance.models import FaceEnrolment
from attendance.services import enrolment, pictures
from companies.models import Employee
from companies.scoping import company_scope
from integrations.errors import Unavailable
from integrations.faces.protocol import Advice
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at

NOW = at("2026-03-02 09:00")

pytestmark = pytest.mark.django_db(transaction=True)


def _files(folder: Path) -> list[Path]:
    return sorted(item for item in (folder / pictures.REFERENCE).rglob("*") if item.is_file())


def _start(world: World) -> Any:
    actor = world.actor(world.maya)
    enrolment.consent_answer(by=actor, is_given=True, now=NOW)
    enrolment.enrolment_start(by=actor, now=NOW)
    return actor


def _read(key: str) -> bytes:
    with default_storage.open(key) as file:
        return bytes(file.read())


def test_the_first_kept_picture_stays_re_encoded(
    scoped: World, engine: FakeEngine, photos_folder: Path
) -> None:
    actor = _start(scoped)
    engine.advice = Advice.HOLD_STILL
    enrolment.frame_add(by=actor, frame=jpeg())
    assert FaceEnrolment.objects.get().reference_key == ""
    assert _files(photos_folder) == []
    engine.advice = Advice.OK
    sent = jpeg(700, 500)
    enrolment.frame_add(by=actor, frame=sent)
    row = FaceEnrolment.objects.get()
    kept = _read(row.reference_key)
    assert row.reference_key.startswith("reference/")
    assert row.reference_sha256 == hashlib.sha256(kept).hexdigest()
    assert kept != sent
    for _n in range(2):
        enrolment.frame_add(by=actor, frame=jpeg())
    enrolment.enrolment_finish(by=actor, now=NOW)
    assert FaceEnrolment.objects.get().reference_key == row.reference_key
    assert len(_files(photos_folder)) == 1


def test_the_picture_of_another_face_is_not_kept(
    scoped: World, engine: FakeEngine, photos_folder: Path
) -> None:
    actor = _start(scoped)
    enrolment.frame_add(by=actor, frame=jpeg())
    FaceEnrolment.objects.update(reference_key="")
    engine.is_same_person = False
    assert enrolment.frame_add(by=actor, frame=jpeg()).advice == "another_person"
    assert FaceEnrolment.objects.get().reference_key == ""
    assert len(_files(photos_folder)) == 1


def test_a_disk_that_refuses_holds_nobody_up(
    scoped: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> str:
        raise Unavailable("storage_failed")

    actor = _start(scoped)
    monkeypatch.setattr(pictures, "store", full)
    assert enrolment.frame_add(by=actor, frame=jpeg()).is_kept is True
    assert FaceEnrolment.objects.get().reference_key == ""
    monkeypatch.undo()
    enrolment.frame_add(by=actor, frame=jpeg())
    assert FaceEnrolment.objects.get().reference_key != ""


def _withdraw(world: World) -> None:
    enrolment.consent_answer(by=world.actor(world.maya), is_given=False, now=NOW)


def _leave(world: World) -> None:
    Employee.objects.filter(pk=world.maya.pk).update(left_on=dt.date(2026, 2, 20))
    with time_machine.travel(NOW, tick=False):
        tasks.face_retention()


def _again(world: World) -> None:
    actor = _start(world)
    for _n in range(3):
        enrolment.frame_add(by=actor, frame=jpeg())
    enrolment.enrolment_finish(by=actor, now=NOW)


@pytest.mark.parametrize(("ends", "left"), [(_withdraw, 0), (_leave, 0), (_again, 1)])
def test_the_picture_goes_with_its_enrolment(
    world: World, enrol: Any, photos_folder: Path, ends: Any, left: int
) -> None:
    enrol(world, world.maya)
    with company_scope(world.company):
        first = FaceEnrolment.objects.get()
        assert default_storage.exists(first.reference_key)
        ends(world)
        ended = FaceEnrolment.objects.get(pk=first.pk)
    assert (ended.state, ended.reference_key, ended.reference_sha256) == (
        EnrolmentState.ENDED, "", "",
    )  # fmt: skip
    assert not default_storage.exists(first.reference_key)
    assert len(_files(photos_folder)) == left


def test_what_is_rolled_back_keeps_its_picture(world: World, enrol: Any) -> None:
    enrol(world, world.maya)
    with company_scope(world.company):
        key = FaceEnrolment.objects.get().reference_key
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _withdraw(world)
            raise ZeroDivisionError
        assert FaceEnrolment.objects.get().reference_key == key
    assert default_storage.exists(key)


def test_the_orphans_pass_takes_only_what_no_enrolment_names(world: World, enrol: Any) -> None:
    with time_machine.travel(at("2026-02-01 09:00"), tick=False):
        enrol(world, world.maya)
        orphan = pictures.store(pictures.REFERENCE, jpeg(), at("2026-02-01 09:00"))
    with company_scope(world.company):
        kept = FaceEnrolment.objects.get().reference_key
    with time_machine.travel(NOW, tick=False):
        assert tasks.photo_retention() == 1
    assert default_storage.exists(kept)
    assert not default_storage.exists(orphan)
