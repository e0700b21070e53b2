"""A manager attests that people were there: for one person, or for many at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.formats import date_format

from attendance.enums import Source
from attendance.errors import NoSuchTime, NothingEntered, NotInTeamThen
from attendance.rules import byhand
from attendance.rules.byhand import Wall
from attendance.rules.errors import InvalidInput
from attendance.selectors import people
from attendance.selectors.settings import company_settings
from attendance.services.entries import Entered, punches_enter, was_entered
from companies.actor import Actor
from companies.errors import MusterError, NotAllowed, ReasonMissing
from companies.models import Employee
from companies.selectors import in_stead_of


class Outcome(StrEnum):
    """What became of one person's presence."""

    ADDED = "added"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True)
class Attested:
    """One person, what became of it, and why it was refused, if so."""

    employee: Employee
    outcome: Outcome
    sentence: str = ""


def presence_attest(
    *,
    employees: Collection[Employee],
    date: dt.date,
    starts: dt.time | None,
    ends: dt.time | None,
    reason: str,
    by: Actor,
    token: uuid.UUID,
) -> list[Attested]:
    """Attest that each of the people came, left, or both, by the clocks of where each is.

    Each person stands in a transaction of their own: what is refused for one holds up nobody.
    An end before the start is on the next day. The same token again adds nothing.

    Raises:
        NotAllowed: outside every company.
        ReasonMissing, NothingEntered: nothing is written for anybody.
    """
    if by.company is None:
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    if starts is None and ends is None:
        raise NothingEntered
    calendars = people.person_calendars(
        by.company, employees, settings=company_settings(by.company), first=date, last=date
    )
    found = []
    # In one order always: where somebody holds several people's locks, none waits in a circle.
    for employee in sorted(employees, key=lambda person: person.pk):
        zone = calendars[employee.pk].zone_on(date)
        try:
            said, actor = _said(date, starts, ends, zone), in_stead_of(by, employee, on=date)
            outcome = _attest(employee, said, reason, actor, token)
            found.append(Attested(employee, outcome))
        except NotAllowed:
            then = NotInTeamThen(name=employee.name, date=date_format(date, "j F Y"))
            found.append(Attested(employee, Outcome.REFUSED, str(then)))
        except MusterError as error:
            found.append(Attested(employee, Outcome.REFUSED, str(error)))
    return sorted(found, key=lambda item: (item.employee.name, item.employee.code))


def _said(date: dt.date, starts: dt.time | None, ends: dt.time | None, zone: str) -> list[Entered]:
    walls = [None if time is None else Wall(time) for time in (starts, ends)]
    try:
        return [Entered(*item) for item in byhand.presence(date, walls[0], walls[1], zone)]
    except InvalidInput as error:
        raise NoSuchTime(**error.values) from None


@transaction.atomic
def _attest(
    employee: Employee, entered: list[Entered], reason: str, by: Actor, token: uuid.UUID
) -> Outcome:
    own = uuid.uuid5(token, str(employee.public_id))
    outcome = Outcome.ALREADY if was_entered(employee=employee, token=own) else Outcome.ADDED
    punches_enter(
        employee=employee, entered=entered, source=Source.ATTEST, reason=reason, by=by, token=own
    )
    return outcome
