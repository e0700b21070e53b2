"""Minutes worked beyond the scheduled, or beyond a fixed number, a day and a week."""

import datetime as dt

import pytest

from attendance.enums import DayStatus
from attendance.rules.types import AutoBreak, DayKind, DayType, Manual, Rounding
from companies.enums import RoundingMode
from tests.attendance.rules.build import DATE, DAY_OFF, HOLIDAY, at, duty, home, leave, shift
from tests.attendance.rules.overtime.build import codes, figures, one, parts, policy, rule, week

DAY = rule("day")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 09:00, out 17:00", (0, 0)),
        ("in 09:00, out 17:00:30", (0, 0)),  # half a minute goes down
        ("in 09:00, out 17:00:31", (1, 0)),
        ("in 09:00, out 17:01", (1, 0)),
        ("in 08:59, out 17:00", (1, 0)),
        ("in 09:10, out 17:20", (10, 0)),
        ("in 09:00, out 16:59", (0, 1)),
        ("in 09:30, out 17:20", (0, 10)),
        ("in 09:00, out 12:00, in 13:00, out 19:00", (60, 0)),
        ("in 09:00", (0, 0)),  # an open pair gives nothing, and is not missed time
        ("in 09:00, out 20:00, in 20:30", (180, 0)),
        ("", (0, 480)),  # a wholly missed day
    ],
)
def test_beyond_the_scheduled(text: str, expected: tuple[int, int]) -> None:
    assert figures(text, policy(DAY, tracks_missing=True)) == expected


def test_a_short_day_is_0_where_missing_time_is_not_tracked() -> None:
    found = one("in 09:00, out 16:00", policy(DAY))
    assert (found.extra_minutes, found.missing_minutes) == (0, 0)
    assert codes(found)[-2:] == ["short", "nothing"]


def test_the_last_minutes_are_the_extra_ones() -> None:
    found = one("in 07:30, out 12:00, in 13:00, out 18:00", policy(DAY))
    assert parts(found) == ["day 100 paid 90: 16:30-18:00"]
    found = one("in 07:00, out 16:50, in 17:00, out 17:10", policy(DAY))
    assert parts(found) == ["day 100 paid 120: 15:00-16:50 17:00-17:10"]


@pytest.mark.parametrize(
    ("tolerance", "out", "extra"),
    [
        (15, "17:15", 0),
        (15, "17:15:30", 0),
        (15, "17:15:31", 16),
        (15, "17:16", 16),
        (0, "17:01", 1),
    ],
)
def test_extra_not_above_the_tolerance_is_ignored_all_or_nothing(
    tolerance: int, out: str, extra: int
) -> None:
    found = policy(rule(employer=tolerance))
    assert figures(f"in 09:00, out {out}", found) == (extra, 0)


@pytest.mark.parametrize(("out", "missing"), [("16:50", 0), ("16:49", 11)])
def test_missing_not_above_the_tolerance_is_forgiven(out: str, missing: int) -> None:
    found = policy(rule(employee=10), tracks_missing=True)
    assert figures(f"in 09:00, out {out}", found) == (0, missing)


@pytest.mark.parametrize(
    ("text", "by_day", "by_edge"),
    [
        ("in 09:05, out 17:20", (15, 0), (20, 0)),  # the start is forgiven, the end counts
        ("in 08:50, out 17:05", (15, 0), (0, 0)),  # neither edge is above 10
        ("in 08:49, out 17:05", (16, 0), (11, 0)),
        ("in 09:10, out 16:50", (0, 20), (0, 0)),
        ("in 09:11, out 16:50", (0, 21), (0, 11)),
        ("in 09:30, out 17:40", (0, 0), (10, 0)),  # both edges stand: what is left is the net
        ("in 09:00, out 12:00, in 12:30, out 17:00", (0, 30), (0, 30)),  # no edge
        ("", (0, 480), (0, 480)),
    ],
)
def test_tolerances_of_the_day_and_of_each_edge(
    text: str, by_day: tuple[int, int], by_edge: tuple[int, int]
) -> None:
    for scope, expected in (("day", by_day), ("edge", by_edge)):
        knobs = rule(employer=10, employee=10, tolerance=scope)
        assert figures(text, policy(knobs, tracks_missing=True)) == expected


@pytest.mark.parametrize(
    ("cap", "extra", "spans"),
    [(60, 60, "17:00-18:00"), (119, 119, "17:00-18:59"), (120, 120, "17:00-19:00"), (0, 0, "")],
)
def test_a_day_books_no_more_than_its_cap(cap: int, extra: int, spans: str) -> None:
    found = one("in 09:00, out 19:00", policy(rule(daily_cap_minutes=cap)))
    assert found.extra_minutes == extra
    assert ("capped" in codes(found)) == (cap < 120)
    assert parts(found) == ([f"day 100 paid {extra}: {spans}"] if extra else [])


