"""Choices that belong to companies: people, places, patterns, and what leaves the house."""

from enum import nonmember

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


class SecondFactor(TextChoices):
    """Of whom a company asks a second step when they sign in."""

    NOBODY = "nobody", _("Nobody: who wants one has it")
    HR = "hr", _("HR and company admins")
    ROLES = "roles", _("Everybody with a role")
    EVERYBODY = "everybody", _("Everybody")


class EmailChangeState(TextChoices):
    ASKED = "asked", _("Asked for")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped by its owner")


class ResetState(TextChoices):
    """What became of a reset of somebody's sign-in."""

    ASKED = "asked", _("Waits for a second person")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Ran out")


class ActorKind(TextChoices):
    PERSON = "person", _("Person")
    KEY = "key", _("API key")
    DEVICE = "device", _("Device")
    JOB = "job", _("Job")
    PLATFORM = "platform", _("Platform operator")


class RequestOutcome(TextChoices):
    """What became of something that was asked for."""

    WAITING = "", _("Waits")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class JoinState(TextChoices):
    """Where the wish of a company to join stands."""

    ASKED = "asked", _("Address not confirmed")
    WAITING = "waiting", _("Waits for a decision")
    ASKED_BACK = "asked_back", _("Waits for an answer")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class CompanySize(TextChoices):
    """About how many people work at a company that asks to join."""

    UP_TO_10 = "10", _("Up to 10")
    UP_TO_50 = "50", _("11 to 50")
    UP_TO_200 = "200", _("51 to 200")
    UP_TO_1000 = "1000", _("201 to 1000")
    MORE = "more", _("More than 1000")


class LookKind(TextChoices):
    """What somebody looked at of another person."""

    PHOTO = "photo", _("Picture")
    EVIDENCE = "evidence", _("Face check")
    FILE = "file", _("File of a request")
    REPORT = "report", _("In a report that was downloaded")


class ExportState(TextChoices):
    """How a report in the background stands."""

    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Given up")


class HoursMode(TextChoices):
    SUM_OF_PAIRS = "sum_of_pairs", _("Sum of all pairs")
    FIRST_IN_LAST_OUT = "first_in_last_out", _("First in to last out")


class Pairing(TextChoices):
    BY_DIRECTION = "by_direction", _("By in and out")
    ALTERNATING = "alternating", _("Alternating")


class OvertimeBasis(TextChoices):
    """Which minutes a rule of an overtime policy takes: so many, or those at such a time."""

    DAY = "day", _("Worked beyond the day's minutes")
    WEEK = "week", _("Worked beyond the week's minutes")
    OUTSIDE_SCHEDULE = "outside_schedule", _("Outside the schedule")
    DAYS_OFF = "days_off", _("On days off and holidays")
    CLOCK = "clock", _("Between two times of day")


class OvertimeDays(TextChoices):
    """On which days a rule between two times of day counts."""

    WORKING = "working", _("Working days")
    OFF = "off", _("Days off and holidays")
    ALL = "all", _("All days")


class Compensation(TextChoices):
    PAID = "paid", _("Paid")
    BANKED = "banked", _("Banked as time off")


class ToleranceScope(TextChoices):
    DAY = "day", _("For the whole day")
    EDGE = "edge", _("For the start and the end of the day, each by itself")


class OvertimeDating(TextChoices):
    """On which date extra minutes count."""

    ATTENDANCE_DATE = "attendance_date", _("The date on which the shift starts")
    MIDNIGHT = "midnight", _("The date on the calendar: split at midnight")


class OvertimeApproval(TextChoices):
    NONE = "none", _("Counts by itself")
    MANAGER = "manager", _("Counts once the manager approved it")


class PayableBasis(TextChoices):
    """Of which days a month of pay consists."""

    CALENDAR = "calendar", _("All days of the month")
    WORKING_DAYS = "working_days", _("The working days of the month")


class StipendBasis(TextChoices):
    """Of which days an intern's stipend consists."""

    PRESENT = "present", _("Days present")
    PRESENT_AND_LEAVE = "present_and_leave", _("Days present and days of paid leave")
    PAYABLE = "payable", _("Payable days")


class StipendPer(TextChoices):
    """What an amount of an internship is paid for."""

    NONE = "none", _("None")
    DAY = "day", _("Per stipend day")
    MONTH = "month", _("Per month")


