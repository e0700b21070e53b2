"""Recording who looked: once in ten minutes, never one's own, flat, in one statement."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.actor import Actor
from companies.admin_words import look_words, viewer_words
from companies.enums import ActorKind, LookKind, Role
from companies.looks import Seen, look_record, looks_record
from companies.models import Look
from companies.scoping import company_scope
from companies.selectors import own_looks
from tests.attendance.world import World, at
from tests.companies.conftest import Together

NOON = at("2026-03-02 12:05")


def _look(world: World, by: Actor, kind: LookKind = LookKind.PHOTO) -> None:
    with company_scope(world.company):
        look_record(by=by, employee=world.maya, kind=kind, target=world.office)


def _rows(world: World) -> list[Look]:
    with company_scope(world.company):
        return list(Look.objects.order_by("id"))


@pytest.mark.django_db
def test_a_look_says_who_at_what_and_when(world: World) -> None:
    by = replace(
        world.actor(world.hari, Role.HR, Role.AUDITOR), on_behalf_of="Bikram", request_id="r1"
    )
    with time_machine.travel(NOON, tick=False), company_scope(world.company):
        look_record(
            by=by, employee=world.maya, kind=LookKind.PHOTO, target=world.office,
            about_on=dt.date(2026, 3, 1),
        )  # fmt: skip
    (row,) = _rows(world)
    assert (row.employee, row.kind, row.target_type, row.target_id, row.about_on) == (
        world.maya, "photo", "companies.office", str(world.office.public_id), dt.date(2026, 3, 1),
    )  # fmt: skip
    assert (row.viewer_kind, row.viewer_id, row.viewer_name, row.viewer_roles) == (
        "person", str(world.hari.user.public_id), "Hari", "auditor,hr",
    )  # fmt: skip
    assert (row.on_behalf_of, row.channel, row.request_id, row.looked_at) == (
        "Bikram", "web", "r1", NOON,
    )  # fmt: skip
    assert str(row) == "Hari · Picture"
    assert viewer_words(row) == "Auditor, HR, for Bikram"


@pytest.mark.django_db
def test_looks_within_ten_minutes_are_one(world: World) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        for _n in range(3):
            _look(world, world.hr)
            traveller.shift(299)
        assert len(_rows(world)) == 1
        traveller.shift(3)
        _look(world, world.hr)
        assert len(_rows(world)) == 2
        _look(world, world.hr, LookKind.EVIDENCE)
        _look(world, world.actor(world.bikram))
    assert [row.viewer_name for row in _rows(world)] == ["Hari", "Hari", "Hari", "Bikram"]


def test_looks_at_the_same_moment_are_one(world: World, together: Together) -> None:
    with time_machine.travel(NOON, tick=False):
        assert together(*[lambda: _look(world, world.hr)] * 2) == [None, None]
    assert len(_rows(world)) == 1


@pytest.mark.django_db
def test_ones_own_is_no_look(world: World) -> None:
    _look(world, world.actor(world.maya))
    _look(world, replace(world.actor(world.maya), employee=None))
    assert _rows(world) == []


@pytest.mark.django_db
def test_many_are_recorded_by_one_statement_and_none_by_none(world: World) -> None:
    with company_scope(world.company):
        found = []
        for people in ([], [world.hari], [world.maya, world.bikram, world.hari]):
            seen = [Seen(person, LookKind.EVIDENCE, person) for person in people]
            with CaptureQueriesContext(connection) as queries:
                looks_record(by=world.hr, seen=seen)
            found.append(len(queries))
    assert found == [0, 0, 1]
    assert [row.employee for row in _rows(world)] == [world.maya, world.bikram]


@pytest.mark.django_db
def test_one_reads_ones_own_looks_only(world: World, other: World) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        _look(world, world.hr)
        traveller.shift(60)
        _look(world, world.hr, LookKind.EVIDENCE)
        _look(other, other.hr)
    with company_scope(world.company):
        rows = list(own_looks(world.maya.user, world.company))
        assert [row.kind for row in rows] == ["evidence", "photo"]
        assert list(own_looks(world.bikram.user, world.company)) == []


WORDS = {
    ("attendance.faceenrolment", "photo"): "The reference picture",
    ("attendance.punchframe", "photo"): "The picture of a check-in",
    ("attendance.punch", "evidence"): "A check-in and its face check",
}


@pytest.mark.parametrize(("target", "kind"), WORDS)
def test_what_was_looked_at_in_words(target: str, kind: str) -> None:
    assert look_words(Look(target_type=target, kind=kind)) == WORDS[target, kind]


def test_as_what_somebody_looked_in_words() -> None:
    person = Look(viewer_kind=ActorKind.PERSON, viewer_roles="")
    assert viewer_words(person) == "Manager"
    assert viewer_words(Look(viewer_kind=ActorKind.PERSON, viewer_roles="hr,gone")) == "HR"
    assert viewer_words(Look(viewer_kind=ActorKind.PLATFORM)) == "Platform operator"
