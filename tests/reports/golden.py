"""The golden month: March 2026 in New York, with every code, as `golden.json` has it.

The clocks go forward in the night to the 8th and, later, back in the night to 1 November.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from attendance.enums import DayStatus, Direction, MarkKind, Portion
from attendance.services.closing import period_lock, period_reopen
from attendance.services.days import person_recompute
from attendance.services.marks import mark_add
from attendance.services.overtime import overtime_approve, overtime_refuse, overtime_set
from attendance.services.verdicts import day_set, day_skip
from companies.actor import job_actor
from companies.enums import CalendarKind, EmploymentType, Role
from companies.models import (
    CalendarDay,
    Company,
    Department,
    Employee,
    OfficeVersion,
    Placement,
    PolicyVersion,
    RoleGrant,
    Shift,
    User,
)
from companies.scoping import company_scope
from tests.attendance.overtime_world import give, make_policy, rule
from tests.attendance.world import START, World, make_person, make_shift, make_world

# Leave has its own golden figures (tests/leave).
OF_LEAVE = {"leave-balances", "leave-ledger", "deducted-per-month"}
HERE = Path(__file__).parent
ZONE = ZoneInfo("America/New_York")
MARCH, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
NOW = dt.datetime(2026, 4, 2, 12, tzinfo=ZONE)
IN, OUT = Direction.IN, Direction.OUT


@dataclass
class Golden:
    """The company of the golden month and its people, by their first names."""

    world: World
    people: dict[str, Employee]
    design: Department

    @property
    def company(self) -> Company:
        return self.world.company

    def user(self, name: str) -> User:
        user = self.people[name].user
        assert user is not None
        return user


def _punch(world: World, person: Employee, *times: str) -> None:
    """Check in and out at wall times of New York: `03-02 09:00`, `03-02 17:30`."""
    for n, text in enumerate(times):
        instant = dt.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)
        kathmandu = instant.astimezone(ZoneInfo("Asia/Kathmandu"))
        world.punch(person, f"{kathmandu:%Y-%m-%d %H:%M}", OUT if n % 2 else IN, weigh=False)


def _marks(golden: Golden) -> None:
    ada, by = golden.people["ada"], job_actor("test", golden.company)
    for day, kind, portion, code in (
        (4, MarkKind.LEAVE, Portion.FULL, "CL"),
        (5, MarkKind.LEAVE, Portion.AM, "CL"),
        (11, MarkKind.WORK_FROM_HOME, Portion.FULL, ""),
        (12, MarkKind.ON_DUTY, Portion.FULL, ""),
        (16, MarkKind.LEAVE, Portion.PM, "SL"),
    ):
        mark_add(
            employee=ada, date=dt.date(2026, 3, day), kind=kind, portion=portion, code=code,
            source_ref=f"test:{day}", by=by,
        )  # fmt: skip


def _punches(golden: Golden) -> None:
    world, people = golden.world, golden.people
    ada = people["ada"]
    _punch(world, ada, "03-02 09:00", "03-02 17:30")
    _punch(world, ada, "03-03 09:25", "03-03 17:20")
    _punch(world, ada, "03-05 13:30", "03-05 17:30")
    _punch(world, ada, "03-09 09:00")
    _punch(world, ada, "03-10 09:00", "03-10 13:00")
    _punch(world, ada, "03-14 10:00", "03-14 12:00")
    _punch(world, ada, "03-26 09:00", "03-26 13:00")
    # The clocks go forward in this night, back in the last one of October.
    _punch(world, people["ned"], "03-07 23:00", "03-08 07:00")
    _punch(world, people["ned"], "03-10 23:20", "03-11 07:00")
    _punch(world, people["joe"], "03-16 09:00", "03-16 17:30")
    _punch(world, people["lee"], "03-10 09:05", "03-10 17:30")


def _judge(golden: Golden, last: dt.date = LAST, now: dt.datetime = NOW) -> None:
    for person in golden.people.values():
        fresh = Employee.objects.select_related("company").get(pk=person.pk)
        person_recompute(employee=fresh, first=last.replace(day=1), last=last, now=now)


def _by_hand(golden: Golden) -> None:
    """What HR does: a day set, one skipped, the month locked, opened again and mended."""
    ada, hr = golden.people["ada"], golden.world.hr
    day_set(
        employee=ada, date=dt.date(2026, 3, 17), halves=(DayStatus.PRESENT, DayStatus.PRESENT),
        worked_minutes=480, reason="paper list", by=hr,
    )  # fmt: skip
    day_skip(employee=ada, date=dt.date(2026, 3, 18), reason="fire drill", by=hr)
    period = period_lock(company=golden.company, starts_on=MARCH, reason="payroll waits", by=hr)
    period_reopen(period=period, reason="a letter came late", by=hr)
    mark_add(
        employee=ada, date=dt.date(2026, 3, 19), kind=MarkKind.LEAVE, code="CL",
        source_ref="test:late", by=job_actor("test", golden.company),
    )  # fmt: skip


def _policies(golden: Golden) -> None:
    """Pay extra for some hours once approved; of Ned's nights minutes count by themselves."""
    world = golden.world
    hours = make_policy(
        world,
        rule("Morning", "clock", start="09:00", end="10:00", rate_percent=150),
        rule("Evening", "clock", start="17:00", end="18:00", rate_percent=200,
             compensation="banked"),
        rule("Days off", "days_off", rate_percent=300),
        name="Hours", approval="manager",
    )  # fmt: skip
    nights = make_policy(world, rule("Nights"), name="Nights", tracks_missing=True)
    for name, policy in (("ada", hours), ("joe", hours), ("lee", hours), ("ned", nights)):
        give(golden.people[name], policy)


