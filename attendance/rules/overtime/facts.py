"""What of each date was worked, owed and off: by attendance date, or split at local midnight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from attendance.enums import DayException, DayStatus
from attendance.rules.cover import Cover
from attendance.rules.hours import Worked
from attendance.rules.judge import Judged
from attendance.rules.overtime.steps import REGISTRY
from attendance.rules.overtime.types import OvertimePolicy
from attendance.rules.spans import Span, length, merge, overlap, subtract, to_minutes
from attendance.rules.steps import Trail
from attendance.rules.types import DayInput, DayType
from attendance.rules.zones import DAY, ZERO, date_ends_at, local_date

PolicyOn = Callable[[dt.date], OvertimePolicy | None]
Spans = tuple[Span, ...]

EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)
ALWAYS = (Span(EARLIEST, LATEST),)

# A day on which somebody's absence is not known for sure has no missing minutes yet.
_UNKNOWN = (DayStatus.INCOMPLETE, DayStatus.UNMARKED)


@dataclass(slots=True)
class Facts:
    """One date of a person.

    `worked` is presence without breaks (on days off with those of the shift), `scheduled` the
    shift without breaks, days off and half holidays, `owed` that without leave, `credited` what
    of it on-duty and work-from-home marks cover. `off` is when the date is a day off.
    """

    date: dt.date
    zone: str
    trail: Trail
    is_settled: bool = False
    is_by_hand: bool = False
    has_schedule: bool = False
    is_known: bool = False  # whether what was not worked is missing
    worked: Spans = ()
    scheduled: Spans = ()
    owed: Spans = ()
    credited: Spans = ()
    off: Spans = ()

    @property
    def target(self) -> dt.timedelta:
        """What was owed of the date beside its marks: more worked time than this is extra."""
        return length(self.owed) - length(self.uncounted)

    @property
    def uncounted(self) -> Spans:
        """What marks count as worked although nobody punched."""
        return subtract(self.credited, self.worked)


@dataclass(frozen=True, slots=True)
class _Row:
    """The time of one judged row."""

    worked: Spans = ()
    scheduled: Spans = ()
    owed: Spans = ()
    credited: Spans = ()


@dataclass(slots=True)
class Timeline:
    """The dates of a person in order; those outside employment are not among them."""

    facts: dict[dt.date, Facts] = field(default_factory=dict)

    def week(self, date: dt.date) -> list[Facts]:
        """The dates of its week, from Monday to Sunday, as far as there are any."""
        monday = date - date.weekday() * DAY
        dates = (monday + n * DAY for n in range(7))
        return [self.facts[date] for date in dates if date in self.facts]


def timeline(judged: Iterable[Judged], policy_on: PolicyOn) -> Timeline:
    """What stands behind each date."""
    found: dict[dt.date, Facts] = {}
    rows: list[tuple[Facts, _Row, bool]] = []
    for item in judged:
        day = item.day
        if not day.employed:
            continue
        policy = policy_on(day.date)
        facts = found[day.date] = _facts(item)
        if policy is not None:
            facts.trail.add("policy", name=policy.name)
        rows.append((facts, _row(item, policy, facts), bool(policy and policy.is_split)))
    for facts, row, is_split in rows:
        if is_split:
            _spread(facts, row, found)
        else:
            _add(facts, row)
    return Timeline(found)


def _facts(item: Judged) -> Facts:
    day, verdict = item.day, item.verdict
    is_known = verdict.status not in _UNKNOWN and (bool(day.taps) or day.is_tracked)
    return Facts(
        date=day.date,
        zone=day.zone,
        trail=Trail(day.zone, REGISTRY),
        is_settled=item.is_settled,
        is_by_hand=day.manual is not None,
        has_schedule=day.occurrence is not None,
        is_known=is_known and day.manual is None and day.occurrence is not None,
        off=_off(day, item.cover),
    )


def _off(day: DayInput, cover: Cover | None) -> Spans:
    """When the date is a day off: always, never, or up to where its halves meet or from there."""
    if day.day_kind.is_off:
        return ALWAYS
    split_at = cover.split_at if cover else None
    if split_at is None:
        return ()
    if day.day_kind.type == DayType.HALF_HOLIDAY_AM:
        return (Span(EARLIEST, split_at),)
    return (Span(split_at, LATEST),) if day.day_kind.type == DayType.HALF_HOLIDAY_PM else ()


def _row(item: Judged, policy: OvertimePolicy | None, facts: Facts) -> _Row:
    worked, cover, day = item.worked, item.cover, item.day
    if worked is None or cover is None:
        return _Row()
    if {DayException.MISSING_IN, DayException.MISSING_OUT} & {*item.verdict.exceptions}:
        facts.trail.add("open_pair")
    scheduled = () if day.day_kind.is_off else subtract(cover.scheduled, facts.off)
    owed = subtract(scheduled, cover.by_leave)
    spans = _worked_spans(worked, scheduled, facts)
    if policy is not None and not policy.count_before_start and scheduled:
        spans = _from_start(spans, (owed or scheduled)[0].start, facts.trail)
    return _Row(spans, scheduled, owed, overlap(owed, subtract(cover.by_marks, cover.by_leave)))


def _worked_spans(worked: Worked, scheduled: Spans, facts: Facts) -> Spans:
    """Presence as it counts: of just the length that the figure of the day has."""
    if facts.off != ALWAYS:
        return _fit(worked.spans, worked.duration, scheduled)
    spans = subtract(worked.presence, worked.away)
    duration = worked.gross - length(overlap(worked.presence, worked.away))
    if duration > worked.duration:
        facts.trail.add("breaks_kept", minutes=to_minutes(duration - worked.duration))
    return _fit(spans, duration, ())


def _fit(spans: Spans, duration: dt.timedelta, scheduled: Spans) -> Spans:
    """The spans so that they last `duration`, which rounding and due breaks have changed.

    What is too much lies in the schedule, as breaks do; what was added comes last.
    """
    excess = length(spans) - duration
    if excess < ZERO and spans:
        return (*spans[:-1], Span(spans[-1].start, spans[-1].end - excess))
    for part in (overlap(spans, scheduled), spans):
        cut = first(part, excess)
        spans, excess = subtract(spans, cut), excess - length(cut)
    return spans


def _from_start(spans: Spans, start: dt.datetime, trail: Trail) -> Spans:
    before = overlap(spans, [Span(EARLIEST, start)])
    if before:
        trail.add("before_start", minutes=to_minutes(length(before)), start=trail.wall(start))
    return subtract(spans, before)


def _add(facts: Facts, row: _Row) -> None:
    facts.worked = merge((*facts.worked, *row.worked))
    facts.scheduled = merge((*facts.scheduled, *row.scheduled))
    facts.owed = merge((*facts.owed, *row.owed))
    facts.credited = merge((*facts.credited, *row.credited))


def _spread(facts: Facts, row: _Row, found: Mapping[dt.date, Facts]) -> None:
    """Give each date what of the row lies on it; what lies on no date of employment is lost."""
    pieces = (row.worked, row.scheduled, row.owed, row.credited)
    for date in _dates_of((*row.worked, *row.scheduled), facts.zone):
        bounds = [Span(date_ends_at(date - DAY, facts.zone), date_ends_at(date, facts.zone))]
        mine = _Row(*(overlap(spans, bounds) for spans in pieces))
        target = found.get(date)
        if target is None:
            continue
        _add(target, mine)
        if date != facts.date and (mine.worked or mine.scheduled):
            target.has_schedule = target.has_schedule or bool(mine.scheduled)
            for item in (facts, target):
                if "split" not in {step.code for step in item.trail.steps}:
                    item.trail.add("split")


def _dates_of(spans: Spans, zone: str) -> list[dt.date]:
    dates = [local_date(at, zone) for span in spans for at in span]
    if not dates:
        return []
    count = (max(dates) - min(dates)).days
    return [min(dates) + n * DAY for n in range(count + 1)]


def first(spans: Spans, duration: dt.timedelta) -> Spans:
    """The first of the spans, up to `duration` of them."""
    found: list[Span] = []
    for span in spans:
        if duration <= ZERO:
            break
        found.append(Span(span.start, min(span.end, span.start + duration)))
        duration -= span.end - span.start
    return tuple(found)


def last(spans: Spans, duration: dt.timedelta) -> Spans:
    """The last of the spans, up to `duration` of them."""
    return subtract(spans, first(spans, length(spans) - duration))
