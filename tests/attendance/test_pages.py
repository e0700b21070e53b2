"""The employee's pages: what they say, and what the answer to each form is."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from attendance.enums import Direction, MarkKind
from attendance.models import FaceConsent, FaceEnrolment, Punch
from attendance.services import decisions, marks, verdicts
from attendance.services.days import person_recompute
from companies.enums import CalendarKind
from companies.models import CalendarDay
from companies.scoping import company_scope
from integrations import photos
from integrations.faces.protocol import Advice
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at
from tests.http import post_once


def _text(html: str) -> str:
    """Return the page's words, blanks evened out."""
    without_scripts = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", without_scripts).split())


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def maya(client: Client, world: World) -> Client:
    client.force_login(world.maya.user)
    return client


def _judge(world: World, first: int = 1, last: int = 4) -> None:
    with company_scope(world.company):
        person_recompute(
            employee=world.maya,
            first=dt.date(2026, 3, first),
            last=dt.date(2026, 3, last),
            now=at("2026-03-04 12:00"),
        )


# --- today ------------------------------------------------------------------------------------
def test_today_offers_the_next_action(maya: Client, world: World) -> None:
    page = maya.get("/")
    text = _text(page.text)
    assert "Good afternoon, Maya" in text
    assert "Day, 09:00–17:30" in text
    assert page.context["label"] == "Check in"
    assert page.context["camera"] == {"mode": "none", "reason": "no_consent"}
    assert "May we compare your face when you check in? You decide." in text


