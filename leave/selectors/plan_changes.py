"""What new rules of a plan would change for whoever earns by it; nothing is written."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal

from companies.models import Company, Employee
from leave.models import LeavePlanVersion, PlanAssignment
from leave.rules.years import add_months
from leave.selectors.books import Loaded, load_books
from leave.terms import LeaveSettings, leave_settings, with_plan_version

# So many people's books are held in memory at a time.
_A_BATCH = 500
_MONTHS_AHEAD = 12


@dataclass(frozen=True)
class Change:
    """One person's balance by the rules as they are, and by the new ones: today, and later."""

    employee: Employee
    now: tuple[Decimal, Decimal]
    later: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class PlanDifference:
    """What new rules change; `people` are on the plan, `changes` of those who would have another
    balance on one of the two dates, leave that is approved taken and everything due credited."""

    today: dt.date
    later: dt.date
    people: int
    changes: tuple[Change, ...]

    @property
    def fingerprint(self) -> str:
        """Return what names all of it; the same difference has the same."""
        digest = hashlib.sha256(f"{self.today} {self.later}".encode())
        for each in self.changes:
            digest.update(repr((each.employee.pk, each.now, each.later)).encode())
        return digest.hexdigest()[:16]


def plan_difference(version: LeavePlanVersion, *, today: dt.date) -> PlanDifference:
    """Return what the version would change; five statements for every five hundred people.

    `version` is not written yet. The later date is a year from today, or from its first day.
    """
    company = Company.objects.get(pk=version.plan.company_id)
    before = leave_settings(company)
    after = with_plan_version(before, version)
    kind = version.plan.leave_type_id
    later = add_months(max(today, version.starts_on), _MONTHS_AHEAD)
    on_plan = PlanAssignment.objects.filter(plan=version.plan)
    keys = sorted({*on_plan.values_list("employee", flat=True).order_by()})
    changes: list[Change] = []
    for start in range(0, len(keys), _A_BATCH):
        batch = keys[start : start + _A_BATCH]
        books = load_books(batch, [kind])
        for employee in Employee.objects.filter(pk__in=batch).order_by("name", "pk"):
            loaded = books[employee.pk, kind]
            old, new = (
                _balances(employee, loaded, settings, (today, later))
                for settings in (before, after)
            )
            if old != new:
                changes.append(Change(employee, (old[0], new[0]), (old[1], new[1])))
    return PlanDifference(today, later, len(keys), tuple(changes))


def _balances(
    employee: Employee, loaded: Loaded, settings: LeaveSettings, on: tuple[dt.date, dt.date]
) -> tuple[Decimal, Decimal]:
    """Return the balances of both dates, with everything that is due by then."""
    ahead = loaded.ahead(employee, settings)
    first, second = (ahead.on(date).balance_on(date) for date in on)
    return first, second
