"""Everything a scenario says of leave, done in the order of time by the rules of the product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from leave.rules.amounts import ONE
from leave.rules.asking import Answer, Block, Live, Scene, TypeRules, ask_for
from leave.rules.books import Books, Draw
from leave.rules.chain import Approval, next_step
from leave.rules.changes import beyond, difference, kept_draws, without
from leave.rules.counting import Ask, Count, Others, Why, count
from leave.rules.years import Dates, LeaveYear
from leave.simulate.accounts import Account
from leave.simulate.entered import Entering, Outcome
from leave.simulate.people import Someone
from leave.simulate.requests import Request, Said, State
from leave.simulate.types import LeaveType, TypeVersion, worth


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockList:
    """Dates on which leave is blocked, for whom, and since when."""

    dates: Dates
    name: str
    types: frozenset[str]
    departments: frozenset[str]
    exempt: frozenset[str]
    entered_on: dt.date

    def holds_for(self, someone: Someone, type: LeaveType, today: dt.date) -> bool:
        return (
            self.entered_on <= today
            and someone.name not in self.exempt
            and (not self.types or type.name in self.types)
            and (not self.departments or bool(self.departments & someone.departments))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens to somebody on a date, or to everybody where `who` is none.

    Of one date, `phase` and the place in the file decide.
    """

    on: dt.date
    who: Someone | None
    phase: int
    order: int
    do: Callable[[dt.date], None]


