"""Errors that a person can read: a stable code, values, and the sentence made of both."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class MusterError(Exception):
    """Base of every error that a door shows to its user.

    `code` is stable and meant for programs; `sentence` is translated where it is shown, with
    `values` filled in; `status` is the HTTP status that fits.
    """

    code: ClassVar[str] = "error"
    sentence: ClassVar[str | Promise] = _("This did not work.")
    status: ClassVar[int] = 400

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.sentence) % self.values


class NotAllowed(MusterError):
    code = "not_allowed"
    sentence = _("You may not do this.")
    status = 403


class InvalidTransition(MusterError):
    code = "invalid_transition"
    sentence = _("This was already decided. Reload the page to see how.")
    status = 409


class LogoUnusable(MusterError):
    code = "logo_unusable"
    sentence = _(
        "This is no picture that can be used. Choose a PNG, JPEG or WebP of at most %(megabytes)s "
        "MB, each side at least %(pixels)s pixels."
    )


class AccountClosed(MusterError):
    code = "account_closed"
    sentence = _("This account is closed. Ask your HR to open it again.")
    status = 403


class DomainTaken(MusterError):
    code = "domain_taken"
    sentence = _("Another company has the domain %(domain)s. It must be removed there first.")
    status = 409


class PoolNotInvited(MusterError):
    code = "pool_not_invited"
    sentence = _(
        "Only invited people sign up here. Ask your HR to invite this address, then try again."
    )
    status = 403


class PoolCannotLook(MusterError):
    code = "pool_cannot_look"
    sentence = _("We cannot look up your address just now. Try again in a moment.")
    status = 503


class PoolAddressUnconfirmed(MusterError):
    code = "pool_address_unconfirmed"
    sentence = _(
        "Your address is not confirmed at the sign-in service yet. Confirm it there, then sign in "
        "again."
    )
    status = 403


class PoolNobody(MusterError):
    code = "pool_nobody"
    sentence = _("You are not in any company yet. Ask your HR to invite %(email)s.")
    status = 403


class PoolAccountOther(MusterError):
    code = "pool_account_other"
    sentence = _(
        "Another account of the sign-in service belongs to this address already. Ask your HR to "
        "reset your sign-in."
    )
    status = 409


class ReasonMissing(MusterError):
    code = "reason_missing"
    sentence = _("Please give a reason.")


class WordsMissing(MusterError):
    code = "words_missing"
    sentence = _("Write a few words first.")


class NobodyToAsk(MusterError):
    code = "nobody_to_ask"
    sentence = _("Nobody can be asked about this. Approve or refuse it.")


class TooMany(MusterError):
    code = "too_many"
    sentence = _("Too many attempts. Wait a minute and try again.")
    status = 429


class RequestTooLarge(MusterError):
    code = "request_too_large"
    sentence = _("Muster takes at most %(megabytes)s MB at once. Choose a smaller file.")
    status = 413


class RecordsAway(MusterError):
    code = "records_away"
    sentence = _("Our records cannot be reached just now. Wait a moment and try again.")
    status = 503


class OtherCompany(MusterError):
    code = "other_company"
    sentence = _(
        "You have changed to another company since this page was opened. Nothing was saved. Go "
        "back to the company that you meant, or open the page again here."
    )
    status = 409


class CodeTaken(MusterError):
    code = "code_taken"
    sentence = _("Another company has the code %(code)s. Choose another one.")
    status = 409


class EmailMissing(MusterError):
    code = "email_missing"
    sentence = _("%(name)s has no e-mail address. Write one first, then send the link.")


class EmailTaken(MusterError):
    code = "email_taken"
    sentence = _("Another person of the company signs in with %(email)s.")
    status = 409


class RoleOutOfReach(MusterError):
    code = "role_out_of_reach"
    sentence = _(
        "%(name)s has a role that you may not give to this address. Ask a company admin to end "
        "the role first, then send the link."
    )
    status = 403


class AuditDatesWrong(MusterError):
    code = "audit_dates_wrong"
    sentence = _("The first day is today or later, the last not before it. Choose other dates.")


class AuditTooLong(MusterError):
    code = "audit_too_long"
    sentence = _("An auditor comes within a year and reads for one at most. Choose earlier dates.")


class AuditorWorksHere(MusterError):
    code = "auditor_works_here"
    sentence = _(
        "This is the address of %(name)s, whose employment here is not over by then. Give them "
        "the role directly, under “Roles”."
    )
    status = 409


class AuditsAlready(MusterError):
    code = "audits_already"
    sentence = _(
        "%(name)s audits here until %(last)s already. Change the last day of that role, or choose "
        "other dates."
    )
    status = 409


class OwnRecord(MusterError):
    code = "own_record"
    sentence = _("This is about yourself. Ask another person of HR, or a company admin, to do it.")
    status = 403


class LastDayBeforeFirst(MusterError):
    code = "last_day_before_first"
    sentence = _("%(name)s had not joined by then. Choose a later last day.")


class LastDayTooFar(MusterError):
    code = "last_day_too_far"
    sentence = _("This last day is more than ten years away. Choose an earlier one.")


class LastDayUnchanged(MusterError):
    code = "last_day_unchanged"
    sentence = _("This is the last day of %(name)s already, and nobody is to be handed over.")
    status = 409


class SuccessorUnfit(MusterError):
    code = "successor_unfit"
    sentence = _(
        "%(name)s cannot take over: choose somebody else who works here the day after the last day."
    )


class NobodyToDecideFor(MusterError):
    code = "nobody_to_decide_for"
    sentence = _("You answer for nobody here, so that nobody has to decide in your stead.")
    status = 409


class DelegateUnfit(MusterError):
    code = "delegate_unfit"
    sentence = _("%(name)s cannot stand in: choose somebody else who works here and can sign in.")


class ReaderUnfit(MusterError):
    code = "reader_unfit"
    sentence = _("%(name)s may not see this report. Choose people with a team, HR or auditors.")


class DelegationDatesWrong(MusterError):
    code = "delegation_dates_wrong"
    sentence = _("The last day must not be before the first or over already. Choose other dates.")


class DelegationTooLong(MusterError):
    code = "delegation_too_long"
    sentence = _("A stand-in is for a year at most. Choose an earlier last day.")


class DelegationOverlaps(MusterError):
    code = "delegation_overlaps"
    sentence = _(
        "%(name)s stands in from %(first)s to %(last)s already. End that first, or choose other "
        "dates."
    )
    status = 409


class NotAnIntern(MusterError):
    code = "not_an_intern"
    sentence = _("%(name)s is no intern here. Change the employment type first, then add this.")


class MentorUnfit(MusterError):
    code = "mentor_unfit"
    sentence = _("%(name)s cannot be the mentor: choose somebody else who works here then.")


class MentorUnchanged(MusterError):
    code = "mentor_unchanged"
    sentence = _("%(name)s is the mentor already. Choose somebody else.")


class InternshipDatesWrong(MusterError):
    code = "internship_dates_wrong"
    sentence = _("The last day is before the first. Choose other dates.")


class InternshipOutside(MusterError):
    code = "internship_outside"
    sentence = _(
        "%(name)s is employed from %(first)s to %(last)s. Choose dates within, or change those "
        "first."
    )


class InternshipTooLong(MusterError):
    code = "internship_too_long"
    sentence = _("An internship lasts three years at most. Choose an earlier last day.")


class InternshipOverlaps(MusterError):
    code = "internship_overlaps"
    sentence = _(
        "%(name)s has an internship from %(first)s to %(last)s already. Choose other dates."
    )
    status = 409


class StipendUnfit(MusterError):
    code = "stipend_unfit"
    sentence = _("A stipend has an amount above 0, and none has no amount. Change one of them.")


class InternshipNotLonger(MusterError):
    code = "internship_not_longer"
    sentence = _("The internship lasts until %(last)s already. Choose a later day.")


class InternshipNotShorter(MusterError):
    code = "internship_not_shorter"
    sentence = _("Choose a day from %(first)s on and before %(last)s.")


class InternshipRuns(MusterError):
    code = "internship_runs"
    sentence = _(
        "The internship lasts until %(last)s. Complete it then, or write an earlier last day first."
    )
    status = 409


class NoSuchOperator(MusterError):
    code = "no_such_operator"
    sentence = _("Nobody else who runs the platform signs in with this address.")


class SupportTooLong(MusterError):
    code = "support_too_long"
    sentence = _("An operator is let in for eight hours at most. Choose a shorter time.")


class RecordsClosed(MusterError):
    code = "records_closed"
    sentence = _("These records are not open to you, or not any more. Ask for them again.")
    status = 409


class LinkInvalid(MusterError):
    code = "link_invalid"
    sentence = _("This link was used already or has run out. Ask for a new one.")
    status = 410


class TooManyTries(TooMany):
    code = "too_many_tries"
    sentence = _("Too many wrong tries. Try again in %(minutes)s min.")


class PinMissing(MusterError):
    code = "pin_missing"
    sentence = _("You have no PIN yet. Choose one under Me, or ask your HR for an invitation.")
    status = 409


class PinUnfit(MusterError):
    code = "pin_unfit"
    sentence = _(
        "Choose six digits that nobody guesses: not one digit six times, no run such as 123456, "
        "not your employee code."
    )


class PasswordWrong(MusterError):
    code = "password_wrong"
    sentence = _("This is not your password. Type the one that you sign in with.")


class EmailUnchanged(MusterError):
    code = "email_unchanged"
    sentence = _("You sign in with this address already. Write another one.")


class ResetWaits(MusterError):
    code = "reset_waits"
    sentence = _("A reset of this sign-in waits already. A second person confirms or refuses it.")
    status = 409


class ResetExpired(MusterError):
    code = "reset_expired"
    sentence = _("Nobody confirmed this within 72 hours, so it ran out. Ask for it anew.")
    status = 410


class SlackOff(MusterError):
    code = "slack_off"
    sentence = _("Slack is not set up here. Ask whoever runs Muster to do it.")
    status = 404


class SlackTeamTaken(MusterError):
    code = "slack_team_taken"
    sentence = _(
        "Another company has connected the workspace %(team)s. It must be disconnected there first."
    )
    status = 409


class SlackConnected(MusterError):
    code = "slack_connected"
    sentence = _("The workspace %(team)s is connected. Disconnect it first.")
    status = 409


class SlackWholeOrganisation(MusterError):
    code = "slack_whole_organisation"
    sentence = _("Muster is connected to one workspace, not to a whole organisation. Choose one.")


class SlackStateStale(MusterError):
    code = "slack_state_stale"
    sentence = _("This took too long, or was done already. Begin again with “Connect Slack”.")
    status = 410


class SlackNotConnected(MusterError):
    code = "slack_not_connected"
    sentence = _("Slack is not connected. Connect it first.")
    status = 409


class SlackLinkOver(MusterError):
    code = "slack_link_over"
    sentence = _("This link was used or ran out. Write /muster status in Slack for another one.")
    status = 410


class SlackNoAnswer(MusterError):
    code = "slack_no_answer"
    sentence = _("Slack does not answer as it should. Try again in a moment.")
    status = 503


class SlackPunchesOff(MusterError):
    code = "slack_punches_off"
    sentence = _("Your company takes no check-in from Slack. Use the page instead.")
    status = 403
