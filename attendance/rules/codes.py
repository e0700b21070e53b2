"""The two halves of a day, the status they make, and the short code that names both.

`P`, `CL` or `WO` name a whole day, `½CL·½P` its first and its second half. A leave type may not
bear a code of `types.RESERVED_CODES`, so a code can be read back.
"""

from __future__ import annotations

from attendance.enums import DayStatus, MarkKind
from attendance.rules.errors import InvalidInput
from attendance.rules.types import DayKind, DayType, Half, HalfKind

Halves = tuple[Half, Half]

PRESENT = Half(HalfKind.PRESENT, DayStatus.PRESENT.value)
ABSENT = Half(HalfKind.ABSENT, DayStatus.ABSENT.value)
UNMARKED = Half(HalfKind.UNMARKED, DayStatus.UNMARKED.value)
INCOMPLETE = Half(HalfKind.UNMARKED, DayStatus.INCOMPLETE.value)
OPEN = Half(HalfKind.UNMARKED)
ON_DUTY = Half(HalfKind.PRESENT, DayStatus.ON_DUTY.value)
WORK_FROM_HOME = Half(HalfKind.PRESENT, DayStatus.WORK_FROM_HOME.value)
UNNAMED_LEAVE = Half(HalfKind.LEAVE)
HOLIDAY = Half(HalfKind.OFF, DayStatus.HOLIDAY.value)
WEEKLY_OFF = Half(HalfKind.OFF, DayStatus.WEEKLY_OFF.value)

# Half a day by its hours: half present, half leave of no type.
HALF_WORKED: Halves = (PRESENT, UNNAMED_LEAVE)

_BY_CODE = {
    half.code: half
    for half in (
        PRESENT, ABSENT, UNMARKED, INCOMPLETE, ON_DUTY, WORK_FROM_HOME, HOLIDAY, WEEKLY_OFF,
    )
} | {DayStatus.ON_LEAVE.value: UNNAMED_LEAVE}  # fmt: skip


def mark_half(kind: MarkKind, code: str) -> Half:
    """What a mark makes of the half it covers."""
    if kind == MarkKind.LEAVE:
        return Half(HalfKind.LEAVE, code)
    return ON_DUTY if kind == MarkKind.ON_DUTY else WORK_FROM_HOME


def off_half(day_kind: DayKind) -> Half:
    """What a day off makes of a half."""
    return WEEKLY_OFF if day_kind.type == DayType.WEEKLY_OFF else HOLIDAY


def without_row(day_kind: DayKind) -> Halves:
    """Where a date of employment counts that has no row: off where it is off, else unmarked."""
    off = off_half(day_kind)
    is_am_off = day_kind.is_off or day_kind.type == DayType.HALF_HOLIDAY_AM
    is_pm_off = day_kind.is_off or day_kind.type == DayType.HALF_HOLIDAY_PM
    return off if is_am_off else UNMARKED, off if is_pm_off else UNMARKED


def status_of(halves: Halves, *, is_day_off: bool) -> DayStatus:
    """The status that two judged halves make together.

    `is_day_off`: the whole date is off, so half a mark on it leaves it a day off.
    """
    if INCOMPLETE in halves:
        return DayStatus.INCOMPLETE
    kinds = {half.kind for half in halves}
    if is_day_off and HalfKind.OFF in kinds:
        return DayStatus((WEEKLY_OFF if WEEKLY_OFF in halves else HOLIDAY).code)
    if kinds == {HalfKind.LEAVE}:
        return DayStatus.ON_LEAVE
    worked = kinds - {HalfKind.OFF}
    if HalfKind.LEAVE in kinds or len(worked) == 2:
        return DayStatus.HALF_DAY
    if PRESENT in halves:
        return DayStatus.PRESENT
    return DayStatus(
        next((half.code for half in halves if half.kind != HalfKind.OFF), halves[0].code)
    )


def code_of(halves: Halves) -> str:
    """The short code; empty while a half is open."""
    if OPEN in halves:
        return ""
    first, second = (half.code or DayStatus.ON_LEAVE.value for half in halves)
    if halves == HALF_WORKED:
        return DayStatus.HALF_DAY.value
    return first if first == second else f"½{first}·½{second}"


def read(status: DayStatus | None, code: str) -> Halves:
    """The halves behind a stored status and code; `InvalidInput` ("bad_code") if it is none."""
    if status is None:
        return OPEN, OPEN
    if code == DayStatus.HALF_DAY.value or (status == DayStatus.HALF_DAY and not code):
        return HALF_WORKED
    if not code.startswith("½"):
        half = _half(code or status.value)
        return half, half
    parts = code.removeprefix("½").split("·½")
    if len(parts) != 2:
        raise InvalidInput("bad_code", value=code)
    return _half(parts[0]), _half(parts[1])


def _half(code: str) -> Half:
    return _BY_CODE.get(code) or Half(HalfKind.LEAVE, code)
