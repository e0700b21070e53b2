"""What a month is paid for, for many people at once: worked out, or as a locked month keeps it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from attendance.enums import PeriodState
from attendance.models import AttendancePeriod, PeriodLine
from attendance.rules import codes, payable
from attendance.rules.payable import Payable, PayDate
from attendance.rules.person import PersonCalendar
from attendance.rules.roll import DayState, RollRow
from attendance.rules.stipend import stipend_halves, with_stipend
from attendance.rules.stretch import dates
from attendance.rules.types import HalfKind
from attendance.selectors.leave_codes import paid_codes
from attendance.selectors.overtime import counted_parts, rates_counted
from attendance.selectors.people import person_calendars
from attendance.selectors.roll import roll_by
from attendance.selectors.settings import company_settings
from companies.enums import EmploymentType, PayableBasis, StipendBasis
from companies.models import Company, Employee
from companies.selectors import Placed, engaged_between, placed_in_chunks

# What is added up of everybody: days are counted in halves.
HALVES = (
    "present", "absent", "paid_leave", "unpaid_leave", "off", "unmarked", "lost", "payable",
)  # fmt: skip
MINUTES = ("worked_minutes", "overtime_minutes")
# A date without a verdict that costs nothing, and one that is not over.
_NOT_DUE = frozenset({DayState.NOT_DUE, DayState.SKIPPED})
_NOT_OVER = frozenset({DayState.OPEN, DayState.TO_COME})


def locked_month(company: Company, first: dt.date) -> AttendancePeriod | None:
    """Return the month if it is locked."""
    found: AttendancePeriod | None = AttendancePeriod.objects.filter(
        company=company, starts_on=first, state=PeriodState.LOCKED
    ).first()
    return found


def paid_months(
    *, company: Company, people: Sequence[Employee], first: dt.date, last: dt.date, now: dt.datetime
) -> dict[int, Payable]:
    """Return the month of each person by primary key: that of the lock where it is locked.

    Who has no line in a locked month is not in the answer. At most nine statements with the
    settings in memory, whatever the number of people.
    """
    period = locked_month(company, first)
    if period is not None:
        return of_lines(period, people)
    return worked_out(company=company, people=people, first=first, last=last, now=now)


def of_lines(period: AttendancePeriod, people: Sequence[Employee]) -> dict[int, Payable]:
    """Return what a locked month keeps of these people; one statement."""
    rows = PeriodLine.objects.filter(period=period, employee__in=[person.pk for person in people])
    found = rows.order_by().values_list("employee_id", "figures", "steps")
    return {key: payable.from_json(figures, steps) for key, figures, steps in found}


def worked_out(
    *, company: Company, people: Sequence[Employee], first: dt.date, last: dt.date, now: dt.datetime
) -> dict[int, Payable]:
    """Return the month of each person as its days stand now."""
    settings = company_settings(company)
    calendars = person_calendars(company, people, settings=settings, first=first, last=last)
    rows = roll_by(calendars, people=people, first=first, last=last, now=now)
    overtime = counted_parts(calendars, first=first, last=last) if settings.overtime else {}
    known = paid_codes(company)
    policy = settings.policy_on(last)
    basis = policy.payable_basis
    whole = list(dates(first, last))
    return {
        person.pk: _with_stipend(
            payable.payable(
                _dates(row, calendars[person.pk], whole, basis),
                basis=basis,
                known=known,
                worked_minutes=row.totals.worked_minutes,
                overtime=overtime.get(person.pk, ()),
            ),
            person,
            policy.stipend_basis,
        )
        for person, row in zip(people, rows, strict=True)
    }


def _with_stipend(month: Payable, person: Employee, basis: StipendBasis) -> Payable:
    """Return the month with its stipend: interns alone have one."""
    is_intern = person.employment_type == EmploymentType.INTERN
    return with_stipend(month, basis) if is_intern else month


def interns_of(company: Company, people: QuerySet[Employee], first: dt.date) -> set[int]:
    """Return by primary key who of the people has a stipend: of a locked month as it was locked."""
    period = locked_month(company, first)
    if period is None:
        interns = people.filter(employment_type=EmploymentType.INTERN)
        return set(interns.values_list("pk", flat=True))
    lines = PeriodLine.objects.filter(period=period, figures__stipend_basis__isnull=False)
    return set(lines.values_list("employee", flat=True))


@dataclass(frozen=True, slots=True)
class Window:
    """Some dates of a month, of one person."""

    employee: Employee
    first: dt.date
    last: dt.date


def stipends_within(
    *, company: Company, windows: Sequence[Window], first: dt.date, last: dt.date, now: dt.datetime
) -> list[int]:
    """Return the stipend of each window as the days stand now, in halves.

    By the basis of the month, also of a locked one: its days stand. Ten statements with the
    settings in memory, however many windows there are.
    """
    settings, known = company_settings(company), paid_codes(company)
    people = list({window.employee.pk: window.employee for window in windows}.values())
    calendars = person_calendars(company, people, settings=settings, first=first, last=last)
    rows = roll_by(calendars, people=people, first=first, last=last, now=now)
    by_person = {person.pk: row for person, row in zip(people, rows, strict=True)}
    basis, whole = settings.policy_on(last).payable_basis, list(dates(first, last))
    wanted, found = stipend_basis(company, first, last), []
    for window in windows:
        key = window.employee.pk
        days = _dates(by_person[key], calendars[key], whole, basis)
        inside = [day for day in days if window.first <= day.date <= window.last]
        found.append(stipend_halves(payable.payable(inside, basis=basis, known=known), wanted))
    return found


def stipend_basis(company: Company, first: dt.date, last: dt.date) -> StipendBasis:
    """Return of which days the stipends of the month consist: of a locked one as it was locked."""
    policy, period = company_settings(company).policy_on(last), locked_month(company, first)
    if period is None:
        return policy.stipend_basis
    interns = PeriodLine.objects.filter(period=period, figures__stipend_basis__isnull=False)
    kept = interns.order_by("pk").values_list("figures__stipend_basis", flat=True).first()
    return StipendBasis(kept) if kept else policy.stipend_basis


def _dates(
    row: RollRow, own: PersonCalendar, whole: Sequence[dt.date], basis: PayableBasis
) -> list[PayDate]:
    """Return the person's dates as the rule wants them."""
    # Of all days of the month nobody asks which are off.
    asks_off = basis == PayableBasis.WORKING_DAYS
    found = []
    for place, (date, day) in enumerate(zip(whole, row.days, strict=True)):
        is_over = row.begin <= place < row.end and day.state not in _NOT_OVER
        halves = day.halves or None
        found.append(
            PayDate(
                date=date,
                off=_off(own, date) if asks_off else (False, False),
                halves=halves if is_over and codes.OPEN not in day.halves else None,
                is_due=day.state not in _NOT_DUE,
                marks=own.marks_on(date),
            )
        )
    return found


