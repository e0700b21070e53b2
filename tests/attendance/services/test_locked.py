"""A locked day never changes: every verb that could is refused with one sentence, or kept away."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from attendance import tasks
from attendance.enums import CorrectionKind, DayStatus, Direction, MarkKind, Source
from attendance.errors import PeriodLocked
from attendance.models import (
    AttendanceDay,
    CorrectionDecision,
    CorrectionRequest,
    DayMark,
    ManualVerdict,
    OvertimeDay,
    OvertimeDecision,
    PeriodLine,
    Punch,
    PunchState,
)
from attendance.services import (
    attest,
    closing,
    corrections,
    decisions,
    entries,
    marks,
    overtime,
    verdicts,
)
from attendance.services.days import person_recompute
from companies.models import Employee
from companies.scoping import company_scope
from tests.attendance.world import ZONE, World, at

DAY, MARCH, LAST = dt.date(2026, 3, 2), dt.date(2026, 3, 1), dt.date(2026, 3, 31)
SENTENCE = "March 2026 is locked. HR can reopen it with a reason."
KEPT = (
    AttendanceDay, CorrectionDecision, DayMark, ManualVerdict, OvertimeDay, OvertimeDecision,
    PeriodLine,
)  # fmt: skip


@pytest.fixture
def locked(world: World) -> Any:
    """March with a mark, a correction and extra minutes that wait, locked on 2 April."""
    with time_machine.travel(at("2026-03-30 09:00"), tick=False), company_scope(world.company):
        marks.mark_add(
            employee=world.maya, date=dt.date(2026, 3, 6), kind=MarkKind.LEAVE, code="CL",
            source_ref="r:1", by=world.hr,
        )  # fmt: skip
        CorrectionRequest.objects.create(
            company=world.company, employee=world.maya, date=DAY, zone=ZONE,
            kind=CorrectionKind.MISSING_OUT, out_at=at("2026-03-02 17:30"),
        )  # fmt: skip
    world.punch(world.maya, "2026-03-02 09:00")
    with time_machine.travel(at("2026-04-02 09:00"), tick=False), company_scope(world.company):
        OvertimeDay.objects.create(
            company=world.company, employee=world.maya, date=DAY, extra_minutes=30,
            state="waiting", waiting_since=at("2026-03-03 09:00"),
            computed_at=at("2026-03-03 09:00"),
        )  # fmt: skip
        verdicts.day_set(
            employee=world.maya, date=dt.date(2026, 3, 9),
            halves=(DayStatus.PRESENT, DayStatus.PRESENT), worked_minutes=480, reason="a list",
            by=world.hr,
        )  # fmt: skip
        closing.period_lock(
            company=world.company, starts_on=MARCH, reason="payroll waits", by=world.hr
        )
        yield world


VERBS: dict[str, Callable[[World], Any]] = {
    "a punch is voided": lambda w: decisions.punch_void(
        punch=Punch.objects.select_related("employee").get(), reason="no", by=w.hr
    ),
    "a punch is entered": lambda w: entries.punches_enter(
        employee=w.maya, entered=[entries.Entered(at("2026-03-05 09:00"), Direction.IN)],
        source=Source.HR, reason="forgot", by=w.hr, token=uuid.uuid4(),
    ),
    "a mark is added": lambda w: marks.mark_add(
        employee=w.maya, date=DAY, kind=MarkKind.ON_DUTY, source_ref="r:2", by=w.hr
    ),
    "a mark is taken back": lambda w: marks.mark_withdraw(
        mark=DayMark.objects.get(), source_ref="r:1", by=w.hr
    ),
    "a day is set by hand": lambda w: verdicts.day_set(
        employee=w.maya, date=DAY, halves=(DayStatus.PRESENT, DayStatus.PRESENT),
        worked_minutes=480, reason="a list", by=w.hr,
    ),
    "a day is skipped": lambda w: verdicts.day_skip(
        employee=w.maya, date=DAY, reason="a drill", by=w.hr
    ),
    "a verdict is taken back": lambda w: verdicts.day_release(
        employee=w.maya, date=dt.date(2026, 3, 9), reason="a mistake", by=w.hr
    ),
    "a correction is approved": lambda w: corrections.correction_decide(
        request=CorrectionRequest.objects.get(), is_approved=True, reason="", by=w.hr
    ),
    "a correction is asked for": lambda w: corrections.correction_file(
        date=dt.date(2026, 3, 4), time=dt.time(17), by=w.actor(w.maya)
    ),
    "overtime is approved": lambda w: overtime.overtime_approve(
        employee=w.maya, date=DAY, by=w.hr
    ),
    "overtime is refused": lambda w: overtime.overtime_refuse(
        employee=w.maya, date=DAY, reason="no", by=w.hr
    ),
    "overtime is set": lambda w: overtime.overtime_set(
        employee=w.maya, date=DAY, extra_minutes=10, missing_minutes=0, reason="less", by=w.hr
    ),
}  # fmt: skip


def _rows() -> dict[str, list[Any]]:
    return {model.__name__: list(model.objects.order_by("id").values()) for model in KEPT}


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_does_it_is_told_that_the_month_is_locked(locked: World, verb: str) -> None:
    before, punches = _rows(), Punch.objects.count()
    with pytest.raises(PeriodLocked) as refused:
        VERBS[verb](locked)
    assert str(refused.value) == SENTENCE
    assert (_rows(), Punch.objects.count()) == (before, punches)


def test_a_punch_that_comes_late_is_kept_and_its_day_stays(locked: World) -> None:
    before = _rows()
    locked.punch(locked.maya, "2026-03-02 17:30", Direction.OUT)
    tasks.settle_open()
    tasks.absence_sweep()
    for person in (locked.maya, locked.bikram):
        fresh = Employee.objects.select_related("company").get(pk=person.pk)
        person_recompute(employee=fresh, first=MARCH, last=LAST, now=at("2026-04-02 09:00"))
    after = _rows()
    # The sweep writes what was due before and after; of March itself nothing.
    after["AttendanceDay"] = [row for row in after["AttendanceDay"] if row["date"].month == 3]
    assert after == before
    assert PunchState.objects.get(occurred_at=at("2026-03-02 17:30")).attendance_date == DAY


def test_a_presence_in_it_cannot_be_attested(locked: World) -> None:
    before = _rows()
    (found,) = attest.presence_attest(
        employees=[locked.maya], date=dt.date(2026, 3, 5), starts=dt.time(9), ends=dt.time(17),
        reason="saw her", by=locked.hr, token=uuid.uuid4(),
    )  # fmt: skip
    assert (found.outcome, found.sentence) == (attest.Outcome.REFUSED, SENTENCE)
    assert _rows() == before
