"""Tables of leave; see each module."""

from leave.models.attachments import LeaveAttachment
from leave.models.books import Allocation, LedgerEntry
from leave.models.dates import BlockDate, BlockExemption, Closure, LeastCover, LeaveYearClose
from leave.models.feeds import CalendarFeed
from leave.models.plans import LeavePlan, LeavePlanVersion, PlanAssignment
from leave.models.reminders import ReminderVersion
from leave.models.requests import (
    CompOffClaim,
    CompOffDecision,
    LeaveDay,
    LeaveRequest,
    LeaveRequestState,
    RequestDraw,
    RequestStep,
)
from leave.models.types import LeaveApprovalStep, LeaveType, LeaveTypeVersion

__all__ = [
    "Allocation",
    "BlockDate",
    "BlockExemption",
    "CalendarFeed",
    "Closure",
    "CompOffClaim",
    "CompOffDecision",
    "LeastCover",
    "LeaveApprovalStep",
    "LeaveAttachment",
    "LeaveDay",
    "LeavePlan",
    "LeavePlanVersion",
    "LeaveRequest",
    "LeaveRequestState",
    "LeaveType",
    "LeaveTypeVersion",
    "LeaveYearClose",
    "LedgerEntry",
    "PlanAssignment",
    "ReminderVersion",
    "RequestDraw",
    "RequestStep",
]
