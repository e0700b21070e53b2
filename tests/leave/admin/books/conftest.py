"""HR and an auditor of the small company, signed in; short ways to the admin's pages."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client

from companies.enums import Role
from companies.models import RoleGrant, User
from companies.once import FIELD
from tests.leave.world import Leave


class Pages:
    """A signed-in browser on HR's pages."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, expected: int = 200, **asked: str) -> str:
        response = self.client.get(f"/admin/{path}", asked)
        assert response.status_code == expected, response.content[:500]
        return _plain(response)

    def post(self, path: str, **body: Any) -> HttpResponse:
        address, _mark, query = path.partition("?")
        body.setdefault(FIELD, str(uuid.uuid4()))
        return self.client.post(f"/admin/{address}{'?' if query else ''}{query}", body)

    def done(self, path: str, **body: Any) -> str:
        """Send a form that is right, and return what is told then."""
        response = self.post(path, **body)
        assert response.status_code == 302, _plain(response)
        return [str(each) for each in get_messages(response.wsgi_request)][-1]

    def said(self, path: str, **body: Any) -> str:
        """Send a form, and return the page that comes again."""
        response = self.post(path, **body)
        assert response.status_code == 200
        return _plain(response)


def _plain(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def hidden(page: Any, name: str) -> str:
    """Return the value of a hidden field of a page's markup."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1]


@pytest.fixture
def hr(leave: Leave) -> Pages:
    client = Client()
    client.force_login(leave.world.hari.user)
    return Pages(client)


@pytest.fixture
def auditor(leave: Leave) -> Pages:
    user = User.objects.create_user(email="audit@kettle.example", name="Audrey")
    RoleGrant.objects.create(
        company=leave.world.company, user=user, role=Role.AUDITOR, starts_on=dt.date(2026, 1, 1)
    )
    client = Client()
    client.force_login(user)
    return Pages(client)
