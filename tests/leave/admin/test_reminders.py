"""HR's page of reminders: prefilled with what holds, never changed, told to the audit."""

from __future__ import annotations

import pytest
from django.test import Client

from companies.models import AuditEvent
from companies.scoping import company_scope
from leave.models import ReminderVersion
from leave.rules.reminding import ReminderRules
from leave.selectors.reminders import reminder_rules
from tests.admin.conftest import hr, noon, the_world, world
from tests.admin.test_deeds import _hidden
from tests.attendance.world import World
from tests.http import post_once
from tests.leave.world import d

__all__ = ["hr", "noon", "the_world", "world"]

PATH = "/admin/leave/reminderversion/"


def test_hr_writes_when_from_a_date_on(hr: Client, world: World) -> None:
    shown = _hidden(hr, f"{PATH}add/")
    assert (shown["remind_after_days"], shown["goes_to"]) == (3, "above")
    wanted = shown | {"starts_on": "2026-04-01", "remind_after_days": "1", "goes_to": "hr",
                      "lapse_first_days": "0"}  # fmt: skip
    assert post_once(hr, f"{PATH}add/", wanted).status_code == 302
    with company_scope(world.company):
        assert reminder_rules(d("03-31")).remind_after == 3
        assert reminder_rules(d("04-01")) == ReminderRules(
            remind_after=1, goes_above=False, lapse_days=(7,)
        )
        event = AuditEvent.objects.get(subject_type="leave.reminderversion")
    assert event.changes["goes_to"] == [None, "hr"]
    assert "2026" in hr.get(PATH).text


@pytest.mark.parametrize(
    ("name", "value"),
    [("remind_after_days", "61"), ("lapse_first_days", "61"), ("escalate_after_days", "-1"),
     ("goes_to", "nobody"), ("starts_on", "soon")],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_it(
    hr: Client, world: World, name: str, value: str
) -> None:
    wanted = _hidden(hr, f"{PATH}add/") | {"starts_on": "2026-04-01", name: value}
    answer = post_once(hr, f"{PATH}add/", wanted)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [name]
    with company_scope(world.company):
        assert ReminderVersion.objects.count() == 1


def test_what_was_written_is_not_changed(hr: Client, world: World) -> None:
    with company_scope(world.company):
        row = ReminderVersion.objects.get()
    answer = hr.post(f"{PATH}{row.public_id}/change/", {"remind_after_days": "9"})
    assert answer.status_code == 403
    with company_scope(world.company):
        row.refresh_from_db()
    assert row.remind_after_days == 3
