"""HR's first page: who is where now, what needs a human by kind, what the jobs do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import DayException, Direction
from attendance.models import AttendanceDay
from attendance.services.days import person_recompute
from companies.models import JobRun
from companies.scoping import company_scope
from portal import jobs
from tests.attendance.world import World, at, make_person

DAY = dt.date(2026, 3, 3)


def _counts(page: Any) -> dict[str, int]:
    return {str(matter.title): matter.count for matter in page.context["matters"]}


def _now(page: Any) -> dict[str, int]:
    return {group["title"]: group["count"] for group in page.context["now"]}


def test_it_says_who_is_where_now(hr: Client, world: World) -> None:
    world.punch(world.maya, "2026-03-04 08:59")
    page = hr.get("/admin/")
    assert _now(page) == {"In": 1, "Missing": 1, "Not yet": 1}
    assert page.context["as_of"] == "12:00"
    assert "Who and where, as of 12:00" in page.text


def test_days_are_counted_by_what_is_odd_and_lead_to_themselves(hr: Client, world: World) -> None:
    world.punch(world.maya, f"{DAY} 09:00")
    world.punch(world.bikram, f"{DAY} 12:00")
    world.punch(world.bikram, f"{DAY} 12:30", Direction.OUT)
    with company_scope(world.company):
        for person in (world.maya, world.bikram):
            person_recompute(employee=person, first=DAY, last=DAY, now=at("2026-03-04 12:00"))
    page = hr.get("/admin/")
    counts = _counts(page)
    assert counts["Check-out is missing"] == 1
    assert counts["Punch outside any shift"] == 1
    assert counts["Check-in is missing"] == 0
    assert "Punches overlap" not in counts
    url = next(m.url for m in page.context["matters"] if m.title == "Punch outside any shift")
    found = hr.get(url)
    assert [row.employee.name for row in found.context["cl"].result_list] == ["Bikram"]


@pytest.mark.parametrize("kind", DayException)
def test_the_list_of_days_is_narrowed_to_each_kind(
    hr: Client, world: World, kind: DayException
) -> None:
    with company_scope(world.company):
        row = AttendanceDay.objects.get(employee=world.maya, date=dt.date(2026, 3, 2))
        AttendanceDay.objects.filter(pk=row.pk).update(exceptions=[kind.value, "another"])
    found = hr.get(f"/admin/attendance/attendanceday/?concern={kind.value}")
    assert [item.pk for item in found.context["cl"].result_list] == [row.pk]


def test_what_the_jobs_do_stands_in_words_and_in_the_companys_time(
    hr: Client, world: World
) -> None:
    now = at("2026-03-04 11:58")
    JobRun.objects.create(name="settle_open", started_at=now, succeeded_at=now)
    JobRun.objects.create(
        name="absence_sweep", started_at=now, succeeded_at=at("2026-03-03 09:00"),
        failed_at=now, last_error="KeyError; the log says why",
    )  # fmt: skip
    page = hr.get("/admin/")
    lines = {line["title"]: line for line in page.context["jobs"]}
    assert [str(title) for title in lines] == [str(job.title) for job in jobs.JOBS]
    assert lines["Settling days"]["succeeded"] == "Wed 4 Mar, 11:58"
    assert not lines["Settling days"]["is_late"]
    assert lines["Writing absences"]["is_late"]
    assert "late: ask the operator" in page.text
    assert "KeyError" not in page.text
    assert "has not run yet" in page.text


def test_statements_do_not_grow_with_people(hr: Client, world: World) -> None:
    counted = []
    for n in range(3):
        with company_scope(world.company):
            make_person(world.company, f"P{n}", world.office, world.day_shift)
        hr.get("/admin/")  # the settings are in memory
        with CaptureQueriesContext(connection) as queries:
            hr.get("/admin/")
        counted.append(len(queries))
    assert counted[0] == counted[1] == counted[2]
