"""The roster: nothing overlaps, and a change reaches the days that are still open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from attendance.enums import MarkKind
from attendance.errors import AssignmentOverlaps
from attendance.models import AttendanceDay, ShiftAssignment
from attendance.services import marks, roster
from attendance.services.days import person_recompute
from companies.enums import Role
from companies.errors import NotAllowed
from companies.models import AuditEvent, Employee, OfficeVersion, Placement, Shift
from tests.attendance.world import World, at, make_shift

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


@pytest.fixture
def now() -> Any:
    with time_machine.travel(at("2026-03-02 12:00"), tick=False) as traveller:
        yield traveller


def _put(
    world: World,
    shift: Shift,
    first: int,
    last: int | None,
    who: Employee | None = None,
    **more: Any,
) -> ShiftAssignment:
    """Put Maya (or another) on a shift, dates counted from Monday."""
    return roster.assignment_save(
        employee=who or world.maya, shift=shift, starts_on=MONDAY + first * DAY,
        ends_on=None if last is None else MONDAY + last * DAY, by=world.hr, **more,
    )  # fmt: skip


def _shift(world: World, start: str, end: str) -> Shift:
    times = dt.time.fromisoformat(start), dt.time.fromisoformat(end)
    return make_shift(world.company, f"{start}-{end}", *times)


# A week of nights (22:00-06:00) from Monday to Sunday stands already.
DATES = {
    "before it": (-7, -1, False),
    "up to its first day": (-7, 0, True),
    "within it": (2, 3, True),
    "around it": (-7, 14, True),
    "its last day": (6, 6, True),
    "after it": (8, 14, False),
    "without an end, before it": (-7, None, True),
    "without an end, after it": (8, None, False),
}


@pytest.mark.parametrize("which", sorted(DATES))
def test_dates_that_are_taken_are_refused(scoped: World, now: Any, which: str) -> None:
    first, last, is_refused = DATES[which]
    nights = _put(scoped, scoped.night_shift, 0, 6)
    if not is_refused:
        _put(scoped, scoped.day_shift, first, last)
        assert ShiftAssignment.objects.count() == 2
        return
    with pytest.raises(AssignmentOverlaps) as refused:
        _put(scoped, scoped.day_shift, first, last)
    assert str(refused.value) == "This overlaps with Night from 2 March 2026 to 8 March 2026."
    assert list(ShiftAssignment.objects.all()) == [nights]


MIDNIGHT = [("05:59", True), ("06:00", False), ("09:00", False)]


@pytest.mark.parametrize(("start", "is_refused"), MIDNIGHT)
@pytest.mark.parametrize("is_night_first", [True, False])
def test_a_night_and_the_morning_after_may_touch(
    scoped: World, now: Any, start: str, is_refused: bool, is_night_first: bool
) -> None:
    morning = _shift(scoped, start, "14:00")
    puts = [(scoped.night_shift, 0), (morning, 1)]
    (first, first_on), (second, second_on) = puts if is_night_first else reversed(puts)
    _put(scoped, first, first_on, first_on)
    if is_refused:
        with pytest.raises(AssignmentOverlaps):
            _put(scoped, second, second_on, second_on)
    else:
        _put(scoped, second, second_on, second_on)


def test_a_night_and_the_morning_after_in_another_zone_are_compared_as_instants(
    scoped: World, now: Any
) -> None:
    """From Tuesday on in Auckland, where 09:00 comes at 01:45 of Kathmandu."""
    OfficeVersion.objects.create(
        company=scoped.company, office=scoped.office, zone="Pacific/Auckland",
        starts_on=MONDAY + DAY,
    )  # fmt: skip
    _put(scoped, scoped.night_shift, 0, 0)
    with pytest.raises(AssignmentOverlaps):
        _put(scoped, scoped.day_shift, 1, 1)
    _put(scoped, _shift(scoped, "14:00", "22:00"), 1, 1)


def test_a_row_does_not_overlap_itself_and_a_range_is_not_reversed(scoped: World, now: Any) -> None:
    nights = _put(scoped, scoped.night_shift, 0, 6)
    _put(scoped, scoped.night_shift, 1, 7, assignment=nights)
    with pytest.raises(ValidationError):
        _put(scoped, scoped.night_shift, 8, 7)


def test_the_default_shift_applies_where_no_assignment_does(scoped: World, now: Any) -> None:
    _put(scoped, scoped.night_shift, 0, 0)
    later = at("2026-03-06 12:00")
    person_recompute(employee=scoped.maya, first=MONDAY, last=MONDAY + DAY, now=later)
    shifts = AttendanceDay.objects.order_by("date").values_list("shift_name", flat=True)
    assert list(shifts) == ["Night", "Day"]


def test_a_change_reaches_open_days_and_leave_booked_ahead(scoped: World, now: Any) -> None:
    ahead = MONDAY + 30 * DAY
    marks.mark_add(
        employee=scoped.maya, date=ahead, kind=MarkKind.LEAVE, code="CL", source_ref="r:1",
        by=scoped.hr,
    )  # fmt: skip
    scoped.punch(scoped.maya, "2026-03-02 11:00")

    def shifts() -> dict[dt.date, str]:
        rows = AttendanceDay.objects.filter(date__in=(MONDAY, ahead))
        return dict(rows.values_list("date", "shift_name"))

    assert shifts() == {MONDAY: "Day", ahead: "Day"}
    late = _put(scoped, _shift(scoped, "11:00", "19:00"), 0, None)
    assert shifts() == {MONDAY: "11:00-19:00", ahead: "11:00-19:00"}
    assert AttendanceDay.objects.get(date=MONDAY).late_minutes == 0
    roster.assignment_delete(assignment=late, by=scoped.hr)
    assert shifts() == {MONDAY: "Day", ahead: "Day"}
    assert AttendanceDay.objects.get(date=MONDAY).late_minutes == 120
    verbs = AuditEvent.objects.filter(verb__startswith="roster").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["roster_added", "roster_removed"]


def test_a_settled_day_keeps_its_shift(scoped: World, now: Any) -> None:
    friday = MONDAY - 3 * DAY
    person_recompute(employee=scoped.maya, first=friday, last=friday, now=at("2026-03-02 12:00"))
    _put(scoped, scoped.night_shift, -3, None)
    assert AttendanceDay.objects.get(date=friday).shift_name == "Day"


def test_a_row_that_goes_to_another_person_is_taken_from_the_first(scoped: World, now: Any) -> None:
    Placement.objects.filter(employee=scoped.bikram).update(default_shift=scoped.day_shift)
    row = _put(scoped, scoped.night_shift, 0, 0)
    for person in (scoped.maya, scoped.bikram):
        scoped.punch(person, "2026-03-02 11:00")

    def shifts() -> dict[str, str]:
        rows = AttendanceDay.objects.filter(date=MONDAY)
        return dict(rows.values_list("employee__name", "shift_name"))

    assert shifts() == {"Maya": "Night", "Bikram": "Day"}
    _put(scoped, scoped.night_shift, 0, 0, who=scoped.bikram, assignment=row)
    assert shifts() == {"Maya": "Day", "Bikram": "Night"}


def test_who_may_not_change_the_roster(scoped: World, other_world: World, now: Any) -> None:
    row = _put(scoped, scoped.night_shift, 0, 0)
    actors = (scoped.actor(scoped.maya), scoped.actor(scoped.maya, Role.AUDITOR), other_world.hr)
    for actor in actors:
        with pytest.raises(NotAllowed):
            roster.assignment_save(
                employee=scoped.maya, shift=scoped.day_shift, starts_on=MONDAY, ends_on=None,
                by=actor, assignment=row,
            )  # fmt: skip
        with pytest.raises(NotAllowed):
            roster.assignment_delete(assignment=row, by=actor)
