"""SIGKILL of a real server between, during and after requests: nothing lost, nothing doubled."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from attendance import tasks
from attendance.enums import EntryKind, FaceState
from attendance.models import AttendanceDay, Punch, PunchEntry, PunchFrame, PunchState
from attendance.services import enrolment
from companies.models import Employee
from companies.scoping import company_scope
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, make_person
from tests.faults.conftest import Server, check_in


def _until(is_so: Callable[[], Any]) -> Any:
    """Ask until it is so; the asking itself takes its time."""
    deadline = timezone.now() + dt.timedelta(seconds=60)
    while not (found := is_so()):
        assert timezone.now() < deadline, "it never came to that"
    return found


def _sweep(minutes: int = 2) -> None:
    """Do what the scheduler does once the pages have had their time."""
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes)):
        tasks.pending_verify()
        tasks.settle_open()


class _Page(threading.Thread):
    """Somebody's page: sends each of its taps until it is answered, through whatever happens."""

    def __init__(self, server: Server, world: World, employee: Employee, sent: Any) -> None:
        super().__init__()
        self.server, self.sent = server, sent
        self.forms = [
            check_in(world, employee, uuid.uuid4(), **({"frame": jpeg()} if n % 2 else {}))
            for n in range(10)
        ]
        self.answers: dict[str, str] = {}

    def run(self) -> None:
        for form in self.forms:
            while form["tap_id"] not in self.answers:
                try:
                    status, body = self.server.ask("/punch", form)
                except OSError:
                    continue
                assert status in (200, 201), body
                self.answers[form["tap_id"]] = body["id"]
                self.sent.release()


def test_forty_check_ins_of_four_people_through_three_kills(
    server: Server, world: World, engine: FakeEngine
) -> None:
    with company_scope(world.company):
        gita = make_person(world.company, "Gita", world.office, world.day_shift)
    world.agree(gita)
    answered = threading.Semaphore(0)
    people = (world.maya, world.bikram, world.hari, gita)
    pages = [_Page(server, world, person, answered) for person in people]
    server.start()
    for page in pages:
        page.start()
    for _kill in range(3):
        for _answer in range(9):
            answered.acquire()
        server.kill()
        server.start()
    for page in pages:
        page.join()
    server.kill()

    acknowledged = {tap: punch for page in pages for tap, punch in page.answers.items()}
    with company_scope(world.company):
        recorded = [(str(tap), str(punch)) for tap, punch in
                    Punch.objects.values_list("tap_id", "public_id")]  # fmt: skip
    assert len(recorded) == 40
    assert dict(recorded) == acknowledged

    _sweep()
    with company_scope(world.company):
        assert not PunchState.objects.filter(face=FaceState.PENDING).exists()
        assert not PunchState.objects.filter(judged_at=None).exists()
        assert PunchState.objects.filter(leased_until=None).count() == 40
        entries = PunchEntry.objects.filter(kind=EntryKind.VERIFIED).values_list("key", flat=True)
        assert len(set(entries)) == len(entries) == 20
        assert set(AttendanceDay.objects.values_list("employee", flat=True)) == {
            person.pk for person in people
        }


def test_killed_after_the_record_and_before_its_answer_arrives(
    server: Server, world: World
) -> None:
    form = check_in(world, world.maya, uuid.uuid4())
    server.start()
    with socket.create_connection(server.listener.getsockname()) as line:
        data = "&".join(f"{name}={value}" for name, value in form.items()).encode()
        head = (
            "POST /punch HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        line.sendall(head.encode() + data)
        with company_scope(world.company):
            punch = _until(lambda: Punch.objects.first())
        server.kill()
    server.start()

    status, body = server.ask("/punch", form)

    assert (status, body["id"]) == (200, str(punch.public_id))
    with company_scope(world.company):
        assert Punch.objects.get() == punch


@pytest.mark.parametrize("table", ["attendance_punch", "attendance_punchstate"])
def test_killed_in_the_middle_of_the_record(
    server: Server, world: World, photos_folder: Path, table: str
) -> None:
    form = check_in(world, world.maya, uuid.uuid4(), frame=jpeg())
    server.environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.faults.held_settings", "HELD_TABLE": table,
    }  # fmt: skip
    server.start()
    thread = threading.Thread(target=_ask_in_vain, args=(server, "/punch", form))
    thread.start()
    _until((photos_folder.parent / "held").exists)
    server.kill()
    thread.join()
    with company_scope(world.company):
        assert not Punch.objects.exists()
    server.start()

    assert server.ask("/punch", form)[0] == 201

    with company_scope(world.company):
        assert Punch.objects.get().tap_id == uuid.UUID(form["tap_id"])
        assert PunchState.objects.count() == PunchFrame.objects.count() == 1
    # The picture of the first arrival has no row, and goes with its day.
    assert len([item for item in photos_folder.rglob("*") if item.is_file()]) == 2
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        assert tasks.photo_retention() == 1


def _children(pid: int) -> list[int]:
    tasks_ = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks_ for child in (task / "children").read_text().split()]


def test_killed_while_the_engine_looks(server: Server, world: World, engine: FakeEngine) -> None:
    """The engine's process is held; the web process dies over it, and leaves nobody behind."""
    with company_scope(world.company):
        enrolment.consent_answer(by=world.actor(world.maya), is_given=True, now=timezone.now())
    server.environment["MUSTER_FACE_WORKERS"] = "1"
    server.start()
    first = server.ask("/punch", check_in(world, world.maya, uuid.uuid4(), frame=jpeg()))[1]
    claim = {"pass": world.pass_of(world.maya)}
    assert server.ask(first["verify"], claim)[0] == 200
    (web,) = _children(server.pid)
    (looking,) = _children(web)
    os.kill(looking, signal.SIGSTOP)
    second = server.ask("/punch", check_in(world, world.maya, uuid.uuid4(), frame=jpeg()))[1]
    thread = threading.Thread(target=_ask_in_vain, args=(server, second["verify"], claim))
    thread.start()
    with company_scope(world.company):
        state = PunchState.objects.filter(punch__public_id=second["id"])
        _until(lambda: state.filter(leased_until__isnull=False).exists())
    server.kill()
    thread.join()
    os.kill(looking, signal.SIGCONT)
    _until(lambda: not _runs(looking))

    _sweep()

    with company_scope(world.company):
        found = state.get()
        assert (found.face, found.face_reason) == (FaceState.UNVERIFIABLE, "not_enrolled")
        assert (found.verify_attempts, found.leased_until) == (2, None)
        assert engine.reads == 1
        assert PunchEntry.objects.filter(kind=EntryKind.VERIFIED).count() == 2
        assert Punch.objects.count() == 2


def _ask_in_vain(server: Server, path: str, data: dict[str, Any]) -> None:
    try:
        server.ask(path, data)
    except OSError:
        return
    raise AssertionError("it was answered")


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
