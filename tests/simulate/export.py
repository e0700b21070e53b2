"""A company as a scenario, for the tests that let both judge the same facts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict
from enum import Enum
from typing import Any

from attendance.enums import OvertimeOutcome
from attendance.models import DayMark, OptionalHolidayPick, PunchState, ShiftAssignment
from attendance.selectors import overtime as overtime_of
from attendance.selectors import people as people_of
from attendance.selectors import settings as settings_of
from attendance.simulate.scenario import NOT_OF_RULES
from companies.models import (
    CalendarDay,
    Employee,
    Office,
    OfficeVersion,
    OvertimePolicyVersion,
    Placement,
    PolicyVersion,
    ShiftVersion,
)

Json = dict[str, Any]


def scenario_of(now: dt.datetime, first: dt.date, last: dt.date) -> str:
    """The open company's facts, and the question for everybody's days from `first` to `last`."""
    people = list(Employee.objects.order_by("code"))
    scenario = {
        "schema": 1,
        "now": now.isoformat(),
        "changes": list(_changes()),
        "calendars": _calendars(),
        "shifts": _shifts(),
        "overtime": _overtime(),
        "people": {person.code: _person(person) for person in people},
        "roster": list(_roster()),
        "punches": list(_punches()),
        "marks": list(_marks()),
        "corrections": [*_verdicts(first, last), *_decisions(first, last)],
        "ask": [{"days": {"from": first.isoformat(), "to": last.isoformat()}}],
    }
    return json.dumps(scenario, default=_text, indent=0)


def _text(value: Any) -> str:
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return str(value.value) if isinstance(value, Enum) else str(value.isoformat())


def _without(values: Json, *names: str) -> Json:
    return {name: value for name, value in values.items() if name not in names}


def _changes() -> Iterable[Json]:
    by_date = {row.starts_on: row for row in PolicyVersion.objects.order_by("id")}
    for start, row in by_date.items():
        policy = asdict(settings_of._policy(row))
        rules = _without(policy["rules"], "version_id")
        yield {"from": start, "settings": {**_without(policy, *NOT_OF_RULES), **rules}}


def _calendars() -> Json:
    found: Json = {name: {"versions": [], "days": []} for name in _names(Office.objects.all())}
    for row in OfficeVersion.objects.select_related("office"):
        version = {"from": row.starts_on, **asdict(settings_of._office(row))}
        found[row.office.name]["versions"].append(version)
    for day in CalendarDay.objects.select_related("office").order_by("id"):
        name = day.office.name if day.office else f"{day.country} {day.region}"
        whom: Any = "placed" if day.office else "everyone"
        if day.country:
            whom = {"country": day.country, **({"region": day.region} if day.region else {})}
        calendar = found.setdefault(name, {"for": whom, "days": []})
        calendar["days"].append(
            {"key": str(day.public_id), "date": day.date, "kind": day.kind, "name": day.name}
        )
    return found


def _names(rows: Iterable[Any]) -> list[str]:
    return [row.name for row in rows]


def _shifts() -> Json:
    found: Json = {}
    for row in ShiftVersion.objects.select_related("shift").order_by("id"):
        pattern = asdict(settings_of._pattern(row))
        knobs = _without(pattern, "shift_id", "version_id", "name")
        found.setdefault(row.shift.name, []).append({"from": row.starts_on, **knobs})
    return found


def _overtime() -> Json:
    found: Json = {}
    for row in OvertimePolicyVersion.objects.select_related("policy").order_by("id"):
        knobs = _without(
            asdict(settings_of.overtime_policy(row)), "policy_id", "version_id", "name"
        )
        found.setdefault(row.policy.name, []).append({"from": row.starts_on, **knobs})
    return found


def _person(person: Employee) -> Json:
    rows = Placement.objects.filter(employee=person).select_related(
        "office", "default_shift", "overtime_policy"
    )
    places: list[Json] = []
    for row in rows:
        place: Json = {"from": row.starts_on, "zone": row.zone, "weekly_off": row.weekly_off}
        if row.office:
            place["calendar"] = row.office.name
        if row.default_shift:
            place["shift"] = row.default_shift.name
        if row.overtime_policy:
            place["overtime_policy"] = row.overtime_policy.name
        places.append(place)
    names = ("joined_on", "left_on", "is_active", "judged_from")
    picks = OptionalHolidayPick.objects.filter(employee=person).select_related("calendar_day")
    return {
        **{name: getattr(person, name) for name in names},
        "places": places,
        "picked": [str(pick.calendar_day.public_id) for pick in picks],
    }


def _roster() -> Iterable[Json]:
    for row in ShiftAssignment.objects.select_related("employee", "shift"):
        yield {
            "person": row.employee.code, "shift": row.shift.name,
            "from": row.starts_on, "to": row.ends_on,
        }  # fmt: skip


def _punches() -> Iterable[Json]:
    codes = dict(Employee.objects.values_list("pk", "code"))
    for row in PunchState.objects.filter(voided_at=None).select_related("punch"):
        yield {
            "key": str(row.punch.public_id), "person": codes[row.employee_id],
            "at": row.occurred_at, "direction": row.direction, "source": row.punch.source,
        }  # fmt: skip


def _marks() -> Iterable[Json]:
    keys = dict(Employee.objects.values_list("code", "pk"))
    dates = DayMark.objects.values_list("date", flat=True)
    if not dates:
        return
    marks = people_of._marks(list(keys.values()), min(dates), max(dates))
    for code, pk in keys.items():
        for day in marks[pk].values():
            for mark in day:
                yield {"person": code, **asdict(mark)}


def _verdicts(first: dt.date, last: dt.date) -> Iterable[Json]:
    codes = dict(Employee.objects.values_list("pk", "code"))
    by_person = people_of.manual_verdicts(codes, first=first, last=last)
    for pk, manuals in by_person.items():
        for date, manual in manuals.items():
            day = {"person": codes[pk], "date": date, "reason": manual.reason}
            if manual.status is None:
                yield {"skip": day}
            else:
                said = {
                    name: getattr(manual, name) for name in ("status", "code", "worked_minutes")
                }
                yield {"verdict": {**day, **said}}


def _decisions(first: dt.date, last: dt.date) -> Iterable[Json]:
    codes = dict(Employee.objects.values_list("pk", "code"))
    for (pk, date), row in overtime_of.holding_decisions(codes, first=first, last=last).items():
        reason = row.reason or "approved"
        said: Json = {
            "person": codes[pk], "date": date, "outcome": row.outcome, "reason": reason
        }  # fmt: skip
        if row.outcome == OvertimeOutcome.SET:
            said |= {"extra_minutes": row.extra_minutes, "missing_minutes": row.missing_minutes}
        yield {"overtime": said}
