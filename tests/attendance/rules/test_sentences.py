"""The rules, sentence by sentence: what fixed shifts and shifts over midnight owe to each.

What a sentence needs in depth has a file of its own beside this one; here stands the sentence, and
the case that would fail without it, each boundary on both sides.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from attendance.enums import DayException as E
from attendance.enums import DayStatus as S
from attendance.rules.judge import judge
from attendance.rules.types import (
    DayInput,
    DayKind,
    DayType,
    Occurrence,
    Pattern,
    Policy,
    Tap,
    Verdict,
)
from attendance.rules.windows import attribute, occurrence, trim
from attendance.rules.zones import local_iso
from companies.enums import HoursMode, Pairing
from tests.attendance.rules.build import (
    DATE,
    DAY_OFF,
    at,
    day,
    judged,
    leave,
    on,
    owned,
    shift,
    tap,
)

DAY = dt.timedelta(days=1)
NIGHT = shift("23:00-07:00", half_day_below_minutes=240)
GRACE = shift(late_grace_minutes=10, early_grace_minutes=10)
THRESHOLDS = shift(half_day_below_minutes=360, absent_below_minutes=180)
HALF_OFF = DayKind(DayType.HALF_HOLIDAY_PM, "Fair")

Found = Callable[[], Any]


def figures(verdict: Verdict) -> tuple[S | None, int, int, int]:
    return verdict.status, verdict.worked_minutes, verdict.late_minutes, verdict.early_minutes


def there(zone: str, date: str, pattern: Pattern, *texts: str) -> Verdict:
    """The day of a person of that zone, judged two days later."""
    when = dt.date.fromisoformat(date)
    found = occurrence(when, pattern, zone)
    taps = tuple(tap(text, when, zone) for text in texts)
    return judge(
        DayInput(date=when, zone=zone, occurrence=found, taps=taps),
        now=at("+2 12:00", when, zone),
    )


def edges(found: Occurrence | None) -> list[str]:
    assert found is not None
    instants = (found.opens_at, found.starts_at, found.ends_at, found.closes_at)
    return [local_iso(instant, found.zone)[5:] for instant in instants]


def windows(*spans: tuple[int, Pattern]) -> list[Occurrence]:
    return [on(DATE + n * DAY, pattern) for n, pattern in spans]


# name: the sentence, what is found, what it must be
TIME: list[tuple[str, Found, Any]] = [
    (
        "lasts 7 h on the night clocks go forward",
        lambda: there("Europe/London", "2026-03-28", NIGHT, "in 23:00", "out +1 07:00"),
        (S.PRESENT, 420, 0, 0),
    ),
    (
        "9 h when they go back",
        lambda: there("Europe/London", "2026-10-24", NIGHT, "in 23:00", "out +1 07:00"),
        (S.PRESENT, 540, 0, 0),
    ),
    (
        "half an hour more where the clocks go back by half an hour (Lord Howe)",
        lambda: there("Australia/Lord_Howe", "2026-04-04", NIGHT, "in 23:00", "out +1 07:00"),
        (S.PRESENT, 510, 0, 0),
    ),
    (
        "half an hour less where they go forward by half an hour",
        lambda: there("Australia/Lord_Howe", "2026-10-03", NIGHT, "in 23:00", "out +1 07:00"),
        (S.PRESENT, 450, 0, 0),
    ),
    (
        "a wall time that does not exist means the first instant after the gap",
        lambda: there("Europe/London", "2026-03-29", shift("01:30-09:00"), "in 02:00", "out 09:00"),
        (S.PRESENT, 420, 0, 0),
    ),
    (
        "a wall time that occurs twice means the first occurrence: the shift is an hour longer",
        lambda: there("Europe/London", "2026-10-25", shift("01:30-09:00"), "in 01:30", "out 09:00"),
        (S.PRESENT, 510, 0, 0),
    ),
    (
        "09:10:59 with a grace to 09:10 is not late",
        lambda: judged("in 09:10:59", "out 17:00", shift=GRACE),
        (S.PRESENT, 469, 0, 0),
    ),
    (
        "09:11 with a grace to 09:10 is late",
        lambda: judged("in 09:11", "out 17:00", shift=GRACE),
        (S.PRESENT, 469, 11, 0),
    ),
    (
        "early compares whole minutes: the end less the grace is not early",
        lambda: judged("in 09:00", "out 16:50", shift=GRACE),
        (S.PRESENT, 470, 0, 0),
    ),
    (
        "the punch floored: 16:49:59 is 16:49, and early",
        lambda: judged("in 09:00", "out 16:49:59", shift=GRACE),
        (S.PRESENT, 470, 0, 11),
    ),
    (
        "each figure is rounded to the nearest minute once: two pairs of 29 s are 58 s",
        lambda: judged("in 09:00", "out 09:00:29", "in 10:00", "out 10:00:29"),
        (S.PRESENT, 1, 0, 420),
    ),
]

JUDGING: list[tuple[str, Found, Any]] = [
    (
        "an unpaired punch adds no time to a sum of pairs",
        lambda: judged("in 09:00", "in 13:00", "out 17:00"),
        (S.INCOMPLETE, 240, 0, 0),
    ),
    (
        "first_in_last_out runs from the first in to the last out",
        lambda: judged(
            "in 09:00",
            "out 12:00",
            "in 13:00",
            "out 17:00",
            shift=shift(hours_mode=HoursMode.FIRST_IN_LAST_OUT),
        ),
        (S.PRESENT, 480, 0, 0),
    ),
    (
        "alternating: 1st in, 2nd out, whatever they say",
        lambda: judged("out 09:00", "in 17:00", shift=shift(pairing=Pairing.ALTERNATING)),
        (S.PRESENT, 480, 0, 0),
    ),
    (
        "minus breaks actually overlapped",
        lambda: judged("in 09:00", "out 13:15", shift=shift("09:00-17:00", "13:00-13:30")),
        (S.PRESENT, 240, 0, 225),
    ),
    (
        "not clipped to the shift",
        lambda: judged("in 08:30", "out 17:30"),
        (S.PRESENT, 540, 0, 0),
    ),
    (
        "a repeat within 60 s is one punch: the sixtieth second still is",
        lambda: judged("in 09:00", "in 09:01", "out 17:00"),
        (S.PRESENT, 480, 0, 0),
    ),
    (
        "a repeat after 61 s is another punch",
        lambda: judged("in 09:00", "in 09:01:01", "out 17:00"),
        (S.INCOMPLETE, 479, 0, 0),
    ),
    (
        "exactly at absent_below is not below it",
        lambda: judged("in 09:00", "out 12:00", shift=THRESHOLDS),
        (S.HALF_DAY, 180, 0, 300),
    ),
    (
        "a minute less is",
        lambda: judged("in 09:00", "out 11:59", shift=THRESHOLDS),
        (S.ABSENT, 179, 0, 301),
    ),
    (
        "exactly at half_day_below is not below it",
        lambda: judged("in 09:00", "out 15:00", shift=THRESHOLDS),
        (S.PRESENT, 360, 0, 120),
    ),
    (
        "a minute less is half a day",
        lambda: judged("in 09:00", "out 14:59", shift=THRESHOLDS),
        (S.HALF_DAY, 359, 0, 121),
    ),
    (
        "holiday or weekly off: punches kept and minutes counted",
        lambda: judged("in 09:00", "out 12:00", day_kind=DAY_OFF),
        (S.WEEKLY_OFF, 180, 0, 0),
    ),
    (
        "with counts_on_days_off, judged as a working day",
        lambda: judged(
            "in 09:30", "out 17:00", day_kind=DAY_OFF, shift=shift(counts_on_days_off=True)
        ),
        (S.PRESENT, 450, 30, 0),
    ),
    (
        "leave covers the whole day before anything else is asked",
        lambda: judged("in 09:00", "out 12:00", marks=(leave(),), day_kind=DAY_OFF),
        (S.ON_LEAVE, 180, 0, 0),
    ),
    (
        "half a day of leave makes it a half day; late applies to the other half",
        lambda: judged("in 13:05", "out 17:00", marks=(leave("am"),)),
        (S.HALF_DAY, 235, 5, 0),
    ),
    (
        "leave by the hour covers its interval and the rest is judged alone",
        lambda: judged("in 11:00", "out 17:00", marks=(leave("09:00-11:00"),)),
        (S.PRESENT, 360, 0, 0),
    ),
    (
        "half_day_below does not halve the working half of a half holiday again",
        lambda: judged("in 09:00", "out 11:00", day_kind=HALF_OFF, shift=THRESHOLDS),
        (S.PRESENT, 120, 0, 120),
    ),
    (
        "absent_below holds there by its share: 90 of 180 minutes are enough",
        lambda: judged("in 09:00", "out 10:30", day_kind=HALF_OFF, shift=THRESHOLDS),
        (S.PRESENT, 90, 0, 150),
    ),
    (
        "and 89 are not",
        lambda: judged("in 09:00", "out 10:29", day_kind=HALF_OFF, shift=THRESHOLDS),
        (S.ABSENT, 89, 0, 151),
    ),
    (
        "halves meet where half of the scheduled minutes are done (setting: a wall time)",
        lambda: judged(
            "in 12:00", "out 17:00", marks=(leave("am"),), policy=Policy(half_split=dt.time(12))
        ),
        (S.HALF_DAY, 300, 0, 0),
    ),
]


@pytest.mark.parametrize(("sentence", "found", "expected"), [*TIME, *JUDGING])
def test_the_figures_of_a_day(sentence: str, found: Found, expected: Any) -> None:
    assert figures(found()) == expected, sentence


# zone, date, shift: window and shift as the clocks there show them
PLACES: list[tuple[str, str, str, list[str]]] = [
    (
        "Asia/Kolkata", "2026-03-02", "09:00-17:00",
        ["03-02T08:00:00+05:30", "03-02T09:00:00+05:30",
         "03-02T17:00:00+05:30", "03-02T18:00:00+05:30"],
    ),
    (
        "Asia/Kathmandu", "2026-03-02", "22:00-06:00",
        ["03-02T21:00:00+05:45", "03-02T22:00:00+05:45",
         "03-03T06:00:00+05:45", "03-03T07:00:00+05:45"],
    ),
    (
        "Australia/Lord_Howe", "2026-10-03", "22:00-06:00",  # at 02:00 the clocks show 02:30
        ["10-03T21:00:00+10:30", "10-03T22:00:00+10:30",
         "10-04T06:00:00+11:00", "10-04T07:00:00+11:00"],
    ),
    (
        "Australia/Lord_Howe", "2026-10-04", "02:15-10:00",  # 02:15 never comes
        ["10-04T01:00:00+10:30", "10-04T02:30:00+11:00",
         "10-04T10:00:00+11:00", "10-04T11:00:00+11:00"],
    ),
    (
        "Pacific/Apia", "2011-12-29", "22:00-06:00",  # ends on the date that was left out
        ["12-29T21:00:00-10:00", "12-29T22:00:00-10:00",
         "12-31T00:00:00+14:00", "12-31T01:00:00+14:00"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "date", "span", "expected"), PLACES)
def test_a_shift_is_read_in_the_persons_zone(
    zone: str, date: str, span: str, expected: list[str]
) -> None:
    found = occurrence(dt.date.fromisoformat(date), shift(span), zone)
    assert edges(found) == expected


def test_the_date_that_samoa_left_out_has_no_shift() -> None:
    assert occurrence(dt.date(2011, 12, 30), shift(), "Pacific/Apia") is None


# punches and whose row they are in; the sentence first
OWNERS: list[tuple[str, list[tuple[int, Pattern]], dict[str, str]]] = [
    (
        "each accepts [start − before, end + after]; whole minutes, both ends included",
        [(0, shift())],
        {
            "in 07:59:59": "03-02 outside_shift",
            "in 08:00": "03-02 in_window",
            "in 18:00:59": "03-02 in_window",
            "in 18:01": "03-02 outside_shift",
        },
    ),
    (
        "both meet at the earlier one's nominal end; that minute belongs to the earlier",
        [(0, shift("22:00-06:00")), (1, shift("06:30-14:00"))],
        {
            "in +1 06:00:59": "03-02 in_window",
            "in +1 06:01": "03-03 in_window",
        },
    ),
    (
        "or where the later's own window opens, if that is later",
        [(0, shift("22:00-06:00")), (1, shift("07:30-14:00"))],
        {
            "in +1 06:30:59": "03-02 in_window",
            "in +1 06:31": "03-03 in_window",
        },
    ),
    (
        "no window is ever lengthened",
        [(0, shift("22:00-06:00")), (1, shift("09:00-17:00"))],
        {
            "in +1 07:00:59": "03-02 in_window",
            "in +1 07:01": "03-03 outside_shift",
            "in +1 08:00": "03-03 in_window",
        },
    ),
    (
        "the punch belongs to the date on which that occurrence starts",
        [(-1, shift("22:00-06:00")), (0, shift("22:00-06:00"))],
        {"in 05:00": "03-01 in_window", "in +1 05:00": "03-02 in_window"},
    ),
]


@pytest.mark.parametrize(("sentence", "spans", "expected"), OWNERS)
def test_the_row_that_owns_a_punch(
    sentence: str, spans: list[tuple[int, Pattern]], expected: dict[str, str]
) -> None:
    for text, row in expected.items():  # each by itself: none is another's out
        assert owned(text, occurrences=windows(*spans)) == [f"{text} -> {row}"], sentence


@pytest.mark.parametrize(
    ("out", "row"),
    [
        ("out +1 09:00", "03-02 follows_open_in"),  # 24 hours old
        ("out +1 09:00:01", "03-03 in_window"),
    ],
)
def test_a_known_out_closes_the_open_in_it_follows_at_most_24_hours_old(out: str, row: str) -> None:
    spans = windows((0, shift()), (1, shift()))
    assert owned("in 09:00", out, occurrences=spans)[1] == f"{out} -> {row}"


def test_an_office_is_left_in_the_middle_of_the_month() -> None:
    """Kathmandu on Monday, Kolkata from Tuesday on: each shift in the zone of its date."""
    move = {DATE: "Asia/Kathmandu", DATE + DAY: "Asia/Kolkata"}
    spans = [on(date, shift(), zone) for date, zone in move.items()]
    noon = at("+1 00:00")
    zone_of = lambda instant: move[DATE if instant < noon else DATE + DAY]  # noqa: E731
    # 07:50 in Kolkata is 08:05 in Kathmandu: still outside the window of Tuesday.
    taps = (
        tap("in 08:00", DATE, "Asia/Kathmandu"),
        tap("out 17:00", DATE, "Asia/Kathmandu"),
        Tap("early", at("07:59", DATE + DAY, "Asia/Kolkata"), tap("in 08:00").direction),
        Tap("in time", at("08:00", DATE + DAY, "Asia/Kolkata"), tap("in 08:00").direction),
    )
    owners = attribute(taps, spans, zone_of, lambda _date: Policy(repeat_seconds=0))
    assert [owners[item.key].reason for item in taps] == [
        "in_window", "in_window", "outside_shift", "in_window",
    ]  # fmt: skip
    assert [owners[item.key].date for item in taps] == [DATE, DATE, DATE + DAY, DATE + DAY]
    assert trim(spans) == tuple(spans)


@pytest.mark.parametrize(
    ("texts", "exceptions"),
    [
        (["out 17:00"], (E.MISSING_IN,)),
        (["in 09:00"], (E.MISSING_OUT,)),
        (["in 09:00", "out 17:00"], ()),
    ],
)
def test_an_unpaired_punch_raises_its_exception(
    texts: list[str], exceptions: tuple[E, ...]
) -> None:
    assert judged(*texts).exceptions == exceptions


def test_absence_once_the_days_to_wait_are_full() -> None:
    waits = day(policy=Policy(absence_lag_days=1))
    before, after = (judge(waits, now=at(text)) for text in ("+1 23:59:59", "+2 00:00"))
    assert (before.status, after.status) == (None, S.ABSENT)
