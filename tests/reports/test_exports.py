"""Long reports: asked for, made in parts by runs that may end or die, told, taken, gone."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from django.utils.encoding import iri_to_uri
from hypothesis import given
from hypothesis import strategies as st

from companies import services
from companies.actor import Actor
from companies.enums import ActorKind, ExportState, Role
from companies.errors import NotAllowed
from companies.models import (
    AuditEvent,
    Employee,
    OutboxMessage,
    Placement,
    ReportExport,
    RoleGrant,
    User,
)
from companies.reports import Filters
from companies.scoping import company_scope, no_scope
from companies.services import exports
from companies.sweeps import JobIncomplete
from integrations import storage
from integrations.tables import Cell, Column, Kind, Row, parts
from portal import report_exports, report_views
from portal import reports as portal_reports
from tests.attendance.conftest import photos_folder
from tests.attendance.world import make_world
from tests.reports.golden import MARCH, NOW, Golden, manager_of
from tests.reports.test_pages import _client, _taken

__all__ = ["photos_folder"]
EVERYBODY = ["Ada", "Joe", "Lee", "Ned", "Una"]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people are many, and a part holds two."""
    monkeypatch.setattr(report_exports, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(report_exports, "PART", 2)


@pytest.fixture
def hr(golden: Golden) -> Client:
    return _client(golden.world.hari.user)


def _the(golden: Golden) -> ReportExport:
    with company_scope(golden.company):
        return ReportExport.objects.get()


def _file(client: Client, export: ReportExport) -> bytes:
    answer: Any = client.get(f"/reports/exports/{export.public_id}/file")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_report_of_many_is_made_in_the_background(golden: Golden, hr: Client) -> None:
    answer = _taken(hr, format="csv")
    export = _the(golden)
    page = f"/reports/exports/{export.public_id}/"
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    text = hr.get(page).content.decode()
    assert "We make your file" in text and "0 of 5 people" in text and "data-waits" in text
    assert hr.get(f"{page}file").status_code == 404

    assert report_exports.drain() == 1
    export = _the(golden)
    assert (export.state, export.done, len(export.keys)) == (ExportState.READY, 5, 5)
    assert export.file_name == "kettle-summary-2026-03-01-2026-03-31.csv"
    text = hr.get(page).content.decode()
    assert "Your file is ready" in text and "Thu 9 April 2026" in text
    rows = list(csv.DictReader(io.StringIO(_file(hr, export).decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == EVERYBODY
    assert rows[0]["present"] == "6.5"
    # Nothing but the file is left.
    folder = f"exports/{export.public_id}"
    assert default_storage.listdir(folder)[1] == [export.file_name]


@pytest.mark.parametrize("kind", ["json", "xlsx", "pdf:a3"])
def test_the_file_is_the_one_of_a_short_report(
    golden: Golden, hr: Client, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taken(hr, "muster-roll", format=kind, grouped="1")
    report_exports.drain()
    long = _file(hr, _the(golden))
    monkeypatch.setattr(report_exports, "MOST_AT_ONCE", 1000)
    short = _taken(hr, "muster-roll", format=kind, grouped="1").data
    if kind == "xlsx":
        assert len(long) == len(short)
    else:
        assert long == short


def test_who_has_no_right_to_it_any_more_takes_it_no_more(golden: Golden) -> None:
    user = manager_of(golden, "ada")
    with company_scope(golden.company):
        grant = RoleGrant.objects.create(
            company=golden.company, user=user, role=Role.HR, starts_on=MARCH
        )
    client = _client(user)
    _taken(client)
    report_exports.drain()
    export = _the(golden)
    _file(client, export)
    page = f"/reports/exports/{export.public_id}/"
    with company_scope(golden.company):
        grant.delete()
    assert [client.get(path).status_code for path in (page, f"{page}file")] == [404, 404]


def test_what_hr_asked_for_is_not_the_managers_that_they_are_now(golden: Golden) -> None:
    """It holds amounts of money, which HR alone reads, of people who may all be theirs."""
    user = manager_of(golden, "ada")
    with company_scope(golden.company):
        grant = RoleGrant.objects.create(
            company=golden.company, user=user, role=Role.HR, starts_on=MARCH
        )
    client = _client(user)
    _taken(client, "muster-roll")
    report_exports.drain()
    export = _the(golden)
    _file(client, export)
    with company_scope(golden.company):
        grant.delete()
        ReportExport.objects.update(keys=[golden.people["ada"].pk])
    assert client.get(f"/reports/exports/{export.public_id}/file").status_code == 404


def test_a_manager_takes_their_own_while_the_team_is_theirs(golden: Golden) -> None:
    user = manager_of(golden, "ada", "ned", "joe")
    client = _client(user)
    _taken(client)
    report_exports.drain()
    export = _the(golden)
    _file(client, export)
    with company_scope(golden.company):
        Placement.objects.filter(employee__code="joe").update(manager=None)
    assert client.get(f"/reports/exports/{export.public_id}/file").status_code == 404


def test_a_spreadsheet_of_more_lines_than_it_holds_is_not_begun(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_views, "MOST_ROWS", 100)
    assert _taken(hr, "shifts", format="xlsx").status_code == 302
    assert "A spreadsheet holds a million lines." in hr.get("/reports/").text
    with company_scope(golden.company):
        assert not ReportExport.objects.exists()
    # One line a person is another matter, and so are lines without end.
    _taken(hr, "summary", format="xlsx")
    _taken(hr, "shifts", format="csv")
    with company_scope(golden.company):
        assert ReportExport.objects.count() == 2


def test_who_asked_is_told_by_mail(golden: Golden, hr: Client) -> None:
    _taken(hr)
    report_exports.drain()
    with no_scope("the mail"):
        mail = OutboxMessage.objects.get(template="companies/email/report_ready")
    assert mail.to == golden.world.hari.email
    assert mail.values["link"].endswith(f"/reports/exports/{_the(golden).public_id}/")
    assert mail.values["until"] == "Thu, 9 April 2026"


def test_taking_it_is_told_once_when_it_is_asked_for(golden: Golden, hr: Client) -> None:
    for _tap in range(2):
        _taken(hr)
    export = _the(golden)
    report_exports.drain()
    _file(hr, export)
    _file(hr, export)
    with no_scope("what was told"):
        (event,) = AuditEvent.objects.filter(verb="report_exported")
    assert event.changes["people"] == [None, 5]


def test_a_run_that_ends_is_carried_on_from_the_part_after_the_last(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 30))
    monkeypatch.setattr(report_exports.time, "monotonic", lambda: next(clock))
    asked: list[str] = []
    monkeypatch.setattr(report_exports.tasks, "defer", asked.append)
    _taken(hr)
    assert report_exports.drain() == 0
    assert (_the(golden).state, _the(golden).done) == (ExportState.WAITING, 2)
    while _the(golden).state == ExportState.WAITING:
        report_exports.drain()
    assert asked and set(asked) == {"report_exports"}
    found = json.loads(_file(hr, _the(golden)))
    assert [row["name"] for row in found["rows"]] == EVERYBODY
    assert found["sums"][0]["present"] == "10.5"


def test_a_run_that_dies_leaves_it_to_a_later_one(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taken(hr)
    real = report_exports.FORMATS["json"]
    monkeypatch.setitem(report_exports.FORMATS, "json", None)
    assert report_exports.drain() == 0
    monkeypatch.setitem(report_exports.FORMATS, "json", real)
    assert report_exports.drain() == 0  # it is still held
    with time_machine.travel(NOW + dt.timedelta(minutes=6), tick=False):
        assert report_exports.drain() == 1
    assert _the(golden).state == ExportState.READY


def test_what_fails_again_and_again_is_given_up(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taken(hr)
    monkeypatch.setitem(report_exports.FORMATS, "json", None)
    for turn in range(9):
        with time_machine.travel(NOW + dt.timedelta(minutes=6 * turn), tick=False):
            report_exports.drain()
    export = _the(golden)
    assert (export.state, export.keys) == (ExportState.FAILED, [])
    text = hr.get(f"/reports/exports/{export.public_id}/").content.decode()
    assert "The file could not be made" in text
    assert default_storage.listdir(f"exports/{export.public_id}")[1] == []


def test_whoever_lost_the_right_meanwhile_gets_nothing(golden: Golden, hr: Client) -> None:
    _taken(hr)
    with company_scope(golden.company):
        RoleGrant.objects.filter(user=golden.world.hari.user).update(ends_on=dt.date(2026, 3, 1))
    report_exports.drain()
    assert _the(golden).state == ExportState.FAILED


def test_a_report_that_names_nobody_is_made_in_one_part(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _taken(hr, "headcount").status_code == 302
    assert report_exports.drain() == 1
    long = _file(hr, _the(golden))
    monkeypatch.setattr(report_exports, "MOST_AT_ONCE", 1000)
    assert _taken(hr, "headcount").data == long


def test_it_is_nobody_elses(golden: Golden, hr: Client) -> None:
    _taken(hr)
    report_exports.drain()
    page = f"/reports/exports/{_the(golden).public_id}/"
    other = make_world(code="other")
    strangers = [golden.user("una"), other.hari.user,
                 User.objects.create_user(email="o@example.com", name="O")]  # fmt: skip
    for user in strangers:
        for path in (page, f"{page}file"):
            assert _client(user).get(path).status_code == 404


def test_a_file_is_kept_for_a_week(golden: Golden, hr: Client) -> None:
    _taken(hr)
    report_exports.drain()
    export = _the(golden)
    page = f"/reports/exports/{export.public_id}/"
    with time_machine.travel(NOW + dt.timedelta(days=7, minutes=1), tick=False):
        hr = _client(golden.world.hari.user)
        assert hr.get(f"{page}file").status_code == 404
        assert report_exports.drain() == 1
        assert "The file is gone" in hr.get(page).content.decode()
    assert default_storage.listdir(f"exports/{export.public_id}")[1] == []
    assert report_exports.drain() == 0


def test_a_file_that_cannot_be_deleted_holds_no_report_up(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taken(hr)
    report_exports.drain()
    first = _the(golden)

    def refuse(name: str) -> None:
        if name == first.file_key:
            raise OSError("the bucket deletes nothing now")
        deleted(name)

    deleted = default_storage.delete
    monkeypatch.setattr(default_storage, "delete", refuse)
    with time_machine.travel(NOW + dt.timedelta(days=8), tick=False):
        _taken(_client(golden.world.hari.user), format="csv")
        with pytest.raises(JobIncomplete):
            report_exports.drain()
        with company_scope(golden.company):
            states = dict(ReportExport.objects.values_list("file_format", "state"))
        assert states == {"json": ExportState.READY, "csv": ExportState.READY}
        # It is tried again until it is gone.
        monkeypatch.undo()
        assert report_exports.drain() == 1
    assert not default_storage.exists(first.file_key)


def _link(key: str, *, content_type: str, disposition: str) -> str:
    return f"https://bucket/{key}?{content_type};{disposition}"


def test_a_bucket_shows_the_file_by_itself(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taken(hr)
    report_exports.drain()
    export = _the(golden)
    path = f"/reports/exports/{export.public_id}/file"
    monkeypatch.setattr(storage, "signed_link", _link)
    answer = hr.get(path)
    saved = 'application/json;attachment; filename="kettle-summary-2026-03-01-2026-03-31.json"'
    assert answer.headers["Location"] == iri_to_uri(f"https://bucket/{export.file_key}?{saved}")
    monkeypatch.undo()
    default_storage.delete(export.file_key)
    assert hr.get(path).status_code == 404


def test_too_many_are_refused_here_too(
    golden: Golden, hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(exports, "EXPORTS_AN_HOUR", 0)
    answer = _taken(hr)
    assert answer.headers["Location"] == "/reports/summary/?from=2026-03-01&to=2026-03-31"
    with company_scope(golden.company):
        assert not ReportExport.objects.exists()


def test_somebody_who_left_the_company_is_still_in_the_file_of_hr(
    golden: Golden, hr: Client
) -> None:
    _taken(hr)
    with company_scope(golden.company):
        Employee.objects.filter(name="Una").update(joined_on=dt.date(2026, 4, 1))
    report_exports.drain()
    found = json.loads(_file(hr, _the(golden)))
    # Una is not of these dates any more: nobody is in a file whom its reader may not see now.
    assert [row["name"] for row in found["rows"]] == EVERYBODY[:4]


# --- rows on their way ----------------------------------------------------------------------------
_COLUMNS = tuple(Column(key=kind.value, label=kind.value, kind=kind) for kind in Kind)


def _decimals(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(),
    Kind.CODE: st.builds(Cell, st.text(), st.sampled_from(["", "good"]), st.booleans(), st.text()),
    Kind.DATE: st.dates() | st.none(),
    Kind.TIME: st.times().map(lambda found: found.replace(microsecond=0)) | st.none(),
    Kind.MINUTES: st.integers(0, 10_000),
    Kind.DAYS: _decimals(0, 31, 1),
    Kind.AMOUNT: _decimals(-100, 100, 4) | st.none(),
    Kind.COUNT: st.integers(0, 100),
    Kind.MONEY: _decimals(-1000, 1000, 2),
}


@given(st.lists(st.tuples(st.text(), st.tuples(*(_VALUES[kind] for kind in Kind))), max_size=5))
def test_rows_come_back_as_they_went(found: list[tuple[str, tuple[Any, ...]]]) -> None:
    rows = [Row(cells, group) for group, cells in found]
    lines: Iterator[bytes] = parts.dumped(rows)
    back = list(parts.loaded(list(lines), _COLUMNS))
    assert [(row.group, tuple(row.cells)) for row in back] == found


def test_rows_of_other_columns_are_not_taken() -> None:
    lines = list(parts.dumped([Row(("a", "b"))]))
    with pytest.raises(ValueError, match="zip"):
        list(parts.loaded(lines, _COLUMNS))


def test_who_is_in_no_company_takes_nothing(golden: Golden) -> None:
    report = portal_reports.reports()["summary"]
    stranger = Actor(kind=ActorKind.PERSON, user=golden.world.hari.user)
    with company_scope(golden.company):
        filters = Filters(first=dt.date(2026, 3, 1), last=dt.date(2026, 3, 31))
        asked = portal_reports.asked_of(golden.world.hr, golden.company, filters, now=NOW)
        with pytest.raises(NotAllowed):
            services.report_export(report=report, asked=asked, file_format="csv", by=stranger)
        with pytest.raises(NotAllowed):
            services.export_ask(
                report=report, asked=asked, file_format="csv", paper="", file_name="x", by=stranger
            )
        assert not ReportExport.objects.exists()
