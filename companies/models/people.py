"""Users, engagements, where they stand, and what they may do."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.enums import EmploymentType, Role
from companies.ids import uuid7
from companies.models.base import CompanyOwned
from companies.validators import validate_weekly_off, validate_zone

# The last place on earth where a date ends: a last day lasts until it is over everywhere.
_LATEST_ZONE = dt.timedelta(hours=12)


def first_judged_day(joined_on: dt.date, today: dt.date) -> dt.date:
    """Return the first day to judge of somebody added today: nobody was absent before that."""
    return max(joined_on, today)


def earliest_today(now: dt.datetime) -> dt.date:
    """Return the earliest date that it is anywhere now."""
    return (now - _LATEST_ZONE).date()


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail compares without case."""

    def create_user(self, *, email: str | None, name: str, password: str | None = None) -> User:
        """Return a new user; without a password they can sign in only after a sign-in link."""
        user = self.model(email=(email or "").strip() or None, name=name)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who signs in, whatever companies they work for."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    name = models.CharField(_("name"), max_length=120)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="companies_user_email_ignoring_case"),
        ]

    def __str__(self) -> str:
        return self.name

    # Django's admin asks these; rights come from grants alone (companies.permissions).
    is_staff = False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Employee(CompanyOwned):
    """One engagement of a person in a company."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="engagements", null=True, blank=True,
        verbose_name=_("sign-in"), editable=False,
    )  # fmt: skip
    code = models.CharField(_("employee code"), max_length=30)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("work e-mail"), blank=True)
    employment_type = models.CharField(
        _("employment type"), max_length=20, choices=EmploymentType.choices,
        default=EmploymentType.EMPLOYEE,
    )  # fmt: skip
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("last day"), null=True, blank=True)
    judged_from = models.DateField(
        _("first judged day"), null=True, blank=True,
        help_text=_("No absence is written before it. Empty: from the first day on."),
    )  # fmt: skip
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Inactive people are left out of every day.")
    )

    raises = "faces_revision"

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        ordering = ("name", "code")
        constraints = [
            models.UniqueConstraint(
                fields=("company", "code"), name="companies_employee_code_once",
                violation_error_message=_("Another person has this employee code."),
            ),
            models.UniqueConstraint(
                fields=("company", "user"), condition=models.Q(left_on__isnull=True),
                name="companies_employee_one_open_engagement",
                violation_error_message=_("This person already works here."),
            ),
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True)
                | models.Q(left_on__gte=models.F("joined_on")),
                name="companies_employee_leaves_after_joining",
                violation_error_message=_("The last day is before the first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def has_left(self, now: dt.datetime) -> bool:
        """Return whether the engagement is over everywhere, or switched off."""
        is_over = self.left_on is not None and self.left_on < earliest_today(now)
        return is_over or not self.is_active

    def is_employed_on(self, date: dt.date) -> bool:
        """Return whether the date lies within the engagement; an inactive person has none."""
        ends = self.left_on or dt.date.max
        return self.is_active and self.joined_on <= date <= ends

    def is_judged_on(self, date: dt.date) -> bool:
        """Return whether an absence on the date is one that Muster writes."""
        return self.judged_from is None or date >= self.judged_from


class Placement(CompanyOwned):
    """Where an employee stands from a date; the next row ends it."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="placements", verbose_name=_("employee")
    )
    starts_on = models.DateField(_("from"))
    office = models.ForeignKey(
        "companies.Office", on_delete=models.PROTECT, related_name="placements",
        null=True, blank=True, verbose_name=_("office"),
    )  # fmt: skip
    department = models.ForeignKey(
        "companies.Department", on_delete=models.PROTECT, related_name="placements",
        null=True, blank=True, verbose_name=_("department"),
    )  # fmt: skip
    manager = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="team_placements",
        null=True, blank=True, verbose_name=_("manager"),
    )  # fmt: skip
    zone = models.CharField(
        _("own time zone"), max_length=64, blank=True, validators=[validate_zone],
        help_text=_("Empty: the office's zone."),
    )  # fmt: skip
    default_shift = models.ForeignKey(
        "companies.Shift", on_delete=models.PROTECT, related_name="placements",
        null=True, blank=True, verbose_name=_("default shift"),
    )  # fmt: skip
    weekly_off = models.JSONField(
        _("own weekly off"), null=True, blank=True, validators=[validate_weekly_off],
        help_text=_('Empty: the office\'s. For example {"sat": "all", "sun": "all"}.'),
    )  # fmt: skip
    overtime_policy = models.ForeignKey(
        "companies.OvertimePolicy", on_delete=models.PROTECT, related_name="placements",
        null=True, blank=True, verbose_name=_("own overtime policy"),
        help_text=_("Empty: the shift's, else the company's."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ("employee", "starts_on")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "starts_on"), name="companies_placement_one_a_date",
                violation_error_message=_("Another placement starts on this date."),
            ),
            models.CheckConstraint(
                condition=models.Q(manager__isnull=True) | ~models.Q(manager=models.F("employee")),
                name="companies_placement_not_own_manager",
                violation_error_message=_("Nobody is their own manager."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.starts_on}"

    def clean(self) -> None:
        """Refuse a manager who has left by then: nobody would decide."""
        manager: Employee | None = self.manager
        if manager is None or manager.left_on is None or self.starts_on is None:
            return
        if manager.left_on < self.starts_on:
            words = _("%(name)s does not work here any more by then: choose another manager.")
            raise ValidationError({"manager": words % {"name": manager.name}})


class RoleGrant(CompanyOwned):
    """A right in one company, also for people who are no employees of it."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="role_grants", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    department = models.ForeignKey(
        "companies.Department", on_delete=models.PROTECT, related_name="role_grants",
        null=True, blank=True, verbose_name=_("only this department"),
    )  # fmt: skip
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("user", "role", "starts_on")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="companies_rolegrant_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


def not_left() -> models.QuerySet[Employee]:
    """Return who has not left by now, of the open company scope, as `Employee.has_left` says it."""
    last = models.Q(left_on__isnull=True) | models.Q(left_on__gte=earliest_today(timezone.now()))
    rows: models.QuerySet[Employee] = Employee.objects.filter(last, is_active=True)
    return rows


def grants_on(on: dt.date, *roles: Role) -> models.QuerySet[RoleGrant]:
    """Return who holds one of the roles on a date, of the open company scope.

    One that ended with an employment is none, as `selectors.memberships` has it.
    """
    ends = models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on)
    held: models.QuerySet[RoleGrant] = RoleGrant.objects.filter(
        ends, role__in=roles, starts_on__lte=on
    )
    of_user = models.OuterRef("user")
    lasted = models.Q(left_on__isnull=True) | models.Q(left_on__gte=models.OuterRef("starts_on"))
    engaged = Employee.objects.filter(lasted, user=of_user)
    works = models.Exists(not_left().filter(user=of_user))
    return held.filter(models.Q(works) | ~models.Q(models.Exists(engaged)))


class OperatorGrant(models.Model):
    """The right to run the platform; it opens no company's personal data."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="operator_grants")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")

    def __str__(self) -> str:
        return str(self.user)
