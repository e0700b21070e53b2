"""What reports of attendance share: who has them, their heads, and columns that name people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import permissions
from attendance.enums import DayStatus
from attendance.rules import codes
from attendance.rules.roll import RollRow
from attendance.rules.types import DayKind
from attendance.selectors.roll import roll
from companies.enums import Role
from companies.models import Employee
from companies.permissions import is_own
from companies.reports import Asked, Bar, Chart
from companies.selectors import READERS, Placed
from integrations.tables import Column, Kind, Line, LineKind, Table, shown

HALF = Decimal("0.5")


def days(halves: int) -> Decimal:
    """Return half days as days."""
    return halves * HALF


def name_columns(asked: Asked) -> tuple[Column, ...]:
    """Return the columns that say who it is; the department leads its group where there are any."""
    found = [
        Column(key="name", label=_("Name"), width=22),
        Column(key="code", label=_("Code"), width=9),
    ]
    if not asked.filters.is_grouped:
        found.append(Column(key="department", label=_("Department"), width=16))
    return tuple(found)


def name_cells(asked: Asked, placed: Placed) -> list[str]:
    """Return what stands in those columns."""
    found = [placed.employee.name, placed.employee.code]
    return found if asked.filters.is_grouped else [*found, placed.department]


def group_of(asked: Asked, placed: Placed) -> str:
    """Return the name of the group that the person's rows stand in."""
    return (placed.department or _("No department")) if asked.filters.is_grouped else ""


def span_text(first: dt.date, last: dt.date) -> str:
    """Return the dates in words: March 2026, or from a day to a day."""
    following = (first + dt.timedelta(days=32)).replace(day=1)
    if first.day == 1 and last == following - dt.timedelta(days=1):
        return date_format(first, "F Y")
    one, other = date_format(first, "D j M Y"), date_format(last, "D j M Y")
    return one if first == last else f"{one} – {other}"


def head(asked: Asked, title: str | Promise) -> dict[str, Any]:
    """Return the fields of a table that are the same for every report."""
    filters = asked.filters
    count = len(asked.keys)
    people = ngettext("%(n)d person", "%(n)d people", count) % {"n": count}
    return {
        "company": asked.company.name,
        "title": f"{title}, {span_text(filters.first, filters.last)}",
        "subtitle": (people,),
        "is_grouped": filters.is_grouped,
        "total_label": _("All"),
        "labels": {LineKind.SUBTOTAL: _("%(group)s, together")},
        "signatures": (_("Prepared by"), _("Approved by")),
        "made": _("Made on %(date)s") % {"date": date_format(asked.today, "D j F Y")},
        "page_words": _("Page %(page)s of %(pages)s"),
    }


def rolls(asked: Asked) -> Iterator[tuple[Placed, RollRow]]:
    """Yield each person with their dates, some hundred at a time."""
    for chunk in asked.chunks():
        yield from rolls_of(asked, chunk)


def rolls_of(asked: Asked, chunk: list[Placed]) -> Iterator[tuple[Placed, RollRow]]:
    """Yield each of some people with their dates."""
    filters = asked.filters
    rows = roll(
        company=asked.company, people=[placed.employee for placed in chunk],
        first=filters.first, last=filters.last, now=asked.now,
    )  # fmt: skip
    return zip(chunk, rows, strict=True)


def calendar_words(day_kind: DayKind) -> str:
    """Return which day off it is: the holiday's name, or what kind."""
    return day_kind.name or str(DayStatus(codes.off_half(day_kind).code).label)


class Links:
    """Where the days of people open for whoever asks: the page of the day, or HR's list."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._reads_admin = asked.actor.has(*READERS)
        self._answers = asked.actor.has(Role.HR, Role.COMPANY_ADMIN) or not self._reads_admin
        self._list = reverse("admin:attendance_attendanceday_changelist")
        self._own = reverse("attendance:day", args=["0000-00-00"])

    def of(self, person: Employee, dates: Iterable[dt.date]) -> tuple[str | None, ...]:
        """Return an address for each date, made of one pattern: there are thousands on a page."""
        if not self._asked.has_links:
            return ()
        pattern = self._pattern(person)
        if pattern is None:
            return ()
        return tuple(pattern.replace("0000-00-00", date.isoformat()) for date in dates)

    def month(self, person: Employee, first: dt.date) -> str | None:
        """Return the page of the person's month, for whoever may open it."""
        if is_own(self._asked.actor, person):
            return (
                f"{reverse('attendance:month')}?m={first:%Y-%m}" if self._pattern(person) else None
            )
        if not (self._answers and person.is_employed_on(self._asked.today)):
            return None
        return f"{reverse('attendance:team-person', args=[person.public_id])}?m={first:%Y-%m}"

    def _pattern(self, person: Employee) -> str | None:
        if is_own(self._asked.actor, person):
            own = self._asked.actor.employee
            return self._own if own is not None and own.pk == person.pk else None
        if self._answers and person.is_employed_on(self._asked.today):
            return reverse("attendance:team-day", args=[person.public_id, "0000-00-00"])
        if not self._reads_admin:
            return None
        return f"{self._list}?person={person.public_id}&date_from=0000-00-00&date_to=0000-00-00"


class AttendanceReport:
    """What the reports of attendance have in common; see `companies.reports.Report`."""

    slug: str
    title: str | Promise
    tells: str | Promise
    by_month = True
    is_about_people = True
    has_row_a_day = False
    filters: Collection[str] = ("grouped",)

    def can_view(self, actor: Any) -> bool:
        return permissions.can_view_reports(actor)

    def default_span(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """Return the month so far."""
        return today.replace(day=1), today

    def kinds(self) -> Sequence[tuple[str, str]]:
        """Return nothing: these are about people and dates alone."""
        return ()

    def narrowed(self, asked: Asked) -> Sequence[int]:
        """Return whom the report's own filters leave."""
        return asked.keys

    def chart(self, table: Table, lines: Sequence[Line]) -> Chart | None:
        """Return what can be drawn of the lines of a page; of most reports nothing."""
        return None


def bars_by_weekday(
    title: str, numbers: Mapping[int, int], kind: Kind = Kind.COUNT
) -> Chart | None:
    """Return a chart of a number for each weekday, Monday first."""
    if not any(numbers.values()):
        return None
    monday = dt.date(2024, 1, 1)
    names = [date_format(monday + dt.timedelta(days=n), "D") for n in range(7)]
    found = [(name, numbers.get(n, 0)) for n, name in enumerate(names)]
    return Chart(title, tuple(Bar(name, number, shown(number, kind)) for name, number in found))


def summed(key: str, label: str, kind: Kind, width: int = 10) -> Column:
    """Return a column of numbers that every total adds up."""
    return Column(key=key, label=label, kind=kind, width=width, is_summed=True)


def date_column(key: str = "date", label: str = "") -> Column:
    return Column(key=key, label=label or _("Date"), kind=Kind.DATE, width=16)
