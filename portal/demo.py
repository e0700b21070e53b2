"""The demo company: two offices, 25 people, two months of plausible days judged by the rules.

Nobody's face is invented: demo people enrol with the visitor's own camera.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from attendance.enums import Direction, FaceState, MarkKind, Source
from attendance.models import Punch, PunchState, ShiftAssignment
from attendance.rules.types import Occurrence
from attendance.selectors import people as people_of
from attendance.selectors.settings import company_settings
from attendance.services import marks
from attendance.services.days import person_recompute
from companies import services
from companies.actor import Actor, job_actor
from companies.enums import ActorKind, CalendarKind, EmploymentType, Role
from companies.models import (
    CalendarDay,
    Company,
    Department,
    Employee,
    Office,
    OfficeVersion,
    OvertimePolicy,
    Placement,
    PolicyVersion,
    RoleGrant,
    Shift,
    ShiftVersion,
    User,
)
from companies.scoping import company_scope
from portal import (
    demo_careers,
    demo_faces,
    demo_internships,
    demo_joining,
    demo_leave,
    demo_overtime,
    demo_team,
)
from portal.demo_leave import Script
from portal.demo_leave_play import Play

CODE = "himal"
PASSWORD = "himal tea house"  # noqa: S105  # printed on the sign-in page of the demo
DAYS = 62
_SATURDAY = 5

# name, department, office, shift, employment type, months since joining
_PEOPLE = (
    ("Hari Prasad Koirala", "People", "Kathmandu", "Day", "employee", 70),
    ("Maya Gurung", "Engineering", "Kathmandu", "Day", "employee", 38),
    ("Asha Shrestha", "Engineering", "Kathmandu", "Day", "employee", 61),
    ("Bikram Thapa", "Engineering", "Kathmandu", "Day", "employee", 12),
    ("Deepa Rai", "Engineering", "Kathmandu", "Day", "employee", 20),
    ("Gita Adhikari", "Engineering", "Kathmandu", "Day", "intern", 3),
    ("Kiran Maharjan", "Engineering", "Kathmandu", "Early", "employee", 9),
    ("Laxmi Tamang", "Design", "Kathmandu", "Day", "employee", 27),
    ("Manoj Karki", "Design", "Kathmandu", "Day", "employee", 44),
    ("Nisha Bhandari", "Design", "Kathmandu", "Day", "intern", 2),
    ("Prakash Lama", "Support", "Kathmandu", "Early", "employee", 33),
    ("Rita Magar", "Support", "Kathmandu", "Early", "employee", 16),
    ("Sunil Basnet", "Support", "Kathmandu", "Day", "employee", 8),
    ("Tara Joshi", "People", "Kathmandu", "Day", "employee", 51),
    ("Ujjwal Poudel", "Engineering", "Kathmandu", "Day", "intern", 1),
    ("Alice Bennett", "Support", "London", "Late", "employee", 40),
    ("Daniel Okafor", "Support", "London", "Night", "employee", 29),
    ("Emma Clarke", "Support", "London", "Night", "employee", 18),
    ("Farid Rahman", "Support", "London", "Night", "employee", 7),
    ("Grace Hughes", "Engineering", "London", "Office", "employee", 35),
    ("Harriet Cole", "Engineering", "London", "Office", "employee", 22),
    ("Isaac Mensah", "Engineering", "London", "Office", "intern", 2),
    ("Julia Novak", "Design", "London", "Office", "employee", 15),
    ("Kofi Asante", "Support", "London", "Late", "employee", 11),
    ("Lena Fischer", "People", "London", "Office", "employee", 48),
)
_ZONES = {
    name: {"Kathmandu": "Asia/Kathmandu", "London": "Europe/London"}[office]
    for name, _department, office, *_rest in _PEOPLE
}
_MANAGERS = {
    "People": "Hari Prasad Koirala",
    "Engineering": "Asha Shrestha",
    "Design": "Manoj Karki",
    "Support": "Alice Bennett",
}
_SHIFTS = {
    "Day": (dt.time(9), dt.time(17, 30), "13:00", "13:30"),
    "Early": (dt.time(6), dt.time(14), "10:00", "10:30"),
    "Office": (dt.time(9), dt.time(17), "12:30", "13:00"),
    "Late": (dt.time(14), dt.time(22), "18:00", "18:30"),
    "Night": (dt.time(22), dt.time(6), "02:00", "02:30"),
}


@dataclass(frozen=True)
class Login:
    """A demo account, as the sign-in page shows it."""

    label: str
    email: str
    password: str = PASSWORD


@dataclass(frozen=True)
class CodeLogin:
    """The demo's account without e-mail: two codes and a PIN."""

    label: str
    name: str
    code: str
    pin: str
    company: str = CODE


