"""Audit events in words: what was done, and which field said what before and after."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.admin_fields import weekday_hours_words, weekly_off_words
from companies.enums import ActorKind, Role
from companies.models import AuditEvent, Look
from companies.validators import WEEKDAYS

_DONE = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "deleted": gettext_lazy("deleted"),
    "created": gettext_lazy("created"),
    "entered": gettext_lazy("entered"),
    "accepted": gettext_lazy("accepted"),
    "voided": gettext_lazy("voided"),
    "locked": gettext_lazy("locked"),
    "reopened": gettext_lazy("reopened"),
    "purged": gettext_lazy("purged"),
}

_WHOLE = {
    "sign_in_link_sent": gettext_lazy("Sign-in link sent"),
    "password_set": gettext_lazy("Password set"),
    "invitation_printed": gettext_lazy("Invitation printed"),
    "invitation_sent": gettext_lazy("Invitation sent"),
    "invitation_accepted": gettext_lazy("Invitation accepted"),
    "invitation_refused": gettext_lazy("Invitation refused"),
    "invitation_taken_back": gettext_lazy("Invitation taken back"),
    "pin_set": gettext_lazy("PIN chosen"),
    "pin_cleared": gettext_lazy("PIN taken away"),
    "password_changed": gettext_lazy("Password changed"),
    "email_changed": gettext_lazy("Sign-in address changed"),
    "email_change_asked": gettext_lazy("Another sign-in address asked for"),
    "employee_signed_out": gettext_lazy("Signed out everywhere"),
    "email_change_stopped": gettext_lazy("Change of the sign-in address stopped"),
    "second_factor_added": gettext_lazy("Second step added"),
    "second_factor_removed": gettext_lazy("Second step removed"),
    "recovery_codes_made": gettext_lazy("Recovery codes made"),
    "recovery_code_used": gettext_lazy("Signed in with a recovery code"),
    "sessions_ended": gettext_lazy("Signed out elsewhere"),
    "sign_in_reset_asked": gettext_lazy("Sign-in reset asked for"),
    "sign_in_reset_confirmed": gettext_lazy("Sign-in reset confirmed"),
    "sign_in_reset_refused": gettext_lazy("Sign-in reset refused"),
    "sign_in_reset_expired": gettext_lazy("Sign-in reset ran out"),
    "day_marked": gettext_lazy("Day covered"),
    "month_reviewed": gettext_lazy("Month in review"),
    "payroll_taken": gettext_lazy("Payroll file downloaded"),
    "overtime_recomputed": gettext_lazy("Extra minutes computed anew"),
    "holiday_picked": gettext_lazy("Optional holiday picked"),
    "holiday_unpicked": gettext_lazy("Optional holiday given back"),
    "day_mark_withdrawn": gettext_lazy("Cover of a day withdrawn"),
    "day_set_by_hand": gettext_lazy("Day set by hand"),
    "day_skipped": gettext_lazy("Day skipped"),
    "day_released": gettext_lazy("Day left to the rules again"),
    "days_recomputed": gettext_lazy("Days judged anew"),
    "face_enrolment_started": gettext_lazy("Reference pictures begun"),
    "face_enrolled": gettext_lazy("Reference pictures taken"),
    "face_enrolment_ended": gettext_lazy("Reference pictures deleted"),
    "own_data_exported": gettext_lazy("Own data downloaded"),
    "report_exported": gettext_lazy("Report downloaded"),
    "month_lock_asked": gettext_lazy("Month to be locked"),
    "month_reopen_asked": gettext_lazy("Month to be reopened"),
    "month_ask_refused": gettext_lazy("Month left as it is"),
    "employee_left": gettext_lazy("Last day written"),
    "logo_set": gettext_lazy("Logo set"),
    "logo_removed": gettext_lazy("Logo taken away"),
    "report_schedule_made": gettext_lazy("Report by mail set up"),
    "report_schedule_changed": gettext_lazy("Report by mail changed"),
    "report_schedule_off": gettext_lazy("Report by mail switched off"),
    "report_schedule_on": gettext_lazy("Report by mail switched on"),
    "report_not_sent": gettext_lazy("Report not sent: the reader may not see it any more"),
    "records_expired": gettext_lazy("Records deleted after their days"),
    "pictures_purged": gettext_lazy("Pictures deleted on their date"),
    "punch_decision_taken_back": gettext_lazy("Decision about a punch taken back"),
    "correction_requested": gettext_lazy("Correction asked for"),
    "correction_approved": gettext_lazy("Correction approved"),
    "correction_refused": gettext_lazy("Correction refused"),
    "correction_withdrawn": gettext_lazy("Correction taken back"),
    "correction_given": gettext_lazy("Days corrected by HR"),
    "correction_file_sent": gettext_lazy("File sent with a correction"),
    "correction_files_purged": gettext_lazy("Files of corrections deleted on their date"),
    "correction_cancelled": gettext_lazy("Approval of a correction taken back"),
    "internship_added": gettext_lazy("Internship added"),
    "internship_extended": gettext_lazy("Internship extended"),
    "internship_shortened": gettext_lazy("Internship ends early"),
    "internship_mentor": gettext_lazy("Internship has another mentor"),
    "internship_completed": gettext_lazy("Internship completed"),
    "internship_void": gettext_lazy("Internship taken back"),
    "certificate_issued": gettext_lazy("Certificate issued"),
    "certificate_revoked": gettext_lazy("Certificate revoked"),
    "careers_page_set": gettext_lazy("Careers page set"),
    "opening_published": gettext_lazy("Opening published"),
    "opening_closed": gettext_lazy("Opening closed"),
    "application_confirmed": gettext_lazy("Application came in"),
    "application_answered": gettext_lazy("Candidate answered"),
    "application_withdrawn": gettext_lazy("Application taken back, all of it deleted"),
    "application_moved": gettext_lazy("Application moved"),
    "application_asked": gettext_lazy("Candidate asked something"),
    "application_hired": gettext_lazy("Candidate taken in"),
    "application_file_taken": gettext_lazy("File of a candidate taken"),
    "careers_purged": gettext_lazy("Candidates and visitors forgotten on their date"),
    "visitor_question_answered": gettext_lazy("Visitor answered"),
    "visitor_question_published": gettext_lazy("Visitor's question published"),
    "visitor_question_unpublished": gettext_lazy("Visitor's question taken off the page"),
    "role_granted": gettext_lazy("Role given"),
    "operator_granted": gettext_lazy("Operator named"),
    "delegation_made": gettext_lazy("Stand-in named"),
    "delegation_ended": gettext_lazy("Stand-in ended"),
    "notices_chosen": gettext_lazy("Mails chosen"),
    "domain_asked": gettext_lazy("Mail domain named"),
    "domain_confirmed": gettext_lazy("Mail domain confirmed"),
    "domain_removed": gettext_lazy("Mail domain removed"),
    "pool_linked": gettext_lazy("First sign-in by the user pool"),
    "slack_connected": gettext_lazy("Slack connected"),
    "slack_configured": gettext_lazy("What Slack may do changed"),
    "slack_disconnected": gettext_lazy("Slack disconnected"),
    "slack_account_connected": gettext_lazy("Slack account connected"),
    "slack_account_removed": gettext_lazy("Slack account removed"),
    "support_asked": gettext_lazy("Operator asked to look"),
    "support_approved": gettext_lazy("Operator let in"),
    "support_refused": gettext_lazy("Operator refused"),
    "support_ended": gettext_lazy("Operator's access ended"),
    "support_looked": gettext_lazy("Operator looked at a page"),
    "join_confirmed": gettext_lazy("Asked to join, address confirmed"),
    "join_asked_back": gettext_lazy("Who asks to join was asked back"),
    "join_answered": gettext_lazy("What was asked back was answered"),
    "join_approved": gettext_lazy("Company let in"),
    "join_refused": gettext_lazy("Company not let in"),
    "records_requested": gettext_lazy("Records asked for after leaving"),
    "records_approved": gettext_lazy("Records opened to who has left"),
    "records_refused": gettext_lazy("Records refused to who has left"),
    "records_taken": gettext_lazy("Records downloaded after leaving"),
    "roster_added": gettext_lazy("Put on a shift"),
    "roster_changed": gettext_lazy("Shift assignment changed"),
    "roster_removed": gettext_lazy("Taken off a shift"),
    "address_blocked": gettext_lazy("Mail does not arrive"),
    "address_cleared": gettext_lazy("Mail goes there again"),
    "face_data_erased": gettext_lazy("Face data deleted"),
    "frame_replayed": gettext_lazy("The same picture came a second time"),
    "turn_nonce_reused": gettext_lazy("A head turn was sent for another check-in"),
    "parked_tried_again": gettext_lazy("Parked check-in tried again"),
    "punch_after_leaving": gettext_lazy("Check-in of somebody who had left"),
    "punch_refused": gettext_lazy("Check-in refused by the face check"),
    "face_consent_given": gettext_lazy("Agreed to the face check"),
    "face_consent_refused": gettext_lazy("Refused the face check"),
    "leave_answered": gettext_lazy("What was asked back about leave answered"),
    "leave_asked": gettext_lazy("Leave asked for"),
    "leave_file_sent": gettext_lazy("File sent with a request for leave"),
    "leave_files_purged": gettext_lazy("Files of leave deleted on their date"),
    "leave_changed": gettext_lazy("Leave changed"),
    "leave_withdrawn": gettext_lazy("Leave taken back"),
    "leave_cancel_asked": gettext_lazy("Asked to cancel leave"),
    "leave_approved_so_far": gettext_lazy("Leave approved, and goes on"),
    "leave_approved": gettext_lazy("Leave approved"),
    "leave_refused": gettext_lazy("Leave refused"),
    "leave_asked_back": gettext_lazy("Leave asked back about"),
    "leave_reminded": gettext_lazy("Reminded of leave that waits"),
    "leave_passed_on": gettext_lazy("Leave passed on, because nobody decided"),
    "leave_cancelled": gettext_lazy("Leave cancelled"),
    "leave_cancel_refused": gettext_lazy("Leave not cancelled"),
    "leave_decision_taken_back": gettext_lazy("Decision about leave taken back"),
    "leave_booked": gettext_lazy("Leave booked for a closure"),
    "leave_recounted": gettext_lazy("Leave counted anew"),
    "leave_sheet_imported": gettext_lazy("Leave brought in by a file"),
    "leave_credit_undone": gettext_lazy("Credit of leave taken back"),
    "leave_granted": gettext_lazy("Leave granted"),
    "leave_adjusted": gettext_lazy("Balance of leave adjusted"),
    "leave_paid_out": gettext_lazy("Leave paid out"),
    "leave_books_run": gettext_lazy("Leave credited, carried and lapsed"),
    "leave_year_closed": gettext_lazy("Leave year closed"),
    "leave_year_reopened": gettext_lazy("Leave year opened again"),
    "leave_closure_booked": gettext_lazy("Leave booked for everyone concerned"),
    "leave_plan_assigned": gettext_lazy("Put on a leave plan"),
    "leave_plan_ended": gettext_lazy("Last day on a leave plan changed"),
    "leave_starter_applied": gettext_lazy("Usual leave of a country added"),
    "leave_type_added": gettext_lazy("Leave type added"),
    "leave_rules_set": gettext_lazy("Rules of a leave type set"),
    "leave_plan_added": gettext_lazy("Leave plan added"),
    "leave_plan_rules_set": gettext_lazy("Rules of a leave plan set"),
    "comp_off_claimed": gettext_lazy("Extra work claimed as leave"),
    "comp_off_approved": gettext_lazy("Extra work is leave"),
    "comp_off_refused": gettext_lazy("Extra work is not leave"),
    "feed_made": gettext_lazy("Calendar feed made"),
    "feed_ended": gettext_lazy("Calendar feed ended"),
}


_LOOKED_AT = {
    "attendance.faceenrolment": gettext_lazy("The reference picture"),
    "attendance.punchframe": gettext_lazy("The picture of a check-in"),
    "attendance.punch": gettext_lazy("A check-in and its face check"),
}


def look_words(look: Look) -> str:
    """Return what was looked at: "The picture of a check-in"."""
    return str(_LOOKED_AT.get(look.target_type) or look.get_kind_display())


def viewer_words(look: Look) -> str:
    """Return as what somebody looked: by their roles, else as the manager of the person."""
    if look.viewer_kind != ActorKind.PERSON:
        return str(look.get_viewer_kind_display())
    roles = [str(Role(code).label) for code in look.viewer_roles.split(",") if code in Role]
    words = ", ".join(roles) or _("Manager")
    if look.on_behalf_of:
        return _("%(roles)s, for %(name)s") % {"roles": words, "name": look.on_behalf_of}
    return words


def model_words(subject_type: str) -> str:
    """Return the name of a kind of record, as `app.model` knows it."""
    try:
        name = apps.get_model(subject_type)._meta.verbose_name
    except (LookupError, ValueError):
        return subject_type
    return str(capfirst(str(name)))


def verb_words(event: AuditEvent) -> str:
    """Return what was done: "Employee changed"; a verb without words stands as it is."""
    if event.verb in _WHOLE:
        return str(_WHOLE[event.verb])
    done = _DONE.get(event.verb.rpartition("_")[2])
    if done is None:
        return capfirst(event.verb.replace("_", " "))
    return _("%(record)s %(done)s") % {"record": model_words(event.subject_type), "done": done}


def actor_words(event: AuditEvent) -> str:
    """Return who did it, and in whose stead."""
    name = event.actor_name or str(event.get_actor_kind_display())
    if not event.on_behalf_of:
        return name
    return _("%(name)s, on behalf of %(other)s") % {"name": name, "other": event.on_behalf_of}


def change_words(event: AuditEvent) -> list[tuple[str, str, str]]:
    """Return (field, before, after) as a reader knows them."""
    try:
        model: type[models.Model] | None = apps.get_model(event.subject_type)
    except (LookupError, ValueError):
        model = None
    lines = []
    for name, change in event.changes.items():
        field = _field(model, name)
        label = capfirst(str(getattr(field, "verbose_name", name.replace("_", " "))))
        is_pair = isinstance(change, list) and len(change) == 2
        before, after = change if is_pair else (None, change)
        lines.append((label, value_words(field, before), value_words(field, after)))
    return lines


def _field(model: type[models.Model] | None, name: str) -> Any:
    if model is None:
        return None
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def value_words(field: Any, value: Any) -> str:
    """Return one value as a reader knows it; nothing is an empty text."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(getattr(field, "flatchoices", None) or [])
    if isinstance(value, str) and value in choices:
        return str(choices[value])
    if isinstance(value, dict):
        if not set(value) <= set(WEEKDAYS):
            return _pairs(value)
        is_hours = all(isinstance(item, dict) for item in value.values())
        return weekday_hours_words(value) if is_hours else weekly_off_words(value)
    if isinstance(value, list):
        return ", ".join(_pairs(item) if isinstance(item, dict) else str(item) for item in value)
    return str(value)


def _pairs(value: dict[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {item}" for key, item in value.items())
