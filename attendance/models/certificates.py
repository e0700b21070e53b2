"""Certificates of attendance of interns, as issued; and those that were revoked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import CompanyOwned, Internship


class Certificate(CompanyOwned):
    """What a company certified of an internship (append-only), with a code to check it by.

    `content` holds its words and figures as issued, `content_hash` the SHA-256 of them and the
    code. The one with the highest number of an internship holds; it replaces those before.
    """

    internship = models.ForeignKey(
        Internship, on_delete=models.PROTECT, related_name="certificates",
        verbose_name=_("internship"),
    )  # fmt: skip
    number = models.PositiveSmallIntegerField(_("number"))
    code = models.CharField(_("code"), max_length=12, unique=True)
    content = models.JSONField(_("content"))
    content_hash = models.CharField(_("SHA-256"), max_length=64)
    issued_by_id = models.CharField(max_length=40)
    issued_by_name = models.CharField(_("issued by"), max_length=120)
    issued_at = models.DateTimeField(_("issued at"))

    is_append_only = True

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ("-issued_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("internship", "number"), name="attendance_certificate_in_order"
            ),
        ]

    def __str__(self) -> str:
        from attendance.rules.certificates import grouped  # noqa: PLC0415  # cold start

        return grouped(self.code)


class CertificateRevocation(CompanyOwned):
    """HR says that a certificate does not hold, and why (append-only)."""

    certificate = models.OneToOneField(
        Certificate, on_delete=models.PROTECT, related_name="revocation",
        verbose_name=_("certificate"),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=500)
    revoked_by_id = models.CharField(max_length=40)
    revoked_by_name = models.CharField(_("revoked by"), max_length=120)
    revoked_at = models.DateTimeField(_("revoked at"))

    is_append_only = True

    class Meta:
        verbose_name = _("revocation of a certificate")
        verbose_name_plural = _("revocations of certificates")
        ordering = ("-revoked_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="attendance_certificaterevocation_reason",
                violation_error_message=_("Please give a reason."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.certificate)
