"""Who decides about a type of leave, place by place: as a form's rows, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
)

from companies.admin_fields import RowSelect
from companies.models import Employee, Placement
from leave import wording
from leave.admin.fields import shown
from leave.enums import Decider
from leave.models import LeaveApprovalStep
from leave.terms import Link

MOST_ROWS = 12
_SPARE_ROWS = 2
_Rows: Any = forms.BaseFormSet
_NOBODY = ("", gettext_lazy("nobody: leave this row out"))


class LinkForm(forms.Form):
    """One who decides at a place of the chain; a row without one is left out."""

    place = forms.IntegerField(
        label=gettext_lazy("Step"), min_value=1, max_value=MOST_ROWS, required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip
    decider = forms.ChoiceField(
        label=gettext_lazy("Who decides"), choices=(_NOBODY, *Decider.choices), required=False,
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    person = forms.ModelChoiceField(
        Employee.objects.none(), label=gettext_lazy("Person, if named"), required=False,
        to_field_name="public_id",
    )  # fmt: skip
    above = forms.DecimalField(
        label=gettext_lazy("Only of more than"), min_value=0, max_digits=10, decimal_places=4,
        required=False, widget=UnfoldAdminDecimalFieldWidget,
    )  # fmt: skip

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        # Any key to a person will do: the box asks the site which people fit.
        person.widget = RowSelect(Placement._meta.get_field("employee"), site)
        person.queryset = Employee.objects.all()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        decider, person = cleaned.get("decider"), cleaned.get("person")
        if decider == Decider.PERSON and person is None and "person" not in self.errors:
            self.add_error("person", _("Name the person."))
        elif decider != Decider.PERSON and person is not None:
            self.add_error("decider", _("Choose “A named person”, or name none."))
        return cleaned


class ChainRows(_Rows):
    """The rows of a chain."""

    def clean(self) -> None:
        """Refuse who stands at a step twice."""
        seen = set()
        for form, link in self._linked():
            if (link.place, link.decider, link.person_id) in seen:
                form.add_error("decider", _("They stand at this step already."))
            seen.add((link.place, link.decider, link.person_id))

    def links(self) -> list[Link]:
        """Return the chain."""
        return [link for _form, link in self._linked()]

    def _linked(self) -> Iterator[tuple[LinkForm, Link]]:
        """Yield the rows that say something; one without a step comes after the one above it."""
        last = 0
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            if not cleaned.get("decider"):
                continue
            person = cleaned.get("person")
            last = cleaned.get("place") or last + 1
            yield (
                form,
                Link(
                    place=last,
                    decider=Decider(cleaned["decider"]),
                    above=cleaned.get("above") or Decimal(0),
                    person_id=person.pk if person else None,
                ),
            )


chain_rows: Any = forms.formset_factory(
    LinkForm, formset=ChainRows, extra=_SPARE_ROWS, max_num=MOST_ROWS, validate_max=True
)


def rows_of(steps: Iterable[LeaveApprovalStep]) -> list[dict[str, Any]]:
    """Return what the rows of a form show of a chain that stands."""
    return [
        {
            "place": step.place,
            "decider": step.decider,
            "person": step.person.public_id if step.person else None,
            "above": shown(step.above) if step.above else None,
        }
        for step in steps
    ]


def chain_words(steps: Iterable[LeaveApprovalStep]) -> list[str]:
    """Return a chain in words, one line a place: "2. HR or Asha, of requests above 5"."""
    places: dict[int, list[LeaveApprovalStep]] = {}
    for step in steps:
        places.setdefault(step.place, []).append(step)
    if not places:
        return [str(Decider.MANAGER.label)]
    return [
        f"{place}. " + _(" or ").join(_step_words(step) for step in places[place])
        for place in sorted(places)
    ]


def decider_words(links: Sequence[Link]) -> list[str]:
    """Return who may decide at a place, by name where somebody is named."""
    named = Employee.objects.in_bulk([link.person_id for link in links if link.person_id])
    return [
        named[link.person_id].name if link.person_id else str(link.decider.label) for link in links
    ]


def _step_words(step: LeaveApprovalStep) -> str:
    who = step.person.name if step.person else str(step.get_decider_display())
    if not step.above:
        return who
    return _("%(who)s, of requests above %(amount)s") % {
        "who": who, "amount": wording.amount(step.above),
    }  # fmt: skip
