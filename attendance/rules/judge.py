"""Judging one row: pairing, figures, late and early, status, verdict by hand (rules 3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from attendance.enums import DayException
from attendance.rules import codes
from attendance.rules.codes import Halves
from attendance.rules.cover import Cover, cover_of
from attendance.rules.hours import Worked, worked_time
from attendance.rules.lateness import early_minutes, late_minutes
from attendance.rules.pairing import Paired, order, pair_taps
from attendance.rules.spans import length, overlap, to_minutes
from attendance.rules.steps import Trail
from attendance.rules.types import DayInput, DayType, HalfKind, Verdict
from attendance.rules.windows import auto_out_at, closed_from
from attendance.rules.zones import DAY, as_utc, date_ends_at, local_date
from companies.enums import HoursMode, Pairing


def judge(day: DayInput, *, now: dt.datetime) -> Verdict:
    """The verdict on `day` as it stands at `now`; the same input always gives the same."""
    return judge_whole(day, now=now).verdict


def judge_whole(day: DayInput, *, now: dt.datetime) -> Judged:
    """The verdict as `judge` says it, with the time behind it."""
    trail = Trail(day.zone)
    now = as_utc(now)
    ruled, known = _ruled(day, now, trail)
    if day.manual is not None:
        return Judged(day, _by_hand(day, ruled, trail), now)
    verdict = replace(ruled, steps=trail.steps)
    return (
        Judged(day, verdict, now, known.worked, known.cover) if known else Judged(day, verdict, now)
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with what it was made of: the worked time, and what of the day was owed.

    There is neither for a date outside employment, nor where HR set the day by hand: the punches
    count for nothing then.
    """

    day: DayInput
    verdict: Verdict
    now: dt.datetime
    worked: Worked | None = None
    cover: Cover | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the window has closed and the verdict stands."""
        settles_at = self.verdict.settles_at
        return not self.verdict.is_open and settles_at is not None and settles_at <= self.now


@dataclass(frozen=True, slots=True)
class _Day:
    """What is known of a row before its status is sought."""

    input: DayInput
    now: dt.datetime
    is_day_off: bool
    paired: Paired
    worked: Worked
    cover: Cover
    settles_at: dt.datetime

    @property
    def is_closed(self) -> bool:
        """Whether the window has closed, and whoever delivers late has delivered all of it."""
        return _is_closed(self.input, self.settles_at, self.now)

    @property
    def absence_at(self) -> dt.datetime:
        """The instant from which a day without punches is an absence."""
        lag, occurrence = self.input.policy.absence_lag_days, self.input.occurrence
        if lag == 0 or occurrence is None:
            return self.settles_at
        closes_on = local_date(occurrence.closes_at, self.input.zone)
        return date_ends_at(closes_on + lag * DAY, self.input.zone)


def _ruled(day: DayInput, now: dt.datetime, trail: Trail) -> tuple[Verdict, _Day | None]:
    if not day.employed:
        trail.add("not_employed")
        keys = tuple(tap.key for tap in sorted(day.taps, key=order))
        ends_at = date_ends_at(day.date, day.zone)
        # A verdict by hand makes a row of it none the less, which settles.
        unemployed = Verdict(
            date=day.date,
            is_row=False,
            unused_keys=keys,
            settles_at=ends_at,
            next_at=ends_at if now < ends_at else None,
        )
        return unemployed, None
    _tell_day(day, trail)
    known = _known(day, now, trail)
    halves = _halves(known, trail)
    verdict = _verdict(known, halves, trail)
    if verdict.status is not None:
        trail.add("status", status=verdict.status.value, code=verdict.code)
    return verdict, known


def _tell_day(day: DayInput, trail: Trail) -> None:
    occurrence = day.occurrence
    if occurrence is None:
        trail.add("no_shift")
    else:
        trail.add(
            "schedule",
            shift=occurrence.pattern.name,
            starts_at=trail.wall(occurrence.starts_at),
            ends_at=trail.wall(occurrence.ends_at),
            opens_at=trail.wall(occurrence.opens_at),
            closes_at=trail.wall(occurrence.closes_at),
        )
        for edge, change in occurrence.notes:
            at = occurrence.starts_at if edge == "start" else occurrence.ends_at
            trail.add("clock_change", edge=edge, change=change, at=trail.wall(at))
    if day.day_kind.type != DayType.WORKING:
        trail.add("calendar", kind=day.day_kind.type.value, name=day.day_kind.name)
    for mark in sorted(day.marks, key=lambda mark: mark.key):
        trail.add(
            "mark",
            kind=mark.kind.value,
            portion=mark.portion.value,
            code=mark.code,
            start=f"{mark.start:%H:%M}" if mark.start else None,
            end=f"{mark.end:%H:%M}" if mark.end else None,
            paid=mark.paid,
        )


def _known(day: DayInput, now: dt.datetime, trail: Trail) -> _Day:
    pattern = day.occurrence.pattern if day.occurrence else None
    is_day_off = day.day_kind.is_off
    if is_day_off and day.taps and pattern is not None and pattern.counts_on_days_off:
        is_day_off = False
        trail.add("day_off_counts")
    cover = cover_of(day, is_day_off=is_day_off)
    if cover.split_at is not None and cover.halves.count(None) == 1:
        trail.add("halves_meet", at=trail.wall(cover.split_at))
    paired = pair_taps(
        day.taps,
        pairing=pattern.pairing if pattern else Pairing.BY_DIRECTION,
        hours_mode=pattern.hours_mode if pattern else HoursMode.SUM_OF_PAIRS,
        repeat_seconds=day.policy.repeat_seconds,
        trail=trail,
    )
    settles_at = _settle(day, paired, now, trail)
    _tell_punches(day, paired, trail)
    return _Day(
        input=day,
        now=now,
        is_day_off=is_day_off,
        paired=paired,
        worked=worked_time(paired, day.occurrence, day.policy, day.zone, trail),
        cover=cover,
        settles_at=settles_at,
    )


def _settle(day: DayInput, paired: Paired, now: dt.datetime, trail: Trail) -> dt.datetime:
    """Say when the row settles; an in that stands open by then is closed, where the shift says so.

    An out that is assumed for later than the window's end is waited for.
    """
    occurrence = day.occurrence
    if occurrence is None:
        return date_ends_at(day.date, day.zone)
    settles_at = closed_from(occurrence)
    out_at = auto_out_at(occurrence)
    if out_at is None or not paired.is_still_in:
        return settles_at
    settles_at = max(settles_at, out_at)
    if _is_closed(day, settles_at, now):
        paired.close_at(out_at)
        tap_in, tap_out = paired.pairs[-1]
        trail.add("auto_check_out", in_at=trail.wall(tap_in.at), at=trail.wall(tap_out.at))
    return settles_at


def _is_closed(day: DayInput, settles_at: dt.datetime, now: dt.datetime) -> bool:
    delivered = day.delivered_until
    return now >= settles_at and (delivered is None or delivered >= settles_at)


def _tell_punches(day: DayInput, paired: Paired, trail: Trail) -> None:
    for tap in sorted(day.taps, key=order):
        if tap.key in day.outside_keys:
            trail.add("outside_shift", at=trail.wall(tap.at))
    for tap_in, tap_out in paired.pairs:
        trail.add("pair", in_at=trail.wall(tap_in.at), out_at=trail.wall(tap_out.at))
    for code, taps in (
        ("unpaired_in", paired.open_ins),
        ("unpaired_out", paired.stray_outs),
        ("unpaired_break", paired.stray_breaks),
        ("break_ended_by_out", paired.ended_breaks),
    ):
        for tap in taps:
            trail.add(code, at=trail.wall(tap.at))
    if paired.odd_count:
        trail.add("odd_punches", count=paired.odd_count)
    if paired.overlaps:
        trail.add("overlap")


def _halves(known: _Day, trail: Trail) -> Halves | None:
    """What each half is, in the order of the rules; None where the date gets no row."""
    first, second = known.cover.halves
    if first is not None and second is not None:
        _tell_covered(known, (first, second), trail)
        return first, second
    if known.input.occurrence is None and not known.input.taps:
        return _unplanned(known, trail)
    if not known.input.taps and not known.input.is_tracked:
        trail.add("before_start")
        return first or codes.UNMARKED, second or codes.UNMARKED
    if not known.is_closed:
        _tell_open(known, trail)
        return first or codes.OPEN, second or codes.OPEN
    if not known.input.taps:
        judged = _without_punch(known, trail)
    elif missing := _missing(known):
        trail.add("incomplete", missing=missing)
        judged = codes.INCOMPLETE, codes.INCOMPLETE
    else:
        judged = _by_thresholds(known, trail)
    return first or judged[0], second or judged[1]


def _tell_covered(known: _Day, halves: Halves, trail: Trail) -> None:
    if known.is_day_off and halves[0] == halves[1] == codes.off_half(known.input.day_kind):
        kind = known.input.day_kind
        trail.add("day_off", kind=kind.type.value, name=kind.name, worked=known.worked.minutes)
    else:
        status = codes.status_of(halves, is_day_off=known.is_day_off)
        trail.add("covered", status=status.value)


def _unplanned(known: _Day, trail: Trail) -> Halves | None:
    """Neither shift nor punch: only a mark on one half makes a row of it."""
    trail.add("nothing_planned")
    first, second = known.cover.halves
    if any(half is not None and half.kind != HalfKind.OFF for half in (first, second)):
        return first or codes.UNMARKED, second or codes.UNMARKED
    return None


def _tell_open(known: _Day, trail: Trail) -> None:
    until = trail.wall(known.settles_at)
    delivered = known.input.delivered_until
    if known.now < known.settles_at or delivered is None:
        trail.add("window_open", until=until)
    else:
        trail.add("awaits_devices", delivered_until=trail.wall(delivered), until=until)


def _without_punch(known: _Day, trail: Trail) -> Halves:
    policy = known.input.policy
    if not policy.mark_absent_automatically:
        trail.add("unmarked")
        return codes.UNMARKED, codes.UNMARKED
    if known.now < known.absence_at:
        until = trail.wall(known.absence_at)
        trail.add("absence_waits", until=until, days=policy.absence_lag_days)
        return codes.OPEN, codes.OPEN
    trail.add("no_punch")
    return codes.ABSENT, codes.ABSENT


def _missing(known: _Day) -> str:
    paired = known.paired
    sides = (("in", paired.lacks_in), ("out", paired.lacks_out))
    return ",".join(side for side, is_lacking in sides if is_lacking)


def _by_thresholds(known: _Day, trail: Trail) -> Halves:
    """Worked time against the shift's thresholds, both for what is owed alone."""
    worked = known.worked.minutes_outside(known.cover.by_marks)
    pattern = known.input.occurrence.pattern if known.input.occurrence else None
    covered = [half for half in known.cover.halves if half is not None]
    if worked == 0 and any(half.kind != HalfKind.OFF for half in covered):
        trail.add("no_work_in_half")
        return codes.ABSENT, codes.ABSENT
    absent_below = pattern.absent_below_minutes if pattern else None
    if _is_below(worked, absent_below, known.cover, "below_absent", trail):
        return codes.ABSENT, codes.ABSENT
    half_day_below = pattern.half_day_below_minutes if pattern else None
    if not covered and _is_below(worked, half_day_below, known.cover, "below_half_day", trail):
        return codes.HALF_WORKED
    trail.add("enough", worked=worked)
    return codes.PRESENT, codes.PRESENT


