"""One's own data in one file: everything about the person, nothing about anybody else."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection, models
from django.http import FileResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import Direction, MarkKind
from attendance.models import FaceEnrolment, OptionalHolidayPick, Punch, PunchFrame
from attendance.services import corrections, decisions, marks, roster, verdicts
from attendance.services.days import person_recompute
from companies import audit, outbox, selectors, services
from companies.actor import job_actor
from companies.errors import NotAllowed
from companies.models import AuditEvent, CalendarDay, Employee, Placement, RoleGrant, User
from companies.scoping import company_scope
from portal import own_data, own_tables
from portal.own_cells import Whose
from portal.own_data import TABLES
from tests.attendance.conftest import engine, enrol, other_world, photos_folder, world
from tests.attendance.fakes import jpeg
from tests.attendance.world import START, World, at

__all__ = ["engine", "enrol", "other_world", "photos_folder", "world"]

MONDAY = dt.date(2026, 3, 2)
NOON = "2026-03-04 12:00"
ELSEWHERE = "Another person of the company"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(at(NOON), tick=False):
        yield


def _download(user: User) -> zipfile.ZipFile:
    client = Client()
    client.force_login(user)
    answer = client.post("/me/data")
    assert isinstance(answer, FileResponse), answer
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type]


def _tables(file: zipfile.ZipFile) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(file.read("export.json"))["tables"]
    return found


def _sheet(file: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = file.read(f"{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _everything(file: zipfile.ZipFile) -> str:
    return "\n".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())


# --- what is inside -----------------------------------------------------------------------------
def test_a_punch_stands_in_utc_and_by_its_own_clocks(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:16")
    with company_scope(world.company):
        punch = Punch.objects.get()
    (line,) = _tables(_download(world.maya.user))["punches"]
    assert line == {
        "public_id": str(punch.public_id),
        "tap_id": str(punch.tap_id),
        "occurred_at": "2026-03-02T03:31:00Z",
        "occurred_at_local": "2026-03-02T09:16:00+05:45",
        "zone": "Asia/Kathmandu",
        "direction": "in",
        "direction_words": "Check in",
        "source": "web",
        "source_words": "Web",
        "no_picture_because": "no camera was found",
        "counts_for": "2026-03-02",
        "face": "not_checked",
        "face_words": "face not checked (no camera was found)",
        "head_turn": "not_asked",
        "head_turn_words": "",
        "is_flagged": False,
        "is_refused": False,
        "decided_at": None,
        "decided_at_local": None,
        "voided_at": None,
        "voided_at_local": None,
        "device_at": None,
        "device_at_local": None,
        "created_at": "2026-03-04T06:15:00Z",
        "created_at_local": "2026-03-04T12:00:00+05:45",
    }


def test_a_day_says_why_in_words_and_by_what_it_was_judged(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:16")
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    file = _download(world.maya.user)
    (line,) = _tables(file)["days"]
    assert line["steps"] == [
        "Shift Day, 09:00 to 17:30. Check-ins from Mon 08:00 to Mon 18:30 belong to it.",
        "In 09:16, out 17:30.",
        "Break 13:00 to 13:30: 30 min taken out.",
        "Worked 7 h 44 min: present 8 h 14 min, less 30 min of breaks.",
        "Still open: check-ins belong to this day until Mon 18:31.",
        "First check-in 09:16; the shift starts 09:00, grace 10 min: late by 16 min.",
        "Last check-out 17:30; the shift ends 17:30: not early.",
    ]
    assert line["late_minutes"] == 16
    assert line["first_in_at_local"] == "2026-03-02T09:16:00+05:45"
    assert line["input"]["date"] == "2026-03-02"
    (cells,) = _sheet(file, "days")
    assert cells["steps"] == " ".join(line["steps"])
    assert cells["worked_minutes"] == str(line["worked_minutes"])
    assert json.loads(cells["input"]) == line["input"]


def test_who_decided_is_said_by_kind_and_the_reason_is_there(world: World) -> None:
    recorded = world.punch(world.maya, "2026-03-02 09:16")
    with company_scope(world.company):
        punch = Punch.objects.get(public_id=recorded.public_id)
        decisions.punch_void(by=world.hr, punch=punch, reason="a test")
    tables = _tables(_download(world.maya.user))
    said = [(line["kind_words"], line["by"], line["reason"]) for line in tables["punch_entries"]]
    assert said[-1] == ("Voided", ELSEWHERE, "a test")
    events = [(line["verb_words"], line["by"], line["reason"]) for line in tables["events"]]
    assert events == [
        ("Own data downloaded", "Yourself", ""),
        ("Punch voided", ELSEWHERE, "a test"),
    ]
    assert "Hari" not in _everything(_download(world.maya.user))


def test_a_change_that_names_a_manager_names_nobody(world: World) -> None:
    with company_scope(world.company):
        placement = Placement.objects.get(employee=world.maya)
        before = audit.snapshot(placement)
        placement.manager = world.hari
        placement.save(update_fields=["manager"])
        changes = audit.difference(before, audit.snapshot(placement))
        audit.record(by=world.hr, verb="placement_changed", subject=placement, changes=changes)
    tables = _tables(_download(world.maya.user))
    assert [line["has_manager"] for line in tables["placements"]] == [True]
    (event,) = [line for line in tables["events"] if line["verb"] == "placement_changed"]
    assert event["changes"] == {"manager": [None, ELSEWHERE]}


def test_what_hr_did_to_others_is_told_without_them(world: World) -> None:
    with company_scope(world.company):
        roster.assignment_save(
            employee=world.maya, shift=world.night_shift, starts_on=MONDAY, ends_on=None,
            by=world.hr,
        )  # fmt: skip
    file = _download(world.hari.user)
    deeds = [(line["verb_words"], line["kind_of_record"]) for line in _tables(file)["deeds"]]
    assert deeds == [("Put on a shift", "Shift assignment"), ("Own data downloaded", "User")]
    assert "Maya" not in _everything(file)
    (line,) = _tables(_download(world.maya.user))["assignments"]
    assert (line["shift"], line["starts_on"], line["ends_on"]) == ("Night", "2026-03-02", None)


def test_pictures_that_were_looked_at_are_inside(world: World, enrol: Any) -> None:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-03-02 09:00", frame=jpeg())
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT, frame=jpeg(), weigh=False)
    with company_scope(world.company):
        clean = PunchFrame.objects.get(is_clean=True)
        kept = FaceEnrolment.objects.get()
    file = _download(world.maya.user)
    inside = [name for name in file.namelist() if name.startswith("pictures/")]
    assert inside == [f"pictures/{clean.public_id}.jpg", f"pictures/reference-{kept.public_id}.jpg"]
    assert [file.read(name)[:3] for name in inside] == [b"\xff\xd8\xff"] * 2
    tables = _tables(file)
    assert [line["file"] for line in tables["pictures"]] == [inside[0], None]
    assert [line["is_given"] for line in tables["face_consents"]] == [True]
    (enrolled,) = tables["face_enrolments"]
    assert (enrolled["state_words"], enrolled["picture"]) == ("Active", inside[1])
    assert enrolled["picture_sha256"] == hashlib.sha256(file.read(inside[1])).hexdigest()
    assert [line["engine"] for line in tables["face_templates"]] == ["fake"] * 3
    assert "ciphertext" not in _everything(file)


def test_a_picture_whose_file_is_gone_stops_nothing(
    world: World, enrol: Any, photos_folder: Any
) -> None:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-03-02 09:00", frame=jpeg())
    with company_scope(world.company):
        (photos_folder / PunchFrame.objects.get().storage_key).unlink()
        (photos_folder / FaceEnrolment.objects.get().reference_key).unlink()
    file = _download(world.maya.user)
    assert [name for name in file.namelist() if name.startswith("pictures/")] == []
    assert file.testzip() is None


def test_mails_are_the_persons_own_of_this_company(world: World, other_world: World) -> None:
    services.password_reset_request(email=world.maya.email, now=at(NOON))
    services.password_reset_request(email=world.bikram.email, now=at(NOON))
    for place in (world, other_world):
        outbox.enqueue(
            company=place.company, dedupe_key=f"mail to Maya from {place.company.code}",
            to=world.maya.email, template="companies/email/sign_in_link",
            values={"user": str(world.maya.user.public_id), "by": "Hari", "company": "X"},
        )  # fmt: skip
    mails = _tables(_download(world.maya.user))["mails"]
    assert [(line["to"], line["template"]) for line in mails] == [
        ("maya@kettle.example", "companies/email/password_reset"),
        ("maya@kettle.example", "companies/email/sign_in_link"),
    ]


def test_what_covers_a_day_is_inside_and_so_is_taking_it_back(world: World) -> None:
    with company_scope(world.company):
        mark = marks.mark_add(
            employee=world.maya, date=MONDAY, kind=MarkKind.ON_DUTY, source_ref="note",
            by=world.hr,
        )  # fmt: skip
        marks.mark_withdraw(mark=mark, source_ref="note", by=world.hr)
    lines = _tables(_download(world.maya.user))["marks"]
    assert [(line["kind_words"], line["portion_words"]) for line in lines] == [
        ("On duty", "Whole day"),
        ("On duty", "Whole day"),
    ]
    assert [line["withdraws"] for line in lines] == [None, str(mark.public_id)]


def test_the_account_has_no_password(world: World) -> None:
    file = _download(world.maya.user)
    (line,) = _tables(file)["account"]
    assert (line["name"], line["email"]) == ("Maya", "maya@kettle.example")
    assert world.maya.user.password not in _everything(file)
    assert "password" not in line


def test_who_has_only_a_role_gets_what_there_is(world: World) -> None:
    user = User.objects.create_user(email="a@udit.example", name="Ada", password="x" * 12)
    with company_scope(world.company):
        RoleGrant.objects.create(company=world.company, user=user, role="hr", starts_on=START)
    whole = json.loads(_download(user).read("export.json"))
    assert (whole["schema"], whole["company"], whole["zone"]) == (1, "Kettle", "Asia/Kathmandu")
    filled = {name: len(lines) for name, lines in whole["tables"].items() if lines}
    assert filled == {"account": 1, "roles": 1, "events": 1, "deeds": 1, "signed_in": 1}


def test_the_readme_says_what_each_file_holds(world: World) -> None:
    file = _download(world.maya.user)
    told = re.findall(r"^(\w+\.csv): \S", file.read("README.txt").decode(), re.MULTILINE)
    assert told == [name for name in file.namelist() if name.endswith(".csv")]
    assert [f"{table.name}.csv" for table in TABLES] == told
    for table in TABLES:
        text = file.read(f"{table.name}.csv").decode("utf-8-sig")
        assert tuple(next(csv.reader(io.StringIO(text)))) == table.columns


# --- what is not --------------------------------------------------------------------------------
def test_nothing_of_a_colleague_or_another_company_is_inside(
    world: World, other_world: World, enrol: Any
) -> None:
    with company_scope(other_world.company):
        Employee.objects.filter(pk=other_world.maya.pk).update(
            user=world.maya.user, code="elsewhere"
        )
    enrol(world, world.bikram)
    world.punch(world.bikram, "2026-03-02 22:04", frame=jpeg())
    other_world.maya.refresh_from_db()
    other_world.punch(other_world.maya, "2026-03-02 09:33")
    with company_scope(world.company):
        theirs = {str(row.public_id) for row in Punch.objects.all()}
        whose = Whose(world.maya.user, world.company, "Asia/Kathmandu")
        with own_data.write_export(whose) as written, zipfile.ZipFile(written) as file:
            text, tables = _everything(file), _tables(file)
    assert {name for name, lines in tables.items() if lines} == {
        "account", "engagements", "placements",
    }  # fmt: skip
    assert not [word for word in ("Bikram", "elsewhere", "09:33", *theirs) if word in text]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "  ="])
def test_no_text_becomes_a_formula(start: str) -> None:
    assert own_data.csv_cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


def test_numbers_stay_numbers_and_words_stay_words() -> None:
    cells = [own_data.csv_cell(value) for value in (-5, True, False, None, "a=b", ["-a", "b"])]
    assert cells == [-5, "yes", "no", "", "a=b", "'-a b"]


def test_names_of_all_scripts_and_long_texts_come_whole(world: World) -> None:
    name, reason = "=माया 🙂 \"Ø\", 'x'; y", "शब्द; " * 20_000
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(name=name)
        audit.record(by=world.hr, verb="employee_changed", subject=world.maya, reason=reason)
    file = _download(world.maya.user)
    assert _tables(file)["engagements"][0]["name"] == name
    assert _sheet(file, "engagements")[0]["name"] == f"'{name}"
    csv.field_size_limit(1 << 20)
    assert reason in {line["reason"] for line in _sheet(file, "events")}


# --- the door -----------------------------------------------------------------------------------
def _told(world: World) -> int:
    with company_scope(world.company):
        return AuditEvent.objects.filter(verb="own_data_exported").count()


def test_a_double_tap_is_told_once_and_a_later_one_again(world: World) -> None:
    for seconds, told in ((0, 1), (1, 1), (11, 2)):
        with time_machine.travel(at(NOON) + dt.timedelta(seconds=seconds), tick=False):
            _download(world.maya.user)
        assert _told(world) == told


def test_a_job_has_no_data_of_its_own(world: World) -> None:
    with company_scope(world.company), pytest.raises(NotAllowed):
        services.own_data_export(by=job_actor("a job", world.company), now=at(NOON))
    assert _told(world) == 0


def test_a_few_an_hour_and_no_more(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    for _n in range(services.OWN_DATA_AN_HOUR):
        _download(world.maya.user)
    refused = client.post("/me/data", follow=True)
    assert "Too many attempts" in refused.text
    with time_machine.travel(at("2026-03-04 13:00"), tick=False):
        _download(world.maya.user)


def test_looking_shows_the_button_and_gives_nothing(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    assert client.get("/me/data").status_code == 405
    assert "Download everything" in client.get("/me/").text
    assert _told(world) == 0


def test_the_file_is_for_nobody_to_keep_on_the_way(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    answer = client.post("/me/data")
    list(answer)  # read to its end it closes, and the connection of the test does not
    assert answer["Content-Disposition"] == 'attachment; filename="muster-kettle-2026-03-04.zip"'
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Type"] == "application/zip"


def test_who_has_left_or_never_was_there_gets_none(client: Client, world: World) -> None:
    client.force_login(User.objects.create_user(email="o@ut.example", name="Out", password="x" * 9))
    assert client.post("/me/data").status_code == 404
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(left_on=MONDAY)
    client.force_login(world.maya.user)
    assert client.post("/me/data").status_code == 404
    assert _told(world) == 0


# --- cost ---------------------------------------------------------------------------------------
def _statements(user: User) -> int:
    with CaptureQueriesContext(connection) as queries:
        _download(user)
    return len(queries)


def test_the_file_costs_the_same_with_one_row_and_three(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    _download(world.maya.user)
    one = _statements(world.maya.user)
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    world.punch(world.maya, "2026-03-03 09:00")
    assert _statements(world.maya.user) == one


def test_no_table_is_ever_whole_in_memory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come piece by piece: of a hundred, one is made when one is asked for."""
    with company_scope(world.company):
        whose = Whose(world.maya.user, world.company, "Asia/Kathmandu")
        for table in TABLES:
            rows = table.rows(whose)
            assert isinstance(rows, models.QuerySet | Iterator), table.name
            assert isinstance(table.lines(whose), Iterator)
    made: list[int] = []

    def cells(row: int, _whose: Whose) -> dict[str, int]:
        made.append(row)
        return {"n": row}

    counting = own_tables.Table("n", "", ("n",), lambda _whose: iter(range(100)), cells)
    assert next(counting.lines(whose)) == {"n": 0}
    assert made == [0]


