"""Two processes come upon one punch at the same time: one looks, the other leaves it be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from attendance.enums import EntryKind, FaceState
from attendance.models import PunchEntry, PunchState
from attendance.services import enrolment, punching
from companies.scoping import company_scope
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World
from tests.repository import ROOT

# It says what it does, a line each, and waits for a line before it goes on.
_PROCESS = """
import sys
import django
django.setup()
from django.utils import timezone
from attendance.services import evidence
from companies.models import Company
from companies.scoping import company_scope
from integrations import faces
from tests.attendance.fakes import FakeEngine

class Told(FakeEngine):
    def read(self, jpeg, *, purpose, gallery=""):
        print("looking", flush=True)
        sys.stdin.readline()
        return super().read(jpeg, purpose=purpose, gallery=gallery)

company = Company.objects.get()
print("ready", flush=True)
sys.stdin.readline()
with company_scope(company), faces.using(Told()):
    weighed = evidence.punch_weigh(punch_id=sys.argv[1], now=timezone.now())
print(weighed.state.face, weighed.state.face_reason, flush=True)
"""
Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start(surroundings: dict[str, str]) -> Iterator[Start]:
    """A function that starts a process which weighs the punch of that id."""
    made: list[subprocess.Popen[str]] = []

    def started(punch_id: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603  # constant
            [sys.executable, "-c", _PROCESS, punch_id], env=surroundings, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        made.append(process)
        return process

    yield started
    for process in made:
        process.kill()
        process.communicate()


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def punch_id(world: World, engine: FakeEngine) -> str:
    now = timezone.now()
    with company_scope(world.company):
        enrolment.consent_answer(by=world.actor(world.maya), is_given=True, now=now)
    tap = punching.Tap(world.maya.public_id, "in", None, "", jpeg())  # type: ignore[arg-type]
    return str(punching.punch_record(claim=world.claim(world.maya), tap=tap, now=now).public_id)


def test_of_two_processes_one_looks(world: World, start: Start, punch_id: str) -> None:
    first, second = start(punch_id), start(punch_id)
    assert [_hear(first), _hear(second)] == ["ready", "ready"]
    _go(first)
    assert _hear(first) == "looking"
    _go(second)
    assert _hear(second) == "pending"
    _go(first)
    assert _hear(first) == "unverifiable not_enrolled"

    with company_scope(world.company):
        state: Any = PunchState.objects.get()
        assert (state.face, state.verify_attempts) == (FaceState.UNVERIFIABLE, 1)
        assert PunchEntry.objects.get().kind == EntryKind.VERIFIED


def test_at_the_very_same_moment_one_looks(world: World, start: Start, punch_id: str) -> None:
    both = start(punch_id), start(punch_id)
    assert [_hear(process) for process in both] == ["ready", "ready"]
    for process in both:
        _go(process)
    said = [_hear(process) for process in both]
    assert sorted(said) == ["looking", "pending"]
    looking = both[said.index("looking")]
    _go(looking)
    assert _hear(looking) == "unverifiable not_enrolled"
    with company_scope(world.company):
        assert PunchState.objects.get().verify_attempts == 1
        assert PunchEntry.objects.count() == 1
