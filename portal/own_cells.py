"""How the tables of one's own data are made: whose they are, and how a cell says what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from attendance.selectors import people
from attendance.selectors.settings import company_settings
from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import Company, User
from companies.selectors import OWN_CHUNK

SCHEMA = 1
Cells = dict[str, Any]
# What a change of one's own rows may say of another person.
OTHERS = frozenset({
    "manager", "locked_by", "asked_by", "giver", "delegate", "made_by", "ended_by", "decided_by",
    "operator", "closed_by", "person", "passed_to", "mentor",
})  # fmt: skip


@dataclass(frozen=True)
class Whose:
    """The person who asks, the company they act in, and the zone of their clocks today."""

    user: User
    company: Company
    zone: str


def zone_of(actor: Actor, *, now: dt.datetime) -> str:
    """Return the zone of the actor's clocks: who works nowhere reads the company's."""
    if actor.employee is not None:
        return people.zone_of(actor.employee, now)
    assert actor.company is not None  # noqa: S101  # whoever has no company has no data here
    return company_settings(actor.company).policy_on(now.date()).zone


@dataclass(frozen=True)
class Table:
    """One table: `rows` come piece by piece, `cells` makes a line of each."""

    name: str
    says: str | Promise
    columns: tuple[str, ...]
    rows: Callable[[Whose], Iterable[Any]]
    cells: Callable[[Any, Whose], Cells]

    def lines(self, whose: Whose) -> Iterator[Cells]:
        rows = self.rows(whose)
        if isinstance(rows, QuerySet):
            rows = rows.iterator(chunk_size=OWN_CHUNK)
        for row in rows:
            found = self.cells(row, whose)
            yield {name: found[name] for name in self.columns}


def instant(name: str, value: dt.datetime | None, zone: dt.tzinfo) -> Cells:
    """Return an instant twice: in UTC, and as the clocks of its place showed it."""
    if value is None:
        return {name: None, f"{name}_local": None}
    return {
        name: value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        f"{name}_local": value.astimezone(zone).isoformat(),
    }


def instants(row: Any, zone: dt.tzinfo, *names: str) -> Cells:
    return {key: cell for name in names for key, cell in _pair(row, zone, name)}


def _pair(row: Any, zone: dt.tzinfo, name: str) -> Iterable[tuple[str, Any]]:
    return instant(name, getattr(row, name), zone).items()


def plain(row: Any, *names: str) -> Cells:
    return {name: getattr(row, name) for name in names}


def words(row: Any, *names: str) -> Cells:
    """Return codes together with their words."""
    return {
        key: value
        for name in names
        for key, value in (
            (name, getattr(row, name)),
            (f"{name}_words", str(getattr(row, f"get_{name}_display")())),
        )
    }


def label(row: Any) -> str | None:
    return None if row is None else str(row)


def who(kind: str, public_id: str, whose: Whose) -> str:
    """Return who acted without naming another person."""
    if public_id == str(whose.user.public_id):
        return _("Yourself")
    if kind == ActorKind.PERSON:
        return _("Another person of the company")
    return str(ActorKind(kind).label) if kind in ActorKind.values else kind


def of(select: Callable[[User, Company], Any]) -> Callable[[Whose], Any]:
    return partial(_select, select)


def _select(select: Callable[[User, Company], Any], whose: Whose) -> Any:
    return select(whose.user, whose.company)


def twice(*names: str) -> tuple[str, ...]:
    return tuple(key for name in names for key in (name, f"{name}_local"))


def worded(*names: str) -> tuple[str, ...]:
    return tuple(key for name in names for key in (name, f"{name}_words"))
