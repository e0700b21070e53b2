"""Extra and missing minutes of the days that are judged: computed beside them, in memory.

A company without an overtime policy pays nothing for it. Others pay one statement that reads what
stands, whatever the number of people, one more where a figure changes, and those that write.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from attendance.enums import OvertimeOutcome, OvertimeState
from attendance.models import AttendanceDay, OvertimeDay, OvertimeDecision
from attendance.rules import schema, zones
from attendance.rules.judge import Judged, judge_whole
from attendance.rules.overtime.compute import Reach, compute
from attendance.rules.overtime.standing import Decided, Minutes, banked_of, stand
from attendance.rules.overtime.types import Overtime, OvertimePolicy, Part
from attendance.rules.settings import CompanySettings
from attendance.rules.stretch import REACH, dates
from attendance.selectors.overtime import parts_of
from attendance.services.changes import Change
from companies.enums import OvertimeApproval

if TYPE_CHECKING:
    from attendance.services.judging import Work

_TWO_DAYS = dt.timedelta(days=2)
_NAMES = ("id", "public_id", "company", "employee", "date")
_COLUMNS = tuple(
    field.name for field in OvertimeDay._meta.concrete_fields if field.name not in _NAMES
)
# What is computed; the rest of a row follows from decisions.
_COMPUTED = (
    "extra_minutes", "missing_minutes", "banked_minutes", "parts", "steps", "policy_name",
    "policy_version", "needs_approval",
)  # fmt: skip
_NO_FIGURES: Mapping[str, Any] = {
    "extra_minutes": 0, "missing_minutes": 0, "banked_minutes": 0, "parts": [], "steps": [],
    "policy_name": "", "policy_version": None, "needs_approval": False,
}  # fmt: skip


@dataclass
class OvertimeWork:
    """The rows of one person that computing changes."""

    created: list[OvertimeDay] = field(default_factory=list)
    updated: list[OvertimeDay] = field(default_factory=list)
    deleted: list[OvertimeDay] = field(default_factory=list)


@dataclass(frozen=True)
class _Changed:
    """A date whose figures differ from those that stand."""

    work: Work
    date: dt.date
    row: OvertimeDay | None
    values: dict[str, Any]


def margin(settings: CompanySettings) -> dt.timedelta:
    """Return how far around a stretch rows are read: whole weeks, and the days beside them."""
    reach = _reach(settings)
    return REACH + _TWO_DAYS if reach.is_weekly and reach.is_split else REACH


def _policies(settings: CompanySettings) -> list[OvertimePolicy]:
    return [policy for versions in settings.overtime.values() for policy in versions]


def _reach(settings: CompanySettings) -> Reach:
    return Reach.of(_policies(settings))


def overtime_compute(works: Collection[Work], *, locked: Collection[dt.date]) -> None:
    """Compute the extra and missing minutes that the judged days concern; `save` writes them.

    Dates of `locked` months stay as they are. A settled day keeps the policy it was settled by.
    """
    if not works:
        return
    settings = next(iter(works)).stretch.calendar.settings
    if not settings.overtime:
        return
    reach = _reach(settings)
    spans = [reach.concerned(work.stretch.first, work.stretch.last) for work in works]
    standing = _standing(works, spans)
    by_id = {policy.version_id: policy for policy in _policies(settings)}
    changed: list[_Changed] = []
    for work, (first, last) in zip(works, spans, strict=True):
        rows = standing[work.employee.pk]
        policy_on = _policy_of(work, rows, by_id)
        judged = list(_judged(work, *reach.needed(first, last)))
        found = compute(judged, policy_on, start=first, end=last)
        for date in dates(first, last):
            if date.replace(day=1) not in locked:
                changed += _changed(work, date, rows.get(date), found.get(date))
    _stand_all(changed)


def _standing(
    works: Collection[Work], spans: list[tuple[dt.date, dt.date]]
) -> dict[int, dict[dt.date, OvertimeDay]]:
    found: dict[int, dict[dt.date, OvertimeDay]] = {work.employee.pk: {} for work in works}
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    for row in OvertimeDay.objects.filter(employee__in=list(found), date__range=(first, last)):
        found[row.employee_id][row.date] = row
    return found


def _policy_of(
    work: Work, rows: Mapping[dt.date, OvertimeDay], by_id: Mapping[str, OvertimePolicy]
) -> Callable[[dt.date], OvertimePolicy | None]:
    def policy_on(date: dt.date) -> OvertimePolicy | None:
        day, row = work.days.get(date), rows.get(date)
        if day is not None and _keeps(work, date):
            return by_id.get(str(day.overtime_version))
        if day is None and row is not None and date not in work.fresh:
            return by_id.get(str(row.policy_version))
        return work.stretch.calendar.overtime_on(date)

    return policy_on


def _keeps(work: Work, date: dt.date) -> bool:
    """Whether the date's row has settled, and keeps the policy it was settled by."""
    is_anew = work.is_overtime_fresh and date in work.fresh
    return date in work.stretch.kept and not is_anew


