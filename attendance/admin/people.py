"""What attendance adds to HR's pages of people: who has no face check, and ways to their days."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.enums import EnrolmentState
from attendance.models import FaceEnrolment
from companies.admin.people import EmployeeAdmin, StandingFilter
from companies.admin_filters import DepartmentFilter, OfficeFilter


class StandingAndFaceFilter(StandingFilter):
    """Standing, and who works here without reference pictures."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*super().lookups(request, model_admin), ("no_face", _("Without face check"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "no_face":
            return super().queryset(request, queryset)
        enrolled = FaceEnrolment.objects.filter(state=EnrolmentState.ACTIVE)
        return self.here(queryset).exclude(pk__in=enrolled.values("employee"))


class PersonAdmin(EmployeeAdmin):
    """A person of the company, with the ways to their punches, days and shifts."""

    list_filter = (StandingAndFaceFilter, OfficeFilter, DepartmentFilter)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            site, query = self.admin_site.name, f"?person={self.row_id(row)}"
            context["links"] = [
                (reverse(f"{site}:attendance_{model}_changelist") + query, title)
                for model, title in (
                    ("attendanceday", _("Days")),
                    ("punchstate", _("Punches")),
                    ("shiftassignment", _("Shift assignments")),
                    ("faceenrolment", _("Face enrolments")),
                )
            ]
        return super().render_change_form(request, context, **kwargs)
