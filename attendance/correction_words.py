"""A correction in words: what it asks for, in the active language."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from attendance.enums import CorrectionKind, Direction
from attendance.models import CorrectionRequest
from attendance.rules import zones


def what(request: CorrectionRequest) -> str:
    """Return what is asked for: "Left at 18:05", "Check in at 09:00; not: Check in at 11:20"."""
    if request.out_at is not None:
        return _("Left at %(time)s") % {"time": _clock(request.out_at, request)}
    lines = list(request.punches.all())
    added = [_punch(line.direction, line.occurred_at, request) for line in lines if not line.voids]
    voided = [_punch(line.direction, line.occurred_at, request) for line in lines if line.voids]
    words = ", ".join(added)
    if voided:
        taken_out = _("not: %(punches)s") % {"punches": ", ".join(voided)}
        words = "; ".join(filter(None, [words, taken_out]))
    return words or _cover(request)


def _cover(request: CorrectionRequest) -> str:
    kind = str(CorrectionKind(request.kind).label)
    if request.with_days_off:
        return _("%(kind)s, on days off too") % {"kind": kind}
    return kind


def _punch(direction: str, at: dt.datetime, request: CorrectionRequest) -> str:
    values = {"action": Direction(direction).label, "time": _clock(at, request)}
    date = zones.local_date(at, request.zone)
    if date == request.date:
        return _("%(action)s at %(time)s") % values
    if date < request.date:
        return _("%(action)s at %(time)s the day before") % values
    return _("%(action)s at %(time)s the next day") % values


def _clock(at: dt.datetime, request: CorrectionRequest) -> str:
    return f"{zones.local(at, request.zone):%H:%M}"
