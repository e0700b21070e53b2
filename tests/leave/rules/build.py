"""Short ways to say a person's days, for tables of cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from attendance.enums import Portion
from attendance.rules.spans import Span
from attendance.rules.types import DayType
from leave.enums import EntryKind, Taken
from leave.rules.books import Allocation, Books, Entry
from leave.rules.counting import BOTH, Ask, DayOf, Halves, LeaveDay
from leave.rules.years import Dates

AM: Halves = frozenset({Portion.AM})
PM: Halves = frozenset({Portion.PM})
WHOLE = BOTH
JOINED = dt.date(2025, 1, 1)


def d(text: str) -> dt.date:
    """A date of 2026 as "03-02", or a whole one."""
    return dt.date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def n(text: str) -> Decimal:
    return Decimal(text)


def shift(date: dt.date, start: int = 9, end: int = 17) -> tuple[Span, ...]:
    """Eight hours of that date, in UTC."""
    day = dt.datetime.combine(date, dt.time(), dt.UTC)
    return (Span(day + dt.timedelta(hours=start), day + dt.timedelta(hours=end)),)


def week(kinds: Mapping[str, DayType] | None = None, *, joined_on: dt.date = JOINED) -> DayOf:
    """Monday to Friday from nine to five, with some dates made another kind of day."""
    special = {d(text): kind for text, kind in (kinds or {}).items()}

    def day_of(date: dt.date) -> LeaveDay:
        usual = DayType.WEEKLY_OFF if date.weekday() >= 5 else DayType.WORKING
        return LeaveDay(
            date=date,
            type=special.get(date, usual),
            scheduled=shift(date),
            is_employed=date >= joined_on,
        )

    return day_of


def ask(
    first: str, last: str = "", first_part: Taken = Taken.FULL, last_part: Taken | None = None
) -> Ask:
    """A request; of one date, both parts are the same."""
    dates = Dates(d(first), d(last or first))
    if last_part is None:
        last_part = first_part if len(dates) == 1 else Taken.FULL
    return Ask(dates=dates, first_part=first_part, last_part=last_part)


def granted(
    key: str, amount: str, first: str, last: str = "", *, is_carried: bool = False, order: int = 0,
    is_protected: bool = False,
) -> tuple[Allocation, Entry]:  # fmt: skip
    """An allocation and the line that fills it."""
    allocation = Allocation(
        key=key, starts_on=d(first), ends_on=d(last) if last else None, is_carried=is_carried,
        is_protected=is_protected, order=order,
    )  # fmt: skip
    kind = EntryKind.CARRIED if is_carried else EntryKind.GRANT
    return allocation, Entry(kind=kind, amount=n(amount), effective_on=d(first), source=key)


def took(source: str | None, amount: str, date: str) -> Entry:
    return Entry(kind=EntryKind.TAKEN, amount=-n(amount), effective_on=d(date), source=source)


def books(*given: tuple[Allocation, Entry], entries: tuple[Entry, ...] = ()) -> Books:
    return Books(
        [allocation for allocation, _ in given], [*(entry for _, entry in given), *entries]
    )
