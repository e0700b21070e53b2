"""Which shift occurrence, and so which row, owns a punch (rules 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from attendance.enums import Direction
from attendance.rules.errors import InvalidInput
from attendance.rules.pairing import is_repeat, order
from attendance.rules.spans import Span
from attendance.rules.types import Occurrence, Owner, OwnerReason, Pattern, Policy, Tap
from attendance.rules.zones import (
    DAY,
    MINUTE,
    elapsed,
    floor_minute,
    is_skipped,
    local_date,
    resolve,
)
from companies.enums import AutoCheckOut, Pairing

ZoneOf = Callable[[dt.datetime], str]
PolicyOn = Callable[[dt.date], Policy]


def occurrence(date: dt.date, pattern: Pattern, zone: str) -> Occurrence | None:
    """The shift as it falls on `date` in `zone`; None on a date that never came there."""
    if is_skipped(date, zone):
        return None
    pattern = pattern.on(date)
    starts_at, start_note = resolve(date, pattern.start, zone)
    last_date = date + DAY if pattern.is_overnight else date
    ends_at, end_note = resolve(last_date, pattern.end, zone)
    return Occurrence(
        date=date,
        pattern=pattern,
        zone=zone,
        starts_at=starts_at,
        ends_at=ends_at,
        opens_at=starts_at - pattern.window_before_minutes * MINUTE,
        closes_at=ends_at + pattern.window_after_minutes * MINUTE,
        notes=tuple(
            (edge, note) for edge, note in (("start", start_note), ("end", end_note)) if note
        ),
    )


def place(occurrence: Occurrence, start: dt.time, end: dt.time) -> Span:
    """The stretch that two wall times mean on this occurrence.

    In a shift over midnight, times before its start lie on the next day.
    """
    pattern, date = occurrence.pattern, occurrence.date
    if pattern.is_overnight and start < pattern.start:
        date += DAY
    last_date = date + DAY if end <= start else date
    zone = occurrence.zone
    return Span(resolve(date, start, zone)[0], resolve(last_date, end, zone)[0])


def auto_out_at(occurrence: Occurrence) -> dt.datetime | None:
    """The instant at which an in that stands open counts as closed; None where it never does.

    A time of day is the first one after the shift has begun.
    """
    pattern, date = occurrence.pattern, occurrence.date
    if pattern.auto_check_out == AutoCheckOut.AFTER_END:
        return occurrence.ends_at + pattern.auto_check_out_minutes * MINUTE
    if pattern.auto_check_out_at is None:
        return None
    if pattern.auto_check_out_at <= pattern.start:
        date += DAY
    return resolve(date, pattern.auto_check_out_at, occurrence.zone)[0]


def closed_from(occurrence: Occurrence) -> dt.datetime:
    """The first instant that is no longer in the window, whose last minute still belongs to it."""
    return floor_minute(occurrence.closes_at, occurrence.zone) + MINUTE


def accepts(occurrence: Occurrence, instant: dt.datetime) -> bool:
    """Whether the window holds the instant: whole minutes, both ends included."""
    zone = occurrence.zone
    minute = floor_minute(instant, zone)
    return floor_minute(occurrence.opens_at, zone) <= minute < closed_from(occurrence)


def trim(occurrences: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
    """The occurrences in order, their windows cut where they overlap.

    Both meet at the end of the earlier shift, or where the later window opens if that is later;
    that minute belongs to the earlier. No window is ever lengthened.
    """
    ordered = sorted(occurrences, key=lambda item: (item.starts_at, item.ends_at, item.date))
    opens = [floor_minute(item.opens_at, item.zone) for item in ordered]
    closes = [floor_minute(item.closes_at, item.zone) for item in ordered]
    trimmed = list(ordered)
    for i, earlier in enumerate(ordered):
        for j in range(i + 1, len(ordered)):
            if opens[j] > closes[i]:
                continue
            meeting = max(floor_minute(earlier.ends_at, earlier.zone), opens[j])
            trimmed[i] = replace(trimmed[i], closes_at=min(trimmed[i].closes_at, meeting))
            trimmed[j] = replace(trimmed[j], opens_at=max(trimmed[j].opens_at, meeting + MINUTE))
    return tuple(trimmed)


def attribute(
    taps: Iterable[Tap],
    occurrences: Sequence[Occurrence],
    zone_of: ZoneOf,
    policy_on: PolicyOn,
    *,
    fixed: Mapping[str, Owner] | None = None,
) -> dict[str, Owner]:
    """The row of each punch of one person, by the key of the punch.

    `occurrences` are untrimmed and reach from the day before the first punch to the day after
    the last; `zone_of` says which zone the person was in, `policy_on` what settings hold for the
    row of a date. `taps` should begin `max_presence_hours` before the first one asked for, since
    an out follows its in. `fixed` holds owners that stand already (settled, manual and locked
    rows): they are kept, and count as the in or out they are. Raises `InvalidInput`
    ("duplicate_tap").
    """
    state = _Attribution(tuple(occurrences), zone_of, policy_on, dict(fixed or {}))
    for tap in sorted(taps, key=order):
        if tap.key in state.owners:
            raise InvalidInput("duplicate_tap", key=tap.key)
        state.take(tap)
    return state.owners


def rows_of(
    taps: Iterable[Tap], owners: Mapping[str, Owner]
) -> dict[dt.date, tuple[tuple[Tap, ...], tuple[str, ...]]]:
    """By date of the row: its punches in order, and the keys of those outside any shift."""
    rows: dict[dt.date, list[Tap]] = {}
    for tap in sorted(taps, key=order):
        rows.setdefault(owners[tap.key].date, []).append(tap)
    return {
        date: (
            tuple(mine),
            tuple(t.key for t in mine if owners[t.key].reason == OwnerReason.OUTSIDE_SHIFT),
        )
        for date, mine in rows.items()
    }


@dataclass(slots=True)
class _Attribution:
    """Goes through the punches in order and remembers who is in."""

    occurrences: tuple[Occurrence, ...]
    zone_of: ZoneOf
    policy_on: PolicyOn
    fixed: dict[str, Owner]
    owners: dict[str, Owner] = field(default_factory=dict)
    open_ins: list[Tap] = field(default_factory=list)  # all of one row, the latest last
    previous: Tap | None = None
    _near: dict[dt.date, tuple[Occurrence, ...]] = field(default_factory=dict)

    def take(self, tap: Tap) -> None:
        is_repeat_of_previous = self._repeats(tap)
        if tap.key in self.fixed:
            self.owners[tap.key] = self.fixed[tap.key]
        elif self.previous is not None and is_repeat_of_previous:
            self.owners[tap.key] = replace(
                self.owners[self.previous.key], reason=OwnerReason.REPEAT
            )
        else:
            self.owners[tap.key] = self._owner(tap)
        if not is_repeat_of_previous:
            self.previous = tap
            self._remember(tap)

    def _repeats(self, tap: Tap) -> bool:
        if self.previous is None:
            return False
        policy = self.policy_on(self.owners[self.previous.key].date)
        return is_repeat(self.previous, tap, policy.repeat_seconds)

    def _owner(self, tap: Tap) -> Owner:
        date = local_date(tap.at, self.zone_of(tap.at))
        found = next((item for item in self._candidates(date) if accepts(item, tap.at)), None)
        followed = self._followed(tap)
        if followed is not None and (found is None or tap.direction == Direction.OUT):
            owner = self.owners[followed.key]
            if found is None or found.date != owner.date:
                return replace(owner, reason=OwnerReason.FOLLOWS_OPEN_IN)
        if found is None:
            return Owner(date, None, OwnerReason.OUTSIDE_SHIFT)
        return Owner(found.date, found.date, OwnerReason.IN_WINDOW)

    def _candidates(self, date: dt.date) -> tuple[Occurrence, ...]:
        if date not in self._near:
            near = (date - DAY, date, date + DAY)
            self._near[date] = trim(item for item in self.occurrences if item.date in near)
        return self._near[date]

    def _followed(self, tap: Tap) -> Tap | None:
        """The open in that this punch goes with: never that of an in, nor an in too long ago."""
        if tap.direction == Direction.IN or not self.open_ins:
            return None
        latest = self.open_ins[-1]
        policy = self.policy_on(self.owners[latest.key].date)
        longest = dt.timedelta(hours=policy.max_presence_hours)
        return latest if elapsed(latest.at, tap.at) <= longest else None

    def _remember(self, tap: Tap) -> None:
        if tap.direction in (Direction.BREAK_START, Direction.BREAK_END):
            return
        is_in_row = bool(self.open_ins) and (
            self.owners[self.open_ins[-1].key].date == self.owners[tap.key].date
        )
        if self._closes(tap, is_in_row):
            if is_in_row:
                self.open_ins.pop()
        elif is_in_row:
            self.open_ins.append(tap)
        else:
            # A presence begins in another row: what was open there misses its out.
            self.open_ins = [tap]

    def _closes(self, tap: Tap, is_in_row: bool) -> bool:
        if tap.direction == Direction.UNKNOWN or self._alternates(self.owners[tap.key].date):
            return is_in_row
        return tap.direction == Direction.OUT

    def _alternates(self, date: dt.date) -> bool:
        return any(
            item.date == date and item.pattern.pairing == Pairing.ALTERNATING
            for item in self.occurrences
        )
