"""The questions for a head turn, each to be answered once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import Turn, TurnState
from attendance.models.punches import Punch
from companies.models import CompanyOwned, Employee


class LivenessChallenge(CompanyOwned):
    """One question for a head turn, bound to one punch; its nonce is its signed public id.

    `neutral_turn` and `neutral_drop` say where the head of the punch's own picture points, from
    the first look until the question has ended. Where a service asks in its own way, `session_id`
    names its session there, and no `turn` is asked for.
    """

    punch = models.ForeignKey(Punch, on_delete=models.PROTECT, related_name="challenges")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="challenges")
    turn = models.CharField(_("which way"), max_length=5, choices=Turn.choices, blank=True)
    session_id = models.CharField(max_length=36, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=6, choices=TurnState.choices, default=TurnState.ASKED
    )
    issued_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("to be seen until"))
    finished_at = models.DateTimeField(_("ended at"), null=True)
    was_looked_at = models.BooleanField(_("somebody was there"), default=False)
    neutral_turn = models.FloatField(null=True, editable=False)
    neutral_drop = models.FloatField(null=True, editable=False)

    # Looked up along with the row, where a query says so (services.liveness).
    is_enrolled: bool
    face: str
    excuse: str
    frame_key: str | None

    class Meta:
        verbose_name = _("head turn asked for")
        verbose_name_plural = _("head turns asked for")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("punch",), condition=models.Q(state=TurnState.ASKED),
                name="attendance_livenesschallenge_one_open",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_turn_display()}"
