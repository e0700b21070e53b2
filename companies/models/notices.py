"""Which mails a person wants."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models.base import CompanyOwned
from companies.models.people import User


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
