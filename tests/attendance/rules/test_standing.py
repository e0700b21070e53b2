"""How a punch stands after all that was said of it, in whatever order it was heard."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import pytest

from attendance.enums import EntryKind, FaceState, LivenessState
from attendance.rules.standing import Said, Standing, standing

WHEN = dt.datetime(2026, 3, 2, 3, 19, tzinfo=dt.UTC)
FIRST = Standing(FaceState.PENDING, "", LivenessState.NOT_ASKED, "")
WRONG = {"face": "mismatch", "reason": "another_face", "is_flagged": True}
SEEN_WRONG = replace(FIRST, face=FaceState.MISMATCH, face_reason="another_face", is_flagged=True)


def _said(kind: EntryKind, minute: int, *, is_by_job: bool = False, **values: Any) -> Said:
    return Said(kind, values, WHEN + dt.timedelta(minutes=minute), is_by_job)


def _at(minute: int) -> dt.datetime:
    return WHEN + dt.timedelta(minutes=minute)


VERIFIED = _said(EntryKind.VERIFIED, 1, is_by_job=True, **WRONG)
REFUSED = _said(EntryKind.VOIDED, 1, is_by_job=True, reason="another_face")
CASES: list[tuple[list[Said], Standing]] = [
    ([], FIRST),
    ([VERIFIED], SEEN_WRONG),
    ([VERIFIED, _said(EntryKind.DECIDED, 2)], replace(
        SEEN_WRONG, is_flagged=False, decided_at=_at(2))),
    ([VERIFIED, _said(EntryKind.VOIDED, 2)], replace(
        SEEN_WRONG, is_flagged=False, decided_at=_at(2), voided_at=_at(2))),
    ([VERIFIED, _said(EntryKind.VOIDED, 2), _said(EntryKind.REOPENED, 3)], SEEN_WRONG),
    ([VERIFIED, REFUSED], replace(
        SEEN_WRONG, is_flagged=False, is_refused=True, voided_at=_at(1))),
    ([VERIFIED, REFUSED, _said(EntryKind.DECIDED, 2)], replace(
        SEEN_WRONG, is_flagged=False, decided_at=_at(2))),
    # Accepted before anybody had looked: what was seen then waits for a person once more.
    ([_said(EntryKind.DECIDED, 0), VERIFIED], SEEN_WRONG),
    ([_said(EntryKind.DECIDED, 0), _said(
        EntryKind.VERIFIED, 1, is_by_job=True, face="verified", reason="", is_flagged=False)],
     replace(FIRST, face=FaceState.VERIFIED, decided_at=_at(0))),
    ([_said(EntryKind.VERIFIED, 1, is_by_job=True, face="verified", reason="", is_flagged=True,
            liveness="failed", liveness_reason="turn_not_seen")],
     Standing(FaceState.VERIFIED, "", LivenessState.FAILED, "turn_not_seen", is_flagged=True)),
    ([_said(EntryKind.ENTERED, 1)], replace(
        FIRST, face=FaceState.NOT_CHECKED, face_reason="by_hand")),
    ([_said(EntryKind.ATTRIBUTED, 1), _said(EntryKind.FRAME_MISSING, 2)], FIRST),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), CASES)
def test_a_punch_stands_as_what_was_said_of_it(said: list[Said], expected: Standing) -> None:
    for order in itertools.permutations(said):
        assert standing(FIRST, order) == expected
