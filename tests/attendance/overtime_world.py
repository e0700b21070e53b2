"""Overtime policies and days to test with, in the small company of `world`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attendance.enums import Direction
from attendance.models import OvertimeDay
from attendance.services.days import person_recompute
from companies.ids import uuid7
from companies.models import (
    Employee,
    OvertimePolicy,
    OvertimePolicyVersion,
    Placement,
    PolicyVersion,
)
from tests.attendance.world import START, World, at

MONDAY = dt.date(2026, 3, 2)
NOW = at("2026-03-10 12:00")


def rule(name: str = "After the shift", basis: str = "day", **knobs: Any) -> dict[str, Any]:
    """A rule as a version keeps it."""
    return {
        "name": name,
        "basis": basis,
        "beyond_minutes": None,
        "start": None,
        "end": None,
        "days": "working",
        "rate_percent": 100,
        "compensation": "paid",
        "employer_tolerance_minutes": 0,
        "employee_tolerance_minutes": 0,
        "tolerance": "day",
        "daily_cap_minutes": None,
        **knobs,
    }


def make_policy(
    world: World, *rules: dict[str, Any], name: str = "Office", **knobs: Any
) -> OvertimePolicy:
    """A policy of these rules from the beginning on."""
    policy: OvertimePolicy = OvertimePolicy.objects.create(company=world.company, name=name)
    new_version(policy, *rules, starts_on=START, **knobs)
    return policy


def new_version(
    policy: OvertimePolicy, *rules: dict[str, Any], starts_on: dt.date, **knobs: Any
) -> OvertimePolicyVersion:
    row: OvertimePolicyVersion = OvertimePolicyVersion.objects.create(
        company=policy.company, policy=policy, starts_on=starts_on, rules=list(rules), **knobs
    )
    return row


def give_everybody(world: World, policy: OvertimePolicy) -> None:
    """Let the company's own settings name the policy."""
    row = PolicyVersion.objects.filter(company=world.company).latest("id")
    row.pk, row.public_id, row.overtime_policy = None, uuid7(), policy
    row.save(force_insert=True)


def give(employee: Employee, policy: OvertimePolicy) -> None:
    """Let the person's own place name the policy."""
    Placement.objects.filter(employee=employee).update(overtime_policy=policy)


def fresh(employee: Employee) -> Employee:
    """The person with their company as it is now; its revision says which settings hold."""
    found: Employee = Employee.objects.select_related("company").get(pk=employee.pk)
    return found


def work(world: World, employee: Employee, date: dt.date, *presences: tuple[str, str]) -> None:
    """Punch these ins and outs of a date and judge it when all is settled."""
    for start, end in presences:
        world.punch(employee, f"{date} {start}", weigh=False)
        world.punch(employee, f"{date} {end}", Direction.OUT, weigh=False)
    judge(employee, date, date)


def judge(employee: Employee, first: dt.date, last: dt.date) -> None:
    person_recompute(employee=fresh(employee), first=first, last=last, now=NOW)


def figures(employee: Employee) -> dict[str, tuple[int, int, str]]:
    """Extra, missing and the state of each date that has any."""
    rows = OvertimeDay.objects.filter(employee=employee).order_by("date")
    return {
        f"{row.date:%m-%d}": (row.extra_minutes, row.missing_minutes, row.state) for row in rows
    }
