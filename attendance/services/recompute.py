"""Judging settled days by the settings in force on their dates, after the difference was seen.

A settled row keeps what it was judged by until HR asks for this. The difference is computed
first, without writing; what is applied is refused if it has become another one meanwhile.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet

from attendance import permissions
from attendance.errors import DifferenceChanged, NothingToRecompute, PeriodLocked
from attendance.models import AttendancePeriod
from attendance.services import judging
from attendance.services.changes import FIGURES, Change
from attendance.services.days import lock_people
from attendance.services.decisions import month_name, month_of
from attendance.services.judging import Work
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Company, Employee

# So many changes are kept to be shown; all of them are counted.
MOST_SHOWN = 500


@dataclass
class Difference:
    """What judging anew changes: how much, and the first of it. `fingerprint` names all of it.

    `locked` is the month that keeps it from being written, where there is one.
    """

    locked: str = ""
    people: int = 0
    days: int = 0
    shown: list[Change] = field(default_factory=list)
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)

    @property
    def fingerprint(self) -> str:
        return self._digest.hexdigest()[:16]

    def take(self, work: Work) -> None:
        """Count one person's changes."""
        if not work.changes:
            return
        self.people += 1
        self.days += len(work.changes)
        self.shown += work.changes[: MOST_SHOWN - len(self.shown)]
        for change in work.changes:
            said = [work.employee.pk, change.date, change.before, change.after]
            self._digest.update(_json(said).encode())


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True)


def _batches(employees: QuerySet[Employee]) -> Iterator[list[int]]:
    keys = list(employees.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), judging.PEOPLE_A_BATCH):
        yield keys[start : start + judging.PEOPLE_A_BATCH]


def reopen_preview(*, period: AttendancePeriod, now: dt.datetime, by: Actor) -> Difference:
    """Return what judging a locked month's days as they stand would change once it is open.

    Raises:
        NotAllowed
    """
    company, (first, last) = period.company, month_of(period.starts_on)
    if not permissions.can_close_month(by, company):
        raise NotAllowed
    difference = Difference()
    everybody = Employee.objects.filter(company=company, joined_on__lte=last)
    for keys in _batches(everybody):
        people = Employee.objects.filter(pk__in=keys).select_related("company").order_by("pk")
        for work in judging.judge_people(
            company, list(people), first=first, last=last, now=now, is_unlocked=True
        ):
            difference.take(work)
    return difference


def _anew(
    company: Company,
    people: list[Employee],
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    *,
    is_unlocked: bool = False,
) -> list[Work]:
    return judging.judge_people(
        company, people, first=first, last=last, now=now, is_fresh=True, is_unlocked=is_unlocked
    )


def recompute_preview(
    *,
    company: Company,
    employees: QuerySet[Employee],
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    by: Actor,
) -> Difference:
    """Return what judging the people's days anew would change; nothing is written.

    Of days in a locked month it tells what a reopened one would change; applied it is refused.

    Raises:
        NotAllowed
    """
    if not permissions.can_recompute(by, company):
        raise NotAllowed
    locked = _locked_month(first, last)
    difference = Difference(locked=month_name(locked.starts_on) if locked else "")
    for keys in _batches(employees):
        people = Employee.objects.filter(pk__in=keys).select_related("company").order_by("pk")
        for work in _anew(company, list(people), first, last, now, is_unlocked=locked is not None):
            difference.take(work)
    return difference


@transaction.atomic
def recompute_apply(
    *,
    company: Company,
    employees: QuerySet[Employee],
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    reason: str,
    fingerprint: str,
    by: Actor,
) -> Difference:
    """Judge the people's days anew and write the difference that was seen, all of it or nothing.

    Raises:
        NotAllowed, ReasonMissing, PeriodLocked
        NothingToRecompute: everything stands as it would be judged.
        DifferenceChanged: it is another one by now, and has to be looked at again.
    """
    if not permissions.can_recompute(by, company):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    locked = _locked_month(first, last)
    if locked is not None:
        raise PeriodLocked(month=month_name(locked.starts_on))
    difference = Difference()
    for keys in _batches(employees):
        people = lock_people(Employee.objects.filter(pk__in=keys))
        works = _anew(company, people, first, last, now)
        judging.save(works)
        for work in works:
            difference.take(work)
        _tell(works, reason=reason.strip(), by=by)
    if difference.fingerprint != fingerprint:
        raise DifferenceChanged
    if not difference.days:
        raise NothingToRecompute
    return difference


def _locked_month(first: dt.date, last: dt.date) -> AttendancePeriod | None:
    """Return the first locked month that the stretch touches."""
    locked = AttendancePeriod.objects.filter(
        locked_at__isnull=False, starts_on__range=(first.replace(day=1), last)
    )
    found: AttendancePeriod | None = locked.order_by("starts_on").first()
    return found


def _tell(works: list[Work], *, reason: str, by: Actor) -> None:
    """Write one audit event a person: every day with its figures before and after."""
    audit.record_many(
        by=by,
        verb="days_recomputed",
        reason=reason,
        subjects=[
            (
                work.employee,
                {f"{change.date}": _sides(change) for change in work.changes},
            )
            for work in works
            if work.changes
        ],
    )


def _sides(change: Change) -> list[object]:
    """Return the figures that differ, before and after."""
    before, after = change.before or {}, change.after or {}
    names = [name for name in FIGURES if before.get(name) != after.get(name)]
    sides = [{name: side[name] for name in names} if side else None for side in (before, after)]
    plain: list[object] = json.loads(_json(sides))
    return plain
