"""Files that come with requests: with them or not at all, for as long as they are needed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage

from attendance.errors import (
    AttachmentDamaged,
    AttachmentNotKept,
    AttachmentTooLarge,
    AttachmentUnknown,
)
from companies.models import AuditEvent
from integrations.errors import Unavailable
from leave import tasks
from leave.errors import RequestRefused
from leave.models import LeaveAttachment, LeaveRequest, LeaveRequestState
from leave.services import attachments, requests, settings
from leave.services.attachments import NewFile
from tests.integrations.test_documents import PDF
from tests.leave.world import NOW, Leave, n


def _file() -> NewFile:
    return attachments.read(PDF, now=NOW)


def _submit(leave: Leave, first: str, last: str = "", **more: Any) -> LeaveRequest:
    return requests.request_submit(
        employee=leave.maya, asked=leave.ask(first, last), by=leave.me, now=NOW, **more
    )


def _stored(folder: Path) -> list[str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path.relative_to(folder).as_posix() for path in files]


@pytest.fixture
def sick(leave: Leave) -> Leave:
    """Annual leave needs a file above one day."""
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, attachment_after=n("1"))
    leave.grant("20")
    return leave


def test_a_file_comes_with_its_request(sick: Leave, photos_folder: Path) -> None:
    with pytest.raises(RequestRefused) as refused:
        _submit(sick, "03-05", "03-06")
    assert refused.value.rule == "attachment"
    request = _submit(sick, "03-05", "03-06", file=_file())
    row = LeaveAttachment.objects.get()
    assert request.attachment_key == row.storage_key
    assert (row.employee, row.content_type, row.size) == (sick.maya, "application/pdf", len(PDF))
    assert (row.created_at, row.purge_on) == (NOW, dt.date(2027, 3, 6))
    assert _stored(photos_folder) == [row.storage_key]
    with default_storage.open(row.storage_key) as stored:
        assert stored.read() == PDF
    event = AuditEvent.objects.get(verb="leave_file_sent")
    assert event.subject_id == str(row.public_id)


def test_a_request_that_is_refused_leaves_no_file(leave: Leave, photos_folder: Path) -> None:
    with pytest.raises(RequestRefused):
        _submit(leave, "03-05", file=_file())
    assert (LeaveAttachment.objects.count(), _stored(photos_folder)) == (0, [])


def test_where_the_storage_takes_nothing_there_is_no_request(
    leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(key: str, data: bytes) -> str:
        raise Unavailable("storage_failed")

    leave.grant("20")
    monkeypatch.setattr("attendance.services.pictures.put", full)
    with pytest.raises(AttachmentNotKept):
        _submit(leave, "03-05", file=_file())
    assert not LeaveRequest.objects.exists()
    assert not LeaveAttachment.objects.exists()


def test_a_change_takes_the_file_along_and_keeps_it_longer(sick: Leave) -> None:
    old = _submit(sick, "03-05", "03-06", file=_file())
    kept = sick.ask("03-19", "03-20", attachment_key=old.attachment_key)
    new = requests.request_change(request=old, asked=kept, by=sick.me, now=NOW)
    row = LeaveAttachment.objects.get()
    assert (new.attachment_key, row.purge_on) == (row.storage_key, dt.date(2027, 3, 20))
    sick.approve(new)
    again = sick.ask("03-12", "03-13", attachment_key=new.attachment_key)
    last = requests.request_change(request=new, asked=again, by=sick.me, file=_file(), now=NOW)
    first, second = LeaveAttachment.objects.order_by("id")
    assert last.attachment_key == second.storage_key
    assert (first.purge_on, second.purge_on) == (dt.date(2027, 3, 20), dt.date(2027, 3, 13))


def test_nobody_names_the_file_of_another_or_one_that_is_gone(sick: Leave) -> None:
    old = _submit(sick, "03-05", "03-06", file=_file())
    LeaveAttachment.objects.update(employee=sick.world.bikram)
    asked = sick.ask("03-19", "03-20", attachment_key=old.attachment_key)
    with pytest.raises(RequestRefused) as refused:
        requests.request_change(request=old, asked=asked, by=sick.me, now=NOW)
    assert refused.value.rule == "attachment"
    LeaveAttachment.objects.update(employee=sick.maya, purged_at=NOW)
    with pytest.raises(RequestRefused):
        requests.request_change(request=old, asked=asked, by=sick.me, now=NOW)
    assert LeaveRequestState.objects.get(request=old).state == "pending"


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"%PDF-" + b"0" * 4 * 1024**2, AttachmentTooLarge, "larger than 4 MB"),
        (b"", AttachmentUnknown, "Send a PDF, a JPEG or a PNG."),
        (b"GIF89a", AttachmentUnknown, "cannot be opened here"),
        (b"%PDF-1.4", AttachmentDamaged, "damaged or not whole"),
    ],
)
def test_what_is_no_file_says_what_to_send(data: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as refused:
        attachments.read(data, now=NOW)
    assert words in str(refused.value)


# --- on their date ----------------------------------------------------------------------------
def test_a_file_goes_on_its_date_and_its_row_stays(leave: Leave, photos_folder: Path) -> None:
    leave.grant("20")
    request = _submit(leave, "03-05", file=_file())
    with time_machine.travel("2027-03-04 12:00Z", tick=False):
        assert tasks.leave_files() == 0
    with time_machine.travel("2027-03-05 12:00Z", tick=False):
        assert tasks.leave_files() == 1
        assert tasks.leave_files() == 0
    row = LeaveAttachment.objects.get(storage_key=request.attachment_key)
    assert row.purged_at == dt.datetime(2027, 3, 5, 12, tzinfo=dt.UTC)
    assert _stored(photos_folder) == []
    event = AuditEvent.objects.get(verb="leave_files_purged")
    assert event.changes == {"files": [1, 0]}


def test_what_the_storage_does_not_delete_is_tried_again(
    leave: Leave, photos_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave.grant("20")
    _submit(leave, "03-05", file=_file())
    with time_machine.travel("2027-03-05 12:00Z", tick=False):
        with monkeypatch.context() as patch:
            patch.setattr("attendance.services.pictures.discard", lambda key: False)
            assert tasks.leave_files() == 0
        assert LeaveAttachment.objects.get().purged_at is None
        assert tasks.leave_files() == 1


def test_files_that_no_row_names_go_after_two_days(leave: Leave, photos_folder: Path) -> None:
    leave.grant("20")
    request = _submit(leave, "03-05", file=_file())
    lost = photos_folder / "leave" / f"{NOW:%Y-%m-%d}" / "lost"
    lost.write_bytes(b"a process died here")
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        assert tasks.leave_files() == 0
    with time_machine.travel(NOW + dt.timedelta(days=3), tick=False):
        assert tasks.leave_files() == 1
    assert _stored(photos_folder) == [request.attachment_key]
