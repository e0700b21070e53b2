"""The admin pages of companies, by site; `portal.admin_sites` opens them."""

from __future__ import annotations

from django.db import models

from companies.admin import (
    access,
    auditors,
    delegations,
    domains,
    people,
    places,
    platform,
    sign_in,
    trail,
    work,
)
from companies.admin_base import BaseAdmin
from companies.models import (
    AuditEvent,
    CalendarDay,
    Company,
    CompanyDomain,
    Delegation,
    Department,
    Employee,
    Invitation,
    JobRun,
    Look,
    Office,
    OfficeVersion,
    OperatorGrant,
    OutboxMessage,
    Placement,
    PolicyVersion,
    RecordsRequest,
    RoleGrant,
    Shift,
    ShiftVersion,
    SignInReset,
    SupportGrant,
)

HR: dict[type[models.Model], type[BaseAdmin]] = {
    Employee: people.EmployeeAdmin,
    Placement: people.PlacementAdmin,
    RoleGrant: people.RoleGrantAdmin,
    Invitation: auditors.InvitationAdmin,
    Delegation: delegations.DelegationAdmin,
    SupportGrant: access.SupportGrantAdmin,
    RecordsRequest: access.RecordsRequestAdmin,
    CompanyDomain: domains.DomainAdmin,
    Office: places.OfficeAdmin,
    OfficeVersion: places.OfficeVersionAdmin,
    Department: places.DepartmentAdmin,
    CalendarDay: places.CalendarDayAdmin,
    PolicyVersion: places.PolicyVersionAdmin,
    Shift: work.ShiftAdmin,
    ShiftVersion: work.ShiftVersionAdmin,
    SignInReset: sign_in.SignInResetAdmin,
    AuditEvent: trail.AuditEventAdmin,
    Look: trail.LookAdmin,
    OutboxMessage: trail.OutboxMessageAdmin,
}

OPERATOR: dict[type[models.Model], type[BaseAdmin]] = {
    Company: access.AskingCompanyAdmin,
    CompanyDomain: domains.OperatorDomainAdmin,
    SupportGrant: access.OwnSupportAdmin,
    JobRun: platform.JobRunAdmin,
    OperatorGrant: platform.OperatorGrantAdmin,
    AuditEvent: platform.PlatformAuditAdmin,
}
