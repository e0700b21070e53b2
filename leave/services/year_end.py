"""The end of a leave year: looked at, then done in one step; and opened again.

What was closed and is opened again recomputes what came after it, the difference first (rules 10).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from attendance.services.days import lock_people
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Company, Employee
from companies.models.people import earliest_today
from leave import permissions
from leave.errors import AmountUnfit, YearChanged, YearClosed, YearNotOver
from leave.models import LeaveType, LeaveYearClose
from leave.rules.amounts import ZERO
from leave.rules.years import DAY
from leave.selectors.books import Loaded, load_books, workers_of, works_of
from leave.services.books import Written, lines_write
from leave.services.closing import Close, Ending, PersonYear, ending
from leave.services.runs import batches, with_books
from leave.terms import leave_settings


@dataclass
class YearEnd:
    """The end of a leave year, person by person; `fingerprint` names all of it."""

    leave_type: LeaveType
    closed_to: dt.date
    people: list[PersonYear] = field(default_factory=list)
    rate: Decimal | None = None

    @property
    def totals(self) -> dict[str, str]:
        """Return the sums that a closed year keeps."""
        names = ("before", "carried", "lapsed", "encashed", "after")
        return {
            name: str(sum((getattr(each, name) for each in self.people), ZERO)) for name in names
        }

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(repr(self.rate).encode())
        for each in self.people:
            said = (
                each.employee.pk, each.before, each.carried, each.lapsed, each.encashed, each.after,
            )  # fmt: skip
            digest.update(repr(said).encode())
        return digest.hexdigest()[:16]


def year_end(
    *,
    leave_type: LeaveType,
    closed_to: dt.date,
    by: Actor,
    is_written: bool = False,
    fingerprint: str = "",
    rate: Decimal | None = None,
    now: dt.datetime | None = None,
) -> YearEnd:
    """Say what the end of a leave year carries and lapses for everybody; or do it, in one step.

    The same function shows and does it. What was looked at is refused if it has become another.
    With a `rate` what would lapse is paid instead, as far as the type allows; never one's own.

    Raises:
        NotAllowed, AmountUnfit, YearNotOver, YearClosed, YearChanged
    """
    if not permissions.can_manage_leave(by, leave_type):
        raise NotAllowed
    if rate is not None and rate < ZERO:
        raise AmountUnfit
    moment = now or timezone.now()
    with transaction.atomic():
        found = YearEnd(leave_type, closed_to, rate=rate)
        for batch in _endings(found, by, moment, is_locked=is_written):
            if is_written:
                _write(found, batch, by)
        if not is_written:
            return found
        _refuse_close(found, fingerprint, moment)
        closed = LeaveYearClose.objects.create(
            company=leave_type.company, leave_type=leave_type, closed_to=closed_to,
            totals=found.totals, closed_at=moment, closed_by=by.user,
        )  # fmt: skip
        audit.record(
            by=by, verb="leave_year_closed", subject=closed,
            changes={"totals": [{}, found.totals]},
        )  # fmt: skip
    return found


def _refuse_close(found: YearEnd, fingerprint: str, moment: dt.datetime) -> None:
    if found.closed_to >= moment.date():
        raise YearNotOver(date=found.closed_to.isoformat())
    later = LeaveYearClose.objects.filter(
        leave_type=found.leave_type, closed_to__gte=found.closed_to
    )
    if later.exists():
        raise YearClosed(date=found.closed_to.isoformat())
    if found.fingerprint != fingerprint:
        raise YearChanged


def _endings(
    found: YearEnd, by: Actor, moment: dt.datetime, *, is_locked: bool
) -> Iterator[list[Ending]]:
    """Yield how the year ends for everybody who has books of the type, a batch at a time."""
    leave_type = found.leave_type
    company = Company.objects.get(pk=leave_type.company_id)
    settings = leave_settings(company)
    close = Close(
        rules=settings.type_on(leave_type.pk, found.closed_to), closed_to=found.closed_to,
        until=max(found.closed_to + DAY, earliest_today(moment)), pays=found.rate is not None,
    )  # fmt: skip
    unpaid = replace(close, pays=False)
    for keys in batches(with_books(company, leave_type.pk)):
        rows = Employee.objects.filter(pk__in=keys)
        people = lock_people(rows) if is_locked else list(rows.order_by("pk"))
        books = load_books(keys, [leave_type.pk])
        works = works_of(workers_of(people, books, settings))
        batch = []
        for employee in people:
            loaded = books.get((employee.pk, leave_type.pk), Loaded())
            may = permissions.can_manage_books(by, employee)
            batch.append(ending(employee, loaded, settings, close if may else unpaid, works))
        found.people += [each.year for each in batch]
        yield batch


def _write(found: YearEnd, batch: list[Ending], by: Actor) -> None:
    items = [
        Written(each.year.employee, found.leave_type.pk, line, found.rate)
        for each in batch
        for line in each.lines
    ]
    lines_write(company=found.leave_type.company, items=items, by=by)


# --- opened again ---------------------------------------------------------------------------------
@dataclass
class Reopening:
    """Whose books change at once when a closed year is opened again, and by which lines."""

    endings: list[Ending] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        said = [(each.year.employee.pk, each.lines) for each in self.endings]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16] if said else ""


def reopen_preview(
    *, closed: LeaveYearClose, by: Actor, now: dt.datetime | None = None, is_locked: bool = False
) -> Reopening:
    """Return what the years after a closed one would be by now, where they differ."""
    found = YearEnd(closed.leave_type, closed.closed_to)
    moment = now or timezone.now()
    return Reopening(
        [
            each
            for batch in _endings(found, by, moment, is_locked=is_locked)
            for each in batch
            if any(line.key.startswith("anew:") for line in each.lines)
        ]
    )


@transaction.atomic
def year_reopen(
    *,
    closed: LeaveYearClose,
    reason: str,
    by: Actor,
    fingerprint: str = "",
    now: dt.datetime | None = None,
) -> int:
    """Open a closed leave year again, with a reason; the last one of its type alone.

    What came after it is computed anew at once, as it was looked at; return how many people's books
    changed. Closing it again does the same with what was entered by then.

    Raises:
        NotAllowed, ReasonMissing, YearChanged; YearClosed: a later one is closed.
    """
    if not permissions.can_manage_leave(by, closed):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    later = LeaveYearClose.objects.select_for_update(of=("self",)).filter(
        leave_type=closed.leave_type_id, closed_to__gt=closed.closed_to
    )
    for other in later.order_by("-closed_to")[:1]:
        raise YearClosed(date=other.closed_to.isoformat())
    found = reopen_preview(closed=closed, by=by, now=now, is_locked=True)
    if found.fingerprint != fingerprint:
        raise YearChanged
    _write(YearEnd(closed.leave_type, closed.closed_to), found.endings, by)
    changes = audit.difference(audit.snapshot(closed), {})
    audit.record(
        by=by, verb="leave_year_reopened", subject=closed, reason=reason.strip(),
        changes={**changes, "people": [None, len(found.endings)]},
    )  # fmt: skip
    closed.delete()
    return len(found.endings)
