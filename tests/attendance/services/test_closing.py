"""The closing of a month: in review, locked with what it comes to, and opened again."""

from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import nullcontext
from typing import Any

import pytest
import time_machine

from attendance import tasks
from attendance.enums import CorrectionKind, DayStatus, Direction, MarkKind, PeriodState
from attendance.errors import (
    PeriodHasOpenDays,
    PeriodInReview,
    PeriodLocked,
    PeriodNotBegun,
    PeriodNotLocked,
    PeriodUnresolved,
)
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    CorrectionRequest,
    DayMark,
    OvertimeDay,
    PayrollColumn,
    PeriodLine,
    Punch,
    PunchState,
)
from attendance.selectors.unresolved import unresolved
from attendance.services import closing, decisions, marks, payroll
from attendance.services.days import person_recompute
from companies.enums import LookKind, Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import (
    AuditEvent,
    Employee,
    Look,
    OfficeVersion,
    Placement,
    PolicyVersion,
)
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World, at, make_person

DAY = dt.date(2026, 3, 2)
MARCH, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)


def _worked_march(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    with company_scope(world.company):
        person_recompute(
            employee=world.maya, first=DAY, last=DAY, now=at("2026-03-04 09:00")
        )  # fmt: skip


@pytest.fixture
def april() -> Any:
    with time_machine.travel(at("2026-04-02 09:00"), tick=False) as traveller:
        yield traveller


def test_a_locked_month_keeps_its_rows_whatever_arrives(world: World, april: Any) -> None:
    _worked_march(world)
    with company_scope(world.company):
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        assert (period.state, period.locked_by) == (PeriodState.LOCKED, world.hari.user)
        # Three people, 22 working days; who did not come was absent before the month was locked.
        assert AttendanceDay.objects.count() == 66
        assert period.totals == {
            "people": 3, "present": 2, "absent": 130, "paid_leave": 0, "unpaid_leave": 0,
            "off": 54, "unmarked": 0, "lost": 130, "payable": 56, "worked_minutes": 480,
            "overtime_minutes": 0, "overtime": {},
        }  # fmt: skip
        before = list(AttendanceDay.objects.order_by("id").values())

    world.punch(world.maya, "2026-03-02 18:00", Direction.OUT)

    with company_scope(world.company):
        assert Punch.objects.count() == 3
        assert list(AttendanceDay.objects.order_by("id").values()) == before
        state = PunchState.objects.get(occurred_at=at("2026-03-02 18:00"))
        assert (state.attendance_date, state.judged_at) == (DAY, at("2026-03-02 18:00"))
        punch = Punch.objects.select_related("employee").order_by("occurred_at")[0]
        with pytest.raises(PeriodLocked) as refused:
            decisions.punch_void(punch=punch, reason="too late", by=world.hr)
        assert str(refused.value) == "March 2026 is locked. HR can reopen it with a reason."


def test_a_locked_month_takes_no_marks_and_gives_none_back(world: World, april: Any) -> None:
    with company_scope(world.company):
        leave: Any = {"employee": world.maya, "kind": MarkKind.LEAVE, "code": "CL"}
        mark = marks.mark_add(**leave, date=DAY, source_ref="r:1", by=world.hr)
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        before = list(AttendanceDay.objects.order_by("id").values())
        for change in (
            lambda: marks.mark_add(
                **leave, date=dt.date(2026, 3, 31), source_ref="r:2", by=world.hr
            ),
            lambda: marks.mark_withdraw(mark=mark, source_ref="r:1", by=world.hr),
        ):
            with pytest.raises(PeriodLocked):
                change()
        assert DayMark.objects.get() == mark
        assert list(AttendanceDay.objects.order_by("id").values()) == before
        marks.mark_add(**leave, date=dt.date(2026, 4, 1), source_ref="r:3", by=world.hr)
        closing.period_reopen(period=period, reason="leave was taken back", by=world.hr)
        marks.mark_withdraw(mark=mark, source_ref="r:1", by=world.hr)
        assert AttendanceDay.objects.get(employee=world.maya, date=DAY).status == DayStatus.ABSENT


def test_a_reopened_month_is_judged_again(world: World, april: Any) -> None:
    _worked_march(world)
    with company_scope(world.company):
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    world.punch(world.maya, "2026-03-02 18:00", Direction.OUT)
    with company_scope(world.company):
        closing.period_reopen(period=period, reason="one check-out was late", by=world.hr)
        row = AttendanceDay.objects.get(employee=world.maya, date=DAY)
        # The second check-out closes nothing, so it is a human's to say what it was.
        assert (row.status, row.exceptions) == (DayStatus.INCOMPLETE, ["missing_in"])
        assert row.last_out_at == at("2026-03-02 18:00")
        period.refresh_from_db()
        assert (period.state, period.locked_at, period.locked_by) == (PeriodState.OPEN, None, None)
        events = AuditEvent.objects.filter(verb__startswith="month_").order_by("id")
        assert [(e.verb, e.reason, e.actor_name) for e in events] == [
            ("month_locked", "", "Hari"),
            ("month_reopened", "one check-out was late", "Hari"),
        ]


def test_a_month_is_locked_once_and_reopened_once(world: World, april: Any) -> None:
    with company_scope(world.company):
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        with pytest.raises(PeriodLocked):
            closing.period_lock(company=world.company, starts_on=DAY, by=world.hr)
        with pytest.raises(ReasonMissing):
            closing.period_reopen(period=period, reason=" ", by=world.hr)
        closing.period_reopen(period=period, reason="a mistake", by=world.hr)
        with pytest.raises(PeriodNotLocked):
            closing.period_reopen(period=period, reason="a mistake", by=world.hr)


def test_a_month_that_is_not_over_is_not_locked(world: World) -> None:
    with time_machine.travel(at("2026-03-31 23:00"), tick=False), company_scope(world.company):
        with pytest.raises(PeriodHasOpenDays):
            closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        assert not AttendancePeriod.objects.exists()


def test_a_month_is_not_locked_before_the_windows_of_its_last_night_have_closed(
    world: World,
) -> None:
    """A leave day has its status from the start, and is settled when its shift would be over."""
    with company_scope(world.company):
        with time_machine.travel(at("2026-03-30 12:00"), tick=False):
            marks.mark_add(
                employee=world.bikram, date=dt.date(2026, 3, 31), kind=MarkKind.LEAVE, code="CL",
                source_ref="r:1", by=world.hr,
            )  # fmt: skip
        with time_machine.travel(at("2026-04-01 06:00"), tick=False):
            with pytest.raises(PeriodHasOpenDays):
                closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        with time_machine.travel(at("2026-04-01 07:01"), tick=False):
            tasks.settle_open()
            closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)