def _judged(work: Work, since: dt.date, until: dt.date) -> Iterator[Judged]:
    """Yield every row from `since` to `until`: those just judged, others as they stand."""
    mine = {item.day.date: item for item in work.judged}
    for date in dates(since, until):
        if date in mine:
            yield mine[date]
        else:
            yield _as_it_stands(work, date)


def _as_it_stands(work: Work, date: dt.date) -> Judged:
    row = work.days.get(date)
    if row is None:
        return judge_whole(work.stretch.blank(date), now=work.now)
    kept = work.stretch.kept.get(date)
    if kept is not None:
        return judge_whole(kept, now=max(work.now, row.settled_at or work.now))
    # Whoever judges it next says what it is; until then it is what it was.
    return judge_whole(schema.from_json(row.input), now=row.judged_at)


def _changed(
    work: Work, date: dt.date, row: OvertimeDay | None, found: Overtime | None
) -> Iterator[_Changed]:
    values = dict(_NO_FIGURES)
    if found is not None and not found.is_nothing:
        values = _values(found, work.stretch.calendar.zone_on(date))
    elif row is None:
        return
    elif row.state == OvertimeState.SET and found is not None:
        values |= {"policy_name": found.policy.name, "steps": _steps(found)}
    if row is None or any(getattr(row, name) != values[name] for name in _COMPUTED):
        yield _Changed(work, date, row, values)


def _steps(found: Overtime) -> list[dict[str, Any]]:
    return [{"code": step.code, "values": dict(step.values)} for step in found.steps]


def _values(found: Overtime, zone: str) -> dict[str, Any]:
    return {
        "extra_minutes": found.extra_minutes,
        "missing_minutes": found.missing_minutes,
        "banked_minutes": found.banked_minutes,
        "parts": [part_to_json(part, zone) for part in found.parts],
        "steps": _steps(found),
        "policy_name": found.policy.name,
        "policy_version": uuid.UUID(found.policy.version_id),
        "needs_approval": found.policy.approval == OvertimeApproval.MANAGER,
    }


def part_to_json(part: Part, zone: str) -> dict[str, Any]:
    """Return a part as a row keeps it, its times on the wall of the place."""
    return {
        "rule": part.rule,
        "rate_percent": part.rate_percent,
        "is_banked": part.is_banked,
        "minutes": part.minutes,
        "spans": [[zones.local_iso(at, zone) for at in span] for span in part.spans],
    }


