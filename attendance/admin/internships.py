"""HR's pages of internships and their certificates; services write both."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import DateField, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from attendance.certificate_pages import facts, state_words
from attendance.enums import CertificateState
from attendance.internship_pages import certificate_file_url, left_text
from attendance.models import Certificate
from attendance.selectors.certificates import (
    certificate_state,
    certificates,
    valid_certificates,
)
from attendance.services.certificates import certificate_issue, certificate_revoke
from companies import permissions, selectors, services
from companies.admin_base import ReadOnlyAdmin, on_row
from companies.admin_fields import RowSelect
from companies.admin_filters import PersonFilter, WordsFilter
from companies.admin_forms import ConfirmForm, ReasonForm
from companies.enums import InternshipState, StipendPer
from companies.models import Employee, Internship

_TONES = {
    InternshipState.TO_COME.value: "info",
    InternshipState.RUNNING.value: "success",
    InternshipState.ENDS_SOON.value: "warning",
    InternshipState.OVER.value: "danger",
    InternshipState.COMPLETED.value: "",
    InternshipState.VOID.value: "",
}


def _date() -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget({"type": "date"})


class MovedForm(ReasonForm):
    """Another last day, and why."""

    ends_on = forms.DateField(label=gettext_lazy("New last day"), widget=_date())
    field_order = ("ends_on", "reason")


class RemarkForm(forms.Form):
    """What the certificate says of the intern beside the figures."""

    remark = forms.CharField(
        label=gettext_lazy("Remark"), required=False, max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("It stands on the certificate, for everybody to read."),
    )  # fmt: skip


class InternshipStateFilter(WordsFilter):
    """How internships stand today."""

    title = gettext_lazy("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(InternshipState.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value not in InternshipState.values:
            return None
        return selectors.internships_in(queryset, InternshipState(value), timezone.localdate())


class InternshipAdmin(ReadOnlyAdmin):
    """From when to when somebody is an intern; what is decided of it is added, never edited."""

    list_display = ("employee", "starts_on", "last_day", "mentor_words", "standing", "stipend")
    list_filter = (InternshipStateFilter, PersonFilter)
    search_fields = ("employee__name", "employee__code", "mentor_name")
    search_help_text = gettext_lazy("Name of the intern or the mentor, or code")
    ordering = ("-starts_on", "-id")
    fields = (
        "employee", "mentor_words", "starts_on", "last_day", "agreed_until", "state_now", "stipend",
        "note", "made_by_name", "made_at", "decided", "issued",
    )  # fmt: skip
    readonly_fields = ("mentor_words", "last_day", "state_now", "stipend", "decided", "issued")
    empty_words = gettext_lazy("Add the internship of somebody whose employment type is intern.")
    actions_detail = ("extend", "shorten", "hand_over", "complete", "issue", "take_back")

    def get_queryset(self, request: HttpRequest) -> Any:
        # Each row knows the date: how it stands is asked of every one.
        today = Value(timezone.localdate(), output_field=DateField())
        return selectors.internships().annotate(today=today)

    @display(description=gettext_lazy("last day"))
    def last_day(self, row: Any) -> str:
        return date_format(row.ends_on, "D, j M Y")

    @display(description=gettext_lazy("mentor"), ordering="mentor_name")
    def mentor_words(self, row: Any) -> str:
        return str(row.mentor_name)

    @display(description=gettext_lazy("state"), label=_TONES)
    def standing(self, row: Any) -> tuple[str, str]:
        state = selectors.internship_state(row, row.today)
        if state in (InternshipState.RUNNING, InternshipState.ENDS_SOON):
            return state.value, f"{state.label} · {left_text(row, row.today)}"
        return state.value, str(state.label)

    @display(description=gettext_lazy("state"))
    def state_now(self, row: Any) -> str:
        _tone, words = self.standing(row)
        return str(words)

    @display(description=gettext_lazy("stipend"))
    def stipend(self, row: Internship) -> str:
        if row.stipend_amount is None:
            return "–"
        return f"{row.stipend_amount} · {row.get_stipend_per_display()}"

    @display(description=gettext_lazy("decided since"))
    def decided(self, row: Internship) -> Any:
        lines = []
        for event in selectors.internship_events(row).select_related("mentor"):
            what = event.get_step_display()
            until = f" · {date_format(event.ends_on, 'D, j M Y')}" if event.ends_on else ""
            until += f" · {event.mentor.name}" if event.mentor else ""
            by = f"{event.made_by_name}, {date_format(event.made_at, 'j M Y')}"
            lines.append((f"{what}{until}", event.words, by))
        return format_html_join("", "<p><b>{}</b> {} ({})</p>", lines) or "–"

    @display(description=gettext_lazy("certificate"))
    def issued(self, row: Internship) -> Any:
        found = valid_certificates([row.pk]).get(row.pk)
        if found is None:
            return "–"
        page = reverse("admin:attendance_certificate_change", args=[found.public_id])
        return format_html('<a href="{}">{}</a>', page, found)

    # --- adding --------------------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest) -> bool:
        actor = self._actor(request)
        return actor is not None and permissions.can_manage_records(actor)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask who, from when to when, with whom and for what, and let the service write it."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def act(cleaned: dict[str, Any]) -> str:
            cleaned["stipend_per"] = StipendPer(cleaned["stipend_per"])
            made = services.internship_add(**cleaned, by=request.actor)  # type: ignore[attr-defined]
            return _("%(name)s is an intern until %(last)s.") % {
                "name": made.employee.name,
                "last": date_format(made.agreed_until, "D, j F Y"),
            }

        return self.ask(
            request,
            title=_("Add an internship"),
            sentence=_("The mentor sees these dates and gets a mail 14 and 3 days before the end."),
            form=self._form(),
            submit=_("Add it"),
            act=act,
            done_url=self.address("changelist"),
        )

    def _form(self) -> type[forms.Form]:
        class InternshipForm(forms.Form):
            employee = self._person("employee")
            mentor = self._person("mentor")
            starts_on = forms.DateField(label=gettext_lazy("From"), widget=_date())
            ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=_date())
            stipend_per = forms.ChoiceField(
                label=gettext_lazy("Stipend"), choices=StipendPer.choices,
                widget=UnfoldAdminSelectWidget,
            )  # fmt: skip
            stipend_amount = forms.DecimalField(
                label=gettext_lazy("Amount"), max_digits=12, decimal_places=2, min_value=0,
                required=False, widget=UnfoldAdminDecimalFieldWidget,
                help_text=gettext_lazy("In the currency that you pay in. Empty: none."),
            )  # fmt: skip
            note = forms.CharField(
                label=gettext_lazy("Note"), max_length=500, required=False,
                widget=UnfoldAdminTextInputWidget,
                help_text=gettext_lazy("HR and the intern's own data have it."),
            )  # fmt: skip

        return InternshipForm

    def _person(self, name: str) -> forms.ModelChoiceField:
        field: Any = Internship._meta.get_field(name)
        return forms.ModelChoiceField(
            Employee.objects.all(), label=capfirst(field.verbose_name), to_field_name="public_id",
            widget=RowSelect(field, self.admin_site),
        )  # fmt: skip

    # --- deciding ------------------------------------------------------------------------------
    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        if not permissions.can_manage_person(request.actor, row.employee):  # type: ignore[attr-defined]
            return False
        state = selectors.internship_state(row, row.today)
        if action == "issue":
            return state == InternshipState.COMPLETED
        if action == "complete":
            return state not in InternshipState.closed and row.ends_on <= row.today
        return state not in InternshipState.closed

    @action(description=gettext_lazy("Extend"), url_path="extend", icon="event_upcoming")
    @on_row
    def extend(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask until when and why, then let it last longer."""
        return self._move(
            request, row, services.internship_extend, title=_("Extend this internship"),
            submit=_("Extend it"),
            sentence=_("It lasts until %(last)s now.") % {"last": self.last_day(row)},
        )  # fmt: skip

    @action(description=gettext_lazy("End early"), url_path="shorten", icon="event_busy")
    @on_row
    def shorten(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask from when on and why, then let it end before."""
        return self._move(
            request, row, services.internship_shorten, title=_("End this internship early"),
            submit=_("End it then"), is_danger=True,
            sentence=_("It was to last until %(last)s. On its new last day you complete it.")
            % {"last": self.last_day(row)},
        )  # fmt: skip

    def _move(self, request: HttpRequest, row: Any, move: Any, **words: Any) -> HttpResponse:
        def act(cleaned: dict[str, Any]) -> str:
            event = move(internship=row, **cleaned, by=request.actor)  # type: ignore[attr-defined]
            return _("The internship of %(name)s lasts until %(last)s.") % {
                "name": row.employee.name,
                "last": date_format(event.ends_on, "D, j F Y"),
            }

        return self.ask(
            request, form=MovedForm, act=act, done_url=self.row_url(row), row=row, **words
        )

    @action(description=gettext_lazy("Change mentor"), url_path="mentor", icon="swap_horiz")
    @on_row
    def hand_over(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask who looks after the intern from now on and why, then write it."""

        def act(cleaned: dict[str, Any]) -> str:
            services.internship_hand_over(internship=row, **cleaned, by=request.actor)  # type: ignore[attr-defined]
            return _("%(mentor)s is the mentor of %(name)s now.") % {
                "mentor": cleaned["mentor"].name,
                "name": row.employee.name,
            }

        class MentorForm(ReasonForm):
            mentor = self._person("mentor")
            field_order = ("mentor", "reason")

        return self.ask(
            request, form=MentorForm, act=act, done_url=self.row_url(row), row=row,
            title=_("Change the mentor"), submit=_("Change the mentor"),
            sentence=_("%(mentor)s is the mentor until now. Both get a mail; what comes about the "
                       "end of the internship goes to the new one.")
            % {"mentor": row.mentor_name},
        )  # fmt: skip

    @action(description=gettext_lazy("Complete"), url_path="complete", icon="task_alt")
    @on_row
    def complete(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask for a remark, then close the internship."""

        def act(cleaned: dict[str, Any]) -> str:
            services.internship_complete(internship=row, **cleaned, by=request.actor)  # type: ignore[attr-defined]
            return _("Completed. Issue the certificate now, or once its last days stand.")

        return self.ask(
            request, form=RemarkForm, act=act, done_url=self.row_url(row), row=row,
            title=_("Complete this internship"), submit=_("Complete it"),
            sentence=_("Nothing of it changes afterwards. %(name)s may have a certificate then.")
            % {"name": row.employee.name},
        )  # fmt: skip

    @action(
        description=gettext_lazy("Issue certificate"), url_path="issue", icon="workspace_premium"
    )
    @on_row
    def issue(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then certify what the intern attended."""

        def act(_cleaned: dict[str, Any]) -> str:
            made = certificate_issue(internship=row, by=request.actor)  # type: ignore[attr-defined]
            return _("Issued: %(code)s. %(name)s finds it on their page.") % {
                "code": made, "name": row.employee.name,
            }  # fmt: skip

        return self.ask(
            request, form=ConfirmForm, act=act, done_url=self.row_url(row), row=row,
            title=_("Issue the certificate"), submit=_("Issue it"),
            sentence=_("It says the days as they stand now, and replaces one issued before. "
                       "Anybody who has its code may read it."),
        )  # fmt: skip

    @action(description=gettext_lazy("Take back"), url_path="take-back", icon="undo")
    @on_row
    def take_back(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then let it count as none."""

        def act(cleaned: dict[str, Any]) -> str:
            services.internship_void(internship=row, **cleaned, by=request.actor)  # type: ignore[attr-defined]
            return _("Taken back. Add it again with what is right.")

        return self.ask(
            request, form=ReasonForm, act=act, done_url=self.row_url(row), row=row, is_danger=True,
            title=_("Take this internship back"), submit=_("Take it back"),
            sentence=_("For what was entered by mistake: it counts as none, and has no stipend."),
        )  # fmt: skip


class CertificateAdmin(ReadOnlyAdmin):
    """Certificates as issued, with how each stands."""

    list_display = ("code_words", "intern", "issued_at", "issued_by_name", "standing")
    search_fields = ("internship__employee__name", "internship__employee__code")
    search_help_text = gettext_lazy("Name or employee code of the intern")
    ordering = ("-issued_at", "-id")
    fields = ("says", "internship", "issued_at", "issued_by_name", "content_hash",
              "revoked")  # fmt: skip
    readonly_fields = ("says", "revoked")
    empty_words = gettext_lazy("Complete an internship, then issue its certificate on its page.")
    actions_detail = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return certificates().select_related("internship__employee", "revocation")

    @display(description=gettext_lazy("code"), ordering="code")
    def code_words(self, row: Certificate) -> str:
        return str(row)

    @display(description=gettext_lazy("intern"), ordering="internship__employee__name")
    def intern(self, row: Certificate) -> str:
        return str(row.internship.employee)

    @display(
        description=gettext_lazy("state"),
        label={"valid": "success", "replaced": "warning", "revoked": "danger"},
    )
    def standing(self, row: Certificate) -> tuple[str, str]:
        state = certificate_state(row)
        return state.value, str(state.label)

    @display(description=gettext_lazy("what it says"))
    def says(self, row: Certificate) -> Any:
        lines = format_html_join("", "<p>{}: <b>{}</b></p>", facts(row))
        return format_html("<p>{}</p>{}", state_words(certificate_state(row)), lines)

    @display(description=gettext_lazy("revoked"))
    def revoked(self, row: Any) -> str:
        if not row.is_revoked:
            return "–"
        found = row.revocation
        return f"{found.revoked_by_name}, {date_format(found.revoked_at, 'j M Y')}: {found.reason}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row: Certificate | None = kwargs.get("obj")
        if row is not None:
            context["links_of"] = _("Of this certificate")
            context["links"] = [
                (certificate_file_url(row), _("Download the PDF")),
                (reverse("portal:certificate", args=[str(row)]), _("What others see of it")),
            ]
        return super().render_change_form(request, context, **kwargs)

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        may = permissions.can_manage_person(actor, row.internship.employee)
        return may and certificate_state(row) != CertificateState.REVOKED

    @action(description=gettext_lazy("Revoke"), url_path="revoke", icon="block")
    @on_row
    def revoke(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then say to everybody that it does not hold."""

        def act(cleaned: dict[str, Any]) -> str:
            certificate_revoke(certificate=row, **cleaned, by=request.actor)  # type: ignore[attr-defined]
            return _("Revoked. Whoever checks its code reads that it does not hold.")

        return self.ask(
            request, form=ReasonForm, act=act, done_url=self.row_url(row), row=row, is_danger=True,
            title=_("Revoke this certificate"), submit=_("Revoke it"),
            sentence=_("Its public page says so, without the reason. This cannot be undone; you "
                       "may issue another one."),
        )  # fmt: skip
