"""Occurrences, their windows, and which row owns a punch."""

import datetime as dt

import pytest

from attendance.rules.errors import InvalidInput
from attendance.rules.types import Occurrence, Owner, OwnerReason, Pattern, Policy
from attendance.rules.windows import (
    accepts,
    attribute,
    closed_from,
    occurrence,
    place,
    rows_of,
    trim,
)
from attendance.rules.zones import elapsed, local
from companies.enums import Pairing
from tests.attendance.rules.build import DATE, ZONE, at, clock, on, owned, shift, tap, taps

DAY = dt.timedelta(days=1)
DAY_SHIFT = shift()
NIGHT = shift("22:00-06:00")
ALTERNATING = shift(pairing=Pairing.ALTERNATING)


def daily(pattern: Pattern, first: int = -2, last: int = 3) -> list[Occurrence]:
    return [on(DATE + n * DAY, pattern) for n in range(first, last + 1)]


def walls(*instants: dt.datetime, zone: str = ZONE) -> list[str]:
    return [f"{local(instant, zone):%m-%d %H:%M}" for instant in instants]


def window(item: Occurrence) -> list[str]:
    return walls(item.opens_at, item.closes_at)


# Occurrence


@pytest.mark.parametrize(
    ("span", "edges"),
    [
        ("09:00-17:00", ["03-02 09:00", "03-02 17:00", "03-02 08:00", "03-02 18:30"]),
        ("22:00-06:00", ["03-02 22:00", "03-03 06:00", "03-02 21:00", "03-03 07:30"]),
        ("08:00-08:00", ["03-02 08:00", "03-03 08:00", "03-02 07:00", "03-03 09:30"]),
        ("16:00-00:00", ["03-02 16:00", "03-03 00:00", "03-02 15:00", "03-03 01:30"]),
    ],
    ids=["day", "overnight", "round the clock", "until midnight"],
)
def test_occurrence_edges(span: str, edges: list[str]) -> None:
    found = on(DATE, shift(span, window_after_minutes=90))
    assert walls(found.starts_at, found.ends_at, found.opens_at, found.closes_at) == edges
    assert found.notes == ()


NIGHTS = [
    ("America/New_York", "2026-03-07", "22:00-06:00", 7, ()),
    ("America/New_York", "2026-10-31", "22:00-06:00", 9, ()),
    ("America/New_York", "2026-03-08", "02:30-10:00", 7, (("start", "gap"),)),
    ("America/New_York", "2026-10-31", "20:00-01:30", 5.5, (("end", "fold"),)),
    ("Europe/London", "2026-03-28", "23:00-07:00", 7, ()),
    ("Europe/London", "2026-10-24", "23:00-07:00", 9, ()),
    ("Europe/London", "2026-03-28", "20:00-01:30", 5, (("end", "gap"),)),
    ("Australia/Lord_Howe", "2026-10-03", "23:00-07:00", 7.5, ()),
    ("Australia/Lord_Howe", "2026-04-04", "23:00-07:00", 8.5, ()),
    ("America/Santiago", "2026-09-05", "22:00-06:00", 7, ()),
    ("America/Santiago", "2026-04-04", "22:00-06:00", 9, ()),
    ("America/Santiago", "2026-09-05", "16:00-00:00", 8, (("end", "gap"),)),
    ("Pacific/Auckland", "2026-09-26", "23:00-07:00", 7, ()),
    ("Pacific/Auckland", "2026-04-04", "23:00-07:00", 9, ()),
    ("Asia/Kathmandu", "2026-03-28", "23:00-07:00", 8, ()),
]


@pytest.mark.parametrize(
    ("zone", "date", "span", "hours", "notes"), NIGHTS, ids=[" ".join(row[:3]) for row in NIGHTS]
)
def test_occurrence_lasts_as_long_as_time_really_takes(
    zone: str, date: str, span: str, hours: float, notes: tuple[tuple[str, str], ...]
) -> None:
    found = on(dt.date.fromisoformat(date), shift(span), zone)
    assert elapsed(found.starts_at, found.ends_at) == dt.timedelta(hours=hours)
    assert found.notes == notes


def test_occurrence_none_on_a_date_that_never_came() -> None:
    assert occurrence(dt.date(2011, 12, 30), shift(), "Pacific/Apia") is None


