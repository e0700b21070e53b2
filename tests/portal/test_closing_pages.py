"""The pages of the closing: who sees them, what they say, and how a month is closed by them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import Direction, PeriodState
from attendance.models import AttendancePeriod, OvertimeDay, PeriodLine, PunchState
from attendance.services import closing
from attendance.services.days import person_recompute
from companies.enums import Role
from companies.models import AuditEvent, Employee, Look, PolicyVersion, RoleGrant, User
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World, at, make_person, make_world
from tests.http import post_once

MARCH, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
LIST, PAGE = "/reports/closing/", "/reports/closing/2026-03/"


@pytest.fixture(autouse=True)
def april() -> Iterator[Any]:
    with time_machine.travel(at("2026-04-02 09:00"), tick=False) as traveller:
        yield traveller


def _client(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def other_world(db: None) -> World:
    return make_world("samovar")


@pytest.fixture
def hr(world: World) -> Client:
    return _client(world.hari.user)


def _worked(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00", weigh=False)
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT, weigh=False)
    _judge(world)


def _judge(world: World) -> None:
    with company_scope(world.company):
        for person in Employee.objects.select_related("company"):
            person_recompute(employee=person, first=MARCH, last=LAST, now=at("2026-04-02 09:00"))


def _forgot(world: World) -> None:
    """Maya's check-out is missing, and extra minutes of hers wait."""
    world.punch(world.maya, "2026-03-03 09:00", weigh=False)
    _judge(world)
    with company_scope(world.company):
        OvertimeDay.objects.create(
            company=world.company, employee=world.maya, date=LAST, extra_minutes=30,
            state="waiting", waiting_since=at("2026-04-01 09:00"),
            computed_at=at("2026-04-01 09:00"),
        )  # fmt: skip


def _told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# --- the list -------------------------------------------------------------------------------------
def test_the_list_says_how_each_month_stands(hr: Client, world: World) -> None:
    world.punch(world.maya, "2026-02-02 09:00", weigh=False)
    with company_scope(world.company):
        person_recompute(
            employee=world.maya, first=dt.date(2026, 2, 2), last=dt.date(2026, 2, 2),
            now=at("2026-04-02 09:00"),
        )  # fmt: skip
        closing.period_review(company=world.company, starts_on=MARCH, by=world.hr)
        closing.period_lock(
            company=world.company, starts_on=dt.date(2026, 2, 1), reason="late", by=world.hr
        )
    page = hr.get(LIST)
    assert [
        (month["name"], month["state"]["words"], month["by"]) for month in page.context["months"]
    ] == [
        ("April 2026", "Open", ""),
        ("March 2026", "In review", ""),
        ("February 2026", "Locked", "locked by Hari on Thu 2 Apr 2026, 09:00"),
    ]
    assert f'href="{PAGE}"' in page.text
    assert f'href="{LIST}"' in hr.get("/reports/").text


def test_a_company_without_days_has_the_present_month(hr: Client) -> None:
    assert [month["name"] for month in hr.get(LIST).context["months"]] == ["April 2026"]


# --- one month ------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/reports/closing/", "/reports/closing/2026-03/"])
def test_the_navigation_says_where_one_is(hr: Client, path: str) -> None:
    shown = " ".join(hr.get(path).text.split())
    assert '<a class="is-desk" href="/reports/" aria-current="true">' in shown


def test_an_open_month_lists_what_is_unresolved_with_links(hr: Client, world: World) -> None:
    _forgot(world)
    page = hr.get(PAGE)
    span = "date_from=2026-03-01&date_to=2026-03-31"
    assert page.context["waits"] == [
        {
            "title": "Check-out is missing", "count": 1,
            "url": f"/admin/attendance/attendanceday/?concern=missing_out&{span}",
        },
        {
            "title": "Extra minutes to decide", "count": 1,
            "url": f"/admin/attendance/overtimeday/?state__exact=waiting&{span}",
        },
    ]  # fmt: skip
    for wait in page.context["waits"]:
        assert hr.get(wait["url"]).status_code == 200
    assert dict(page.context["totals"]) == {
        "People": "3", "Present": "0", "Absent": "65", "Paid leave": "0", "Unpaid leave": "0",
        "Off": "27", "Without a verdict": "1", "Lost": "66", "Payable": "27", "Worked": "0 min",
        "Overtime paid out": "0 min",
    }  # fmt: skip
    assert "Why it is locked although something is unresolved" in page.text


def test_nothing_unresolved_is_said(hr: Client, world: World) -> None:
    _judge(world)
    page = hr.get(PAGE)
    assert "Nothing is unresolved." in page.text
    assert "Reason, if there is one" in page.text


def test_days_without_a_verdict_lead_to_their_report(hr: Client, world: World) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, marks_absent=False
        )
    (wait,) = hr.get(PAGE).context["waits"]
    assert (wait["title"], wait["count"]) == ("Days without a verdict", 66)
    assert wait["url"] == "/reports/missing-punches/?from=2026-03-01&to=2026-03-31"
    assert hr.get(wait["url"]).status_code == 200


