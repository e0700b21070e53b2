"""What a scenario asks of leave, answered from the books as they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from attendance.rules.errors import InvalidInput
from attendance.simulate.answers import Words
from attendance.simulate.forms import Kind, Row
from leave.enums import EntryKind
from leave.rules.amounts import ZERO
from leave.rules.books import Books, Draw, Entry
from leave.rules.counting import Count, count
from leave.rules.lapse import next_loss
from leave.rules.years import Dates
from leave.simulate.accounts import Account
from leave.simulate.entered import Outcome
from leave.simulate.figures import line, movements, text
from leave.simulate.history import History
from leave.simulate.people import Someone
from leave.simulate.plans import PlansOf
from leave.simulate.reports import Reports
from leave.simulate.requests import Request, ask_of
from leave.simulate.types import LeaveType

Json = dict[str, Any]


def values_of(values: Mapping[str, Any]) -> Json:
    """The values of a refusal as JSON."""
    return {key: _value(value) for key, value in values.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return text(value)
    return value.isoformat() if isinstance(value, dt.date) else value


class Answers:
    """Answers questions about a history that was played."""

    def __init__(
        self,
        history: History,
        people: Mapping[str, Someone],
        types: Mapping[str, LeaveType],
        plans: PlansOf,
        words: Words,
    ) -> None:
        self._history, self._people, self._types = history, people, types
        self._plans, self._words = plans, words

    def to(self, kind: Kind) -> Any:
        """The answer to one question, as JSON."""
        return getattr(self, f"_{kind.name}")(kind.row)

    def _report(self, row: Row) -> Json:
        return Reports(self._history, self._people, self._types, self._words).made(row)

    def _account(self, row: Row) -> Account:
        return self._history.accounts[row["person"], row["type"]]

    # --- figures ----------------------------------------------------------------------------------
    def _balance(self, row: Row) -> Json:
        account = self._account(row)
        on = row.get("on", account.someone.today)
        last = row.get("to", on)
        pending = self._history.reserved(account)
        available = account.ahead().available([*Dates(on, last)], reserved=pending)
        return {
            "on": on.isoformat(),
            "balance": text(account.books.balance_on(on)),
            "pending": text(sum((each.amount for each in pending), ZERO)),
            "available": text(available or ZERO),
            "allocations": _allocations(account.books, on),
        }

    def _forecast(self, row: Row) -> Json:
        account, on = self._account(row), row["on"]
        books = account.on(on)
        return {
            "on": on.isoformat(),
            "balance": text(books.balance_on(on)),
            "allocations": _allocations(books, on),
        }

    def _next_loss(self, row: Row) -> Json | None:
        account = self._account(row)
        on = row.get("on", account.someone.today)
        loss = next_loss(account.then(on), on, account.cuts(on))
        if loss is None:
            return None
        return {
            "date": loss.date.isoformat(),
            "amount": text(loss.amount),
            "allocations": {key: text(amount) for key, amount in loss.by_source.items()},
        }

    def _ledger(self, row: Row) -> list[Json]:
        account = self._account(row)
        first, last = row.get("from", dt.date.min), row.get("to", dt.date.max)
        lines = sorted(account.written, key=lambda each: each.entry.effective_on)
        balance, found = ZERO, []
        for each in lines:
            balance += each.entry.amount
            if first <= each.entry.effective_on <= last:
                said = line(each.entry, self._words)
                found.append({**said, "balance": text(balance), "by": each.by or None})
        return found

    def _year(self, row: Row) -> Json:
        account = self._account(row)
        year = self._history.year.of(row.get("on", account.someone.today))
        dates = Dates(row.get("from", year.first), row.get("to", year.last))
        return {
            "from": dates.first.isoformat(),
            "to": dates.last.isoformat(),
            **{name: text(amount) for name, amount in movements(account.books, dates).items()},
        }

    def _carry_over(self, row: Row) -> Json:
        account, on = self._account(row), row["on"]
        entries = account.moved_on(on)
        sources = {entry.source for entry in entries}
        ends = [
            each.ends_on
            for each in account.on(on).allocations
            if each.is_carried and each.key in sources and each.starts_on >= on
        ]
        ends_on = ends[0] if ends else None
        return {
            "on": on.isoformat(),
            "carried": text(_sum(entries, EntryKind.CARRIED, is_in=True)),
            "lapsed": text(-_sum(entries, EntryKind.LAPSED)),
            "valid_until": ends_on.isoformat() if ends_on else None,
            "lines": [line(entry, self._words) for entry in entries],
        }

    def _plan(self, row: Row) -> list[Json]:
        plans = self._plans[row["person"]][row["plan"]]
        keys = tuple(f"{plan.key}:" for plan in plans)
        account = next(
            each for (name, _type), each in self._history.accounts.items()
            if name == row["person"] and plans[0] in each.plans
        )  # fmt: skip
        return [
            {
                "on": entry.effective_on.isoformat(),
                "amount": text(entry.amount),
                "key": entry.source,
                "is_capped": entry.reason == "capped",
            }
            for entry in account.on(row["to"]).entries
            if entry.kind == EntryKind.ACCRUAL and (entry.source or "").startswith(keys)
            and row["from"] <= entry.effective_on <= row["to"]
        ]  # fmt: skip

    # --- requests ---------------------------------------------------------------------------------
    def _count(self, row: Row) -> Json:
        someone, type = self._people[row["person"]], self._types[row["type"]]
        ask = ask_of(row, someone)
        assert ask is not None  # noqa: S101  # it was looked at before
        rules = type.on(ask.dates.first).rules
        try:
            counted = count(
                ask, someone.day_of(someone.today),
                unit=rules.unit, counts_days_off=rules.counts_days_off,
            )  # fmt: skip
        except InvalidInput as error:
            return {"refusal": self._refusal(error.code, error.values)}
        return {"refusal": None, **self._counted(counted)}

    def _request(self, row: Row) -> Json:
        return self._told(self._history.requests[row["key"]])

    def _requests(self, row: Row) -> list[Json]:
        return [
            self._told(each)
            for each in self._history.requests.values()
            if row.get("person", each.someone.name) == each.someone.name
        ]

    def _allocations(self, row: Row) -> list[Json]:
        return [
            self._outcome(each)
            for each in self._history.outcomes
            if row.get("person", each.person) == each.person
        ]

    def _outcome(self, each: Outcome) -> Json:
        return {
            "key": each.key,
            "kind": each.kind,
            "person": each.person,
            "type": each.type,
            "on": each.on.isoformat(),
            "amount": text(each.amount),
            "refusal": self._refusal(each.denied.value, {}) if each.denied else None,
            "pays": text(each.pays) if each.pays is not None else None,
        }

    def _told(self, request: Request) -> Json:
        submitted = request.said[0]
        return {
            "key": request.key,
            "person": request.someone.name,
            "type": request.type.name,
            "state": request.state.value,
            "refusal": self._refusal(submitted.refusal, submitted.values),
            **self._counted(request.asked),
            "counted_now": text(request.count.total) if request.count else None,
            "drawn": [_draw(each) for each in request.draws],
            "steps": [
                {
                    "step": said.step,
                    "on": said.on.isoformat(),
                    "refusal": self._refusal(said.refusal, said.values),
                    "values": values_of({} if said.refusal else said.values),
                }
                for said in request.said
            ],
        }

    def _refusal(self, code: str | None, values: Mapping[str, Any]) -> Json | None:
        if code is None:
            return None
        return {
            "code": code,
            "values": values_of(values),
            "words": self._words(f"refusal.{code}", values),
        }

    def _counted(self, counted: Count | None) -> Json:
        if counted is None:
            return {"count": None, "days": []}
        days = [
            {
                "date": day.date.isoformat(),
                "halves": sorted(half.value for half in day.halves),
                "amount": text(day.amount),
                "why": day.why.value,
                "words": self._words(f"count.{day.why.value}", {}),
            }
            for day in counted.days
        ]
        return {"count": text(counted.total), "days": days}


def _draw(draw: Draw) -> Json:
    return {
        "date": draw.date.isoformat(), "allocation": draw.source, "amount": text(draw.amount),
    }  # fmt: skip


def _allocations(books: Books, on: dt.date) -> list[Json]:
    """What is left of each allocation that is valid on the date, in the order of use."""
    left = books.left()
    return [
        {
            "key": each.key,
            "from": each.starts_on.isoformat(),
            "to": each.ends_on.isoformat() if each.ends_on else None,
            "is_carried": each.is_carried,
            "left": text(left[each.key]),
        }
        for each in books.in_order(lambda allocation: allocation.is_valid_on(on))
        if left[each.key]
    ]


def _sum(entries: Iterable[Entry], kind: EntryKind, *, is_in: bool = False) -> Decimal:
    amounts = (each.amount for each in entries if each.kind == kind)
    return sum((amount for amount in amounts if amount > ZERO or not is_in), ZERO)
