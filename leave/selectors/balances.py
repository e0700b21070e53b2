"""What a person has: the card of each type, any date ahead, and the lines that a figure sums."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from companies.models import Employee
from leave.enums import Carry
from leave.models import LeaveType, LedgerEntry
from leave.rules.ahead import Ahead
from leave.rules.amounts import ZERO
from leave.rules.books import Draw
from leave.rules.carrying import CarryRule
from leave.rules.lapse import Loss, next_loss
from leave.rules.movement import Movement, movement_of
from leave.rules.running import carry_dates
from leave.rules.years import DAY, Dates
from leave.selectors.books import Loaded, load_books, loaded_of
from leave.terms import LeaveSettings, TypeOn, leave_settings

# How far ahead "what lapses next" looks for a carry date.
_A_YEAR = 366 * DAY


@dataclass(frozen=True)
class Figures:
    """A type's figures on a date, in its books' unit.

    `available` is None where there is no limit; `pending` is what waits, whenever it lies.
    """

    leave_type: LeaveType
    on: dt.date
    is_in_hours: bool
    needs_allocation: bool
    balance: Decimal
    available: Decimal | None
    pending: Decimal
    loss: Loss | None


@dataclass(frozen=True)
class LedgerLine:
    """A line of the ledger, with what all lines up to it add up to."""

    entry: LedgerEntry
    running: Decimal


@dataclass(frozen=True)
class Account:
    """A person's books of a type and what makes them grow: read once, asked about any date."""

    employee: Employee
    leave_type: LeaveType
    loaded: Loaded
    settings: LeaveSettings

    def rules_on(self, date: dt.date) -> TypeOn:
        """Return the rules of the type; one without any has no account."""
        rules = self.settings.type_on(self.leave_type.pk, date)
        if rules is None:
            raise LookupError(self.leave_type.pk)
        return rules

    def ahead(self) -> Ahead:
        return self.loaded.ahead(self.employee, self.settings)

    def figures(self, *, on: dt.date, today: dt.date) -> Figures:
        """Return the figures of a date; ahead they have in them what is due by then."""
        rules, ahead = self.rules_on(on).rules, self.ahead()
        then = ahead.on(on) if on > today else self.loaded.books
        return Figures(
            leave_type=self.leave_type,
            on=on,
            is_in_hours=self.settings.is_in_hours(self.leave_type.pk),
            needs_allocation=rules.needs_allocation,
            balance=then.balance_on(on),
            available=ahead.available(
                [on], reserved=self.loaded.reserved, negative_limit=rules.negative_limit
            ),
            pending=_sum(self.loaded.reserved),
            loss=loss_of(ahead, self.loaded, today),
        )


def accounts(employee: Employee, *, on: dt.date) -> list[Account]:
    """Return the account of every type that is offered, or that the person has books of.

    Four statements with the settings in memory, however long the books are. `employee` must have
    a fresh company.
    """
    settings = leave_settings(employee.company)
    books = load_books([employee.pk])
    return [
        Account(employee, leave_type, loaded or Loaded(), settings)
        for pk, leave_type in settings.types.items()
        if settings.type_on(pk, on) is not None
        and ((loaded := books.get((employee.pk, pk))) is not None or leave_type.is_offered)
    ]


def figures(employee: Employee, *, on: dt.date, today: dt.date) -> list[Figures]:
    """Return the figures of every account (see `accounts`) on a date."""
    return [account.figures(on=on, today=today) for account in accounts(employee, on=on)]


def account_of(employee: Employee, leave_type: LeaveType) -> Account:
    """Return the account of one type; four statements."""
    loaded = loaded_of(employee, leave_type.pk)
    return Account(employee, leave_type, loaded, leave_settings(employee.company))


def figures_of(
    employee: Employee, leave_type: LeaveType, *, on: dt.date, today: dt.date
) -> Figures:
    """Return the figures of one type; raises `LookupError` where it has no rules yet."""
    return account_of(employee, leave_type).figures(on=on, today=today)


def _sum(draws: list[Draw]) -> Decimal:
    return sum((draw.amount for draw in draws), ZERO)


def loss_of(ahead: Ahead, loaded: Loaded, today: dt.date) -> Loss | None:
    """Return what lapses next and when, from today's balance without credits to come."""
    plans = ahead.plans if isinstance(ahead.plans, list | tuple) else []
    rules: dict[dt.date, CarryRule] = {}
    for plan in plans:
        for date in carry_dates(plan, ahead.who, Dates(today, today + _A_YEAR)):
            rule = plan.level_on(date).carry
            if rule.carry != Carry.ALL:
                rules[date] = rule
    return next_loss(loaded.books, today, rules)


def ledger(employee: Employee, leave_type: LeaveType) -> list[LedgerLine]:
    """Return the lines of the books in order of time, each with the running sum; one statement."""
    rows = LedgerEntry.objects.filter(employee=employee, leave_type=leave_type)
    running, found = ZERO, []
    for entry in rows.select_related("request").order_by("effective_on", "id"):
        running += entry.amount
        found.append(LedgerLine(entry, running))
    return found


def explained(employee: Employee, leave_type: LeaveType) -> tuple[Account, list[LedgerLine]]:
    """Return the account of a type with its ledger; four statements together."""
    lines = ledger(employee, leave_type)
    books = load_books([employee.pk], [leave_type.pk], lines=[line.entry for line in lines])
    loaded = books.get((employee.pk, leave_type.pk), Loaded())
    return Account(employee, leave_type, loaded, leave_settings(employee.company)), lines


def drawn_on(account: Account, on: dt.date) -> LeaveType | None:
    """Return the type whose books this one draws on, where that is another."""
    books = account.rules_on(on).books_type_id
    return None if books == account.leave_type.pk else account.settings.types[books]


def movement(employee: Employee, leave_type: LeaveType, dates: Dates) -> Movement:
    """Return opening + allocated − lapsed − taken = closing of a stretch (rules 11)."""
    return movement_of(loaded_of(employee, leave_type.pk).books.entries, dates)
