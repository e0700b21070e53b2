"""No table is forgotten in one's own file: every column that names a person was decided about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps

from companies.models import Employee, User
from portal import own_cells
from portal.own_data import TABLES

PERSONAL = re.compile(r"^(employee|user|actor|by|to|locked_by)(_id|_name)?$|_by$|^on_behalf_of$")
# What names a person: the table that tells it, or why none does.
DECIDED = {
    "companies.User": "account",
    "companies.Employee.user": "engagements",
    "companies.Placement.employee": "placements",
    "companies.Placement.manager": "not: whom one manages is told by the others' own files",
    "companies.RoleGrant.user": "roles",
    "companies.Pin.employee": "pins",
    "companies.Invitation.employee": "invitations",
    "companies.Invitation.user": "invitations",
    "companies.Delegation.giver": "delegations",
    "companies.Delegation.delegate": "delegations",
    "companies.Delegation.made_by": "not: naming a stand-in is a deed",
    "companies.Delegation.ended_by": "not: beside made_by",
    "companies.Application.employee": "not: the private page told the candidate all of it",
    "companies.ApplicationAnswer": "not: beside Application.employee",
    "companies.ApplicationEvent": "not: beside Application.employee",
    "companies.ApplicationFile": "not: beside Application.employee",
    "companies.Internship.employee": "internships",
    "companies.Internship.mentor": "not: whom one mentors is told by the others' own files",
    "companies.InternshipEvent.mentor": "not: whom one mentors is told by the others' own files",
    "companies.NoticeChoice.user": "mail_choices",
    "companies.RecordsRequest.user": "records_requests",
    "companies.RecordsRequest.decided_by": "not: answering another's request is a deed",
    "companies.ReportReader.employee": "not: which files HR sends; the file is a deed, as below",
    "companies.ReportExport.user": "not: taking a report is a deed, which the audit tells",
    "companies.SlackIdentity.user": "slack_accounts",
    "companies.SupportGrant.operator": "not: the platform's people ask; what they did is a deed",
    "companies.SupportGrant.decided_by": "not: answering is a deed",
    "companies.SupportGrant.ended_by": "not: beside decided_by",
    "companies.OperatorGrant.user": "not: the platform's own, of no company",
    "companies.AuditEvent.actor_id": "deeds",
    "companies.AuditEvent.actor_name": "not: beside actor_id",
    "companies.AuditEvent.on_behalf_of": "not: beside actor_id",
    "companies.OutboxMessage.to": "mails",
    "companies.Look.employee": "looks",
    "companies.Look.on_behalf_of": "looks",
    "companies.FormSubmission.user": "not: one-time tokens, which say nothing of the person",
    "account.EmailAddress.user": "not: allauth's copy of the account's e-mail",
    "admin.LogEntry.user": "not: never written, Muster's own audit is",
    "companies.SignedInSession.user": "signed_in",
    "companies.EmailChange.user": "email_changes",
    "companies.JoinRequest.decided_by": "not: answering who asks to join is a deed",
    "companies.SignInReset.employee": "sign_in_resets",
    "mfa.Authenticator.user": "second_steps",
    "socialaccount.SocialAccount.user": "pool_accounts",
    "attendance.Certificate": "certificates",
    "attendance.ShiftAssignment.employee": "assignments",
    "attendance.DayMark.employee": "marks",
    "attendance.AttendanceDay.employee": "days",
    "attendance.ManualVerdict.employee": "days_by_hand",
    "attendance.ManualVerdict.by_id": "not: what one said of another's day is a deed",
    "attendance.ManualVerdict.by_name": "not: beside by_id",
    "attendance.CorrectionRequest.employee": "corrections",
    "attendance.CorrectionDecision": "corrections",
    "attendance.CorrectionPunch": "corrections",
    "attendance.CorrectionFile": "corrections",
    "attendance.OptionalHolidayPick.employee": "optional_holidays",
    "attendance.OvertimeDay.employee": "overtime_days",
    "attendance.OvertimeDecision.employee": "overtime_decisions",
    "attendance.OvertimeDecision.on_behalf_of": "not: beside decided_by_id",
    "attendance.PeriodLine.employee": "paid_months",
    "attendance.AttendancePeriod.asked_by": "not: the company's month; asking is a deed",
    "attendance.AttendancePeriod.locked_by": "not: the company's month; locking is a deed",
    "attendance.FaceConsent.employee": "face_consents",
    "attendance.FaceEnrolment.employee": "face_enrolments",
    "attendance.FaceTemplate": "face_templates",
    "attendance.FaceUpload": "not: lies for an hour; what was kept of it are face_templates",
    "attendance.FaceErasure.employee": "face_erasures",
    "attendance.FaceErasure.by_id": "face_erasures",
    "attendance.FaceErasure.by_name": "not: beside by_id",
    "attendance.ErasureReceipt": "face_erasures",
    "attendance.FileDeletion": "face_erasures",
    "attendance.FaceDeletion": "face_erasures",
    "attendance.Punch.employee": "punches",
    "attendance.PunchEntry.employee": "punch_entries",
    "attendance.PunchEntry.by_id": "not: what one said of another's punch is a deed",
    "attendance.PunchEntry.by_name": "not: beside by_id",
    "attendance.PunchState.employee": "punches",
    "attendance.PunchFrame": "pictures",
    "attendance.LivenessChallenge.employee": "head_turns",
    "leave.Allocation.employee": "leave_allocations",
    "leave.BlockExemption.employee": "block_exemptions",
    "leave.CalendarFeed.employee": "calendar_feeds",
    "leave.CompOffClaim.employee": "comp_off_claims",
    "leave.CompOffDecision.on_behalf_of": "not: beside who decided",
    "leave.LeaveApprovalStep.person": "not: who decides is the company's setting",
    "leave.LeaveAttachment.employee": "leave_files",
    "leave.LeaveDay.employee": "leave_days",
    "leave.LeaveRequest.employee": "leave_requests",
    "leave.LeaveRequestState.employee": "leave_requests",
    "leave.LeaveRequestState.passed_to": "not: who decides is told by leave_steps, as a kind",
    "leave.LeaveYearClose.closed_by": "not: the company's year; closing is a deed",
    "leave.LedgerEntry.employee": "leave_ledger",
    "leave.LedgerEntry.by_id": "leave_ledger",
    "leave.LedgerEntry.by_name": "not: beside by_id",
    "leave.PlanAssignment.employee": "leave_plans",
    "leave.RequestDraw.employee": "leave_draws",
    "leave.RequestStep.by_id": "leave_steps",
    "leave.RequestStep.by_name": "not: beside by_id",
    "leave.RequestStep.on_behalf_of": "not: beside by_id",
}


def _naming() -> Iterator[str]:
    """Yield every column of the product that names a person, and tables that hang on such."""
    yield "companies.User"
    for model in apps.get_models():
        named = [
            field.name
            for field in model._meta.concrete_fields
            if field.related_model in (User, Employee)
            or (not field.is_relation and PERSONAL.search(field.name))
        ]
        yield from (f"{model._meta.label}.{name}" for name in named)
        hangs = any(_is_of_a_person(field.related_model) for field in model._meta.concrete_fields)
        if not named and hangs:
            yield model._meta.label


def _is_of_a_person(model: Any) -> bool:
    return (
        model is not None
        and model not in (User, Employee)
        and any(field.name == "employee" for field in model._meta.concrete_fields)
    )


def test_every_column_that_names_a_person_is_told_or_has_a_reason() -> None:
    assert set(_naming()) == set(DECIDED)
    told = {said for said in DECIDED.values() if not said.startswith("not: ")}
    assert told | {"events"} == {table.name for table in TABLES}


def test_every_column_that_can_name_another_person_is_hidden_in_changes() -> None:
    own = {"employee", "user"}
    found = {
        field.name
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in (User, Employee) and field.name not in own
    }
    assert found == own_cells.OTHERS
