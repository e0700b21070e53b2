"""Stipend days: for how many days of a month each intern is paid, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.reports.base import (
    AttendanceReport,
    Links,
    days,
    group_of,
    head,
    name_cells,
    name_columns,
    summed,
)
from attendance.rules.payable import Payable
from attendance.selectors.payable import interns_of, locked_month, paid_months, stipend_basis
from attendance.selectors.stipends import stipends_of
from companies.enums import StipendBasis
from companies.reports import Asked
from companies.selectors import READERS, Placed
from integrations.tables import Column, Kind, Row, Table, Value

# Columns of days before and after that of the half days, which are counted as dates.
_PRESENT = (("halves", gettext_lazy("Employed")), ("present", gettext_lazy("Present")))
_DAYS = (
    ("on_duty", gettext_lazy("Of it on duty")),
    ("work_from_home", gettext_lazy("Of it from home")),
    ("paid_leave", gettext_lazy("Paid leave")),
    ("unpaid_leave", gettext_lazy("Unpaid leave")),
    ("off", gettext_lazy("Off")),
    ("absent", gettext_lazy("Absent")),
    ("unmarked", gettext_lazy("Unmarked")),
    ("not_due", gettext_lazy("Nothing due")),
)
_NOTES: dict[StipendBasis, str | Promise] = {
    StipendBasis.PRESENT: gettext_lazy(
        "Stipend days are the days present: half a day counts ½, on duty and from home are present."
    ),
    StipendBasis.PRESENT_AND_LEAVE: gettext_lazy(
        "Stipend days are the days present and those of paid leave: half a day counts ½, on duty "
        "and from home are present."
    ),
    StipendBasis.PAYABLE: gettext_lazy(
        "Stipend days are the payable days: all that pay is for, less what was lost."
    ),
}


class StipendDays(AttendanceReport):
    """One line an intern: the days of the stipend, and what the days of the month were."""

    slug = "stipend-days"
    title = gettext_lazy("Intern stipend days")
    tells = gettext_lazy("For how many days of the month each intern has a stipend, and why.")

    def narrowed(self, asked: Asked) -> Sequence[int]:
        """Return the interns; of a locked month those who had a stipend in it."""
        found = interns_of(asked.company, asked.people, asked.filters.first)
        return [key for key in asked.keys if key in found]

    def table(self, asked: Asked) -> Table:
        """Return the table; of a locked month as it was locked."""
        columns = (
            *name_columns(asked),
            # What the report is read for comes first: there are many columns.
            summed("stipend", _("Stipend days"), Kind.DAYS, 9),
            *([summed("money", _("Stipend"), Kind.MONEY, 12)] if _tells_money(asked) else []),
            *(_column(key, label) for key, label in _PRESENT),
            summed("half_days", _("Half days"), Kind.COUNT, 9),
            *(_column(key, label) for key, label in _DAYS),
            summed("worked", _("Hours"), Kind.MINUTES, 10),
        )
        return Table(
            slug=self.slug, columns=columns, rows=_rows(asked), notes=_notes(asked),
            **head(asked, self.title),
        )  # fmt: skip


def _tells_money(asked: Asked) -> bool:
    """Return whether the reader is of HR: what somebody is paid is not their manager's to read."""
    return asked.actor.has(*READERS)


def _column(key: str, label: str | Promise) -> Column:
    return summed("employed" if key == "halves" else key, str(label), Kind.DAYS, 9)


def _notes(asked: Asked) -> tuple[str, ...]:
    first, last = asked.filters.first, asked.filters.last
    notes = [
        str(_NOTES[stipend_basis(asked.company, first, last)]),
        _("Never more than the days that pay is for: a day off worked makes up for an absence."),
    ]
    if _tells_money(asked):
        notes.insert(
            1, _("The amount is that of the internship: per stipend day, or a month's by its days.")
        )
    if locked_month(asked.company, first) is not None:
        notes.append(_("The month is locked: these are the figures of the payroll file."))
    return tuple(notes)


def _rows(asked: Asked) -> Iterator[Row]:
    filters, links = asked.filters, Links(asked)
    for chunk in asked.chunks():
        months = paid_months(
            company=asked.company, people=[placed.employee for placed in chunk],
            first=filters.first, last=filters.last, now=asked.now,
        )  # fmt: skip
        moneys = _moneys(asked, chunk, months)
        for placed in chunk:
            month = months.get(placed.employee.pk)
            if month is not None:
                link = links.month(placed.employee, filters.first) if asked.has_links else None
                money = [] if moneys is None else [moneys.get(placed.employee.pk)]
                cells = (*name_cells(asked, placed), *_cells(month, money))
                yield Row(cells, group_of(asked, placed), (link,) if link else ())


def _moneys(
    asked: Asked, chunk: list[Placed], months: Mapping[int, Payable]
) -> Mapping[int, Value] | None:
    """Return what each person's stipend comes to; nothing at all for who may not read it."""
    if not _tells_money(asked):
        return None
    return stipends_of(
        company=asked.company, people=[placed.employee for placed in chunk], months=months,
        first=asked.filters.first, last=asked.filters.last, now=asked.now,
    )  # fmt: skip


def _cells(month: Payable, money: Sequence[Value]) -> tuple[Value, ...]:
    return (
        days(month.stipend),
        *money,
        *(days(getattr(month, key)) for key, _label in _PRESENT),
        month.half_days,
        *(days(getattr(month, key)) for key, _label in _DAYS),
        month.worked_minutes,
    )
