"""Tables of companies; see each module."""

from companies.models.access import MOST_SUPPORT_MINUTES, RecordsRequest, SupportGrant
from companies.models.base import Company, CompanyOwned
from companies.models.careers import (
    Application,
    ApplicationAnswer,
    ApplicationEvent,
    ApplicationFile,
    CareersPage,
    Opening,
    ScreeningQuestion,
    VisitorQuestion,
)
from companies.models.delegation import Delegation
from companies.models.domains import CompanyDomain
from companies.models.exports import ReportExport
from companies.models.internships import Internship, InternshipEvent
from companies.models.joining import JoinRequest
from companies.models.looks import Look
from companies.models.mail import BlockedAddress, NoticeChoice
from companies.models.overtime import OvertimePolicy, OvertimePolicyVersion
from companies.models.people import Employee, OperatorGrant, Placement, RoleGrant, User, UserManager
from companies.models.places import (
    CalendarDay,
    CompanyLogo,
    Department,
    Office,
    OfficeVersion,
    PolicyVersion,
)
from companies.models.schedules import MOST_WORKING_DAYS, ReportReader, ReportSchedule
from companies.models.security import EmailChange, SignedInSession, SignInReset
from companies.models.sign_in import Invitation, Pin
from companies.models.slack import SlackDelivery, SlackIdentity, SlackMessage, SlackWorkspace
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
    "MOST_SUPPORT_MINUTES",
    "MOST_WORKING_DAYS",
    "Application",
    "ApplicationAnswer",
    "ApplicationEvent",
    "ApplicationFile",
    "AuditEvent",
    "BlockedAddress",
    "CalendarDay",
    "CareersPage",
    "Company",
    "CompanyDomain",
    "CompanyLogo",
    "CompanyOwned",
    "Delegation",
    "Department",
    "EmailChange",
    "Employee",
    "FormSubmission",
    "Internship",
    "InternshipEvent",
    "Invitation",
    "JobRun",
    "JoinRequest",
    "Look",
    "NoticeChoice",
    "Office",
    "OfficeVersion",
    "Opening",
    "OperatorGrant",
    "OutboxMessage",
    "OvertimePolicy",
    "OvertimePolicyVersion",
    "Pin",
    "Placement",
    "PolicyVersion",
    "PurgePermit",
    "RecordsRequest",
    "ReportExport",
    "ReportReader",
    "ReportSchedule",
    "RoleGrant",
    "ScreeningQuestion",
    "Shift",
    "ShiftVersion",
    "SignInReset",
    "SignedInSession",
    "SlackDelivery",
    "SlackIdentity",
    "SlackMessage",
    "SlackWorkspace",
    "SupportGrant",
    "Throttle",
    "User",
    "UserManager",
    "VisitorQuestion",
]
