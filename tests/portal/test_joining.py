"""A company asks to join, confirms by mail, is asked back, and is let in or refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies import outbox, services
from companies.actor import job_actor
from companies.enums import CalendarKind, JoinState
from companies.errors import InvalidTransition, NotAllowed
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
from portal import joining
from portal.tickets import LEAST
from tests.attendance.world import at, make_company
from tests.companies.sign_in_rows import join
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
    assert client.post(way_in, password)["Location"] == "/setup/"
    assert "3 steps are left." in client.get("/setup/").text
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


def test_the_company_begins_on_its_own_day(otto: Client, clock: Any) -> None:
    clock.move_to(dt.datetime(2026, 12, 31, 20, tzinfo=dt.UTC))
    otto.force_login(User.objects.get(email="otto@m.example"))
    post_once(otto, _page(join(), "approve"), {"code": "teapot", "zone": "Asia/Kathmandu"})
    with company_scope(Company.objects.get(code="teapot")):
        assert {day.date.year for day in CalendarDay.objects.all()} == {2027, 2028}


# --- the form ---------------------------------------------------------------------------------
def test_the_page_may_be_found_and_asks_the_database_nothing(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/join/").text
    assert len(asked) == 0
    assert 'name="robots"' not in page
    assert '<meta name="description"' in page
    assert '<option value="NP">Nepal</option>' in page
    assert 'name="robots" content="noindex"' in client.get("/join/sent/").text
    assert 'href="/join/"' in client.get("/sign-in/").text


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    client: Client, clock: Any
) -> None:
    page = _ask(client, clock, email="hari", domain="not a domain", size="", country="XX").text
    assert "Enter a valid email address." in page
    assert "not a domain is no domain." in page
    assert "This field is required." in page
    assert "Select a valid choice. XX is not one of the available choices." in page
    assert 'value="Himal Tea House"' in page
    assert "We open in April." in page
    assert not JoinRequest.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("himal.example", "himal.example"),
        ("hari@Himal.example", "himal.example"),
        ("https://www.himal.example:8443/about", "himal.example"),
        ("", ""),
    ],
)
def test_a_website_is_taken_for_its_domain(
    client: Client, clock: Any, typed: str, kept: str
) -> None:
    _ask(client, clock, domain=typed)
    assert JoinRequest.objects.get().domain == kept


@pytest.mark.parametrize("typed", ["http://[", "localhost", "a b.example"])
def test_what_is_no_website_is_refused(client: Client, clock: Any, typed: str) -> None:
    assert "is no domain" in _ask(client, clock, domain=typed).text


@pytest.mark.parametrize(
    "name", ["Win at https://tea.example", "www.tea.example", "Tea\nBuy now", "Tea\u2028Buy"]
)
@pytest.mark.parametrize("field", ["company_name", "name"])
def test_strangers_mail_no_text_of_theirs_to_others(
    client: Client, clock: Any, field: str, name: str
) -> None:
    page = _ask(client, clock, **{field: name}).text
    assert "Write a name in one line, without a link." in page
    outbox.drain()
    assert mail.outbox == []


def test_a_machine_is_told_the_same_and_kept_out(client: Client, clock: Any) -> None:
    answer = _ask(client, clock, fax="1", email="")
    assert answer["Location"] == "/join/sent/"
    assert not JoinRequest.objects.exists()


def test_who_is_quicker_than_a_person_looks_it_over(client: Client, clock: Any) -> None:
    ticket = _ticket(client)
    page = client.post("/join/", {**ASKED, "ticket": ticket}).text
    assert "That was quick." in page
    assert f'value="{ticket}"' in page
    clock.shift(LEAST + dt.timedelta(seconds=1))
    assert client.post("/join/", {**ASKED, "ticket": ticket}).status_code == 302


@pytest.mark.parametrize("ticket", ["", "x", "{old}"])
def test_a_form_that_is_out_of_date_is_given_anew(client: Client, clock: Any, ticket: str) -> None:
    ticket = ticket.format(old=_ticket(client))
    clock.shift(dt.timedelta(days=1, seconds=1))
    page = client.post("/join/", {**ASKED, "ticket": ticket}).text
    assert "This form is out of date." in page
    assert 'value="Himal Tea House"' in page
    fresh = re.search(r'name="ticket" value="([^"]+)"', page)
    assert fresh is not None
    assert fresh[1] != ticket
    clock.shift(dt.timedelta(seconds=5))
    assert client.post("/join/", {**ASKED, "ticket": fresh[1]}).status_code == 302


def test_a_double_tap_asks_once(client: Client, clock: Any) -> None:
    ticket = _ticket(client)
    clock.shift(dt.timedelta(seconds=30))
    for _n in range(2):
        assert client.post("/join/", {**ASKED, "ticket": ticket})["Location"] == "/join/sent/"
    assert JoinRequest.objects.count() == 1
    outbox.drain()
    assert len(mail.outbox) == 1


def test_who_goes_back_and_corrects_the_address_gets_the_link(client: Client, clock: Any) -> None:
    ticket = _ticket(client)
    for address in ("hary@himal.example", "hari@himal.example"):
        assert _ask(client, clock, ticket=ticket, email=address)["Location"] == "/join/sent/"
    assert "/join/" in _mailed("hari@himal.example")[1]


def test_an_address_that_is_known_is_answered_alike(
    client: Client, otto: Client, clock: Any
) -> None:
    known, unknown = (
        _ask(Client(), clock, email=address) for address in ("otto@m.example", "new@m.example")
    )
    assert known["Location"] == unknown["Location"] == "/join/sent/"
    outbox.drain()
    assert {message.to[0] for message in mail.outbox} == {"otto@m.example", "new@m.example"}
    assert len({str(message.subject) for message in mail.outbox}) == 1


def test_who_asks_too_often_is_told(client: Client, clock: Any) -> None:
    for _n in range(3):
        _ask(client, clock)
    page = _ask(client, clock).text
    assert "Too many attempts." in page
    assert 'value="Himal Tea House"' in page


# --- the private page -------------------------------------------------------------------------
def test_a_question_is_answered_on_the_private_page(
    client: Client, otto: Client, clock: Any
) -> None:
    link, row = _confirmed(client, clock)
    post_once(otto, _page(row, "ask-back"), {"question": "Who are <you>?"})
    subject, mailed = _mailed()
    assert subject == "A question about Himal Tea House at Muster"
    page = client.get(mailed).text
    assert "Who are &lt;you&gt;?" in page
    assert "Without an answer it is deleted on Tue, 2 June 2026." in page
    assert "This field is required." in client.post(link, {"answer": " "}).text
    for _n in range(2):
        assert client.post(link, {"answer": "Tea people."}).status_code == 302
    assert "Confirmed. We read it" in client.get(link).text
    row.refresh_from_db()
    assert (row.state, row.last["answer"]) == (JoinState.WAITING, "Tea people.")
    assert _mailed("otto@m.example")[0] == "Himal Tea House has answered"
    shown = otto.get(f"/operator/companies/joinrequest/{row.public_id}/change/").text
    assert "Asked: Who are &lt;you&gt;?" in shown
    assert "Answered: Tea people." in shown


def test_a_refusal_is_read_with_its_reason(client: Client, otto: Client, clock: Any) -> None:
    link, row = _confirmed(client, clock)
    post_once(otto, _page(row, "refuse"), {"reason": "We take no tea houses."})
    assert _mailed()[0] == "Himal Tea House at Muster"
    page = client.get(link).text
    assert "We take no tea houses." in page
    assert "What you wrote is deleted on Tue, 2 June 2026." in page
    clock.shift(dt.timedelta(days=90))
    assert client.get(link).status_code == 410


def test_a_link_that_is_none_or_over_says_so(client: Client, clock: Any) -> None:
    _ask(client, clock)
    _subject, link = _mailed()
    for address in (link.replace("/join/", "/join/x"), "/join/nothing/"):
        assert client.get(address).status_code == 410
        assert client.post(address).status_code == 410
    clock.shift(dt.timedelta(days=7))
    answer = client.post(link)
    assert (answer.status_code, JoinRequest.objects.get().state) == (410, JoinState.ASKED)
    assert "This link does not work any more" in answer.text


def test_an_answer_that_came_too_late_changes_nothing(
    client: Client, otto: Client, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another tab was faster between the look and the lock."""
    link, row = _confirmed(client, clock)
    post_once(otto, _page(row, "ask-back"), {"question": "Who are you?"})

    def taken(**_asked: Any) -> None:
        raise InvalidTransition

    monkeypatch.setattr(services, "join_answer", taken)
    assert client.post(link, {"answer": "Tea people."}).status_code == 302
    row.refresh_from_db()
    assert row.state == JoinState.ASKED_BACK


