"""Whoever has something to decide: a world for the tests of the inbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from attendance.enums import CorrectionKind
from attendance.models import (
    CorrectionRequest,
    Punch,
)
from companies.models import Employee, Placement, User
from companies.scoping import company_scope
from integrations.faces.protocol import Outcome, Reason
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.test_pages import _text
from tests.attendance.world import ZONE, World, at

MONDAY = dt.date(2026, 3, 2)
NOON = "2026-03-02 12:00"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


@pytest.fixture
def team(world: World, enrol: Any, engine: FakeEngine) -> World:
    """Bikram is the manager of Maya, whose face looked like another's when she came."""
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    enrol(world, world.maya)
    engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
    world.punch(world.maya, "2026-03-02 09:04", frame=jpeg())
    return world


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def bikram(team: World) -> Client:
    return client_of(team.bikram.user)


def flagged(world: World) -> Punch:
    with company_scope(world.company):
        punch: Punch = Punch.objects.select_related("state").get()
    return punch


def send(client: Client, world: World, answer: str, **data: str) -> HttpResponse:
    item = f"punch:{flagged(world).public_id}"
    return client.post("/inbox/decide", {"item": item, "answer": answer, **data})  # type: ignore[return-value]


def said(client: Client) -> str:
    return _text(client.get("/inbox/").text)


def file_correction(world: World, employee: Employee, date: dt.date = MONDAY) -> CorrectionRequest:
    with company_scope(world.company):
        request: CorrectionRequest = CorrectionRequest.objects.create(
            company=world.company, employee=employee, date=date,
            kind=CorrectionKind.MISSING_OUT, out_at=at(f"{date} 17:30"), zone=ZONE,
        )  # fmt: skip
    return request
