"""What HR and operators do in the admin: once, with a reason where asked, always with a trace."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from attendance.models import AttendanceDay, AttendancePeriod, Punch, PunchState, ShiftAssignment
from companies import outbox, services
from companies.actor import job_actor
from companies.enums import Role
from companies.models import (
    AuditEvent,
    Company,
    Department,
    Employee,
    Office,
    PolicyVersion,
    RoleGrant,
    Shift,
    ShiftVersion,
)
from companies.once import FIELD
from companies.scoping import company_scope, no_scope
from integrations.faces.protocol import Outcome
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at
from tests.http import post_once

PEOPLE = "/admin/companies/employee/"


def _hidden(client: Client, path: str) -> dict[str, str]:
    """Return the values that a form shows before anybody has typed."""
    form = client.get(path).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if isinstance(value, str | int)}


def _events(world: World) -> list[tuple[str, str]]:
    with company_scope(world.company):
        events = AuditEvent.objects.filter(actor_name="Hari", channel="web").order_by("id")
        # The first five are those of `fill`.
        return list(events.values_list("verb", "subject_label"))[5:]


# --- records ----------------------------------------------------------------------------------
def _new_person(world: World, **changes: str) -> dict[str, Any]:
    return {
        "name": "Nima", "code": "N1", "email": "nima@kettle.example",
        "employment_type": "intern", "joined_on": "2026-03-02",
        "office": str(world.office.public_id), "default_shift": str(world.day_shift.public_id),
        **changes,
    }  # fmt: skip


def test_a_person_is_added_with_their_place(hr: Client, world: World) -> None:
    answer = post_once(hr, f"{PEOPLE}add/", _new_person(world))
    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)
    with company_scope(world.company):
        person = Employee.objects.get(code="N1")
        place = person.placements.get()
        assert (place.starts_on, place.office) == (dt.date(2026, 3, 2), world.office)
        event = AuditEvent.objects.get(verb="employee_added", subject_label="Nima (N1)")
    assert (event.actor_name, event.changes["email"]) == ("Hari", [None, "nima@kettle.example"])


def test_the_same_form_sent_twice_adds_one_person(hr: Client, world: World) -> None:
    data = {FIELD: str(uuid.uuid4()), **_new_person(world)}
    assert [hr.post(f"{PEOPLE}add/", data).status_code for _n in range(2)] == [302, 302]
    with company_scope(world.company):
        assert Employee.objects.filter(name="Nima").count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "maya"}, "Another person has this employee code."),
        ({"email": "not an address"}, "Enter a valid email address."),
        ({"joined_on": "someday"}, "Enter a valid date."),
        ({"name": ""}, "This field is required."),
        ({"office": str(uuid.UUID(int=1))}, "Select a valid choice."),
    ],
)
def test_bad_input_is_said_and_nothing_is_written(
    hr: Client, world: World, changes: dict[str, str], sentence: str
) -> None:
    page = post_once(hr, f"{PEOPLE}add/", _new_person(world, **changes))
    assert page.status_code == 200
    assert sentence in page.text
    with company_scope(world.company):
        assert not Employee.objects.filter(name="Nima").exists()
        assert _events(world) == []


def test_an_office_of_another_company_cannot_be_chosen(
    hr: Client, world: World, other: World
) -> None:
    page = post_once(hr, f"{PEOPLE}add/", _new_person(world, office=str(other.office.public_id)))
    assert page.status_code == 200
    assert "Select a valid choice." in page.text


def test_a_change_is_audited_with_before_and_after(hr: Client, world: World) -> None:
    path = f"{PEOPLE}{world.maya.public_id}/change/"
    shown = _hidden(hr, path) | {"joined_on": "2026-01-01", "is_active": "on"}
    assert hr.post(path, shown | {"name": "Maya Gurung"}).status_code == 302
    with company_scope(world.company):
        event = AuditEvent.objects.get(verb="employee_changed")
    assert event.changes == {"name": ["Maya", "Maya Gurung"]}


def test_who_was_slower_is_told_so(hr: Client, world: World) -> None:
    path = f"{PEOPLE}{world.maya.public_id}/change/"
    shown = _hidden(hr, path) | {"joined_on": "2026-01-01", "is_active": "on"}
    assert hr.post(path, shown | {"name": "First"}).status_code == 302
    page = hr.post(path, shown | {"name": "Second"})
    assert "Somebody else changed this meanwhile." in page.text
    world.maya.refresh_from_db()
    assert world.maya.name == "First"


def test_what_others_stand_on_is_not_deleted(hr: Client, world: World) -> None:
    path = f"/admin/companies/office/{world.office.public_id}/delete/"
    assert "3 placements" in hr.get(path).text
    page = hr.post(path, {"post": "yes"})
    assert (page.status_code, "3 placements" in page.text) == (200, True)
    with company_scope(world.company):
        assert Office.objects.filter(pk=world.office.pk).exists()
        looms = Department.objects.get(name="Looms kettle")
        assert hr.post(
            f"/admin/companies/department/{looms.public_id}/delete/", {"post": "yes"}
        ).status_code == 302  # fmt: skip
        assert not Department.objects.filter(pk=looms.pk).exists()
    assert ("department_deleted", "Looms kettle") in _events(world)


def test_new_hours_begin_on_a_date_and_the_old_stay(hr: Client, world: World) -> None:
    path = "/admin/companies/shiftversion/"
    with company_scope(world.company):
        old = ShiftVersion.objects.get(shift=world.day_shift)
    query = f"?shift={world.day_shift.public_id}"
    shown = _hidden(hr, f"{path}add/{query}")
    shown |= {
        "shift": str(world.day_shift.public_id), "starts_on": "2026-04-01",
        "start_time": "10:00", "end_time": "18:00", "breaks": "13:00-13:45",
    }  # fmt: skip
    answer = post_once(hr, f"{path}add/{query}", shown)
    assert answer.status_code == 302, re.findall(r"errorlist.*?</ul>", answer.text, re.DOTALL)
    with company_scope(world.company):
        new = ShiftVersion.objects.exclude(pk=old.pk).get(shift=world.day_shift)
        assert (new.start_time, new.breaks) == (
            dt.time(10), [{"start": "13:00", "end": "13:45"}],
        )  # fmt: skip
    assert hr.post(f"{path}{old.public_id}/change/", {"start_time": "11:00"}).status_code == 403
    assert hr.post(f"{path}{old.public_id}/delete/", {"post": "yes"}).status_code == 403
    old.refresh_from_db()
    assert old.start_time == dt.time(9)


@pytest.mark.parametrize(
    ("breaks", "is_good"), [("13:00-13:30, 16:00-16:15", True), ("", True), ("lunch", False)]
)
def test_breaks_are_written_in_words(hr: Client, world: World, breaks: str, is_good: bool) -> None:
    data = {"name": "Late", "start_time": "14:00", "end_time": "22:00", "breaks": breaks}
    path = "/admin/companies/shift/add/"
    answer = post_once(hr, path, _hidden(hr, path) | data)
    assert (answer.status_code == 302) is is_good
    with company_scope(world.company):
        assert Shift.objects.filter(name="Late").exists() is is_good


def test_a_policy_begins_on_a_date(hr: Client, world: World) -> None:
    path = "/admin/companies/policyversion/add/"
    shown = _hidden(hr, path) | {"starts_on": "2026-04-01", "zone": "Asia/Kathmandu"}
    assert post_once(hr, path, shown | {"zone": "Mars"}).status_code == 200
    assert post_once(hr, path, shown).status_code == 302
    with company_scope(world.company):
        assert PolicyVersion.objects.filter(starts_on=dt.date(2026, 4, 1)).exists()


def test_nobody_gives_themselves_a_role(hr: Client, world: World) -> None:
    path = "/admin/companies/rolegrant/add/"
    data = {"role": Role.MANAGER, "starts_on": "2026-03-01"}
    own = post_once(hr, path, data | {"user": str(world.hari.user.public_id)})
    assert own.status_code == 200
    assert "Nobody gives a role to themselves" in own.text
    assert post_once(hr, path, data | {"user": str(world.maya.user.public_id)}).status_code == 302
    with company_scope(world.company):
        assert [g.user for g in RoleGrant.objects.filter(role=Role.MANAGER)] == [world.maya.user]


@pytest.mark.parametrize(("own_role", "is_done"), [(Role.HR, False), (Role.COMPANY_ADMIN, True)])
def test_a_company_admin_is_not_put_out_by_hr(
    hr: Client, world: World, own_role: Role, is_done: bool
) -> None:
    with company_scope(world.company):
        for person, role in ((world.maya, Role.COMPANY_ADMIN), (world.hari, own_role)):
            RoleGrant.objects.create(
                company=world.company, user=person.user, role=role, starts_on=dt.date(2026, 1, 1)
            )
    path = f"{PEOPLE}{world.maya.public_id}/change/"
    shown = _hidden(hr, path) | {"joined_on": "2026-01-01", "is_active": "on"}
    answer = hr.post(path, shown | {"left_on": "2026-03-02"})
    refused = "only another one ends their employment" in answer.text
    assert (answer.status_code == 302, refused) == (is_done, not is_done)
    world.maya.refresh_from_db()
    assert (world.maya.left_on is not None) is is_done


def test_assignments_do_not_overlap(hr: Client, world: World) -> None:
    path = "/admin/attendance/shiftassignment/add/"
    data = {
        "employee": str(world.maya.public_id), "shift": str(world.night_shift.public_id),
        "starts_on": "2026-05-02", "ends_on": "2026-05-03",
    }  # fmt: skip
    page = post_once(hr, path, data)
    assert "This overlaps with Night" in page.text
    assert post_once(hr, path, data | {"starts_on": "2026-05-03"}).status_code == 302
    with company_scope(world.company):
        assert ShiftAssignment.objects.count() == 2


# --- people -----------------------------------------------------------------------------------
def test_a_sign_in_link_is_sent(hr: Client, world: World) -> None:
    path = f"{PEOPLE}{world.maya.public_id}/sign-in-link/"
    outbox.drain()
    mail.outbox.clear()
    assert "Maya gets a mail to maya@kettle.example" in hr.get(path).text
    assert post_once(hr, path).status_code == 302
    outbox.drain()
    assert [message.to for message in mail.outbox][-1:] == [["maya@kettle.example"]]
    assert ("sign_in_link_sent", "Maya (maya)") in _events(world)


# --- punches, days, months --------------------------------------------------------------------
@pytest.fixture
def flagged(world: World) -> Punch:
    from integrations import faces

    with faces.using(FakeEngine(Outcome.MISMATCH, "another_face")):
        recorded = world.punch(world.maya, "2026-03-04 09:02", frame=jpeg())
    with company_scope(world.company):
        return Punch.objects.get(public_id=recorded.public_id)


def _punch_path(punch: Punch, deed: str) -> str:
    return f"/admin/attendance/punchstate/{punch.public_id}/{deed}"


def test_a_flagged_punch_is_accepted_with_a_reason(
    hr: Client, world: World, flagged: Punch
) -> None:
    page = hr.get(_punch_path(flagged, "change/"))
    assert "Picture taken when Maya checked in" in page.text
    assert "93.5" not in page.text
    assert "Please give a reason." in post_once(hr, _punch_path(flagged, "accept/")).text
    data = {FIELD: str(uuid.uuid4()), "reason": "a new haircut"}
    for _n in range(2):
        assert hr.post(_punch_path(flagged, "accept/"), data).status_code == 302
    with company_scope(world.company):
        assert AuditEvent.objects.get(verb="punch_accepted").reason == "a new haircut"
        assert PunchState.objects.get(punch=flagged).is_flagged is False
    again = post_once(hr, _punch_path(flagged, "accept/"), {"reason": "again"})
    assert "This check-in was already decided." in again.text


def test_a_punch_is_voided_with_a_reason(hr: Client, world: World, flagged: Punch) -> None:
    assert post_once(hr, _punch_path(flagged, "void/"), {"reason": "not Maya"}).status_code == 302
    assert "nothing: voided" in hr.get(_punch_path(flagged, "change/")).text


def test_ones_own_punch_is_somebody_elses_to_decide(hr: Client, world: World) -> None:
    recorded = world.punch(world.hari, "2026-03-04 09:02")
    with company_scope(world.company):
        own = Punch.objects.get(public_id=recorded.public_id)
    page = hr.get(_punch_path(own, "change/"))
    assert "This is your own punch. Somebody else decides about it." in page.text
    assert f"{own.public_id}/void/" not in page.text
    answer = post_once(hr, _punch_path(own, "void/"), {"reason": "mine"})
    assert "Somebody else decides about your own check-ins." in answer.text
    with company_scope(world.company):
        assert PunchState.objects.get(punch=own).voided_at is None


@pytest.mark.parametrize("label", ["punchstate", "attendanceday", "faceenrolment", "faceconsent"])
def test_what_is_only_read_cannot_be_written(hr: Client, world: World, label: str) -> None:
    from portal.admin_sites import hr_site

    (admin,) = (a for m, a in hr_site._registry.items() if m._meta.model_name == label)
    with company_scope(world.company):
        row = admin.model.objects.order_by("pk").first()
        path = f"/admin/attendance/{label}/{admin.row_id(row)}"
    assert hr.post(f"{path}/change/", {"status": "P"}).status_code == 403
    assert hr.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert post_once(hr, f"/admin/attendance/{label}/add/").status_code == 403


def test_a_day_opens_to_its_punches_and_steps(hr: Client, world: World) -> None:
    with company_scope(world.company):
        day = AttendanceDay.objects.get(date=dt.date(2026, 3, 2))
    text = hr.get(f"/admin/attendance/attendanceday/{day.public_id}/change/").text
    for words in (
        "Maya · Monday 2 March 2026", "09:04", "17:31", "8 h",
        "First check-in 09:04; the shift starts 09:00, grace 10 min: on time.",
        "So the day is: Present (P).",
    ):  # fmt: skip
        assert words in text


def test_a_month_is_locked_and_reopened(hr: Client, world: World) -> None:
    base = "/admin/attendance/attendanceperiod"
    page = post_once(hr, f"{base}/lock/", {"starts_on": "2026-02"})
    if page.status_code == 200:
        page = post_once(hr, f"{base}/lock/", {"starts_on": "2026-02-01"})
    assert page.status_code == 302
    with company_scope(world.company):
        period = AttendancePeriod.objects.get(starts_on=dt.date(2026, 2, 1))
        assert period.state == "locked"
    path = f"{base}/{period.public_id}/reopen/"
    assert "Please give a reason." in post_once(hr, path).text
    assert post_once(hr, path, {"reason": "a late punch"}).status_code == 302
    period.refresh_from_db()
    assert period.state == "open"
    assert [verb for verb, _label in _events(world)][-2:] == ["month_locked", "month_reopened"]


# --- the platform -----------------------------------------------------------------------------
def test_an_operator_makes_a_company(client: Client, db: None) -> None:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    client.force_login(grant.user)
    path = "/operator/companies/company/add/"
    data = {
        "name": "Himal Tea", "code": "himal", "zone": "Asia/Kathmandu", "country": "NP",
        "hr_name": "Hari", "hr_email": "hari@himal.example",
    }  # fmt: skip
    assert post_once(client, path, data | {"zone": "Mars"}).status_code == 200
    made = Company.objects.filter(code="himal")
    assert not made.exists()
    answer = post_once(client, path, data)
    assert answer.status_code == 302, answer.text
    with no_scope("the new company"):
        (told,) = AuditEvent.objects.filter(verb="company_created", company=made.get())
    assert told.actor_name == "Otto"
    page = post_once(client, path, data)
    assert "Another company has the code himal." in page.text


# --- mail domains ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("domain", "field", "said"),
    [("kettle", "domain", "kettle is no domain"), ("looms.example", "", "stands there already")],
)  # fmt: skip
def test_what_is_wrong_with_a_domain_stands_beside_it(
    hr: Client, world: World, domain: str, field: str, said: str
) -> None:
    path = "/admin/companies/companydomain/ask/"
    with company_scope(world.company):
        services.domain_ask(domain="looms.example", by=world.hr, now=at("2026-03-04 11:00"))
    answer = post_once(hr, path, {"domain": domain})
    assert answer.status_code == 200
    (told,) = answer.context["form"].errors[field or "__all__"]
    assert said in told
