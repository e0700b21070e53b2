"""HR decides about worked days off that somebody wants back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from attendance.enums import Direction
from attendance.services.days import person_recompute
from companies.models import Employee
from companies.scoping import company_scope
from leave.models import CompOffClaim, CompOffDecision, LeaveType
from leave.services import comp_off
from tests.attendance.world import at, make_person
from tests.leave.admin.pages import errors_of, send, statements
from tests.leave.world import NOW, Leave, d, n

CLAIMS = "/admin/leave/compoffclaim/"
SATURDAY = d("02-28")


def _path(claim: CompOffClaim, page: str = "change") -> str:
    return f"{CLAIMS}{claim.public_id}/{page}/"


@pytest.fixture
def kind(leave: Leave) -> LeaveType:
    return leave.type("Comp-off", "CO", comp_off_valid_days=60)


def _claim(leave: Leave, kind: LeaveType, person: Employee) -> CompOffClaim:
    """The person worked on a Saturday and claims it."""
    world = leave.world
    for hour, direction in (("09:00", Direction.IN), ("17:30", Direction.OUT)):
        world.punch(person, f"{SATURDAY} {hour}", direction)
    person_recompute(employee=person, first=SATURDAY, last=SATURDAY, now=at("2026-03-02 12:00"))
    return comp_off.comp_off_claim(
        leave_type=kind, date=SATURDAY, amount=Decimal(1), by=world.actor(person), note="the fair"
    )


def test_a_claim_of_overtime_tells_how_much(hr: Client, leave: Leave, kind: LeaveType) -> None:
    claim = CompOffClaim.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=kind, date=SATURDAY,
        amount=n("1"), minutes=480,
    )  # fmt: skip
    page = hr.get(_path(claim)).text
    assert "8 h of overtime" in page
    assert "What was worked that day" not in page


def test_a_claim_is_approved_and_is_leave(hr: Client, leave: Leave, kind: LeaveType) -> None:
    claim = _claim(leave, kind, leave.maya)
    page = hr.get(_path(claim)).text
    for words in ("Sat 28 Feb 2026", "the fair", "Waits", "What was worked that day"):
        assert words in page, words
    assert [row.pk for row in hr.get(f"{CLAIMS}?outcome=open").context["cl"].result_list]
    done = send(hr, _path(claim, "approve"), reason="thanks")
    assert (done.status_code, done["Location"]) == (302, _path(claim))
    assert leave.balance("03-02", kind) == n("1")
    page = hr.get(_path(claim)).text
    assert "Approved by Hari on Mon 2 Mar 2026: thanks" in page
    assert f"{claim.public_id}/approve/" not in page
    for query, count in (("open", 0), ("approved", 1), ("refused", 0), ("odd", 1)):
        rows = hr.get(f"{CLAIMS}?outcome={query}").context["cl"].result_list
        assert len(rows) == count, query
    again = send(hr, _path(claim, "refuse"), reason="no")
    assert "decided already" in str(errors_of(again))


def test_a_claim_is_refused_with_a_reason(hr: Client, leave: Leave, kind: LeaveType) -> None:
    claim = _claim(leave, kind, leave.maya)
    assert "Please give a reason." in send(hr, _path(claim, "refuse")).text
    assert send(hr, _path(claim, "refuse"), reason="it was paid").status_code == 302
    assert CompOffDecision.objects.get(claim=claim).reason == "it was paid"
    assert leave.balance("03-02", kind) == 0


def test_hr_decides_about_who_has_left(hr: Client, leave: Leave, kind: LeaveType) -> None:
    claim = _claim(leave, kind, leave.maya)
    Employee.objects.filter(pk=leave.maya.pk).update(left_on=d("03-01"))
    assert f"{claim.public_id}/approve/" in hr.get(_path(claim)).text
    assert send(hr, _path(claim, "refuse"), reason="it is paid out").status_code == 302


def test_ones_own_claim_is_somebody_elses(hr: Client, leave: Leave, kind: LeaveType) -> None:
    claim = _claim(leave, kind, leave.world.hari)
    assert f"{claim.public_id}/approve/" not in hr.get(_path(claim)).text
    assert "Somebody else decides it." in str(errors_of(send(hr, _path(claim, "approve"))))


def test_an_auditor_and_another_company(
    hr: Client, auditor: Client, leave: Leave, kind: LeaveType, other: Leave
) -> None:
    claim = _claim(leave, kind, leave.maya)
    assert auditor.get(_path(claim)).status_code == 200
    assert auditor.get(_path(claim, "approve")).status_code == 403
    with company_scope(other.world.company):
        theirs = _claim(other, other.type("Comp-off", "CO", comp_off_valid_days=9), other.maya)
    for page in ("change", "approve", "refuse"):
        assert hr.get(_path(theirs, page))["Location"] == "/admin/"


def test_the_list_costs_the_same_and_the_first_page_tells(
    hr: Client, leave: Leave, kind: LeaveType
) -> None:
    claim = _claim(leave, kind, leave.maya)
    paths = (CLAIMS, _path(claim))
    one = [statements(hr, path) for path in paths]
    world = leave.world
    for number in range(2):
        person = make_person(world.company, f"Nima{number}", world.office, world.day_shift)
        _claim(leave, kind, person)
    assert [statements(hr, path) for path in paths] == one
    titles = [str(matter.title) for matter in hr.get("/admin/").context["matters"]]
    assert not [title for title in titles if "extra work" in title]

    with time_machine.travel(NOW + dt.timedelta(days=4), tick=False):
        matters = {str(m.title): m.count for m in hr.get("/admin/").context["matters"]}
    assert matters["claims of extra work wait longer than 3 days"] == 3
