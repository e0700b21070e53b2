"""What a person's month is paid for, as JSON: by the very rule that the product runs."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from attendance.enums import MarkKind
from attendance.rules import codes
from attendance.rules.overtime.types import Part
from attendance.rules.payable import Payable, PayDate, payable
from attendance.rules.stipend import Term, stipend_halves, stipend_money, with_stipend
from attendance.rules.stretch import dates
from attendance.rules.types import DayInput, HalfKind, Verdict
from attendance.simulate.people import Person
from companies.enums import PayableBasis, StipendBasis

Json = dict[str, Any]
Words = Callable[[str, Mapping[str, Any]], str]
# A date with what it was judged by, and the parts of its overtime with what counts of them.
Day = tuple[DayInput, Verdict]
Counted = Iterable[tuple[tuple[Part, ...], int]]

_HALVES = (
    "base", "outside", "present", "paid_leave", "unpaid_leave", "off", "absent", "unmarked",
    "not_due", "on_duty", "work_from_home", "lost", "payable", "stipend",
)  # fmt: skip


def month_end(first: dt.date) -> dt.date:
    """The last day of the month."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def paid_codes(people: Iterable[Person]) -> dict[str, bool]:
    """Whether leave of each code is paid, as its last mark says."""
    marks = (mark for person in people for day in person.marks.values() for mark in day)
    return {mark.code: mark.paid for mark in marks if mark.kind == MarkKind.LEAVE}


def line(
    person: Person,
    first: dt.date,
    days: Iterable[Day],
    overtime: Counted,
    *,
    known: Mapping[str, bool],
    now: dt.datetime,
    locked_on: dt.date | None,
    words: Words,
) -> Json:
    """One person's month: days in the base, paid, lost; minutes; and why."""
    last = month_end(first)
    judged = {day.date: verdict for day, verdict in days}
    policy = person.calendar.policy_on(last)
    basis = policy.payable_basis
    pay_dates = list(_dates(person, first, last, judged, now))
    found = payable(
        pay_dates,
        basis=basis,
        known=known,
        worked_minutes=sum(
            verdict.worked_minutes for verdict in judged.values() if verdict.is_row
        ),
        overtime=overtime,
    )  # fmt: skip
    found = with_stipend(found, policy.stipend_basis)
    parts = _stipend_parts(person, pay_dates, basis, policy.stipend_basis, known)
    money = stipend_money(parts, last.day) if parts else None
    return {
        "person": person.name,
        "month": f"{first:%Y-%m}",
        "locked_on": locked_on.isoformat() if locked_on else None,
        "basis": basis.value,
        "stipend_basis": policy.stipend_basis.value,
        **_figures(found),
        "stipend_money": None if money is None else f"{money:.2f}",
        "steps": [
            {"code": step.code, "values": dict(step.values), "words": words(step.code, step.values)}
            for step in found.steps
        ],
    }


def _stipend_parts(
    person: Person,
    pay_dates: list[PayDate],
    basis: PayableBasis,
    wanted: StipendBasis,
    known: Mapping[str, bool],
) -> list[Term]:
    """The parts of the person's internships that lie in the month, with their stipend days."""
    first, last, parts = pay_dates[0].date, pay_dates[-1].date, []
    for term in person.stipends:
        begins, ends = max(term.first, first), min(term.last, last)
        if begins <= ends:
            inside = [day for day in pay_dates if begins <= day.date <= ends]
            halves = stipend_halves(payable(inside, basis=basis, known=known), wanted)
            parts.append(replace(term, first=begins, last=ends, halves=halves))
    return parts


def _figures(found: Payable) -> Json:
    return {
        **{name: days_text(getattr(found, name)) for name in _HALVES},
        "half_days": found.half_days,
        "leave": {code: days_text(halves) for code, halves in found.leave.items()},
        "worked_minutes": found.worked_minutes,
        "unpaid_minutes": found.unpaid_minutes,
        "overtime": [
            {"rate_percent": rate, "minutes": minutes} for rate, minutes in found.overtime.items()
        ],
    }


def days_text(halves: int) -> str:
    """Half days as days, in text."""
    return f"{Decimal(halves) / 2:f}"


def _dates(
    person: Person,
    first: dt.date,
    last: dt.date,
    judged: Mapping[dt.date, Verdict],
    now: dt.datetime,
) -> Iterator[PayDate]:
    own, today = person.calendar, person.calendar.date_at(now)
    for date in dates(first, last):
        usual = codes.without_row(own.day_kind_on(date))
        halves, verdict = usual, judged.get(date)
        is_due = own.employment.is_judged_on(date) and own.pattern_on(date) is not None
        if verdict is not None and verdict.is_row:
            halves, is_due = verdict.halves, True
        elif date in person.manuals:
            is_due = False
        is_nothing = halves == (codes.UNMARKED, codes.UNMARKED) and halves is usual
        is_over = date < today or (date == today and not (is_nothing and is_due))
        is_counted = own.employment.holds_on(date) and is_over and codes.OPEN not in halves
        yield PayDate(
            date=date,
            off=(usual[0].kind == HalfKind.OFF, usual[1].kind == HalfKind.OFF),
            halves=halves if is_counted else None,
            is_due=is_due,
            marks=own.marks_on(date),
        )
