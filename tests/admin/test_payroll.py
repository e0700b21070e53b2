"""HR's columns of the payroll file: added, checked, audited."""

from __future__ import annotations

import pytest
from django.test import Client

from attendance.models import PayrollColumn
from companies.models import AuditEvent
from companies.scoping import company_scope
from tests.attendance.world import World
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
