"""HR grants and adjusts for one person."""

from __future__ import annotations

from typing import Any

import pytest

from leave.models import Allocation, LedgerEntry
from leave.services import plans, runs, settings
from tests.leave.admin.books.conftest import Pages
from tests.leave.world import Leave, d, n


def _of(leave: Leave, deed: str, who: str = "maya") -> str:
    return f"companies/employee/{getattr(leave.world, who).public_id}/{deed}/"


def _body(leave: Leave, **more: Any) -> dict[str, Any]:
    return {"leave_type": str(leave.annual.public_id), "amount": "3", "reason": "Agreed", **more}


def test_leave_is_granted_with_a_reason(leave: Leave, hr: Pages) -> None:
    leave.type("Unpaid", "UL", needs_allocation=False)
    page = hr.get(_of(leave, "grant-leave"))
    assert "Annual" in page
    assert "Unpaid" not in page  # nothing is granted of what draws on nothing
    done = hr.done(
        _of(leave, "grant-leave"), **_body(leave, starts_on="2026-03-01", ends_on="2026-12-31",
                                           is_protected="on"),
    )  # fmt: skip
    assert done == "3 of Annual granted to Maya."
    row = Allocation.objects.get()
    assert (row.starts_on, row.ends_on, row.is_protected) == (d("03-01"), d("12-31"), True)
    line = LedgerEntry.objects.get()
    assert (line.amount, line.reason, line.by_name) == (n("3"), "Agreed", "Hari")


def test_a_double_tap_grants_once(leave: Leave, hr: Pages) -> None:
    body = _body(leave, starts_on="2026-03-01", once="6f9619ff-8b86-4011-b42d-00c04fc964ff")
    hr.done(_of(leave, "grant-leave"), **body)
    assert hr.post(_of(leave, "grant-leave"), **body).status_code == 302
    assert Allocation.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reason": ""}, "Please give a reason."),
        ({"amount": "0"}, "greater than or equal to 0.0001"),
        ({"amount": "many"}, "Enter a number."),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"ends_on": "2026-02-28"}, "The last day is before the first."),
        ({"leave_type": "x"}, "Select a valid choice"),
        ({"amount": "13"}, "The leave year grants 12 at most"),
    ],
)
def test_grants_that_are_refused(
    leave: Leave, hr: Pages, changes: dict[str, str], expected: str
) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, most_granted=n("12"))
    body = _body(leave, starts_on="2026-03-01", **changes) if "starts_on" not in changes else (
        _body(leave, **changes)
    )  # fmt: skip
    assert expected in hr.said(_of(leave, "grant-leave"), **body)
    assert not LedgerEntry.objects.exists()


def test_an_extra_credit_counts_to_the_caps_of_a_plan(leave: Leave, hr: Pages) -> None:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(
        plan=plan, by=leave.hr, milestones=[{"amount": "1", "yearly_cap": "2"}]
    )
    given = plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    body = _body(leave, starts_on="2026-03-01", under=str(given.public_id))
    assert "The leave year grants 2 at most" in hr.said(_of(leave, "grant-leave"), **body)
    hr.done(_of(leave, "grant-leave"), **{**body, "amount": "2"})
    assert Allocation.objects.get().key.startswith(f"plan:{given.public_id}:")
    sick = leave.type("Sick", "SL")
    other = {**body, "leave_type": str(sick.public_id)}
    assert "This plan is of another leave type." in hr.said(_of(leave, "grant-leave"), **other)


def test_nobody_grants_to_themselves(leave: Leave, hr: Pages) -> None:
    page = hr.get(f"companies/employee/{leave.world.hari.public_id}/change/")
    assert "Grant leave" not in page
    body = _body(leave, starts_on="2026-03-01")
    assert "This is about yourself." in hr.said(_of(leave, "grant-leave", "hari"), **body)
    hr.get(_of(leave, "pay-leave", "hari"), 403)
    assert not LedgerEntry.objects.exists()


def test_an_adjustment_goes_where_it_lies(leave: Leave, hr: Pages) -> None:
    first = leave.grant("2", "01-01", "06-30")
    second = leave.grant("5", "01-01", "12-31")
    page = hr.get(_of(leave, "adjust-leave"))
    assert "Annual from 1 Jan 2026 to 30 Jun 2026: 2 left" in page
    assert hr.done(_of(leave, "adjust-leave"), **_body(leave, amount="-3")) == (
        "The balance of Maya is adjusted."
    )
    lines = LedgerEntry.objects.filter(kind="adjustment").order_by("id")
    assert [(row.source, row.amount) for row in lines] == [(first, n("-2")), (second, n("-1"))]
    hr.done(_of(leave, "adjust-leave"), **_body(leave, amount="1", effective_on="2026-02-01"))
    last = LedgerEntry.objects.latest("id")
    assert (last.source, last.amount, last.effective_on) == (second, n("1"), d("02-01"))


def test_an_adjustment_of_what_was_chosen(leave: Leave, hr: Pages) -> None:
    leave.grant("2", "01-01", "06-30")
    leave.grant("5", "01-01", "12-31")
    later = Allocation.objects.latest("id")
    hr.done(
        _of(leave, "adjust-leave"),
        **_body(leave, amount="-3", allocation=str(later.public_id)),
    )
    assert LedgerEntry.objects.latest("id").source == later.key
    sick = leave.type("Sick", "SL")
    wrong = _body(leave, leave_type=str(sick.public_id), allocation=str(later.public_id))
    assert "This was granted of another leave type." in hr.said(_of(leave, "adjust-leave"), **wrong)


def test_adjustments_that_are_refused(leave: Leave, hr: Pages) -> None:
    adjust = _of(leave, "adjust-leave")
    assert "Grant it instead." in hr.said(adjust, **_body(leave))
    leave.grant("5")
    leave.submit("03-04", "03-06")
    # What waits is not taken from under a request either.
    assert "without cover, by 1." in hr.said(adjust, **_body(leave, amount="-3"))
    hr.done(adjust, **_body(leave, amount="-2"))
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, negative_limit=n("2"))
    hr.done(adjust, **_body(leave, amount="-2"))
    assert LedgerEntry.objects.latest("id").source == ""
    hr.done(adjust, **_body(leave, amount="3"))
    assert [str(row.amount.normalize()) for row in LedgerEntry.objects.order_by("-id")[:2]] == [
        "1", "2",
    ]  # fmt: skip


def test_what_no_reason_explains_is_not_adjusted(leave: Leave) -> None:
    from companies.errors import ReasonMissing
    from leave.services import books

    with pytest.raises(ReasonMissing):
        books.adjustment_spread(
            employee=leave.maya, leave_type=leave.annual, amount=n("1"), reason=" ", by=leave.hr
        )


def test_what_runs_credit_is_adjusted_in_the_order_of_use(leave: Leave, hr: Pages) -> None:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(plan=plan, by=leave.hr, milestones=[{"amount": "1.5"}])
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    runs.books_run(
        company=leave.world.company, people=[leave.maya.pk], until=d("03-01"), by=leave.hr
    )
    hr.done(_of(leave, "adjust-leave"), **_body(leave, amount="-2"))
    assert leave.balance("03-02") == n("2.5")
