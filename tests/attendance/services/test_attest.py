"""Attested presence: each person for themselves, in their own clocks, once a token."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from attendance.enums import Source
from attendance.errors import NothingEntered
from attendance.models import Punch
from attendance.services.attest import Outcome, presence_attest
from companies.errors import MusterError, NotAllowed, ReasonMissing
from companies.models import AuditEvent, Placement
from tests.attendance.world import World, at

DAY = dt.date(2026, 3, 3)
TOKEN = uuid.UUID(int=9)


@pytest.fixture(autouse=True)
def _wednesday(scoped: World) -> Iterator[None]:
    """Hari manages Maya and Bikram; he is no HR here."""
    people = (scoped.maya, scoped.bikram)
    Placement.objects.filter(employee__in=people).update(manager=scoped.hari)
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        yield


def _attest(world: World, *names: str, **more: Any) -> list[tuple[str, str, str]]:
    values: dict[str, Any] = {
        "date": DAY, "starts": dt.time(9), "ends": dt.time(11), "reason": " power cut ",
        "by": world.actor(world.hari), "token": uuid.uuid4(),
    }  # fmt: skip
    found = presence_attest(employees=[getattr(world, name) for name in names], **values | more)
    return [(item.employee.name, item.outcome.value, item.sentence) for item in found]


def test_many_at_once_each_for_themselves(world: World) -> None:
    world.punch(world.maya, "2026-03-03 10:00")
    world.punch(world.maya, "2026-03-03 17:30")
    assert _attest(world, "maya", "bikram", "hari") == [
        ("Bikram", "added", ""),
        ("Hari", "refused", "Somebody else enters your own check-ins."),
        ("Maya", "refused",
         "The check-in at 10:00 (3 Mar) lies inside 09:00 (3 Mar) – 11:00 (3 Mar)."),
    ]  # fmt: skip
    punches = Punch.objects.filter(source=Source.ATTEST).order_by("occurred_at")
    assert [(row.employee, row.direction, row.occurred_at) for row in punches] == [
        (world.bikram, "in", at("2026-03-03 09:00")),
        (world.bikram, "out", at("2026-03-03 11:00")),
    ]
    events = AuditEvent.objects.filter(verb="punch_entered")
    assert list(events.values_list("reason", "actor_name")) == [("power cut", "Hari")] * 2


def test_the_same_token_adds_nothing_more(world: World) -> None:
    first = _attest(world, "maya", token=TOKEN)
    again = _attest(world, "maya", "bikram", token=TOKEN)
    assert first == [("Maya", Outcome.ADDED, "")]
    assert again == [("Bikram", Outcome.ADDED, ""), ("Maya", Outcome.ALREADY, "")]
    assert Punch.objects.count() == 4


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (dt.time(9), None, [("in", "2026-03-03 09:00")]),
        (None, dt.time(17), [("out", "2026-03-03 17:00")]),
        (dt.time(22), dt.time(6), [("in", "2026-03-03 22:00"), ("out", "2026-03-04 06:00")]),
    ],
)
def test_one_end_alone_and_over_midnight(
    world: World, starts: dt.time | None, ends: dt.time | None, expected: list[tuple[str, str]]
) -> None:
    _attest(world, "maya", starts=starts, ends=ends)
    rows = Punch.objects.order_by("occurred_at")
    assert [(row.direction, row.occurred_at) for row in rows] == [
        (direction, at(when)) for direction, when in expected
    ]


def test_each_persons_own_clocks_count(world: World) -> None:
    Placement.objects.filter(employee=world.maya).update(zone="Europe/London")
    times = {"date": dt.date(2026, 3, 4), "starts": dt.time(11), "ends": dt.time(11, 30)}
    assert _attest(world, "maya", "bikram", **times) == [
        ("Bikram", "added", ""),
        ("Maya", "refused", "11:00 (4 Mar) is still to come."),
    ]


def test_a_time_that_never_came_is_refused_where_it_never_came(world: World) -> None:
    Placement.objects.filter(employee=world.maya).update(zone="Europe/London")
    with time_machine.travel(at("2026-04-01 12:00"), tick=False):
        night = {"date": dt.date(2026, 3, 29), "starts": dt.time(1, 30), "ends": dt.time(5)}
        assert _attest(world, "maya", "bikram", **night) == [
            ("Bikram", "added", ""),
            ("Maya", "refused",
             "The clocks went past 01:30 that day: there was no such time."),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "more"),
    [
        (ReasonMissing, {"reason": " "}),
        (NothingEntered, {"starts": None, "ends": None}),
    ],
)
def test_what_is_wrong_for_everybody_is_refused_at_once(
    world: World, error: type[MusterError], more: dict[str, Any]
) -> None:
    with pytest.raises(error):
        _attest(world, "maya", **more)
    with pytest.raises(NotAllowed):
        _attest(world, "maya", by=replace(world.hr, company=None))
    assert not Punch.objects.exists()


def test_who_does_not_manage_somebody_attests_nothing(world: World) -> None:
    sentence = "Maya was not in your team on {}. HR can add it."
    assert _attest(world, "maya", by=world.actor(world.bikram)) == [
        ("Maya", "refused", sentence.format("3 March 2026")),
    ]
    Placement.objects.create(
        company=world.company, employee=world.maya, starts_on=dt.date(2026, 3, 4),
        office=world.office,
    )  # fmt: skip
    # Managed until yesterday: the date decides, not today.
    assert _attest(world, "maya") == [("Maya", "added", "")]
    assert _attest(world, "maya", date=dt.date(2026, 3, 4)) == [
        ("Maya", "refused", sentence.format("4 March 2026")),
    ]


def test_more_people_cost_their_own_statements_only(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _attest(world, "maya", date=dt.date(2026, 2, 25))
    _attest(world, "bikram", date=dt.date(2026, 2, 25))
    with django_assert_num_queries(38):
        _attest(world, "maya")
    with django_assert_num_queries(72):
        _attest(world, "maya", "bikram", date=dt.date(2026, 3, 2))
