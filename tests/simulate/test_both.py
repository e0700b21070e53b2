"""The demo company through the product and through `simulate`: every day is the same."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import pytest
import time_machine

from attendance import wording
from attendance.enums import DayException, DayStatus, Direction, Source
from attendance.models import AttendanceDay, PunchState
from attendance.rules.roll import PROBLEMS
from attendance.selectors.roll import roll
from attendance.services import decisions, entries, verdicts
from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.models import Company, Employee, PolicyVersion, ShiftVersion
from companies.scoping import company_scope
from portal import demo
from portal.simulation import simulate
from tests.attendance.world import at
from tests.simulate.export import scenario_of

Day = dict[str, Any]
# Named alike on both sides.
ALIKE = (
    "zone", "is_open", "code", "worked_minutes", "break_minutes", "late_minutes", "early_minutes",
    "exceptions",
)  # fmt: skip
INSTANTS = {
    "scheduled_start_at": "starts_at", "scheduled_end_at": "ends_at", "first_in_at": "first_in_at",
    "last_out_at": "last_out_at", "settles_at": "settles_at", "next_at": "next_at",
}  # fmt: skip


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _starts(text: str) -> dict[str | None, str | None]:
    """When each version of a scenario begins, by its place."""
    scenario = json.loads(text)
    rows = {"changes": scenario["changes"]}
    rows |= {f"shifts.{name}": versions for name, versions in scenario["shifts"].items()}
    starts = {f"{place}[{i}]": row["from"] for place in rows for i, row in enumerate(rows[place])}
    return {**starts, None: None}


def _simulated(day: Day, starts: dict[str | None, str | None]) -> Day:
    return {
        **{name: day[name] for name in ALIKE},
        **{theirs: _instant(day[ours]) for theirs, ours in INSTANTS.items()},
        "status": day["status"] or "",
        "shift": day["shift"] or "",
        "steps": [(step["code"], step["values"], step["words"]) for step in day["steps"]],
        "punches": {(punch["key"], punch["reason"]) for punch in day["punches"]},
        "versions": {name: starts[day["versions"][name]] for name in ("policy", "shift")},
    }


def _recorded(row: AttendanceDay, versions: dict[Any, str], punches: set[Any]) -> Day:
    return {
        **{name: getattr(row, name) for name in (*ALIKE, *INSTANTS)},
        # A scenario knows no pictures, so nothing of a face that somebody must look at.
        "exceptions": [code for code in row.exceptions if code != DayException.FACE],
        "status": row.status,
        "shift": row.shift_name,
        "steps": [
            (step["code"], step["values"], words)
            for step, words in zip(row.steps, wording.sentences(row), strict=True)
        ],
        "punches": punches,
        "versions": {
            "policy": versions[row.policy_version],
            "shift": versions[row.shift_version] if row.shift_version else None,
        },
    }


def _all_recorded() -> dict[tuple[str, str], Day]:
    versions = {
        row.public_id: row.starts_on.isoformat()
        for model in (PolicyVersion, ShiftVersion)
        for row in model.objects.all()
    }
    punches: dict[tuple[int, dt.date | None], set[Any]] = {}
    for state in PunchState.objects.filter(voided_at=None).select_related("punch"):
        mine = punches.setdefault((state.employee_id, state.attendance_date), set())
        mine.add((str(state.punch.public_id), state.owner_reason))
    return {
        (row.employee.code, row.date.isoformat()): _recorded(
            row, versions, punches.get((row.employee_id, row.date), set())
        )
        for row in AttendanceDay.objects.select_related("employee")
        # A day of leave that has not come has a row, and no verdict yet.
        if not row.is_open or (row.employee_id, row.date) in punches
    }


def _roll(company: Company, first: dt.date, now: dt.datetime) -> dict[str, Day]:
    """The product's roll of a month by the people's codes, of whom anything is recorded in it."""
    last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    people = list(Employee.objects.order_by("code"))
    rows = roll(company=company, people=people, first=first, last=last, now=now)
    return {
        person.code: {
            "codes": [day.code for day in row.days],
            # A scenario knows no pictures, so nothing of a face that somebody must look at.
            "problems": sum(
                bool({*day.flags} - {DayException.FACE}) or day.status in PROBLEMS
                for day in row.days[row.begin : row.end]
            ),
            "totals": [
                row.totals.present_halves, row.totals.absent_halves, row.totals.leave_by_code,
                row.totals.off_halves, row.totals.unmarked_halves, row.totals.late_count,
                row.totals.late_minutes, row.totals.early_minutes, row.totals.worked_minutes,
            ],
        }
        for person, row in zip(people, rows, strict=True)
        if row.minutes
    }  # fmt: skip


def _halves(days: str) -> int:
    return int(2 * float(days))


def _sheet(row: Day) -> Day:
    totals = row["totals"]
    codes = {code: _halves(days) for code, days in totals["leave_by_code"].items()}
    return {
        "codes": [day["code"] for day in row["days"]],
        "problems": totals["open"],
        "totals": [
            _halves(totals["present"]), _halves(totals["absent"]), codes, _halves(totals["off"]),
            _halves(totals["unmarked"]), totals["late_count"], totals["late_minutes"],
            totals["early_minutes"], totals["worked_minutes"],
        ],
    }  # fmt: skip


def _hr_mends(company: Company) -> None:
    """Let HR do by hand what it may, to some days a week ago."""
    hari, maya, asha = (Employee.objects.get(code=code) for code in ("HT001", "HT002", "HT003"))
    hr = Actor(
        kind=ActorKind.PERSON, id=str(hari.user.public_id), name=hari.name, user=hari.user,
        company=company, employee=hari, roles=frozenset({Role.HR}),
    )  # fmt: skip
    monday = dt.date(2026, 11, 16)
    halves = (DayStatus.PRESENT, DayStatus.ABSENT)
    verdicts.day_set(
        employee=maya, date=monday, halves=halves, worked_minutes=240, reason="Half", by=hr
    )
    verdicts.day_skip(employee=asha, date=monday, reason="Moved", by=hr)
    first = PunchState.objects.filter(employee=maya, attendance_date=monday + dt.timedelta(1))
    decisions.punch_void(punch=first.earliest("occurred_at").punch, reason="Not her", by=hr)
    entered = entries.Entered(at("2026-11-18 20:40"), Direction.OUT)
    entries.punches_enter(
        employee=asha, entered=[entered], source=Source.HR, reason="Seen", by=hr,
        token=uuid.UUID(int=1),
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("when", "is_mended"), [("2026-11-24 12:00", True), ("2026-04-05 03:20", False)]
)
def test_the_demo_company_is_judged_alike(when: str, is_mended: bool) -> None:
    with time_machine.travel(at(when), tick=False):
        company = demo.build()
        with company_scope(company):
            if is_mended:
                _hr_mends(company)
            recorded = _all_recorded()
            dates = {date for _code, date in recorded}
            first, last = (dt.date.fromisoformat(pick(dates)) for pick in (min, max))
            month = at(when).date().replace(day=1)
            rolled = _roll(company, month, at(when))
            text = scenario_of(at(when), first, last)
    starts = _starts(text)
    scenario = json.loads(text)
    scenario["ask"].append({"sheet": {"month": f"{month:%Y-%m}"}})
    answer, sheet = simulate(json.dumps(scenario))["answers"]
    assert {row["person"]: _sheet(row) for row in sheet["sheet"]["people"]} == rolled
    simulated = {
        (day["person"], day["date"]): _simulated(day, starts)
        for day in answer["days"]
        # What is open and has no punch yet is written when its time comes.
        if day["is_row"] and (day["punches"] or not day["is_open"])
    }
    assert len(recorded) > 900
    by_hand = {step[0] for day in recorded.values() for step in day["steps"]} & {"manual"}
    assert bool(by_hand) == is_mended
    assert simulated == recorded