FAR_WEST = dt.datetime(2026, 4, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, 8, tzinfo=dt.UTC)


def test_a_month_is_not_locked_before_it_is_over_everywhere(world: World) -> None:
    """In Los Angeles it is still the evening of 31 March when it is April in UTC."""
    with company_scope(world.company):
        OfficeVersion.objects.create(
            company=world.company, office=world.office, zone="America/Los_Angeles",
            starts_on=dt.date(2026, 1, 1),
        )  # fmt: skip
        Placement.objects.update(default_shift=world.day_shift)
        with time_machine.travel(FAR_WEST[0], tick=False):
            with pytest.raises(PeriodHasOpenDays) as refused:
                closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
            assert str(refused.value) == "March 2026 is not over: 3 days are still open."
            assert not AttendanceDay.objects.exists()
        with time_machine.travel(FAR_WEST[1], tick=False):
            period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    assert period.totals["absent"] == 132


def test_a_month_is_not_locked_before_it_is_over_for_who_has_no_shift(world: World) -> None:
    """Nothing waits to be judged, but the last day would be paid to nobody."""
    with company_scope(world.company):
        OfficeVersion.objects.create(
            company=world.company, office=world.office, zone="America/Los_Angeles",
            starts_on=dt.date(2026, 1, 1),
        )  # fmt: skip
        Placement.objects.update(default_shift=None)
        Employee.objects.filter(pk=world.bikram.pk).update(left_on=dt.date(2026, 3, 30))
        with time_machine.travel(FAR_WEST[0], tick=False):
            with pytest.raises(PeriodHasOpenDays) as refused:
                closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
            assert str(refused.value) == "March 2026 is not over: 2 days are still open."
        with time_machine.travel(FAR_WEST[1], tick=False):
            period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    assert period.totals["payable"] == 2 * (31 + 31 + 30)


