"""The base classes behind every admin page: scoped, audited, and read by public id.

`ReadOnlyAdmin` shows; what has a verb changes there only by actions that call services.
`RecordAdmin` writes reference records itself and audits each change, before beside after.
`VersionAdmin` only adds: a change of such a setting is a new row from a date.

Rights come from `companies.permissions` with `request.actor`; Django's own permissions, staff
flag and log entries are not used. A row of another company answers like one that never existed.
"""

from __future__ import annotations

import re
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
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from companies import admin_fields, audit, permissions, selectors
from companies.actor import Actor
from companies.admin_forms import FirstRow, RecordForm
from companies.errors import MusterError
from companies.models import AuditEvent, CompanyOwned, User
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

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        found = super().get_actions_detail(request, object_id)
        if not found:
            return []
        row = self.get_object(request, object_id)
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return [
            item
            for item in found
            if row is not None and self.offers(request, item.action_name.removeprefix(prefix), row)
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
        row: Any = None,
        is_danger: bool = False,
    ) -> HttpResponse:
        """Show a form, and on its sending call `act` (once), which returns what to tell.

        What a service refuses stands beside the form as its sentence; `GET` writes nothing.
        """
        page = {
            "title": title,
            "trail": self._trail(row),
            "sentence": sentence,
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
        context = {**self.admin_site.each_context(request), **page, "form": bound}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "companies/admin/ask.html", context)


def _key(row_key: str, object_id: str) -> Any:
    return uuid.UUID(object_id) if row_key.endswith("public_id") else object_id


