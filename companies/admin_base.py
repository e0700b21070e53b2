"""The base class behind every admin page: scoped, and read by public id.

`BaseAdmin` holds what reading and writing pages have in common, `ReadOnlyAdmin` shows; what has a
verb changes there only by actions that call services. Pages that save stand in
`companies.admin_records`.

Rights come from `companies.permissions` with `request.actor`; Django's own permissions, staff
flag and log entries are not used. A row of another company answers like one that never existed.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, register_converter, reverse
from django.urls.converters import StringConverter
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from companies import permissions
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import AuditEvent
from companies.once import once


class RowIdConverter(StringConverter):
    """A public id in an address; a primary key neither matches nor can be written."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


register_converter(RowIdConverter, "row_id")


@dataclass(frozen=True)
class DatedRows:
    """The dated rows below a record: a card on its page, newest first, with a way to add one.

    `columns` are (heading, function of a row that returns what to show).
    """

    title: Any
    add_label: Any
    related_name: str
    columns: Sequence[tuple[Any, Callable[[Any], Any]]]
    select_related: Sequence[str] = ()


class RowList(ChangeList):
    """A list whose rows link by public id."""

    def url_for_result(self, result: models.Model) -> str:
        url: str = self.model_admin.row_url(result)
        return url


class BaseAdmin(ModelAdmin):
    """What reading and writing pages have in common."""

    actions = None  # what changes many rows at once would have to audit each
    list_per_page = 50
    change_list_template = "companies/admin/list.html"
    change_form_template = "companies/admin/record.html"
    delete_confirmation_template = "companies/admin/delete.html"
    list_max_show_all = 0
    show_full_result_count = False
    list_filter_submit = True
    show_add_link = True
    save_on_top = False
    empty_words: ClassVar[Any] = None  # what to do first, where a list has no row at all
    row_key: ClassVar[str] = "public_id"
    reading_actions: ClassVar[frozenset[str]] = frozenset()  # those that only show
    dated_rows: ClassVar[DatedRows | None] = None

    # --- who may -------------------------------------------------------------------------------
    def allows(self, actor: Actor, row: Any = None) -> bool:
        """Return whether the actor may use these pages; `row` narrows the question."""
        return permissions.can_enter_hr(actor)

    def _actor(self, request: HttpRequest) -> Actor | None:
        return getattr(request, "actor", None)

    def _may(self, request: HttpRequest, row: Any = None) -> bool:
        actor = self._actor(request)
        return actor is not None and self.allows(actor, row)

    def may_act(self, request: HttpRequest) -> bool:
        """Return whether the actor may do anything here but read: auditors may not."""
        actor = self._actor(request)
        return actor is not None and permissions.can_manage_hr(actor)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- which rows ----------------------------------------------------------------------------
    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row of the own company with this id, or none."""
        try:
            return (
                self._rows(request).filter(**{self.row_key: _key(self.row_key, object_id)}).first()
            )
        except (ValueError, ValidationError):
            return None

    def _rows(self, request: HttpRequest) -> Any:
        return self.get_queryset(request)

    def row_id(self, row: Any) -> str:
        """Return what names the row in addresses."""
        value = row
        for part in self.row_key.split("__"):
            value = getattr(value, part)
        return str(value)

    def address(self, name: str, row: Any = None) -> str:
        """Return the address of one of the pages of this model."""
        opts = self.opts
        args = () if row is None else (self.row_id(row),)
        return reverse(
            f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_{name}", args=args
        )

    def row_url(self, row: Any) -> str:
        return self.address("change", row)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what the list's own filters ask for, and nothing else."""
        for item in self.get_list_filter(request):
            if isinstance(item, tuple):
                name = item[0]
                if lookup == name or lookup.startswith((f"{name}__", f"{name}_")):
                    return True
            elif lookup == getattr(item, "parameter_name", None):
                return True
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RowList

    def get_urls(self) -> list[URLPattern]:
        """Return Django's addresses, with public ids where it has primary keys."""
        kept = [item for item in super().get_urls() if str(item.pattern) != "<path:object_id>/"]
        if not self.row_key.endswith("public_id"):
            return kept
        return [
            path(
                str(item.pattern).replace("<path:object_id>", "<row_id:object_id>"),
                item.callback,
                name=item.name,
            )
            for item in kept
        ]

    # --- pages ---------------------------------------------------------------------------------
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        words = {"title": capfirst(self.opts.verbose_name_plural), "empty_words": self.empty_words}
        response: HttpResponse = super().changelist_view(
            request, {**words, **(extra_context or {})}
        )
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        context["can_see_history"] = row is not None
        context["trail"] = self._trail()
        if row is not None:
            context["title"] = capfirst(self.opts.verbose_name)
            context["heading"] = self.words_of(row)
            context["history_url"] = self.address("history", row)
            context["delete_url"] = self.address("delete", row)
            context["dated"] = self._dated(request, row)
        context["show_save_and_continue"] = False
        context["show_save_and_add_another"] = False
        response: HttpResponse = super().render_change_form(request, context, **kwargs)
        return response

    def _trail(self, row: Any = None) -> list[tuple[str, Any]]:
        """Return what lies above a page, as (address, words): the list, and the row if given."""
        above = [(self.address("changelist"), self.opts.verbose_name_plural)]
        return above if row is None else [*above, (self.row_url(row), self.words_of(row))]

    def words_of(self, row: Any) -> str:
        """Return what the pages of a row are headed by."""
        return str(row)

    def _dated(self, request: HttpRequest, row: Any) -> dict[str, Any] | None:
        card = self.dated_rows
        if card is None:
            return None
        related = row._meta.get_field(card.related_name)
        model_admin = self.admin_site.get_model_admin(related.related_model)
        rows = related.related_model.objects.filter(**{related.field.name: row})
        rows = rows.select_related(*card.select_related).order_by("-starts_on", "-id")
        return {
            "title": card.title,
            "headings": [heading for heading, _cell in card.columns],
            "rows": [
                (model_admin.row_url(item), [cell(item) for _heading, cell in card.columns])
                for item in rows
            ],
            "add_label": card.add_label,
            "add_url": f"{model_admin.address('add')}?{related.field.name}={self.row_id(row)}"
            if model_admin.has_add_permission(request)
            else "",
        }

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the audit events of one row, newest first."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("What was done"),
            "trail": self._trail(row),
            "events": self.history_of(row)[:200],
            "object": row,
            "opts": self.opts,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "companies/admin/history.html", context)

    def history_of(self, row: Any) -> Any:
        """Return the row's audit events."""
        return AuditEvent.objects.filter(
            subject_type=row._meta.label_lower, subject_id=str(getattr(row, "public_id", row.pk))
        )

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Answer alike for what is another company's and for what never was."""
        sentence = _("There is no such record. It may have been deleted.")
        messages.warning(request, sentence)
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:index"))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Django's own log is not kept: audit events say more."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Django's own log is not kept: audit events say more."""

    # --- actions -------------------------------------------------------------------------------
    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        """Return whether the page of this row shows the action's button."""
        return True

    def _name_of(self, item: Any) -> str:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return str(item.action_name).removeprefix(prefix)

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        found: list[Any] = super().get_actions_list(request)
        if self.may_act(request):
            return found
        return [item for item in found if self._name_of(item) in self.reading_actions]

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        found = super().get_actions_detail(request, object_id)
        if not found or not self.may_act(request):
            return []
        row = self.get_object(request, object_id)
        return [
            item
            for item in found
            if row is not None and self.offers(request, self._name_of(item), row)
        ]

    def ask(
        self,
        request: HttpRequest,
        *,
        title: str,
        form: type[forms.Form],
        submit: str,
        act: Callable[[dict[str, Any]], str],
        done_url: str,
        sentence: str = "",
        above: str = "",
        row: Any = None,
        is_danger: bool = False,
    ) -> HttpResponse:
        """Show a form, and on its sending call `act` (once), which returns what to tell.

        `above` is markup that stands before the form.
        What a service refuses stands beside the form as its sentence; `GET` writes nothing.
        Who only reads is asked nothing.
        """
        if not self.may_act(request):
            raise PermissionDenied
        page = {
            "title": title,
            "trail": self._trail(row),
            "sentence": sentence,
            "above": above,
            "submit": submit,
            "back_url": done_url if row is None else self.row_url(row),
            "object": row,
            "opts": self.opts,
            "is_danger": is_danger,
        }

        @once
        def answer(request: HttpRequest) -> HttpResponse:
            return self._ask(request, form=form, act=act, done_url=done_url, page=page)

        return answer(request)

    def _ask(
        self,
        request: HttpRequest,
        *,
        form: type[forms.Form],
        act: Callable[[dict[str, Any]], str],
        done_url: str,
        page: dict[str, Any],
    ) -> HttpResponse:
        bound = form(request.POST) if request.method == "POST" else form()
        if request.method == "POST" and bound.is_valid():
            try:
                messages.success(request, act(bound.cleaned_data))
                return HttpResponseRedirect(done_url)
            except MusterError as error:
                bound.add_error(None, str(error))
            except ValidationError as error:
                _add_errors(bound, error)
        context = {**self.admin_site.each_context(request), **page, "form": bound}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "companies/admin/ask.html", context)


def _add_errors(form: forms.Form, error: ValidationError) -> None:
    """Put what a service found at fault beside the field of that name, or above the form."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, said in by_field.items():
        form.add_error(name if name in form.fields else None, said)


def _key(row_key: str, object_id: str) -> Any:
    return uuid.UUID(object_id) if row_key.endswith("public_id") else object_id


def on_row(method: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate an action of a row's page: it gets the row; that there is none is said.

    It is no action for who only reads.
    """

    @functools.wraps(method)
    def wrapper(self: BaseAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.may_act(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return method(self, request, row)

    return wrapper


class ReadOnlyAdmin(BaseAdmin):
    """Pages that show and never save; actions may call services."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.fields:
            return self.fields
        return [field.name for field in self.opts.fields if field.name not in _NEVER_SHOWN]


_NEVER_SHOWN = frozenset({"id", "company", "public_id"})
