"""HR's dates about leave: blocked ones and whom they do not bind, closures, the least cover."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from companies.enums import Role
from companies.errors import NotAllowed
from companies.models import AuditEvent, Department
from leave.models import BlockDate, BlockExemption, Closure, LeastCover, LeaveRequest, LeaveType
from leave.services import blocks, books
from tests.attendance.world import make_person
from tests.leave.admin.pages import errors_of, fields_of, send, statements
from tests.leave.world import Leave, Taken, d, n

BLOCKS = "/admin/leave/blockdate/"
CLOSURES = "/admin/leave/closure/"
COVER = "/admin/leave/leastcover/"


@pytest.fixture
def works(leave: Leave) -> Department:
    made: Department = Department.objects.create(company=leave.world.company, name="Looms")
    return made


# --- block dates ----------------------------------------------------------------------------------
def _block(leave: Leave, **more: Any) -> BlockDate:
    names = {"name": "Stock-taking", "first_on": d("03-30"), "last_on": d("03-31")}
    return blocks.block_save(company=leave.world.company, by=leave.hr, **{**names, **more})


def test_dates_are_blocked_but_not_for_everybody(
    hr: Client, leave: Leave, works: Department
) -> None:
    answer = send(
        hr, f"{BLOCKS}add/", name="Stock-taking", first_on="2026-03-30", last_on="2026-03-31",
        department=str(works.public_id), exempt=[str(leave.maya.public_id)],
    )  # fmt: skip
    assert answer.status_code == 302, errors_of(answer)
    row = BlockDate.objects.get()
    assert (row.department, row.leave_type) == (works, None)
    assert [each.employee for each in row.exemptions.all()] == [leave.maya]
    event = AuditEvent.objects.get(verb="block_date_added")
    assert event.changes["exemptions"] == [None, ["Maya"]]
    page = hr.get(BLOCKS).text
    assert "Mon, 30 Mar to Tue, 31 Mar 2026" in page


def test_who_is_exempt_is_changed_with_a_trace(hr: Client, leave: Leave) -> None:
    row = _block(leave, exempt=[leave.maya])
    path = f"{BLOCKS}{row.public_id}/change/"
    assert fields_of(hr.get(path))["exempt"] == str(leave.maya.public_id)
    bikram = str(leave.world.bikram.public_id)
    assert send(hr, path, exempt=[bikram], last_on="2026-04-01").status_code == 302
    event = AuditEvent.objects.get(verb="block_date_changed")
    assert event.changes == {
        "exemptions": [["Maya"], ["Bikram"]], "last_on": ["2026-03-31", "2026-04-01"],
    }  # fmt: skip
    assert send(hr, path).status_code == 302
    assert AuditEvent.objects.filter(verb="block_date_changed").count() == 1


def test_blocked_dates_end_with_their_exemptions(hr: Client, leave: Leave) -> None:
    row = _block(leave, exempt=[leave.maya])
    assert hr.post(f"{BLOCKS}{row.public_id}/delete/", {"post": "yes"}).status_code == 302
    assert not BlockDate.objects.exists()
    assert not BlockExemption.objects.exists()
    event = AuditEvent.objects.get(verb="block_date_deleted")
    assert event.changes["exemptions"] == [["Maya"], None]


def test_what_does_not_fit_is_said(hr: Client, leave: Leave, other: Leave) -> None:
    good = {"name": "Stock-taking", "first_on": "2026-03-30", "last_on": "2026-03-31"}
    path = f"{BLOCKS}add/"
    reversed_ = send(hr, path, **(good | {"last_on": "2026-03-01"}))
    assert "before the first" in str(errors_of(reversed_))
    for foreign in (str(other.maya.public_id), "nobody"):
        assert "exempt" in errors_of(send(hr, path, **good, exempt=[foreign]))
    assert not BlockDate.objects.exists()


def test_only_hr_blocks_dates(leave: Leave, other: Leave) -> None:
    row = _block(leave)
    for by in (leave.boss, other.hr):
        with pytest.raises(NotAllowed):
            blocks.block_save(company=leave.world.company, by=by, name="x")
        with pytest.raises(NotAllowed):
            blocks.block_save(company=leave.world.company, by=by, block=row, name="x")
        with pytest.raises(NotAllowed):
            blocks.block_delete(block=row, by=by)


# --- least cover ----------------------------------------------------------------------------------
def test_the_least_cover_of_a_department(hr: Client, leave: Leave, works: Department) -> None:
    sent = {"department": str(works.public_id), "people": "2"}
    assert send(hr, f"{COVER}add/", **sent).status_code == 302
    row = LeastCover.objects.get()
    assert (row.department, row.people) == (works, 2)
    assert "already exists" in str(errors_of(send(hr, f"{COVER}add/", **sent)))
    path = f"{COVER}{row.public_id}/change/"
    assert "people" in errors_of(send(hr, path, people="0"))
    assert send(hr, path, people="3").status_code == 302
    assert hr.post(f"{COVER}{row.public_id}/delete/", {"post": "yes"}).status_code == 302
    verbs = AuditEvent.objects.filter(verb__startswith="least_cover").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "least_cover_added", "least_cover_changed", "least_cover_deleted",
    ]  # fmt: skip


# --- closures -------------------------------------------------------------------------------------
def _closure(leave: Leave, **more: Any) -> Closure:
    made: Closure = Closure.objects.create(
        company=leave.world.company, name="Summer", first_on=d("03-05"), last_on=d("03-10"),
        leave_type=leave.annual, **more,
    )  # fmt: skip
    return made


def test_a_closure_is_looked_at_and_booked(hr: Client, leave: Leave) -> None:
    world = leave.world
    leave.grant("10")
    leave.grant("1", employee=world.bikram)
    books.grant_give(
        employee=world.hari, leave_type=leave.annual, amount=n("10"), starts_on=d("01-01"),
        reason="Yearly", by=world.actor(world.bikram, Role.HR),
    )  # fmt: skip
    leave.approve(leave.submit("03-06", first_part=Taken.AM))
    answer = send(
        hr, f"{CLOSURES}add/", name="Summer", first_on="2026-03-05", last_on="2026-03-10",
        leave_type=str(leave.annual.public_id),
    )  # fmt: skip
    assert answer.status_code == 302, errors_of(answer)
    closure = Closure.objects.get()
    path = f"{CLOSURES}{closure.public_id}/"
    page = hr.get(f"{path}book/")
    for words in (
        "3 people are charged.", "3 more than there is: is not booked",
        "is off for a part of it already",
    ):  # fmt: skip
        assert words in page.text, words
    assert not LeaveRequest.objects.filter(note="Summer").exists()
    done = send(hr, f"{path}book/")
    assert done.status_code == 302
    said = " ".join(str(message) for message in hr.get(done["Location"]).context["messages"])
    assert "Bikram" in said
    assert "more than there is" in said
    closure.refresh_from_db()
    assert closure.booked_at is not None
    # Thursday, the free half of Friday, Monday and Tuesday.
    assert leave.balance("03-20") == n("6")
    again = hr.get(f"{path}book/").text
    assert "One person is charged." in again
    # What was booked stands: it is changed no more.
    assert hr.post(f"{path}change/", {"name": "Other"}).status_code == 403
    assert hr.post(f"{path}delete/", {"post": "yes"}).status_code == 403


def test_a_closure_of_a_place_concerns_its_people_only(
    hr: Client, leave: Leave, works: Department
) -> None:
    closure = _closure(leave, department=works)
    page = hr.get(f"{CLOSURES}{closure.public_id}/book/").text
    assert "Nothing is left to book" in page


def test_a_type_without_rules_cannot_be_taken(hr: Client, leave: Leave) -> None:
    bare = LeaveType.objects.create(company=leave.world.company, name="Bare", code="BB")
    page = send(
        hr, f"{CLOSURES}add/", name="Summer", first_on="2026-03-05", last_on="2026-03-10",
        leave_type=str(bare.public_id),
    )  # fmt: skip
    assert "no rules yet" in str(errors_of(page)["leave_type"])
    closure = _closure(leave)
    Closure.objects.filter(pk=closure.pk).update(leave_type=bare)
    assert "Nothing is left to book" in hr.get(f"{CLOSURES}{closure.public_id}/book/").text


def test_unpaid_and_unlimited_leave_lacks_nothing(hr: Client, leave: Leave) -> None:
    free = leave.type("Unpaid", "UL", needs_allocation=False)
    debt = leave.type("Debt", "DB", negative_limit=None)
    for kind in (free, debt):
        closure = _closure(leave)
        Closure.objects.filter(pk=closure.pk).update(leave_type=kind)
        page = hr.get(f"{CLOSURES}{closure.public_id}/book/").text
        assert "3 people are charged." in page
        assert "more than there is" not in page


# --- reading, cost --------------------------------------------------------------------------------
def test_an_auditor_reads_and_no_more(auditor: Client, leave: Leave, works: Department) -> None:
    cover = LeastCover.objects.create(company=leave.world.company, department=works, people=2)
    rows = {BLOCKS: _block(leave), CLOSURES: _closure(leave), COVER: cover}
    for base, row in rows.items():
        assert auditor.get(base).status_code == 200
        assert auditor.get(f"{base}{row.public_id}/change/").status_code == 200
        assert auditor.get(f"{base}add/").status_code == 403
        assert auditor.post(f"{base}{row.public_id}/delete/", {"post": "yes"}).status_code == 403
    assert auditor.get(f"{CLOSURES}{rows[CLOSURES].public_id}/book/").status_code == 403


def test_pages_cost_the_same_with_more_rows(hr: Client, leave: Leave) -> None:
    world = leave.world
    closure = _closure(leave)
    _block(leave, exempt=[leave.maya])
    looms = Department.objects.create(company=world.company, name="D")
    LeastCover.objects.create(company=world.company, department=looms, people=1)
    paths = (BLOCKS, CLOSURES, COVER, f"{CLOSURES}{closure.public_id}/book/")
    one = [statements(hr, path) for path in paths]
    for number in range(2):
        person = make_person(world.company, f"Nima{number}", world.office, world.day_shift)
        leave.grant("3", employee=person)
        _block(leave, exempt=[person, leave.maya])
        _closure(leave)
        more = Department.objects.create(company=world.company, name=f"D{number}")
        LeastCover.objects.create(company=world.company, department=more, people=1)
    assert [statements(hr, path) for path in paths] == one
