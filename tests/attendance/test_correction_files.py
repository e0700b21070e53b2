"""Files that come with corrections: sent with them or not at all, seen by few, then deleted."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from attendance import permissions, tasks
from attendance.models import CorrectionFile, CorrectionRequest
from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.models import AuditEvent, Employee, Look, Placement, RoleGrant
from companies.scoping import company_scope
from integrations.errors import Unavailable
from portal.own_cells import Whose
from portal.own_data import write_export
from tests.attendance.test_pages import _text
from tests.attendance.world import START, ZONE, World, at, make_person
from tests.http import post_once
from tests.integrations.test_documents import PDF

NOW = "2026-03-06 20:00"
WRONG = "/day/2026-03-02/wrong/"
LATER = dt.datetime(2027, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def evening() -> Iterator[Any]:
    with time_machine.travel(at(NOW), tick=False) as traveller:
        yield traveller


@pytest.fixture
def team(world: World) -> World:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    return world


def _login(person: Employee) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def _send(world: World, data: bytes = PDF) -> Any:
    file = SimpleUploadedFile("letter.pdf", data, "application/pdf")
    said = {"kind": "on_duty", "note": "a fair", "attachment": file}
    return post_once(_login(world.maya), WRONG, said)


def _path(world: World) -> str:
    with company_scope(world.company):
        return f"/corrections/{CorrectionRequest.objects.get().public_id}/file"


def _stored(folder: Path) -> list[str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path.relative_to(folder).as_posix() for path in files]


def _row(world: World) -> CorrectionFile:
    with company_scope(world.company):
        return CorrectionFile.objects.get()


def test_a_file_comes_with_its_request(team: World, photos_folder: Path) -> None:
    assert _send(team).status_code == 302
    row = _row(team)
    assert (row.content_type, row.size, row.purge_on) == (
        "application/pdf", len(PDF), dt.date(2027, 3, 2),
    )  # fmt: skip
    assert _stored(photos_folder) == [row.storage_key]
    assert row.storage_key.startswith("corrections/2026-03-06/")
    with company_scope(team.company):
        assert AuditEvent.objects.get(verb="correction_file_sent").subject_id == str(row.public_id)
    assert "File: PDF, 1 kB" in _text(_login(team.maya).get("/corrections/").text)
    inbox = _text(_login(team.bikram).get("/inbox/").text)
    assert "A file came with it: it lies at the day." in inbox


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a", "Send a PDF, a JPEG or a PNG."),
        (b"%PDF-1.4", "damaged or not whole"),
        (b"%PDF-" + b"0" * 4 * 1024**2, "larger than 4 MB"),
    ],
)
def test_what_is_no_file_sends_nothing(
    team: World, photos_folder: Path, data: bytes, words: str
) -> None:
    assert words in _text(_send(team, data).content.decode())
    assert _stored(photos_folder) == []
    with company_scope(team.company):
        assert not CorrectionRequest.objects.exists()


def test_where_the_storage_takes_nothing_there_is_no_request(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(key: str, data: bytes) -> str:
        raise Unavailable("storage_failed")

    monkeypatch.setattr("attendance.services.pictures.put", full)
    assert "The file could not be kept just now." in _text(_send(team).content.decode())
    with company_scope(team.company):
        assert not CorrectionRequest.objects.exists()


def test_who_sees_it_and_whose_look_is_recorded(team: World, other_world: World) -> None:
    _send(team)
    path = _path(team)
    with company_scope(team.company):
        colleague = make_person(team.company, "Carla", team.office, team.day_shift)
        auditor = make_person(team.company, "Audit", team.office, team.day_shift)
        RoleGrant.objects.create(
            company=team.company, user=auditor.user, role=Role.AUDITOR, starts_on=START
        )
    answers = []
    for person in (team.maya, team.bikram, team.hari, auditor, colleague, other_world.hari):
        answer = _login(person).get(path)
        answers.append(answer.status_code)
        if answer.status_code == 200:
            assert b"".join(answer) == PDF  # type: ignore[attr-defined,call-overload,arg-type]
            assert answer["Content-Disposition"] == (
                'attachment; filename="correction-2026-03-02.pdf"'
            )
    assert answers == [200, 200, 200, 200, 404, 404]
    with company_scope(team.company):
        assert Look.objects.filter(kind="file").count() == 3  # nobody looks at their own


def test_a_request_without_a_file_has_none_to_see(team: World) -> None:
    post_once(_login(team.maya), WRONG, {"kind": "on_duty", "note": "a fair"})
    assert _login(team.maya).get(_path(team)).status_code == 404


# --- on their date ------------------------------------------------------------------------------
def test_a_file_goes_on_its_date_and_its_row_stays(team: World, photos_folder: Path) -> None:
    _send(team)
    with time_machine.travel(LATER - dt.timedelta(days=1), tick=False):
        assert tasks.correction_files() == 0
    with time_machine.travel(LATER, tick=False):
        assert [tasks.correction_files() for _n in range(2)] == [1, 0]
    assert (_row(team).purged_at, _stored(photos_folder)) == (LATER, [])
    with company_scope(team.company):
        event = AuditEvent.objects.get(verb="correction_files_purged")
        assert event.changes == {"files": [1, 0]}
    page = _login(team.maya).get("/corrections/")
    assert "The file was deleted on Tue 2 March, as files are." in _text(page.text)
    assert _login(team.maya).get(_path(team)).status_code == 404


def test_what_the_storage_does_not_delete_is_tried_again(
    team: World, photos_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _send(team)
    with time_machine.travel(LATER, tick=False):
        with monkeypatch.context() as patch:
            patch.setattr("attendance.services.pictures.discard", lambda key: False)
            assert tasks.correction_files() == 0
        assert _row(team).purged_at is None
        assert tasks.correction_files() == 1


def test_files_that_no_row_names_go_after_two_days(team: World, photos_folder: Path) -> None:
    _send(team)
    key = _row(team).storage_key
    (photos_folder / "corrections" / "2026-03-06" / "lost").write_bytes(b"a process died here")
    with time_machine.travel(at(NOW) + dt.timedelta(days=3), tick=False):
        assert tasks.correction_files() == 1
    assert _stored(photos_folder) == [key]


def test_ones_own_data_has_the_file_in_it(team: World, photos_folder: Path) -> None:
    _send(team)
    name = f"correction_files/{_row(team).public_id}.pdf"
    whose = Whose(team.maya.user, team.company, ZONE)
    with company_scope(team.company):
        with write_export(whose) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
            assert archive.read(name) == PDF
            assert name in archive.read("corrections.csv").decode("utf-8-sig")
        CorrectionFile.objects.update(purged_at=at(NOW))
        with write_export(whose) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
            assert name not in archive.namelist()


def test_whoever_is_nowhere_or_elsewhere_neither_sees_nor_decides(
    team: World, other_world: World
) -> None:
    _send(team)
    with company_scope(team.company):
        request = CorrectionRequest.objects.get()
    today = dt.date(2026, 3, 6)
    assert permissions.can_view_correction_file(team.hr, request, today)
    for actor in (other_world.hr, Actor(kind=ActorKind.PERSON)):
        assert not permissions.can_view_correction_file(actor, request, today)
        assert not permissions.can_decide_correction(actor, request, today)