@pytest.mark.parametrize(
    ("pattern", "span", "placed"),
    [
        (DAY_SHIFT, "13:00-13:30", ["03-02 13:00", "03-02 13:30"]),
        (DAY_SHIFT, "07:00-08:00", ["03-02 07:00", "03-02 08:00"]),
        (NIGHT, "22:30-23:00", ["03-02 22:30", "03-02 23:00"]),
        (NIGHT, "23:45-00:15", ["03-02 23:45", "03-03 00:15"]),
        (NIGHT, "02:00-02:30", ["03-03 02:00", "03-03 02:30"]),
    ],
    ids=["in a day", "before a day", "before midnight", "over midnight", "after midnight"],
)
def test_place_wall_times(pattern: Pattern, span: str, placed: list[str]) -> None:
    start, end = span.split("-")
    assert walls(*place(on(DATE, pattern), clock(start), clock(end))) == placed


# Windows


@pytest.mark.parametrize(
    ("when", "is_in"),
    [
        ("07:59:59", False),
        ("08:00", True),
        ("18:00", True),
        ("18:00:59", True),
        ("18:01", False),
    ],
)
def test_accepts_whole_minutes_with_both_ends(when: str, is_in: bool) -> None:
    assert accepts(on(DATE, DAY_SHIFT), at(when)) is is_in


def test_closed_from_is_the_minute_after_the_last() -> None:
    assert closed_from(on(DATE, DAY_SHIFT)) == at("18:01")


def test_trim_leaves_windows_that_do_not_meet() -> None:
    items = daily(DAY_SHIFT)
    assert trim(reversed(items)) == tuple(items)


def test_trim_meets_at_the_end_of_the_earlier_shift() -> None:
    morning, late = on(DATE, shift("06:00-14:00")), on(DATE, shift("14:30-22:00"))
    assert [window(item) for item in trim([late, morning])] == [
        ["03-02 05:00", "03-02 14:00"],
        ["03-02 14:01", "03-02 23:00"],
    ]


def test_trim_meets_where_the_later_window_opens_if_that_is_later() -> None:
    first = on(DATE, shift("06:00-14:00", window_after_minutes=180))
    second = on(DATE, shift("17:00-22:00"))
    assert [window(item) for item in trim([first, second])] == [
        ["03-02 05:00", "03-02 16:00"],
        ["03-02 16:01", "03-02 23:00"],
    ]


def test_trim_separates_windows_that_share_one_minute() -> None:
    first, second = on(DATE, shift("06:00-14:00")), on(DATE, shift("16:00-22:00"))
    assert [window(item) for item in trim([first, second])] == [
        ["03-02 05:00", "03-02 15:00"],
        ["03-02 15:01", "03-02 23:00"],
    ]


def test_trim_of_a_swallowed_window_leaves_nothing_of_it() -> None:
    long = on(DATE - DAY, shift("20:00-19:00"))
    short = on(DATE, shift("08:00-10:00"))
    next_day = on(DATE + DAY, shift("07:00-12:00", window_before_minutes=1440))
    assert [window(item) for item in trim([long, short, next_day])] == [
        ["03-01 19:00", "03-02 19:00"],
        ["03-02 19:01", "03-02 10:00"],
        ["03-02 19:01", "03-03 13:00"],
    ]


