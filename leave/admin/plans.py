"""HR's pages of leave plans: levels by date, the difference first, and who is on which."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from attendance.rules.errors import InvalidInput
from companies.actor import Actor
from companies.admin_base import DatedRows
from companies.admin_filters import (
    DateFilter,
    DepartmentOfPersonFilter,
    OfficeOfPersonFilter,
    PersonFilter,
    row_filter,
)
from companies.admin_forms import FirstRow
from companies.admin_records import VersionAdmin
from companies.permissions import can_manage_person
from leave import wording
from leave.admin.fields import shown
from leave.admin.levels import LevelRows, level_rows, rows_of
from leave.admin.plan_words import plan_words
from leave.admin.served import ServedAdmin, ServedForm
from leave.admin.types import in_force
from leave.enums import Frequency
from leave.models import LeavePlan, LeavePlanVersion, PlanAssignment
from leave.rules.periods import Rhythm
from leave.rules.plan_form import check_plan, milestones_of
from leave.selectors.plan_changes import PlanDifference, plan_difference
from leave.services import plans, settings
from leave.terms import leave_settings, rhythm_of

_CREDITS = (
    ("frequency", "moment"), ("days", "month"), ("weekday", "first"), ("by_worked_time",),
)  # fmt: skip
_BEGINNING = (("waits_days", "waits_months"), ("counts_from_joining", "switch"))
_CUT = (("carry_on", "carry_month", "carry_day"),)
KNOBS: tuple[str, ...] = tuple(
    name for group in (_CREDITS, _BEGINNING, _CUT) for item in group for name in item
)
_MOST_SHOWN = 50


def _groups() -> list[tuple[Any, dict[str, Any]]]:
    return [
        (_("When credits come"), {"fields": _CREDITS}),
        (_("Who begins when"), {"fields": _BEGINNING}),
        (
            _("The end of a year"),
            {
                "fields": _CUT,
                "description": _(
                    "On that day the rest moves on or lapses, as each milestone says."
                ),
            },
        ),
    ]


def words_of(version: LeavePlanVersion) -> list[str]:
    """Return a version in words, in the unit of its type's books."""
    company_settings = leave_settings(version.company)
    is_in_hours = company_settings.is_in_hours(version.plan.leave_type_id)
    return plan_words(version, is_in_hours=is_in_hours)


class LevelsForm(ServedForm):
    """The rules of a plan with its levels; read in words, and looked at, before they are saved."""

    standing: ClassVar[list[dict[str, Any]]] = []
    looked = forms.CharField(required=False, widget=forms.HiddenInput, max_length=32)
    milestones = forms.Field(required=False)
    words: list[str] | None = None
    difference: PlanDifference | None = None

    @cached_property
    def levels(self) -> LevelRows:
        """Return the rows of the levels."""
        data = self.data if self.is_bound else None
        found: LevelRows = level_rows(data, prefix="level", initial=self.standing)
        return found

    @property
    def is_only_looked_at(self) -> bool:
        """Return whether nothing is wrong, and saving waits for a look."""
        return set(self.errors) == {"looked"}

    def clean_milestones(self) -> list[dict[str, Any]]:
        """Return the levels as they are stored; what is wrong is told beside its row."""
        if not self.levels.is_valid():
            raise ValidationError(_("Look at the milestones: something in a row does not fit."))
        rows = self.levels.levels()
        if not rows:
            raise ValidationError(_("A plan has one milestone at least: say what it credits."))
        found = [row.plain() for row in rows]
        self._refuse_row(found, Rhythm(frequency=Frequency.MONTHLY), "after_years")
        return found

    def _refuse_row(self, found: list[dict[str, Any]], rhythm: Rhythm, name: str) -> None:
        """Tell beside the first row that does not fit the ones before it, or the rhythm."""
        for number, row in enumerate(self.levels.levels()):
            try:
                check_plan(rhythm, milestones_of(found[: number + 1]))
            except InvalidInput as error:
                row.add_error(name, _("Not so: %(why)s.") % {"why": wording.unfit(error.code)})
                raise ValidationError(
                    _("Look at the milestones: something in a row does not fit.")
                ) from error

    def version(self) -> LeavePlanVersion:
        """Return the version as it would be written."""
        raise NotImplementedError

    def look(self) -> None:
        version = self.version()
        try:
            rhythm = rhythm_of(version.frequency, version.weekday, version.days, version.month)
        except InvalidInput as error:
            self.add_error("days", _("Not so: %(why)s.") % {"why": wording.unfit(error.code)})
            return
        try:
            self._refuse_row(version.milestones, rhythm, "yearly")
        except ValidationError as error:
            self.add_error("milestones", error)
            return
        self.words = words_of(version)
        self._compare(version)
        if "_read" in self.data or self._waits_for_a_look():
            self.add_error("looked", _("Nothing is saved yet."))

    def _compare(self, version: LeavePlanVersion) -> None:
        """Work out what the version changes for people; a new plan has none."""

    def _waits_for_a_look(self) -> bool:
        difference = self.difference
        if difference is None or not difference.changes:
            return False
        return bool(self.cleaned_data["looked"] != difference.fingerprint)


