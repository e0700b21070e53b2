"""Extra and missing minutes as pages show them, and deciding from a day and from the inbox."""

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

from attendance import overtime_pages, overtime_wording
from attendance.models import OvertimeDay
from attendance.selectors.settings import overtime_policy
from companies.models import Employee, OvertimePolicyVersion, Placement
from companies.scoping import company_scope
from tests.attendance.overtime_world import (
    MONDAY,
    NOW,
    give_everybody,
    make_policy,
    rule,
    work,
)
from tests.attendance.test_pages import _text
from tests.attendance.world import World, make_person
from tests.http import post_once

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def later() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def extra(world: World) -> World:
    """Maya, whose manager is Bikram, worked 90 minutes more on Monday and 30 less on Tuesday."""
    with company_scope(world.company):
        banked = rule("Late", "clock", start="18:30", end="22:00", compensation="banked",
                      rate_percent=200)  # fmt: skip
        give_everybody(
            world, make_policy(world, rule(), banked, approval="manager", tracks_missing=True)
        )
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        work(world, world.maya, MONDAY, ("09:00", "19:00"))
        work(world, world.maya, MONDAY + DAY, ("09:30", "17:30"))
    return world


@pytest.fixture
def maya(client: Client, extra: World) -> Client:
    client.force_login(extra.maya.user)
    return client


@pytest.fixture
def bikram(extra: World) -> Client:
    client = Client()
    client.force_login(extra.bikram.user)
    return client


def _row(world: World, date: dt.date = MONDAY) -> OvertimeDay:
    with company_scope(world.company):
        found: OvertimeDay = OvertimeDay.objects.get(employee=world.maya, date=date)
    return found


def _decide(client: Client, world: World, **data: str) -> Any:
    path = f"/team/{world.maya.public_id}/day/{MONDAY}/overtime"
    return post_once(client, path, data)


def test_the_own_day_shows_the_minutes_and_why_and_nothing_to_decide(maya: Client) -> None:
    page = maya.get(f"/day/{MONDAY}/")
    text = _text(page.text)
    assert "1 h 30 min extra" in text
    assert "Waits for the manager" in text
    assert "After the shift 1 h at 100 %, paid 17:30–18:30" in text
    assert "Late 30 min at 200 %, as time off 18:30–19:00" in text
    assert "After the shift: 9 h 30 min worked of 8 h." in text
    assert page.context["overtime"]["decide_url"] == ""


def test_a_day_without_such_minutes_and_a_company_without_policies_show_no_card(
    maya: Client, other_world: World, client: Client
) -> None:
    assert maya.get(f"/day/{MONDAY + 2 * DAY}/").context["overtime"] is None
    client = Client()
    client.force_login(other_world.maya.user)
    assert client.get(f"/day/{MONDAY}/").context["overtime"] is None


def test_the_month_sums_up_and_marks_the_days(maya: Client, bikram: Client, extra: World) -> None:
    text = _text(maya.get("/month/?m=2026-03").text)
    for part in ("Extra 1 h 30 min", "Waits for approval 2 days", "1 h 30 min extra, waits"):
        assert part in text
    assert _decide(bikram, extra, answer="approve").status_code == 302
    text = _text(bikram.get(f"/team/{extra.maya.public_id}/month/?m=2026-03").text)
    for part in ("Extra that counts 1 h 30 min", "Of it as time off 30 min",
                 "Waits for approval 1 day"):  # fmt: skip
        assert part in text


def test_the_teams_month_has_a_column_where_there_is_a_policy(
    bikram: Client, extra: World, other_world: World
) -> None:
    page = bikram.get("/team/month/?m=2026-03")
    assert page.context["total_heads"][-1] == "Extra"
    assert page.context["rows"][0]["totals"][-1] == "– …"
    _decide(bikram, extra, answer="approve")
    assert bikram.get("/team/month/?m=2026-03").context["rows"][0]["totals"][-1] == "1:30 …"
    with company_scope(other_world.company):
        Placement.objects.filter(employee=other_world.maya).update(manager=other_world.bikram)
    client = Client()
    client.force_login(other_world.bikram.user)
    assert client.get("/team/month/?m=2026-03").context["total_heads"][-1] == "Worked"


