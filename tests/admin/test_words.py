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
    ("role_granted", "companies.rolegrant"): "Role given",
    ("employee_added", EMPLOYEE): "Employee added",
    ("employee_changed", EMPLOYEE): "Employee changed",
    ("calendar_day_deleted", "companies.calendarday"): "Calendar day deleted",
    ("roster_added", "attendance.shiftassignment"): "Put on a shift",
    ("roster_changed", "attendance.shiftassignment"): "Shift assignment changed",
    ("roster_removed", "attendance.shiftassignment"): "Taken off a shift",
    ("face_consent_given", "attendance.faceconsent"): "Agreed to the face check",
    ("face_consent_refused", "attendance.faceconsent"): "Refused the face check",
    ("face_enrolment_started", "attendance.faceenrolment"): "Reference pictures begun",
    ("face_enrolled", "attendance.faceenrolment"): "Reference pictures taken",
    ("face_enrolment_ended", "attendance.faceenrolment"): "Reference pictures deleted",
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
    ("punch_voided", "attendance.punch"): "Punch voided",
    ("correction_requested", "attendance.correctionrequest"): "Correction asked for",
    ("correction_approved", "attendance.correctionrequest"): "Correction approved",
    ("correction_refused", "attendance.correctionrequest"): "Correction refused",
    ("correction_withdrawn", "attendance.correctionrequest"): "Correction taken back",
    ("month_locked", "attendance.attendanceperiod"): "Month locked",
    ("month_reopened", "attendance.attendanceperiod"): "Month reopened",
    ("own_data_exported", "companies.user"): "Own data downloaded",
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
