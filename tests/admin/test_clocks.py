"""HR's admin tells times by the company's clocks, and the operator's site by UTC."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client

from companies import audit, services
from companies.actor import job_actor
from companies.models import Department
from companies.scoping import company_scope
from tests.attendance.world import World

# A quarter past midnight on the 3rd in Kathmandu.
NIGHT = dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC)


def test_an_event_of_the_night_stands_on_the_companys_date(hr: Client, world: World) -> None:
    with company_scope(world.company), time_machine.travel(NIGHT, tick=False):
        row = Department.objects.create(company=world.company, name="Night desk")
        audit.record(by=world.hr, verb="department_added", subject=row)
    events = "/admin/companies/auditevent/"
    assert "March 3, 2026, 12:15 a.m." in hr.get(events, {"q": "Night desk"}).text
    on = {"q": "Night desk", "occurred_at_from": "2026-03-03", "occurred_at_to": "2026-03-03"}
    assert hr.get(events, on).context["cl"].result_count == 1
    before = {**on, "occurred_at_from": "2026-03-02", "occurred_at_to": "2026-03-02"}
    assert hr.get(events, before).context["cl"].result_count == 0


@pytest.mark.django_db
def test_operators_stand_in_no_companys_zone(client: Client) -> None:
    with time_machine.travel(NIGHT, tick=False):
        grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    client.force_login(grant.user)
    assert "March 2, 2026, 6:30 p.m." in client.get("/operator/companies/auditevent/").text
