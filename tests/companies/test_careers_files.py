"""What candidates send is what its own bytes say, lies apart, and goes with them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.career_errors import SentFileDamaged, SentFileTooLarge, SentFileUnknown
from companies.enums import ApplicationStage, QuestionKind
from companies.errors import MusterError
from companies.models import Application, ApplicationFile, AuditEvent, VisitorQuestion
from companies.scoping import company_scope
from companies.services import careers_files
from companies.services.applications import Given
from companies.sweeps import JobIncomplete
from integrations import documents, storage
from portal import careers_job
from tests.attendance.world import World, make_world
from tests.companies.careers_constraints import visitor
from tests.companies.careers_world import (
    DAYS,
    NOW,
    PDF,
    at_stage,
    confirmed,
    files_in,
    kept_files,
    new_file,
    opening_of,
    page_on,
    question_of,
    send,
)
from tests.integrations.pictures import encoded, jpeg, plain

pytestmark = pytest.mark.django_db
LONG = dt.timedelta(days=365)
# Nothing commits within a test: the file of what went is found by the orphans' pass of that run.
WITH_ITS_FILE = 2


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    files_in(settings, tmp_path)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    world = make_world()
    with company_scope(world.company):
        page_on(world)
        yield world


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("letter.txt", "Hello")
    return buffer.getvalue()


PICTURE = plain(400, 300)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", SentFileUnknown),
        (_zip(), SentFileUnknown),
        (b"<html><script>alert(1)</script>", SentFileUnknown),
        (b"MZ\x90\x00" + PDF, SentFileUnknown),
        (encoded(PICTURE, "GIF"), SentFileUnknown),
        (PDF[:12], SentFileDamaged),
        (b"%PDF-" + _zip() + b" " * 2000, SentFileDamaged),
        (b"\xff\xd8\xff" + PDF, SentFileDamaged),
        (b"\x89PNG\r\n\x1a\n" + _zip(), SentFileDamaged),
        (PDF + b"x" * documents.MOST_BYTES, SentFileTooLarge),
    ],
)
def test_what_is_no_document_is_refused(data: bytes, error: type[MusterError]) -> None:
    with pytest.raises(error):
        careers_files.read(data, now=NOW)


def test_a_picture_is_made_anew_and_a_pdf_kept_as_it_came() -> None:
    hidden = jpeg(PICTURE) + b"<script>alert(1)</script>"
    kept = careers_files.read(hidden, now=NOW).document
    assert (kept.content_type, b"script" in kept.data) == ("image/jpeg", False)
    file = careers_files.read(PDF, now=NOW)
    assert (file.document.content_type, file.document.data) == ("application/pdf", PDF)
    assert file.key.startswith("careers/2026-03-04/")


def _with_file(world: World, **values: Any) -> Application:
    opening = opening_of(world)
    question = question_of(opening, QuestionKind.FILE)
    return confirmed(opening, Given(question, file=new_file()), **values)


# --- the job ----------------------------------------------------------------------------------
def _run(when: dt.datetime, capture: Any) -> int:
    with time_machine.travel(when, tick=False), capture(execute=True):
        return careers_job.careers_purge()


def _decide(row: Application, purge_at: dt.datetime) -> None:
    row.stage, row.purge_at = ApplicationStage.REJECTED, purge_at
    row.save()


def test_a_decided_one_is_forgotten_on_its_date_but_for_the_count(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    row, due = _with_file(world), NOW + 200 * DAYS
    _decide(row, due)
    capture = django_capture_on_commit_callbacks
    assert _run(due - dt.timedelta(seconds=1), capture) == 0
    assert (kept_files(), ApplicationFile.objects.count()) == (1, 1)
    assert _run(due, capture) == WITH_ITS_FILE
    assert _run(due, capture) == 0
    row.refresh_from_db()
    assert (row.stage, row.name, row.email, row.erased_at) == ("rejected", "", "", due)
    assert (kept_files(), ApplicationFile.objects.count()) == (0, 0)
    event = AuditEvent.objects.get(verb="careers_purged")
    assert (event.actor_name, event.changes) == ("careers_purge", {"applications": [1, 0]})


def test_an_unconfirmed_one_goes_whole(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    opening = opening_of(world)
    send(opening, Given(question_of(opening, QuestionKind.FILE), file=new_file()))
    capture = django_capture_on_commit_callbacks
    assert _run(NOW + 2 * DAYS - dt.timedelta(seconds=1), capture) == 0
    assert _run(NOW + 2 * DAYS, capture) == WITH_ITS_FILE
    assert (Application.objects.count(), kept_files()) == (0, 0)


def test_what_nobody_decides_goes_a_year_after_it_last_moved(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    opening = opening_of(world)
    left = at_stage(opening, ApplicationStage.REVIEW, moved_at=NOW - LONG)
    moved = at_stage(opening, ApplicationStage.REVIEW, moved_at=NOW - LONG + DAYS)
    accepted = at_stage(
        opening, ApplicationStage.ACCEPTED, moved_at=NOW - LONG, purge_at=NOW + DAYS
    )
    assert _run(NOW, django_capture_on_commit_callbacks) == 1
    for row in (left, moved, accepted):
        row.refresh_from_db()
    assert [row.erased_at for row in (left, moved, accepted)] == [NOW, None, None]


def test_a_visitor_is_forgotten_and_what_is_published_stays(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    visitor(world, purge_at=NOW)
    visitor(world, purge_at=NOW, answer="Yes.", answered_at=NOW)
    later = visitor(world, purge_at=NOW + DAYS)
    public = visitor(
        world, purge_at=NOW, answer="Yes.", answered_at=NOW, is_published=True,
        public_question="Tea?",
    )  # fmt: skip
    assert _run(NOW, django_capture_on_commit_callbacks) == 3
    assert _run(NOW, django_capture_on_commit_callbacks) == 0
    assert set(VisitorQuestion.objects.all()) == {later, public}
    public.refresh_from_db()
    assert (public.name, public.email, public.question) == ("", "", "")
    assert (public.public_question, public.answer, public.purge_at) == ("Tea?", "Yes.", None)
    assert AuditEvent.objects.get(verb="careers_purged").changes == {"questions": [3, 0]}


def test_one_that_is_not_due_any_more_is_left(world: World) -> None:
    from companies import services

    row = at_stage(opening_of(world), ApplicationStage.REVIEW)
    assert services.application_forget(application=row, now=NOW) is False
    question = visitor(world, purge_at=None)
    assert services.visitor_forget(question=question, now=NOW) is False


def test_one_that_fails_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    opening = opening_of(world)
    bad = at_stage(opening, ApplicationStage.REJECTED, purge_at=NOW)
    good = at_stage(opening, ApplicationStage.REJECTED, purge_at=NOW)
    forget = careers_job.services.application_forget

    def forget_but_one(*, application: Application, now: dt.datetime) -> bool:
        if application.pk == bad.pk:
            raise RuntimeError("out of paper")
        return forget(application=application, now=now)

    monkeypatch.setattr(careers_job.services, "application_forget", forget_but_one, raising=False)
    with pytest.raises(JobIncomplete):
        _run(NOW, django_capture_on_commit_callbacks)
    good.refresh_from_db()
    assert good.erased_at == NOW


def test_files_that_no_row_names_are_deleted_after_two_days(world: World) -> None:
    _with_file(world)
    orphan = new_file()
    careers_files.store([orphan])
    assert careers_files.orphans_delete(now=NOW + DAYS) == 0
    assert careers_files.orphans_delete(now=NOW + 2 * DAYS) == 1
    assert (kept_files(), default_storage.exists(orphan.key)) == (1, False)


def test_files_that_no_row_names_are_looked_for_every_six_hours(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    careers_files.store([new_file()])
    midnight = (NOW + 3 * DAYS).replace(hour=0)
    found = [
        _run(midnight + dt.timedelta(hours=hour), django_capture_on_commit_callbacks)
        for hour in (1, 5, 6)
    ]
    assert found == [0, 0, 1]


def test_every_company_is_asked_once_for_all_days(world: World) -> None:
    for day in range(3):
        careers_files.store([careers_files.read(PDF, now=NOW - day * DAYS)])
    with CaptureQueriesContext(connection) as few:
        assert careers_files.orphans_delete(now=NOW) == 1
    with CaptureQueriesContext(connection) as more:
        assert careers_files.orphans_delete(now=NOW + 2 * DAYS) == 2
    assert len(more) == len(few)


def test_a_file_that_the_storage_keeps_is_found_as_an_orphan(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    row = _with_file(world)
    _decide(row, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "discard", lambda key: False)
        assert _run(NOW, django_capture_on_commit_callbacks) == 1
    assert kept_files() == 1
    assert careers_files.orphans_delete(now=NOW + 2 * DAYS) == 1
    assert kept_files() == 0


def test_another_companys_are_its_own(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    other = make_world("other")
    with company_scope(other.company):
        theirs = at_stage(opening_of(other), ApplicationStage.REJECTED, purge_at=NOW)
    at_stage(opening_of(world), ApplicationStage.REJECTED, purge_at=NOW)
    assert _run(NOW, django_capture_on_commit_callbacks) == 2
    for company in (world.company, other.company):
        with company_scope(company):
            changes = AuditEvent.objects.get(company=company, verb="careers_purged").changes
            assert changes == {"applications": [1, 0]}
    with company_scope(other.company):
        theirs.refresh_from_db()
        assert theirs.erased_at == NOW
