"""Why a figure is what it is: from the sum of lines to it, and from today to a date ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from leave.rules.amounts import ZERO
from leave.rules.books import Books, Entry, Key
from leave.rules.running import run, with_lines
from leave.selectors.balances import Account, Figures


@dataclass(frozen=True)
class Change:
    """Lines of one kind and reason together: how many, from when to when, and their sum."""

    kind: str
    reason: str
    count: int
    first: dt.date
    last: dt.date
    amount: Decimal


@dataclass(frozen=True)
class Outlook:
    """What there will be on a date: `now` + `changes` + `validity` = `figures.balance`.

    `validity` is what only begins or ends to be valid in between, without a line of its own.
    """

    figures: Figures
    now: Decimal
    changes: tuple[Change, ...]
    validity: Decimal


def outlook(account: Account, *, on: dt.date, today: dt.date) -> Outlook:
    """Return what there will be on a date, and what happens until then; nothing is read."""
    figures, books = account.figures(on=on, today=today), account.loaded.books
    if on <= today:
        return Outlook(figures, figures.balance, (), ZERO)
    ahead = account.ahead()
    due = run(ahead.books, ahead.plans, ahead.who, until=on, known=ahead.known)
    entries = [each for each in books.entries if today < each.effective_on <= on]
    entries += [entry for line in due for entry in line.entries if entry.effective_on <= on]
    changes, now = _together(entries), books.balance_on(today)
    validity = figures.balance - now - sum((each.amount for each in changes), ZERO)
    return Outlook(figures, now, changes, validity)


def _together(entries: Iterable[Entry]) -> tuple[Change, ...]:
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: each.effective_on):
        if entry.amount:
            groups.setdefault((entry.kind, entry.reason), []).append(entry)
    return tuple(
        Change(
            kind, reason, len(group), group[0].effective_on, group[-1].effective_on,
            sum((each.amount for each in group), ZERO),
        )
        for (kind, reason), group in groups.items()
    )  # fmt: skip


@dataclass(frozen=True)
class Proof:
    """How balance and what is available follow from the lines, on a date that is not ahead.

    `lines` + `validity` = `balance`; that + `due` + `ahead` + `pending` + `limit` + `later` =
    `available`, which is None where there is no limit. `lines` are those in force on the date.
    """

    lines: Decimal
    validity: Decimal
    balance: Decimal
    due: Decimal
    ahead: Decimal
    pending: Decimal
    limit: Decimal
    later: Decimal
    available: Decimal | None


def proof(account: Account, *, today: dt.date) -> Proof:
    """Return the steps to today's figures; nothing is read."""
    figures, books = account.figures(on=today, today=today), account.loaded.books
    lines = sum((each.amount for each in books.entries if each.effective_on <= today), ZERO)
    ahead = account.ahead()
    due = run(ahead.books, ahead.plans, ahead.who, until=today, known=ahead.known)
    then = with_lines(books, due)
    counted = _valid_on(then, today)
    coming = sum(
        (e.amount for e in then.entries if e.effective_on > today and e.source in counted), ZERO
    )
    pending = -sum(
        (draw.amount for draw in account.loaded.reserved if draw.source in counted), ZERO
    )
    limit = account.rules_on(today).rules.negative_limit or ZERO
    credited = then.balance_on(today) - figures.balance
    said = figures.balance + credited + coming + pending + limit
    return Proof(
        lines=lines, validity=figures.balance - lines, balance=figures.balance, due=credited,
        ahead=coming, pending=pending, limit=limit, available=figures.available,
        later=ZERO if figures.available is None else figures.available - said,
    )  # fmt: skip


def _valid_on(books: Books, date: dt.date) -> set[Key | None]:
    """Return the sources that count on a date: what is valid then, and none, which is debt."""
    valid: set[Key | None] = {each.key for each in books.allocations if each.is_valid_on(date)}
    return valid | {None}
