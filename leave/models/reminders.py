"""When the company reminds, passes on, and tells of days that lapse."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import CompanyOwned
from leave.enums import GoesTo

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# A mail is known by its row for 90 days: a notice further ahead could be written twice.
_MOST_AHEAD = 60


def _days(label: str | _StrPromise, default: int, most: int, help_text: str | _StrPromise) -> Any:
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MaxValueValidator(most)], help_text=help_text
    )


class ReminderVersion(CompanyOwned):
    """Reminders and notices from a date on; a change is a new row (append-only).

    Of several rows that start on one date, the one written last is in force; before the first, and
    without any, what `leave.rules.reminding` says.
    """

    starts_on = models.DateField(_("from"), default=dt.date(2000, 1, 1))
    remind_after_days = _days(
        _("remind after (working days)"), 2, 60,
        _("Whoever decides, of what waits for them. 0: never."),
    )  # fmt: skip
    remind_every_days = _days(_("remind again every (working days)"), 2, 60, _("0: once only."))
    escalate_after_days = _days(
        _("pass on after (working days)"), 5, 60,
        _("0: only on the working day before the leave begins, when HR is told anyway."),
    )  # fmt: skip
    goes_to = models.CharField(
        _("pass on to"), max_length=10, choices=GoesTo.choices, default=GoesTo.ABOVE
    )
    lapse_first_days = _days(
        _("first notice before days lapse (days)"), 30, _MOST_AHEAD, _("0: none.")
    )
    lapse_last_days = _days(
        _("last notice before days lapse (days)"), 7, _MOST_AHEAD, _("0: none.")
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("leave reminders")
        verbose_name_plural = _("leave reminders")
        ordering = ("starts_on", "id")

    def __str__(self) -> str:
        return f"{self.starts_on}"
