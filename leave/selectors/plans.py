"""Which leave there is, and who earns it by which plan."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from companies.models import Employee
from companies.selectors import here_on
from leave.models import LeavePlan, LeaveType, PlanAssignment


def codes() -> list[str]:
    """Return the code of each kind of leave, offered or not; see `MUSTER_LEAVE_CODES`."""
    return list(LeaveType.objects.order_by("code").values_list("code", flat=True))


def without_plan(plan: LeavePlan, *, on: dt.date) -> QuerySet[Employee]:
    """Return who works here and earns the plan's type by no plan, then or later, by name."""
    others = PlanAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        employee=OuterRef("pk"), plan__leave_type=plan.leave_type_id,
    )  # fmt: skip
    found: QuerySet[Employee] = here_on(on).filter(~Exists(others)).order_by("name", "pk")
    return found
