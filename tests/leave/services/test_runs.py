"""Everything due up to a date: any number of times, in any gaps; and the end of a leave year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from attendance.enums import Direction
from companies.models import AuditEvent, Employee
from companies.scoping import company_scope
from leave import tasks
from leave.models import Allocation, LedgerEntry, PlanAssignment
from leave.services import plans, runs, settings
from tests.leave.world import NOW, Leave, d, make_leave, n

YEAR = {
    "milestones": [
        {"amount": "1.5", "carry": "up_to", "carry_most": "5", "carry_valid_months": 3},
        {"after_months": 6, "amount": "2", "balance_cap": "20", "carry": "up_to",
         "carry_most": "8", "carry_valid_months": 3},
    ],
    "carry_on": "date",
}  # fmt: skip


def _assign(leave: Leave, employee: Employee | None = None, **knobs: Any) -> PlanAssignment:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(plan=plan, by=leave.hr, **{**YEAR, **knobs})
    return plans.plan_assign(employee=employee or leave.maya, plan=plan, by=leave.hr)


def _run(leave: Leave, until: str | dt.date) -> int:
    date = d(until) if isinstance(until, str) else until
    people = runs.with_books(leave.world.company)
    return runs.books_run(company=leave.world.company, people=people, until=date, by=leave.hr)


def _rows() -> list[Any]:
    lines = LedgerEntry.objects.order_by("id").values_list(
        "key", "kind", "amount", "effective_on", "source", "reason"
    )
    return [*lines, *Allocation.objects.order_by("id").values_list("key", "starts_on", "ends_on")]


def test_credits_come_due_once(leave: Leave) -> None:
    given_to = _assign(leave)
    assert _run(leave, "03-02") == 3
    assert _run(leave, "03-02") == 0
    lines = LedgerEntry.objects.order_by("id").values_list("key", "amount", "effective_on")
    assert list(lines) == [
        (f"plan:{given_to.public_id}:2026-{month}-01:0#0", n("1.5"), d(f"{month}-01"))
        for month in ("01", "02", "03")
    ]
    event = AuditEvent.objects.get(verb="leave_books_run")
    assert event.changes == {"lines": [0, 3], "until": [None, "2026-03-02"]}


def test_a_year_is_carried_and_what_was_carried_lapses(leave: Leave) -> None:
    _assign(leave)
    _run(leave, "2027-04-01")
    # 6 × 1.5 + 6 × 2 = 21, capped at 20; 8 move on, and lapse after three months.
    assert [str(leave.balance(text).normalize()) for text in (
        "2026-06-30", "2026-12-31", "2027-01-01", "2027-03-31", "2027-04-01",
    )] == ["9", "2E+1", "1E+1", "14", "8"]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@hypothesis_settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(gaps=st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_running_in_any_gaps_gives_the_same_rows(gaps: list[int]) -> None:
    def rows(code: str, dates: list[dt.date]) -> list[Any]:
        with time_machine.travel(NOW, tick=False):
            leave = make_leave(code)
            with company_scope(leave.world.company):
                made = str(_assign(leave).public_id)
                for date in dates:
                    _run(leave, date)
                return [tuple(str(cell).replace(made, "") for cell in row) for row in _rows()]

    dates = [d("01-01")]
    for gap in gaps:
        dates.append(dates[-1] + dt.timedelta(days=gap))
    code = "-".join(map(str, gaps))
    assert rows(f"gaps-{code}", [*dates, dates[-1]]) == rows(f"once-{code}", dates[-1:])


def test_a_plan_that_is_edited_accrues_nothing_twice(leave: Leave) -> None:
    given_to = _assign(leave, milestones=[{"amount": "3.1"}], carry_on="never")
    _run(leave, "03-02")
    settings.plan_version_set(
        plan=given_to.plan, by=leave.hr, starts_on=d("03-11"), milestones=[{"amount": "6.2"}]
    )
    _run(leave, "03-31")
    # Ten days of March by the old rules, twenty-one by the new ones.
    assert leave.balance("03-31") == n("6.2") + n("1") + n("4.2")


def test_an_assignment_that_ends_gives_back_what_was_paid_ahead(leave: Leave) -> None:
    given_to = _assign(leave, milestones=[{"amount": "3.1"}], carry_on="never")
    _run(leave, "03-02")
    plans.plan_end(assignment=given_to, ends_on=d("03-10"), by=leave.hr)
    _run(leave, "05-31")
    assert leave.balance("05-31") == n("7.2")


def test_leave_drawn_ahead_on_credits_to_come(leave: Leave) -> None:
    _assign(leave)
    _run(leave, "03-02")
    request = leave.approve(leave.submit("06-01", "06-05"))
    assert leave.balance("06-05") == n("-0.5")
    _run(leave, "06-05")
    assert leave.balance("06-05") == n("4")
    assert leave.state(request) == "approved"


def test_what_was_worked_earns(leave: Leave) -> None:
    _assign(leave, frequency="day_worked", milestones=[{"amount": "0.05"}], carry_on="never")
    for text in ("2026-03-02", "2026-03-03"):
        with time_machine.travel(dt.datetime.fromisoformat(f"{text}T18:00+05:45")):
            leave.world.punch(leave.maya, f"{text} 09:00")
            leave.world.punch(leave.maya, f"{text} 17:30", direction=Direction.OUT)
    with time_machine.travel(dt.datetime.fromisoformat("2026-03-05T12:00+05:45")):
        from attendance.tasks import settle_open

        settle_open()
        _run(leave, "03-05")
    assert leave.balance("03-05") == n("0.1")


def test_the_job_runs_every_company_and_again_writes_nothing(leave: Leave) -> None:
    _assign(leave)
    with time_machine.travel(NOW + dt.timedelta(days=40)):
        assert tasks.leave_run() == 4
        assert tasks.leave_run() == 0


def test_a_failure_holds_up_nobody_else(leave: Leave, monkeypatch: pytest.MonkeyPatch) -> None:
    from companies.sweeps import JobIncomplete

    _assign(leave)

    def broken(**_arguments: object) -> int:
        raise ValueError("a bug")

    monkeypatch.setattr(runs, "books_run", broken)
    with pytest.raises(JobIncomplete):
        tasks.leave_run()


def test_statements_do_not_grow_with_people(leave: Leave) -> None:
    plan = _assign(leave).plan

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            _run(leave, "03-02")
        return len(found)

    statements()
    first = statements()
    plans.plan_assign(employee=leave.world.bikram, plan=plan, by=leave.hr)
    _run(leave, "03-02")
    assert statements() == first


# --- a last day that is written late --------------------------------------------------------------
def test_a_last_day_written_late_takes_back_what_was_paid_ahead(leave: Leave) -> None:
    _assign(leave, milestones=[{"amount": "3.1"}], carry_on="never")
    _run(leave, "05-02")
    Employee.objects.filter(pk=leave.maya.pk).update(left_on=d("03-10"))
    assert _run(leave, "05-02") == 3
    assert _run(leave, "05-02") == 0
    assert [leave.balance(on) for on in ("03-10", "03-11", "05-02")] == [n("9.3"), *[n("7.2")] * 2]
    Employee.objects.filter(pk=leave.maya.pk).update(left_on=None)
    _run(leave, "05-02")
    assert leave.balance("05-02") == n("15.5")


def test_rules_of_a_plan_written_late_accrue_nothing_twice(leave: Leave) -> None:
    given_to = _assign(leave, milestones=[{"amount": "3.1"}], carry_on="never")
    _run(leave, "05-02")
    settings.plan_version_set(
        plan=given_to.plan, by=leave.hr, starts_on=d("01-11"), milestones=[{"amount": "6.2"}]
    )
    _run(leave, "05-02")
    assert leave.balance("05-02") == n("1") + n("4.2") + 4 * n("6.2")
