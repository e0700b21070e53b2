"""A company with a row of every kind, and whoever may or may not see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.enums import DayStatus, Direction, MarkKind
from attendance.services import decisions, enrolment, marks, roster, verdicts
from attendance.services.days import person_recompute
from companies import outbox
from companies.enums import CalendarKind
from companies.models import CalendarDay, Department
from companies.scoping import company_scope
from integrations import faces
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at, make_world

NOON = "2026-03-04 12:00"


def fill(world: World) -> World:
    """Leave a row of every kind in the company."""
    with company_scope(world.company):
        Department.objects.create(company=world.company, name=f"Looms {world.company.code}")
        CalendarDay.objects.create(
            company=world.company, date=dt.date(2026, 3, 5), kind=CalendarKind.HOLIDAY,
            name=f"Holi {world.company.code}",
        )  # fmt: skip
        marks.mark_add(
            employee=world.maya, date=dt.date(2026, 2, 24), kind=MarkKind.LEAVE, code="CL",
            source_ref="t", by=world.hr,
        )  # fmt: skip
        verdicts.day_set(
            employee=world.maya, date=dt.date(2026, 2, 25), halves=(DayStatus.PRESENT,) * 2,
            worked_minutes=480, reason="a power cut", by=world.hr,
        )  # fmt: skip
        roster.assignment_save(
            employee=world.maya, shift=world.night_shift, starts_on=dt.date(2026, 5, 1),
            ends_on=dt.date(2026, 5, 2), by=world.hr,
        )  # fmt: skip
        outbox.enqueue(
            company=world.company, dedupe_key=f"t:{world.company.code}", to="maya@kettle.example",
            template="companies/email/sign_in_link", values={},
        )  # fmt: skip
        actor, now = world.actor(world.maya), at("2026-03-01 09:00")
        with faces.using(FakeEngine()):
            enrolment.consent_answer(by=actor, is_given=True, now=now)
            enrolment.enrolment_start(by=actor, now=now)
            for _n in range(3):
                enrolment.frame_add(by=actor, frame=jpeg())
            enrolment.enrolment_finish(by=actor, now=now)
    world.punch(world.maya, "2026-03-02 09:04")
    world.punch(world.maya, "2026-03-02 17:31", Direction.OUT)
    with company_scope(world.company):
        person_recompute(
            employee=world.maya, first=dt.date(2026, 3, 2), last=dt.date(2026, 3, 2), now=at(NOON)
        )
        decisions.period_lock(company=world.company, starts_on=dt.date(2026, 1, 1), by=world.hr)
    world.company.refresh_from_db()
    return world


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    return fill(make_world())


@pytest.fixture
def other(db: None) -> World:
    return fill(make_world(code="other"))


@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(world.hari.user)
    return client
