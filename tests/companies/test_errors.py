"""Errors that a person reads: code, status, and a sentence with its values."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from companies import errors
from companies.errors import MusterError

_TABLE: list[tuple[type[MusterError], dict[str, Any], str, int, str]] = [
    (errors.MusterError, {}, "error", 400, "This did not work."),
    (errors.NotAllowed, {}, "not_allowed", 403, "You may not do this."),
    (
        errors.InvalidTransition, {}, "invalid_transition", 409,
        "This was already decided. Reload the page to see how.",
    ),
    (
        errors.LogoUnusable, {"megabytes": 2, "pixels": 24}, "logo_unusable", 400,
        "This is no picture that can be used. Choose a PNG, JPEG or WebP of at most 2 MB, each "
        "side at least 24 pixels.",
    ),
    (
        errors.LastDayBeforeFirst, {"name": "Maya"}, "last_day_before_first", 400,
        "Maya had not joined by then. Choose a later last day.",
    ),
    (
        errors.LastDayTooFar, {}, "last_day_too_far", 400,
        "This last day is more than ten years away. Choose an earlier one.",
    ),
    (
        errors.LastDayUnchanged, {"name": "Maya"}, "last_day_unchanged", 409,
        "This is the last day of Maya already, and nobody is to be handed over.",
    ),
    (
        errors.SuccessorUnfit, {"name": "Maya"}, "successor_unfit", 400,
        "Maya cannot take over: choose somebody else who works here the day after the last day.",
    ),
    (
        errors.AccountClosed, {}, "account_closed", 403,
        "This account is closed. Ask your HR to open it again.",
    ),
    (
        errors.DomainTaken, {"domain": "kettle.example"}, "domain_taken", 409,
        "Another company has the domain kettle.example. It must be removed there first.",
    ),
    (
        errors.PoolNotInvited, {}, "pool_not_invited", 403,
        "Only invited people sign up here. Ask your HR to invite this address, then try again.",
    ),
    (
        errors.PoolCannotLook, {}, "pool_cannot_look", 503,
        "We cannot look up your address just now. Try again in a moment.",
    ),
    (
        errors.PoolAddressUnconfirmed, {}, "pool_address_unconfirmed", 403,
        "Your address is not confirmed at the sign-in service yet. Confirm it there, then sign in "
        "again.",
    ),
    (
        errors.PoolNobody, {"email": "n@x.example"}, "pool_nobody", 403,
        "You are not in any company yet. Ask your HR to invite n@x.example.",
    ),
    (
        errors.PoolAccountOther, {}, "pool_account_other", 409,
        "Another account of the sign-in service belongs to this address already. Ask your HR to "
        "reset your sign-in.",
    ),
    (errors.ReasonMissing, {}, "reason_missing", 400, "Please give a reason."),
    (errors.WordsMissing, {}, "words_missing", 400, "Write a few words first."),
    (
        errors.NobodyToAsk, {}, "nobody_to_ask", 400,
        "Nobody can be asked about this. Approve or refuse it.",
    ),
    (
        errors.TooMany, {}, "too_many", 429,
        "Too many attempts. Wait a minute and try again.",
    ),
    (
        errors.CodeTaken, {"code": "100%"}, "code_taken", 409,
        "Another company has the code 100%. Choose another one.",
    ),
    (
        errors.EmailMissing, {"name": "Nima"}, "email_missing", 400,
        "Nima has no e-mail address. Write one first, then send the link.",
    ),
    (
        errors.EmailTaken, {"email": "n@x.example"}, "email_taken", 409,
        "Another person of the company signs in with n@x.example.",
    ),
    (
        errors.RoleOutOfReach, {"name": "Nima"}, "role_out_of_reach", 403,
        "Nima has a role that you may not give to this address. Ask a company admin to end "
        "the role first, then send the link.",
    ),
    (
        errors.AuditDatesWrong, {}, "audit_dates_wrong", 400,
        "The first day is today or later, the last not before it. Choose other dates.",
    ),
    (
        errors.AuditTooLong, {}, "audit_too_long", 400,
        "An auditor comes within a year and reads for one at most. Choose earlier dates.",
    ),
    (
        errors.AuditorWorksHere, {"name": "Nima"}, "auditor_works_here", 409,
        "This is the address of Nima, whose employment here is not over by then. Give them the "
        "role directly, under “Roles”.",
    ),
    (
        errors.AuditsAlready, {"name": "Nima", "last": "31 March 2026"}, "audits_already", 409,
        "Nima audits here until 31 March 2026 already. Change the last day of that role, or "
        "choose other dates.",
    ),
    (
        errors.OwnRecord, {}, "own_record", 403,
        "This is about yourself. Ask another person of HR, or a company admin, to do it.",
    ),
    (
        errors.NobodyToDecideFor, {}, "nobody_to_decide_for", 409,
        "You answer for nobody here, so that nobody has to decide in your stead.",
    ),
    (
        errors.DelegateUnfit, {"name": "Nima"}, "delegate_unfit", 400,
        "Nima cannot stand in: choose somebody else who works here and can sign in.",
    ),
    (
        errors.ReaderUnfit, {"name": "Nima"}, "reader_unfit", 400,
        "Nima may not see this report. Choose people with a team, HR or auditors.",
    ),
    (
        errors.DelegationDatesWrong, {}, "delegation_dates_wrong", 400,
        "The last day must not be before the first or over already. Choose other dates.",
    ),
    (
        errors.DelegationTooLong, {}, "delegation_too_long", 400,
        "A stand-in is for a year at most. Choose an earlier last day.",
    ),
    (
        errors.DelegationOverlaps, {"name": "Nima", "first": "1 May", "last": "8 May"},
        "delegation_overlaps", 409,
        "Nima stands in from 1 May to 8 May already. End that first, or choose other dates.",
    ),
    (
        errors.NotAnIntern, {"name": "Nima"}, "not_an_intern", 400,
        "Nima is no intern here. Change the employment type first, then add this.",
    ),
    (
        errors.MentorUnfit, {"name": "Nima"}, "mentor_unfit", 400,
        "Nima cannot be the mentor: choose somebody else who works here then.",
    ),
    (
        errors.MentorUnchanged, {"name": "Nima"}, "mentor_unchanged", 400,
        "Nima is the mentor already. Choose somebody else.",
    ),
    (
        errors.InternshipDatesWrong, {}, "internship_dates_wrong", 400,
        "The last day is before the first. Choose other dates.",
    ),
    (
        errors.InternshipOutside, {"name": "Nima", "first": "1 May", "last": "now on"},
        "internship_outside", 400,
        "Nima is employed from 1 May to now on. Choose dates within, or change those first.",
    ),
    (
        errors.InternshipTooLong, {}, "internship_too_long", 400,
        "An internship lasts three years at most. Choose an earlier last day.",
    ),
    (
        errors.InternshipOverlaps, {"name": "Nima", "first": "1 May", "last": "8 May"},
        "internship_overlaps", 409,
        "Nima has an internship from 1 May to 8 May already. Choose other dates.",
    ),
    (
        errors.StipendUnfit, {}, "stipend_unfit", 400,
        "A stipend has an amount above 0, and none has no amount. Change one of them.",
    ),
    (
        errors.InternshipNotLonger, {"last": "8 May"}, "internship_not_longer", 400,
        "The internship lasts until 8 May already. Choose a later day.",
    ),
    (
        errors.InternshipNotShorter, {"first": "1 May", "last": "8 May"},
        "internship_not_shorter", 400, "Choose a day from 1 May on and before 8 May.",
    ),
    (
        errors.InternshipRuns, {"last": "8 May"}, "internship_runs", 409,
        "The internship lasts until 8 May. Complete it then, or write an earlier last day first.",
    ),
    (
        errors.NoSuchOperator, {}, "no_such_operator", 400,
        "Nobody else who runs the platform signs in with this address.",
    ),
    (
        errors.SupportTooLong, {}, "support_too_long", 400,
        "An operator is let in for eight hours at most. Choose a shorter time.",
    ),
    (
        errors.RecordsClosed, {}, "records_closed", 409,
        "These records are not open to you, or not any more. Ask for them again.",
    ),
    (
        errors.LinkInvalid, {}, "link_invalid", 410,
        "This link was used already or has run out. Ask for a new one.",
    ),
    (
        errors.OtherCompany, {}, "other_company", 409,
        "You have changed to another company since this page was opened. Nothing was saved. Go "
        "back to the company that you meant, or open the page again here.",
    ),
    (
        errors.RequestTooLarge, {"megabytes": 3}, "request_too_large", 413,
        "Muster takes at most 3 MB at once. Choose a smaller file.",
    ),
    (
        errors.RecordsAway, {}, "records_away", 503,
        "Our records cannot be reached just now. Wait a moment and try again.",
    ),
    (
        errors.TooManyTries, {"minutes": 7}, "too_many_tries", 429,
        "Too many wrong tries. Try again in 7 min.",
    ),
    (
        errors.PinMissing, {}, "pin_missing", 409,
        "You have no PIN yet. Choose one under Me, or ask your HR for an invitation.",
    ),
    (
        errors.PinUnfit, {}, "pin_unfit", 400,
        "Choose six digits that nobody guesses: not one digit six times, no run such as 123456, "
        "not your employee code.",
    ),
    (
        errors.PasswordWrong, {}, "password_wrong", 400,
        "This is not your password. Type the one that you sign in with.",
    ),
    (
        errors.EmailUnchanged, {}, "email_unchanged", 400,
        "You sign in with this address already. Write another one.",
    ),
    (
        errors.ResetWaits, {}, "reset_waits", 409,
        "A reset of this sign-in waits already. A second person confirms or refuses it.",
    ),
    (
        errors.ResetExpired, {}, "reset_expired", 410,
        "Nobody confirmed this within 72 hours, so it ran out. Ask for it anew.",
    ),
    (
        errors.SlackOff, {}, "slack_off", 404,
        "Slack is not set up here. Ask whoever runs Muster to do it.",
    ),
    (
        errors.SlackTeamTaken, {"team": "Tea"}, "slack_team_taken", 409,
        "Another company has connected the workspace Tea. It must be disconnected there first.",
    ),
    (
        errors.SlackConnected, {"team": "Tea"}, "slack_connected", 409,
        "The workspace Tea is connected. Disconnect it first.",
    ),
    (
        errors.SlackWholeOrganisation, {}, "slack_whole_organisation", 400,
        "Muster is connected to one workspace, not to a whole organisation. Choose one.",
    ),
    (
        errors.SlackStateStale, {}, "slack_state_stale", 410,
        "This took too long, or was done already. Begin again with “Connect Slack”.",
    ),
    (
        errors.SlackNotConnected, {}, "slack_not_connected", 409,
        "Slack is not connected. Connect it first.",
    ),
    (
        errors.SlackLinkOver, {}, "slack_link_over", 410,
        "This link was used or ran out. Write /muster status in Slack for another one.",
    ),
    (
        errors.SlackNoAnswer, {}, "slack_no_answer", 503,
        "Slack does not answer as it should. Try again in a moment.",
    ),
    (
        errors.SlackPunchesOff, {}, "slack_punches_off", 403,
        "Your company takes no check-in from Slack. Use the page instead.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "values", "code", "status", "sentence"), _TABLE, ids=[row[2] for row in _TABLE]
)
def test_an_error_has_code_status_and_sentence(
    error: type[MusterError], values: dict[str, Any], code: str, status: int, sentence: str
) -> None:
    raised = error(**values)
    assert (raised.code, raised.status, str(raised)) == (code, status, sentence)
    assert (raised.values, raised.args) == (values, (code,))


def test_every_error_of_this_floor_stands_in_the_table() -> None:
    here = {
        found
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, MusterError)
    }
    assert here == {row[0] for row in _TABLE}
    assert len({row[2] for row in _TABLE}) == len(_TABLE)


def test_an_error_speaks_the_language_of_where_it_is_shown() -> None:
    class Closed(MusterError):
        code = "closed"
        # A word that Django itself brings in German.
        sentence = gettext_lazy("Monday")

    raised = Closed()
    with translation.override("de"):
        assert str(raised) == "Montag"
    assert str(raised) == "Monday"
