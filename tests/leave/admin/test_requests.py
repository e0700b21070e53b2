"""HR looks at requests and decides: with reasons, by services, never one's own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import AuditEvent, Company, Placement
from companies.scoping import company_scope
from leave import permissions
from leave.enums import Decider
from leave.models import LeaveRequest, LeaveRequestState, RequestStep
from leave.services import plans, settings
from leave.services import requests as asking
from leave.terms import Link, leave_settings
from tests.attendance.world import make_person
from tests.leave.admin.pages import errors_of, send, statements
from tests.leave.world import NOW, Leave, Taken, d, n

REQUESTS = "/admin/leave/leaverequeststate/"


def _path(request: LeaveRequest, page: str = "change") -> str:
    return f"{REQUESTS}{request.public_id}/{page}/"


@pytest.fixture
def asked(leave: Leave) -> LeaveRequest:
    """Maya asks for Thursday to Monday, the last one in the morning."""
    leave.grant("10", last="12-31")
    return leave.submit("03-05", "03-09", last_part=Taken.AM, note="a wedding")


def test_a_request_says_why_it_counts_what_it_does(
    hr: Client, leave: Leave, asked: LeaveRequest
) -> None:
    page = hr.get(_path(asked)).text
    for words in (
        "Thu, 5 Mar to Mon, 9 Mar", "2.5", "weekly off", "a wedding",
        "valid from 1 Jan 2026 to 31 Dec 2026", "Asked for", "Maya",
        "Whoever answers for the person", "7.5 days left after it",
    ):  # fmt: skip
        assert words in page, words
    listed = hr.get(f"{REQUESTS}?waits=any").text
    assert "Annual" in listed


def test_hr_asks_for_somebody(hr: Client, leave: Leave, asked: LeaveRequest) -> None:
    assert '<a href="/leave/people/">Choose a person</a>' in hr.get(REQUESTS).text
    maya = f"/leave/people/{leave.maya.public_id}/"
    person = hr.get(f"/admin/companies/employee/{leave.maya.public_id}/change/").text
    assert f'href="{maya}"' in person
    ask = f"/leave/ask/?for={leave.maya.public_id}"
    assert f'href="{ask}">Ask for Maya</a>' in hr.get(maya).text
    assert "For Maya" in hr.get(ask).text
    hr.force_login(leave.world.bikram.user)
    assert "Ask for Maya" not in hr.get(maya).text


def test_filters_find_what_waits_too_long(hr: Client, leave: Leave, asked: LeaveRequest) -> None:
    other = leave.submit("04-06")
    LeaveRequestState.objects.filter(request=asked).update(since=NOW - dt.timedelta(days=5))
    leave.approve(leave.submit("05-04"))

    def found(query: str) -> list[LeaveRequest]:
        rows = hr.get(f"{REQUESTS}?{query}").context["cl"].result_list
        return [row.request for row in rows]

    assert found("waits=3") == [asked]
    assert found("waits=7") == []
    assert set(found("waits=any")) == {asked, other}
    assert len(found("waits=long")) == 3
    assert len(found(f"leave_type={leave.annual.public_id}")) == 3
    assert found("first_on_from=2026-04-01&first_on_to=2026-04-30") == [other]


def test_hr_approves_and_the_days_are_taken(hr: Client, leave: Leave, asked: LeaveRequest) -> None:
    answer = send(hr, _path(asked, "approve"), reason="Enjoy")
    assert (answer.status_code, answer["Location"]) == (302, _path(asked))
    assert leave.state(asked) == "approved"
    assert leave.balance("03-20") == n("7.5")
    step = RequestStep.objects.filter(request=asked).latest("number")
    assert (step.kind, step.reason, step.by_name) == ("approved", "Enjoy", "Hari")
    assert "Enjoy" in hr.get(_path(asked)).text
    again = send(hr, _path(asked, "approve"))
    assert "does not wait any more" in again.text
    assert "leave_approved" in AuditEvent.objects.values_list("verb", flat=True)
    assert "Leave approved" in hr.get(_path(asked, "history")).text


def test_hr_refuses_with_a_reason(hr: Client, leave: Leave, asked: LeaveRequest) -> None:
    assert "Please give a reason." in send(hr, _path(asked, "refuse")).text
    assert send(hr, _path(asked, "refuse"), reason="Stock-taking").status_code == 302
    assert leave.state(asked) == "refused"
    page = hr.get(_path(asked)).text
    assert "Stock-taking" in page
    # Nothing was taken, so nothing was given back.
    assert "<del>" not in page


def test_hr_asks_back(hr: Client, leave: Leave, asked: LeaveRequest) -> None:
    assert send(hr, _path(asked, "ask-back"), reason="Which wedding?").status_code == 302
    assert leave.state(asked) == "asked_back"
    page = hr.get(_path(asked)).text
    assert f"{asked.public_id}/ask-back/" not in page
    assert f"{asked.public_id}/approve/" not in page


def test_hr_cancels_from_a_date_on(hr: Client, leave: Leave, asked: LeaveRequest) -> None:
    assert f"{asked.public_id}/cancel/" not in hr.get(_path(asked)).text
    leave.approve(asked)
    assert f"{asked.public_id}/cancel/" in hr.get(_path(asked)).text
    late = send(hr, _path(asked, "cancel"), since="2026-03-20", reason="called in")
    assert "Nothing of this leave lies ahead" in str(errors_of(late))
    done = send(hr, _path(asked, "cancel"), since="2026-03-06", reason="called in")
    assert done.status_code == 302
    status = LeaveRequestState.objects.get(request=asked)
    assert (status.state, status.last_on, status.amount) == ("approved", d("03-05"), 1)
    page = hr.get(_path(asked)).text
    assert "given back" in page
    assert send(hr, _path(asked, "cancel"), reason="all of it").status_code == 302
    assert leave.state(asked) == "cancelled"


@pytest.mark.parametrize(("page", "state"), [("approve", "cancelled"), ("refuse", "approved")])
def test_a_wish_to_cancel_is_decided_in_its_words(
    hr: Client, leave: Leave, asked: LeaveRequest, page: str, state: str
) -> None:
    leave.approve(asked)
    asking.cancel_ask(request=asked, by=leave.me, now=NOW)
    assert "To be cancelled from" in hr.get(_path(asked)).text
    assert "Cancel this leave" in hr.get(_path(asked, "approve")).text
    assert "Leave it as it is" in hr.get(_path(asked, "refuse")).text
    assert send(hr, _path(asked, page), reason="as you like").status_code == 302
    assert leave.state(asked) == state


def test_a_named_person_and_hours_are_said(hr: Client, leave: Leave) -> None:
    hourly = leave.type("Hourly", "HL", unit="hour", needs_allocation=False)
    settings.type_version_set(
        leave_type=hourly, by=leave.hr, unit="hour", needs_allocation=False,
        chain=[Link(1, Decider.PERSON, 0, leave.world.hari.pk), Link(1, Decider.HR, 0)],  # type: ignore[arg-type]
    )  # fmt: skip
    request = leave.submit(
        "03-05", leave_type=hourly, starts_at=dt.time(9), ends_at=dt.time(11),
        handover_note="Bikram knows",
    )  # fmt: skip
    page = hr.get(_path(request)).text
    for words in ("Hari or HR", "09:00–11:00", "Bikram knows", "On nothing"):
        assert words in page, words


def test_what_is_drawn_ahead_below_zero_or_carried_is_said(hr: Client, leave: Leave) -> None:
    debt = leave.type("Debt", "DB", negative_limit=None)
    assert "drawn below zero" in hr.get(_path(leave.submit("03-05", leave_type=debt))).text
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(plan=plan, by=leave.hr, milestones=[{"amount": "3"}])
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr, starts_on=d("04-01"))
    ahead = leave.submit("04-06")
    assert "a credit that is still to come" in hr.get(_path(ahead)).text
    leave.grant("1")
    assert "valid from 1 Jan 2026" in hr.get(_path(leave.submit("03-09"))).text


# --- rights ---------------------------------------------------------------------------------------
def test_ones_own_request_is_somebody_elses(hr: Client, leave: Leave) -> None:
    free = leave.type("Free", "FR", needs_allocation=False)
    own = leave.submit("03-05", leave_type=free, employee=leave.world.hari, by=leave.hr)
    page = hr.get(_path(own)).text
    assert "This is your own request. Somebody else decides it." in page
    for deed in ("approve", "refuse", "ask-back", "cancel"):
        assert f"{own.public_id}/{deed}/" not in page
        refused = send(hr, _path(own, deed), reason="mine")
        assert "Somebody else decides it." in str(errors_of(refused))
    assert leave.state(own) == "pending"


def test_an_auditor_reads_and_decides_nothing(
    auditor: Client, leave: Leave, asked: LeaveRequest
) -> None:
    page = auditor.get(_path(asked))
    assert page.status_code == 200
    for deed in ("approve", "refuse", "ask-back", "cancel"):
        assert f"{asked.public_id}/{deed}/" not in page.text
        assert auditor.get(_path(asked, deed)).status_code == 403


def test_an_operator_who_was_let_in_reads_no_reason(leave: Leave, asked: LeaveRequest) -> None:
    operator = Actor(kind=ActorKind.PLATFORM, id="o", company=leave.world.company)
    rules = leave_settings(Company.objects.get(pk=leave.world.company.pk)).by_version[
        asked.version_id
    ]
    assert permissions.can_view_request(operator, asked, d("03-02"))
    assert not permissions.can_view_reason(operator, asked, rules, d("03-02"))
    assert permissions.can_view_reason(leave.hr, asked, rules, d("03-02"))


def test_another_companys_request_is_like_none(hr: Client, leave: Leave, other: Leave) -> None:
    with company_scope(other.world.company):
        other.grant("9")
        theirs = other.submit("03-05")
    for page in ("change", "history", "approve"):
        answer = hr.get(_path(theirs, page))
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_what_is_only_read_cannot_be_written(hr: Client, leave: Leave, asked: LeaveRequest) -> None:
    for page in ("change", "delete"):
        assert hr.post(_path(asked, page), {"post": "yes"}).status_code == 403
    assert hr.get(f"{REQUESTS}add/").status_code == 403


# --- cost, the first page -------------------------------------------------------------------------
def _more(leave: Leave) -> None:
    world = leave.world
    for number in range(2):
        person = make_person(world.company, f"Nima{number}", world.office, world.day_shift)
        Placement.objects.filter(employee=person).update(manager=world.bikram)
        leave.grant("9", employee=person)
        leave.submit("03-05", "03-06", employee=person, by=leave.hr)


def test_pages_cost_the_same_with_more_rows(hr: Client, leave: Leave, asked: LeaveRequest) -> None:
    paths = (REQUESTS, _path(asked))
    one = [statements(hr, path) for path in paths]
    _more(leave)
    assert [statements(hr, path) for path in paths] == one


def _matters(client: Client) -> dict[str, Any]:
    return {str(matter.title): matter for matter in client.get("/admin/").context["matters"]}


def test_the_first_page_tells_of_leave_that_waits_too_long(
    hr: Client, leave: Leave, asked: LeaveRequest
) -> None:
    assert not [title for title in _matters(hr) if "leave request" in title]
    LeaveRequestState.objects.filter(request=asked).update(since=NOW - dt.timedelta(days=4))
    matter = _matters(hr)["leave request waits longer than 3 days"]
    assert matter.count == 1
    rows = hr.get(matter.url).context["cl"].result_list
    assert [row.request for row in rows] == [asked]
