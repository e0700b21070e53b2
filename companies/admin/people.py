"""HR's pages of people: engagements, where they stand, and their rights."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from companies import permissions, services
from companies.actor import Actor
from companies.admin_base import DatedRows, on_row
from companies.admin_fields import weekly_off_words
from companies.admin_filters import DepartmentFilter, OfficeFilter, WordsFilter, row_filter
from companies.admin_forms import ConfirmForm, FirstRow, RecordForm
from companies.admin_records import DatedAdmin, RecordAdmin
from companies.models import Department, Employee, Office, Placement, RoleGrant
from companies.models.people import first_judged_day
from companies.selectors import link_address

PLACE_FIELDS = ("office", "department", "manager", "default_shift")


_JOINING = ("joined_on", "judged_from")


class StandingFilter(WordsFilter):
    """Who works here now, who left, and who cannot sign in yet."""

    title = gettext_lazy("Standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("here", _("Works here")),
            ("left", _("Left or inactive")),
            ("no_sign_in", _("Cannot sign in yet")),
            ("no_place", _("Without a placement")),
        ]

    @staticmethod
    def here(queryset: Any) -> Any:
        """Return who works here today, or will."""
        return queryset.filter(is_active=True).filter(
            Q(left_on__isnull=True) | Q(left_on__gte=timezone.now().date())
        )

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        here = self.here(queryset)
        return {
            "here": here,
            "left": queryset.exclude(pk__in=here.values("pk")),
            "no_sign_in": here.filter(user__isnull=True),
            "no_place": here.filter(placements__isnull=True),
        }.get(self.value() or "")


class EmployeeForm(RecordForm):
    """A person, whose roles end with the employment."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk is None and cleaned and not cleaned.get("judged_from"):
            joined_on = cleaned.get("joined_on")
            if joined_on is not None:
                cleaned["judged_from"] = first_judged_day(joined_on, timezone.now().date())
        is_ended = self.instance.pk and {"left_on", "is_active"} & set(self.changed_data)
        if is_ended and not permissions.can_end_employment(self.actor, self.instance):
            raise ValidationError(
                _("This person is a company admin: only another one ends their employment."),
                code="not_allowed",
            )
        return cleaned


