"""What HR enters: grants, adjustments, days earned by work on a day off, payments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from attendance.enums import DayStatus
from attendance.simulate.forms import Kind, Row
from leave.enums import EntryKind
from leave.rules.accrual import Plan, room_of_year, yearly_grant
from leave.rules.amounts import ZERO
from leave.rules.books import Allocation, Draw, Entry
from leave.rules.carrying import CarryRule
from leave.rules.earned import (
    Denied,
    WorkedDay,
    carried_within,
    comp_off,
    encash,
    over_most,
    pay,
)
from leave.rules.years import Dates, LeaveYear
from leave.simulate.accounts import Account


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something that HR entered; `amount` is what the books took."""

    key: str
    kind: str
    person: str
    type: str
    on: dt.date
    amount: Decimal
    denied: Denied | None = None
    pays: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """One entry of a scenario, with the books it goes to."""

    key: str
    kind: Kind
    account: Account
    year: LeaveYear
    carries: CarryRule | None
    reserved: tuple[Draw, ...] = ()

    def enter(self, today: dt.date) -> Outcome:
        """Write it where the rules let it; the outcome says which one does not."""
        done: Outcome = getattr(self, f"_{self.kind.name}")(today)
        return done

    @property
    def _row(self) -> Row:
        return self.kind.row

    def _grant(self, today: dt.date) -> Outcome:
        row, account = self._row, self.account
        amount = self._granted()
        plan = self._plan(row["from"])
        year = self.year.of(row["from"])
        most = account.type.on(row["from"]).rules.most_granted
        denied = None
        if over_most(account.granted_in(year), amount, most):
            denied = Denied.MOST_GRANTED
        elif plan is not None:
            level = plan.level_on(row["from"])
            if amount > room_of_year(plan, level, row["from"], account.books):
                denied = Denied.YEAR_CAP
        key = f"{plan.key}:extra:{self.key}" if plan else self.key
        kind = EntryKind.CARRIED if row["is_carried"] else EntryKind.GRANT
        allocation = Allocation(
            key=key, starts_on=row["from"], ends_on=row["to"], is_carried=row["is_carried"],
            is_protected=row["is_protected"], order=len(account.books.allocations),
            carries=self._carries(year, amount, most),
        )  # fmt: skip
        entries = [self._entry(kind, amount, row["from"], key)]
        return self._done(today, row["from"], amount, denied, entries, allocation)

    def _granted(self) -> Decimal:
        row, someone = self._row, self.account.someone
        if "yearly" not in row:
            return Decimal(row["amount"])
        return yearly_grant(
            row["amount"], self.year.of(row["from"]),
            joined_on=someone.joined_on, left_on=someone.left_on, **row["yearly"],
        )  # fmt: skip

    def _plan(self, date: dt.date) -> Plan | None:
        name = self._row.get("plan")
        for plan in self.account.plans:
            if plan.key.split(":")[0] == name and date in plan.in_force:
                return plan
        return None

    def _carries(self, year: Dates, amount: Decimal, most: Decimal | None) -> CarryRule | None:
        """New days come before carried ones: these take what the year's most leaves."""
        rule = self.carries
        if rule is None or most is None:
            return rule
        return carried_within(rule, most - self.account.granted_in(year) - amount)

    def _adjustment(self, today: dt.date) -> Outcome:
        row, account, amount = self._row, self.account, self._row["amount"]
        source, allocation = row.get("adjusts"), None
        if source is None and amount > ZERO:
            source, allocation = (
                self.key,
                Allocation(key=self.key, starts_on=row["on"], order=len(account.books.allocations)),
            )
        if source is None:
            entries, denied = self._taken(EntryKind.ADJUSTMENT, -amount)
        else:
            entries, denied = self._adjusted(source, amount)
        return self._done(today, row["on"], amount, denied, entries, allocation)

    def _adjusted(self, source: str, amount: Decimal) -> tuple[list[Entry], Denied | None]:
        """The lines that change an allocation by so much, or why it may not be changed."""
        row, account, kind = self._row, self.account, EntryKind.ADJUSTMENT
        rules = account.type.on(row["on"]).rules
        adjusted = [each for each in account.books.allocations if each.key == source]
        if adjusted and not adjusted[0].is_valid_on(row["on"]):
            return [], Denied.NOT_VALID_THEN
        if amount > ZERO:
            granted = account.granted_in(self.year.of(row["on"]))
            is_over = over_most(granted, amount, rules.most_granted)
            entries = [self._entry(kind, amount, row["on"], source)]
            return entries, Denied.MOST_GRANTED if is_over else None
        left = max(ZERO, account.books.left().get(source, ZERO))
        unused = min(left, -amount)
        entries = [self._entry(kind, -unused, row["on"], source)] if unused else []
        owed = -amount - unused
        if not owed:
            return entries, None
        limit = rules.negative_limit
        if limit is not None and account.books.debt() + owed > limit:
            return [], self._why_not(source)
        return [*entries, self._entry(kind, -owed, row["on"], None)], None

    def _why_not(self, source: str) -> Denied:
        """What leave draws on must cover it; what nobody used must not go below zero."""
        is_used = any(
            each.source == source and each.kind == EntryKind.TAKEN
            for each in self.account.books.entries
        )
        return Denied.LEAVES_UNCOVERED if is_used else Denied.BELOW_LIMIT

    def _comp_off(self, today: dt.date) -> Outcome:
        row, account = self._row, self.account
        date = row["worked_on"]
        version = account.type.on(date)
        earned = comp_off(
            self._worked(date), claimed=row.get("amount"), valid_days=version.comp_off_valid_days
        )
        denied = earned.denied
        if any(written.by == f"comp_off:{date}" for written in account.written):
            denied = denied or Denied.EARNED_ALREADY
        dates = earned.dates or Dates(date, date)
        allocation = Allocation(
            key=self.key, starts_on=dates.first, order=len(account.books.allocations),
            ends_on=None if dates.last == dt.date.max else dates.last,
        )  # fmt: skip
        entries = [self._entry(EntryKind.COMP_OFF, earned.amount, dates.first, self.key)]
        done = self._done(
            today, date, row.get("amount", earned.amount), denied, entries, allocation,
            by=f"comp_off:{date}",
        )  # fmt: skip
        return done

    def _worked(self, date: dt.date) -> WorkedDay:
        someone = self.account.someone
        verdict = someone.verdict_on(date)
        pattern = someone.person.calendar.pattern_on(date)
        return WorkedDay(
            date=date,
            is_off=someone.person.calendar.day_kind_on(date).is_off,
            minutes=verdict.worked_minutes,
            half_day_below=pattern.half_day_below_minutes if pattern else None,
            is_half=verdict.status == DayStatus.HALF_DAY,
        )

    def _encashment(self, today: dt.date) -> Outcome:
        row, amount = self._row, self._row["amount"]
        version = self.account.type.on(row["on"])
        available = self.account.on(row["on"]).available([row["on"]], reserved=self.reserved)
        denied = encash(
            amount, available=available or ZERO, keeps=version.keeps, most=version.most_encashed
        )
        entries, short = self._taken(EntryKind.ENCASHED, amount)
        done = self._done(today, row["on"], amount, denied or short, entries)
        if done.denied or row["rate"] is None:
            return done
        return replace(done, pays=pay(amount, row["rate"]))

    def _taken(self, kind: EntryKind, amount: Decimal) -> tuple[list[Entry], Denied | None]:
        """Take so much from what is valid on the date, in the order of use."""
        drawn = self.account.ahead().draw({self._row["on"]: amount}, reserved=self.reserved)
        entries = [self._entry(kind, -each.amount, each.date, each.source) for each in drawn.draws]
        return entries, Denied.LEAVES_UNCOVERED if drawn.lacking else None

    def _entry(self, kind: EntryKind, amount: Decimal, on: dt.date, source: str | None) -> Entry:
        return Entry(
            kind=kind, amount=amount, effective_on=on, source=source,
            reason=self._row["reason"],
        )  # fmt: skip

    def _done(
        self,
        today: dt.date,
        on: dt.date,
        amount: Decimal,
        denied: Denied | None,
        entries: Iterable[Entry],
        allocation: Allocation | None = None,
        by: str = "",
    ) -> Outcome:
        if denied is None:
            self.account.write(entries, max(today, dt.date(1900, 1, 1)), by or self.key,
                               [allocation])  # fmt: skip
        account = self.account
        return Outcome(
            self.key, self.kind.name, account.someone.name, account.type.name, on, amount, denied
        )


def entered_on(kind: Kind) -> dt.date:
    """When an entry was made, unless the scenario says: what gives from the beginning, the rest on
    its date.
    """
    row = kind.row
    found: dt.date = row.get("on", row.get("worked_on", dt.date.min))
    if kind.name == "grant" and "plan" in row:
        found = row["from"]
    entered: dt.date = row.get("entered_on", found)
    return entered