@pytest.mark.parametrize(("day", "is_locked"), [("02", False), ("03", True)])
def test_a_month_waits_for_the_absences_of_its_last_days(
    world: World, day: str, is_locked: bool
) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=dt.date(2026, 1, 1), zone=ZONE, absence_lag_days=1
        )
        with time_machine.travel(at(f"2026-04-{day} 00:00"), tick=False):
            refused: Any = nullcontext() if is_locked else pytest.raises(PeriodHasOpenDays)
            with refused:
                closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        absent = AttendanceDay.objects.filter(
            employee=world.bikram, date=dt.date(2026, 3, 31), status=DayStatus.ABSENT
        )
        assert absent.exists() is is_locked


def test_who_may_not_close_a_month(world: World, other_world: World, april: Any) -> None:
    with company_scope(world.company):
        for actor in (
            world.actor(world.maya),
            world.actor(world.maya, Role.MANAGER),
            other_world.hr,
        ):
            with pytest.raises(NotAllowed):
                closing.period_lock(company=world.company, starts_on=MARCH, by=actor)
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        with pytest.raises(NotAllowed):
            closing.period_reopen(period=period, reason="mine", by=other_world.hr)


# --- review ---------------------------------------------------------------------------------------
def test_a_month_is_looked_through_before_it_is_locked(world: World, april: Any) -> None:
    with company_scope(world.company):
        period = closing.period_review(company=world.company, starts_on=DAY, by=world.hr)
        assert (period.starts_on, period.state) == (MARCH, PeriodState.REVIEW)
        with pytest.raises(PeriodInReview):
            closing.period_review(company=world.company, starts_on=MARCH, by=world.hr)
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        with pytest.raises(PeriodLocked):
            closing.period_review(company=world.company, starts_on=MARCH, by=world.hr)
        with pytest.raises(PeriodNotBegun):
            closing.period_review(company=world.company, starts_on=dt.date(2026, 5, 1), by=world.hr)
        with pytest.raises(NotAllowed):
            closing.period_review(
                company=world.company, starts_on=MARCH, by=world.actor(world.maya, Role.AUDITOR)
            )
        verbs = AuditEvent.objects.filter(verb__startswith="month_").order_by("id")
        assert list(verbs.values_list("verb", flat=True)) == ["month_reviewed", "month_locked"]


# --- what is unresolved ---------------------------------------------------------------------------
def _everything_waits(world: World) -> None:
    """One of each kind in March, and one of some in February."""
    world.punch(world.maya, "2026-03-03 09:00")
    for month in ("02", "03"):
        world.punch(world.bikram, f"2026-{month}-04 14:00", Direction.OUT)
    with company_scope(world.company):
        for person in (world.maya, world.bikram):
            fresh = Employee.objects.select_related("company").get(pk=person.pk)
            person_recompute(
                employee=fresh, first=dt.date(2026, 2, 1), last=LAST, now=at("2026-04-02 09:00")
            )
        PunchState.objects.filter(occurred_at=at("2026-03-03 09:00")).update(is_flagged=True)
        CorrectionRequest.objects.create(
            company=world.company, employee=world.maya, date=dt.date(2026, 3, 3), zone=ZONE,
            kind=CorrectionKind.MISSING_OUT, out_at=at("2026-03-03 17:00"),
        )  # fmt: skip
        for date in (dt.date(2026, 2, 27), dt.date(2026, 3, 31)):
            OvertimeDay.objects.create(
                company=world.company, employee=world.maya, date=date, extra_minutes=30,
                state="waiting", waiting_since=at("2026-04-01 09:00"),
                computed_at=at("2026-04-01 09:00"),
            )  # fmt: skip


WAITS = {
    "missing_in": 1, "missing_out": 1, "outside_shift": 1, "flagged": 1, "corrections": 1,
    "overtime": 1,
}  # fmt: skip


