"""HR's columns of the payroll file: added, checked, audited."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from attendance.enums import MarkKind
from attendance.models import PayrollColumn
from attendance.selectors.leave_codes import paid_codes
from attendance.services.marks import mark_add
from companies.actor import job_actor
from companies.models import AuditEvent
from companies.scoping import company_scope
from leave.models import LeaveType
from tests.attendance.world import World, make_world
from tests.http import post_once

ADD = "/admin/attendance/payrollcolumn/add/"


def _column(**fields: str) -> dict[str, str]:
    return {"heading": "LOP", "place": "20", "source": "lost", "value": "", **fields}


def test_a_column_is_added_after_the_last_one(hr: Client, world: World) -> None:
    page = hr.get(ADD)
    assert 'name="place" value="20"' in page.text
    assert post_once(hr, ADD, _column(source="overtime_at_rate", value=" 0150 ")).status_code == 302
    with company_scope(world.company):
        column = PayrollColumn.objects.get(heading="LOP")
        assert (column.place, column.source, column.value) == (20, "overtime_at_rate", "150")
        event = AuditEvent.objects.latest("id")
        assert (event.verb, event.actor_name) == ("payroll_column_added", "Hari")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "overtime_at_rate", "value": "half"}, "A rate is a number of percent: 150."),
        ({"source": "overtime_at_rate", "value": "1001"}, "A rate is a number of percent: 150."),
        ({"source": "overtime_at_rate", "value": "²"}, "A rate is a number of percent: 150."),
        ({"source": "leave_of_type"}, "Say which leave type or which rate"),
        ({"value": "CL"}, "Say which leave type or which rate"),
        ({"heading": "=cmd"}, "Begin with a letter or a number."),
        ({"heading": "Emp kettle"}, "Another column has this heading."),
        ({"source": "salary"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_a_column_is_said(
    hr: Client, world: World, fields: dict[str, str], sentence: str
) -> None:
    answer = post_once(hr, ADD, _column(**fields))
    assert answer.status_code == 200
    assert sentence in answer.text
    with company_scope(world.company):
        assert PayrollColumn.objects.count() == 1


def test_a_leave_code_that_nobody_knows_is_refused_with_those_there_are(
    hr: Client, world: World
) -> None:
    with company_scope(world.company):
        known = set(LeaveType.objects.values_list("code", flat=True))
        LeaveType.objects.create(company=world.company, name="Casual", code="CAS")
        mark_add(
            employee=world.maya, date=dt.date(2026, 3, 2), kind=MarkKind.LEAVE, code="OLD",
            source_ref="test:1", by=job_actor("test", world.company),
        )  # fmt: skip
        known |= set(paid_codes(world.company)) | {"CAS"}
    answer = post_once(hr, ADD, _column(source="leave_of_type", value="CA5"))
    assert answer.status_code == 200
    there_are = ", ".join(sorted(known))
    assert f"No leave has the code “CA5”. There are: {there_are}." in answer.text
    for heading, value in (("Casual", " cas "), ("Old", "OLD")):
        column = _column(heading=heading, source="leave_of_type", value=value)
        assert post_once(hr, ADD, column).status_code == 302
    with company_scope(world.company):
        rows = PayrollColumn.objects.filter(source="leave_of_type").order_by("pk")
        assert list(rows.values_list("value", flat=True)) == ["CAS", "OLD"]


def test_where_there_is_no_leave_at_all_that_is_said(db: None) -> None:
    client = Client()
    client.force_login(make_world(code="bare").hari.user)
    answer = post_once(client, ADD, _column(source="leave_of_type", value="CL"))
    assert "There is no leave type yet. Add one first." in answer.text