# Attribution


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("in 08:00", "03-02 in_window"),
        ("in 07:59:59", "03-02 outside_shift"),
        ("out 18:00:59", "03-02 in_window"),
        ("out 18:01", "03-02 outside_shift"),
    ],
)
def test_attribute_window_edge_of_a_day_shift(text: str, row: str) -> None:
    assert owned(text, occurrences=daily(DAY_SHIFT)) == [f"{text} -> {row}"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("unknown 06:30", "03-01 in_window"),
        ("unknown 07:00:59", "03-01 in_window"),
        ("unknown 07:01", "03-02 outside_shift"),
        ("unknown 20:59", "03-02 outside_shift"),
        ("unknown 21:00", "03-02 in_window"),
        ("unknown +1 02:00", "03-02 in_window"),
    ],
)
def test_attribute_night_shift_to_the_date_it_starts_on(text: str, row: str) -> None:
    assert owned(text, occurrences=daily(NIGHT)) == [f"{text} -> {row}"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("in 06:00", "03-01 in_window"),
        ("in 06:00:59", "03-01 in_window"),
        ("in 06:01", "03-02 in_window"),
    ],
)
def test_attribute_minute_where_windows_meet_to_the_earlier(text: str, row: str) -> None:
    occurrences = [on(DATE - DAY, NIGHT), on(DATE, shift("06:30-14:30"))]
    assert owned(text, occurrences=occurrences) == [f"{text} -> {row}"]


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        (
            ["in 09:00", "out 23:30"],
            ["03-02 in_window", "03-02 follows_open_in"],
        ),
        (
            ["in 22:00", "out +1 09:30"],
            ["03-02 outside_shift", "03-02 follows_open_in shiftless"],
        ),
        (
            ["in 09:00", "out +1 09:00"],
            ["03-02 in_window", "03-02 follows_open_in"],
        ),
        (
            ["in 09:00", "out +1 09:00:01"],
            ["03-02 in_window", "03-03 in_window"],
        ),
        (
            ["in 09:00", "unknown 23:30"],
            ["03-02 in_window", "03-02 follows_open_in"],
        ),
        (
            ["in 09:00", "unknown +1 08:30"],
            ["03-02 in_window", "03-03 in_window"],
        ),
        (
            ["in 09:00", "break_start 20:00", "break_end 20:30", "out 23:30"],
            ["03-02 in_window", *["03-02 follows_open_in"] * 3],
        ),
        (
            ["break_start 20:00"],
            ["03-02 outside_shift"],
        ),
        (
            ["in 09:00", "in 23:30"],
            ["03-02 in_window", "03-02 outside_shift"],
        ),
        (
            ["in 09:00", "out 17:00", "out 23:30"],
            ["03-02 in_window", "03-02 in_window", "03-02 outside_shift"],
        ),
        (
            ["in 06:00", "out 17:00"],
            ["03-02 outside_shift", "03-02 in_window"],
        ),
        (
            ["in 09:00", "in 10:00", "out 17:00", "out 23:30"],
            [*["03-02 in_window"] * 3, "03-02 follows_open_in"],
        ),
        (
            ["in 18:00", "in +1 09:00", "out +1 17:00", "out +1 17:30"],
            ["03-02 in_window", *["03-03 in_window"] * 3],
        ),
        (
            ["unknown 09:00", "unknown 17:00", "unknown 23:30"],
            ["03-02 in_window", "03-02 in_window", "03-02 outside_shift"],
        ),
        (
            ["out 17:00", "out +1 02:00"],
            ["03-02 in_window", "03-03 outside_shift"],
        ),
    ],
    ids=[
        "out after the window",
        "out in the next window follows an in outside any shift",
        "in exactly the longest presence old",
        "in too old",
        "unknown outside follows",
        "unknown in another window does not follow",
        "breaks follow",
        "break without an in",
        "an in never follows",
        "nothing open any more",
        "out in the window of the row it follows",
        "a second open in is closed after the latest",
        "an in of another row ends the wait for the out",
        "unknown punches close what they opened",
        "out without any in",
    ],
)
def test_attribute_out_follows_the_open_in(texts: list[str], rows: list[str]) -> None:
    expected = [f"{text} -> {row}" for text, row in zip(texts, rows, strict=True)]
    assert owned(*texts, occurrences=daily(DAY_SHIFT)) == expected


def test_attribute_longest_presence_is_a_setting() -> None:
    policy = Policy(max_presence_hours=4)
    assert owned("in 17:00", "out 21:00:01", occurrences=daily(DAY_SHIFT), policy=policy) == [
        "in 17:00 -> 03-02 in_window",
        "out 21:00:01 -> 03-02 outside_shift",
    ]


def test_attribute_goes_by_the_settings_of_the_row_that_a_punch_would_join() -> None:
    lenient = Policy(repeat_seconds=300)
    strict = Policy(repeat_seconds=0, max_presence_hours=1)
    texts = ["in 09:00", "in 09:04", "out +1 02:00", "in +1 09:00", "in +1 09:01", "out +1 18:30"]
    owners = attribute(
        taps(*texts),
        daily(DAY_SHIFT),
        lambda instant: ZONE,
        lambda date: lenient if date == DATE else strict,
    )
    assert [(owners[text].date.day, owners[text].reason) for text in texts] == [
        (2, OwnerReason.IN_WINDOW),
        (2, OwnerReason.REPEAT),
        (2, OwnerReason.FOLLOWS_OPEN_IN),
        (3, OwnerReason.IN_WINDOW),
        (3, OwnerReason.IN_WINDOW),
        (3, OwnerReason.OUTSIDE_SHIFT),
    ]