class NewPlanForm(LevelsForm):
    """A new plan with its first rules; nobody is on it."""

    def version(self) -> LeavePlanVersion:
        assert isinstance(self.related, LeavePlanVersion)  # noqa: S101  # it is checked by now
        self.related.plan = self.instance
        return self.related

    def write(self) -> models.Model:
        cleaned = self.cleaned_data
        made = settings.plan_add(
            leave_type=cleaned["leave_type"], name=cleaned["name"], by=self.actor
        )
        settings.plan_version_set(
            plan=made, by=self.actor, milestones=cleaned["milestones"], **self.values(KNOBS)
        )
        return made


class VersionForm(LevelsForm):
    """New rules of a plan from a date: what they change is looked at first."""

    def version(self) -> LeavePlanVersion:
        row: LeavePlanVersion = self.instance
        row.milestones = self.cleaned_data["milestones"]
        return row

    def _compare(self, version: LeavePlanVersion) -> None:
        self.difference = plan_difference(version, today=timezone.now().date())

    def write(self) -> models.Model:
        cleaned = self.cleaned_data
        return settings.plan_version_set(
            plan=cleaned["plan"], starts_on=cleaned["starts_on"], by=self.actor,
            milestones=cleaned["milestones"], **self.values(KNOBS),
        )  # fmt: skip


class LevelsAdmin(ServedAdmin):
    """Pages with levels: their words and differences stand above the form."""

    change_form_template = "leave/admin/plan.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if isinstance(form, LevelsForm) and kwargs.get("obj") is None:
            context["levels"] = form.levels
            context["words"] = form.words
            context |= _difference_context(form.difference)
            if form.is_bound and form.is_only_looked_at:
                context["errors"] = None
        return super().render_change_form(request, context, **kwargs)


def _difference_context(difference: PlanDifference | None) -> dict[str, Any]:
    """Return what the page says of a difference: person by person, before and after."""
    if difference is None:
        return {}
    lines = [
        {
            "person": change.employee.name,
            "code": change.employee.code,
            "now": _pair(change.now),
            "later": _pair(change.later),
        }
        for change in difference.changes[:_MOST_SHOWN]
    ]
    return {
        "difference": difference,
        "lines": lines,
        "left_out": len(difference.changes) - len(lines),
        "later": date_format(difference.later, "j F Y"),
    }


def _pair(amounts: tuple[Any, Any]) -> tuple[str, str]:
    before, after = amounts
    return wording.amount(before), wording.amount(after)


