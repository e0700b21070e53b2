"""The roster: who works which shift from when to when; nothing overlaps, all of it audited."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from attendance.errors import AssignmentOverlaps
from attendance.models import AttendanceDay, ShiftAssignment
from attendance.services import roster
from companies.errors import NotAllowed
from companies.models import AuditEvent, Shift
from tests.attendance.world import World, at, make_shift

FIRST, LAST = dt.date(2026, 3, 2), dt.date(2026, 3, 6)


@pytest.fixture(autouse=True)
def monday_morning() -> Any:
    with time_machine.travel(at("2026-03-02 10:00"), tick=False):
        yield


@pytest.fixture
def late_shift(scoped: World) -> Shift:
    return make_shift(scoped.company, "Late", dt.time(12), dt.time(20))


def _put(
    world: World,
    shift: Shift,
    first: dt.date = FIRST,
    last: dt.date | None = LAST,
    **more: Any,
) -> ShiftAssignment:
    return roster.assignment_save(
        employee=world.maya, shift=shift, starts_on=first, ends_on=last,
        **{"by": world.hr, **more},
    )  # fmt: skip


def _events() -> list[tuple[str, Any]]:
    events = AuditEvent.objects.filter(verb__startswith="roster").order_by("id")
    return [(event.verb, event.changes) for event in events]


def test_a_new_assignment_is_audited_and_judges_the_open_day_again(
    scoped: World, late_shift: Shift
) -> None:
    scoped.punch(scoped.maya, "2026-03-02 09:30")
    assert AttendanceDay.objects.get().late_minutes == 30

    _put(scoped, late_shift)

    row = AttendanceDay.objects.get()
    assert (row.shift_name, row.late_minutes) == ("Late", 0)
    assert _events() == [
        (
            "roster_added",
            {
                "employee": [None, "Maya (maya)"],
                "shift": [None, "Late"],
                "starts_on": [None, "2026-03-02"],
                "ends_on": [None, "2026-03-06"],
            },
        )
    ]


def test_a_changed_assignment_says_what_it_was(scoped: World, late_shift: Shift) -> None:
    assignment = _put(scoped, late_shift)

    _put(scoped, late_shift, last=None, assignment=assignment)

    assert ShiftAssignment.objects.get().ends_on is None
    assert _events()[1] == ("roster_changed", {"ends_on": ["2026-03-06", None]})


def test_without_its_assignment_a_day_has_the_default_shift_again(
    scoped: World, late_shift: Shift
) -> None:
    assignment = _put(scoped, late_shift)
    scoped.punch(scoped.maya, "2026-03-02 09:30")
    assert AttendanceDay.objects.get().shift_name == "Late"

    roster.assignment_delete(assignment=assignment, by=scoped.hr)

    assert not ShiftAssignment.objects.exists()
    row = AttendanceDay.objects.get()
    assert (row.shift_name, row.late_minutes) == ("Day", 30)
    assert [verb for verb, _changes in _events()] == ["roster_added", "roster_removed"]


def test_an_assignment_to_come_leaves_the_present_alone(scoped: World, late_shift: Shift) -> None:
    scoped.punch(scoped.maya, "2026-03-02 09:30")
    _put(scoped, late_shift, dt.date(2026, 4, 1), None)
    assert AttendanceDay.objects.get().shift_name == "Day"


@pytest.mark.parametrize(
    ("first", "last"),
    [(LAST, None), (dt.date(2026, 2, 1), FIRST), (dt.date(2026, 2, 1), None), (FIRST, FIRST)],
)
def test_dates_that_are_taken_are_refused_with_the_clash_named(
    scoped: World, late_shift: Shift, first: dt.date, last: dt.date | None
) -> None:
    _put(scoped, scoped.day_shift)
    with pytest.raises(AssignmentOverlaps) as refused:
        _put(scoped, late_shift, first, last)
    assert refused.value.values == {
        "shift": "Day", "starts_on": "2 March 2026", "ends_on": "6 March 2026",
    }  # fmt: skip
    assert ShiftAssignment.objects.count() == 1


def test_dates_beside_taken_ones_are_free(scoped: World, late_shift: Shift) -> None:
    _put(scoped, scoped.day_shift)
    _put(scoped, late_shift, LAST + dt.timedelta(days=1), None)
    _put(scoped, late_shift, dt.date(2026, 2, 1), FIRST - dt.timedelta(days=1))
    assert ShiftAssignment.objects.count() == 3


@pytest.mark.parametrize(("starts", "is_free"), [(5, False), (6, True)])
def test_shifts_that_meet_over_midnight_overlap_and_touching_ones_do_not(
    scoped: World, starts: int, is_free: bool
) -> None:
    early = make_shift(scoped.company, "Early", dt.time(starts), dt.time(14))
    _put(scoped, scoped.night_shift)
    if is_free:
        _put(scoped, early, LAST + dt.timedelta(days=1), None)
    else:
        with pytest.raises(AssignmentOverlaps):
            _put(scoped, early, LAST + dt.timedelta(days=1), None)
    assert ShiftAssignment.objects.count() == (2 if is_free else 1)


def test_a_shift_without_hours_in_force_meets_nothing(scoped: World) -> None:
    empty = Shift.objects.create(company=scoped.company, name="Not yet")
    _put(scoped, scoped.night_shift)
    _put(scoped, empty, LAST + dt.timedelta(days=1), None)
    assert ShiftAssignment.objects.count() == 2


def test_a_range_that_ends_before_it_starts_is_refused(scoped: World, late_shift: Shift) -> None:
    with pytest.raises(ValidationError) as refused:
        _put(scoped, late_shift, LAST, FIRST)
    assert refused.value.messages == ["The last day is before the first."]
    assert not ShiftAssignment.objects.exists()


def test_only_hr_writes_the_roster(scoped: World, late_shift: Shift) -> None:
    assignment = _put(scoped, late_shift)
    somebody = scoped.actor(scoped.bikram)
    with pytest.raises(NotAllowed):
        _put(scoped, late_shift, dt.date(2026, 4, 1), None, by=somebody)
    with pytest.raises(NotAllowed):
        roster.assignment_delete(assignment=assignment, by=somebody)
    assert ShiftAssignment.objects.count() == 1
    assert [verb for verb, _changes in _events()] == ["roster_added"]
