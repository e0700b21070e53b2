"""What was decided about flagged punches: the last word, and what one may still take back."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, QuerySet

from attendance.enums import EntryKind
from attendance.models import Punch, PunchEntry
from companies.actor import Actor

MINUTES_TO_TAKE_BACK = 10
_DECISIONS = (EntryKind.DECIDED, EntryKind.VOIDED)
_SAID = (*_DECISIONS, EntryKind.REOPENED)


def last_decision(punch: Punch) -> PunchEntry | None:
    """Return the last word of a person about the punch, whatever it was."""
    entries = PunchEntry.objects.filter(
        employee=punch.employee_id, tap_id=punch.tap_id, kind__in=_SAID
    )
    last: PunchEntry | None = entries.order_by("-occurred_at", "-id").first()
    return last


def can_be_taken_back(entry: PunchEntry, by: Actor, now: dt.datetime) -> bool:
    """Return whether the entry is the actor's own decision of this moment about a flagged punch."""
    is_own = (entry.by_kind, entry.by_id) == (by.kind, by.id)
    is_fresh = now - entry.occurred_at <= dt.timedelta(minutes=MINUTES_TO_TAKE_BACK)
    return (
        is_own and is_fresh and entry.kind in _DECISIONS and entry.values.get("was_flagged") is True
    )


def to_take_back(by: Actor, now: dt.datetime) -> QuerySet[PunchEntry]:
    """Return the actor's decisions that may still be taken back, newest first."""
    later = PunchEntry.objects.filter(
        employee=OuterRef("employee"), tap_id=OuterRef("tap_id"), kind__in=_SAID,
        id__gt=OuterRef("id"),
    )  # fmt: skip
    rows: QuerySet[PunchEntry] = PunchEntry.objects.filter(
        ~Exists(later),
        by_kind=by.kind,
        by_id=by.id,
        kind__in=_DECISIONS,
        values__was_flagged=True,
        occurred_at__gte=now - dt.timedelta(minutes=MINUTES_TO_TAKE_BACK),
    )
    return rows.select_related("employee").order_by("-occurred_at", "-id")
