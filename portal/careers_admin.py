"""HR's pages of the careers page: its settings, openings with their questions, and visitors."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from companies import permissions, selectors, services
from companies.actor import Actor
from companies.admin_base import BaseAdmin, ReadOnlyAdmin, on_row
from companies.admin_filters import WordsFilter, row_filter
from companies.admin_forms import ConfirmForm, RecordForm
from companies.admin_records import RecordAdmin
from companies.enums import OpeningState, QuestionKind
from companies.models import Opening, ScreeningQuestion, VisitorQuestion

_TONES = {
    OpeningState.DRAFT.value: "", OpeningState.PUBLISHED.value: "success",
    OpeningState.CLOSED.value: "info", "over": "warning",
}  # fmt: skip
# One form holds so many; all files of it must fit into one request.
MOST_QUESTIONS = 30
MOST_FILES = 3


def _text(rows: int) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget({"rows": rows})


def _page_form(company: Any) -> type[forms.Form]:
    """Return the form of the careers page as it stands."""
    page = selectors.careers_page(company)

    class PageForm(forms.Form):
        is_on = forms.BooleanField(
            label=gettext_lazy("Everybody may read the careers page"), required=False,
            initial=page.is_on, widget=UnfoldBooleanSwitchWidget,
        )  # fmt: skip
        intro = forms.CharField(
            label=gettext_lazy("Introduction"), required=False, max_length=3000,
            initial=page.intro, widget=_text(6),
            help_text=gettext_lazy("What it is like to work with you. Plain text."),
        )  # fmt: skip
        kept_months = forms.IntegerField(
            label=gettext_lazy("Keep applications after the decision (months)"), min_value=1,
            max_value=36, initial=page.kept_months, widget=UnfoldAdminIntegerFieldWidget,
            help_text=gettext_lazy("Candidates are told so; it holds for what comes in from now."),
        )  # fmt: skip

    return PageForm


class OpeningAdmin(RecordAdmin):
    """Positions that people may apply for, and what they are asked."""

    list_display = ("title", "employment", "where", "closes_on", "standing", "came_in")
    list_filter = (("state", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter))
    search_fields = ("title",)
    ordering = ("-pk",)
    fields = (
        "title", "kind", "office", "is_remote", "department", "shows_department", "description",
        "opens_on", "closes_on",
    )  # fmt: skip
    empty_words = gettext_lazy("Switch the careers page on, then add what you have open.")
    keep_hint = gettext_lazy("Close it instead: applications and the count stay.")
    actions_list = ("careers_page",)
    actions_detail = ("publish", "close")

    def get_queryset(self, request: HttpRequest) -> Any:
        company: Any = request.actor.company  # type: ignore[attr-defined]
        rows = selectors.openings_counted(selectors.company_today(company, timezone.now()))
        return rows.order_by(*self.get_ordering(request))

    def _rows(self, request: HttpRequest) -> Any:
        # Counts cannot be locked: what is written is read plainly.
        rows = Opening.objects.select_related("company")
        return rows.select_for_update(of=("self",)) if request.method == "POST" else rows

    def manages(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_manage_careers(actor, row)

    @display(description=gettext_lazy("type"), ordering="kind")
    def employment(self, row: Opening) -> str:
        return row.get_kind_display()

    @display(description=gettext_lazy("where"))
    def where(self, row: Opening) -> str:
        return row.place or "–"

    @display(description=gettext_lazy("state"), label=_TONES)
    def standing(self, row: Any) -> tuple[str, str]:
        if row.state == OpeningState.PUBLISHED and row.is_past:
            return "over", _("Over by its date")
        return row.state, row.get_state_display()

    @display(description=gettext_lazy("applications"))
    def came_in(self, row: Any) -> str:
        if not row.sent:
            return "–"
        return _("%(sent)s, %(waiting)s undecided") % {"sent": row.sent, "waiting": row.waiting}

    def after_url(self, row: Any) -> str:
        return self.row_url(row)

    def _dated(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return the card of the questions of an opening, in their order."""
        model_admin: Any = self.admin_site.get_model_admin(ScreeningQuestion)
        questions = ScreeningQuestion.objects.filter(opening=row)
        may_add = model_admin.has_add_permission(request)
        return {
            "title": _("What candidates are asked beside name and e-mail"),
            "headings": [_("Question"), _("Answered by"), _("Must be"), _("Place")],
            "rows": [
                (
                    model_admin.row_url(item),
                    [item.words, item.get_kind_display(), _("yes") if item.is_required else "",
                     item.number],
                )
                for item in questions
            ],
            "add_label": _("Add a question…"),
            "add_url": f"{model_admin.address('add')}?opening={row.public_id}" if may_add else "",
        }  # fmt: skip

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row: Opening | None = kwargs.get("obj")
        if row is not None:
            listed = reverse("admin:companies_application_changelist")
            context["links_of"] = _("Of this opening")
            context["links"] = [(f"{listed}?opening={row.public_id}", _("Applications"))]
            if row.state == OpeningState.PUBLISHED:
                public = reverse("portal:careers-opening", args=[row.company.code, row.public_id])
                context["links"].append((public, _("What everybody sees")))
        return super().render_change_form(request, context, **kwargs)

    # --- verbs ---------------------------------------------------------------------------------
    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        if not self._may_write(request, row):
            return False
        is_public: bool = row.state == OpeningState.PUBLISHED
        return is_public if action == "close" else not is_public

    @action(description=gettext_lazy("Careers page"), url_path="page", icon="public")
    def careers_page(self, request: HttpRequest) -> HttpResponse:
        """Switch the page on or off, and say what stands above it."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not self.may_act(request):
            raise PermissionDenied
        company: Any = actor.company

        def act(cleaned: dict[str, Any]) -> str:
            row = services.careers_page_set(company=company, by=actor, **cleaned)
            if not row.is_on:
                return _("Nobody reads the careers page now.")
            return _("The careers page stands at %(url)s.") % {
                "url": reverse("portal:careers", args=[company.code])
            }

        return self.ask(
            request, form=_page_form(company), act=act, done_url=self.address("changelist"),
            title=_("Careers page"), submit=_("Save"),
            sentence=_("Your openings, for everybody, under your name and logo: %(url)s")
            % {"url": request.build_absolute_uri(reverse("portal:careers", args=[company.code]))},
        )  # fmt: skip

    @action(description=gettext_lazy("Publish"), url_path="publish", icon="campaign")
    @on_row
    def publish(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then let everybody read of it."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.opening_publish(opening=row, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
            return _("Published. People may apply on its dates.")

        return self.ask(
            request, form=ConfirmForm, act=act, done_url=self.row_url(row), row=row,
            title=_("Publish this opening"), submit=_("Publish"),
            sentence=_("Everybody may read of it on your careers page, and apply."),
        )  # fmt: skip

    @action(description=gettext_lazy("Close"), url_path="close", icon="block")
    @on_row
    def close(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then take it off the page."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.opening_close(opening=row, by=request.actor)  # type: ignore[attr-defined]
            return _("Closed. What came in stays, to be decided.")

        return self.ask(
            request, form=ConfirmForm, act=act, done_url=self.row_url(row), row=row,
            title=_("Close this opening"), submit=_("Close it"),
            sentence=_("Nobody may apply any more; candidates follow theirs as before."),
        )  # fmt: skip


class ScreeningForm(RecordForm):
    """A question, of which an opening has so many at most."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        opening = cleaned.get("opening") or getattr(self.instance, "opening", None)
        others = ScreeningQuestion.objects.filter(opening=opening).exclude(pk=self.instance.pk)
        if others.count() >= MOST_QUESTIONS:
            raise ValidationError(_("An opening has %(most)s questions at most.") % {
                "most": MOST_QUESTIONS,
            }, code="too_many_questions")  # fmt: skip
        is_file = cleaned.get("kind") == QuestionKind.FILE
        if is_file and others.filter(kind=QuestionKind.FILE).count() >= MOST_FILES:
            raise ValidationError(_("An opening asks for %(most)s files at most.") % {
                "most": MOST_FILES,
            }, code="too_many_files")  # fmt: skip
        return cleaned


