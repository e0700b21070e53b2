"""`/muster …`: who is known, what is answered, and that a punch stands once."""

from __future__ import annotations

from attendance.enums import FaceState, Source
from attendance.models import Punch, PunchState
from companies.models import SlackDelivery
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
