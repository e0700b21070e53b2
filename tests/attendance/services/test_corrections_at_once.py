"""Corrections that are asked for, or taken back, at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from attendance.models import DayMark
from attendance.rules.corrections import Wanted
from companies.actor import Actor
from companies.models import Placement
from companies.scoping import company_scope
from tests.attendance.services.test_regularisation import (
    HOME,
    MONDAY,
    ON_DUTY,
    TUESDAY,
    WEDNESDAY,
    _approve,
    _ask,
    _cancel,
    _days,
    _judge,
    evening,
)
from tests.attendance.world import World
from tests.companies.conftest import Together

__all__ = ["evening"]


@pytest.fixture
def apart(together: Together, world: World) -> World:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        _judge(world)
    return world


def _names(answers: list[Any]) -> list[str]:
    return sorted(type(item).__name__ for item in answers)


@pytest.mark.django_db(transaction=True)
def test_two_overlapping_requests_at_once_are_one(together: Together, apart: World) -> None:
    def ask(wanted: Wanted) -> Any:
        with company_scope(apart.company):
            return _ask(apart, wanted)

    answers = together(
        lambda: ask(_days(HOME, MONDAY, TUESDAY)), lambda: ask(_days(ON_DUTY, TUESDAY, WEDNESDAY))
    )
    assert _names(answers) == ["AskedAlready", "CorrectionRequest"]


@pytest.mark.django_db(transaction=True)
def test_two_who_take_back_at_once_do_it_once(together: Together, apart: World) -> None:
    with company_scope(apart.company):
        request = _ask(apart, _days(HOME, MONDAY, TUESDAY))
        _approve(apart, request)

    def cancel(by: Actor) -> Any:
        with company_scope(apart.company):
            return _cancel(apart, request, by=by)

    answers = together(lambda: cancel(apart.hr), lambda: cancel(apart.actor(apart.bikram)))
    assert _names(answers) == ["CorrectionCancellation", "NotApproved"]
    with company_scope(apart.company):
        assert DayMark.objects.filter(withdraws__isnull=False).count() == 2
