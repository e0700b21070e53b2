"""The sentences of payable days: each step in the reader's words, with its numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from attendance import wording

SENTENCES: Mapping[str, str | Promise] = {
    "base.calendar": _("Pay is for all days of the month: %(halves)s."),
    "base.working_days": _("Pay is for the working days of the month: %(halves)s."),
    "outside": _("Not employed, or not over yet: %(halves)s."),
    "absent": _("%(date)s: absent, %(halves)s lost."),
    "unpaid_leave": _("%(date)s: leave without pay (%(code)s), %(halves)s lost."),
    "unpaid_leave.short": _("%(date)s: too short for a whole day, %(halves)s lost."),
    "unmarked": _("%(date)s: no verdict, %(halves)s lost."),
    "incomplete": _("%(date)s: a check-in or a check-out is missing, %(halves)s lost."),
    "payable": _("%(base)s − %(outside)s − %(lost)s = %(payable)s payable."),
    "unpaid_minutes": _("%(date)s: %(minutes)s of unpaid leave (%(code)s), told by the hour."),
    "overtime": _("Overtime paid out at %(rate_percent)s %%: %(minutes)s."),
}
_HALVES = ("halves", "base", "outside", "lost", "payable")


def days(halves: int) -> str:
    """Return half days as days, as people write them: 1, 0.5."""
    return str(localize(Decimal(halves) / 2))


def sentence(code: str, step_values: Mapping[str, Any]) -> str:
    """Return one step in words.

    Raises:
        KeyError: a code that `attendance.rules.payable` does not list.
    """
    values: dict[str, Any] = dict(step_values)
    name = code
    if name == "base":
        name = f"base.{values['basis']}"
    elif name == "unpaid_leave" and not values["code"]:
        name = "unpaid_leave.short"
    spoken = values | {key: days(values[key]) for key in _HALVES if key in values}
    if "minutes" in values:
        spoken["minutes"] = wording.minutes(values["minutes"])
    if "date" in values:
        spoken["date"] = wording.short_date(dt.date.fromisoformat(values["date"]))
    return str(SENTENCES[name]) % spoken
