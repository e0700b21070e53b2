"""HR's page of reminders: after how many days whoever decides is reminded, and so on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from companies.admin_records import VersionAdmin

_WAITING = ("remind_after_days", "remind_every_days", "escalate_after_days", "goes_to")
_LAPSING = ("lapse_first_days", "lapse_last_days")


class ReminderVersionAdmin(VersionAdmin):
    """Reminders and notices of leave; the newest that has begun is in force."""

    prefilled = (*_WAITING, *_LAPSING)
    list_display = ("starts_on", *_WAITING, *_LAPSING)
    ordering = ("-starts_on", "-id")
    fieldsets: Any = [
        (None, {"fields": ("starts_on",)}),
        (_("What waits for a decision"), {"fields": _WAITING}),
        (_("What is about to lapse"), {"fields": _LAPSING}),
    ]
    empty_words = _(
        "Until you write other settings: a reminder after 2 working days and every 2 after it, "
        "passed on after 5; notices 30 and 7 days before days lapse."
    )
