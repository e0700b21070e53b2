"""Errors of leave."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from companies.errors import MusterError
from leave import wording


class RequestRefused(MusterError):
    """A rule says no: `rule` is its stable code, `leave.wording` has its words."""

    code = "leave_refused"
    sentence = _("%(why)s")
    status = 409

    def __init__(self, *, rule: str, **values: Any) -> None:
        super().__init__(rule=rule, **values)
        self.rule = rule

    def __str__(self) -> str:
        return wording.refusal(self.rule, self.values)


class DatesReversed(MusterError):
    code = "leave_dates_reversed"
    sentence = _("The last day is before the first, or the parts do not fit. Choose other dates.")


class TypeNotOffered(MusterError):
    code = "leave_type_not_offered"
    sentence = _("Nobody may ask for %(name)s any more. Choose another kind of leave.")
    status = 409


class AnswerMissing(MusterError):
    code = "leave_answer_missing"
    sentence = _("Write your answer, or change the request.")


class OwnLeave(MusterError):
    code = "own_leave"
    sentence = _("This is your own request. Somebody else decides it.")
    status = 403


class RequestNotWaiting(MusterError):
    code = "leave_not_waiting"
    sentence = _("This request does not wait any more. Reload the page to see how it stands.")
    status = 409


class NothingOffered(MusterError):
    code = "leave_nothing_offered"
    sentence = _("There is no kind of leave that you may ask for. Ask your HR.")


class NothingToCancel(MusterError):
    code = "leave_nothing_to_cancel"
    sentence = _("Nothing of this leave lies ahead that could be given back.")
    status = 409


class NothingToUndo(MusterError):
    code = "leave_nothing_to_undo"
    sentence = _("A decision is taken back within %(minutes)s minutes, by whoever made it.")
    status = 409


class NoStarter(MusterError):
    code = "leave_no_starter"
    sentence = _("Muster knows no usual leave of this country. Choose another, or add types.")
    status = 404


class UnitChanged(MusterError):
    code = "leave_unit_changed"
    sentence = _("Books kept in days stay so, and books kept in hours too. Add another leave type.")


class ChainUnfit(MusterError):
    code = "leave_chain_unfit"
    sentence = _("A chain begins at place 1 and leaves none out. Number the places anew.")


class PlanUnfit(MusterError):
    code = "leave_plan_unfit"
    sentence = _("These rules do not fit together: %(why)s.")


class PlanOverlaps(MusterError):
    code = "leave_plan_overlaps"
    sentence = _("%(plan)s holds from %(first)s to %(last)s already. End that first.")
    status = 409


class PlanBeforeJoining(MusterError):
    code = "leave_plan_before_joining"
    sentence = _("Nothing is earned before %(date)s, the first day here, or after the last one.")


class AmountUnfit(MusterError):
    code = "leave_amount_unfit"
    sentence = _("Give an amount above zero with four decimal places at most.")


class LeaveUncovered(MusterError):
    code = "leave_uncovered"
    sentence = _("This would leave approved leave without cover, by %(amount)s.")
    status = 409


class BelowLimit(MusterError):
    code = "leave_below_limit"
    sentence = _("The balance would be %(amount)s below what this kind of leave allows.")
    status = 409


class OverMost(MusterError):
    code = "leave_over_most"
    sentence = _("The leave year grants %(most)s at most, with what is carried.")
    status = 409


class NoSuchAllocation(MusterError):
    code = "leave_no_such_allocation"
    sentence = _("There is no such allocation in these books. Reload the page and choose one.")
    status = 404


class NothingToAdjust(MusterError):
    code = "leave_nothing_to_adjust"
    sentence = _("Nothing granted is valid on that date that could be adjusted. Grant it instead.")
    status = 409


class CreditUsed(MusterError):
    code = "leave_credit_used"
    sentence = _(
        "Only %(left)s of this credit is left: the rest was used, carried over or lapsed. Adjust "
        "the balance instead."
    )
    status = 409


class CreditUndone(MusterError):
    code = "leave_credit_undone"
    sentence = _("This line is no credit that could be taken back, or it was taken back already.")
    status = 409


class DueChanged(MusterError):
    code = "leave_due_changed"
    sentence = _("What is due has changed since you looked. Look at it again first.")
    status = 409


class NotDueYet(MusterError):
    code = "leave_not_due_yet"
    sentence = _("Only what is due by %(date)s can be written now. Choose that date or earlier.")
    status = 409


class SheetUnfit(MusterError):
    code = "leave_sheet_unfit"
    sentence = _("%(why)s")


class SheetChanged(MusterError):
    code = "leave_sheet_changed"
    sentence = _("The books have changed since you looked. Look at what the file does again first.")
    status = 409


class SheetHasProblems(MusterError):
    code = "leave_sheet_has_problems"
    sentence = _("Nothing was written: mend what the lines say, then choose the file again.")
    status = 409


class YearClosed(MusterError):
    code = "leave_year_closed"
    sentence = _("The leave year up to %(date)s is closed. HR opens it again first.")
    status = 409


class YearNotOver(MusterError):
    code = "leave_year_not_over"
    sentence = _("This leave year ends on %(date)s. It is closed once that is over.")
    status = 409


class YearChanged(MusterError):
    code = "leave_year_changed"
    sentence = _("The figures have changed since you looked. Look at them again first.")
    status = 409


class PaidTooMuch(MusterError):
    code = "leave_paid_too_much"
    sentence = _("At most %(most)s may be paid out now.")
    status = 409


class NothingEarned(MusterError):
    code = "comp_off_nothing_earned"
    sentence = _("This kind of leave is not earned by work on a day off.")


class DayNotChosen(MusterError):
    code = "comp_off_no_day"
    sentence = _("Choose the day on which you worked.")


class NotADayOff(MusterError):
    code = "comp_off_no_day_off"
    sentence = _("%(date)s is no day off of yours. Work on it is paid as usual.")


class NotWorkedSo(MusterError):
    code = "comp_off_not_worked_so"
    sentence = _("The work of that day is worth %(most)s. Claim that, or less.")
    status = 409


class NotBankedSo(MusterError):
    code = "comp_off_not_banked_so"
    sentence = _("Your approved overtime is worth %(most)s as leave. Claim that, or less.")
    status = 409


class ClaimedAlready(MusterError):
    code = "comp_off_claimed_already"
    sentence = _("The work of that day is claimed already.")
    status = 409


class ClaimDecided(MusterError):
    code = "comp_off_decided"
    sentence = _("This claim was decided already. Reload the page to see how.")
    status = 409