def _is_below(worked: int, threshold: int | None, cover: Cover, code: str, trail: Trail) -> bool:
    """Whether `worked` is strictly below the threshold's share for what is owed."""
    if threshold is None:
        return False
    owed, scheduled = length(cover.owed), length(cover.scheduled)
    share = dt.timedelta(minutes=threshold)
    if owed != scheduled:
        share = share * (owed / scheduled)
    if dt.timedelta(minutes=worked) >= share:
        return False
    trail.add(code, worked=worked, threshold=to_minutes(share))
    return True


def _verdict(known: _Day, halves: Halves | None, trail: Trail) -> Verdict:
    day, paired, worked = known.input, known.paired, known.worked
    status, code, is_open = None, "", False
    if halves is not None:
        code, is_open = codes.code_of(halves), codes.OPEN in halves
        status = None if is_open else codes.status_of(halves, is_day_off=known.is_day_off)
    first_in, last_out = paired.first_in, paired.last_out
    unused = {tap.key for tap in paired.repeats}
    keys = [tap.key for tap in sorted(day.taps, key=order)]
    return Verdict(
        date=day.date,
        status=status,
        code=code,
        halves=halves or (codes.OPEN, codes.OPEN),
        is_open=is_open,
        is_row=_is_row(known, halves),
        worked_minutes=worked.minutes,
        break_minutes=worked.break_minutes,
        late_minutes=late_minutes(worked.came_at, known.cover.starts_at, day, trail),
        early_minutes=early_minutes(worked.left_at, known.cover.ends_at, day, trail),
        first_in_at=first_in.at if first_in else None,
        last_out_at=last_out.at if last_out else None,
        exceptions=_exceptions(known, trail),
        used_keys=tuple(key for key in keys if key not in unused),
        unused_keys=tuple(key for key in keys if key in unused),
        settles_at=known.settles_at,
        next_at=_next_at(known, is_open),
    )


