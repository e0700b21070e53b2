"""What of a figure counts after decisions (rules 4, the last paragraph)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from attendance.enums import OvertimeOutcome, OvertimeState
from attendance.rules.overtime.types import Part


class Minutes(NamedTuple):
    """Extra and missing minutes of a date, and how many of the extra ones become time off."""

    extra: int = 0
    missing: int = 0
    banked: int = 0


NOTHING = Minutes()


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: the minutes that count by it, and those that were computed then."""

    outcome: OvertimeOutcome
    counted: Minutes
    computed: Minutes


@dataclass(frozen=True, slots=True)
class Standing:
    """How a date stands: its state, and the minutes that count."""

    state: OvertimeState
    counted: Minutes = NOTHING


_BY_OUTCOME = {
    OvertimeOutcome.APPROVED: OvertimeState.APPROVED,
    OvertimeOutcome.REFUSED: OvertimeState.REFUSED,
}


def stand(computed: Minutes, decided: Decided | None, *, needs_approval: bool) -> Standing:
    """What counts of the computed minutes.

    Another figure that somebody set stays, whatever is computed later. An approval and a refusal
    hold for the figure they saw: one that changed waits again, where it has to be approved.
    """
    if decided is not None and decided.outcome == OvertimeOutcome.SET:
        return Standing(OvertimeState.SET, decided.counted)
    if decided is not None and decided.outcome in _BY_OUTCOME and decided.computed == computed:
        state = _BY_OUTCOME[decided.outcome]
        return Standing(state, computed if state == OvertimeState.APPROVED else NOTHING)
    if needs_approval:
        return Standing(OvertimeState.WAITING)
    return Standing(OvertimeState.COUNTED, computed)


def shares(parts: Iterable[Part], minutes: int) -> tuple[Part, ...]:
    """The parts so that they are `minutes` together: the last ones lose first, and gain.

    Minutes of a day that has no part are paid, at the plain rate, by no rule.
    """
    found: list[Part] = []
    for part in parts:
        mine = min(part.minutes, minutes)
        minutes -= mine
        found.append(replace(part, minutes=mine))
    if minutes and found:
        found[-1] = replace(found[-1], minutes=found[-1].minutes + minutes)
    elif minutes:
        found.append(Part(rule="", rate_percent=100, is_banked=False, minutes=minutes))
    return tuple(part for part in found if part.minutes)


def banked_of(parts: Iterable[Part], minutes: int) -> int:
    """How many of so many minutes of a date become time off."""
    return sum(part.minutes for part in shares(parts, minutes) if part.is_banked)


def paid_by_rate(parts: Iterable[Part], minutes: int) -> dict[int, int]:
    """How many of so many minutes of a date are paid out, by their rate in percent."""
    found: Counter[int] = Counter()
    for part in shares(parts, minutes):
        if not part.is_banked:
            found[part.rate_percent] += part.minutes
    return dict(found)