class LeavePlanAdmin(LevelsAdmin):
    """Ways to earn leave, in words."""

    list_display = ("name", "leave_type", "reads", "people")
    list_select_related = ("leave_type", "company")
    search_fields = ("name", "leave_type__name")
    ordering = ("name",)
    first_row = FirstRow(LeavePlanVersion, "plan", (*KNOBS, "milestones"))
    add_form = NewPlanForm
    empty_words = gettext_lazy("Add a plan by which people earn leave, then put them on it.")
    dated_rows = DatedRows(
        title=gettext_lazy("Rules, by date"),
        add_label=gettext_lazy("New rules from a date…"),
        related_name="versions",
        select_related=("plan", "company"),
        columns=(
            (gettext_lazy("From"), lambda row: row.starts_on),
            (gettext_lazy("Rules"), lambda row: " ".join(words_of(row))),
            (gettext_lazy("Written"), lambda row: row.created_at),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        today = timezone.now().date()
        # No join: a row is locked when it is changed.
        holding = (
            PlanAssignment.objects.filter(plan=models.OuterRef("pk"), starts_on__lte=today)
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
            .order_by()
            .values("plan")
            .annotate(count=Count("pk"))
            .values("count")
        )
        rows = super().get_queryset(request).annotate(people_now=models.Subquery(holding))
        return rows.prefetch_related(
            models.Prefetch("versions", LeavePlanVersion.objects.select_related("company"))
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        name = (None, {"fields": ("name", "leave_type")})
        return [name] if obj is not None else [name, *_groups()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [] if obj is None else ["leave_type"]
        return [*super().get_readonly_fields(request, obj), *fixed]

    @display(description=gettext_lazy("rules in force"))
    def reads(self, row: Any) -> str:
        version = in_force(row.versions.all())
        return " ".join(words_of(version)) if version else _("no rules yet: nobody earns by it")

    @display(description=gettext_lazy("people now"), ordering="people_now")
    def people(self, row: Any) -> int:
        count: int = row.people_now or 0
        return count

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            people = self.admin_site.get_model_admin(PlanAssignment).address("changelist")
            context["links"] = [(f"{people}?plan={self.row_id(row)}", _("People on this plan"))]
            context["links_of"] = _("Of this plan")
        return super().render_change_form(request, context, **kwargs)


class LeavePlanVersionAdmin(LevelsAdmin, VersionAdmin):
    """The rules of a plan from a date on."""

    form = VersionForm
    parent = "plan"
    prefilled = KNOBS
    list_display = ("plan", "starts_on", "reads")
    list_select_related = ("plan", "company")
    search_fields = ("plan__name",)
    ordering = ("plan__name", "-starts_on", "-id")
    empty_words = gettext_lazy("A leave plan brings its first rules with it.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("plan", "company")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ("plan", "starts_on")
        if obj is not None:
            return [(None, {"fields": (*fields, "sentences", "created_at")})]
        return [(None, {"fields": fields}), *_groups()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        said = () if obj is None else ("sentences", "created_at")
        return [*super().get_readonly_fields(request, obj), *said]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        initial.setdefault("starts_on", timezone.now().date())
        return {name: shown(value) for name, value in initial.items()}

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        last = self._last(request) if obj is None and self.parent in request.GET else None
        form.standing = rows_of(last.milestones) if last is not None else []
        return form

    @display(description=gettext_lazy("rules"))
    def reads(self, row: LeavePlanVersion) -> str:
        return " ".join(words_of(row))

    @display(description=gettext_lazy("in words"))
    def sentences(self, row: LeavePlanVersion) -> str:
        return format_html_join("\n", "<p>{}</p>", ((line,) for line in words_of(row)))


# --- who is on which ------------------------------------------------------------------------------
class AssignmentForm(ServedForm):
    """A person on a plan; the service writes it, under the person's lock."""

    def write(self) -> models.Model:
        cleaned = self.cleaned_data
        if self.instance.pk:
            return plans.plan_end(
                assignment=self.instance, ends_on=cleaned["ends_on"], by=self.actor
            )
        return plans.plan_assign(
            employee=cleaned["employee"], plan=cleaned["plan"], starts_on=cleaned["starts_on"],
            ends_on=cleaned["ends_on"], by=self.actor,
        )  # fmt: skip


class PlanAssignmentAdmin(ServedAdmin):
    """Who earns by which plan, from when to when; nothing overlaps."""

    form = AssignmentForm
    list_display = ("employee", "plan", "kind", "starts_on", "ends_on")
    list_select_related = ("employee", "plan__leave_type")
    list_filter = (
        PersonFilter,
        row_filter("plan", LeavePlan, gettext_lazy("Plan")),
        ("starts_on", DateFilter),
        OfficeOfPersonFilter,
        DepartmentOfPersonFilter,
    )
    search_fields = ("employee__name", "employee__code", "plan__name")
    ordering = ("employee__name", "-starts_on")
    autocomplete_fields = ("employee",)
    fields = ("employee", "plan", "starts_on", "ends_on")
    empty_words = gettext_lazy("Put people on a plan: one by one here, or many from their list.")

    def manages(self, actor: Actor, row: Any = None) -> bool:
        if row is None:
            return super().manages(actor)
        return can_manage_person(actor, row.employee)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related("employee__company", "plan__leave_type")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [] if obj is None else ["employee", "plan", "starts_on"]
        return [*super().get_readonly_fields(request, obj), *fixed]

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "starts_on":
            field.required = False
            field.help_text = _("Empty: from joining. What was earned since is credited at once.")
        return field

    @display(description=gettext_lazy("leave type"), ordering="plan__leave_type__name")
    def kind(self, row: PlanAssignment) -> str:
        name: str = row.plan.leave_type.name
        return name

    def _saved(self, request: HttpRequest, row: Any) -> HttpResponse:
        messages.info(request, _("The books follow within the hour."))
        return super()._saved(request, row)
