"""A closure books leave for everyone concerned, once, and never on leave."""

from __future__ import annotations

import pytest

from companies.enums import Role
from companies.errors import NotAllowed
from companies.models import AuditEvent, Department, Placement
from leave.models import Closure, LeaveRequestState
from leave.services import books, closures, settings
from tests.leave.world import NOW, Leave, Taken, d, n


def _closure(leave: Leave, **more: object) -> Closure:
    made: Closure = Closure.objects.create(
        company=leave.world.company, name="Summer", first_on=d("03-05"), last_on=d("03-10"),
        leave_type=leave.annual, **more,
    )  # fmt: skip
    return made


def _everybody(leave: Leave) -> None:
    """Grant ten days to each; HR's own come from another person of HR."""
    world = leave.world
    for employee in (world.maya, world.bikram):
        leave.grant("10", employee=employee)
    books.grant_give(
        employee=world.hari, leave_type=leave.annual, amount=n("10"), starts_on=d("01-01"),
        reason="Yearly", by=world.actor(world.bikram, Role.HR),
    )  # fmt: skip


def _booked(found: list[closures.Booked]) -> list[tuple[str, str, str]]:
    return [
        (item.employee.name, f"{item.dates.first:%m-%d}", f"{item.dates.last:%m-%d}")
        for item in found
        if item.request is not None
    ]


def test_everybody_is_booked_once(leave: Leave) -> None:
    _everybody(leave)
    closure = _closure(leave)
    found = closures.closure_book(closure=closure, by=leave.hr, now=NOW)
    assert sorted(_booked(found)) == [
        ("Bikram", "03-05", "03-10"), ("Hari", "03-05", "03-10"), ("Maya", "03-05", "03-10"),
    ]  # fmt: skip
    assert leave.balance("03-20") == n("6")
    assert closure.booked_at == NOW
    assert closures.closure_book(closure=closure, by=leave.hr, now=NOW) == []
    events = AuditEvent.objects.filter(verb="leave_closure_booked").order_by("id")
    assert [event.changes["requests"] for event in events] == [[0, 3], [0, 0]]


def test_who_is_off_already_is_not_charged_twice(leave: Leave) -> None:
    _everybody(leave)
    leave.approve(leave.submit("03-06"))
    leave.submit("03-09", first_part=Taken.AM)
    found = closures.closure_book(closure=_closure(leave), by=leave.hr, now=NOW)
    assert [item for item in _booked(found) if item[0] == "Maya"] == [
        ("Maya", "03-05", "03-05"), ("Maya", "03-09", "03-09"), ("Maya", "03-10", "03-10"),
    ]  # fmt: skip
    states = LeaveRequestState.objects.filter(employee=leave.maya, state="approved")
    assert sorted(states.values_list("amount", flat=True)) == [n("0.5"), n("1"), n("1"), n("1")]


def test_a_type_of_whole_days_leaves_half_a_day_alone(leave: Leave) -> None:
    _everybody(leave)
    leave.submit("03-09", first_part=Taken.AM)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, unit="day")
    found = closures.closure_book(closure=_closure(leave), by=leave.hr, now=NOW)
    assert [item for item in _booked(found) if item[0] == "Maya"] == [
        ("Maya", "03-05", "03-08"), ("Maya", "03-10", "03-10"),
    ]  # fmt: skip


def test_what_a_rule_refuses_books_nothing_and_says_why(leave: Leave) -> None:
    leave.grant("1")
    found = closures.closure_book(closure=_closure(leave), by=leave.hr, now=NOW)
    assert {(item.employee.name, getattr(item.error, "rule", "")) for item in found} == {
        ("Maya", "balance"), ("Bikram", "balance"), ("Hari", "balance"),
    }  # fmt: skip
    assert not LeaveRequestState.objects.exists()


def test_only_an_office_or_a_department_with_its_parts(leave: Leave) -> None:
    world = leave.world
    works = Department.objects.create(company=world.company, name="Works")
    looms = Department.objects.create(company=world.company, name="Looms", parent=works)
    Placement.objects.filter(employee=world.maya).update(department=looms)
    assert list(closures.concerned(_closure(leave, department=works))) == [world.maya]
    assert set(closures.concerned(_closure(leave, office=world.office))) == {
        world.maya, world.bikram, world.hari,
    }  # fmt: skip


def test_only_hr_books_a_closure(leave: Leave) -> None:
    with pytest.raises(NotAllowed):
        closures.closure_book(closure=_closure(leave), by=leave.boss, now=NOW)