def test_what_waits_in_the_inbox_leads_there(hr: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00", weigh=False)
    _judge(world)
    with company_scope(world.company):
        PunchState.objects.update(is_flagged=True)
    waits = {wait["title"]: wait["url"] for wait in hr.get(PAGE).context["waits"]}
    assert waits["Check-ins to look at"] == "/inbox/"
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.maya.user, role=Role.AUDITOR, starts_on=START
        )
    reads = _client(world.maya.user)
    page = reads.get(PAGE)
    assert "Check-ins to look at" in page.text
    assert 'href="/inbox/"' not in page.text
    assert reads.get("/inbox/").status_code == 404


def test_a_month_that_goes_on_cannot_be_locked_yet(hr: Client, world: World) -> None:
    page = hr.get("/reports/closing/2026-04/")
    assert "It can be locked once it is over, after Thursday, 30 April." in page.text
    assert "Lock the month" not in page.text
    answer = post_once(hr, "/reports/closing/2026-04/lock")
    assert answer.status_code == 409
    assert "April 2026 is not over" in answer.text


@pytest.mark.parametrize("month", ["2026-05", "2026-13", "soon", "0001-01", "9999-12", "2026-3"])
def test_no_month_is_not_found(hr: Client, month: str) -> None:
    assert hr.get(f"/reports/closing/{month}/").status_code == 404
    assert hr.get(f"/reports/payable-days/{month}/{ANYBODY}/").status_code == 404


ANYBODY = "01980000-0000-7000-8000-000000000000"


# --- closing --------------------------------------------------------------------------------------
def test_a_month_is_looked_through_locked_and_reopened(hr: Client, world: World) -> None:
    _forgot(world)
    answer = post_once(hr, f"{PAGE}review")
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert _told(answer) == ["March 2026 is in review."]
    assert "Begin the review" not in hr.get(PAGE).text
    refused = post_once(hr, f"{PAGE}lock", {"reason": "  "})
    assert refused.status_code == 409
    assert "In March 2026 something is unresolved." in refused.text
    answer = post_once(hr, f"{PAGE}lock", {"reason": "payroll waits"})
    assert _told(answer) == ["March 2026 is locked."]
    page = hr.get(PAGE)
    assert "locked by Hari on Thu 2 Apr 2026, 09:00" in page.text
    assert "Locked because: payroll waits" in page.text
    assert sorted(item["title"] for item in page.context["was"]) == [
        "Check-out is missing", "Extra minutes to decide",
    ]  # fmt: skip
    with company_scope(world.company):
        period = AttendancePeriod.objects.get(starts_on=MARCH)
    assert period.fingerprint in page.text
    reopen = page.context["reopen_url"]
    assert f'href="{reopen}"' in page.text
    answer = post_once(hr, reopen, {"reason": "a letter came late"})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    period.refresh_from_db()
    assert period.state == PeriodState.OPEN


def test_a_second_tap_locks_once(hr: Client, world: World) -> None:
    _judge(world)
    data = {"once": "01980000-0000-7000-8000-000000000001", "reason": ""}
    for _tap in range(2):
        answer = hr.post(f"{PAGE}lock", data)
        assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    with company_scope(world.company):
        assert AuditEvent.objects.filter(verb="month_locked").count() == 1


def test_a_month_locked_by_itself_says_so(hr: Client, world: World) -> None:
    _judge(world)
    with company_scope(world.company):
        assert closing.period_lock_due(company=world.company, starts_on=MARCH)
    assert "locked by itself on Thu 2 Apr 2026, 09:00" in hr.get(PAGE).text


# --- the payroll file -----------------------------------------------------------------------------
def test_the_payroll_file_is_taken_and_told(hr: Client, world: World) -> None:
    _worked(world)
    assert hr.post(f"{PAGE}payroll", {"format": "csv"}).status_code == 404
    with company_scope(world.company):
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    answer = hr.post(f"{PAGE}payroll", {"format": "csv"})
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="kettle-payroll-2026-03.csv"'
    )
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert hashlib.sha256(answer.content).hexdigest() == period.fingerprint
    assert hr.post(f"{PAGE}payroll", {"format": "xlsx"}).content.startswith(b"PK")
    assert hr.post(f"{PAGE}payroll", {"format": "pdf"}).status_code == 404
    with company_scope(world.company):
        assert set(Look.objects.values_list("employee__name", flat=True)) == {"Bikram", "Maya"}
        closing.period_reopen(period=period, reason="late", by=world.hr)
    refused = hr.post(f"{PAGE}payroll", {"format": "csv"})
    assert refused.headers["Location"] == PAGE
    assert _told(refused) == ["March 2026 is not locked."]


