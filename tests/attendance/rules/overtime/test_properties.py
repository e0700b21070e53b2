"""What holds for any days and any policy at all."""

import datetime as dt
import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.overtime.compute import Reach, compute
from attendance.rules.overtime.steps import REGISTRY
from attendance.rules.overtime.types import Overtime, OvertimePolicy, OvertimeRule
from attendance.rules.spans import Span, length, to_minutes
from attendance.rules.types import DayInput
from companies.enums import (
    Compensation,
    OvertimeBasis,
    OvertimeDating,
    OvertimeDays,
    ToleranceScope,
)
from tests.attendance.rules.build import DATE, properties
from tests.attendance.rules.overtime.build import inputs, judged, policy, rule
from tests.attendance.rules.strategies import day_inputs

CAPS = (None, 30, 240)
Caps = tuple[int | None, ...]
FEW = st.sampled_from((0, 5, 15, 60))
RATES = st.sampled_from((100, 125, 150, 200))
TIMES = st.integers(0, 23).map(dt.time)


@st.composite
def rules(draw: st.DrawFn, name: str = "rule", caps: Caps = CAPS) -> OvertimeRule:
    basis = draw(st.sampled_from(OvertimeBasis))
    is_quantity = basis in (OvertimeBasis.DAY, OvertimeBasis.WEEK)
    times = draw(st.lists(TIMES, min_size=2, max_size=2, unique=True))
    start, end = times if basis == OvertimeBasis.CLOCK else (None, None)
    return OvertimeRule(
        name=name,
        basis=basis,
        beyond_minutes=draw(st.sampled_from((None, 0, 300, 480))) if is_quantity else None,
        start=start,
        end=end,
        days=draw(st.sampled_from(OvertimeDays)),
        rate_percent=draw(RATES),
        compensation=draw(st.sampled_from(Compensation)),
        employer_tolerance_minutes=draw(FEW),
        employee_tolerance_minutes=draw(FEW),
        tolerance=draw(st.sampled_from(ToleranceScope)),
        daily_cap_minutes=draw(st.sampled_from(caps)),
    )


@st.composite
def overtime_policies(draw: st.DrawFn, caps: Caps = CAPS) -> OvertimePolicy:
    count = draw(st.integers(0, 4))
    return OvertimePolicy(
        policy_id="policy",
        version_id="version",
        name="Extra",
        rules=tuple(draw(rules(f"rule {n}", caps)) for n in range(count)),
        count_before_start=draw(st.booleans()),
        tracks_missing=draw(st.booleans()),
        dating=draw(st.sampled_from(OvertimeDating)),
    )


def all_of(day: DayInput, extra: OvertimePolicy, days: int = 60) -> list[Overtime]:
    now = dt.datetime.combine(day.date, dt.time(), dt.UTC) + dt.timedelta(days=days)
    found = compute(judged([day], now), lambda _date: extra, start=day.date, end=day.date)
    return list(found.values())


@properties
@given(day_inputs(), overtime_policies())
def test_no_minute_is_counted_twice_and_the_parts_are_the_whole(
    day: DayInput, extra: OvertimePolicy
) -> None:
    for item in all_of(day, extra):
        spans = sorted(span for part in item.parts for span in part.spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))
        exact = sum(((span.end - span.start) for span in spans), dt.timedelta())
        assert abs(item.extra_minutes - to_minutes(exact)) <= len(extra.rules)
        assert item.extra_minutes == sum(part.minutes for part in item.parts)
        assert all(part.minutes > 0 for part in item.parts)
        assert item.missing_minutes >= 0


@properties
@given(day_inputs(), overtime_policies(caps=(None,)), st.integers(0, 99))
def test_the_order_of_rules_loses_no_minute(
    day: DayInput, extra: OvertimePolicy, seed: int
) -> None:
    mixed = list(extra.rules)
    random.Random(seed).shuffle(mixed)  # noqa: S311  # any order will do
    other = OvertimePolicy(
        policy_id="", version_id="", name="", rules=tuple(mixed),
        count_before_start=extra.count_before_start, tracks_missing=extra.tracks_missing,
        dating=extra.dating,
    )  # fmt: skip
    one, two = all_of(day, extra), all_of(day, other)
    assert [covered(item) for item in one] == [covered(item) for item in two]
    assert [item.missing_minutes for item in one] == [item.missing_minutes for item in two]


def covered(item: Overtime) -> dt.timedelta:
    return length(Span(*span) for part in item.parts for span in part.spans)


@properties
@given(day_inputs(), overtime_policies())
def test_every_step_is_registered_and_the_same_input_gives_the_same(
    day: DayInput, extra: OvertimePolicy
) -> None:
    found = all_of(day, extra)
    assert found == all_of(day, extra)
    for item in found:
        assert item.steps[0].code == "policy"
        assert all(tuple(step.values) == REGISTRY[step.code] for step in item.steps)


@properties
@given(
    st.lists(st.integers(0, 700), min_size=7, max_size=7),
    st.sampled_from((0, 1200, 2400, 3000)),
)
def test_the_quantity_of_a_week_is_that_of_a_recount(minutes: list[int], beyond: int) -> None:
    texts = {n: _presence(count) for n, count in enumerate(minutes)}
    extra = policy(rule("week", beyond_minutes=beyond), tracks_missing=True)
    days = inputs(texts)
    found = compute(
        judged(days), lambda _date: extra, start=DATE, end=DATE + dt.timedelta(days=6)
    ).values()
    worked = sum(minutes)
    assert sum(item.extra_minutes for item in found) == max(worked - beyond, 0)
    assert sum(item.missing_minutes for item in found) == max(beyond - worked, 0)


def _presence(minutes: int) -> str:
    end = dt.datetime.combine(DATE, dt.time(9)) + dt.timedelta(minutes=minutes)
    return f"in 09:00, out {end:%H:%M}" if minutes else ""


@properties
@given(
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), st.integers(0, 40),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_what_a_row_concerns_is_made_of_rows_that_are_read(
    start, days, is_weekly, is_split
) -> None:  # type: ignore[no-untyped-def]
    reach, end = Reach(is_weekly, is_split), start + dt.timedelta(days=days)
    first, last = reach.concerned(start, end)
    since, until = reach.needed(first, last)
    assert since <= first <= start <= end <= last <= until
    if is_weekly:
        assert (first.weekday(), last.weekday()) == (0, 6)
    if not is_weekly and not is_split:
        assert (since, until) == (start, end)


def test_the_farthest_policy_decides_how_far_is_read() -> None:
    plain, weekly, split = policy(rule("day")), policy(rule("week")), policy(is_split=True)
    assert Reach.of([]) == Reach.of([plain]) == Reach()
    assert Reach.of([plain, weekly]) == Reach(is_weekly=True)
    assert Reach.of([split, weekly]) == Reach(is_weekly=True, is_split=True)
