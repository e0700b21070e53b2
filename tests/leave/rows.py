"""A row in every table of leave, with every key between them in use."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from companies.models import Department, Employee
from leave.enums import ClaimOutcome, EntryKind, FeedKind, RequestState, StepKind
from leave.models import (
    Allocation,
    BlockDate,
    BlockExemption,
    CalendarFeed,
    Closure,
    CompOffClaim,
    CompOffDecision,
    LeastCover,
    LeaveApprovalStep,
    LeaveAttachment,
    LeaveDay,
    LeavePlan,
    LeavePlanVersion,
    LeaveRequest,
    LeaveRequestState,
    LeaveType,
    LeaveTypeVersion,
    LeaveYearClose,
    LedgerEntry,
    PlanAssignment,
    ReminderVersion,
    RequestDraw,
    RequestStep,
)
from tests.attendance.world import START, World, at

DAY, LATER = dt.date(2026, 3, 2), dt.date(2026, 3, 12)
ONE = Decimal(1)
NOW = at("2026-03-01 09:00")


def leave_type(world: World, name: str = "Annual", code: str = "AL") -> LeaveType:
    made: LeaveType = LeaveType.objects.create(company=world.company, name=name, code=code)
    return made


def version(world: World, **columns: object) -> LeaveTypeVersion:
    kind = columns.pop("leave_type", None) or leave_type(world)
    made: LeaveTypeVersion = LeaveTypeVersion.objects.create(
        company=world.company, leave_type=kind, **columns
    )
    return made


def request(world: World, rules: LeaveTypeVersion, **columns: object) -> LeaveRequest:
    wanted = {"first_on": DAY, "last_on": DAY, "asked_on": DAY, "employee": world.maya} | columns
    made: LeaveRequest = LeaveRequest.objects.create(
        company=world.company, version=rules, leave_type=rules.leave_type, **wanted
    )
    return made


def state(world: World, asked: LeaveRequest, **columns: object) -> LeaveRequestState:
    wanted = {"state": RequestState.APPROVED} | columns
    made: LeaveRequestState = LeaveRequestState.objects.create(
        company=world.company, request=asked, employee=world.maya, first_on=DAY, last_on=DAY,
        amount=ONE, since=NOW, **wanted,
    )  # fmt: skip
    return made


def step(world: World, asked: LeaveRequest, **columns: object) -> None:
    wanted = {"kind": StepKind.SUBMITTED, "number": 1} | columns
    RequestStep.objects.create(
        company=world.company, request=asked, by_kind="person", happened_at=NOW, **wanted
    )


def day(world: World, asked: LeaveRequest, **columns: object) -> None:
    wanted = {"takes_am": True, "takes_pm": True, "is_held": True, "date": DAY} | columns
    LeaveDay.objects.create(
        company=world.company, request=asked, employee=world.maya, portion="full", amount=ONE,
        why="counted", **wanted,
    )  # fmt: skip


def draw(world: World, asked: LeaveRequest, **columns: object) -> None:
    wanted = {"amount": ONE, "source": "grant:1"} | columns
    RequestDraw.objects.create(
        company=world.company, request=asked, employee=world.maya, date=DAY,
        leave_type=asked.leave_type, **wanted,
    )  # fmt: skip


def allocation(world: World, kind: LeaveType, **columns: object) -> None:
    wanted = {"key": "grant:1", "starts_on": START} | columns
    Allocation.objects.create(company=world.company, employee=world.maya, leave_type=kind, **wanted)


def entry(world: World, of: LeaveType, **columns: object) -> None:
    wanted = {"key": "grant:1#0", "kind": EntryKind.GRANT, "amount": ONE} | columns
    LedgerEntry.objects.create(
        company=world.company, employee=world.maya, leave_type=of, effective_on=DAY,
        by_kind="job", **wanted,
    )  # fmt: skip


def plan_version(world: World, plan: LeavePlan, **columns: object) -> None:
    LeavePlanVersion.objects.create(
        company=world.company, plan=plan, milestones=[{"amount": "1.5"}], **columns
    )


def plan_of(world: World, kind: LeaveType, name: str = "Monthly") -> LeavePlan:
    made: LeavePlan = LeavePlan.objects.create(company=world.company, leave_type=kind, name=name)
    return made


def assigned(world: World, plan: LeavePlan, **columns: object) -> None:
    wanted = {"starts_on": START, "employee": world.maya} | columns
    PlanAssignment.objects.create(company=world.company, plan=plan, **wanted)


def attachment(world: World, **columns: object) -> None:
    wanted = {"storage_key": "leave/2026-03-01/a"} | columns
    LeaveAttachment.objects.create(
        company=world.company, employee=world.maya, content_type="application/pdf", size=9,
        sha256="0" * 64, purge_on=DAY, created_at=NOW, **wanted,
    )  # fmt: skip


def claim(world: World, kind: LeaveType, *, amount: Decimal = ONE) -> CompOffClaim:
    made: CompOffClaim = CompOffClaim.objects.create(
        company=world.company, employee=world.maya, leave_type=kind, date=DAY, amount=amount
    )
    return made


def claim_decided(world: World, asked: CompOffClaim, **columns: object) -> None:
    wanted = {"outcome": ClaimOutcome.APPROVED} | columns
    CompOffDecision.objects.create(
        company=world.company, claim=asked, decided_by_kind="person", decided_at=NOW, **wanted
    )


def closed_year(world: World, kind: LeaveType) -> None:
    LeaveYearClose.objects.create(
        company=world.company, leave_type=kind, closed_to=DAY, closed_at=NOW,
        closed_by=world.hari.user,
    )  # fmt: skip


def feed(world: World, **columns: object) -> CalendarFeed:
    wanted = {"employee": world.maya, "kind": FeedKind.OWN, "made_at": NOW} | columns
    made: CalendarFeed = CalendarFeed.objects.create(company=world.company, **wanted)
    return made


def waiting(world: World, rules: LeaveTypeVersion, person: Employee) -> LeaveRequest:
    """Let a request of the person wait for their manager."""
    asked = request(world, rules, employee=person)
    LeaveRequestState.objects.create(
        company=world.company, request=asked, employee=person, state=RequestState.PENDING, place=1,
        waits_for_manager=True, first_on=DAY, last_on=DAY, amount=ONE, since=NOW,
    )  # fmt: skip
    step(world, asked)
    LeaveDay.objects.create(
        company=world.company, request=asked, employee=person, date=DAY, portion="full",
        takes_am=True, takes_pm=True, amount=ONE, why="counted",
    )  # fmt: skip
    return asked


def fill_hr_pages(world: World) -> None:
    """Leave a row of every kind that HR's pages show, as services would: Maya's wait."""
    company, tag = world.company, world.company.code
    kind = leave_type(world, f"Annual {tag}")
    rules = version(world, leave_type=kind, needs_allocation=False, comp_off_valid_days=60)
    plan = plan_of(world, kind, f"Monthly {tag}")
    plan_version(world, plan)
    assigned(world, plan)
    waiting(world, rules, world.maya)
    granted = request(world, rules, first_on=LATER, last_on=LATER)
    LeaveRequestState.objects.create(
        company=company, request=granted, employee=world.maya, state=RequestState.APPROVED,
        first_on=LATER, last_on=LATER, amount=ONE, since=NOW,
    )  # fmt: skip
    day(world, granted, date=LATER)
    claim(world, kind)
    tea = Department.objects.create(company=company, name=f"Tea {tag}")
    BlockDate.objects.create(
        company=company, name=f"Audit {tag}", first_on=dt.date(2026, 10, 1),
        last_on=dt.date(2026, 10, 2),
    )  # fmt: skip
    LeastCover.objects.create(company=company, department=tea, people=2)
    Closure.objects.create(
        company=company, name=f"Summer {tag}", first_on=dt.date(2026, 7, 6),
        last_on=dt.date(2026, 7, 7), leave_type=kind,
    )  # fmt: skip


def fill_leave(world: World) -> None:
    """Use every table and key; the scope of the company is open."""
    company = world.company
    kind, other = leave_type(world), leave_type(world, "Other", "OT")
    rules = version(world, leave_type=kind, draws_on=other)
    LeaveApprovalStep.objects.create(
        company=company, version=rules, decider="person", person=world.hari
    )
    plan = plan_of(world, kind)
    plan_version(world, plan)
    assigned(world, plan)
    old = request(world, rules)
    asked = request(world, rules, replaces=old)
    state(world, asked, state=RequestState.PENDING, place=1, passed_to=world.hari, reach=1)
    attachment(world)
    step(world, asked)
    day(world, asked)
    draw(world, asked)
    allocation(world, kind)
    entry(world, kind, kind=EntryKind.TAKEN, amount=-ONE, request=asked)
    claim_decided(world, claim(world, kind))
    works = Department.objects.get(company=company, name="Works")
    block = BlockDate.objects.create(
        company=company, name="Audit", first_on=DAY, last_on=DAY, leave_type=kind, department=works
    )
    BlockExemption.objects.create(company=company, block=block, employee=world.maya)
    LeastCover.objects.create(company=company, department=works, people=2)
    feed(world)
    Closure.objects.create(
        company=company, name="Summer", first_on=DAY, last_on=DAY, leave_type=kind,
        office=world.office, department=works,
    )  # fmt: skip
    closed_year(world, kind)
    ReminderVersion.objects.create(company=company, starts_on=DAY)
