"""The reports of leave: balances over a stretch of dates, and the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import permissions
from attendance.reports import MusterRoll
from attendance.reports.base import date_column, group_of, head, name_cells, name_columns
from companies.actor import Actor
from companies.models import Company
from companies.reports import Asked, Chart, Filters
from companies.selectors import Placed
from integrations.tables import Column, Kind, Line, Row, Table, Value
from leave import wording
from leave.enums import EntryKind, RequestState
from leave.models import LeaveDay, LeaveType, LedgerEntry, RequestDraw
from leave.rules.amounts import ZERO
from leave.rules.movement import Movement, movement_of
from leave.rules.years import Dates
from leave.selectors.books import load_books
from leave.terms import LeaveSettings, leave_settings


def type_names(company: Company) -> Mapping[str, str]:
    """Return what the codes of the company's leave types are called."""
    return {row.code: row.name for row in leave_settings(company).types.values()}


class NamedMusterRoll(MusterRoll):
    """The muster roll, whose legend knows the leave types by name."""

    def __init__(self) -> None:
        super().__init__(type_names)


class LeaveReport:
    """What the reports of leave have in common; see `companies.reports.Report`."""

    slug: str
    title: str | Promise
    tells: str | Promise
    by_month = False
    is_about_people = True
    has_row_a_day = False
    filters: Collection[str] = ("grouped", "kind")

    def can_view(self, actor: Actor) -> bool:
        return permissions.can_view_reports(actor)

    def default_span(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """Return the year so far."""
        return today.replace(month=1, day=1), today

    def kinds(self) -> Sequence[tuple[str, str]]:
        """Return the leave types of the open company."""
        rows = LeaveType.objects.order_by("name")
        return [(str(public_id), name) for public_id, name in rows.values_list("public_id", "name")]

    def narrowed(self, asked: Asked) -> Sequence[int]:
        """Return everybody: these are narrowed by their leave type."""
        return asked.keys

    def chart(self, table: Table, lines: Sequence[Line]) -> Chart | None:
        """Return nothing to draw."""
        return None


def _wanted(asked: Asked, settings: LeaveSettings) -> dict[int, LeaveType]:
    """Return the types by primary key: all of them, or the one that was asked for."""
    kind = asked.filters.kind
    return {pk: row for pk, row in settings.types.items() if kind in ("", str(row.public_id))}


def _unit(settings: LeaveSettings, pk: int) -> str:
    return str(_("hours")) if settings.is_in_hours(pk) else str(_("days"))


def _amount(key: str, label: str, *, is_summed: bool) -> Column:
    return Column(key=key, label=label, kind=Kind.AMOUNT, width=11, is_summed=is_summed)


class LeaveBalances(LeaveReport):
    """What each person had, got, took, lost and has left of each type."""

    slug = "leave-balances"
    title = gettext_lazy("Leave balances")
    tells = gettext_lazy(
        "For each person and leave type: the balance before, what came, lapsed and was taken, and "
        "what is left."
    )

    def table(self, asked: Asked) -> Table:
        """Return the balances; four statements a chunk of people."""
        settings = leave_settings(asked.company)
        types = _wanted(asked, settings)
        is_summed = len(types) == 1
        columns = (
            *name_columns(asked),
            Column(key="type", label=_("Leave type"), width=18),
            Column(key="unit", label=_("In"), width=7),
            _amount("opening", _("Before"), is_summed=is_summed),
            _amount("allocated", _("Came"), is_summed=is_summed),
            _amount("lapsed", _("Lapsed"), is_summed=is_summed),
            _amount("taken", _("Taken"), is_summed=is_summed),
            _amount("closing", _("Left"), is_summed=is_summed),
        )
        note = _("Before, with what came, without what lapsed and was taken, is what is left.")
        return Table(
            slug=self.slug, columns=columns, rows=self._rows(asked, settings, types),
            notes=(note,), **head(asked, self.title),
        )  # fmt: skip

    def _rows(
        self, asked: Asked, settings: LeaveSettings, types: Mapping[int, LeaveType]
    ) -> Iterator[Row]:
        dates = Dates(asked.filters.first, asked.filters.last)
        for chunk in asked.chunks():
            books = load_books([placed.employee.pk for placed in chunk], list(types))
            for placed in chunk:
                for pk, leave_type in types.items():
                    loaded = books.get((placed.employee.pk, pk))
                    if loaded is None:
                        continue
                    moved = movement_of(loaded.books.entries, dates)
                    cells: list[Value] = [*name_cells(asked, placed), leave_type.name]
                    cells += [_unit(settings, pk), *_figures(moved)]
                    yield Row(cells, group_of(asked, placed))


def _figures(moved: Movement) -> tuple[Decimal, ...]:
    return (moved.opening, moved.allocated, moved.lapsed, moved.taken, moved.closing)


class LeaveLedger(LeaveReport):
    """Every line of the books, in order of time."""

    slug = "leave-ledger"
    title = gettext_lazy("Leave ledger")
    tells = gettext_lazy("Every line of the books: what was given, taken or lapsed, when and why.")

    def table(self, asked: Asked) -> Table:
        """Return the lines; a sum only of one type or of one person."""
        settings = leave_settings(asked.company)
        types = _wanted(asked, settings)
        is_summed = len(types) == 1 or len(asked.keys) == 1
        columns = (
            *name_columns(asked), date_column(),
            Column(key="type", label=_("Leave type"), width=18),
            Column(key="kind", label=_("What"), width=16),
            _amount("amount", _("Amount"), is_summed=is_summed),
            Column(key="unit", label=_("In"), width=7),
            Column(key="reason", label=_("Why"), width=34),
            Column(key="by", label=_("By"), width=16),
        )  # fmt: skip
        return Table(
            slug=self.slug, columns=columns, rows=self._rows(asked, settings, types),
            **head(asked, self.title),
        )  # fmt: skip

    def _rows(
        self, asked: Asked, settings: LeaveSettings, types: Mapping[int, LeaveType]
    ) -> Iterator[Row]:
        for chunk in asked.chunks():
            lines: dict[int, list[LedgerEntry]] = {}
            for entry in _entries(asked, chunk, list(types)):
                lines.setdefault(entry.employee_id, []).append(entry)
            for placed in chunk:
                for entry in lines.get(placed.employee.pk, ()):
                    pk = entry.leave_type_id
                    cells = (
                        *name_cells(asked, placed), entry.effective_on, types[pk].name,
                        str(EntryKind(entry.kind).label), entry.amount, _unit(settings, pk),
                        wording.entry(entry.reason) if entry.reason else "", entry.by_name,
                    )  # fmt: skip
                    yield Row(cells, group_of(asked, placed))


class DeductedPerMonth(LeaveReport):
    """What approved leave took from the books, by person, type and month."""

    slug = "deducted-per-month"
    title = gettext_lazy("Leave deducted per month")
    tells = gettext_lazy(
        "For each person, leave type and month: what approved leave counts there, and what it took "
        "from the books."
    )

    def table(self, asked: Asked) -> Table:
        """Return the months in which something was counted or taken; two statements a chunk."""
        settings = leave_settings(asked.company)
        types = _wanted(asked, settings)
        is_summed = len(types) == 1
        columns = (
            *name_columns(asked),
            Column(key="type", label=_("Leave type"), width=18),
            Column(key="month", label=_("Month"), width=9),
            Column(key="unit", label=_("In"), width=7),
            _amount("counted", _("Counted"), is_summed=is_summed),
            _amount("deducted", _("Deducted"), is_summed=is_summed),
            Column(key="deducted_unit", label=_("In"), width=7),
        )
        note = _("Leave that needs no balance is left out; a request is cut where the month ends.")
        return Table(
            slug=self.slug, columns=columns, rows=self._rows(asked, settings, types),
            notes=(note,), **head(asked, self.title),
        )  # fmt: skip

    def _rows(
        self, asked: Asked, settings: LeaveSettings, types: Mapping[int, LeaveType]
    ) -> Iterator[Row]:
        for chunk in asked.chunks():
            keys = [placed.employee.pk for placed in chunk]
            counted, deducted = _counted(keys, asked.filters), _deducted(keys, asked.filters)
            found: dict[int, list[_Month]] = {}
            for key, pk, month in sorted(counted.keys() | deducted.keys()):
                found.setdefault(key, []).append((pk, month))
            for placed in chunk:
                for pk, month in found.get(placed.employee.pk, ()):
                    if pk not in types:
                        continue
                    place = (placed.employee.pk, pk, month)
                    # As a rule from the books of one type, of its own or of another.
                    drawn = deducted.get(place) or {pk: ZERO}
                    for n, (books, amount) in enumerate(sorted(drawn.items())):
                        cells: tuple[Value, ...] = (
                            *name_cells(asked, placed), types[pk].name, f"{month:%Y-%m}",
                            _unit(settings, pk), ZERO if n else counted.get(place, ZERO), amount,
                            _unit(settings, books),
                        )  # fmt: skip
                        yield Row(cells, group_of(asked, placed))


_Month = tuple[int, dt.date]
_Place = tuple[int, int, dt.date]
_MONTHS = ("employee_id", "request__leave_type_id", "month")


def _granted(model: type[LeaveDay] | type[RequestDraw], keys: list[int], filters: Filters) -> Any:
    rows = model.objects.filter(
        employee__in=keys, date__range=(filters.first, filters.last),
        request__status__state__in=RequestState.granted,
    )  # fmt: skip
    return rows.order_by().annotate(month=TruncMonth("date"))


def _counted(keys: list[int], filters: Filters) -> dict[_Place, Decimal]:
    """Return what granted requests count, by person, type and first of the month; one statement.

    Of those whose type kept books as it was when they were asked for.
    """
    rows = _granted(LeaveDay, keys, filters).filter(
        is_held=True, request__version__needs_allocation=True
    )
    sums = rows.values_list(*_MONTHS).annotate(Sum("amount"))
    return {(key, pk, month): total for key, pk, month, total in sums}


def _deducted(keys: list[int], filters: Filters) -> dict[_Place, dict[int, Decimal]]:
    """Return what they took, by the type of the books too, in whose unit it is; one statement."""
    rows = _granted(RequestDraw, keys, filters)
    found: dict[_Place, dict[int, Decimal]] = {}
    for key, pk, month, books, total in rows.values_list(*_MONTHS, "leave_type_id").annotate(
        Sum("amount")
    ):
        found.setdefault((key, pk, month), {})[books] = total
    return found


def _entries(asked: Asked, chunk: list[Placed], types: list[int]) -> Iterator[LedgerEntry]:
    span = (asked.filters.first, asked.filters.last)
    rows: QuerySet[LedgerEntry] = LedgerEntry.objects.filter(
        employee__in=[placed.employee.pk for placed in chunk],
        leave_type__in=types,
        effective_on__range=span,
    )
    return rows.order_by("effective_on", "id").iterator(chunk_size=2000)
