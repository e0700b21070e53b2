"""A date's extra and missing minutes as JSON, with what was decided of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attendance.enums import OvertimeOutcome
from attendance.rules import zones
from attendance.rules.overtime.standing import NOTHING, Decided, Minutes, Standing, banked_of, stand
from attendance.rules.overtime.types import Overtime, Part
from attendance.simulate.forms import Row
from attendance.simulate.people import Person
from companies.enums import OvertimeApproval

Json = dict[str, Any]
Words = Callable[[str, Mapping[str, Any]], str]


def line(item: Overtime, person: Person, words: Words) -> Json:
    """What was computed, how it stands, and why."""
    zone = person.calendar.zone_on(item.date)
    standing = _standing(item, person.overtime.get(item.date))
    return {
        "person": person.name,
        "date": item.date.isoformat(),
        "policy": item.policy.name,
        "version": item.policy.version_id,
        "extra_minutes": item.extra_minutes,
        "missing_minutes": item.missing_minutes,
        "banked_minutes": item.banked_minutes,
        "parts": [_part(part, zone) for part in item.parts],
        "state": standing.state.value,
        "counted_extra_minutes": standing.counted.extra,
        "counted_missing_minutes": standing.counted.missing,
        "counted_banked_minutes": standing.counted.banked,
        "steps": [
            {"code": step.code, "values": dict(step.values), "words": words(step.code, step.values)}
            for step in item.steps
        ],
    }


def counted(item: Overtime, person: Person) -> tuple[tuple[Part, ...], int]:
    """The parts of a date, and how many of its extra minutes count."""
    return item.parts, _standing(item, person.overtime.get(item.date)).counted.extra


def _part(part: Part, zone: str) -> Json:
    return {
        "rule": part.rule,
        "minutes": part.minutes,
        "rate_percent": part.rate_percent,
        "compensation": "banked" if part.is_banked else "paid",
        "spans": [[zones.local_iso(at, zone) for at in span] for span in part.spans],
    }


def _standing(item: Overtime, row: Row | None) -> Standing:
    computed = Minutes(item.extra_minutes, item.missing_minutes, item.banked_minutes)
    needs_approval = item.policy.approval == OvertimeApproval.MANAGER
    if row is None:
        return stand(computed, None, needs_approval=needs_approval)
    counted = NOTHING if row["outcome"] == "refused" else computed
    if row["outcome"] == "set":
        extra = row.get("extra_minutes", item.extra_minutes)
        banked = banked_of(item.parts, extra)
        counted = Minutes(extra, row.get("missing_minutes", item.missing_minutes), banked)
    decided = Decided(OvertimeOutcome(row["outcome"]), counted, computed)
    return stand(computed, decided, needs_approval=needs_approval)