# --- the operator -----------------------------------------------------------------------------
def test_the_queue_shows_what_is_confirmed(client: Client, otto: Client, clock: Any) -> None:
    queue = "/operator/companies/joinrequest/"
    assert "No company asks to join." in otto.get(queue).text
    _ask(client, clock)
    row = JoinRequest.objects.get()
    assert "Himal Tea House" not in otto.get(queue).text
    assert post_once(otto, _page(row, "approve"))["Location"] == "/operator/"
    services.join_confirm(asked=row, now=timezone.now())
    page = otto.get(queue).text
    for words in ("Himal Tea House", "Nepal", "11 to 50", "Waits for a decision"):
        assert words in page
    assert "Himal Tea House" not in otto.get(f"{queue}?state__exact=refused").text


def test_a_code_that_is_taken_is_said_and_another_proposed(
    client: Client, otto: Client, clock: Any
) -> None:
    for code in ("himal-tea-house", "himal-tea-house-2"):
        make_company(code)
    _link, row = _confirmed(client, clock)
    assert 'value="himal-tea-house-3"' in otto.get(_page(row, "approve")).text
    sent = {"code": "himal-tea-house", "zone": "Asia/Kathmandu"}
    page = post_once(otto, _page(row, "approve"), sent).text
    assert "himal-tea-house" in page
    row.refresh_from_db()
    assert (row.state, Company.objects.count()) == (JoinState.WAITING, 2)


