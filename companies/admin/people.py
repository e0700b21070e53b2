"""HR's pages of people: engagements, where they stand, and their rights."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DateField, OuterRef, Q, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from companies import permissions, selectors, services
from companies.actor import Actor
from companies.admin import auditors, cards
from companies.admin.leaving import leaving_page, may_leave
from companies.admin.mail import MailActions, mail_words
from companies.admin.sign_in import SignInActions
from companies.admin_base import DatedRows, on_row
from companies.admin_fields import weekly_off_words
from companies.admin_filters import DepartmentFilter, OfficeFilter, WordsFilter, row_filter
from companies.admin_forms import ConfirmForm, FirstRow, RecordForm
from companies.admin_records import DatedAdmin, RecordAdmin
from companies.enums import Role
from companies.errors import OwnRecord
from companies.models import Department, Employee, Office, Placement, RoleGrant
from companies.models.people import first_judged_day
from companies.selectors import link_address

PLACE_FIELDS = ("office", "department", "manager", "default_shift")


_JOINING = ("joined_on", "judged_from")
# What nobody writes of themselves.
_STANDING = {"employment_type", *_JOINING, "left_on", "is_active"}


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
            ("no_mail", _("Mail does not arrive")),
        ]

    @staticmethod
    def here(queryset: Any) -> Any:
        """Return who works here today, or will."""
        return queryset.filter(is_active=True).filter(
            Q(left_on__isnull=True) | Q(left_on__gte=timezone.localdate())
        )

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        here = self.here(queryset)
        return {
            "here": here,
            "left": queryset.exclude(pk__in=here.values("pk")),
            "no_sign_in": here.filter(user__isnull=True),
            "no_place": here.filter(placements__isnull=True),
            "no_mail": selectors.without_mail(here),
        }.get(self.value() or "")


class EmployeeForm(RecordForm):
    """A person, whose roles end with the employment."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk is None and cleaned and not cleaned.get("judged_from"):
            joined_on = cleaned.get("joined_on")
            if joined_on is not None:
                cleaned["judged_from"] = first_judged_day(joined_on, timezone.localdate())
        is_standing = self.instance.pk and _STANDING & set(self.changed_data)
        if is_standing and not permissions.can_manage_person(self.actor, self.instance):
            raise ValidationError(str(OwnRecord()), code=OwnRecord.code)
        is_ended = self.instance.pk and {"left_on", "is_active"} & set(self.changed_data)
        if is_ended and not permissions.can_end_employment(self.actor, self.instance):
            raise ValidationError(
                _("This person is a company admin: only another one ends their employment."),
                code="not_allowed",
            )
        return cleaned


