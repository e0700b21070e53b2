"""Choices of attendance, and the groups of them that rules and pages ask for."""

from enum import nonmember

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Direction(TextChoices):
    """What a punch opens or closes; some devices cannot say (UNKNOWN)."""

    IN = "in", _("Check in")
    OUT = "out", _("Check out")
    BREAK_START = "break_start", _("Break starts")
    BREAK_END = "break_end", _("Break ends")
    UNKNOWN = "unknown", _("Not said")


class Source(TextChoices):
    """The door a punch came through."""

    WEB = "web", _("Web")
    KIOSK = "kiosk", _("Kiosk")
    SLACK = "slack", _("Slack")
    API = "api", _("API")
    DEVICE = "device", _("Device")
    IMPORT = "import", _("Import")
    ATTEST = "attest", _("Attested")
    HR = "hr", _("HR")
    REGULARISATION = "regularisation", _("Correction")
    AUTO = "auto", _("Automatic")


class FaceState(TextChoices):
    """What is known of the face behind a punch."""

    PENDING = "pending", _("Being checked")
    VERIFIED = "verified", _("Face verified")
    REVIEW = "review", _("To be looked at")
    MISMATCH = "mismatch", _("Another face")
    UNVERIFIABLE = "unverifiable", _("Could not be checked")
    NOT_CHECKED = "not_checked", _("Not checked")

    for_a_human = nonmember(("review", "mismatch", "unverifiable"))


class EntryKind(TextChoices):
    """What an append-only `PunchEntry` adds to a punch."""

    ENTERED = "entered", _("Entered by hand")
    VERIFIED = "verified", _("Evidence weighed")
    DECIDED = "decided", _("Decided")
    VOIDED = "voided", _("Voided")
    ATTRIBUTED = "attributed", _("Put on a day")
    FRAME_MISSING = "frame_missing", _("Picture missing")


class DayStatus(TextChoices):
    PRESENT = "P", _("Present")
    HALF_DAY = "HD", _("Half day")
    ABSENT = "A", _("Absent")
    ON_LEAVE = "L", _("On leave")
    WEEKLY_OFF = "WO", _("Weekly off")
    HOLIDAY = "H", _("Holiday")
    ON_DUTY = "OD", _("On duty")
    WORK_FROM_HOME = "WFH", _("Work from home")
    INCOMPLETE = "INC", _("Incomplete")
    UNMARKED = "UN", _("Unmarked")

    present = nonmember(("P", "HD", "OD", "WFH"))
    off = nonmember(("WO", "H"))


class MarkKind(TextChoices):
    LEAVE = "leave", _("Leave")
    ON_DUTY = "on_duty", _("On duty")
    WORK_FROM_HOME = "work_from_home", _("Work from home")


class Portion(TextChoices):
    FULL = "full", _("Whole day")
    AM = "am", _("First half")
    PM = "pm", _("Second half")
    HOURS = "hours", _("Some hours")


class ManualAction(TextChoices):
    """What HR says of a day by hand."""

    SET = "set", _("Set by hand")
    SKIPPED = "skipped", _("Skipped")
    RELEASED = "released", _("Left to the rules")


class DayException(TextChoices):
    """Why a day needs a human."""

    MISSING_IN = "missing_in", _("Check-in is missing")
    MISSING_OUT = "missing_out", _("Check-out is missing")
    OUTSIDE_SHIFT = "outside_shift", _("Punch outside any shift")
    ODD_PUNCHES = "odd_punches", _("Odd number of punches")
    WORKED_ON_LEAVE = "worked_on_leave", _("Punch on a leave day")
    FACE = "face", _("A check-in for HR to look at")
    OVERLAP = "overlap", _("Punches overlap")
    AUTO_CHECK_OUT = "auto_check_out", _("Checked out automatically")


class PeriodState(TextChoices):
    OPEN = "open", _("Open")
    LOCKED = "locked", _("Locked")


class EnrolmentState(TextChoices):
    CAPTURING = "capturing", _("Being captured")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


class CorrectionKind(TextChoices):
    """What a person asks to be corrected."""

    MISSING_OUT = "missing_out", _("Check-out is missing")


class CorrectionOutcome(TextChoices):
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")