# --- who ------------------------------------------------------------------------------------------
def test_who_sees_the_closing_and_who_closes(world: World, other_world: World) -> None:
    _judge(world)
    with company_scope(world.company):
        auditor = make_person(world.company, "Audrey", world.office, None)
        RoleGrant.objects.create(
            company=world.company, user=auditor.user, role=Role.AUDITOR, starts_on=START
        )
        RoleGrant.objects.create(
            company=world.company, user=world.bikram.user, role=Role.MANAGER, starts_on=START
        )
    reads = _client(auditor.user)
    assert reads.get(LIST).status_code == 200
    page = reads.get(PAGE)
    assert "Lock the month" not in page.text
    assert "Begin the review" not in page.text
    for verb in ("review", "lock"):
        assert post_once(reads, f"{PAGE}{verb}").status_code == 404
    for user in (world.maya.user, world.bikram.user):
        stranger = _client(user)
        assert "/reports/closing/" not in stranger.get("/reports/").text
        for path in (LIST, PAGE):
            assert stranger.get(path).status_code == 404
        for verb in ("review", "lock", "payroll"):
            assert post_once(stranger, f"{PAGE}{verb}", {"format": "csv"}).status_code == 404
    with company_scope(world.company):
        assert not AttendancePeriod.objects.exists()
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    other = _client(other_world.hari.user)
    assert other.get(PAGE).context["state"]["words"] == "Open"
    assert other.post(f"{PAGE}payroll", {"format": "csv"}).status_code == 404


# --- payable days ---------------------------------------------------------------------------------
def test_the_steps_of_a_persons_payable_days(hr: Client, world: World) -> None:
    _worked(world)
    report = hr.get("/reports/payable-days/?month=2026-03&q=maya")
    path = f"/reports/payable-days/2026-03/{world.maya.public_id}/"
    assert f'href="{path}"' in report.text
    page = hr.get(path)
    steps = page.context["steps"]
    assert steps[:2] == ["Pay is for all days of the month: 31.", "Tue 3 March: absent, 1 lost."]
    assert steps[-1] == "31 − 0 − 21 = 10 payable."
    with company_scope(world.company):
        (look,) = Look.objects.all()
        assert (look.employee_id, look.about_on) == (world.maya.pk, MARCH)


def test_whose_steps_one_reads(world: World, other_world: World) -> None:
    _worked(world)
    path = f"/reports/payable-days/2026-03/{world.maya.public_id}/"
    for user in (world.bikram.user, world.maya.user, other_world.hari.user):
        assert _client(user).get(path).status_code == 404


def test_who_has_no_line_in_a_locked_month_has_no_steps(hr: Client, world: World) -> None:
    _worked(world)
    with company_scope(world.company):
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        PeriodLine.objects.filter(employee=world.bikram).delete()
    path = "/reports/payable-days/2026-03/"
    assert hr.get(f"{path}{world.bikram.public_id}/").status_code == 404
    assert hr.get(f"{path}{world.maya.public_id}/").context["payable"] == "10"


# --- statements -----------------------------------------------------------------------------------
@pytest.mark.parametrize("is_locked", [False, True])
def test_a_page_costs_the_same_whatever_the_number_of_people(
    hr: Client, world: World, is_locked: bool
) -> None:
    counts = []
    for more in (0, 3):
        with company_scope(world.company):
            for n in range(more):
                make_person(world.company, f"P{n}", world.office, world.day_shift)
            _judge(world)
            period = AttendancePeriod.objects.filter(state=PeriodState.LOCKED).first()
            if period:
                closing.period_reopen(period=period, reason="again", by=world.hr)
            if is_locked:
                closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        for path in (LIST, PAGE):
            hr.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert hr.get(path).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_a_month_before_the_last_locked_one_is_a_company_admins_to_reopen(
    hr: Client, world: World
) -> None:
    with company_scope(world.company):
        february, march = (
            closing.period_lock(company=world.company, starts_on=first, reason="due", by=world.hr)
            for first in (dt.date(2026, 2, 1), MARCH)
        )
    earlier = "/reports/closing/2026-02/"
    words = "A later month is locked, so only a company admin can reopen"
    path = f"/admin/attendance/attendanceperiod/{february.public_id}/"
    assert f"{words} this one." in hr.get(earlier).text
    assert "Reopen…" not in hr.get(earlier).text
    assert "Reopen…" in hr.get(PAGE).text
    for answer in (hr.get(f"{path}reopen/"), post_once(hr, f"{path}reopen/", {"reason": "why"})):
        assert (answer.status_code, answer["Location"]) == (302, f"{path}change/")
    assert f"{words} February 2026." in hr.get(f"{path}change/").text
    february.refresh_from_db()
    assert february.state == PeriodState.LOCKED

    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.hari.user, role=Role.COMPANY_ADMIN, starts_on=START
        )
    assert "Reopen…" in hr.get(earlier).text
    assert post_once(hr, f"{path}reopen/", {"reason": "why"}).status_code == 302
    february.refresh_from_db()
    march.refresh_from_db()
    assert (february.state, march.state) == (PeriodState.OPEN, PeriodState.LOCKED)
