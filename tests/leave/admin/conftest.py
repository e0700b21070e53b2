"""HR and an auditor at HR's pages of leave; another company beside."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from companies.enums import Role
from companies.models import RoleGrant, User
from tests.attendance.world import START
from tests.leave.world import Leave, make_leave


@pytest.fixture
def hr(client: Client, leave: Leave) -> Client:
    """Hari, signed in."""
    client.force_login(leave.world.hari.user)
    return client


@pytest.fixture
def auditor(leave: Leave) -> Client:
    """Somebody from outside who reads all of it."""
    user = User.objects.create_user(email="aud@it.example", name="Ananda", password="x" * 12)
    RoleGrant.objects.create(
        company=leave.world.company, user=user, role=Role.AUDITOR, starts_on=START,
        ends_on=dt.date(2026, 12, 31),
    )  # fmt: skip
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def other(leave: Leave) -> Leave:
    """Another company with annual leave."""
    return make_leave("other")
