"""Errors of attendance."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from companies.errors import MusterError


class PassExpired(MusterError):
    code = "pass_expired"
    sentence = _("This page has been open for a long time. Reload it and try again.")
    status = 401


class PassInvalid(MusterError):
    code = "pass_invalid"
    sentence = _("This page is out of date. Reload it and try again.")
    status = 401


class PunchMalformed(MusterError):
    code = "punch_malformed"
    sentence = _("We could not read this check-in. Reload the page and try again.")


class PunchTooLarge(MusterError):
    code = "punch_too_large"
    sentence = _("The picture is too large. Reload the page and try again.")
    status = 413


class NotRecorded(MusterError):
    code = "not_recorded"
    sentence = _("This was NOT recorded: our records cannot be reached. Try again in a moment.")
    status = 503


class StillParked(MusterError):
    code = "still_parked"
    sentence = _("The check-in could not be brought into the records: %(error)s.")
    status = 409


class PunchNotFound(MusterError):
    code = "punch_not_found"
    sentence = _("There is no such check-in.")
    status = 404


class TurnNotFound(MusterError):
    code = "turn_not_found"
    sentence = _("Nobody asked for this head turn. Reload the page and check in again.")
    status = 404


class TurnsUsed(MusterError):
    code = "turns_used"
    sentence = _("This check-in is not waiting for a head turn any more.")
    status = 409


class SessionImpossible(MusterError):
    code = "session_impossible"
    sentence = _("This check is not possible now. Turn your head instead, or go on without.")
    status = 409


class PinWrong(MusterError):
    code = "pin_wrong"
    sentence = _("That is not your PIN. What you recorded stays; type it once more.")
    status = 422


class PinTooLate(MusterError):
    code = "pin_too_late"
    sentence = _(
        "The PIN counts within 15 minutes. What you recorded stays, and your manager or HR looks "
        "at it."
    )
    status = 409


class PinNotNeeded(MusterError):
    code = "pin_not_needed"
    sentence = _("This needs no PIN: it has a picture, or was decided already.")
    status = 409


class OwnPunch(MusterError):
    code = "own_punch"
    sentence = _("Somebody else decides about your own check-ins.")
    status = 403


class AlreadyDecided(MusterError):
    code = "already_decided"
    sentence = _("This check-in was already decided. Reload the page to see how.")
    status = 409


class NothingToTakeBack(MusterError):
    code = "nothing_to_take_back"
    sentence = _("Only a decision of your own can be taken back, within %(minutes)s minutes.")
    status = 409


class PeriodLocked(MusterError):
    code = "period_locked"
    sentence = _("%(month)s is locked. HR can reopen it with a reason.")
    status = 409


class PeriodUnresolved(MusterError):
    code = "period_unresolved"
    sentence = _("In %(month)s something is unresolved. Clear it up, or say why it is locked.")
    status = 409


class PeriodInReview(MusterError):
    code = "period_in_review"
    sentence = _("%(month)s is in review already.")
    status = 409


class PeriodNotBegun(MusterError):
    code = "period_not_begun"
    sentence = _("%(month)s has not begun.")
    status = 409


class PeriodNotLocked(MusterError):
    code = "period_not_locked"
    sentence = _("%(month)s is not locked.")
    status = 409


class PeriodNotLast(MusterError):
    code = "period_not_last"
    sentence = _(
        "A later month is locked, so only a company admin can reopen %(month)s. Ask one, or reopen "
        "the last locked month."
    )
    status = 403


class PeriodBusy(MusterError):
    code = "period_busy"
    sentence = _("Somebody has asked for %(month)s already. Its page says when it is done.")
    status = 409


class PeriodGivenUp(MusterError):
    code = "period_given_up"
    sentence = _(
        "%(month)s could not be brought to its end, several times. Nothing of it has changed. Try "
        "again, and tell whoever runs Muster if it stays so."
    )
    status = 503


class PeriodHasOpenDays(MusterError):
    code = "period_has_open_days"
    sentence = _("%(month)s is not over: %(count)s days are still open.")
    status = 409


class PeriodNotOver(PeriodHasOpenDays):
    """No day of anybody waits, or none was looked at: the month itself goes on."""

    code = "period_not_over"
    sentence = _("%(month)s is not over. Lock it after its last day.")


class DifferenceChanged(MusterError):
    code = "difference_changed"
    sentence = _("Something has changed since you looked. Look at the difference again.")
    status = 409


class NothingToRecompute(MusterError):
    code = "nothing_to_recompute"
    sentence = _("Nothing would change: these days stand as they would be judged today.")
    status = 409


class OwnDay(MusterError):
    code = "own_day"
    sentence = _("Somebody else decides about your own days.")
    status = 403


class DayNotOver(MusterError):
    code = "day_not_over"
    sentence = _("%(date)s has not come yet. A day is set by hand once it is here.")
    status = 409


class NotInTeamThen(MusterError):
    code = "not_in_team_then"
    sentence = _("%(name)s was not in your team on %(date)s. HR can add it.")
    status = 409


class DayNotEmployed(MusterError):
    code = "day_not_employed"
    sentence = _("%(name)s does not work here on %(date)s.")
    status = 409


class DayNotByHand(MusterError):
    code = "day_not_by_hand"
    sentence = _("This day is not set by hand any more. Reload the page.")
    status = 409


class AssignmentOverlaps(MusterError):
    code = "assignment_overlaps"
    sentence = _("This overlaps with %(shift)s from %(starts_on)s to %(ends_on)s.")
    status = 409


class ConsentMissing(MusterError):
    code = "consent_missing"
    sentence = _("Please read and answer the consent text first.")
    status = 409


class EnrolmentMissing(MusterError):
    code = "enrolment_missing"
    sentence = _("Start the capture again: there is no open one.")
    status = 409


class EnrolmentIncomplete(MusterError):
    code = "enrolment_incomplete"
    sentence = _("%(missing)s more pictures are needed.")
    status = 409


class EnrolmentImpossible(MusterError):
    code = "enrolment_impossible"
    sentence = _("The face check is not available here. Check in without a picture for now.")
    status = 503


class UploadNotReadable(MusterError):
    code = "upload_not_readable"
    sentence = _(
        "Photos of this kind (HEIC) cannot be read here. Let the phone make a JPEG: in its camera "
        "settings, choose “Most compatible”, or send a screenshot of the photo."
    )
    status = 415


class UploadNotAPhoto(MusterError):
    code = "upload_not_a_photo"
    sentence = _("Send a photo as JPEG, PNG or WebP.")
    status = 415


class UploadTooLarge(MusterError):
    code = "upload_too_large"
    sentence = _("A photo may have at most %(megabytes)s MB. Choose a smaller one.")
    status = 413


class UploadNotHere(MusterError):
    code = "upload_not_here"
    sentence = _("This photo goes elsewhere, or was sent before. Choose it again.")
    status = 409


class NothingMissing(MusterError):
    code = "nothing_missing"
    sentence = _("No check-out is missing on this day. Reload the page to see it.")
    status = 409


class AskedAlready(MusterError):
    code = "asked_already"
    sentence = _("You have told your manager about this day already. Take that back first.")
    status = 409


class TimeUnreadable(MusterError):
    code = "time_unreadable"
    sentence = _("Please write the time when you left, such as 17:30.")


class TimeInFuture(MusterError):
    code = "time_in_future"
    sentence = _("%(time)s is still to come. When did you leave?")


class OutBeforeIn(MusterError):
    code = "out_before_in"
    sentence = _("You checked in at %(time)s. The check-out must come after it.")


class OutTooLate(MusterError):
    code = "out_too_late"
    sentence = _("That is more than %(hours)s hours after your check-in at %(time)s.")


class OutOverlaps(MusterError):
    code = "out_overlaps"
    sentence = _("You checked in or out again at %(time)s. The check-out must come before that.")
    status = 409


class AttachmentTooLarge(MusterError):
    code = "attachment_too_large"
    sentence = _("The file is larger than %(megabytes)s MB. Send a smaller one, or a photo of it.")
    status = 413


class AttachmentUnknown(MusterError):
    code = "attachment_unknown"
    sentence = _("This file cannot be opened here. Send a PDF, a JPEG or a PNG.")


class AttachmentDamaged(MusterError):
    code = "attachment_damaged"
    sentence = _("This file is damaged or not whole. Save it again, or take a photo of the paper.")


class AttachmentNotKept(MusterError):
    code = "attachment_not_kept"
    sentence = _("The file could not be kept just now. Nothing was sent; try again in a moment.")
    status = 503


class OwnRequest(MusterError):
    code = "own_request"
    sentence = _("Somebody else decides about your own requests.")
    status = 403


class RequestDecided(MusterError):
    code = "request_decided"
    sentence = _("This request was already decided. Reload the page to see how.")
    status = 409


class OwnOvertime(MusterError):
    code = "own_overtime"
    sentence = _("Somebody else decides about your own extra minutes.")
    status = 403


class OvertimeDecided(MusterError):
    code = "overtime_decided"
    sentence = _("This was decided so already. Reload the page to see by whom.")
    status = 409


class OvertimeNothing(MusterError):
    code = "overtime_nothing"
    sentence = _("Nothing is extra or missing on this date, so there is nothing to decide.")
    status = 409


class OvertimeTooMuch(MusterError):
    code = "overtime_too_much"
    sentence = _("A day has no more than %(hours)s hours. Enter fewer minutes.")


class MinutesUnreadable(MusterError):
    code = "minutes_unreadable"
    sentence = _("Write the time like 1:20, or as minutes: 80.")


class OwnEntry(MusterError):
    code = "own_entry"
    sentence = _("Somebody else enters your own check-ins.")
    status = 403


class NothingEntered(MusterError):
    code = "nothing_entered"
    sentence = _("Enter a time.")


class EntryInFuture(MusterError):
    code = "entry_in_future"
    sentence = _("%(time)s is still to come.")


class OutNotAfterIn(MusterError):
    code = "out_not_after_in"
    sentence = _("The check-out at %(time)s is not after the check-in at %(other)s.")
    status = 409


class OverlapsPair(MusterError):
    code = "overlaps_pair"
    sentence = _("What begins or ends at %(time)s overlaps with %(other)s.")
    status = 409


class InInsidePair(MusterError):
    code = "in_inside_pair"
    sentence = _("The check-in at %(time)s lies inside %(other)s.")
    status = 409


class SecondOpen(MusterError):
    code = "second_open"
    sentence = _(
        "With the check-in at %(time)s two would have no check-out: the one at %(other)s has none "
        "either. Enter that check-out first."
    )
    status = 409


class PairTooLong(MusterError):
    code = "pair_too_long"
    sentence = _(
        "From %(other)s to %(time)s is longer than the %(hours)s hours that somebody may be there."
    )
    status = 409


# What `rules.byhand` finds, by its code.
CLASHES: dict[str, type[MusterError]] = {
    error.code: error
    for error in (OutNotAfterIn, OverlapsPair, InInsidePair, SecondOpen, PairTooLong)
}


class NoSuchTime(MusterError):
    code = "no_such_time"
    sentence = _("The clocks went past %(time)s that day: there was no such time.")


class HolidayNotOffered(MusterError):
    code = "holiday_not_offered"
    sentence = _("This is no optional holiday where you work.")


class HolidayOver(MusterError):
    code = "holiday_over"
    sentence = _("Optional holidays are picked, or given back, before their date. Ask HR.")


class HolidayQuotaUsed(MusterError):
    code = "holiday_quota_used"
    sentence = _("All optional holidays of %(year)s are picked. Give another one back first.")


class MarkReversed(MusterError):
    code = "mark_reversed"
    sentence = _("These hours end before they start.")


class CertificateNotYet(MusterError):
    code = "certificate_not_yet"
    sentence = _("Complete the internship first, then issue its certificate.")
    status = 409


class CertificatePersonOff(MusterError):
    code = "certificate_person_off"
    sentence = _(
        "%(name)s is switched off, so that none of their days counts. Make them active first; a "
        "last day keeps them out."
    )
    status = 409


class CertificateUnchanged(MusterError):
    code = "certificate_unchanged"
    sentence = _("The certificate says all this already, and holds. Nothing was issued.")
    status = 409
