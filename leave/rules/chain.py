"""Who decides, one after the other: by the length of what is asked (rules 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from leave.rules.amounts import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One step of a chain: any of `by` decides it; only requests of more than `above` take it."""

    by: tuple[str, ...]
    above: Decimal = ZERO


# Where a type says nothing, one decision is enough.
ONE_STEP = (Approval(by=("manager",)),)


def steps_of(chain: Sequence[Approval], counted: Decimal) -> tuple[Approval, ...]:
    """The steps that a request of that length goes through; never none.

    A chain whose every step is for longer requests leaves its first one.
    """
    taken = tuple(step for step in chain if counted > step.above)
    return taken or tuple(chain[:1]) or ONE_STEP


def next_step(chain: Sequence[Approval], counted: Decimal, decided: int) -> Approval | None:
    """The step after so many decisions; None once the last one is taken."""
    steps = steps_of(chain, counted)
    return steps[decided] if decided < len(steps) else None
