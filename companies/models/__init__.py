"""Tables of companies; see each module."""

from companies.models.base import Company, CompanyOwned
from companies.models.people import (
    Employee,
    OperatorGrant,
    Placement,
    RoleGrant,
    User,
    UserManager,
)
from companies.models.places import CalendarDay, Department, Office, OfficeVersion, PolicyVersion
from companies.models.trail import (
    AuditEvent,
    FormSubmission,
    JobRun,
    OutboxMessage,
    PurgePermit,
    Throttle,
)
from companies.models.work import Shift, ShiftVersion

__all__ = [
    "AuditEvent",
    "CalendarDay",
    "Company",
    "CompanyOwned",
    "Department",
    "Employee",
    "FormSubmission",
    "JobRun",
    "Office",
    "OfficeVersion",
    "OperatorGrant",
    "OutboxMessage",
    "Placement",
    "PolicyVersion",
    "PurgePermit",
    "RoleGrant",
    "Shift",
    "ShiftVersion",
    "Throttle",
    "User",
    "UserManager",
]
