"""Sweeps mean "everything due up to now": late, twice, after an outage, in any zone."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from attendance import checks, tasks
from attendance.enums import DayStatus, Direction, EnrolmentState, FaceState
from attendance.models import (
    AttendanceDay,
    FaceEnrolment,
    FaceTemplate,
    PunchFrame,
    PunchState,
)
from attendance.services import enrolment
from companies.models import AuditEvent, Employee, OfficeVersion, Placement, PolicyVersion
from companies.scoping import company_scope
from portal import jobs
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at

MONDAY = dt.date(2026, 3, 2)


def _rows(world: World, who: Any = None) -> dict[dt.date, str]:
    with company_scope(world.company):
        rows = AttendanceDay.objects.filter(employee=who or world.maya)
        return dict(rows.order_by("date").values_list("date", "status"))


def _join(world: World, on: dt.date = MONDAY) -> None:
    """Let everybody have joined on that date, so that tables stay short."""
    with company_scope(world.company):
        for person in (world.maya, world.bikram, world.hari):
            person.joined_on = on
            person.save(update_fields=["joined_on"])
            Placement.objects.filter(employee=person).update(starts_on=on)


def _at(when: str) -> Any:
    return time_machine.travel(at(when), tick=False)


# --- absence ----------------------------------------------------------------------------------
def test_who_did_not_come_is_absent_once_the_window_has_closed(world: World) -> None:
    _join(world)
    with _at("2026-03-02 18:29"):
        tasks.absence_sweep()
        assert DayStatus.ABSENT not in _rows(world).values()
    with _at("2026-03-02 18:31"):
        tasks.absence_sweep()
        tasks.settle_open()
    assert _rows(world)[MONDAY] == DayStatus.ABSENT


def test_the_sweep_again_changes_nothing(world: World) -> None:
    _join(world)
    with _at("2026-03-06 20:00"):
        assert tasks.absence_sweep() > 0
        before = _rows(world)
        assert tasks.absence_sweep() == 0
        assert tasks.settle_open() == 0
    assert _rows(world) == before


def test_after_a_week_without_the_sweep_every_day_is_there(world: World) -> None:
    _join(world)
    with _at("2026-03-02 20:00"):
        tasks.absence_sweep()
    with _at("2026-03-10 20:00"):
        tasks.settle_open()
        tasks.absence_sweep()
    working = [dt.date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9, 10)]
    assert _rows(world) == dict.fromkeys(working, DayStatus.ABSENT)


def test_after_months_without_the_scheduler_every_day_is_there(world: World) -> None:
    """Meanwhile people check in: a row of today hides nothing of what is missing before it."""
    first, came = dt.date(2026, 1, 1), dt.date(2026, 6, 1)
    with _at("2026-01-05 20:00"):
        assert jobs.run(jobs.by_name("absence_sweep"))
    world.punch(world.maya, "2026-06-01 09:00")
    with _at("2026-06-01 20:00"):
        assert jobs.run(jobs.by_name("absence_sweep"))
    dates = (first + dt.timedelta(days=n) for n in range((came - first).days))
    working = {date for date in dates if date.weekday() < 5}
    rows = _rows(world)
    assert {date for date, status in rows.items() if status == DayStatus.ABSENT} == working
    assert rows[came] == DayStatus.INCOMPLETE


@pytest.mark.parametrize(("when", "status"), [("04-11 23:59", None), ("04-12 00:00", "A")])
def test_an_absence_that_waits_longer_than_the_sweep_looks_back_is_written(
    world: World, when: str, status: str | None
) -> None:
    _join(world)
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=MONDAY, zone="Asia/Kathmandu", absence_lag_days=40
        )
    world.punch(world.maya, "2026-04-10 09:00")
    with _at(f"2026-{when}"):
        tasks.absence_sweep()
    assert _rows(world).get(MONDAY) == status


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"])
def test_absence_follows_the_offices_own_day(world: World, zone: str) -> None:
    _join(world)
    with company_scope(world.company):
        OfficeVersion.objects.create(
            company=world.company, office=world.office, zone=zone, starts_on=dt.date(2026, 2, 1)
        )
    from zoneinfo import ZoneInfo

    closing = dt.datetime(2026, 3, 2, 18, 30, tzinfo=ZoneInfo(zone))
    with time_machine.travel(closing - dt.timedelta(minutes=2), tick=False):
        tasks.absence_sweep()
        assert _rows(world).get(MONDAY) != DayStatus.ABSENT
    with time_machine.travel(closing + dt.timedelta(minutes=2), tick=False):
        tasks.settle_open()
        tasks.absence_sweep()
        assert _rows(world)[MONDAY] == DayStatus.ABSENT


def test_a_forgotten_check_out_settles_as_incomplete(world: World) -> None:
    _join(world)
    world.punch(world.maya, "2026-03-02 09:00")
    assert _rows(world)[MONDAY] == ""
    with _at("2026-03-04 09:00"):
        assert tasks.settle_open() > 0
    with company_scope(world.company):
        row = AttendanceDay.objects.get(employee=world.maya, date=MONDAY)
    assert (row.status, row.exceptions) == (DayStatus.INCOMPLETE, ["missing_out"])


def test_who_left_is_not_swept(world: World) -> None:
    _join(world)
    with company_scope(world.company):
        world.maya.is_active = False
        world.maya.save(update_fields=["is_active"])
    with _at("2026-03-06 20:00"):
        tasks.absence_sweep()
    assert _rows(world) == {}


# --- pictures ---------------------------------------------------------------------------------
def test_a_page_that_died_leaves_its_picture_to_the_sweep(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-03-02 09:00", frame=jpeg(), weigh=False)
    with _at("2026-03-02 09:00"):
        assert tasks.pending_verify() == 0
    with _at("2026-03-02 09:01"):
        assert tasks.pending_verify() == 1
        assert tasks.pending_verify() == 0
    with company_scope(world.company):
        assert PunchState.objects.get().face == FaceState.VERIFIED
        assert AttendanceDay.objects.get().date == MONDAY


def test_the_sweep_verifies_what_waited_for_the_engine(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    engine.failures = 1
    world.punch(world.maya, "2026-03-02 09:00", frame=jpeg())
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    with _at("2026-03-02 18:00"):
        assert tasks.pending_verify() == 1
    with company_scope(world.company):
        assert PunchState.objects.filter(face=FaceState.PENDING).count() == 0


def test_pictures_go_on_their_date_and_leave_a_trace(
    world: World, other_world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-03-02 09:00", frame=jpeg())
    with company_scope(world.company):
        frame = PunchFrame.objects.get()
    assert default_storage.exists(frame.storage_key)
    with time_machine.travel(
        dt.datetime.combine(frame.purge_on, dt.time(), dt.UTC) - dt.timedelta(seconds=1), tick=False
    ):
        assert tasks.photo_retention() == 0
    with time_machine.travel(dt.datetime.combine(frame.purge_on, dt.time(), dt.UTC), tick=False):
        assert tasks.photo_retention() == 1
        assert tasks.photo_retention() == 0
    assert not default_storage.exists(frame.storage_key)
    with company_scope(world.company):
        event = AuditEvent.objects.get(verb="pictures_purged")
        assert (event.changes, event.actor_name) == ({"pictures": [1, 0]}, "photo_retention")
        assert PunchState.objects.get().face == FaceState.VERIFIED
    with company_scope(other_world.company):
        assert not AuditEvent.objects.filter(verb="pictures_purged").exists()


def test_a_raw_picture_without_a_punch_is_deleted_after_two_days(
    world: World, photos_folder: Path
) -> None:
    key = default_storage.save("raw/2026-03-02/lost.jpg", ContentFile(b"bytes"))
    with _at("2026-03-04 12:00"):
        assert tasks.photo_retention() == 1
    assert not os.path.exists(photos_folder / key)


# --- faces ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("left", "when", "kept"),
    [
        ({"left_on": MONDAY}, "2026-03-03 17:44", 3),  # it is still Monday somewhere
        ({"left_on": MONDAY}, "2026-03-03 17:46", 0),
        ({"is_active": False}, "2026-03-02 09:00", 0),
        ({}, "2030-01-01 09:00", 3),
    ],
)
def test_the_face_of_who_has_left_is_deleted(
    world: World, other_world: World, enrol: Any, left: dict[str, Any], when: str, kept: int
) -> None:
    for each in (world, other_world):
        enrol(each, each.maya)
    enrol(world, world.bikram)
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(**left)
    with _at(when):
        assert tasks.face_retention() == (0 if kept else 1)
        assert tasks.face_retention() == 0
    with company_scope(world.company):
        assert FaceTemplate.objects.filter(enrolment__employee=world.maya).count() == kept
        assert FaceTemplate.objects.filter(enrolment__employee=world.bikram).count() == 3
        ended = AuditEvent.objects.filter(verb="face_enrolment_ended")
        assert [(event.subject_label, event.actor_name) for event in ended] == [
            ("Maya (maya)", "face_retention")
        ] * (kept == 0)
    with company_scope(other_world.company):
        assert FaceTemplate.objects.count() == 3


def test_a_capture_left_unfinished_goes_with_the_person(world: World, engine: FakeEngine) -> None:
    maya = world.actor(world.maya)
    with company_scope(world.company):
        enrolment.consent_answer(by=maya, is_given=True, now=at("2026-03-02 09:00"))
        enrolment.enrolment_start(by=maya, now=at("2026-03-02 09:00"))
        enrolment.frame_add(by=maya, frame=jpeg())
        Employee.objects.filter(pk=world.maya.pk).update(left_on=MONDAY)
    with _at("2026-03-05 09:00"):
        assert tasks.face_retention() == 1
    with company_scope(world.company):
        assert not FaceTemplate.objects.exists()
        assert FaceEnrolment.objects.get().state == EnrolmentState.ENDED


# --- checks -----------------------------------------------------------------------------------
def test_a_machine_without_the_engine_is_told_so(settings: Any) -> None:
    settings.MUSTER_FACE_ENGINE = "none"
    (warning,) = checks.faces_can_be_checked(None)
    assert warning.id == "attendance.W001"
    assert warning.hint == "Punches are kept as “face not checked”."


def test_a_machine_that_can_check_faces_is_told_nothing() -> None:
    assert checks.faces_can_be_checked(None) == []
