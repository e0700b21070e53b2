"""The tables of one's own data: which rows, which columns, in which words.

Column names are a public contract (`SCHEMA`): later versions add, never rename. No other person
is named: whoever else acted stands there by what they are. What is left out, and why, stands in
docs/privacy.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import wording
from attendance.enums import DayException
from attendance.selectors import own_data as attendance_own
from companies import admin_words, selectors
from companies.enums import ActorKind
from companies.models import Delegation, User
from integrations import documents
from portal.own_cells import (
    OTHERS,
    Cells,
    Table,
    Whose,
    instant,
    instants,
    label,
    of,
    plain,
    twice,
    who,
    worded,
    words,
)


def _account(row: User, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "email", "name", "locale", "is_active")
    return cells | instants(row, ZoneInfo(whose.zone), "created_at", "last_login")


def _engagement(row: Any, whose: Whose) -> Cells:
    cells = plain(
        row, "public_id", "code", "name", "email", "joined_on", "left_on", "judged_from",
        "is_active",
    )  # fmt: skip
    return cells | words(row, "employment_type")


def _placement(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "starts_on", "zone", "weekly_off")
    cells["employee_code"] = row.employee.code
    cells["has_manager"] = row.manager_id is not None
    return cells | {
        name: label(getattr(row, name)) for name in ("office", "department", "default_shift")
    }


def _role(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "starts_on", "ends_on")
    return cells | words(row, "role") | {"department": label(row.department)}


def _pin(row: Any, whose: Whose) -> Cells:
    return {"employee_code": row.employee.code} | instants(row, ZoneInfo(whose.zone), "set_at")


def _delegation(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "starts_on", "ends_on", "reason")
    cells["is_mine_to_decide"] = row.delegate.user_id == whose.user.pk
    return cells | instants(row, ZoneInfo(whose.zone), "made_at", "ended_at")


def _records_request(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "note", "reason") | words(row, "outcome")
    zone = ZoneInfo(whose.zone)
    return cells | instants(row, zone, "asked_at", "decided_at", "available_until")


def _assignment(row: Any, whose: Whose) -> Cells:
    return plain(row, "public_id", "starts_on", "ends_on") | {"shift": str(row.shift)}


def _mark(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "date", "starts_at", "ends_at", "code", "is_paid")
    cells["source"] = row.source_ref
    cells["withdraws"] = row.withdraws.public_id if row.withdraws else None
    cells |= words(row, "kind", "portion")
    return cells | instants(row, ZoneInfo(whose.zone), "created_at")


def _punch(row: Any, whose: Whose) -> Cells:
    zone = dt.timezone(dt.timedelta(minutes=row.utc_offset_minutes))
    cells = plain(row, "public_id", "tap_id", "zone") | words(row, "direction", "source")
    cells |= {"no_picture_because": _reason(row.no_frame)}
    cells |= instants(row, zone, "occurred_at", "device_at", "created_at")
    return cells | _state(getattr(row, "state", None), zone)


def _reason(code: str) -> str:
    return wording.reason(code) or code


def _state(state: Any, zone: dt.tzinfo) -> Cells:
    """Return what is known of a punch; one recorded this moment has nothing yet."""
    if state is None:
        names = ("counts_for", "face", "face_words", "head_turn", "head_turn_words", "is_flagged",
                 "is_refused", "decided_at", "decided_at_local", "voided_at",
                 "voided_at_local")  # fmt: skip
        return dict.fromkeys(names)
    return {
        "counts_for": state.attendance_date,
        "face": state.face,
        "face_words": wording.face(state),
        "head_turn": state.liveness,
        "head_turn_words": wording.turn(state),
        "is_flagged": state.is_flagged,
        "is_refused": state.is_refused,
        **instants(state, zone, "decided_at", "voided_at"),
    }


def _entry(row: Any, whose: Whose) -> Cells:
    values: Mapping[str, Any] = row.values
    return (
        plain(row, "public_id", "tap_id", "values", "reason")
        | words(row, "kind")
        | {"because": _reason(values.get("reason", "")), "by": who(row.by_kind, row.by_id, whose)}
        | instants(row, ZoneInfo(whose.zone), "occurred_at")
    )


def _day(row: Any, whose: Whose) -> Cells:
    zone = ZoneInfo(row.zone)
    cells = plain(
        row, "public_id", "date", "slot", "code", "is_open", "zone", "shift_name",
        "worked_minutes", "break_minutes", "late_minutes", "early_minutes", "input",
        "policy_version", "shift_version", "calendar_revision",
    )  # fmt: skip
    cells |= words(row, "status")
    cells["exceptions"] = [str(DayException(code).label) for code in row.exceptions]
    cells["steps"] = wording.sentences(row)
    return cells | instants(
        row, zone, "scheduled_start_at", "scheduled_end_at", "first_in_at", "last_out_at",
        "settles_at", "settled_at", "judged_at",
    )  # fmt: skip


def _manual(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "date", "code", "worked_minutes", "reason")
    cells |= words(row, "action", "status") | {"by": who(ActorKind.PERSON, row.by_id, whose)}
    cells["replaces"] = row.replaces.public_id if row.replaces else None
    return cells | instants(row, ZoneInfo(whose.zone), "created_at")


def _correction(row: Any, whose: Whose) -> Cells:
    zone = ZoneInfo(row.zone)
    cells = plain(row, "public_id", "date", "last_on", "with_days_off", "note", "is_given", "zone")
    cells |= words(row, "kind") | instants(row, zone, "out_at", "created_at")
    cells["punches"] = [
        {**instant("at", line.occurred_at, zone), "direction": line.direction,
         "taken_out": line.voids_id is not None}
        for line in row.punches.all()
    ]  # fmt: skip
    cells["file"] = _file_cells(row, zone)
    decision = getattr(row, "decision", None)
    cells |= _taken_back(getattr(decision, "cancellation", None), zone, whose)
    if decision is None:
        return cells | dict.fromkeys(
            ("outcome", "outcome_words", "reason", "by", *twice("decided_at"))
        )
    by = who(decision.decided_by_kind, decision.decided_by_id, whose)
    cells |= words(decision, "outcome") | plain(decision, "reason") | {"by": by}
    return cells | instants(decision, zone, "decided_at")


def correction_file_name(row: Any) -> str | None:
    """Return the name of a file in the download; one that was deleted on its date has none."""
    if row.purged_at is not None:
        return None
    return f"correction_files/{row.public_id}.{documents.ENDINGS[row.content_type]}"


def _file_cells(request: Any, zone: ZoneInfo) -> Cells | None:
    row = getattr(request, "file", None)
    if row is None:
        return None
    cells = plain(row, "public_id", "content_type", "size", "sha256", "purge_on")
    cells["file"] = correction_file_name(row)
    return cells | instants(row, zone, "created_at", "purged_at")


def _taken_back(row: Any, zone: ZoneInfo, whose: Whose) -> Cells:
    if row is None:
        return dict.fromkeys(("taken_back_by", "taken_back_reason", *twice("cancelled_at")))
    by = who(row.cancelled_by_kind, row.cancelled_by_id, whose)
    cells: Cells = {"taken_back_by": by, "taken_back_reason": row.reason}
    return cells | instants(row, zone, "cancelled_at")


def _pick(row: Any, whose: Whose) -> Cells:
    day = row.calendar_day
    cells = {"public_id": row.public_id, "date": day.date, "holiday": day.name}
    return cells | instants(row, ZoneInfo(whose.zone), "created_at")


def _consent(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "text_version", "text_sha256", "locale", "is_given")
    return cells | instants(row, ZoneInfo(whose.zone), "decided_at")


def reference_name(row: Any) -> str | None:
    """Return the name in the file of the picture that an enrolment keeps."""
    return f"pictures/reference-{row.public_id}.jpg" if row.reference_key else None


def _enrolment(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id") | words(row, "state")
    cells["consent"] = row.consent.public_id
    cells |= {"picture": reference_name(row), "picture_sha256": row.reference_sha256}
    zone = ZoneInfo(whose.zone)
    return cells | instants(row, zone, "started_at", "activated_at", "ended_at")


def _template(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "engine", "version")
    cells["enrolment"] = row.enrolment.public_id
    return cells | instants(row, ZoneInfo(whose.zone), "created_at")


def _erasure(row: Any, whose: Whose) -> Cells:
    zone = ZoneInfo(whose.zone)
    cells = plain(row, "public_id", "counts") | words(row, "reason")
    cells |= {"files_left": row.left, "faces_left": row.faces_left}
    cells["by"] = who(row.by_kind, row.by_id, whose)
    done = getattr(row, "receipt", None)
    cells |= instant("finished_at", done.finished_at if done else None, zone)
    return cells | instants(row, zone, "asked_at")


def picture_name(row: Any) -> str | None:
    """Return the picture's name in the file; one that nobody has looked into is not inside."""
    return f"pictures/{row.public_id}.jpg" if row.is_clean and row.storage_key else None


