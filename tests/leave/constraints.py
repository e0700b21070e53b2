"""What each constraint of leave refuses, and what comes close and is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from companies.models import Department
from companies.scoping import company_scope
from leave.models import (
    BlockDate,
    BlockExemption,
    Closure,
    LeastCover,
    LeaveApprovalStep,
    LeaveRequest,
    LeaveType,
)
from tests.attendance.world import World, make_company
from tests.leave import rows
from tests.leave.rows import DAY, ONE, leave_type, version

Case = tuple[str, Callable[[World], object]]
BEFORE = DAY - dt.timedelta(days=1)
NINE = dt.time(9)


def _asked(world: World, **columns: object) -> LeaveRequest:
    return rows.request(world, version(world), **columns)


def _chain(world: World, *steps: dict[str, Any]) -> None:
    rules = version(world)
    for columns in steps:
        LeaveApprovalStep.objects.create(company=world.company, version=rules, **columns)


def _days(world: World, *days: dict[str, Any], is_one: bool = False) -> None:
    rules = version(world)
    asked = rows.request(world, rules)
    for columns in days:
        rows.day(world, asked if is_one else rows.request(world, rules), **columns)


def _draws(world: World, *draws: dict[str, Any]) -> None:
    asked = _asked(world)
    for columns in draws:
        rows.draw(world, asked, **columns)


def _steps(world: World, *steps: dict[str, Any]) -> None:
    asked = _asked(world)
    for columns in steps:
        rows.step(world, asked, **columns)


def _attached(world: World, *keys: str) -> None:
    for key in keys:
        rows.attachment(world, storage_key=key)


def _entries(world: World, *entries: dict[str, Any]) -> None:
    kind = leave_type(world)
    for columns in entries:
        rows.entry(world, kind, **columns)


def _allocations(world: World, *allocations: dict[str, Any]) -> None:
    kind = leave_type(world)
    for columns in allocations:
        rows.allocation(world, kind, **columns)


def _assignments(world: World, *assignments: dict[str, Any]) -> None:
    plan = rows.plan_of(world, leave_type(world))
    for columns in assignments:
        rows.assigned(world, plan, **columns)


def _plans(world: World, *names: str) -> None:
    kind = leave_type(world)
    for name in names:
        rows.plan_of(world, kind, name)


def _plan_version(world: World, **columns: object) -> None:
    rows.plan_version(world, rows.plan_of(world, leave_type(world)), **columns)


def _block(world: World, **columns: object) -> BlockDate:
    wanted = {"first_on": DAY, "last_on": DAY} | columns
    made: BlockDate = BlockDate.objects.create(company=world.company, name="Audit", **wanted)
    return made


def _exempt(world: World, *people: Any) -> None:
    block = _block(world)
    for employee in people:
        BlockExemption.objects.create(company=world.company, block=block, employee=employee)


def _closure(world: World, last_on: dt.date) -> None:
    Closure.objects.create(
        company=world.company, name="Summer", first_on=DAY, last_on=last_on,
        leave_type=leave_type(world),
    )  # fmt: skip


def _cover(world: World, people: int) -> None:
    looms = Department.objects.create(company=world.company, name="Looms")
    LeastCover.objects.create(company=world.company, department=looms, people=people)


def _closed(world: World, times: int) -> None:
    kinds = [leave_type(world), leave_type(world, "Other", "OT")]
    for n in range(2):
        rows.closed_year(world, kinds[n % times])


def _claimed(world: World, **columns: object) -> None:
    rows.claim_decided(world, rows.claim(world, leave_type(world)), **columns)


def _other_company(world: World) -> None:
    company = make_company("elsewhere")
    with company_scope(company):
        LeaveType.objects.create(company=company, name="Annual", code="AL")
    leave_type(world)


def _draws_on_another(world: World) -> None:
    version(world, draws_on=leave_type(world, "Other", "OT"))


def _draws_on_itself(world: World) -> None:
    kind = leave_type(world)
    version(world, leave_type=kind, draws_on=kind)


def _draws_on_none(world: World) -> None:
    version(world, draws_on=leave_type(world, "Other", "OT"), needs_allocation=False)


def _state(world: World, **columns: object) -> None:
    rows.state(world, _asked(world), **columns)


_HELD: dict[str, Any] = {"date": DAY}
_FIRST: dict[str, Any] = {"takes_pm": False}
_SECOND: dict[str, Any] = {"takes_am": False}
_TAKEN: dict[str, Any] = {"kind": "taken", "amount": -ONE}

REFUSED: list[Case] = [
    ("leave_leavetype_name_once", lambda w: [leave_type(w), leave_type(w, code="A2")]),
    ("leave_leavetype_code_once", lambda w: [leave_type(w), leave_type(w, "Other")]),
    ("leave_leavetype_code_is_no_status", lambda w: leave_type(w, code="WFH")),
    ("leave_leavetypeversion_draws_on_another", _draws_on_itself),
    ("leave_leavetypeversion_draws_on_another", _draws_on_none),
    ("leave_leavetypeversion_hours_of_a_day", lambda w: version(w, hours_per_day=Decimal(0))),
    ("leave_leavetypeversion_hours_of_a_day", lambda w: version(w, hours_per_day=Decimal(25))),
    ("leave_leavetypeversion_year_starts_on_a_day", lambda w: version(w, year_month=13)),
    ("leave_leavetypeversion_year_starts_on_a_day", lambda w: version(w, year_day=0)),
    ("leave_leaveapprovalstep_once", lambda w: _chain(w, {}, {})),
    ("leave_leaveapprovalstep_person_once", lambda w: _chain(
        w, *[{"decider": "person", "person": w.hari}] * 2)),
    ("leave_leaveapprovalstep_person_where_named", lambda w: _chain(w, {"decider": "person"})),
    ("leave_leaveapprovalstep_person_where_named", lambda w: _chain(w, {"person": w.hari})),
    ("leave_leaveplan_name_once", lambda w: _plans(w, "Monthly", "Monthly")),
    ("leave_leaveplanversion_days_exist", lambda w: _plan_version(w, weekday=7)),
    ("leave_leaveplanversion_days_exist", lambda w: _plan_version(w, carry_day=32)),
    ("leave_planassignment_one_a_date", lambda w: _assignments(w, {}, {})),
    ("leave_planassignment_ends_after_start", lambda w: _assignments(
        w, {"starts_on": DAY, "ends_on": BEFORE})),
    ("leave_allocation_key_once", lambda w: _allocations(w, {}, {})),
    ("leave_allocation_ends_after_start", lambda w: _allocations(
        w, {"starts_on": DAY, "ends_on": BEFORE})),
    ("leave_ledgerentry_key_once", lambda w: _entries(w, {}, {})),
    ("leave_ledgerentry_sign_of_its_kind", lambda w: _entries(w, {"amount": -ONE})),
    ("leave_ledgerentry_sign_of_its_kind", lambda w: _entries(
        w, {"kind": "encashed", "amount": ONE})),
    ("leave_ledgerentry_adjusted_for_a_reason", lambda w: _entries(w, {"kind": "adjustment"})),
    ("leave_ledgerentry_taken_for_a_request", lambda w: _entries(w, _TAKEN)),
    ("leave_leaverequest_ends_after_start", lambda w: _asked(w, last_on=BEFORE)),
    ("leave_leaverequest_hours_of_one_date", lambda w: _asked(w, starts_at=NINE)),
    ("leave_leaverequest_hours_of_one_date", lambda w: _asked(
        w, first_on=BEFORE, starts_at=NINE, ends_at=NINE)),
    ("leave_leaverequest_one_part_of_one_date", lambda w: _asked(w, first_part="am")),
    ("leave_leaverequest_partly_of_another", lambda w: _asked(w, is_partly=True)),
    ("leave_leaverequeststate_waits_at_a_place", lambda w: _state(w, state="pending")),
    ("leave_leaverequeststate_waits_at_a_place", lambda w: _state(w, place=1)),
    ("leave_leaverequeststate_waits_at_a_place", lambda w: _state(w, waits_for_hr=True)),
    ("leave_leaverequeststate_waits_at_a_place", lambda w: _state(w, passed_to=w.hari)),
    ("leave_leaverequeststate_waits_at_a_place", lambda w: _state(w, reach=1)),
    ("leave_leaverequeststate_cancelled_from_a_date", lambda w: _state(
        w, state="cancel_asked", place=1)),
    ("leave_leaverequeststate_cancelled_from_a_date", lambda w: _state(w, cancel_from=DAY)),
    ("leave_leaveattachment_key_once", lambda w: _attached(w, "a", "a")),
    ("leave_requeststep_one_a_number", lambda w: _steps(w, {}, {})),
    ("leave_requeststep_refused_for_a_reason", lambda w: _steps(w, {"kind": "refused"})),
    ("leave_requeststep_refused_for_a_reason", lambda w: _steps(w, {"kind": "asked_back"})),
    ("leave_leaveday_once_a_request", lambda w: _days(
        w, _FIRST, {**_SECOND, "is_held": False}, is_one=True)),
    ("leave_leaveday_first_half_once", lambda w: _days(w, _FIRST, _FIRST)),
    ("leave_leaveday_second_half_once", lambda w: _days(w, _SECOND, _SECOND)),
    ("leave_requestdraw_takes_something", lambda w: _draws(w, {"amount": Decimal(0)})),
    ("leave_requestdraw_once", lambda w: _draws(w, {}, {})),
    ("leave_compoffclaim_claims_something", lambda w: rows.claim(
        w, leave_type(w), amount=Decimal(0))),
    ("leave_compoffdecision_refused_for_a_reason", lambda w: _claimed(w, outcome="refused")),
    ("leave_blockdate_ends_after_start", lambda w: _block(w, last_on=BEFORE)),
    ("leave_blockexemption_once", lambda w: _exempt(w, w.maya, w.maya)),
    ("leave_leastcover_somebody", lambda w: _cover(w, 0)),
    ("leave_calendarfeed_one_a_kind", lambda w: [rows.feed(w), rows.feed(w)]),
    ("leave_closure_ends_after_start", lambda w: _closure(w, BEFORE)),
    ("leave_leaveyearclose_once", lambda w: _closed(w, 1)),
]  # fmt: skip
ALLOWED: list[Case] = [
    ("leave_leavetype_name_once", _other_company),
    ("leave_leavetype_code_once", _other_company),
    ("leave_leavetype_code_is_no_status", lambda w: leave_type(w, code="WF")),
    ("leave_leavetypeversion_draws_on_another", _draws_on_another),
    ("leave_leavetypeversion_draws_on_another", lambda w: version(w, needs_allocation=False)),
    ("leave_leavetypeversion_hours_of_a_day", lambda w: version(w, hours_per_day=Decimal(24))),
    ("leave_leavetypeversion_year_starts_on_a_day", lambda w: version(
        w, year_month=12, year_day=31)),
    ("leave_leaveapprovalstep_once", lambda w: _chain(w, {}, {"decider": "hr"}, {"place": 2})),
    ("leave_leaveapprovalstep_person_once", lambda w: _chain(
        w, *({"decider": "person", "person": who} for who in (w.hari, w.bikram)))),
    ("leave_leaveapprovalstep_person_where_named", lambda w: _chain(
        w, {"decider": "person", "person": w.hari}, {"decider": "hr"})),
    ("leave_leaveplan_name_once", lambda w: _plans(w, "Monthly", "Yearly")),
    ("leave_leaveplanversion_days_exist", lambda w: _plan_version(w, weekday=6, carry_day=31)),
    ("leave_planassignment_one_a_date", lambda w: _assignments(
        w, {}, {"employee": w.bikram}, {"starts_on": DAY})),
    ("leave_planassignment_ends_after_start", lambda w: _assignments(
        w, {"starts_on": DAY, "ends_on": DAY})),
    ("leave_allocation_key_once", lambda w: _allocations(w, {}, {"key": "grant:2"})),
    ("leave_allocation_ends_after_start", lambda w: _allocations(
        w, {"starts_on": DAY, "ends_on": DAY})),
    ("leave_ledgerentry_key_once", lambda w: _entries(w, {}, {"key": "grant:1#1"})),
    ("leave_ledgerentry_sign_of_its_kind", lambda w: _entries(
        w, {"kind": "accrual", "amount": Decimal(0)}, {
            "key": "2", "kind": "lapsed", "amount": ONE})),
    ("leave_ledgerentry_adjusted_for_a_reason", lambda w: _entries(
        w, {"kind": "adjustment", "reason": "Miscounted", "amount": -ONE})),
    ("leave_ledgerentry_taken_for_a_request", lambda w: _entries(
        w, {**_TAKEN, "request": rows.request(w, version(
            w, leave_type=leave_type(w, "Other", "OT")))})),
    ("leave_leaverequest_ends_after_start", _asked),
    ("leave_leaverequest_hours_of_one_date", lambda w: _asked(w, starts_at=NINE, ends_at=NINE)),
    ("leave_leaverequest_one_part_of_one_date", lambda w: _asked(
        w, first_on=BEFORE, first_part="pm")),
    ("leave_leaverequest_partly_of_another", lambda w: rows.request(
        w, (rules := version(w)), is_partly=True, replaces=rows.request(w, rules))),
    ("leave_leaverequeststate_waits_at_a_place", lambda w: _state(
        w, state="pending", place=1, waits_for_hr=True)),
    ("leave_leaverequeststate_waits_at_a_place", lambda w: _state(
        w, state="pending", place=1, passed_to=w.hari, reach=1)),
    ("leave_leaverequeststate_cancelled_from_a_date", lambda w: _state(
        w, state="cancel_asked", place=1, cancel_from=DAY)),
    ("leave_leaveattachment_key_once", lambda w: _attached(w, "a", "b")),
    ("leave_requeststep_one_a_number", lambda w: _steps(w, {}, {"number": 2})),
    ("leave_requeststep_refused_for_a_reason", lambda w: _steps(
        w, {"kind": "refused", "reason": "No"}, {"number": 2, "kind": "approved"})),
    ("leave_leaveday_once_a_request", lambda w: _days(
        w, _HELD, {"date": BEFORE}, is_one=True)),
    ("leave_leaveday_first_half_once", lambda w: _days(
        w, _FIRST, _SECOND, {**_FIRST, "is_held": False})),
    ("leave_leaveday_second_half_once", lambda w: _days(
        w, _SECOND, _FIRST, {**_SECOND, "is_held": False})),
    ("leave_requestdraw_takes_something", lambda w: _draws(w, {"amount": Decimal("0.0001")})),
    ("leave_requestdraw_once", lambda w: _draws(w, {}, {"source": ""})),
    ("leave_compoffclaim_claims_something", lambda w: rows.claim(
        w, leave_type(w), amount=Decimal("0.5"))),
    ("leave_compoffdecision_refused_for_a_reason", lambda w: _claimed(
        w, outcome="refused", reason="Not asked")),
    ("leave_blockdate_ends_after_start", _block),
    ("leave_blockexemption_once", lambda w: _exempt(w, w.maya, w.bikram)),
    ("leave_leastcover_somebody", lambda w: _cover(w, 1)),
    ("leave_calendarfeed_one_a_kind", lambda w: [
        rows.feed(w), rows.feed(w, kind="team"), rows.feed(w, employee=w.hari)]),
    ("leave_closure_ends_after_start", lambda w: _closure(w, DAY)),
    ("leave_leaveyearclose_once", lambda w: _closed(w, 2)),
]  # fmt: skip


def cover_twice(world: World) -> None:
    """Write what a department needs at least a second time."""
    looms = Department.objects.create(company=world.company, name="Looms")
    for people in (1, 2):
        LeastCover.objects.create(company=world.company, department=looms, people=people)


def decided_twice(world: World) -> None:
    """Decide a claim of comp-off a second time."""
    asked = rows.claim(world, leave_type(world))
    for _n in range(2):
        rows.claim_decided(world, asked)


def state_twice(world: World) -> None:
    """Write a second state of a request."""
    asked = _asked(world)
    for _n in range(2):
        rows.state(world, asked)
