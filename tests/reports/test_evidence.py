"""The evidence pack of a month: who gets it, what is in it, and that it stays what it is."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from python_calamine import load_workbook

from attendance.enums import DayStatus
from attendance.services.closing import period_lock
from attendance.services.payroll import payroll_take
from attendance.services.verdicts import day_set
from companies.enums import CalendarKind, ExportState
from companies.models import (
    AuditEvent,
    CalendarDay,
    Employee,
    Look,
    PolicyVersion,
    ReportExport,
    RoleGrant,
)
from companies.scoping import company_scope, no_scope
from companies.services import exports
from integrations import storage
from portal import evidence, report_exports
from tests.attendance.conftest import photos_folder
from tests.attendance.world import START
from tests.http import post_once
from tests.reports.golden import MARCH, NOW, ZONE, Golden, auditor_of, manager_of
from tests.reports.test_exports import _link
from tests.reports.test_pages import _client, _taken

__all__ = ["photos_folder"]
PAGE = "/reports/closing/2026-03/"
EVERYBODY = ["Ada", "Joe", "Lee", "Ned", "Una"]
OPEN = ["muster-roll.xlsx", "muster-roll.csv", "changes.csv", "policies.json", "SHA256SUMS"]
LOCKED = [*OPEN[:2], "payroll.csv", *OPEN[2:]]


@pytest.fixture
def hr(golden: Golden) -> Client:
    return _client(golden.world.hari.user)


def _lock(golden: Golden) -> Any:
    with company_scope(golden.company):
        return period_lock(
            company=golden.company, starts_on=MARCH, reason="the auditor waits", by=golden.world.hr
        )


def _made(client: Client) -> bytes:
    """Ask for the pack, let it be made, and take it."""
    answer = post_once(client, f"{PAGE}evidence")
    assert answer.status_code == 302
    page = answer.headers["Location"]
    assert report_exports.drain() == 1
    assert "Your file is ready" in client.get(page).text
    file: Any = client.get(f"{page}file")
    assert (file.status_code, file.headers["Content-Type"]) == (200, "application/zip")
    return b"".join(file.streaming_content)


def _files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_each_file_has_its_hash_and_the_roll_is_the_roll(golden: Golden, hr: Client) -> None:
    files = _files(_made(hr))
    assert list(files) == OPEN
    sums = dict(
        reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines()
    )  # fmt: skip
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in OPEN[:-1]}
    assert files["muster-roll.csv"] == _taken(hr, "muster-roll", format="csv", active="all").data
    assert [row["name"] for row in _rows(files["muster-roll.csv"])] == EVERYBODY
    book = load_workbook(io.BytesIO(files["muster-roll.xlsx"]))
    cells = book.get_sheet_by_index(0).to_python()
    names = [row[0] for row in cells if row[0] in EVERYBODY]
    assert names == EVERYBODY


def test_it_says_what_was_decided_and_by_whom(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_A_CHUNK", 2)
    with company_scope(golden.company):
        day_set(
            employee=golden.people["ada"], date=dt.date(2026, 4, 1), worked_minutes=480,
            halves=(DayStatus.PRESENT,) * 2, reason="of another month", by=golden.world.hr,
        )  # fmt: skip
    rows = _rows(_files(_made(hr))["changes.csv"])
    told = [(row["code"], row["by"], row["reason"]) for row in rows]
    assert told.count(("day_set_by_hand", "Hari", "paper list")) == 1
    assert told.count(("day_skipped", "Hari", "fire drill")) == 1
    assert told.count(("month_locked", "Hari", "payroll waits")) == 1
    assert told.count(("month_reopened", "Hari", "a letter came late")) == 1
    assert [code for code, _by, _reason in told].count("day_marked") == 6
    assert "of another month" not in [reason for _code, _by, reason in told]
    by_hand = next(row for row in rows if row["code"] == "day_set_by_hand")
    assert (by_hand["what"], by_hand["when"]) == ("Day set by hand", "2026-04-02T16:00:00+00:00")
    assert json.loads(by_hand["changes"])


def test_it_says_which_rules_held(golden: Golden, hr: Client) -> None:
    with company_scope(golden.company):
        for first in (dt.date(2026, 3, 10), dt.date(2026, 4, 1)):
            PolicyVersion.objects.create(
                company=golden.company, starts_on=first, zone="America/Chicago"
            )
    found = json.loads(_files(_made(hr))["policies.json"])
    assert sorted(found) == [
        "companies.OfficeVersion", "companies.OvertimePolicyVersion", "companies.PolicyVersion",
        "companies.ShiftVersion", "leave.LeaveTypeVersion",
    ]  # fmt: skip
    # The world's own first version starts on the same date and was written before.
    assert [(row["starts_on"], row["zone"]) for row in found["companies.PolicyVersion"]] == [
        (START.isoformat(), str(ZONE)), ("2026-03-10", "America/Chicago"),
    ]  # fmt: skip
    shifts = [row["shift"] for row in found["companies.ShiftVersion"]]
    assert shifts == ["Day", "Night", "Graveyard"]


def test_of_a_locked_month_it_has_the_same_bytes_and_the_payroll_file(
    golden: Golden, hr: Client
) -> None:
    period = _lock(golden)
    first = _made(hr)
    assert list(_files(first)) == LOCKED
    with company_scope(golden.company):
        payroll = payroll_take(period=period, kind="csv", by=golden.world.hr)
    assert _files(first)["payroll.csv"] == payroll
    assert hashlib.sha256(payroll).hexdigest() == period.fingerprint
    with time_machine.travel(NOW + dt.timedelta(days=3), tick=False):
        with company_scope(golden.company):
            # Written after the lock, for dates before it: the month was judged without it.
            PolicyVersion.objects.create(
                company=golden.company, starts_on=dt.date(2026, 3, 2), zone="Asia/Tokyo"
            )
            CalendarDay.objects.create(
                company=golden.company, date=dt.date(2026, 3, 18), kind=CalendarKind.HOLIDAY,
                name="Late",
            )  # fmt: skip
            Employee.objects.filter(code="joe").update(is_active=False)
            Employee.objects.filter(code="ned").update(left_on=dt.date(2026, 3, 10))
        assert _made(_client(auditor_of(golden))) == first


def test_it_is_told_in_the_audit_and_to_everybody_in_it(golden: Golden, hr: Client) -> None:
    _made(hr)
    with no_scope("what was told"):
        (event,) = AuditEvent.objects.filter(verb="report_exported")
        seen = Look.objects.filter(kind="report").values_list("employee__name", flat=True)
        assert sorted(seen) == EVERYBODY
    assert event.changes == {
        "report": [None, "evidence-pack"], "format": [None, "zip"], "first": [None, "2026-03-01"],
        "last": [None, "2026-03-31"], "active": [None, "all"], "people": [None, 5],
    }  # fmt: skip


def test_its_button_stands_on_the_month(golden: Golden, hr: Client) -> None:
    for client in (hr, _client(auditor_of(golden))):
        assert f'action="{PAGE}evidence"' in client.get(PAGE).text


def test_a_double_tap_makes_one(golden: Golden, hr: Client) -> None:
    for _tap in range(2):
        post_once(hr, f"{PAGE}evidence")
    with company_scope(golden.company):
        assert ReportExport.objects.count() == 1


def test_who_has_no_closing_gets_none(golden: Golden, hr: Client) -> None:
    for user in (manager_of(golden, "ada"), golden.user("joe")):
        assert post_once(_client(user), f"{PAGE}evidence").status_code == 404
    assert hr.get(f"{PAGE}evidence").status_code == 405
    assert post_once(hr, "/reports/closing/2026-05/evidence").status_code == 404
    assert hr.get("/reports/evidence-pack/").status_code == 404


def test_whoever_lost_the_right_meanwhile_gets_nothing(golden: Golden) -> None:
    auditor = _client(auditor_of(golden))
    page = post_once(auditor, f"{PAGE}evidence").headers["Location"]
    with company_scope(golden.company):
        RoleGrant.objects.filter(role="auditor").update(ends_on=dt.date(2026, 3, 1))
    assert report_exports.drain() == 1
    with company_scope(golden.company):
        assert ReportExport.objects.get().state == ExportState.FAILED
    assert auditor.get(page).status_code != 200


def test_a_role_changed_to_a_managers_leaves_no_way_to_the_file(golden: Golden, hr: Client) -> None:
    _made(hr)
    with company_scope(golden.company):
        export = ReportExport.objects.get()
        RoleGrant.objects.filter(user=golden.world.hari.user).update(role="manager")
    assert hr.get(f"/reports/exports/{export.public_id}/file").status_code == 404


def test_too_many_are_refused(golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "EXPORTS_AN_HOUR", 0)
    answer: Any = post_once(hr, f"{PAGE}evidence")
    assert answer.headers["Location"] == PAGE
    assert len(list(get_messages(answer.wsgi_request))) == 1


def test_a_bucket_is_told_that_it_is_an_archive(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _made(hr)
    with company_scope(golden.company):
        export = ReportExport.objects.get()
    monkeypatch.setattr(storage, "signed_link", _link)
    answer = hr.get(f"/reports/exports/{export.public_id}/file")
    assert "?application/zip;" in answer.headers["Location"]