def _decide(golden: Golden) -> None:
    """What is said of Ada's minutes: of her work on the 14th nobody has said anything."""
    ada, hr = golden.people["ada"], golden.world.hr
    overtime_approve(employee=ada, date=dt.date(2026, 3, 2), by=hr)
    overtime_set(
        employee=ada, date=dt.date(2026, 3, 3), extra_minutes=30, missing_minutes=0,
        reason="the rest was chat", by=hr,
    )  # fmt: skip
    overtime_refuse(employee=ada, date=dt.date(2026, 3, 10), reason="not asked for", by=hr)


def make_golden() -> Golden:
    """Make the company and its March."""
    world = make_world()
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=str(ZONE), allows_unchecked=True
        )
        OfficeVersion.objects.filter(office=world.office).update(zone=str(ZONE), country="US")
        night = make_shift(world.company, "Graveyard", dt.time(23), dt.time(7))
        design = Department.objects.create(company=world.company, name="Design")
        ops = Department.objects.create(company=world.company, name="Ops")
        golden = Golden(world, {}, design)
        _person(golden, "Ada", world.day_shift, design)
        _person(golden, "Joe", world.day_shift, design)
        _person(golden, "Lee", world.day_shift, ops)
        _person(golden, "Ned", night, ops, weekly_off={})
        _person(golden, "Una", None, None)
        _update(
            golden, "joe", joined_on=dt.date(2026, 3, 16), employment_type=EmploymentType.INTERN
        )
        _update(golden, "lee", left_on=dt.date(2026, 3, 11))
        for day, kind, name in (
            (13, CalendarKind.HOLIDAY, "Founders' Day"),
            (26, CalendarKind.HALF_HOLIDAY_PM, "Spring"),
        ):
            CalendarDay.objects.create(
                company=world.company, date=dt.date(2026, 3, day), kind=kind, name=name
            )
        # Whoever was there before is not part of the month, but HR.
        others = (world.maya.pk, world.bikram.pk)
        Employee.objects.filter(pk__in=others).update(left_on=dt.date(2026, 2, 1))
        Employee.objects.filter(pk=world.hari.pk).update(joined_on=dt.date(2026, 4, 1))
        _policies(golden)
        _marks(golden)
    _punches(golden)
    with company_scope(world.company):
        world.company.refresh_from_db()
        _judge(golden)
        _by_hand(golden)
        _decide(golden)
    return golden


def _person(
    golden: Golden,
    name: str,
    shift: Shift | None,
    department: Department | None,
    **place: object,
) -> None:
    world = golden.world
    person = make_person(world.company, name, world.office, shift)
    Placement.objects.filter(employee=person).update(department=department, **place)
    golden.people[name.lower()] = person


def _update(golden: Golden, name: str, **columns: object) -> None:
    person = golden.people[name]
    Employee.objects.filter(pk=person.pk).update(**columns)
    person.refresh_from_db()


def manager_of(golden: Golden, *names: str) -> User:
    """Let Una manage these people; return her user."""
    with company_scope(golden.company):
        chosen = [golden.people[name].pk for name in names]
        Placement.objects.filter(employee__in=chosen).update(manager=golden.people["una"])
    return golden.user("una")


def auditor_of(golden: Golden) -> User:
    """Return a user who may read the company and works nowhere."""
    user = User.objects.create_user(email="audit@kettle.example", name="Audrey")
    with company_scope(golden.company):
        RoleGrant.objects.create(
            company=golden.company, user=user, role=Role.AUDITOR, starts_on=START
        )
    return user