# --- what counts ----------------------------------------------------------------------------------
def _stand_all(changed: list[_Changed]) -> None:
    """Say anew how the changed dates stand after what was decided of them."""
    if not changed:
        return
    decisions = _decisions(changed)
    for item in changed:
        employee, work = item.work.employee, item.work
        before = _figures(item.row)
        decision = decisions.get((employee.pk, item.date))
        is_set = decision is not None and decision.outcome == OvertimeOutcome.SET
        if item.row is not None and not _is_something(item.values) and not is_set:
            work.overtime.deleted.append(item.row)
            _note(work, item.date, before, _figures(None))
            continue
        row = item.row
        if row is None:
            row = OvertimeDay(company=employee.company, employee=employee, date=item.date)
            work.overtime.created.append(row)
        else:
            work.overtime.updated.append(row)
        for name, value in item.values.items():
            setattr(row, name, value)
        restand(row, decision, now=work.now)
        _note(work, item.date, before, _figures(row))


def _is_something(values: Mapping[str, Any]) -> bool:
    return bool(values["extra_minutes"] or values["missing_minutes"])


def _decisions(changed: Iterable[_Changed]) -> dict[tuple[int, dt.date], OvertimeDecision]:
    """Return the decisions that hold for these dates; one statement."""
    people = {item.work.employee.pk for item in changed}
    when = [item.date for item in changed]
    rows = OvertimeDecision.objects.filter(
        Q(replacement__isnull=True), employee__in=people, date__range=(min(when), max(when))
    )
    return {(row.employee_id, row.date): row for row in rows}


def restand(row: OvertimeDay, decision: OvertimeDecision | None, *, now: dt.datetime) -> None:
    """Set what counts of a row by the decision that holds."""
    computed = Minutes(row.extra_minutes, row.missing_minutes, row.banked_minutes)
    standing = stand(computed, decided_of(decision), needs_approval=row.needs_approval)
    row.state = standing.state
    row.counted_extra, row.counted_missing, row.counted_banked = standing.counted
    if standing.state == OvertimeState.SET:
        # What is paid of it goes by the parts as they are now, so the rest does too.
        row.counted_banked = banked_of(parts_of(row), row.counted_extra)
    is_waiting = standing.state == OvertimeState.WAITING
    row.waiting_since = (row.waiting_since or now) if is_waiting else None
    row.computed_at = now


def decided_of(decision: OvertimeDecision | None) -> Decided | None:
    """Return a decision as the rules see it."""
    if decision is None:
        return None
    return Decided(
        OvertimeOutcome(decision.outcome),
        Minutes(decision.extra_minutes, decision.missing_minutes, decision.banked_minutes),
        Minutes(decision.computed_extra, decision.computed_missing, decision.computed_banked),
    )


def _figures(row: OvertimeDay | None) -> dict[str, Any]:
    extra, missing = (row.extra_minutes, row.missing_minutes) if row else (0, 0)
    return {"extra_minutes": extra, "missing_minutes": missing}


def _note(work: Work, date: dt.date, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Add the figures to what judging changes of the date, or say that they alone change."""
    if before == after:
        return
    for place, change in enumerate(work.changes):
        if change.date == date:
            work.changes[place] = replace(
                change,
                before=change.before and {**change.before, **before},
                after=change.after and {**change.after, **after},
            )
            return
    zone = work.stretch.calendar.zone_on(date)
    work.changes.append(Change(work.employee, date, zone, before, after))


# --- writing --------------------------------------------------------------------------------------
def save(works: Collection[Work]) -> None:
    """Write the rows that computing made, changed and took away."""
    created = [row for work in works for row in work.overtime.created]
    updated = [row for work in works for row in work.overtime.updated]
    deleted = [row.pk for work in works for row in work.overtime.deleted]
    if created:
        OvertimeDay.objects.bulk_create(created)
    if updated:
        OvertimeDay.objects.bulk_create(
            updated, update_conflicts=True, unique_fields=["id"], update_fields=_COLUMNS
        )
    if deleted:
        OvertimeDay.objects.filter(pk__in=deleted).delete()


def version_for(work: Work, date: dt.date, row: AttendanceDay | None) -> str:
    """Return the version of the policy that a row is settled by; "" where there is none."""
    if row is not None and _keeps(work, date):
        return str(row.overtime_version or "")
    policy = work.stretch.calendar.overtime_on(date)
    return policy.version_id if policy else ""
