"""Who looked at what of another person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import ActorKind, LookKind
from companies.models.base import CompanyOwned
from companies.models.people import Employee


class Look(CompanyOwned):
    """Somebody looked at what is kept of a person (append-only); the person reads it.

    Who looked stands flat, as they were known then. Looks at the same thing within the same ten
    minutes (`window`) are one.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="looks", verbose_name=_("person")
    )
    kind = models.CharField(_("what"), max_length=10, choices=LookKind.choices)
    target_type = models.CharField(_("kind of record"), max_length=60)
    target_id = models.CharField(max_length=40)
    about_on = models.DateField(_("of"), null=True)
    viewer_kind = models.CharField(_("kind of actor"), max_length=10, choices=ActorKind.choices)
    viewer_id = models.CharField(max_length=40)
    viewer_name = models.CharField(_("who looked"), max_length=120)
    viewer_roles = models.CharField(_("as"), max_length=120, blank=True)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=120, blank=True)
    channel = models.CharField(_("through"), max_length=20)
    request_id = models.CharField(max_length=40, blank=True)
    looked_at = models.DateTimeField(_("when"))
    window = models.PositiveIntegerField()

    is_append_only = True

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("who looked")
        ordering = ("-looked_at", "-id")
        indexes = [models.Index(fields=("employee", "looked_at"))]
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "viewer_id", "kind", "target_id", "window"),
                name="companies_look_one_a_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_name} · {self.get_kind_display()}"
