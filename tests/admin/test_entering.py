"""HR adds punches: an in, an out or both, in the person's own clocks, once a form."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.admin.entering import EnterForm
from attendance.models import AttendanceDay, Punch
from companies.models import OfficeVersion
from companies.scoping import company_scope
from tests.attendance.world import World, at
from tests.http import post_once

TUESDAY = dt.date(2026, 3, 3)


def _path(world: World) -> str:
    return f"/admin/companies/employee/{world.maya.public_id}/add-punch/"


def _said(**said: str) -> dict[str, str]:
    return {
        "date": "2026-03-03", "came": "09:00", "left": "17:30", "which": "",
        "reason": "the door was broken",
    } | said  # fmt: skip


def _entered(world: World) -> list[tuple[str, Any]]:
    with company_scope(world.company):
        rows = Punch.objects.filter(source="hr").order_by("occurred_at")
        return list(rows.values_list("direction", "occurred_at"))


def test_a_pair_is_added_from_the_persons_page(hr: Client, world: World) -> None:
    page = hr.get(f"/admin/companies/employee/{world.maya.public_id}/change/")
    assert _path(world) in page.text
    answer = post_once(hr, _path(world), _said())
    assert (answer.status_code, answer["Location"]) == (
        302, f"/admin/companies/employee/{world.maya.public_id}/change/",
    )  # fmt: skip
    assert _entered(world) == [("in", at("2026-03-03 09:00")), ("out", at("2026-03-03 17:30"))]
    with company_scope(world.company):
        day = AttendanceDay.objects.get(employee=world.maya, date=TUESDAY)
        punch = Punch.objects.filter(source="hr").select_related("state").first()
        assert (day.status, day.worked_minutes) == ("P", 480)
    page = hr.get(f"/admin/attendance/punchstate/{punch.public_id}/change/")
    assert "Entered by hand" in page.text
    assert "the door was broken" in page.text
    assert "it was entered by hand" in page.text


def test_the_page_of_a_day_knows_person_and_date(hr: Client, world: World) -> None:
    with company_scope(world.company):
        day = AttendanceDay.objects.get(employee=world.maya, date=dt.date(2026, 3, 2))
    path = f"/admin/attendance/attendanceday/{day.public_id}/add-punch/"
    page = hr.get(path)
    assert 'value="2026-03-02"' in page.text
    assert EnterForm.base_fields["date"].initial is None  # not for the next one who asks
    assert "The clocks went back" not in page.text
    answer = post_once(hr, path, _said(date="2026-03-02", came="18:00", left="19:00"))
    assert answer.status_code == 302
    assert [direction for direction, _when in _entered(world)] == ["in", "out"]


def test_sent_twice_it_is_added_once(hr: Client, world: World) -> None:
    values = _said() | {"once": str(uuid.uuid4())}
    assert [hr.post(_path(world), values).status_code for _n in range(2)] == [302, 302]
    assert len(_entered(world)) == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"came": "", "left": ""}, "Enter when the person came, when they left, or both."),
        ({"came": "25:00"}, "Enter a valid time."),
        ({"date": "0001-01-01", "came": "00:00"}, "Enter a valid date."),
        ({"date": "9999-12-31", "came": "23:00", "left": "01:00"}, "Enter a valid date."),
        ({"date": "soon"}, "Enter a valid date."),
        ({"reason": " "}, "Please give a reason."),
        ({"date": "2026-03-04", "left": "12:01"}, "12:01 (4 Mar) is still to come."),
        ({"date": "2026-03-02", "came": "10:00", "left": "11:00"}, "overlaps with 09:04 (2 Mar)"),
        ({"date": "2025-12-31"}, "Maya does not work here on 31 December 2025."),
        ({"date": "2026-01-05"}, "January 2026 is locked. HR can reopen it with a reason."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(
    hr: Client, world: World, said: dict[str, str], sentence: str
) -> None:
    page = post_once(hr, _path(world), _said(**said))
    assert page.status_code == 200
    assert sentence in page.text
    assert _entered(world) == []


def _move_to_london(world: World) -> None:
    with company_scope(world.company):
        OfficeVersion.objects.create(
            company=world.company, office=world.office, zone="Europe/London", country="GB",
            starts_on=dt.date(2026, 3, 5),
        )  # fmt: skip


def test_a_time_that_never_came_is_said_beside_its_field(hr: Client, world: World) -> None:
    _move_to_london(world)
    with time_machine.travel(at("2026-11-01 12:00"), tick=False):
        hr.force_login(world.hari.user)
        page = post_once(hr, _path(world), _said(date="2026-03-29", came="01:30", left="09:00"))
        assert page.context["form"].errors == {
            "came": ["The clocks went past 01:30 that day: there was no such time."]
        }
        page = post_once(hr, _path(world), _said(date="2026-03-28", came="22:00", left="01:30"))
        assert list(page.context["form"].errors) == ["left"]


def test_a_time_that_came_twice_is_asked_for(hr: Client, world: World) -> None:
    _move_to_london(world)
    with time_machine.travel(at("2026-11-01 12:00"), tick=False):
        hr.force_login(world.hari.user)
        night = _said(date="2026-10-25", came="01:30", left="06:00")
        page = post_once(hr, _path(world), night)
        assert page.context["form"].errors == {
            "which": ["The time came twice that day. Say which is meant."]
        }
        assert '<select name="which"' in page.text
        assert post_once(hr, _path(world), night | {"which": "second"}).status_code == 302
    assert _entered(world)[0] == ("in", dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC))
