"""Mail domains that a company says are its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models.base import CompanyOwned
from companies.validators import validate_mail_domain


class CompanyDomain(CompanyOwned):
    """A mail domain of the company: HR names it, the operator confirms it by its DNS record.

    Whoever can put `record_value` at `record_name` rules the domain. A confirmed one lets people
    with an address there sign up at the user pool; it opens nothing of the company.
    """

    domain = models.CharField(
        _("domain"), max_length=253, validators=[validate_mail_domain],
        help_text=_("What stands behind the @ of your addresses, such as kettle.example."),
    )  # fmt: skip
    token = models.CharField(_("token"), max_length=40, editable=False)
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        ordering = ("domain",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "domain"), name="companies_companydomain_once",
                violation_error_message=_("This domain stands there already."),
            ),
            models.UniqueConstraint(
                fields=("domain",), condition=models.Q(confirmed_at__isnull=False),
                name="companies_companydomain_one_owner",
                violation_error_message=_("Another company has this domain."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.domain

    @property
    def record_name(self) -> str:
        """Return the name of the TXT record that shows who rules the domain."""
        return f"_muster.{self.domain}"

    @property
    def record_value(self) -> str:
        return f"muster-domain={self.token}"
