"""Calendars that people subscribe to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import CompanyOwned, Employee
from leave.enums import FeedKind


class CalendarFeed(CompanyOwned):
    """A private address at which a calendar program reads leave, without signing in.

    The address holds this row's id, signed with the server's key (`leave.selectors.feeds`): nothing
    that opens it is stored. It ends with the row; a new one has another id, so another address.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="calendar_feeds",
        verbose_name=_("employee"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=5, choices=FeedKind.choices)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ("employee", "kind")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "kind"), name="leave_calendarfeed_one_a_kind",
                violation_error_message=_("There is such a feed already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_kind_display()}"
