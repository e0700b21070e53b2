"""The base classes of admin pages that save: reference records of the own company, audited.

`RecordAdmin` writes such records itself and audits each change, before beside after. `DatedAdmin`
is for the dated rows below one. `VersionAdmin` only adds: a change of such a setting is a new row
from a date.
"""

from __future__ import annotations

import re
import uuid
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies import admin_fields, audit, permissions, selectors
from companies.actor import Actor
from companies.admin_base import BaseAdmin
from companies.admin_forms import FirstRow, RecordForm
from companies.models import CompanyOwned, User
from companies.once import once


class RecordAdmin(BaseAdmin):
    """Pages that save reference records of the own company, each change audited."""

    form = RecordForm
    first_row: ClassVar[FirstRow | None] = None
    add_form: ClassVar[type[RecordForm] | None] = None  # of a new record, where it is another one
    can_delete: ClassVar[bool] = True
    keep_hint: ClassVar[Any] = None  # what to do instead where deleting is refused

    def allows(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_read_records(actor, row)

    def manages(self, actor: Actor, row: Any = None) -> bool:
        """Return whether the actor may add here, or change and delete this row."""
        return permissions.can_manage_records(actor, row)

    def _may_write(self, request: HttpRequest, row: Any = None) -> bool:
        actor = self._actor(request)
        return actor is not None and self.manages(actor, row)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_write(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and self._may_write(request, obj)

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
        return type(
            "AddForm", (self.add_form or self.form,), {**fields, "first_row": self.first_row}
        )

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