def test_what_is_unresolved_needs_a_reason_and_stays_beside_the_lock(
    world: World, april: Any
) -> None:
    _everything_waits(world)
    with company_scope(world.company):
        assert unresolved(MARCH, LAST, 0) == WAITS
        with pytest.raises(PeriodUnresolved) as refused:
            closing.period_lock(company=world.company, starts_on=MARCH, reason=" ", by=world.hr)
        assert str(refused.value) == (
            "In March 2026 something is unresolved. Clear it up, or say why it is locked."
        )
        assert not AttendancePeriod.objects.exists()
        period = closing.period_lock(
            company=world.company, starts_on=MARCH, reason=" payroll waits ", by=world.hr
        )
        assert (period.lock_reason, period.unresolved) == ("payroll waits", WAITS)
        event = AuditEvent.objects.get(verb="month_locked")
        assert (event.reason, event.changes["unresolved"]) == ("payroll waits", [None, WAITS])


def test_a_day_without_a_verdict_is_unresolved(world: World, april: Any) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, marks_absent=False
        )
        world.company.refresh_from_db()
        with pytest.raises(PeriodUnresolved):
            closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        period = closing.period_lock(
            company=world.company, starts_on=MARCH, reason="as they are", by=world.hr
        )
    assert period.unresolved == {"unmarked": 66}
    assert (period.totals["unmarked"], period.totals["lost"]) == (132, 132)


# --- the payroll file -----------------------------------------------------------------------------
HEAD = "\ufeff" + ",".join(
    f'"{name}"'
    for name in (
        "code", "name", "month", "base", "payable", "lost", "worked_hours", "overtime_hours",
    )
)  # fmt: skip
FILE = [
    HEAD,
    '"bikram","Bikram","2026-03",31,9,22,0,0',
    '"hari","Hari","2026-03",31,9,22,0,0',
    '"maya","Maya","2026-03",31,10,21,8,0',
]


def _locked_march(world: World) -> AttendancePeriod:
    _worked_march(world)
    with company_scope(world.company):
        return closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)


def test_the_file_of_a_locked_month_has_its_fingerprint_whatever_changes_after(
    world: World, april: Any
) -> None:
    period = _locked_march(world)
    with company_scope(world.company):
        first = payroll.payroll_take(period=period, kind="csv", by=world.hr)
        assert first.decode().splitlines() == FILE
        assert period.fingerprint == hashlib.sha256(first).hexdigest()
        book = payroll.payroll_take(period=period, kind="xlsx", by=world.hr)
        Employee.objects.update(name="Another")
        PayrollColumn.objects.create(company=world.company, heading="Emp", place=1, source="code")
        with time_machine.travel(at("2026-04-09 09:00"), tick=False):
            assert payroll.payroll_take(period=period, kind="csv", by=world.hr) == first
            assert payroll.payroll_take(period=period, kind="xlsx", by=world.hr) == book
        looked = Look.objects.filter(kind=LookKind.REPORT, about_on=MARCH)
        assert set(looked.values_list("employee__code", flat=True)) == {"maya", "bikram"}
        event = AuditEvent.objects.filter(verb="payroll_taken").first()
        assert event is not None
        assert event.changes == {"format": [None, "xlsx"], "people": [None, 3]}


def test_the_file_has_the_columns_that_hr_defined(world: World, april: Any) -> None:
    _worked_march(world)
    with company_scope(world.company):
        for place, (heading, source, value) in enumerate(
            (("Emp no.", "code", ""), ("Group", "fixed", "=A1"), ("LOP", "lost", ""))
        ):
            PayrollColumn.objects.create(
                company=world.company, heading=heading, place=9 - place, source=source, value=value
            )
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        content = payroll.payroll_take(period=period, kind="csv", by=world.hr)
    assert content.decode("utf-8-sig").splitlines() == [
        '"LOP","Group","Emp no."', "22,\"'=A1\",\"bikram\"", "22,\"'=A1\",\"hari\"",
        "21,\"'=A1\",\"maya\"",
    ]  # fmt: skip