def test_the_teams_month_asks_as_often_for_three_as_for_one(bikram: Client, extra: World) -> None:
    counts = []
    for n in range(2):
        if n:
            with company_scope(extra.company):
                for name in ("Sita", "Gita"):
                    person = make_person(extra.company, name, extra.office, extra.day_shift)
                    Placement.objects.filter(employee=person).update(manager=extra.bikram)
                    work(extra, person, MONDAY, ("09:00", "19:00"))
        bikram.get("/team/month/?m=2026-03")
        with CaptureQueriesContext(connection) as queries:
            bikram.get("/team/month/?m=2026-03")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("data", "expected", "said"),
    [
        ({"answer": "approve"}, ("approved", 90, 0), "Bikram approved 1 h 30 min extra"),
        ({"answer": "refuse", "reason": "Dinner"}, ("refused", 0, 0), "Bikram refused"),
        ({"answer": "set", "extra": "1:10", "missing": "", "reason": "Dinner"},
         ("set", 70, 0), "Bikram let 1 h 10 min extra count"),
        ({"answer": "set", "extra": "45", "missing": "5", "reason": "Dinner"},
         ("set", 45, 5), "Bikram let 45 min extra, 5 min missing count"),
    ],
)  # fmt: skip
def test_a_manager_decides_from_the_day(
    bikram: Client, extra: World, data: dict[str, str], expected: tuple[str, int, int], said: str
) -> None:
    answer = _decide(bikram, extra, **data)
    assert answer.url == f"/team/{extra.maya.public_id}/day/{MONDAY}/"
    row = _row(extra)
    assert (row.state, row.counted_extra, row.counted_missing) == expected
    text = _text(bikram.get(answer.url).text)
    assert said in text
    assert "Decided. Maya is told." in text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"answer": "refuse"}, "Please give a reason."),
        ({"answer": "set", "extra": "1:70", "reason": "x"}, "Write the time like 1:20"),
        ({"answer": "set", "extra": "much", "reason": "x"}, "Write the time like 1:20"),
        ({"answer": "set", "extra": "99:00", "reason": "x"}, "no more than 48 hours"),
    ],
)
def test_what_cannot_be_is_said(
    bikram: Client, extra: World, data: dict[str, str], sentence: str
) -> None:
    answer = _decide(bikram, extra, **data)
    assert sentence in _text(bikram.get(answer.url).text)
    assert _row(extra).state == "waiting"


def test_outsiders_find_nothing(maya: Client, extra: World, other_world: World) -> None:
    stranger = Client()
    stranger.force_login(other_world.bikram.user)
    for client in (maya, stranger):
        assert _decide(client, extra, answer="approve").status_code == 404
    manager = Client()
    with company_scope(other_world.company):
        Placement.objects.filter(employee=other_world.maya).update(manager=other_world.bikram)
    manager.force_login(other_world.bikram.user)
    assert _decide(manager, extra, answer="approve").status_code == 404
    path = f"/team/{uuid.uuid4()}/day/{MONDAY}/overtime"
    assert post_once(manager, path, {"answer": "approve"}).status_code == 404
    assert manager.get(path).status_code == 405


# --- the inbox --------------------------------------------------------------------------------
def _item(world: World, date: dt.date = MONDAY) -> str:
    return f"overtime:{_row(world, date).public_id}"


def test_the_inbox_decides_in_bulk_and_takes_back(bikram: Client, extra: World) -> None:
    text = _text(bikram.get("/inbox/").text)
    assert "1 h 30 min extra" in text
    assert "30 min missing" in text
    items = [_item(extra), _item(extra, MONDAY + DAY)]
    bikram.post("/inbox/decide", {"item": items, "answer": "approve"})
    assert [_row(extra, date).state for date in (MONDAY, MONDAY + DAY)] == ["approved"] * 2
    # The same answer again changes nothing.
    bikram.post("/inbox/decide", {"item": items, "answer": "approve"})
    text = _text(bikram.get("/inbox/").text)
    assert "1 h 30 min extra, Mon 2 March" in text
    for _ in range(2):
        bikram.post("/inbox/take-back", {"item": items[0]})
        assert _row(extra).state == "waiting"
    bikram.post("/inbox/decide", {"item": items[0], "answer": "refuse", "reason": "Dinner"})
    assert _row(extra).state == "refused"


