"""The auditor's sample: drawn by nobody's choice, the same each time, within what may be read."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import AuditEvent, Employee
from companies.scoping import company_scope
from tests.reports.golden import LAST, MARCH, Golden, auditor_of, manager_of
from tests.reports.pages import read
from tests.reports.test_roll import _crowd

PATH = "/reports/sample/?month=2026-03"


@pytest.fixture
def auditor(golden: Golden, client: Client) -> Client:
    client.force_login(auditor_of(golden))
    return client


def _taken(client: Client, **fields: str) -> Any:
    form = {"format": "json", "month": "2026-03", **fields}
    answer: Any = client.post("/reports/sample/file", form)
    assert answer.status_code == 200
    return json.loads(b"".join(answer.streaming_content))


def _days(taken: Any) -> list[tuple[str, str]]:
    return [(row["name"], row["date"]) for row in taken["rows"]]


def _by_rule(golden: Golden, draw: str, size: int, today: dt.date = LAST) -> list[tuple[str, str]]:
    """The rule written once more: the smallest hashes of all days of employment that have come."""
    with company_scope(golden.company):
        people = list(Employee.objects.filter(is_active=True))
    pairs = [
        (sha256(f"{draw}:{person.public_id}:{date}".encode()).digest(), person.name, str(date))
        for person in people
        for date in (MARCH + dt.timedelta(days=n) for n in range(31))
        if person.joined_on <= date <= min(person.left_on or today, today)
    ]
    return sorted((name, date) for _hash, name, date in sorted(pairs)[:size])


@pytest.mark.parametrize(("fields", "draw", "size"), [
    ({}, "1", 25), ({"draw": "B"}, "B", 25), ({"size": "10"}, "1", 10),
    ({"size": "11"}, "1", 25), ({"size": "200", "draw": " x "}, "x", 200),
])  # fmt: skip
def test_the_draw_follows_its_rule_and_is_the_same_again(
    golden: Golden, auditor: Client, fields: dict[str, str], draw: str, size: int
) -> None:
    expected = _by_rule(golden, draw, size)
    # All there are: Ada, Ned and Una 31 days, Joe from the 16th on, Lee up to the 11th.
    assert len(expected) == min(size, 3 * 31 + 16 + 11)
    for _again in range(2):
        assert sorted(_days(_taken(auditor, **fields))) == expected


def test_each_row_says_how_the_day_stands_and_leads_to_it(golden: Golden, auditor: Client) -> None:
    taken = {(row["name"], row["date"]): row for row in _taken(auditor, size="200")["rows"]}
    by_hand = taken["Ada", "2026-03-17"]
    assert (by_hand["status"], by_hand["worked"]) == ("P", 480)
    assert by_hand["by_hand"] == "Hari: paper list"
    page = auditor.get(f"{PATH}&size=200").text
    (ada,) = (person for person in golden.people.values() if person.name == "Ada")
    place = "/admin/attendance/attendanceday/"
    span = "date_from=2026-03-17&amp;date_to=2026-03-17"
    assert f'href="{place}?person={ada.public_id}&amp;{span}"' in page
    assert "Draw “1”: 200 days at most, each as likely as any other." in page


def test_only_days_that_have_come_are_drawn(golden: Golden, auditor: Client) -> None:
    with time_machine.travel("2026-03-10T12:00:00Z", tick=False):
        auditor.force_login(golden.world.hari.user)
        days = _days(_taken(auditor, size="200"))
    assert Counter(name for name, _date in days) == {"Ada": 10, "Lee": 10, "Ned": 10, "Una": 10}
    assert max(date for _name, date in days) == "2026-03-10"


def test_narrowing_leaves_people_out_before_the_draw(golden: Golden, auditor: Client) -> None:
    days = _days(_taken(auditor, q="ada", size="50"))
    assert Counter(name for name, _date in days) == {"Ada": 31}


def test_the_file_tells_which_draw_it_is(golden: Golden, auditor: Client) -> None:
    _taken(auditor, draw="2026-11", size="10")
    with company_scope(golden.company):
        event = AuditEvent.objects.filter(verb="report_exported").latest("id")
    assert (event.changes["draw"], event.changes["size"]) == ([None, "2026-11"], [None, "10"])


def test_it_is_for_whoever_reads_the_company(golden: Golden) -> None:
    client, manager = Client(), manager_of(golden, "ada")
    client.force_login(golden.world.hari.user)
    assert client.get(PATH).status_code == 200
    assert "Sample for an audit" in client.get("/reports/").text
    for user in (manager, golden.user("joe")):
        client.force_login(user)
        assert client.get(PATH).status_code == 404
        assert client.post("/reports/sample/file", {"format": "csv"}).status_code == 404
    client.force_login(manager)
    assert "Sample for an audit" not in client.get("/reports/").text


def test_the_page_says_by_what_it_was_drawn_and_keeps_it(golden: Golden, auditor: Client) -> None:
    page = auditor.get(f"{PATH}&size=10&draw=B").text
    assert 'name="draw" value="B"' in page
    assert '<option value="10" selected>10</option>' in page
    assert len(read(page).rows) == 10


def test_statements_do_not_grow(golden: Golden, auditor: Client) -> None:
    auditor.get(PATH)
    counts = []
    for more in (0, 20):
        if more:
            _crowd(golden, more)
        with CaptureQueriesContext(connection) as queries:
            assert auditor.get(f"{PATH}&size=200").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
