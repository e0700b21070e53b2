"""HR mends days: by hand, by skipping, by judging anew after seeing the difference."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client

from attendance.enums import Direction
from attendance.models import AttendanceDay, ManualVerdict, OptionalHolidayPick
from attendance.services import closing
from attendance.services.days import person_recompute
from companies.ids import uuid7
from companies.models import AuditEvent, CalendarDay, Employee, PolicyVersion, ShiftVersion
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World, at
from tests.http import post_once

DAYS = "/admin/attendance/attendanceday/"
BY_HAND = "/admin/attendance/manualverdict/"
MONDAY = dt.date(2026, 3, 2)
ANEW = f"{DAYS}recompute/"


def _day(world: World, date: dt.date = MONDAY) -> AttendanceDay | None:
    with company_scope(world.company):
        found: AttendanceDay | None = AttendanceDay.objects.filter(
            employee=world.maya, date=date
        ).first()
    return found


def _path(world: World, deed: str) -> str:
    row = _day(world)
    assert row is not None
    return f"{DAYS}{row.public_id}/{deed}"


def _set(status: str = "A", **said: str) -> dict[str, str]:
    return {"status": status, "second": "", "worked": "", "reason": "she was ill"} | said


def test_a_day_is_set_by_hand(hr: Client, world: World) -> None:
    page = hr.get(_path(world, "set/"))
    assert "What the rules would have said is kept beside it" in page.text
    answer = post_once(hr, _path(world, "set/"), _set("P", second="A", worked="3:45"))
    assert (answer.status_code, answer["Location"]) == (302, _path(world, "change/"))
    day = _day(world)
    assert day is not None
    assert (day.status, day.code, day.worked_minutes) == ("HD", "½P·½A", 225)
    page = hr.get(_path(world, "change/"))
    assert "HR set this day by hand: Half day. Reason: she was ill." in page.text
    assert page.text.count("not used") == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"status": ""}, "This field is required."),
        ({"status": "INC"}, "Select a valid choice. INC is not one of the available choices."),
        ({"worked": "7.5"}, "Write hours and minutes, such as 7:30; at most 48:00."),
        ({"worked": "48:01"}, "Write hours and minutes, such as 7:30; at most 48:00."),
        ({"worked": "7:60"}, "Write hours and minutes, such as 7:30; at most 48:00."),
        ({"reason": "  "}, "Please give a reason."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_set(
    hr: Client, world: World, said: dict[str, str], sentence: str
) -> None:
    page = post_once(hr, _path(world, "set/"), _set(**said))
    assert page.status_code == 200
    assert sentence in page.text
    day = _day(world)
    assert day is not None
    assert not day.is_by_hand


def test_a_day_is_skipped_and_left_to_the_rules_again(hr: Client, world: World) -> None:
    before = _day(world)
    assert before is not None
    answer = post_once(hr, _path(world, "skip/"), {"reason": "a test day"})
    assert (answer.status_code, answer["Location"]) == (302, DAYS)
    assert _day(world) is None
    with company_scope(world.company):
        verdict = ManualVerdict.objects.get(date=MONDAY)
    page = hr.get(BY_HAND)
    assert "Skipped" in page.text
    answer = post_once(hr, f"{BY_HAND}{verdict.public_id}/release/", {"reason": "no test"})
    assert (answer.status_code, answer["Location"]) == (302, BY_HAND)
    after = _day(world)
    assert after is not None
    assert (after.status, after.worked_minutes) == (before.status, before.worked_minutes)


def test_a_day_by_hand_is_left_to_the_rules_from_its_own_page(hr: Client, world: World) -> None:
    assert "release" not in hr.get(_path(world, "change/")).text
    post_once(hr, _path(world, "set/"), _set())
    assert "release" in hr.get(_path(world, "change/")).text
    post_once(hr, _path(world, "release/"), {"reason": "a mistake"})
    day = _day(world)
    assert day is not None
    assert (day.status, day.is_by_hand) == ("P", False)


def test_a_date_without_a_record_is_set_from_the_person(hr: Client, world: World) -> None:
    path = f"/admin/companies/employee/{world.maya.public_id}/set-day/"
    answer = post_once(hr, path, _set("WFH", date="2026-02-26", worked="8:00"))
    assert answer.status_code == 302
    day = _day(world, dt.date(2026, 2, 26))
    assert day is not None
    assert (day.status, day.worked_minutes) == ("WFH", 480)
    page = post_once(hr, path, _set("WFH", date="2026-03-09"))
    assert "has not come yet" in page.text


def test_hr_sees_no_way_to_mend_their_own_days(hr: Client, world: World) -> None:
    with company_scope(world.company):
        person_recompute(employee=world.hari, first=MONDAY, last=MONDAY, now=at("2026-03-04 12:00"))
        row = AttendanceDay.objects.get(employee=world.hari, date=MONDAY)
    path = f"{DAYS}{row.public_id}/"
    page = hr.get(f"{path}change/")
    assert [
        word for word in ("/set/", "/skip", "/release") if f"{path[:-1]}{word}" in page.text
    ] == []
    assert "Somebody else decides about your own days." in post_once(
        hr, f"{path}set/", _set()
    ).text  # fmt: skip


def test_the_history_of_a_day_tells_all_that_was_done_to_it(hr: Client, world: World) -> None:
    post_once(hr, _path(world, "set/"), _set())
    post_once(hr, _path(world, "release/"), {"reason": "a mistake"})
    text = hr.get(_path(world, "history/")).text
    assert "Day set by hand" in text
    assert "she was ill" in text
    assert "Day left to the rules again" in text


def test_a_day_names_the_versions_it_was_judged_by(hr: Client, world: World) -> None:
    text = hr.get(_path(world, "change/")).text
    assert "Day, settings from 1 Jan 2000" in text
    assert "settings from 1 Jan 2026" in text
    assert "as of change" in text


# --- judging anew ---------------------------------------------------------------------------------
def _stricter(world: World) -> None:
    with company_scope(world.company):
        row = ShiftVersion.objects.filter(shift=world.day_shift).last()
        assert row is not None
        row.pk, row.public_id, row.late_grace_minutes, row.starts_on = None, uuid7(), 0, START
        row.save(force_insert=True)


def _asked(**said: str) -> dict[str, str]:
    return {"first": "2026-03-02", "last": "2026-03-02", "person": "maya"} | said


def _found(page: Any) -> str:
    return str(page.context["fingerprint"])


def test_the_difference_is_shown_and_then_written(hr: Client, world: World) -> None:
    _stricter(world)
    page = hr.get(ANEW, _asked())
    assert "One day would change · one person" in page.text
    assert "late <del>0 min</del>" in page.text
    assert "late <b>4 min</b>" in page.text
    day = _day(world)
    assert day is not None
    assert day.late_minutes == 0
    query = "&".join(f"{name}={value}" for name, value in _asked().items())
    answer = post_once(
        hr, f"{ANEW}?{query}", {"fingerprint": _found(page), "reason": "the new grace"}
    )
    assert (answer.status_code, answer["Location"]) == (302, DAYS)
    day = _day(world)
    assert day is not None
    assert day.late_minutes == 4
    assert "Days judged anew" in hr.get(_path(world, "history/")).text


def test_a_difference_that_changed_is_shown_again_and_not_written(hr: Client, world: World) -> None:
    _stricter(world)
    query = "&".join(f"{name}={value}" for name, value in _asked().items())
    page = post_once(hr, f"{ANEW}?{query}", {"fingerprint": "another", "reason": "r"})
    assert page.status_code == 200
    assert "Something has changed since you looked." in page.text
    assert _found(page) != "another"
    day = _day(world)
    assert day is not None
    assert day.late_minutes == 0


def test_without_a_reason_nothing_is_written(hr: Client, world: World) -> None:
    _stricter(world)
    query = "&".join(f"{name}={value}" for name, value in _asked().items())
    page = hr.get(f"{ANEW}?{query}")
    page = post_once(hr, f"{ANEW}?{query}", {"fingerprint": _found(page), "reason": ""})
    assert "Please give a reason." in page.text
    with company_scope(world.company):
        assert not AuditEvent.objects.filter(verb="days_recomputed").exists()


def test_nothing_to_change_is_said(hr: Client, world: World) -> None:
    assert "Nothing would change" in hr.get(ANEW, _asked()).text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"last": "2026-03-01"}, "The last day is before the first."),
        ({"first": ""}, "This field is required."),
        ({"first": "2026-02-30"}, "Enter a valid date."),
        ({"office": str(UUID(int=1))}, "Select a valid choice."),
        ({"person": "", "last": "2099-01-01"}, "Choose a person, an office or fewer dates"),
    ],
)
def test_what_is_wrong_with_the_question_is_said(
    hr: Client, world: World, said: dict[str, str], sentence: str
) -> None:
    page = hr.get(ANEW, _asked(**said))
    assert page.status_code == 200
    assert sentence in page.text
    assert "fingerprint" not in page.context


@pytest.mark.parametrize(
    ("said", "count"), [({}, 1), ({"person": ""}, 3), ({"person": "nobody"}, 0)]
)
def test_whose_days_are_looked_at(
    hr: Client, world: World, said: dict[str, str], count: int
) -> None:
    page = hr.get(ANEW, _asked(**said, office=str(world.office.public_id), first="2026-02-02",
                               last="2026-02-02"))  # fmt: skip
    assert page.context["judged"] == count


def test_who_left_before_is_not_looked_at(hr: Client, world: World) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.bikram.pk).update(left_on=dt.date(2026, 3, 1))
    assert hr.get(ANEW, _asked(person="")).context["judged"] == 2


def test_days_after_a_leaving_that_was_entered_later_are_looked_at(
    hr: Client, world: World
) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(left_on=dt.date(2026, 3, 1))
    page = hr.get(ANEW, _asked(first="2026-03-02", last="2026-03-02"))
    assert page.context["judged"] == 1
    (line,) = page.context["lines"]
    assert line["after"] == [("no record", "")]


def test_reopening_shows_first_what_it_would_change(hr: Client, world: World) -> None:
    with time_machine.travel(at("2026-04-02 12:00"), tick=False), company_scope(world.company):
        period = closing.period_lock(
            company=world.company, starts_on=dt.date(2026, 3, 1), reason="payday", by=world.hr
        )
        world.punch(world.maya, "2026-03-02 18:20", Direction.OUT)
    with time_machine.travel(at("2026-04-02 12:00"), tick=False):
        page = hr.get(f"/admin/attendance/attendanceperiod/{period.public_id}/reopen/")
        assert "One day would change at once" in page.text
        assert "out <del>Mon 17:31</del>" in page.text
        assert "out <b>Mon 18:20</b>" in page.text
        page = hr.get("/admin/attendance/attendanceperiod/")
        with company_scope(world.company):
            assert AttendanceDay.objects.get(
                employee=world.maya, date=MONDAY
            ).last_out_at == at("2026-03-02 17:31")  # fmt: skip


# --- dated settings -------------------------------------------------------------------------------
def _told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def _calendar_day(date: str) -> dict[str, str]:
    return {
        "date": date, "kind": "holiday", "name": "Losar", "office": "", "country": "", "region": "",
    }  # fmt: skip


def test_a_setting_that_reaches_settled_days_leads_to_their_difference(
    hr: Client, world: World
) -> None:
    answer = post_once(hr, "/admin/companies/calendarday/add/", _calendar_day("2026-03-02"))
    told = _told(answer)[0]
    assert told.startswith("Days from 2 March 2026 on that have settled keep what they were judged")
    address = re.search(r'href="([^"]+)"', told)
    assert address is not None
    page = hr.get(address[1].replace("&amp;", "&"))
    assert "status <b>Holiday</b>" in page.text


def test_a_setting_for_days_to_come_tells_nothing(hr: Client, world: World) -> None:
    answer = post_once(hr, "/admin/companies/calendarday/add/", _calendar_day("2026-03-09"))
    assert len(_told(answer)) == 1


@pytest.mark.parametrize("who", ["maya", "bikram"])
def test_a_persons_own_setting_tells_of_their_days_alone(
    hr: Client, world: World, who: str
) -> None:
    person: Employee = getattr(world, who)
    data = {
        "employee": str(person.public_id), "shift": str(world.night_shift.public_id),
        "starts_on": "2026-03-01", "ends_on": "2026-03-02",
    }  # fmt: skip
    told = _told(post_once(hr, "/admin/attendance/shiftassignment/add/", data))
    assert f"first=2026-03-01&amp;last=2026-03-02&amp;person={who}" in told[0]


def test_a_placement_tells_of_its_persons_days(hr: Client, world: World) -> None:
    data = {
        "employee": str(world.maya.public_id), "starts_on": "2026-03-02", "office": "",
        "department": "", "manager": "", "zone": "", "default_shift": "",
    }  # fmt: skip
    told = _told(post_once(hr, "/admin/companies/placement/add/", data))
    assert "person=maya" in told[0]


# --- employment, and what only HR does after the date ---------------------------------------------
def _person_form(client: Client, world: World, **said: str) -> Any:
    path = f"/admin/companies/employee/{world.maya.public_id}/change/"
    form = client.get(path).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in shown.items() if value not in (None, False)}
    return client.post(path, kept | said)


def test_days_after_a_last_day_entered_late_are_pointed_at_and_go(hr: Client, world: World) -> None:
    told = _told(_person_form(hr, world, left_on="2026-03-01"))[0]
    assert told.startswith("Days outside the employment still stand.")
    address = re.search(r'href="([^"]+)"', told)
    assert address is not None
    url = address[1].replace("&amp;", "&")
    page = hr.get(url)
    assert "no record" in page.text
    post_once(hr, url, {"fingerprint": _found(page), "reason": "she had left"})
    assert _day(world) is None


def test_a_person_whose_days_all_fit_is_saved_without_a_word_more(hr: Client, world: World) -> None:
    assert len(_told(_person_form(hr, world, name="Maya G."))) == 1


def _optional(world: World, date: str, quota: int = 1) -> None:
    with company_scope(world.company):
        CalendarDay.objects.create(
            company=world.company, date=date, kind="optional_holiday", name="Losar"
        )
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, optional_holiday_quota=quota
        )


def test_hr_picks_an_optional_holiday_after_its_date_and_gives_it_back(
    hr: Client, world: World
) -> None:
    _optional(world, "2026-03-03")
    path = f"/admin/companies/employee/{world.maya.public_id}/holidays/"
    page = hr.get(path)
    ((key, words),) = page.context["form"].fields["holiday"].choices
    assert words == "Tue 3 Mar 2026, Losar"
    post_once(hr, path, {"holiday": key})
    with company_scope(world.company):
        assert OptionalHolidayPick.objects.get().employee == world.maya
    ((key, words),) = hr.get(path).context["form"].fields["holiday"].choices
    assert words == "Tue 3 Mar 2026, Losar (picked: give it back)"
    post_once(hr, path, {"holiday": key})
    with company_scope(world.company):
        assert not OptionalHolidayPick.objects.exists()


def test_what_the_policy_does_not_allow_is_said(hr: Client, world: World) -> None:
    _optional(world, "2026-05-03", quota=0)
    path = f"/admin/companies/employee/{world.maya.public_id}/holidays/"
    ((key, _words),) = hr.get(path).context["form"].fields["holiday"].choices
    assert "All optional holidays of 2026 are picked." in post_once(
        hr, path, {"holiday": key}
    ).text  # fmt: skip


def test_where_none_is_offered_the_page_says_so(hr: Client, world: World) -> None:
    path = f"/admin/companies/employee/{world.maya.public_id}/holidays/"
    assert "No optional holiday is offered to this person." in hr.get(path).text
    assert path not in hr.get(f"/admin/companies/employee/{world.maya.public_id}/change/").text
