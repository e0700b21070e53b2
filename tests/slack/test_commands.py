"""`/muster …`: who is known, what is answered, and that a punch stands once."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine

from attendance import tasks
from attendance.enums import Direction, FaceState, Source
from attendance.errors import NotRecorded
from attendance.models import Punch, PunchState
from attendance.services import punching
from companies import services
from companies.models import Employee, OutboxMessage, SlackDelivery, User
from tests.leave.world import NOW
from tests.slack_world import HR, MAYA, SlackWorld


def test_help_names_every_word_and_an_unknown_word_is_help(slack: SlackWorld) -> None:
    said = slack.say(MAYA, "help")

    words = [line.split("`")[1].split()[1] for line in said.splitlines()]
    assert words == ["in", "out", "status", "month", "who", "leave", "help"]
    assert slack.say(MAYA, "dance") == said
    assert slack.say(MAYA, "") == said


def test_a_command_is_answered_at_once_and_worked_on_after(slack: SlackWorld) -> None:
    response = slack.town.command(MAYA, "status")

    assert response.json() == {"response_type": "ephemeral", "text": "One moment…"}
    assert slack.town.texts() == []
    slack.drain()
    assert slack.town.of("answer") == [
        {
            "replace_original": False, "response_type": "ephemeral",
            "text": "You are not checked in.\n<http://127.0.0.1:8000/|Open today>",
        }
    ]  # fmt: skip
    row = SlackDelivery.objects.get()
    assert (row.kind, row.payload, row.done_at is None) == ("command", {}, False)


def test_in_and_out_are_for_companies_that_allow_it(slack: SlackWorld) -> None:
    said = slack.say(MAYA, "in")

    assert said == (
        "Your company takes no check-in from Slack. Use the page instead. "
        "<http://127.0.0.1:8000/|Open today>"
    )
    assert not Punch.objects.exists()


def test_a_check_in_is_marked_and_somebody_looks_at_it(slack: SlackWorld) -> None:
    slack.configure(allows_punches=True)
    slack.policy(allows_unchecked=False)

    said = slack.say(MAYA, "in")

    assert said == (
        "Checked in at 12:00. Late by 3 h (shift 09:00, grace 10 min).\n"
        "From Slack, without a picture: somebody will look at it."
    )
    state = PunchState.objects.select_related("punch").get()
    assert (state.punch.source, state.face, state.face_reason, state.is_flagged) == (
        Source.SLACK, FaceState.NOT_CHECKED, "slack", True,
    )  # fmt: skip
    assert slack.say(MAYA, "in") == ("Working since 12:00. <http://127.0.0.1:8000/|Open today>")
    assert slack.say(MAYA, "out").startswith("Checked out at 12:00.")
    assert slack.say(MAYA, "out") == ("You are not checked in. <http://127.0.0.1:8000/|Open today>")


def test_where_the_policy_asks_nothing_a_check_in_is_marked_alone(slack: SlackWorld) -> None:
    slack.configure(allows_punches=True)

    assert slack.say(MAYA, "in").splitlines()[1] == "From Slack, without a picture."
    assert PunchState.objects.get().is_flagged is False


def test_somebody_who_has_not_confirmed_is_asked_by_a_link(slack: SlackWorld) -> None:
    hari = slack.world.hari
    slack.town.user(HR, hari.user.email)

    said = slack.say(HR, "status")

    assert said.startswith("Is this you? <http://127.0.0.1:8000/slack/me/")
    assert said.endswith("|Open Muster to confirm>. The link is good for 15 minutes.")


def test_status_says_since_when_how_long_and_how_the_day_stands(slack: SlackWorld) -> None:
    slack.world.punch(slack.leave.maya, "2026-02-27 09:00")
    tasks.settle_open()
    slack.world.punch(slack.leave.maya, "2026-03-02 09:00")

    assert slack.say(MAYA, "status").splitlines() == [
        "Working since 09:00",
        "Today: 3 h",
        "On time (shift 09:00, grace 10 min)",
        "No check-out on Fri 27 February",
        "<http://127.0.0.1:8000/|Open today>",
    ]


def test_month_says_the_totals_of_the_page(slack: SlackWorld) -> None:
    slack.world.punch(slack.leave.maya, "2026-03-02 09:00")

    said = slack.say(MAYA, "month").splitlines()

    assert said[0] == "*March 2026*"
    labels = [line.partition(":")[0] for line in said[1:-1]]
    assert labels == [
        "Present", "Absent", "On leave", "Days off", "Open or unmarked", "Worked", "Late",
    ]  # fmt: skip
    assert said[-1] == "<http://127.0.0.1:8000/month/|Open the month>"


def test_an_answer_that_did_not_arrive_is_given_again_for_the_one_punch(slack: SlackWorld) -> None:
    slack.configure(allows_punches=True)
    slack.town.answers["answer"] = [(500, {}, "down")]
    slack.town.command(MAYA, "in")
    slack.drain()
    row = OutboxMessage.objects.get(channel="slack")
    assert row.state == "queued"

    with time_machine.travel(row.next_at, tick=False):
        slack.drain()

    punch = Punch.objects.get()
    assert punch.occurred_at == NOW
    first, second = slack.town.texts()
    assert first == second
    assert first.startswith("Checked in at 12:00.")


def test_the_time_is_that_of_arrival_however_late_it_is_worked_on(slack: SlackWorld) -> None:
    slack.configure(allows_punches=True)
    slack.town.command(MAYA, "in")

    with time_machine.travel(NOW + dt.timedelta(minutes=20), tick=False):
        slack.drain()

    assert Punch.objects.get().occurred_at == NOW


def test_a_punch_that_nobody_could_record_is_tried_again(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.configure(allows_punches=True)

    def away(**_tap: object) -> None:
        raise NotRecorded

    with monkeypatch.context() as patched:
        patched.setattr("attendance.services.punching.punch_record", away)
        slack.town.command(MAYA, "in")
        slack.drain()
    row = OutboxMessage.objects.get(channel="slack")
    assert (row.state, row.last_error) == ("queued", "Unavailable: punch_not_recorded")

    with time_machine.travel(row.next_at, tick=False):
        slack.drain()

    assert Punch.objects.get().occurred_at == NOW


def test_a_punch_that_stands_in_the_journal_alone_is_told_so(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.configure(allows_punches=True)
    waiting = punching.Recorded(
        uuid.UUID(int=1), NOW, "Asia/Kathmandu", Direction.IN, is_repeat=False, is_waiting=True
    )
    monkeypatch.setattr("attendance.services.punching.punch_record", lambda **_tap: waiting)

    assert slack.say(MAYA, "in") == "Recorded 12:00. Your sheet will show it shortly."


def test_more_punches_than_a_person_makes_are_told_so(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.configure(allows_punches=True)
    monkeypatch.setattr("attendance.services.punching.PUNCHES_A_MINUTE", 0)

    assert slack.say(MAYA, "in") == "Too many attempts. Wait a minute and try again."


def test_who_has_left_is_nobody_here(slack: SlackWorld) -> None:
    slack.configure(allows_punches=True)
    Employee.objects.filter(pk=slack.leave.maya.pk).update(left_on=dt.date(2026, 2, 1))

    assert slack.say(MAYA, "in").startswith("Muster does not know you by the e-mail")
    assert not Punch.objects.exists()


def test_whose_sign_in_is_closed_is_nobody_here(slack: SlackWorld) -> None:
    User.objects.filter(pk=slack.leave.maya.user.pk).update(is_active=False)

    assert slack.say(MAYA, "status").startswith("Muster does not know you by the e-mail")


def test_once_it_is_disconnected_nothing_is_answered(slack: SlackWorld) -> None:
    slack.town.command(MAYA, "status")
    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)

    assert slack.town.command(MAYA, "status").json()["text"] == (
        "This workspace is not connected to Muster. Ask your HR to connect it."
    )
