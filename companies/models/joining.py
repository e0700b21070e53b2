"""Companies that ask to join."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import CompanySize, JoinState
from companies.ids import uuid7
from companies.models.base import Company
from companies.models.people import User
from companies.validators import (
    validate_country,
    validate_mail_domain,
    validate_name_of_a_stranger,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _words(label: str | _StrPromise) -> models.TextField[str, str]:
    return models.TextField(label, blank=True, max_length=1000)


class JoinRequest(models.Model):
    """The wish of a company to join, and what became of it; of no company.

    `token` names the form that it was sent by, so that a second tap adds nothing. The row goes at
    `purge_at`; where that is empty, it waits for the platform.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    token = models.UUIDField(unique=True, editable=False)
    company_name = models.CharField(
        _("company"), max_length=120, validators=[validate_name_of_a_stranger]
    )
    country = models.CharField(_("country"), max_length=2, validators=[validate_country])
    size = models.CharField(_("people"), max_length=10, choices=CompanySize.choices)
    name = models.CharField(_("who asks"), max_length=120, validators=[validate_name_of_a_stranger])
    email = models.EmailField(_("e-mail"))
    domain = models.CharField(
        _("domain"), max_length=253, blank=True, validators=[validate_mail_domain]
    )
    message = _words(_("message"))
    locale = models.CharField(_("language"), max_length=10, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=JoinState.choices, default=JoinState.ASKED
    )
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_at = models.DateTimeField(_("address confirmed at"), null=True, blank=True)
    exchange = models.JSONField(_("questions and answers"), default=list, blank=True)
    reason = _words(_("reason"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="decided_joins", null=True, blank=True,
        verbose_name=_("decided by"),
    )  # fmt: skip
    made_company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("company made"),
    )  # fmt: skip
    purge_at = models.DateTimeField(_("deleted on"), null=True, blank=True)

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ("-asked_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=JoinState.APPROVED, made_company__isnull=False)
                | ~models.Q(state=JoinState.APPROVED) & models.Q(made_company__isnull=True),
                name="companies_joinrequest_approved_is_a_company",
                violation_error_message=_("Whoever may join has a company, nobody else."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=("state", "asked_at"), name="companies_join_queue")]

    def __str__(self) -> str:
        return self.company_name

    @property
    def country_words(self) -> str:
        """The country's name; its code where it has none."""
        from companies.countries import country_name  # noqa: PLC0415  # cold start

        return country_name(self.country)

    @property
    def last(self) -> dict[str, Any]:
        """The platform's last question with its answer, if any."""
        return self.exchange[-1] if self.exchange else {}

    @property
    def is_open(self) -> bool:
        """Whether the platform may decide."""
        return self.state in (JoinState.WAITING, JoinState.ASKED_BACK)

    def is_over(self, now: dt.datetime) -> bool:
        """Return whether its days are over, whenever the job that deletes it comes."""
        return self.purge_at is not None and now >= self.purge_at