class EmployeeAdmin(RecordAdmin):
    """People of the company; where they stand is a history of its own."""

    form = EmployeeForm
    list_display = ("name", "code", "place", "employment", "joined_on", "standing")
    list_filter = (StandingFilter, OfficeFilter, DepartmentFilter)
    search_fields = ("name", "code", "email")
    search_help_text = gettext_lazy("Name, code or e-mail")
    ordering = ("name", "code")
    autocomplete_fields = ()
    first_row = FirstRow(Placement, "employee", PLACE_FIELDS, starts_with="joined_on")
    empty_words = gettext_lazy("Add a person, then send them a link to sign in.")
    keep_hint = gettext_lazy("Write the last day instead: the past stays, and they are out.")
    actions_detail: tuple[str, ...] = ("send_sign_in_link",)
    dated_rows = DatedRows(
        title=gettext_lazy("Where they stand, by date"),
        add_label=gettext_lazy("Change from a date…"),
        related_name="placements",
        select_related=("office", "department", "manager", "default_shift"),
        columns=(
            (gettext_lazy("From"), lambda row: row.starts_on),
            (gettext_lazy("Office"), lambda row: row.office),
            (gettext_lazy("Department"), lambda row: row.department),
            (gettext_lazy("Manager"), lambda row: row.manager),
            (gettext_lazy("Default shift"), lambda row: row.default_shift),
            (gettext_lazy("Own days off"), lambda row: weekly_off_words(row.weekly_off)),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        in_force = Placement.objects.filter(
            employee=OuterRef("pk"), starts_on__lte=timezone.now().date()
        ).order_by("-starts_on")
        return (
            super().get_queryset(request).annotate(
                office_name=Subquery(in_force.values("office__name")[:1]),
                department_name=Subquery(in_force.values("department__name")[:1]),
            )
        )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        person = (None, {"fields": ("name", "code", "email", "employment_type", *_JOINING)})
        if obj is None:
            return [person, (_("Where they start"), {"fields": PLACE_FIELDS})]
        leaving = {
            "fields": ("left_on", "is_active"),
            "description": _("Roles given until then end with it."),
        }
        return [person, (_("Leaving"), leaving)]

    @display(description=gettext_lazy("place"))
    def place(self, row: Any) -> str:
        return " · ".join(filter(None, (row.office_name, row.department_name))) or "–"

    @display(description=gettext_lazy("type"), ordering="employment_type")
    def employment(self, row: Employee) -> str:
        return row.get_employment_type_display()

    @display(
        description=gettext_lazy("standing"),
        label={"here": "success", "left": "", "no_sign_in": "warning"},
    )
    def standing(self, row: Employee) -> tuple[str, str]:
        if not row.is_employed_on(max(timezone.now().date(), row.joined_on)):
            return "left", _("Left")
        if row.user_id is None:
            return "no_sign_in", _("No sign-in yet")
        return "here", _("Works here")

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        return permissions.can_send_sign_in_link(request.actor, row)  # type: ignore[attr-defined]

    @action(description=gettext_lazy("Send sign-in link"), url_path="sign-in-link", icon="mail")
    @on_row
    def send_sign_in_link(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then send the person a link to set their password."""

        def act(_cleaned: dict[str, Any]) -> str:
            address = services.employee_invite(employee=row, by=request.actor)  # type: ignore[attr-defined]
            return _("A sign-in link is on its way to %(email)s.") % {"email": address}

        return self.ask(
            request,
            title=_("Send sign-in link"),
            sentence=_("%(name)s gets a mail to %(email)s with a link to set a password.")
            % {"name": row.name, "email": link_address(row) or _("(no e-mail yet)")},
            form=ConfirmForm,
            submit=_("Send the link"),
            act=act,
            done_url=self.row_url(row),
            row=row,
        )


class PlacementAdmin(DatedAdmin):
    """Where a person stands from a date on."""

    parent = "employee"
    prefilled = ("office", "department", "manager", "default_shift", "zone", "weekly_off")
    list_display = ("employee", "starts_on", "office", "department", "manager", "default_shift")
    list_select_related = ("employee", "office", "department", "manager", "default_shift")
    list_filter = (
        row_filter("office", Office, gettext_lazy("Office")),
        row_filter("department", Department, gettext_lazy("Department")),
    )
    search_fields = ("employee__name", "employee__code")
    autocomplete_fields = ("employee", "manager")
    fieldsets = (
        (None, {"fields": ("employee", "starts_on", *PLACE_FIELDS)}),
        (gettext_lazy("Own settings"), {"fields": ("zone", "weekly_off")}),
    )


class RoleGrantForm(RecordForm):
    """A role that the actor may give."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        user, role = cleaned.get("user"), cleaned.get("role")
        if user is not None and role:
            wanted = RoleGrant(company=self.actor.company, user=user, role=role)
            if not permissions.can_grant_role(self.actor, wanted):
                raise ValidationError(
                    _("Nobody gives a role to themselves, and only a company admin names another."),
                    code="not_allowed",
                )
        return cleaned


class RoleGrantAdmin(RecordAdmin):
    """Who may do what, from when to when."""

    list_display = ("user", "role_name", "department", "starts_on", "ends_on")
    list_select_related = ("user", "department")
    search_fields = ("user__name", "user__email")
    form = RoleGrantForm
    fields = ("user", "role", "department", "starts_on", "ends_on")
    empty_words = gettext_lazy("Give a person a role once they can sign in.")

    def allows(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_enter_hr(actor)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._grants(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._grants(request, obj)

    def _grants(self, request: HttpRequest, row: Any) -> bool:
        actor = self._actor(request)
        return actor is not None and permissions.can_grant_role(actor, row)

    @display(description=gettext_lazy("role"), ordering="role")
    def role_name(self, row: Any) -> str:
        return str(row.get_role_display())
