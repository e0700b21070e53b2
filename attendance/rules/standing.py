"""How a punch stands after all that was said of it: by the check, by its person, by who decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from attendance.enums import EntryKind, FaceState, LivenessState


@dataclass(frozen=True)
class Standing:
    """What is known of the evidence, whether somebody must look, and what was decided."""

    face: FaceState
    face_reason: str
    liveness: LivenessState
    liveness_reason: str
    is_flagged: bool = False
    is_refused: bool = False
    decided_at: dt.datetime | None = None
    voided_at: dt.datetime | None = None


@dataclass(frozen=True)
class Said:
    """One entry: what it says, when, and whether a job said it."""

    kind: EntryKind
    values: Mapping[str, Any]
    at: dt.datetime
    is_by_job: bool


def standing(first: Standing, said: Iterable[Said]) -> Standing:
    """Return how the punch stands, whatever the order in which the entries came."""
    found = first
    # What the check found comes before what follows from it, in the same instant.
    for one in sorted(said, key=lambda one: (one.at, one.kind != EntryKind.VERIFIED)):
        found = _AFTER.get(one.kind, _unchanged)(found, one)
    return found


def _unchanged(found: Standing, _said: Said) -> Standing:
    return found


def _entered(found: Standing, _said: Said) -> Standing:
    return replace(found, face=FaceState.NOT_CHECKED, face_reason="by_hand", is_flagged=False)


def _verified(found: Standing, said: Said) -> Standing:
    is_flagged = said.values["is_flagged"]
    return replace(
        found,
        face=FaceState(said.values["face"]),
        face_reason=said.values["reason"],
        liveness=LivenessState(said.values.get("liveness", found.liveness)),
        liveness_reason=said.values.get("liveness_reason", found.liveness_reason),
        is_flagged=is_flagged,
        # Who accepted it before had not seen this.
        decided_at=None if is_flagged else found.decided_at,
    )


def _decided(found: Standing, said: Said) -> Standing:
    return replace(found, is_flagged=False, is_refused=False, decided_at=said.at, voided_at=None)


def _voided(found: Standing, said: Said) -> Standing:
    if said.is_by_job:
        return replace(found, is_flagged=False, is_refused=True, voided_at=said.at)
    return replace(found, is_flagged=False, is_refused=False, decided_at=said.at, voided_at=said.at)


def _reopened(found: Standing, _said: Said) -> Standing:
    return replace(found, is_flagged=True, decided_at=None, voided_at=None)


_AFTER: Final[Mapping[EntryKind, Callable[[Standing, Said], Standing]]] = {
    EntryKind.ENTERED: _entered,
    EntryKind.VERIFIED: _verified,
    EntryKind.DECIDED: _decided,
    EntryKind.VOIDED: _voided,
    EntryKind.REOPENED: _reopened,
}
