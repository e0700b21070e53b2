"""How people sign in: where they are signed in, an address to be changed, a sign-in to be reset."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import EmailChangeState, ResetState
from companies.ids import uuid7
from companies.models.base import CompanyOwned
from companies.models.people import Employee, User


class SignedInSession(models.Model):
    """A browser in which somebody is signed in; the session itself is Django's.

    No address of the network is kept: what the person needs to know their own device by is its
    kind and when it was used.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signed_in_sessions")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    device = models.CharField(_("device"), max_length=60, blank=True)
    started_at = models.DateTimeField(_("signed in"))
    seen_at = models.DateTimeField(_("last used"))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-seen_at", "-id")

    def __str__(self) -> str:
        return self.device


class EmailChange(models.Model):
    """A person's wish to sign in with another address, and what became of it."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_changes")
    before = models.EmailField(_("old address"), blank=True)
    after = models.EmailField(_("new address"))
    state = models.CharField(
        _("state"), max_length=10, choices=EmailChangeState.choices,
        default=EmailChangeState.ASKED,
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("user",), condition=models.Q(state="asked"),
                name="companies_emailchange_one_at_a_time",
                violation_error_message=_("A change of the address waits already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.after


class SignInReset(CompanyOwned):
    """HR asks that somebody who lost their phone may begin anew; a second person decides."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="sign_in_resets",
        verbose_name=_("employee"),
    )  # fmt: skip
    reason = models.TextField(_("reason"))
    state = models.CharField(
        _("state"), max_length=10, choices=ResetState.choices, default=ResetState.ASKED
    )
    asked_id = models.CharField(max_length=40)
    asked_name = models.CharField(_("asked by"), max_length=120)
    asked_at = models.DateTimeField(_("asked at"))
    decided_id = models.CharField(max_length=40, blank=True)
    decided_name = models.CharField(_("decided by"), max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("sign-in reset")
        verbose_name_plural = _("sign-in resets")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("employee",), condition=models.Q(state="asked"),
                name="companies_signinreset_one_at_a_time",
                violation_error_message=_("A reset of this sign-in waits already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed") | ~models.Q(decided_id=models.F("asked_id")),
                name="companies_signinreset_second_person",
                violation_error_message=_("A second person confirms, never the one who asked."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.employee)
