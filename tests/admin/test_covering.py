"""HR puts somebody on duty, or lets them have worked from home, from the person's page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from attendance.models import AttendanceDay, CorrectionDecision, DayMark
from companies.scoping import company_scope
from tests.attendance.world import World
from tests.http import post_once

MONDAY, TUESDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3)


def _path(world: World) -> str:
    return f"/admin/companies/employee/{world.maya.public_id}/cover/"


def _said(**said: str) -> dict[str, str]:
    return {"kind": "on_duty", "first": "2026-03-02", "last": "2026-03-03",
            "reason": "the fair"} | said  # fmt: skip


def _marked() -> list[DayMark]:
    return list(DayMark.objects.filter(source_ref__startswith="correction:"))


def test_days_are_marked_from_the_persons_page(hr: Client, world: World) -> None:
    change = f"/admin/companies/employee/{world.maya.public_id}/change/"
    assert _path(world) in hr.get(change).text
    answer = post_once(hr, _path(world), _said())
    assert (answer.status_code, answer["Location"]) == (302, change)
    assert "The days are marked and judged again. Maya is told." in hr.get(change).text
    with company_scope(world.company):
        rows = AttendanceDay.objects.filter(employee=world.maya, date__in=(MONDAY, TUESDAY))
        assert set(rows.values_list("status", flat=True)) == {"OD"}
        decision = CorrectionDecision.objects.get()
        assert (decision.decided_by_name, decision.reason) == ("Hari", "the fair")


def test_one_day_needs_no_last_one(hr: Client, world: World) -> None:
    post_once(hr, _path(world), _said(kind="work_from_home", last=""))
    with company_scope(world.company):
        assert [(row.date, row.kind) for row in _marked()] == [(MONDAY, "work_from_home")]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"last": "2026-03-01"}, "The last day is before the first."),
        ({"first": "soon"}, "Enter a valid date."),
        ({"reason": " "}, "Please give a reason."),
        ({"first": "2026-03-01", "last": ""}, "Sunday, 1 March is a day off."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_marked(
    hr: Client, world: World, said: dict[str, str], sentence: str
) -> None:
    answer = post_once(hr, _path(world), _said(**said))
    assert sentence in answer.content.decode()
    with company_scope(world.company):
        assert not _marked()
