"""HR changes nothing of themselves that their pay hangs on: somebody else does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from attendance.models import ShiftAssignment
from attendance.services import roster
from companies.enums import Role
from companies.errors import OwnRecord
from companies.models import Employee, Placement, RoleGrant
from companies.scoping import company_scope
from tests.attendance.world import START, World
from tests.http import post_once

SENTENCE = "This is about yourself."
MAY = dt.date(2026, 5, 1)


def _person(hr: Client, world: World, employee: Employee, **changed: str) -> Any:
    path = f"/admin/companies/employee/{employee.public_id}/change/"
    version = hr.get(path).context["adminform"].form.current_version
    data = {
        "name": employee.name, "code": employee.code, "email": employee.email,
        "employment_type": "employee", "joined_on": "2026-01-01", "judged_from": "",
        "left_on": "", "is_active": "on", "row_version": version,
    }  # fmt: skip
    return hr.post(path, data | changed)


@pytest.mark.parametrize(
    "changed",
    [{"judged_from": "2026-03-01"}, {"left_on": "2026-12-31"}, {"joined_on": "2026-02-01"},
     {"employment_type": "intern"}],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_own_dates_are_somebody_elses_to_write(
    hr: Client, world: World, changed: dict[str, str]
) -> None:
    refused = _person(hr, world, world.hari, **changed)
    assert refused.status_code == 200
    assert SENTENCE in refused.text
    assert _person(hr, world, world.maya, **changed).status_code == 302
    assert _person(hr, world, world.hari, name="Hari Prasad").status_code == 302


def test_own_place_is_somebody_elses_to_write(hr: Client, world: World) -> None:
    data = {
        "employee": str(world.hari.public_id), "starts_on": "2026-05-01",
        "office": str(world.office.public_id),
    }  # fmt: skip
    assert SENTENCE in post_once(hr, "/admin/companies/placement/add/", data).text
    with company_scope(world.company):
        own = Placement.objects.get(employee=world.hari)
    for name in ("change", "delete"):
        path = f"/admin/companies/placement/{own.public_id}/{name}/"
        assert post_once(hr, path, {"post": "yes"}).status_code == 403
    data["employee"] = str(world.maya.public_id)
    assert post_once(hr, "/admin/companies/placement/add/", data).status_code == 302


def test_own_shifts_are_somebody_elses_to_write(hr: Client, world: World) -> None:
    data = {
        "employee": str(world.hari.public_id), "shift": str(world.night_shift.public_id),
        "starts_on": "2026-06-01", "ends_on": "",
    }  # fmt: skip
    assert SENTENCE in post_once(hr, "/admin/attendance/shiftassignment/add/", data).text
    with company_scope(world.company):
        row = ShiftAssignment.objects.create(
            company=world.company, employee=world.hari, shift=world.night_shift, starts_on=MAY
        )
        with pytest.raises(OwnRecord):
            roster.assignment_delete(assignment=row, by=world.hr)
        with pytest.raises(OwnRecord):
            roster.assignment_save(
                employee=world.maya, shift=world.night_shift, starts_on=MAY, ends_on=None,
                by=world.hr, assignment=row,
            )  # fmt: skip
    path = f"/admin/attendance/shiftassignment/{row.public_id}/delete/"
    assert hr.post(path, {"post": "yes"}).status_code == 403


def test_the_only_hr_who_is_company_admin_may(hr: Client, world: World) -> None:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.hari.user, role=Role.COMPANY_ADMIN, starts_on=START
        )
    assert _person(hr, world, world.hari, judged_from="2026-03-01").status_code == 302
