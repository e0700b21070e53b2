"""Which codes of leave there are: of the company, and among the days of a stretch.

`settings.MUSTER_LEAVE_CODES` names the function that returns the codes of the open company's kinds
of leave: they stand above attendance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db.models import Max
from django.utils.module_loading import import_string

from attendance.enums import DayStatus, MarkKind, PayrollSource
from attendance.models import DayMark, ManualVerdict, PayrollColumn
from attendance.rules import codes
from attendance.rules.types import HalfKind
from companies.models import Company


def paid_codes(company: Company) -> dict[str, bool]:
    """Return whether leave of each code is paid, as its last mark says; one statement."""
    marks = DayMark.objects.filter(company=company, kind=MarkKind.LEAVE).order_by()
    last = marks.values("code").annotate(last=Max("pk")).values("last")
    return dict(DayMark.objects.filter(pk__in=last).values_list("code", "is_paid"))


def known_codes(company: Company) -> list[str]:
    """Return every code of the open company's leave, in order; those of marks from before too."""
    of_types: Callable[[], Iterable[str]] = import_string(settings.MUSTER_LEAVE_CODES)
    return sorted({*of_types(), *paid_codes(company)} - {""})


def columns_of_code(code: str) -> list[str]:
    """Return the headings of the payroll file's columns that hold leave of a code, in order."""
    rows = PayrollColumn.objects.filter(source=PayrollSource.LEAVE_OF_TYPE, value=code)
    return list(rows.order_by("place", "pk").values_list("heading", flat=True))


def leave_codes(company: Company, first: dt.date, last: dt.date) -> list[str]:
    """Return the codes of leave that a day of the stretch may bear, in order; two statements.

    Every code comes from a mark, one taken back too (a locked day keeps it), or from HR's hand.
    """
    span = {"company": company, "date__range": (first, last)}
    marks = DayMark.objects.filter(kind=MarkKind.LEAVE, **span).order_by()
    found = set(marks.values_list("code", flat=True).distinct())
    by_hand = ManualVerdict.objects.filter(**span).exclude(status="").order_by()
    for status, code in by_hand.values_list("status", "code").distinct():
        halves = codes.read(DayStatus(status), code)
        found.update(half.code for half in halves if half.kind == HalfKind.LEAVE)
    return sorted(found - {""})
