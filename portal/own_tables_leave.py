"""The tables of one's own data that tell of leave: plans, books, requests, what became of them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from integrations import documents
from leave import wording
from leave.selectors import own_data
from portal.own_cells import (
    Cells,
    Table,
    Whose,
    instants,
    label,
    of,
    plain,
    twice,
    who,
    worded,
    words,
)


def _at(row: Any, whose: Whose, *names: str) -> Cells:
    return instants(row, ZoneInfo(whose.zone), *names)


def _request_id(row: Any) -> Any:
    return row.request.public_id if row.request else None


def _plan(row: Any, whose: Whose) -> Cells:
    return plain(row, "public_id", "starts_on", "ends_on") | {"plan": row.plan.name}


def _allocation(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "key", "starts_on", "ends_on", "is_carried", "is_protected")
    cells |= {"leave_type": row.leave_type.name, "carries": row.carries}
    return cells | _at(row, whose, "created_at")


def _entry(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "key", "effective_on", "source", "amount", "rate")
    cells |= {"leave_type": row.leave_type.name, "request": _request_id(row)}
    cells |= words(row, "kind") | {"reason": wording.entry(row.reason)}
    cells["by"] = who(row.by_kind, row.by_id, whose)
    return cells | _at(row, whose, "created_at")


def _request(row: Any, whose: Whose) -> Cells:
    cells = plain(
        row, "public_id", "first_on", "last_on", "starts_at", "ends_at", "note", "handover_note",
        "is_partly", "asked_on",
    )  # fmt: skip
    cells |= words(row, "first_part", "last_part")
    cells |= {"leave_type": row.leave_type.name, "has_attachment": bool(row.attachment_key)}
    cells["in_place_of"] = row.replaces.public_id if row.replaces else None
    return cells | words(row.status, "state") | plain(row.status, "amount") | _at(
        row, whose, "created_at"
    )  # fmt: skip


def attachment_name(row: Any) -> str | None:
    """Return the name of a file in the download; one that was deleted on its date has none."""
    if row.purged_at is not None:
        return None
    return f"leave_files/{row.public_id}.{documents.ENDINGS[row.content_type]}"


def _file(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "content_type", "size", "sha256", "purge_on")
    cells["file"] = attachment_name(row)
    return cells | _at(row, whose, "created_at", "purged_at")


def _step(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "number", "place", "reason", "values") | words(row, "kind")
    cells |= {"request": _request_id(row), "by": who(row.by_kind, row.by_id, whose)}
    return cells | _at(row, whose, "happened_at")


def _day(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "date", "amount", "is_held") | words(row, "portion")
    return cells | {"request": _request_id(row), "why": wording.counted(row.why)}


def _draw(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "date", "source", "amount")
    return cells | {"request": _request_id(row), "leave_type": row.leave_type.name}


def _claim(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "date", "amount", "note") | {"leave_type": row.leave_type.name}
    cells |= _at(row, whose, "created_at")
    decision = getattr(row, "decision", None)
    if decision is None:
        names = ("outcome", "outcome_words", "reason", "by", *twice("decided_at"))
        return cells | dict.fromkeys(names)
    cells["by"] = who(decision.decided_by_kind, decision.decided_by_id, whose)
    cells |= words(decision, "outcome") | plain(decision, "reason")
    return cells | _at(decision, whose, "decided_at")


def _exemption(row: Any, whose: Whose) -> Cells:
    return {"public_id": row.public_id, "block_dates": label(row.block)}


def _feed(row: Any, whose: Whose) -> Cells:
    return plain(row, "public_id") | words(row, "kind") | _at(row, whose, "made_at")


TABLES = (
    Table(
        "leave_plans", gettext_lazy("By which plans you earn leave, from when to when."),
        ("public_id", "plan", "starts_on", "ends_on"),
        of(own_data.plans), _plan,
    ),
    Table(
        "leave_allocations", gettext_lazy("Leave that you were given, and when it may be used."),
        ("public_id", "leave_type", "key", "starts_on", "ends_on", "is_carried", "is_protected",
         "carries", *twice("created_at")),
        of(own_data.allocations), _allocation,
    ),
    Table(
        "leave_ledger", gettext_lazy("Every line of your books; a balance is their sum."),
        ("public_id", "leave_type", "key", *worded("kind"), "amount", "effective_on", "source",
         "request", "reason", "rate", "by", *twice("created_at")),
        of(own_data.entries), _entry,
    ),
    Table(
        "leave_requests", gettext_lazy("The leave that you asked for, and where it stands."),
        ("public_id", "leave_type", "first_on", "last_on", *worded("first_part", "last_part"),
         "starts_at", "ends_at", "note", "handover_note", "has_attachment", "in_place_of",
         "is_partly", "asked_on", *worded("state"), "amount", *twice("created_at")),
        of(own_data.requests), _request,
    ),
    Table(
        "leave_files", gettext_lazy("Files that you sent with requests; those kept are inside."),
        ("public_id", "file", "content_type", "size", "sha256", "purge_on",
         *twice("created_at", "purged_at")),
        of(own_data.attachments), _file,
    ),
    Table(
        "leave_steps", gettext_lazy("What was done about your requests, by whom of what kind."),
        ("public_id", "request", "number", *worded("kind"), "place", "reason", "values", "by",
         *twice("happened_at")),
        of(own_data.steps), _step,
    ),
    Table(
        "leave_days", gettext_lazy("What each date of a request counts, and why."),
        ("public_id", "request", "date", *worded("portion"), "amount", "why", "is_held"),
        of(own_data.days), _day,
    ),
    Table(
        "leave_draws", gettext_lazy("From which allocation your leave is taken, by date."),
        ("public_id", "request", "leave_type", "date", "source", "amount"),
        of(own_data.draws), _draw,
    ),
    Table(
        "comp_off_claims", gettext_lazy("Work on days off that you wanted back as leave."),
        ("public_id", "leave_type", "date", "amount", "note", *worded("outcome"), "reason", "by",
         *twice("decided_at", "created_at")),
        of(own_data.claims), _claim,
    ),
    Table(
        "block_exemptions", gettext_lazy("Block dates that do not bind you."),
        ("public_id", "block_dates"),
        of(own_data.exemptions), _exemption,
    ),
    Table(
        "calendar_feeds", gettext_lazy("Addresses at which your calendar reads leave."),
        ("public_id", *worded("kind"), *twice("made_at")),
        of(own_data.feeds), _feed,
    ),
)  # fmt: skip
