"""Who is away, who is missing: to whoever asks, and in a channel; what is private stays so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.enums import CalendarKind
from companies.models import (
    CalendarDay,
    Department,
    Employee,
    OfficeVersion,
    OutboxMessage,
    Placement,
)
from leave.slack.away import digest
from leave.slack.digests import is_worked, slack_digest
from tests.attendance.world import START, ZONE, at, make_person
from tests.leave.world import NOW, Taken, d
from tests.slack_world import BIKRAM, MAYA, SlackWorld

MORNING = at("2026-03-02 09:30")
LINK = "\n<http://127.0.0.1:8000/leave/|Open in Muster>"
TEAM_LINK = "\n<http://127.0.0.1:8000/team/|Open in Muster>"


def _off(slack: SlackWorld, *, first: str = "03-02", last: str = "03-04", **knobs: Any) -> None:
    """Let Maya be on approved leave, of a type that her manager alone may know or that all may."""
    kind = slack.leave.type("Sick", "SL", needs_allocation=False, **knobs)
    slack.leave.approve(slack.leave.submit(first, last, leave_type=kind), by=slack.leave.hr)
    slack.town.calls.clear()


def _beside(slack: SlackWorld) -> None:
    """Put everybody into one department, so that they stand beside one another."""
    looms = Department.objects.create(company=slack.world.company, name="Looms")
    Placement.objects.update(department=looms)


def test_who_answers_for_them_reads_what_kind_of_leave_it_is(slack: SlackWorld) -> None:
    _off(slack)

    assert slack.say(BIKRAM, "who") == "*Away*: Maya (Sick, until Wed 4 March)" + TEAM_LINK


def test_colleagues_read_that_somebody_is_away_and_no_more(slack: SlackWorld) -> None:
    _beside(slack)
    Placement.objects.filter(employee=slack.leave.maya).update(manager=slack.world.hari)
    _off(slack, colleagues_see_reason=False)

    assert slack.say(BIKRAM, "who") == "*Away*: Maya (away, until Wed 4 March)" + LINK


def test_colleagues_read_the_kind_where_the_type_is_open(slack: SlackWorld) -> None:
    _beside(slack)
    Placement.objects.filter(employee=slack.leave.maya).update(manager=slack.world.hari)
    _off(slack, colleagues_see_reason=True)

    assert slack.say(BIKRAM, "who") == "*Away*: Maya (Sick, until Wed 4 March)" + LINK


def test_half_a_day_says_which(slack: SlackWorld) -> None:
    kind = slack.leave.type("Casual", "CA", needs_allocation=False, unit="half_day")
    request = slack.leave.submit("03-02", leave_type=kind, first_part=Taken.PM)
    slack.leave.approve(request)

    said = slack.say(BIKRAM, "who")

    assert said.splitlines()[0] == "*Away*: Maya (Casual, second half)"
    assert said.splitlines()[1] == "*Missing*: Maya"


def test_who_answers_for_nobody_reads_nothing_of_who_is_missing(slack: SlackWorld) -> None:
    _beside(slack)

    assert slack.say(MAYA, "who") == "Nobody of your team is away." + LINK
    assert slack.say(BIKRAM, "who") == "*Missing*: Maya" + TEAM_LINK


def test_it_takes_as_many_statements_for_three_as_for_one(slack: SlackWorld) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            digest(slack.world.company, NOW)
        return len(seen)

    _off(slack)
    digest(slack.world.company, NOW)
    one = count()
    kind = slack.leave.type("Other", "OT", needs_allocation=False)
    for name in ("Nima", "Oma"):
        person = make_person(slack.world.company, name, slack.world.office, slack.world.day_shift)
        Placement.objects.filter(employee=person).update(manager=slack.world.bikram)
        request = slack.leave.submit(
            "03-02", employee=person, by=slack.world.actor(person), leave_type=kind
        )
        slack.leave.approve(request)
    slack.world.company.refresh_from_db()
    digest(slack.world.company, NOW)

    assert count() == one


# --- the digest -----------------------------------------------------------------------------------
def _digest_at(slack: SlackWorld, now: dt.datetime) -> list[str]:
    with time_machine.travel(now, tick=False):
        slack_digest()
        slack.drain()
    return slack.town.texts("chat.postMessage")


def test_the_digest_keeps_private_what_is_private_and_comes_once(slack: SlackWorld) -> None:
    _off(slack, colleagues_see_reason=False)
    slack.configure(has_digest=True, digest_channel="C1")

    for _n in range(2):
        _digest_at(slack, MORNING)

    (posted,) = slack.town.of("chat.postMessage")
    assert posted["channel"] == "C1"
    assert posted["text"] == (
        "Today, Mon 2 March\n*Away*: Maya (away, until Wed 4 March)\n*Missing*: Hari"
    )


def test_the_digest_says_the_kind_where_everybody_may_know_it(slack: SlackWorld) -> None:
    _off(slack, colleagues_see_reason=True)

    said = digest(slack.world.company, MORNING)

    assert said.text.splitlines()[1] == "*Away*: Maya (Sick, until Wed 4 March)"


@pytest.mark.parametrize("when", ["2026-03-02 08:00", "2026-03-02 09:30"])
def test_where_nobody_is_away_or_missing_the_digest_says_no_more(
    slack: SlackWorld, when: str
) -> None:
    # At eight nobody is in, nor has to be.
    if when > "2026-03-02 09":
        for person in (slack.leave.maya, slack.world.bikram, slack.world.hari):
            slack.world.punch(person, "2026-03-02 09:00")

    assert digest(slack.world.company, at(when)).text == (
        "Today, Mon 2 March\nNobody is away or missing."
    )


def test_a_channel_reads_nothing_of_who_works_there_no_more(slack: SlackWorld) -> None:
    _off(slack)
    Employee.objects.filter(pk=slack.leave.maya.pk).update(is_active=False)

    assert "Maya" not in digest(slack.world.company, MORNING).text


@pytest.mark.parametrize(
    ("when", "is_due"),
    [
        ("2026-03-02 09:29", False),
        ("2026-03-02 09:30", True),
        ("2026-03-02 13:30", True),
        ("2026-03-02 13:31", False),
        ("2026-03-07 09:30", False),  # a Saturday
        ("2026-03-03 09:30", False),  # a holiday
    ],
)
def test_the_digest_comes_at_its_time_on_days_that_are_worked(
    slack: SlackWorld, when: str, is_due: bool
) -> None:
    CalendarDay.objects.create(
        company=slack.world.company, date=d("03-03"), kind=CalendarKind.HOLIDAY, name="Holi"
    )
    slack.configure(has_digest=True, digest_channel="C1")

    _digest_at(slack, at(when))

    assert len(slack.town.of("chat.postMessage")) == int(is_due)


def test_a_day_is_worked_where_any_office_works(slack: SlackWorld) -> None:
    company = slack.world.company
    OfficeVersion.objects.create(
        company=company, office=slack.world.office, starts_on=START, zone=ZONE, country="NP",
        weekly_off={"mon": "all"},
    )  # fmt: skip
    company.refresh_from_db()

    assert is_worked(company, d("03-02")) is False
    assert is_worked(company, d("03-03")) is True


def test_no_digest_is_posted_that_nobody_wants_any_more(slack: SlackWorld) -> None:
    slack.configure(has_digest=True, digest_channel="C1")
    with time_machine.travel(MORNING, tick=False):
        slack_digest()
        slack.configure(has_digest=False)
        slack.drain()

    assert slack.town.calls == []
    assert OutboxMessage.objects.get(template="slack/digest").state == "sent"


def test_a_channel_that_slack_does_not_know_is_given_up_and_told(slack: SlackWorld) -> None:
    slack.configure(has_digest=True, digest_channel="C1")
    slack.town.answers["chat.postMessage"] = [(200, {}, {"ok": False, "error": "not_in_channel"})]

    _digest_at(slack, MORNING)

    row = OutboxMessage.objects.get(template="slack/digest")
    assert (row.state, row.last_error) == ("failed", "slack_refused (why=not_in_channel)")


def test_without_an_app_no_digest_is_due(slack: SlackWorld, settings: Any) -> None:
    slack.configure(has_digest=True, digest_channel="C1")
    settings.MUSTER_SLACK_SIGNING_SECRET = ""

    with time_machine.travel(MORNING, tick=False):
        assert slack_digest() == 0