class ScreeningQuestionAdmin(RecordAdmin):
    """What candidates of an opening are asked; reached from its page, and leading back there."""

    form = ScreeningForm
    list_display = ("words", "opening", "kind_words", "number")
    list_select_related = ("opening",)
    list_filter = (row_filter("opening", Opening, gettext_lazy("Opening")),)
    ordering = ("opening", "number", "pk")
    fields = (
        "opening", "number", "words", "help_text", "kind", "is_required", "choices", "least",
        "most", "unit",
    )  # fmt: skip
    empty_words = gettext_lazy("Add questions on the page of an opening.")

    def manages(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_manage_careers(actor, row)

    @display(description=gettext_lazy("answered by"), ordering="kind")
    def kind_words(self, row: ScreeningQuestion) -> str:
        return row.get_kind_display()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        asked = request.GET.get("opening", "")
        try:
            rows = ScreeningQuestion.objects.filter(opening__public_id=uuid.UUID(asked))
        except ValueError:
            return {}
        last = rows.order_by("-number").values_list("number", flat=True).first() or 0
        return {"opening": asked, "number": last + 10}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = ["opening"] if obj is not None else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def after_url(self, row: Any) -> str:
        model_admin: Any = self.admin_site.get_model_admin(Opening)
        return str(model_admin.row_url(row.opening))


class AnsweredFilter(WordsFilter):
    """What waits for HR, and what everybody reads."""

    title = gettext_lazy("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Not answered")), ("answered", _("Answered")),
                ("public", _("Published"))]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return {
            "waiting": queryset.filter(answered_at__isnull=True),
            "answered": queryset.filter(answered_at__isnull=False),
            "public": queryset.filter(is_published=True),
        }.get(self.value() or "")


