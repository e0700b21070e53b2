"""What an approved correction does to the days, and how it is taken back; nothing is edited."""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

from django.utils import timezone
from django.utils.formats import date_format

from attendance.correction_errors import CORRECTION_REFUSALS, PunchGone
from attendance.enums import CorrectionKind, Source
from attendance.errors import NothingEntered
from attendance.models import CorrectionRequest, DayMark, Punch
from attendance.rules.corrections import MARKS, Refusal, Wanted
from attendance.selectors.correction_scenes import Scene, scene_of, wanted_of
from attendance.selectors.corrections import full
from attendance.services.decisions import punch_correct, refuse_locked
from attendance.services.entries import Entered, entered_refuse, punches_enter, punches_entered
from attendance.services.marks import NewMark, marks_write
from companies.actor import Actor
from companies.models import Employee


def refusal_raise(refusal: Refusal, employee: Employee) -> NoReturn:
    """Raise the sentence of what the rules refuse."""
    values = dict(refusal.values)
    if "date" in values:
        values["date"] = date_format(dt.date.fromisoformat(str(values["date"])), "l, j F")
    raise CORRECTION_REFUSALS[refusal.code](name=employee.name, **values)


def dates_refuse(
    employee: Employee, wanted: Wanted, scene: Scene, *, now: dt.datetime
) -> tuple[dt.date, ...]:
    """Return the dates that the correction concerns; refuse one that could not be carried out.

    Raises:
        PeriodLocked, NothingEntered, PunchGone; what `errors.CORRECTION_REFUSALS` holds of days;
        what `entries.entered_refuse` raises
    """
    for month in sorted({date.replace(day=1) for date in wanted.dates}):
        refuse_locked(month)
    found = scene.concerned(wanted)
    if isinstance(found, Refusal):
        refusal_raise(found, employee)
    if wanted.kind not in MARKS:
        _refuse_punches(employee, wanted, scene, now)
    return found


def _refuse_punches(employee: Employee, wanted: Wanted, scene: Scene, now: dt.datetime) -> None:
    if not wanted.added and not wanted.voided:
        raise NothingEntered
    standing = {str(state.punch_public_id) for state in scene.standing_on(wanted.first)}
    if not wanted.voided <= standing:
        raise PunchGone
    entered = [Entered(tap.at, tap.direction) for tap in wanted.added]
    entered_refuse(employee=employee, entered=entered, without=wanted.voided, now=now)


def effects_apply(*, request: CorrectionRequest, reason: str, by: Actor) -> None:
    """Add and void punches, or cover the days, and judge them; the person is locked.

    Raises:
        what `dates_refuse` raises, where the days have changed since it was asked
    """
    employee, now = request.employee, timezone.now()
    wanted = wanted_of(request)
    scene = scene_of(employee, wanted.first, wanted.last)
    dates = dates_refuse(employee, wanted, scene, now=now)
    kind = MARKS.get(CorrectionKind(request.kind))
    if kind is not None:
        marks_write(
            employee=employee, kind=kind, source_ref=_source(request), by=by,
            added=[NewMark(date) for date in dates],
        )  # fmt: skip
        return
    for line in request.punches.all():
        if line.voids is not None:
            punch_correct(punch=_fresh(line.voids), counts=False, reason=reason, by=by, now=now)
    if wanted.added:
        punches_enter(
            employee=employee,
            entered=[Entered(tap.at, tap.direction) for tap in wanted.added],
            source=Source.REGULARISATION,
            reason=reason,
            by=by,
            token=request.public_id,
        )


def effects_undo(*, request: CorrectionRequest, reason: str, by: Actor) -> None:
    """Take back what the correction did and still stands; the person is locked.

    Raises:
        PeriodLocked
    """
    employee, now = request.employee, timezone.now()
    kind = MARKS.get(CorrectionKind(request.kind))
    if kind is not None:
        covered = DayMark.objects.filter(employee=employee, source_ref=_source(request))
        marks_write(
            employee=employee, kind=kind, source_ref=_source(request), by=by,
            withdrawn=sorted(set(covered.values_list("date", flat=True))),
        )  # fmt: skip
        return
    count = len(wanted_of(request).added)
    for punch in punches_entered(employee=employee, token=request.public_id, count=count):
        _correct(punch, counts=False, reason=reason, by=by, now=now)
    for line in request.punches.all():
        if line.voids is not None and not _is_taken_back(line.voids):
            _correct(_fresh(line.voids), counts=True, reason=reason, by=by, now=now)


def _correct(punch: Punch, *, counts: bool, reason: str, by: Actor, now: dt.datetime) -> None:
    """Let the punch count or not, unless somebody has said so since."""
    if (punch.state.voided_at is None) != counts:
        punch_correct(punch=punch, counts=counts, reason=reason, by=by, now=now)


def _is_taken_back(punch: Punch) -> bool:
    """Return whether a correction added the punch that was taken back itself."""
    if punch.source != Source.REGULARISATION:
        return False
    gone = CorrectionRequest.objects.filter(
        employee=punch.employee, decision__cancellation__isnull=False
    )
    return any(
        punch in punches_entered(
            employee=punch.employee, token=request.public_id,
            count=len(wanted_of(request).added),
        )
        for request in full(gone)
    )  # fmt: skip


def _fresh(punch: Punch) -> Punch:
    """Return the punch as it stands now, with the person."""
    found: Punch = Punch.objects.select_related("employee__company", "state").get(pk=punch.pk)
    return found


def _source(request: CorrectionRequest) -> str:
    return f"correction:{request.public_id}"
