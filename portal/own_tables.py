"""The tables of one's own data: which rows, which columns, in which words.

Column names are a public contract (`SCHEMA`): later versions add, never rename. No other person
is named: whoever else acted stands there by what they are. What is left out, and why, stands in
docs/privacy.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import wording
from attendance.enums import DayException
from attendance.selectors import own_data as attendance_own
from attendance.selectors.settings import company_settings
from attendance.selectors.today import today
from companies import admin_words, selectors
from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import Company, User
from companies.selectors import OWN_CHUNK

SCHEMA = 1
Cells = dict[str, Any]
# What a change of one's own rows may say of another person.
OTHERS = frozenset({"manager", "locked_by"})


@dataclass(frozen=True)
class Whose:
    """The person who asks, the company they act in, and the zone of their clocks today."""

    user: User
    company: Company
    zone: str


def zone_of(actor: Actor, *, now: dt.datetime) -> str:
    """Return the zone of the actor's clocks: who works nowhere reads the company's."""
    if actor.employee is not None:
        return today(employee=actor.employee, now=now).zone
    assert actor.company is not None  # noqa: S101  # whoever has no company has no data here
    return company_settings(actor.company).policy_on(now.date()).zone


@dataclass(frozen=True)
class Table:
    """One table: `rows` come piece by piece, `cells` makes a line of each."""

    name: str
    says: str | Promise
    columns: tuple[str, ...]
    rows: Callable[[Whose], Iterable[Any]]
    cells: Callable[[Any, Whose], Cells]

    def lines(self, whose: Whose) -> Iterator[Cells]:
        rows = self.rows(whose)
        if isinstance(rows, QuerySet):
            rows = rows.iterator(chunk_size=OWN_CHUNK)
        for row in rows:
            found = self.cells(row, whose)
            yield {name: found[name] for name in self.columns}


def _instant(name: str, value: dt.datetime | None, zone: dt.tzinfo) -> Cells:
    """Return an instant twice: in UTC, and as the clocks of its place showed it."""
    if value is None:
        return {name: None, f"{name}_local": None}
    return {
        name: value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        f"{name}_local": value.astimezone(zone).isoformat(),
    }


def _instants(row: Any, zone: dt.tzinfo, *names: str) -> Cells:
    return {key: cell for name in names for key, cell in _pair(row, zone, name)}


def _pair(row: Any, zone: dt.tzinfo, name: str) -> Iterable[tuple[str, Any]]:
    return _instant(name, getattr(row, name), zone).items()


def _plain(row: Any, *names: str) -> Cells:
    return {name: getattr(row, name) for name in names}


def _words(row: Any, *names: str) -> Cells:
    """Return codes together with their words."""
    return {
        key: value
        for name in names
        for key, value in (
            (name, getattr(row, name)),
            (f"{name}_words", str(getattr(row, f"get_{name}_display")())),
        )
    }


def _label(row: Any) -> str | None:
    return None if row is None else str(row)


def _who(kind: str, public_id: str, whose: Whose) -> str:
    """Return who acted without naming another person."""
    if public_id == str(whose.user.public_id):
        return _("Yourself")
    if kind == ActorKind.PERSON:
        return _("Another person of the company")
    return str(ActorKind(kind).label) if kind in ActorKind.values else kind


def _account(row: User, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "email", "name", "locale", "is_active")
    return cells | _instants(row, ZoneInfo(whose.zone), "created_at", "last_login")


def _engagement(row: Any, whose: Whose) -> Cells:
    cells = _plain(
        row, "public_id", "code", "name", "email", "joined_on", "left_on", "judged_from",
        "is_active",
    )  # fmt: skip
    return cells | _words(row, "employment_type")


def _placement(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "starts_on", "zone", "weekly_off")
    cells["employee_code"] = row.employee.code
    cells["has_manager"] = row.manager_id is not None
    return cells | {
        name: _label(getattr(row, name)) for name in ("office", "department", "default_shift")
    }


def _role(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "starts_on", "ends_on")
    return cells | _words(row, "role") | {"department": _label(row.department)}


def _assignment(row: Any, whose: Whose) -> Cells:
    return _plain(row, "public_id", "starts_on", "ends_on") | {"shift": str(row.shift)}


def _mark(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "date", "starts_at", "ends_at", "code", "is_paid")
    cells["source"] = row.source_ref
    cells["withdraws"] = row.withdraws.public_id if row.withdraws else None
    cells |= _words(row, "kind", "portion")
    return cells | _instants(row, ZoneInfo(whose.zone), "created_at")


def _punch(row: Any, whose: Whose) -> Cells:
    zone = dt.timezone(dt.timedelta(minutes=row.utc_offset_minutes))
    cells = _plain(row, "public_id", "tap_id", "zone") | _words(row, "direction", "source")
    cells |= {"no_picture_because": _reason(row.no_frame)}
    cells |= _instants(row, zone, "occurred_at", "device_at", "created_at")
    return cells | _state(getattr(row, "state", None), zone)


def _reason(code: str) -> str:
    return str(wording.FACE_REASONS.get(code, code))


def _state(state: Any, zone: dt.tzinfo) -> Cells:
    """Return what is known of a punch; one recorded this moment has nothing yet."""
    if state is None:
        names = ("counts_for", "face", "face_words", "is_flagged", "decided_at",
                 "decided_at_local", "voided_at", "voided_at_local")  # fmt: skip
        return dict.fromkeys(names)
    return {
        "counts_for": state.attendance_date,
        "face": state.face,
        "face_words": wording.face(state),
        "is_flagged": state.is_flagged,
        **_instants(state, zone, "decided_at", "voided_at"),
    }


def _entry(row: Any, whose: Whose) -> Cells:
    values: Mapping[str, Any] = row.values
    return (
        _plain(row, "public_id", "tap_id", "values", "reason")
        | _words(row, "kind")
        | {"because": _reason(values.get("reason", "")), "by": _who(row.by_kind, row.by_id, whose)}
        | _instants(row, ZoneInfo(whose.zone), "occurred_at")
    )


def _day(row: Any, whose: Whose) -> Cells:
    zone = ZoneInfo(row.zone)
    cells = _plain(
        row, "public_id", "date", "slot", "code", "is_open", "zone", "shift_name",
        "worked_minutes", "break_minutes", "late_minutes", "early_minutes", "input",
        "policy_version", "shift_version", "calendar_revision",
    )  # fmt: skip
    cells |= _words(row, "status")
    cells["exceptions"] = [str(DayException(code).label) for code in row.exceptions]
    cells["steps"] = wording.sentences(row)
    return cells | _instants(
        row, zone, "scheduled_start_at", "scheduled_end_at", "first_in_at", "last_out_at",
        "settles_at", "settled_at", "judged_at",
    )  # fmt: skip


def _manual(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "date", "code", "worked_minutes", "reason")
    cells |= _words(row, "action", "status") | {"by": _who(ActorKind.PERSON, row.by_id, whose)}
    cells["replaces"] = row.replaces.public_id if row.replaces else None
    return cells | _instants(row, ZoneInfo(whose.zone), "created_at")


def _correction(row: Any, whose: Whose) -> Cells:
    zone = ZoneInfo(row.zone)
    cells = _plain(row, "public_id", "date", "note", "zone") | _words(row, "kind")
    cells |= _instants(row, zone, "out_at", "created_at")
    decision = getattr(row, "decision", None)
    if decision is None:
        return cells | dict.fromkeys(
            ("outcome", "outcome_words", "reason", "by", *_twice("decided_at"))
        )
    by = _who(decision.decided_by_kind, decision.decided_by_id, whose)
    cells |= _words(decision, "outcome") | _plain(decision, "reason") | {"by": by}
    return cells | _instants(decision, zone, "decided_at")


def _pick(row: Any, whose: Whose) -> Cells:
    day = row.calendar_day
    cells = {"public_id": row.public_id, "date": day.date, "holiday": day.name}
    return cells | _instants(row, ZoneInfo(whose.zone), "created_at")


def _consent(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "text_version", "text_sha256", "locale", "is_given")
    return cells | _instants(row, ZoneInfo(whose.zone), "decided_at")


def _enrolment(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id") | _words(row, "state")
    cells["consent"] = row.consent.public_id
    zone = ZoneInfo(whose.zone)
    return cells | _instants(row, zone, "started_at", "activated_at", "ended_at")


def _template(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "engine", "version")
    cells["enrolment"] = row.enrolment.public_id
    return cells | _instants(row, ZoneInfo(whose.zone), "created_at")


def picture_name(row: Any) -> str | None:
    """Return the picture's name in the file; one that nobody has looked into is not inside."""
    return f"pictures/{row.public_id}.jpg" if row.is_clean and row.storage_key else None


