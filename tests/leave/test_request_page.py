"""The page of a request: what it shows to whom, and every verb on it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies import outbox
from companies.enums import Role
from companies.models import Delegation, Department, Employee, Placement, RoleGrant
from companies.once import FIELD
from companies.scoping import company_scope
from leave.enums import Decider, Taken
from leave.models import BlockDate, LeastCover, LeaveRequest, RequestStep
from leave.services import decisions, requests, settings
from leave.terms import Link
from tests.attendance.test_pages import _text
from tests.attendance.world import START, make_person, make_world
from tests.http import post_once
from tests.leave.world import NOW, Leave, d, n


@pytest.fixture
def granted(leave: Leave) -> Leave:
    leave.grant("20")
    return leave


def _login(person: Employee) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


@pytest.fixture
def maya(granted: Leave) -> Client:
    return _login(granted.maya)


@pytest.fixture
def boss(granted: Leave) -> Client:
    return _login(granted.world.bikram)


def _path(request: LeaveRequest, verb: str = "") -> str:
    return f"/leave/requests/{request.public_id}/{verb}"


def _page(client: Client, request: LeaveRequest) -> str:
    page = client.get(_path(request))
    assert page.status_code == 200
    return _text(page.text)


def _do(client: Client, request: LeaveRequest, verb: str, **data: Any) -> str:
    """Send a form of the page; return what the page says then."""
    answer = post_once(client, _path(request, verb), data)
    assert (answer.status_code, answer["Location"]) == (302, _path(request))
    return _page(client, request)


# --- what it shows ------------------------------------------------------------------------------
def test_the_person_sees_where_it_stands_and_why_it_counts_so(granted: Leave, maya: Client) -> None:
    request = granted.submit(
        "03-05", "03-09", first_part=Taken.PM, note="A wedding", handover_note="Bikram opens"
    )
    text = _page(maya, request)
    assert "Thu 5 March to Mon 9 March Annual, 2.5 days Waits Waits for Bikram." in text
    assert "Reason A wedding Hand-over Bikram opens" in text
    assert (
        "Why 2.5 days? What each date counts Thu 5 March 0.5 days counted Fri 6 March 1 day "
        "counted Sat 7 March 0 days weekly off Sun 8 March 0 days weekly off Mon 9 March 1 day "
        "counted" in text
    )
    assert "What happened Maya Asked for Mon 2 March 2026, 12:00" in text
    assert "Approve" not in text


def test_the_history_names_who_decided_in_whose_place_and_why(granted: Leave, maya: Client) -> None:
    world = granted.world
    deepa = make_person(world.company, "Deepa", world.office, world.day_shift)
    Delegation.objects.create(
        company=world.company, giver=world.bikram, delegate=deepa, starts_on=d("03-01"),
        ends_on=d("03-31"), made_by=world.bikram.user,
    )  # fmt: skip
    request = granted.submit("03-05")
    decisions.request_refuse(
        request=request, by=world.actor(deepa), reason="The fair is on", now=NOW
    )
    text = _page(maya, request)
    assert "Refused" in text
    assert "Deepa, in place of Bikram Refused “The fair is on” Mon 2 March 2026, 12:00" in text
    assert "Ask again" in text
    assert "Waits for" not in text


def test_who_decides_sees_the_balance_the_team_and_what_is_short(
    granted: Leave, boss: Client
) -> None:
    world = granted.world
    looms = Department.objects.create(company=world.company, name="Looms")
    Placement.objects.update(department=looms)
    Placement.objects.filter(employee=world.hari).update(manager=world.bikram)
    LeastCover.objects.create(company=world.company, department=looms, people=2)
    free = granted.type("Free", "FR", needs_allocation=False)
    other = granted.submit("03-05", leave_type=free, employee=world.hari, by=granted.hr)
    granted.approve(other)
    request = granted.submit("03-05", "03-06")
    text = _page(boss, request)
    assert "What to know before deciding 18 days left after it Also off: Hari (Thu, 5 Mar)" in text
    assert "Only 1 there on Thu, 5 Mar; the department needs 2" in text
    for verb in ("Approve", "Refuse", "Ask back"):
        assert verb in text
    assert "On behalf of" not in text


def test_what_takes_the_place_of_what_is_linked(granted: Leave, maya: Client) -> None:
    old = granted.approve(granted.submit("03-05"))
    new = requests.request_change(request=old, asked=granted.ask("03-06"), by=granted.me, now=NOW)
    assert f'href="{_path(new)}"' in maya.get(_path(old)).text
    assert f'href="{_path(old)}"' in maya.get(_path(new)).text
    assert "Maya Asked for" in _page(maya, new)
    assert "Bikram Approved" in _page(maya, new)


def test_sickness_out_of_planned_leave_has_a_history_of_its_own(
    granted: Leave, maya: Client
) -> None:
    sick = granted.type("Sick", "SL", needs_allocation=False, converts_planned=True)
    planned = granted.approve(granted.submit("03-05", "03-09"))
    asked = granted.submit("03-05", leave_type=sick, over=planned)
    text = _page(maya, asked)
    assert "Bikram" not in text.partition("What happened")[2]


def test_a_recount_and_a_cancelling_say_of_which_dates(granted: Leave, maya: Client) -> None:
    request = granted.approve(granted.submit("03-05", "03-06"))
    with company_scope(granted.world.company):
        RequestStep.objects.create(
            company=granted.world.company, request=request, number=3, kind="recounted",
            values={"2026-03-05": "1.0000"}, by_kind="job", by_name="leave_run", happened_at=NOW,
        )  # fmt: skip
    assert "Muster Counted anew Thu 5 March given back" in _page(maya, request)
    requests.cancel_ask(request=request, by=granted.me, reason="It moved", now=NOW)
    text = _page(maya, request)
    assert "To be cancelled from Thu 5 March on. Waits for Bikram." in text
    assert "Asked to be cancelled from Thu 5 March on “It moved”" in text


def test_hours_show_from_when_to_when(granted: Leave, maya: Client) -> None:
    hours = granted.type("Hours", "HL", unit="hour", needs_allocation=False)
    request = granted.submit("03-05", leave_type=hours, starts_at=dt.time(9), ends_at=dt.time(11))
    assert "Thu 5 March, 09:00–11:00 Hours, 2 hours" in _page(maya, request)


def test_where_nobody_is_named_hr_can(granted: Leave, maya: Client) -> None:
    world = granted.world
    chain = (Link(1, Decider.PERSON, n("0"), world.bikram.pk),)
    settings.type_version_set(leave_type=granted.annual, by=granted.hr, chain=chain)
    request = granted.submit("03-05")
    assert "Waits for Bikram." in _page(maya, request)
    world.bikram.user.is_active = False
    world.bikram.user.save(update_fields=["is_active"])
    assert "Waits for somebody who may decide it; HR can." in _page(maya, request)


# --- the verbs of whoever asked -----------------------------------------------------------------
def test_what_waits_is_taken_back(granted: Leave, maya: Client) -> None:
    request = granted.submit("03-05")
    assert "Taken back." in _do(maya, request, "withdraw")
    assert granted.state(request) == "withdrawn"
    assert "This request does not wait any more." in _do(maya, request, "withdraw")


def test_a_question_is_asked_back_and_answered(granted: Leave, maya: Client, boss: Client) -> None:
    request = granted.submit("03-05")
    text = _do(boss, request, "decide", answer="ask_back", reason="Who opens?")
    assert "Asked back: Maya reads your question." in text
    assert "Something was asked back" not in text
    text = _page(maya, request)
    assert "Something was asked back" in text
    assert "Bikram Asked back “Who opens?”" in text
    assert "Write your answer, or change the request." in _do(maya, request, "answer", answer=" ")
    text = _do(maya, request, "answer", answer="Hari does")
    assert "Your answer is sent." in text
    assert "Maya Answered “Hari does”" in text
    assert "Approved: Maya." in _do(boss, request, "decide", answer="approve")


def test_approved_leave_is_asked_to_be_cancelled_and_kept_after_all(
    granted: Leave, maya: Client, boss: Client
) -> None:
    request = granted.approve(granted.submit("03-05"))
    assert "Ask to cancel it" in _page(maya, request)
    text = _do(maya, request, "cancel", reason="It moved")
    assert "Sent. The leave stands until somebody has cancelled it." in text
    assert "Keep it after all" in text
    assert "The leave stays." in _do(maya, request, "withdraw")
    assert granted.state(request) == "approved"
    _do(maya, request, "cancel")
    text = _page(boss, request)
    assert "Cancel it Leave it" in text
    assert "Ask back" not in text
    _do(boss, request, "decide", answer="approve")
    assert granted.state(request) == "cancelled"
    assert "Cancelled" in _page(maya, request)


def test_leave_that_is_over_offers_no_cancelling(granted: Leave, maya: Client) -> None:
    request = granted.approve(granted.submit("03-05"))
    with time_machine.travel(NOW + dt.timedelta(days=10), tick=False):
        assert "Ask to cancel it" not in _page(maya, request)
        assert "Nothing of this leave lies ahead" in _do(maya, request, "cancel")


# --- the verbs of whoever decides ---------------------------------------------------------------
def test_a_decision_is_made_on_the_page_and_undone(granted: Leave, boss: Client) -> None:
    request = granted.submit("03-05")
    text = _do(boss, request, "decide", answer="approve")
    assert "Approved: Maya." in text
    assert "You decided this a moment ago. Undo" in text
    assert granted.state(request) == "approved"
    assert "Taken back: Maya waits again." in _do(boss, request, "take-back")
    assert granted.state(request) == "pending"
    _do(boss, request, "decide", answer="approve")
    with time_machine.travel(NOW + dt.timedelta(minutes=30), tick=False):
        assert "Undo" not in _page(boss, request)
        assert "A decision is taken back within" in _do(boss, request, "take-back")


def test_a_refusal_and_a_question_need_words(granted: Leave, boss: Client) -> None:
    request = granted.submit("03-05")
    for answer in ("refuse", "ask_back"):
        assert "Please give a reason." in _do(boss, request, "decide", answer=answer, reason=" ")
    for answer in ("", "perhaps"):
        text = _do(boss, request, "decide", answer=answer, reason="x")
        assert "Please choose one of the answers." in text
    assert granted.state(request) == "pending"
    assert "Refused: Maya." in _do(boss, request, "decide", answer="refuse", reason="The fair")
    assert granted.state(request) == "refused"


def test_what_a_rule_refuses_by_now_is_told(granted: Leave, boss: Client) -> None:
    request = granted.submit("03-05")
    settings.type_version_set(leave_type=granted.annual, by=granted.hr)

    BlockDate.objects.create(
        company=granted.world.company, name="Audit.", first_on=d("03-05"), last_on=d("03-05")
    )
    text = _do(boss, request, "decide", answer="approve")
    assert "No leave is given on 5 March 2026. Audit." in text
    assert granted.state(request) == "pending"


def test_who_decides_cancels_granted_leave_from_a_date_with_a_reason(
    granted: Leave, maya: Client, boss: Client
) -> None:
    request = granted.approve(granted.submit("03-05", "03-06"), by=granted.hr)
    assert "Cancel this leave" in _page(boss, request)
    assert "Please give a reason." in _do(boss, request, "cancel", since="2026-03-06")
    text = _do(boss, request, "cancel", since="2026-03-06", reason="The roof leaks")
    assert "Cancelled; the days are given back." in text
    assert (granted.state(request), granted.balance("12-31")) == ("approved", 19)
    assert "Bikram Cancelled from Fri 6 March on “The roof leaks”" in _page(maya, request)
    _do(boss, request, "cancel", since="soon", reason="All of it")
    assert (granted.state(request), granted.balance("12-31")) == ("cancelled", 20)


def test_a_double_tap_decides_once(granted: Leave, boss: Client) -> None:
    request = granted.submit("03-05")
    data = {FIELD: str(uuid.uuid4()), "answer": "approve"}
    for _n in range(2):
        assert boss.post(_path(request, "decide"), data)["Location"] == _path(request)
    assert RequestStep.objects.filter(request=request, kind="approved").count() == 1
    # Another page of the same person, where the first answer is not shown yet.
    assert "Approved: Maya." in _do(boss, request, "decide", answer="approve")
    assert RequestStep.objects.filter(request=request, kind="approved").count() == 1


def test_the_mail_to_whoever_decides_leads_to_the_page(granted: Leave, settings: Any) -> None:
    settings.PUBLIC_URL = "https://muster.example"
    request = granted.submit("03-05")
    assert outbox.drain() == 1
    assert f"https://muster.example{_path(request)}" in mail.outbox[0].body


# --- who may ------------------------------------------------------------------------------------
VERBS = ("withdraw", "answer", "cancel", "decide", "take-back")


def _codes(client: Client, request: LeaveRequest) -> dict[str, int]:
    found = {"": client.get(_path(request)).status_code}
    for verb in VERBS:
        answer = post_once(client, _path(request, verb), {"answer": "perhaps", "reason": ""})
        found[verb] = answer.status_code
    return found


NOTHING = dict.fromkeys(("", *VERBS), 404)
MINE = {"": 200, "withdraw": 302, "answer": 302, "cancel": 302, "decide": 404, "take-back": 404}
DECIDES = {"": 200, "withdraw": 404, "answer": 404, "cancel": 302, "decide": 302, "take-back": 302}
BOTH = {"": 200, **dict.fromkeys(VERBS, 302)}
READS = {**NOTHING, "": 200}


def test_who_sees_and_does_what(granted: Leave) -> None:
    world, other = granted.world, make_world("other")
    request = granted.submit("03-05")

    def hired(name: str, role: Role | None = None, **more: Any) -> Client:
        person = make_person(world.company, name, world.office, world.day_shift)
        if role is not None:
            RoleGrant.objects.create(
                company=world.company, user=person.user, role=role, starts_on=START, **more
            )
        return _login(person)

    dyes = Department.objects.create(company=world.company, name="Dyes")
    assert _codes(hired("Peer"), request) == NOTHING
    assert _codes(hired("Dipa", Role.MANAGER, department=dyes), request) == NOTHING
    assert _codes(hired("Audrey", Role.AUDITOR), request) == READS
    assert _codes(_login(other.hari), request) == NOTHING
    assert _codes(_login(world.bikram), request) == DECIDES
    assert _codes(_login(world.hari), request)[""] == 200
    assert _codes(_login(granted.maya), request) == MINE
    again = granted.submit("03-12")
    assert _codes(_login(world.hari), again) == BOTH
    Employee.objects.filter(pk=world.bikram.pk).update(left_on=d("02-27"))
    gone = _codes(_login(world.bikram), again)
    assert gone == NOTHING


def test_a_page_of_nothing_answers_as_that_of_another_company(maya: Client, granted: Leave) -> None:
    path = f"/leave/requests/{uuid.uuid4()}/"
    assert maya.get(path).status_code == 404
    assert [post_once(maya, path + verb).status_code for verb in VERBS] == [404] * len(VERBS)


def test_whom_a_chain_names_opens_what_they_decide_and_nothing_shorter(granted: Leave) -> None:
    world = granted.world
    named = make_person(world.company, "Nima", world.office, world.day_shift)
    chain = (Link(1, Decider.MANAGER, n("0")), Link(2, Decider.PERSON, n("1"), named.pk))
    settings.type_version_set(leave_type=granted.annual, by=granted.hr, chain=chain)
    short, long = granted.submit("03-05"), granted.submit("03-12", "03-13")
    client = _login(named)
    assert [client.get(_path(each)).status_code for each in (short, long)] == [404, 200]
    assert "Approve" not in _page(client, long)
    assert post_once(client, _path(long, "decide"), {"answer": "approve"}).status_code == 404
    granted.approve(long)
    assert "Approved: Maya." in _do(client, long, "decide", answer="approve")


def test_a_zero_byte_is_no_reason(granted: Leave, boss: Client) -> None:
    request = granted.submit("03-05")
    answer = post_once(boss, _path(request, "decide"), {"answer": "refuse", "reason": "a\0b"})
    assert answer.status_code == 400


# --- how much it costs --------------------------------------------------------------------------
def _statements(client: Client, request: LeaveRequest) -> int:
    client.get(_path(request))
    with CaptureQueriesContext(connection) as queries:
        answer: HttpResponse = client.get(_path(request))  # type: ignore[assignment]
    assert answer.status_code == 200
    written = re.compile(r"INSERT|UPDATE|DELETE")
    assert not [q for q in queries if written.match(q["sql"]) and "session" not in q["sql"]]
    return len(queries)


def test_a_page_costs_the_same_however_often_it_was_changed(
    granted: Leave, maya: Client, boss: Client
) -> None:
    first = granted.submit("03-05")
    request = requests.request_change(
        request=first, asked=granted.ask("03-06"), by=granted.me, now=NOW
    )
    one = _statements(maya, request), _statements(boss, request)
    for day in ("03-09", "03-10", "03-11"):
        request = requests.request_change(
            request=request, asked=granted.ask(day, "03-12"), by=granted.me, now=NOW
        )
    granted.submit("03-17")
    assert (_statements(maya, request), _statements(boss, request)) == one
