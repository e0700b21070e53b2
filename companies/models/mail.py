"""Addresses that take no mail, and which mails a person wants."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import MailProblem
from companies.ids import uuid7
from companies.models.base import CompanyOwned
from companies.models.people import User


class BlockedAddress(models.Model):
    """An address that refused a mail for good, or whose reader complained; of no company.

    Muster sends nothing there until HR says that it works again; the row then stays, so that a
    report of an earlier mail that comes late, or twice, does not block it anew.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    address = models.CharField(max_length=320, unique=True)
    problem = models.CharField(_("why"), max_length=10, choices=MailProblem.choices)
    detail = models.CharField(max_length=300, blank=True)
    event_id = models.CharField(max_length=200)
    blocked_at = models.DateTimeField(_("since"))
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("address without mail")
        verbose_name_plural = _("addresses without mail")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.address


class NoticeChoice(CompanyOwned):
    """What somebody said about a kind of mail; without a row it is sent.

    `kind` is a `companies.notices.Notice` of some app. What keeps an account safe is no kind.
    """

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="notice_choices", verbose_name=_("person")
    )
    kind = models.CharField(_("kind of mail"), max_length=40)
    is_wanted = models.BooleanField(_("wanted"), default=True)
    chosen_at = models.DateTimeField(_("chosen at"))

    class Meta:
        verbose_name = _("choice of mails")
        verbose_name_plural = _("choices of mails")
        ordering = ("user", "kind")
        constraints = [
            models.UniqueConstraint(
                fields=("company", "user", "kind"), name="companies_noticechoice_once_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.kind}"