def _frame(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "sha256", "size", "is_clean", "purge_on")
    cells |= {"punch": row.punch.public_id, "problem": _reason(row.problem)}
    cells["file"] = picture_name(row)
    return cells | _instants(row, ZoneInfo(whose.zone), "created_at")


def _mail(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "to", "template", "locale") | _words(row, "channel", "state")
    zone = ZoneInfo(whose.zone)
    return cells | _instants(row, zone, "created_at", "not_before", "sent_at")


def _deed(row: Any, whose: Whose) -> Cells:
    cells = _plain(row, "public_id", "verb", "channel")
    cells |= {"verb_words": admin_words.verb_words(row)}
    cells["kind_of_record"] = admin_words.model_words(row.subject_type)
    return cells | _instants(row, ZoneInfo(whose.zone), "occurred_at")


def _event(row: Any, whose: Whose) -> Cells:
    """Return an event about the person whole, but for the names of others in it."""
    changes = {
        name: [_hidden(side) for side in change] if name in OTHERS else change
        for name, change in row.changes.items()
    }
    return (
        _deed(row, whose)
        | {"record": row.subject_label, "reason": row.reason, "changes": changes}
        | {"by": _who(row.actor_kind, row.actor_id, whose)}
    )


def _hidden(side: Any) -> str | None:
    return None if side is None else _("Another person of the company")


