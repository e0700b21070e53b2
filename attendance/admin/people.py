"""What attendance adds to HR's pages of people: who has no face check, and ways to their days."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from attendance import permissions
from attendance.admin.covering import ask_cover
from attendance.admin.dated import difference_link
from attendance.admin.entering import ask_enter
from attendance.admin.holidays import ask_holiday
from attendance.admin.mending import ask_set_day
from attendance.enums import DayStatus, EnrolmentState
from attendance.models import AttendanceDay, FaceEnrolment
from attendance.receipts import counts_words
from attendance.selectors.holidays import are_offered
from attendance.services import face_data_delete
from companies.admin.people import EmployeeAdmin, StandingFilter
from companies.admin_base import on_row
from companies.admin_filters import DepartmentFilter, OfficeFilter
from companies.admin_forms import ReasonForm


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

    actions_detail = (
        *EmployeeAdmin.actions_detail,
        "set_day",
        "add_punch",
        "cover_days",
        "pick_holiday",
        "delete_face_data",
    )
    list_filter = (StandingAndFaceFilter, OfficeFilter, DepartmentFilter)

    @action(description=gettext_lazy("Set a day by hand"), url_path="set-day", icon="edit_calendar")
    @on_row
    def set_day(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask for a date, what it is, and why."""
        return ask_set_day(self, request, row)

    @action(description=gettext_lazy("Add a punch"), url_path="add-punch", icon="more_time")
    @on_row
    def add_punch(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask when the person came and left, and why."""
        return ask_enter(self, request, row=row, employee=row)

    @action(description=gettext_lazy("On duty or from home"), url_path="cover", icon="work_history")
    @on_row
    def cover_days(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask where the person was, from when to when, and why."""
        return ask_cover(self, request, row)

    @action(description=gettext_lazy("Optional holidays"), url_path="holidays", icon="celebration")
    @on_row
    def pick_holiday(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask which optional holiday to pick or to give back."""
        return ask_holiday(self, request, row)

    @action(
        description=gettext_lazy("Delete face data"), url_path="delete-face", icon="no_photography"
    )
    @on_row
    def delete_face_data(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then delete everything of the person's face; they get the receipt."""

        by, now = request.actor, timezone.now()  # type: ignore[attr-defined]

        def act(cleaned: dict[str, Any]) -> str:
            erasure = face_data_delete(employee=row, reason=cleaned["reason"], by=by, now=now)
            if erasure is None:
                return _("There was no face data of this person.")
            deleted = ", ".join(counts_words(erasure.counts))
            return _("Deleted: %(what)s. The person gets a receipt.") % {"what": deleted}

        return self.ask(
            request, title=_("Delete face data"), form=ReasonForm, submit=_("Delete"), act=act,
            done_url=self.row_url(row), row=row, is_danger=True,
            sentence=_(
                "All templates and pictures of the person are deleted, also pictures that somebody "
                "may still have to look at. This cannot be undone; punches and days stay."
            ),
        )  # fmt: skip

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        if action == "delete_face_data":
            return permissions.can_delete_face_data(request.actor, row)  # type: ignore[attr-defined]
        if action in ("set_day", "add_punch", "cover_days"):
            return permissions.can_judge_by_hand(request.actor, row)  # type: ignore[attr-defined]
        if action == "pick_holiday":
            return are_offered(row.company)
        return super().offers(request, action, row)

    def _saved(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Tell of settled days that lie outside the employment as it now stands."""
        outside = Q(date__lt=row.joined_on)
        if row.left_on is not None:
            outside |= Q(date__gt=row.left_on)
        if row.judged_from is not None:
            outside |= Q(date__lt=row.judged_from, status=DayStatus.ABSENT)
        span = AttendanceDay.objects.filter(outside, employee=row).aggregate(
            first=Min("date"), last=Max("date")
        )
        if span["first"] is not None:
            sentence = _("Days outside the employment still stand. {}")
            link = difference_link(self, span["first"], span["last"], {"person": row.code})
            messages.info(request, format_html(sentence, link))
        return super()._saved(request, row)

    def links_of(self, row: Any) -> list[tuple[str, Any]]:
        """Return the ways from a person's page to their rows, as (address, words)."""
        site, query = self.admin_site.name, f"?person={self.row_id(row)}"
        return [
            (reverse(f"{site}:attendance_{model}_changelist") + query, title)
            for model, title in (
                ("attendanceday", _("Days")),
                ("punchstate", _("Punches")),
                ("shiftassignment", _("Shift assignments")),
                ("faceenrolment", _("Face enrolments")),
            )
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["links"] = self.links_of(row)
        return super().render_change_form(request, context, **kwargs)
