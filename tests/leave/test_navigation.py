"""Leave has its place in the navigation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client, RequestFactory

from leave.enums import Decider
from leave.services import settings
from leave.terms import Link
from portal.context import page
from tests.attendance.world import make_person
from tests.leave.world import Leave, n


@pytest.fixture
def maya(client: Client, leave: Leave) -> Client:
    client.force_login(leave.maya.user)
    return client


def test_the_navigation_leads_to_it(maya: Client, leave: Leave) -> None:
    assert '<a href="/leave/" aria-current="page">' in maya.get("/leave/").text
    assert '<a href="/leave/" aria-current="true">' in maya.get("/leave/feeds/").text


def test_who_is_named_to_decide_finds_the_inbox_on_every_page(client: Client, leave: Leave) -> None:
    rita = make_person(leave.world.company, "Rita", leave.world.office, leave.world.day_shift)
    client.force_login(rita.user)
    for path in ("/leave/", "/me/"):
        assert 'href="/inbox/"' not in client.get(path).text, path
    chain = (Link(1, Decider.PERSON, n("0"), rita.pk),)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    leave.grant("5")
    leave.submit("03-05")
    for path in ("/leave/", "/me/", "/inbox/"):
        text = client.get(path).text
        assert 'href="/inbox/"' in text, path
        assert '<span class="nav-count">1<' in text, path
        assert 'href="/team/"' not in text, path


def test_a_pin_leads_to_no_inbox(leave: Leave) -> None:
    chain = (Link(1, Decider.PERSON, n("0"), leave.maya.pk),)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    request = RequestFactory().get("/")
    for is_limited in (False, True):
        request.actor = replace(leave.me, is_limited=is_limited)
        assert page(request)["decides_leave"]() is not is_limited
