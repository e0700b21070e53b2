"""Everything due in the books up to a date, and the end of a leave year.

Running any number of times, after any gap, writes the same lines: each has a natural key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from attendance.services.days import lock_people
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import Company, Employee
from companies.models.people import earliest_today
from leave import permissions
from leave.errors import DueChanged, NotDueYet
from leave.models import Allocation, PlanAssignment
from leave.rules.accrual import Work
from leave.rules.running import Line, run
from leave.selectors.books import Loaded, earner_of, load_books, workers_of, works_of
from leave.services.books import Written, lines_write
from leave.terms import LeaveSettings, leave_settings

# So many people are locked and held in memory at a time.
PEOPLE_A_BATCH = 500


def due(
    employee: Employee,
    loaded: Loaded,
    settings: LeaveSettings,
    *,
    until: dt.date,
    works: Mapping[int, Work] | None = None,
) -> tuple[Line, ...]:
    """Return the lines that a person's books of a type lack up to a date; nothing is written.

    `works` is what people worked, where it was read for many at once.
    """
    plans = loaded.plans(employee, settings)
    who = earner_of(employee, plans, works)
    return run(loaded.books, plans, who, until=until, known=loaded.known)


def with_books(company: Company, leave_type: int | None = None) -> list[int]:
    """Return whose books may grow or lapse, by primary key: who has a plan or an allocation."""
    rows, plans = Allocation.objects.filter(company=company), PlanAssignment.objects.all()
    if leave_type is not None:
        rows = rows.filter(leave_type=leave_type)
        plans = plans.filter(plan__leave_type=leave_type)
    people = {*rows.values_list("employee", flat=True).distinct().order_by()}
    return sorted(people | {*plans.values_list("employee", flat=True).distinct().order_by()})


def batches(people: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the people a batch at a time."""
    for start in range(0, len(people), PEOPLE_A_BATCH):
        yield people[start : start + PEOPLE_A_BATCH]


@transaction.atomic
def books_run(
    *,
    company: Company,
    people: Collection[int],
    until: dt.date,
    by: Actor,
    types: Collection[int] | None = None,
) -> int:
    """Write everything due up to a date in these people's books; return how many lines.

    Their locks are taken in one order, and what is written is told once a run.
    """
    locked = lock_people(Employee.objects.filter(pk__in=list(people), company=company))
    # The settings may have changed until the locks were there.
    fresh = Company.objects.get(pk=company.pk)
    items = _due_of(locked, leave_settings(fresh), until, types)
    return _written(fresh, items, until, by)


def _written(company: Company, items: Sequence[Written], until: dt.date, by: Actor) -> int:
    count = lines_write(company=company, items=items, by=by)
    if count:
        audit.record(
            by=by, verb="leave_books_run", subject=company,
            changes={"lines": [0, count], "until": [None, until.isoformat()]},
        )  # fmt: skip
    return count


def _due_of(
    people: Sequence[Employee],
    settings: LeaveSettings,
    until: dt.date,
    types: Collection[int] | None = None,
) -> list[Written]:
    books = load_books([employee.pk for employee in people], types)
    works = works_of(workers_of(people, books, settings))
    return [
        Written(employee, leave_type, line)
        for employee in people
        for leave_type in sorted(settings.types)
        if (loaded := books.get((employee.pk, leave_type))) is not None
        for line in due(employee, loaded, settings, until=until, works=works)
    ]


# --- looking first, then doing --------------------------------------------------------------------
def due_preview(company: Company, until: dt.date) -> list[Written]:
    """Return everything that is due in a company up to a date; nothing is written."""
    fresh = Company.objects.get(pk=company.pk)
    settings, found = leave_settings(fresh), []
    for keys in batches(with_books(company)):
        found += _due_of(list(Employee.objects.filter(pk__in=keys).order_by("pk")), settings, until)
    return found


def fingerprint_of(items: Collection[Written]) -> str:
    """Return what names these lines: what was looked at is what is written."""
    digest = hashlib.sha256()
    for item in items:
        digest.update(repr((item.employee.pk, item.leave_type, item.line)).encode())
    return digest.hexdigest()[:32]


@transaction.atomic
def due_apply(*, company: Company, until: dt.date, fingerprint: str, by: Actor) -> int:
    """Write everything that is due up to a date, as it was looked at; return how many lines.

    Raises:
        NotAllowed
        NotDueYet: the date is not over everywhere.
        DueChanged: something else is due by now.
    """
    if not permissions.can_manage_leave(by) or by.company != company:
        raise NotAllowed
    last = earliest_today(timezone.now())
    if until > last:
        raise NotDueYet(date=date_format(last, "j F Y"))
    for batch in batches(with_books(company)):
        lock_people(Employee.objects.filter(pk__in=batch))
    items = due_preview(company, until)
    if fingerprint_of(items) != fingerprint:
        raise DueChanged
    return _written(company, items, until, by)