def _off(own: PersonCalendar, date: dt.date) -> tuple[bool, bool]:
    one, other = codes.without_row(own.day_kind_on(date))
    return one.kind == HalfKind.OFF, other.kind == HalfKind.OFF


@dataclass
class MonthTotals:
    """What a month comes to for everybody: people, half days, minutes."""

    people: int = 0
    halves: Counter[str] = field(default_factory=Counter)
    minutes: Counter[str] = field(default_factory=Counter)
    rates: Counter[int] = field(default_factory=Counter)
    incomplete: int = 0

    @classmethod
    def of(cls, months: Iterable[Payable]) -> MonthTotals:
        """Add up what each person is paid for."""
        found = cls()
        for month in months:
            found.people += 1
            found.incomplete += month.incomplete
            found.halves.update({name: getattr(month, name) for name in HALVES})
            found.rates.update(month.overtime)
            found.minutes.update({name: getattr(month, name) for name in MINUTES})
        return found

    @property
    def unmarked_halves(self) -> int:
        """Halves of days without a verdict, beside those where a punch is missing."""
        return self.halves["unmarked"] - self.incomplete

    def plain(self) -> dict[str, Any]:
        """Return what a locked month keeps: days are counted in halves, overtime by its rate."""
        return {
            "people": self.people,
            **{name: self.halves[name] for name in HALVES},
            **{name: self.minutes[name] for name in MINUTES},
            "overtime": {str(rate): minutes for rate, minutes in sorted(self.rates.items())},
        }


def month_of_company(
    company: Company, *, first: dt.date, last: dt.date, now: dt.datetime
) -> Iterator[tuple[Placed, Payable]]:
    """Yield who was employed in the month, by name, and what they are paid for as it stands now.

    Who was switched off counts for nothing. Some hundred people at a time.
    """
    people = engaged_between(first, last, on=last).filter(company=company)
    keys = list(people.values_list("pk", flat=True))
    for chunk in placed_in_chunks(people, keys):
        months = worked_out(
            company=company, people=[placed.employee for placed in chunk], first=first, last=last,
            now=now,
        )  # fmt: skip
        for placed in chunk:
            month = months[placed.employee.pk]
            if month.halves:
                yield placed, month


def rates_in(company: Company, first: dt.date, last: dt.date) -> list[int]:
    """Return the rates of overtime that the month may have: those paid out in a locked one.

    Else those of the policies in force on any of its dates, those by which its rows were computed,
    and the plain one, at which minutes by no rule are paid. Three statements.
    """
    period = locked_month(company, first)
    if period is not None:
        return sorted(int(rate) for rate in period.totals.get("overtime", {}))
    policies = company_settings(company).overtime.values()
    rates = {100} if policies else set()
    for versions in policies:
        begun = [(start, version) for start, version in versions.items() if start <= last]
        for place, (_start, version) in enumerate(begun):
            is_over = place + 1 < len(begun) and begun[place + 1][0] <= first
            if not is_over:
                rates |= {rule.rate_percent for rule in version.rules if not rule.is_banked}
    return sorted(rates | set(rates_counted(company, first=first, last=last)))
