"""Deleting face data: everywhere, with a receipt, and never silently in part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as site
from django.core import mail
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance import receipts, tasks
from attendance.enums import ErasureReason, FaceState
from attendance.models import (
    ErasureReceipt,
    FaceEnrolment,
    FaceErasure,
    FaceTemplate,
    FileDeletion,
    PunchFrame,
    PunchState,
)
from attendance.services import enrolment, face_data_delete
from attendance.services import face_roster as roster_module
from attendance.services.face_roster import face_roster
from companies import outbox
from companies.actor import Actor, job_actor
from companies.enums import ActorKind, Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import AuditEvent, Company, Employee, OutboxMessage
from companies.scoping import company_scope, no_scope
from companies.sweeps import JobIncomplete
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at
from tests.http import post_once

MORNING, EVENING = "2026-03-02 09:04", "2026-03-02 18:00"
ALL = {"templates": 3, "references": 1, "pictures": 2, "likenesses": 1}

# Files are deleted once the transaction is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def evening() -> Iterator[Any]:
    with time_machine.travel(at(EVENING), tick=False) as traveller:
        yield traveller


@pytest.fixture
def full(world: World, enrol: Any) -> World:
    """Maya and Hari, enrolled; each with a picture that was looked into, and Maya with one not."""
    for width, person in ((640, world.maya), (642, world.hari)):
        enrol(world, person, jpeg(width + 100))
        world.punch(person, "2026-03-01 09:00", frame=jpeg(width))
    world.punch(world.maya, MORNING, frame=jpeg(644), weigh=False)
    return world


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A storage that deletes nothing until told otherwise."""
    held = {"is_stuck": True}
    delete = FileSystemStorage.delete

    def refuse(self: FileSystemStorage, name: str) -> None:
        if held["is_stuck"]:
            raise OSError(30, "Read-only file system")
        delete(self, name)

    monkeypatch.setattr(FileSystemStorage, "delete", refuse)
    yield held


def _withdraw(world: World, person: Employee | None = None) -> None:
    by = world.actor(person or world.maya)
    with company_scope(world.company):
        enrolment.consent_answer(by=by, is_given=False, now=at(EVENING))


def _files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def _of(person: Employee) -> list[Any]:
    """Return what of a person a search must not find again: numbers, keys of files, hashes."""
    frames = PunchFrame.objects.filter(punch__employee=person)
    templates = FaceTemplate.objects.filter(enrolment__employee=person)
    reference = FaceEnrolment.objects.get(employee=person)
    return [
        reference.reference_key,
        reference.reference_sha256,
        *(bytes(row.ciphertext) for row in templates),
        *frames.values_list("storage_key", flat=True),
        *frames.values_list("sha256", flat=True),
    ]


def _cells() -> Iterator[tuple[str, Any]]:
    """Yield every column of every row of every table, past all managers and scopes."""
    for model in apps.get_models(include_auto_created=True):
        columns = [field.column for field in model._meta.concrete_fields]
        with connection.cursor() as cursor:
            quoted = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f'SELECT {quoted} FROM "{model._meta.db_table}"')  # noqa: S608
            for row in cursor.fetchall():
                yield from zip([f"{model._meta.label}.{c}" for c in columns], row, strict=True)


