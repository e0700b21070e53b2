"""What is unresolved in a month: how many of each kind, by whatever brings some.

`settings.MUSTER_UNRESOLVED` names, by their paths, the functions that count: what stands above
attendance brings its own. Each takes the first and the last date and returns numbers by kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from django.conf import settings
from django.db.models import Count, Q
from django.utils.module_loading import import_string

from attendance.enums import DayException, OvertimeState, Unresolved
from attendance.models import CorrectionRequest, OvertimeDay, PunchState
from attendance.selectors.days import days_with_exceptions, is_of_kind

# A day without a verdict has no row: the months of people tell of them.
Counted = Mapping[str, int]
# A face is counted as the punch that it belongs to, and an automatic check-out was asked for.
EXCEPTIONS = tuple(
    kind for kind in DayException if kind not in (DayException.FACE, DayException.AUTO_CHECK_OUT)
)


def unresolved(first: dt.date, last: dt.date, unmarked_halves: int) -> dict[str, int]:
    """Return what is unresolved in the open company, by kind; what there is none of is left out.

    `unmarked_halves`: of all days that nobody gave a verdict (`rules.payable`).
    """
    unmarked = -(-unmarked_halves // 2)
    found: dict[str, int] = {Unresolved.UNMARKED.value: unmarked} if unmarked else {}
    for path in settings.MUSTER_UNRESOLVED:
        count: Callable[[dt.date, dt.date], Counted] = import_string(path)
        found |= {kind: number for kind, number in count(first, last).items() if number}
    return found


def of_attendance(first: dt.date, last: dt.date) -> Counted:
    """Count what attendance itself has; four statements."""
    span = (first, last)
    days = days_with_exceptions().filter(date__range=span)
    kinds = days.aggregate(
        **{kind.value: Count("pk", filter=is_of_kind(kind)) for kind in EXCEPTIONS}
    )
    flagged = PunchState.objects.filter(is_flagged=True, attendance_date__range=span)
    reaches = Q(date__gte=first) | Q(last_on__gte=first)
    corrections = CorrectionRequest.objects.filter(reaches, decision__isnull=True, date__lte=last)
    overtime = OvertimeDay.objects.filter(state=OvertimeState.WAITING, date__range=span)
    return {
        **kinds,
        Unresolved.FLAGGED: flagged.count(),
        Unresolved.CORRECTIONS: corrections.count(),
        Unresolved.OVERTIME: overtime.count(),
    }
