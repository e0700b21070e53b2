"""The company itself, and what every row that belongs to one has in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.ids import uuid7
from companies.scoping import CompanyManager, refuse_other_company


class Company(models.Model):
    """A tenant. Its settings live in `PolicyVersion` rows, so that the past keeps its own.

    `settings_revision` and `faces_revision` count changes of settings and of face templates;
    database triggers (`companies.integrity`) raise them, so that caches keyed by them cannot
    go stale behind a bulk write. `logo_version` is part of the address of the logo, empty without
    one: pages show it by the row that each request loads anyway.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    settings_revision = models.PositiveBigIntegerField(default=1, editable=False)
    faces_revision = models.PositiveBigIntegerField(default=1, editable=False)
    logo_version = models.CharField(max_length=16, blank=True, editable=False)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class CompanyOwned(models.Model):
    """A row of one company: outside, it is known by `public_id` only."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", editable=False)
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)

    objects: ClassVar[Any] = CompanyManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_other_company([self])
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_other_company([self])
        return super().delete(*args, **kwargs)
