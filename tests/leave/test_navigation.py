"""Leave has its place in the navigation."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.leave.world import Leave


@pytest.fixture
def maya(client: Client, leave: Leave) -> Client:
    client.force_login(leave.maya.user)
    return client


def test_the_navigation_leads_to_it(maya: Client, leave: Leave) -> None:
    assert '<a href="/leave/" aria-current="page">' in maya.get("/leave/").text
    assert '<a href="/leave/" aria-current="true">' in maya.get("/leave/feeds/").text
