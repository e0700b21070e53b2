"""Before a person's first judged day no absence is written (rules 3.4)."""

import pytest

from attendance.enums import DayStatus as S
from tests.attendance.rules.build import DAY_OFF, judged, leave, said


@pytest.mark.parametrize("now", ["12:00", "+1 12:00"])
def test_neither_punch_nor_mark_is_no_row(now: str) -> None:
    verdict = judged(is_tracked=False, now=now)
    assert (verdict.is_row, verdict.is_open) == (False, False)
    assert "before_start" in said(verdict)
    assert "no_punch" not in said(verdict)


def test_a_punch_is_judged_as_ever() -> None:
    verdict = judged("in 09:00", "out 17:00", is_tracked=False)
    assert (verdict.status, verdict.is_row) == (S.PRESENT, True)
    assert judged("in 09:00", is_tracked=False).status == S.INCOMPLETE


@pytest.mark.parametrize(
    ("portion", "status", "code"), [("full", S.ON_LEAVE, "CL"), ("am", S.HALF_DAY, "½CL·½UN")]
)
def test_a_mark_makes_a_row_and_the_rest_is_no_absence(portion: str, status: S, code: str) -> None:
    verdict = judged(marks=(leave(portion),), is_tracked=False)
    assert (verdict.status, verdict.code, verdict.is_row) == (status, code, True)


def test_a_day_off_and_a_date_that_is_tracked_are_what_they_were() -> None:
    assert judged(day_kind=DAY_OFF, is_tracked=False).status == S.WEEKLY_OFF
    assert judged(is_tracked=True).status == S.ABSENT
