"""Audit events in words: every verb that Muster writes, and what stood before and after."""

from __future__ import annotations

from typing import Any

import pytest

from companies import admin_words
from companies.models import AuditEvent

EMPLOYEE = "companies.employee"
VERBS = {
    ("company_created", "companies.company"): "Company created",
    ("operator_granted", "companies.operatorgrant"): "Operator named",
    ("sign_in_link_sent", EMPLOYEE): "Sign-in link sent",
    ("password_set", "companies.user"): "Password set",
    ("invitation_printed", EMPLOYEE): "Invitation printed",
    ("invitation_sent", EMPLOYEE): "Invitation sent",
    ("invitation_accepted", EMPLOYEE): "Invitation accepted",
    ("invitation_refused", EMPLOYEE): "Invitation refused",
    ("pin_set", EMPLOYEE): "PIN chosen",
    ("pin_cleared", EMPLOYEE): "PIN taken away",
    ("password_changed", "companies.user"): "Password changed",
    ("email_changed", "companies.user"): "Sign-in address changed",
    ("email_change_asked", "companies.user"): "Another sign-in address asked for",
    ("employee_signed_out", EMPLOYEE): "Signed out everywhere",
    ("email_change_stopped", "companies.user"): "Change of the sign-in address stopped",
    ("second_factor_added", "companies.user"): "Second step added",
    ("second_factor_removed", "companies.user"): "Second step removed",
    ("recovery_codes_made", "companies.user"): "Recovery codes made",
    ("recovery_code_used", "companies.user"): "Signed in with a recovery code",
    ("sessions_ended", "companies.user"): "Signed out elsewhere",
    ("sign_in_reset_asked", "companies.signinreset"): "Sign-in reset asked for",
    ("sign_in_reset_confirmed", "companies.signinreset"): "Sign-in reset confirmed",
    ("sign_in_reset_refused", "companies.signinreset"): "Sign-in reset refused",
    ("sign_in_reset_expired", "companies.signinreset"): "Sign-in reset ran out",
    ("role_granted", "companies.rolegrant"): "Role given",
    ("employee_added", EMPLOYEE): "Employee added",
    ("employee_changed", EMPLOYEE): "Employee changed",
    ("calendar_day_added", "companies.calendarday"): "Calendar day added",
    ("calendar_day_deleted", "companies.calendarday"): "Calendar day deleted",
    ("overtime_recomputed", "attendance.overtimeday"): "Extra minutes computed anew",
    ("delegation_made", "companies.delegation"): "Stand-in named",
    ("delegation_ended", "companies.delegation"): "Stand-in ended",
    ("notices_chosen", "companies.user"): "Mails chosen",
    ("domain_asked", "companies.companydomain"): "Mail domain named",
    ("domain_confirmed", "companies.companydomain"): "Mail domain confirmed",
    ("domain_removed", "companies.companydomain"): "Mail domain removed",
    ("pool_linked", "companies.user"): "First sign-in by the user pool",
    ("support_asked", "companies.supportgrant"): "Operator asked to look",
    ("support_approved", "companies.supportgrant"): "Operator let in",
    ("support_refused", "companies.supportgrant"): "Operator refused",
    ("support_ended", "companies.supportgrant"): "Operator's access ended",
    ("support_looked", "companies.supportgrant"): "Operator looked at a page",
    ("records_requested", "companies.recordsrequest"): "Records asked for after leaving",
    ("records_approved", "companies.recordsrequest"): "Records opened to who has left",
    ("records_refused", "companies.recordsrequest"): "Records refused to who has left",
    ("records_taken", "companies.recordsrequest"): "Records downloaded after leaving",
    ("roster_added", "attendance.shiftassignment"): "Put on a shift",
    ("roster_changed", "attendance.shiftassignment"): "Shift assignment changed",
    ("roster_removed", "attendance.shiftassignment"): "Taken off a shift",
    ("face_consent_given", "attendance.faceconsent"): "Agreed to the face check",
    ("face_consent_refused", "attendance.faceconsent"): "Refused the face check",
    ("face_enrolment_started", "attendance.faceenrolment"): "Reference pictures begun",
    ("face_enrolled", "attendance.faceenrolment"): "Reference pictures taken",
    ("face_enrolment_ended", "attendance.faceenrolment"): "Reference pictures deleted",
    ("address_blocked", EMPLOYEE): "Mail does not arrive",
    ("address_cleared", EMPLOYEE): "Mail goes there again",
    ("face_data_erased", "attendance.faceerasure"): "Face data deleted",
    ("holiday_picked", "attendance.optionalholidaypick"): "Optional holiday picked",
    ("holiday_unpicked", "attendance.optionalholidaypick"): "Optional holiday given back",
    ("day_marked", "attendance.daymark"): "Day covered",
    ("day_mark_withdrawn", "attendance.daymark"): "Cover of a day withdrawn",
    ("day_set_by_hand", "attendance.manualverdict"): "Day set by hand",
    ("day_skipped", "attendance.manualverdict"): "Day skipped",
    ("day_released", "attendance.manualverdict"): "Day left to the rules again",
    ("days_recomputed", "companies.employee"): "Days judged anew",
    ("punch_accepted", "attendance.punch"): "Punch accepted",
    ("punch_entered", "attendance.punch"): "Punch entered",
    ("parked_tried_again", "attendance.parkedtap"): "Parked check-in tried again",
    ("punch_after_leaving", "attendance.punch"): "Check-in of somebody who had left",
    ("punch_refused", "attendance.punch"): "Check-in refused by the face check",
    ("frame_replayed", "attendance.punch"): "The same picture came a second time",
    ("turn_nonce_reused", "attendance.punch"): "A head turn was sent for another check-in",
    ("punch_voided", "attendance.punch"): "Punch voided",
    ("punch_decision_taken_back", "attendance.punch"): "Decision about a punch taken back",
    ("correction_requested", "attendance.correctionrequest"): "Correction asked for",
    ("correction_approved", "attendance.correctionrequest"): "Correction approved",
    ("correction_refused", "attendance.correctionrequest"): "Correction refused",
    ("correction_withdrawn", "attendance.correctionrequest"): "Correction taken back",
    ("correction_file_sent", "attendance.correctionfile"): "File sent with a correction",
    ("correction_files_purged", "companies.company"): (
        "Files of corrections deleted on their date"
    ),
    ("correction_given", "attendance.correctionrequest"): "Days corrected by HR",
    ("correction_cancelled", "attendance.correctionrequest"): (
        "Approval of a correction taken back"
    ),
    ("leave_answered", "leave.leaverequest"): "What was asked back about leave answered",
    ("leave_asked", "leave.leaverequest"): "Leave asked for",
    ("leave_file_sent", "leave.leaveattachment"): "File sent with a request for leave",
    ("leave_files_purged", "companies.company"): "Files of leave deleted on their date",
    ("leave_changed", "leave.leaverequest"): "Leave changed",
    ("leave_withdrawn", "leave.leaverequest"): "Leave taken back",
    ("leave_cancel_asked", "leave.leaverequest"): "Asked to cancel leave",
    ("leave_approved_so_far", "leave.leaverequest"): "Leave approved, and goes on",
    ("leave_approved", "leave.leaverequest"): "Leave approved",
    ("leave_refused", "leave.leaverequest"): "Leave refused",
    ("leave_asked_back", "leave.leaverequest"): "Leave asked back about",
    ("leave_reminded", "leave.leaverequest"): "Reminded of leave that waits",
    ("leave_passed_on", "leave.leaverequest"): "Leave passed on, because nobody decided",
    ("leave_cancelled", "leave.leaverequest"): "Leave cancelled",
    ("leave_cancel_refused", "leave.leaverequest"): "Leave not cancelled",
    ("leave_decision_taken_back", "leave.leaverequest"): "Decision about leave taken back",
    ("leave_booked", "leave.leaverequest"): "Leave booked for a closure",
    ("leave_recounted", "leave.leaverequest"): "Leave counted anew",
    ("leave_granted", "leave.ledgerentry"): "Leave granted",
    ("leave_adjusted", "leave.ledgerentry"): "Balance of leave adjusted",
    ("leave_paid_out", "leave.ledgerentry"): "Leave paid out",
    ("leave_books_run", "companies.company"): "Leave credited, carried and lapsed",
    ("leave_credit_undone", "leave.ledgerentry"): "Credit of leave taken back",
    ("leave_sheet_imported", "companies.company"): "Leave brought in by a file",
    ("leave_year_closed", "leave.leaveyearclose"): "Leave year closed",
    ("leave_year_reopened", "leave.leaveyearclose"): "Leave year opened again",
    ("leave_closure_booked", "leave.closure"): "Leave booked for everyone concerned",
    ("block_date_added", "leave.blockdate"): "Block dates added",
    ("block_date_changed", "leave.blockdate"): "Block dates changed",
    ("block_date_deleted", "leave.blockdate"): "Block dates deleted",
    ("leave_type_changed", "leave.leavetype"): "Leave type changed",
    ("leave_plan_changed", "leave.leaveplan"): "Leave plan changed",
    ("least_cover_added", "leave.leastcover"): "Least cover added",
    ("closure_added", "leave.closure"): "Closure added",
    ("leave_plan_assigned", "leave.planassignment"): "Put on a leave plan",
    ("leave_plan_ended", "leave.planassignment"): "Last day on a leave plan changed",
    ("leave_starter_applied", "companies.company"): "Usual leave of a country added",
    ("leave_type_added", "leave.leavetype"): "Leave type added",
    ("leave_rules_set", "leave.leavetypeversion"): "Rules of a leave type set",
    ("leave_plan_added", "leave.leaveplan"): "Leave plan added",
    ("leave_plan_rules_set", "leave.leaveplanversion"): "Rules of a leave plan set",
    ("comp_off_claimed", "leave.compoffclaim"): "Extra work claimed as leave",
    ("comp_off_approved", "leave.compoffclaim"): "Extra work is leave",
    ("comp_off_refused", "leave.compoffclaim"): "Extra work is not leave",
    ("feed_made", "leave.calendarfeed"): "Calendar feed made",
    ("feed_ended", "leave.calendarfeed"): "Calendar feed ended",
    ("month_locked", "attendance.attendanceperiod"): "Month locked",
    ("month_reviewed", "attendance.attendanceperiod"): "Month in review",
    ("payroll_taken", "attendance.attendanceperiod"): "Payroll file downloaded",
    ("payroll_column_added", "attendance.payrollcolumn"): "Column of the payroll file added",
    ("month_reopened", "attendance.attendanceperiod"): "Month reopened",
    ("own_data_exported", "companies.user"): "Own data downloaded",
    ("report_exported", "companies.company"): "Report downloaded",
    ("records_expired", "companies.company"): "Records deleted after their days",
    ("pictures_purged", "companies.company"): "Pictures deleted on their date",
    ("purged", "companies.company"): "Company purged",
    # What a later Muster wrote, or an earlier one.
    ("badge_printed", "companies.badge"): "Badge printed",
    ("badge_added", "companies.badge"): "companies.badge added",
}


