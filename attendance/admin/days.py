"""HR's pages of judged days, marks and months."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from attendance import permissions, wording
from attendance.admin.late import asked_month, late_page
from attendance.admin.mending import MendingDays
from attendance.admin.punches import FACE_TONES, local_time
from attendance.enums import DayException
from attendance.models import (
    AttendanceDay,
    DayMark,
    ManualVerdict,
    Punch,
    PunchFrame,
    PunchState,
)
from attendance.selectors.days import days_with_exceptions, is_of_kind
from companies.actor import Actor
from companies.admin_base import ReadOnlyAdmin
from companies.admin_filters import (
    DateFilter,
    DepartmentOfPersonFilter,
    OfficeOfPersonFilter,
    PersonFilter,
    WordsFilter,
)
from companies.models import AuditEvent, PolicyVersion, ShiftVersion

_TONES = {
    "P": "success", "HD": "warning", "A": "danger", "L": "info", "WO": "", "H": "",
    "OD": "success", "WFH": "success", "INC": "warning", "UN": "", "open": "info",
}  # fmt: skip


class ConcernFilter(WordsFilter):
    """Days that need a human, late days, open days."""

    title = gettext_lazy("Needs a human")
    parameter_name = "concern"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("any", _("Needs a human")),
            *((kind.value, kind.label) for kind in DayException),
            ("late", _("Late")),
            ("early", _("Left early")),
            ("open", _("Still open")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        if value in DayException.values:
            found = days_with_exceptions().filter(is_of_kind(DayException(value)))
            return queryset.filter(pk__in=found.values("pk"))
        return {
            "any": queryset.exclude(exceptions=[]),
            "late": queryset.filter(late_minutes__gt=0),
            "early": queryset.filter(early_minutes__gt=0),
            "open": queryset.filter(is_open=True),
        }.get(value)


def _clock(instant: dt.datetime | None, row: AttendanceDay) -> str:
    """Return the time there; with its date where that is another one."""
    if instant is None:
        return "–"
    local = instant.astimezone(ZoneInfo(row.zone))
    return (
        f"{local:%H:%M}" if local.date() == row.date else f"{local:%H:%M} {date_format(local, 'D')}"
    )


class DayAdmin(MendingDays, ReadOnlyAdmin):
    """Verdicts, with what they rest on; mended by actions that leave a trace, never edited."""

    change_form_template = "attendance/admin/day.html"
    list_display = ("employee", "on", "verdict", "came", "went", "worked", "late", "concern")
    list_select_related = ("employee",)
    list_filter = (
        ("date", DateFilter),
        ConcernFilter,
        ("status", ChoicesDropdownFilter),
        PersonFilter,
        OfficeOfPersonFilter,
        DepartmentOfPersonFilter,
    )
    search_fields = ("employee__name", "employee__code", "shift_name")
    search_help_text = gettext_lazy("Name, code or shift")
    ordering = ("-date", "employee__name", "slot")
    fields = ("date",)
    actions_list = (*MendingDays.actions_list, "late_arrivals")
    reading_actions = frozenset({"late_arrivals"})
    empty_words = gettext_lazy("Days stand here once somebody has checked in or a day has passed.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("employee")

    @display(description=gettext_lazy("date"), ordering="date")
    def on(self, row: AttendanceDay) -> str:
        return date_format(row.date, "D j M Y")

    @display(description=gettext_lazy("status"), ordering="status", label=_TONES)
    def verdict(self, row: AttendanceDay) -> tuple[str, str]:
        if not row.status:
            return "open", _("Open") if row.is_open else _("No status")
        return row.status, f"{row.code or row.status} {row.get_status_display()}"

    @display(description=gettext_lazy("in"), ordering="first_in_at")
    def came(self, row: AttendanceDay) -> str:
        return _clock(row.first_in_at, row)

    @display(description=gettext_lazy("out"), ordering="last_out_at")
    def went(self, row: AttendanceDay) -> str:
        return _clock(row.last_out_at, row)

    @display(description=gettext_lazy("worked"), ordering="worked_minutes")
    def worked(self, row: AttendanceDay) -> str:
        return wording.minutes(row.worked_minutes) if row.worked_minutes else "–"

    @display(description=gettext_lazy("late"), ordering="late_minutes")
    def late(self, row: AttendanceDay) -> str:
        return wording.minutes(row.late_minutes) if row.late_minutes else "–"

    @display(description=gettext_lazy("needs a human"), label={"some": "warning"})
    def concern(self, row: AttendanceDay) -> tuple[str, str] | str:
        words = exception_words(row)
        return ("some", ", ".join(words)) if words else ""

    @action(description=gettext_lazy("Late arrivals"), url_path="late-arrivals", icon="schedule")
    def late_arrivals(self, request: HttpRequest) -> HttpResponse:
        """Show a month's late arrivals and what is proposed for them."""
        company = request.actor.company  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            **late_page(company, asked_month(request, company), self.row_url),
            "trail": self._trail(),
            "opts": self.opts,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "attendance/admin/late.html", context)

    def words_of(self, row: AttendanceDay) -> str:
        return f"{row.employee.name} · {self.on(row)}"

    def history_of(self, row: AttendanceDay) -> Any:
        """Return what was done to the day: to it, its punches, by hand, and by judging anew."""
        punches = Punch.objects.filter(employee=row.employee_id, state__attendance_date=row.date)
        by_hand = ManualVerdict.objects.filter(employee=row.employee_id, date=row.date)
        marks = DayMark.objects.filter(employee=row.employee_id, date=row.date)
        keys = [
            str(key)
            for rows in (punches, by_hand, marks)
            for key in rows.values_list("public_id", flat=True)
        ]
        anew = Q(
            verb="days_recomputed",
            subject_id=str(row.employee.public_id),
            changes__has_key=row.date.isoformat(),
        )
        return AuditEvent.objects.filter(Q(subject_id__in=[*keys, str(row.public_id)]) | anew)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row: AttendanceDay = kwargs["obj"]
        punches = self.admin_site.get_model_admin(PunchState)
        context |= day_page(row, by=request.actor)  # type: ignore[attr-defined]
        context["figures"] = [
            (_("In"), self.came(row)),
            (_("Out"), self.went(row)),
            (_("Worked"), self.worked(row)),
            (_("Breaks"), wording.minutes(row.break_minutes)),
            (_("Late"), self.late(row)),
            (_("Left early"), wording.minutes(row.early_minutes) if row.early_minutes else "–"),
        ]
        context["verdict"] = self.verdict(row)
        context["tone"] = _TONES.get(context["verdict"][0], "")
        for item in context["punches"]:
            item["url"] = punches.row_url(item["state"])
        return super().render_change_form(request, context, **kwargs)


