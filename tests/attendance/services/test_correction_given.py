"""What HR gives directly, beside what people ask for."""

from __future__ import annotations

import pytest

from attendance import correction_errors
from attendance.services import corrections
from tests.attendance.services.test_regularisation import (
    HOME,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    _ask,
    _days,
    _settings,
    evening,
    week,
)
from tests.attendance.world import World

__all__ = ["evening", "week"]


def test_what_hr_gave_counts_for_no_limit(week: World) -> None:
    _settings(week, corrections_per_month=1)
    given = corrections.correction_give(
        employee=week.maya, wanted=_days(HOME, MONDAY, MONDAY), reason="the strike", by=week.hr
    )
    asked = _ask(week, _days(HOME, WEDNESDAY, WEDNESDAY))
    assert (given.is_given, asked.is_given) == (True, False)
    with pytest.raises(correction_errors.CorrectionTooMany):
        _ask(week, _days(HOME, TUESDAY, TUESDAY))