def _is_row(known: _Day, halves: Halves | None) -> bool:
    """A day off or a day nobody marks is no record unless a punch or a mark stands behind it."""
    if halves is None:
        return False
    if known.input.taps or codes.OPEN in halves:
        return True
    return any(half.kind not in (HalfKind.OFF, HalfKind.UNMARKED) for half in halves)


def _exceptions(known: _Day, trail: Trail) -> tuple[DayException, ...]:
    found = known.paired.exceptions(is_closed=known.is_closed)
    day = known.input
    if any(tap.key in day.outside_keys for tap in day.taps):
        found.append(DayException.OUTSIDE_SHIFT)
    if _is_worked_on_leave(known):
        found.append(DayException.WORKED_ON_LEAVE)
        trail.add("worked_on_leave", worked=known.worked.minutes)
    return tuple(found)


def _is_worked_on_leave(known: _Day) -> bool:
    """Any punch on a day of leave; of a part of a day, half of it worked."""
    cover = known.cover
    if cover.is_by_leave:
        return bool(known.input.taps)
    covered = overlap(cover.scheduled, cover.by_leave)
    return bool(covered) and 2 * length(overlap(covered, known.worked.spans)) >= length(covered)


def _next_at(known: _Day, is_open: bool) -> dt.datetime | None:
    if known.now < known.settles_at:
        return known.settles_at
    if is_open and known.is_closed:
        return known.absence_at
    return None


def _by_hand(day: DayInput, ruled: Verdict, trail: Trail) -> Verdict:
    """HR's own verdict, or none; the punches stay with the row and count for nothing."""
    manual = day.manual
    assert manual is not None  # noqa: S101  # the caller looked
    said = {
        "reason": manual.reason,
        "ruled_status": ruled.status and ruled.status.value,
        "ruled_code": ruled.code,
        "ruled_worked": ruled.worked_minutes,
    }
    halves = codes.read(manual.status, manual.code)
    if manual.status is None:
        trail.add("skipped", **said)
    else:
        trail.add("manual", status=manual.status.value, code=codes.code_of(halves), **said)
    return Verdict(
        date=day.date,
        status=manual.status,
        code=codes.code_of(halves),
        halves=halves,
        is_row=manual.status is not None,
        worked_minutes=manual.worked_minutes,
        steps=trail.steps,
        unused_keys=tuple(tap.key for tap in sorted(day.taps, key=order)),
        settles_at=ruled.settles_at,
        next_at=ruled.next_at,
    )