@dataclass
class History:
    """All books and requests, as they stand once every event up to now has happened."""

    year: LeaveYear
    accounts: dict[tuple[str, str], Account]
    blocks: list[BlockList] = field(default_factory=list)
    requests: dict[str, Request] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    # When each month was locked, by its first day.
    locked: Mapping[dt.date, dt.date] = field(default_factory=dict)

    def play(self, events: Iterable[Event], now: Callable[[Someone], dt.date]) -> None:
        """Let everything happen in the order of time, and run the books up to now."""
        for event in sorted(events, key=lambda each: (each.on, each.phase, each.order)):
            for account in self.accounts.values():
                if event.who in (None, account.someone):
                    account.advance(event.on)
            event.do(event.on)
        for account in self.accounts.values():
            account.advance(now(account.someone))

    def account_of(self, someone: Someone, version: TypeVersion) -> Account | None:
        """The books that a type draws on; None where it draws on nothing."""
        if version.draws_on is None:
            return None
        return self.accounts[someone.name, version.draws_on]

    def enter(self, entering: Entering, today: dt.date) -> None:
        account = entering.account
        reserved = tuple(self.reserved(account))
        self.outcomes.append(replace(entering, reserved=reserved).enter(today))

    # --- requests -----------------------------------------------------------------------------
    def submit(self, request: Request, today: dt.date, *, is_approved: bool) -> None:
        """Ask for it; where the rules let it, it is pending, or approved at once."""
        take_back = self._release(request, today)
        answer = self._ask(request, request.ask, today)
        request.asked = answer.count
        request.tell("submit", today, answer)
        if answer.refusal is None:
            request.state = State.PENDING
            request.stands(answer)
            if is_approved:
                self._approved(request, today)
        if not request.is_approved:
            take_back()

    def approve(self, request: Request, today: dt.date) -> None:
        """Decide one step of the chain; before each, everything is looked at again."""
        if request.state != State.PENDING:
            self._not_open(request, "approve", today)
            return
        take_back = self._release(request, today)
        answer = self._ask(request, request.ask, today, is_approval=True)
        request.tell("approve", today, answer)
        if answer.refusal is None:
            request.stands(answer)
            request.decided += 1
            if self._next_step(request) is None:
                self._approved(request, today)
        if not request.is_approved:
            take_back()

    def end(self, request: Request, today: dt.date, step: str, state: State) -> None:
        """Refuse, withdraw or cancel; what was reserved or taken returns."""
        is_cancel = state == State.CANCELLED
        if request.state != (State.APPROVED if is_cancel else State.PENDING):
            self._not_open(request, step, today)
            return
        account = self._account(request)
        if is_cancel and account and request.ask.dates.first < account.closed_before:
            values = {"date": request.ask.dates.first}
            request.said.append(Said(step, today, "year_closed", values))
            return
        self._rewritten(request, (), today)
        request.state, request.count = state, Count(())
        request.tell(step, today)
        self._free_between(request, today)

    def change(self, request: Request, today: dt.date, ask: Ask) -> None:
        """Ask for other dates instead: looked at with the old version released."""
        if not request.is_live:
            self._not_open(request, "change", today)
            return
        answer = self._ask(request, ask, today)
        request.tell("change", today, answer)
        if answer.refusal is None:
            self._rewritten(request, answer.drawn.draws if answer.drawn else (), today)
            request.ask = ask
            request.stands(answer)
            self._free_between(request, today)

    # --- what comes from outside ----------------------------------------------------------------
    def recount(self, dates: Dates, today: dt.date) -> None:
        """Count the requests again that cover dates of which another kind of day became known."""
        for request in [*self.requests.values()]:
            if request.is_live and any(date in request.ask.dates for date in dates):
                self._count_again(request, today)

    def close(
        self, key: str, someone: Someone, type: LeaveType, dates: Dates, today: dt.date
    ) -> None:
        """Book a company's closure for somebody; who is off already is not charged twice."""
        version = type.on(dates.first)
        request = Request(key, someone, type, Ask(dates=dates))
        day_of = someone.day_of(today)
        others = self._others(request)
        whole = count(
            request.ask, day_of,
            unit=version.rules.unit, counts_days_off=version.rules.counts_days_off,
        )  # fmt: skip
        counted = beyond(whole, others, {date: day_of(date) for date in dates})
        if not counted.total:
            return
        account = self._account(request)
        request.asked = request.count = counted
        if account is not None:
            amounts = {day.date: day.amount for day in counted.days if day.amount}
            ahead = account.ahead(self._worth(request, account))
            # The company sends them away: what nothing covers is owed.
            drawn = ahead.draw(amounts, reserved=self.reserved(account), negative_limit=None)
            request.draws = drawn.draws
        self.requests[key] = request
        request.tell("closure", today)
        self._approved(request, today)

    # --- inside ---------------------------------------------------------------------------------
    def _free_between(self, request: Request, today: dt.date) -> None:
        """Leave that charged days off up to a request charges them no more once that is away."""
        for each in self._live(request):
            days = (each.count or Count(())).days
            if any(day.why == Why.SANDWICHED for day in days):
                self._count_again(each, today)

    def _count_again(self, request: Request, today: dt.date) -> None:
        version = request.type.on(request.ask.dates.first)
        new = count(
            request.ask, request.someone.day_of(today),
            unit=version.rules.unit, counts_days_off=version.rules.counts_days_off,
            others=self._others(request),
        )  # fmt: skip
        new = without(new, request.given_up)
        if new != request.count:
            before = request.count or Count(())
            self._recounted(request, new, today, State.CANCELLED)
            values = {"before": before.total, "counted": new.total}
            request.said.append(Said("recounted", today, values=values))

    def _release(self, request: Request, today: dt.date) -> Callable[[], None]:
        """Give back the other leave that a request turns into itself, on the same days.

        Both are one decision: what is returned takes all of it back, as if nothing had been.
        """
        if not request.converts:
            return lambda: None
        dates = frozenset(request.ask.dates)
        planned = [
            each for each in self._live(request) if each.type is not request.type
            and any(day.date in dates and day.amount for day in (each.count or Count(())).days)
        ]  # fmt: skip
        before = [
            (each, each.draws, each.count, each.state, each.given_up, [*each.said])
            for each in planned
        ]
        books = [(each, each.books, [*each.written]) for each in self.accounts.values()]

        def take_back() -> None:
            for each, draws, counted, state, given_up, said in before:
                each.draws, each.count, each.state = draws, counted, state
                each.given_up, each.said = given_up, said
            for account, held, written in books:
                account.books, account.written = held, written

        for each in planned:
            self._recounted(each, without(each.count or Count(()), dates), today, State.CONVERTED)
            each.given_up |= dates
            each.said.append(Said("converted", today, values={"request": request.key}))
        return take_back

    def reserved(self, account: Account, besides: Request | None = None) -> list[Draw]:
        """What pending requests draw on these books."""
        return [
            draw
            for each in self.requests.values()
            if each.state == State.PENDING and each is not besides
            and self._account(each) is account
            for draw in each.draws
        ]  # fmt: skip

    def _ask(
        self, request: Request, ask: Ask, today: dt.date, *, is_approval: bool = False
    ) -> Answer:
        version = request.type.on(ask.dates.first)
        rules: TypeRules = version.rules.for_approval() if is_approval else version.rules
        return ask_for(
            ask, rules, request.someone.asking(today), self._scene(request, version, today),
            has_attachment=request.has_attachment,
        )  # fmt: skip

    def _scene(self, request: Request, version: TypeVersion, today: dt.date) -> Scene:
        account = self.account_of(request.someone, version)
        blocks = [
            Block(dates=each.dates, name=each.name)
            for each in self.blocks
            if each.holds_for(request.someone, request.type, today)
        ]
        live = [each.live(request.type) for each in self._live(request)]

        def locked(date: dt.date) -> bool:
            return self.locked.get(date.replace(day=1), dt.date.max) <= today

        if account is None:
            return Scene(books=Books([], []), live=live, blocks=blocks, leave_year=self.year,
                         today=today, locked=locked)  # fmt: skip
        ahead = account.ahead(self._worth(request, account))
        if request.state == State.APPROVED:
            back = difference(request.draws, ())
            ahead = replace(ahead, books=ahead.books.with_entries(back))
        return Scene(
            books=ahead,
            reserved=self.reserved(account, request),
            live=live,
            blocks=blocks,
            closed=lambda date: date < account.closed_before,
            locked=locked,
            leave_year=self.year,
            today=today,
        )

    def _live(self, request: Request) -> list[Request]:
        """The person's other requests that stand."""
        return [
            each
            for each in self.requests.values()
            if each.is_live and each is not request and each.someone is request.someone
        ]

    def _others(self, request: Request) -> Others:
        live: list[Live] = [each.live(request.type) for each in self._live(request)]
        return Others.of((each.halves, each.charged) for each in live)

    def _account(self, request: Request) -> Account | None:
        return self.account_of(request.someone, request.type.on(request.ask.dates.first))

    def _worth(self, request: Request, account: Account) -> Decimal:
        first = request.ask.dates.first
        return worth(request.type.on(first), account.type.on(first))

    def _next_step(self, request: Request) -> Approval | None:
        chain = request.type.on(request.ask.dates.first).chain
        counted = (request.count or Count(())).total
        return next_step(chain, counted, request.decided)

    def _approved(self, request: Request, today: dt.date) -> None:
        draws, request.draws = request.draws, ()
        request.state = State.APPROVED
        self._rewritten(request, draws, today)

    def _rewritten(self, request: Request, draws: Iterable[Draw], today: dt.date) -> None:
        """Write the difference to what is written; a pending request has written nothing."""
        new = tuple(draws)
        account = self._account(request)
        if account is not None and request.state == State.APPROVED:
            account.write(difference(request.draws, new), today, request.key)
        request.draws = new

    def _recounted(self, request: Request, new: Count, today: dt.date, over: State) -> None:
        """Let a request count less, or more; one that is left with nothing is over."""
        account = self._account(request)
        if account is not None:
            factor = self._worth(request, account)
            amounts = {day.date: day.amount * factor for day in new.days if day.amount}
            draws = kept_draws(request.draws, amounts)
            for draw in draws:
                amounts[draw.date] -= draw.amount
            more = {date: amount for date, amount in amounts.items() if amount}
            ahead = account.ahead(ONE)
            returned = difference(request.draws, draws)
            if request.state == State.APPROVED:
                ahead = replace(ahead, books=ahead.books.with_entries(returned))
            pending = self.reserved(account, request)
            if request.state == State.PENDING:
                pending += draws
            added = ahead.draw(more, reserved=pending, negative_limit=None).draws
            self._rewritten(request, (*draws, *added), today)
        request.count = new
        if not new.total:
            request.state = over

    def _not_open(self, request: Request, step: str, today: dt.date) -> None:
        values = {"state": request.state.value}
        request.said.append(Said(step, today, "not_open", values))
