"""What holds for any day at all."""

import calendar
import datetime as dt
import json
import random
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.codes import read
from attendance.rules.hours import worked_time
from attendance.rules.judge import judge
from attendance.rules.pairing import pair_taps
from attendance.rules.sheet import month_totals
from attendance.rules.steps import REGISTRY, Trail
from attendance.rules.types import (
    DayInput,
    Occurrence,
    Owner,
    OwnerReason,
    Pattern,
    Policy,
    Tap,
    Verdict,
)
from attendance.rules.windows import attribute, occurrence, rows_of, trim
from attendance.rules.zones import elapsed, local_date, resolve
from tests.attendance.rules.build import properties
from tests.attendance.rules.strategies import (
    DATES,
    ZONES,
    day_inputs,
    patterns,
    policies,
    short_presences,
    taps,
)

hours_after = st.integers(-24, 120)
DAY = dt.timedelta(days=1)


def moment(day: DayInput, hours: int) -> dt.datetime:
    return resolve(day.date, dt.time(0), day.zone)[0] + dt.timedelta(hours=hours)


@properties
@given(day_inputs(), hours_after)
def test_figures_are_never_negative(day: DayInput, hours: int) -> None:
    verdict = judge(day, now=moment(day, hours))
    figures = (
        verdict.worked_minutes,
        verdict.break_minutes,
        verdict.late_minutes,
        verdict.early_minutes,
    )
    assert min(figures) >= 0


@properties
@given(short_presences())
def test_worked_time_is_never_negative_however_much_breaks_and_rounding_take(
    found: tuple[Pattern, tuple[Tap, ...]],
) -> None:
    pattern, punches = found
    zone, trail = ZONES[0], Trail(ZONES[0])
    paired = pair_taps(
        punches, pairing=pattern.pairing, hours_mode=pattern.hours_mode, repeat_seconds=0,
        trail=trail,
    )  # fmt: skip
    shift = occurrence(DATES[0], pattern, zone)
    worked = worked_time(paired, shift, Policy(), zone, trail)
    assert worked.duration >= dt.timedelta(0)
    assert worked.minutes >= 0


@properties
@given(day_inputs(), hours_after)
def test_judging_twice_gives_the_same(day: DayInput, hours: int) -> None:
    now = moment(day, hours)
    assert judge(day, now=now) == judge(day, now=now)


