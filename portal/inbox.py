"""The one list of decisions, composed of what the apps bring to it (`companies.inbox`)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.module_loading import import_string

from attendance.permissions import can_manage_team
from companies.actor import Actor
from companies.errors import MusterError, NobodyToAsk
from companies.inbox import Answer, AsksBack, Concerns, Decided, Entry, Source
from companies.looks import looks_record
from companies.selectors import team_of

# By name: an app that brings another kind of decision is added here, and nowhere else.
SOURCES = (
    "attendance.inbox.FlaggedPunches",
    "attendance.inbox.Corrections",
    "attendance.overtime_inbox.Overtime",
    "leave.inbox.LeaveRequests",
    "leave.inbox.CompOffClaims",
)
LINES_A_PAGE = 25


@dataclass(frozen=True)
class Item:
    """One thing on the list as a form names it: `punch:0197…`."""

    source: Source
    found: Any

    @property
    def name(self) -> str:
        return self.source.name_of(self.found)


@dataclass(frozen=True)
class Outcome:
    """What became of one decision; `error` says why it stays."""

    name: str
    error: MusterError | None = None


@cache
def _sources(names: tuple[str, ...]) -> dict[str, Source]:
    made: list[Source] = [import_string(name)() for name in names]
    return {source.kind: source for source in made}


def sources() -> dict[str, Source]:
    """Return the sources by their kind, in the order of the list above."""
    return _sources(SOURCES)


def may_open(actor: Actor) -> bool:
    """Return whether the actor may have something to decide: for a team, or named by a source."""
    if actor.company is None or actor.is_limited:
        return False
    return can_manage_team(actor) or any(
        source.concerns(actor) for source in sources().values() if isinstance(source, Concerns)
    )


def waiting(actor: Actor, *, on: dt.date) -> Any:
    """Return all that waits for the actor as (kind, public id, since), oldest first."""
    team = team_of(actor, on=on)
    first, *others = (source.waiting(actor, team=team) for source in sources().values())
    return first.union(*others, all=True).order_by("inbox_since", "inbox_id")


def count(actor: Actor, *, on: dt.date) -> int:
    """Return how much waits for the actor; one statement beside those that say whose."""
    number: int = waiting(actor, on=on).count()
    return number


def page_of(actor: Actor, number: str | None, *, now: dt.datetime) -> Page[Any]:
    """Return one page of what waits, as (kind, public id, since)."""
    return Paginator(waiting(actor, on=now.date()), LINES_A_PAGE).get_page(number)


def entries(
    actor: Actor, rows: Iterable[tuple[str, uuid.UUID, Any]], *, now: dt.datetime
) -> list[Entry]:
    """Return the lines of these rows in their order; that their evidence is seen is recorded."""
    keys = [(kind, public_id) for kind, public_id, _since in rows]
    found = {
        (entry.kind, entry.public_id): entry
        for kind, source in sources().items()
        if (ids := [public_id for of, public_id in keys if of == kind])
        for entry in source.entries(actor, ids, now=now)
    }
    shown = [found[key] for key in keys if key in found]
    looks_record(by=actor, seen=[seen for entry in shown for seen in entry.seen])
    return shown


def decided(actor: Actor, *, now: dt.datetime) -> list[Decided]:
    """Return what the actor may still take back, newest first."""
    lately = [item for source in sources().values() for item in source.decided(actor, now=now)]
    return sorted(lately, key=lambda item: item.decided_at, reverse=True)


def find(actor: Actor, name: str) -> Item | None:
    """Return what a form names, if the actor may decide it."""
    kind, _colon, text = name.partition(":")
    source = sources().get(kind)
    try:
        public_id = uuid.UUID(text)
    except ValueError:
        return None
    found = source.find(actor, public_id) if source is not None else None
    return Item(source, found) if source is not None and found is not None else None


def decide(items: Sequence[Item], answer: Answer, *, reason: str, by: Actor) -> list[Outcome]:
    """Decide each in a transaction of its own: one that is refused holds nobody else up."""
    outcomes = []
    for item in items:
        try:
            _answer(item, answer, reason, by)
        except MusterError as error:
            outcomes.append(Outcome(item.name, error))
        else:
            outcomes.append(Outcome(item.name))
    return outcomes


def _answer(item: Item, answer: Answer, reason: str, by: Actor) -> None:
    if answer != Answer.ASK:
        item.source.decide(item.found, answer, reason=reason, by=by)
    elif isinstance(item.source, AsksBack):
        item.source.ask_back(item.found, question=reason, by=by)
    else:
        raise NobodyToAsk