def test_who_may_take_the_file(world: World, other_world: World, april: Any) -> None:
    period = _locked_march(world)
    with company_scope(world.company):
        for actor in (
            world.actor(world.maya), world.actor(world.maya, Role.MANAGER), other_world.hr,
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                payroll.payroll_take(period=period, kind="csv", by=actor)
        auditor = world.actor(world.maya, Role.AUDITOR)
        assert payroll.payroll_take(period=period, kind="csv", by=auditor)


def test_an_open_month_has_no_file_and_keeps_no_lines(world: World, april: Any) -> None:
    period = _locked_march(world)
    with company_scope(world.company):
        assert PeriodLine.objects.count() == 3
        was = period.fingerprint
        closing.period_reopen(period=period, reason="a letter came late", by=world.hr)
        period.refresh_from_db()
        assert (period.state, period.fingerprint, period.totals) == (PeriodState.OPEN, "", {})
        assert not PeriodLine.objects.exists()
        assert AuditEvent.objects.get(verb="month_reopened").changes == {"fingerprint": [was, None]}
        with pytest.raises(PeriodNotLocked):
            payroll.payroll_take(period=period, kind="csv", by=world.hr)


def test_who_was_switched_off_or_was_not_there_has_no_line(world: World, april: Any) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.bikram.pk).update(is_active=False)
        late = make_person(world.company, "Lata", world.office, world.day_shift)
        Employee.objects.filter(pk=late.pk).update(joined_on=dt.date(2026, 4, 1))
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        assert list(PeriodLine.objects.values_list("code", flat=True)) == ["hari", "maya"]


# --- by itself ------------------------------------------------------------------------------------
def _locks_after(world: World, days: int) -> None:
    PolicyVersion.objects.create(
        company=world.company, starts_on=START, zone=ZONE, auto_lock_days=days
    )
    world.company.refresh_from_db()


@pytest.mark.parametrize(
    ("days", "now", "months"),
    [
        (0, "2026-03-31 23:00", []),
        (0, "2026-04-01 00:30", [3]),
        (5, "2026-04-05 23:59", []),
        (5, "2026-04-06 00:00", [3]),
        (5, "2026-05-06 00:00", [3, 4]),
    ],
)
def test_when_a_month_is_due(world: World, days: int, now: str, months: list[int]) -> None:
    _worked_march(world)
    with company_scope(world.company):
        _locks_after(world, days)
        found = closing.months_due(world.company, at(now))
    assert [first.month for first in found] == months


def test_nothing_is_due_without_the_setting_or_without_days(world: World) -> None:
    with company_scope(world.company):
        assert closing.months_due(world.company, at("2026-05-06 00:00")) == []
        _locks_after(world, 5)
        assert closing.months_due(world.company, at("2026-05-06 00:00")) == []


def test_a_month_locks_by_itself_and_not_again_at_once_after_it_was_reopened(
    world: World, april: Any
) -> None:
    _everything_waits(world)
    with company_scope(world.company):
        _locks_after(world, 1)
        assert closing.period_lock_due(company=world.company, starts_on=MARCH)
        period = AttendancePeriod.objects.get(starts_on=MARCH)
        assert (period.state, period.locked_by, period.unresolved) == (
            PeriodState.LOCKED, None, WAITS,
        )  # fmt: skip
        event = AuditEvent.objects.get(verb="month_locked")
        assert (event.actor_kind, event.actor_name, event.reason) == ("job", "auto_lock", "")
        assert not closing.period_lock_due(company=world.company, starts_on=MARCH)
        assert MARCH not in closing.months_due(world.company, at("2026-04-09 09:00"))
        closing.period_reopen(period=period, reason="a letter came late", by=world.hr)
        for now, is_due in (("2026-04-03 23:00", False), ("2026-04-04 00:00", True)):
            assert (MARCH in closing.months_due(world.company, at(now))) is is_due


def test_a_day_that_waits_holds_the_lock_back(world: World) -> None:
    with time_machine.travel(at("2026-04-01 00:30"), tick=False), company_scope(world.company):
        assert not closing.period_lock_due(company=world.company, starts_on=MARCH)
        assert not AttendancePeriod.objects.exists()


def test_the_job_locks_what_is_due_in_every_company(
    world: World, other_world: World, april: Any
) -> None:
    _worked_march(world)
    with company_scope(world.company):
        _locks_after(world, 1)
    _worked_march(other_world)
    assert tasks.auto_lock() == 1
    assert tasks.auto_lock() == 0
    with company_scope(world.company):
        assert AttendancePeriod.objects.get().state == PeriodState.LOCKED
    with company_scope(other_world.company):
        assert not AttendancePeriod.objects.exists()
