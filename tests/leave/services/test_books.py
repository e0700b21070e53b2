"""Writing the books by hand: grants, adjustments, what is paid out; types and plans."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from companies.errors import NotAllowed, OwnRecord, ReasonMissing
from companies.models import AuditEvent
from leave.enums import Decider, EntryKind
from leave.errors import (
    AmountUnfit,
    BelowLimit,
    ChainUnfit,
    LeaveUncovered,
    NoSuchAllocation,
    OverMost,
    PaidTooMuch,
    PlanBeforeJoining,
    PlanOverlaps,
    PlanUnfit,
    UnitChanged,
    YearClosed,
)
from leave.models import (
    Allocation,
    LeaveApprovalStep,
    LeavePlan,
    LeaveType,
    LeaveYearClose,
    LedgerEntry,
    PlanAssignment,
)
from leave.services import books, plans, runs, settings
from leave.terms import Link, leave_settings
from tests.leave.world import NOW, Leave, d, n


def _adjust(leave: Leave, amount: str, **more: Any) -> LedgerEntry:
    chosen = {"employee": leave.maya, "by": leave.hr, "reason": "Miscounted", **more}
    return books.adjustment_add(leave_type=leave.annual, amount=n(amount), now=NOW, **chosen)


def _pay(leave: Leave, amount: str, rate: str = "100") -> list[LedgerEntry]:
    return books.encash(
        employee=leave.maya, leave_type=leave.annual, amount=n(amount), rate=n(rate), by=leave.hr,
        now=NOW,
    )  # fmt: skip


def _close(leave: Leave, to: str) -> None:
    LeaveYearClose.objects.create(
        company=leave.world.company, leave_type=leave.annual, closed_to=d(to), closed_at=NOW,
        closed_by=leave.world.hari.user,
    )  # fmt: skip


# --- grants ---------------------------------------------------------------------------------------
def test_a_grant_is_an_allocation_and_its_line(leave: Leave) -> None:
    key = leave.grant("10", "03-01", "12-31")
    row = Allocation.objects.get()
    assert (row.key, row.starts_on, row.ends_on) == (key, d("03-01"), d("12-31"))
    line = LedgerEntry.objects.get()
    assert (line.kind, line.amount, line.source, line.key, line.reason, line.by_name) == (
        "grant", n("10"), key, f"{key}#0", "Yearly", "Hari",
    )  # fmt: skip
    assert (leave.balance("02-28"), leave.balance("03-01")) == (n("0"), n("10"))
    event = AuditEvent.objects.get(verb="leave_granted")
    assert (event.reason, event.changes["amount"]) == ("Yearly", [None, "10"])


def test_the_same_key_grants_once(leave: Leave) -> None:
    def give() -> Allocation:
        return books.grant_give(
            employee=leave.maya, leave_type=leave.annual, amount=n("4"), starts_on=d("01-01"),
            reason="Opening", key="opening:2026", by=leave.hr,
        )  # fmt: skip

    assert give() == give()
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": " "}, ReasonMissing),
        ({"amount": n("0")}, AmountUnfit),
        ({"amount": n("-1")}, AmountUnfit),
        ({"amount": n("0.00001")}, AmountUnfit),
        ({"amount": Decimal("NaN")}, AmountUnfit),
        ({"starts_on": d("03-02"), "ends_on": d("03-01")}, ValidationError),
        ({"carries": {"carry": "some"}}, ValidationError),
    ],
)
def test_grants_that_are_refused(
    leave: Leave, changes: dict[str, Any], error: type[Exception]
) -> None:
    chosen: dict[str, Any] = {"amount": n("1"), "starts_on": d("01-01"), "reason": "Yearly"}
    with pytest.raises(error):
        books.grant_give(
            employee=leave.maya, leave_type=leave.annual, by=leave.hr, **{**chosen, **changes}
        )
    assert not LedgerEntry.objects.exists()


def test_only_hr_grants_and_never_to_themselves(leave: Leave) -> None:
    give: dict[str, Any] = {
        "leave_type": leave.annual, "amount": n("1"), "starts_on": d("01-01"), "reason": "x",
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        books.grant_give(employee=leave.maya, by=leave.boss, **give)
    with pytest.raises(OwnRecord):
        books.grant_give(employee=leave.world.hari, by=leave.hr, **give)
    bare = settings.type_add(company=leave.world.company, name="Bare", code="BR", by=leave.hr)
    with pytest.raises(NotAllowed):
        books.grant_give(employee=leave.maya, by=leave.hr, **{**give, "leave_type": bare})


def test_a_leave_year_grants_no_more_than_its_most(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, most_granted=n("12"))
    key = leave.grant("10")
    with pytest.raises(OverMost) as refused:
        leave.grant("3")
    assert refused.value.values == {"most": "12"}
    with pytest.raises(OverMost):
        _adjust(leave, "3", allocation=key)
    leave.grant("3", "2027-01-01")
    _adjust(leave, "2", allocation=key)


def test_new_days_come_before_carried_ones(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, most_granted=n("12"))
    leave.grant("8", "01-01", "12-31")
    said = {"first": "2027-01-01", "last": "2027-12-31"}
    leave.grant("10", **said, carries={"carry": "all"})
    runs.books_run(company=leave.world.company, people=[leave.maya.pk], until=d("2027-01-01"),
                   by=leave.hr)  # fmt: skip
    assert leave.balance("2027-01-01") == n("12")


def test_a_carry_within_the_most_is_kept_as_it_was_said(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, most_granted=n("12"))
    for carries, expected in (
        ({"carry": "none"}, {"carry": "none"}),
        ({"carry": "up_to", "carry_most": "1"}, {"carry": "up_to", "carry_most": "1"}),
        (None, None),
    ):
        leave.grant("1", "2027-01-01", "2027-12-31", carries=carries)
        assert Allocation.objects.latest("id").carries == expected


def test_a_closed_year_takes_no_grant_and_no_adjustment(leave: Leave) -> None:
    _close(leave, "03-01")
    with pytest.raises(YearClosed):
        leave.grant("3", "03-01")
    leave.grant("3", "03-02")
    with pytest.raises(YearClosed):
        _adjust(leave, "1", effective_on=d("02-28"))


# --- adjustments ----------------------------------------------------------------------------------
def test_an_adjustment_shares_the_validity_of_what_it_adjusts(leave: Leave) -> None:
    key = leave.grant("10", "01-01", "03-31")
    line = _adjust(leave, "-2", allocation=key)
    assert (line.effective_on, line.source, line.amount) == (d("03-02"), key, n("-2"))
    assert (leave.balance("03-31"), leave.balance("04-01")) == (n("8"), n("0"))


def test_an_adjustment_leaves_approved_leave_covered(leave: Leave) -> None:
    key = leave.grant("5")
    leave.approve(leave.submit("03-04", "03-06"))
    with pytest.raises(LeaveUncovered) as refused:
        _adjust(leave, "-3", allocation=key)
    assert refused.value.values == {"amount": "1"}
    _adjust(leave, "-2", allocation=key)


def test_a_debt_stays_within_what_the_type_allows(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, negative_limit=n("2"))
    with pytest.raises(BelowLimit) as refused:
        _adjust(leave, "-3")
    assert refused.value.values == {"amount": "1"}
    _adjust(leave, "-2")
    assert leave.balance("03-02") == n("-2")
    _adjust(leave, "1")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": ""}, ReasonMissing),
        ({"amount": "0"}, AmountUnfit),
        ({"allocation": "grant:none"}, NoSuchAllocation),
    ],
)
def test_adjustments_that_are_refused(
    leave: Leave, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        _adjust(leave, **{"amount": "1", **changes})


# --- paying out -----------------------------------------------------------------------------------
def test_leave_is_paid_out_above_a_floor_and_up_to_a_years_most(leave: Leave) -> None:
    settings.type_version_set(
        leave_type=leave.annual, by=leave.hr, encash_keep=n("4"), encash_most=n("5")
    )
    first, second = leave.grant("3", "01-01", "12-31"), leave.grant("7")
    leave.submit("03-04")
    with pytest.raises(PaidTooMuch) as refused:
        _pay(leave, "5.5")
    assert refused.value.values == {"most": "5"}
    rows = _pay(leave, "4", "99.995")
    assert [(row.source, row.amount, row.rate) for row in rows] == [
        (first, n("-2"), n("99.995")), (second, n("-2"), n("99.995")),
    ]  # fmt: skip
    assert AuditEvent.objects.get(verb="leave_paid_out").changes["paid"] == [None, "399.98"]
    with pytest.raises(PaidTooMuch):
        _pay(leave, "1.5")
    _pay(leave, "1")
    assert leave.balance("03-02") == n("5")


def test_what_is_not_paid_out(leave: Leave) -> None:
    leave.grant("10")
    with pytest.raises(PaidTooMuch):
        _pay(leave, "1")
    with pytest.raises(AmountUnfit):
        _pay(leave, "-1")
    with pytest.raises(AmountUnfit):
        _pay(leave, "1", "-1")


# --- types and plans ------------------------------------------------------------------------------
def test_a_type_has_a_code_of_its_own(leave: Leave) -> None:
    add = settings.type_add
    made = add(company=leave.world.company, name=" Casual ", code="CL", by=leave.hr)
    assert (made.name, LeaveType.objects.count()) == ("Casual", 2)
    for name, code in (("Casual", "C2"), ("Other", "CL"), ("Present", "P"), ("Low", "cl")):
        with pytest.raises(ValidationError):
            add(company=leave.world.company, name=name, code=code, by=leave.hr)
    with pytest.raises(NotAllowed):
        add(company=leave.world.company, name="Mine", code="MI", by=leave.boss)


def test_rules_are_versions_from_a_date(leave: Leave) -> None:
    settings.type_version_set(
        leave_type=leave.annual, by=leave.hr, starts_on=d("07-01"), notice_days=7,
        chain=(Link(1, Decider.MANAGER, n("0")), Link(2, Decider.HR, n("3"))),
    )  # fmt: skip
    leave.world.company.refresh_from_db()
    found = leave_settings(leave.world.company)
    before, after = (found.type_on(leave.annual.pk, d(text)) for text in ("06-30", "07-01"))
    assert before is not None and after is not None
    assert (before.rules.notice_days, after.rules.notice_days) == (0, 7)
    assert (len(before.chain), len(after.chain)) == (1, 2)
    assert LeaveApprovalStep.objects.count() == 2


def test_rules_that_do_not_fit_are_refused(leave: Leave) -> None:
    write = settings.type_version_set
    with pytest.raises(UnitChanged):
        write(leave_type=leave.annual, by=leave.hr, unit="hour")
    with pytest.raises(ChainUnfit):
        write(leave_type=leave.annual, by=leave.hr, chain=(Link(2, Decider.HR, n("0")),))
    with pytest.raises(ValidationError):
        write(leave_type=leave.annual, by=leave.hr, chain=(Link(1, Decider.PERSON, n("0")),))
    for knobs in (
        {"draws_on": leave.annual}, {"hours_per_day": n("25")}, {"year_month": 13},
        {"employment_types": ["boss"]}, {"employment_types": "employee"},
        {"only_on": ["soon"]}, {"only_on": ["2026-03-02", "2026-03-02"]},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            write(leave_type=leave.annual, by=leave.hr, **knobs)
    with pytest.raises(NotAllowed):
        write(leave_type=leave.annual, by=leave.boss)


def _plan(leave: Leave, name: str = "Monthly", **knobs: Any) -> LeavePlan:
    plan = settings.plan_add(leave_type=leave.annual, name=name, by=leave.hr)
    settings.plan_version_set(
        plan=plan, by=leave.hr, **{"milestones": [{"amount": "1.5"}], **knobs}
    )
    return plan


def test_plans_are_refused_where_their_rules_do_not_fit(leave: Leave) -> None:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    with pytest.raises(ValidationError):
        settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    with pytest.raises(NotAllowed):
        settings.plan_add(leave_type=leave.annual, name="Mine", by=leave.boss)
    good = [{"amount": "1.5"}]
    for knobs in (
        {"milestones": []}, {"milestones": [{"amount": 1.5}]}, {"milestones": ["1.5"]},
        {"milestones": [{"amount": "1", "yearly": "12"}]}, {"milestones": [{"much": "1"}]},
        {"milestones": [{"amount": "x"}]}, {"milestones": [{"amount": "1", "carry": "some"}]},
        {"milestones": [{"amount": "1", "after_years": "1"}]},
        {"milestones": [{"amount": "1", "carry_valid_until": "soon"}]},
        {"milestones": [{"amount": "1", "round_to": "0.3"}]},
        {"milestones": [*good, *good]}, {"milestones": good, "days": "1"},
        {"milestones": good, "days": [0]}, {"milestones": good, "carry_day": 32},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            settings.plan_version_set(plan=plan, by=leave.hr, **knobs)
    with pytest.raises(PlanUnfit):
        settings.plan_version_set(plan=plan, by=leave.hr, milestones=good, days=[1, 16])
    with pytest.raises(NotAllowed):
        settings.plan_version_set(plan=plan, by=leave.boss, milestones=good)


def test_a_person_has_one_plan_of_a_type_at_a_time(leave: Leave) -> None:
    first, second = _plan(leave), _plan(leave, "Other")
    made = plans.plan_assign(employee=leave.maya, plan=first, by=leave.hr)
    assert (made.starts_on, made.ends_on) == (leave.maya.joined_on, None)
    with pytest.raises(PlanOverlaps) as refused:
        plans.plan_assign(employee=leave.maya, plan=second, by=leave.hr, starts_on=d("07-01"))
    assert refused.value.values == {"plan": "Monthly", "first": "1 January 2026", "last": "…"}
    plans.plan_end(assignment=made, ends_on=d("06-30"), by=leave.hr)
    plans.plan_assign(employee=leave.maya, plan=second, by=leave.hr, starts_on=d("07-01"))
    with pytest.raises(PlanOverlaps) as refused:
        plans.plan_end(assignment=made, ends_on=d("07-01"), by=leave.hr)
    assert refused.value.values["plan"] == "Other"
    assert PlanAssignment.objects.count() == 2


def test_assignments_that_are_refused(leave: Leave) -> None:
    plan = _plan(leave)
    with pytest.raises(PlanBeforeJoining):
        plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr, starts_on=d("2025-12-31"))
    with pytest.raises(ValidationError):
        plans.plan_assign(
            employee=leave.maya, plan=plan, by=leave.hr, starts_on=d("03-02"), ends_on=d("03-01")
        )
    with pytest.raises(OwnRecord):
        plans.plan_assign(employee=leave.world.hari, plan=plan, by=leave.hr)
    with pytest.raises(NotAllowed):
        plans.plan_assign(employee=leave.maya, plan=plan, by=leave.boss)
    _close(leave, "01-31")
    with pytest.raises(YearClosed):
        plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    made = plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr, starts_on=d("02-01"))
    with pytest.raises(YearClosed):
        plans.plan_end(assignment=made, ends_on=d("01-31"), by=leave.hr)


def test_an_extra_credit_under_a_plan_counts_to_its_most_of_the_year(leave: Leave) -> None:
    plan = _plan(leave, milestones=[{"amount": "1.5", "yearly_cap": "5"}])
    given = plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    runs.books_run(company=leave.world.company, people=[leave.maya.pk], until=d("03-01"),
                   by=leave.hr)  # fmt: skip

    def extra(amount: str) -> Allocation:
        return books.grant_give(
            employee=leave.maya, leave_type=leave.annual, amount=n(amount), starts_on=d("03-02"),
            reason="A good year", under=given, by=leave.hr,
        )  # fmt: skip

    with pytest.raises(OverMost) as refused:
        extra("1")
    assert refused.value.values == {"most": "0.5"}
    assert extra("0.5").key.startswith(f"plan:{given.public_id}:{EntryKind.GRANT}:")
    runs.books_run(company=leave.world.company, people=[leave.maya.pk], until=d("04-01"),
                   by=leave.hr)  # fmt: skip
    assert leave.balance("04-01") == n("5")
