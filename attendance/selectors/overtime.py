"""Extra and missing minutes: what waits, what counts, and what was decided."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from attendance.enums import OvertimeOutcome, OvertimeState
from attendance.models import OvertimeDay, OvertimeDecision
from attendance.rules.overtime.types import Part
from attendance.selectors.settings import company_settings, overtime_rule
from companies.actor import Actor
from companies.models import Company, Employee, OvertimePolicyVersion
from companies.selectors import answered_for

MINUTES_TO_TAKE_BACK = 10


@dataclass(frozen=True)
class Totals:
    """Minutes of a stretch of dates: computed, counting, and still waiting for somebody."""

    extra: int = 0
    missing: int = 0
    counted_extra: int = 0
    counted_missing: int = 0
    counted_banked: int = 0
    waiting: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.extra or self.missing or self.counted_extra or self.counted_missing)


def overtime_days(
    keys: Collection[int], *, first: dt.date, last: dt.date
) -> dict[int, dict[dt.date, OvertimeDay]]:
    """Return the people's rows by date, without their steps; one statement."""
    found: dict[int, dict[dt.date, OvertimeDay]] = {key: {} for key in keys}
    rows = OvertimeDay.objects.filter(employee__in=list(keys), date__range=(first, last))
    for row in rows.defer("steps", "parts"):
        found[row.employee_id][row.date] = row
    return found


def parts_of(row: OvertimeDay) -> list[Part]:
    """Return the parts of a row, without their times."""
    return [
        Part(
            rule=item["rule"],
            rate_percent=item["rate_percent"],
            is_banked=item["is_banked"],
            minutes=item["minutes"],
        )
        for item in row.parts
    ]


def days_with_parts(
    keys: Collection[int], *, first: dt.date, last: dt.date
) -> dict[int, list[OvertimeDay]]:
    """Return the people's rows in order of dates, without their steps; one statement."""
    found: dict[int, list[OvertimeDay]] = {}
    rows = OvertimeDay.objects.filter(employee__in=list(keys), date__range=(first, last))
    for row in rows.defer("steps").order_by("date"):
        found.setdefault(row.employee_id, []).append(row)
    return found


def rates_counted(company: Company, *, first: dt.date, last: dt.date) -> list[int]:
    """Return the rates at which minutes of the dates are paid, whoever's; two statements.

    They are those of the versions that the rows were computed by, in force or not, and the plain
    one, at which minutes by no rule are paid.
    """
    rows = OvertimeDay.objects.filter(
        company=company, date__range=(first, last), counted_extra__gt=0
    ).order_by()
    used = set(rows.values_list("policy_version", flat=True).distinct())
    versions = OvertimePolicyVersion.objects.filter(company=company, public_id__in=used - {None})
    rules = [overtime_rule(item) for version in versions for item in version.rules]
    plain = {100} if used else set()
    return sorted(plain | {rule.rate_percent for rule in rules if not rule.is_banked})


def counted_parts(
    keys: Collection[int], *, first: dt.date, last: dt.date
) -> dict[int, list[tuple[list[Part], int]]]:
    """Return the parts of each date of the people, and how many minutes count; one statement."""
    found: dict[int, list[tuple[list[Part], int]]] = {key: [] for key in keys}
    rows = OvertimeDay.objects.filter(
        employee__in=list(keys), date__range=(first, last), counted_extra__gt=0
    )
    for row in rows.only("employee_id", "parts", "counted_extra").order_by("date"):
        found[row.employee_id].append((parts_of(row), row.counted_extra))
    return found


def of_month(employee: Employee, first: dt.date, last: dt.date) -> dict[dt.date, OvertimeDay]:
    """Return a person's rows by date; nothing is asked in a company without policies."""
    if not company_settings(employee.company).overtime:
        return {}
    return overtime_days([employee.pk], first=first, last=last)[employee.pk]


def totals(rows: Iterable[OvertimeDay]) -> Totals:
    """Return what the rows are together."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums["extra"] += row.extra_minutes
        sums["missing"] += row.missing_minutes
        sums["counted_extra"] += row.counted_extra
        sums["counted_missing"] += row.counted_missing
        sums["counted_banked"] += row.counted_banked
        sums["waiting"] += row.state == OvertimeState.WAITING
    return Totals(**sums)


def overtime_on(employee: Employee, date: dt.date) -> OvertimeDay | None:
    """Return one person's row of a date."""
    row: OvertimeDay | None = OvertimeDay.objects.filter(employee=employee, date=date).first()
    return row


def waiting(actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[OvertimeDay]:
    """Return the rows that the actor must approve before they count; HR's of who has left too."""
    rows: QuerySet[OvertimeDay] = OvertimeDay.objects.filter(
        employee__in=answered_for(actor, team).values("pk"), state=OvertimeState.WAITING
    )
    return rows


def banked(employee: Employee, *, since: dt.date | None = None) -> list[OvertimeDay]:
    """Return the dates whose counting minutes become time off, in order."""
    rows = OvertimeDay.objects.filter(employee=employee, counted_banked__gt=0)
    if since is not None:
        rows = rows.filter(date__gte=since)
    return list(rows.order_by("date"))


def decision_of(employee: Employee, date: dt.date) -> OvertimeDecision | None:
    """Return the decision that holds for a date."""
    row: OvertimeDecision | None = OvertimeDecision.objects.filter(
        employee=employee, date=date, replacement__isnull=True
    ).first()
    return row


def holding_decisions(
    keys: Collection[int], *, first: dt.date, last: dt.date
) -> dict[tuple[int, dt.date], OvertimeDecision]:
    """Return the decision that holds for each date of the people; one statement."""
    rows = OvertimeDecision.objects.filter(
        employee__in=list(keys), date__range=(first, last), replacement__isnull=True
    )
    return {(row.employee_id, row.date): row for row in rows}


def decisions_of(employee: Employee, date: dt.date) -> list[OvertimeDecision]:
    """Return all that was decided of a date, in order."""
    return list(
        OvertimeDecision.objects.filter(employee=employee, date=date).order_by("decided_at", "id")
    )


def can_be_taken_back(decision: OvertimeDecision, by: Actor, now: dt.datetime) -> bool:
    """Return whether it is the actor's own decision of this moment."""
    is_own = (decision.decided_by_kind, decision.decided_by_id) == (by.kind, by.id)
    is_fresh = now - decision.decided_at <= dt.timedelta(minutes=MINUTES_TO_TAKE_BACK)
    return is_own and is_fresh and decision.outcome != OvertimeOutcome.TAKEN_BACK


def to_take_back(by: Actor, now: dt.datetime) -> QuerySet[OvertimeDecision]:
    """Return the actor's decisions that may still be taken back, newest first."""
    rows: QuerySet[OvertimeDecision] = OvertimeDecision.objects.filter(
        replacement__isnull=True,
        decided_by_kind=by.kind,
        decided_by_id=by.id,
        decided_at__gte=now - dt.timedelta(minutes=MINUTES_TO_TAKE_BACK),
    ).exclude(outcome=OvertimeOutcome.TAKEN_BACK)
    return rows.select_related("employee").order_by("-decided_at", "-id")
