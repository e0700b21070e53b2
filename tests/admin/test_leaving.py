"""Somebody leaves: what is open is listed, the last day written, the team handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.services.days import person_recompute
from companies.enums import Role
from companies.errors import (
    LastDayBeforeFirst,
    LastDayUnchanged,
    NotAllowed,
    OwnRecord,
    SuccessorUnfit,
)
from companies.leaving import what_is_open
from companies.models import (
    AuditEvent,
    Delegation,
    Employee,
    OutboxMessage,
    Placement,
    RoleGrant,
)
from companies.scoping import company_scope
from companies.services import employee_leave, internship_complete
from tests.attendance.world import START, World, at, make_person, make_world
from tests.companies.internship_world import make_internship
from tests.http import post_once
from tests.leave.world import Leave, make_leave

MONDAY = dt.date(2026, 3, 2)
LAST, AFTER = dt.date(2026, 3, 31), dt.date(2026, 4, 1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        yield


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Bikram leads Maya and Nima, and Omar from May on."""
    world = make_world()
    with company_scope(world.company):
        for name, starts_on in (("Nima", START), ("Omar", START)):
            person = make_person(world.company, name, world.office, world.day_shift)
            _place(world, person, starts_on, None)
        nima, omar = (Employee.objects.get(name=name) for name in ("Nima", "Omar"))
        _place(world, world.maya, dt.date(2026, 2, 1), world.bikram)
        _place(world, nima, dt.date(2026, 2, 1), world.bikram)
        _place(world, omar, dt.date(2026, 5, 1), world.bikram)
        yield world


def _place(world: World, person: Employee, starts_on: dt.date, manager: Employee | None) -> None:
    Placement.objects.update_or_create(
        company=world.company, employee=person, starts_on=starts_on,
        defaults={"manager": manager, "office": world.office, "default_shift": world.day_shift},
    )  # fmt: skip


def _managers(name: str) -> list[tuple[dt.date, str | None]]:
    rows = Placement.objects.filter(employee__name=name, starts_on__gt=START)
    return list(rows.order_by("starts_on").values_list("starts_on", "manager__name"))


def _leave(world: World, **more: Any) -> int:
    chosen = {"employee": world.bikram, "last_on": LAST, "by": world.hr, **more}
    return employee_leave(**chosen)


def test_the_team_is_handed_over_from_the_day_after(world: World) -> None:
    nima = Employee.objects.get(name="Nima")
    assert _leave(world, successor=nima, reason="retires") == 3
    world.bikram.refresh_from_db()
    assert world.bikram.left_on == LAST
    assert _managers("Maya") == [(dt.date(2026, 2, 1), "Bikram"), (AFTER, "Nima")]
    # Nobody reports to themselves.
    assert _managers("Nima") == [(dt.date(2026, 2, 1), "Bikram"), (AFTER, None)]
    assert _managers("Omar") == [(dt.date(2026, 5, 1), "Nima")]
    copied = Placement.objects.get(employee=world.maya, starts_on=AFTER)
    assert (copied.office, copied.default_shift) == (world.office, world.day_shift)
    events = AuditEvent.objects.filter(actor_name="Hari").order_by("id")
    assert [(event.verb, event.reason) for event in events] == [
        ("employee_left", "retires"), ("placement_added", "retires"),
        ("placement_added", "retires"), ("placement_changed", "retires"),
    ]  # fmt: skip
    assert events[0].changes == {"left_on": [None, "2026-03-31"]}
    mail = OutboxMessage.objects.get(template="companies/email/team_handed_over")
    assert (mail.to, mail.values["people"]) == (nima.user.email, "Maya, Omar")
    assert mail.values["first"] == "Wed, 1 April 2026"


def test_without_a_successor_the_last_day_alone_is_written(world: World) -> None:
    assert _leave(world) == 0
    assert _managers("Maya") == [(dt.date(2026, 2, 1), "Bikram")]
    with pytest.raises(LastDayUnchanged):
        _leave(world)
    # Handing over later is no other last day.
    assert _leave(world, successor=world.hari) == 3
    assert [event.verb for event in AuditEvent.objects.filter(verb="employee_left")] == [
        "employee_left"
    ]


