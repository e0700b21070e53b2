"""The question after a forgotten check-out, as its pages ask it and show what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from attendance.enums import CorrectionOutcome, Direction
from attendance.models import CorrectionDecision, CorrectionRequest, Punch
from attendance.services.days import person_recompute
from companies import outbox
from companies.models import Placement
from companies.once import FIELD
from companies.scoping import company_scope
from tests.attendance.test_pages import _text
from tests.attendance.world import World, at
from tests.http import post_once

MONDAY = dt.date(2026, 3, 2)
FILE = "/day/2026-03-02/left"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-03 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def forgot(world: World) -> World:
    """Maya, whose manager is Bikram, came on Monday at 09:04 and never went."""
    world.punch(world.maya, "2026-03-02 09:04")
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        person_recompute(employee=world.maya, first=MONDAY, last=MONDAY, now=at("2026-03-03 12:00"))
    return world


@pytest.fixture
def maya(client: Client, forgot: World) -> Client:
    client.force_login(forgot.maya.user)
    return client


@pytest.fixture
def bikram(forgot: World) -> Client:
    client = Client()
    client.force_login(forgot.bikram.user)
    return client


def _requests(world: World) -> list[CorrectionRequest]:
    with company_scope(world.company):
        return list(CorrectionRequest.objects.select_related("decision").order_by("id"))


def _decide(client: Client, world: World, **data: str) -> HttpResponse:
    (request,) = _requests(world)
    return client.post("/inbox/decide", {"item": f"correction:{request.public_id}", **data})  # type: ignore[return-value]


# --- asking and filing ------------------------------------------------------------------------
def test_today_and_the_day_ask_with_the_shifts_end(maya: Client, forgot: World) -> None:
    for path, name in (("/", "missing_out"), ("/day/2026-03-02/", "ask")):
        page = maya.get(path)
        assert "When did you leave on Mon 2 March? You checked in at 09:04" in _text(page.text)
        assert page.context[name]["time"] == "17:30"
        assert page.context[name]["file_url"] == FILE


def test_the_question_stays_after_todays_check_in_which_is_an_in(
    maya: Client, forgot: World
) -> None:
    forgot.punch(forgot.maya, "2026-03-03 09:00")
    page = maya.get("/")
    assert page.context["label"] == "Check out"
    assert page.context["missing_out"]["file_url"] == FILE


def test_who_left_after_the_shift_was_over_is_not_told_when(world: World, client: Client) -> None:
    world.punch(world.maya, "2026-03-02 17:45")
    with company_scope(world.company):
        person_recompute(employee=world.maya, first=MONDAY, last=MONDAY, now=at("2026-03-03 12:00"))
    client.force_login(world.maya.user)
    assert client.get("/").context["missing_out"]["time"] == ""


def test_an_answer_is_filed_and_shown(maya: Client, forgot: World) -> None:
    answer = post_once(maya, FILE, {"time": "18:05", "note": "a call", "back": "today"})
    assert answer["Location"] == "/"
    text = _text(maya.get("/").text)
    assert "Filed for your manager: left at 18:05." in text
    assert "Filed for your manager: on Mon 2 March you left at 18:05." in text
    page = maya.get("/day/2026-03-02/")
    assert page.context["ask"] is None
    text = _text(page.text)
    assert "Left at 18:05 Waits for the manager “a call”" in text
    assert "Take it back" in text


def test_the_same_answer_sent_twice_is_one(maya: Client, forgot: World) -> None:
    data = {FIELD: str(uuid.uuid4()), "time": "18:05", "back": "day"}
    answers = [maya.post(FILE, data)["Location"] for _n in range(2)]
    assert answers == ["/day/2026-03-02/", "/day/2026-03-02/"]
    assert len(_requests(forgot)) == 1


BAD = {
    "": "Please write the time when you left, such as 17:30.",
    "soon": "Please write the time when you left, such as 17:30.",
    "25:00": "Please write the time when you left, such as 17:30.",
    "09:04": "You checked in at 09:04. The check-out must come after it.",
}


@pytest.mark.parametrize("time", sorted(BAD))
def test_an_answer_that_cannot_be_says_why(maya: Client, forgot: World, time: str) -> None:
    assert post_once(maya, FILE, {"time": time})["Location"] == "/day/2026-03-02/"
    assert BAD[time] in _text(maya.get("/day/2026-03-02/").text)
    assert _requests(forgot) == []


def test_a_very_long_note_is_cut(maya: Client, forgot: World) -> None:
    post_once(maya, FILE, {"time": "18:05", "note": "x" * 5000})
    assert len(_requests(forgot)[0].note) == 300


@pytest.mark.parametrize("path", ["/day/2026-02-30/left", "/day/0001-01-01/left"])
def test_a_day_that_is_none_takes_no_answer(maya: Client, path: str) -> None:
    assert post_once(maya, path, {"time": "18:05"}).status_code == 404


def test_an_answer_is_taken_back(maya: Client, forgot: World) -> None:
    post_once(maya, FILE, {"time": "18:05"})
    address = f"/corrections/{_requests(forgot)[0].public_id}/withdraw"
    assert post_once(maya, address, {"back": "today"})["Location"] == "/"
    assert _requests(forgot)[0].decision.outcome == CorrectionOutcome.WITHDRAWN
    page = maya.get("/day/2026-03-02/")
    assert "Left at 18:05 Taken back" in _text(page.text)
    assert page.context["ask"]["file_url"] == FILE
    post_once(maya, address)
    assert "This request was already decided." in _text(maya.get("/day/2026-03-02/").text)


def test_nobody_takes_back_what_another_asked(
    maya: Client, bikram: Client, forgot: World, other_world: World
) -> None:
    post_once(maya, FILE, {"time": "18:05"})
    address = f"/corrections/{_requests(forgot)[0].public_id}/withdraw"
    elsewhere = Client()
    elsewhere.force_login(other_world.maya.user)
    assert [post_once(who, address).status_code for who in (bikram, elsewhere)] == [404, 404]


# --- deciding ---------------------------------------------------------------------------------
def test_the_manager_sees_what_it_does_to_the_day_and_approves(
    maya: Client, bikram: Client, forgot: World
) -> None:
    post_once(maya, FILE, {"time": "18:05", "note": "a call"})
    page = bikram.get("/inbox/")
    assert "Maya · Mon 2 March Left at 18:05 Incomplete → Present, 8 h 31 min “a call”" in _text(
        page.text
    )
    assert _decide(bikram, forgot, answer="approve")["Location"] == "/inbox/"
    page = bikram.get("/inbox/")
    assert page.context["entries"] == []
    assert "Approved: Maya." in _text(page.text)
    text = _text(maya.get("/day/2026-03-02/").text)
    assert "Present P" in text
    assert "Left at 18:05 Approved by Bikram" in text
    assert maya.get("/").context["missing_out"] is None


def test_a_refusal_needs_a_reason_that_the_person_reads(
    maya: Client, bikram: Client, forgot: World
) -> None:
    post_once(maya, FILE, {"time": "18:05"})
    _decide(bikram, forgot, answer="refuse")
    assert "Please give a reason." in _text(bikram.get("/inbox/").text)
    _decide(bikram, forgot, answer="refuse", reason="We closed at 17")
    assert "Refused: Maya." in _text(bikram.get("/inbox/").text)
    text = _text(maya.get("/day/2026-03-02/").text)
    assert "Left at 18:05 Refused by Bikram Reason: We closed at 17" in text
    assert "When did you leave on Mon 2 March?" in text


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_what_is_no_answer_approves_nothing(
    maya: Client, bikram: Client, forgot: World, answer: str
) -> None:
    post_once(maya, FILE, {"time": "18:05"})
    _decide(bikram, forgot, answer=answer)
    with company_scope(forgot.company):
        assert not CorrectionDecision.objects.exists()


def test_a_double_tap_approves_once(maya: Client, bikram: Client, forgot: World) -> None:
    post_once(maya, FILE, {"time": "18:05"})
    (request,) = _requests(forgot)
    data = {"item": f"correction:{request.public_id}", "answer": "approve"}
    for _n in range(2):
        assert bikram.post("/inbox/decide", data)["Location"] == "/inbox/"
        assert "Approved: Maya." in _text(bikram.get("/inbox/").text)
    with company_scope(forgot.company):
        assert Punch.objects.filter(direction=Direction.OUT).count() == 1
        assert CorrectionDecision.objects.count() == 1


def test_the_mails_say_what_when_and_by_whom(
    maya: Client, bikram: Client, forgot: World, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://muster.example"
    post_once(maya, FILE, {"time": "18:05", "note": "a <call>"})
    _decide(bikram, forgot, answer="approve")
    assert outbox.drain() == 2
    asked, decided = mail.outbox
    assert (asked.to, asked.subject) == (
        ["bikram@kettle.example"], "Maya asks for a correction: Monday, 2 March",
    )  # fmt: skip
    assert "Maya asks for a correction of Monday, 2 March:\n\nLeft at 18:05" in asked.body
    assert "Note: a <call>" in asked.body
    assert "https://muster.example/inbox/" in asked.body
    assert (decided.to, decided.subject) == (
        ["maya@kettle.example"], "Corrected: Monday, 2 March",
    )  # fmt: skip
    assert "Bikram approved this correction of Monday, 2 March" in decided.body
    assert "Left at 18:05" in decided.body
    assert "https://muster.example/day/2026-03-02/" in decided.body


def test_a_refusal_is_mailed_with_its_reason(maya: Client, bikram: Client, forgot: World) -> None:
    post_once(maya, FILE, {"time": "18:05"})
    _decide(bikram, forgot, answer="refuse", reason="We closed at 17")
    outbox.drain()
    decided = mail.outbox[-1]
    assert decided.subject == "Not corrected: Monday, 2 March"
    assert "Bikram refused this correction of Monday, 2 March." in decided.body
    assert "Reason: We closed at 17" in decided.body


def test_a_zero_byte_is_no_word(maya: Client, bikram: Client, forgot: World) -> None:
    assert post_once(maya, FILE, {"time": "18:05", "note": "a\0b"}).status_code == 400
    assert _requests(forgot) == []
    post_once(maya, FILE, {"time": "18:05"})
    assert _decide(bikram, forgot, answer="refuse", reason="a\0b").status_code == 400
    assert not hasattr(_requests(forgot)[0], "decision")


def test_the_day_of_somebody_leads_to_where_it_is_decided(
    maya: Client, bikram: Client, forgot: World
) -> None:
    post_once(maya, FILE, {"time": "18:05"})
    page = bikram.get(f"/team/{forgot.maya.public_id}/day/2026-03-02/")
    assert '<a href="/inbox/">Approve or refuse</a>' in page.text
    assert "Take it back" not in page.text
    assert "Approve or refuse" not in maya.get("/day/2026-03-02/").text
