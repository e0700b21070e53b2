"""HR's pages of shifts: a name, and its settings by date."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from companies.admin_base import DatedRows
from companies.admin_fields import weekday_hours_words
from companies.admin_forms import FirstRow
from companies.admin_records import RecordAdmin, VersionAdmin
from companies.models import ShiftVersion

_HOURS = ("start_time", "end_time", "breaks", "weekday_hours")
_DUE_BREAK = (("auto_break_after_minutes", "auto_break_minutes"),)
_CHECK_OUT = ("auto_check_out", ("auto_check_out_minutes", "auto_check_out_at"))
_LATE = ("late_grace_minutes", "early_grace_minutes")
_THRESHOLDS = ("half_day_below_minutes", "absent_below_minutes")
_WINDOWS = ("window_before_minutes", "window_after_minutes")
_COUNTING = ("hours_mode", "pairing", "counts_on_days_off")
_ROUNDING = (
    ("round_in_mode", "round_in_step"),
    ("round_out_mode", "round_out_step"),
    ("round_duration_mode", "round_duration_step"),
)
_KNOBS = (
    *_HOURS, *_LATE, *_THRESHOLDS, *_WINDOWS, *_COUNTING,
    *(name for pair in (*_DUE_BREAK, *_ROUNDING) for name in pair),
    "auto_check_out", "auto_check_out_minutes", "auto_check_out_at", "overtime_policy",
)  # fmt: skip


def _knob_fieldsets() -> list[tuple[str, dict[str, Any]]]:
    return [
        (_("Hours"), {"fields": _HOURS}),
        (_("A break that is due"), {"fields": _DUE_BREAK, "classes": ("collapse",)}),
        (_("Late and early"), {"fields": _LATE}),
        (_("How much is a day"), {"fields": _THRESHOLDS}),
        (_("Which punches belong to it"), {"fields": _WINDOWS}),
        (_("Forgotten check-outs"), {"fields": _CHECK_OUT, "classes": ("collapse",)}),
        (_("How hours count"), {"fields": _COUNTING, "classes": ("collapse",)}),
        (_("Rounding"), {"fields": _ROUNDING, "classes": ("collapse",)}),
        (_("Extra minutes"), {"fields": ("overtime_policy",), "classes": ("collapse",)}),
    ]


def shift_words(version: ShiftVersion | None) -> str:
    """Return a shift as people say it: "09:00–17:30, grace 10 min"."""
    if version is None:
        return _("no hours yet")
    words = f"{version.start_time:%H:%M}–{version.end_time:%H:%M}"
    if version.end_time <= version.start_time:
        words += " " + _("(next day)")
    if version.breaks:
        times = ", ".join(f"{item['start']}–{item['end']}" for item in version.breaks)
        words += ", " + _("break %(times)s") % {"times": times}
    if version.weekday_hours:
        words += ", " + weekday_hours_words(version.weekday_hours)
    if version.late_grace_minutes:
        words += ", " + _("grace %(minutes)s min") % {"minutes": version.late_grace_minutes}
    return words


class ShiftAdmin(RecordAdmin):
    """Working patterns, with the hours in force."""

    list_display = ("name", "hours")
    search_fields = ("name",)
    ordering = ("name",)
    first_row = FirstRow(ShiftVersion, "shift", _KNOBS)
    empty_words = gettext_lazy("Add the hours that most people work.")
    keep_hint = gettext_lazy("A shift that was worked stays; give its people another one.")
    dated_rows = DatedRows(
        title=gettext_lazy("Hours, by date"),
        add_label=gettext_lazy("New hours from a date…"),
        related_name="versions",
        columns=(
            (gettext_lazy("From"), lambda row: row.starts_on),
            (gettext_lazy("Hours"), shift_words),
            (gettext_lazy("Half day below"), lambda row: _minutes(row.half_day_below_minutes)),
            (gettext_lazy("Absent below"), lambda row: _minutes(row.absent_below_minutes)),
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        name = (None, {"fields": ("name",)})
        return [name] if obj is not None else [name, *_knob_fieldsets()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("versions")

    @display(description=gettext_lazy("hours in force"))
    def hours(self, row: Any) -> str:
        return shift_words(version_in_force(row.versions.all()))


def _minutes(value: int | None) -> str:
    return _("%(minutes)s min") % {"minutes": value} if value else ""


def version_in_force(versions: Any) -> ShiftVersion | None:
    """Return the version in force today; of several with one date, the one written last."""
    today = timezone.localdate()
    begun = [row for row in versions if row.starts_on <= today]
    return max(begun, key=lambda row: (row.starts_on, row.pk), default=None)


class ShiftVersionAdmin(VersionAdmin):
    """The hours of a shift from a date on."""

    parent = "shift"
    prefilled = _KNOBS
    list_display = ("shift", "starts_on", "hours")
    list_select_related = ("shift",)
    search_fields = ("shift__name",)
    ordering = ("shift__name", "-starts_on", "-id")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": ("shift", "starts_on")}), *_knob_fieldsets()]

    @display(description=gettext_lazy("hours"))
    def hours(self, row: ShiftVersion) -> str:
        return shift_words(row)
