"""Overtime policies: a name, and the versions of its rules from a date on."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import OvertimeApproval, OvertimeDating
from companies.models.base import CompanyOwned
from companies.validators import validate_overtime_rules


class OvertimePolicy(CompanyOwned):
    """How extra and missing minutes count; people, shifts and the company name theirs."""

    name = models.CharField(_("name"), max_length=60)

    raises = "settings_revision"

    class Meta:
        verbose_name = _("overtime policy")
        verbose_name_plural = _("overtime policies")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "name"), name="companies_overtimepolicy_name_once",
                violation_error_message=_("Another overtime policy has this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class OvertimePolicyVersion(CompanyOwned):
    """What a policy says from a date on; a change is a new row (append-only).

    `rules` is a list in the order of the policy, each with the keys of
    `companies.validators.OVERTIME_RULE`.
    """

    policy = models.ForeignKey(
        OvertimePolicy, on_delete=models.PROTECT, related_name="versions",
        verbose_name=_("overtime policy"),
    )  # fmt: skip
    starts_on = models.DateField(_("from"), default=dt.date(2000, 1, 1))
    rules = models.JSONField(
        _("rules"), default=list, blank=True, validators=[validate_overtime_rules],
        help_text=_("A minute that several rules take counts once, at the highest rate."),
    )  # fmt: skip
    count_before_start = models.BooleanField(
        _("minutes before the start count"), default=True,
        help_text=_("Off: who comes early on a working day gains nothing by it."),
    )  # fmt: skip
    tracks_missing = models.BooleanField(
        _("count missing minutes"), default=False,
        help_text=_("Off: a short day counts as nothing missing."),
    )  # fmt: skip
    dating = models.CharField(
        _("minutes count on"), max_length=20, choices=OvertimeDating.choices,
        default=OvertimeDating.ATTENDANCE_DATE,
    )  # fmt: skip
    approval = models.CharField(
        _("approval"), max_length=10, choices=OvertimeApproval.choices,
        default=OvertimeApproval.NONE,
    )  # fmt: skip
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True
    raises = "settings_revision"

    class Meta:
        verbose_name = _("overtime policy version")
        verbose_name_plural = _("overtime policy versions")
        ordering = ("policy", "starts_on", "id")

    def __str__(self) -> str:
        return f"{self.policy} · {self.starts_on}"
