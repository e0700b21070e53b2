"""What the journal holds and the records cannot take, for the operator to see."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.ids import uuid7


class ParkedTap(models.Model):
    """A tap of the journal that could not be brought into the records; ids and the error only.

    `who` and `tap` are as the journal's table says them: they may name nobody at all.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    who = models.CharField(_("company and person"), max_length=100)
    tap = models.CharField(_("check-in"), max_length=100)
    error = models.CharField(_("what is wrong"), max_length=60)
    tries = models.PositiveIntegerField(_("tries"), default=1)
    parked_at = models.DateTimeField(_("parked at"))

    class Meta:
        verbose_name = _("parked check-in")
        verbose_name_plural = _("parked check-ins")
        ordering = ("-parked_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("who", "tap"), name="attendance_parkedtap_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tap} · {self.error}"