def test_minutes_before_the_start_count_for_nothing_where_they_are_off() -> None:
    off = policy(DAY, count_before_start=False, tracks_missing=True)
    assert figures("in 08:00, out 17:30", policy(DAY)) == (90, 0)
    assert figures("in 08:00, out 17:30", off) == (30, 0)
    assert figures("in 08:00, out 16:30", off) == (0, 30)
    # Nothing starts on a day off.
    assert figures("in 08:00, out 10:00", off, kinds={0: DAY_OFF}) == (120, 0)
    assert "before_start" in codes(one("in 08:00, out 17:00", off))


@pytest.mark.parametrize("kind", [DAY_OFF, HOLIDAY])
def test_nothing_is_scheduled_on_a_day_off_and_breaks_are_not_deducted(kind: DayKind) -> None:
    pattern = shift("09:00-17:00", "12:00-13:00")
    of = {"pattern": pattern, "kinds": {0: kind}}
    tracked = policy(DAY, tracks_missing=True)
    assert figures("in 11:00, out 14:00", tracked, **of) == (180, 0)
    assert figures("", tracked, **of) == (0, 0)
    assert "breaks_kept" in codes(one("in 11:00, out 14:00", tracked, **of))
    # A break that somebody punched is their own time, whatever the day.
    assert figures("in 11:00, break_start 12:00, break_end 12:20, out 14:00", tracked, **of) == (
        160, 0,
    )  # fmt: skip


def test_a_break_of_a_working_day_is_no_extra_time() -> None:
    pattern = shift("09:00-17:00", "12:00-13:00")
    assert figures("in 09:00, out 17:00", policy(DAY), pattern=pattern) == (0, 0)
    assert figures("in 09:00, out 17:30", policy(DAY), pattern=pattern) == (30, 0)


def test_without_a_schedule_nothing_exceeds_it() -> None:
    found = one("in 09:00, out 22:00", policy(DAY, tracks_missing=True), pattern=None)
    assert found.is_nothing
    assert codes(found) == ["policy", "no_schedule", "nothing"]
    fixed = policy(rule(beyond_minutes=480), tracks_missing=True)
    assert figures("in 09:00, out 18:00", fixed, pattern=None) == (60, 0)
    assert figures("in 09:00, out 12:00", fixed, pattern=None) == (0, 0)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("in 09:00, out 16:00", DayKind(), (60, 0)),
        ("in 09:00, out 15:00", DayKind(), (0, 0)),
        ("in 09:00, out 14:59", DayKind(), (0, 1)),
        ("in 09:00, out 16:00", DAY_OFF, (60, 0)),  # days off too
        ("in 09:00, out 14:00", DAY_OFF, (0, 0)),
    ],
)
def test_a_fixed_number_a_day(text: str, kind: DayKind, expected: tuple[int, int]) -> None:
    found = policy(rule(beyond_minutes=360), tracks_missing=True)
    assert figures(text, found, kinds={0: kind}) == expected


def test_half_a_day_of_leave_owes_half() -> None:
    tracked = policy(DAY, tracks_missing=True)
    assert figures("in 13:00, out 17:00", tracked, marks=(leave("am"),)) == (0, 0)
    assert figures("in 12:30, out 17:00", tracked, marks=(leave("am"),)) == (30, 0)
    fixed = policy(rule(beyond_minutes=480), tracks_missing=True)
    assert figures("in 13:00, out 16:00", fixed, marks=(leave("am"),)) == (0, 60)
    early = policy(DAY, count_before_start=False)
    assert figures("in 12:30, out 17:10", early, marks=(leave("am"),)) == (10, 0)
    assert figures("", tracked, marks=(leave(),)) == (0, 0)


def test_time_on_duty_and_at_home_counts_as_worked_and_is_never_extra() -> None:
    tracked = policy(DAY, tracks_missing=True)
    assert figures("", tracked, marks=(duty(),)) == (0, 0)
    assert figures("in 09:00, out 13:00", tracked, marks=(home("pm"),)) == (0, 0)
    assert figures("in 09:00, out 12:00", tracked, marks=(duty("pm"),)) == (0, 60)
    found = one("in 09:00, out 13:00, in 19:00, out 20:00", tracked, marks=(home("pm"),))
    assert parts(found) == ["day 100 paid 60: 19:00-20:00"]
    fixed = policy(rule(beyond_minutes=480), tracks_missing=True)
    assert figures("in 09:00, out 12:00", fixed, marks=(duty("pm"),)) == (0, 60)


def test_half_a_holiday_leaves_half() -> None:
    kind = DayKind(DayType.HALF_HOLIDAY_PM, "Eve")
    assert figures("in 09:00, out 14:00", policy(DAY), kinds={0: kind}) == (60, 0)
    kind = DayKind(DayType.HALF_HOLIDAY_AM, "Eve")
    assert figures("in 12:00, out 17:00", policy(DAY), kinds={0: kind}) == (60, 0)


def test_a_day_set_by_hand_gives_nothing_by_itself() -> None:
    manual = Manual(status=DayStatus.PRESENT, reason="seen", worked_minutes=600)
    found = one("in 09:00, out 20:00", policy(DAY, tracks_missing=True), manual=manual)
    assert found.is_nothing
    assert codes(found) == ["policy", "by_hand"]