def test_events_about_more_rows_than_a_piece_are_all_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "OWN_CHUNK", 2)
    with company_scope(world.company):
        for day in range(5):
            placement = Placement.objects.create(
                company=world.company, employee=world.maya, starts_on=MONDAY + dt.timedelta(day)
            )
            audit.record(by=world.hr, verb="placement_added", subject=placement)
    events = _tables(_download(world.maya.user))["events"]
    assert [line["verb"] for line in events].count("placement_added") == 5


def test_what_hr_said_by_hand_and_what_one_asked_for_stand_inside(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:16")
    with company_scope(world.company):
        person_recompute(employee=world.maya, first=MONDAY, last=MONDAY, now=at(NOON))
        asked = corrections.correction_file(
            date=MONDAY, time=dt.time(17, 30), note="ran for the bus", by=world.actor(world.maya)
        )
        holiday = CalendarDay.objects.create(
            company=world.company, date=dt.date(2026, 5, 1), kind="optional_holiday", name="May Day"
        )
        OptionalHolidayPick.objects.create(
            company=world.company, employee=world.maya, calendar_day=holiday
        )
        verdicts.day_skip(
            employee=world.maya, date=dt.date(2026, 3, 3), reason="a fair", by=world.hr
        )
    tables = _tables(_download(world.maya.user))
    (line,) = tables["corrections"]
    assert (line["public_id"], line["note"], line["outcome"]) == (
        str(asked.public_id), "ran for the bus", None,
    )  # fmt: skip
    assert line["out_at_local"] == "2026-03-02T17:30:00+05:45"
    (line,) = tables["days_by_hand"]
    assert (line["date"], line["action"], line["reason"], line["by"]) == (
        "2026-03-03", "skipped", "a fair", ELSEWHERE,
    )  # fmt: skip
    (line,) = tables["optional_holidays"]
    assert (line["date"], line["holiday"]) == ("2026-05-01", "May Day")
    with company_scope(world.company):
        corrections.correction_decide(
            request=asked, is_approved=False, reason="you left at 16:00", by=world.hr
        )
    tables = _tables(_download(world.maya.user))
    assert [line["template"] for line in tables["mails"]] == ["attendance/email/correction_decided"]
    (line,) = tables["corrections"]
    assert (line["outcome"], line["reason"], line["by"]) == (
        "refused", "you left at 16:00", ELSEWHERE,
    )  # fmt: skip


def test_who_looked_is_told_by_role_without_a_name(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    client = Client()
    client.force_login(world.hari.user)
    with company_scope(world.company):
        punch = Punch.objects.get()
    client.get(f"/admin/attendance/punchstate/{punch.public_id}/change/")
    (line,) = _tables(_download(world.maya.user))["looks"]
    assert (line["what"], line["of"], line["by"], line["kind_words"]) == (
        "A check-in and its face check", "2026-03-02", "HR", "Face check",
    )  # fmt: skip
    assert _tables(_download(world.bikram.user))["looks"] == []
