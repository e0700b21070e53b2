"""HR's pages of overtime: policies by date, with their difference first, and the days' minutes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from attendance import overtime_pages, overtime_wording
from attendance.admin.dated import TellsOfSettledDays
from attendance.admin.difference import difference_context
from attendance.admin.overtime_fields import RulesField
from attendance.enums import OvertimeState
from attendance.models import OvertimeDay
from attendance.rules.overtime.types import OvertimePolicy as Rules
from attendance.selectors.settings import overtime_policy
from attendance.services import overtime_changes
from attendance.services.recompute import Difference
from companies.admin.work import version_in_force
from companies.admin_base import DatedRows, ReadOnlyAdmin
from companies.admin_filters import DateFilter, PersonFilter
from companies.admin_forms import FirstRow, RecordForm
from companies.admin_records import RecordAdmin, VersionAdmin
from companies.models import OvertimePolicyVersion

# Of what a version would change so much is listed above its button; all of it is counted.
_MOST_LINES = 50
_KNOBS = ("rules", "count_before_start", "tracks_missing", "dating", "approval")
_TONES = {
    OvertimeState.WAITING.value: "warning",
    OvertimeState.COUNTED.value: "success",
    OvertimeState.APPROVED.value: "success",
    OvertimeState.SET.value: "info",
    OvertimeState.REFUSED.value: "danger",
}


def _sentences(version: OvertimePolicyVersion | None) -> list[str]:
    return [] if version is None else overtime_wording.policy_words(overtime_policy(version))


def _list(sentences: list[str]) -> str:
    return format_html_join("", "<p>{}</p>", ((item,) for item in sentences))


def _rules_words(version: OvertimePolicyVersion) -> str:
    rules: Rules = overtime_policy(version)
    if not rules.rules:
        return _("Nothing is ever extra.")
    return " · ".join(f"{rule.name}: {overtime_wording.rule_words(rule)}" for rule in rules.rules)


class OvertimePolicyAdmin(RecordAdmin):
    """Policies by name, with what they say today."""

    list_display = ("name", "says")
    search_fields = ("name",)
    ordering = ("name",)
    first_row = FirstRow(OvertimePolicyVersion, "policy", _KNOBS)
    empty_words = gettext_lazy(
        "Add a policy, then name it in the company's settings, a shift or a person's place."
    )
    keep_hint = gettext_lazy("A policy that was in force stays; name another one instead.")
    dated_rows = DatedRows(
        title=gettext_lazy("Rules, by date"),
        add_label=gettext_lazy("New rules from a date…"),
        related_name="versions",
        columns=(
            (gettext_lazy("From"), lambda row: row.starts_on),
            (gettext_lazy("Rules"), _rules_words),
            (gettext_lazy("Approval"), lambda row: row.get_approval_display()),
        ),
        select_related=("policy",),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        names = ("name",) if obj is not None else ("name", *_KNOBS)
        return [(None, {"fields": names})]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("versions__policy")

    @display(description=gettext_lazy("says today"))
    def says(self, row: Any) -> str:
        version = version_in_force(row.versions.all())
        return _rules_words(version) if version else "–"  # type: ignore[arg-type]


class VersionForm(RecordForm):
    """A new version: where it would change settled days, the difference is looked at first."""

    difference: Difference | None = None
    words: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors or self.instance.pk or not cleaned.get("policy"):
            return cleaned
        version = OvertimePolicyVersion(
            company=self.actor.company,
            **{name: cleaned[name] for name in ("policy", "starts_on", *_KNOBS)},
        )
        since: dt.date = version.starts_on
        if overtime_changes.settled_since(since) > overtime_changes.MOST_DAYS:
            return cleaned
        found = overtime_changes.version_preview(
            version=version, company=version.company, now=timezone.now(), by=self.actor
        )
        if found.days and self.data.get("seen") != found.fingerprint:
            self.difference, self.words = found, tuple(_sentences(version))
            self.add_error(None, _("Look at what this would change, then save it."))
        elif found.days and self.data.get("applies") and not self.data.get("reason", "").strip():
            self.difference, self.words = found, tuple(_sentences(version))
            self.add_error(None, _("Please give a reason."))
        return cleaned


class OvertimePolicyVersionAdmin(TellsOfSettledDays, VersionAdmin):
    """What a policy says from a date on."""

    form = VersionForm
    parent = "policy"
    prefilled = _KNOBS
    list_display = ("policy", "starts_on", "says", "approval")
    list_select_related = ("policy",)
    search_fields = ("policy__name",)
    ordering = ("policy__name", "-starts_on", "-id")
    change_form_template = "attendance/admin/overtime_version.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("policy")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        knobs = _KNOBS if obj is None else ("sentences",)
        return [(None, {"fields": ("policy", "starts_on", *knobs)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(["sentences"] if obj else [])]

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "rules":
            return RulesField(label=_("Rules"), help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description=gettext_lazy("says"))
    def says(self, row: OvertimePolicyVersion) -> str:
        return _rules_words(row)

    @display(description=gettext_lazy("says"))
    def sentences(self, row: OvertimePolicyVersion) -> str:
        return _list(_sentences(row))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        difference = getattr(form, "difference", None)
        if difference is not None:
            context |= difference_context(difference)
            context["lines"] = context["lines"][:_MOST_LINES]
            context["left_out"] = difference.days - len(context["lines"])
            context["fingerprint"] = difference.fingerprint
            context["words"] = form.words
            context["reason"] = request.POST.get("reason", "")
            context["applies"] = bool(request.POST.get("applies"))
        return super().render_change_form(request, context, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not request.POST.get("applies") or not request.POST.get("seen"):
            return
        version = form.instance
        done = overtime_changes.version_apply(
            version=version,
            company=version.company,
            now=timezone.now(),
            reason=request.POST.get("reason", ""),
            fingerprint=request.POST["seen"],
            by=form.actor,
        )
        sentence = ngettext(
            "One day was computed anew.", "%(count)s days were computed anew.", done.days
        )
        self.message_user(request, sentence % {"count": done.days})


class OvertimeDayAdmin(ReadOnlyAdmin):
    """Extra and missing minutes of everybody's days; managers and HR decide in the inbox."""

    list_display = ("employee", "on", "computed", "standing", "counts", "policy_name")
    list_select_related = ("employee",)
    list_filter = (("date", DateFilter), ("state", ChoicesDropdownFilter), PersonFilter)
    search_fields = ("employee__name", "employee__code")
    ordering = ("-date", "-id")
    fields = ("employee", "date", "computed", "state", "counts", "policy_name", "why")
    readonly_fields = ("computed", "counts", "why")
    empty_words = gettext_lazy("Where a policy makes minutes extra, they will stand here.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("employee")

    @display(description=gettext_lazy("date"), ordering="date")
    def on(self, row: OvertimeDay) -> str:
        return date_format(row.date, "D j M Y")

    @display(description=gettext_lazy("computed"))
    def computed(self, row: OvertimeDay) -> str:
        return overtime_pages.figures_text(row)

    @display(description=gettext_lazy("state"), ordering="state", label=_TONES)
    def standing(self, row: OvertimeDay) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description=gettext_lazy("counts"))
    def counts(self, row: OvertimeDay) -> str:
        return overtime_pages.counted_text(row)

    @display(description=gettext_lazy("why"))
    def why(self, row: OvertimeDay) -> str:
        return _list(overtime_wording.sentences(row.steps))

    def words_of(self, row: OvertimeDay) -> str:
        return f"{row.employee.name} · {self.on(row)}"