def test_who_is_not_employed_and_who_is_still_there_has_no_figure() -> None:
    assert week({0: "in 09:00, out 19:00"}, policy(DAY), employed=False) == {}
    # 18:00 is the last minute of the window.
    for now, there in (("18:00:59", {}), ("18:01", {0})):
        assert {*week({0: "in 09:00, out 17:30"}, policy(DAY), now=at(now))} == {*there}


def test_days_before_the_first_judged_one_and_unmarked_ones_miss_nothing() -> None:
    tracked = policy(DAY, tracks_missing=True)
    assert figures("", tracked, is_tracked=False) == (0, 0)
    assert figures("in 09:00, out 16:00", tracked, is_tracked=False) == (0, 60)


def test_rounding_and_due_breaks_make_the_figure() -> None:
    down = shift(round_duration=Rounding(RoundingMode.FLOOR, 15))
    assert parts(one("in 09:00, out 17:40", policy(DAY), pattern=down)) == [
        "day 100 paid 30: 17:10-17:40"
    ]
    up = shift(round_duration=Rounding(RoundingMode.CEIL, 15))
    assert parts(one("in 09:00, out 17:40", policy(DAY), pattern=up)) == [
        "day 100 paid 45: 17:00-17:45"
    ]
    due = shift(auto_breaks=(AutoBreak(360, 30),))
    assert figures("in 09:00, out 17:40", policy(DAY), pattern=due) == (10, 0)
    assert figures("in 09:00, out 17:40", policy(DAY), pattern=due, kinds={0: DAY_OFF}) == (520, 0)


# --- a week ---------------------------------------------------------------------------------------
FULL = {n: "in 09:00, out 17:00" for n in range(5)}
OFF = {5: "", 6: ""}


def of_days(found: dict) -> dict[int, tuple[int, int]]:
    return {
        n: (item.extra_minutes, item.missing_minutes)
        for n, item in found.items()
        if not item.is_nothing
    }


def test_the_last_minutes_of_a_week_are_extra() -> None:
    texts = {**FULL, 0: "in 09:00, out 19:00", **OFF}
    found = week(texts, policy(rule("week")))
    assert of_days(found) == {4: (120, 0)}
    assert parts(found[4]) == ["week 100 paid 120: 15:00-17:00"]
    assert of_days(week({**texts, 2: "in 09:00, out 15:00"}, policy(rule("week")))) == {}


@pytest.mark.parametrize(
    ("beyond", "expected"), [(2400, {5: (180, 0)}), (2280, {4: (120, 0), 5: (180, 0)})]
)
def test_a_fixed_number_a_week(beyond: int, expected: dict[int, tuple[int, int]]) -> None:
    texts = {**FULL, 5: "in 09:00, out 12:00", 6: ""}
    found = policy(rule("week", beyond_minutes=beyond), tracks_missing=True)
    assert of_days(week(texts, found)) == expected


def test_a_week_begins_on_monday() -> None:
    texts = {**FULL, **OFF, 6: "in 09:00, out 11:00", 7: "in 09:00, out 20:00"}
    found = week(texts, policy(rule("week", beyond_minutes=2400)))
    assert of_days(found) == {6: (120, 0)}


def test_tolerances_of_a_week_are_of_its_whole_net_figure() -> None:
    texts = {**FULL, 3: "in 09:00, out 17:20", 4: "in 09:00, out 17:11", **OFF}
    assert of_days(week(texts, policy(rule("week", employer=31)))) == {}
    assert of_days(week(texts, policy(rule("week", employer=30)))) == {4: (31, 0)}
    short = {**FULL, 1: "in 09:00, out 16:30", **OFF}
    for employee, expected in ((30, {}), (29, {6: (0, 30)})):
        found = policy(rule("week", employee=employee), tracks_missing=True)
        assert of_days(week(short, found)) == expected


def test_what_a_week_misses_is_said_once_all_of_it_is_settled_and_sure() -> None:
    tracked = policy(rule("week"), tracks_missing=True)
    texts = {**FULL, 1: "", **OFF}
    assert of_days(week(texts, tracked)) == {6: (0, 480)}
    assert of_days(week(texts, tracked, now=at("+6 12:00"))) == {}
    assert of_days(week({**texts, 2: "in 09:00"}, tracked)) == {}
    # Who joined in the middle of it owes no fixed number.
    fixed = policy(rule("week", beyond_minutes=2400), tracks_missing=True)
    part = {n: text for n, text in texts.items() if n > 1}
    assert of_days(week(part, fixed)) == {}
    assert of_days(week({**texts, 1: FULL[1]}, fixed)) == {}


def test_a_week_without_a_schedule_exceeds_nothing() -> None:
    found = week(FULL, policy(rule("week")), pattern=None)
    assert of_days(found) == {}
    assert "no_schedule" in codes(found[0])


def test_a_week_still_running_counts_what_is_settled() -> None:
    texts = {n: "in 07:00, out 21:00" for n in range(5)}
    found = week(texts, policy(rule("week", beyond_minutes=2400)), now=at("+3 12:00"))
    assert of_days(found) == {2: (120, 0)}
    assert DATE + dt.timedelta(days=2) == found[2].date
