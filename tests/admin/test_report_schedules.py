"""HR's pages of reports by mail: set up, refused with a sentence, changed, switched off and on."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import AuditEvent, ReportReader, ReportSchedule
from companies.scoping import company_scope
from tests.attendance.world import World
from tests.http import post_once

LIST = "/admin/companies/reportschedule/"
ADD = f"{LIST}add/"


def _body(world: World, **fields: object) -> dict[str, object]:
    return {
        "name": "Roll", "report": "muster-roll", "file_format": "xlsx", "when": "d1",
        "office": "", "department": "", "readers": [str(world.hari.public_id)], **fields,
    }  # fmt: skip


def _named(world: World, name: str = "Roll") -> ReportSchedule:
    with company_scope(world.company):
        row: ReportSchedule = ReportSchedule.objects.get(name=name)
    return row


@pytest.mark.parametrize(
    ("when", "working_day", "weekday", "words"),
    [
        ("d1", 1, None, "“Roll” is sent: First working day of the month."),
        ("d15", 15, None, "“Roll” is sent: Working day 15 of the month."),
        ("w0", None, 0, "“Roll” is sent: Every Monday."),
    ],
)
def test_hr_has_a_report_sent(
    hr: Client, world: World, when: str, working_day: int | None, weekday: int | None, words: str
) -> None:
    office = str(world.office.public_id)
    answer = post_once(hr, ADD, _body(world, when=when, office=office))
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    assert words in hr.get(LIST).text
    row = _named(world)
    assert (row.report, row.file_format, row.is_on) == ("muster-roll", "xlsx", True)
    assert (row.working_day, row.weekday) == (working_day, weekday)
    assert (row.office_id, row.department_id) == (world.office.pk, None)
    with company_scope(world.company):
        (reader,) = ReportReader.objects.filter(schedule=row)
        event = AuditEvent.objects.latest("id")
    assert reader.employee_id == world.hari.pk
    assert (event.verb, event.actor_name) == ("report_schedule_made", "Hari")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"when": "d16"}, "Select a valid choice."),
        ({"report": "salaries"}, "Select a valid choice."),
        ({"file_format": "exe"}, "Select a valid choice."),
        ({"readers": []}, "This field is required."),
        ({"readers": ["me"]}, "is not a valid UUID."),
        ({"name": " "}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said(
    hr: Client, world: World, fields: dict[str, object], sentence: str
) -> None:
    answer = post_once(hr, ADD, _body(world, **fields))
    assert answer.status_code == 200
    assert sentence in answer.text
    with company_scope(world.company):
        assert ReportSchedule.objects.count() == 1


def test_who_may_not_see_the_report_is_refused_with_a_sentence(hr: Client, world: World) -> None:
    people = [str(world.hari.public_id), str(world.maya.public_id)]
    answer = post_once(hr, ADD, _body(world, readers=people))
    assert "Maya may not see this report." in answer.text
    with company_scope(world.company):
        assert ReportSchedule.objects.count() == 1


def test_people_of_another_company_are_no_choice(hr: Client, world: World, other: World) -> None:
    answer = post_once(hr, ADD, _body(world, readers=[str(other.hari.public_id)]))
    assert answer.status_code == 200
    with company_scope(world.company):
        assert ReportSchedule.objects.count() == 1


def test_what_stands_is_shown_and_changed(hr: Client, world: World) -> None:
    post_once(hr, ADD, _body(world, office=str(world.office.public_id)))
    page = f"{LIST}{_named(world).public_id}/change-it/"
    text = hr.get(page).text
    assert 'value="Roll"' in text
    assert '<option value="muster-roll" selected>' in text
    for row in (world.office, world.hari):
        assert f'<option value="{row.public_id}" selected' in text
    post_once(hr, page, _body(world, name="Week", when="w4"))
    row = _named(world, "Week")
    assert (row.weekday, row.office_id) == (4, None)


def test_it_is_switched_off_and_on(hr: Client, world: World) -> None:
    post_once(hr, ADD, _body(world))
    page = f"{LIST}{_named(world).public_id}"
    assert "switch_off" not in page
    for verb, is_on, gone, said in (
        ("off", False, f"{page}/off", "“Roll” is switched off."),
        ("on", True, f"{page}/on", "“Roll” is switched on."),
    ):
        assert gone in hr.get(f"{page}/change/").text
        assert post_once(hr, f"{page}/{verb}/").status_code == 302
        text = hr.get(f"{page}/change/").text
        assert said in text
        assert gone not in text.replace(f"{gone}e", "")
        assert _named(world).is_on is is_on


def test_the_lists_statements_do_not_grow(hr: Client, world: World) -> None:
    def count() -> int:
        hr.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert hr.get(LIST).status_code == 200
        return len(queries)

    before = count()
    for name in ("A", "B"):
        post_once(hr, ADD, _body(world, name=name))
    assert count() == before
