"""What an app brings to the one list of decisions, the inbox (`portal.inbox` names who brings).

An app brings a *source*: what waits for an actor, how it reads, how it is decided. The page knows
nothing of punches or leave; a new kind of decision is a new source and its template of details.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from django.db.models import CharField, F, QuerySet, Value

from companies.actor import Actor
from companies.looks import Seen
from companies.models import Employee


class Answer(StrEnum):
    """The two answers that every line takes, and the third of a source that `AsksBack`."""

    APPROVE = "approve"
    REFUSE = "refuse"
    ASK = "ask"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line: who asks or is asked about, what it is, and what the answer does, in words.

    `details` is a template that shows `facts` below the line, opened by `details_title`; `seen` is
    what the line shows of the person's evidence, to be recorded before it is shown. `others` says
    who else is concerned.
    `ask` is the word of the third answer; empty where the line takes none.
    """

    kind: str
    public_id: uuid.UUID
    name: str
    what: str
    approve: str
    refuse: str
    ask: str = ""
    when: str = ""
    effect: str = ""
    others: str = ""
    note: str = ""
    hints: tuple[str, ...] = ()
    url: str = ""
    details: str = ""
    details_title: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()
    is_bulk: bool = True


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What the actor decided a moment ago and may still take back."""

    kind: str
    public_id: uuid.UUID
    name: str
    what: str
    said: str
    decided_at: dt.datetime


class Source(Protocol):
    """One kind of decision. Rights are the app's own: what an actor may not decide is not found."""

    kind: str

    def waiting(self, actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[Any]:
        """Return what waits for the actor, as `lines()` makes it of a queryset.

        `team` is whose days they answer for, asked once for all sources: every page counts.
        """

    def entries(self, actor: Actor, ids: Collection[uuid.UUID], *, now: dt.datetime) -> list[Entry]:
        """Return the lines of these ids, in any order; the number of statements is constant."""

    def find(self, actor: Actor, public_id: uuid.UUID) -> Any:
        """Return what the actor may decide, decided or not; None where there is nothing."""

    def name_of(self, found: Any) -> str:
        """Return whose it is."""

    def decide(self, found: Any, answer: Answer, *, reason: str, by: Actor) -> None:
        """Decide it; the same answer by the same person again changes nothing.

        Raises:
            MusterError: why it cannot be decided so.
        """

    def decided(self, actor: Actor, *, now: dt.datetime) -> list[Decided]:
        """Return what the actor may still take back, newest first."""

    def take_back(self, found: Any, *, by: Actor) -> None:
        """Let it wait again.

        Raises:
            MusterError: why it cannot be taken back.
        """


@runtime_checkable
class AsksBack(Protocol):
    """A source whose lines may be answered by a question to the person."""

    def ask_back(self, found: Any, *, question: str, by: Actor) -> None:
        """Ask the person something first; the same by the same person again changes nothing.

        Raises:
            MusterError: why nobody can be asked.
        """


@runtime_checkable
class Concerns(Protocol):
    """A source that may bring something to who answers for nobody, such as a named decider."""

    def concerns(self, actor: Actor) -> bool:
        """Return whether the actor may have something to decide without a team."""


def lines(
    rows: QuerySet[Any], kind: str, *, public_id: str = "public_id", since: str
) -> QuerySet[Any]:
    """Return (kind, public id, waiting since) of the rows: what all sources have in common."""
    named: QuerySet[Any] = rows.order_by().annotate(
        inbox_kind=Value(kind, CharField()), inbox_id=F(public_id), inbox_since=F(since)
    )
    return named.values_list("inbox_kind", "inbox_id", "inbox_since")
