"""Extra and missing minutes are computed beside the verdicts, in the same judging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.enums import DayStatus, Direction, PeriodState
from attendance.models import AttendanceDay, AttendancePeriod, OvertimeDay
from attendance.services import judging, overtime_days, recompute, verdicts
from companies.models import Employee, ShiftVersion
from tests.attendance.overtime_world import (
    MONDAY,
    NOW,
    figures,
    fresh,
    give,
    give_everybody,
    judge,
    make_policy,
    new_version,
    rule,
    work,
)
from tests.attendance.world import World, make_person

pytestmark = pytest.mark.usefixtures("scoped")

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def later() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_a_settled_day_has_its_extra_minutes_with_parts_and_steps(world: World) -> None:
    give_everybody(world, make_policy(world, rule(rate_percent=150)))
    work(world, world.maya, MONDAY, ("09:00", "19:00"))
    row = OvertimeDay.objects.get()
    assert (row.extra_minutes, row.state, row.counted_extra) == (90, "counted", 90)
    assert row.parts == [
        {
            "rule": "After the shift", "rate_percent": 150, "is_banked": False, "minutes": 90,
            "spans": [["2026-03-02T17:30:00+05:45", "2026-03-02T19:00:00+05:45"]],
        }
    ]  # fmt: skip
    assert [step["code"] for step in row.steps] == ["policy", "target", "part", "span"]
    assert AttendanceDay.objects.get().overtime_version == row.policy_version


def test_a_company_without_a_policy_has_none_and_pays_nothing(world: World) -> None:
    work(world, world.maya, MONDAY, ("09:00", "19:00"))
    assert figures(world.maya) == {}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        judge(world.maya, MONDAY, MONDAY)
    assert not [item for item in queries if "overtimeday" in item["sql"]]


def test_the_own_policy_beats_the_shifts_and_that_the_companys(world: World) -> None:
    give_everybody(world, make_policy(world, rule(), name="Company"))
    of_shift = make_policy(world, rule("Fixed", beyond_minutes=540), name="Shift")
    own = make_policy(world, name="None at all")
    work(world, world.maya, MONDAY, ("09:00", "19:00"))
    assert figures(world.maya) == {"03-02": (90, 0, "counted")}
    version = ShiftVersion.objects.get(shift=world.day_shift)
    ShiftVersion.objects.create(
        company=world.company, shift=world.day_shift, start_time=version.start_time,
        end_time=version.end_time, breaks=version.breaks, starts_on=MONDAY + DAY,
        overtime_policy=of_shift,
    )  # fmt: skip
    work(world, world.maya, MONDAY + DAY, ("09:00", "19:30"))
    give(world.maya, own)
    work(world, world.maya, MONDAY + 2 * DAY, ("09:00", "19:00"))
    found = figures(world.maya)
    assert found["03-02"] == (90, 0, "counted")
    assert found["03-03"][0] > 0
    assert "03-04" not in found


def test_a_settled_day_keeps_its_policy_until_hr_recomputes_difference_first(
    world: World,
) -> None:
    policy = make_policy(world, rule())
    give_everybody(world, policy)
    work(world, world.maya, MONDAY, ("09:00", "19:00"))
    new_version(policy, rule(employer_tolerance_minutes=120), starts_on=MONDAY)
    judge(world.maya, MONDAY, MONDAY)
    assert figures(world.maya) == {"03-02": (90, 0, "counted")}
    said: dict[str, Any] = {
        "company": fresh(world.maya).company, "employees": Employee.objects.all(),
        "first": MONDAY, "last": MONDAY, "now": NOW, "by": world.hr,
    }  # fmt: skip
    preview = recompute.recompute_preview(**said)
    (change,) = [item for item in preview.shown if item.employee == world.maya]
    assert (change.before, change.after) == (
        {"extra_minutes": 90, "missing_minutes": 0},
        {"extra_minutes": 0, "missing_minutes": 0},
    )
    assert figures(world.maya) == {"03-02": (90, 0, "counted")}
    recompute.recompute_apply(**said, reason="New rules", fingerprint=preview.fingerprint)
    assert figures(world.maya) == {}


def test_a_day_settled_without_a_policy_stays_without_one(world: World) -> None:
    work(world, world.maya, MONDAY, ("09:00", "19:00"))
    give_everybody(world, make_policy(world, rule()))
    judge(world.maya, MONDAY, MONDAY)
    assert figures(world.maya) == {}


def test_a_changed_punch_changes_the_figure(world: World) -> None:
    give_everybody(world, make_policy(world, rule(), tracks_missing=True))
    work(world, world.maya, MONDAY, ("09:00", "17:00"))
    assert figures(world.maya) == {"03-02": (0, 30, "counted")}
    work(world, world.maya, MONDAY, ("17:10", "18:00"))
    assert figures(world.maya) == {"03-02": (20, 0, "counted")}
    verdicts.day_set(
        employee=world.maya, date=MONDAY, halves=(DayStatus.PRESENT, DayStatus.PRESENT),
        worked_minutes=480, reason="Seen", by=world.hr,
    )  # fmt: skip
    assert figures(world.maya) == {}


def test_a_wholly_missed_day_misses_all_of_it(world: World) -> None:
    give_everybody(world, make_policy(world, rule(), tracks_missing=True))
    judge(world.maya, MONDAY, MONDAY)
    (row,) = OvertimeDay.objects.all()
    day = AttendanceDay.objects.get()
    assert (day.status, row.missing_minutes > 0) == ("A", True)


def test_a_later_day_changes_the_figures_of_its_week(world: World) -> None:
    give_everybody(world, make_policy(world, rule("Week", "week", beyond_minutes=1200)))
    for n in (0, 1, 2):
        work(world, world.maya, MONDAY + n * DAY, ("09:00", "18:00"))
    before = figures(world.maya)
    assert [*before] == ["03-04"]
    # A correction on Monday moves the minutes that lie beyond.
    work(world, world.maya, MONDAY, ("18:10", "22:10"))
    after = figures(world.maya)
    # Wednesday's are all extra now, and some of Tuesday's too.
    assert [*after] == ["03-03", "03-04"]
    assert sum(item[0] for item in after.values()) == before["03-04"][0] + 240


def test_split_at_midnight_a_date_without_a_row_has_its_minutes(world: World) -> None:
    give_everybody(
        world,
        make_policy(world, rule("Night", "clock", start="22:00", end="06:00", days="all"),
                    rule("Off", "week", beyond_minutes=9000), dating="midnight"),
    )  # fmt: skip
    friday = dt.date(2026, 3, 6)
    world.punch(world.maya, f"{friday} 14:00", weigh=False)
    world.punch(world.maya, f"{friday + DAY} 01:30", Direction.OUT, weigh=False)
    judge(world.maya, friday, friday + DAY)
    assert {date: item[0] for date, item in figures(world.maya).items()} == {
        "03-06": 120, "03-07": 90,
    }  # fmt: skip
    judge(world.maya, friday, friday)
    assert {date: item[0] for date, item in figures(world.maya).items()} == {
        "03-06": 120, "03-07": 90,
    }  # fmt: skip


def test_a_locked_month_stays_as_it_is(world: World) -> None:
    policy = make_policy(world, rule("Week", "week", beyond_minutes=60))
    give_everybody(world, policy)
    # 28 February 2026 is a Saturday: its week ends in March.
    sunday = dt.date(2026, 3, 1)
    saturday = sunday - DAY
    work(world, world.maya, saturday, ("09:00", "12:00"))
    before = figures(world.maya)
    AttendancePeriod.objects.create(
        company=world.company, starts_on=dt.date(2026, 2, 1), state=PeriodState.LOCKED,
        locked_at=NOW, locked_by=world.hari.user,
    )  # fmt: skip
    work(world, world.maya, sunday, ("09:00", "12:00"))
    after = figures(world.maya)
    assert {date: item for date, item in after.items() if date < "03"} == before
    assert after["03-01"] == (180, 0, "counted")


@pytest.mark.parametrize("knobs", [{}, {"dating": "midnight"}])
def test_the_statements_do_not_grow_with_people_and_days(
    world: World, knobs: dict[str, Any]
) -> None:
    give_everybody(world, make_policy(world, rule(), rule("Week", "week"), **knobs))
    people = [world.maya] + [
        make_person(world.company, f"Person {n}", world.office, world.day_shift) for n in range(3)
    ]
    for person in people:
        for n in range(3):
            work(world, person, MONDAY + n * DAY, ("09:00", "19:00"))
    counts = []
    for some, days in (([people[0]], 1), (people, 3)):
        OvertimeDay.objects.filter(employee__in=some).delete()
        mine = [fresh(person) for person in some]
        with CaptureQueriesContext(connection) as queries:
            works = judging.judge_people(
                mine[0].company, mine, first=MONDAY, last=MONDAY + (days - 1) * DAY, now=NOW
            )
            judging.save(works)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_day_that_has_not_settled_counts_in_its_week_as_it_stands(world: World) -> None:
    give_everybody(world, make_policy(world, rule("Week", "week", beyond_minutes=900)))
    for n in (0, 1):
        work(world, world.maya, MONDAY + n * DAY, ("09:00", "18:00"))
    expected = figures(world.maya)
    AttendanceDay.objects.filter(date=MONDAY).update(settled_at=None)
    OvertimeDay.objects.all().delete()
    judge(world.maya, MONDAY + DAY, MONDAY + DAY)
    assert figures(world.maya) == expected
    assert [*expected] == ["03-03"]


def test_nobody_judged_is_nothing_asked(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        overtime_days.overtime_compute([], locked=())
    assert len(queries) == 0
