"""The extra and missing minutes of each date: every minute once, at its highest rate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from attendance.rules.judge import Judged
from attendance.rules.overtime.facts import Facts, PolicyOn, Spans, Timeline, first, timeline
from attendance.rules.overtime.figures import Figure, figure
from attendance.rules.overtime.types import Overtime, OvertimePolicy, OvertimeRule, Part
from attendance.rules.spans import length, overlap, subtract, to_minutes
from attendance.rules.zones import DAY, MINUTE, ZERO
from companies.enums import OvertimeBasis


@dataclass(frozen=True, slots=True)
class Reach:
    """How far figures depend on the rows of other dates: those of the week, those beside."""

    is_weekly: bool = False
    is_split: bool = False

    @classmethod
    def of(cls, policies: Iterable[OvertimePolicy]) -> Reach:
        """The reach of all these policies together."""
        found = list(policies)
        return cls(any(item.is_weekly for item in found), any(item.is_split for item in found))

    def concerned(self, start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
        """The dates whose figures may differ when rows from `start` to `end` do."""
        beside = DAY if self.is_split else ZERO
        return self._weeks(start - beside, end + beside)

    def needed(self, start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
        """The rows that the figures from `start` to `end` are made of."""
        beside = DAY if self.is_split else ZERO
        start, end = self._weeks(start, end)
        return start - beside, end + beside

    def _weeks(self, start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
        if not self.is_weekly:
            return start, end
        return start - start.weekday() * DAY, end + (6 - end.weekday()) * DAY


def compute(
    judged: Iterable[Judged], policy_on: PolicyOn, *, start: dt.date, end: dt.date
) -> dict[dt.date, Overtime]:
    """The figures of every settled date from `start` to `end` for which there is a policy.

    `judged` are the rows of `needed` dates. A date that is still open has no figure yet.
    """
    line = timeline(judged, policy_on)
    found = {}
    for date, facts in sorted(line.facts.items()):
        policy = policy_on(date) if start <= date <= end and facts.is_settled else None
        if policy is not None:
            found[date] = _of_date(facts, policy, line)
    return found


def _of_date(facts: Facts, policy: OvertimePolicy, line: Timeline) -> Overtime:
    trail = facts.trail
    if facts.is_by_hand:
        trail.add("by_hand")
        return Overtime(date=facts.date, policy=policy, steps=trail.steps)
    week = line.week(facts.date) if policy.is_weekly else ()
    figures = [figure(rule, facts, week) for rule in policy.rules]
    parts = _parts(figures, facts)
    missing = _missing_minutes(figures, facts, policy)
    if not parts and not missing:
        trail.add("nothing")
    return Overtime(
        date=facts.date, policy=policy, parts=parts, missing_minutes=missing, steps=trail.steps
    )


# --- every minute once ----------------------------------------------------------------------------
def _parts(figures: Sequence[Figure], facts: Facts) -> tuple[Part, ...]:
    """Share out the minutes: the highest rate takes first, the rest is left to the others."""
    taken: Spans = ()
    shares: dict[str, Spans] = {}
    for item in _ranked(figures):
        left = subtract(item.spans, taken)
        if to_minutes(length(item.spans)) > to_minutes(length(left)):
            counted = to_minutes(length(item.spans) - length(left))
            facts.trail.add("covered", rule=item.rule.name, minutes=counted)
        mine = _capped(item.rule, left, facts)
        shares[item.rule.name] = mine
        taken = (*taken, *mine)
    return tuple(_rounded([item.rule for item in figures], shares, facts))


def _ranked(figures: Sequence[Figure]) -> list[Figure]:
    """Higher rates first. Of equal ones a rule without a cap, then the one that takes less, so
    that no minute is lost to a cap that another rule could have booked; then as they stand.
    """

    def rank(item: Figure) -> tuple[int, bool, dt.timedelta]:
        is_capped = item.rule.daily_cap_minutes is not None
        return -item.rule.rate_percent, is_capped, length(item.spans) if is_capped else ZERO

    return sorted(figures, key=rank)


def _capped(rule: OvertimeRule, spans: Spans, facts: Facts) -> Spans:
    """The first minutes of the spans, as many as the rule books a day."""
    if rule.daily_cap_minutes is None or length(spans) <= rule.daily_cap_minutes * MINUTE:
        return spans
    facts.trail.add(
        "capped",
        rule=rule.name,
        minutes=to_minutes(length(spans)),
        cap=rule.daily_cap_minutes,
    )
    return first(spans, rule.daily_cap_minutes * MINUTE)


def _rounded(
    rules: Sequence[OvertimeRule], shares: dict[str, Spans], facts: Facts
) -> Iterable[Part]:
    """The parts in the order of the rules; together they are the rounded whole, to the minute."""
    so_far, booked = ZERO, 0
    for rule in rules:
        spans = shares[rule.name]
        so_far += length(spans)
        minutes, booked = to_minutes(so_far) - booked, to_minutes(so_far)
        if minutes:
            _tell_part(rule, spans, minutes, facts)
            yield Part(
                rule=rule.name,
                rate_percent=rule.rate_percent,
                is_banked=rule.is_banked,
                minutes=minutes,
                spans=spans,
            )


def _tell_part(rule: OvertimeRule, spans: Spans, minutes: int, facts: Facts) -> None:
    trail = facts.trail
    trail.add(
        "part",
        rule=rule.name,
        minutes=minutes,
        rate=rule.rate_percent,
        banked=rule.is_banked,
    )
    for span in spans:
        trail.add(
            "span",
            rule=rule.name,
            start=trail.wall(span.start),
            end=trail.wall(span.end),
            minutes=to_minutes(span.end - span.start),
        )


# --- missing --------------------------------------------------------------------------------------
def _missing_minutes(figures: Sequence[Figure], facts: Facts, policy: OvertimePolicy) -> int:
    """The smallest gap of the rules that know one; where none does, what was owed and not worked.

    A week's gap counts only where no rule of the day says what is missing.
    """
    daily = [item for item in figures if item.rule.basis != OvertimeBasis.WEEK]
    gaps = [item.gap for item in daily if item.gap is not None]
    is_weekly = len(daily) < len(figures)
    if not gaps and is_weekly:
        gaps = [item.gap for item in figures if item.gap is not None]
    elif not gaps and facts.is_known:
        gaps = [length(subtract(facts.owed, overlap(facts.owed, facts.worked)))
                - length(overlap(facts.uncounted, facts.owed))]  # fmt: skip
    minutes = to_minutes(min(gaps, default=ZERO))
    if not minutes:
        return 0
    facts.trail.add("missing" if policy.tracks_missing else "short", minutes=minutes)
    return minutes if policy.tracks_missing else 0
