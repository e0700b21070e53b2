"""Punches entered by hand: what clashes, with what; and that what fits makes the pairs meant."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.enums import Direction
from attendance.rules.byhand import (
    Clash,
    ClashCode,
    Wall,
    check_entered,
    comes_twice,
    presence,
)
from attendance.rules.errors import InvalidInput
from attendance.rules.pairing import pair_taps
from attendance.rules.steps import Trail
from attendance.rules.types import Tap
from companies.enums import HoursMode, Pairing
from tests.attendance.rules.build import DATE, ZONE, at, properties, tap, taps

DAY = ("in 09:00", "out 17:00")


@pytest.mark.parametrize(
    ("existing", "entered"),
    [
        ((), ("in 09:00", "out 17:00")),
        ((), ("in 09:00",)),
        ((), ("out 17:00",)),
        ((), ("in 22:00", "out +1 06:00")),
        ((), ("in 09:00", "out +1 09:00")),  # exactly as long as a presence may be
        ((), ("in 09:00", "out 12:00", "in 12:30", "out 17:00")),
        ((), ("break_start 12:00", "break_end 11:00")),
        # What is open is closed; what has no in gets one.
        (("in 09:00",), ("out 17:00",)),
        (("in 09:00",), ("out +1 09:00",)),
        (("unknown 09:00",), ("out 17:00",)),
        (("out 17:00",), ("in 09:00",)),
        (("in 09:00", "in 09:00:40"), ("out 17:00",)),  # a repeat is one punch
        # Touching is no overlap, on either side.
        (DAY, ("in 17:00", "out 18:00")),
        (DAY, ("in 08:00", "out 09:00")),
        (DAY, ("in 17:00",)),
        (DAY, ("out 17:00:30",)),
        (DAY, ("out 09:00",)),
        # An open in outside the new pair stays as open as it was.
        (("in 18:00",), DAY),
        (("in 07:00",), DAY),
        (("in 17:00",), DAY),
        # Too long ago to meet.
        (("in -1 08:59",), ("in 09:00",)),
        (("in 09:00", "out 12:00", "break_start 10:00", "break_end 10:15"), ("in 13:00",)),
    ],
)
def test_what_fits(existing: tuple[str, ...], entered: tuple[str, ...]) -> None:
    assert check_entered(taps(*existing), taps(*entered)) is None


@pytest.mark.parametrize(
    ("existing", "entered", "code", "punch", "others"),
    [
        ((), ("in 09:00", "out 09:00"), "out_not_after_in", "out 09:00", ("in 09:00",)),
        ((), ("in 09:00", "out 08:59"), "out_not_after_in", "out 08:59", ("in 09:00",)),
        (("in 09:00",), ("out 09:00",), "out_not_after_in", "out 09:00", ("in 09:00",)),
        (("in 09:00",), ("out 08:00",), "out_not_after_in", "out 08:00", ("in 09:00",)),
        ((), ("in 09:00", "out +1 09:01"), "pair_too_long", "out +1 09:01", ("in 09:00",)),
        (DAY, ("in 16:59", "out 18:00"), "overlaps_pair", "in 16:59", DAY),
        (DAY, ("in 08:00", "out 09:01"), "overlaps_pair", "in 08:00", DAY),
        (DAY, ("in 10:00", "out 11:00"), "overlaps_pair", "in 10:00", DAY),
        (DAY, ("in 08:00", "out 18:00"), "overlaps_pair", "in 08:00", DAY),
        (DAY, DAY, "overlaps_pair", "in 09:00", DAY),
        (DAY, ("out 12:00",), "overlaps_pair", "out 12:00", DAY),
        (("in 08:00", *DAY), ("out 18:00",), "overlaps_pair", "in 08:00", DAY),
        ((*DAY, "out 18:00"), ("in 08:00",), "overlaps_pair", "in 08:00", DAY),
        (("out 12:00",), DAY, "overlaps_pair", "in 09:00", ("out 12:00",)),
        (("out 17:00",), ("in 09:00", "out 17:00"), "overlaps_pair", "in 09:00", ("out 17:00",)),
        (DAY, ("in 09:01",), "in_inside_pair", "in 09:01", DAY),
        (DAY, ("in 16:59:59",), "in_inside_pair", "in 16:59:59", DAY),
        (("in 12:00",), DAY, "in_inside_pair", "in 12:00", DAY),
        (("in 09:00",), ("in 10:00",), "second_open", "in 10:00", ("in 09:00",)),
        (("in 10:00",), ("in 09:00",), "second_open", "in 09:00", ("in 10:00",)),
        (("in -1 09:00",), ("in 09:00",), "second_open", "in 09:00", ("in -1 09:00",)),
        ((), ("in 09:00", "in 10:00"), "second_open", "in 10:00", ("in 09:00",)),
        (
            (), ("in 09:00", "out 12:00", "in 11:00", "out 14:00"),
            "overlaps_pair", "in 11:00", ("in 09:00", "out 12:00"),
        ),
    ],
)  # fmt: skip
def test_what_clashes_is_named(
    existing: tuple[str, ...],
    entered: tuple[str, ...],
    code: str,
    punch: str,
    others: tuple[str, ...],
) -> None:
    clash = check_entered(taps(*existing), taps(*entered))
    assert clash == Clash(ClashCode(code), tap(punch), taps(*others))


@pytest.mark.parametrize(
    ("existing", "entered"),
    [
        (DAY, ("in 10:00", "out 11:00")),
        (DAY, ("in 16:59", "out 18:00")),
        (DAY, ("out 12:00",)),
        (("out 12:00",), DAY),
    ],
)
def test_overlaps_may_be_allowed(existing: tuple[str, ...], entered: tuple[str, ...]) -> None:
    assert check_entered(taps(*existing), taps(*entered), allow_overlap=True) is None


@pytest.mark.parametrize(
    ("existing", "entered", "code"),
    [
        (DAY, ("in 10:00",), "in_inside_pair"),
        (("in 12:00",), DAY, "in_inside_pair"),
        (("in 09:00",), ("in 10:00",), "second_open"),
        ((), ("in 09:00", "out 08:00"), "out_not_after_in"),
    ],
)
def test_allowing_overlaps_allows_nothing_else(
    existing: tuple[str, ...], entered: tuple[str, ...], code: str
) -> None:
    clash = check_entered(taps(*existing), taps(*entered), allow_overlap=True)
    assert clash is not None
    assert clash.code == code


def test_settings_move_the_edges() -> None:
    two_ins = taps("in 09:00", "in 09:00:40", "out 17:00")
    assert check_entered(two_ins, taps("in 18:00")) is None
    clash = check_entered(two_ins, taps("in 18:00"), repeat_seconds=0)
    assert clash == Clash(ClashCode.SECOND_OPEN, tap("in 18:00"), taps("in 09:00"))
    eight_hours = check_entered((), taps("in 09:00", "out 17:00"), max_presence_hours=8)
    assert eight_hours is None
    too_long = check_entered((), taps("in 09:00", "out 17:01"), max_presence_hours=8)
    assert too_long == Clash(ClashCode.PAIR_TOO_LONG, tap("out 17:01"), taps("in 09:00"))


# --- wall times -------------------------------------------------------------------------------
LONDON = "Europe/London"
BACK, FORTH = dt.date(2026, 10, 25), dt.date(2026, 3, 29)


def _wall(text: str | None, *, is_second: bool = False) -> Wall | None:
    return Wall(dt.time.fromisoformat(text), is_second) if text else None


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (_wall("09:00"), _wall("17:00"), [("in", "09:00"), ("out", "17:00")]),
        (_wall("22:00"), _wall("06:00"), [("in", "22:00"), ("out", "+1 06:00")]),
        (_wall("09:00"), _wall("09:00"), [("in", "09:00"), ("out", "09:00")]),
        (_wall("09:00"), None, [("in", "09:00")]),
        (None, _wall("06:00"), [("out", "06:00")]),
        (None, None, []),
    ],
)
def test_wall_times_make_a_presence(
    starts: Wall | None, ends: Wall | None, expected: list[tuple[str, str]]
) -> None:
    found = presence(DATE, starts, ends, ZONE)
    assert found == [(at(when), Direction(direction)) for direction, when in expected]


def test_a_time_that_came_twice_is_the_first_unless_said() -> None:
    first = presence(BACK, _wall("01:30"), None, LONDON)
    second = presence(BACK, _wall("01:30", is_second=True), None, LONDON)
    assert [first[0][0], second[0][0]] == [
        dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC),
    ]
    plain = presence(BACK, _wall("09:00", is_second=True), None, LONDON)
    assert plain == presence(BACK, _wall("09:00"), None, LONDON)


@pytest.mark.parametrize(
    ("date", "starts", "ends", "expected"),
    [
        (BACK, "01:00", None, True),
        (BACK, "01:59", "09:00", True),
        (BACK, "00:59", "02:00", False),
        (dt.date(2026, 10, 24), "22:00", "01:30", True),
        (dt.date(2026, 10, 24), None, "01:30", False),
        (FORTH, "01:30", "09:00", False),
    ],
)
def test_whether_a_time_comes_twice(
    date: dt.date, starts: str | None, ends: str | None, expected: bool
) -> None:
    times = (dt.time.fromisoformat(text) if text else None for text in (starts, ends))
    assert comes_twice(date, *times, LONDON) is expected


def test_a_time_that_never_came_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        presence(dt.date(2026, 3, 28), _wall("22:00"), _wall("01:30"), LONDON)
    assert (caught.value.code, caught.value.values) == (
        "no_such_time", {"time": "01:30", "date": "2026-03-29"},
    )  # fmt: skip


# --- any punches ------------------------------------------------------------------------------
@st.composite
def minutes_of_a_day(draw: st.DrawFn, prefix: str, most: int) -> tuple[Tap, ...]:
    """Punches five minutes apart or at one instant, never so near that they repeat."""
    found = draw(
        st.lists(
            st.tuples(st.integers(0, 287), st.sampled_from((Direction.IN, Direction.OUT))),
            max_size=most, unique=True,
        )
    )  # fmt: skip
    start = at("00:00")
    return tuple(
        Tap(f"{prefix}{n}", start + dt.timedelta(minutes=5 * step), direction)
        for n, (step, direction) in enumerate(found)
    )


def _pairs(punches: tuple[Tap, ...]) -> set[tuple[str, str]]:
    paired = pair_taps(
        punches, pairing=Pairing.BY_DIRECTION, hours_mode=HoursMode.SUM_OF_PAIRS,
        repeat_seconds=0, trail=Trail(ZONE),
    )  # fmt: skip
    return {(start.key, end.key) for start, end in paired.pairs}


@properties
@given(existing=minutes_of_a_day("old", 6), pair=minutes_of_a_day("new", 2))
def test_a_pair_that_fits_is_paired_as_it_was_meant(
    existing: tuple[Tap, ...], pair: tuple[Tap, ...]
) -> None:
    if [item.direction for item in pair] != [Direction.IN, Direction.OUT]:
        return
    before = _pairs(existing)
    if check_entered(existing, pair, repeat_seconds=0) is None:
        assert _pairs(existing + pair) == before | {(pair[0].key, pair[1].key)}


@properties
@given(existing=minutes_of_a_day("old", 6), entered=minutes_of_a_day("new", 3), seed=st.randoms())
def test_the_order_of_those_that_stand_does_not_matter(
    existing: tuple[Tap, ...], entered: tuple[Tap, ...], seed: object
) -> None:
    shuffled = list(existing)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert check_entered(shuffled, entered) == check_entered(existing, entered)
