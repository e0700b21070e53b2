"""Makes the company that browser tests sign in to; runs in the server's own environment.

Its zone is the one where it is about noon now, and its shift begins within the hour, so that a
check-in is on time whenever the tests run. Prints what the tests need to know, as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import uuid
from typing import TYPE_CHECKING

import django

from tests.browser.leave_company import leave_of

if TYPE_CHECKING:
    from companies.models import Company, Employee, Shift

PASSWORD = "a kettle of strong tea"
PEOPLE = (
    "asha",
    "bina",
    "chandra",
    "dipa",
    "esha",
    "falgun",
    "ganga",
    "hema",
    "ila",
    "vina",
    "wangdi",
    "indra",
    "jaya",
    "kamal",
    "lila",
    "mohan",
    "nima",
    "mina",
    "rama",
    "padma",
    "sita",
    "tulsi",
    "vera",
    "usha",
    "wasim",
    "xena",
    "yeshi",
    "zara",
    "omkar",
    "ravi",
    "sunita",
    "vikram",
    "tara",
    "uday",
    "yuki",
    "lhamo",
    "pasang",
    "dolma",
)
# The people of the second company, and its HR.
STRICT, STRICT_HR = ("uma", "veda", "wangmo"), "hr.turning"
# Who answers for whom: managers, and the people placed below each by name.
TEAMS = {
    "rama": ("padma", "sita", "tulsi"),
    "vera": ("usha",),
    "wasim": ("xena",),
    "ravi": ("sunita",),
    "vikram": ("tara", "uday"),
    "lhamo": ("pasang",),
}
MANAGER_OF = {name: manager for manager, team in TEAMS.items() for name in team}


def noon_zone(now: dt.datetime) -> tuple[str, dt.datetime]:
    """Return a zone without summer time where it is noon, and the wall time there."""
    hours = 12 - now.hour  # -11 .. 12, east of Greenwich positive
    # POSIX turns the sign round: Etc/GMT-5 is five hours east.
    name = "Etc/GMT" if hours == 0 else f"Etc/GMT{-hours:+d}"
    return name, now + dt.timedelta(hours=hours)


def hire(company: Company, shift: Shift, joined_on: dt.date) -> None:
    """Let everybody work on that shift, in the scope of their company."""
    from companies.models import Department, Employee, Office, Placement, User

    office = Office.objects.get(company=company)
    department = Department.objects.create(company=company, name="Looms")
    hired: dict[str, Employee] = {}
    for number, name in enumerate(PEOPLE, start=1):
        email = f"{name}@terai.example"
        employee = Employee.objects.create(
            company=company,
            user=User.objects.create_user(email=email, name=name.title(), password=PASSWORD),
            code=f"T{number}",
            name=name.title(),
            email=email,
            joined_on=joined_on,
        )
        Placement.objects.create(
            company=company,
            employee=employee,
            starts_on=joined_on,
            office=office,
            department=department,
            default_shift=shift,
            manager=hired.get(MANAGER_OF.get(name, "")),
        )
        hired[name] = employee


def strict_company(zone: str, begins: dt.datetime, joined_on: dt.date) -> None:
    """Make a second company, which asks for a head turn and refuses a check-in without one."""
    from companies import services
    from companies.actor import job_actor
    from companies.enums import LivenessPolicy
    from companies.models import (
        Employee,
        Office,
        Placement,
        PolicyVersion,
        Shift,
        ShiftVersion,
        User,
    )
    from companies.scoping import company_scope

    company = services.company_create(
        name="Turning Lathes", zone=zone, hr_name="Hema Rai", hr_email=f"{STRICT_HR}@terai.example",
        by=job_actor("browser-tests"),
    )  # fmt: skip
    with company_scope(company):
        PolicyVersion.objects.create(
            company=company, starts_on=dt.date(2001, 1, 1), zone=zone, weekly_off={},
            liveness=LivenessPolicy.REFUSE,
        )  # fmt: skip
        shift = Shift.objects.create(company=company, name="Noon")
        ShiftVersion.objects.create(
            company=company, shift=shift, start_time=begins.time(),
            end_time=(begins + dt.timedelta(hours=6)).time(), late_grace_minutes=10,
        )  # fmt: skip
        for name in STRICT:
            email = f"{name}@terai.example"
            user = User.objects.create_user(email=email, name=name.title(), password=PASSWORD)
            employee = Employee.objects.create(
                company=company, user=user, code=name, name=name.title(), email=email,
                joined_on=joined_on,
            )  # fmt: skip
            Placement.objects.create(
                company=company, employee=employee, starts_on=joined_on,
                office=Office.objects.get(), default_shift=shift,
            )  # fmt: skip
    _let_in(f"{STRICT_HR}@terai.example")


def _let_in(email: str) -> None:
    """Give somebody who was invited the password of the tests."""
    from companies.models import User

    user = User.objects.get(email=email)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])


def _come(company: Company, name: str, zone: str, came_at: dt.datetime) -> tuple[Employee, str]:
    """Let somebody check in without a camera; return who, and the punch."""
    from attendance.enums import Direction
    from attendance.passes import PunchPass
    from attendance.services.punching import Tap, punch_record
    from companies.models import Employee

    employee = Employee.objects.select_related("company").get(name=name)
    claim = PunchPass(
        company=str(company.public_id), employee=str(employee.public_id), zone=zone,
        direction=Direction.IN, action_key="yesterday",
    )  # fmt: skip
    tap = Tap(uuid.uuid4(), Direction.IN, None, "no_camera", None)
    return employee, str(punch_record(claim=claim, tap=tap, now=came_at).public_id)


def doubt(company: Company, zone: str, came_at: dt.datetime) -> None:
    """Let one come yesterday in a way that somebody must look at."""
    from attendance.services.evidence import punch_weigh

    _employee, punch = _come(company, "Xena", zone, came_at)
    punch_weigh(punch_id=punch, now=came_at)


def forget(company: Company, zone: str, came_at: dt.datetime) -> None:
    """Let one of the team come yesterday and never check out."""
    from attendance.services.days import person_recompute

    employee, _punch = _come(company, "Padma", zone, came_at)
    day, now = came_at.date(), dt.datetime.now(dt.UTC)
    one = dt.timedelta(days=1)
    person_recompute(employee=employee, first=day - one, last=day + one, now=now)


def intern(company: Company, starts_on: dt.date, ends_on: dt.date) -> None:
    """Make Lila an intern whose internship is over, and Wangdi her mentor."""
    from companies.actor import Actor
    from companies.enums import ActorKind, EmploymentType, Role
    from companies.models import Employee
    from companies.services import internship_add

    lila = Employee.objects.get(name="Lila")
    lila.employment_type = EmploymentType.INTERN
    lila.save(update_fields=["employment_type"])
    by = Actor(kind=ActorKind.JOB, name="HR", company=company, roles=frozenset({Role.HR}))
    internship_add(
        employee=lila, mentor=Employee.objects.get(name="Wangdi"), starts_on=starts_on,
        ends_on=ends_on, by=by,
    )  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from companies import services
    from companies.actor import job_actor
    from companies.models import PolicyVersion, Shift, ShiftVersion
    from companies.scoping import company_scope

    now = dt.datetime.now(dt.UTC)
    zone, wall = noon_zone(now)
    begins = (wall + dt.timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    company = services.company_create(
        name="Terai Textiles",
        zone=zone,
        hr_name="Hari Thapa",
        hr_email="hr@terai.example",
        by=job_actor("browser-tests"),
    )
    with company_scope(company):
        PolicyVersion.objects.create(
            company=company,
            starts_on=dt.date(2001, 1, 1),
            zone=zone,
            weekly_off={},
            allows_unchecked=False,
        )
        shift = Shift.objects.create(company=company, name="Noon")
        ShiftVersion.objects.create(
            company=company,
            shift=shift,
            start_time=begins.time(),
            end_time=(begins + dt.timedelta(hours=6)).time(),
            late_grace_minutes=10,
        )
        hire(company, shift, wall.date() - dt.timedelta(days=40))
        company.refresh_from_db()
        yesterday = now + (begins - wall) - dt.timedelta(days=1, minutes=5)
        forget(company, zone, yesterday)
        doubt(company, zone, yesterday)
        company.refresh_from_db()
        leave_of(company, wall.date())
        today = now.date()
        intern(company, today - dt.timedelta(days=30), today - dt.timedelta(days=1))
    _let_in("hr@terai.example")
    strict_company(zone, begins, wall.date() - dt.timedelta(days=40))
    facts = {"zone": zone, "shift": f"{begins:%H:%M}", "offset": 12 - now.hour}
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
