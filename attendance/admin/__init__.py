"""HR's admin pages of attendance; `portal.admin_sites` opens them."""

from __future__ import annotations

from django.db import models

from attendance.admin import days, faces, mending, people, punches, roster
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    DayMark,
    FaceConsent,
    FaceEnrolment,
    ManualVerdict,
    PunchState,
    ShiftAssignment,
)
from companies.admin_base import BaseAdmin
from companies.models import Employee

HR: dict[type[models.Model], type[BaseAdmin]] = {
    Employee: people.PersonAdmin,  # instead of the one of companies
    PunchState: punches.PunchAdmin,
    AttendanceDay: days.DayAdmin,
    AttendancePeriod: days.MonthAdmin,
    DayMark: days.MarkAdmin,
    ManualVerdict: mending.ManualAdmin,
    ShiftAssignment: roster.AssignmentAdmin,
    FaceEnrolment: faces.EnrolmentAdmin,
    FaceConsent: faces.ConsentAdmin,
}
