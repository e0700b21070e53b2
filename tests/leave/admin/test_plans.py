"""HR sets up how leave is earned: levels in a form, read in words, the difference before saving."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from companies.enums import Role
from companies.models import AuditEvent, Employee
from companies.scoping import company_scope
from leave.models import LeavePlan, LeavePlanVersion, LeaveYearClose, PlanAssignment
from leave.selectors.plan_changes import plan_difference
from leave.services import plans, runs, settings
from tests.attendance.world import make_person
from tests.http import post_once
from tests.leave.admin.pages import errors_of, fields_of, send, statements
from tests.leave.world import NOW, Leave, d, n

PLANS = "/admin/leave/leaveplan/"
VERSIONS = "/admin/leave/leaveplanversion/"
ASSIGNMENTS = "/admin/leave/planassignment/"


def _new_plan(leave: Leave, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Monthly", "leave_type": str(leave.annual.public_id), "level-0-amount": "1.5",
        **changes,
    }  # fmt: skip


@pytest.fixture
def plan(leave: Leave) -> LeavePlan:
    """A day and a half at the beginning of each month."""
    made = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(
        plan=made, by=leave.hr, milestones=[{"amount": "1.5", "carry": "up_to", "carry_most": "5"}]
    )
    return made


def _add_version(plan: LeavePlan) -> str:
    return f"{VERSIONS}add/?plan={plan.public_id}"


def _words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_a_plan_is_added_with_its_levels(hr: Client, leave: Leave) -> None:
    answer = send(
        hr, f"{PLANS}add/",
        **_new_plan(
            leave, moment="end", carry_on="date", waits_months="3",
            **{"level-0-carry": "up_to", "level-0-carry_most": "10",
               "level-0-carry_valid_months": "3", "level-0-balance_cap": "30",
               "level-1-after_years": "5", "level-1-yearly": "24", "level-1-round_to": "0.5",
               "level-1-carry": "none", "level-1-carry_valid_days": "0",
               "level-2-amount": "9", "level-2-DELETE": "on"},
        ),
    )  # fmt: skip
    assert answer.status_code == 302, errors_of(answer)
    version = LeavePlanVersion.objects.get()
    assert version.milestones == [
        {"amount": "1.5", "balance_cap": "30", "carry": "up_to", "carry_most": "10",
         "carry_valid_months": 3},
        {"after_years": 5, "yearly": "24", "round_to": "0.5", "carry": "none",
         "carry_valid_days": 0},
    ]  # fmt: skip
    assert (version.plan.name, version.moment, version.carry_on) == ("Monthly", "end", "date")
    verbs = AuditEvent.objects.order_by("-id").values_list("verb", flat=True)
    assert list(verbs[:2]) == ["leave_plan_rules_set", "leave_plan_added"]
    listed = _words(hr.get(PLANS))
    for words in (
        "From joining: 1.5 days at the end of each month; no more once the balance is 30; "
        "on 1 January up to 10 move on, valid for 3 months.",
        "From 5 years after joining on: 24 days a year, in parts at the end of each month; "
        "rounded to 0.5; on 1 January nothing moves on.",
        "Nothing is earned in the first 3 months.",
    ):
        assert words in listed, listed
    assert words in _words(hr.get(f"{VERSIONS}{version.public_id}/change/"))


def test_a_plan_is_read_before_it_is_saved(hr: Client, leave: Leave) -> None:
    page = send(hr, f"{PLANS}add/", _read="1", **_new_plan(leave))
    assert page.status_code == 200
    assert "From joining: 1.5 days at the beginning of each month." in _words(page)
    assert "Nothing is saved yet." in page.text
    assert "Please correct" not in page.text
    assert not LeavePlan.objects.exists()


@pytest.mark.parametrize(
    ("changes", "row", "sentence"),
    [
        ({"level-0-amount": ""}, None, "A plan has one milestone at least"),
        ({"level-0-yearly": "18"}, (0, "yearly"), "Only one of the two"),
        ({"level-0-amount": "", "level-0-balance_cap": "9"}, (0, "amount"), "Say what a period"),
        ({"level-0-carry": "up_to"}, (0, "carry_most"), "Say how much moves on at most."),
        ({"level-0-carry_valid_days": "3", "level-0-carry_valid_months": "3"},
         (0, "carry_valid_days"), "Only one of"),
        ({"level-1-amount": "2"}, (1, "after_years"), "each milestone begins after the one before"),
        ({"level-0-amount": "much"}, (0, "amount"), "Enter a number."),
        ({"frequency": "hour_worked", "level-0-amount": "", "level-0-yearly": "8"},
         (0, "yearly"), "work has no number of periods"),
        ({"level-TOTAL_FORMS": ""}, None, "Look at the milestones"),
        ({"days": "1, 16"}, "days", "twice a month needs two days"),
        ({"days": "0"}, "days", "Write days of the month like 1"),
        ({"name": ""}, "name", "This field is required."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_it(
    hr: Client, leave: Leave, changes: dict[str, str], row: Any, sentence: str
) -> None:
    page = send(hr, f"{PLANS}add/", **_new_plan(leave, **changes))
    assert page.status_code == 200
    if isinstance(row, tuple):
        said = str(page.context["levels"].forms[row[0]].errors[row[1]])
        assert "Look at the milestones" in str(errors_of(page)["milestones"])
    else:
        said = str(errors_of(page)[row or "milestones"])
    assert sentence in said
    assert not LeavePlan.objects.exists()


def test_a_taken_name_is_said(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    page = send(hr, f"{PLANS}add/", **_new_plan(leave))
    assert "Another leave plan has this name." in str(errors_of(page))


def test_a_plan_is_renamed_with_a_trace(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    path = f"{PLANS}{plan.public_id}/change/"
    assert send(hr, path, name="By month").status_code == 302
    event = AuditEvent.objects.get(verb="leave_plan_changed")
    assert event.changes == {"name": ["Monthly", "By month"]}


# --- the difference first -------------------------------------------------------------------------
def _run(leave: Leave) -> None:
    people = list(Employee.objects.values_list("pk", flat=True))
    runs.books_run(company=leave.world.company, people=people, until=d("03-02"), by=leave.hr)


def test_new_rules_show_what_they_change_before_they_are_saved(
    hr: Client, leave: Leave, plan: LeavePlan
) -> None:
    for person in (leave.maya, leave.world.bikram):
        plans.plan_assign(employee=person, plan=plan, by=leave.hr)
    # Whose plan is over gets nothing of the new rules.
    row = plans.plan_assign(
        employee=leave.world.hari,
        plan=plan,
        by=leave.world.actor(leave.world.bikram, Role.HR),
        ends_on=d("02-28"),
    )
    _run(leave)
    shown = fields_of(hr.get(_add_version(plan)))
    assert shown["level-0-amount"] == "1.5"
    assert shown["level-0-carry_most"] == "5"
    change = {"starts_on": "2026-03-01", "level-0-amount": "2"}
    page = send(hr, _add_version(plan), **change)
    assert page.status_code == 200
    assert LeavePlanVersion.objects.count() == 1
    difference = page.context["difference"]
    assert difference.people == 3
    assert [(c.employee.name, c.now, c.later) for c in difference.changes] == [
        # Three credits until today; then the old one of March goes back, and the new one comes.
        ("Bikram", (n("4.5"), n("5")), (n("22.5"), n("29"))),
        ("Maya", (n("4.5"), n("5")), (n("22.5"), n("29"))),
    ]
    said = _words(page)
    assert "It changes the balances of 2 people" in said
    assert "Maya maya 4.5 5 22.5 29" in said
    assert row.ends_on == d("02-28")
    # What was looked at is saved by the same form, sent again.
    looked = fields_of(page)
    other = send_again(hr, plan, looked | {"level-0-amount": "3"})
    assert other.status_code == 200, "another difference is looked at again"
    done = send_again(hr, plan, looked)
    assert done.status_code == 302
    assert LeavePlanVersion.objects.latest("id").milestones[0]["amount"] == "2"
    _run(leave)
    assert leave.balance("03-02") == n("5")


def send_again(hr: Client, plan: LeavePlan, sent: dict[str, Any]) -> Any:
    return post_once(hr, _add_version(plan), sent)


def test_what_changes_nothing_is_saved_at_once(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    read = send(hr, _add_version(plan), starts_on="2026-04-01", _read="1")
    assert "Nothing changes for the one person on this plan" in _words(read)
    assert send(hr, _add_version(plan), starts_on="2026-04-01").status_code == 302
    assert LeavePlanVersion.objects.count() == 2


def test_a_plan_without_people_says_so(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    read = send(hr, _add_version(plan), starts_on="2026-04-01", _read="1")
    assert "Nobody is on this plan yet" in _words(read)
    assert send(hr, _add_version(plan), **{"level-0-amount": "9"}).status_code == 302


def test_a_closed_year_is_refused_in_words(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    LeaveYearClose.objects.create(
        company=leave.world.company, leave_type=leave.annual, closed_to=d("2025-12-31"),
        closed_at=NOW, closed_by=leave.world.hari.user,
    )  # fmt: skip
    page = send(hr, _add_version(plan), starts_on="2025-12-01")
    assert "is closed" in str(errors_of(page))


# --- who is on which ------------------------------------------------------------------------------
def test_a_person_is_put_on_a_plan_and_taken_off(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    path = f"{ASSIGNMENTS}add/"
    sent = {"employee": str(leave.maya.public_id), "plan": str(plan.public_id), "starts_on": ""}
    assert send(hr, path, **sent).status_code == 302
    row = PlanAssignment.objects.get()
    assert (row.employee, row.starts_on, row.ends_on) == (leave.maya, leave.maya.joined_on, None)
    again = send(hr, path, **sent)
    assert "Monthly holds from 1 January 2026" in str(errors_of(again))
    end = f"{ASSIGNMENTS}{row.public_id}/change/"
    assert "before the first" in str(errors_of(send(hr, end, ends_on="2025-01-01")))
    assert send(hr, end, ends_on="2026-03-31").status_code == 302
    row.refresh_from_db()
    assert row.ends_on == d("03-31")
    verbs = AuditEvent.objects.order_by("-id").values_list("verb", flat=True)
    assert list(verbs[:2]) == ["leave_plan_ended", "leave_plan_assigned"]


def test_nobody_puts_themselves_on_a_plan(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    sent = {"employee": str(leave.world.hari.public_id), "plan": str(plan.public_id)}
    assert "This is about yourself." in str(errors_of(send(hr, f"{ASSIGNMENTS}add/", **sent)))
    row = PlanAssignment.objects.create(
        company=leave.world.company, employee=leave.world.hari, plan=plan, starts_on=d("01-01")
    )
    assert hr.post(f"{ASSIGNMENTS}{row.public_id}/change/", {}).status_code == 403


# --- reading, other companies, cost ---------------------------------------------------------------
def test_an_auditor_reads_and_no_more(auditor: Client, leave: Leave, plan: LeavePlan) -> None:
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    rows = {PLANS: plan, VERSIONS: plan.versions.get(), ASSIGNMENTS: plan.assignments.get()}
    for base, row in rows.items():
        for path in (base, f"{base}{row.public_id}/change/"):
            page = auditor.get(path)
            assert page.status_code == 200
            assert "/add/" not in page.text
        assert auditor.get(f"{base}add/").status_code == 403


def test_another_companys_plan_is_like_none(hr: Client, leave: Leave, other: Leave) -> None:
    with company_scope(other.world.company):
        theirs = settings.plan_add(leave_type=other.annual, name="Theirs", by=other.hr)
    assert str(theirs.public_id) not in hr.get(_add_version(theirs)).text
    page = send(hr, f"{ASSIGNMENTS}add/", employee=str(leave.maya.public_id),
                plan=str(theirs.public_id))  # fmt: skip
    assert "Select a valid choice." in str(errors_of(page))


def test_pages_cost_the_same_with_more_rows(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    detail = f"{PLANS}{plan.public_id}/change/"
    paths = (PLANS, VERSIONS, ASSIGNMENTS, detail)
    one = [statements(hr, path) for path in paths]
    world = leave.world
    for number in range(2):
        more = settings.plan_add(leave_type=leave.annual, name=f"P{number}", by=leave.hr)
        for starts_on in (d("01-01"), d("02-01")):
            for of in (more, plan):
                settings.plan_version_set(
                    plan=of, by=leave.hr, starts_on=starts_on, milestones=[{"amount": "1"}]
                )
        person = make_person(world.company, f"Nima{number}", world.office, world.day_shift)
        plans.plan_assign(employee=person, plan=more, by=leave.hr)
    assert [statements(hr, path) for path in paths] == one


def test_the_difference_costs_the_same_for_more_people(
    leave: Leave, plan: LeavePlan, django_assert_num_queries: Any
) -> None:
    version = LeavePlanVersion(
        company=leave.world.company, plan=plan, starts_on=d("04-01"), milestones=[{"amount": "2"}]
    )
    for number, person in enumerate((leave.maya, leave.world.bikram)):
        plans.plan_assign(employee=person, plan=plan, by=leave.hr)
        plan_difference(version, today=d("03-02"))  # the settings are in memory
        with django_assert_num_queries(7):
            found = plan_difference(version, today=d("03-02"))
        assert len(found.changes) == number + 1
