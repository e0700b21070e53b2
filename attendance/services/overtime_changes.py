"""A new version of an overtime policy: the difference it would make, and making it.

Settled days keep the version they were settled by. Who writes a new one sees first what it would
make of them, and may let it be so in the same breath.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from django.db import transaction

from attendance import permissions
from attendance.errors import DifferenceChanged
from attendance.models import AttendanceDay
from attendance.rules.settings import CompanySettings, Steps
from attendance.selectors.settings import company_settings, overtime_policy
from attendance.services import judging
from attendance.services.changes import OVERTIME_FIGURES, Figures
from attendance.services.days import lock_people
from attendance.services.judging import Work
from attendance.services.recompute import Difference
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Company, Employee, OvertimePolicyVersion

# So many settled days are computed anew while a page waits.
MOST_DAYS = 10_000


def settled_since(since: dt.date) -> int:
    """Return how many settled days a change from a date on may concern."""
    count: int = AttendanceDay.objects.filter(date__gte=since, settled_at__isnull=False).count()
    return count


def version_preview(
    *, version: OvertimePolicyVersion, company: Company, now: dt.datetime, by: Actor
) -> Difference:
    """Return what a version that is not written yet would make of the settled days.

    Raises:
        NotAllowed
    """
    if not permissions.can_recompute(by, company):
        raise NotAllowed
    return _difference(company, _with(company_settings(company), version), version.starts_on, now)


@transaction.atomic
def version_apply(
    *,
    version: OvertimePolicyVersion,
    company: Company,
    now: dt.datetime,
    reason: str,
    fingerprint: str,
    by: Actor,
) -> Difference:
    """Compute the settled days anew by a version just written: the difference that was seen.

    Raises:
        NotAllowed, ReasonMissing
        DifferenceChanged: it is another one by now, and has to be looked at again.
    """
    if not permissions.can_recompute(by, company):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    difference = Difference()
    settings = company_settings(Company.objects.get(pk=company.pk))
    for keys in _batches(version.starts_on):
        people = lock_people(Employee.objects.filter(pk__in=keys))
        works = _judge(company, people, settings, version.starts_on, now)
        judging.save(works)
        for work in map(_minutes_alone, works):
            difference.take(work)
        audit.record_many(
            by=by, verb="overtime_recomputed", reason=reason.strip(), subjects=_told(works)
        )
    if difference.fingerprint != fingerprint:
        raise DifferenceChanged
    return difference


def _minutes_alone(work: Work) -> Work:
    """Leave of what judging changes the extra and missing minutes: the rest comes of itself."""
    work.changes = [
        replace(change, before=before, after=after)
        for change in work.changes
        if (before := _minutes(change.before)) != (after := _minutes(change.after))
    ]
    return work


def _minutes(figures: Figures | None) -> Figures:
    return {name: (figures or {}).get(name, 0) for name in OVERTIME_FIGURES}


def _told(works: list[Work]) -> list[tuple[Employee, dict[str, list[object]]]]:
    return [
        (
            work.employee,
            {f"{change.date}": [change.before, change.after] for change in work.changes},
        )
        for work in works
        if work.changes
    ]


def _with(settings: CompanySettings, version: OvertimePolicyVersion) -> CompanySettings:
    """Return the settings as they would be with the version written last."""
    key = version.policy_id
    rows = [*settings.overtime[key].items()] if key in settings.overtime else []
    steps = Steps([*rows, (version.starts_on, overtime_policy(version))])
    return replace(settings, overtime={**settings.overtime, key: steps})


def _difference(
    company: Company, settings: CompanySettings, since: dt.date, now: dt.datetime
) -> Difference:
    difference = Difference()
    for keys in _batches(since):
        people = Employee.objects.filter(pk__in=keys).select_related("company").order_by("pk")
        for work in _judge(company, list(people), settings, since, now):
            difference.take(_minutes_alone(work))
    return difference


def _judge(
    company: Company,
    people: list[Employee],
    settings: CompanySettings,
    since: dt.date,
    now: dt.datetime,
) -> list[Work]:
    return judging.judge_people(
        company,
        people,
        first=since,
        last=now.date(),
        now=now,
        settings=settings,
        is_overtime_fresh=True,
    )


def _batches(since: dt.date) -> Iterator[list[int]]:
    days = AttendanceDay.objects.filter(date__gte=since, settled_at__isnull=False)
    keys = sorted(set(days.values_list("employee", flat=True)))
    for start in range(0, len(keys), judging.PEOPLE_A_BATCH):
        yield keys[start : start + judging.PEOPLE_A_BATCH]