CODE_LOGIN = CodeLogin("Rita, who has no e-mail", "Rita Magar", "HT012", "735924")
LOGINS = (
    Login("Maya, an employee", "maya@himal.example"),
    Login("Asha, Maya's manager", "asha@himal.example"),
    Login("Hari, HR", "hari@himal.example"),
    Login("Emma, night shift in London", "emma@himal.example"),
    Login("Otto, who runs the platform", "operator@himal.example"),
)


def exists() -> bool:
    """Return whether the demo company is there already."""
    return Company.objects.filter(code=CODE).exists()


@transaction.atomic
def build() -> Company:
    """Make the demo company with everything in it."""
    actor = job_actor("demo")
    company = services.company_create(
        name="Himal Tea House",
        code=CODE,
        zone="Asia/Kathmandu",
        country="NP",
        hr_name="Hari Prasad Koirala",
        hr_email="hari@himal.example",
        by=actor,
    )
    now = timezone.now()
    today = now.date()
    opening = _opening(now)
    with company_scope(company):
        by_day, by_night = demo_overtime.policies(company, today)
        _policy(company, today, by_day)
        offices, departments = _offices(company), _departments(company)
        shifts = _shifts(company, by_night)
        _calendar(company, offices, today)
        staff = _staff(company, offices, departments, shifts, today)
        _visitors_day(company, offices["Kathmandu"], staff[1], opening)
        people = {employee.name: employee for employee in staff}
        demo_team.roster(company, people, _ZONES, now)
        company.refresh_from_db()
        script = demo_leave.script_of(company, people, _ZONES, now)
        chance = random.Random(1953)  # noqa: S311  # the same plausible days every time
        for employee in staff:
            employee.company = company
            _punches(company, employee, chance, script, now=now)
        demo_faces.doubt(people, now)
        for employee in staff:
            _judge(employee, today)
        _marks(staff, today, actor)
        Play(company, people, script, now).run()
        demo_team.leave(people, now.astimezone(ZoneInfo("Europe/London")).date(), actor)
        demo_team.ask(people[demo_team.FORGETFUL])
        demo_team.ask_home(people[demo_team.AT_HOME])
        hr = people[_MANAGERS["People"]]
        demo_internships.play(people, hr, today)
        demo_careers.play(company, offices, departments, demo_internships.hr_of(hr), now)
        _choose_pin(people[CODE_LOGIN.name])
    grant = services.operator_create(name="Otto", email="operator@himal.example", by=actor)
    demo_joining.ask_to_join(now)
    with_mail = User.objects.filter(engagements__in=_ids(staff), email__isnull=False)
    _set_passwords([grant.user, *with_mail])
    return company


def _ids(staff: list[Employee]) -> list[int]:
    return [employee.pk for employee in staff]


def _set_passwords(users: list[User]) -> None:
    """Give everybody the demo's password; one hash serves, it is no secret."""
    users[0].set_password(PASSWORD)
    User.objects.filter(pk__in=[user.pk for user in users]).update(password=users[0].password)


def _choose_pin(employee: Employee) -> None:
    """Let the person without e-mail choose the demo's PIN."""
    user = employee.user
    assert user is not None  # noqa: S101  # everybody of the demo signs in
    person = Actor(
        kind=ActorKind.PERSON, id=str(user.public_id), name=user.name, user=user,
        company=employee.company, employee=employee, channel="demo",
    )  # fmt: skip
    services.pin_set(employee=employee, pin=CODE_LOGIN.pin, by=person)


def _policy(company: Company, today: dt.date, overtime: OvertimePolicy) -> None:
    """Write two versions, so that the visitor sees one end: pictures are asked for from today."""
    common = {
        "company": company, "zone": "Asia/Kathmandu", "weekly_off": {"sat": "all"},
        "overtime_policy": overtime,
    }  # fmt: skip
    before = today - dt.timedelta(days=2 * DAYS)
    PolicyVersion.objects.create(starts_on=before, allows_unchecked=True, **common)
    PolicyVersion.objects.create(starts_on=today, allows_unchecked=False, **common)


