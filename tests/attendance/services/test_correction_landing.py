"""Times that are asked for of one day and come to lie on another."""

from __future__ import annotations

import pytest

from attendance import correction_errors
from attendance.enums import MarkKind
from attendance.services import marks
from tests.attendance.services.test_regularisation import (
    MONDAY,
    TUESDAY,
    _approve,
    _ask,
    _statuses,
    _times,
    evening,
    week,
)
from tests.attendance.world import World

__all__ = ["evening", "week"]

NEXT_DAY = ("in 2026-03-03 09:00", "out 2026-03-03 17:30")


def _leave(world: World) -> None:
    marks.mark_add(
        employee=world.maya, date=TUESDAY, kind=MarkKind.LEAVE, code="CL", source_ref="r:1",
        by=world.hr,
    )  # fmt: skip


def test_times_of_the_next_day_are_not_written_over_its_leave(week: World) -> None:
    _leave(week)
    with pytest.raises(correction_errors.CorrectionOnLeave) as refused:
        _ask(week, _times(week, *NEXT_DAY))
    assert refused.value.values["date"] == "Tuesday, 3 March"


def test_leave_that_came_meanwhile_keeps_them_out_too(week: World) -> None:
    request = _ask(week, _times(week, *NEXT_DAY))
    _leave(week)
    with pytest.raises(correction_errors.CorrectionOnLeave):
        _approve(week, request)


def test_the_morning_after_a_night_belongs_to_the_day_before_the_leave(week: World) -> None:
    _leave(week)
    wanted = _times(week, "in 2026-03-02 18:30", "out 2026-03-03 02:00")
    _approve(week, _ask(week, wanted))
    assert _statuses(MONDAY, TUESDAY) == ["P", "L"]
