"""HR's pages of places, the work calendar and the company's policy."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from companies.admin.logo import LogoPage
from companies.admin.public_holidays import PublicHolidaysPage
from companies.admin_base import DatedRows
from companies.admin_fields import weekly_off_words
from companies.admin_filters import DateFilter, row_filter
from companies.admin_forms import FirstRow
from companies.admin_records import DatedAdmin, RecordAdmin, VersionAdmin
from companies.models import Office, OfficeVersion

_OFFICE_FIELDS = ("zone", "country", "region", "weekly_off")


class OfficeAdmin(RecordAdmin):
    """Places of work, with what holds there today."""

    list_display = ("name", "zone", "country", "days_off")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name",)
    first_row = FirstRow(OfficeVersion, "office", _OFFICE_FIELDS)
    empty_words = gettext_lazy("Add the first office: its time zone decides what day it is.")
    keep_hint = gettext_lazy("Place the people elsewhere first.")
    dated_rows = DatedRows(
        title=gettext_lazy("What holds there, by date"),
        add_label=gettext_lazy("Change from a date…"),
        related_name="versions",
        columns=(
            (gettext_lazy("From"), lambda row: row.starts_on),
            (gettext_lazy("Time zone"), lambda row: row.zone.replace("_", " ")),
            (gettext_lazy("Country"), lambda row: row.country),
            (gettext_lazy("Region"), lambda row: row.region),
            (gettext_lazy("Days off"), lambda row: weekly_off_words(row.weekly_off)),
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ("name",) if obj is not None else ("name", *_OFFICE_FIELDS)
        return [(None, {"fields": fields})]

    def get_queryset(self, request: HttpRequest) -> Any:
        in_force = OfficeVersion.objects.filter(
            office=OuterRef("pk"), starts_on__lte=timezone.localdate()
        ).order_by("-starts_on")
        named = {
            f"{name}_now": Subquery(in_force.values(name)[:1])
            for name in ("zone", "country", "weekly_off")
        }
        return super().get_queryset(request).annotate(**named)

    @display(description=gettext_lazy("time zone"), ordering="zone_now")
    def zone(self, row: Any) -> str:
        return (row.zone_now or "–").replace("_", " ")

    @display(description=gettext_lazy("country"), ordering="country_now")
    def country(self, row: Any) -> str:
        return row.country_now or "–"

    @display(description=gettext_lazy("days off"))
    def days_off(self, row: Any) -> str:
        return weekly_off_words(row.weekly_off_now) or "–"


class OfficeVersionAdmin(DatedAdmin):
    """What holds at an office from a date on."""

    parent = "office"
    prefilled = _OFFICE_FIELDS
    list_display = ("office", "starts_on", "zone", "country", "region")
    list_select_related = ("office",)
    search_fields = ("office__name",)
    fields = ("office", "starts_on", *_OFFICE_FIELDS)


class DepartmentAdmin(RecordAdmin):
    """Parts of the company."""

    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "parent")
    empty_words = gettext_lazy("Departments are optional: they sort people and rights.")
    keep_hint = gettext_lazy("Place the people elsewhere first.")


class CalendarDayAdmin(PublicHolidaysPage, RecordAdmin):
    """Holidays and other special dates."""

    list_display = ("date", "name", "kind", "for_whom")
    list_select_related = ("office",)
    list_filter = (
        ("date", DateFilter),
        ("kind", ChoicesDropdownFilter),
        row_filter("office", Office, gettext_lazy("Office")),
    )
    search_fields = ("name",)
    ordering = ("-date", "name")
    fields = ("date", "kind", "name", "office", "country", "region")
    empty_words = gettext_lazy("Enter the public holidays of the year.")
    actions_list = ("public_holidays",)

    @display(description=gettext_lazy("for"))
    def for_whom(self, row: Any) -> str:
        parts = (str(row.office) if row.office else "", row.country, row.region)
        return " · ".join(filter(None, parts)) or str(gettext_lazy("everyone"))


class PolicyVersionAdmin(LogoPage, VersionAdmin):
    """The company's settings; the newest that has begun is in force."""

    _settings = (
        "zone", "weekly_off", "allows_unchecked", "face_failure", "liveness",
        "repeat_seconds", "max_presence_hours",
        "marks_absent", "absence_lag_days", "late_from_end_of_grace", "late_free_count",
        "late_free_minutes", "late_half_day_every", "half_split_at", "break_punches_paid",
        "allow_overlap", "overtime_policy", "optional_holiday_quota",
        "payable_basis", "stipend_basis", "auto_lock_days", "offers_breaks",
        "corrections_per_month", "corrections_days_back", "offers_on_duty",
        "offers_work_from_home", "photo_retention_days", "second_factor",
    )  # fmt: skip
    prefilled = _settings
    list_display = ("starts_on", "zone", "days_off", "allows_unchecked", "created_at")
    ordering = ("-starts_on", "-id")
    fields = ("starts_on", *_settings)
    actions_list = ("logo",)
    empty_words = gettext_lazy("Write the company's settings.")

    @display(description=gettext_lazy("days off"))
    def days_off(self, row: Any) -> str:
        return weekly_off_words(row.weekly_off)
