"""Faces that a hosted engine keeps: in use with a row, gone with it, however often it is away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage, default_storage

from attendance import consent_text, receipts, tasks
from attendance.enums import EnrolmentState, ErasureReason, FaceState
from attendance.errors import ConsentMissing, EnrolmentImpossible, EnrolmentMissing
from attendance.models import (
    ErasureReceipt,
    FaceConsent,
    FaceDeletion,
    FaceEnrolment,
    FaceErasure,
    FaceTemplate,
    PunchState,
)
from attendance.services import enrolment, face_data_delete, kept_faces, pictures
from companies.models import Employee
from companies.scoping import company_scope
from companies.sweeps import JobIncomplete
from integrations import faces
from integrations.errors import Misconfigured, Unavailable
from integrations.faces.protocol import Advice, FaceReading, KeptFace, Purpose
from tests.attendance.fakes import FakeEngine, HostedFake, jpeg
from tests.attendance.world import World, at

NOW = at("2026-03-02 09:00")

# Faces are forgotten once the transaction is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def engine() -> Iterator[HostedFake]:
    """In place of the fake of this machine, one that keeps faces elsewhere."""
    fake = HostedFake()
    with faces.using(fake):
        yield fake


@pytest.fixture
def full(world: World, enrol: Any) -> World:
    """Maya and Hari, enrolled with the hosted engine."""
    for person in (world.maya, world.hari):
        enrol(world, person)
    return world


def _rows(world: World) -> list[str]:
    with company_scope(world.company):
        return sorted(FaceTemplate.objects.values_list("external_id", flat=True))


def _waiting(world: World) -> list[str]:
    with company_scope(world.company):
        return sorted(FaceDeletion.objects.values_list("external_id", flat=True))


def _of(world: World, person: Employee) -> list[str]:
    with company_scope(world.company):
        rows = FaceTemplate.objects.filter(enrolment__employee=person)
        return sorted(rows.values_list("external_id", flat=True))


def _withdraw(world: World) -> None:
    with company_scope(world.company):
        enrolment.consent_answer(by=world.actor(world.maya), is_given=False, now=NOW)


# --- enrolling --------------------------------------------------------------------------------
def test_every_kept_face_is_named_by_a_row_and_apart_for_each_company(
    full: World, other_world: World, enrol: Any, engine: HostedFake
) -> None:
    enrol(other_world, other_world.maya)
    assert sorted(_rows(full) + _rows(other_world)) == sorted(engine.faces)
    assert {where for where, _since in engine.faces.values()} == {
        str(full.company.public_id), str(other_world.company.public_id),
    }  # fmt: skip
    assert len(_of(full, full.maya)) == 3


def test_a_frame_of_somebody_else_is_forgotten_at_once(scoped: World, engine: HostedFake) -> None:
    maya = scoped.actor(scoped.maya)
    enrolment.consent_answer(by=maya, is_given=True, now=NOW)
    enrolment.enrolment_start(by=maya, now=NOW)
    enrolment.frame_add(by=maya, frame=jpeg())
    engine.is_same_person = False
    assert enrolment.frame_add(by=maya, frame=jpeg()).advice == "another_person"
    assert sorted(engine.faces) == _rows(scoped)
    assert _waiting(scoped) == []


def test_a_frame_too_many_is_forgotten(scoped: World, engine: HostedFake) -> None:
    maya = scoped.actor(scoped.maya)
    enrolment.consent_answer(by=maya, is_given=True, now=NOW)
    enrolment.enrolment_start(by=maya, now=NOW)
    for _n in range(4):
        enrolment.frame_add(by=maya, frame=jpeg())
    assert (sorted(engine.faces), len(engine.faces)) == (_rows(scoped), 3)


def test_a_frame_whose_capture_ended_meanwhile_is_forgotten(
    scoped: World, engine: HostedFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya = scoped.actor(scoped.maya)
    enrolment.consent_answer(by=maya, is_given=True, now=NOW)
    enrolment.enrolment_start(by=maya, now=NOW)
    read = engine.read

    def meanwhile(*args: Any, **kwargs: Any) -> FaceReading:
        reading = read(*args, **kwargs)
        enrolment.consent_answer(by=maya, is_given=False, now=NOW)
        return reading

    monkeypatch.setattr(engine, "read", meanwhile)
    with pytest.raises(EnrolmentMissing):
        enrolment.frame_add(by=maya, frame=jpeg())
    assert (engine.faces, _waiting(scoped)) == ({}, [])


def test_a_frame_that_came_meanwhile_is_compared_too(
    scoped: World, engine: HostedFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya = scoped.actor(scoped.maya)
    enrolment.consent_answer(by=maya, is_given=True, now=NOW)
    enrolment.enrolment_start(by=maya, now=NOW)
    enrolment.frame_add(by=maya, frame=jpeg())
    compared: list[tuple[bytes, bytes]] = []

    def same(first: bytes, second: bytes) -> bool:
        compared.append((first, second))
        if len(compared) == 1:
            monkeypatch.setattr(engine, "same_person", lambda _one, _other: True)
            enrolment.frame_add(by=maya, frame=jpeg())
            monkeypatch.setattr(engine, "same_person", same)
        return True

    monkeypatch.setattr(engine, "same_person", same)
    assert enrolment.frame_add(by=maya, frame=jpeg()).count == 3
    first, second, third = (row.external_id.encode() for row in FaceTemplate.objects.all())
    assert compared == [(third, first), (third, second)]


def test_an_engine_that_is_away_enrols_nobody(scoped: World, engine: HostedFake) -> None:
    maya = scoped.actor(scoped.maya)
    enrolment.consent_answer(by=maya, is_given=True, now=NOW)
    enrolment.enrolment_start(by=maya, now=NOW)
    engine.failures = 1
    with pytest.raises(EnrolmentImpossible):
        enrolment.frame_add(by=maya, frame=jpeg())
    assert (engine.faces, engine.forgotten) == ({}, [])


def test_new_reference_faces_take_the_place_of_the_old(
    full: World, enrol: Any, engine: HostedFake
) -> None:
    before = _of(full, full.maya)
    enrol(full, full.maya)
    assert sorted(engine.faces) == _rows(full)
    assert not set(before) & set(engine.faces)
    assert _waiting(full) == []


# --- the text that is agreed to ---------------------------------------------------------------
def test_the_text_says_where_the_pictures_go_and_has_a_number_of_its_own(
    scoped: World, engine: HostedFake
) -> None:
    assert consent_text.version() == f"{consent_text.VERSION}-hosted"
    assert "Amazon Rekognition" in consent_text.plain()
    assert "nothing leaves this system" not in consent_text.plain()
    assert len(consent_text.version()) <= 20
    with faces.using(FakeEngine()):
        assert consent_text.version() == consent_text.VERSION
        assert "Amazon" not in consent_text.plain()
        assert "nothing leaves this system" in consent_text.plain()


def test_who_agreed_to_a_comparison_here_is_asked_anew(scoped: World, engine: HostedFake) -> None:
    maya = scoped.actor(scoped.maya)
    with faces.using(FakeEngine()):
        enrolment.consent_answer(by=maya, is_given=True, now=NOW)
    with pytest.raises(ConsentMissing):
        enrolment.enrolment_start(by=maya, now=NOW)
    enrolment.consent_answer(by=maya, is_given=True, now=NOW)
    enrolment.enrolment_start(by=maya, now=NOW)
    assert FaceConsent.objects.filter(text_version=consent_text.version()).count() == 1


def test_no_picture_of_who_enrolled_elsewhere_is_sent(
    world: World, enrol: Any, engine: HostedFake
) -> None:
    with faces.using(FakeEngine()):
        enrol(world, world.maya)
        with company_scope(world.company):
            assert enrolment.is_enrolled(world.maya)
    engine.reads = 0
    recorded = world.punch(world.maya, "2026-03-02 09:00", frame=jpeg())
    with company_scope(world.company):
        state = PunchState.objects.get(punch__public_id=recorded.public_id)
        assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "not_enrolled")
        assert not enrolment.is_enrolled(world.maya)
    assert engine.reads == 0


def test_the_engine_gets_the_picture_that_the_enrolment_keeps(
    full: World, engine: HostedFake
) -> None:
    with company_scope(full.company):
        kept = FaceEnrolment.objects.get(employee=full.maya, state=EnrolmentState.ACTIVE)
    full.punch(full.maya, "2026-03-02 09:00", frame=jpeg())
    with default_storage.open(kept.reference_key) as file:
        assert engine.references == [file.read()]
    pictures.discard(kept.reference_key)
    full.punch(full.maya, "2026-03-02 10:00", frame=jpeg())
    with company_scope(full.company):
        FaceEnrolment.objects.update(reference_key="")
    full.punch(full.maya, "2026-03-02 11:00", frame=jpeg())
    assert engine.references[1:] == [None, None]


def test_a_reference_that_cannot_be_read_now_is_waited_for(
    full: World, engine: HostedFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = FileSystemStorage.open

    def refusing(self: FileSystemStorage, name: str, mode: str = "rb") -> Any:
        if name.startswith(pictures.REFERENCE):
            raise OSError(5, "Input/output error")
        return opened(self, name, mode)

    monkeypatch.setattr(FileSystemStorage, "open", refusing)
    recorded = full.punch(full.maya, "2026-03-02 09:00", frame=jpeg())
    with company_scope(full.company):
        state = PunchState.objects.get(punch__public_id=recorded.public_id)
    assert (state.face, state.verify_attempts) == (FaceState.PENDING, 0)


# --- withdrawing ------------------------------------------------------------------------------
def test_withdrawing_forgets_the_faces_and_nobody_elses(full: World, engine: HostedFake) -> None:
    others = _of(full, full.hari)
    _withdraw(full)
    assert (sorted(engine.faces), _rows(full), _waiting(full)) == (others, others, [])
    with company_scope(full.company):
        assert ErasureReceipt.objects.get().erasure.counts["templates"] == 3


def test_a_receipt_waits_until_the_faces_are_gone_too(
    full: World, engine: HostedFake, clock: Any
) -> None:
    mayas = _of(full, full.maya)
    engine.is_away = True
    _withdraw(full)
    with company_scope(full.company):
        (row,) = receipts.erasures(Employee.objects.filter(pk=full.maya.pk))
        said = receipts.receipt(row, "Asia/Kathmandu")
        assert (said.finished, ErasureReceipt.objects.count()) == ("", 0)
    assert said.rest == (
        "The face service has not deleted 3 faces yet. We tell it again every five minutes; they "
        "are compared with nobody meanwhile."
    )
    assert (_waiting(full), _of(full, full.maya)) == (mayas, [])
    assert tasks.face_erasures() == 0

    engine.is_away = False
    clock.move_to(at("2026-03-02 10:00"))
    assert tasks.face_erasures() == 1
    assert tasks.face_erasures() == 0
    assert not set(mayas) & set(engine.faces)
    with company_scope(full.company):
        assert ErasureReceipt.objects.get().finished_at == at("2026-03-02 10:00")
        (row,) = receipts.erasures(Employee.objects.filter(pk=full.maya.pk))
        assert receipts.receipt(row, "Asia/Kathmandu").rest == ""
    assert receipts.rest_words(0, 1).startswith("The face service has not deleted 1 face yet.")


def test_a_process_that_died_after_the_rows_leaves_the_faces_to_the_job(
    full: World, engine: HostedFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dead:
        dead.setattr("django.db.transaction.on_commit", lambda *_args, **_kwargs: None)
        _withdraw(full)
    assert len(engine.faces) == 6
    assert tasks.face_erasures() == 1
    assert len(engine.faces) == 3


def test_the_key_is_not_needed_to_forget(full: World, engine: HostedFake, settings: Any) -> None:
    settings.MUSTER_FACE_KEYS = {}
    _withdraw(full)
    assert sorted(engine.faces) == _of(full, full.hari)


def test_who_has_left_and_who_asks_hr_is_forgotten(full: World, engine: HostedFake) -> None:
    with company_scope(full.company):
        Employee.objects.filter(pk=full.maya.pk).update(left_on=dt.date(2026, 2, 20))
    assert tasks.face_retention() == 1
    assert sorted(engine.faces) == _of(full, full.hari)
    with company_scope(full.company):
        hr = full.actor(full.maya, *full.hr.roles)
        face_data_delete(employee=full.hari, reason="asked by letter", by=hr, now=NOW)
        reasons = set(FaceErasure.objects.values_list("reason", flat=True))
    assert (engine.faces, reasons) == ({}, {ErasureReason.LEFT, ErasureReason.ASKED})


def test_an_engine_that_is_used_no_more_still_forgets(
    full: World, engine: HostedFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(faces, "forget", lambda name, ids: told.append((name, len(ids))))
    with faces.using(FakeEngine()):
        _withdraw(full)
    assert told == [("hosted", 3)]


def test_an_engine_that_is_away_does_not_hold_up_another(
    full: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def forget(name: str, external_ids: list[str]) -> None:
        if name == "away":
            raise Misconfigured("AccessDeniedException")

    monkeypatch.setattr(faces, "forget", forget)
    with company_scope(full.company):
        kept = [("other", "x:2"), ("away", "x:1"), ("away", "x:3")]
        kept_faces.faces_let_go(company=full.company, kept=kept)
        assert _waiting(full) == ["x:1", "x:3"]
    assert "2 faces could not be deleted at away: AccessDeniedException" in caplog.text


# --- faces that nobody names ------------------------------------------------------------------
def test_a_face_that_no_row_names_is_found_when_it_is_old_enough(
    full: World, engine: HostedFake, clock: Any
) -> None:
    gallery = str(full.company.public_id)
    lost = engine.read(jpeg(), purpose=Purpose.ENROL, gallery=gallery).external_id
    clock.move_to(NOW + kept_faces.UNNAMED_KEPT - dt.timedelta(seconds=1))
    tasks.face_retention()
    assert lost in engine.faces
    clock.move_to(NOW + kept_faces.UNNAMED_KEPT)
    tasks.face_retention()
    assert (lost in engine.faces, sorted(engine.faces)) == (False, _rows(full))


def test_a_face_without_a_date_that_no_row_names_goes_too(
    full: World, engine: HostedFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = engine.kept
    monkeypatch.setattr(engine, "kept", lambda gallery: [*kept(gallery), KeptFace("x:9", None)])
    tasks.face_retention()
    assert engine.forgotten == [("x:9",)]


def test_a_face_that_waits_to_be_deleted_is_not_told_twice(
    full: World, engine: HostedFake, clock: Any
) -> None:
    engine.is_away = True
    _withdraw(full)
    mayas = _waiting(full)
    engine.is_away = False
    clock.move_to(NOW + dt.timedelta(days=1))
    tasks.face_retention()
    assert _waiting(full) == mayas


def test_a_list_that_cannot_be_had_fails_the_job_and_no_other_company(
    full: World, other_world: World, engine: HostedFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = engine.read(
        jpeg(), purpose=Purpose.ENROL, gallery=str(other_world.company.public_id)
    ).external_id
    kept = engine.kept

    def partly(gallery: str) -> Any:
        if gallery == str(full.company.public_id):
            raise Unavailable("ThrottlingException")
        return kept(gallery)

    monkeypatch.setattr(engine, "kept", partly)
    later = time_machine.travel(NOW + dt.timedelta(days=1), tick=False)
    with later, pytest.raises(JobIncomplete):
        tasks.face_retention()
    assert lost not in engine.faces


def test_an_engine_of_this_machine_is_not_asked_for_a_list(full: World, engine: HostedFake) -> None:
    with faces.using(FakeEngine()), company_scope(full.company):
        assert kept_faces.unnamed_faces_forget(company=full.company, now=NOW) == 0


def test_an_engine_that_cannot_be_had_is_not_asked_for_a_list(full: World, settings: Any) -> None:
    settings.MUSTER_FACE_ENGINE = "rekognition"
    settings.MUSTER_REKOGNITION_PREFIX = ""
    with faces.using(None), company_scope(full.company):  # type: ignore[arg-type]
        assert kept_faces.unnamed_faces_forget(company=full.company, now=NOW) == 0


def test_a_frame_that_is_advised_against_leaves_nothing_behind(
    scoped: World, engine: HostedFake
) -> None:
    maya = scoped.actor(scoped.maya)
    enrolment.consent_answer(by=maya, is_given=True, now=NOW)
    enrolment.enrolment_start(by=maya, now=NOW)
    engine.advice = Advice.MORE_LIGHT
    assert enrolment.frame_add(by=maya, frame=jpeg()).is_kept is False
    assert (engine.faces, engine.forgotten) == ({}, [])
