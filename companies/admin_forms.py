"""The form behind every record of the admin: of one company, and aware of who else edits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.actor import Actor

VERSION = "row_version"


def row_version(row: models.Model) -> str:
    """Return a mark that differs as soon as any column of the row does."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    text = json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class FirstRow:
    """The first dated row of a record, written with it in one go.

    `key` is the row's key to the record, `names` its fields that stand in the record's form;
    it starts on the date of the record's field `starts_with`, or where the model says.
    """

    model: type[models.Model]
    key: str
    names: tuple[str, ...]
    starts_with: str = ""


class RecordForm(forms.ModelForm):
    """A row of the actor's company.

    The company is the actor's, whatever was sent. The row as it was shown travels along as
    `row_version`: where it differs from what stands now, somebody else was faster, and nothing
    is saved.
    """

    actor: ClassVar[Actor]
    first_row: ClassVar[FirstRow | None] = None
    row_version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current_version = row_version(self.instance) if self.instance.pk else ""
        self.initial[VERSION] = self.current_version
        self.related: models.Model | None = None
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and self.instance.pk:
                row = getattr(self.instance, name, None)
                self.initial[name] = row.public_id if row is not None else None
        if self.instance.pk is None and hasattr(self.instance, "company_id"):
            self.instance.company = self.actor.company

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk and self.data.get(self.add_prefix(VERSION)) != self.current_version:
            raise ValidationError(
                _("Somebody else changed this meanwhile. Reload the page and enter it again."),
                code="changed_meanwhile",
            )
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """Check the columns that no field shows too: constraints begin with the company."""
        names: Iterable[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return {name for name in names if name in self.fields}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.first_row is None:
            return
        first, cleaned = self.first_row, self.cleaned_data
        values = {name: cleaned[name] for name in first.names if name in cleaned}
        if first.starts_with:
            values["starts_on"] = cleaned.get(first.starts_with)
        self.related = first.model(**values, company=self.actor.company)
        # What is wrong with these is told at their own fields.
        exclude = {first.key, *(name for name in first.names if name not in cleaned)}
        exclude |= {"starts_on"} if first.starts_with else set()
        try:
            self.related.full_clean(exclude=exclude)
        except ValidationError as error:
            for name, messages in error.update_error_dict({}).items():
                self.add_error(name if name in self.fields else None, messages)

    def save_first_row(self) -> models.Model | None:
        """Write the first dated row of the row just added, if this form brings one."""
        if self.first_row is None or self.related is None:
            return None
        setattr(self.related, self.first_row.key, self.instance)
        self.related.save(force_insert=True)
        return self.related


class ReasonForm(forms.Form):
    """Why something is decided so."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The person concerned and the audit will read it."),
        error_messages={"required": _("Please give a reason.")},
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in: sending it is the answer."""
