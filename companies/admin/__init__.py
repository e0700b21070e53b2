"""The admin pages of companies, by site; `portal.admin_sites` opens them."""

from __future__ import annotations

from django.db import models

from companies.admin import people, places, platform, trail, work
from companies.admin_base import BaseAdmin
from companies.models import (
    AuditEvent,
    CalendarDay,
    Company,
    Department,
    Employee,
    JobRun,
    Office,
    OfficeVersion,
    OperatorGrant,
    OutboxMessage,
    Placement,
    PolicyVersion,
    RoleGrant,
    Shift,
    ShiftVersion,
)

HR: dict[type[models.Model], type[BaseAdmin]] = {
    Employee: people.EmployeeAdmin,
    Placement: people.PlacementAdmin,
    RoleGrant: people.RoleGrantAdmin,
    Office: places.OfficeAdmin,
    OfficeVersion: places.OfficeVersionAdmin,
    Department: places.DepartmentAdmin,
    CalendarDay: places.CalendarDayAdmin,
    PolicyVersion: places.PolicyVersionAdmin,
    Shift: work.ShiftAdmin,
    ShiftVersion: work.ShiftVersionAdmin,
    AuditEvent: trail.AuditEventAdmin,
    OutboxMessage: trail.OutboxMessageAdmin,
}

OPERATOR: dict[type[models.Model], type[BaseAdmin]] = {
    Company: platform.CompanyAdmin,
    JobRun: platform.JobRunAdmin,
    OperatorGrant: platform.OperatorGrantAdmin,
    AuditEvent: platform.PlatformAuditAdmin,
}