@properties
@given(day_inputs(), hours_after, st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(
    day: DayInput, hours: int, shuffle: random.Random
) -> None:
    mixed = replace(
        day,
        taps=tuple(shuffle.sample(day.taps, len(day.taps))),
        marks=tuple(shuffle.sample(day.marks, len(day.marks))),
    )
    now = moment(day, hours)
    assert judge(mixed, now=now) == judge(day, now=now)


@properties
@given(day_inputs(), hours_after)
def test_every_punch_is_used_or_not(day: DayInput, hours: int) -> None:
    verdict = judge(day, now=moment(day, hours))
    assert Counter(verdict.used_keys + verdict.unused_keys) == Counter(tap.key for tap in day.taps)


@properties
@given(day_inputs(), hours_after)
def test_steps_are_registered_and_are_json(day: DayInput, hours: int) -> None:
    steps = judge(day, now=moment(day, hours)).steps
    assert [tuple(step.values) for step in steps] == [REGISTRY[step.code] for step in steps]
    values = [dict(step.values) for step in steps]
    assert json.loads(json.dumps(values)) == values


@properties
@given(day_inputs(), hours_after)
def test_status_and_code_tell_the_halves(day: DayInput, hours: int) -> None:
    verdict = judge(day, now=moment(day, hours))
    if verdict.status is not None:
        assert read(verdict.status, verdict.code) == verdict.halves
    assert verdict.is_open == (
        verdict.status is None and verdict.is_row and day.manual is None and day.employed
    )


@properties
@given(day_inputs(), hours_after)
def test_nothing_changes_before_next_at(day: DayInput, hours: int) -> None:
    now = moment(day, hours)
    verdict = judge(day, now=now)
    if verdict.next_at is None:
        later = now + dt.timedelta(days=400)
    else:
        later = verdict.next_at - dt.timedelta.resolution
        assert verdict.next_at > now
    assert judge(day, now=later) == verdict


@properties
@given(st.lists(day_inputs(), max_size=6), st.integers(1, 12), hours_after)
def test_totals_add_up_to_the_days_of_the_month(
    days: list[DayInput], month: int, hours: int
) -> None:
    rows: dict[dt.date, Verdict] = {}
    for number, day in enumerate(days):
        date = dt.date(2026, month, 1 + 4 * number)
        rows[date] = replace(judge(day, now=moment(day, hours)), date=date)
    totals = month_totals(2026, month, rows.values())
    assert totals.halves == 2 * calendar.monthrange(2026, month)[1]
    assert sum(totals.leave_by_code.values()) == totals.leave_halves


# Windows


@st.composite
def rosters(draw: st.DrawFn) -> tuple[str, list[Occurrence], tuple[Tap, ...], Policy]:
    """Shifts of six days in a row, some days without, and punches on the middle ones."""
    date, zone = draw(st.sampled_from(DATES)), draw(st.sampled_from(ZONES))
    choice = draw(st.lists(patterns(), min_size=1, max_size=2))
    found = [
        occurrence(date + n * DAY, draw(st.sampled_from(choice)), zone)
        for n in range(-3, 4)
        if draw(st.integers(0, 4)) > 0
    ]
    return zone, [item for item in found if item], draw(taps(date, zone)), draw(policies)


Roster = tuple[str, list[Occurrence], tuple[Tap, ...], Policy]


def owners_of(roster: Roster) -> dict[str, Owner]:
    zone, occurrences, punches, policy = roster
    return attribute(punches, occurrences, lambda instant: zone, lambda date: policy)


@properties
@given(rosters())
def test_trimming_never_lengthens_and_leaves_no_minute_to_two(roster: Roster) -> None:
    ordered = sorted(roster[1], key=lambda item: (item.starts_at, item.ends_at, item.date))
    trimmed = trim(roster[1])
    for before, after in zip(ordered, trimmed, strict=True):
        assert elapsed(before.opens_at, after.opens_at) >= dt.timedelta(0)
        assert elapsed(after.closes_at, before.closes_at) >= dt.timedelta(0)
        assert replace(after, opens_at=before.opens_at, closes_at=before.closes_at) == before
    alive = [item for item in trimmed if item.opens_at <= item.closes_at]
    for earlier, later in zip(alive, alive[1:], strict=False):
        assert earlier.closes_at < later.opens_at


@properties
@given(rosters())
def test_every_punch_belongs_to_exactly_one_row(roster: Roster) -> None:
    zone, occurrences, punches, _ = roster
    owners = owners_of(roster)
    assert owners.keys() == {tap.key for tap in punches}
    shared = [tap.key for mine, _ in rows_of(punches, owners).values() for tap in mine]
    assert sorted(shared) == sorted(owners)
    dates = {item.date for item in occurrences}
    for tap in punches:
        owner = owners[tap.key]
        assert owner.occurrence_date in {None, owner.date}
        assert owner.occurrence_date is None or owner.date in dates
        if owner.reason == OwnerReason.OUTSIDE_SHIFT:
            assert owner == Owner(local_date(tap.at, zone), None, OwnerReason.OUTSIDE_SHIFT)


@properties
@given(rosters(), st.randoms(use_true_random=False))
def test_attribution_does_not_depend_on_the_order_of_arrival(
    roster: Roster, shuffle: random.Random
) -> None:
    zone, occurrences, punches, policy = roster
    mixed = (
        zone,
        shuffle.sample(occurrences, len(occurrences)),
        tuple(shuffle.sample(punches, len(punches))),
        policy,
    )
    assert owners_of(mixed) == owners_of(roster)


@properties
@given(rosters())
def test_a_later_punch_moves_no_earlier_one(roster: Roster) -> None:
    zone, occurrences, punches, policy = roster
    owners = owners_of(roster)
    middle = sorted(tap.at for tap in punches)[: len(punches) // 2]
    early = tuple(tap for tap in punches if tap.at in middle)
    first = owners_of((zone, occurrences, early, policy))
    assert first == {key: owners[key] for key in first}


@properties
@given(rosters())
def test_owners_that_stand_are_found_again(roster: Roster) -> None:
    zone, occurrences, punches, policy = roster
    owners = owners_of(roster)
    assert attribute(punches, occurrences, lambda _: zone, lambda _: policy, fixed=owners) == owners


@properties
@given(rosters(), st.randoms(use_true_random=False), hours_after)
def test_any_order_of_arrival_gives_the_same_verdicts(
    roster: Roster, shuffle: random.Random, hours: int
) -> None:
    """From the punches to the rows: owners, then the verdict on every date they touch."""
    zone, occurrences, punches, policy = roster
    mixed = (zone, occurrences, tuple(shuffle.sample(punches, len(punches))), policy)
    assert _verdicts(mixed, hours) == _verdicts(roster, hours)


def _verdicts(roster: Roster, hours: int) -> dict[dt.date, Verdict]:
    zone, occurrences, punches, policy = roster
    owners = owners_of(roster)
    shifts = {item.date: item for item in trim(occurrences)}
    found = {}
    for date, (mine, outside) in rows_of(punches, owners).items():
        day = DayInput(
            date=date, zone=zone, occurrence=shifts.get(date), taps=mine, outside_keys=outside,
            policy=policy,
        )  # fmt: skip
        found[date] = judge(day, now=moment(day, hours))
    return found
