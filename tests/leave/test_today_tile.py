"""The first page of the day says what leave is left."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.attendance.test_pages import _text
from tests.leave.world import Leave


@pytest.fixture
def maya(client: Client, leave: Leave) -> Client:
    client.force_login(leave.maya.user)
    return client


def test_today_shows_what_is_left(maya: Client, leave: Leave) -> None:
    assert "Leave, after what you asked for" not in _text(maya.get("/").text)
    leave.grant("5")
    leave.submit("03-10")
    leave.type("Unpaid", "UL", needs_allocation=False)
    text = _text(maya.get("/").text)
    assert "Leave, after what you asked for Annual 4 days My leave" in text
