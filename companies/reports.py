"""What an app brings to the reports (`portal.reports` names who brings).

An app brings a *report*: what it is called and tells, by what it can be narrowed, and its table.
Pages, files, rights and the record of who took what are the same for all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise

from companies.actor import Actor
from companies.models import Company, Employee
from companies.selectors import Placed, Where, placed_in_chunks
from integrations.tables import Line, Table

# How many days a sample has, where nothing else is asked for, and what else may be.
DEFAULT_SAMPLE = 25
SAMPLES = ("10", "50", "100", "200")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """By what a report is narrowed; an empty one narrows nothing.

    Offices, departments and leave types are named by public id. A sample has a `size` and a name
    of its `draw`. Every field is text or a flag, so that it goes into an address, an audit event
    and a task as it stands.
    """

    first: dt.date
    last: dt.date
    text: str = ""
    office: str = ""
    department: str = ""
    employment: str = ""
    active: str = ""
    kind: str = ""
    size: str = ""
    draw: str = ""
    only_problems: bool = False
    has_days_off: bool = False
    is_grouped: bool = False

    @property
    def sample_size(self) -> int:
        """Return how many days a sample has."""
        return int(self.size or DEFAULT_SAMPLE)

    @property
    def draw_name(self) -> str:
        """Return the name of the draw; another name draws other days."""
        return self.draw or "1"

    def plain(self) -> dict[str, str]:
        """Return what is set, as text."""
        found = {item.name: getattr(self, item.name) for item in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, dt.date) else str(value)
            for name, value in found.items()
            if value
        }

    @classmethod
    def of_plain(cls, values: dict[str, str]) -> Filters:
        """Return the filters that `plain` wrote."""
        found: dict[str, Any] = dict(values)
        found |= {name: dt.date.fromisoformat(values[name]) for name in ("first", "last")}
        found |= {
            name: values.get(name) == "True"
            for name in ("only_problems", "has_days_off", "is_grouped")
        }
        return cls(**found)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A report as it was asked for: by whom, narrowed how, and about which people, in order.

    `keys` are their primary keys, all of them or those of one page; `people` answers for the
    names of their offices and departments. `where` is what it was narrowed to. `has_links`: the
    table is for a page.
    """

    actor: Actor
    company: Company
    filters: Filters
    people: QuerySet[Employee]
    keys: Sequence[int]
    now: dt.datetime
    today: dt.date
    where: Where = Where()
    has_links: bool = False

    @property
    def days(self) -> int:
        """Return of how many days was asked."""
        return (self.filters.last - self.filters.first).days + 1

    @property
    def days_of_people(self) -> int:
        """Return how many days of people it is about: what it costs grows with them."""
        return len(self.keys) * self.days

    def chunks(self) -> Iterator[list[Placed]]:
        """Yield the people some hundred at a time, so that memory does not grow with them."""
        return placed_in_chunks(self.people, self.keys)


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its name, how long it is, and its number in words."""

    label: str
    value: float
    shown: str


@dataclass(frozen=True)
class Chart:
    """A few numbers drawn; the same numbers stand beside as a table."""

    title: str
    bars: tuple[Bar, ...]


class Report(Protocol):
    """One report. `filters` are the names of those that it knows beside people and dates.

    `by_month`: it is about a month, else about any dates. `has_row_a_day`: it may have a row for
    each day of each person. `is_about_people`: its rows name
    people, so that a page of it is a page of people and a file of it is a look at each; of another
    one people count where they stood on each date.
    """

    slug: str
    title: str | Promise
    tells: str | Promise
    by_month: bool
    is_about_people: bool
    has_row_a_day: bool
    filters: Collection[str]

    def can_view(self, actor: Actor) -> bool:
        """Return whether the report exists for the actor, whoever it is about."""

    def default_span(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """Return the dates that it tells of where none were asked for."""

    def kinds(self) -> Sequence[tuple[str, str]]:
        """Return what it can be narrowed to beside people and dates, by public id; or nothing."""

    def narrowed(self, asked: Asked) -> Sequence[int]:
        """Return whom the report's own filters leave, before they are counted into pages."""

    def table(self, asked: Asked) -> Table:
        """Return the table; its statements do not grow with the people of a chunk."""

    def chart(self, table: Table, lines: Sequence[Line]) -> Chart | None:
        """Return what can be drawn of the lines that a page shows."""
