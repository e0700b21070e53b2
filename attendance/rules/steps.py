"""The steps of a verdict: every code that may appear, and the values that come with it.

A step is a code with JSON values; its sentence is made where it is shown. Instants are wall time
of the row's zone with its offset (`2026-03-02T09:16:00+05:45`), clock times are `HH:MM`,
everything that counts is in whole minutes unless its name says otherwise.

| code | when | values |
|---|---|---|
| `not_employed` | no employment on the date, or inactive: no row | – |
| `schedule` | the shift that is judged by | shift, starts_at, ends_at, opens_at, closes_at |
| `no_shift` | no shift on the date | – |
| `clock_change` | the clocks changed over an edge of the shift | edge, change (gap, fold), at |
| `calendar` | the date is not simply a working day | kind (`DayType`), name |
| `day_off_counts` | the shift judges a day off that was worked as a working day | – |
| `mark` | leave, on duty or work from home on the date | kind, portion, code, start, end, paid |
| `halves_meet` | only one half is judged | at |
| `repeat` | a punch that only repeats the one before | at, direction |
| `direction_inferred` | a punch that does not say what it is | at, direction |
| `outside_shift` | a punch outside any shift | at |
| `auto_check_out` | an in stood open: an out is assumed | in_at, at |
| `pair` | an in and its out, as punched | in_at, out_at |
| `unpaired_in` | an in without an out | at |
| `unpaired_out` | an out without an in | at |
| `unpaired_break` | a break that was not begun or not ended | at |
| `break_ended_by_out` | a break that the check-out ended | at |
| `odd_punches` | an odd number of alternating punches | count |
| `overlap` | two pairs overlap; the time counts once | – |
| `rounded_in` | the in counts as another time | punched, counts_as |
| `rounded_out` | the out counts as another time | punched, counts_as |
| `rounded_duration` | a stretch counts for more or less | minutes, counts_as |
| `break` | time of a break that was taken out | start, end, minutes |
| `auto_break` | a break that the hours ask for | after, due, had, minutes |
| `worked` | the worked time | presence, breaks, worked |
| `on_time` | the first in is in time | first_in, shift_start, grace |
| `late` | the first in is late | first_in, shift_start, grace, late |
| `left_on_time` | the last out is late enough | last_out, shift_end, grace |
| `early` | the last out is early | last_out, shift_end, grace, early |
| `worked_on_leave` | punches in time covered by leave | worked |
| `covered` | marks cover the whole day | status |
| `day_off` | nothing is owed | kind, name, worked |
| `nothing_planned` | neither shift nor punch: no row | – |
| `window_open` | no status before the window has closed | until |
| `awaits_devices` | devices have not delivered all of the window | delivered_until, until |
| `absence_waits` | no punch, and the days to wait are not over | until, days |
| `before_start` | no punch, before the first judged day: no row | – |
| `no_punch` | no punch came | – |
| `unmarked` | no punch, and the company marks nothing by itself | – |
| `incomplete` | a punch is missing | missing (`in`, `out` or `in,out`) |
| `below_absent` | worked less than what makes a presence | worked, threshold |
| `below_half_day` | worked less than what makes a whole day | worked, threshold |
| `no_work_in_half` | nothing was worked in the half that was owed | – |
| `enough` | no threshold stands in the way | worked |
| `status` | what the rules say | status, code |
| `manual` | HR set the day by hand | status, code, reason, ruled_status, ruled_code, ruled_worked |
| `skipped` | HR skipped the day: no row | reason, ruled_status, ruled_code, ruled_worked |
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from attendance.rules.errors import Scalar
from attendance.rules.types import Step
from attendance.rules.zones import local, local_iso

_RULED = ("ruled_status", "ruled_code", "ruled_worked")

REGISTRY: dict[str, tuple[str, ...]] = {
    "not_employed": (),
    "schedule": ("shift", "starts_at", "ends_at", "opens_at", "closes_at"),
    "no_shift": (),
    "clock_change": ("edge", "change", "at"),
    "calendar": ("kind", "name"),
    "day_off_counts": (),
    "mark": ("kind", "portion", "code", "start", "end", "paid"),
    "halves_meet": ("at",),
    "repeat": ("at", "direction"),
    "direction_inferred": ("at", "direction"),
    "outside_shift": ("at",),
    "auto_check_out": ("in_at", "at"),
    "pair": ("in_at", "out_at"),
    "unpaired_in": ("at",),
    "unpaired_out": ("at",),
    "unpaired_break": ("at",),
    "break_ended_by_out": ("at",),
    "odd_punches": ("count",),
    "overlap": (),
    "rounded_in": ("punched", "counts_as"),
    "rounded_out": ("punched", "counts_as"),
    "rounded_duration": ("minutes", "counts_as"),
    "break": ("start", "end", "minutes"),
    "auto_break": ("after", "due", "had", "minutes"),
    "worked": ("presence", "breaks", "worked"),
    "on_time": ("first_in", "shift_start", "grace"),
    "late": ("first_in", "shift_start", "grace", "late"),
    "left_on_time": ("last_out", "shift_end", "grace"),
    "early": ("last_out", "shift_end", "grace", "early"),
    "worked_on_leave": ("worked",),
    "covered": ("status",),
    "day_off": ("kind", "name", "worked"),
    "nothing_planned": (),
    "window_open": ("until",),
    "awaits_devices": ("delivered_until", "until"),
    "absence_waits": ("until", "days"),
    "before_start": (),
    "no_punch": (),
    "unmarked": (),
    "incomplete": ("missing",),
    "below_absent": ("worked", "threshold"),
    "below_half_day": ("worked", "threshold"),
    "no_work_in_half": (),
    "enough": ("worked",),
    "status": ("status", "code"),
    "manual": ("status", "code", "reason", *_RULED),
    "skipped": ("reason", *_RULED),
}


class Trail:
    """Collects the steps of one verdict; takes only what `registry` lists."""

    def __init__(self, zone: str, registry: Mapping[str, tuple[str, ...]] = REGISTRY) -> None:
        self._zone = zone
        self._registry = registry
        self._steps: list[Step] = []

    def add(self, code: str, /, **values: Scalar) -> None:
        """Append a step. A code or value that is not registered is a mistake in the rules."""
        if tuple(values) != self._registry.get(code):
            raise LookupError(f"step {code!r} is not registered with {tuple(values)}")
        self._steps.append(Step(code, values))

    def wall(self, instant: dt.datetime) -> str:
        """The instant as a step shows it."""
        return local_iso(instant, self._zone)

    def clock(self, instant: dt.datetime) -> str:
        """The clock at that instant, `HH:MM`."""
        return f"{local(instant, self._zone):%H:%M}"

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(self._steps)
