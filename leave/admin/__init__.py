"""HR's admin pages of leave; `portal.admin_sites` opens them."""

from __future__ import annotations

from django.db import models

from companies.admin_base import BaseAdmin
from companies.models import Employee
from leave.admin import (
    calendar,
    claims,
    ledger,
    people,
    plans,
    reminders,
    requests,
    types,
    year_end,
)
from leave.models import (
    BlockDate,
    Closure,
    CompOffClaim,
    LeastCover,
    LeavePlan,
    LeavePlanVersion,
    LeaveRequestState,
    LeaveType,
    LeaveTypeVersion,
    LeaveYearClose,
    LedgerEntry,
    PlanAssignment,
    ReminderVersion,
)

HR: dict[type[models.Model], type[BaseAdmin]] = {
    # instead of that of attendance
    Employee: people.PersonWithLeaveAdmin,
    LeaveRequestState: requests.LeaveRequestAdmin,
    CompOffClaim: claims.CompOffClaimAdmin,
    LedgerEntry: ledger.LedgerAdmin,
    LeaveYearClose: year_end.LeaveYearCloseAdmin,
    LeaveType: types.LeaveTypeAdmin,
    LeaveTypeVersion: types.LeaveTypeVersionAdmin,
    LeavePlan: plans.LeavePlanAdmin,
    LeavePlanVersion: plans.LeavePlanVersionAdmin,
    PlanAssignment: plans.PlanAssignmentAdmin,
    BlockDate: calendar.BlockDateAdmin,
    Closure: calendar.ClosureAdmin,
    LeastCover: calendar.LeastCoverAdmin,
    ReminderVersion: reminders.ReminderVersionAdmin,
}
