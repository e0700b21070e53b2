"""What the rules refuse to be fed with."""

from collections.abc import Callable
from typing import Any

import pytest

from attendance.enums import Direction, MarkKind, Portion
from attendance.rules.errors import InvalidInput
from attendance.rules.types import Break, Mark, Tap
from attendance.rules.zones import local
from tests.attendance.rules.build import DATE, ZONE, at, clock, leave, shift


def mark(**fields: Any) -> Mark:
    return Mark(key="m", date=DATE, **{"kind": MarkKind.LEAVE, **fields})


REFUSED: list[tuple[str, Callable[[], Any], str, dict[str, Any]]] = [
    ("naive punch", lambda: Tap("a", at("09:00").replace(tzinfo=None), Direction.IN),
     "naive_instant", {"value": "2026-03-02T03:15:00"}),
    ("break without length", lambda: Break(clock("13:00"), clock("13:00")), "empty_range",
     {"start": "13:00:00"}),
    ("break that ends first", lambda: shift("09:00-17:00", "13:00-12:00"), "range_reversed",
     {"start": "13:00:00", "end": "12:00:00"}),
    ("hours without times", lambda: mark(portion=Portion.HOURS), "mark_times",
     {"key": "m", "portion": "hours"}),
    ("hours with one time", lambda: mark(portion=Portion.HOURS, start=clock("09:00")),
     "mark_times", {"key": "m", "portion": "hours"}),
    ("times without hours", lambda: mark(start=clock("09:00"), end=clock("10:00")), "mark_times",
     {"key": "m", "portion": "full"}),
    ("hours without length", lambda: leave("09:00-09:00"), "empty_range", {"start": "09:00:00"}),
    ("leave named as a status", lambda: mark(code="A"), "reserved_code",
     {"key": "m", "value": "A"}),
    ("leave named like halves", lambda: mark(code="½X"), "reserved_code",
     {"key": "m", "value": "½X"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "code", "values"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_types_refuse(make: Callable[[], Any], code: str, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()
    assert (refused.value.code, refused.value.values) == (code, values)


def test_break_of_a_night_may_wrap_midnight() -> None:
    night = shift("22:00-06:00", "23:45-00:15")
    assert night.breaks == (Break(clock("23:45"), clock("00:15")),)


def test_tap_keeps_its_instant_in_utc() -> None:
    punch = Tap("a", local(at("09:00"), ZONE), Direction.IN)
    assert punch.at.isoformat() == "2026-03-02T03:15:00+00:00"
