"""Consent to face data, enrolments, and the sealed templates."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import EnrolmentState, UploadState
from companies.models import CompanyOwned, Employee


class FaceConsent(CompanyOwned):
    """A person's answer to one version of the consent text (append-only)."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="face_consents", verbose_name=_("employee")
    )
    text_version = models.CharField(_("text"), max_length=20)
    text_sha256 = models.CharField(max_length=64)
    locale = models.CharField(_("language"), max_length=10)
    is_given = models.BooleanField(_("agreed"))
    decided_at = models.DateTimeField(_("when"))

    is_append_only = True

    class Meta:
        verbose_name = _("face consent")
        verbose_name_plural = _("face consents")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.employee} · {self.text_version}"


class FaceEnrolment(CompanyOwned):
    """Reference faces of a person, from the first frame to the end of their use.

    One picture is kept beside the templates, for a person to compare a doubtful check-in with;
    it goes with them.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="face_enrolments",
        verbose_name=_("employee"),
    )  # fmt: skip
    consent = models.ForeignKey(FaceConsent, on_delete=models.PROTECT, related_name="enrolments")
    state = models.CharField(
        _("state"), max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.CAPTURING
    )
    started_at = models.DateTimeField(_("started at"))
    activated_at = models.DateTimeField(_("active since"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reference_key = models.CharField(max_length=200, blank=True)
    reference_sha256 = models.CharField(max_length=64, blank=True)

    raises = "faces_revision"

    class Meta:
        verbose_name = _("face enrolment")
        verbose_name_plural = _("face enrolments")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("employee",), condition=models.Q(state=EnrolmentState.ACTIVE),
                name="attendance_faceenrolment_one_active",
            ),
            models.UniqueConstraint(
                fields=("employee",), condition=models.Q(state=EnrolmentState.CAPTURING),
                name="attendance_faceenrolment_one_capturing",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.employee)


class FaceTemplate(CompanyOwned):
    """One frame's template, sealed with AES-GCM; deletable. One row per kept frame.

    `ciphertext` opens only with the named key and for this person, engine and version
    (`integrations.faces.vault`). A hosted engine names the face that it keeps in `external_id`: it
    can be deleted there even where the key is lost.
    """

    enrolment = models.ForeignKey(FaceEnrolment, on_delete=models.PROTECT, related_name="templates")
    engine = models.CharField(max_length=20)
    version = models.CharField(max_length=40)
    key_id = models.CharField(max_length=40)
    ciphertext = models.BinaryField()
    external_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    raises = "faces_revision"

    class Meta:
        verbose_name = _("face template")
        verbose_name_plural = _("face templates")
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.public_id)


class FaceUpload(CompanyOwned):
    """A photo from a phone, asked for, sent and looked at once, while its enrolment is open.

    `storage_key` names the original while it lies in a bucket; Muster chose it before anything was
    sent. Row and file go within hours.
    """

    enrolment = models.ForeignKey(FaceEnrolment, on_delete=models.PROTECT, related_name="uploads")
    storage_key = models.CharField(max_length=200, blank=True, db_index=True)
    content_type = models.CharField(max_length=40)
    state = models.CharField(
        max_length=10, choices=UploadState.choices, default=UploadState.WAITING
    )
    advice = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("photo sent for the face check")
        verbose_name_plural = _("photos sent for the face check")
        ordering = ("-id",)

    def __str__(self) -> str:
        return str(self.public_id)
