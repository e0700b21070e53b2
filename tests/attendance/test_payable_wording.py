"""The sentences of payable days, one for each step that there is."""

from __future__ import annotations

from typing import Any

import pytest

from attendance.payable_wording import SENTENCES, sentence
from attendance.rules.payable import REGISTRY

ON = {"date": "2026-03-02"}


@pytest.mark.parametrize(
    ("code", "values", "words"),
    [
        ("base", {"basis": "calendar", "halves": 62}, "Pay is for all days of the month: 31."),
        (
            "base", {"basis": "working_days", "halves": 43},
            "Pay is for the working days of the month: 21.5.",
        ),
        ("outside", {"halves": 30}, "Not employed, or not over yet: 15."),
        ("absent", {**ON, "halves": 1}, "Mon 2 March: absent, 0.5 lost."),
        (
            "unpaid_leave", {**ON, "code": "LOP", "halves": 2},
            "Mon 2 March: leave without pay (LOP), 1 lost.",
        ),
        (
            "unpaid_leave", {**ON, "code": "", "halves": 1},
            "Mon 2 March: too short for a whole day, 0.5 lost.",
        ),
        ("unmarked", {**ON, "halves": 2}, "Mon 2 March: no verdict, 1 lost."),
        (
            "incomplete", {**ON, "halves": 2},
            "Mon 2 March: a check-in or a check-out is missing, 1 lost.",
        ),
        (
            "payable", {"base": 62, "outside": 30, "lost": 3, "payable": 29},
            "31 − 15 − 1.5 = 14.5 payable.",
        ),
        (
            "unpaid_minutes", {**ON, "code": "LOP", "minutes": 90},
            "Mon 2 March: 1 h 30 min of unpaid leave (LOP), told by the hour.",
        ),
        (
            "overtime", {"rate_percent": 150, "minutes": 75},
            "Overtime paid out at 150 %: 1 h 15 min.",
        ),
    ],
)  # fmt: skip
def test_each_step_in_words(code: str, values: dict[str, Any], words: str) -> None:
    assert tuple(values) == REGISTRY[code]
    assert sentence(code, values) == words


def test_every_step_has_its_words() -> None:
    assert {name.partition(".")[0] for name in SENTENCES} == REGISTRY.keys()
