"""Work that waited asks a hosted engine at its pace; people at the camera come first."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from attendance import tasks
from attendance.enums import FaceState
from attendance.models import AttendanceDay, PunchEntry, PunchState
from attendance.services import evidence, pace
from companies.models import Throttle
from companies.scoping import company_scope
from integrations import faces
from integrations.errors import Unavailable
from integrations.faces.protocol import FaceReading, Purpose
from tests.attendance.fakes import FakeEngine, HostedFake, jpeg
from tests.attendance.world import World, at, make_person

MORNING = at("2026-03-02 09:00")


class Allowed(HostedFake):
    """A hosted fake that admits six a second, and says when it was asked to look at a check-in."""

    most_a_second = 6

    def __init__(self) -> None:
        super().__init__()
        self.asked_at: list[dt.datetime] = []

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        if purpose == Purpose.CHECK:
            self.asked_at.append(dt.datetime.now(dt.UTC))
        return super().read(jpeg, purpose=purpose, gallery=gallery)


@pytest.fixture
def engine() -> Iterator[Allowed]:
    fake = Allowed()
    with faces.using(fake):
        yield fake


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A clock that goes on only while somebody sleeps."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        monkeypatch.setattr(time, "sleep", lambda seconds: traveller.shift(seconds))
        yield traveller


def _most_within_a_second(moments: list[dt.datetime]) -> int:
    second = dt.timedelta(seconds=1)
    return max(sum(first <= other < first + second for other in moments) for first in moments)


def _crowd(world: World, enrol: Any, people: int, punches: int) -> None:
    """Let people enrol and check in, each so often; no page asks for a verdict."""
    for number in range(people):
        with company_scope(world.company):
            person = make_person(world.company, f"P{number}", world.office, world.day_shift)
        enrol(world, person)
        for minute in range(punches):
            world.punch(person, f"2026-03-02 08:{minute:02d}", frame=jpeg(), weigh=False)


def _faces(world: World) -> Counter[str]:
    with company_scope(world.company):
        return Counter(PunchState.objects.values_list("face", flat=True))


def test_a_sweep_asks_half_of_what_is_admitted(
    world: World, enrol: Any, engine: Allowed, clock: Any
) -> None:
    _crowd(world, enrol, people=3, punches=7)
    assert tasks.pending_verify() == 21
    assert _faces(world) == {FaceState.VERIFIED: 21}
    # Three at once, then a second's wait, and so on.
    assert _most_within_a_second(engine.asked_at) == 3
    assert engine.asked_at[-1] - engine.asked_at[0] >= dt.timedelta(seconds=6)


def test_a_run_ends_before_the_next_and_judges_the_rest_without_looking(
    world: World, enrol: Any, engine: Allowed, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "SWEEP", dt.timedelta(seconds=3))
    _crowd(world, enrol, people=5, punches=3)
    looked = tasks.pending_verify()
    assert 0 < looked < 15
    assert _faces(world) == {FaceState.VERIFIED: looked, FaceState.PENDING: 15 - looked}
    with company_scope(world.company):
        assert not PunchState.objects.filter(judged_at=None).exists()
        assert AttendanceDay.objects.count() == 5
    assert looked + tasks.pending_verify() + tasks.pending_verify() == 15
    with company_scope(world.company):
        assert PunchEntry.objects.count() == 15


def test_people_at_the_camera_come_first(
    world: World, enrol: Any, engine: Allowed, clock: Any
) -> None:
    _crowd(world, enrol, people=1, punches=1)
    enrol(world, world.maya)
    claim = world.claim(world.maya)
    for minute in range(8):
        recorded = world.punch(world.maya, f"2026-03-02 08:{minute:02d}", frame=jpeg(), weigh=False)
        weighed = evidence.punch_verify(claim=claim, punch_id=recorded.public_id, now=MORNING)
        assert weighed.state.face == FaceState.VERIFIED
    # Nobody waited, although it was more than the sweep may have; the sweep waits for its turn.
    assert set(engine.asked_at) == {MORNING}
    assert tasks.pending_verify() == 1
    assert engine.asked_at[-1] >= MORNING + dt.timedelta(seconds=1)


def test_an_engine_that_is_away_is_not_asked_for_every_picture(
    world: World, enrol: Any, engine: Allowed, clock: Any
) -> None:
    _crowd(world, enrol, people=4, punches=5)
    engine.failures = 10**6
    assert tasks.pending_verify() == 5
    assert len(engine.asked_at) == 5
    with company_scope(world.company):
        assert not PunchState.objects.filter(judged_at=None).exists()
        assert PunchState.objects.filter(face=FaceState.PENDING, verify_attempts=0).count() == 20


def test_one_that_is_away_now_and_then_is_asked_on(
    world: World, enrol: Any, engine: Allowed, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _crowd(world, enrol, people=2, punches=6)
    read, numbers = engine.read, iter(range(10**6))

    def every_third(*args: Any, **kwargs: Any) -> FaceReading:
        if next(numbers) % 3:
            raise Unavailable("ThrottlingException")
        return read(*args, **kwargs)

    monkeypatch.setattr(engine, "read", every_third)
    assert tasks.pending_verify() == 12
    assert _faces(world) == {FaceState.VERIFIED: 4, FaceState.PENDING: 8}


def test_an_engine_of_this_machine_has_no_pace(world: World, enrol: Any, clock: Any) -> None:
    with faces.using(FakeEngine()):
        enrol(world, world.maya)
        for minute in range(12):
            world.punch(world.maya, f"2026-03-02 08:{minute:02d}", frame=jpeg(), weigh=False)
        pace.look_counted()
        assert tasks.pending_verify() == 12
    assert not Throttle.objects.filter(key="face_looks").exists()
    assert dt.datetime.now(dt.UTC) == MORNING


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_smallest_allowance_is_one_a_second(
    world: World, engine: Allowed, clock: Any, most: int
) -> None:
    engine.most_a_second = most
    turns, moments = pace.Pace(), []
    for _n in range(4):
        assert turns.turn() is True
        moments.append(dt.datetime.now(dt.UTC))
    assert _most_within_a_second(moments) == 1