class ReadOnlyAdmin(BaseAdmin):
    """Pages that show and never save; actions may call services."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.fields:
            return self.fields
        return [field.name for field in self.opts.fields if field.name not in _NEVER_SHOWN]


_NEVER_SHOWN = frozenset({"id", "company", "public_id"})


class RecordAdmin(BaseAdmin):
    """Pages that save reference records of the own company, each change audited."""

    form = RecordForm
    first_row: ClassVar[FirstRow | None] = None
    can_delete: ClassVar[bool] = True
    keep_hint: ClassVar[Any] = None  # what to do instead where deleting is refused

    def allows(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_manage_records(actor, row)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and self._may(request, obj)

    def _rows(self, request: HttpRequest) -> Any:
        """Lock the row that is about to be changed or deleted, so that nobody else is faster."""
        rows = super()._rows(request)
        match = request.resolver_match
        is_written = match is not None and (match.url_name or "").endswith(("_change", "_delete"))
        if request.method == "POST" and is_written:
            return rows.select_for_update(of=("self",))
        return rows

    # --- the form ------------------------------------------------------------------------------
    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        plain = admin_fields.plain_field(db_field)
        if plain is not None:
            return plain
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # Django's frame of add, change and view icons would link by primary key.
        if field is not None and hasattr(field.widget, "can_add_related"):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related = db_field.remote_field.model
        kwargs["queryset"] = self.choices_for(related, request)
        kwargs["to_field_name"] = "public_id"
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = admin_fields.RowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def choices_for(self, model: type[models.Model], request: HttpRequest) -> Any:
        """Return the rows of the own company that a key may point to."""
        if issubclass(model, CompanyOwned):
            return model.objects.all()
        if model is User:
            actor = self._actor(request)
            assert actor is not None and actor.company is not None  # noqa: S101  # by permission
            return selectors.users_of(actor.company)
        raise PermissionDenied

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[RecordForm]:
        if obj is None and self.first_row is not None:
            kwargs["form"] = self._add_form(request)
        form: type[RecordForm] = super().get_form(request, obj, change=change, **kwargs)
        form.actor = self._actor(request)  # type: ignore[assignment]
        return form

    def _add_form(self, request: HttpRequest) -> type[RecordForm]:
        """Return this record's form with the fields of its first dated row in it."""
        assert self.first_row is not None  # noqa: S101  # asked by get_form
        opts = self.first_row.model._meta
        row_admin = self.admin_site.get_model_admin(self.first_row.model)
        fields: dict[str, Any] = {
            name: row_admin.formfield_for_dbfield(opts.get_field(name), request)
            for name in self.first_row.names
        }
        return type("AddForm", (self.form,), {**fields, "first_row": self.first_row})

    # --- saving --------------------------------------------------------------------------------
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Add once, however often the form is sent."""

        @once
        def answer(request: HttpRequest) -> HttpResponse:
            response: HttpResponse = self.changeform_view(request, None, form_url, extra_context)
            return response

        return answer(request)

    @property
    def audit_noun(self) -> str:
        """Return how audit verbs call this record: `shift_version` of `shift_version_added`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.model.__name__).lower()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = audit.snapshot(self.model._default_manager.get(pk=obj.pk)) if change else {}
        obj.save(force_insert=not change)
        changes = audit.difference(before, audit.snapshot(obj))
        if changes or not change:
            self._record(request, "changed" if change else "added", obj, changes)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        row = None if change else form.save_first_row()
        if row is not None:
            row_admin = self.admin_site.get_model_admin(type(row))
            changes = audit.difference({}, audit.snapshot(row))
            row_admin._record(request, "added", row, changes)

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        row = context["object"]
        words = {
            "keep_hint": self.keep_hint, "back_url": self.row_url(row), "trail": self._trail(row),
        }  # fmt: skip
        response: HttpResponse = super().render_delete_form(request, {**context, **words})
        return response

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(request, "deleted", obj, audit.difference(audit.snapshot(obj), {}))
        obj.delete()

    def _record(self, request: HttpRequest, done: str, row: Any, changes: dict[str, Any]) -> None:
        actor = self._actor(request)
        assert actor is not None  # noqa: S101  # nobody comes here without one
        audit.record(by=actor, verb=f"{self.audit_noun}_{done}", subject=row, changes=changes)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what a deletion takes along: nothing; what stands on the row protects it."""
        protected = [line for row in objs for line in _standing_on(row)]
        return [str(row) for row in objs], {}, set(), protected

    # --- after saving --------------------------------------------------------------------------
    def after_url(self, row: Any) -> str:
        """Return where saving leads: to the list."""
        return self.address("changelist")

    def _saved(self, request: HttpRequest, row: Any) -> HttpResponse:
        link = format_html('<a href="{}">{}</a>', self.row_url(row), row)
        messages.success(request, format_html(_("{} is saved."), link))
        return HttpResponseRedirect(self.after_url(row))

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._saved(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        messages.success(request, _("%(row)s is deleted.") % {"row": obj_display})
        return HttpResponseRedirect(self.address("changelist"))


def _standing_on(row: models.Model) -> list[str]:
    """Return "3 placements" for every kind of row that holds this one back."""
    lines = []
    for relation in row._meta.related_objects:
        model = relation.related_model
        count = model._default_manager.filter(**{relation.field.name: row}).count()
        if count:
            name = ngettext(  # the model brings both words
                str(model._meta.verbose_name),
                str(model._meta.verbose_name_plural),
                count,
            )
            lines.append(f"{count} {name}")
    return lines


class DatedAdmin(RecordAdmin):
    """Dated rows below another record; a new one starts as a copy of the last.

    They are reached from their parent's page (`parent`, the name of the key), and saving leads
    back to it.
    """

    parent: ClassVar[str | None] = None
    prefilled: ClassVar[tuple[str, ...]] = ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        last = self._last(request)
        initial: dict[str, Any] = {}
        if self.parent:
            initial[self.parent] = request.GET.get(self.parent, "")
        if last is None:
            return initial
        for name in self.prefilled:
            value = getattr(last, name)
            initial[name] = value.public_id if isinstance(value, CompanyOwned) else value
        return initial

    def _last(self, request: HttpRequest) -> Any:
        rows = self.get_queryset(request)
        if self.parent:
            try:
                parent_id = uuid.UUID(request.GET.get(self.parent, ""))
            except ValueError:
                return None
            rows = rows.filter(**{f"{self.parent}__public_id": parent_id})
        return rows.order_by("-starts_on", "-id").first()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [self.parent] if self.parent and obj is not None else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def _parent_url(self, row: Any) -> str | None:
        if not self.parent:
            return None
        parent = getattr(row, self.parent)
        url: str = self.admin_site.get_model_admin(type(parent)).row_url(parent)
        return url

    def after_url(self, row: Any) -> str:
        return self._parent_url(row) or self.address("changelist")


class VersionAdmin(DatedAdmin):
    """Append-only settings: only adding, prefilled with the version in force."""

    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
