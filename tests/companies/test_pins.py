"""PINs: who chooses one, which are refused, and how many wrong tries are heard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from companies import services
from companies.actor import job_actor
from companies.enums import Role
from companies.errors import NotAllowed, PinMissing, PinUnfit, TooMany
from companies.models import AuditEvent, Pin, Throttle
from companies.scoping import company_scope
from tests.attendance.world import World, at
from tests.companies.conftest import Together

NOW = at("2026-03-02 09:00")
PIN = "735924"


@pytest.fixture(autouse=True)
def _scope(request: pytest.FixtureRequest) -> Iterator[None]:
    if "together" in request.fixturenames:
        yield
        return
    world: World = request.getfixturevalue("world")
    with company_scope(world.company):
        yield


def _set(world: World, pin: str = PIN) -> None:
    services.pin_set(employee=world.maya, pin=pin, by=world.actor(world.maya))


def _try(world: World, pin: str, minutes: float = 0) -> bool:
    return services.pin_matches(
        employee=world.maya, pin=pin, now=NOW + dt.timedelta(minutes=minutes)
    )


def test_a_pin_is_kept_hashed_and_told_without_it(world: World) -> None:
    _set(world)
    assert PIN not in Pin.objects.get().hashed
    assert _try(world, PIN) is True
    event = AuditEvent.objects.get(verb="pin_set")
    assert (event.subject_id, event.changes) == (str(world.maya.public_id), {})
    _set(world, "401683")
    assert (_try(world, PIN), _try(world, "401683")) == (False, True)


@pytest.mark.parametrize(
    "pin",
    ["", "12345", "1234567", "12345x", "000000", "777777", "123456", "234567", "012345", "987654",
     "567890", "098765", "000042", "१२३४५७", "735924\n"],
)  # fmt: skip
def test_a_pin_that_is_guessed_is_refused(world: World, pin: str) -> None:
    world.maya.code = "HT0042"
    with pytest.raises(PinUnfit):
        _set(world, pin)
    assert Pin.objects.count() == 0


def test_nobody_chooses_the_pin_of_another(world: World, other: World) -> None:
    for by in (
        world.hr,
        world.actor(world.bikram, *Role),
        other.actor(other.maya, Role.HR),
        job_actor("test", world.company),
        replace(world.actor(world.maya), company=other.company),
    ):
        with pytest.raises(NotAllowed):
            services.pin_set(employee=world.maya, pin=PIN, by=by)


def test_who_has_left_chooses_none(world: World) -> None:
    world.maya.is_active = False
    with pytest.raises(NotAllowed):
        _set(world)


def test_hr_takes_a_pin_away(world: World, other: World) -> None:
    _set(world)
    for by in (world.actor(world.maya), world.actor(world.bikram, Role.MANAGER), other.hr):
        with pytest.raises(NotAllowed):
            services.pin_clear(employee=world.maya, by=by)
    services.pin_clear(employee=world.maya, by=world.hr)
    assert AuditEvent.objects.filter(verb="pin_cleared").count() == 1
    with pytest.raises(PinMissing):
        _try(world, PIN)
    with pytest.raises(PinMissing):
        services.pin_clear(employee=world.maya, by=world.hr)


def test_of_wrong_tries_five_are_heard_in_a_quarter_of_an_hour(world: World) -> None:
    _set(world)
    assert [_try(world, "000001", n) for n in range(5)] == [False] * 5
    with pytest.raises(TooMany) as told:
        _try(world, PIN, 9.5)
    assert str(told.value) == "Too many wrong tries. Try again in 6 min."
    assert _try(world, PIN, 15) is True


def test_a_right_pin_costs_nothing(world: World) -> None:
    _set(world)
    assert [_try(world, PIN) for _n in range(8)] == [True] * 8
    assert [_try(world, "000001") for _n in range(4)] == [False] * 4
    assert _try(world, PIN) is True
    assert Throttle.objects.get().count == 4


def test_each_person_is_counted_alone(world: World) -> None:
    _set(world)
    services.pin_set(employee=world.bikram, pin=PIN, by=world.actor(world.bikram))
    assert [_try(world, "000001") for _n in range(5)] == [False] * 5
    assert services.pin_matches(employee=world.bikram, pin=PIN, now=NOW) is True


def test_wrong_tries_at_the_same_moment_all_count(world: World, together: Together) -> None:
    with company_scope(world.company):
        _set(world)

    def wrong() -> object:
        with company_scope(world.company):
            return _try(world, "000001")

    answers = together(*[wrong] * 8)
    assert sum(answer is False for answer in answers) == 5
    assert sum(isinstance(answer, TooMany) for answer in answers) == 3
    assert Throttle.objects.get().count == 8