def test_of_several_zones_the_operator_chooses(client: Client, otto: Client, clock: Any) -> None:
    _ask(client, clock, country="US")
    client.post(_mailed()[1])
    row = JoinRequest.objects.get()
    assert '<option value="" selected>Choose…</option>' in otto.get(_page(row, "approve")).text
    page = post_once(otto, _page(row, "approve"), {"code": "himal", "zone": ""}).text
    assert "This field is required." in page
    sent = {"code": "himal", "zone": "America/Denver"}
    assert post_once(otto, _page(row, "approve"), sent).status_code == 302


def test_a_country_without_starters_begins_with_its_shift(
    client: Client, otto: Client, clock: Any
) -> None:
    _ask(client, clock, country="AQ", name="Nima")
    client.post(_mailed()[1])
    row = JoinRequest.objects.get()
    post_once(otto, _page(row, "approve"), {"code": "ice", "zone": "Antarctica/Troll"})
    with company_scope(Company.objects.get(code="ice")):
        assert ShiftVersion.objects.count() == 1
        assert not LeaveType.objects.exists()


def test_two_operators_decide_once(client: Client, otto: Client, clock: Any) -> None:
    _link, row = _confirmed(client, clock)
    post_once(otto, _page(row, "refuse"), {"reason": "We take no tea houses."})
    page = post_once(otto, _page(row, "approve"), {"code": "himal", "zone": "Asia/Kathmandu"})
    assert "This was already decided." in page.text
    assert not Company.objects.exists()
    assert (
        "approve/" not in otto.get(f"/operator/companies/joinrequest/{row.public_id}/change/").text
    )


def test_a_founder_whose_account_is_closed_begins_nothing(
    client: Client, otto: Client, clock: Any
) -> None:
    User.objects.create_user(email="hari@himal.example", name="Hari")
    User.objects.filter(email="hari@himal.example").update(is_active=False)
    _link, row = _confirmed(client, clock)
    page = post_once(otto, _page(row, "approve"), {"code": "himal", "zone": "Asia/Kathmandu"})
    assert "This account is closed." in page.text
    assert not Company.objects.exists()


def test_the_trail_of_a_request_says_who_did_what(client: Client, otto: Client, clock: Any) -> None:
    _link, row = _confirmed(client, clock)
    post_once(otto, _page(row, "refuse"), {"reason": "We take no tea houses."})
    trail = otto.get(_page(row, "history")).text
    for words in ("Asked to join, address confirmed", "Company not let in", "Otto", "Person"):
        assert words in trail
    assert "Hari" not in trail
    assert "Company not let in" in otto.get("/operator/companies/auditevent/").text


def test_all_or_nothing(
    client: Client, otto: Client, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _link, row = _confirmed(client, clock)

    def fails(**_asked: Any) -> None:
        raise NotAllowed

    monkeypatch.setattr(joining, "starter_apply", fails)
    post_once(otto, _page(row, "approve"), {"code": "himal", "zone": "Asia/Kathmandu"})
    row.refresh_from_db()
    assert (row.state, Company.objects.count()) == (JoinState.WAITING, 0)
