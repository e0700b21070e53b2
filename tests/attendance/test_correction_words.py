"""A correction in words: punches of a date lie on it, on the day after, or on the one before."""

from __future__ import annotations

import datetime as dt

import pytest

from attendance import correction_words
from attendance.enums import CorrectionKind, Direction
from attendance.models import CorrectionPunch, CorrectionRequest
from companies.scoping import company_scope
from tests.attendance.world import ZONE, World, at


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2026-03-02 23:40", "Check in at 23:40"),
        ("2026-03-03 00:20", "Check in at 00:20 the next day"),
        # Of a shift that starts soon after midnight somebody may be in before it.
        ("2026-03-01 23:40", "Check in at 23:40 the day before"),
    ],
)
def test_a_punch_is_told_with_the_day_on_which_it_was(world: World, when: str, words: str) -> None:
    with company_scope(world.company):
        request = CorrectionRequest.objects.create(
            company=world.company, employee=world.maya, date=dt.date(2026, 3, 2), zone=ZONE,
            kind=CorrectionKind.PUNCHES,
        )  # fmt: skip
        CorrectionPunch.objects.create(
            company=world.company, request=request, occurred_at=at(when), direction=Direction.IN
        )
        assert correction_words.what(request) == words
