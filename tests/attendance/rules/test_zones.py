"""Wall time and instants, over every kind of change of the clocks."""

import datetime as dt

import pytest

from attendance.rules.errors import InvalidInput
from attendance.rules.zones import (
    as_utc,
    date_ends_at,
    elapsed,
    floor_minute,
    is_skipped,
    local,
    local_date,
    local_iso,
    resolve,
    resolve_second,
    since_midnight,
)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


RESOLVED = [
    ("Asia/Kathmandu", "2026-03-02 09:00", "2026-03-02 03:15", None),
    ("America/New_York", "2026-03-08 01:59", "2026-03-08 06:59", None),
    ("America/New_York", "2026-03-08 02:00", "2026-03-08 07:00", "gap"),
    ("America/New_York", "2026-03-08 02:59", "2026-03-08 07:00", "gap"),
    ("America/New_York", "2026-03-08 02:30:15.5", "2026-03-08 07:00", "gap"),
    ("America/New_York", "2026-03-08 03:00", "2026-03-08 07:00", None),
    ("America/New_York", "2026-11-01 01:00", "2026-11-01 05:00", "fold"),
    ("America/New_York", "2026-11-01 01:59", "2026-11-01 05:59", "fold"),
    ("America/New_York", "2026-11-01 02:00", "2026-11-01 07:00", None),
    ("Europe/London", "2026-03-29 01:30", "2026-03-29 01:00", "gap"),
    ("Europe/London", "2026-10-25 01:30", "2026-10-25 00:30", "fold"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30", "gap"),
    ("Australia/Lord_Howe", "2026-10-04 02:30", "2026-10-03 15:30", None),
    ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "fold"),
    ("Australia/Lord_Howe", "2026-04-05 02:00", "2026-04-04 15:30", None),
    ("America/Santiago", "2026-09-06 00:30", "2026-09-06 04:00", "gap"),
    ("America/Santiago", "2026-04-04 23:30", "2026-04-05 02:30", "fold"),
    ("America/Santiago", "2026-04-05 00:00", "2026-04-05 04:00", None),
    ("Pacific/Auckland", "2026-09-27 02:30", "2026-09-26 14:00", "gap"),
    ("Pacific/Auckland", "2026-04-05 02:30", "2026-04-04 13:30", "fold"),
    ("Pacific/Apia", "2011-12-30 10:00", "2011-12-30 10:00", "gap"),
]


@pytest.mark.parametrize(
    ("zone", "wall", "instant", "note"), RESOLVED, ids=[f"{row[0]} {row[1]}" for row in RESOLVED]
)
def test_resolve_wall_time(zone: str, wall: str, instant: str, note: str | None) -> None:
    there = dt.datetime.fromisoformat(wall)  # noqa: DTZ007
    assert resolve(there.date(), there.time(), zone) == (utc(instant), note)


def test_resolve_ignores_the_fold_of_its_time() -> None:
    time = dt.time(1, 30, fold=1)
    assert resolve(dt.date(2026, 10, 25), time, "Europe/London")[0] == utc("2026-10-25 00:30")


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/London", "2026-10-25 01:00", "2026-10-25 01:00"),
        ("Europe/London", "2026-10-25 01:59:30", "2026-10-25 01:59:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 15:15"),
        ("Europe/London", "2026-10-25 02:00", "2026-10-25 02:00"),
        ("Europe/London", "2026-10-25 00:59", "2026-10-24 23:59"),
        ("Europe/London", "2026-03-29 01:30", "2026-03-29 01:00"),  # a gap is no second time
    ],
)
def test_resolve_second_time(zone: str, wall: str, instant: str) -> None:
    moment = dt.datetime.fromisoformat(wall)
    assert resolve_second(moment.date(), moment.time(), zone) == utc(instant)


def test_elapsed_counts_real_time_within_one_zone() -> None:
    start = local(utc("2026-03-08 03:00"), "America/New_York")
    end = local(utc("2026-03-08 11:00"), "America/New_York")
    assert elapsed(start, end) == dt.timedelta(hours=8)


@pytest.mark.parametrize(
    ("zone", "date"),
    [("Asia/Kathmandu", dt.date(2026, 3, 2)), ("Pacific/Apia", dt.date(2026, 3, 3))],
)
def test_local_date_depends_on_the_zone(zone: str, date: dt.date) -> None:
    assert local_date(utc("2026-03-02 18:14"), zone) == date


def test_local_iso_names_the_offset() -> None:
    assert local_iso(utc("2026-03-02 03:31"), "Asia/Kathmandu") == "2026-03-02T09:16:00+05:45"


@pytest.mark.parametrize(
    ("zone", "instant", "floored"),
    [
        ("Asia/Kathmandu", "2026-03-02 03:15:59.999999", "2026-03-02 03:15"),
        ("Asia/Kathmandu", "2026-03-02 03:15", "2026-03-02 03:15"),
        ("America/New_York", "1880-01-01 00:00:00", "1879-12-31 23:59:02"),
    ],
    ids=["last microsecond", "whole minute", "offset with seconds"],
)
def test_floor_minute_follows_the_wall_clock(zone: str, instant: str, floored: str) -> None:
    assert floor_minute(utc(instant), zone) == utc(floored)


def test_since_midnight_reads_the_wall_clock() -> None:
    assert since_midnight(utc("2026-03-02 03:31:05.25"), "Asia/Kathmandu") == dt.timedelta(
        hours=9, minutes=16, seconds=5, milliseconds=250
    )


@pytest.mark.parametrize(
    ("zone", "date", "end"),
    [
        ("Asia/Kathmandu", "2026-03-02", "2026-03-02 18:15"),
        ("America/Santiago", "2026-04-04", "2026-04-05 04:00"),
        ("America/Santiago", "2026-09-05", "2026-09-06 04:00"),
        ("America/St_Johns", "2010-11-06", "2010-11-07 03:30"),
        ("Atlantic/Azores", "2026-10-24", "2026-10-25 00:00"),
        ("Pacific/Apia", "2011-12-29", "2011-12-30 10:00"),
    ],
    ids=[
        "plain",
        "back at midnight",
        "forward at midnight",
        "back over midnight",
        "back to midnight",
        "next date skipped",
    ],
)
def test_date_ends_at_last_instant(zone: str, date: str, end: str) -> None:
    assert date_ends_at(dt.date.fromisoformat(date), zone) == utc(end)


@pytest.mark.parametrize(
    ("zone", "date", "skipped"),
    [
        ("Pacific/Apia", "2011-12-29", False),
        ("Pacific/Apia", "2011-12-30", True),
        ("Pacific/Apia", "2011-12-31", False),
        ("America/Santiago", "2026-09-06", False),
    ],
)
def test_is_skipped_only_where_the_date_never_came(zone: str, date: str, skipped: bool) -> None:
    assert is_skipped(dt.date.fromisoformat(date), zone) is skipped


def test_as_utc_refuses_naive_datetime() -> None:
    with pytest.raises(InvalidInput) as refused:
        as_utc(dt.datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001
    assert (refused.value.code, refused.value.values) == (
        "naive_instant",
        {"value": "2026-03-02T09:00:00"},
    )


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_local_refuses_unknown_zone(zone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        local(utc("2026-03-02 00:00"), zone)
    assert (refused.value.code, refused.value.values) == ("unknown_zone", {"value": zone})
