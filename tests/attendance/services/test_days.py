"""Judged days: the same whatever the order and however often, with their inputs beside them."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
import time_machine
from django.db import transaction

from attendance.enums import DayStatus, Direction, MarkKind, PeriodState, Portion
from attendance.errors import PeriodLocked
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    DayMark,
    PunchState,
    ShiftAssignment,
)
from attendance.rules import judge as judging
from attendance.rules import schema
from attendance.services import marks
from attendance.services.days import days_recompute, lock_person, person_recompute
from companies.enums import CalendarKind
from companies.models import (
    AuditEvent,
    CalendarDay,
    Office,
    OfficeVersion,
    Placement,
    PolicyVersion,
    ShiftVersion,
)
from companies.scoping import company_scope
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import START, ZONE, World, at, make_person, make_shift

DAY = dt.date(2026, 3, 2)
LATER = at("2026-03-20 09:00")
TAPS = (
    ("2026-03-02 09:04", Direction.IN),
    ("2026-03-02 12:00", Direction.OUT),
    ("2026-03-02 12:40", Direction.IN),
    ("2026-03-02 17:31", Direction.OUT),
)


def _judge(world: World, first: dt.date = DAY, last: dt.date = DAY, who: Any = None) -> Any:
    return person_recompute(employee=who or world.maya, first=first, last=last, now=LATER)


def _facts(row: AttendanceDay) -> tuple[Any, ...]:
    return row.status, row.worked_minutes, row.late_minutes, row.first_in_at, row.last_out_at


def test_the_order_of_arrival_does_not_matter(world: World) -> None:
    found = set()
    for number, taps in enumerate(itertools.permutations(TAPS)):
        if number % 5:
            continue
        with company_scope(world.company):
            employee = make_person(world.company, f"Copy{number}", world.office, world.day_shift)
        for when, direction in taps:
            world.punch(employee, when, direction)
        with company_scope(world.company):
            _judge(world, who=employee)
            found.add(_facts(AttendanceDay.objects.get(employee=employee)))
    assert found == {(DayStatus.PRESENT, 437, 0, at(TAPS[0][0]), at(TAPS[3][0]))}


def test_recomputing_changes_nothing(world: World) -> None:
    for when, direction in TAPS:
        world.punch(world.maya, when, direction)
    with company_scope(world.company):
        _judge(world)
        before = (AttendanceDay.objects.values().get(), AuditEvent.objects.count())
        assert _judge(world) == []
        assert (AttendanceDay.objects.values().get(), AuditEvent.objects.count()) == before


def test_a_row_holds_what_makes_its_verdict_again(world: World) -> None:
    for when, direction in TAPS:
        world.punch(world.maya, when, direction)
    with company_scope(world.company):
        _judge(world)
        row = AttendanceDay.objects.get()
        again = judging.judge(schema.from_json(row.input), now=LATER)
    assert str(again.code) == row.code
    assert again.worked_minutes == row.worked_minutes
    assert row.policy_version is not None
    assert row.shift_version is not None


def test_a_night_belongs_to_the_day_it_began(world: World) -> None:
    world.punch(world.bikram, "2026-03-02 21:58")
    world.punch(world.bikram, "2026-03-03 06:01", Direction.OUT)
    with company_scope(world.company):
        _judge(world, last=DAY + dt.timedelta(days=1), who=world.bikram)
        row = AttendanceDay.objects.get(date=DAY)
        assert (row.status, row.worked_minutes) == (DayStatus.PRESENT, 480 + 3)
        assert set(PunchState.objects.values_list("attendance_date", flat=True)) == {DAY}
        assert AttendanceDay.objects.get(date=DAY + dt.timedelta(days=1)).status == DayStatus.ABSENT


def test_a_holiday_and_a_day_off_make_no_absence(world: World) -> None:
    with company_scope(world.company):
        CalendarDay.objects.create(
            company=world.company, date=DAY, kind=CalendarKind.HOLIDAY, name="Holi"
        )
        PolicyVersion.objects.create(
            company=world.company, starts_on=DAY, zone="Asia/Kathmandu", weekly_off={"sat": "all"}
        )
        _judge(world, last=dt.date(2026, 3, 8))
        rows = dict(AttendanceDay.objects.values_list("date", "status"))
    working = [dt.date(2026, 3, day) for day in (3, 4, 5, 6, 8)]
    assert rows == dict.fromkeys(working, DayStatus.ABSENT)


def test_nobody_is_absent_before_joining_or_after_leaving(world: World) -> None:
    with company_scope(world.company):
        world.maya.joined_on, world.maya.left_on = DAY, dt.date(2026, 3, 4)
        world.maya.save(update_fields=["joined_on", "left_on"])
        Placement.objects.filter(employee=world.maya).update(starts_on=DAY)
        _judge(world, first=dt.date(2026, 2, 25), last=dt.date(2026, 3, 10))
        dates = list(AttendanceDay.objects.order_by("date").values_list("date", flat=True))
    assert dates == [dt.date(2026, 3, day) for day in (2, 3, 4)]


def test_who_moves_within_the_month_is_judged_by_each_place_in_its_time(world: World) -> None:
    """From Tuesday on in Lisbon, at night: the shift of 10 March begins at 22:00 there."""
    with company_scope(world.company):
        lisbon = Office.objects.create(company=world.company, name="Lisbon")
        OfficeVersion.objects.create(company=world.company, office=lisbon, zone="Europe/Lisbon")
        Placement.objects.create(
            company=world.company, employee=world.maya, starts_on=dt.date(2026, 3, 10),
            office=lisbon, default_shift=world.night_shift,
        )  # fmt: skip
    for when, direction in (
        ("2026-03-09 09:00", Direction.IN), ("2026-03-09 17:30", Direction.OUT),
        ("2026-03-11 03:50", Direction.IN), ("2026-03-11 11:45", Direction.OUT),
    ):  # fmt: skip
        world.punch(world.maya, when, direction)
    with company_scope(world.company):
        _judge(world, first=dt.date(2026, 3, 9), last=dt.date(2026, 3, 10))
        rows = AttendanceDay.objects.filter(date__range=("2026-03-09", "2026-03-10"))
        facts = rows.order_by("date").values_list(
            "zone", "status", "worked_minutes", "late_minutes"
        )
        assert list(facts) == [
            (ZONE, DayStatus.PRESENT, 480, 0),
            ("Europe/Lisbon", DayStatus.PRESENT, 475, 5),
        ]


def test_a_settled_day_keeps_the_hours_it_was_judged_by(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:30")
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    with company_scope(world.company):
        _judge(world)
        before = AttendanceDay.objects.get()
        assert before.late_minutes == 30
        ShiftVersion.objects.create(
            company=world.company, shift=world.day_shift, starts_on=DAY,
            start_time=dt.time(10), end_time=dt.time(18),
        )  # fmt: skip
        assert _judge(world) == []
        row = AttendanceDay.objects.get()
    assert (row.late_minutes, row.shift_version) == (30, before.shift_version)


def test_a_leave_day_is_settled_once_its_window_has_closed(world: World) -> None:
    """Booked ahead, it still follows a change of shift; settled, it keeps what it has."""
    with company_scope(world.company):
        with time_machine.travel(at("2026-02-20 12:00"), tick=False):
            marks.mark_add(
                employee=world.maya, date=DAY, kind=MarkKind.LEAVE, code="CL", source_ref="r:1",
                by=world.hr,
            )  # fmt: skip
            row = AttendanceDay.objects.get()
            assert (row.status, row.settled_at) == (DayStatus.ON_LEAVE, None)
        Placement.objects.update(default_shift=world.night_shift)
        for when, settled in (("2026-03-03 07:00", False), ("2026-03-03 07:01", True)):
            person_recompute(employee=world.maya, first=DAY, last=DAY, now=at(when))
            row = AttendanceDay.objects.get(date=DAY)
            assert (row.shift_name, row.settled_at is not None) == ("Night", settled)
        Placement.objects.update(default_shift=world.day_shift)
        assert _judge(world) == []


def test_a_day_off_that_is_worked_is_not_settled_by_its_first_punch(world: World) -> None:
    saturday = dt.date(2026, 3, 7)
    world.punch(world.maya, "2026-03-07 09:00")
    with company_scope(world.company):
        row = AttendanceDay.objects.get(date=saturday)
        assert (row.status, row.settled_at) == (DayStatus.WEEKLY_OFF, None)
        CalendarDay.objects.create(
            company=world.company, date=saturday, kind=CalendarKind.WORKING_DAY, name="Inventory"
        )
    world.punch(world.maya, "2026-03-07 17:30", Direction.OUT)
    with company_scope(world.company):
        _judge(world, first=saturday, last=saturday)
        row = AttendanceDay.objects.get(date=saturday)
    assert (row.status, row.worked_minutes, row.settled_at) == (DayStatus.PRESENT, 480, LATER)


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (MarkKind.LEAVE, "CL", DayStatus.ON_LEAVE),
        (MarkKind.ON_DUTY, "", DayStatus.ON_DUTY),
        (MarkKind.WORK_FROM_HOME, "", DayStatus.WORK_FROM_HOME),
    ],
)
def test_a_mark_covers_a_day_until_it_is_withdrawn(
    world: World, kind: MarkKind, code: str, status: DayStatus
) -> None:
    with company_scope(world.company):
        _judge(world)
        assert AttendanceDay.objects.get(date=DAY).status == DayStatus.ABSENT
        mark = marks.mark_add(
            employee=world.maya, date=DAY, kind=kind, code=code, source_ref="r:1", by=world.hr
        )
        assert AttendanceDay.objects.get(date=DAY).status == status
        marks.mark_withdraw(mark=mark, source_ref="r:1", by=world.hr)
        assert AttendanceDay.objects.get(date=DAY).status == DayStatus.ABSENT
        verbs = AuditEvent.objects.order_by("id").values_list("verb", "actor_name")
        assert list(verbs) == [("day_marked", "Hari"), ("day_mark_withdrawn", "Hari")]


@pytest.mark.parametrize("portion", [Portion.FULL, Portion.AM])
def test_a_locked_month_takes_no_mark(world: World, portion: Portion) -> None:
    with company_scope(world.company):
        AttendancePeriod.objects.create(
            company=world.company, starts_on=DAY.replace(day=1), state=PeriodState.LOCKED,
            locked_at=at("2026-04-01 09:00"), locked_by=world.hari.user,
        )  # fmt: skip
        with pytest.raises(PeriodLocked) as refused:
            marks.mark_add(
                employee=world.maya, date=DAY, kind=MarkKind.LEAVE, portion=portion, code="CL",
                source_ref="r:1", by=world.hr,
            )  # fmt: skip
        assert str(refused.value) == "March 2026 is locked. HR can reopen it with a reason."
        assert not DayMark.objects.exists()


def test_the_longest_codes_of_two_marks_fit_on_one_day(world: World) -> None:
    with company_scope(world.company):
        for portion, code in ((Portion.AM, "BEREAVEMEN"), (Portion.PM, "COMPASSION")):
            marks.mark_add(
                employee=world.maya, date=DAY, kind=MarkKind.LEAVE, portion=portion, code=code,
                source_ref="r:1", by=world.hr,
            )  # fmt: skip
        row = AttendanceDay.objects.get()
    code = AttendanceDay._meta.get_field("code").clean(row.code, row)  # SQLite cuts nothing
    assert (row.status, code) == (DayStatus.ON_LEAVE, "½BEREAVEMEN·½COMPASSION")


# --- which row a punch joins -------------------------------------------------------------------
def test_an_out_joins_its_in_two_dates_back(world: World) -> None:
    """Came to the night shift after midnight, left the evening after, after midnight again."""
    world.punch(world.bikram, "2026-03-03 00:10")
    world.punch(world.bikram, "2026-03-04 00:05", Direction.OUT)
    with company_scope(world.company):
        states = PunchState.objects.order_by("occurred_at")
        assert [(s.attendance_date, s.judged_at is None) for s in states] == [(DAY, False)] * 2
        row = AttendanceDay.objects.get(date=DAY)
        assert (row.worked_minutes, row.last_out_at) == (
            24 * 60 - 5, at("2026-03-04 00:05"),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("out", "dates"),
    [("2026-03-05 00:05", {DAY}), ("2026-03-05 00:15", {DAY, dt.date(2026, 3, 4)})],
)
def test_the_longest_presence_a_company_may_set_is_two_days(
    world: World, out: str, dates: set[dt.date]
) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, max_presence_hours=48
        )
    world.punch(world.bikram, "2026-03-03 00:10")
    world.punch(world.bikram, out, Direction.OUT)
    with company_scope(world.company):
        assert set(PunchState.objects.values_list("attendance_date", flat=True)) == dates


@pytest.mark.parametrize(
    ("zone", "came", "left", "judged_on"),
    [
        (ZONE, "2026-03-01T23:30+00:00", "2026-03-03T23:20+00:00", dt.date(2026, 3, 4)),
        ("America/Los_Angeles", "2026-03-03T07:00+00:00", "2026-03-05T06:50+00:00", DAY),
    ],
)
def test_a_presence_of_two_days_stays_in_one_row_whichever_date_is_judged(
    world: World, zone: str, came: str, left: str, judged_on: dt.date
) -> None:
    with company_scope(world.company):
        OfficeVersion.objects.create(
            company=world.company, office=world.office, zone=zone, starts_on=START
        )
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=zone, max_presence_hours=48,
            allows_unchecked=True,
        )  # fmt: skip
        early = make_shift(
            world.company, "Early", dt.time(6), dt.time(14), window_after_minutes=600
        )
        Placement.objects.filter(employee=world.maya).update(default_shift=early)
        wall = dt.timedelta(hours=5, minutes=45)
        for when, direction in ((came, Direction.IN), (left, Direction.OUT)):
            there = dt.datetime.fromisoformat(when) + wall
            world.punch(world.maya, f"{there:%Y-%m-%d %H:%M}", direction)
        row = AttendanceDay.objects.get(date=DAY)
        assert (row.worked_minutes, row.exceptions) == (48 * 60 - 10, [])
        now = dt.datetime.fromisoformat(left)
        person_recompute(employee=world.maya, first=judged_on, last=judged_on, now=now)
        assert set(PunchState.objects.values_list("attendance_date", flat=True)) == {DAY}
        assert AttendanceDay.objects.get(date=DAY).worked_minutes == 48 * 60 - 10


def test_a_presence_of_two_days_is_no_part_of_the_wide_window_it_ends_in(world: World) -> None:
    """Monday's night, come to late, ends in the day-long window of Friday's shift."""
    friday = dt.date(2026, 3, 6)
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, max_presence_hours=48
        )
        small_hours = make_shift(
            world.company, "Small hours", dt.time(0, 30), dt.time(8, 30), window_before_minutes=1440
        )
        Placement.objects.filter(employee=world.maya).update(default_shift=None)
        for date, shift in ((DAY, world.night_shift), (friday, small_hours)):
            ShiftAssignment.objects.create(
                company=world.company, employee=world.maya, shift=shift, starts_on=date,
                ends_on=date,
            )  # fmt: skip
    world.punch(world.maya, "2026-03-03 01:15")
    world.punch(world.maya, "2026-03-05 01:00", Direction.OUT)
    with company_scope(world.company):
        person_recompute(employee=world.maya, first=friday, last=friday, now=at("2026-03-05 02:00"))
        assert set(PunchState.objects.values_list("attendance_date", flat=True)) == {DAY}


def test_a_window_is_cut_once_however_often_its_neighbours_are_judged(world: World) -> None:
    """Tuesday's early shift is settled while Monday's night still waits for its absence."""
    tuesday = dt.date(2026, 3, 3)
    with company_scope(world.company):
        early = make_shift(world.company, "Early", dt.time(6, 30), dt.time(14))
        ShiftAssignment.objects.create(
            company=world.company, employee=world.bikram, shift=early, starts_on=tuesday,
            ends_on=tuesday,
        )  # fmt: skip
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, absence_lag_days=3
        )
    world.punch(world.bikram, "2026-03-03 06:20")
    world.punch(world.bikram, "2026-03-03 14:00", Direction.OUT)
    with company_scope(world.company):
        for when in ("2026-03-03 20:00", "2026-03-10 20:00"):
            person_recompute(employee=world.bikram, first=DAY, last=tuesday, now=at(when))
        inputs = dict(AttendanceDay.objects.values_list("date", "input"))
        night, morning = (inputs[date]["occurrence"] for date in (DAY, tuesday))
    assert night["closes_at"] == at("2026-03-03 06:00").isoformat()
    assert morning["opens_at"] == at("2026-03-03 06:01").isoformat()


def test_a_punch_that_a_new_shift_takes_to_another_date_counts_there_and_only_there(
    world: World,
) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(default_shift=None)
    world.punch(world.maya, "2026-03-03 05:00", Direction.OUT)
    with company_scope(world.company):
        tuesday = AttendanceDay.objects.get()
        assert tuesday.date == dt.date(2026, 3, 3)
        Placement.objects.filter(employee=world.maya).update(default_shift=world.night_shift)
        now = at("2026-03-03 06:00")
        person_recompute(employee=world.maya, first=tuesday.date, last=tuesday.date, now=now)
        taps = {row.date: len(row.input["taps"]) for row in AttendanceDay.objects.all()}
        assert taps == {DAY: 1, tuesday.date: 0}
        assert PunchState.objects.get().attendance_date == DAY


def test_an_old_presence_goes_by_the_settings_of_its_own_date(world: World) -> None:
    """Judged after the company has shortened the longest presence, from the next date on."""
    world.punch(world.maya, "2026-03-02 09:00", weigh=False)
    world.punch(world.maya, "2026-03-02 22:00", Direction.OUT, weigh=False)
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=dt.date(2026, 3, 3), zone=ZONE, max_presence_hours=8
        )
        _judge(world)
        row = AttendanceDay.objects.get()
    assert (row.worked_minutes, row.exceptions) == (13 * 60 - 30, [])


def test_judging_leaves_anothers_lease_alone(world: World, enrol: Any, engine: FakeEngine) -> None:
    """Another process takes the lease of a punch between the reading and the writing of days."""
    enrol(world, world.maya)
    first = world.punch(world.maya, TAPS[0][0], frame=jpeg(), weigh=False)
    second = world.punch(world.maya, TAPS[3][0], Direction.OUT, frame=jpeg(), weigh=False)
    with company_scope(world.company), transaction.atomic():
        until = at("2026-03-02 17:32")
        mine = PunchState.objects.get(punch__public_id=first.public_id)
        other = PunchState.objects.filter(punch__public_id=second.public_id)

        def meanwhile(_state: PunchState) -> None:
            other.update(leased_until=until, verify_attempts=1)

        days_recompute(
            employee=lock_person(world.maya), first=DAY, last=DAY, now=LATER,
            amend={mine.pk: meanwhile},
        )  # fmt: skip
        state = other.get()
        assert (state.leased_until, state.verify_attempts) == (until, 1)
        # Its day counts it; it stays to be weighed by whoever holds it.
        assert (state.attendance_date, state.judged_at) == (DAY, None)


def test_a_job_whose_clock_stands_earlier_opens_no_settled_day(scoped: World) -> None:
    """It took its `now` before another process settled the row."""
    scoped.punch(scoped.maya, "2026-03-02 09:04")
    scoped.punch(scoped.maya, "2026-03-02 17:30", Direction.OUT)
    day = dt.date(2026, 3, 2)
    person_recompute(employee=scoped.maya, first=day, last=day, now=at("2026-03-02 19:00"))
    before = AttendanceDay.objects.values().get()
    assert before["settled_at"] == at("2026-03-02 19:00")
    person_recompute(employee=scoped.maya, first=day, last=day, now=at("2026-03-02 18:00"))
    assert AttendanceDay.objects.values().get() == before
