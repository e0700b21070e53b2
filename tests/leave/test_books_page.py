"""The books explained: every figure is the sum of lines that stand on the page."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.enums import Role
from companies.models import Employee, Placement, RoleGrant, User
from leave import books_pages
from leave.models import LeaveType
from leave.rules.books import Draw
from leave.selectors import balances, outlook
from leave.services import books, plans, runs, settings
from tests.attendance.test_pages import _text
from tests.leave.world import Leave, d, make_leave, n

TODAY = d("03-02")


@pytest.fixture
def maya(client: Client, leave: Leave) -> Client:
    client.force_login(leave.maya.user)
    return client


def _path(kind: LeaveType, person: Employee | None = None) -> str:
    whose = "" if person is None else f"people/{person.public_id}/"
    return f"/leave/{whose}books/{kind.public_id}/"


def _number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def _monthly(leave: Leave, **knobs: Any) -> None:
    plan = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(
        plan=plan, by=leave.hr, milestones=[{"amount": "1.5", **knobs.pop("milestone", {})}],
        **knobs,
    )  # fmt: skip
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    runs.books_run(company=leave.world.company, people=[leave.maya.pk], until=TODAY, by=leave.hr)


def _adds_up(context: dict[str, Any]) -> None:
    """Hold the page to its own sums: years from line to line, then the steps to both figures."""
    running = Decimal(0)
    for year in reversed(context["years"]):
        assert _number(year["opening"]) == running
        for line in year["lines"]:
            running += _number(line["amount"])
            assert _number(line["running"]) == running
        moved = sum((_number(each["value"]) for each in year["sums"]), Decimal(0))
        assert _number(year["closing"]) == running == _number(year["opening"]) + moved
    total = Decimal(0)
    for step in context["steps"]:
        if step["is_sum"]:
            assert _number(step["value"]) == total
        elif step["value"]:
            total += _number(step["value"])


# --- one's own ------------------------------------------------------------------------------------
def test_each_figure_is_the_sum_of_lines(maya: Client, leave: Leave) -> None:
    leave.grant("2", "01-01", "03-31")
    leave.grant("5")
    leave.approve(leave.submit("03-04"))
    leave.submit("03-10", "03-11")
    context = maya.get(_path(leave.annual)).context
    assert [(step["label"], step["value"]) for step in context["steps"]] == [
        ("All lines up to Mon 2 March", "7"), ("Balance", "7"), ("Approved, lies ahead", "−1"),
        ("Asked for, not decided", "−2"), ("Available", "4"),
    ]  # fmt: skip
    (year,) = context["years"]
    assert (year["title"], year["opening"], year["closing"]) == ("2026", "0", "6")
    assert [(each["label"], each["value"]) for each in year["sums"]] == [
        ("came", "+7"), ("taken", "−1"),
    ]  # fmt: skip
    assert [(line["what"], line["amount"], line["running"]) for line in year["lines"]] == [
        ("Granted", "+2", "2"), ("Granted", "+5", "7"), ("Taken", "−1", "6"),
    ]  # fmt: skip
    _adds_up(context)


def test_a_line_says_why_by_whom_until_when_and_leads_to_its_request(
    maya: Client, leave: Leave
) -> None:
    leave.grant("2", "01-01", "03-31")
    request = leave.approve(leave.submit("03-04"))
    granted, taken = maya.get(_path(leave.annual)).context["years"][0]["lines"]
    assert granted["notes"] == ["Yearly", "by Hari", "good until Tue 31 March"]
    assert (granted["url"], granted["is_ahead"]) == (None, False)
    assert taken["notes"] == ["Wed 4 March"]
    assert (taken["url"], taken["is_ahead"]) == (f"/leave/requests/{request.public_id}/", True)


def test_years_open_with_what_was_left_and_say_what_lapsed(maya: Client, leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, year_month=4)
    Employee.objects.filter(pk=leave.maya.pk).update(joined_on=d("2025-01-01"))
    leave.maya.refresh_from_db()
    _monthly(
        leave, carry_on="date", carry_month=4,
        milestone={"carry": "up_to", "carry_most": "1", "carry_valid_months": 3},
    )  # fmt: skip
    page = maya.get(_path(leave.annual))
    years = page.context["years"]
    assert [(year["title"], year["opening"], year["closing"]) for year in years] == [
        ("1 April 2025 to 31 March 2026", "4.5", "18"),
        ("1 April 2024 to 31 March 2025", "0", "4.5"),
    ]  # fmt: skip
    assert [each["label"] for each in years[0]["sums"]] == ["came", "lapsed"]
    assert [year.get("is_open", False) for year in years] == [True, False]
    _adds_up(page.context)
    assert "More than may be carried over." in _text(page.text)


def test_days_off_ahead_and_debt_are_steps_too(maya: Client, leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, negative_limit=n("3"))
    leave.grant("1")
    leave.approve(leave.submit("03-02", "03-03"))
    context = maya.get(_path(leave.annual)).context
    assert [(step["label"], step["value"]) for step in context["steps"]] == [
        ("All lines up to Mon 2 March", "0"), ("Balance", "0"), ("Approved, lies ahead", "−1"),
        ("May go below zero by", "+3"), ("Available", "2"),
    ]  # fmt: skip
    assert context["years"][0]["lines"][-1]["is_debt"]
    _adds_up(context)


def test_what_is_over_and_not_written_yet_is_told(maya: Client, leave: Leave) -> None:
    leave.grant("2", "01-01", "03-01")
    leave.grant("5", "04-01")
    leave.grant("1")
    context = maya.get(_path(leave.annual)).context
    assert [(step["label"], step["value"]) for step in context["steps"]] == [
        ("All lines up to Mon 2 March", "3"), ("Of these not valid today", "−2"),
        ("Balance", "1"), ("Available", "1"),
    ]  # fmt: skip
    _adds_up(context)


def test_what_is_due_and_what_is_drawn_on_later_credits_is_told(maya: Client, leave: Leave) -> None:
    _monthly(leave)
    settings.plan_version_set(
        plan=leave.annual.plans.get(), by=leave.hr, starts_on=d("03-01"), moment="start",
        milestones=[{"amount": "2"}],
    )  # fmt: skip
    leave.grant("1", "05-01")
    leave.approve(leave.submit("05-04", "05-07"))
    page = maya.get(_path(leave.annual))
    _adds_up(page.context)
    assert page.context["steps"][-1]["label"] == "Available"


def test_no_limit_is_said(maya: Client, leave: Leave) -> None:
    kind = leave.type("Sick", "SL", negative_limit=None)
    leave.approve(leave.submit("03-02", leave_type=kind))
    page = maya.get(_path(kind))
    assert [step["label"] for step in page.context["steps"]] == [
        "All lines up to Mon 2 March", "Balance", "It may go below zero without a limit",
    ]  # fmt: skip
    assert "−1 day, and no limit below zero" in _text(page.text)


def test_hours_are_hours(maya: Client, leave: Leave) -> None:
    kind = leave.type("Study", "SH", unit="hour")
    leave.grant("12", leave_type=kind)
    page = maya.get(_path(kind))
    assert (page.context["figure"], page.context["unit"]) == ("12 hours", "hours")


def test_books_without_lines_say_so(maya: Client, leave: Leave) -> None:
    page = maya.get(_path(leave.annual))
    assert page.context["years"] == []
    assert "No lines yet" in _text(page.text)


def test_a_type_that_draws_on_another_leads_to_its_books(maya: Client, leave: Leave) -> None:
    kind = leave.type("Half pay", "HP", draws_on=leave.annual)
    assert maya.get(_path(kind))["Location"] == _path(leave.annual)


def test_what_is_no_type_is_not_found(maya: Client, leave: Leave) -> None:
    bare = settings.type_add(company=leave.world.company, name="Bare", code="BR", by=leave.hr)
    outside = make_leave("other")
    missing = LeaveType(public_id=uuid.uuid4())
    for kind in (bare, outside.annual, missing):
        assert maya.get(_path(kind)).status_code == 404


def test_a_year_that_begins_later_stays_open_with_the_present_one(leave: Leave) -> None:
    leave.grant("5")
    leave.grant("5", "2027-01-01")
    leave.grant("5", "2025-01-01")
    account, lines = balances.explained(_fresh(leave), leave.annual)
    context = books_pages.context(account, lines, today=TODAY, person=None)
    assert [(year["title"], year.get("is_open", False)) for year in context["years"]] == [
        ("2027", True), ("2026", True), ("2025", False),
    ]  # fmt: skip


def _fresh(leave: Leave) -> Employee:
    found: Employee = Employee.objects.select_related("company").get(pk=leave.maya.pk)
    return found


def test_a_draw_on_what_is_not_valid_is_no_step_of_today(leave: Leave) -> None:
    leave.grant("5")
    account, _lines = balances.explained(_fresh(leave), leave.annual)
    account.loaded.reserved.append(Draw(d("05-04"), "plan:later", n("1")))
    found = outlook.proof(account, today=TODAY)
    assert (found.pending, found.available) == (n("0"), n("5"))


# --- of somebody else -----------------------------------------------------------------------------
def test_who_answers_for_a_person_sees_their_books(client: Client, leave: Leave) -> None:
    leave.grant("5")
    company = leave.world.company
    audrey = User.objects.create_user(email="audrey@kettle.example", name="Audrey")
    RoleGrant.objects.create(company=company, user=audrey, role=Role.AUDITOR, starts_on=TODAY)
    for user in (leave.world.bikram.user, leave.world.hari.user, audrey):
        client.force_login(user)
        page = client.get(_path(leave.annual, leave.maya))
        assert page.status_code == 200
        assert "Leave of Maya" in _text(page.text)
        assert page.context["back"]["url"] == f"/leave/people/{leave.maya.public_id}/"


def test_nobody_else_does(client: Client, leave: Leave) -> None:
    outside = make_leave("other")
    asked = [_path(leave.annual, leave.maya), f"/leave/people/{leave.maya.public_id}/"]
    leave.world.bikram.refresh_from_db()
    for user in (outside.world.hari.user, outside.maya.user):
        client.force_login(user)
        assert [client.get(path).status_code for path in asked] == [404, 404]
    client.force_login(leave.maya.user)
    assert client.get(_path(leave.annual, leave.world.bikram)).status_code == 404
    client.force_login(leave.world.bikram.user)
    assert client.get(asked[0]).status_code == 200
    Placement.objects.filter(employee=leave.maya).update(manager=None)
    assert [client.get(path).status_code for path in asked] == [404, 404]
    assert client.get(f"/leave/people/{uuid.uuid4()}/").status_code == 404


# --- what it costs --------------------------------------------------------------------------------
def test_ten_years_of_books_cost_as_much_as_one_line(maya: Client, leave: Leave) -> None:
    """Five statements say who asks and what the navigation shows; five more read the books."""
    Employee.objects.filter(pk=leave.maya.pk).update(joined_on=d("2016-01-01"))
    leave.maya.refresh_from_db()
    leave.grant("1", "2016-01-01")
    counts = []
    for more in (lambda: None, lambda: _grants(leave, 2), lambda: _monthly(leave)):
        more()
        maya.get(_path(leave.annual))
        with CaptureQueriesContext(connection) as found:
            page = maya.get(_path(leave.annual))
        counts.append(len(found))
    assert counts == [10, 10, 10]
    assert sum(len(year["lines"]) for year in page.context["years"]) == 126
    _adds_up(page.context)


def _grants(leave: Leave, count: int) -> None:
    for day in range(count):
        leave.grant("1", str(d("2016-02-01") + dt.timedelta(days=day)))


def test_a_manager_reads_them_at_the_same_cost(client: Client, leave: Leave) -> None:
    client.force_login(leave.world.bikram.user)
    counts = []
    for _n in range(2):
        _grants(leave, 2)
        client.get(_path(leave.annual, leave.maya))
        with CaptureQueriesContext(connection) as found:
            client.get(_path(leave.annual, leave.maya))
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_paid_out_days_are_a_line(maya: Client, leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, encash_most=n("5"))
    leave.grant("10")
    books.encash(
        employee=leave.maya, leave_type=leave.annual, amount=n("2"), rate=n("100"),
        by=leave.hr,
    )  # fmt: skip
    page = maya.get(_path(leave.annual))
    line = page.context["years"][0]["lines"][-1]
    assert (line["what"], line["amount"], line["notes"]) == (
        "Paid out", "−2", ["at 100 each", "by Hari"],
    )  # fmt: skip
    _adds_up(page.context)
