"""A company's leave types and plans as the rules want them, kept per process until they change.

The cache is keyed by the company's `settings_revision`, as that of attendance is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from attendance.rules.settings import Steps
from companies.models import Company
from leave.enums import (
    CarryOn,
    CountsDaysOff,
    Decider,
    First,
    Frequency,
    Moment,
    Switch,
    Unit,
)
from leave.models import (
    LeaveApprovalStep,
    LeavePlan,
    LeavePlanVersion,
    LeaveRequestState,
    LeaveType,
    LeaveTypeVersion,
)
from leave.rules.accrual import After, CarryDate, Milestone
from leave.rules.amounts import converted
from leave.rules.asking import TypeRules
from leave.rules.periods import Rhythm
from leave.rules.plan_form import days_of, milestones_of
from leave.rules.years import LeaveYear

_MOST_COMPANIES = 256

_cache: dict[uuid.UUID, LeaveSettings] = {}


@dataclass(frozen=True)
class Link:
    """Who decides at a place of a chain: one of these, of requests above an amount."""

    place: int
    decider: Decider
    above: Decimal
    person_id: int | None = None


# Where a type names nobody, whoever answers for the person decides.
DEFAULT_CHAIN = (Link(1, Decider.MANAGER, Decimal(0)),)


@dataclass(frozen=True, kw_only=True)
class TypeOn:
    """One version of a leave type; `row` is for foreign keys, `rules` for the rules."""

    row: LeaveTypeVersion
    rules: TypeRules
    chain: tuple[Link, ...]
    leave_year: LeaveYear

    @property
    def books_type_id(self) -> int:
        """Whose books it draws on: its own or another type's."""
        found: int = self.row.draws_on_id or self.row.leave_type_id
        return found

    @property
    def is_in_hours(self) -> bool:
        return self.row.unit == Unit.HOUR

    def links(self, place: int, amount: Decimal) -> tuple[Link, ...]:
        """Who may decide at a place about a request that counts so much; none: it is left out."""
        here = [link for link in self.chain if link.place == place]
        return tuple(link for link in here if amount > link.above)

    def next_place(self, place: int, amount: Decimal) -> int | None:
        """The next place of the chain that takes part, or none after the last one.

        A chain that asks nobody about so short a request asks its first place.
        """
        places = sorted({link.place for link in self.chain})
        taking = [each for each in places if self.links(each, amount)] or places[:1]
        return next((each for each in taking if each > place), None)


def is_named(company: Company, employee: int) -> bool:
    """Return whether a chain of any version names the person; of the settings in memory."""
    return any(
        link.person_id == employee
        for rules in leave_settings(company).by_version.values()
        for link in rules.chain
    )


def links_at(rules: TypeOn, place: int | None, status: LeaveRequestState) -> tuple[Link, ...]:
    """Return who may decide at a place; a chain that asks nobody asks its first place.

    To whom it was passed on decides as well, as long as it waits there.
    """
    here = tuple(link for link in rules.chain if link.place == place)
    found = tuple(link for link in here if status.amount > link.above) or here
    if place is not None and place == status.place and status.passed_to_id is not None:
        found += (Link(place, Decider.PERSON, Decimal(0), status.passed_to_id),)
    return found


@dataclass(frozen=True, kw_only=True)
class PlanOn:
    """One version of a plan, without whose it is."""

    starts_on: dt.date
    rhythm: Rhythm
    moment: Moment
    first: First
    switch: Switch
    waits: After
    milestones: tuple[Milestone, ...]
    carry_on: CarryDate | None
    counts_from_joining: bool
    by_worked_time: bool


@dataclass(frozen=True, kw_only=True)
class PlanRules:
    """A plan and its versions, by start; of several of one date the last written."""

    row: LeavePlan
    versions: tuple[PlanOn, ...]


@dataclass(frozen=True)
class LeaveSettings:
    """Everything dated about leave that holds for the company as a whole, at one revision."""

    revision: int
    types: Mapping[int, LeaveType]
    versions: Mapping[int, Steps[TypeOn]]
    by_version: Mapping[int, TypeOn]
    plans: Mapping[int, PlanRules]

    def type_on(self, leave_type: int, date: dt.date) -> TypeOn | None:
        """The rules of a type on a date; the first ones hold before it too."""
        steps = self.versions.get(leave_type)
        return steps.on_or_first(date) if steps else None

    def is_in_hours(self, leave_type: int) -> bool:
        """Whether the type's own books are kept in hours; versions never differ in that."""
        first = self.type_on(leave_type, dt.date.min)
        return first is not None and first.is_in_hours

    def to_books(self, rules: TypeOn, amount: Decimal) -> Decimal:
        """An amount of the type's unit in that of the books it draws on; not rounded."""
        to_hours = self.is_in_hours(rules.books_type_id)
        if to_hours == rules.is_in_hours:
            return amount
        return converted(amount, to_hours=to_hours, hours_per_day=rules.row.hours_per_day)


