"""What the form of a request offers first, and how its count speaks of many days."""

from __future__ import annotations

import pytest
from django.test import Client

from companies.models import CalendarDay
from tests.attendance.test_pages import _text
from tests.leave.test_ask_pages import ASK, _asked, _count
from tests.leave.world import Leave, d


@pytest.fixture
def maya(client: Client, leave: Leave) -> Client:
    client.force_login(leave.maya.user)
    return client


def test_of_what_there_is_nothing_stands_apart(leave: Leave, maya: Client) -> None:
    leave.type("Sick", "SL", needs_allocation=False)
    page = maya.get(ASK)
    assert [[each["name"] for each in page.context[name]] for name in ("offers", "apart")] == [
        ["Sick"], ["Annual"],
    ]  # fmt: skip
    assert "1 more, of which there is nothing now" in _text(page.text)
    assert "<details>" in page.text
    page = maya.get(ASK, {"type": str(leave.annual.public_id)})
    assert page.context["apart"][0]["is_chosen"]
    assert "<details open>" in page.text


def test_where_there_is_nothing_of_any_kind_none_stands_apart(leave: Leave, maya: Client) -> None:
    page = maya.get(ASK)
    assert [each["name"] for each in page.context["offers"]] == ["Annual"]
    assert page.context["apart"] == []


def test_of_several_weeks_no_name_is_said_twice(leave: Leave, maya: Client) -> None:
    leave.grant("20")
    text = _count(maya, **_asked(leave, "03-05", "03-16"))
    assert "8 days: Thu 5 March to Mon 16 March Sat and Sun are off. 12 days left" in text
    for day in (6, 13):
        CalendarDay.objects.create(
            company=leave.world.company, date=d(f"03-{day:02}"), kind="holiday", name="Fair",
        )  # fmt: skip
    text = _count(maya, **_asked(leave, "03-05", "03-16"))
    assert "Fri 6 Mar and Fri 13 Mar are holidays (Fair); Sat and Sun are off." in text
