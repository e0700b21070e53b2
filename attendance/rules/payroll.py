"""The payroll file: what stands in each of the columns that HR defined, for one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from attendance.enums import PayrollSource
from attendance.rules.payable import Payable

_HALF = Decimal("0.5")
_HUNDREDTH = Decimal("0.01")

Value = str | int | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutColumn:
    """One column: its heading, what it holds, and of that which."""

    heading: str
    source: PayrollSource
    value: str = ""


# What the file holds until HR says what it should.
DEFAULT_LAYOUT = tuple(
    LayoutColumn(heading=source.value, source=source)
    for source in (
        PayrollSource.CODE, PayrollSource.NAME, PayrollSource.MONTH, PayrollSource.BASE,
        PayrollSource.PAYABLE, PayrollSource.LOST, PayrollSource.WORKED_HOURS,
        PayrollSource.OVERTIME_HOURS,
    )
)  # fmt: skip


def days(halves: int) -> Decimal:
    """Half days as days."""
    return halves * _HALF


def hours(minutes: int) -> Decimal:
    """Minutes as hours, to the hundredth, half up."""
    return (Decimal(minutes) / 60).quantize(_HUNDREDTH, ROUND_HALF_UP)


_S = PayrollSource
_FIGURES: Mapping[PayrollSource, Callable[[Payable], Value]] = {
    _S.BASE: lambda month: days(month.base),
    _S.PAYABLE: lambda month: days(month.payable),
    _S.STIPEND_DAYS: lambda month: days(month.stipend),
    _S.STIPEND_AMOUNT: lambda month: month.stipend_money,
    _S.LOST: lambda month: days(month.lost),
    _S.OUTSIDE: lambda month: days(month.outside),
    _S.PRESENT: lambda month: days(month.present),
    _S.PAID_LEAVE: lambda month: days(month.paid_leave),
    _S.UNPAID_LEAVE: lambda month: days(month.unpaid_leave),
    _S.OFF: lambda month: days(month.off),
    _S.ABSENT: lambda month: days(month.absent),
    _S.UNMARKED: lambda month: days(month.unmarked),
    _S.WORKED_HOURS: lambda month: hours(month.worked_minutes),
    _S.WORKED_MINUTES: lambda month: month.worked_minutes,
    _S.UNPAID_MINUTES: lambda month: month.unpaid_minutes,
    _S.OVERTIME_HOURS: lambda month: hours(month.overtime_minutes),
    _S.OVERTIME_MINUTES: lambda month: month.overtime_minutes,
}


def is_number(source: PayrollSource) -> bool:
    """Whether the cells of a column are numbers."""
    return source in _FIGURES or source in (_S.LEAVE_OF_TYPE, _S.OVERTIME_AT_RATE)


def row(layout: Sequence[LayoutColumn], who: Mapping[str, str], month: Payable) -> list[Value]:
    """One line of the file; `who` are the texts of the person and the month by their source."""
    return [_cell(column, who, month) for column in layout]


def _cell(column: LayoutColumn, who: Mapping[str, str], month: Payable) -> Value:
    source = column.source
    if source == _S.FIXED:
        return column.value
    if source == _S.LEAVE_OF_TYPE:
        return days(month.leave.get(column.value, 0))
    if source == _S.OVERTIME_AT_RATE:
        return month.overtime.get(int(column.value), 0)
    figure = _FIGURES.get(source)
    return who[source.value] if figure is None else figure(month)
