"""The inbox as a manager walks through it: lines of leave, the answers, and whom it opens for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Delegation, Employee, User
from companies.scoping import company_scope
from leave.enums import Decider
from leave.models import BlockDate, LeaveRequest, LeaveRequestState, RequestStep
from leave.services import settings
from leave.terms import Link
from tests.attendance.test_pages import _text
from tests.attendance.world import at, make_person
from tests.leave.world import Leave, d, make_leave, n


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-02 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def office(db: None) -> Leave:
    """Maya has ten days and is asking; Bikram decides."""
    made = make_leave()
    with company_scope(made.world.company):
        made.grant("10")
    return made


def _client(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def _ask(office: Leave, *dates: str) -> list[LeaveRequest]:
    with company_scope(office.world.company):
        return [office.submit(date, note="A private matter") for date in dates]


def _person(office: Leave, name: str) -> Employee:
    with company_scope(office.world.company):
        return make_person(office.world.company, name, office.world.office, office.world.day_shift)


def _decide(client: Client, answer: str, *asked: LeaveRequest, reason: str = "") -> str:
    items = [f"leave:{each.public_id}" for each in asked]
    sent = {"item": items, "answer": answer, "reason": reason}
    return _text(client.post("/inbox/decide", sent, follow=True).text)


def _states(office: Leave) -> list[str]:
    with company_scope(office.world.company):
        rows = LeaveRequestState.objects.order_by("request")
        return list(rows.values_list("state", flat=True))


def test_a_line_shows_what_decides_and_the_way_to_the_request(office: Leave) -> None:
    (request,) = _ask(office, "03-05")
    page = _client(office.world.bikram.user).get("/inbox/").text
    said = _text(page)
    for words in (
        "Maya", "Thu, 5 Mar", "Annual, counts 1 day", "9 days left after it", "A private matter",
        "Taken in this leave year", "Nothing yet.", "Other requests of a year", "None.",
        "Asked for: Maya",
    ):  # fmt: skip
        assert words in said, words
    assert f'href="/leave/requests/{request.public_id}/"' in page


def test_a_question_goes_back_with_its_words(office: Leave) -> None:
    (request,) = _ask(office, "03-05")
    bikram = _client(office.world.bikram.user)
    assert "Write your question first." in _decide(bikram, "ask", request)
    assert _states(office) == ["pending"]
    for _n in range(2):
        assert "Asked: Maya." in _decide(bikram, "ask", request, reason="Who stays?")
    assert _states(office) == ["asked_back"]
    assert "Nothing waits for you" in _text(bikram.get("/inbox/").text)
    with company_scope(office.world.company):
        step = RequestStep.objects.get(kind="asked_back")
    assert (step.by_name, step.reason) == ("Bikram", "Who stays?")


def test_many_at_once_and_what_a_rule_refuses_says_why_and_stays(office: Leave) -> None:
    first, second, third = _ask(office, "03-05", "03-06", "03-09")
    with company_scope(office.world.company):
        BlockDate.objects.create(
            company=office.world.company, name="Audit", first_on=d("03-06"), last_on=d("03-06")
        )
    said = _decide(_client(office.world.bikram.user), "approve", first, second, third)
    assert "2 approved: Maya (2)." in said
    assert "Maya: No leave is given on 6 March 2026. Audit" in said
    assert _states(office) == ["approved", "pending", "approved"]


def test_who_stands_in_decides_and_it_says_for_whom(office: Leave) -> None:
    nima = _person(office, "Nima")
    (request,) = _ask(office, "03-05")
    client = _client(nima.user)
    assert client.get("/inbox/").status_code == 404
    with company_scope(office.world.company):
        Delegation.objects.create(
            company=office.world.company, giver=office.world.bikram, delegate=nima,
            starts_on=d("03-02"), ends_on=d("03-04"), made_by=office.world.bikram.user,
        )  # fmt: skip
    assert "You decide for Bikram until Wed, 4 March." in _text(client.get("/inbox/").text)
    assert "Approved: Maya." in _decide(client, "approve", request)
    with company_scope(office.world.company):
        step = RequestStep.objects.get(kind="approved")
    assert (step.by_name, step.on_behalf_of) == ("Nima", "Bikram")


def test_before_and_after_its_days_a_stand_in_decides_nothing(office: Leave) -> None:
    nima = _person(office, "Nima")
    with company_scope(office.world.company):
        Delegation.objects.create(
            company=office.world.company, giver=office.world.bikram, delegate=nima,
            starts_on=d("03-03"), ends_on=d("03-04"), made_by=office.world.bikram.user,
        )  # fmt: skip
    (request,) = _ask(office, "03-20")
    client = _client(nima.user)
    item = {"item": f"leave:{request.public_id}", "answer": "approve"}
    for moment, status in (("03-02 12:00", 404), ("03-05 18:00", 404), ("03-04 12:00", 302)):
        with time_machine.travel(at(f"2026-{moment}"), tick=False):
            assert client.post("/inbox/decide", item).status_code == status, moment


def test_whom_a_chain_names_decides_without_a_team(office: Leave) -> None:
    rita, other = _person(office, "Rita"), _person(office, "Sita")
    with company_scope(office.world.company):
        chain = (Link(1, Decider.PERSON, n("0"), rita.pk),)
        settings.type_version_set(leave_type=office.annual, by=office.hr, chain=chain)
    (request,) = _ask(office, "03-05")
    client = _client(rita.user)
    page = client.get("/inbox/").text
    assert "1 waits" in _text(page)
    assert 'href="/inbox/" aria-current="page"' in page
    assert _client(other.user).get("/inbox/").status_code == 404
    assert "Approved: Maya." in _decide(client, "approve", request)
    assert "Nothing waits for you" in _text(client.get("/inbox/").text)


@pytest.mark.parametrize("who", ["maya", "other"])
def test_nobody_decides_their_own_or_another_companys(office: Leave, who: str) -> None:
    (request,) = _ask(office, "03-05")
    other = make_leave("teapot")
    user = office.world.maya.user if who == "maya" else other.world.hari.user
    assert user is not None
    client = _client(user)
    for answer in ("approve", "refuse", "ask"):
        item = {"item": f"leave:{request.public_id}", "answer": answer, "reason": "No"}
        assert client.post("/inbox/decide", item).status_code == 404
    assert "private" not in client.get("/inbox/").text
    assert _states(office) == ["pending"]


def test_the_statements_of_the_page_do_not_grow(office: Leave) -> None:
    client, counts = _client(office.world.bikram.user), []
    for dates in (("03-05",), ("03-06", "03-09")):
        _ask(office, *dates)
        client.get("/inbox/")
        with CaptureQueriesContext(connection) as statements:
            assert client.get("/inbox/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
