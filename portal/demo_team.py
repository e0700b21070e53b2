"""A team as it is at this very moment, whatever time it is: somebody late, missing, on a break, …

The demo's visitor who signs in as the manager sees a person in most groups, and a request that
waits.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from attendance.enums import CorrectionKind, DayStatus, Direction, MarkKind
from attendance.models import AttendanceDay, DayMark, ShiftAssignment
from attendance.rules.corrections import Wanted
from attendance.rules.types import Occurrence
from attendance.selectors.corrections import question
from attendance.services import corrections, marks
from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import Company, Employee, Shift, ShiftVersion

FORGETFUL = "Bikram Thapa"
AT_HOME = "Deepa Rai"
_ON_LEAVE = "Harriet Cole"
_NOW, _LATER = "Demo team", "Demo evening"
_BEGINS = {_NOW: dt.timedelta(hours=-2), _LATER: dt.timedelta(hours=6)}
_QUARTER = 15


@dataclass(frozen=True)
class _Scene:
    """The shift that somebody is on, when they came (minutes after its start), and what then."""

    shift: str = _NOW
    came: int | None = None
    then: tuple[int, Direction] | None = None  # minutes ago


_SCENES = {
    "Bikram Thapa": _Scene(),
    "Deepa Rai": _Scene(came=-6),
    "Gita Adhikari": _Scene(came=24),
    "Kiran Maharjan": _Scene(came=2, then=(9, Direction.BREAK_START)),
    "Grace Hughes": _Scene(came=-1, then=(12, Direction.OUT)),
    "Isaac Mensah": _Scene(_LATER, then=(31, Direction.IN)),
}


def _begins_at(shift: str, now: dt.datetime) -> dt.datetime:
    start = now + _BEGINS[shift]
    return start.replace(minute=start.minute // _QUARTER * _QUARTER, second=0, microsecond=0)


def roster(
    company: Company, people: dict[str, Employee], zones: dict[str, str], now: dt.datetime
) -> None:
    """Put everybody of the scene on a shift that has begun, or begins later, in their own zone."""
    shifts: dict[tuple[str, str], Shift] = {}
    for name, scene in _SCENES.items():
        start = _begins_at(scene.shift, now).astimezone(ZoneInfo(zones[name]))
        key = scene.shift, zones[name].rpartition("/")[2]
        if key not in shifts:
            shifts[key] = _shift(company, " ".join(key), start)
        ShiftAssignment.objects.create(
            company=company, employee=people[name], shift=shifts[key],
            starts_on=start.date(), ends_on=start.date(),
        )  # fmt: skip


def _shift(company: Company, name: str, start: dt.datetime) -> Shift:
    shift: Shift = Shift.objects.create(company=company, name=name)
    ShiftVersion.objects.create(
        company=company,
        shift=shift,
        start_time=start.time(),
        end_time=(start + dt.timedelta(hours=8)).time(),
        late_grace_minutes=10,
        early_grace_minutes=5,
    )
    return shift


def is_staged(employee: Employee, occurrence: Occurrence, now: dt.datetime) -> bool:
    """Return whether what the person punches on this shift stands in the scene."""
    if employee.name == _ON_LEAVE:
        return occurrence.date == now.astimezone(ZoneInfo(occurrence.zone)).date()
    return employee.name in _SCENES and occurrence.pattern.name.startswith((_NOW, _LATER))


def times(employee: Employee, now: dt.datetime) -> list[tuple[dt.datetime, Direction]]:
    """Return what the person punched today, by the scene."""
    scene, found = _SCENES.get(employee.name, _Scene()), []
    if scene.came is not None:
        came = _begins_at(scene.shift, now) + dt.timedelta(minutes=scene.came)
        found.append((came, Direction.IN))
    if scene.then is not None:
        found.append((now - dt.timedelta(minutes=scene.then[0]), scene.then[1]))
    return found


def leave(people: dict[str, Employee], date: dt.date, by: Actor) -> None:
    """Let one of the team be on leave today, also where it is a day off and nobody asks for it."""
    covered = DayMark.objects.filter(employee=people[_ON_LEAVE], date=date)
    if not covered.exists():
        marks.mark_add(
            employee=people[_ON_LEAVE], date=date, kind=MarkKind.LEAVE, code="AL",
            source_ref="demo", by=by,
        )  # fmt: skip


def _actor(employee: Employee) -> Actor:
    user = employee.user
    assert user is not None  # noqa: S101  # the demo gave everybody one
    return Actor(
        kind=ActorKind.PERSON,
        id=str(user.public_id),
        name=employee.name,
        user=user,
        company=employee.company,
        employee=employee,
    )


def ask_home(employee: Employee) -> None:
    """Let somebody say that they worked from home on the last day that they came."""
    days = AttendanceDay.objects.filter(
        employee=employee, status=DayStatus.PRESENT, settled_at__isnull=False
    )
    row = days.order_by("-date").first()
    if row is not None:
        wanted = Wanted(kind=CorrectionKind.WORK_FROM_HOME, first=row.date, last=row.date)
        corrections.correction_ask(
            wanted=wanted, note="The plumber came. I checked in by phone.", by=_actor(employee)
        )


def ask(employee: Employee) -> None:
    """Let the person who forgot a check-out say when they left."""
    by = _actor(employee)
    for row in AttendanceDay.objects.filter(employee=employee).order_by("-date"):
        asked = question(row)
        if asked is not None and asked.suggested_at is not None:
            left_at = asked.suggested_at.astimezone(ZoneInfo(asked.zone)) + dt.timedelta(minutes=12)
            corrections.correction_file(
                date=row.date, time=left_at.time(), note="The release took longer.", by=by
            )
            return
