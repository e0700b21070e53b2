"""What attendance has open when somebody leaves; see `companies.leaving`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.enums import OvertimeState
from attendance.models import CorrectionRequest, OvertimeDay, PunchState, ShiftAssignment
from attendance.selectors.certificates import certificates
from attendance.selectors.days import days_with_exceptions
from companies.leaving import Open
from companies.models import Employee


def open_of_attendance(employee: Employee, last_on: dt.date) -> Iterator[Open]:
    """Yield what waits for a decision about the person, and what reaches beyond the last day."""
    query = f"?person={employee.public_id}"
    inbox = reverse("portal:inbox")
    flagged = PunchState.objects.filter(employee=employee, is_flagged=True)
    yield Open(_("Check-ins to look at"), flagged.count(), inbox)
    corrections = CorrectionRequest.objects.filter(employee=employee, decision__isnull=True)
    yield Open(_("Corrections asked for"), corrections.count(), inbox)
    overtime = OvertimeDay.objects.filter(employee=employee, state=OvertimeState.WAITING)
    yield Open(_("Extra minutes to decide"), overtime.count(), inbox)
    days = days_with_exceptions().filter(employee=employee)
    url = reverse("admin:attendance_attendanceday_changelist") + query
    yield Open(_("Days with something to clear up"), days.count(), url)
    shifts = ShiftAssignment.objects.filter(employee=employee, starts_on__gt=last_on)
    url = reverse("admin:attendance_shiftassignment_changelist") + query
    yield Open(_("Shifts given for after the last day"), shifts.count(), url)
    issued = certificates().filter(
        internship__employee=employee, is_revoked=False, is_replaced=False
    )
    beyond = sum(dt.date.fromisoformat(row.content["last"]) > last_on for row in issued)
    url = f"{reverse('admin:attendance_certificate_changelist')}?{urlencode({'q': employee.code})}"
    yield Open(_("Certificates that go beyond the last day"), beyond, url)
