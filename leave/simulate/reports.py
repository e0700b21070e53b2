"""The reports of leave as JSON: balances, the ledger, and what each month deducted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from attendance.simulate.answers import Words
from attendance.simulate.company import BEGINNING
from attendance.simulate.forms import Row
from leave.enums import Unit
from leave.rules.amounts import ZERO
from leave.rules.counting import Count
from leave.rules.movement import movement_of
from leave.rules.years import Dates
from leave.simulate.accounts import Account
from leave.simulate.figures import line, text
from leave.simulate.history import History
from leave.simulate.people import Someone
from leave.simulate.requests import Request
from leave.simulate.types import LeaveType

Json = dict[str, Any]
_FIGURES = ("opening", "allocated", "lapsed", "taken", "closing")


@dataclass(frozen=True, slots=True)
class Reports:
    """Makes reports of a history that was played; of everybody, unless one person is asked for."""

    history: History
    people: Mapping[str, Someone]
    types: Mapping[str, LeaveType]
    words: Words

    def made(self, row: Row) -> Json:
        """One report; a sum stands only where it says something."""
        dates = Dates(row["from"], row["to"])
        people = [self.people[row["person"]]] if "person" in row else list(self.people.values())
        types = [self.types[row["type"]]] if "type" in row else list(self.types.values())
        rows, keys, is_summed = {
            "leave-balances": (self._balances, _FIGURES, len(types) == 1),
            "leave-ledger": (self._ledger, ("amount",), 1 in (len(types), len(people))),
            "deducted-per-month": (self._deducted, ("counted", "deducted"), len(types) == 1),
        }[row["name"]]
        here = [someone for someone in people if _is_here(someone, dates)]
        found = [item for someone in here for item in rows(someone, types, dates)]
        totals = {key: text(sum((Decimal(item[key]) for item in found), ZERO)) for key in keys}
        return {
            "name": row["name"],
            "from": dates.first.isoformat(),
            "to": dates.last.isoformat(),
            "rows": found,
            "totals": totals if is_summed else None,
        }

    def _balances(self, someone: Someone, types: list[LeaveType], dates: Dates) -> Iterator[Json]:
        for account in self._accounts(someone, types):
            moved = movement_of(account.books.entries, dates)
            yield {
                **_whose(account),
                **{name: text(getattr(moved, name)) for name in _FIGURES},
            }

    def _ledger(self, someone: Someone, types: list[LeaveType], dates: Dates) -> Iterator[Json]:
        lines = [
            (each, account)
            for account in self._accounts(someone, types)
            for each in account.written
            if each.entry.effective_on in dates
        ]
        for each, account in sorted(lines, key=lambda pair: pair[0].entry.effective_on):
            yield {**_whose(account), **line(each.entry, self.words), "by": each.by or None}

    def _accounts(self, someone: Someone, types: list[LeaveType]) -> Iterator[Account]:
        """The person's books of these types that anything stands in."""
        accounts = (self.history.accounts[someone.name, type.name] for type in types)
        return (account for account in accounts if account.written)

    def _deducted(self, someone: Someone, types: list[LeaveType], dates: Dates) -> Iterator[Json]:
        """Counted days of approved leave that draws on an allowance, cut at the ends of months."""
        for type in types:
            months: dict[str, tuple[Decimal, Decimal]] = {}
            books = self.types[type.on(dates.last).draws_on or type.name]
            for request in self.history.requests.values():
                if request.is_approved and (request.someone, request.type) == (someone, type):
                    _cut(request, dates, months)
            for month, (counted, deducted) in sorted(months.items()):
                yield {
                    "person": someone.name,
                    "type": type.name,
                    "unit": _unit(type),
                    "month": month,
                    "counted": text(counted),
                    "deducted": text(deducted),
                    "deducted_unit": _unit(books),
                }


def _is_here(someone: Someone, dates: Dates) -> bool:
    """Whether the person works here on one of the dates."""
    return someone.joined_on <= dates.last and (someone.left_on or dates.last) >= dates.first


def _cut(request: Request, dates: Dates, months: dict[str, tuple[Decimal, Decimal]]) -> None:
    """Add what an approved request counts, and what it has drawn, to the months of its days."""
    version = request.type.on(request.ask.dates.first)
    if version.draws_on is None:
        return
    counted = [(day.date, day.amount, ZERO) for day in (request.count or Count(())).days]
    drawn = [(draw.date, ZERO, draw.amount) for draw in request.draws]
    for date, amount, deducted in (*counted, *drawn):
        if date in dates and (amount or deducted):
            before = months.get(f"{date:%Y-%m}", (ZERO, ZERO))
            months[f"{date:%Y-%m}"] = (before[0] + amount, before[1] + deducted)


def _whose(account: Account) -> Json:
    type = account.type
    return {"person": account.someone.name, "type": type.name, "unit": _unit(type)}


def _unit(type: LeaveType) -> str:
    return "hours" if type.on(BEGINNING).rules.unit == Unit.HOUR else "days"
