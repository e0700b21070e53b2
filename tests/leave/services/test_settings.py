"""Rules of types and plans are refused before they are written, where the books could not run."""

from __future__ import annotations

from typing import Any

import pytest

from leave.errors import PlanUnfit, YearClosed
from leave.models import LeavePlan, LeavePlanVersion, LeaveYearClose
from leave.services import plans, settings
from tests.leave.world import NOW, Leave, d


def _plan(leave: Leave, **knobs: Any) -> LeavePlan:
    made = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(
        plan=made, by=leave.hr, **{"milestones": [{"amount": "1.5"}], **knobs}
    )
    return made


@pytest.mark.parametrize(
    ("knobs", "why"),
    [
        (
            {"frequency": "twice_monthly", "days": [1]},
            "twice a month needs two days of the month, every other frequency one",
        ),
        (
            {"frequency": "hour_worked", "milestones": [{"yearly": "18"}]},
            "work has no number of periods over which a yearly amount could be spread",
        ),
        (
            # A year is 366 days for who joins in a leap year: both levels would begin at once.
            {"milestones": [{"amount": "1"}, {"after_years": 1, "amount": "2"},
                            {"after_days": 366, "amount": "3"}]},
            "each milestone begins after the one before it, whenever somebody joins",
        ),
    ],
)  # fmt: skip
def test_a_plan_that_could_not_run_is_refused(leave: Leave, knobs: Any, why: str) -> None:
    with pytest.raises(PlanUnfit) as refused:
        _plan(leave, **knobs)
    assert str(refused.value) == f"These rules do not fit together: {why}."
    assert not LeavePlanVersion.objects.exists()


def test_a_closed_year_keeps_its_rules(leave: Leave) -> None:
    """An edit on a date of a closed year would take back what was carried from it."""
    plan = _plan(leave)
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    LeaveYearClose.objects.create(
        company=leave.world.company, leave_type=leave.annual, closed_to=d("01-31"), closed_at=NOW,
        closed_by=leave.world.hari.user,
    )  # fmt: skip
    again = {"plan": plan, "by": leave.hr, "milestones": [{"amount": "2"}]}
    with pytest.raises(YearClosed):
        settings.plan_version_set(starts_on=d("01-31"), **again)
    settings.plan_version_set(starts_on=d("02-01"), **again)
    # Nobody earns by a plan that is new.
    other = settings.plan_add(leave_type=leave.annual, name="Other", by=leave.hr)
    settings.plan_version_set(plan=other, by=leave.hr, milestones=[{"amount": "1"}])