def _frame(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "sha256", "size", "is_clean", "purge_on")
    cells |= {"punch": row.punch.public_id, "problem": _reason(row.problem)} | words(row, "kind")
    cells["file"] = picture_name(row)
    return cells | instants(row, ZoneInfo(whose.zone), "created_at")


def _turn(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "was_looked_at") | words(row, "turn", "state")
    cells["punch"] = row.punch.public_id
    zone = ZoneInfo(whose.zone)
    return cells | instants(row, zone, "issued_at", "expires_at", "finished_at")


def _look(row: Any, whose: Whose) -> Cells:
    """Return a look of somebody else, who is not named, by what they are."""
    cells = plain(row, "public_id", "channel") | words(row, "kind")
    cells |= {"what": admin_words.look_words(row), "of": row.about_on}
    cells["by"] = admin_words.viewer_words(row)
    return cells | instants(row, ZoneInfo(whose.zone), "looked_at")


def _notice_choice(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "kind", "is_wanted")
    return cells | instants(row, ZoneInfo(whose.zone), "chosen_at")


def _mail(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "to", "template", "locale") | words(row, "channel", "state")
    return cells | instants(row, ZoneInfo(whose.zone), "created_at", "not_before", "sent_at")


def _deed(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "verb", "channel")
    cells |= {"verb_words": admin_words.verb_words(row)}
    cells["kind_of_record"] = admin_words.model_words(row.subject_type)
    return cells | instants(row, ZoneInfo(whose.zone), "occurred_at")


