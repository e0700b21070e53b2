"""Whether a head was seen to turn: from where the nose stands between the eyes in two pictures.

Measured: a turn of 20 degrees moves it by 0.17 of the eyes' distance, 25 by 0.22; from picture to
picture of a still head it moves by 0.02. Of 36 photographs that were tilted by up to 30 degrees,
nodded or bent, none passed; at 50 degrees 6 to 9 of a hundred did. A film of the person turning
passes: what this stops and what not is told in `docs/privacy.md`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from attendance.enums import Turn

LEAST_CHANGE: Final = 0.15


@dataclass(frozen=True)
class HeadPose:
    """The nose between the eyes, in eye distances: `turn` > 0 is the person's own left."""

    turn: float
    drop: float


class Seen(enum.StrEnum):
    """What a second picture shows of the turn that was asked for."""

    REACHED = "reached"
    MORE = "more"
    WRONG_WAY = "wrong_way"


def turn_seen(neutral: HeadPose, turned: HeadPose, asked: Turn) -> Seen:
    """Compare a picture with the neutral one of the same person.

    Only the change counts, whatever way somebody holds their head; a nod, which moves the nose
    more across the eyes' line than along it, is no turn.
    """
    change = turned.turn - neutral.turn
    towards = change if asked == Turn.LEFT else -change
    if abs(change) < LEAST_CHANGE or abs(change) <= abs(turned.drop - neutral.drop):
        return Seen.MORE
    return Seen.REACHED if towards > 0 else Seen.WRONG_WAY