def leave_settings(company: Company) -> LeaveSettings:
    """Return the leave settings of the company at its present revision; five statements when new.

    `company` must be freshly loaded: its `settings_revision` decides whether the cache serves.
    """
    known = _cache.get(company.public_id)
    if known is not None and known.revision == company.settings_revision:
        return known
    if len(_cache) >= _MOST_COMPANIES:
        _cache.clear()
    versions = _versions()
    loaded = _cache[company.public_id] = LeaveSettings(
        revision=company.settings_revision,
        types={row.pk: row for row in LeaveType.objects.order_by("name")},
        versions=_grouped(versions),
        by_version={item.row.pk: item for item in versions},
        plans=_plans(),
    )
    return loaded


def _versions() -> list[TypeOn]:
    chains: dict[int, list[Link]] = {}
    for step in LeaveApprovalStep.objects.order_by("place", "id"):
        link = Link(step.place, Decider(step.decider), step.above, step.person_id)
        chains.setdefault(step.version_id, []).append(link)
    return [
        TypeOn(
            row=row,
            rules=_rules(row),
            chain=tuple(chains.get(row.pk, ())) or DEFAULT_CHAIN,
            leave_year=LeaveYear(month=row.year_month, day=row.year_day),
        )
        for row in LeaveTypeVersion.objects.order_by("id")
    ]


def _grouped(versions: Iterable[TypeOn]) -> dict[int, Steps[TypeOn]]:
    rows: dict[int, list[tuple[dt.date, TypeOn]]] = {}
    for item in versions:
        rows.setdefault(item.row.leave_type_id, []).append((item.row.starts_on, item))
    return {pk: Steps(found) for pk, found in rows.items()}


def _rules(row: LeaveTypeVersion) -> TypeRules:
    dates = frozenset(map(dt.date.fromisoformat, row.only_on)) if row.only_on else None
    return TypeRules(
        unit=Unit(row.unit),
        counts_days_off=CountsDaysOff(row.counts_days_off),
        needs_allocation=row.needs_allocation,
        negative_limit=row.negative_limit,
        most_per_request=row.most_per_request,
        most_in_a_row=row.most_in_a_row,
        most_per_period=row.most_per_period,
        notice_days=row.notice_days,
        backdate_days=row.backdate_days,
        usable_after_days=row.usable_after_days,
        counts_working_days=row.counts_working_days,
        employment_types=frozenset(row.employment_types),
        only_on=dates,
        attachment_after=row.attachment_after,
        converts_planned=row.converts_planned,
        most_granted=row.most_granted,
    )


def _plans() -> dict[int, PlanRules]:
    versions: dict[int, dict[dt.date, PlanOn]] = {}
    for row in LeavePlanVersion.objects.order_by("id"):
        versions.setdefault(row.plan_id, {})[row.starts_on] = _plan_on(row)
    return {
        plan.pk: PlanRules(row=plan, versions=_in_order(versions.get(plan.pk, {}).values()))
        for plan in LeavePlan.objects.order_by("id")
    }


def with_plan_version(settings: LeaveSettings, row: LeavePlanVersion) -> LeaveSettings:
    """Return the settings as they would be with one more version of a plan, written or not."""
    known = settings.plans.get(row.plan_id)
    versions = {item.starts_on: item for item in known.versions} if known else {}
    versions[row.starts_on] = _plan_on(row)
    rules = PlanRules(row=row.plan, versions=_in_order(versions.values()))
    return replace(settings, plans={**settings.plans, row.plan_id: rules})


def _in_order(versions: Iterable[PlanOn]) -> tuple[PlanOn, ...]:
    return tuple(sorted(versions, key=lambda item: item.starts_on))


def _plan_on(row: LeavePlanVersion) -> PlanOn:
    return PlanOn(
        starts_on=row.starts_on,
        rhythm=rhythm_of(row.frequency, row.weekday, row.days, row.month),
        moment=Moment(row.moment),
        first=First(row.first),
        switch=Switch(row.switch),
        waits=After(days=row.waits_days, months=row.waits_months),
        milestones=milestones_of(row.milestones),
        carry_on=_carry_on(row),
        counts_from_joining=row.counts_from_joining,
        by_worked_time=row.by_worked_time,
    )


def rhythm_of(frequency: str, weekday: int, days: Sequence[int], month: int) -> Rhythm:
    """Return the rhythm of these columns; raises `InvalidInput` where the days do not fit it."""
    return Rhythm(frequency=Frequency(frequency), weekday=weekday, days=days_of(days), month=month)


def _carry_on(row: LeavePlanVersion) -> CarryDate | None:
    if row.carry_on == CarryOn.NEVER:
        return None
    if row.carry_on == CarryOn.ANNIVERSARY:
        return CarryDate()
    return CarryDate(month=row.carry_month, day=row.carry_day)