class EmployeeAdmin(SignInActions, MailActions, RecordAdmin):
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
    actions_list: tuple[str, ...] = ("print_invitations",)
    actions_detail: tuple[str, ...] = (
        "send_sign_in_link",
        "print_invitation",
        "clear_pin",
        "leaving",
        *SignInActions.sign_in_actions,
        *MailActions.mail_actions,
    )
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
        today = timezone.localdate()
        in_force = Placement.objects.filter(employee=OuterRef("pk"), starts_on__lte=today).order_by(
            "-starts_on"
        )
        return (
            super().get_queryset(request).annotate(
                # Each row knows the date: how a person stands is asked of every one.
                today=Value(today, output_field=DateField()),
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
        shown = ("sign_in", "mail") if selectors.blocks_of(obj).exists() else ("sign_in",)
        return [person, (_("Signing in"), {"fields": shown}), (_("Leaving"), leaving)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        said = [] if obj is None else ["sign_in", "mail"]
        return [*super().get_readonly_fields(request, obj), *said]

    @display(description=gettext_lazy("how"))
    def sign_in(self, row: Employee) -> str:
        return cards.standing_words(row)

    @display(description=gettext_lazy("mail does not arrive"))
    def mail(self, row: Employee) -> str:
        return mail_words(row)

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
    def standing(self, row: Any) -> tuple[str, str]:
        if not row.is_employed_on(max(row.today, row.joined_on)):
            return "left", _("Left")
        if row.user_id is None:
            return "no_sign_in", _("No sign-in yet")
        return "here", _("Works here")

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        if action in (*self.sign_in_actions, *self.mail_actions):
            return super().offers(request, action, row)
        if action == "leaving":
            return may_leave(actor, row)
        if action == "clear_pin":
            return permissions.can_clear_pin(actor, row) and selectors.has_pin(row)
        return permissions.can_send_sign_in_link(actor, row)

    @action(description=gettext_lazy("Print invitations"), url_path="invitations", icon="print")
    def print_invitations(self, request: HttpRequest) -> HttpResponse:
        """Ask for whom, then show the sheets."""
        return cards.print_page(self, request)

    @action(description=gettext_lazy("Print invitation"), url_path="invitation", icon="print")
    @on_row
    def print_invitation(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then show the person's card."""
        return cards.person_page(self, request, row)

    @action(description=gettext_lazy("Take the PIN away"), url_path="clear-pin", icon="lock_reset")
    @on_row
    def clear_pin(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then take the person's PIN away."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.pin_clear(employee=row, by=request.actor)  # type: ignore[attr-defined]
            return _("The PIN is taken away. Print an invitation to let them choose another.")

        return self.ask(
            request, row=row, form=ConfirmForm, act=act, done_url=self.row_url(row),
            title=_("Take the PIN away"), submit=_("Take it away"), is_danger=True,
            sentence=_("%(name)s signs in with their PIN no more, until they choose another one.")
            % {"name": row.name},
        )  # fmt: skip

    @action(description=gettext_lazy("Leaving…"), url_path="leaving", icon="logout")
    @on_row
    def leaving(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Show what is open, then write the last day and hand the team over."""
        return leaving_page(self, request, row)

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


class PlacementForm(RecordForm):
    """Where somebody else stands."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        employee = (cleaned or {}).get("employee")
        if employee is not None and not permissions.can_manage_person(self.actor, employee):
            raise ValidationError(str(OwnRecord()), code=OwnRecord.code)
        return cleaned


class PlacementAdmin(DatedAdmin):
    """Where a person stands from a date on."""

    form = PlacementForm
    parent = "employee"
    prefilled = (
        "office", "department", "manager", "default_shift", "zone", "weekly_off",
        "overtime_policy",
    )  # fmt: skip
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
        (gettext_lazy("Own settings"), {"fields": ("zone", "weekly_off", "overtime_policy")}),
    )

    def manages(self, actor: Actor, row: Any = None) -> bool:
        if row is None:
            return super().manages(actor)
        return permissions.can_manage_person(actor, row.employee)


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
        # Whoever reads all of a company does so for a time; without a last day it never ended.
        if role == Role.AUDITOR and "ends_on" in cleaned and cleaned["ends_on"] is None:
            self.add_error("ends_on", _("Say until when they audit."))
        return cleaned


class RoleGrantAdmin(RecordAdmin):
    """Who may do what, from when to when."""

    list_display = ("user", "role_name", "department", "starts_on", "ends_on")
    list_select_related = ("user", "department")
    search_fields = ("user__name", "user__email")
    form = RoleGrantForm
    fieldsets = (
        (
            None,
            {
                "fields": ("user", "role", "department", "starts_on", "ends_on"),
                "description": gettext_lazy(
                    "Manager: the team of a department, or of the company if none is named; "
                    "people whose placement names them as manager need no role. HR: all records "
                    "here, days and decisions. Company admin: the same, and names other company "
                    "admins. Auditor: reads all of it and changes nothing, until the last day."
                ),
            },
        ),
    )
    empty_words = gettext_lazy("Give a person a role once they can sign in.")
    actions_list = ("invite_auditor",)

    def manages(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_grant_role(actor, row)

    @display(description=gettext_lazy("role"), ordering="role")
    def role_name(self, row: Any) -> str:
        return str(row.get_role_display())

    @action(description=gettext_lazy("Invite an auditor"), url_path="auditor", icon="person_add")
    def invite_auditor(self, request: HttpRequest) -> HttpResponse:
        """Ask who reads the company from when to when; they need no engagement."""
        return auditors.invite_page(self, request)
