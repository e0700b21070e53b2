"""What other systems are told of attendance (docs/announcements.md): ids and facts, no names.

Without a topic (`MUSTER_ANNOUNCE_TOPIC`) nothing is written at all.
"""

from __future__ import annotations

from typing import Any

from attendance.enums import EntryKind
from attendance.models import CorrectionCancellation, CorrectionDecision, Punch, PunchEntry
from companies import outbox

_OUTCOMES = {
    EntryKind.DECIDED: "accepted", EntryKind.VOIDED: "voided", EntryKind.REOPENED: "taken_back",
}  # fmt: skip


def punch_recorded(punch: Punch) -> None:
    """Tell of a punch that now stands, whoever or whatever recorded it."""
    outbox.announce(
        company=punch.company,
        kind="punch.recorded",
        dedupe_key=f"announce:punch:{punch.public_id}",
        at=punch.occurred_at,
        data={
            "punch": str(punch.public_id),
            "employee": str(punch.employee.public_id),
            "direction": str(punch.direction),
            "source": str(punch.source),
            "occurred_at": punch.occurred_at.isoformat(),
            "zone": punch.zone,
        },
    )


def punch_decided(punch: Punch, entry: PunchEntry) -> None:
    """Tell how a person decided about a punch, or that the decision was taken back."""
    _decided(
        entry,
        at=entry.occurred_at,
        request="punch",
        key=entry.key,
        of={"punch": str(punch.public_id), "employee": str(punch.employee.public_id)},
        outcome=_OUTCOMES[EntryKind(entry.kind)],
    )


def correction_decided(decision: CorrectionDecision) -> None:
    """Tell how a person's request for a correction was decided."""
    request = decision.request
    _decided(
        decision,
        at=decision.decided_at,
        request="correction",
        key=str(decision.public_id),
        of={
            "correction": str(request.public_id),
            "employee": str(request.employee.public_id),
            "date": request.date.isoformat(),
        },
        outcome=str(decision.outcome),
    )


def correction_cancelled(cancellation: CorrectionCancellation) -> None:
    """Tell that an approved correction was taken back."""
    request = cancellation.decision.request
    _decided(
        cancellation,
        at=cancellation.cancelled_at,
        request="correction",
        key=str(cancellation.public_id),
        of={
            "correction": str(request.public_id),
            "employee": str(request.employee.public_id),
            "date": request.date.isoformat(),
        },
        outcome="taken_back",
    )


def _decided(
    row: PunchEntry | CorrectionDecision | CorrectionCancellation,
    *,
    at: Any,
    request: str,
    key: str,
    of: dict[str, str],
    outcome: str,
) -> None:
    outbox.announce(
        company=row.company,
        kind="request.decided",
        dedupe_key=f"announce:decided:{request}:{key}",
        at=at,
        data={"request": request, **of, "outcome": outcome, "decided_at": at.isoformat()},
    )
