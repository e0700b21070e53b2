"""What a person has, any date ahead, every figure as a sum of lines; who else is off."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.models import Company, Department, Employee, Placement
from leave import permissions
from leave.errors import RequestRefused
from leave.models import BlockDate, BlockExemption
from leave.rules.years import Dates
from leave.selectors import balances, scenes
from leave.selectors import requests as asked
from leave.services import plans, requests, runs, settings
from leave.terms import leave_settings
from tests.leave.world import NOW, Leave, d, make_leave, n

TODAY = d("03-02")


def _me(leave: Leave) -> Employee:
    found: Employee = Employee.objects.select_related("company").get(pk=leave.maya.pk)
    return found


def test_the_cards_of_a_person(leave: Leave) -> None:
    leave.grant("2", "01-01", "03-31")
    leave.grant("5")
    leave.submit("03-04")
    unpaid = leave.type("Unpaid", "UL", needs_allocation=False, negative_limit=None)
    gone = leave.type("Gone", "GN")
    gone.is_offered = False
    gone.save(update_fields=["is_offered"])
    found = {item.leave_type.name: item for item in balances.figures(
        _me(leave), on=TODAY, today=TODAY
    )}  # fmt: skip
    assert found.keys() == {"Annual", "Unpaid"}
    annual = found["Annual"]
    assert (annual.balance, annual.available, annual.pending) == (n("7"), n("6"), n("1"))
    assert annual.loss is not None
    assert (annual.loss.date, annual.loss.amount) == (d("04-01"), n("2"))
    assert (found["Unpaid"].available, found["Unpaid"].needs_allocation) == (None, False)
    assert balances.figures_of(_me(leave), unpaid, on=TODAY, today=TODAY) == found["Unpaid"]


def test_any_date_ahead_has_the_credits_and_lapses_due_by_then(leave: Leave) -> None:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(
        plan=plan, by=leave.hr, carry_on="date",
        milestones=[{"amount": "1.5", "carry": "up_to", "carry_most": "5"}],
    )  # fmt: skip
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    runs.books_run(company=leave.world.company, people=[leave.maya.pk], until=TODAY, by=leave.hr)

    def on(text: str) -> balances.Figures:
        return balances.figures_of(_me(leave), leave.annual, on=d(text), today=TODAY)

    assert [str(on(text).balance) for text in ("03-02", "12-31", "2027-01-01")] == [
        "4.5000", "18.0000", "6.5000",
    ]  # fmt: skip
    loss = on("03-02").loss
    assert loss is None
    leave.grant("3")
    loss = on("03-02").loss
    assert loss is not None
    assert (loss.date, loss.amount) == (d("2027-01-01"), n("2.5"))


def test_the_ledger_runs_up_to_the_balance(leave: Leave) -> None:
    leave.grant("5")
    leave.approve(leave.submit("03-04", "03-05"))
    lines = balances.ledger(leave.maya, leave.annual)
    assert [(line.entry.kind, line.running) for line in lines] == [
        ("grant", n("5")), ("taken", n("3")),
    ]  # fmt: skip
    assert lines[-1].running == leave.balance("12-31")
    year = balances.movement(leave.maya, leave.annual, Dates(d("03-01"), d("12-31")))
    assert (year.opening, year.allocated, year.taken, year.lapsed, year.closing) == (
        n("5"), n("0"), n("2"), n("0"), n("3"),
    )  # fmt: skip


def test_ten_years_of_books_are_read_in_a_handful_of_statements(leave: Leave) -> None:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(plan=plan, by=leave.hr, milestones=[{"amount": "1.5"}])
    Employee.objects.filter(pk=leave.maya.pk).update(joined_on=d("2016-01-01"))
    leave.maya.refresh_from_db()
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    runs.books_run(company=leave.world.company, people=[leave.maya.pk], until=TODAY, by=leave.hr)
    me = _me(leave)
    leave_settings(me.company)
    with CaptureQueriesContext(connection) as found:
        balances.figures(me, on=TODAY, today=TODAY)
        balances.ledger(me, leave.annual)
    assert len(found) <= 6
    assert leave.balance("03-02") == n("1.5") * 123


def test_a_type_without_rules_has_no_figures(leave: Leave) -> None:
    bare = settings.type_add(company=leave.world.company, name="Bare", code="BR", by=leave.hr)
    found = balances.figures(_me(leave), on=TODAY, today=TODAY)
    assert bare not in [item.leave_type for item in found]


# --- requests -------------------------------------------------------------------------------------
def test_a_persons_requests_and_their_history(leave: Leave) -> None:
    leave.grant("10")
    first = leave.submit("03-04")
    second = requests.request_change(request=first, asked=leave.ask("03-05"), by=leave.me, now=NOW)
    assert [row.request for row in asked.of_person(leave.maya)] == [second, first]
    assert [step.kind for step in asked.history(second)] == ["submitted", "changed", "submitted"]


def test_nobody_stands_around_nothing(leave: Leave) -> None:
    company = Company.objects.get(pk=leave.world.company.pk)
    assert asked.around(company, [], on=TODAY) == {}


def test_block_dates_of_a_department_bind_those_below_and_not_who_is_exempt(leave: Leave) -> None:
    world = leave.world
    works = Department.objects.create(company=world.company, name="Works")
    looms = Department.objects.create(company=world.company, name="Looms", parent=works)
    block = BlockDate.objects.create(
        company=world.company, name="Audit", first_on=d("03-05"), last_on=d("03-05"),
        department=works,
    )  # fmt: skip

    def bound() -> list[BlockDate]:
        return scenes.blocks_of(leave.maya, leave.annual.pk, Dates(d("03-01"), d("03-31")))

    assert bound() == []
    Placement.objects.filter(employee=leave.maya).update(department=looms)
    assert bound() == [block]
    leave.grant("5")
    status = asked.of_person(leave.maya)
    BlockExemption.objects.create(company=world.company, block=block, employee=leave.maya)
    assert bound() == []
    leave.submit("03-05")
    company = Company.objects.get(pk=world.company.pk)
    (found,) = asked.around(company, list(status), on=TODAY).values()
    assert found.blocks == []


def test_who_sees_what(leave: Leave) -> None:
    leave.grant("5")
    request = leave.submit("03-05", note="Private")
    rules = leave_settings(Company.objects.get(pk=leave.world.company.pk)).by_version[
        request.version_id
    ]
    colleague = leave.world.actor(leave.world.hari)
    auditor = leave.world.actor(leave.world.hari, Role.AUDITOR)
    for actor, sees in ((leave.me, True), (leave.boss, True), (auditor, True), (colleague, False)):
        assert permissions.can_view_request(actor, request, TODAY) is sees
        assert permissions.can_view_reason(actor, request, rules, TODAY) is sees
        assert permissions.can_view_books(actor, leave.maya, TODAY) is sees
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, colleagues_see_reason=True)
    open_one = leave.submit("03-06")
    rules = leave_settings(Company.objects.get(pk=leave.world.company.pk)).by_version[
        open_one.version_id
    ]
    assert permissions.can_view_reason(colleague, open_one, rules, TODAY)
    assert not permissions.can_view_request(colleague, open_one, TODAY)


def test_usable_after_so_many_days(leave: Leave) -> None:
    kind = leave.type("Later", "LT", needs_allocation=False, usable_after_days=45)
    with pytest.raises(RequestRefused) as refused:
        leave.submit("03-04", leave_type=kind)
    assert refused.value.values == {"rule": "too_soon", "days": 45, "served": 44}
    leave.submit("03-05", leave_type=kind)


def test_nobody_of_another_company_sees_or_does_anything(leave: Leave) -> None:
    leave.grant("5")
    request = leave.submit("03-05")
    outside = make_leave("other")
    for actor in (outside.hr, outside.boss):
        assert not permissions.can_ask(actor, leave.maya)
        assert not permissions.can_view_request(actor, request, TODAY)
        assert not permissions.can_view_books(actor, leave.maya, TODAY)
        assert not permissions.can_decide(actor, request, (), TODAY)
    nobody = Actor(kind=ActorKind.PERSON, company=leave.world.company)
    assert permissions.decides_as(nobody, TODAY) == {}


def test_what_is_not_decided_is_unresolved_in_each_month_that_it_touches(leave: Leave) -> None:
    leave.grant("10")
    leave.submit("03-31", "04-01")
    approved = leave.submit("03-10")
    leave.approve(approved)
    months = ((d("02-01"), d("02-28")), (d("03-01"), d("03-31")), (d("04-01"), d("04-30")))
    assert [asked.unresolved(*month) for month in months] == [
        {"leave": 0}, {"leave": 1}, {"leave": 1},
    ]  # fmt: skip