def exception_words(row: AttendanceDay) -> list[str]:
    """Return why the day needs a human."""
    known = dict(DayException.choices)
    return [str(known.get(code, code)) for code in row.exceptions]


def day_page(row: AttendanceDay, *, by: Actor) -> dict[str, Any]:
    """Return what the page of one day shows: punches with pictures, steps, and the raw input."""

    def seen(frames: Iterable[PunchFrame]) -> PunchFrame | None:
        return next((frame for frame in frames if permissions.can_view_frame(by, frame)), None)

    states = (
        PunchState.objects.filter(employee=row.employee_id, attendance_date=row.date, slot=row.slot)
        .select_related("punch")
        .prefetch_related("punch__frames")
        .order_by("occurred_at")
    )
    punches = [
        {
            "state": state,
            "when": local_time(state),
            "face": wording.face(state),
            "tone": FACE_TONES.get(state.face, ""),
            "frame": seen(state.punch.frames.all()),
        }
        for state in states
    ]
    return {
        "punches": punches,
        "sentences": wording.sentences(row),
        "exceptions": exception_words(row),
        "judged_by": _judged_by(row),
        "raw": json.dumps(row.input, indent=2, sort_keys=True, ensure_ascii=False),
    }


def _judged_by(row: AttendanceDay) -> list[tuple[str, str]]:
    """Return the versions that the verdict rests on, each by the date from which it holds."""
    shift = ShiftVersion.objects.filter(public_id=row.shift_version).first()
    policy = PolicyVersion.objects.filter(public_id=row.policy_version).first()
    since = _("settings from %(date)s")
    return [
        (_("Shift"), f"{row.shift_name}, " + since % {"date": _short(shift.starts_on)})
        if shift
        else (_("Shift"), _("none")),
        (_("Policy"), since % {"date": _short(policy.starts_on)} if policy else _("built in")),
        (_("Calendar"), _("as of change %(number)s") % {"number": row.calendar_revision}),
    ]


def _short(date: dt.date) -> str:
    return date_format(date, "j M Y")


class MarkAdmin(ReadOnlyAdmin):
    """What covers a date: leave, on duty, work from home; written by what decided it."""

    list_display = ("employee", "date", "kind", "portion", "code", "is_paid", "withdrawn")
    list_select_related = ("employee", "withdrawal")
    list_filter = (("date", DateFilter), ("kind", ChoicesDropdownFilter), PersonFilter)
    search_fields = ("employee__name", "employee__code", "code")
    ordering = ("-date", "-id")
    fields = (
        "employee", "date", "kind", "portion", "starts_at", "ends_at", "code", "is_paid",
        "source_ref", "created_at",
    )  # fmt: skip
    empty_words = gettext_lazy("Approved leave and duty will stand here.")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).filter(withdraws__isnull=True)
        return rows.select_related("employee")

    @display(description=gettext_lazy("withdrawn"), boolean=True)
    def withdrawn(self, row: DayMark) -> bool:
        return hasattr(row, "withdrawal")
