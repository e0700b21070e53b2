"""What `manage.py simulate` is made of: attendance, and the parts that stand above it."""

from __future__ import annotations

from typing import Any

from attendance import overtime_wording, payable_wording, wording
from attendance.simulate import answers, scenario
from attendance.simulate.forms import Record
from leave import wording as leave_wording
from leave.simulate.part import LeavePart

PARTS = (LeavePart(leave_wording.sentence),)


def form() -> Record:
    """The form of a whole scenario."""
    return scenario.form_of(PARTS)


def schema() -> dict[str, Any]:
    """The form as a JSON Schema."""
    return scenario.schema(form())


def simulate(text: str) -> dict[str, Any]:
    """What a scenario asks, as JSON.

    Raises `WrongScenario` and `UnsupportedScenario`.
    """
    return answers.simulate(
        text,
        words=answers.Spoken(
            days=wording.sentence,
            overtime=overtime_wording.sentence,
            payable=payable_wording.sentence,
        ),
        parts=PARTS,
    )
