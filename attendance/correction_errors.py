"""Errors of corrections: why something may not be asked for, carried out, or taken back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.errors import AskedAlready, DayNotEmployed
from companies.errors import MusterError


class CorrectionRangeReversed(MusterError):
    code = "correction_range_reversed"
    sentence = _("The last day is before the first.")


class CorrectionNotOffered(MusterError):
    code = "correction_not_offered"
    sentence = _("Your company does not take this here. Ask HR.")
    status = 403


class CorrectionOneDay(MusterError):
    code = "correction_one_day"
    sentence = _("Times are corrected day by day. Leave the last day empty.")


class CorrectionTooLong(MusterError):
    code = "correction_too_long"
    sentence = _("Ask for %(days)s days at once at most.")


class CorrectionNotYet(MusterError):
    code = "correction_not_yet"
    sentence = _("%(date)s has not come yet. A day is corrected once it is here.")
    status = 409


class CorrectionTooFarBack(MusterError):
    code = "correction_too_far_back"
    sentence = _("Corrections reach %(days)s days back. Ask HR about an earlier day.")
    status = 409


class CorrectionTooMany(MusterError):
    code = "correction_too_many"
    sentence = _("You have asked for %(count)s corrections of this month, which is all. Ask HR.")
    status = 409


class CorrectionOnLeave(MusterError):
    code = "correction_on_leave"
    sentence = _("%(date)s is a day of leave. Take the leave back first, if it was none.")
    status = 409


class CorrectionDayOff(MusterError):
    code = "correction_day_off"
    sentence = _("%(date)s is a day off. Tick that days off are meant too.")
    status = 409


class CorrectionCovered(MusterError):
    code = "correction_covered"
    sentence = _("%(date)s is marked as on duty or work from home already.")
    status = 409


class NoDayLeft(MusterError):
    code = "no_day_left"
    sentence = _(
        "None of these days can be corrected so: they are off, on leave or marked already."
    )
    status = 409


class PunchGone(MusterError):
    code = "punch_gone"
    sentence = _("One of the times to take out counts for this day no more. Look at the day again.")
    status = 409


class DecideFirst(MusterError):
    code = "decide_first"
    sentence = _("A request about these days waits. Approve or refuse it first.")
    status = 409


class NotApproved(MusterError):
    code = "not_approved"
    sentence = _("Only what is approved can be taken back, and only once. Reload the page.")
    status = 409


# What `rules.corrections` refuses, by its code.
CORRECTION_REFUSALS: dict[str, type[MusterError]] = {
    "range_reversed": CorrectionRangeReversed,
    "not_offered": CorrectionNotOffered,
    "one_day": CorrectionOneDay,
    "too_long": CorrectionTooLong,
    "not_yet": CorrectionNotYet,
    "too_far_back": CorrectionTooFarBack,
    "too_many": CorrectionTooMany,
    "asked_already": AskedAlready,
    "not_employed": DayNotEmployed,
    "on_leave": CorrectionOnLeave,
    "day_off": CorrectionDayOff,
    "covered": CorrectionCovered,
    "no_day_left": NoDayLeft,
}
