"""A shift with its first version, added by a service."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from companies import services
from companies.errors import NotAllowed
from companies.models import AuditEvent, Shift
from companies.scoping import company_scope
from tests.attendance.world import World, make_world

pytestmark = pytest.mark.django_db
HOURS = {"start_time": dt.time(6), "end_time": dt.time(14)}


def test_a_shift_comes_with_its_hours_and_both_are_told(world: World) -> None:
    with company_scope(world.company):
        made = services.shift_add(company=world.company, name="Early", by=world.hr, **HOURS)
        version = made.versions.get()
        assert (version.start_time, version.end_time) == (dt.time(6), dt.time(14))
        told = AuditEvent.objects.order_by("-pk").values_list("verb", flat=True)[:2]
        assert list(told) == ["shift_version_added", "shift_added"]


def test_a_name_that_is_taken_is_refused(world: World) -> None:
    with company_scope(world.company):
        with pytest.raises(ValidationError, match="Another shift has this name"):
            services.shift_add(company=world.company, name="Day", by=world.hr, **HOURS)
        assert Shift.objects.count() == 2


def test_only_hr_of_the_company_adds_one(world: World) -> None:
    other = make_world("other")
    for company, actor in (
        (world.company, world.actor(world.maya)), (other.company, world.hr),
    ):  # fmt: skip
        with company_scope(company), pytest.raises(NotAllowed):
            services.shift_add(company=company, name="Early", by=actor, **HOURS)
