"""Arithmetic with stretches of time."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.spans import Span, length, merge, overlap, subtract, to_minutes
from tests.attendance.rules.build import at, properties


def span(text: str) -> Span:
    start, end = text.split("-")
    return Span(at(start), at(end))


def spans(*texts: str) -> tuple[Span, ...]:
    return tuple(span(text) for text in texts)


@pytest.mark.parametrize(
    ("given_spans", "merged"),
    [
        (["11:00-12:00", "09:00-10:00"], ["09:00-10:00", "11:00-12:00"]),
        (["09:00-10:00", "09:30-11:00"], ["09:00-11:00"]),
        (["09:00-12:00", "10:00-11:00"], ["09:00-12:00"]),
        (["09:00-10:00", "10:00-11:00"], ["09:00-10:00", "10:00-11:00"]),
        (["10:00-09:00", "11:00-11:00"], []),
    ],
    ids=["sorted", "overlapping", "nested", "touching stay apart", "empty and reversed"],
)
def test_merge_spans(given_spans: list[str], merged: list[str]) -> None:
    assert merge(spans(*given_spans)) == spans(*merged)


@pytest.mark.parametrize(
    ("cuts", "left"),
    [
        (["12:00-13:00"], ["09:00-12:00", "13:00-17:00"]),
        (["08:00-10:00", "16:00-18:00"], ["10:00-16:00"]),
        (["08:00-18:00"], []),
        (["07:00-09:00", "17:00-18:00"], ["09:00-17:00"]),
    ],
    ids=["middle", "edges", "all", "beside"],
)
def test_subtract_cuts(cuts: list[str], left: list[str]) -> None:
    assert subtract(spans("09:00-17:00"), spans(*cuts)) == spans(*left)


def test_overlap_keeps_what_is_in_both() -> None:
    both = overlap(spans("09:00-12:00", "13:00-17:00"), spans("11:00-14:00", "17:00-18:00"))
    assert both == spans("11:00-12:00", "13:00-14:00")


def test_length_counts_no_time_twice() -> None:
    assert length(spans("09:00-12:00", "11:00-13:00")) == dt.timedelta(hours=4)


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(-60, 0), (0, 0), (29, 0), (30, 0), (31, 1), (89.999, 1), (90.001, 2)]
)
def test_to_minutes_nearest_with_half_down(seconds: float, minutes: int) -> None:
    assert to_minutes(dt.timedelta(seconds=seconds)) == minutes


span_lists = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(
        lambda pair: Span(*(at("00:00") + dt.timedelta(minutes=n) for n in pair))
    ),
    max_size=6,
)


@properties
@given(span_lists, span_lists)
def test_subtract_and_overlap_share_out_the_whole(ours: list[Span], theirs: list[Span]) -> None:
    rest, both = subtract(ours, theirs), overlap(ours, theirs)
    assert length(rest) + length(both) == length(ours)
    assert overlap(rest, both) == ()