class AnswerForm(forms.Form):
    """The answer that the visitor gets."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"), max_length=4000, widget=_text(6),
        help_text=gettext_lazy("The visitor gets it by mail, under your name."),
    )  # fmt: skip


class VisitorQuestionAdmin(ReadOnlyAdmin):
    """What visitors of the careers page ask; answered by mail, and published if HR likes."""

    list_display = ("excerpt", "opening", "asked_at", "standing")
    list_select_related = ("opening",)
    list_filter = (AnsweredFilter,)
    search_fields = ("question", "public_question")
    ordering = ("-asked_at", "-pk")
    fields = (
        "question", "opening", "name", "email", "asked_at", "answer", "answered_by_name",
        "answered_at", "is_published", "public_question", "position", "purge_at",
    )  # fmt: skip
    empty_words = gettext_lazy("Visitors of your careers page may ask. Their questions come here.")
    actions_detail = ("answer", "publish", "unpublish")

    def allows(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_read_records(actor, row)

    def words_of(self, row: VisitorQuestion) -> str:
        words: str = row.question or row.public_question
        return words if len(words) <= 90 else f"{words[:89]}…"

    @display(description=gettext_lazy("question"))
    def excerpt(self, row: VisitorQuestion) -> str:
        return self.words_of(row)

    @display(
        description=gettext_lazy("state"),
        label={"waiting": "warning", "answered": "", "public": "success"},
    )
    def standing(self, row: VisitorQuestion) -> tuple[str, str]:
        if row.is_published:
            return "public", _("Published")
        return ("answered", _("Answered")) if row.answered_at else ("waiting", _("Not answered"))

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        if not permissions.can_manage_careers(request.actor, row):  # type: ignore[attr-defined]
            return False
        if action == "answer":
            return row.answered_at is None
        return row.is_published if action == "unpublish" else row.answered_at is not None

    @action(description=gettext_lazy("Answer"), url_path="answer", icon="reply")
    @on_row
    def answer(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask for the answer, then mail it."""

        def act(cleaned: dict[str, Any]) -> str:
            services.visitor_answer(
                question=row, by=request.actor, now=timezone.now(), **cleaned  # type: ignore[attr-defined]
            )  # fmt: skip
            return _("The answer is on its way. Publish it if others may ask the same.")

        return self.ask(
            request, form=AnswerForm, act=act, done_url=self.row_url(row), row=row,
            title=_("Answer the question"), submit=_("Send the answer"), sentence=row.question,
        )  # fmt: skip

    @action(description=gettext_lazy("Publish"), url_path="publish", icon="campaign")
    @on_row
    def publish(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask in which words, then put it onto the page; or change what stands there."""

        class PublicForm(forms.Form):
            words = forms.CharField(
                label=gettext_lazy("Question"), max_length=1000, widget=_text(3),
                initial=row.public_question or row.question,
            )  # fmt: skip
            answer = forms.CharField(
                label=gettext_lazy("Answer"), max_length=4000, initial=row.answer, widget=_text(6)
            )
            position = forms.IntegerField(
                label=gettext_lazy("Place in the list"), min_value=0, max_value=9999,
                initial=row.position, widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
                help_text=gettext_lazy("Small numbers come first."),
            )  # fmt: skip

        def act(cleaned: dict[str, Any]) -> str:
            services.visitor_publish(question=row, by=request.actor, **cleaned)  # type: ignore[attr-defined]
            return _("It stands on the careers page.")

        return self.ask(
            request, form=PublicForm, act=act, done_url=self.row_url(row), row=row,
            title=_("Publish the question"), submit=_("Publish"),
            sentence=_("Everybody reads it, without who asked. Leave out what says who it was."),
        )  # fmt: skip

    @action(description=gettext_lazy("Take off the page"), url_path="unpublish", icon="block")
    @on_row
    def unpublish(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then take it off the page."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.visitor_unpublish(question=row, by=request.actor)  # type: ignore[attr-defined]
            return _("It stands on the careers page no more.")

        return self.ask(
            request, form=ConfirmForm, act=act, done_url=self.row_url(row), row=row,
            title=_("Take it off the page"), submit=_("Take it off"),
            sentence=_("You may publish it again."),
        )  # fmt: skip


HR: dict[type[models.Model], type[BaseAdmin]] = {
    Opening: OpeningAdmin,
    ScreeningQuestion: ScreeningQuestionAdmin,
    VisitorQuestion: VisitorQuestionAdmin,
}