def _event(row: Any, whose: Whose) -> Cells:
    """Return an event about the person whole, but for the names of others in it."""
    changes = {
        name: [_hidden(side) for side in change] if name in OTHERS else change
        for name, change in row.changes.items()
    }
    return (
        _deed(row, whose)
        | {"record": _record(row), "reason": row.reason, "changes": changes}
        | {"by": who(row.actor_kind, row.actor_id, whose)}
    )


def _record(row: Any) -> str:
    """Return what the record was called then; that of a delegation names two people."""
    if row.subject_type == Delegation._meta.label_lower:
        return admin_words.model_words(row.subject_type)
    label: str = row.subject_label
    return label


def _hidden(side: Any) -> str | None:
    return None if side is None else _("Another person of the company")


def _events(whose: Whose) -> Iterator[Any]:
    own = (
        User.objects.filter(pk=whose.user.pk),
        *(
            rows(whose.user, whose.company)
            for rows in (
                selectors.own_engagements, selectors.own_placements, selectors.own_role_grants,
                selectors.own_delegations, selectors.own_records_requests,
                attendance_own.assignments, attendance_own.marks, attendance_own.punches,
                attendance_own.days, attendance_own.manual_verdicts, attendance_own.corrections,
                attendance_own.holiday_picks, attendance_own.consents, attendance_own.enrolments,
                attendance_own.erasures, attendance_own.overtime_decisions,
                attendance_own.internships, attendance_own.certificates,
            )
        ),
    )  # fmt: skip
    yield from selectors.events_about(own, whose.company)


