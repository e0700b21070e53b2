"""Asking for leave on its page: the form, its count while one types, and what it refuses."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Department, Employee, Placement
from companies.once import FIELD
from companies.scoping import company_scope
from leave.enums import Taken, Unit
from leave.models import BlockDate, LeaveAttachment, LeaveRequest, LeaveRequestState, LeaveType
from tests.attendance.test_pages import _text
from tests.attendance.world import make_world
from tests.http import post_once
from tests.integrations.test_documents import PDF
from tests.leave.world import Leave, d, n

ASK, COUNT = "/leave/ask/", "/leave/ask/count"


@pytest.fixture
def maya(leave: Leave, client: Client) -> Client:
    client.force_login(leave.maya.user)
    return client


def _login(person: Employee) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def _asked(leave: Leave, first: str, last: str = "", **more: Any) -> dict[str, Any]:
    kind: LeaveType = more.pop("kind", leave.annual)
    return {
        "type": str(kind.public_id), "first_on": d(first).isoformat(),
        "last_on": d(last or first).isoformat(), **more,
    }  # fmt: skip


def _count(client: Client, **data: Any) -> str:
    page = client.get(COUNT, data)
    assert page.status_code == 200
    return _text(page.text)


# --- the form ---------------------------------------------------------------------------------
def test_the_form_offers_kinds_with_what_is_available(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    leave.submit("03-05")
    leave.type("Sick", "SL", needs_allocation=False, attachment_after=n("2"))
    leave.type("Maternity", "ML", employment_types=["intern"])
    old = leave.type("Old", "OL")
    LeaveType.objects.filter(pk=old.pk).update(is_offered=False)
    hours = leave.type("Hours", "HL", unit=Unit.HOUR, draws_on=leave.annual, hours_per_day=n("8"))
    page = maya.get(ASK)
    found = [(each["name"], each["has"], each["unit"]) for each in page.context["offers"]]
    assert found == [
        ("Annual", "19 days available", "half_day"),
        ("Hours", "152 hours available", "hour"),
        ("Sick", "needs no balance", "half_day"),
    ]
    assert [each["file_above"] for each in page.context["offers"]] == ["", "", "2"]
    assert hours.public_id in {uuid.UUID(each["id"]) for each in page.context["offers"]}


def test_where_there_is_no_kind_of_leave_the_page_says_what_to_do(
    leave: Leave, maya: Client
) -> None:
    LeaveType.objects.update(is_offered=False)
    assert "HR has set up no kind of leave for you." in _text(maya.get(ASK).text)


def test_an_address_may_say_what_is_asked_for(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    page = maya.get(ASK, _asked(leave, "03-05", "03-06"))
    assert page.context["offers"][0]["is_chosen"]
    assert 'value="2026-03-05"' in page.text
    assert "2 days: Thu and Fri" in _text(page.text)
    page = maya.get(ASK, {"type": str(leave.annual.public_id)})
    assert page.context["offers"][0]["is_chosen"]
    assert "Choose the first day" not in page.text


def test_a_request_is_sent_and_waits(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    answer = post_once(
        maya, ASK, _asked(leave, "03-05", "03-09", note="A wedding", handover_note="Bikram"),
    )  # fmt: skip
    made = LeaveRequest.objects.get()
    assert answer["Location"] == f"/leave/requests/{made.public_id}/"
    assert (made.first_on, made.last_on, made.note, made.handover_note) == (
        d("03-05"), d("03-09"), "A wedding", "Bikram",
    )  # fmt: skip
    assert made.status.amount == 3
    text = _text(maya.get(answer["Location"]).text)
    assert "Sent. You hear by mail, and here, how it is decided." in text


def test_one_date_needs_no_last_one_and_has_one_part(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    for first_part, last_part, expected in (
        ("full", "", "full"), ("am", "full", "am"), ("full", "pm", "pm"), ("am", "am", "am"),
        ("am", "pm", "full"),
    ):  # fmt: skip
        data = _asked(leave, "03-05", first_part=first_part, last_part=last_part, last_on="")
        data["last_on"] = ""
        post_once(maya, ASK, data)
        made = LeaveRequest.objects.latest("pk")
        assert (made.first_part, made.last_part, made.last_on) == (expected, expected, d("03-05"))
        post_once(maya, f"/leave/requests/{made.public_id}/withdraw")


def test_the_same_form_sent_twice_is_one_request(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    data = {FIELD: str(uuid.uuid4()), **_asked(leave, "03-05")}
    answers = [maya.post(ASK, data)["Location"] for _n in range(2)]
    assert answers[0] == answers[1]
    assert LeaveRequest.objects.count() == 1


def test_without_a_script_a_button_counts_and_sends_nothing(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    page = post_once(maya, ASK, _asked(leave, "03-05", "03-09", count="1", note="A wedding"))
    assert "3 days: Thu, Fri and Mon" in _text(page.content.decode())
    assert "A wedding" in page.content.decode()
    assert not LeaveRequest.objects.exists()


# --- the count --------------------------------------------------------------------------------
def test_the_count_says_which_days_what_is_off_and_what_is_left(leave: Leave, maya: Client) -> None:
    leave.grant("7.5")
    leave.grant("2", "01-01", "03-31")
    text = _count(maya, **_asked(leave, "03-05", "03-09"))
    assert "3 days: Thu, Fri and Mon Sat and Sun are off. 6.5 days left after it" in text
    assert "Thu 5 March 1 day counted" in text
    assert "Sat 7 March 0 days weekly off" in text
    assert "Balance on the last day 9.5 days This request −3 days Left after it 6.5 days" in text
    text = _count(maya, **_asked(leave, "03-05", "03-05", first_part="am", last_part="am"))
    assert "0.5 days: Thu (first half) 9 days left after it, 1.5 of them until Tue 31 March" in text


def test_a_long_stretch_is_told_by_its_ends(leave: Leave, maya: Client) -> None:
    sick = leave.type("Sick", "SL", needs_allocation=False)
    text = _count(maya, **_asked(leave, "03-05", "04-10", kind=sick))
    assert "27 days: Thu 5 March to Fri 10 April" in text
    assert "left after it" not in text
    text = _count(maya, **_asked(leave, "03-05", "06-05", kind=sick))
    assert "26 days not counted (weekly off)" in text


def test_a_holiday_is_named(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    from companies.models import CalendarDay

    for date, name in (("03-05", "Holi"), ("03-06", "Holi, the second day")):
        CalendarDay.objects.create(
            company=leave.world.company, date=d(date), kind="holiday", name=name
        )
    text = _count(maya, **_asked(leave, "03-05", "03-06"))
    assert "Thu and Fri are holidays (Holi and Holi, the second day)" in text
    assert "None of these days would be counted: holiday." in text
    text = _count(maya, **_asked(leave, "03-04", "03-05"))
    assert "1 day: Wed Thu is a holiday (Holi). 19 days left" in text
    assert "Thu 5 March 0 days holiday: Holi" in text


def test_hours_are_counted_in_the_shift(leave: Leave, maya: Client) -> None:
    hours = leave.type("Hours", "HL", unit=Unit.HOUR, needs_allocation=False)
    one = _asked(leave, "03-05", kind=hours, starts_at="09:00", ends_at="11:30")
    assert "2.5 hours: Thu" in _count(maya, **one)
    post_once(maya, ASK, one)
    made = LeaveRequest.objects.get()
    assert (made.starts_at, made.ends_at) == (dt.time(9), dt.time(11, 30))
    for changes, words in (
        ({"ends_at": ""}, "Give both times, or none for the whole day."),
        ({"ends_at": "09:00"}, "The end is the same as the beginning."),
        ({"ends_at": "soon"}, "Write the time as 14:30."),
        ({"last_on": "2026-03-06"}, "Hours are asked for on one date."),
        ({"type": str(leave.annual.public_id)}, "This leave is not taken by the hour."),
    ):
        assert words in _count(maya, **{**one, **changes})


def test_nothing_chosen_yet_is_no_mistake(leave: Leave, maya: Client) -> None:
    hint = "Choose the kind and the dates: here you see what it counts."
    assert _count(maya) == hint
    assert _count(maya, type=str(leave.annual.public_id)) == hint
    assert _count(maya, first_on="2026-03-05") == hint


REFUSALS = {
    "reversed": ({"first_on": "2026-03-06"}, "The last day is before the first."),
    "no date": ({"first_on": "yesterday"}, "Enter a valid date."),
    "too long": ({"last_on": "2028-09-01"}, "Ask for two years at once at most."),
    "far away": (
        {"first_on": "2226-03-05", "last_on": "2226-03-05"},
        "Choose dates within three years from today.",
    ),
    "a foreign part": ({"first_part": "night"}, "night is not one of the available choices."),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_no_request_says_why(leave: Leave, maya: Client, case: str) -> None:
    leave.grant("20")
    changes, words = REFUSALS[case]
    data = {**_asked(leave, "03-05"), **changes}
    assert words in _count(maya, **data)
    assert words in _text(post_once(maya, ASK, data).content.decode())
    assert not LeaveRequest.objects.exists()


def test_a_kind_of_another_company_is_as_none(leave: Leave, maya: Client) -> None:
    other = make_world("other")
    with company_scope(other.company):
        foreign = Leave(other).annual
    for text in (str(foreign.public_id), str(uuid.uuid4()), "annual"):
        data = {**_asked(leave, "03-05"), "type": text}
        assert "Choose what kind of leave." in _count(maya, **data)
        assert "Choose what kind of leave." in _text(post_once(maya, ASK, data).content.decode())


def test_each_rule_that_says_no_is_told_with_its_sum(leave: Leave, maya: Client) -> None:
    leave.grant("2")
    leave.submit("03-12")
    data = _asked(leave, "03-05", "03-06")
    for text in (_count(maya, **data), _text(post_once(maya, ASK, data).content.decode())):
        assert "1 more than there is, from 6 March 2026 on." in text
        assert (
            "Balance on the last day 2 days Waits for a decision −1 day This request −2 days"
            in text
        )
    BlockDate.objects.create(
        company=leave.world.company, name="Audit.", first_on=d("03-06"), last_on=d("03-06")
    )
    assert "No leave is given on 6 March 2026. Audit." in _count(maya, **data)
    assert "There is other leave on 12 March 2026 already. See the other leave" in _count(
        maya, **_asked(leave, "03-12")
    )
    assert LeaveRequest.objects.count() == 1


def test_who_else_of_the_team_is_off_is_told_and_never_why(leave: Leave, maya: Client) -> None:
    world = leave.world
    looms = Department.objects.create(company=world.company, name="Looms")
    Placement.objects.filter(employee__in=(world.maya, world.bikram)).update(department=looms)
    free = leave.type("Free", "FR", needs_allocation=False)
    theirs = {"leave_type": free, "employee": world.bikram, "by": world.actor(world.bikram)}
    leave.approve(leave.submit("03-05", "03-06", **theirs, note="An operation"), by=leave.hr)
    leave.submit("03-09", **theirs)
    leave.submit("03-06", leave_type=free, employee=world.hari, by=leave.hr)
    text = _count(maya, **_asked(leave, "03-06", "03-09", kind=free))
    assert "Of your team, then Bikram is off, Fri 6 March Bikram asks for Mon 9 March" in text
    assert "Hari" not in text
    assert "operation" not in text


# --- days turned into another leave -----------------------------------------------------------
def test_planned_days_are_turned_into_sick_leave(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    sick = leave.type("Sick", "SL", needs_allocation=False, converts_planned=True)
    planned = leave.approve(leave.submit("03-05", "03-09"))
    data = _asked(leave, "03-05", "03-06", kind=sick)
    page = maya.get(COUNT, data)
    assert "You can turn these days into this leave." in _text(page.text)
    assert re.search(rf'name="over" value="{planned.public_id}">', page.text)
    taken = maya.get(COUNT, {**data, "over": str(planned.public_id)})
    assert f'name="over" value="{planned.public_id}" checked' in taken.text
    assert "2 days: Thu and Fri" in _text(taken.text)
    assert "no, " not in taken.text
    post_once(maya, ASK, {**data, "over": str(planned.public_id)})
    made = LeaveRequest.objects.latest("pk")
    assert (made.replaces, made.is_partly) == (planned, True)


def test_only_ones_own_approved_leave_is_turned_into_another(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    leave.grant("20", employee=leave.world.bikram)
    sick = leave.type("Sick", "SL", needs_allocation=False, converts_planned=True)
    waits = leave.submit("03-05")
    data = _asked(leave, "03-05", kind=sick)
    page = maya.get(COUNT, data)
    assert "There is other leave on 5 March 2026 already." in page.text
    assert 'name="over"' not in page.text
    assert "You can turn" not in page.text
    theirs = leave.submit(
        "03-05", employee=leave.world.bikram, by=leave.world.actor(leave.world.bikram)
    )
    for over in (str(theirs.public_id), str(uuid.uuid4())):
        assert maya.get(COUNT, {**data, "over": over}).status_code == 404
        assert post_once(maya, ASK, {**data, "over": over}).status_code == 404
    leave.approve(waits)
    second = leave.approve(leave.submit("03-06"))
    text = _text(maya.get(COUNT, {
        **_asked(leave, "03-05", "03-06", kind=sick), "over": str(second.public_id),
    }).text)  # fmt: skip
    assert "There is other leave on 5 March 2026 already." in text
    assert "Turn these days" not in text


# --- files ------------------------------------------------------------------------------------
def _letter(data: bytes = PDF, name: str = "letter.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/pdf")


def test_a_file_that_is_needed_is_asked_for_while_typing(leave: Leave, maya: Client) -> None:
    sick = leave.type("Sick", "SL", needs_allocation=False, attachment_after=n("1"))
    data = _asked(leave, "03-05", "03-06", kind=sick)
    words = "More than 1 of this leave needs a file, such as a letter."
    assert words in _count(maya, **data)
    assert words not in _count(maya, **data, has_file="1")
    assert words in _text(post_once(maya, ASK, data).content.decode())
    post_once(maya, ASK, {**data, "attachment": _letter()})
    made = LeaveRequest.objects.get()
    assert made.attachment_key == LeaveAttachment.objects.get().storage_key


BAD_FILES = {
    b"": "This file cannot be opened here.",
    b"<html>": "This file cannot be opened here. Send a PDF, a JPEG or a PNG.",
    b"%PDF-1.4": "This file is damaged or not whole.",
}


@pytest.mark.parametrize("sent", BAD_FILES)
def test_a_file_that_is_none_is_refused_and_nothing_is_sent(
    leave: Leave, maya: Client, sent: bytes
) -> None:
    leave.grant("20")
    page = post_once(maya, ASK, {**_asked(leave, "03-05"), "attachment": _letter(sent)})
    assert BAD_FILES[sent] in _text(page.content.decode())
    assert not LeaveRequest.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    large = b"%PDF-" + b"0" * 4 * 1024**2 + b"%%EOF"
    page = post_once(maya, ASK, {**_asked(leave, "03-05"), "attachment": _letter(large)})
    assert "The file is larger than 4 MB." in _text(page.content.decode())
    huge = _letter(b"%PDF-" + b"0" * 5 * 1024**2)
    answer = post_once(maya, ASK, {**_asked(leave, "03-05"), "attachment": huge})
    assert answer.status_code == 413
    assert "at most 4 MB at once" in _text(answer.content.decode())
    elsewhere = maya.post("/me/", {"attachment": _letter(large)})
    assert elsewhere.status_code == 413
    assert not LeaveRequest.objects.exists()


# --- changing ---------------------------------------------------------------------------------
def test_a_change_shows_what_was_asked_and_takes_its_place(leave: Leave, maya: Client) -> None:
    leave.grant("3")
    old = leave.submit("03-05", "03-09", note="A wedding", first_part=Taken.PM)
    path = f"/leave/requests/{old.public_id}/change/"
    page = maya.get(path)
    assert 'value="2026-03-05"' in page.text
    assert "A wedding" in page.text
    assert "2.5 days: Thu (second half), Fri and Mon" in _text(page.text)
    change = {"change": str(old.public_id)}
    text = _count(maya, **_asked(leave, "03-05", "03-09"), **change)
    assert "3 days: Thu, Fri and Mon Sat and Sun are off. 0 days left after it" in text
    answer = post_once(maya, path, _asked(leave, "03-05", "03-09", note="Two weddings"))
    new = LeaveRequest.objects.latest("pk")
    assert answer["Location"] == f"/leave/requests/{new.public_id}/"
    assert (new.replaces, new.note, leave.state(old)) == (old, "Two weddings", "changed")
    assert maya.get(path)["Location"] == f"/leave/requests/{old.public_id}/"
    assert "This request is over." in _text(maya.get(answer["Location"]).text)


def test_a_change_keeps_the_file_or_leaves_it_out(leave: Leave, maya: Client) -> None:
    sick = leave.type("Sick", "SL", needs_allocation=False, attachment_after=n("1"))
    data = _asked(leave, "03-05", "03-06", kind=sick)
    post_once(maya, ASK, {**data, "attachment": _letter()})
    old = LeaveRequest.objects.get()
    path = f"/leave/requests/{old.public_id}/change/"
    assert "Leave out the file that came with it" in maya.get(path).text
    assert "needs a file" not in _count(maya, **data, change=str(old.public_id))
    assert "needs a file" in _count(maya, **data, change=str(old.public_id), drop_file="1")
    page = post_once(maya, path, {**data, "drop_file": "1"})
    assert "needs a file" in _text(page.content.decode())
    post_once(maya, path, data)
    new = LeaveRequest.objects.latest("pk")
    assert new.attachment_key == old.attachment_key


# --- who may ------------------------------------------------------------------------------------
def test_hr_asks_for_somebody(leave: Leave) -> None:
    leave.grant("20")
    hari, whom = _login(leave.world.hari), {"for": str(leave.maya.public_id)}
    page = hari.get(ASK, whom)
    assert page.context["person"] == leave.maya
    assert f'name="for" value="{leave.maya.public_id}"' in page.text
    assert "1 day: Thu" in _count(hari, **_asked(leave, "03-05"), **whom)
    answer = post_once(hari, ASK, {**_asked(leave, "03-05"), **whom})
    made = LeaveRequest.objects.get()
    assert (made.employee, made.steps.get().by_name) == (leave.maya, "Hari")
    assert "Sent for Maya." in _text(hari.get(answer["Location"]).text)


def test_nobody_else_asks_for_somebody(leave: Leave, maya: Client) -> None:
    other = make_world("other")
    whom = {"for": str(leave.maya.public_id)}
    hr_elsewhere, boss = _login(other.hari), _login(leave.world.bikram)
    data = {**_asked(leave, "03-05"), **whom}
    for client in (hr_elsewhere, boss):
        assert client.get(ASK, whom).status_code == 404
        assert client.get(COUNT, data).status_code == 404
        assert post_once(client, ASK, data).status_code == 404
    hari = _login(leave.world.hari)
    for text in (str(other.maya.public_id), str(uuid.uuid4()), "maya"):
        assert hari.get(ASK, {"for": text}).status_code == 404
    assert maya.get(ASK, whom).status_code == 200


def test_only_whose_it_is_changes_a_request(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    request = leave.submit("03-05")
    path = f"/leave/requests/{request.public_id}/change/"
    other = _login(make_world("other").hari)
    for client in (other, _login(leave.world.bikram)):
        assert client.get(path).status_code == 404
        assert post_once(client, path, _asked(leave, "03-06")).status_code == 404
        asked = {**_asked(leave, "03-06"), "change": str(request.public_id)}
        assert client.get(COUNT, asked).status_code == 404
    assert maya.get(COUNT, {"change": "x"}).status_code == 404
    assert maya.get(f"/leave/requests/{uuid.uuid4()}/change/").status_code == 404
    assert _login(leave.world.hari).get(path).status_code == 200


def test_who_has_left_asks_for_nothing(leave: Leave, maya: Client) -> None:
    Employee.objects.filter(pk=leave.maya.pk).update(left_on=d("02-27"))
    assert maya.get(ASK).status_code == 404
    assert maya.get(COUNT).status_code == 404


# --- how much it costs ------------------------------------------------------------------------
def _statements(client: Client, path: str, data: dict[str, Any]) -> int:
    client.get(path, data)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, data).status_code == 200
    return len(queries)


def test_a_count_costs_the_same_however_much_there_is(leave: Leave, maya: Client) -> None:
    world = leave.world
    looms = Department.objects.create(company=world.company, name="Looms")
    Placement.objects.all().update(department=looms)
    leave.grant("30")
    free = leave.type("Free", "FR", needs_allocation=False)
    data = _asked(leave, "03-05", "03-06")

    def others(day: str) -> None:
        for person in (world.bikram, world.hari):
            leave.submit(day, leave_type=free, employee=person, by=world.actor(person))

    leave.submit("03-12")
    others("03-05")
    one = _statements(maya, COUNT, data), _statements(maya, ASK, {})
    for first in ("03-17", "03-19"):
        leave.submit(first)
    others("03-06")
    assert (_statements(maya, COUNT, data), _statements(maya, ASK, {})) == one
    assert one == (18, 10)


def test_looking_writes_nothing(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    maya.get(ASK, _asked(leave, "03-05"))
    maya.get(COUNT, _asked(leave, "03-05"))
    assert not LeaveRequestState.objects.exists()
