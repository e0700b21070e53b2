"""A company asks to join, confirms by mail, is asked back, and is let in or refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from companies import outbox, services
from companies.actor import job_actor
from companies.enums import CalendarKind, JoinState
from companies.models import (
    AuditEvent,
    CalendarDay,
    Company,
    JoinRequest,
    OfficeVersion,
    RoleGrant,
    ShiftVersion,
    User,
)
from companies.scoping import company_scope, no_scope
from leave.models import LeaveType
from tests.attendance.world import at
from tests.http import post_once

pytestmark = pytest.mark.django_db
NOON = "2026-03-04 12:00"
ASKED = {
    "company_name": "Himal Tea House", "country": "NP", "size": "50", "name": "Hari Koirala",
    "email": "hari@himal.example", "domain": "https://www.Himal.example/tea?x=1",
    "message": "We open in April.",
}  # fmt: skip
_LINK = re.compile(r"http\S+/(join|set-password|operator)/\S+")


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


@pytest.fixture
def otto(db: None) -> Client:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    outbox.drain()
    mail.outbox.clear()
    client = Client()
    client.force_login(grant.user)
    return client


def _ticket(client: Client) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', client.get("/join/").text)
    assert found is not None
    return found[1]


def _ask(client: Client, clock: Any, **typed: str) -> Any:
    ticket = _ticket(client)
    clock.shift(dt.timedelta(seconds=30))
    return client.post("/join/", {**ASKED, "ticket": ticket, **typed})


def _mailed(to: str = "hari@himal.example") -> tuple[str, str]:
    """Send what waits; return the subject and the link of the last mail to this address."""
    outbox.drain()
    last = [message for message in mail.outbox if message.to == [to]][-1]
    found = _LINK.search(str(last.body))
    assert found is not None, last.body
    return str(last.subject), found[0]


def _confirmed(client: Client, clock: Any) -> tuple[str, JoinRequest]:
    """Ask and confirm; return the private address and the row."""
    _ask(client, clock)
    _subject, link = _mailed()
    client.post(link)
    return link, JoinRequest.objects.get()


def _page(row: JoinRequest, deed: str) -> str:
    return f"/operator/companies/joinrequest/{row.public_id}/{deed}/"


# --- the main path ----------------------------------------------------------------------------
def test_a_company_joins(client: Client, otto: Client, clock: Any) -> None:
    assert _ask(client, clock)["Location"] == "/join/sent/"
    assert "Look into your mailbox" in client.get("/join/sent/").text
    subject, link = _mailed()
    assert subject == "Confirm that Himal Tea House asks to join Muster"

    assert "Was it you?" in client.get(link).text
    assert JoinRequest.objects.get().state == JoinState.ASKED
    assert client.post(link, follow=True).text.count("Confirmed. We read it") == 1
    row = JoinRequest.objects.get()
    assert (row.state, row.domain, row.purge_at) == (JoinState.WAITING, "himal.example", None)
    assert _mailed("otto@m.example")[0] == "Himal Tea House asks to join"

    form = otto.get(_page(row, "approve")).text
    assert 'value="himal-tea-house"' in form
    assert '<option value="Asia/Kathmandu" selected>' in form
    sent = {"code": "himal", "zone": "Asia/Kathmandu"}
    assert post_once(otto, _page(row, "approve"), sent).status_code == 302
    row.refresh_from_db()
    assert row.state == JoinState.APPROVED
    assert row.made_company == Company.objects.get(code="himal")
    assert "Your company is ready." in client.get(link).text

    subject, way_in = _mailed()
    assert subject == "Himal Tea House is ready at Muster"
    password = {"password1": "a long wet monsoon", "password2": "a long wet monsoon"}
    client.post(way_in, password)
    assert client.get("/admin/").status_code == 200


def test_the_company_begins_whole(client: Client, otto: Client, clock: Any) -> None:
    _link, row = _confirmed(client, clock)
    post_once(otto, _page(row, "approve"), {"code": "himal", "zone": "Asia/Kathmandu"})
    company = Company.objects.get(code="himal")
    user = User.objects.get(email="hari@himal.example")
    with company_scope(company):
        roles = RoleGrant.objects.filter(user=user).order_by("role")
        assert list(roles.values_list("role", flat=True)) == ["company_admin", "hr"]
        shift = ShiftVersion.objects.select_related("shift").get()
        assert (shift.shift.name, shift.start_time, shift.end_time) == (
            "Day", dt.time(9), dt.time(17, 30),
        )  # fmt: skip
        assert shift.breaks == [{"start": "13:00", "end": "13:30"}]
        newest = OfficeVersion.objects.order_by("starts_on").last()
        assert (newest.country, newest.weekly_off) == ("NP", {"sat": "all"})
        days = CalendarDay.objects.filter(kind=CalendarKind.HOLIDAY, country="NP")
        assert {day.date.year for day in days} == {2026, 2027}
        assert LeaveType.objects.filter(code="HL").exists()
    with no_scope("audit under test"):
        events = AuditEvent.objects.filter(subject_type="companies.joinrequest").order_by("pk")
        assert list(events.values_list("verb", "actor_name", "company")) == [
            ("join_confirmed", "", None), ("join_approved", "Otto", None),
        ]  # fmt: skip