_DEED = ("public_id", *twice("occurred_at"), *worded("verb"), "kind_of_record", "channel")

TABLES = (
    Table(
        "account", gettext_lazy("How you sign in."),
        ("public_id", "name", "email", "locale", "is_active", *twice("created_at", "last_login")),
        lambda whose: User.objects.filter(pk=whose.user.pk), _account,
    ),
    Table(
        "engagements", gettext_lazy("Your work for the company, from the first to the last day."),
        ("public_id", "code", "name", "email", *worded("employment_type"), "joined_on", "left_on",
         "judged_from", "is_active"),
        of(selectors.own_engagements), _engagement,
    ),
    Table(
        "placements", gettext_lazy("Where you stand from a date: office, department, shift."),
        ("public_id", "employee_code", "starts_on", "office", "department", "default_shift",
         "zone", "weekly_off", "has_manager"),
        of(selectors.own_placements), _placement,
    ),
    Table(
        "roles", gettext_lazy("What you may do here beyond your own days."),
        ("public_id", *worded("role"), "department", "starts_on", "ends_on"),
        of(selectors.own_role_grants), _role,
    ),
    Table(
        "pins", gettext_lazy("That you chose a PIN, and when; the PIN itself is kept by nobody."),
        ("employee_code", *twice("set_at")), of(selectors.own_pins), _pin,
    ),
    Table(
        "delegations", gettext_lazy("When somebody decided in your stead, or you in another's."),
        ("public_id", "is_mine_to_decide", "starts_on", "ends_on", "reason",
         *twice("made_at", "ended_at")),
        of(selectors.own_delegations), _delegation,
    ),
    Table(
        "records_requests", gettext_lazy("When you asked for your records after you had left."),
        ("public_id", "note", *worded("outcome"), "reason",
         *twice("asked_at", "decided_at", "available_until")),
        of(selectors.own_records_requests), _records_request,
    ),
    Table(
        "assignments", gettext_lazy("Shifts that you were put on for a time."),
        ("public_id", "shift", "starts_on", "ends_on"),
        of(attendance_own.assignments), _assignment,
    ),
    Table(
        "marks", gettext_lazy("Leave, on duty, work from home; a row may take another back."),
        ("public_id", "date", *worded("kind", "portion"), "starts_at", "ends_at", "code",
         "is_paid", "source", "withdraws", *twice("created_at")),
        of(attendance_own.marks), _mark,
    ),
    Table(
        "punches", gettext_lazy("Every check-in and check-out, and what is known of each today."),
        ("public_id", "tap_id", *twice("occurred_at"), "zone", *worded("direction", "source"),
         "no_picture_because", "counts_for", *worded("face", "head_turn"),
         "is_flagged", "is_refused",
         *twice("decided_at", "voided_at", "device_at", "created_at")),
        of(attendance_own.punches), _punch,
    ),
    Table(
        "punch_entries", gettext_lazy("What was said of a check-in later; tap_id says of which."),
        ("public_id", "tap_id", *worded("kind"), "because", "reason", "by", "values",
         *twice("occurred_at")),
        of(attendance_own.entries), _entry,
    ),
    Table(
        "pictures", gettext_lazy("Pictures of check-ins; those that were looked at are inside."),
        ("public_id", "punch", *worded("kind"), "file", "is_clean", "problem", "size", "sha256",
         "purge_on", *twice("created_at")),
        of(attendance_own.frames), _frame,
    ),
    Table(
        "head_turns", gettext_lazy("Head turns that you were asked for when you checked in."),
        ("public_id", "punch", *worded("turn", "state"), "was_looked_at",
         *twice("issued_at", "expires_at", "finished_at")),
        of(attendance_own.turns), _turn,
    ),
    Table(
        "days", gettext_lazy("Your judged days: figures, why, and what they were judged by."),
        ("public_id", "date", "slot", *worded("status"), "code", "is_open", "shift_name", "zone",
         *twice("scheduled_start_at", "scheduled_end_at", "first_in_at", "last_out_at"),
         "worked_minutes", "break_minutes", "late_minutes", "early_minutes", "exceptions", "steps",
         "input", "policy_version", "shift_version", "calendar_revision",
         *twice("settles_at", "settled_at", "judged_at")),
        of(attendance_own.days), _day,
    ),
    Table(
        "days_by_hand", gettext_lazy("Days that HR set by hand or skipped; the last row holds."),
        ("public_id", "date", *worded("action", "status"), "code", "worked_minutes", "reason",
         "by", "replaces", *twice("created_at")),
        of(attendance_own.manual_verdicts), _manual,
    ),
    Table(
        "corrections", gettext_lazy("What you asked to have corrected, and how it was decided."),
        ("public_id", "date", "last_on", "with_days_off", *worded("kind"), *twice("out_at"),
         "punches", "file", "zone", "note", "is_given", *worded("outcome"), "reason", "by",
         *twice("decided_at", "created_at"), "taken_back_by", "taken_back_reason",
         *twice("cancelled_at")),
        of(attendance_own.corrections), _correction,
    ),
    Table(
        "optional_holidays", gettext_lazy("Optional holidays that you picked."),
        ("public_id", "date", "holiday", *twice("created_at")),
        of(attendance_own.holiday_picks), _pick,
    ),
    Table(
        "face_consents", gettext_lazy("Your answers to the text about the face check."),
        ("public_id", *twice("decided_at"), "is_given", "text_version", "text_sha256", "locale"),
        of(attendance_own.consents), _consent,
    ),
    Table(
        "face_enrolments", gettext_lazy("When reference faces were taken, used and deleted."),
        ("public_id", *worded("state"), "consent", "picture", "picture_sha256",
         *twice("started_at", "activated_at", "ended_at")),
        of(attendance_own.enrolments), _enrolment,
    ),
    Table(
        "face_templates",
        gettext_lazy("One row for each kept template; itself it is encrypted (128 numbers, or the "
                     "name of the face at the service that keeps it) and not inside."),
        ("public_id", "enrolment", "engine", "version", *twice("created_at")),
        of(attendance_own.templates), _template,
    ),
    Table(
        "face_erasures", gettext_lazy("What was deleted of your face before its date."),
        ("public_id", *twice("asked_at"), *worded("reason"), "counts", "files_left",
         "faces_left", "by", *twice("finished_at")),
        of(attendance_own.erasures), _erasure,
    ),
    Table(
        "events", gettext_lazy("What was changed or decided about you, by whom of what kind."),
        (*_DEED, "record", "by", "reason", "changes"),
        _events, _event,
    ),
    Table(
        "deeds", gettext_lazy("What you did here; of other people's records only the kind."),
        _DEED, of(selectors.own_deeds), _deed,
    ),
    Table(
        "looks", gettext_lazy("Who looked at a picture of you, or at what was said of your face."),
        ("public_id", *worded("kind"), "what", "of", "by", "channel", *twice("looked_at")),
        of(selectors.own_looks), _look,
    ),
    Table(
        "mail_choices", gettext_lazy("Which mails you want; of a kind that is missing, you do."),
        ("public_id", "kind", "is_wanted", *twice("chosen_at")),
        of(selectors.own_notice_choices), _notice_choice,
    ),
    Table(
        "mails", gettext_lazy("Mails to you, invitations (sign_in_link) among them."),
        ("public_id", "to", "template", *worded("channel", "state"), "locale",
         *twice("created_at", "not_before", "sent_at")),
        of(selectors.own_mails), _mail,
    ),
)  # fmt: skip
