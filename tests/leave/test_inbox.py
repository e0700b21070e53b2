"""Leave in the inbox: what waits for whom, what a line says, and the answers."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.actor import Actor
from companies.enums import Role
from companies.inbox import Answer
from companies.models import Delegation, Department, Employee, Placement
from companies.selectors import team_of
from leave import tasks
from leave.enums import Decider, Taken
from leave.errors import ClaimDecided, NothingToUndo, RequestNotWaiting
from leave.inbox import CompOffClaims, LeaveRequests
from leave.models import (
    BlockDate,
    CompOffClaim,
    LeastCover,
    LeaveDay,
    LeaveRequest,
    LeaveRequestState,
    RequestStep,
)
from leave.services import decisions, requests, settings
from leave.terms import Link
from portal import inbox
from tests.leave.world import NOW, Leave, d, n

SOURCE = LeaveRequests()
NINE, ELEVEN = dt.time(9), dt.time(11)


def _waiting(actor: Actor, source: Any = SOURCE) -> list[uuid.UUID]:
    team = team_of(actor, on=NOW.date())
    return [public_id for _kind, public_id, _since in source.waiting(actor, team=team)]


def _together(leave: Leave) -> None:
    """Put everybody into one department that needs two people."""
    looms = Department.objects.create(company=leave.world.company, name="Looms")
    Placement.objects.all().update(department=looms)
    LeastCover.objects.create(company=leave.world.company, department=looms, people=2)


def test_a_request_waits_where_its_chain_says(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-05")
    ids = [request.public_id]
    assert (_waiting(leave.boss), _waiting(leave.hr), _waiting(leave.me)) == (ids, ids, [])
    assert _waiting(leave.world.actor(leave.world.hari)) == []
    assert inbox.count(leave.boss, on=NOW.date()) == 1
    decisions.request_ask_back(request=request, by=leave.boss, reason="Who stays?", now=NOW)
    assert _waiting(leave.boss) == []


def test_what_waits_of_who_has_left_is_hrs(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-05")
    claim = CompOffClaim.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=leave.annual,
        date=d("03-01"), amount=n("0.5"),
    )  # fmt: skip
    Employee.objects.filter(pk=leave.maya.pk).update(left_on=d("02-28"))
    assert _waiting(leave.hr) == [request.public_id]
    assert _waiting(leave.hr, CompOffClaims()) == [claim.public_id]
    assert _waiting(leave.boss) == _waiting(leave.boss, CompOffClaims()) == []
    assert _waiting(leave.me) == _waiting(leave.me, CompOffClaims()) == []


def test_what_waits_for_hr_or_a_named_person(leave: Leave) -> None:
    world = leave.world
    chain = (Link(1, Decider.PERSON, n("0"), world.bikram.pk), Link(2, Decider.HR, n("0")))
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    Placement.objects.update(manager=None)
    leave.grant("10")
    request = leave.submit("03-05")
    assert _waiting(leave.boss) == [request.public_id]
    assert _waiting(leave.hr) == []
    Delegation.objects.create(
        company=world.company, giver=world.bikram, delegate=world.hari, starts_on=d("03-01"),
        ends_on=d("03-31"), made_by=world.bikram.user,
    )  # fmt: skip
    assert _waiting(world.actor(world.hari)) == [request.public_id]
    leave.approve(request)
    assert (_waiting(leave.boss), _waiting(leave.hr)) == ([], [request.public_id])
    own = world.actor(world.maya, Role.HR)
    assert _waiting(own) == []


def test_a_named_person_of_longer_requests_has_a_short_one_if_nobody_else_would(
    leave: Leave,
) -> None:
    """A chain that asks nobody about so short a request asks its first place (`links_at`)."""
    bikram = leave.world.bikram.pk
    Placement.objects.update(manager=None)
    leave.grant("10")
    chain = (Link(1, Decider.PERSON, n("3"), bikram), Link(2, Decider.HR, n("3")))
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    request = leave.submit("03-05")
    assert _waiting(leave.boss) == [request.public_id]
    assert SOURCE.find(leave.boss, request.public_id) == request
    # Where others take part at that place, who is for longer ones is left out.
    chain = (Link(1, Decider.PERSON, n("3"), bikram), Link(1, Decider.HR, n("0")))
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    leave.submit("03-06")
    assert _waiting(leave.boss) == [request.public_id]


def test_a_line_says_what_it_does_and_who_else_is_off(leave: Leave) -> None:
    leave.grant("10")
    _together(leave)
    leave.grant("10", employee=leave.world.bikram)
    other = leave.submit(
        "03-05", "03-06", employee=leave.world.bikram, by=leave.world.actor(leave.world.bikram)
    )
    leave.approve(other, by=leave.hr)
    BlockDate.objects.create(
        company=leave.world.company, name="Stocktaking", first_on=d("03-09"), last_on=d("03-12"),
        leave_type=leave.type("Other", "OT"),
    )  # fmt: skip
    request = leave.submit("03-05", "03-09", note="A wedding")
    BlockDate.objects.create(
        company=leave.world.company, name="Audit", first_on=d("03-09"), last_on=d("03-09")
    )
    (entry,) = SOURCE.entries(leave.boss, [request.public_id], now=NOW)
    assert (entry.name, entry.what, entry.when, entry.note) == (
        "Maya", "Annual, counts 3 days", "Thu, 5 Mar to Mon, 9 Mar", "A wedding",
    )  # fmt: skip
    assert (entry.effect, entry.others) == (
        "7 days left after it", "Also off: Bikram (Thu, 5 Mar to Fri, 6 Mar)",
    )  # fmt: skip
    assert entry.hints == (
        "Blocked: Audit, Mon, 9 Mar",
        "Only 1 there on Thu, 5 Mar to Fri, 6 Mar; the department needs 2",
    )
    assert (entry.approve, entry.refuse, entry.ask) == ("Approve", "Refuse", "Ask back")
    assert entry.url == f"/leave/requests/{request.public_id}/"


def test_what_is_to_be_cancelled_says_so(leave: Leave) -> None:
    leave.grant("10")
    request = leave.approve(leave.submit("03-05"))
    requests.cancel_ask(request=request, by=leave.me, now=NOW)
    (entry,) = SOURCE.entries(leave.boss, [request.public_id], now=NOW)
    assert (entry.what, entry.effect, entry.approve) == (
        "Cancel: Annual, counts 1 day", "", "Cancel it",
    )  # fmt: skip
    assert (entry.refuse, entry.ask) == ("Leave it", "")
    assert SOURCE.entries(leave.boss, [], now=NOW) == []


def test_a_line_tells_the_year_other_requests_and_what_was_done_so_far(leave: Leave) -> None:
    leave.grant("20")
    sick = leave.type("Sick", "SL", needs_allocation=False)
    hours = leave.type("Hours", "HR", unit="hour", needs_allocation=False)
    leave.approve(leave.submit("02-02", "02-04"))
    leave.approve(leave.submit("04-06", first_part=Taken.AM))
    leave.approve(leave.submit("02-09", leave_type=sick))
    leave.approve(leave.submit("02-10", leave_type=hours, starts_at=NINE, ends_at=ELEVEN))
    # Of last year, refused, and changed: none of it is taken in this leave year.
    LeaveDay.objects.filter(date=d("02-03")).update(date=d("2025-12-30"))
    refused = leave.submit("05-04")
    decisions.request_refuse(request=refused, by=leave.boss, reason="The fair", now=NOW)
    asked = leave.submit("03-05", handover_note="Asha has the keys")
    decisions.request_ask_back(request=asked, by=leave.boss, reason="Who stays?", now=NOW)
    changed = requests.request_change(
        request=asked, asked=leave.ask("03-06", handover_note="Asha has the keys"), by=leave.me,
        now=NOW,
    )  # fmt: skip
    (entry,) = SOURCE.entries(leave.boss, [changed.public_id], now=NOW)
    facts = entry.facts
    assert (facts["handover"], facts["has_file"]) == ("Asha has the keys", False)
    assert facts["taken"] == ["Annual: 2.5 days", "Hours: 2 hours", "Sick: 1 day"]
    assert [(row["when"], row["what"], row["state"]) for row in facts["earlier"]] == [
        ("Mon, 4 May", "Annual, 1 day", "Refused"),
        ("Mon, 6 Apr", "Annual, 0.5 days", "Approved"),
        ("Tue, 10 Feb", "Hours, 2 hours", "Approved"),
        ("Mon, 9 Feb", "Sick, 1 day", "Approved"),
        ("Mon, 2 Feb to Wed, 4 Feb", "Annual, 3 days", "Approved"),
    ]
    assert facts["earlier"][0]["url"] == f"/leave/requests/{refused.public_id}/"
    assert [(step["what"], step["when"], step["reason"]) for step in facts["steps"]] == [
        ("Asked for: Maya", "Mon, 2 Mar", ""),
        ("Asked back: Bikram", "Mon, 2 Mar", "Who stays?"),
        ("Changed: Maya", "Mon, 2 Mar", ""),
        ("Asked for: Maya", "Mon, 2 Mar", ""),
    ]
    assert (
        SOURCE.entries(leave.boss, [asked.public_id], now=NOW)[0].facts["steps"][-1]["what"]
        == "Changed: Maya"
    )


def test_what_was_passed_on_says_so(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("04-20")
    LeaveRequestState.objects.filter(request=request).update(reach=2, waits_for_hr=True)
    (entry,) = SOURCE.entries(leave.hr, [request.public_id], now=NOW)
    assert entry.hints == ("Nobody has decided since Mon, 2 Mar, so that it was passed on",)


def test_what_a_job_did_names_no_job(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("04-20")
    with time_machine.travel(NOW + dt.timedelta(days=14), tick=False):
        tasks.leave_reminders()
    (entry,) = SOURCE.entries(leave.hr, [request.public_id], now=NOW)
    assert [step["what"] for step in entry.facts["steps"]] == [
        "Asked for: Maya", "Reminded", "Passed on, because nobody decided: HR",
    ]  # fmt: skip


def test_the_statements_of_a_page_do_not_grow(leave: Leave) -> None:
    leave.grant("20")
    _together(leave)

    def statements() -> int:
        ids = _waiting(leave.boss)
        with CaptureQueriesContext(connection) as found:
            assert len(SOURCE.entries(leave.boss, ids, now=NOW)) == len(ids)
        return len(found)

    leave.submit("03-05")
    statements()
    one = statements()
    for date in ("03-06", "03-09", "03-10", "03-11"):
        leave.submit(date)
    assert statements() == one
    assert one <= 20


# --- the answers ----------------------------------------------------------------------------------
def _find(actor: Actor, request: LeaveRequest) -> LeaveRequest:
    found = SOURCE.find(actor, request.public_id)
    assert found is not None
    return found


def test_who_may_not_decide_finds_nothing(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-05")
    assert SOURCE.find(leave.me, request.public_id) is None
    assert SOURCE.find(leave.world.actor(leave.world.hari), request.public_id) is None
    assert SOURCE.find(leave.boss, uuid.uuid4()) is None
    assert SOURCE.name_of(_find(leave.boss, request)) == "Maya"


def test_the_same_answer_again_changes_nothing(leave: Leave) -> None:
    leave.grant("10")
    first, second = leave.submit("03-05"), leave.submit("03-06")
    for _n in range(2):
        found = _find(leave.boss, first)
        SOURCE.decide(found, Answer.APPROVE, reason="", by=leave.boss)
        SOURCE.decide(_find(leave.boss, second), Answer.REFUSE, reason="No", by=leave.boss)
    assert RequestStep.objects.count() == 4
    with pytest.raises(RequestNotWaiting):
        SOURCE.decide(_find(leave.boss, first), Answer.REFUSE, reason="No", by=leave.boss)
    with pytest.raises(RequestNotWaiting):
        SOURCE.decide(_find(leave.hr, first), Answer.APPROVE, reason="", by=leave.hr)


def test_a_question_asked_again_changes_nothing(leave: Leave) -> None:
    leave.grant("10")
    request = leave.submit("03-05")
    for _n in range(2):
        SOURCE.ask_back(_find(leave.boss, request), question="Who stays?", by=leave.boss)
    assert leave.state(request) == "asked_back"
    assert RequestStep.objects.count() == 2
    with pytest.raises(RequestNotWaiting):
        SOURCE.ask_back(_find(leave.hr, request), question="Who stays?", by=leave.hr)


def test_cancelling_twice_changes_nothing(leave: Leave) -> None:
    leave.grant("10")
    request = leave.approve(leave.submit("03-05"))
    requests.cancel_ask(request=request, by=leave.me, now=NOW)
    for _n in range(2):
        SOURCE.decide(_find(leave.boss, request), Answer.APPROVE, reason="", by=leave.boss)
    assert leave.state(request) == "cancelled"
    assert RequestStep.objects.count() == 4


def test_what_cannot_be_asked_back_says_so(leave: Leave) -> None:
    claim = CompOffClaim.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=leave.annual,
        date=d("03-01"), amount=n("0.5"),
    )  # fmt: skip
    item = inbox.find(leave.boss, f"comp_off:{claim.public_id}")
    assert item is not None
    (outcome,) = inbox.decide([item], Answer.ASK, reason="Why?", by=leave.boss)
    assert str(outcome.error) == "Nobody can be asked about this. Approve or refuse it."


def test_whom_a_chain_names_opens_the_inbox_without_a_team(leave: Leave) -> None:
    leave.world.company.refresh_from_db()
    hari = leave.world.actor(leave.world.hari)
    assert not inbox.may_open(hari)
    chain = (Link(1, Decider.PERSON, n("0"), leave.world.hari.pk),)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    leave.world.company.refresh_from_db()
    assert inbox.may_open(hari)
    assert not inbox.may_open(replace(hari, is_limited=True))
    assert not SOURCE.concerns(replace(hari, employee=None))


def test_a_decision_of_a_moment_ago_is_listed_and_taken_back(leave: Leave) -> None:
    leave.grant("10")
    request = leave.approve(leave.submit("03-05", "03-06"))
    refused = leave.submit("03-09")
    decisions.request_refuse(request=refused, by=leave.boss, reason="No", now=NOW)
    said = [(item.name, item.what, item.said) for item in SOURCE.decided(leave.boss, now=NOW)]
    assert said == [
        ("Maya", "Annual, Mon, 9 Mar", "refused"),
        ("Maya", "Annual, Thu, 5 Mar to Fri, 6 Mar", "approved"),
    ]
    assert SOURCE.decided(leave.hr, now=NOW) == []
    assert SOURCE.decided(leave.boss, now=NOW + dt.timedelta(hours=1)) == []
    for _n in range(2):
        SOURCE.take_back(_find(leave.boss, request), by=leave.boss)
    assert leave.state(request) == "pending"
    assert len(SOURCE.decided(leave.boss, now=NOW)) == 1
    with pytest.raises(NothingToUndo):
        SOURCE.take_back(_find(leave.hr, refused), by=leave.hr)


def test_many_at_once_each_for_itself(leave: Leave) -> None:
    leave.grant("10")
    first, second = leave.submit("03-05"), leave.submit("03-06")
    BlockDate.objects.create(
        company=leave.world.company, name="Audit", first_on=d("03-06"), last_on=d("03-06")
    )
    items = [inbox.find(leave.boss, f"leave:{each.public_id}") for each in (first, second)]
    assert None not in items
    outcomes = inbox.decide(
        [item for item in items if item], Answer.APPROVE, reason="", by=leave.boss
    )
    assert [(o.name, getattr(o.error, "rule", None)) for o in outcomes] == [
        ("Maya", None), ("Maya", "blocked"),
    ]  # fmt: skip


# --- comp-off -------------------------------------------------------------------------------------
def test_a_claim_of_comp_off_waits_and_is_decided(leave: Leave) -> None:
    source = CompOffClaims()
    claim = CompOffClaim.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=leave.annual,
        date=d("03-01"), amount=n("0.5"), note="The fair",
    )  # fmt: skip
    assert (_waiting(leave.boss, source), _waiting(leave.me, source)) == ([claim.public_id], [])
    (entry,) = source.entries(leave.boss, [claim.public_id], now=NOW)
    assert (entry.what, entry.when, entry.note) == (
        "Worked on a day off: 0.5 days of Annual", "Sun, 1 Mar", "The fair",
    )  # fmt: skip
    assert source.find(leave.me, claim.public_id) is None
    found = source.find(leave.boss, claim.public_id)
    assert found is not None and source.name_of(found) == "Maya"
    for _n in range(2):
        source.decide(found, Answer.REFUSE, reason="Not asked", by=leave.boss)
    with pytest.raises(ClaimDecided):
        source.decide(found, Answer.REFUSE, reason="Not asked", by=leave.hr)
    with pytest.raises(ClaimDecided):
        source.take_back(found, by=leave.boss)
    assert source.decided(leave.boss, now=NOW) == []