def test_who_has_left_and_places_that_are_over_are_left_alone(world: World) -> None:
    _place(world, world.maya, dt.date(2026, 3, 15), world.hari)
    Employee.objects.filter(name="Nima").update(left_on=LAST)
    assert _leave(world, successor=world.hari) == 1
    assert _managers("Maya") == [
        (dt.date(2026, 2, 1), "Bikram"), (dt.date(2026, 3, 15), "Hari"),
    ]  # fmt: skip
    assert _managers("Nima") == [(dt.date(2026, 2, 1), "Bikram")]


def test_what_cannot_be_is_refused_and_nothing_is_written(world: World) -> None:
    other = make_world("oolong")
    gone = Employee.objects.get(name="Nima")
    Employee.objects.filter(pk=gone.pk).update(left_on=LAST)
    hr = world.actor(world.hari, Role.HR)
    for error, more in (
        (NotAllowed, {"by": world.actor(world.maya, Role.MANAGER)}),
        (NotAllowed, {"by": other.hr}),
        (OwnRecord, {"employee": world.hari, "by": hr}),
        (LastDayBeforeFirst, {"last_on": dt.date(2025, 12, 31)}),
        (SuccessorUnfit, {"successor": gone}),
        (SuccessorUnfit, {"successor": world.bikram}),
        (SuccessorUnfit, {"successor": other.maya}),
    ):
        with pytest.raises(error):
            _leave(world, **more)
    world.bikram.refresh_from_db()
    assert world.bikram.left_on is None
    assert not AuditEvent.objects.filter(verb="employee_left").exists()


# --- what is open ---------------------------------------------------------------------------------
def test_what_is_open_is_counted_by_kind(world: World) -> None:
    RoleGrant.objects.create(
        company=world.company, user=world.bikram.user, role=Role.MANAGER, starts_on=START
    )
    Delegation.objects.create(
        company=world.company, giver=world.bikram, delegate=world.hari, starts_on=START,
        ends_on=dt.date(2026, 6, 1), made_by=world.hari.user,
    )  # fmt: skip
    make_internship(world)
    done = make_internship(world, starts_on=START, ends_on=START)
    internship_complete(internship=done, by=world.hr)
    world.punch(world.bikram, "2026-03-02 22:00", weigh=False)
    person_recompute(employee=world.bikram, first=MONDAY, last=MONDAY, now=timezone.now())
    found = [(each.title, each.count) for each in what_is_open(world.bikram, LAST)]
    assert found == [
        ("People who report to them", 3),
        ("Interns whose mentor they are", 1),
        ("Roles, which end with the employment", 1),
        ("Delegations that go on after the last day", 1),
        ("Days with something to clear up", 1),
    ]
    assert what_is_open(world.hari, dt.date(2030, 1, 1))[0].title == (
        "Roles, which end with the employment"
    )


def test_a_role_that_begins_after_the_last_day_is_told_apart_for_it_stands(world: World) -> None:
    for role, starts_on in ((Role.MANAGER, LAST), (Role.AUDITOR, AFTER)):
        RoleGrant.objects.create(
            company=world.company, user=world.bikram.user, role=role, starts_on=starts_on
        )
    found = [(each.title, each.count) for each in what_is_open(world.bikram, LAST)]
    assert found[1:] == [
        ("Roles, which end with the employment", 1),
        ("Roles that begin after the last day, and stand", 1),
    ]


def test_leave_that_is_open_and_what_is_left_of_it(db: None) -> None:
    leave: Leave = make_leave()
    with company_scope(leave.world.company):
        leave.grant("10")
        leave.approve(leave.submit("04-07", "04-08"))
        leave.submit("03-16", "03-16")
        found = [(each.title, each.count) for each in what_is_open(leave.maya, LAST)]
    assert found == [
        ("Leave that waits for a decision", 1),
        ("Approved leave after the last day", 1),
        ("Annual on the last day: 10 days", None),
    ]


# --- the page -------------------------------------------------------------------------------------
@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(world.hari.user)
    return client


def _path(world: World) -> str:
    return f"/admin/companies/employee/{world.bikram.public_id}/leaving/"