def _events(whose: Whose) -> Iterator[Any]:
    own = (
        User.objects.filter(pk=whose.user.pk),
        *(
            rows(whose.user, whose.company)
            for rows in (
                selectors.own_engagements, selectors.own_placements, selectors.own_role_grants,
                attendance_own.assignments, attendance_own.marks, attendance_own.punches,
                attendance_own.days, attendance_own.manual_verdicts, attendance_own.corrections,
                attendance_own.holiday_picks, attendance_own.consents, attendance_own.enrolments,
            )
        ),
    )  # fmt: skip
    yield from selectors.events_about(own, whose.company)


def _of(select: Callable[[User, Company], Any]) -> Callable[[Whose], Any]:
    return partial(_select, select)


def _select(select: Callable[[User, Company], Any], whose: Whose) -> Any:
    return select(whose.user, whose.company)


def _twice(*names: str) -> tuple[str, ...]:
    return tuple(key for name in names for key in (name, f"{name}_local"))


def _worded(*names: str) -> tuple[str, ...]:
    return tuple(key for name in names for key in (name, f"{name}_words"))


_DEED = ("public_id", *_twice("occurred_at"), *_worded("verb"), "kind_of_record", "channel")

TABLES = (
    Table(
        "account", gettext_lazy("How you sign in."),
        ("public_id", "name", "email", "locale", "is_active", *_twice("created_at", "last_login")),
        lambda whose: User.objects.filter(pk=whose.user.pk), _account,
    ),
    Table(
        "engagements", gettext_lazy("Your work for the company, from the first to the last day."),
        ("public_id", "code", "name", "email", *_worded("employment_type"), "joined_on", "left_on",
         "judged_from", "is_active"),
        _of(selectors.own_engagements), _engagement,
    ),
    Table(
        "placements", gettext_lazy("Where you stand from a date: office, department, shift."),
        ("public_id", "employee_code", "starts_on", "office", "department", "default_shift",
         "zone", "weekly_off", "has_manager"),
        _of(selectors.own_placements), _placement,
    ),
    Table(
        "roles", gettext_lazy("What you may do here beyond your own days."),
        ("public_id", *_worded("role"), "department", "starts_on", "ends_on"),
        _of(selectors.own_role_grants), _role,
    ),
    Table(
        "assignments", gettext_lazy("Shifts that you were put on for a time."),
        ("public_id", "shift", "starts_on", "ends_on"),
        _of(attendance_own.assignments), _assignment,
    ),
    Table(
        "marks", gettext_lazy("Leave, on duty, work from home; a row may take another back."),
        ("public_id", "date", *_worded("kind", "portion"), "starts_at", "ends_at", "code",
         "is_paid", "source", "withdraws", *_twice("created_at")),
        _of(attendance_own.marks), _mark,
    ),
    Table(
        "punches", gettext_lazy("Every check-in and check-out, and what is known of each today."),
        ("public_id", "tap_id", *_twice("occurred_at"), "zone", *_worded("direction", "source"),
         "no_picture_because", "counts_for", *_worded("face"), "is_flagged",
         *_twice("decided_at", "voided_at", "device_at", "created_at")),
        _of(attendance_own.punches), _punch,
    ),
    Table(
        "punch_entries", gettext_lazy("What was said of a check-in later; tap_id says of which."),
        ("public_id", "tap_id", *_worded("kind"), "because", "reason", "by", "values",
         *_twice("occurred_at")),
        _of(attendance_own.entries), _entry,
    ),
    Table(
        "pictures", gettext_lazy("Pictures of check-ins; those that were looked at are inside."),
        ("public_id", "punch", "file", "is_clean", "problem", "size", "sha256", "purge_on",
         *_twice("created_at")),
        _of(attendance_own.frames), _frame,
    ),
    Table(
        "days", gettext_lazy("Your judged days: figures, why, and what they were judged by."),
        ("public_id", "date", "slot", *_worded("status"), "code", "is_open", "shift_name", "zone",
         *_twice("scheduled_start_at", "scheduled_end_at", "first_in_at", "last_out_at"),
         "worked_minutes", "break_minutes", "late_minutes", "early_minutes", "exceptions", "steps",
         "input", "policy_version", "shift_version", "calendar_revision",
         *_twice("settles_at", "settled_at", "judged_at")),
        _of(attendance_own.days), _day,
    ),
    Table(
        "days_by_hand", gettext_lazy("Days that HR set by hand or skipped; the last row holds."),
        ("public_id", "date", *_worded("action", "status"), "code", "worked_minutes", "reason",
         "by", "replaces", *_twice("created_at")),
        _of(attendance_own.manual_verdicts), _manual,
    ),
    Table(
        "corrections", gettext_lazy("What you asked to have corrected, and how it was decided."),
        ("public_id", "date", *_worded("kind"), *_twice("out_at"), "zone", "note",
         *_worded("outcome"), "reason", "by", *_twice("decided_at", "created_at")),
        _of(attendance_own.corrections), _correction,
    ),
    Table(
        "optional_holidays", gettext_lazy("Optional holidays that you picked."),
        ("public_id", "date", "holiday", *_twice("created_at")),
        _of(attendance_own.holiday_picks), _pick,
    ),
    Table(
        "face_consents", gettext_lazy("Your answers to the text about the face check."),
        ("public_id", *_twice("decided_at"), "is_given", "text_version", "text_sha256", "locale"),
        _of(attendance_own.consents), _consent,
    ),
    Table(
        "face_enrolments", gettext_lazy("When reference faces were taken, used and deleted."),
        ("public_id", *_worded("state"), "consent",
         *_twice("started_at", "activated_at", "ended_at")),
        _of(attendance_own.enrolments), _enrolment,
    ),
    Table(
        "face_templates",
        gettext_lazy("One row for each kept template; itself it is 128 encrypted numbers, which "
                     "are not inside."),
        ("public_id", "enrolment", "engine", "version", *_twice("created_at")),
        _of(attendance_own.templates), _template,
    ),
    Table(
        "events", gettext_lazy("What was changed or decided about you, by whom of what kind."),
        (*_DEED, "record", "by", "reason", "changes"),
        _events, _event,
    ),
    Table(
        "deeds", gettext_lazy("What you did here; of other people's records only the kind."),
        _DEED, _of(selectors.own_deeds), _deed,
    ),
    Table(
        "mails", gettext_lazy("Mails to you, invitations (sign_in_link) among them."),
        ("public_id", "to", "template", *_worded("channel", "state"), "locale",
         *_twice("created_at", "not_before", "sent_at")),
        _of(selectors.own_mails), _mail,
    ),
)  # fmt: skip
