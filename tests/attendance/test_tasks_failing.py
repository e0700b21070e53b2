"""One item that fails holds up nobody else's, and the job says that it failed."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError

from attendance import tasks
from attendance.enums import FaceState
from attendance.models import AttendanceDay, FaceEnrolment, FaceErasure, PunchFrame, PunchState
from attendance.services import days, enrolment, evidence
from companies.models import AuditEvent, Employee
from companies.scoping import company_scope
from companies.sweeps import JobIncomplete
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at

NOON = "2026-03-02 12:00"


def _failing(what: Any, field: str, value: Any, error: Exception) -> Any:
    """Return the service, raising where the field has that value."""

    def service(**fields: Any) -> Any:
        if fields[field] == value:
            raise error
        return what(**fields)

    return service


def test_a_punch_that_cannot_be_weighed_leaves_the_others_their_verdict(
    world: World, other_world: World, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    bad = world.punch(world.maya, "2026-03-02 09:00", weigh=False).public_id
    for where in (world, other_world):
        where.punch(where.hari, "2026-03-02 09:05", weigh=False)
    weigh = _failing(evidence.punch_weigh, "punch_id", bad, ZeroDivisionError())
    monkeypatch.setattr(evidence, "punch_weigh", weigh)

    with time_machine.travel(at(NOON), tick=False), caplog.at_level(logging.ERROR):
        with pytest.raises(JobIncomplete, match="^1 failed; the log says which$"):
            tasks.pending_verify()

    failed = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert failed == [f"a job failed at punch {bad}"]
    for where, expected in ((world, {bad}), (other_world, set())):
        with company_scope(where.company):
            unjudged = PunchState.objects.filter(judged_at=None)
            assert set(unjudged.values_list("punch__public_id", flat=True)) == expected


@pytest.mark.parametrize("job", ["settle_open", "absence_sweep"])
def test_a_person_who_cannot_be_judged_leaves_the_others_their_day(
    world: World, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    for person in (world.maya, world.hari):
        world.punch(person, "2026-03-02 09:00")
    recompute = _failing(days.person_recompute, "employee", world.maya, ValueError("broken"))
    monkeypatch.setattr(days, "person_recompute", recompute)

    with time_machine.travel(at("2026-03-02 23:00"), tick=False):
        with pytest.raises(JobIncomplete):
            getattr(tasks, job)()

    with company_scope(world.company):
        rows = AttendanceDay.objects.filter(date=dt.date(2026, 3, 2))
        assert dict(rows.values_list("employee", "is_open")) == {
            world.maya.pk: True, world.hari.pk: False,
        }  # fmt: skip


def test_a_database_that_is_away_ends_the_run_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(3):
        world.punch(world.maya, f"2026-03-02 09:{minute:02d}", weigh=False)
    asked: list[Any] = []

    def away(**fields: Any) -> None:
        asked.append(fields)
        raise OperationalError

    monkeypatch.setattr(evidence, "punch_weigh", away)
    with time_machine.travel(at(NOON), tick=False), pytest.raises(OperationalError):
        tasks.pending_verify()
    assert len(asked) == 1


def test_each_punch_is_weighed_at_its_own_moment(
    world: World, enrol: Any, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(world, world.maya)
    for minute in (0, 5):
        world.punch(world.maya, f"2026-03-02 09:{minute:02d}", frame=jpeg(), weigh=False)
    engine.failures, read = 2, engine.read
    with time_machine.travel(at(NOON), tick=False) as clock:

        def slow(*args: Any, **kwargs: Any) -> Any:
            clock.shift(2 * evidence.LEASE)
            return read(*args, **kwargs)

        monkeypatch.setattr(engine, "read", slow)
        assert tasks.pending_verify() == 2
    with company_scope(world.company):
        waits = PunchState.objects.order_by("occurred_at").values_list("verify_next_at", flat=True)
    assert list(waits) == [at("2026-03-02 12:05"), at("2026-03-02 12:07")]


# --- pictures ---------------------------------------------------------------------------------
def test_more_pictures_than_one_batch_go_on_their_date(
    world: World, enrol: Any, photos_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_BATCH", 2)
    enrol(world, world.maya)
    for minute in range(0, 10, 2):
        world.punch(world.maya, f"2026-03-02 09:{minute:02d}", frame=jpeg())
    with company_scope(world.company):
        assert PunchState.objects.filter(face=FaceState.VERIFIED).count() == 5
    with time_machine.travel(at("2026-07-01 09:00"), tick=False):
        assert tasks.photo_retention() == 5
    with company_scope(world.company):
        assert not PunchFrame.objects.exists()
        events = AuditEvent.objects.filter(verb="pictures_purged").order_by("id")
        assert [event.changes["pictures"][0] for event in events] == [2, 2, 1]
    # The reference picture is the enrolment's, not a check-in's.
    left = [path for path in photos_folder.rglob("*") if path.is_file()]
    assert [path.relative_to(photos_folder).parts[0] for path in left] == ["reference"]


@pytest.mark.parametrize("folder", ["raw", "frames", "reference"])
def test_only_files_that_no_row_names_go_and_only_after_two_days(
    world: World, enrol: Any, photos_folder: Path, folder: str
) -> None:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-03-02 09:00", frame=jpeg())
    world.punch(world.maya, "2026-03-02 17:30", frame=jpeg(), weigh=False)
    with company_scope(world.company):
        named = set(PunchFrame.objects.values_list("storage_key", flat=True))
        named |= set(FaceEnrolment.objects.values_list("reference_key", flat=True))
    old = default_storage.save(f"{folder}/2026-03-02/lost", ContentFile(b"bytes"))
    new = default_storage.save(f"{folder}/2026-03-03/new", ContentFile(b"bytes"))

    def files() -> set[str]:
        found = (path for path in photos_folder.rglob("*") if path.is_file())
        return {str(path.relative_to(photos_folder)) for path in found}

    with time_machine.travel(dt.datetime(2026, 3, 3, 23, 59, tzinfo=dt.UTC), tick=False):
        assert tasks.photo_retention() == 0
    assert files() == {*named, old, new}
    with time_machine.travel(dt.datetime(2026, 3, 4, tzinfo=dt.UTC), tick=False):
        assert tasks.photo_retention() == 1
    assert files() == {*named, new}


def test_one_whose_face_data_cannot_be_deleted_leaves_the_others_theirs(
    world: World, enrol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = (world.maya, world.bikram)
    for employee in people:
        enrol(world, employee)
    erase = enrolment.face_data_erase
    monkeypatch.setattr(
        enrolment, "face_data_erase", _failing(erase, "employee", world.maya, ValueError("no"))
    )
    with company_scope(world.company):
        Employee.objects.filter(pk__in=[item.pk for item in people]).update(is_active=False)
    with pytest.raises(JobIncomplete, match="1 failed"):
        tasks.face_retention()
    with company_scope(world.company):
        erased = [item.employee for item in FaceErasure.objects.all()]
    assert erased == [world.bikram]
