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

if TYPE_CHECKING:
    from companies.models import Company, Shift

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
)
# Who answers for whom: the manager, and the people placed below by name.
MANAGER, TEAM = "rama", ("padma", "sita", "tulsi")


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
    manager = None
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
            manager=manager if name in TEAM else None,
        )
        manager = employee if name == MANAGER else manager


def forget(company: Company, zone: str, came_at: dt.datetime) -> None:
    """Let one of the team come yesterday and never check out."""
    from attendance.enums import Direction
    from attendance.passes import PunchPass
    from attendance.services.days import person_recompute
    from attendance.services.punching import Tap, punch_record
    from companies.models import Employee

    employee = Employee.objects.select_related("company").get(name=TEAM[0].title())
    claim = PunchPass(
        company=str(company.public_id), employee=str(employee.public_id), zone=zone,
        direction=Direction.IN, action_key="yesterday",
    )  # fmt: skip
    tap = Tap(uuid.uuid4(), Direction.IN, None, "no_camera", None)
    punch_record(claim=claim, tap=tap, now=came_at)
    day, now = came_at.date(), dt.datetime.now(dt.UTC)
    one = dt.timedelta(days=1)
    person_recompute(employee=employee, first=day - one, last=day + one, now=now)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from companies import services
    from companies.actor import job_actor
    from companies.models import PolicyVersion, Shift, ShiftVersion, User
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
        forget(company, zone, now + (begins - wall) - dt.timedelta(days=1, minutes=5))
    hr = User.objects.get(email="hr@terai.example")
    hr.set_password(PASSWORD)
    hr.save(update_fields=["password"])
    facts = {"zone": zone, "shift": f"{begins:%H:%M}", "offset": 12 - now.hour}
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
