"""The books of leave: a year of credits, one person's figures, the end of a year looked at."""

from __future__ import annotations

import datetime as dt
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection

from benchmarks import company
from benchmarks.rejudge import Counter
from companies.actor import job_actor
from companies.models import Company, Employee
from companies.scoping import company_scope
from leave.enums import Frequency
from leave.models import LeavePlan, LeaveType, PlanAssignment
from leave.rules.accrual import Milestone, Plan
from leave.rules.books import Books
from leave.rules.periods import Rhythm
from leave.rules.running import Earner, run
from leave.selectors.balances import figures, ledger
from leave.services import books, runs, settings
from tests.attendance.world import World

SIZES = (1_000, 3_000, 10_000)
CLOSING = 2_000
YEARS = 10
_START, _YEAR_END = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
_LONG_AGO = dt.date(2016, 1, 1)
T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """What a piece of work took of the clock and of this process, and how it asked the database."""

    seconds: float
    cpu: float
    statements: int
    peak_mib: int


def _timed(call: Callable[[], T]) -> tuple[T, Cost]:
    counter = Counter()
    with connection.execute_wrapper(counter):
        began, cpu = time.perf_counter(), time.process_time()
        found = call()
        cost = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found, Cost(*cost, counter.count, peak)


def fill(code: str, people: int, starts_on: dt.date = _START) -> tuple[World, LeaveType]:
    """Return a company where so many people earn a day and a half a month; nothing is run yet."""
    world, employees = company.make(code, people)
    with company_scope(world.company):
        made, plan = _terms(world)
        PlanAssignment.objects.bulk_create(
            (
                PlanAssignment(
                    company=world.company, employee=employee, plan=plan, starts_on=starts_on
                )
                for employee in employees
            ),
            batch_size=1_000,
        )
        if starts_on < _START:
            Employee.objects.filter(pk__in=[each.pk for each in employees]).update(
                joined_on=starts_on
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    world.company.refresh_from_db()
    return world, made


def _terms(world: World) -> tuple[LeaveType, LeavePlan]:
    made = settings.type_add(company=world.company, name="Annual", code="AL", by=world.hr)
    settings.type_version_set(leave_type=made, by=world.hr)
    plan = settings.plan_add(leave_type=made, name="Earned", by=world.hr)
    milestone = {"amount": "1.5", "carry": "up_to", "carry_most": "10", "carry_valid_months": 3}
    settings.plan_version_set(plan=plan, by=world.hr, carry_on="date", milestones=[milestone])
    return made, plan


def _run(of: Company, until: dt.date) -> int:
    """Write everything due, a batch of people after the other, as the job does."""
    by = job_actor("leave_run", of)
    return sum(
        runs.books_run(company=of, people=keys, until=until, by=by)
        for keys in runs.batches(runs.with_books(of))
    )


def _accrual(people: int) -> Iterator[str]:
    world, _made = fill(f"earn{people}", people)
    with company_scope(world.company):
        lines, cost = _timed(lambda: _run(world.company, _YEAR_END))
        again, idle = _timed(lambda: _run(world.company, _YEAR_END))
    each = len(list(runs.batches(range(people))))
    yield (
        f"{people:6,} people × 12 months: {lines:7,} lines in {cost.seconds:5.1f} s, "
        f"{cost.cpu:5.1f} s of them CPU; {1000 * cost.cpu / people:.2f} ms CPU a person; "
        f"{cost.statements / each:4.1f} statements a batch of {runs.PEOPLE_A_BATCH}; "
        f"again {again} lines, {idle.cpu / cost.cpu:.2f} of the CPU; peak {cost.peak_mib} MiB"
    )


def _person() -> Iterator[str]:
    world, made = fill("ten", 1, _LONG_AGO)
    with company_scope(world.company):
        _run(world.company, _YEAR_END)
        person = Employee.objects.select_related("company").get(code="p0")
        books.grant_give(
            employee=person, leave_type=made, amount=Decimal(3), starts_on=_START, by=world.hr,
            reason="measured",
        )  # fmt: skip
        figures(person, on=_YEAR_END, today=_YEAR_END)  # the settings are in memory
        _found, cards = _timed(lambda: figures(person, on=_YEAR_END, today=_YEAR_END))
        lines, whole = _timed(lambda: ledger(person, made))
    yield (
        f"a person with {len(lines)} lines of {YEARS + 1} years: cards {cards.statements} "
        f"statements, {1000 * cards.cpu:.0f} ms CPU; the ledger {whole.statements}, "
        f"{1000 * whole.cpu:.0f} ms"
    )


def _closing() -> Iterator[str]:
    world, made = fill("closing", CLOSING)
    with company_scope(world.company):
        _run(world.company, _YEAR_END)
        fresh: Any = LeaveType.objects.get(pk=made.pk)
        found, cost = _timed(
            lambda: runs.year_end(leave_type=fresh, closed_to=_YEAR_END, by=world.hr)
        )
    yield (
        f"{len(found.people):6,} people, the end of their year looked at: {cost.statements} "
        f"statements, {cost.cpu:.1f} s CPU"
    )


def _daily() -> Iterator[str]:
    """Say how the time of a daily plan grows with its years: twice the years, twice the time."""
    who = Earner(joined_on=_LONG_AGO)
    for title, cap in (("", None), (", with a balance cap", Decimal(90))):
        plan = Plan(
            key="daily", starts_on=_LONG_AGO, rhythm=Rhythm(frequency=Frequency.DAILY),
            milestones=[Milestone(amount=Decimal("0.05"), balance_cap=cap)],
        )  # fmt: skip
        spent = [
            min(_cpu_of_run(plan, who, _LONG_AGO.replace(year=2016 + years)) for _n in range(3))
            for years in (2, 4, 8)
        ]
        said = ", ".join(f"{1000 * each:.0f} ms" for each in spent)
        yield f"a daily plan over 2, 4, 8 years{title}: {said}; 8 : 2 = {spent[2] / spent[0]:.1f}"


def _cpu_of_run(plan: Plan, who: Earner, until: dt.date) -> float:
    began = time.process_time()
    run(Books((), ()), plan, who, until=until)
    return time.process_time() - began


def report() -> Iterator[str]:
    """Yield a line a measurement, as each is done."""
    for people in SIZES:
        yield from _accrual(people)
    yield from _closing()
    yield from _person()
    yield from _daily()
