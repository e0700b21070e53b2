"""Names of states and settings of leave; the only Django that its rules may see."""

from __future__ import annotations

from enum import nonmember

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# How the reason of a line begins that takes a credit back by hand; HR's own words follow.
UNDONE = "undone: "


class Unit(TextChoices):
    """What a leave type is measured and asked in."""

    DAY = "day", _("Whole days")
    HALF_DAY = "half_day", _("Days and halves")
    HOUR = "hour", _("Hours")


class CountsDaysOff(TextChoices):
    """Whether days off inside leave are charged; a sandwich charges those between leave days."""

    NO = "no", _("No")
    YES = "yes", _("Yes")
    SANDWICH = "sandwich", _("Only between two days of leave")


class Taken(TextChoices):
    """Which part of its first or last date a request takes; a half is whichever one is free."""

    FULL = "full", _("The whole day")
    AM = "am", _("The first half")
    PM = "pm", _("The second half")
    HALF = "half", _("Half a day")


class EntryKind(TextChoices):
    """What a line of the books is."""

    GRANT = "grant", _("Granted")
    ACCRUAL = "accrual", _("Accrued")
    TAKEN = "taken", _("Taken")
    RETURNED = "returned", _("Given back")
    CARRIED = "carried", _("Carried over")
    LAPSED = "lapsed", _("Lapsed")
    ENCASHED = "encashed", _("Paid out")
    COMP_OFF = "comp_off", _("Earned by work on a day off")
    ADJUSTMENT = "adjustment", _("Adjusted")


class SheetKind(TextChoices):
    """What a file of HR brings into the books."""

    OPENING = "opening", _("Opening balances")
    GRANT = "grant", _("Grants")
    ADJUSTMENT = "adjustment", _("Adjustments")


class Frequency(TextChoices):
    """How often a plan credits."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    TWICE_MONTHLY = "twice_monthly", _("Twice a month")
    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every quarter")
    TWICE_YEARLY = "twice_yearly", _("Twice a year")
    YEARLY = "yearly", _("Every year")
    HOUR_WORKED = "hour_worked", _("For every hour worked")
    HOUR_SCHEDULED = "hour_scheduled", _("For every scheduled hour")
    DAY_WORKED = "day_worked", _("For every day worked")


class Carry(TextChoices):
    """What becomes of the rest on a carry date."""

    ALL = "all", _("Everything moves on")
    NONE = "none", _("Nothing moves on")
    UP_TO = "up_to", _("At most so much moves on")


class Moment(TextChoices):
    """Whether a period credits on the boundary that opens it, or on the one that closes it."""

    START = "start", _("When it begins")
    END = "end", _("When it is over")


class First(TextChoices):
    """What the first period credits."""

    BY_DAYS = "by_days", _("By the days that earn")
    IN_FULL = "in_full", _("All of it")
    JOINING_MONTH = "joining_month", _("The month of joining in full")


class Switch(TextChoices):
    """When a milestone takes effect."""

    AT_ONCE = "at_once", _("On its day")
    NEXT_PERIOD = "next_period", _("With the next period")


class CarryOn(TextChoices):
    """On which day of the year a plan cuts the rest."""

    NEVER = "never", _("Never")
    DATE = "date", _("On a date")
    ANNIVERSARY = "anniversary", _("On the day of joining")


class RequestState(TextChoices):
    """Where a request stands; the groups say what rules and pages ask for."""

    PENDING = "pending", _("Waits")
    ASKED_BACK = "asked_back", _("Asked back")
    APPROVED = "approved", _("Approved")
    CANCEL_ASKED = "cancel_asked", _("To be cancelled")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")
    CANCELLED = "cancelled", _("Cancelled")
    CHANGED = "changed", _("Changed")

    live = nonmember(("pending", "asked_back", "approved", "cancel_asked"))
    reserving = nonmember(("pending", "asked_back"))
    granted = nonmember(("approved", "cancel_asked"))
    waiting = nonmember(("pending", "cancel_asked"))


class StepKind(TextChoices):
    """What happened to a request."""

    SUBMITTED = "submitted", _("Asked for")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    ASKED_BACK = "asked_back", _("Asked back")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("Taken back")
    CANCEL_ASKED = "cancel_asked", _("Asked to be cancelled")
    CANCEL_REFUSED = "cancel_refused", _("Stays")
    CANCELLED = "cancelled", _("Cancelled")
    CHANGED = "changed", _("Changed")
    RECOUNTED = "recounted", _("Counted anew")
    TAKEN_BACK = "taken_back", _("Decision taken back")
    REMINDED = "reminded", _("Reminded")
    PASSED_ON = "passed_on", _("Passed on, because nobody decided")


class Decider(TextChoices):
    """Who decides at one place of the chain; of several for one place, any."""

    MANAGER = "manager", _("Whoever answers for the person")
    HR = "hr", _("HR")
    PERSON = "person", _("A named person")


class GoesTo(TextChoices):
    """Where a request goes that nobody decides."""

    ABOVE = "above", _("Whoever the manager answers to, then HR")
    HR = "hr", _("HR")


class ClaimOutcome(TextChoices):
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class FeedKind(TextChoices):
    """Whose leave a calendar feed holds."""

    OWN = "own", _("My leave")
    TEAM = "team", _("Leave of my team")
