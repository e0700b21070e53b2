"""Everything that touches one person's day, at the same moment: nothing lost, doubled or stuck."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance import tasks
from attendance.enums import Direction, EntryKind, FaceState
from attendance.models import AttendanceDay, Punch, PunchEntry, PunchFrame, PunchState
from attendance.services import closing, days, decisions, enrolment, evidence, punching, roster
from companies.models import Employee
from companies.scoping import company_scope
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World
from tests.companies.conftest import Together


def _scoped(world: World, call: Callable[[], Any]) -> Callable[[], Any]:
    """Return the call in its company's scope, which a thread must open for itself."""

    def scoped() -> Any:
        with company_scope(world.company):
            return call()

    return scoped


def _punch(world: World, minutes_ago: int, direction: Direction) -> punching.Recorded:
    tap = punching.Tap(uuid.uuid4(), direction, None, "", jpeg())
    now = timezone.now() - dt.timedelta(minutes=minutes_ago)
    return punching.punch_record(claim=world.claim(world.maya), tap=tap, now=now)


def _all_fine(answers: list[Any]) -> list[Any]:
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


def test_every_writer_of_one_person_at_once(
    together: Together, world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    now = timezone.now()
    flagged = _punch(world, 60, Direction.IN)
    engine.outcome = engine.outcome.MISMATCH
    _scoped(world, functools.partial(evidence.punch_weigh, punch_id=flagged.public_id, now=now))()
    engine.outcome = engine.outcome.VERIFIED
    waiting = [_punch(world, 50 - 10 * n, Direction.OUT) for n in range(3)]
    tap = punching.Tap(uuid.uuid4(), Direction.IN, None, "", jpeg())
    with company_scope(world.company):
        punch = Punch.objects.select_related("employee", "company").get(public_id=flagged.public_id)
    accept = functools.partial(
        decisions.punch_accept, punch=punch, reason="Known to me", by=world.hr
    )
    assign = functools.partial(
        roster.assignment_save, employee=world.maya, shift=world.day_shift,
        starts_on=now.date() - dt.timedelta(days=1), ends_on=None, by=world.hr,
    )  # fmt: skip
    weigh = [
        functools.partial(evidence.punch_weigh, punch_id=item.public_id, now=now)
        for item in (*waiting, *waiting)
    ]
    record = functools.partial(
        punching.punch_record, claim=world.claim(world.maya), tap=tap, now=now
    )

    answers = _all_fine(
        together(
            *(_scoped(world, call) for call in [accept, assign, *weigh]),
            tasks.pending_verify, tasks.settle_open, tasks.absence_sweep, record, record,
        )
    )  # fmt: skip

    first, second = answers[-2:]
    assert first.public_id == second.public_id
    tasks.pending_verify()
    with company_scope(world.company):
        evidence.punch_weigh(punch_id=first.public_id, now=now)
        assert Punch.objects.count() == PunchFrame.objects.count() == 5
        assert PunchState.objects.filter(face=FaceState.VERIFIED, verify_attempts=1).count() == 4
        verified = PunchEntry.objects.filter(kind=EntryKind.VERIFIED)
        assert set(verified.values_list("key", flat=True)) == {
            f"verified:{item.public_id}" for item in (flagged, *waiting, first)
        }
        assert PunchEntry.objects.filter(kind=EntryKind.DECIDED).count() == 1
        assert not PunchState.objects.filter(judged_at=None).exists()
        before = list(AttendanceDay.objects.order_by("id").values("employee", "date", "slot"))
        days.person_recompute(
            employee=world.maya, now=timezone.now(),
            first=now.date() - dt.timedelta(days=2), last=now.date() + dt.timedelta(days=1),
        )  # fmt: skip
        after = list(AttendanceDay.objects.order_by("id").values("employee", "date", "slot"))
    assert before == after


def test_a_face_replaced_while_others_are_compared(
    together: Together, world: World, enrol: Any, engine: FakeEngine
) -> None:
    people = (world.maya, world.hari, world.bikram)
    for person in people:
        enrol(world, person)

    def replace(person: Employee) -> None:
        by, now = world.actor(person), timezone.now()
        enrolment.enrolment_start(by=by, now=now)
        for _n in range(enrolment.FRAMES_NEEDED):
            assert enrolment.frame_add(by=by, frame=jpeg()).is_kept
        enrolment.enrolment_finish(by=by, now=now)

    waiting = [_punch(world, 50 - 10 * n, Direction.IN) for n in range(4)]
    calls: list[Callable[[], Any]] = [functools.partial(replace, person) for person in people]
    calls += [
        functools.partial(evidence.punch_weigh, punch_id=item.public_id, now=timezone.now())
        for item in waiting
    ]
    _all_fine(together(*(_scoped(world, call) for call in calls)))
    with company_scope(world.company):
        assert PunchState.objects.filter(face=FaceState.VERIFIED).count() == 4


@pytest.mark.django_db
def test_judging_somebody_lets_their_punches_in(world: World) -> None:
    with company_scope(world.company), CaptureQueriesContext(connection) as queries:
        days.lock_person(world.maya)
        closing._lock_everybody(world.company, dt.date(2026, 3, 31))
    # A foreign key to a row waits for "FOR UPDATE" of it, not for this; SQLite has no row locks.
    locks = ["FOR NO KEY UPDATE" in query["sql"] for query in queries.captured_queries]
    assert locks == [connection.features.has_select_for_update] * 2
