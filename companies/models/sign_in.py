"""How people without a mailbox come in: their PIN and their invitations."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import InvitationChannel, InvitationState, Role
from companies.models.base import CompanyOwned
from companies.models.people import Employee, User


class Pin(CompanyOwned):
    """Six digits that open one engagement's own pages; kept as a password is, hashed."""

    employee = models.OneToOneField(
        Employee, on_delete=models.PROTECT, related_name="pin", verbose_name=_("employee")
    )
    hashed = models.CharField(_("PIN, hashed"), max_length=128)
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("PIN")
        verbose_name_plural = _("PINs")

    def __str__(self) -> str:
        return str(self.employee)


class Invitation(CompanyOwned):
    """One offer to come in, printed or by mail; the last one of a person is the one that counts.

    A printed one is opened by its token, of which only the SHA-256 is kept. One by mail goes to a
    user who is at home elsewhere too, and is answered by them, signed in as themselves. It is
    about an engagement, or about a role for who works nowhere here: then `name` and `email` are
    what the inviter wrote, since the user's own are another company's until they say yes.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="invitations", null=True, blank=True,
        verbose_name=_("employee"),
    )  # fmt: skip
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=InvitationChannel.choices)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="invitations", null=True, blank=True,
        verbose_name=_("invited user"),
    )  # fmt: skip
    token_hash = models.CharField(_("token, hashed"), max_length=64, blank=True)
    inviter = models.CharField(_("made by"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("good until"))
    ended_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=InvitationState.choices, blank=True
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-made_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("company", "employee"), condition=models.Q(ended_at__isnull=True),
                name="companies_invitation_one_open",
                violation_error_message=_("This person already holds an open invitation."),
            ),
            models.UniqueConstraint(
                fields=("company", "user"),
                condition=models.Q(ended_at__isnull=True, employee__isnull=True),
                name="companies_invitation_one_open_role",
                violation_error_message=_("This person already holds an open invitation."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    employee__isnull=False, role="", name="", email="", starts_on__isnull=True,
                    ends_on__isnull=True,
                )
                | models.Q(
                    employee__isnull=True, channel=InvitationChannel.MAIL, role=Role.AUDITOR,
                    starts_on__isnull=False, ends_on__isnull=False,
                ) & ~models.Q(name="") & ~models.Q(email=""),
                name="companies_invitation_of_one_thing",
                violation_error_message=_("An invitation is about an engagement, or about a role."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="companies_invitation_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, outcome="")
                | models.Q(
                    ended_at__isnull=False,
                    outcome__in=(
                        InvitationState.ACCEPTED, InvitationState.REFUSED, InvitationState.VOID,
                        InvitationState.TAKEN_BACK,
                    ),
                ),
                name="companies_invitation_ends_with_an_outcome",
                violation_error_message=_("An invitation ends with an answer."),
            ),
            models.CheckConstraint(
                condition=models.Q(channel=InvitationChannel.PRINT, user__isnull=True)
                & ~models.Q(token_hash="")
                | models.Q(channel=InvitationChannel.MAIL, user__isnull=False, token_hash=""),
                name="companies_invitation_opened_by_one_thing",
                violation_error_message=_(
                    "A printed invitation is opened by its token, one by mail by its user."
                ),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=("token_hash",), name="companies_invitation_token")]

    def __str__(self) -> str:
        return str(self.employee or f"{self.name} · {self.get_role_display()}")

    def state(self, now: dt.datetime) -> InvitationState:
        """Return how it stands now."""
        if self.outcome:
            return InvitationState(self.outcome)
        return InvitationState.EXPIRED if now >= self.expires_at else InvitationState.OPEN
