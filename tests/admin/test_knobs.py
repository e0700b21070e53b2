"""The further knobs in HR's admin: hours by weekday in words, breaks due, the first judged day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from companies.admin.work import shift_words
from companies.admin_fields import WeekdayHoursField
from companies.admin_words import value_words
from companies.models import Employee, PolicyVersion, ShiftVersion
from companies.scoping import company_scope
from tests.attendance.world import World, at
from tests.http import post_once

VERSIONS = "/admin/companies/shiftversion/"
FRIDAY = {"fri": {"start": "09:00", "end": "14:00", "breaks": [{"start": "11:00", "end": "11:15"}]}}


def _shown(client: Client, path: str) -> dict[str, Any]:
    """Return what the form would send as it stands, parts of a field each by itself."""
    form = client.get(path).context["adminform"].form
    sent: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if name == "weekday_hours":
            parts = form.fields[name].widget.decompress(value)
            keys = WeekdayHoursField().widget.widgets_names
            sent |= {f"{name}{key}": part for key, part in zip(keys, parts, strict=True)}
        elif value is not None and value is not False:
            sent[name] = form.fields[name].prepare_value(value)
    return sent


def _add(hr: Client, world: World, **changes: Any) -> Any:
    query = f"add/?shift={world.day_shift.public_id}"
    data = _shown(hr, VERSIONS + query) | {
        "shift": str(world.day_shift.public_id), "starts_on": "2026-04-01",
        "start_time": "09:00", "end_time": "17:00", **changes,
    }  # fmt: skip
    return post_once(hr, VERSIONS + query, data)


def _newest(world: World) -> ShiftVersion:
    with company_scope(world.company):
        found: ShiftVersion = ShiftVersion.objects.filter(shift=world.day_shift).latest("id")
    return found


def test_hours_by_weekday_are_written_as_words_and_prefill_the_next(
    hr: Client, world: World
) -> None:
    for _n in range(2):
        fields = {} if _n else {"weekday_hours_fri": "09:00–14:00, 11:00-11:15"}
        answer = _add(hr, world, starts_on=f"2026-04-0{_n + 1}", **fields)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        version = _newest(world)
        assert (version.starts_on.day, version.weekday_hours) == (_n + 1, FRIDAY)
    assert "Fri 09:00–14:00" in shift_words(version)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weekday_hours_fri": "nine to two"}, "Write the hours like 09:00-14:00"),
        ({"weekday_hours_fri": "09:00-14:00, 12:00-11:00"}, "ends before it starts"),
        ({"weekday_hours_fri": "22:00-09:01"}, "still runs when that of the next day begins"),
        ({"auto_break_after_minutes": "360"}, "how long a break is due"),
        ({"auto_check_out": "at_time"}, "Give a time of day"),
    ],
)
def test_what_no_shift_can_have_is_said(
    hr: Client, world: World, changes: dict[str, str], sentence: str
) -> None:
    before = _newest(world).pk
    page = _add(hr, world, **changes)
    assert page.status_code == 200
    assert sentence in page.text
    assert _newest(world).pk == before


def test_a_break_due_and_an_automatic_check_out_are_saved(hr: Client, world: World) -> None:
    answer = _add(
        hr, world, auto_break_after_minutes="360", auto_break_minutes="30",
        auto_check_out="at_time", auto_check_out_at="20:00",
    )  # fmt: skip
    assert answer.status_code == 302
    version = _newest(world)
    assert (version.auto_break_after_minutes, version.auto_break_minutes) == (360, 30)
    assert (version.auto_check_out, version.auto_check_out_at) == ("at_time", dt.time(20))


def test_the_weeks_field_reads_what_it_shows() -> None:
    field = WeekdayHoursField()
    texts = field.widget.decompress(FRIDAY)
    assert texts == ["", "", "", "", "09:00-14:00, 11:00-11:15", "", ""]
    assert field.compress(texts) == FRIDAY
    assert field.compress([]) == {}
    assert field.widget.decompress("anything") == [""] * 7
    assert [field.has_changed(FRIDAY, data) for data in (texts, [], ["soon"])] == [
        False, True, True,
    ]  # fmt: skip
    with pytest.raises(ValidationError):
        field.compress(["soon"])


def test_hours_by_weekday_in_the_history() -> None:
    column = ShiftVersion._meta.get_field("weekday_hours")
    assert value_words(column, FRIDAY) == "Fri 09:00–14:00"
    weekly_off = PolicyVersion._meta.get_field("weekly_off")
    assert value_words(weekly_off, {"sat": [2, 4], "sun": "all"}) == "Sat (2nd, 4th), Sun"


@pytest.mark.parametrize(
    ("joined_on", "judged_from", "expected"),
    [
        ("2020-01-01", "", "2026-03-05"),  # today there, not yet in UTC
        ("2026-04-01", "", "2026-04-01"),
        ("2020-01-01", "2026-02-01", "2026-02-01"),
    ],
)
def test_who_is_added_is_judged_from_today_unless_hr_says_otherwise(
    hr: Client, world: World, noon: Any, joined_on: str, judged_from: str, expected: str
) -> None:
    noon.move_to(at("2026-03-05 01:00"))
    answer = post_once(hr, "/admin/companies/employee/add/", {
        "name": "Nima", "code": "N1", "email": "nima@kettle.example", "joined_on": joined_on,
        "judged_from": judged_from, "employment_type": "intern",
        "office": str(world.office.public_id), "default_shift": str(world.day_shift.public_id),
    })  # fmt: skip
    assert answer.status_code == 302
    with company_scope(world.company):
        person = Employee.objects.get(code="N1")
    assert person.judged_from == dt.date.fromisoformat(expected)


def test_who_is_added_after_midnight_was_not_absent_yesterday(hr: Client, world: World) -> None:
    form = {
        "name": "Nima", "code": "N1", "email": "nima@kettle.example", "joined_on": "2020-01-01",
        "employment_type": "employee", "office": str(world.office.public_id),
    }  # fmt: skip
    with time_machine.travel(at("2026-03-05 00:30"), tick=False):  # by UTC, the 4th yet
        assert post_once(hr, "/admin/companies/employee/add/", form).status_code == 302
    with company_scope(world.company):
        assert Employee.objects.get(code="N1").judged_from == dt.date(2026, 3, 5)
