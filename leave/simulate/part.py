"""Leave as one part of a scenario: its form, its facts, its answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attendance.enums import MarkKind, Portion
from attendance.rules import zones
from attendance.rules.types import Mark
from attendance.simulate.answers import Words
from attendance.simulate.build import World, refuse
from attendance.simulate.company import BEGINNING
from attendance.simulate.forms import Kind, Row, meant
from attendance.simulate.knobs import made
from attendance.simulate.people import known
from leave.enums import Frequency
from leave.rules.carrying import CarryRule
from leave.rules.years import Dates, LeaveYear
from leave.simulate import form
from leave.simulate.accounts import Account
from leave.simulate.answers import Answers
from leave.simulate.entered import Entering, entered_on
from leave.simulate.history import BlockList, Event, History
from leave.simulate.people import Someone, someones
from leave.simulate.plans import PlansOf, check_plan, plans_of
from leave.simulate.requests import Request, State, ask_of, portions
from leave.simulate.types import LeaveType, types_of

_ENTERED, _CALENDAR, _CLOSED, _ASKED = range(4)
# No books are run over more days: a scenario is judged while somebody waits.
_MOST_DAYS, _MOST_DAYS_DAILY = 15_000, 3_660


class LeavePart:
    """What `simulate` reads and answers of leave; `words` say codes as people read them."""

    keys = form.KEYS
    person_keys = form.PERSON_KEYS
    questions = form.QUESTIONS
    reports = form.REPORTS
    report_keys = form.REPORT_KEYS

    def __init__(self, words: Words) -> None:
        self._words = words

    def build(self, scenario: Row, world: World) -> Callable[[Kind], Any]:
        """Play all that the scenario says up to now; people get marks of their approved leave."""
        facts = _Facts(scenario, world)
        for kind in world.asked:
            is_report = kind.name == "report" and kind.row["name"] in self.reports
            if is_report or kind.name in self.questions:
                facts.check_asked(kind)
        refuse(scenario)
        history = facts.play()
        for request in history.requests.values():
            if request.state == State.APPROVED:
                _mark(request)
        return Answers(history, facts.people, facts.types, facts.plans, self._words).to


class _Facts:
    """The rows of a scenario as the rules want them; what contradicts itself is told."""

    def __init__(self, scenario: Row, world: World) -> None:
        self._scenario = scenario
        year = scenario["leave_year"]
        self.year = LeaveYear(year["month"], year["day"]) if year else LeaveYear()
        self.people = someones(scenario, world)
        self.types = types_of(scenario)
        self.plans: PlansOf = plans_of(scenario, self.people, self.year)
        refuse(scenario)
        self._accounts = {
            (someone.name, name): Account(someone, type, self._plans_for(someone, name))
            for someone in self.people.values()
            for name, type in self.types.items()
        }
        self._check_lengths()
        self._history = History(self.year, self._accounts, locked=world.locked)
        self._events = [*self._entered(), *self._added(), *self._closures(), *self._requests()]
        self._history.blocks = list(self._blocks())

    def play(self) -> History:
        """Everything that happened up to now."""
        ended = [
            event for event in self._events if event.who is None or event.on <= event.who.today
        ]
        self._history.play(ended, lambda someone: someone.today)
        # In the order of the file, and after them what the company booked.
        in_file = {key: self._history.requests[key] for key in self._to_come}
        self._history.requests = in_file | self._history.requests
        return self._history

    def check_asked(self, kind: Kind) -> None:
        row = kind.row
        if "type" in row:
            type = known(row, "type", self.types)
            if type:
                _check_type(kind, type)
        if kind.name == "plan":
            check_plan(row, self.plans, self._scenario["plans"])
        if kind.name == "request":
            known(row, "key", self._to_come)
        someone = self.people.get(row["person"]) if "person" in row else None
        if kind.name == "count" and someone is not None:
            ask_of(row, someone)
        if "to" in row and "from" in row and row["to"] < row["from"] and kind.name != "count":
            row.wrong("to", "before from")
        if "to" in row and "on" in row and row["to"] < row["on"]:
            row.wrong("to", "before on")
        for key in ("on", "to"):
            if someone and row.get(key) and (row[key] - someone.today).days > form.MOST_DAYS:
                row.wrong(key, f"more than {form.MOST_DAYS} days after now")

    # --- inside ---------------------------------------------------------------------------------
    def _plans_for(self, someone: Someone, type: str) -> list[Any]:
        rows = self._scenario["plans"]
        return [
            plan
            for name, plans in self.plans[someone.name].items()
            if rows[name]["type"] == type
            for plan in plans
        ]

    def _check_lengths(self) -> None:
        for name, plans in ((n, p) for mine in self.plans.values() for n, p in mine.items()):
            row = self._scenario["plans"][name]
            latest = max(someone.today for someone in self.people.values())
            for plan in plans:
                is_daily = plan.rhythm.is_by_work or plan.rhythm.frequency == Frequency.DAILY
                most = _MOST_DAYS_DAILY if is_daily else _MOST_DAYS
                if (latest - plan.starts_on).days > most:
                    row.wrong("for", f"begins more than {most} days before now; say from when")

    def _own(self, row: Row) -> tuple[Someone, LeaveType] | None:
        someone, type = known(row, "person", self.people), known(row, "type", self.types)
        return (someone, type) if someone is not None and type is not None else None

    def _key(self, row: Row, keys: set[str], what: str) -> str:
        key: str = row.get("key", row.spot.place)
        if key in keys:
            row.wrong("key", f"another {what} is called {key}")
        keys.add(key)
        return key

    def _entered(self) -> Iterator[Event]:
        keys: set[str] = set()
        owners: dict[str, str] = {}
        for order, kind in enumerate(self._scenario["allocations"]):
            row = kind.row
            own, key = self._own(row), self._key(row, keys, "allocation")
            if own is None:
                continue
            someone, type = own
            account = self._accounts[someone.name, type.name]
            self._check_entered(kind, account, owners)
            owners[key] = f"{someone.name} {type.name}"
            carries = made(CarryRule, row["carries"]) if "carries" in row else None
            entering = Entering(
                key=key, kind=kind, account=account, year=self.year, carries=carries
            )
            yield Event(
                on=entered_on(kind), who=someone, phase=_ENTERED, order=order,
                do=partial(self._history.enter, entering),
            )  # fmt: skip

    def _check_entered(self, kind: Kind, account: Account, owners: Mapping[str, str]) -> None:
        row, someone = kind.row, account.someone
        if row.get("to") is not None and row["to"] < row["from"]:
            row.wrong("to", "before from")
        if "plan" in row:
            check_plan(row, self.plans, self._scenario["plans"])
        if "adjusts" in row:
            mine = f"{someone.name} {account.type.name}"
            if owners.get(row["adjusts"]) != mine:
                names = [key for key, owner in owners.items() if owner == mine]
                row.wrong("adjusts", f"there is no {row['adjusts']}{meant(row['adjusts'], names)}")
        if kind.name == "comp_off" and row["worked_on"] > someone.today:
            row.wrong("worked_on", "lies after now")

    def _added(self) -> Iterator[Event]:
        for calendar in self._scenario["calendars"].values():
            for order, row in enumerate(calendar["days"]):
                if "added_on" in row:
                    dates = Dates(row["date"], row["date"])
                    yield Event(
                        on=row["added_on"], who=None, phase=_CALENDAR, order=order,
                        do=partial(self._history.recount, dates),
                    )  # fmt: skip

    def _blocks(self) -> Iterator[BlockList]:
        departments = self._scenario["departments"]
        for row in self._scenario["blocks"]:
            dates = self._dates(row)
            for key, names in (
                ("types", self.types), ("departments", departments), ("exempt", self.people),
            ):  # fmt: skip
                self._check_names(row, key, names)
            yield BlockList(
                dates=dates, name=row["name"], types=frozenset(row["types"]),
                departments=frozenset(row["departments"]), exempt=frozenset(row["exempt"]),
                entered_on=row.get("entered_on", BEGINNING),
            )  # fmt: skip

    def _check_names(self, row: Row, key: str, names: Mapping[str, Any]) -> None:
        for name in row[key]:
            if name not in names:
                row.wrong(key, f"there is no {name}{meant(name, names)}")

    def _dates(self, row: Row) -> Dates:
        dates = Dates(row["from"], row.get("to", row["from"]))
        if not len(dates):
            row.wrong("to", "before from")
        return dates

    def _closures(self) -> Iterator[Event]:
        keys: set[str] = set()
        for order, row in enumerate(self._scenario["closures"]):
            type, key = known(row, "type", self.types), self._key(row, keys, "closure")
            dates = self._dates(row)
            self._check_names(row, "exempt", self.people)
            if type is None or not len(dates):
                continue
            for someone in self.people.values():
                if someone.name not in row["exempt"]:
                    mine = f"{key} {someone.name}"
                    yield Event(
                        on=row.get("booked_on", min(dates.first, someone.today)), who=someone,
                        phase=_CLOSED, order=order,
                        do=partial(self._history.close, mine, someone, type, dates),
                    )  # fmt: skip

    def _requests(self) -> Iterator[Event]:
        self._to_come: dict[str, Request] = {}
        keys: set[str] = set()
        order = 0
        for row in self._scenario["requests"]:
            own, key = self._own(row), self._key(row, keys, "request")
            if own is None:
                continue
            someone, type = own
            ask = ask_of(row, someone)
            if ask is None:
                continue
            request = Request(
                key, someone, type, ask, row["attachment"], row["converts"]
            )  # fmt: skip
            self._to_come[key] = request
            on = row.get("submitted_on", min(ask.dates.first, someone.today))
            if on > someone.today:
                row.wrong("submitted_on", "lies after now")
            do = partial(self._submit, request, row)
            yield Event(on=on, who=someone, phase=_ASKED, order=order, do=do)
            for kind in row["then"]:
                order += 1
                if kind.row["on"] < on:
                    kind.row.wrong("on", "before what comes before it")
                on = kind.row["on"]
                if on > someone.today:
                    kind.row.wrong("on", "lies after now")
                step = self._step(request, kind)
                if step is not None:
                    yield Event(on=on, who=someone, phase=_ASKED, order=order, do=step)
            order += 1

    def _submit(self, request: Request, row: Row, today: dt.date) -> None:
        self._history.requests[request.key] = request
        self._history.submit(request, today, is_approved=row["state"] == "approved")

    def _step(self, request: Request, kind: Kind) -> Callable[[dt.date], None] | None:
        history = self._history
        if kind.name == "change":
            ask = ask_of(kind.row, request.someone)
            return partial(history.change, request, ask=ask) if ask else None
        if kind.name == "approve":
            return partial(history.approve, request)
        state = {
            "refuse": State.REJECTED, "withdraw": State.WITHDRAWN, "cancel": State.CANCELLED,
        }[kind.name]  # fmt: skip
        return partial(history.end, request, step=kind.name, state=state)


def _check_type(kind: Kind, type: LeaveType) -> None:
    """Refuse a question about the books of a type that has none of its own."""
    draws_on = type.on(BEGINNING).draws_on
    if kind.name == "report" and kind.row["name"] == form.DEDUCTED:
        if draws_on is None:
            kind.row.wrong("type", f"{type.name} draws on no books")
    elif kind.name != "count" and draws_on != type.name:
        kind.row.wrong("type", f"{type.name} has no books of its own")


def _mark(request: Request) -> None:
    """Show the person away on the days that an approved request counts."""
    someone, version = request.someone, request.type.on(request.ask.dates.first)
    for date, portion in portions(request).items():
        hours = request.ask.hours if portion == Portion.HOURS else None
        zone = someone.person.calendar.zone_on(date)
        start, end = (
            (zones.local(at, zone).time() for at in hours) if hours else (None, None)
        )  # fmt: skip
        mark = Mark(
            key=f"{request.key}:{date.isoformat()}", date=date, kind=MarkKind.LEAVE,
            portion=portion, start=start, end=end, code=version.code, paid=version.paid,
        )  # fmt: skip
        someone.person.marks.setdefault(date, []).append(mark)
