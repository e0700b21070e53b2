"""The file of a request: handed out to be saved, to who may see it, once the look is recorded."""

from __future__ import annotations

import datetime as dt
import io
import uuid
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from companies import looks
from companies.enums import ActorKind
from companies.models import Employee, Look
from integrations import storage
from leave.models import LeaveAttachment, LeaveRequest, LeaveRequestState
from leave.request_pages import context, shown
from leave.services import attachments, requests
from portal.own_cells import Whose
from portal.own_data import write_export
from tests.attendance.fakes import jpeg
from tests.attendance.test_pages import _text
from tests.attendance.world import ZONE, make_person, make_world
from tests.integrations.test_documents import PDF
from tests.leave.world import NOW, Leave


def _login(person: Employee) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def _sent(leave: Leave, data: bytes = PDF) -> LeaveRequest:
    return requests.request_submit(
        employee=leave.maya, asked=leave.ask("03-05"), by=leave.me,
        file=attachments.read(data, now=NOW), now=NOW,
    )  # fmt: skip


@pytest.fixture
def request_(leave: Leave) -> LeaveRequest:
    leave.grant("20")
    return _sent(leave)


def _get(person: Employee, path: str) -> Any:
    """Return the answer, read to its end as a browser does: that closes the file."""
    answer = _login(person).get(path)
    if answer.streaming:
        answer.body = b"".join(answer)  # type: ignore[attr-defined,arg-type]
    return answer


def _path(request: LeaveRequest) -> str:
    return f"/leave/requests/{request.public_id}/attachment"


def test_a_file_is_handed_out_to_be_saved_and_kept_by_no_browser(
    leave: Leave, request_: LeaveRequest
) -> None:
    answer = _get(leave.world.bikram, _path(request_))
    assert answer.body == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="leave-2026-03-05.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_whoever_else_looks_is_written_down_and_the_person_reads_it(
    leave: Leave, request_: LeaveRequest
) -> None:
    maya = _login(leave.maya)
    assert _get(leave.maya, _path(request_)).status_code == 200
    assert not Look.objects.exists()
    _get(leave.world.bikram, _path(request_))
    look = Look.objects.get()
    row = LeaveAttachment.objects.get()
    assert (look.kind, look.target_id, look.viewer_name, look.about_on) == (
        "file", str(row.public_id), "Bikram", dt.date(2026, 3, 5),
    )  # fmt: skip
    assert "Bikram Manager File of a request, Thu 5 March" in _text(maya.get("/me/looks/").text)


def test_a_look_that_cannot_be_recorded_is_none(
    leave: Leave, request_: LeaveRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*, by: Any, seen: Any) -> None:
        raise RuntimeError("the records are away")

    monkeypatch.setattr(looks, "looks_record", away)
    with pytest.raises(RuntimeError):
        _get(leave.world.bikram, _path(request_))


def test_a_picture_is_a_picture(leave: Leave) -> None:
    leave.grant("20")
    request = _sent(leave, jpeg())
    answer = _get(leave.maya, _path(request))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].endswith('"leave-2026-03-05.jpg"')
    assert "Picture," in _text(_login(leave.maya).get(_path(request)[: -len("attachment")]).text)


def test_nobody_else_gets_it_and_nothing_is_as_somebody_elses(
    leave: Leave, request_: LeaveRequest
) -> None:
    world = leave.world
    peer = make_person(world.company, "Peer", world.office, world.day_shift)
    for person in (peer, make_world("other").hari):
        assert _get(person, _path(request_)).status_code == 404
    assert _login(leave.maya).get(f"/leave/requests/{uuid.uuid4()}/attachment").status_code == 404
    without = leave.submit("03-12")
    assert _get(leave.maya, _path(without)).status_code == 404
    assert _get(world.hari, _path(request_)).status_code == 200


def test_an_operator_who_was_let_in_reads_the_page_without_its_file(
    leave: Leave, request_: LeaveRequest
) -> None:
    let_in = replace(leave.hr, kind=ActorKind.PLATFORM, employee=None, user=None, roles=frozenset())
    page = shown(LeaveRequestState.objects.get(), let_in, now=NOW)
    assert (page.may_open, page.may_view_file, page.may_decide) == (True, False, False)
    file = context(page)["file"]
    assert (file["url"], file["kind"]) == (None, "PDF")


def test_what_was_deleted_is_gone_and_the_page_says_when(
    leave: Leave, request_: LeaveRequest
) -> None:
    row = LeaveAttachment.objects.get()
    maya = _login(leave.maya)
    default_storage.delete(row.storage_key)
    assert maya.get(_path(request_)).status_code == 404
    LeaveAttachment.objects.update(purged_at=NOW)
    assert maya.get(_path(request_)).status_code == 404
    page = maya.get(_path(request_)[: -len("attachment")])
    assert "It was deleted on Mon 2 March, as files are." in _text(page.text)


def test_a_bucket_hands_it_out_by_a_link_of_a_minute(
    leave: Leave, request_: LeaveRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def signed(key: str, **how: str) -> str:
        asked.append((key, how))
        return "https://bucket.example/leave"

    monkeypatch.setattr(storage, "signed_link", signed)
    answer = _get(leave.world.bikram, _path(request_))
    assert (answer.status_code, answer["Location"]) == (302, "https://bucket.example/leave")
    assert answer["Cache-Control"] == "private, no-store"
    row = LeaveAttachment.objects.get()
    assert asked == [
        (row.storage_key, {
            "content_type": "application/pdf",
            "disposition": 'attachment; filename="leave-2026-03-05.pdf"',
        })
    ]  # fmt: skip
    assert Look.objects.count() == 1


def test_ones_own_data_has_the_file_in_it(
    leave: Leave, request_: LeaveRequest, photos_folder: Path
) -> None:
    row = LeaveAttachment.objects.get()
    whose = Whose(leave.maya.user, leave.world.company, ZONE)
    with write_export(whose) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        assert archive.read(f"leave_files/{row.public_id}.pdf") == PDF
        table = archive.read("leave_files.csv").decode("utf-8-sig")
    assert f'"leave_files/{row.public_id}.pdf","application/pdf"' in table
    LeaveAttachment.objects.update(purged_at=NOW)
    with write_export(whose) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        assert [name for name in archive.namelist() if name.startswith("leave_files/")] == []
