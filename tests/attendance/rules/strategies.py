"""Any day that could be: shifts, punches, marks and settings around `DATE`."""

import datetime as dt

from hypothesis import strategies as st

from attendance.enums import DayStatus, Direction, MarkKind, Portion, Source
from attendance.rules.types import (
    WEEKDAYS,
    AutoBreak,
    Break,
    DayInput,
    DayKind,
    DayType,
    Manual,
    Mark,
    Occurrence,
    Pattern,
    Policy,
    Rounding,
    Tap,
    WeekdayHours,
)
from attendance.rules.windows import occurrence
from attendance.rules.zones import resolve
from companies.enums import AutoCheckOut, HoursMode, Pairing, RoundingMode

ZONES = (
    "America/New_York", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Europe/London", "Pacific/Apia",
)  # fmt: skip

# Plain days, both changes of the clocks in each zone, and the day Samoa left out.
DATES = tuple(
    dt.date.fromisoformat(text)
    for text in (
        "2026-03-02", "2026-03-07", "2026-03-08", "2026-03-28", "2026-03-29", "2026-04-04",
        "2026-04-05", "2026-09-05", "2026-09-06", "2026-10-03", "2026-10-04", "2026-10-24",
        "2026-10-25", "2026-10-31", "2026-11-01", "2011-12-29", "2011-12-31",
    )
)  # fmt: skip

