"""Choices that belong to companies: people, places, patterns, and what leaves the house."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EmploymentType(TextChoices):
    EMPLOYEE = "employee", _("Employee")
    INTERN = "intern", _("Intern")
    CONTRACTOR = "contractor", _("Contractor")


class Role(TextChoices):
    """What a `RoleGrant` gives; being an employee needs no grant."""

    MANAGER = "manager", _("Manager")
    HR = "hr", _("HR")
    COMPANY_ADMIN = "company_admin", _("Company admin")
    AUDITOR = "auditor", _("Auditor")


class ActorKind(TextChoices):
    PERSON = "person", _("Person")
    KEY = "key", _("API key")
    DEVICE = "device", _("Device")
    JOB = "job", _("Job")
    PLATFORM = "platform", _("Platform operator")


class HoursMode(TextChoices):
    SUM_OF_PAIRS = "sum_of_pairs", _("Sum of all pairs")
    FIRST_IN_LAST_OUT = "first_in_last_out", _("First in to last out")


class Pairing(TextChoices):
    BY_DIRECTION = "by_direction", _("By in and out")
    ALTERNATING = "alternating", _("Alternating")


class AutoCheckOut(TextChoices):
    """When an in that stands open once the window has closed counts as closed."""

    NONE = "none", _("Never: the day stays incomplete")
    AFTER_END = "after_end", _("So many minutes after the end of the shift")
    AT_TIME = "at_time", _("At a time of day")


class RoundingMode(TextChoices):
    NONE = "none", _("No rounding")
    FLOOR = "floor", _("Down")
    CEIL = "ceil", _("Up")
    NEAREST = "nearest", _("To the nearest")


class CalendarKind(TextChoices):
    """What a dated row of the work calendar says of its date."""

    HOLIDAY = "holiday", _("Public holiday")
    COMPANY_DAY = "company_day", _("Company day off")
    HALF_HOLIDAY_PM = "half_holiday_pm", _("Half holiday, afternoon off")
    HALF_HOLIDAY_AM = "half_holiday_am", _("Half holiday, morning off")
    WORKING_DAY = "working_day", _("Extra working day")
    OPTIONAL_HOLIDAY = "optional_holiday", _("Optional holiday, for who picks it")


class Channel(TextChoices):
    MAIL = "mail", _("Mail")


class OutboxState(TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
