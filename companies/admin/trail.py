"""What was done, and what leaves the house: to read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from companies import admin_words
from companies.admin_base import ReadOnlyAdmin
from companies.admin_filters import DateFilter, OfficeOfPersonFilter, PersonFilter, WordsFilter
from companies.enums import Channel
from companies.models import AuditEvent, Look, OutboxMessage


class VerbFilter(WordsFilter):
    """What was done; offers only what happened here."""

    title = gettext_lazy("What was done")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        rows = model_admin.get_queryset(request).order_by("verb", "subject_type")
        pairs = rows.values_list("verb", "subject_type").distinct()
        words = {
            verb: admin_words.verb_words(AuditEvent(verb=verb, subject_type=kind))
            for verb, kind in pairs
        }
        return sorted(words.items(), key=lambda item: str(item[1]))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(verb=self.value()) if self.value() else None


class DoerFilter(WordsFilter):
    """Who did it; offers only who did something here."""

    title = gettext_lazy("By")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        rows = model_admin.get_queryset(request).exclude(actor_id="").order_by("actor_name")
        return list(dict(rows.values_list("actor_id", "actor_name").distinct()).items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(actor_id=self.value()) if self.value() else None


class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what, when and why; before beside after."""

    change_form_template = "companies/admin/event.html"
    list_display = ("what", "subject_label", "actor", "reason", "occurred_at")
    list_filter = (("occurred_at", DateFilter), VerbFilter, DoerFilter)
    search_fields = ("subject_label", "actor_name", "reason")
    search_help_text = gettext_lazy("Record, person or reason")
    empty_words = gettext_lazy("Every change of a record and every decision will stand here.")
    fields = ("occurred_at",)

    def words_of(self, row: AuditEvent) -> str:
        return row.subject_label

    @display(description=gettext_lazy("what"), ordering="verb")
    def what(self, row: AuditEvent) -> str:
        return admin_words.verb_words(row)

    @display(description=gettext_lazy("by"), ordering="actor_name")
    def actor(self, row: AuditEvent) -> str:
        return admin_words.actor_words(row)


class LookAdmin(ReadOnlyAdmin):
    """Who looked at what of whom; the person reads the same."""

    list_display = ("employee", "what", "about_on", "viewer_name", "viewed_as", "looked_at")
    list_select_related = ("employee",)
    list_filter = (
        ("looked_at", DateFilter),
        PersonFilter,
        ("kind", ChoicesDropdownFilter),
        OfficeOfPersonFilter,
    )
    search_fields = ("employee__name", "employee__code", "viewer_name")
    search_help_text = gettext_lazy("Person, code, or who looked")
    empty_words = gettext_lazy("Every look at somebody's picture or face check will stand here.")
    fields = ("employee", "what", "about_on", "viewer_name", "viewed_as", "channel", "looked_at")
    readonly_fields = ("what", "viewed_as")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("employee")

    @display(description=gettext_lazy("what"), ordering="target_type")
    def what(self, row: Look) -> str:
        return admin_words.look_words(row)

    @display(description=gettext_lazy("as"))
    def viewed_as(self, row: Look) -> str:
        return admin_words.viewer_words(row)


class OutboxMessageAdmin(ReadOnlyAdmin):
    """Messages on their way out; what they say stays closed, it may hold a sign-in link."""

    list_display = ("what", "to", "standing", "attempts", "next_at", "last_error")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", DateFilter))
    search_fields = ("to", "template", "last_error")
    search_help_text = gettext_lazy("Address, template or error")
    empty_words = gettext_lazy("Mails to people will stand here, with what became of them.")
    fields = (
        "what", "to", "state", "attempts", "not_before", "next_at", "last_error",
        "created_at", "sent_at",
    )  # fmt: skip
    readonly_fields = ("what",)

    def get_queryset(self, request: HttpRequest) -> Any:
        # What goes to the punch journal is the installation's own and says nothing to anybody.
        return super().get_queryset(request).exclude(channel=Channel.JOURNAL)

    def words_of(self, row: OutboxMessage) -> str:
        return str(self.what(row))

    @display(description=gettext_lazy("message"), ordering="template")
    def what(self, row: OutboxMessage) -> str:
        return capfirst(row.template.rpartition("/")[2].replace("_", " "))

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={"queued": "info", "sent": "success", "failed": "danger"},
    )
    def standing(self, row: OutboxMessage) -> tuple[str, str]:
        return row.state, row.get_state_display()