times = st.integers(0, 24 * 12 - 1).map(lambda n: dt.time(n // 12, n % 12 * 5))
minutes = st.sampled_from((0, 1, 10, 60, 240, 1440))
roundings = st.builds(Rounding, st.sampled_from(RoundingMode), st.sampled_from((0, 1, 15, 60)))


@st.composite
def breaks(draw: st.DrawFn) -> Break:
    start, end = draw(st.lists(times, min_size=2, max_size=2, unique=True).map(sorted))
    return Break(start, end)


auto_breaks = st.builds(
    AutoBreak, st.sampled_from((1, 60, 240, 360)), st.sampled_from((1, 30, 45, 600))
)


@st.composite
def week(draw: st.DrawFn) -> tuple[WeekdayHours, ...]:
    """Other hours on up to two weekdays."""
    days = draw(st.lists(st.sampled_from(WEEKDAYS), max_size=2, unique=True))
    return tuple(
        WeekdayHours(day, draw(times), draw(times), tuple(draw(st.lists(breaks(), max_size=1))))
        for day in days
    )


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    threshold = st.none() | minutes
    auto_out = draw(st.sampled_from(AutoCheckOut))
    return Pattern(
        shift_id="shift", version_id="version", name="Any", start=draw(times), end=draw(times),
        breaks=tuple(draw(st.lists(breaks(), max_size=2))),
        window_before_minutes=draw(minutes), window_after_minutes=draw(minutes),
        late_grace_minutes=draw(minutes), early_grace_minutes=draw(minutes),
        half_day_below_minutes=draw(threshold), absent_below_minutes=draw(threshold),
        hours_mode=draw(st.sampled_from(HoursMode)), pairing=draw(st.sampled_from(Pairing)),
        counts_on_days_off=draw(st.booleans()), round_in=draw(roundings),
        round_out=draw(roundings), round_duration=draw(roundings),
        weekday_hours=draw(week()), auto_breaks=tuple(draw(st.lists(auto_breaks, max_size=2))),
        auto_check_out=auto_out, auto_check_out_minutes=draw(minutes),
        auto_check_out_at=draw(times) if auto_out == AutoCheckOut.AT_TIME else None,
    )  # fmt: skip


policies = st.builds(
    Policy,
    repeat_seconds=st.sampled_from((0, 60)),
    max_presence_hours=st.sampled_from((1, 16, 24, 48)),
    absence_lag_days=st.integers(0, 2),
    mark_absent_automatically=st.booleans(),
    late_from_end_of_grace=st.booleans(),
    half_split=st.none() | times,
    break_punches_paid=st.booleans(),
)


@st.composite
def taps(draw: st.DrawFn, date: dt.date, zone: str, *, days: int = 1) -> tuple[Tap, ...]:
    """Up to eight punches from the day before `date` to `days` after; some at one instant."""
    noon, _ = resolve(date, dt.time(12), zone)
    seconds = st.one_of(
        st.integers(-36 * 3600, (12 + 24 * days) * 3600),
        st.integers(-36 * 4, (12 + 24 * days) * 4).map(lambda n: n * 900),
    )
    return tuple(
        Tap(str(n), noon + dt.timedelta(seconds=draw(seconds)), draw(st.sampled_from(Direction)),
            draw(st.sampled_from(Source)))
        for n in range(draw(st.integers(0, 8)))
    )  # fmt: skip


@st.composite
def short_presences(draw: st.DrawFn) -> tuple[Pattern, tuple[Tap, ...]]:
    """A day shift that rounds and has breaks, and short pairs in it: little is left of them."""
    rounding = st.builds(Rounding, st.sampled_from(RoundingMode), st.sampled_from((15, 30, 60)))
    hours = st.lists(st.integers(9 * 12, 17 * 12), min_size=2, max_size=2, unique=True).map(sorted)
    pauses = [
        Break(*(dt.time(n // 12, n % 12 * 5) for n in pair))
        for pair in draw(st.lists(hours, min_size=1, max_size=3))
    ]
    pattern = Pattern(
        shift_id="shift", version_id="version", name="Short", start=dt.time(9), end=dt.time(17),
        breaks=tuple(pauses), hours_mode=draw(st.sampled_from(HoursMode)),
        round_in=draw(rounding), round_out=draw(rounding), round_duration=draw(rounding),
    )  # fmt: skip
    nine, _ = resolve(DATES[0], dt.time(9), ZONES[0])
    found: list[Tap] = []
    minute = 0
    for n in range(2 * draw(st.integers(1, 3))):
        minute += draw(st.integers(1, 80))
        direction = Direction.OUT if n % 2 else Direction.IN
        found.append(Tap(str(n), nine + dt.timedelta(minutes=minute), direction))
    return pattern, tuple(found)


@st.composite
def marks(draw: st.DrawFn, date: dt.date, key: str) -> Mark:
    portion = draw(st.sampled_from(Portion))
    start = end = None
    if portion == Portion.HOURS:
        start, end = draw(st.lists(times, min_size=2, max_size=2, unique=True))
    kind = draw(st.sampled_from(MarkKind))
    code = draw(st.sampled_from(("", "CL", "SL"))) if kind == MarkKind.LEAVE else ""
    return Mark(
        key=key, date=date, kind=kind, portion=portion, start=start, end=end, code=code,
        paid=draw(st.booleans()),
    )  # fmt: skip


manuals = st.builds(
    Manual,
    status=st.none() | st.sampled_from(DayStatus),
    reason=st.text(max_size=5),
    worked_minutes=st.integers(0, 600),
)


def _occurrence(date: dt.date, pattern: Pattern | None, zone: str) -> Occurrence | None:
    return occurrence(date, pattern, zone) if pattern else None


@st.composite
def day_inputs(draw: st.DrawFn) -> DayInput:
    date, zone = draw(st.sampled_from(DATES)), draw(st.sampled_from(ZONES))
    mine = draw(taps(date, zone))
    return DayInput(
        date=date, zone=zone,
        occurrence=_occurrence(date, draw(st.none() | patterns()), zone),
        taps=mine,
        outside_keys=tuple(tap.key for tap in mine if draw(st.integers(0, 3)) == 0),
        day_kind=DayKind(draw(st.sampled_from(DayType)), draw(st.text(max_size=3))),
        marks=tuple(draw(marks(date, str(n))) for n in range(draw(st.integers(0, 2)))),
        employed=draw(st.integers(0, 9)) > 0, is_tracked=draw(st.integers(0, 4)) > 0,
        policy=draw(policies),
        calendar_revision=draw(st.integers(0, 9)),
        manual=draw(manuals) if draw(st.integers(0, 4)) == 0 else None,
        delivered_until=draw(
            st.none() | st.datetimes(timezones=st.just(dt.UTC), min_value=dt.datetime(2026, 1, 1))  # noqa: DTZ001
        ),
    )  # fmt: skip
