"""What each constraint of overtime refuses, and what comes close and is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from attendance.models import OvertimeDay, OvertimeDecision
from companies.models import OvertimePolicy
from companies.scoping import company_scope
from tests.attendance.world import World, make_company

Case = tuple[str, Callable[[World], object]]
DAY = dt.date(2026, 3, 2)
NEXT = DAY + dt.timedelta(days=1)


def _policy(world: World, name: str = "Office") -> OvertimePolicy:
    made: OvertimePolicy = OvertimePolicy.objects.create(company=world.company, name=name)
    return made


def _policy_elsewhere(world: World) -> None:
    _policy(world)
    other = make_company("elsewhere")
    with company_scope(other):
        OvertimePolicy.objects.create(company=other, name="Office")


def _day(world: World, **columns: object) -> OvertimeDay:
    made: OvertimeDay = OvertimeDay.objects.create(
        **{
            "company": world.company, "employee": world.maya, "date": DAY, "state": "counted",
            "computed_at": timezone.now(), **columns,
        }
    )  # fmt: skip
    return made


def _decided(world: World, outcome: str = "approved", **columns: object) -> OvertimeDecision:
    made: OvertimeDecision = OvertimeDecision.objects.create(
        **{
            "company": world.company, "employee": world.maya, "date": DAY, "outcome": outcome,
            "decided_at": timezone.now(), **columns,
        }
    )  # fmt: skip
    return made


def replaced_twice(world: World) -> None:
    """Let two decisions follow one."""
    first = _decided(world)
    for _n in range(2):
        _decided(world, "taken_back", replaces=first)


REFUSED: list[Case] = [
    ("companies_overtimepolicy_name_once", lambda w: [_policy(w), _policy(w)]),
    ("attendance_overtimeday_once", lambda w: [_day(w), _day(w)]),
    ("attendance_overtimeday_waits_since", lambda w: _day(w, state="waiting")),
    ("attendance_overtimeday_waits_since", lambda w: _day(w, waiting_since=timezone.now())),
    ("attendance_overtimedecision_one_chain_a_date", lambda w: [_decided(w), _decided(w)]),
    ("attendance_overtimedecision_for_a_reason", lambda w: _decided(w, "set")),
    ("attendance_overtimedecision_for_a_reason", lambda w: _decided(w, "refused")),
]
ALLOWED: list[Case] = [
    ("companies_overtimepolicy_name_once", _policy_elsewhere),
    ("attendance_overtimeday_once", lambda w: [_day(w), _day(w, date=NEXT)]),
    (
        "attendance_overtimeday_waits_since",
        lambda w: _day(w, state="waiting", waiting_since=timezone.now()),
    ),
    (
        "attendance_overtimedecision_one_chain_a_date",
        lambda w: [_decided(w, replaces=_decided(w)), _decided(w, date=NEXT)],
    ),
    (
        "attendance_overtimedecision_for_a_reason",
        lambda w: _decided(w, "set", reason="Twenty were dinner"),
    ),
]