def _found(needles: list[Any]) -> list[str]:
    wanted = [item if isinstance(item, bytes) else item.encode() for item in needles]
    return [
        place
        for place, value in _cells()
        if value is not None
        and any(
            item in (bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
            for item in wanted
        )
    ]


# --- everywhere -------------------------------------------------------------------------------
def test_withdrawing_leaves_nothing_of_the_face_in_any_store(
    full: World, photos_folder: Path, caplog: pytest.LogCaptureFixture, engine: FakeEngine
) -> None:
    with company_scope(full.company):
        needles, others = _of(full.maya), _of(full.hari)
        kept = sorted(key for key in others if isinstance(key, str) and "/" in key)
        before = Company.objects.get()
        assert str(full.maya.public_id) in face_roster(before, engine)
    assert len(needles) == 2 + 3 + 2 + 2 and _found(needles) != []

    _withdraw(full)
    outbox.drain()

    # Every table, every file of pictures, of mail and of the folder of this machine, the log.
    assert _found(needles) == []
    assert len(_found(others)) == len(others)
    assert _files(photos_folder) == kept
    below_var = [path for path in Path(site.VAR_DIR).rglob("*") if path.is_file()]
    said = [caplog.text, *(str(message.message()) for message in mail.outbox)]
    haystack = [*(path.read_bytes() for path in below_var), *(text.encode() for text in said)]
    for item in needles:
        raw = item if isinstance(item, bytes) else item.encode()
        assert not any(raw in hay for hay in haystack)
    # Another process still holds the old faces under the old revision: it is not asked again.
    after = Company.objects.get()
    assert after.faces_revision > before.faces_revision
    with company_scope(full.company):
        assert face_roster(after, engine) == {str(full.hari.public_id)}
    cached = [
        roster for key, (_mark, roster) in roster_module._cache.items() if key[0] == after.public_id
    ]
    assert cached == [{str(full.hari.public_id)}]


def test_punches_and_verdicts_stay_without_likeness(full: World) -> None:
    _withdraw(full)
    with company_scope(full.company):
        states = PunchState.objects.filter(employee=full.maya).order_by("occurred_at")
        assert [(s.face, s.similarity) for s in states] == [
            (FaceState.VERIFIED, None), (FaceState.PENDING, None),
        ]  # fmt: skip
        assert PunchState.objects.get(employee=full.hari).similarity is not None


def test_a_withdrawn_picture_is_gone_from_its_address(full: World, client: Client) -> None:
    with company_scope(full.company):
        frame = PunchFrame.objects.get(punch__employee=full.maya, is_clean=True)
    client.force_login(full.maya.user)
    seen = client.get(f"/photos/{frame.public_id}")
    assert (seen.status_code, len(b"".join(seen)) > 0) == (200, True)  # type: ignore[arg-type]
    _withdraw(full)
    assert client.get(f"/photos/{frame.public_id}").status_code == 404


# --- the receipt ------------------------------------------------------------------------------
def test_withdrawing_gives_a_receipt_a_mail_and_a_trace(full: World) -> None:
    _withdraw(full)
    with company_scope(full.company):
        erasure = FaceErasure.objects.get()
        assert (erasure.employee, erasure.reason, erasure.counts) == (
            full.maya, ErasureReason.WITHDRAWN, ALL,
        )  # fmt: skip
        assert (erasure.by_name, erasure.asked_at) == ("Maya", at(EVENING))
        assert erasure.receipt.finished_at == at(EVENING)
        assert not FileDeletion.objects.exists()
        event = AuditEvent.objects.get(verb="face_data_erased")
    assert (event.actor_name, event.subject_id, event.changes) == (
        "Maya", str(erasure.public_id), {name: [count, 0] for name, count in ALL.items()},
    )  # fmt: skip
    outbox.drain()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (
        ["maya@kettle.example"], "Your face data at Kettle is deleted",
    )  # fmt: skip
    assert "You withdrew your consent on Mon 2 March 2026, 18:00. This was" in message.body
    assert "- 3 face templates\n- 1 reference picture\n- 2 pictures of check-ins\n" in message.body


def test_who_has_no_address_gets_the_receipt_without_a_mail(full: World) -> None:
    full.maya.user.email = None
    full.maya.user.save(update_fields=["email"])
    _withdraw(full)
    with company_scope(full.company):
        assert ErasureReceipt.objects.count() == 1
    with no_scope("every message"):
        assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("times", [1, 2])
def test_who_gave_nothing_gets_no_receipt_for_nothing(world: World, times: int) -> None:
    for _n in range(times):
        _withdraw(world)
    with company_scope(world.company):
        assert not FaceErasure.objects.exists()


def test_withdrawing_twice_deletes_once(full: World) -> None:
    _withdraw(full)
    _withdraw(full)
    with company_scope(full.company):
        assert FaceErasure.objects.count() == ErasureReceipt.objects.count() == 1


def test_what_the_storage_does_not_delete_now_is_said_and_made_up_for(
    full: World, photos_folder: Path, stuck: dict[str, bool], evening: Any
) -> None:
    with company_scope(full.company):
        keys = [key for key in _of(full.maya) if isinstance(key, str) and "/" in key]
    _withdraw(full)
    with company_scope(full.company):
        (row,) = receipts.erasures(Employee.objects.filter(pk=full.maya.pk))
        said = receipts.receipt(row, "Asia/Kathmandu")
        assert said.rest == (
            "3 files could not be deleted yet. We try again every five minutes; nobody can open "
            "them meanwhile."
        )
        assert (said.finished, ErasureReceipt.objects.count()) == ("", 0)
    assert set(keys) <= set(_files(photos_folder))
    with no_scope("every message"):
        assert not OutboxMessage.objects.exists()
    assert tasks.face_erasures() == 0

    stuck["is_stuck"] = False
    evening.move_to(at("2026-03-02 18:05"))
    assert tasks.face_erasures() == 1
    assert tasks.face_erasures() == 0
    assert not set(keys) & set(_files(photos_folder))
    with company_scope(full.company):
        (row,) = receipts.erasures(Employee.objects.filter(pk=full.maya.pk))
        said = receipts.receipt(row, "Asia/Kathmandu")
        assert row.receipt.finished_at == at("2026-03-02 18:05")
    assert (said.rest, said.finished) == ("", "All of it was gone on Mon 2 March 2026, 18:05.")
    with no_scope("every message"):
        assert OutboxMessage.objects.count() == 1


def test_a_process_that_died_after_the_rows_leaves_the_rest_to_the_job(
    full: World, monkeypatch: pytest.MonkeyPatch, photos_folder: Path
) -> None:
    with monkeypatch.context() as dead:
        dead.setattr("django.db.transaction.on_commit", lambda *_args, **_kwargs: None)
        _withdraw(full)
    with company_scope(full.company):
        assert FileDeletion.objects.count() == 3
    assert tasks.face_erasures() == 1
    assert len(_files(photos_folder)) == 2


def test_one_erasure_that_fails_does_not_hold_up_the_others(
    full: World, other_world: World, stuck: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (full.maya, full.hari):
        _withdraw(full, person)
    stuck["is_stuck"] = False
    first = tasks.erasure_finish

    def broken(*, erasure: FaceErasure, now: dt.datetime) -> bool:
        if erasure.employee == full.maya:
            raise RuntimeError("a bug")
        return first(erasure=erasure, now=now)

    monkeypatch.setattr(tasks, "erasure_finish", broken)
    with pytest.raises(JobIncomplete):
        tasks.face_erasures()
    with company_scope(full.company):
        assert ErasureReceipt.objects.get().erasure.employee == full.hari


# --- who has left, and HR ---------------------------------------------------------------------
def test_who_has_left_gets_a_receipt_and_pictures_stay_until_their_date(full: World) -> None:
    with company_scope(full.company):
        Employee.objects.filter(pk=full.maya.pk).update(is_active=False)
    assert tasks.face_retention() == 1
    with company_scope(full.company):
        erasure = FaceErasure.objects.get()
        assert (erasure.reason, erasure.counts, erasure.by_name) == (
            ErasureReason.LEFT, {"templates": 3, "references": 1}, "face_retention",
        )  # fmt: skip
        assert PunchFrame.objects.filter(punch__employee=full.maya).count() == 2
        assert erasure.receipt.finished_at == at(EVENING)


def test_hr_deletes_everything_with_a_reason(full: World, photos_folder: Path) -> None:
    with company_scope(full.company):
        face_data_delete(
            employee=full.maya, reason=" She asked by letter ", by=full.hr, now=at(EVENING)
        )
        erasure = FaceErasure.objects.get()
        assert (erasure.reason, erasure.counts, erasure.by_name) == (
            ErasureReason.ASKED, ALL, "Hari",
        )  # fmt: skip
        event = AuditEvent.objects.get(verb="face_data_erased")
        assert not FaceEnrolment.objects.filter(employee=full.maya, state="active").exists()
    assert event.reason == "She asked by letter"
    assert len(_files(photos_folder)) == 2


def test_hr_deletes_only_what_is_theirs_to_delete(full: World, other_world: World) -> None:
    strangers = [
        full.actor(full.maya), full.actor(full.maya, Role.HR), full.actor(full.bikram),
        full.actor(full.bikram, Role.MANAGER), full.actor(full.bikram, Role.AUDITOR),
        other_world.hr, job_actor("sweep", full.company),
        Actor(kind=ActorKind.PLATFORM, id="otto", name="Otto", company=full.company),
    ]  # fmt: skip
    with company_scope(full.company):
        for by in strangers:
            with pytest.raises(NotAllowed):
                face_data_delete(employee=full.maya, reason="because", by=by, now=at(EVENING))
        with pytest.raises(ReasonMissing):
            face_data_delete(employee=full.maya, reason="  ", by=full.hr, now=at(EVENING))
        assert not FaceErasure.objects.exists()
        assert FaceTemplate.objects.count() == 6


# --- the page ---------------------------------------------------------------------------------
def test_the_receipt_is_shown_right_away_and_kept(full: World, client: Client) -> None:
    client.force_login(full.maya.user)
    answer = post_once(client, "/face/consent/", {"answer": "no"})
    assert answer["Location"] == "/face/deleted/"
    page = client.get("/face/deleted/")
    assert "You withdrew your consent on Mon 2 March 2026, 18:00" in page.text
    for line in ("3 face templates", "2 pictures of check-ins", "All of it was gone on"):
        assert line in page.text
    assert "/face/deleted/" in client.get("/me/").text


def test_nobody_reads_another_persons_receipt(full: World, client: Client) -> None:
    _withdraw(full)
    client.force_login(full.bikram.user)
    page = client.get("/face/deleted/")
    assert "Nothing of your face was deleted before its date." in page.text
    assert "/face/deleted/" not in client.get("/me/").text


def test_the_newest_receipt_stands_first(full: World, client: Client, evening: Any) -> None:
    _withdraw(full)
    evening.move_to(at("2026-03-03 09:00"))
    with company_scope(full.company):
        FaceErasure.objects.create(
            company=full.company, employee=full.maya, reason=ErasureReason.ASKED,
            counts={"templates": 1}, asked_at=at("2026-03-03 09:00"), by_kind="person",
        )  # fmt: skip
    client.force_login(full.maya.user)
    text = client.get("/face/deleted/").text
    assert 0 < text.index("HR deleted your face data on") < text.index("You withdrew your consent")


def test_many_receipts_cost_as_much_as_one(full: World, client: Client) -> None:
    client.force_login(full.maya.user)
    counts = []
    for wanted in (1, 3):
        with company_scope(full.company):
            for _n in range(wanted - FaceErasure.objects.count()):
                FaceErasure.objects.create(
                    company=full.company, employee=full.maya, reason=ErasureReason.ASKED,
                    counts={"templates": 1}, asked_at=at(EVENING), by_kind="person",
                )  # fmt: skip
        client.get("/face/deleted/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/face/deleted/").text.count("1 face template") == wanted
        counts.append(len(queries))
    assert counts[0] == counts[1]
