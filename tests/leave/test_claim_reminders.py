"""Claims of extra work that nobody decides: reminded of like requests, and HR is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies import outbox
from companies.models import Employee, OutboxMessage
from leave import tasks
from leave.models import CompOffClaim, ReminderVersion
from leave.selectors.reminders import ClaimDue, claims_waiting_long
from leave.services import comp_off
from leave.services.reminders import claim_remind
from tests.attendance.world import at, make_person
from tests.leave.world import Leave, d, n


@pytest.fixture(autouse=True)
def claim(leave: Leave) -> Iterator[CompOffClaim]:
    """On Monday noon Maya claims the Saturday before."""
    with time_machine.travel(at("2026-03-02 12:00"), tick=False):
        yield _claim(leave, leave.maya)


def _claim(leave: Leave, employee: Employee, minutes: int | None = None) -> CompOffClaim:
    made: CompOffClaim = CompOffClaim.objects.create(
        company=leave.world.company, employee=employee, leave_type=leave.annual, date=d("02-28"),
        amount=n("1"), minutes=minutes,
    )  # fmt: skip
    return made


def _run(*moments: str) -> list[list[str]]:
    """Run the job at each moment; return who was written to by then."""
    found = []
    for moment in moments:
        with time_machine.travel(at(f"2026-03-{moment}"), tick=False):
            assert tasks.leave_reminders() == 0
        found.append(_to())
    return found


def _to() -> list[str]:
    rows = OutboxMessage.objects.filter(template="leave/email/comp_off_waits").order_by("id")
    return [row.to.partition("@")[0] for row in rows]


def test_whoever_decides_is_reminded_like_of_a_request(leave: Leave) -> None:
    assert _run("03 12:00", "04 12:00", "04 13:00", "05 12:00", "06 12:00", "08 12:00") == [
        [], ["bikram"], ["bikram"], ["bikram"], ["bikram"] * 2, ["bikram"] * 2,
    ]  # fmt: skip


def test_hr_is_told_once_what_nobody_decides(leave: Leave) -> None:
    assert _run("09 12:00", "09 18:00") == [["bikram", "hari"]] * 2
    assert _run("10 12:00", "16 12:00", "17 12:00") == [
        ["bikram", "hari", "bikram"], ["bikram", "hari", "bikram", "bikram"],
        ["bikram", "hari", "bikram", "bikram"],
    ]  # fmt: skip


def test_the_mail_says_since_when_and_for_what(leave: Leave) -> None:
    _claim(leave, leave.maya, minutes=480)
    _run("04 12:00")
    outbox.drain(now=at("2026-03-05 12:00"))
    bodies = [str(m.body) for m in mail.outbox if "about extra work" in m.subject]
    assert [
        "Maya worked on Sat, 28 February 2026, a day off, wants 1 day of Annual for it, and has "
        "waited for an answer since Mon, 2 March 2026." in bodies[0],
        "Maya wants 1 day of Annual for 8 h of approved overtime" in bodies[1],
        "/inbox/" in bodies[0],
    ] == [True, True, True]


def test_settings_say_when_and_nobody_hears_of_what_is_over(leave: Leave) -> None:
    company = leave.world.company
    ReminderVersion.objects.create(
        company=company, remind_after_days=0, escalate_after_days=0, remind_every_days=0
    )
    assert _run("20 12:00") == [[]]
    ReminderVersion.objects.create(company=company, remind_after_days=1, escalate_after_days=0)
    Employee.objects.filter(pk=leave.maya.pk).update(left_on=d("03-02"))
    assert _run("20 12:00") == [[]]


def test_what_was_decided_meanwhile_is_left(leave: Leave, claim: CompOffClaim) -> None:
    comp_off.comp_off_decide(claim=claim, is_approved=False, reason="No", by=leave.boss)
    claim_remind(item=ClaimDue(claim, 1, is_passed_on=True), now=at("2026-03-09 12:00"))
    assert _to() == []
    assert _run("09 12:00") == [[]]


def test_hr_does_not_hear_of_their_own(leave: Leave) -> None:
    _claim(leave, leave.world.hari)
    _run("09 12:00")
    rows = OutboxMessage.objects.filter(template="leave/email/comp_off_waits")
    assert "hari" in _to()
    assert not [row for row in rows if row.values["person"] == "Hari" and "hari" in row.to]


def test_the_statements_of_looking_do_not_grow(leave: Leave) -> None:
    def counted() -> int:
        leave.world.company.refresh_from_db()
        for _n in range(2):  # the first time reads the settings
            with CaptureQueriesContext(connection) as found:
                claims_waiting_long(leave.world.company, now=at("2026-03-09 12:00"))
        return len(found)

    one = counted()
    for name in ("Nima", "Rita"):
        world = leave.world
        _claim(leave, make_person(world.company, name, world.office, world.day_shift))
    assert counted() == one
