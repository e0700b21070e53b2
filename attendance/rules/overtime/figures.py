"""What each rule by itself makes of a date: the minutes it takes, and how many it misses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from attendance.rules.overtime.facts import (
    EARLIEST,
    LATEST,
    Facts,
    Spans,
    last,
)
from attendance.rules.overtime.types import OvertimeRule
from attendance.rules.spans import Span, length, merge, overlap, subtract, to_minutes
from attendance.rules.zones import DAY, MINUTE, ZERO, local_date, resolve
from companies.enums import OvertimeBasis, OvertimeDays, ToleranceScope

_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """`spans` are extra; `gap` is what is missing, None where the rule says nothing of that."""

    rule: OvertimeRule
    spans: Spans = ()
    gap: dt.timedelta | None = None


def figure(rule: OvertimeRule, facts: Facts, week: Sequence[Facts]) -> Figure:
    """What the rule says of the date, its tolerances heeded."""
    if rule.basis == OvertimeBasis.WEEK:
        return _of_week(rule, facts, week)
    is_scheduled = rule.beyond_minutes is None and rule.basis in (
        OvertimeBasis.DAY, OvertimeBasis.OUTSIDE_SCHEDULE
    )  # fmt: skip
    if is_scheduled and not facts.has_schedule:
        facts.trail.add("no_schedule", rule=rule.name)
        return Figure(rule)
    return _of_day(rule, facts) if rule.basis == OvertimeBasis.DAY else _at_time(rule, facts)


# --- so many minutes ------------------------------------------------------------------------------
def _of_day(rule: OvertimeRule, facts: Facts) -> Figure:
    is_fixed = rule.beyond_minutes is not None
    target = (rule.beyond_minutes or 0) * MINUTE if is_fixed else facts.target
    worked, forgiven = facts.worked, ZERO
    facts.trail.add(
        "target", rule=rule.name, worked=to_minutes(length(worked)), target=to_minutes(target)
    )
    is_by_edge = rule.tolerance == ToleranceScope.EDGE and not is_fixed and bool(facts.owed)
    if is_by_edge and worked:
        worked, forgiven = _edges(rule, facts)
    net = length(worked) + forgiven - target
    extra = _above(rule, net, facts, is_tolerant=not (is_by_edge and worked))
    owed = _fixed_share(target, facts) if is_fixed else target
    gap = owed - length(worked) - forgiven - (length(facts.uncounted) if is_fixed else ZERO)
    missing = _missing(rule, gap, facts, is_tolerant=not (is_by_edge and worked))
    return Figure(rule, last(worked, extra), missing)


def _fixed_share(target: dt.timedelta, facts: Facts) -> dt.timedelta:
    """What of a fixed number of minutes is owed: of a date of which half is off, half of them."""
    if not facts.owed:
        return ZERO
    return target * (length(facts.owed) / length(facts.scheduled))


def _above(
    rule: OvertimeRule, extra: dt.timedelta, facts: Facts, *, is_tolerant: bool = True
) -> dt.timedelta:
    """`extra`, all of it or, where it is not above the tolerance, nothing."""
    minutes, tolerance = to_minutes(extra), rule.employer_tolerance_minutes
    if minutes == 0 or (is_tolerant and minutes <= tolerance):
        if minutes:
            facts.trail.add("ignored", rule=rule.name, minutes=minutes, tolerance=tolerance)
        return ZERO
    return extra


def _missing(
    rule: OvertimeRule,
    gap: dt.timedelta,
    facts: Facts,
    *,
    is_tolerant: bool = True,
    is_known: bool | None = None,
) -> dt.timedelta:
    """`gap`, all of it or, where it is not above the tolerance, nothing."""
    minutes, tolerance = to_minutes(gap), rule.employee_tolerance_minutes
    if minutes == 0 or not (facts.is_known if is_known is None else is_known):
        return ZERO
    if is_tolerant and minutes <= tolerance:
        facts.trail.add("forgiven", rule=rule.name, minutes=minutes, tolerance=tolerance)
        return ZERO
    return gap


def _edges(rule: OvertimeRule, facts: Facts) -> tuple[Spans, dt.timedelta]:
    """What counts as worked with each edge of the day judged by itself, and what is forgiven."""
    start, end = facts.owed[0].start, facts.owed[-1].end
    there = merge((*facts.worked, *facts.credited))
    edges = (
        ("start", Span(EARLIEST, start), Span(start, max(start, there[0].start))),
        ("end", Span(end, LATEST), Span(min(end, there[-1].end), end)),
    )
    worked, forgiven = facts.worked, ZERO
    for edge, outside, inside in edges:
        beyond = overlap(facts.worked, [outside])
        worked = subtract(worked, _edge_ignored(rule, edge, beyond, facts))
        forgiven += _edge_forgiven(rule, edge, length(overlap(facts.owed, [inside])), facts)
    return worked, forgiven


def _edge_ignored(rule: OvertimeRule, edge: str, beyond: Spans, facts: Facts) -> Spans:
    minutes, tolerance = to_minutes(length(beyond)), rule.employer_tolerance_minutes
    if minutes > tolerance or not beyond:
        return ()
    facts.trail.add("edge_ignored", rule=rule.name, edge=edge, minutes=minutes, tolerance=tolerance)
    return beyond


def _edge_forgiven(rule: OvertimeRule, edge: str, gap: dt.timedelta, facts: Facts) -> dt.timedelta:
    minutes, tolerance = to_minutes(gap), rule.employee_tolerance_minutes
    if minutes > tolerance or not gap:
        return ZERO
    facts.trail.add(
        "edge_forgiven", rule=rule.name, edge=edge, minutes=minutes, tolerance=tolerance
    )
    return gap


def _of_week(rule: OvertimeRule, facts: Facts, week: Sequence[Facts]) -> Figure:
    """The week's last minutes are extra: those worked once its minutes were full.

    What is missing of a week is said on its last day, when all of them are settled.
    """
    if rule.beyond_minutes is not None:
        target = rule.beyond_minutes * MINUTE
    elif any(item.has_schedule for item in week):
        target = sum((item.target for item in week), ZERO)
    else:
        facts.trail.add("no_schedule", rule=rule.name)
        return Figure(rule)
    settled = [item for item in week if item.is_settled]
    worked = sum((length(item.worked) for item in settled), ZERO)
    facts.trail.add("week", rule=rule.name, worked=to_minutes(worked), target=to_minutes(target))
    before = sum((length(item.worked) for item in settled if item.date < facts.date), ZERO)
    mine = max(before + length(facts.worked) - target, ZERO) - max(before - target, ZERO)
    is_extra = mine > ZERO and _above(rule, worked - target, facts) > ZERO
    gap = _week_gap(rule, target - worked, facts, week) if facts is week[-1] else None
    return Figure(rule, last(facts.worked, mine) if is_extra else (), gap)


def _week_gap(
    rule: OvertimeRule, gap: dt.timedelta, facts: Facts, week: Sequence[Facts]
) -> dt.timedelta | None:
    """What the week lacks; None while a day is open or unsure, or of a part of a week alone."""
    if not all(item.is_settled and (item.is_known or not item.owed) for item in week):
        return None
    if rule.beyond_minutes is not None:
        if len(week) < _A_WEEK:
            return None
        gap -= sum((length(item.uncounted) for item in week), ZERO)
    return _missing(rule, gap, facts, is_known=True)


# --- at such a time -------------------------------------------------------------------------------
def _at_time(rule: OvertimeRule, facts: Facts) -> Figure:
    """What was worked at the times of the rule, whatever was not worked at others."""
    spans, gap = _taken(rule, facts), None
    if spans:
        facts.trail.add("within", rule=rule.name, minutes=to_minutes(length(spans)))
    if rule.basis != OvertimeBasis.OUTSIDE_SCHEDULE:
        return Figure(rule, spans if _above(rule, length(spans), facts) else ())
    missed = length(subtract(facts.owed, (*facts.worked, *facts.credited)))
    if rule.tolerance == ToleranceScope.EDGE and facts.owed and facts.worked:
        kept, forgiven = _edges(rule, facts)
        spans = overlap(spans, kept)
        gap = _missing(rule, missed - forgiven, facts, is_tolerant=False)
        return Figure(rule, spans if to_minutes(length(spans)) else (), gap)
    gap = _missing(rule, missed, facts)
    return Figure(rule, spans if _above(rule, length(spans), facts) else (), gap)


def _taken(rule: OvertimeRule, facts: Facts) -> Spans:
    if rule.basis == OvertimeBasis.OUTSIDE_SCHEDULE:
        return subtract(facts.worked, facts.scheduled)
    if rule.basis == OvertimeBasis.DAYS_OFF:
        return overlap(facts.worked, facts.off)
    spans = overlap(facts.worked, _windows(rule, facts))
    if rule.days == OvertimeDays.OFF:
        return overlap(spans, facts.off)
    return subtract(spans, facts.off) if rule.days == OvertimeDays.WORKING else spans


def _windows(rule: OvertimeRule, facts: Facts) -> Iterator[Span]:
    """The clock window on every calendar date that the work touches."""
    assert rule.start is not None and rule.end is not None  # noqa: S101, PT018  # a rule of the clock has both
    if not facts.worked:
        return
    date = local_date(facts.worked[0].start, facts.zone) - DAY
    until = local_date(facts.worked[-1].end, facts.zone)
    while date <= until:
        end_date = date + DAY if rule.end <= rule.start else date
        yield Span(
            resolve(date, rule.start, facts.zone)[0], resolve(end_date, rule.end, facts.zone)[0]
        )
        date += DAY