def test_hr_sees_what_is_open_and_writes_the_last_day_once(hr: Client, world: World) -> None:
    page = hr.get(_path(world)).text
    assert "Open as of Wednesday, 4 March 2026" in page
    assert "People who report to them: <b>3</b>" in page
    form = {"last_on": "2026-03-31", "successor": str(world.hari.public_id), "reason": "retires"}
    answer = post_once(hr, _path(world), form)
    assert answer.status_code == 302
    said = hr.get(answer["Location"]).text
    assert "is Tuesday, 31 March 2026. 3 people report to Hari after it." in said
    again = post_once(hr, _path(world), form)
    assert "This is the last day of Bikram already" in again.text
    assert "Nothing of theirs is open" in hr.get(_path(world)).text


def test_a_later_last_day_says_who_reports_to_others_before_it(hr: Client, world: World) -> None:
    _place(world, world.maya, dt.date(2026, 4, 15), world.hari)
    hr_id = str(world.hari.public_id)
    post_once(hr, _path(world), {"last_on": "2026-03-31", "successor": hr_id})
    answer = post_once(hr, _path(world), {"last_on": "2026-04-30"})
    said = hr.get(answer["Location"]).text
    assert "The last day of Bikram is Thursday, 30 April 2026. From 1 April 2026 on" in said
    assert "2 people of their team report to others already: Maya, Nima." in said
    # Whom an earlier last day concerns still report to them.
    answer = post_once(hr, _path(world), {"last_on": "2026-03-20"})
    assert "of their team" not in hr.get(answer["Location"]).text


def test_who_works_here_is_said_by_the_companys_date(hr: Client, world: World) -> None:
    Employee.objects.filter(pk=world.bikram.pk).update(left_on=LAST)
    page = f"/admin/companies/employee/{world.bikram.public_id}/change/"
    # In Kathmandu the last day begins and ends before UTC's.
    for when, is_here in (("2026-03-31 23:59", True), ("2026-04-01 00:01", False)):
        with time_machine.travel(at(when), tick=False):
            for standing, is_listed in (("here", is_here), ("left", not is_here)):
                text = hr.get(f"/admin/companies/employee/?standing={standing}").text
                assert (page in text) is is_listed
            shown = hr.get("/admin/companies/employee/?q=bikram").text
            assert ("Works here" in shown.split("<tbody")[1].split("</table>")[0]) is is_here


def test_bad_input_is_told_at_its_field(hr: Client, world: World) -> None:
    for form, words in (
        ({"last_on": ""}, "This field is required."),
        ({"last_on": "2025-01-01"}, "Bikram had not joined by then."),
        ({"last_on": "31.31.2026"}, "Enter a valid date."),
        ({"last_on": "9999-12-31"}, "This last day is more than ten years away."),
    ):
        assert words in post_once(hr, _path(world), form).text


def test_a_last_day_that_stands_for_never_is_shown(hr: Client, world: World) -> None:
    Employee.objects.filter(pk=world.bikram.pk).update(left_on=dt.date.max)
    page = hr.get(_path(world))
    assert page.status_code == 200
    assert "People who report to them: <b>3</b>" in page.text


def test_no_last_day_is_proposed(hr: Client, world: World) -> None:
    assert 'value="2026-03-04"' not in hr.get(_path(world)).text
    Employee.objects.filter(pk=world.bikram.pk).update(left_on=LAST)
    assert 'value="2026-03-31"' in hr.get(_path(world)).text


def test_an_intern_who_leaves_has_an_internship_to_end(world: World) -> None:
    make_internship(world)
    found = {each.title: each.count for each in what_is_open(world.maya, dt.date(2026, 3, 12))}
    assert found["Their own internships that go on after the last day"] == 1
    found = {each.title: each.count for each in what_is_open(world.maya, dt.date(2026, 3, 13))}
    assert "Their own internships that go on after the last day" not in found


def test_statements_do_not_grow_with_the_team(hr: Client, world: World) -> None:
    hr.get(_path(world))
    counts = []
    for more in (0, 5):
        for n in range(more):
            person = make_person(world.company, f"P{n}", world.office, world.day_shift)
            _place(world, person, dt.date(2026, 2, 2), world.bikram)
        with CaptureQueriesContext(connection) as queries:
            assert hr.get(_path(world)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
