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


class LivenessState(TextChoices):
    """What is known of the head turn that was asked for."""

    NOT_ASKED = "not_asked", _("Not asked for")
    ASKED = "asked", _("Asked for")
    PASSED = "passed", _("Seen")
    FAILED = "failed", _("Not seen")
    NOT_DONE = "not_done", _("Not made")

    missing = nonmember(("failed", "not_done"))


class Turn(TextChoices):
    """Where a head is to turn, as the person says it: their own left or right."""

    LEFT = "left", _("left")
    RIGHT = "right", _("right")


class TurnState(TextChoices):
    """What became of one question for a head turn."""

    ASKED = "asked", _("Asked")
    PASSED = "passed", _("Seen")
    ENDED = "ended", _("Ended")


class FrameKind(TextChoices):
    """Which picture of a punch it is: the one it was recorded with, or of the head turned."""

    FRONTAL = "frontal", _("At the check-in")
    TURNED = "turned", _("Head turned")


class EntryKind(TextChoices):
    """What an append-only `PunchEntry` adds to a punch."""

    ENTERED = "entered", _("Entered by hand")
    VERIFIED = "verified", _("Evidence weighed")
    DECIDED = "decided", _("Decided")
    VOIDED = "voided", _("Voided")
    REOPENED = "reopened", _("Decision taken back")
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
    FACE = "face", _("A check-in to look at")
    OVERLAP = "overlap", _("Punches overlap")
    AUTO_CHECK_OUT = "auto_check_out", _("Checked out automatically")


class PeriodState(TextChoices):
    """A month is open, looked through by HR, and locked; it may be locked without a review."""

    OPEN = "open", _("Open")
    REVIEW = "review", _("In review")
    LOCKED = "locked", _("Locked")


class PeriodAsk(TextChoices):
    """What somebody waits for of a month, where the company is large."""

    LOCK = "lock", _("To be locked")
    REOPEN = "reopen", _("To be reopened")


class Unresolved(TextChoices):
    """What may still wait when a month is to be locked, beside the exceptions of its days."""

    FLAGGED = "flagged", _("Check-ins to look at")
    CORRECTIONS = "corrections", _("Corrections asked for")
    OVERTIME = "overtime", _("Extra minutes to decide")
    UNMARKED = "unmarked", _("Days without a verdict")
    LEAVE = "leave", _("Leave requests that wait")


class PayrollSource(TextChoices):
    """What a column of the payroll file holds; `takes_value` says of which of them HR says more."""

    FIXED = "fixed", _("The same text in each row")
    CODE = "code", _("Employee code")
    NAME = "name", _("Name")
    DEPARTMENT = "department", _("Department")
    OFFICE = "office", _("Office")
    MONTH = "month", _("Month, as 2026-03")
    BASE = "base", _("Days of the month that pay is for")
    PAYABLE = "payable", _("Payable days")
    STIPEND_DAYS = "stipend_days", _("Stipend days of an intern")
    STIPEND_AMOUNT = "stipend_amount", _("Stipend of an intern, in money; empty where none is due")
    LOST = "lost", _("Days lost: absent, unpaid leave, without a verdict")
    OUTSIDE = "outside", _("Days not employed")
    PRESENT = "present", _("Days present")
    PAID_LEAVE = "paid_leave", _("Days of paid leave")
    UNPAID_LEAVE = "unpaid_leave", _("Days of unpaid leave")
    OFF = "off", _("Days off")
    ABSENT = "absent", _("Days absent")
    UNMARKED = "unmarked", _("Days without a verdict")
    LEAVE_OF_TYPE = "leave_of_type", _("Days of leave of a type, by its code")
    WORKED_HOURS = "worked_hours", _("Hours worked, as 7.5")
    WORKED_MINUTES = "worked_minutes", _("Minutes worked")
    UNPAID_MINUTES = "unpaid_minutes", _("Minutes of unpaid leave by the hour")
    OVERTIME_HOURS = "overtime_hours", _("Hours of overtime paid out, as 7.5")
    OVERTIME_MINUTES = "overtime_minutes", _("Minutes of overtime paid out")
    OVERTIME_AT_RATE = "overtime_at_rate", _("Minutes of overtime at a rate, in percent")

    @property
    def takes_value(self) -> bool:
        return self in (self.FIXED, self.LEAVE_OF_TYPE, self.OVERTIME_AT_RATE)


class EnrolmentState(TextChoices):
    CAPTURING = "capturing", _("Being captured")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


class UploadState(TextChoices):
    """What became of a photo that somebody sends for their enrolment."""

    WAITING = "waiting", _("Not here yet")
    KEPT = "kept", _("Taken")
    REFUSED = "refused", _("Not taken")


class CorrectionKind(TextChoices):
    """What a person asks to be corrected."""

    MISSING_OUT = "missing_out", _("Check-out is missing")
    PUNCHES = "punches", _("The times are wrong")
    ON_DUTY = "on_duty", _("On duty elsewhere")
    WORK_FROM_HOME = "work_from_home", _("Work from home")


class CorrectionOutcome(TextChoices):
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


class ErasureReason(TextChoices):
    """Why face data was deleted before its date."""

    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    LEFT = "left", _("No longer employed")
    ASKED = "asked", _("Deleted by HR")


class OvertimeOutcome(TextChoices):
    """What somebody said of the extra and missing minutes of a day."""

    APPROVED = "approved", _("Approved")
    SET = "set", _("Another figure")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back")


class OvertimeState(TextChoices):
    """What becomes of the extra and missing minutes of a day."""

    WAITING = "waiting", _("Waits for the manager")
    COUNTED = "counted", _("Counts")
    APPROVED = "approved", _("Approved")
    SET = "set", _("Another figure counts")
    REFUSED = "refused", _("Refused")

    counting = nonmember(("counted", "approved", "set"))


class CertificateState(TextChoices):
    """Whether a certificate holds."""

    VALID = "valid", _("Valid")
    REPLACED = "replaced", _("Replaced")
    REVOKED = "revoked", _("Revoked")