def _offices(company: Company) -> dict[str, Office]:
    kathmandu = Office.objects.get(company=company)
    kathmandu.name = "Kathmandu"
    kathmandu.save(update_fields=["name"])
    london: Office = Office.objects.create(company=company, name="London")
    OfficeVersion.objects.create(
        company=company,
        office=london,
        zone="Europe/London",
        country="GB",
        weekly_off={"sat": "all", "sun": "all"},
    )
    return {"Kathmandu": kathmandu, "London": london}


def _departments(company: Company) -> dict[str, Department]:
    names = ("Engineering", "Design", "Support", "People")
    return {name: Department.objects.create(company=company, name=name) for name in names}


def _shifts(company: Company, by_night: OvertimePolicy) -> dict[str, Shift]:
    shifts: dict[str, Shift] = {}
    for name, (start, end, break_start, break_end) in _SHIFTS.items():
        shifts[name] = Shift.objects.create(company=company, name=name)
        ShiftVersion.objects.create(
            company=company,
            shift=shifts[name],
            start_time=start,
            end_time=end,
            breaks=[{"start": break_start, "end": break_end}],
            late_grace_minutes=10,
            early_grace_minutes=5,
            half_day_below_minutes=360,
            absent_below_minutes=180,
            overtime_policy=by_night if name in ("Late", "Night") else None,
        )
    return shifts


def _calendar(company: Company, offices: dict[str, Office], today: dt.date) -> None:
    """Put one holiday of an office and one of the whole company into the last two months."""
    CalendarDay.objects.create(
        company=company,
        date=today - dt.timedelta(days=33),
        kind=CalendarKind.HOLIDAY,
        name="Festival of lights",
        office=offices["Kathmandu"],
    )
    CalendarDay.objects.create(
        company=company,
        date=today - dt.timedelta(days=12),
        kind=CalendarKind.COMPANY_DAY,
        name="Founding day",
    )


def _opening(now: dt.datetime) -> dt.datetime:
    """Return the first half hour in Kathmandu that leaves the visitor time to enrol."""
    local = (now + dt.timedelta(minutes=20)).astimezone(ZoneInfo("Asia/Kathmandu"))
    full = local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)
    return full + dt.timedelta(minutes=30)


def _visitors_day(
    company: Company, office: Office, employee: Employee, opening: dt.datetime
) -> None:
    """Let the day of the first printed login begin soon, whatever time of whatever day it is.

    A visitor who enrols and checks in at once is in time, and sees a day as most days are.
    """
    shift = Shift.objects.create(company=company, name="Demo day")
    ShiftVersion.objects.create(
        company=company,
        shift=shift,
        start_time=opening.time(),
        end_time=(opening + dt.timedelta(hours=8)).time(),
        late_grace_minutes=10,
        early_grace_minutes=5,
        half_day_below_minutes=240,
        absent_below_minutes=60,
    )
    date = opening.date()
    ShiftAssignment.objects.create(
        company=company, employee=employee, shift=shift, starts_on=date, ends_on=date
    )
    if opening.weekday() == _SATURDAY:
        CalendarDay.objects.create(
            company=company,
            date=date,
            kind=CalendarKind.WORKING_DAY,
            name="Stock-taking",
            office=office,
        )


def _staff(
    company: Company,
    offices: dict[str, Office],
    departments: dict[str, Department],
    shifts: dict[str, Shift],
    today: dt.date,
) -> list[Employee]:
    staff: dict[str, Employee] = {}
    for number, (name, department, office, shift, kind, months) in enumerate(_PEOPLE, start=1):
        has_mail = name != CODE_LOGIN.name
        email = f"{name.split()[0].lower()}@himal.example" if has_mail else ""
        known = User.objects.filter(email=email).first() if has_mail else None
        user = known or User.objects.create_user(email=email, name=name)
        staff[name] = Employee.objects.create(
            company=company,
            user=user,
            code=f"HT{number:03d}",
            name=name,
            email=email,
            employment_type=EmploymentType(kind),
            joined_on=today - dt.timedelta(days=30 * months),
            # Muster came two months ago: nobody was absent before.
            judged_from=today - dt.timedelta(days=min(DAYS, 30 * months)),
        )
        Placement.objects.create(
            company=company,
            employee=staff[name],
            starts_on=staff[name].joined_on,
            office=offices[office],
            department=departments[department],
            manager=staff.get(_MANAGERS[department]) if name not in _MANAGERS.values() else None,
            default_shift=shifts[shift],
        )
    for department, name in _MANAGERS.items():
        RoleGrant.objects.create(
            company=company,
            user=staff[name].user,
            role=Role.MANAGER,
            department=departments[department],
            starts_on=today - dt.timedelta(days=DAYS),
        )
    return list(staff.values())


