"""The form of a request: its shape; the rules say whether it may stand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.fields import DayField
from leave.enums import Taken
from leave.models import LeaveRequest
from leave.selectors.asking import Offer
from leave.selectors.scenes import Asked

PARTS = (Taken.FULL, Taken.AM, Taken.PM)
LONGEST_NOTE = 500
# Counting goes through every date: more than anybody asks for, little enough to answer at once.
LONGEST = dt.timedelta(days=731)
FARTHEST = dt.timedelta(days=3 * 366)
_NO_TYPE = _("Choose what kind of leave.")
_NO_TIME = _("Write the time as 14:30.")


def _part() -> forms.ChoiceField:
    choices = [(part.value, part.label) for part in PARTS]
    return forms.ChoiceField(choices=choices, required=False, initial=Taken.FULL.value)


class AskForm(forms.Form):
    """What somebody asks for. One date needs no last one; its part stands at either end."""

    type = forms.UUIDField(error_messages={"required": _NO_TYPE, "invalid": _NO_TYPE})
    first_on = DayField(error_messages={"required": _("Choose the first day.")})
    last_on = DayField(required=False)
    first_part, last_part = _part(), _part()
    starts_at = forms.TimeField(required=False, error_messages={"invalid": _NO_TIME})
    ends_at = forms.TimeField(required=False, error_messages={"invalid": _NO_TIME})
    note = forms.CharField(max_length=LONGEST_NOTE, required=False)
    handover_note = forms.CharField(max_length=LONGEST_NOTE, required=False)
    over = forms.UUIDField(required=False)
    drop_file = forms.BooleanField(required=False)
    has_file = forms.BooleanField(required=False)
    attachment = forms.FileField(required=False, allow_empty_file=True)

    def __init__(self, *args: Any, offers: Sequence[Offer], today: dt.date, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offers = {offer.leave_type.public_id: offer for offer in offers}
        self._today = today

    def clean_type(self) -> Offer:
        offer = self._offers.get(self.cleaned_data["type"])
        if offer is None:
            raise forms.ValidationError(_NO_TYPE)
        return offer

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = found.get("first_on"), found.get("last_on")
        if first is None or "last_on" in self.errors:
            return found
        found["last_on"] = last = last or first
        self._check_dates(first, last)
        self._check_times(found, first, last)
        found["first_part"], found["last_part"] = _parts(found, is_one=first == last)
        return found

    def _check_dates(self, first: dt.date, last: dt.date) -> None:
        if last < first:
            self.add_error("last_on", _("The last day is before the first."))
        elif last - first > LONGEST:
            self.add_error("last_on", _("Ask for two years at once at most."))
        if abs(first - self._today) > FARTHEST or abs(last - self._today) > FARTHEST:
            self.add_error("first_on", _("Choose dates within three years from today."))

    def _check_times(self, found: dict[str, Any], first: dt.date, last: dt.date) -> None:
        starts, ends = found.get("starts_at"), found.get("ends_at")
        if starts is None and ends is None:
            return
        if starts is None or ends is None:
            self.add_error("ends_at", _("Give both times, or none for the whole day."))
        elif starts == ends:
            self.add_error("ends_at", _("The end is the same as the beginning."))
        elif first != last:
            self.add_error("starts_at", _("Hours are asked for on one date."))
        else:
            found["first_part"] = found["last_part"] = Taken.FULL

    @property
    def offer(self) -> Offer | None:
        """Return the chosen kind of leave, where one was."""
        found: Any = getattr(self, "cleaned_data", {}).get("type")
        return found if isinstance(found, Offer) else None

    def asked(self, *, attachment_key: str = "") -> Asked:
        """Return what is asked for; the form is valid."""
        found = self.cleaned_data
        return Asked(
            leave_type=found["type"].leave_type, first_on=found["first_on"],
            last_on=found["last_on"], first_part=found["first_part"],
            last_part=found["last_part"], starts_at=found["starts_at"], ends_at=found["ends_at"],
            note=found["note"], handover_note=found["handover_note"],
            attachment_key=attachment_key,
        )  # fmt: skip


def _parts(found: dict[str, Any], *, is_one: bool) -> tuple[Taken, Taken]:
    """Return the parts of the first and the last day; of one date both are the same."""
    first, last = (Taken(found.get(name) or Taken.FULL) for name in ("first_part", "last_part"))
    if not is_one or first == last:
        return first, last
    if Taken.FULL in (first, last):
        half = last if first == Taken.FULL else first
        return half, half
    return Taken.FULL, Taken.FULL


def values_of(request: LeaveRequest) -> dict[str, Any]:
    """Return what the form shows of a request that is to be changed."""
    return {
        "type": request.leave_type.public_id,
        "first_on": request.first_on.isoformat(),
        "last_on": request.last_on.isoformat(),
        "first_part": request.first_part,
        "last_part": request.last_part,
        "starts_at": f"{request.starts_at:%H:%M}" if request.starts_at else "",
        "ends_at": f"{request.ends_at:%H:%M}" if request.ends_at else "",
        "note": request.note,
        "handover_note": request.handover_note,
    }


def asked_id(text: str) -> uuid.UUID | None:
    """Return the id that an address names; None where it names none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
