"""The headcount narrowed to an office or a department: each date counts who stood there then."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Department, Office, Placement
from companies.scoping import company_scope
from tests.reports.golden import Golden


@pytest.fixture
def hr(golden: Golden, client: Client) -> Client:
    client.force_login(golden.world.hari.user)
    return client


def _taken(client: Client, **fields: str) -> Any:
    asked = {"format": "json", "from": "2026-03-02", "to": "2026-03-06", **fields}
    answer: Any = client.post("/reports/headcount/file", asked)
    assert answer.status_code == 200
    return json.loads(b"".join(answer.streaming_content))


def _employed(client: Client, **fields: str) -> list[int]:
    return [row["employed"] for row in _taken(client, **fields)["rows"]]


@pytest.fixture
def ops(golden: Golden) -> Department:
    """Where Ada has been from Wednesday the 4th to Thursday the 5th; she comes from Design."""
    with company_scope(golden.company):
        ops = Department.objects.get(name="Ops")
        here = Placement.objects.get(employee=golden.people["ada"])
        for day, department in ((4, ops), (6, golden.design)):
            Placement.objects.create(
                company=golden.company, employee=golden.people["ada"], office=here.office,
                starts_on=dt.date(2026, 3, day), department=department,
                default_shift=here.default_shift,
            )  # fmt: skip
    return ops


def test_who_moved_counts_where_they_stood(golden: Golden, hr: Client, ops: Department) -> None:
    # Joe joins on the 16th; Lee and Ned are in Ops.
    assert _employed(hr, department=str(golden.design.public_id)) == [1, 1, 0, 0, 1]
    assert _employed(hr, department=str(ops.public_id)) == [2, 2, 3, 3, 2]
    # Una has no department.
    assert _employed(hr) == [4, 4, 4, 4, 4]


def test_what_is_counted_is_of_those_dates_alone(
    golden: Golden, hr: Client, ops: Department
) -> None:
    found = _taken(hr, department=str(golden.design.public_id))["rows"]
    # Ada was there on Monday and Tuesday; Wednesday's leave counts in Ops.
    assert [row["present"] for row in found] == ["1", "1", "0", "0", "0"]
    assert [row["leave"] for row in found] == ["0", "0", "0", "0", "0"]
    assert [row["leave"] for row in _taken(hr, department=str(ops.public_id))["rows"]] == [
        "0", "0", "1", "0.5", "0",
    ]  # fmt: skip


def test_the_people_are_those_who_stood_there_on_any_date(
    golden: Golden, hr: Client, ops: Department
) -> None:
    def people(**fields: str) -> str:
        page = hr.get("/reports/headcount/", {**fields, "department": str(ops.public_id)})
        found: str = page.context["count_text"]
        return found

    assert people(**{"from": "2026-03-02", "to": "2026-03-06"}) == "3 people"
    assert people(**{"from": "2026-03-02", "to": "2026-03-03"}) == "2 people"
    assert people(**{"from": "2026-03-05", "to": "2026-03-05"}) == "3 people"
    assert people(**{"from": "2026-03-06", "to": "2026-03-06"}) == "2 people"


def test_an_office_and_a_department_are_meant_of_one_place(
    golden: Golden, hr: Client, ops: Department
) -> None:
    office = {"office": str(golden.world.office.public_id)}
    with company_scope(golden.company):
        other = Office.objects.create(company=golden.company, name="Elsewhere")
        Placement.objects.filter(employee=golden.people["ada"], department=ops).update(office=other)
    assert _employed(hr, **office) == [4, 4, 3, 3, 4]
    assert _employed(hr, **office, department=str(ops.public_id)) == [2, 2, 2, 2, 2]
    nowhere = {"department": "00000000-0000-0000-0000-000000000001"}
    assert _employed(hr, **nowhere) == [0, 0, 0, 0, 0]


def test_where_people_stood_costs_one_statement_whoever_moved(
    golden: Golden, hr: Client, ops: Department
) -> None:
    hr.get("/reports/headcount/")
    stood = '"office_id", "companies_placement"."department_id" AS "department_id" FROM'
    counts = []
    for asked in (
        {},
        {"department": str(golden.design.public_id)},
        {"department": str(ops.public_id)},
    ):
        with CaptureQueriesContext(connection) as queries:
            hr.get("/reports/headcount/", asked)
        counts.append(sum(stood in each["sql"] for each in queries))
    assert counts == [0, 1, 1]
