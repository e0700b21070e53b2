"""The picture that stands for the company, as small as it is printed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models.base import CompanyOwned


class CompanyLogo(CompanyOwned):
    """The company's logo, a PNG made anew from what HR sent; at most one a company.

    In a table of its own: every request loads the company, few need its picture.
    """

    content = models.BinaryField(_("picture"))
    sha256 = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        constraints = (
            models.UniqueConstraint(fields=["company"], name="companies_companylogo_one"),
        )

    def __str__(self) -> str:
        return str(_("Logo"))
