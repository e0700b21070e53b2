"""What a settings field may hold, at each edge; and that refusals say what to write."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from companies.validators import validate_breaks, validate_weekly_off, validate_zone


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kathmandu", "America/Argentina/Buenos_Aires", "Etc/GMT+12"]
)
def test_a_zone_is_accepted_by_its_name(zone: str) -> None:
    validate_zone(zone)
    assert ZoneInfo(zone).key == zone


@pytest.mark.parametrize(
    "zone",
    [
        "", " ", "Kathmandu", "asia/kathmandu", "Asia/Kathmandu ", "+05:45", "UTC+5", "../UTC",
        "posix/UTC",
        # Names that files have: what a machine is set to, and no place at all.
        "localtime", "Factory", "posixrules",
    ],
)  # fmt: skip
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_zone(zone)
    assert refused.value.code == "unknown_zone"
    assert refused.value.messages == [
        f"{zone} is no time zone. Write one like Asia/Kathmandu or Europe/London."
    ]


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"sat": "all"},
        {"sat": [2, 4], "sun": "all"},
        {"fri": [1]},
        {"fri": [5, 4, 3, 2, 1]},
        dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "all"),
    ],
)
def test_days_off_are_accepted(value: dict[str, Any]) -> None:
    validate_weekly_off(value)


@pytest.mark.parametrize(
    "value",
    [
        None, "sat", ["sat"], 6,
        {"saturday": "all"}, {"Sat": "all"}, {6: "all"}, {"sat": "all", "x": "all"},
        {"sat": "none"}, {"sat": None}, {"sat": True}, {"sat": 2}, {"sat": {"2": True}},
        {"sat": []}, {"sat": [0]}, {"sat": [6]}, {"sat": [2, 2]}, {"sat": ["2"]},
        {"sat": [True]}, {"sat": [2.0]}, {"sat": [[2]]}, {"sat": [-1]},
    ],
)  # fmt: skip
def test_what_is_no_day_off_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_weekly_off(value)
    assert refused.value.code == "bad_weekly_off"
    assert refused.value.messages == [
        'Write the days off like {"sat": "all"} or {"sat": [2, 4], "sun": "all"}.'
    ]


def _break(start: Any, end: Any, **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, **more}


@pytest.mark.parametrize(
    "value",
    [
        [],
        [_break("13:00", "13:30")],
        [_break("13:00", "13:01"), _break("16:00", "16:15")],
        [_break("00:00", "23:59")],
        # Over midnight, in a night shift.
        [_break("23:45", "00:15")],
    ],
)
def test_breaks_are_accepted(value: list[dict[str, str]]) -> None:
    validate_breaks(value)


@pytest.mark.parametrize(
    "value",
    [
        None, "13:00-13:30", {}, _break("13:00", "13:30"), [None], ["13:00"], [[]], [{}],
        [{"start": "13:00"}], [{"end": "13:30"}], [_break("13:00", "13:30", paid=True)],
        [_break("13:00", "13:00")], [_break("13:00", "")], [_break("13:00", None)],
        [_break("24:00", "00:30")], [_break("12:60", "13:30")], [_break("9:00", "9:30")],
        [_break("lunch", "13:30")], [_break(13, 14)], [_break("13", "14")],
        [_break("1300", "1330")], [_break("T13:00", "T13:30")], [_break("13:00:00", "13:30:00")],
        # A clock of another place: the shift's own places the break.
        [_break("13:00+05:45", "13:30+05:45")], [_break("13:00Z", "13:30")],
        [_break("13:00", "13:30"), _break("16:00", "16:00")],
    ],
)  # fmt: skip
def test_what_is_no_break_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_breaks(value)
    assert refused.value.code == "bad_breaks"
    assert refused.value.messages == ['Write the breaks like [{"start": "13:00", "end": "13:30"}].']
