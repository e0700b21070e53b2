"""HR's pages of applications: read, moved, asked, refused, and a candidate taken in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from companies import permissions, selectors, services
from companies.actor import Actor
from companies.admin_base import BaseAdmin, ReadOnlyAdmin, on_row
from companies.admin_filters import row_filter
from companies.admin_forms import ConfirmForm, ReasonForm
from companies.enums import ApplicationStage, ApplicationStep
from companies.models import Application, ApplicationAnswer, Opening
from companies.services.applications import MOST_FILES
from companies.services.deciding import Hired
from portal.hire_form import hire_form

_TONES = {
    "new": "warning", "review": "info", "interview": "info", "offer": "info",
    "accepted": "success", "rejected": "", "withdrawn": "",
}  # fmt: skip


def _words(label: Any, hint: Any, *, is_needed: bool) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=is_needed, max_length=2000,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
    )  # fmt: skip


class QuestionForm(forms.Form):
    """What HR would like to know."""

    question = _words(
        gettext_lazy("Question"),
        gettext_lazy("They get it by mail, and answer on their private page, also by a file."),
        is_needed=True,
    )


class RejectForm(ReasonForm):
    """Why, for HR; and what the candidate reads."""

    words = _words(
        gettext_lazy("What the candidate reads"),
        gettext_lazy("Stands in the mail. Empty: the mail says that it is decided, and thanks."),
        is_needed=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Stays with HR, and is deleted with the application.")


def _move_form(row: Application) -> type[forms.Form]:
    """Return the form with the stages that this application may go to."""
    may = ApplicationStage.moves[row.stage]
    stages = [
        (stage.value, stage.label)
        for stage in (*map(ApplicationStage, ApplicationStage.undecided), ApplicationStage.ACCEPTED)
        if stage.value in may
    ]

    class MoveForm(forms.Form):
        stage = forms.ChoiceField(
            label=gettext_lazy("To"), choices=stages, widget=UnfoldAdminSelectWidget
        )
        words = _words(
            gettext_lazy("What the candidate reads (optional)"),
            gettext_lazy("By mail and on their page. Empty: no mail, unless it is accepted."),
            is_needed=False,
        )
        is_shown = forms.BooleanField(
            label=gettext_lazy("The candidate sees it on their page"), initial=True, required=False
        )

    return MoveForm


class ApplicationAdmin(ReadOnlyAdmin):
    """Applications whose address is confirmed; of those that had their days only the count."""

    list_display = ("who", "opening", "stage_now", "confirmed_at")
    list_filter = (
        ("stage", ChoicesDropdownFilter), row_filter("opening", Opening, gettext_lazy("Opening")),
    )  # fmt: skip
    search_fields = ("name", "email")
    search_help_text = gettext_lazy("Name or e-mail")
    ordering = ("-confirmed_at", "-pk")
    fields = (
        "opening", "stage", "who", "email", "phone", "confirmed_at", "answered", "timeline",
        "reason", "consent", "became", "purge_at",
    )  # fmt: skip
    readonly_fields = ("who", "answered", "timeline", "consent", "became")
    empty_words = gettext_lazy(
        "Publish an opening; what comes in stands here once it is confirmed."
    )
    actions_detail = ("move", "ask_candidate", "reject", "hire", "withdraw")

    def get_queryset(self, request: HttpRequest) -> Any:
        return selectors.applications(timezone.now()).order_by(*self.get_ordering(request))

    def allows(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_read_records(actor, row)

    def words_of(self, row: Application) -> str:
        return f"{self.who(row)} · {row.opening}"

    @display(description=gettext_lazy("candidate"), ordering="name")
    def who(self, row: Application) -> str:
        return row.name or _("Deleted (%(reference)s)") % {"reference": row.reference}

    @display(description=gettext_lazy("stage"), ordering="stage", label=_TONES)
    def stage_now(self, row: Application) -> tuple[str, str]:
        return row.stage, row.get_stage_display()

    @display(description=gettext_lazy("answers"))
    def answered(self, row: Application) -> Any:
        rows = ApplicationAnswer.objects.filter(application=row).select_related("file")
        lines = [
            (item.question, _file_words(item.file) if item.file else f"{item.text} {item.unit}")
            for item in rows
        ]
        return format_html_join("", "<p>{}<br><b>{}</b></p>", lines) or "–"

    @display(description=gettext_lazy("so far"))
    def timeline(self, row: Application) -> Any:
        lines = []
        for event in selectors.application_events(row):
            what = event.get_step_display()
            if event.step == ApplicationStep.MOVED:
                what = event.get_stage_display()
            hidden = "" if event.is_shown else f" · {_('not shown')}"
            day = date_format(timezone.localtime(event.made_at), "j M Y")
            by = f"{event.made_by_name or _('Candidate')}, {day}"
            file = _file_words(event.file) if event.file else ""
            lines.append((what, hidden, by, event.words, file))
        return format_html_join("", "<p><b>{}</b>{} ({})<br>{} {}</p>", lines) or "–"

    @display(description=gettext_lazy("consent"))
    def consent(self, row: Application) -> str:
        return _("Version %(version)s, kept for %(months)s months after the decision") % {
            "version": row.consent_version, "months": row.kept_months,
        }  # fmt: skip

    @display(description=gettext_lazy("became"))
    def became(self, row: Application) -> Any:
        if row.employee is None:
            return "–"
        page = reverse("admin:companies_employee_change", args=[row.employee.public_id])
        return format_html('<a href="{}">{}</a>', page, row.employee)

    # --- verbs ---------------------------------------------------------------------------------
    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        if row.is_over(timezone.now()) or row.employee_id is not None:
            return False
        if not permissions.can_decide_application(request.actor, row):  # type: ignore[attr-defined]
            return False
        moves = ApplicationStage.moves[row.stage]
        found: dict[str, bool] = {
            "move": bool(moves - {"rejected", "withdrawn"}),
            "ask_candidate": row.stage != ApplicationStage.REJECTED,
            "reject": "rejected" in moves,
            "hire": row.stage == ApplicationStage.ACCEPTED,
            "withdraw": True,
        }
        return found[action]

    def _do(
        self, request: HttpRequest, row: Any, verb: Any, done: str, **words: Any
    ) -> HttpResponse:
        def act(cleaned: dict[str, Any]) -> str:
            verb(application=row, by=request.actor, now=timezone.now(), **cleaned)  # type: ignore[attr-defined]
            return done

        return self.ask(request, act=act, done_url=self.row_url(row), row=row, **words)

    @action(description=gettext_lazy("Move"), url_path="move", icon="arrow_forward")
    @on_row
    def move(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask where to, then move it."""

        def verb(**cleaned: Any) -> None:
            cleaned["stage"] = ApplicationStage(cleaned["stage"])
            services.application_move(**cleaned)

        return self._do(
            request, row, verb, _("Moved."), form=_move_form(row), title=_("Move this application"),
            submit=_("Move it"),
        )  # fmt: skip

    @action(description=gettext_lazy("Ask"), url_path="ask", icon="help")
    @on_row
    def ask_candidate(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask what to ask, then mail it."""
        return self._do(
            request, row, services.application_ask, _("The question is on its way."),
            form=QuestionForm, title=_("Ask the candidate"), submit=_("Send the question"),
            sentence=_("They may send %(most)s files in all.") % {"most": MOST_FILES},
        )  # fmt: skip

    @action(description=gettext_lazy("Reject"), url_path="reject", icon="block")
    @on_row
    def reject(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, and for what the candidate reads; then refuse."""
        return self._do(
            request, row, services.application_reject, _("Rejected; the candidate is told."),
            form=RejectForm, title=_("Reject this application"), submit=_("Reject"),
            is_danger=True,
            sentence=_("The candidate gets a mail. What they sent is deleted %(months)s months "
                       "from now.") % {"months": row.kept_months},
        )  # fmt: skip

    @action(description=gettext_lazy("Take in…"), url_path="hire", icon="person_add")
    @on_row
    def hire(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask how they begin, then make them an employee or intern, invited."""

        def verb(application: Any, by: Actor, now: dt.datetime, **cleaned: Any) -> None:
            services.application_hire(
                application=application, hired=Hired(**cleaned), by=by, now=now
            )

        return self._do(
            request, row, verb, _("They are one of you, and a link to sign in is on its way."),
            form=hire_form(row, self.admin_site), title=_("Turn into an employee or intern"),
            submit=_("Take them in"),
            sentence=_("Makes the employee with their first placement, mails a link to sign in, "
                       "and of an intern adds the internship: all of it, or nothing."),
        )  # fmt: skip

    @action(description=gettext_lazy("Delete for them"), url_path="withdraw", icon="delete")
    @on_row
    def withdraw(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then delete what the candidate asked to be deleted."""
        return self._do(
            request, row, services.application_withdraw, _("Deleted; the count stays."),
            form=ConfirmForm, title=_("Take the application back for the candidate"),
            submit=_("Delete everything of it"), is_danger=True,
            sentence=_("For a candidate who asks you to. Data and files are deleted at once."),
        )  # fmt: skip


def _file_words(file: Any) -> Any:
    """Return the way to a file; who takes it is written down."""
    page = reverse("portal:application-file", args=[file.public_id])
    kilobytes = max(file.size // 1024, 1)
    words = _("File, %(size)s kB") % {"size": kilobytes}
    return format_html('<a class="muster-button" href="{}">{}</a>', page, words)


HR: dict[type[models.Model], type[BaseAdmin]] = {Application: ApplicationAdmin}
