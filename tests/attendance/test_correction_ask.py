"""The page "this is wrong", the list of one's own requests, and what the manager sees of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import CorrectionKind, Direction, MarkKind
from attendance.models import AttendanceDay, CorrectionRequest, Punch
from attendance.rules.corrections import Wanted
from attendance.services import corrections, marks
from attendance.services.days import person_recompute
from companies import outbox
from companies.models import Employee, Placement, PolicyVersion
from companies.once import FIELD
from companies.scoping import company_scope
from tests.attendance.test_pages import _text
from tests.attendance.world import START, ZONE, World, at
from tests.http import post_once

MONDAY = dt.date(2026, 3, 2)
WRONG = "/day/2026-03-02/wrong/"
TIMES = {"kind": "punches", "in_1": "09:00", "note": "the gate was closed"}


@pytest.fixture(autouse=True)
def evening() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-06 20:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def week(world: World) -> World:
    """Maya, whose manager is Bikram, came at 11:20 on Monday by the clocks, then nobody knows."""
    world.punch(world.maya, "2026-03-02 11:20")
    world.punch(world.maya, "2026-03-02 17:40", Direction.OUT)
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        person_recompute(
            employee=world.maya, first=dt.date(2026, 2, 27), last=dt.date(2026, 3, 6),
            now=at("2026-03-06 20:00"),
        )  # fmt: skip
    return world


@pytest.fixture
def maya(client: Client, week: World) -> Client:
    client.force_login(week.maya.user)
    return client


@pytest.fixture
def bikram(week: World) -> Client:
    client = Client()
    client.force_login(week.bikram.user)
    return client


def _came(world: World) -> str:
    with company_scope(world.company):
        return str(Punch.objects.get(direction="in", source="web").public_id)


def _requests(world: World) -> list[CorrectionRequest]:
    with company_scope(world.company):
        return list(CorrectionRequest.objects.order_by("id"))


def _status(world: World, date: dt.date = MONDAY) -> str:
    with company_scope(world.company):
        found: str = AttendanceDay.objects.get(employee=world.maya, date=date).status
        return found


def _decide(client: Client, world: World, answer: str = "approve", **data: str) -> HttpResponse:
    items = [f"correction:{request.public_id}" for request in _requests(world)]
    return client.post("/inbox/decide", {"item": items, "answer": answer, **data})  # type: ignore[return-value]


def _errors(answer: Any) -> list[str]:
    found: list[str] = answer.context["errors"]
    return found


# --- the form -----------------------------------------------------------------------------------
def test_a_day_leads_to_what_is_wrong_with_it(maya: Client) -> None:
    assert f'href="{WRONG}">This is wrong' in maya.get("/day/2026-03-02/").text
    text = _text(maya.get(WRONG).text)
    assert "What is wrong on Monday, 2 March?" in text
    assert "Tick what was not so Check in at 11:20 Check out at 17:40" in text
    assert "Send to my manager" not in text


def test_a_day_to_come_is_not_wrong_yet(maya: Client) -> None:
    assert maya.get("/day/2026-03-09/").context["wrong_url"] == ""
    page = maya.get("/day/2026-03-09/wrong/")
    assert "Monday, 9 March has not come yet." in _text(page.text)
    assert 'name="note"' not in page.text


def test_the_days_are_shown_as_they_are_and_would_be_before_it_is_sent(
    maya: Client, week: World
) -> None:
    data = {**TIMES, "voids": [_came(week)], "look": "1"}
    page = post_once(maya, WRONG, data)
    text = _text(page.text)
    assert (
        "What it would change Day Now Then Mon 2 March Half day, 5 h 50 min, late by 2 h 20 min "
        "Present, 8 h 10 min" in text
    )
    assert "Send to my manager" in text
    assert f'value="{_came(week)}" checked' in page.text
    assert 'name="in_1" type="time" value="09:00"' in page.text
    assert _requests(week) == []


def test_what_changes_nothing_says_so(maya: Client, week: World) -> None:
    data = {**TIMES, "in_1": "11:20", "voids": [_came(week)], "look": "1"}
    assert "late by 2 h 20 min the same" in _text(post_once(maya, WRONG, data).text)


def test_it_is_sent_decided_and_told(maya: Client, bikram: Client, week: World) -> None:
    answer = post_once(maya, WRONG, {**TIMES, "voids": [_came(week)]})
    assert answer["Location"] == "/day/2026-03-02/"
    text = _text(maya.get("/day/2026-03-02/").text)
    assert "Filed for your manager: check in at 09:00; not: Check in at 11:20." in text
    assert "Waits for the manager “the gate was closed”" in text
    line = _text(bikram.get("/inbox/").text)
    assert (
        "Maya · Mon 2 March Check in at 09:00; not: Check in at 11:20 "
        "Half day, 5 h 50 min, late by 2 h 20 min → Present, 8 h 10 min “the gate was closed”"
    ) in line
    _decide(bikram, week)
    assert _status(week) == "P"
    outbox.drain()
    asked, decided = mail.outbox
    assert "Check in at 09:00; not: Check in at 11:20" in asked.body
    assert (decided.to, decided.subject) == (["maya@kettle.example"], "Corrected: Monday, 2 March")
    assert "Approved by Bikram" in _text(maya.get("/corrections/").text)


def test_several_days_are_asked_for_and_decided_in_bulk(
    maya: Client, bikram: Client, week: World
) -> None:
    data = {"kind": "work_from_home", "last_on": "2026-03-05", "note": "a flood"}
    assert post_once(maya, WRONG, {**data, "look": "1"}).context["effects"] == [
        {
            "date": "Mon 2 March", "is_change": True,
            "before": "Half day, 5 h 50 min, late by 2 h 20 min",
            "after": "Work from home, 5 h 50 min, late by 2 h 20 min",
        },
        *(
            {"date": date, "before": "Absent", "after": "Work from home", "is_change": True}
            for date in ("Tue 3 March", "Wed 4 March", "Thu 5 March")
        ),
    ]  # fmt: skip
    post_once(maya, WRONG, data)
    post_once(maya, "/day/2026-03-06/wrong/", {"kind": "on_duty", "note": "a fair"})
    line = _text(bikram.get("/inbox/").text)
    assert "Maya · Mon 2 March – Thu 5 March Work from home Mon 2 March: Half day" in line
    assert "Wed 4 March: Absent → Work from home; and 1 more day “a flood”" in line
    _decide(bikram, week)
    assert [_status(week, dt.date(2026, 3, day)) for day in range(2, 7)] == [*["WFH"] * 4, "OD"]


def test_a_double_tap_asks_once(maya: Client, week: World) -> None:
    data = {FIELD: str(uuid.uuid4()), **TIMES, "voids": [_came(week)]}
    assert [maya.post(WRONG, data)["Location"] for _n in range(2)] == ["/day/2026-03-02/"] * 2
    assert len(_requests(week)) == 1


WRONGLY: dict[str, tuple[dict[str, Any], str]] = {
    "no reason": ({"note": " "}, "Please give a reason."),
    "no kind": ({"kind": ""}, "Choose what is wrong."),
    "no time": ({"in_1": "soon"}, "Write the time as 17:30."),
    "nothing": ({"in_1": ""}, "Enter a time."),
    "a strange punch": (
        {"voids": [str(uuid.uuid4())]},
        "A time you ticked counts for this day no more. Look again.",
    ),
    "clashes": (
        {"in_1": "12:00"},
        "The check-in at 12:00 (2 Mar) lies inside 11:20 (2 Mar) – 17:40 (2 Mar).",
    ),
    "reversed": (
        {"kind": "on_duty", "last_on": "2026-03-01"}, "The last day is before the first."
    ),
    "to come": (
        {"kind": "on_duty", "last_on": "2026-03-07"},
        "Saturday, 7 March has not come yet. A day is corrected once it is here.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONGLY)
@pytest.mark.parametrize("look", [{}, {"look": "1"}], ids=["sent", "looked at"])
def test_what_is_wrongly_filled_in_is_said(
    maya: Client, week: World, case: str, look: dict[str, str]
) -> None:
    data, sentence = WRONGLY[case]
    answer = post_once(maya, WRONG, {**TIMES, **data, **look})
    assert (answer.status_code, _errors(answer)) == (200, [sentence])
    assert _requests(week) == []


def test_the_next_day_is_meant_where_it_is_ticked_or_follows(maya: Client, week: World) -> None:
    for data, hours in (
        ({"in_1": "22:00", "out_1": "06:00"}, (22, 6)),
        ({"in_1": "00:30", "out_1": "06:00", "next_1": "1"}, (0, 6)),
    ):
        post_once(maya, "/day/2026-03-04/wrong/", {**TIMES, **data})
        with company_scope(week.company):
            request = CorrectionRequest.objects.latest("id")
            found = [line.occurred_at for line in request.punches.all()]
            corrections.correction_withdraw(request=request, by=week.actor(week.maya))
        date = "2026-03-05" if "next_1" in data else "2026-03-04"
        assert found == [
            at(f"{date} {hours[0]:02}:{30 * (hours[0] == 0):02}"), at("2026-03-05 06:00"),
        ]  # fmt: skip


def test_a_time_that_the_clocks_went_past_is_refused(maya: Client, week: World) -> None:
    with company_scope(week.company):
        Placement.objects.filter(employee=week.maya).update(zone="Europe/Berlin")
    with time_machine.travel(at("2026-04-02 20:00"), tick=False):
        answer = post_once(maya, "/day/2026-03-29/wrong/", {**TIMES, "in_1": "02:30"})
    assert _errors(answer) == ["The clocks went past 02:30 that day: there was no such time."]


def test_only_what_the_company_offers_is_shown(maya: Client, week: World) -> None:
    with company_scope(week.company):
        PolicyVersion.objects.create(
            company=week.company,
            starts_on=START,
            zone=ZONE,
            offers_on_duty=False,
        )
    page = maya.get(WRONG)
    assert [kind["value"] for kind in page.context["kinds"]] == ["punches", "work_from_home"]
    answer = post_once(maya, WRONG, {**TIMES, "kind": "on_duty"})
    assert _errors(answer) == ["Your company does not take this here. Ask HR."]


def test_what_waits_is_said_before_anything_is_typed(maya: Client, week: World) -> None:
    post_once(maya, WRONG, {**TIMES, "voids": [_came(week)]})
    for answer in (maya.get(WRONG), post_once(maya, WRONG, TIMES)):
        assert "You have told your manager about this day already." in _text(
            answer.content.decode()
        )
    assert len(_requests(week)) == 1


def test_who_works_nowhere_has_no_corrections(week: World) -> None:
    client = Client()
    with company_scope(week.company):
        Employee.objects.filter(pk=week.hari.pk).update(user=None)
    client.force_login(week.hari.user)
    assert [client.get(path).status_code for path in (WRONG, "/corrections/")] == [404, 404]


# --- one's own list -----------------------------------------------------------------------------
def _ask(world: World, day: int, last: int = 0) -> None:
    first = dt.date(2026, 1, day)
    wanted = Wanted(
        kind=CorrectionKind.ON_DUTY, first=first, last=first.replace(day=last or day),
        with_days_off=True,
    )  # fmt: skip
    with company_scope(world.company):
        corrections.correction_ask(wanted=wanted, note="a fair", by=world.actor(world.maya))


def test_an_empty_list_says_how_to_begin(maya: Client) -> None:
    assert "Open a day of your month and choose “This is wrong”." in _text(
        maya.get("/corrections/").text
    )


def test_the_list_shows_what_became_of_each(maya: Client, bikram: Client, week: World) -> None:
    post_once(maya, WRONG, {**TIMES, "voids": [_came(week)]})
    _decide(bikram, week)
    (request,) = _requests(week)
    cancel = f"/team/corrections/{request.public_id}/cancel"
    assert cancel in bikram.get(f"/team/{week.maya.public_id}/day/2026-03-02/").text
    answer = post_once(bikram, cancel, {"reason": "the gate was open"})
    assert answer["Location"] == f"/team/{week.maya.public_id}/day/2026-03-02/"
    assert "Taken back. Maya is told." in _text(bikram.get(answer["Location"]).text)
    assert _status(week) == "HD"
    text = _text(maya.get("/corrections/").text)
    assert (
        "Check in at 09:00; not: Check in at 11:20 Taken back by Bikram “the gate was closed” "
        "Asked on Fri 6 March, 20:00 Approved by Bikram, Fri 6 March, 20:00 "
        "Taken back by Bikram, Fri 6 March, 20:00 Reason: the gate was open"
    ) in text
    outbox.drain()
    assert mail.outbox[-1].subject == "Taken back: the correction of Monday, 2 March"
    assert "Reason: the gate was open" in mail.outbox[-1].body
    post_once(bikram, cancel, {"reason": "again"})
    assert "Only what is approved can be taken back, and only once." in _text(
        bikram.get("/inbox/").text
    )


def test_only_who_answers_for_the_person_takes_an_approval_back(
    maya: Client, bikram: Client, week: World
) -> None:
    post_once(maya, WRONG, {**TIMES, "voids": [_came(week)]})
    _decide(bikram, week)
    (request,) = _requests(week)
    cancel = f"/team/corrections/{request.public_id}/cancel"
    assert post_once(maya, cancel, {"reason": "x"}).status_code == 404
    with company_scope(week.company):
        Placement.objects.filter(employee=week.maya).update(manager=None)
        Placement.objects.filter(employee=week.hari).update(manager=week.bikram)
    assert post_once(bikram, cancel, {"reason": "x"}).status_code == 404
    assert _status(week) == "P"


def test_one_takes_back_from_the_list(maya: Client, week: World) -> None:
    _ask(week, 5)
    (request,) = _requests(week)
    answer = post_once(maya, f"/corrections/{request.public_id}/withdraw", {"back": "corrections"})
    assert answer["Location"] == "/corrections/"
    assert "On duty elsewhere, on days off too Taken back “a fair”" in _text(
        maya.get("/corrections/").text
    )


def test_a_long_list_has_pages(maya: Client, week: World) -> None:
    for day in range(2, 28):
        _ask(week, day)
    first = maya.get("/corrections/")
    assert (len(first.context["requests"]), first.context["after_url"]) == (25, "/corrections/?p=2")
    second = maya.get("/corrections/?p=2")
    assert (len(second.context["requests"]), second.context["before_url"]) == (
        1, "/corrections/?p=1",
    )  # fmt: skip


def test_a_request_that_the_day_has_overtaken_says_so_to_who_decides(
    maya: Client, bikram: Client, week: World
) -> None:
    post_once(maya, WRONG, {"kind": "on_duty", "note": "a fair"})
    with company_scope(week.company):
        marks.mark_add(
            employee=week.maya, date=MONDAY, kind=MarkKind.LEAVE, source_ref="t", by=week.hr
        )
    assert "The days have changed since: look before you decide." in _text(
        bikram.get("/inbox/").text
    )
    _decide(bikram, week)
    assert "Maya: Monday, 2 March is a day of leave." in _text(bikram.get("/inbox/").text)


def test_an_open_day_and_one_that_stays_are_said_too(maya: Client, bikram: Client) -> None:
    today = {"kind": "punches", "in_1": "09:00", "note": "forgot"}
    answer = post_once(maya, "/day/2026-03-06/wrong/", {**today, "look": "1"})
    assert answer.context["effects"] == [
        {
            "date": "Fri 6 March", "before": "Absent", "is_change": True,
            "after": "Incomplete",
        },
    ]  # fmt: skip
    post_once(maya, "/day/2026-02-28/wrong/", {**today, "kind": "on_duty", "with_days_off": "1"})
    post_once(maya, WRONG, {"kind": "punches", "in_1": "18:00", "out_1": "18:00:30", "note": "x"})
    assert "Weekly off → On duty" in _text(bikram.get("/inbox/").text)


def test_today_says_that_a_correction_of_the_forgotten_day_waits(maya: Client, week: World) -> None:
    week.punch(week.maya, "2026-03-05 09:00")
    with company_scope(week.company):
        date = dt.date(2026, 3, 5)
        person_recompute(employee=week.maya, first=date, last=date, now=at("2026-03-06 20:00"))
    post_once(maya, "/day/2026-03-05/wrong/", {"kind": "on_duty", "note": "a fair"})
    assert "Filed for your manager: a correction of Thu 5 March." in _text(maya.get("/").text)


# --- statements ---------------------------------------------------------------------------------
def _statements(client: Client, path: str, counted: Any) -> int:
    client.get(path)
    with counted() as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.fixture
def counted() -> Any:
    return lambda: CaptureQueriesContext(connection)


@pytest.mark.parametrize("path", ["/corrections/", "/inbox/"])
def test_three_requests_cost_what_one_costs(
    maya: Client, bikram: Client, week: World, counted: Any, path: str
) -> None:
    client = maya if path == "/corrections/" else bikram
    post_once(maya, WRONG, {**TIMES, "voids": [_came(week)]})
    one = _statements(client, path, counted)
    _ask(week, 5)
    _ask(week, 12, 14)
    assert _statements(client, path, counted) == one
