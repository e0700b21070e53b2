"""Many dates covered at once: all are judged together, and taken back by their source."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.enums import DayStatus, MarkKind, PeriodState, Portion
from attendance.errors import MarkReversed, PeriodLocked
from attendance.models import AttendanceDay, AttendancePeriod, DayMark
from attendance.services.marks import NewMark, marks_write
from companies.models import AuditEvent
from companies.scoping import company_scope
from tests.attendance.world import World, at

MONDAY = dt.date(2026, 3, 2)
WEEK = [MONDAY + dt.timedelta(days=n) for n in range(5)]


def _write(world: World, **more: Any) -> None:
    marks_write(
        employee=world.maya, kind=MarkKind.LEAVE, source_ref="leave:1", by=world.hr, code="AL",
        **more,
    )  # fmt: skip


def _live() -> list[dt.date]:
    rows = DayMark.objects.filter(withdraws=None, withdrawal=None).order_by("date")
    return [row.date for row in rows]


def test_dates_are_covered_and_judged_together(world: World) -> None:
    with company_scope(world.company):
        _write(world, added=[NewMark(date) for date in WEEK])
        days = AttendanceDay.objects.order_by("date")
        assert [(day.date, day.status) for day in days] == [
            (date, DayStatus.ON_LEAVE) for date in WEEK
        ]
        assert AuditEvent.objects.filter(verb="day_marked").count() == 5
        _write(world, withdrawn=WEEK[1:3], added=[NewMark(WEEK[2], Portion.AM)])
        assert _live() == [WEEK[0], WEEK[2], WEEK[3], WEEK[4]]
        assert AuditEvent.objects.filter(verb="day_mark_withdrawn").count() == 2


def test_nothing_to_do_does_nothing(world: World) -> None:
    with company_scope(world.company):
        _write(world)
        _write(world, withdrawn=WEEK)
        assert not DayMark.objects.exists()


def test_what_another_source_covers_stays(world: World) -> None:
    with company_scope(world.company):
        _write(world, added=[NewMark(MONDAY)])
        marks_write(
            employee=world.maya, kind=MarkKind.LEAVE, source_ref="leave:2", by=world.hr,
            withdrawn=[MONDAY],
        )  # fmt: skip
        assert _live() == [MONDAY]


def test_a_locked_month_and_reversed_hours_are_refused(world: World) -> None:
    with company_scope(world.company):
        AttendancePeriod.objects.create(
            company=world.company, starts_on=dt.date(2026, 4, 1), state=PeriodState.LOCKED,
            locked_at=at("2026-05-01 09:00"), locked_by=world.hari.user,
        )  # fmt: skip
        with pytest.raises(PeriodLocked):
            _write(world, added=[NewMark(MONDAY), NewMark(dt.date(2026, 4, 1))])
        backwards = NewMark(MONDAY, Portion.HOURS, dt.time(12), dt.time(10))
        with pytest.raises(MarkReversed):
            _write(world, added=[backwards])
        assert not DayMark.objects.exists()


def test_the_statements_do_not_grow_with_the_dates(world: World) -> None:
    with company_scope(world.company):
        counts = []
        for dates in (WEEK[:1], WEEK[1:]):
            with CaptureQueriesContext(connection) as found:
                _write(world, added=[NewMark(date) for date in dates])
            counts.append(len(found))
    assert counts[1] <= counts[0] + 1
