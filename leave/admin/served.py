"""Forms and pages whose records services write: checked, audited and refused there."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest

from companies.actor import Actor
from companies.admin_forms import RecordForm
from companies.admin_records import RecordAdmin
from companies.errors import MusterError
from leave import permissions
from leave.admin.fields import human


class ServedForm(RecordForm):
    """A record that `write` writes, once all is well so far; what it refuses is told here."""

    def write(self) -> models.Model:
        """Call the service and return what it wrote."""
        raise NotImplementedError

    def look(self) -> None:
        """Check what fields alone do not show, before anything is written."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors:
            self.look()
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.instance = self.write()
        except MusterError as error:
            self.add_error(None, ValidationError(str(error), code=error.code))
        except ValidationError as error:
            for name, messages in error.update_error_dict({}).items():
                self.add_error(name if name in self.fields else None, messages)

    def save_first_row(self) -> models.Model | None:
        """The service has written it."""
        return None

    def values(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return what was entered in these fields."""
        return {name: self.cleaned_data[name] for name in names}


class ServedAdmin(RecordAdmin):
    """Pages of a form that writes by services; HR sets up leave, auditors read."""

    can_delete = False

    def manages(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_manage_leave(actor, row)

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        return human(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form's service has saved and audited it."""
        if not isinstance(form, ServedForm):
            super().save_model(request, obj, form, change)