def _days(company: Company, employee: Employee, today: dt.date) -> Iterator[Occurrence]:
    """Yield the shifts that the person worked in the demo's stretch, days off left out."""
    first = max(employee.joined_on, today - dt.timedelta(days=DAYS))
    calendar = people_of.person_calendars(
        company, [employee], settings=company_settings(company), first=first, last=today
    )[employee.pk]
    for n in range((today - first).days + 1):
        date = first + dt.timedelta(days=n)
        occurrence = calendar.occurrence_on(date)
        if occurrence is not None and not calendar.day_kind_on(date).is_off:
            yield occurrence


def _times(occurrence: Occurrence, chance: random.Random) -> list[tuple[dt.datetime, Direction]]:
    """Return a plausible day: mostly in time, now and then late, early, forgotten or away."""
    luck = chance.random()
    if luck < 0.03:
        return []
    late = chance.gauss(-6, 6) if luck < 0.88 else chance.uniform(11, 45)
    over = chance.gauss(8, 10) if luck < 0.95 else chance.uniform(-150, -20)
    start = occurrence.starts_at + dt.timedelta(minutes=max(late, -50))
    end = occurrence.ends_at + dt.timedelta(minutes=min(over, 55))
    if 0.03 <= luck < 0.045:
        return [(start, Direction.IN)]
    return [(start, Direction.IN), (end, Direction.OUT)]


def _punches(
    company: Company,
    employee: Employee,
    chance: random.Random,
    script: Script,
    *,
    now: dt.datetime,
) -> None:
    times = [
        (moment.replace(microsecond=0), direction, occurrence.zone)
        for occurrence in _days(company, employee, now.date())
        for moment, direction in demo_overtime.times(
            employee,
            occurrence,
            script,
            script.times(employee, occurrence, _times(occurrence, chance)),
        )
        if moment < now
        and not _is_visitors(employee, occurrence, now)
        and not demo_team.is_staged(employee, occurrence, now)
    ]
    if employee.name == demo_team.FORGETFUL and times[-1][1] == Direction.OUT:
        times.pop()
    zone = _ZONES[employee.name]
    more = [*script.worked_off(employee), *demo_team.times(employee, now)]
    times += [(moment, direction, zone) for moment, direction in more]
    punches = [
        Punch(
            company=company,
            employee=employee,
            tap_id=uuid.UUID(int=chance.getrandbits(128), version=4),
            occurred_at=moment,
            zone=zone,
            utc_offset_minutes=_offset(moment, zone),
            direction=direction,
            source=Source.WEB,
            no_frame="no_camera",
        )
        for moment, direction, zone in times
    ]
    Punch.objects.bulk_create(punches)
    PunchState.objects.bulk_create(
        PunchState(
            company=company,
            punch=punch,
            employee=employee,
            occurred_at=punch.occurred_at,
            direction=punch.direction,
            face=FaceState.NOT_CHECKED,
            face_reason="no_camera",
        )
        for punch in punches
    )


def _is_visitors(employee: Employee, occurrence: Occurrence, now: dt.datetime) -> bool:
    """Return whether the visitor punches here: the shift that goes on, of a printed login."""
    by_mail = employee.email in {login.email for login in LOGINS}
    is_printed = by_mail or employee.code == CODE_LOGIN.code
    return is_printed and now <= occurrence.closes_at


def _offset(moment: dt.datetime, zone: str) -> int:
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()
    return int(offset.total_seconds() // 60)


def _judge(employee: Employee, today: dt.date) -> None:
    first = max(employee.joined_on, today - dt.timedelta(days=DAYS))
    person_recompute(
        employee=employee, first=first, last=today + dt.timedelta(days=1), now=timezone.now()
    )


def _marks(staff: list[Employee], today: dt.date, actor: Actor) -> None:
    """Cover a few days, as approved requests will: work from home, on duty."""
    for employee, back, kind in (
        (staff[1], 9, MarkKind.WORK_FROM_HOME),
        (staff[2], 16, MarkKind.ON_DUTY),
    ):
        date = today - dt.timedelta(days=back)
        marks.mark_add(employee=employee, date=date, kind=kind, source_ref="demo", by=actor)
