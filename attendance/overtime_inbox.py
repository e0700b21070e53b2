"""What extra and missing minutes bring to the inbox: those that count once approved."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from attendance import overtime_pages, permissions, wording
from attendance.enums import OvertimeOutcome
from attendance.errors import NothingToTakeBack, OvertimeDecided
from attendance.models import OvertimeDay, OvertimeDecision
from attendance.selectors import overtime
from attendance.services import overtime as deciding
from companies.actor import Actor
from companies.inbox import Answer, Decided, Entry, lines
from companies.models import Employee


class Overtime:
    """Extra and missing minutes of a day: do they count?"""

    kind = "overtime"

    def waiting(self, actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[Any]:
        return lines(overtime.waiting(actor, team=team), self.kind, since="waiting_since")

    def entries(self, actor: Actor, ids: Collection[uuid.UUID], *, now: dt.datetime) -> list[Entry]:
        rows = OvertimeDay.objects.filter(public_id__in=list(ids)).select_related("employee")
        return [self._entry(row, now) for row in rows]

    def _entry(self, row: OvertimeDay, now: dt.datetime) -> Entry:
        figures = overtime_pages.figures_text(row)
        is_here = row.employee.is_employed_on(now.date())
        return Entry(
            kind=self.kind,
            public_id=row.public_id,
            name=row.employee.name,
            what=figures,
            when=wording.short_date(row.date),
            effect=_("Approved: %(figures)s count") % {"figures": figures},
            note=overtime_pages.rules_text(row),
            hints=() if is_here else (_("Does not work here any more."),),
            url=reverse("attendance:team-day", args=[row.employee.public_id, row.date])
            if is_here
            else "",
            approve=_("Approve"),
            refuse=_("Refuse"),
        )

    def find(self, actor: Actor, public_id: uuid.UUID) -> OvertimeDay | None:
        rows = OvertimeDay.objects.select_related("employee__company", "employee__user")
        row: OvertimeDay | None = rows.filter(public_id=public_id).first()
        today = dt.datetime.now(dt.UTC).date()
        if row is None or not permissions.can_decide_overtime(actor, row.employee, today):
            return None
        return row

    def name_of(self, found: OvertimeDay) -> str:
        name: str = found.employee.name
        return name

    def decide(self, found: OvertimeDay, answer: Answer, *, reason: str, by: Actor) -> None:
        is_approved = answer == Answer.APPROVE
        try:
            if is_approved:
                deciding.overtime_approve(employee=found.employee, date=found.date, by=by)
            else:
                deciding.overtime_refuse(
                    employee=found.employee, date=found.date, reason=reason, by=by
                )
        except OvertimeDecided:
            last = overtime.decision_of(found.employee, found.date)
            if last is None or last.decided_by_id != by.id:
                raise

    def decided(self, actor: Actor, *, now: dt.datetime) -> list[Decided]:
        decisions = list(overtime.to_take_back(actor, now))
        rows = _rows(decisions)
        return [
            Decided(
                kind=self.kind,
                public_id=row.public_id,
                name=decision.employee.name,
                what=f"{overtime_pages.figures_text(row)}, {wording.short_date(row.date)}",
                said=_said(decision),
                decided_at=decision.decided_at,
            )
            for decision in decisions
            if (row := rows.get((decision.employee_id, decision.date))) is not None
        ]

    def take_back(self, found: OvertimeDay, *, by: Actor) -> None:
        try:
            deciding.overtime_take_back(employee=found.employee, date=found.date, by=by)
        except NothingToTakeBack:
            last = overtime.decision_of(found.employee, found.date)
            taken_back = OvertimeOutcome.TAKEN_BACK
            if last is None or (last.outcome, last.decided_by_id) != (taken_back, by.id):
                raise


def _said(decision: OvertimeDecision) -> str:
    return {
        OvertimeOutcome.APPROVED: _("counts"),
        OvertimeOutcome.SET: _("another figure counts"),
        OvertimeOutcome.REFUSED: _("does not count"),
    }[OvertimeOutcome(decision.outcome)]


def _rows(decisions: list[OvertimeDecision]) -> dict[tuple[int, dt.date], OvertimeDay]:
    """Return the rows of the decisions; one statement."""
    if not decisions:
        return {}
    found = OvertimeDay.objects.filter(
        employee__in={item.employee_id for item in decisions},
        date__in={item.date for item in decisions},
    )
    return {(row.employee_id, row.date): row for row in found}
