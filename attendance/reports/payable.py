"""Payable days: what each person's month is paid for, and what of it is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.reports.base import (
    AttendanceReport,
    days,
    group_of,
    head,
    name_cells,
    name_columns,
    summed,
)
from attendance.rules.payable import Payable
from attendance.selectors.payable import locked_month, paid_months, rates_in
from attendance.selectors.settings import company_settings
from companies.enums import PayableBasis
from companies.models import Employee
from companies.reports import Asked
from integrations.tables import Kind, Row, Table, Value

_DAYS = (
    ("base", gettext_lazy("Days to pay")),
    ("outside", gettext_lazy("Not employed")),
    ("present", gettext_lazy("Present")),
    ("paid_leave", gettext_lazy("Paid leave")),
    ("unpaid_leave", gettext_lazy("Unpaid leave")),
    ("off", gettext_lazy("Off")),
    ("absent", gettext_lazy("Absent")),
    ("unmarked", gettext_lazy("Unmarked")),
    ("not_due", gettext_lazy("Nothing due")),
    ("lost", gettext_lazy("Lost")),
    ("payable", gettext_lazy("Payable")),
)


class PayableDays(AttendanceReport):
    """One line a person: the days of pay, the hours, and overtime by its rate."""

    slug = "payable-days"
    title = gettext_lazy("Payable days")
    tells = gettext_lazy(
        "For how much of the month each person is paid, what is lost and why; hours and overtime."
    )

    def table(self, asked: Asked) -> Table:
        """Return the table; of a locked month as it was locked."""
        first, last = asked.filters.first, asked.filters.last
        rates = rates_in(asked.company, first, last)
        columns = (
            *name_columns(asked),
            *(summed(key, str(label), Kind.DAYS, 9)
              for key, label in _DAYS),
            summed("worked", _("Hours"), Kind.MINUTES, 10),
            summed("unpaid_hours", _("Unpaid by the hour"), Kind.MINUTES, 10),
            summed("overtime", _("Overtime"), Kind.MINUTES, 10),
            *(summed(f"overtime_{rate}", _("At %(rate)d %%") % {"rate": rate}, Kind.MINUTES, 10)
              for rate in rates),
        )  # fmt: skip
        return Table(
            slug=self.slug, columns=columns, rows=self._rows(asked, rates),
            notes=self._notes(asked), **head(asked, self.title),
        )  # fmt: skip

    def _notes(self, asked: Asked) -> tuple[str, ...]:
        notes = [
            _("Payable is days to pay, less those not employed or not over, less those lost."),
            _("Lost: absent, leave without pay, the short half of a day, days without a verdict."),
        ]
        policy = company_settings(asked.company).policy_on(asked.filters.last)
        if policy.payable_basis == PayableBasis.WORKING_DAYS:
            notes.append(_("Pay is for working days: what falls on a day off costs nothing."))
        if locked_month(asked.company, asked.filters.first) is not None:
            notes.append(_("The month is locked: these are the figures of the payroll file."))
        return tuple(notes)

    def _rows(self, asked: Asked, rates: Sequence[int]) -> Iterator[Row]:
        filters = asked.filters
        for chunk in asked.chunks():
            months = paid_months(
                company=asked.company, people=[placed.employee for placed in chunk],
                first=filters.first, last=filters.last, now=asked.now,
            )  # fmt: skip
            for placed in chunk:
                month = months.get(placed.employee.pk)
                if month is not None:
                    cells = (*name_cells(asked, placed), *_cells(month, rates))
                    yield Row(cells, group_of(asked, placed), _links(asked, placed.employee))


def _cells(month: Payable, rates: Sequence[int]) -> tuple[Value, ...]:
    return (
        *(days(getattr(month, key)) for key, _label in _DAYS),
        month.worked_minutes,
        month.unpaid_minutes,
        month.overtime_minutes,
        *(month.overtime.get(rate, 0) for rate in rates),
    )


def _links(asked: Asked, person: Employee) -> tuple[str | None, ...]:
    """Return where the name leads: to the steps of the person's month."""
    if not asked.has_links:
        return ()
    url = reverse("portal:payable-why", args=[f"{asked.filters.first:%Y-%m}", person.public_id])
    return (url,)
