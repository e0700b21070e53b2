"""One's own leave on a page: cards, any date ahead, requests, who is off, work on days off."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import Direction
from attendance.tasks import settle_open
from companies.enums import Role
from companies.models import Department, Employee, Placement, RoleGrant
from companies.selectors import teammates_of
from leave.models import CompOffClaim, LeaveType
from leave.selectors import overview
from leave.services import comp_off, decisions, plans, requests, runs, settings
from tests.attendance.test_pages import _text
from tests.attendance.world import at, make_person
from tests.http import post_once
from tests.leave.world import NOW, Leave, Taken, d, make_leave, n

TODAY = d("03-02")


@pytest.fixture
def maya(client: Client, leave: Leave) -> Client:
    client.force_login(leave.maya.user)
    return client


def _monthly(leave: Leave) -> None:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(
        plan=plan, by=leave.hr, carry_on="date",
        milestones=[{"amount": "1.5", "carry": "up_to", "carry_most": "5"}],
    )  # fmt: skip
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    runs.books_run(company=leave.world.company, people=[leave.maya.pk], until=TODAY, by=leave.hr)


def _card(page: Any, name: str) -> dict[str, Any]:
    (card,) = [card for card in page.context["cards"] if card["name"] == name]
    return dict(card)


def _facts(steps: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(step["label"], step["value"]) for step in steps]


# --- cards ----------------------------------------------------------------------------------------
def test_a_card_says_what_is_left_and_until_when(maya: Client, leave: Leave) -> None:
    leave.grant("2", "01-01", "03-31")
    leave.grant("5.5")
    leave.approve(leave.submit("03-04"))
    leave.submit("03-10")
    page = maya.get("/leave/")
    card = _card(page, "Annual")
    assert card["main"] == {"figure": "5.5 days", "words": "available"}
    assert _facts(card["facts"]) == [
        ("Balance", "7.5"), ("Approved, lies ahead", "−1"), ("Asked for, not decided", "−1"),
    ]  # fmt: skip
    assert card["loss"] == "1 of it until Tue 31 March, then that lapses"
    assert card["url"] == f"/leave/books/{leave.annual.public_id}/"
    assert "5.5 days available" in _text(page.text)


def test_all_of_it_may_lapse(maya: Client, leave: Leave) -> None:
    leave.grant("2", "01-01", "2027-03-31")
    card = _card(maya.get("/leave/"), "Annual")
    assert card["loss"] == "All of it until Wed 31 March 2027, then it lapses"


def test_types_without_books_limits_or_books_of_their_own(maya: Client, leave: Leave) -> None:
    unpaid = leave.type("Unpaid", "UL", needs_allocation=False)
    leave.type("Sick", "SL", negative_limit=None)
    leave.type("Study", "SH", unit="hour")
    leave.type("Half pay", "HP", draws_on=leave.annual)
    page = maya.get("/leave/")
    assert [card["name"] for card in page.context["cards"]] == [
        "Annual", "Sick", "Study", "Unpaid",
    ]  # fmt: skip
    assert page.context["drawing"] == ["Half pay is taken from Annual."]
    assert _card(page, "Unpaid")["main"] == {"figure": "", "words": "Needs no balance"}
    assert _card(page, "Unpaid")["url"] is None
    assert _card(page, "Sick")["main"] == {
        "figure": "0 days", "words": "balance; it may go below zero without a limit",
    }  # fmt: skip
    assert _card(page, "Study")["main"]["figure"] == "0 hours"
    leave.grant("3", leave_type=unpaid)
    page = maya.get("/leave/")
    assert _card(page, "Unpaid")["url"] is not None
    # Those that never had a line share a card.
    assert [card["name"] for card in page.context["others"]] == ["Annual", "Sick", "Study"]
    assert "3 other kinds of leave" in _text(page.text)
    assert page.text.count('class="card balance"') == 1


def test_without_any_type_the_page_says_who_sets_them_up(client: Client, leave: Leave) -> None:
    LeaveType.objects.filter(pk=leave.annual.pk).update(is_offered=False)
    client.force_login(leave.maya.user)
    page = client.get("/leave/")
    assert page.context["cards"] == []
    assert "No leave yet" in _text(page.text)


# --- any date -------------------------------------------------------------------------------------
def test_what_will_there_be_and_why(maya: Client, leave: Leave) -> None:
    _monthly(leave)
    leave.grant("2", "01-01", "04-30")
    leave.approve(leave.submit("03-04", "03-05"))
    (item,) = maya.get("/leave/?on=2027-01-01").context["ahead"]
    assert item["figure"] == "6.5 days"
    assert _facts(item["steps"]) == [
        ("Today", "6.5"),
        ("Taken, Wed 4 March", "−2"),
        ("Accrued, 10 lines, Wed 1 April to Fri 1 January 2027", "+15"),
        ("Lapsed: More than may be carried over, 9 lines, Fri 1 January 2027", "−13"),
        ("Carried over: What was left moves on, 4 lines, Fri 1 January 2027", "−5"),
        ("Carried over, Fri 1 January 2027", "+5"),
        ("Fri 1 January 2027", "6.5"),
    ]
    assert _sums_up(item["steps"])


def _sums_up(steps: list[dict[str, Any]]) -> bool:
    numbers = [n(step["value"].replace("−", "-")) for step in steps]
    return sum(numbers[:-1]) == numbers[-1]


@pytest.mark.parametrize("on", ["2026-03-03", "2026-04-01", "2026-12-31", "2028-02-29"])
def test_the_steps_to_any_date_add_up(maya: Client, leave: Leave, on: str) -> None:
    _monthly(leave)
    leave.grant("2", "01-01", "03-31")
    leave.grant("4", "04-01", "06-30")
    leave.approve(leave.submit("04-06", "04-07"))
    (item,) = maya.get(f"/leave/?on={on}").context["ahead"]
    assert _sums_up(item["steps"])


def test_what_is_valid_only_later_is_a_step(maya: Client, leave: Leave) -> None:
    leave.grant("1")
    leave.grant("4", "03-20")
    account_lines = maya.get("/leave/?on=2026-03-20").context["ahead"][0]["steps"]
    assert _sums_up(account_lines)


def test_what_is_asked_for_is_not_promised_twice(maya: Client, leave: Leave) -> None:
    leave.grant("5")
    leave.submit("03-10")
    (item,) = maya.get("/leave/?on=2026-03-20").context["ahead"]
    assert item["figure"] == "4 days"
    assert item["pending"] == ("Of a balance of 5; the rest is asked for, or taken on other dates.")


def test_a_date_that_is_over_has_its_balance(maya: Client, leave: Leave) -> None:
    leave.grant("2", "01-01", "01-31")
    leave.grant("5", "02-01")
    (item,) = maya.get("/leave/?on=2026-01-15").context["ahead"]
    assert (item["figure"], item["steps"], item["pending"]) == ("2 days", [], "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soon", "This is no date. Choose one."), ("1999-12-31", "Choose a date up to"),
        ("9999-12-31", "Choose a date up to"), ("2026-02-30", "This is no date. Choose one."),
    ],
)  # fmt: skip
def test_what_is_no_date_is_told(maya: Client, leave: Leave, text: str, words: str) -> None:
    page = maya.get("/leave/", {"on": text})
    assert page.context["on_wrong"].startswith(words)
    assert "ahead" not in page.context


# --- requests -------------------------------------------------------------------------------------
def test_requests_by_where_they_stand(maya: Client, leave: Leave) -> None:
    leave.grant("20")
    approved = leave.approve(leave.submit("03-04", "03-06", last_part=Taken.AM))
    leave.submit("03-10", first_part=Taken.PM)
    refused = leave.submit("03-12")
    decisions.request_refuse(request=refused, by=leave.boss, reason="Too many", now=NOW)
    requests.request_withdraw(request=leave.submit("03-16"), by=leave.me, now=NOW)
    page = maya.get("/leave/")
    lines = [
        (line["dates"], line["parts"], line["amount"], line["state"]["text"])
        for line in page.context["standing"]
    ]
    assert lines == [
        ("Wed 4 March to Fri 6 March", "last day: the first half", "2.5 days", "Approved"),
        ("Tue 10 March", "the second half", "0.5 days", "Waits"),
    ]
    assert page.context["standing"][0]["url"] == f"/leave/requests/{approved.public_id}/"
    past = [(line["dates"], line["state"]) for line in page.context["past"]]
    assert past == [
        ("Mon 16 March", {"text": "Taken back", "tone": "off"}),
        ("Thu 12 March", {"text": "Refused", "tone": "bad"}),
    ]
    assert "Too many" not in page.text


def test_what_is_over_stands_below_page_by_page(
    maya: Client, leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "PAST_A_PAGE", 2)
    leave.grant("20")
    for date in ("03-04", "03-05", "03-06"):
        decisions.request_refuse(request=leave.submit(date), by=leave.boss, reason="No", now=NOW)
    first = maya.get("/leave/")
    assert [line["dates"] for line in first.context["past"]] == ["Fri 6 March", "Thu 5 March"]
    assert (first.context["later_url"], first.context["earlier_url"]) == (None, "?p=2")
    second = maya.get("/leave/?p=2")
    assert [line["dates"] for line in second.context["past"]] == ["Wed 4 March"]
    assert (second.context["later_url"], second.context["earlier_url"]) == ("?p=1", None)
    third = maya.get("/leave/?p=3")
    assert third.context["past"] == []
    assert "Nothing older than that." in _text(third.text)
    assert maya.get("/leave/?p=x").context["past"] == first.context["past"]


def test_hours_and_a_first_half_are_said(maya: Client, leave: Leave) -> None:
    leave.grant("20")
    hours = leave.type("Study", "SH", unit="hour", needs_allocation=False)
    leave.submit("03-05", leave_type=hours, starts_at=dt.time(9), ends_at=dt.time(11))
    leave.submit("03-10", "03-11", first_part=Taken.PM)
    lines = [(each["parts"], each["amount"]) for each in maya.get("/leave/").context["standing"]]
    assert lines == [("09:00–11:00", "2 hours"), ("first day: the second half", "1.5 days")]


# --- who is off -----------------------------------------------------------------------------------
def _beside(leave: Leave, name: str) -> Employee:
    world = leave.world
    person = make_person(world.company, name, world.office, world.day_shift)
    Placement.objects.filter(employee=person).update(manager=world.bikram)
    leave.grant("10", employee=person)
    return person


def _off(leave: Leave, person: Employee, *dates: str, **more: Any) -> None:
    request = leave.submit(
        *dates, employee=person, by=leave.world.actor(person), note="Private", **more
    )
    decisions.request_approve(request=request, by=leave.hr, now=NOW)


def test_who_is_off_soon_without_why(maya: Client, leave: Leave) -> None:
    nima = _beside(leave, "Nima")
    _off(leave, nima, "03-02", "03-03")
    _off(leave, nima, "03-09", "03-10", last_part=Taken.AM)
    _off(leave, nima, "04-02")
    page = maya.get("/leave/")
    assert page.context["off"] == [
        {"name": "Nima", "dates": "Mon 2 March to Tue 3 March", "parts": "", "type": "",
         "is_now": True},
        {"name": "Nima", "dates": "Mon 9 March to Tue 10 March",
         "parts": "Tue 10 March: first half", "type": "", "is_now": False},
    ]  # fmt: skip
    assert "Private" not in page.text


def test_what_colleagues_may_know_is_said(maya: Client, leave: Leave) -> None:
    nima = _beside(leave, "Nima")
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, colleagues_see_reason=True)
    _off(leave, nima, "03-09", first_part=Taken.AM)
    (line,) = maya.get("/leave/").context["off"]
    assert (line["type"], line["parts"]) == ("Annual", "first half")


def test_who_stands_beside_whom(leave: Leave) -> None:
    nima, rita = _beside(leave, "Nima"), _beside(leave, "Rita")
    assert list(teammates_of(leave.maya, on=TODAY)) == [nima, rita]
    looms = Department.objects.create(company=leave.world.company, name="Looms")
    Placement.objects.filter(employee__in=[leave.maya, rita]).update(department=looms)
    assert list(teammates_of(leave.maya, on=TODAY)) == [rita]
    assert list(teammates_of(nima, on=TODAY)) == []
    assert list(teammates_of(leave.world.hari, on=TODAY)) == []


# --- of others ------------------------------------------------------------------------------------
def test_a_manager_sees_what_each_of_the_team_has(client: Client, leave: Leave) -> None:
    leave.grant("5")
    leave.submit("03-10", note="Private")
    leave.type("Sick", "SL", negative_limit=None)
    client.force_login(leave.world.bikram.user)
    page = client.get("/leave/people/")
    (row,) = page.context["rows"]
    assert row["name"] == "Maya"
    assert [(cell["type"], cell["value"]) for cell in row["cells"]] == [
        ("Annual", "4"), ("Sick", "–"),
    ]  # fmt: skip
    own = client.get(row["url"])
    assert "Leave of Maya" in _text(own.text)
    assert "Private" not in own.text
    assert _card(own, "Annual")["url"] == (
        f"/leave/people/{leave.maya.public_id}/books/{leave.annual.public_id}/"
    )
    assert "off" not in own.context
    assert client.get("/leave/people/?q=zz").context["rows"] == []


def test_who_answers_for_nobody_has_no_such_list(maya: Client, leave: Leave) -> None:
    assert maya.get("/leave/people/").status_code == 404


def test_an_auditor_reads_everybodys(client: Client, leave: Leave) -> None:
    RoleGrant.objects.create(
        company=leave.world.company, user=leave.maya.user, role=Role.AUDITOR, starts_on=TODAY
    )
    client.force_login(leave.maya.user)
    rows = client.get("/leave/people/").context["rows"]
    assert [row["name"] for row in rows] == ["Bikram", "Hari", "Maya"]


# --- work on a day off ----------------------------------------------------------------------------
@pytest.fixture
def worked(leave: Leave) -> Iterator[Leave]:
    """Maya worked a whole Saturday and a short Sunday; comp-off is earned by that."""
    for date, until in (("2026-02-28", "17:30"), ("2026-03-01", "13:00")):
        with time_machine.travel(at(f"{date} {until}"), tick=False):
            leave.world.punch(leave.maya, f"{date} 09:00")
            leave.world.punch(leave.maya, f"{date} {until}", direction=Direction.OUT)
    with time_machine.travel(at("2026-03-02 12:00"), tick=False):
        settle_open()
        leave.type("Comp-off", "CO", comp_off_valid_days=60)
        yield leave


def _form(**changes: str) -> dict[str, str]:
    kind = LeaveType.objects.get(code="CO")
    return {"type": str(kind.public_id), "date": "2026-02-28", "amount": "whole", **changes}


def test_work_on_a_day_off_is_offered_and_claimed(maya: Client, worked: Leave) -> None:
    page = maya.get("/leave/comp-off/")
    assert [day["text"] for day in page.context["worked"]] == [
        "Sun 1 March, 4 h worked", "Sat 28 February, 8 h worked",
    ]  # fmt: skip
    answer = post_once(maya, "/leave/comp-off/", _form(note="The fair"))
    assert answer["Location"] == "/leave/comp-off/"
    claim = CompOffClaim.objects.get()
    assert (claim.date, claim.amount, claim.note) == (d("02-28"), n("1"), "The fair")
    page = maya.get("/leave/comp-off/")
    assert [day["value"] for day in page.context["worked"]] == ["2026-03-01"]
    (line,) = page.context["claims"]
    assert (line["what"], line["chip"]["text"]) == ("Comp-off, 1 day", "Waits")


def test_half_a_day_is_claimed_and_decided(maya: Client, worked: Leave) -> None:
    post_once(maya, "/leave/comp-off/", _form(date="2026-03-01", amount="half"))
    claim = CompOffClaim.objects.get()
    comp_off.comp_off_decide(claim=claim, is_approved=False, by=worked.boss, reason="Not asked")
    page = maya.get("/leave/comp-off/")
    (line,) = page.context["claims"]
    assert (line["what"], line["chip"]["text"], line["by"], line["reason"]) == (
        "Comp-off, 0.5 days", "Refused", "Bikram", "Not asked",
    )  # fmt: skip
    # What was refused may be claimed again.
    assert len(page.context["worked"]) == 2
    post_once(maya, "/leave/comp-off/", _form(date="2026-03-01", amount="half"))
    claim = CompOffClaim.objects.latest("pk")
    comp_off.comp_off_decide(claim=claim, is_approved=True, by=worked.boss)
    assert maya.get("/leave/comp-off/").context["claims"][0]["chip"]["text"] == "Approved"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date": ""}, "Choose the day on which you worked."),
        ({"date": "2026-03-01"}, "The work of that day is worth 0.5. Claim that, or less."),
        ({"date": "2026-02-27"}, "27 February 2026 is no day off of yours."),
    ],
)
def test_what_is_not_earned_is_told_on_the_page(
    maya: Client, worked: Leave, changes: dict[str, str], words: str
) -> None:
    page = post_once(maya, "/leave/comp-off/", _form(note="mine", **changes))
    assert page.status_code == 200
    assert words in _text(page.text)
    assert 'value="mine"' in page.text
    assert not CompOffClaim.objects.exists()


def test_a_double_tap_claims_once(maya: Client, worked: Leave) -> None:
    form = {**_form(), "once": str(uuid.uuid4())}
    for _n in range(2):
        assert maya.post("/leave/comp-off/", form)["Location"] == "/leave/comp-off/"
    assert CompOffClaim.objects.count() == 1


def test_only_a_type_that_is_earned_so(maya: Client, worked: Leave) -> None:
    for public_id in (worked.annual.public_id, make_leave("other").annual.public_id, "x"):
        answer = post_once(maya, "/leave/comp-off/", _form(type=str(public_id)))
        assert answer.status_code == 404


def test_where_nothing_is_earned_the_page_says_so(maya: Client, leave: Leave) -> None:
    page = maya.get("/leave/comp-off/")
    assert "Work on days off earns no leave here." in _text(page.text)
    assert not maya.get("/leave/").context["earns"]


def test_without_work_there_is_nothing_to_claim(maya: Client, leave: Leave) -> None:
    leave.type("Comp-off", "CO", comp_off_valid_days=60)
    assert maya.get("/leave/").context["earns"]
    assert "There is no day off in the last three months" in _text(
        maya.get("/leave/comp-off/").text
    )


# --- what it costs --------------------------------------------------------------------------------
def _count(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        client.get(path)
    return len(found)


def test_the_page_costs_nine_statements_beside_its_frame(maya: Client, leave: Leave) -> None:
    """The frame (who asks, the navigation) takes five; ten years of lines cost no more."""
    Employee.objects.filter(pk=leave.maya.pk).update(joined_on=d("2016-01-01"))
    leave.maya.refresh_from_db()
    nima = _beside(leave, "Nima")
    leave.grant("9")
    leave.submit("03-04")
    _off(leave, nima, "03-04")
    counts = [_count(maya, "/leave/"), _count(maya, "/leave/?on=2026-12-31")]
    for date in ("03-05", "03-06"):
        leave.submit(date)
        _off(leave, nima, date)
        leave.approve(leave.submit(date.replace("03-0", "04-0").replace("05", "07")))
    counts.append(_count(maya, "/leave/"))
    _monthly(leave)
    counts.append(_count(maya, "/leave/?on=2026-12-31"))
    assert counts == [14, 14, 14, 14]


def test_the_list_of_people_costs_the_same_for_many(client: Client, leave: Leave) -> None:
    client.force_login(leave.world.bikram.user)
    few = _count(client, "/leave/people/")
    for name in ("Nima", "Rita"):
        _beside(leave, name)
    assert _count(client, "/leave/people/") == few


def test_the_page_of_claims_costs_the_same_for_many(maya: Client, worked: Leave) -> None:
    few = _count(maya, "/leave/comp-off/")
    post_once(maya, "/leave/comp-off/", _form())
    assert _count(maya, "/leave/comp-off/") == few