@pytest.mark.parametrize(
    ("texts", "last_row"),
    [
        (["in 09:00", "in 17:00", "out +1 02:00"], "03-03 outside_shift"),
        (["in 09:00", "in 12:00", "in 13:00", "out +1 02:00"], "03-02 follows_open_in"),
    ],
    ids=["closed by order", "open by order"],
)
def test_attribute_alternating_shift_opens_and_closes_by_order(
    texts: list[str], last_row: str
) -> None:
    last = owned(*texts, occurrences=daily(ALTERNATING))[-1]
    assert last == f"out +1 02:00 -> {last_row}"


@pytest.mark.parametrize(
    ("second", "row"),
    [
        ("out +1 07:00:59", "03-02 repeat"),
        ("out +1 07:01:20", "03-02 repeat"),
        ("out +1 07:01:21", "03-03 outside_shift"),
        ("unknown +1 07:01:10", "03-03 outside_shift"),
    ],
    ids=["same minute", "exactly 60 seconds", "61 seconds", "another direction"],
)
def test_attribute_repeat_goes_where_the_first_went(second: str, row: str) -> None:
    first = "out +1 07:00:20"
    assert owned("in 22:00", first, second, occurrences=daily(NIGHT)) == [
        "in 22:00 -> 03-02 in_window",
        f"{first} -> 03-02 in_window",
        f"{second} -> {row}",
    ]


def test_attribute_repeat_counts_from_the_punch_that_stands() -> None:
    texts = ["in 07:59:00", "in 07:59:50", "in 08:00:01"]
    assert owned(*texts, occurrences=daily(DAY_SHIFT)) == [
        "in 07:59:00 -> 03-02 outside_shift",
        "in 07:59:50 -> 03-02 repeat shiftless",
        "in 08:00:01 -> 03-02 in_window",
    ]


def test_attribute_without_repeats_takes_each_punch_by_itself() -> None:
    texts = ["in 07:59:50", "in 08:00:00"]
    policy = Policy(repeat_seconds=0)
    assert owned(*texts, occurrences=daily(DAY_SHIFT), policy=policy) == [
        "in 07:59:50 -> 03-02 outside_shift",
        "in 08:00:00 -> 03-02 in_window",
    ]


def test_attribute_looks_one_day_around_only() -> None:
    wide = [on(DATE - 2 * DAY, shift(window_after_minutes=1440 * 2))]
    assert owned("in 08:30", occurrences=wide) == ["in 08:30 -> 03-02 outside_shift"]


def test_attribute_local_date_follows_the_zone_of_the_moment() -> None:
    punch = tap("in 23:50")
    zones = {at("23:50"): "Pacific/Auckland"}
    owners = attribute([punch], [], lambda instant: zones[instant], lambda date: Policy())
    assert owners == {"in 23:50": Owner(DATE + DAY, None, OwnerReason.OUTSIDE_SHIFT)}


def test_attribute_keeps_fixed_owners_and_lets_an_out_follow_them() -> None:
    settled = Owner(DATE - DAY, DATE - DAY, OwnerReason.IN_WINDOW)
    owners = attribute(
        taps("in 09:00", "out 10:00"),
        daily(DAY_SHIFT),
        lambda instant: ZONE,
        lambda date: Policy(),
        fixed={"in 09:00": settled, "somebody else": settled},
    )
    assert owners == {
        "in 09:00": settled,
        "out 10:00": Owner(DATE - DAY, DATE - DAY, OwnerReason.FOLLOWS_OPEN_IN),
    }


def test_attribute_refuses_one_key_twice() -> None:
    with pytest.raises(InvalidInput) as refused:
        attribute(taps("in 09:00", "in 09:00"), [], lambda instant: ZONE, lambda date: Policy())
    assert (refused.value.code, refused.value.values) == ("duplicate_tap", {"key": "in 09:00"})


def test_rows_of_the_punches_in_order_with_those_outside() -> None:
    all_taps = taps("out 17:00", "in 07:00", "in +1 09:00")
    owners = attribute(all_taps, daily(DAY_SHIFT), lambda instant: ZONE, lambda date: Policy())
    assert rows_of(all_taps, owners)[DATE] == (taps("in 07:00", "out 17:00"), ("in 07:00",))