def test_today_after_a_check_in(maya: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-04 09:04")
    page = maya.get("/")
    text = _text(page.text)
    assert page.context["label"] == "Check out"
    assert "Working since 09:04" in text
    assert "2 h 56 min" in text
    assert "On time (shift 09:00, grace 10 min)" in text


def test_today_remembers_a_forgotten_check_out(maya: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-03 09:00")
    _judge(world)
    page = maya.get("/")
    assert page.context["label"] == "Check in"
    text = _text(page.text)
    assert "When did you leave on Tue 3 March? You checked in at 09:00" in text
    assert page.context["missing_out"]["time"] == "17:30"


def test_today_offers_a_break_beside_the_check_out(maya: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-04 09:04")
    page = maya.get("/")
    assert page.context["other"]["label"] == "Start break"
    world.punch(world.maya, "2026-03-04 11:30", Direction.BREAK_START)
    page = maya.get("/")
    assert (page.context["label"], page.context["other"]["label"]) == ("End break", "Check out")
    text = _text(page.text)
    assert "On break since 11:30" in text
    assert "2 h 26 min" in text
    assert maya.get("/punch/pass").json()["other"] == page.context["other"]


def test_a_break_is_recorded_by_a_plain_form_too(maya: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-04 09:04")
    context = maya.get("/").context
    form = {
        "pass": context["pass_text"], "tap_id": str(context["other_tap_id"]),
        "direction": context["other"]["direction"], "no_frame": "no_consent",
    }  # fmt: skip
    answers = [maya.post("/punch", form, headers={"accept": "text/html"}) for _n in range(2)]
    assert [answer["Location"] for answer in answers] == ["/", "/"]
    with company_scope(world.company):
        assert Punch.objects.filter(direction=Direction.BREAK_START).count() == 1
    assert maya.get("/").context["label"] == "End break"


def test_an_answered_action_never_comes_back(maya: Client, world: World) -> None:
    keys = [maya.get("/").context["action_key"]]
    recorded = world.punch(world.maya, "2026-03-04 09:04")
    keys.append(maya.get("/").context["action_key"])
    with company_scope(world.company):
        punch = Punch.objects.select_related("employee").get(public_id=recorded.public_id)
        decisions.punch_void(punch=punch, reason="a test", by=world.hr)
    keys.append(maya.get("/").context["action_key"])
    assert len(set(keys)) == 3


def test_an_open_page_gets_a_fresh_pass(maya: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-04 09:04")
    body = maya.get("/punch/pass").json()
    assert (body["direction"], body["label"]) == ("out", "Check out")
    assert body["action_key"] == maya.get("/").context["action_key"]
    answer = maya.post(
        "/punch",
        {"pass": body["pass"], "tap_id": str(uuid.uuid4()), "direction": "out"},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 201


# --- month and day ----------------------------------------------------------------------------
def _a_week(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:16")
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    world.punch(world.maya, "2026-03-03 09:00")
    world.punch(world.maya, "2026-03-03 13:00", Direction.OUT)
    with company_scope(world.company):
        CalendarDay.objects.create(
            company=world.company, date=dt.date(2026, 3, 5), kind=CalendarKind.HOLIDAY, name="Holi"
        )
        marks.mark_add(
            employee=world.maya, date=dt.date(2026, 3, 6), kind=MarkKind.LEAVE, code="CL",
            source_ref="t", by=world.hr,
        )  # fmt: skip
    _judge(world, 1, 6)


def test_the_month_lists_each_day_with_its_numbers(maya: Client, world: World) -> None:
    _a_week(world)
    page = maya.get("/month/?m=2026-03")
    days = {day["number"]: day for day in page.context["days"]}
    monday, tuesday = days[2], days[3]
    assert (monday["status_text"], monday["in_text"], monday["out_text"]) == (
        "Present", "09:16", "17:30",
    )  # fmt: skip
    assert (monday["worked_text"], monday["late_text"]) == ("7 h 44 min", "Late by 16 min")
    assert (tuesday["status_text"], tuesday["worked_text"]) == ("Half day", "4 h")
    assert days[5]["status_text"] == "Holi"
    assert days[6]["code"] == "CL"
    assert days[4]["is_today"] is True
    assert len(days) == 31
    text = _text(page.text)
    assert "March 2026" in text
    assert "11 h 44 min" in text


@pytest.mark.parametrize("month", ["2026-13", "march", "2026-3-1", "20260", "0000-01"])
def test_a_month_that_is_none_is_not_found(maya: Client, month: str) -> None:
    assert maya.get(f"/month/?m={month}").status_code == 404


@pytest.mark.parametrize("date", ["2026-02-30", "2026-3-1", "tomorrow"])
def test_a_day_that_is_none_is_not_found(maya: Client, date: str) -> None:
    assert maya.get(f"/day/{date}/").status_code == 404


@pytest.mark.parametrize(
    ("month", "status"), [("0001-01", 404), ("9999-12", 404), ("1990-01", 200), ("2400-06", 200)]
)
def test_months_at_the_ends_of_time_do_not_break(maya: Client, month: str, status: int) -> None:
    assert maya.get(f"/month/?m={month}").status_code == status


def test_a_day_says_why(maya: Client, world: World) -> None:
    _a_week(world)
    text = _text(maya.get("/day/2026-03-02/").text)
    for sentence in (
        "Late by 16 min",
        "Shift Day, 09:00 to 17:30.",
        "In 09:16, out 17:30.",
        "Worked 7 h 44 min: present 8 h 14 min, less 30 min of breaks.",
        "First check-in 09:16; the shift starts 09:00, grace 10 min: late by 16 min.",
        "So the day is: Present (P).",
        "face not checked (no camera was found)",
    ):
        assert sentence in text, text


def test_a_day_without_a_row_is_explained_by_the_calendar(maya: Client, world: World) -> None:
    _a_week(world)
    assert "Holi" in _text(maya.get("/day/2026-03-05/").text)


def test_a_day_that_hr_skipped_says_so_and_why(maya: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-03 09:04")
    _judge(world)
    with company_scope(world.company):
        verdicts.day_skip(
            employee=world.maya, date=dt.date(2026, 3, 3), reason="the fair", by=world.hr
        )
    page = maya.get("/day/2026-03-03/")
    assert page.context["status_text"] == "Skipped by HR"
    assert page.context["steps"] == ["HR skipped this day. Reason: the fair."]
    assert "Does not count for this day" in page.text
    days = {day["iso"]: day for day in maya.get("/month/?m=2026-03").context["days"]}
    assert days["2026-03-03"]["status_text"] == "Skipped by HR"


def test_a_night_shift_shows_on_the_day_it_began(client: Client, world: World) -> None:
    client.force_login(world.bikram.user)
    world.punch(world.bikram, "2026-03-02 21:58")
    world.punch(world.bikram, "2026-03-03 06:01", Direction.OUT)
    with company_scope(world.company):
        person_recompute(
            employee=world.bikram, first=dt.date(2026, 3, 2), last=dt.date(2026, 3, 2),
            now=at("2026-03-04 12:00"),
        )  # fmt: skip
    day = {d["number"]: d for d in client.get("/month/?m=2026-03").context["days"]}[2]
    assert (day["in_text"], day["out_text"], day["worked_text"]) == ("21:58", "06:01", "8 h 3 min")


# --- consent and reference pictures -----------------------------------------------------------
def test_agreeing_leads_to_the_pictures(maya: Client, world: World) -> None:
    answer = post_once(maya, "/face/consent/", {"answer": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, "/face/enrol/")
    with company_scope(world.company):
        assert FaceConsent.objects.get().is_given is True


def test_refusing_is_recorded_and_no_picture_is_taken(maya: Client, world: World) -> None:
    answer = post_once(maya, "/face/consent/", {"answer": "no"})
    assert answer["Location"] == "/"
    page = maya.get("/")
    assert page.context["camera"] == {"mode": "none", "reason": "no_consent"}
    assert "Noted: no pictures are taken. You check in without one." in _text(page.text)
    with company_scope(world.company):
        assert FaceConsent.objects.get().is_given is False


def test_the_same_answer_sent_twice_is_one(maya: Client, world: World) -> None:
    data = {"once": str(uuid.uuid4()), "answer": "yes"}
    assert [maya.post("/face/consent/", data).status_code for _n in range(2)] == [302, 302]
    with company_scope(world.company):
        assert FaceConsent.objects.count() == 1


@pytest.mark.parametrize("data", [{}, {"answer": "perhaps"}])
def test_no_answer_is_no_consent(maya: Client, world: World, data: dict[str, str]) -> None:
    page = post_once(maya, "/face/consent/", data)
    assert page["Location"] == "/face/consent/"
    assert "Please choose one of the two answers." in _text(maya.get("/face/consent/").text)
    with company_scope(world.company):
        assert not FaceConsent.objects.exists()


def test_pictures_need_an_answer_first(maya: Client) -> None:
    assert maya.get("/face/enrol/")["Location"] == "/face/consent/"
    assert maya.post("/face/enrol/").json()["code"] == "consent_missing"


def _frame(maya: Client) -> Any:
    frame = SimpleUploadedFile("frame.jpg", jpeg(), "image/jpeg")
    return maya.post("/face/frame", {"frame": frame}).json()


def test_the_guided_capture(maya: Client, world: World, engine: FakeEngine) -> None:
    post_once(maya, "/face/consent/", {"answer": "yes"})
    assert maya.post("/face/enrol/").json() == {"kept": 0, "needed": 3}
    engine.advice = Advice.MOVE_CLOSER
    assert _frame(maya) == {
        "ok": False, "advice": "move_closer", "text": "Move closer.",
        "kept": 0, "needed": 3, "done": False,
    }  # fmt: skip
    engine.advice = Advice.OK
    assert [_frame(maya)["kept"] for _n in range(3)] == [1, 2, 3]
    answer = post_once(maya, "/face/finish")
    assert answer["Location"] == "/"
    page = maya.get("/")
    assert page.context["camera"] == {"mode": "face", "reason": ""}
    assert "From now on your face is compared when you check in." in _text(page.text)


def test_of_a_file_that_is_too_large_no_more_is_read_than_shows_it(
    maya: Client, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_once(maya, "/face/consent/", {"answer": "yes"})
    maya.post("/face/enrol/")
    seen: list[int] = []
    monkeypatch.setattr(photos, "check", lambda data: seen.append(len(data)))
    big = SimpleUploadedFile("frame.jpg", jpeg() + bytes(photos.MOST_BYTES + 99), "image/jpeg")
    maya.post("/face/frame", {"frame": big})
    assert seen == [photos.MOST_BYTES + 1]


def test_a_capture_that_is_not_done_says_what_is_missing(
    maya: Client, world: World, engine: FakeEngine
) -> None:
    post_once(maya, "/face/consent/", {"answer": "yes"})
    maya.post("/face/enrol/")
    _frame(maya)
    assert post_once(maya, "/face/finish")["Location"] == "/face/enrol/"
    assert "2 more pictures are needed." in _text(maya.get("/face/enrol/").text)
    with company_scope(world.company):
        assert FaceEnrolment.objects.get().activated_at is None


def test_frames_are_throttled(maya: Client, engine: FakeEngine) -> None:
    post_once(maya, "/face/consent/", {"answer": "yes"})
    maya.post("/face/enrol/")
    answers = [maya.post("/face/frame", {}).status_code for _n in range(241)]
    assert (answers[239], answers[240]) == (200, 429)
