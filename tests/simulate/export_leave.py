"""A company's leave as a scenario, for the tests that let the product and `simulate` play it.

A change is told as what it is to the books: the old request cancelled, the new one asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from attendance.models import DayMark
from attendance.rules.types import WEEKDAYS
from companies.models import Company, Department, Employee
from leave.enums import CarryOn, EntryKind, RequestState, StepKind
from leave.models import (
    Allocation,
    BlockDate,
    Closure,
    CompOffClaim,
    LeavePlanVersion,
    LeaveRequest,
    LeaveRequestState,
    LedgerEntry,
    PlanAssignment,
    RequestStep,
)
from leave.terms import PlanOn, TypeOn, leave_settings
from tests.simulate.export import scenario_of

Json = dict[str, Any]
_STEPS = {
    StepKind.APPROVED: "approve",
    StepKind.REFUSED: "refuse",
    StepKind.WITHDRAWN: "withdraw",
    StepKind.CANCELLED: "cancel",
    StepKind.CHANGED: "cancel",
}
_GONE = (RequestState.CHANGED, RequestState.CANCELLED)


def leave_scenario(company: Company, now: dt.datetime) -> Json:
    """The open company's facts of days and of leave; questions are the caller's."""
    today = now.date()
    whole: Json = json.loads(scenario_of(now, today, today))
    by_leave = DayMark.objects.filter(source_ref__startswith="leave:")
    ours = {str(key) for key in by_leave.values_list("public_id", flat=True)}
    whole["marks"] = [mark for mark in whole["marks"] if mark["key"] not in ours]
    for person in Employee.objects.all():
        place = person.placements.select_related("department").latest("starts_on")
        whole["people"][person.code] |= {
            "employment_type": person.employment_type, "department": place.department.name,
        }  # fmt: skip
    whole |= {
        "departments": {row.name: {"under": row.parent and row.parent.name}
                        for row in Department.objects.select_related("parent")},
        "leave_types": _types(company),
        "plans": _plans(company),
        "allocations": [*_grants(), *_adjustments(), *_claims()],
        "blocks": list(_blocks()),
        "closures": list(_closures(now)),
        "requests": list(_requests()),
    }  # fmt: skip
    del whole["ask"]
    return json.loads(json.dumps(whole, default=_text))  # type: ignore[no-any-return]


def _text(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return f"{value:f}"


def _said(values: Json, *without: str) -> Json:
    return {name: each for name, each in values.items() if name not in without}


def _given(values: Json) -> Json:
    return {name: each for name, each in values.items() if each is not None}


# --- types and plans ------------------------------------------------------------------------------
def _types(company: Company) -> Json:
    terms = leave_settings(company)
    return {
        row.code: [{"from": each.row.starts_on, **_type(each)} for each in terms.versions[pk]]
        for pk, row in terms.types.items()
    }


def _type(version: TypeOn) -> Json:
    rules, row = asdict(version.rules), version.row
    draws_on = row.draws_on.code if row.draws_on else "own"
    return {
        **_said(rules, "needs_allocation"),
        "draws_on": draws_on if rules["needs_allocation"] else "nothing",
        "hours_per_day": row.hours_per_day,
        "chain": [{"by": [link.decider], "above": link.above} for link in version.chain],
        "code": row.leave_type.code,
        "paid": row.is_paid,
        "keeps": row.encash_keep,
        "most_encashed": row.encash_most,
        "comp_off_valid_days": row.comp_off_valid_days,
    }


def _plans(company: Company) -> Json:
    rows = {row.plan_id: row for row in LeavePlanVersion.objects.order_by("starts_on", "id")}
    return {
        rules.row.name: {
            "type": rules.row.leave_type.code,
            "for": list(_assigned(rules.row.pk, rows[rules.row.pk])),
            "versions": [{"from": each.starts_on, **_version(each)} for each in rules.versions],
        }
        for rules in leave_settings(company).plans.values()
    }


def _assigned(plan: int, version: LeavePlanVersion) -> Iterator[Json]:
    counts_from = "joining" if version.counts_from_joining else "start"
    for row in PlanAssignment.objects.filter(plan=plan).select_related("employee"):
        yield {
            "person": row.employee.code, "from": row.starts_on, "to": row.ends_on,
            "counts_from": counts_from,
        }  # fmt: skip


def _version(plan: PlanOn) -> Json:
    on = plan.carry_on
    carry_on: Any = on and {"month": on.month, "day": on.day}
    return {
        "frequency": plan.rhythm.frequency,
        "weekday": WEEKDAYS[plan.rhythm.weekday],
        "days": list(plan.rhythm.days),
        "month": plan.rhythm.month,
        "moment": plan.moment,
        "first": plan.first,
        "switch": plan.switch,
        "waits": asdict(plan.waits),
        "by_worked_time": plan.by_worked_time,
        "carry_on": CarryOn.ANNIVERSARY.value if on and on.month is None else carry_on,
        "milestones": [
            _given({**asdict(each), "carry": _given(asdict(each.carry))})
            for each in plan.milestones
        ],
    }


# --- what HR entered ------------------------------------------------------------------------------
def _grants() -> Iterator[Json]:
    lines = LedgerEntry.objects.filter(kind=EntryKind.GRANT)
    first = {(row.employee_id, row.source): row for row in lines}
    for row in Allocation.objects.select_related("employee", "leave_type"):
        line = first.get((row.employee_id, row.key))
        if line is not None:
            yield {"grant": {
                "key": _key(row), "person": row.employee.code, "type": row.leave_type.code,
                "amount": line.amount, "from": row.starts_on, "to": row.ends_on,
                "is_protected": row.is_protected, "reason": line.reason,
            }}  # fmt: skip


def _key(row: Allocation) -> str:
    return f"{row.employee.code} {row.leave_type.code} {row.key}"


def _adjustments() -> Iterator[Json]:
    lines = LedgerEntry.objects.filter(kind=EntryKind.ADJUSTMENT, key__startswith="adjustment:")
    for row in lines.select_related("employee", "leave_type"):
        who, code = row.employee.code, row.leave_type.code
        yield {"adjustment": {
            "key": row.key, "person": who, "type": code, "amount": row.amount,
            "on": row.effective_on, "reason": row.reason,
            **({"adjusts": f"{who} {code} {row.source}"} if row.source else {}),
        }}  # fmt: skip


def _claims() -> Iterator[Json]:
    claims = CompOffClaim.objects.filter(decision__outcome="approved")
    for row in claims.select_related("employee", "leave_type", "decision"):
        yield {"comp_off": {
            "key": str(row.public_id), "person": row.employee.code, "type": row.leave_type.code,
            "worked_on": row.date, "amount": row.amount,
            "entered_on": row.decision.decided_at.date(),
        }}  # fmt: skip


def _blocks() -> Iterator[Json]:
    for row in BlockDate.objects.select_related("department", "leave_type"):
        yield {
            "name": row.name, "from": row.first_on, "to": row.last_on,
            "types": [row.leave_type.code] if row.leave_type else [],
            "departments": [row.department.name] if row.department else [],
            "exempt": [each.employee.code for each in row.exemptions.select_related("employee")],
        }  # fmt: skip


def _booked(closure: Closure) -> Any:
    return LeaveRequest.objects.filter(
        leave_type=closure.leave_type_id, note=closure.name, first_on__gte=closure.first_on,
        last_on__lte=closure.last_on,
    )  # fmt: skip


def _closures(now: dt.datetime) -> Iterator[Json]:
    everybody = set(Employee.objects.values_list("code", flat=True))
    for row in Closure.objects.select_related("leave_type"):
        booked = set(_booked(row).values_list("employee__code", flat=True))
        yield {
            "key": row.name, "type": row.leave_type.code, "from": row.first_on, "to": row.last_on,
            "booked_on": now.date(), "exempt": sorted(everybody - booked),
        }  # fmt: skip


# --- requests -------------------------------------------------------------------------------------
def _requests() -> Iterable[Json]:
    closures = [_booked(row).values_list("pk", flat=True) for row in Closure.objects.all()]
    booked = {pk for keys in closures for pk in keys}
    rows = LeaveRequest.objects.exclude(pk__in=booked).select_related("employee", "leave_type")
    for row in rows.order_by("id"):
        steps = list(RequestStep.objects.filter(request=row).order_by("number"))
        state = LeaveRequestState.objects.get(request=row).state
        # What takes the place of other leave stands once that is away.
        began = steps[-1] if row.replaces_id and not row.is_partly else steps[0]
        said: Json = {
            "key": str(row.public_id), "person": row.employee.code, "type": row.leave_type.code,
            "from": row.first_on, "to": row.last_on, "submitted_on": _on(row, began),
            "attachment": bool(row.attachment_key), "converts": row.is_partly,
            "then": list(_then(row, steps[1:], state)),
        }  # fmt: skip
        if row.starts_at is not None:
            said |= {"start": row.starts_at, "end": row.ends_at}
        else:
            said |= {"first_part": row.first_part, "last_part": row.last_part}
        yield said


def _then(row: LeaveRequest, steps: list[RequestStep], state: str) -> Iterator[Json]:
    for step in steps:
        name = _STEPS.get(StepKind(step.kind))
        if name is None or (step.kind == StepKind.CHANGED and state not in _GONE):
            continue  # other leave took some of its days: the scenario's rules find that
        values: Json = {"on": _on(row, step)}
        yield {name: {**values, "reason": step.reason} if name == "refuse" else values}


def _on(row: LeaveRequest, step: RequestStep) -> dt.date:
    """The date of a step where the person is."""
    place = row.employee.placements.select_related("office").latest("starts_on")
    zone = place.office.versions.latest("starts_on").zone
    return step.happened_at.astimezone(ZoneInfo(zone)).date()


def amount(value: str | Decimal) -> Decimal:
    """An amount, however it is written."""
    return Decimal(value).normalize() + 0