def test_nobody_finds_their_own_in_the_inbox(maya: Client, extra: World) -> None:
    maya.post("/inbox/decide", {"item": _item(extra), "answer": "approve"})
    assert _row(extra).state == "waiting"


def test_hr_alone_decides_about_who_has_left(bikram: Client, extra: World) -> None:
    with company_scope(extra.company):
        Employee.objects.filter(pk=extra.maya.pk).update(left_on=MONDAY + DAY)
    assert bikram.get("/inbox/").context["entries"] == []
    hari = Client()
    hari.force_login(extra.hari.user)
    entries = hari.get("/inbox/").context["entries"]
    assert [(entry.hints, entry.url) for entry in entries] == [
        (("Does not work here any more.",), "")
    ] * 2
    hari.post("/inbox/decide", {"item": _item(extra), "answer": "approve"})
    assert _row(extra).state == "approved"


# --- words ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1:20", 80), (" 80 ", 80), ("0", 0), ("1.05", 65), ("1:60", None), ("x", None),
     ("-5", None), ("12345", None), ("", None)],
)  # fmt: skip
def test_minutes_are_read_as_people_write_them(text: str, minutes: int | None) -> None:
    assert overtime_pages.minutes_read(text) == minutes


def test_a_policy_in_sentences(world: World) -> None:
    rules = [
        rule("A", employer_tolerance_minutes=15, employee_tolerance_minutes=10),
        rule("B", "week", beyond_minutes=2400, daily_cap_minutes=120),
        rule("C", beyond_minutes=480, tolerance="edge", employer_tolerance_minutes=5),
        rule("D", "clock", start="22:00", end="06:00", days="all", rate_percent=150),
        rule("E", "clock", start="18:00", end="20:00", days="off"),
        rule("F", "clock", start="18:00", end="20:00"),
        rule("G", "outside_schedule"), rule("H", "days_off", compensation="banked"),
        rule("I", "week"),
    ]  # fmt: skip
    knobs = {"approval": "manager", "count_before_start": False, "dating": "midnight",
             "tracks_missing": True}  # fmt: skip
    with company_scope(world.company):
        make_policy(world, *rules, **knobs)
        version = OvertimePolicyVersion.objects.select_related("policy").get()
        words = overtime_wording.policy_words(overtime_policy(version))
        plain = OvertimePolicyVersion(policy=version.policy, rules=[])
        nothing = overtime_wording.policy_words(overtime_policy(plain))
    assert words == [
        "A – What is worked beyond the day's shift: 100 %, paid; only above 15 min; "
        "up to 10 min missing are forgiven.",
        "B – What is worked beyond 40 h a week: 100 %, paid; at most 2 h a day.",
        "C – What is worked beyond 8 h a day: 100 %, paid; "
        "only above 5 min at the start or the end.",
        "D – 22:00 to 06:00 on all days: 150 %, paid.",
        "E – 18:00 to 20:00 on days off and holidays: 100 %, paid.",
        "F – 18:00 to 20:00 on working days: 100 %, paid.",
        "G – What is worked outside the shift: 100 %, paid.",
        "H – What is worked on days off and holidays: 100 %, as time off.",
        "I – What is worked beyond the week's shifts: 100 %, paid.",
        "Minutes before the start of a working day count for nothing.",
        "Missing minutes are counted too.",
        "Time after midnight counts on its own date.",
        "Minutes count once the manager has approved them.",
    ]
    assert nothing == [
        "Nothing is ever extra.",
        "A short day counts as nothing missing.",
        "Minutes count by themselves.",
    ]
