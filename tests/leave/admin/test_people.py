"""HR puts many people on a leave plan at once, and goes from a person to their leave."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from companies.models import AuditEvent, Department, Employee, Placement
from companies.scoping import company_scope
from leave.models import LeavePlan, PlanAssignment
from leave.services import plans, settings
from tests.attendance.world import make_person
from tests.http import post_once
from tests.leave.admin.pages import errors_of, statements
from tests.leave.world import Leave, d

PAGE = "/admin/companies/employee/leave-plan/"


@pytest.fixture
def plan(leave: Leave) -> LeavePlan:
    made = settings.plan_add(leave_type=leave.annual, name="Monthly", by=leave.hr)
    settings.plan_version_set(plan=made, by=leave.hr, milestones=[{"amount": "1.5"}])
    return made


def _names(page: Any) -> list[str]:
    return [row.name for row in page.context["people"]]


def test_whoever_is_on_no_plan_is_offered_and_put_on_it(
    hr: Client, leave: Leave, plan: LeavePlan
) -> None:
    assert "Choose a plan" in hr.get(PAGE).text
    # HR themselves are put on a plan by somebody else.
    page = hr.get(f"{PAGE}?plan={plan.public_id}")
    assert _names(page) == ["Bikram", "Maya"]
    Employee.objects.filter(pk=leave.maya.pk).update(joined_on=d("02-01"))
    sent = {
        "people": [str(leave.maya.public_id), str(leave.world.bikram.public_id)],
        "starts_on": "2026-01-15", "ends_on": "",
    }  # fmt: skip
    done = post_once(hr, f"{PAGE}?plan={plan.public_id}", sent)
    assert (done.status_code, done["Location"]) == (302, "/admin/companies/employee/")
    rows = PlanAssignment.objects.order_by("employee__name")
    assert [(row.employee.name, row.starts_on) for row in rows] == [
        ("Bikram", d("01-15")), ("Maya", d("02-01")),
    ]  # fmt: skip
    assert AuditEvent.objects.filter(verb="leave_plan_assigned").count() == 2
    said = [str(message) for message in hr.get(done["Location"]).context["messages"]]
    assert said == ["2 people are on Monthly now. The books follow within the hour."]
    assert "by a plan already" in hr.get(f"{PAGE}?plan={plan.public_id}").text


def test_people_are_narrowed(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    looms = Department.objects.create(company=leave.world.company, name="Looms")
    Placement.objects.filter(employee=leave.maya).update(department=looms)
    Employee.objects.filter(pk=leave.world.bikram.pk).update(employment_type="intern")
    base = f"{PAGE}?plan={plan.public_id}"
    assert _names(hr.get(f"{base}&department={looms.public_id}")) == ["Maya"]
    assert _names(hr.get(f"{base}&office={leave.world.office.public_id}")) == ["Bikram", "Maya"]
    assert _names(hr.get(f"{base}&employed_as=intern")) == ["Bikram"]


def test_who_cannot_be_put_on_it_is_named(hr: Client, leave: Leave, plan: LeavePlan) -> None:
    sent = {"people": [str(leave.maya.public_id)], "starts_on": "2026-02-01",
            "ends_on": "2026-01-01"}  # fmt: skip
    done = post_once(hr, f"{PAGE}?plan={plan.public_id}", sent)
    said = [str(message) for message in hr.get(done["Location"]).context["messages"]]
    assert "Maya: The last day is before the first." in said
    assert not PlanAssignment.objects.exists()
    none = post_once(hr, f"{PAGE}?plan={plan.public_id}", {"people": []})
    assert "Tick at least one person." in str(errors_of(none))


def test_a_refusal_of_one_does_not_stop_the_others(leave: Leave, plan: LeavePlan) -> None:
    plans.plan_assign(employee=leave.maya, plan=plan, by=leave.hr)
    found = plans.plan_assign_many(people=[leave.maya, leave.world.bikram], plan=plan, by=leave.hr)
    assert [(item.employee.name, item.assignment is not None) for item in found] == [
        ("Maya", False), ("Bikram", True),
    ]  # fmt: skip
    assert "End that first." in found[0].said


def test_another_companys_plan_and_people_are_like_none(
    hr: Client, leave: Leave, plan: LeavePlan, other: Leave
) -> None:
    with company_scope(other.world.company):
        theirs = settings.plan_add(leave_type=other.annual, name="Theirs", by=other.hr)
    page = hr.get(f"{PAGE}?plan={theirs.public_id}")
    assert "Select a valid choice" in page.text
    sent = {"people": [str(other.maya.public_id)]}
    assert "people" in errors_of(post_once(hr, f"{PAGE}?plan={plan.public_id}", sent))


def test_an_auditor_puts_nobody_on_a_plan(auditor: Client, leave: Leave) -> None:
    assert auditor.get(PAGE).status_code == 403
    assert "leave-plan" not in auditor.get("/admin/companies/employee/").text


def test_a_person_leads_to_their_leave(hr: Client, leave: Leave) -> None:
    page = hr.get(f"/admin/companies/employee/{leave.maya.public_id}/change/").text
    for model in ("leaverequeststate", "planassignment"):
        assert f"/admin/leave/{model}/?person={leave.maya.public_id}" in page


def test_the_page_costs_the_same_with_more_people(
    hr: Client, leave: Leave, plan: LeavePlan
) -> None:
    path = f"{PAGE}?plan={plan.public_id}"
    one = statements(hr, path)
    world = leave.world
    for number in range(2):
        make_person(world.company, f"Nima{number}", world.office, world.day_shift)
    assert statements(hr, path) == one
