"""HR's pages of leave types: a name, its rules by date, and who decides."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from attendance.selectors.leave_codes import columns_of_code
from companies.admin_base import DatedRows
from companies.admin_forms import FirstRow, RecordForm
from companies.admin_records import VersionAdmin
from companies.enums import EmploymentType
from leave import wording
from leave.admin.chain import ChainRows, chain_rows, chain_words, rows_of
from leave.admin.fields import dates_words, month_day, shown
from leave.admin.served import ServedAdmin, ServedForm
from leave.admin.starters import StarterPage
from leave.enums import CountsDaysOff
from leave.models import LeaveApprovalStep, LeaveType, LeaveTypeVersion
from leave.services import settings

_ASKED = (("unit", "counts_days_off"), ("is_paid", "colleagues_see_reason"))
_BOOKS = (
    ("needs_allocation", "draws_on"), ("negative_limit", "hours_per_day"),
    ("year_month", "year_day"),
)  # fmt: skip
_MOST = (("most_per_request", "most_in_a_row"), ("most_per_period", "most_granted"))
_WHEN = (("notice_days", "backdate_days"), "only_on")
_WHO = ("employment_types", ("usable_after_days", "counts_working_days"))
_ILL = (("attachment_after", "converts_planned"),)
_MORE = ("comp_off_valid_days", ("encash_most", "encash_keep"))
_GROUPS = (_ASKED, _BOOKS, _MOST, _WHEN, _WHO, _ILL, _MORE)
KNOBS: tuple[str, ...] = tuple(
    name
    for group in _GROUPS
    for item in group
    for name in ((item,) if isinstance(item, str) else item)
)


def _groups() -> list[tuple[Any, dict[str, Any]]]:
    return [
        (_("How it is asked for"), {"fields": _ASKED}),
        (_("What it draws on"), {"fields": _BOOKS}),
        (_("At most"), {"fields": _MOST}),
        (_("When"), {"fields": _WHEN}),
        (_("Who may"), {"fields": _WHO}),
        (_("Illness and papers"), {"fields": _ILL}),
        (_("Work on a day off, and paying out"), {"fields": _MORE, "classes": ("collapse",)}),
    ]


class ChainForm(ServedForm):
    """The rules of a type with who decides, in one go."""

    site: ClassVar[Any]
    standing: ClassVar[list[dict[str, Any]]] = []

    @cached_property
    def chain(self) -> ChainRows:
        """Return the rows of who decides."""
        found: ChainRows = chain_rows(
            self.data if self.is_bound else None,
            prefix="chain",
            initial=self.standing,
            form_kwargs={"site": self.site},
        )
        return found

    @property
    def media(self) -> forms.Media:
        found: forms.Media = super().media + self.chain.media
        return found

    def clean_encash_keep(self) -> Any:
        """Refuse to keep less than nothing."""
        value = self.cleaned_data["encash_keep"]
        if value is not None and value < 0:
            raise forms.ValidationError(_("Zero, or more."))
        return value

    def look(self) -> None:
        if not self.chain.is_valid():
            self.add_error(None, _("Look at who decides: a row there does not fit."))


class VersionForm(ChainForm):
    """New rules of a type from a date."""

    def write(self) -> models.Model:
        return settings.type_version_set(
            leave_type=self.cleaned_data["leave_type"], starts_on=self.cleaned_data["starts_on"],
            chain=self.chain.links(), by=self.actor, **self.values(KNOBS),
        )  # fmt: skip


class NewTypeForm(ChainForm):
    """A new type with its first rules."""

    def write(self) -> models.Model:
        cleaned, company = self.cleaned_data, self.actor.company
        assert company is not None  # noqa: S101  # by permission
        made = settings.type_add(
            company=company, name=cleaned["name"], code=cleaned["code"], colour=cleaned["colour"],
            basis=cleaned["basis"], by=self.actor,
        )  # fmt: skip
        settings.type_version_set(
            leave_type=made, chain=self.chain.links(), by=self.actor, **self.values(KNOBS)
        )
        return made


class TypeForm(RecordForm):
    """A type that stands. Its code is not changed under a column of the payroll file.

    Days that stand keep the code that they were given, so that neither code alone would hold all
    leave of a month: whoever defines the file decides.
    """

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        before = LeaveType.objects.get(pk=self.instance.pk).code
        headings = columns_of_code(before) if code != before else []
        if headings:
            words = {"code": before, "columns": ", ".join(f"“{each}”" for each in headings)}
            raise ValidationError(
                ngettext(
                    "The payroll file has a column of %(code)s: %(columns)s. Delete that column, "
                    "change the code, then add a column of the new one. Days that stand keep "
                    "%(code)s.",
                    "The payroll file has columns of %(code)s: %(columns)s. Delete those columns, "
                    "change the code, then add a column of the new one. Days that stand keep "
                    "%(code)s.",
                    len(headings),
                )
                % words
            )
        return code


def type_words(version: LeaveTypeVersion | None) -> str:
    """Return the rules of a type in a row: "days and halves, paid, needs a balance"."""
    if version is None:
        return _("no rules yet: nobody can ask for it")
    said = [str(version.get_unit_display()), _("paid") if version.is_paid else _("unpaid")]
    if version.draws_on is not None:
        said.append(_("draws on %(type)s") % {"type": version.draws_on.name})
    else:
        said.append(_("needs a balance") if version.needs_allocation else _("needs no balance"))
    if version.counts_days_off == CountsDaysOff.YES:
        said.append(_("days off count"))
    elif version.counts_days_off == CountsDaysOff.SANDWICH:
        said.append(_("days off between count"))
    said += _limit_words(version)
    return ", ".join(said)


def _limit_words(version: LeaveTypeVersion) -> list[str]:
    said = []
    if version.most_per_period is not None:
        most = wording.amount(version.most_per_period)
        said.append(_("at most %(most)s a year") % {"most": most})
    if version.notice_days:
        notice = ngettext("%(count)s day's notice", "%(count)s days' notice", version.notice_days)
        said.append(notice % {"count": version.notice_days})
    if version.employment_types:
        names = [str(EmploymentType(name).label) for name in version.employment_types]
        said.append(_("only for: %(names)s") % {"names": ", ".join(names)})
    if version.only_on:
        dates = ngettext("on %(count)s date", "on %(count)s dates", len(version.only_on))
        said.append(dates % {"count": len(version.only_on)})
    return said


def in_force(versions: Any) -> Any:
    """Return the version in force today; of several of one date, the one written last."""
    today = timezone.now().date()
    rows = list(versions)
    begun = [row for row in rows if row.starts_on <= today] or rows[:1]
    return max(begun, key=lambda row: (row.starts_on, row.pk), default=None)


class LeaveTypeAdmin(StarterPage, ServedAdmin):
    """Kinds of leave, with the rules in force and what they rest on."""

    list_display = ("name", "sheet_code", "offered", "rules")
    actions_list = ("starter",)
    search_fields = ("name", "code")
    ordering = ("name",)
    first_row = FirstRow(LeaveTypeVersion, "leave_type", KNOBS)
    form = TypeForm
    add_form = NewTypeForm
    change_form_template = "leave/admin/type.html"
    empty_words = gettext_lazy("Start with what is usual in your country, and change it after.")
    dated_rows = DatedRows(
        title=gettext_lazy("Rules, by date"),
        add_label=gettext_lazy("New rules from a date…"),
        related_name="versions",
        select_related=("draws_on",),
        columns=(
            (gettext_lazy("From"), lambda row: row.starts_on),
            (gettext_lazy("Rules"), type_words),
            (gettext_lazy("Written"), lambda row: row.created_at),
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        name = ("name", ("code", "colour"), "basis")
        if obj is not None:
            return [(None, {"fields": (*name, "is_offered")})]
        return [(None, {"fields": name}), *_groups()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                models.Prefetch("versions", LeaveTypeVersion.objects.select_related("draws_on"))
            )
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.site = self.admin_site
        return form

    @display(description=gettext_lazy("code"), ordering="code")
    def sheet_code(self, row: LeaveType) -> str:
        return format_html(
            '<svg class="muster-dot" viewBox="0 0 10 10" aria-hidden="true">'
            '<circle cx="5" cy="5" r="5" fill="{}"/></svg> {}', row.colour, row.code,
        )  # fmt: skip

    @display(description=gettext_lazy("offered"), boolean=True, ordering="is_offered")
    def offered(self, row: LeaveType) -> bool:
        return row.is_offered

    @display(description=gettext_lazy("rules in force"))
    def rules(self, row: Any) -> str:
        return type_words(in_force(row.versions.all()))


class LeaveTypeVersionAdmin(ServedAdmin, VersionAdmin):
    """The rules of a type from a date on, with who decides."""

    form = VersionForm
    parent = "leave_type"
    prefilled = KNOBS
    change_form_template = "leave/admin/type.html"
    list_display = ("leave_type", "starts_on", "rules")
    list_select_related = ("leave_type", "draws_on")
    search_fields = ("leave_type__name", "leave_type__code")
    ordering = ("leave_type__name", "-starts_on", "-id")
    empty_words = gettext_lazy("A leave type brings its first rules with it.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("leave_type", "draws_on")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        first = (None, {"fields": ("leave_type", "starts_on")})
        if obj is None:
            return [first, *_groups()]
        return [first, (_("Who decides"), {"fields": ("deciders",)}), *_shown_groups()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        said = () if obj is None else ("deciders", "for_whom", "dates", "leave_year")
        return [*super().get_readonly_fields(request, obj), *said]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        return {name: shown(value) for name, value in initial.items()}

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.site = self.admin_site
        last = self._last(request) if obj is None and self.parent in request.GET else None
        form.standing = rows_of(_steps(last)) if last is not None else []
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        # Who decides is shown in words where nothing is entered.
        context["is_shown"] = kwargs.get("obj") is not None
        return super().render_change_form(request, context, **kwargs)

    @display(description=gettext_lazy("rules"))
    def rules(self, row: LeaveTypeVersion) -> str:
        return type_words(row)

    @display(description=gettext_lazy("who decides"))
    def deciders(self, row: LeaveTypeVersion) -> str:
        return format_html_join("\n", "<p>{}</p>", ((line,) for line in chain_words(_steps(row))))

    @display(description=gettext_lazy("only for"))
    def for_whom(self, row: LeaveTypeVersion) -> str:
        names = [str(EmploymentType(name).label) for name in row.employment_types]
        return ", ".join(names) or _("everybody")

    @display(description=gettext_lazy("only on these dates"))
    def dates(self, row: LeaveTypeVersion) -> str:
        return dates_words(row.only_on) or _("on any")

    @display(description=gettext_lazy("leave year starts on"))
    def leave_year(self, row: LeaveTypeVersion) -> str:
        return month_day(row.year_month, row.year_day)


def _shown_groups() -> list[tuple[Any, dict[str, Any]]]:
    """Return the groups as they are read: lists and days of the year in words."""
    words = {
        "employment_types": "for_whom", "only_on": "dates", ("year_month", "year_day"): "leave_year"
    }  # fmt: skip
    return [
        (title, {**options, "fields": tuple(words.get(item, item) for item in options["fields"])})
        for title, options in _groups()
    ]


def _steps(version: LeaveTypeVersion) -> Any:
    rows = LeaveApprovalStep.objects.filter(version=version).select_related("person")
    return rows.order_by("place", "id")