@pytest.mark.parametrize(("verb", "kind"), VERBS)
def test_a_verb_in_words(verb: str, kind: str) -> None:
    event = AuditEvent(verb=verb, subject_type=kind)
    assert admin_words.verb_words(event) == VERBS[verb, kind]


@pytest.mark.parametrize(
    ("kind", "changes", "lines"),
    [
        (
            EMPLOYEE,
            {
                "employment_type": ["intern", "employee"],
                "is_active": [True, False],
                "left_on": [None, "2026-03-31"],
                "nickname": ["Bo", ""],
            },
            [
                ("Employment type", "Intern", "Employee"),
                ("Active", "yes", "no"),
                ("Last day", "", "2026-03-31"),
                ("Nickname", "Bo", ""),
            ],
        ),
        (
            "companies.officeversion",
            {"weekly_off": [None, {"sat": [2, 4], "sun": "all"}]},
            [("Weekly off", "", "Sat (2nd, 4th), Sun")],
        ),
        (
            "companies.shiftversion",
            {"breaks": [[], [{"start": "13:00", "end": "13:30"}]]},
            [("Unpaid breaks", "", "start 13:00, end 13:30")],
        ),
        (
            "attendance.attendanceperiod",
            {"totals": [{}, {"days": 20, "worked_minutes": 9000}]},
            [("Totals", "", "days 20, worked minutes 9000")],
        ),
        ("companies.badge", {"colour_code": "red"}, [("Colour code", "", "red")]),
        ("companies.badge", {"colours": [1, 2, 3]}, [("Colours", "", "1, 2, 3")]),
    ],
)
def test_a_change_in_words(
    kind: str, changes: dict[str, Any], lines: list[tuple[str, str, str]]
) -> None:
    event = AuditEvent(subject_type=kind, changes=changes)
    assert admin_words.change_words(event) == lines
