"""HR's admin pages of attendance; `portal.admin_sites` opens them."""

from __future__ import annotations

from django.db import models

from attendance.admin import (
    dated,
    days,
    faces,
    internships,
    mending,
    months,
    overtime,
    parked,
    payroll,
    people,
    punches,
    roster,
)
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    Certificate,
    DayMark,
    FaceConsent,
    FaceEnrolment,
    ManualVerdict,
    OvertimeDay,
    ParkedTap,
    PayrollColumn,
    PunchState,
    ShiftAssignment,
)
from companies.admin_base import BaseAdmin
from companies.models import (
    CalendarDay,
    Employee,
    Internship,
    OfficeVersion,
    OvertimePolicy,
    OvertimePolicyVersion,
    Placement,
    PolicyVersion,
    ShiftVersion,
)

HR: dict[type[models.Model], type[BaseAdmin]] = {
    # instead of those of companies
    Employee: people.PersonAdmin,
    PolicyVersion: dated.DatedPolicyAdmin,
    ShiftVersion: dated.DatedShiftAdmin,
    OfficeVersion: dated.DatedOfficeAdmin,
    Placement: dated.DatedPlacementAdmin,
    CalendarDay: dated.DatedCalendarAdmin,
    PunchState: punches.PunchAdmin,
    AttendanceDay: days.DayAdmin,
    AttendancePeriod: months.MonthAdmin,
    PayrollColumn: payroll.PayrollColumnAdmin,
    DayMark: days.MarkAdmin,
    ManualVerdict: mending.ManualAdmin,
    OvertimePolicy: overtime.OvertimePolicyAdmin,
    OvertimePolicyVersion: overtime.OvertimePolicyVersionAdmin,
    OvertimeDay: overtime.OvertimeDayAdmin,
    ShiftAssignment: roster.AssignmentAdmin,
    Internship: internships.InternshipAdmin,
    Certificate: internships.CertificateAdmin,
    FaceEnrolment: faces.EnrolmentAdmin,
    FaceConsent: faces.ConsentAdmin,
}

OPERATOR: dict[type[models.Model], type[BaseAdmin]] = {ParkedTap: parked.ParkedTapAdmin}