class InternshipStep(TextChoices):
    """What may be decided of an internship."""

    EXTENDED = "extended", _("Extended")
    SHORTENED = "shortened", _("Ends early")
    MENTOR = "mentor", _("Another mentor")
    COMPLETED = "completed", _("Completed")
    VOID = "void", _("Taken back")


class InternshipState(TextChoices):
    """How an internship stands today."""

    TO_COME = "to_come", _("To come")
    RUNNING = "running", _("Running")
    ENDS_SOON = "ends_soon", _("Ends soon")
    OVER = "over", _("Over, to be completed")
    COMPLETED = "completed", _("Completed")
    VOID = "void", _("Taken back")

    closed = nonmember(("completed", "void"))


class OpeningState(TextChoices):
    """Whether people may read of an opening; its dates say on which days."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")


class QuestionKind(TextChoices):
    """What a screening question is answered by."""

    TEXT = "text", _("Text")
    CHOICE = "choice", _("One of several")
    NUMBER = "number", _("Number")
    FILE = "file", _("File")


class ApplicationStage(TextChoices):
    """Where an application stands; `moves` says where it may go from there."""

    ASKED = "asked", _("Address not confirmed")
    NEW = "new", _("Received")
    REVIEW = "review", _("In review")
    INTERVIEW = "interview", _("Interview")
    OFFER = "offer", _("Offer")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    undecided = nonmember(("new", "review", "interview", "offer"))
    decided = nonmember(("accepted", "rejected"))
    # Nothing goes back to new; a refusal by mistake is taken up again; who withdrew is forgotten.
    moves = nonmember({
        "asked": frozenset({"new"}),
        "new": frozenset({"review", "interview", "offer", "accepted", "rejected", "withdrawn"}),
        "review": frozenset({"interview", "offer", "accepted", "rejected", "withdrawn"}),
        "interview": frozenset({"review", "offer", "accepted", "rejected", "withdrawn"}),
        "offer": frozenset({"review", "interview", "accepted", "rejected", "withdrawn"}),
        "accepted": frozenset({"review", "rejected", "withdrawn"}),
        "rejected": frozenset({"review", "withdrawn"}),
        "withdrawn": frozenset(),
    })  # fmt: skip


class ApplicationStep(TextChoices):
    """What happened to an application."""

    RECEIVED = "received", _("Received")
    MOVED = "moved", _("Moved")
    ASKED = "asked", _("Asked")
    ANSWERED = "answered", _("Answered")


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


class OnFailure(TextChoices):
    """What becomes of a check-in whose evidence is not good enough."""

    FLAG = "flag", _("It counts, and somebody looks at it")
    REFUSE = "refuse", _("It does not count; the person tries again")


class LivenessPolicy(TextChoices):
    """Whether a head turn is asked for, and what becomes of a check-in without one."""

    OFF = "off", _("No head turn is asked for")
    FLAG = "flag", _("Asked for; without it somebody looks at the check-in")
    REFUSE = "refuse", _("Asked for; without it the check-in does not count")


class Channel(TextChoices):
    MAIL = "mail", _("Mail")
    JOURNAL = "journal", _("Punch journal")
    SNS = "sns", _("Announcement")
    SLACK = "slack", _("Slack")


class SlackKind(TextChoices):
    """What Slack sends of somebody."""

    COMMAND = "command", _("Command")
    BUTTON = "button", _("Button")
    FORM = "form", _("Form")
    EVENT = "event", _("Event")


class SlackEnd(TextChoices):
    """Why a workspace is not connected any more."""

    NONE = "", _("Connected")
    BY_HAND = "by_hand", _("HR disconnected it")
    UNINSTALLED = "uninstalled", _("The app was removed in Slack")
    REVOKED = "revoked", _("Slack no longer accepts its token")


class OutboxState(TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")


class MailProblem(TextChoices):
    """Why Muster sends no more mail to an address."""

    BOUNCED = "bounced", _("It takes no mail")
    COMPLAINED = "complained", _("Its reader called a mail unwanted")


class InvitationChannel(TextChoices):
    MAIL = "mail", _("By mail")
    PRINT = "print", _("Printed")


class InvitationState(TextChoices):
    """How an invitation stands; an open one that ran out is not written down as such."""

    OPEN = "open", _("Invited")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Run out")
    VOID = "void", _("Replaced by a later one")
    TAKEN_BACK = "taken_back", _("Taken back")
