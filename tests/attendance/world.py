"""A small company to test in: an office in Kathmandu, a day shift, a night shift, four people."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from attendance import passes
from attendance.enums import Direction
from attendance.passes import PunchPass
from attendance.services import enrolment, evidence, punching
from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.models import (
    Company,
    Employee,
    Office,
    OfficeVersion,
    Placement,
    PolicyVersion,
    RoleGrant,
    Shift,
    ShiftVersion,
    User,
)
from companies.scoping import company_scope

ZONE = "Asia/Kathmandu"
START = dt.date(2026, 1, 1)
_OFFSET = dt.timezone(dt.timedelta(hours=5, minutes=45))


def at(text: str) -> dt.datetime:
    """Return an instant by its wall time in Kathmandu: `2026-03-02 09:04`."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=_OFFSET).astimezone(dt.UTC)


@dataclass
class World:
    """The rows that tests start from; everything else they make themselves."""

    company: Company
    office: Office
    day_shift: Shift
    night_shift: Shift
    maya: Employee
    bikram: Employee
    hari: Employee

    def actor(self, employee: Employee, *roles: Role) -> Actor:
        """Return the person acting in the company, with these roles."""
        return Actor(
            kind=ActorKind.PERSON,
            id=str(employee.user.public_id),
            name=employee.name,
            user=employee.user,
            company=self.company,
            employee=employee,
            roles=frozenset(roles),
        )

    @property
    def hr(self) -> Actor:
        return self.actor(self.hari, Role.HR)

    def claim(
        self,
        employee: Employee,
        direction: Direction = Direction.IN,
        *,
        has_consent: bool = False,
    ) -> PunchPass:
        return PunchPass(
            company=str(self.company.public_id),
            employee=str(employee.public_id),
            zone=ZONE,
            direction=direction,
            action_key="key",
            has_consent=has_consent,
        )

    def pass_of(self, employee: Employee, *, has_consent: bool = False) -> str:
        return passes.issue(self.claim(employee, has_consent=has_consent))

    def agree(self, employee: Employee, *, is_given: bool = True) -> None:
        """Let the person agree to pictures; without that no door keeps one."""
        with company_scope(self.company):
            enrolment.consent_answer(
                by=self.actor(employee), is_given=is_given, now=at("2026-01-31 09:00")
            )

    def punch(
        self,
        employee: Employee,
        when: str,
        direction: Direction = Direction.IN,
        *,
        frame: bytes | None = None,
        weigh: bool = True,
        has_consent: bool = False,
    ) -> punching.Recorded:
        """Record a punch at that wall time and, unless told otherwise, weigh it at once."""
        now = at(when)
        tap = punching.Tap(uuid.uuid4(), direction, None, "no_camera", frame)
        claim = self.claim(employee, has_consent=has_consent)
        recorded = punching.punch_record(claim=claim, tap=tap, now=now)
        if weigh:
            with company_scope(self.company):
                evidence.punch_weigh(punch_id=recorded.public_id, now=now)
        return recorded


def make_company(code: str) -> Company:
    return Company.objects.create(name=code.title(), code=code)


def make_person(company: Company, name: str, office: Office, shift: Shift | None) -> Employee:
    code = name.lower()
    user = User.objects.create_user(
        email=f"{code}@{company.code}.example", name=name, password="correct horse battery"
    )
    employee: Employee = Employee.objects.create(
        company=company, user=user, code=code, name=name, email=user.email or "", joined_on=START
    )
    Placement.objects.create(
        company=company, employee=employee, starts_on=START, office=office, default_shift=shift
    )
    return employee


def make_shift(company: Company, name: str, start: dt.time, end: dt.time, **knobs: object) -> Shift:
    shift: Shift = Shift.objects.create(company=company, name=name)
    ShiftVersion.objects.create(
        company=company, shift=shift, start_time=start, end_time=end, **knobs
    )
    return shift


def make_world(code: str = "kettle") -> World:
    """Return a company whose policy, office and shifts hold from 2026-01-01 on."""
    company = make_company(code)
    with company_scope(company):
        PolicyVersion.objects.create(
            company=company, starts_on=START, zone=ZONE, allows_unchecked=True
        )
        office: Office = Office.objects.create(company=company, name="Kathmandu")
        OfficeVersion.objects.create(company=company, office=office, zone=ZONE, country="NP")
        day = make_shift(
            company, "Day", dt.time(9), dt.time(17, 30), late_grace_minutes=10,
            breaks=[{"start": "13:00", "end": "13:30"}],
            half_day_below_minutes=360, absent_below_minutes=180,
        )  # fmt: skip
        night = make_shift(company, "Night", dt.time(22), dt.time(6))
        hari = make_person(company, "Hari", office, day)
        RoleGrant.objects.create(company=company, user=hari.user, role=Role.HR, starts_on=START)
        maya = make_person(company, "Maya", office, day)
        bikram = make_person(company, "Bikram", office, night)
    company.refresh_from_db()
    return World(company, office, day, night, maya, bikram, hari)
