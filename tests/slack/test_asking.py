"""Leave asked for in Slack's form: counted while it is filled in, refused in words, asked once."""

from __future__ import annotations

from typing import Any

import pytest

from companies.models import AuditEvent, SlackDelivery
from integrations.slack import client
from leave.models import LeaveRequest, LeaveType
from tests.slack_stand_in import view_of
from tests.slack_world import MAYA, SlackWorld


def _kind(slack: SlackWorld) -> str:
    slack.leave.grant("10")
    return str(slack.leave.annual.public_id)


def _filled(slack: SlackWorld, **more: str) -> dict[str, Any]:
    chosen = {"type": _kind(slack), "first_on": "2026-03-10", "first_part": "full"}
    return view_of("leave", {**chosen, **more})


def _count(view: dict[str, Any]) -> str:
    return next(b["text"]["text"] for b in view["blocks"] if b.get("block_id") == "count")


def test_the_command_opens_the_form_at_once(slack: SlackWorld) -> None:
    kind = _kind(slack)

    response = slack.town.command(MAYA, "leave", trigger="t1")

    assert (response.status_code, response.content) == (200, b"")
    (opened,) = slack.town.of("views.open")
    assert opened["trigger_id"] == "t1"
    view = opened["view"]
    fields = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
    assert fields == ["type", "first_on", "last_on", "first_part", "last_part", "note"]
    assert view["blocks"][0]["element"]["options"] == [
        {"text": {"type": "plain_text", "text": "Annual (10 days)"}, "value": kind}
    ]
    assert _count(view) == "Choose what kind of leave, and the dates."


def test_where_slack_is_too_slow_a_button_opens_it(slack: SlackWorld) -> None:
    _kind(slack)
    expired = (200, {}, {"ok": False, "error": "expired_trigger_id"})
    slack.town.answers["views.open"] = [expired]

    said = slack.town.command(MAYA, "leave").json()

    assert said["text"] == "Slack does not answer as it should. Try again in a moment."
    (button,) = said["blocks"][1]["elements"]
    assert (button["text"]["text"], button["action_id"]) == ("Ask for leave", "opens:leave")
    slack.town.press(MAYA, button["action_id"], button["value"])
    assert len(slack.town.of("views.open")) == 2


def test_a_button_that_slack_does_not_take_either_says_so(slack: SlackWorld) -> None:
    _kind(slack)
    slack.town.answers["views.open"] = [(503, {}, "down")]
    slack.town.answers["answer"] = [(404, {}, "expired_url")]

    assert slack.town.press(MAYA, "opens:leave", "leave").status_code == 200

    assert slack.town.texts() == ["Slack does not answer as it should. Try again in a moment."]


def test_both_tries_together_leave_slack_its_answer_within_three_seconds(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    _kind(slack)
    slack.town.answers["views.open"] = [(503, {}, "down")]
    patience = [client.AT_ONCE]
    monkeypatch.setattr(client, "answer", lambda *_a, seconds: patience.append(seconds))

    slack.town.press(MAYA, "opens:leave", "leave")

    assert len(patience) == 2
    assert sum(patience) <= 3


def test_somebody_who_may_ask_for_nothing_is_told(slack: SlackWorld) -> None:
    LeaveType.objects.update(is_offered=False)

    said = slack.town.command(MAYA, "leave").json()

    assert said["text"] == "There is no kind of leave that you may ask for. Ask your HR."


def test_what_it_counts_is_said_while_it_is_filled_in(slack: SlackWorld) -> None:
    view = _filled(slack, last_on="2026-03-12", last_part="am")

    slack.town.interaction(MAYA, "block_actions", view=view, actions=[{"action_id": "type"}])

    (updated,) = slack.town.of("views.update")
    assert (updated["view_id"], updated["hash"]) == ("V1", "h1")
    assert _count(updated["view"]).splitlines()[0] == "2.5 days: Tue, Wed and Thu (first half)"
    held = {b["block_id"]: b["element"] for b in updated["view"]["blocks"] if b["type"] == "input"}
    assert held["first_on"]["initial_date"] == "2026-03-10"
    assert held["last_part"]["initial_option"]["value"] == "am"


def test_what_stands_against_it_is_said_while_it_is_filled_in(slack: SlackWorld) -> None:
    view = _filled(slack, last_on="2026-03-09")

    slack.town.interaction(MAYA, "block_actions", view=view, actions=[{"action_id": "last_on"}])

    (updated,) = slack.town.of("views.update")
    assert _count(updated["view"]) == "The last day is before the first."


def test_sent_it_is_asked_for_by_the_person_and_once(slack: SlackWorld) -> None:
    view = _filled(slack, last_on="2026-03-11", note="a wedding")

    for _n in range(2):
        response = slack.town.interaction(MAYA, "view_submission", view=view)
        assert (response.status_code, response.content) == (200, b"")
    slack.drain()

    request = LeaveRequest.objects.get()
    assert (str(request.first_on), str(request.last_on), request.note) == (
        "2026-03-10", "2026-03-11", "a wedding",
    )  # fmt: skip
    event = AuditEvent.objects.get(verb="leave_asked")
    assert (event.channel, event.actor_name) == ("slack", "Maya")
    assert [b["text"] for b in slack.town.of("chat.postMessage") if b["channel"] == f"D{MAYA}"] == [
        "Your leave is asked for. You hear how it is decided. "
        f"<http://127.0.0.1:8000/leave/requests/{request.public_id}/|Open the request>"
    ]


def test_what_is_wrong_is_said_beside_its_field_and_can_be_mended(slack: SlackWorld) -> None:
    wrong = _filled(slack, last_on="2026-03-09")

    response = slack.town.interaction(MAYA, "view_submission", view=wrong)

    assert response.json() == {
        "response_action": "errors", "errors": {"last_on": "The last day is before the first."},
    }  # fmt: skip
    assert not SlackDelivery.objects.exists()
    right = view_of("leave", {"type": str(slack.leave.annual.public_id),
                              "first_on": "2026-03-10", "first_part": "full"})  # fmt: skip
    assert slack.town.interaction(MAYA, "view_submission", view=right).content == b""
    assert LeaveRequest.objects.count() == 1


def test_what_a_rule_refuses_is_said_in_its_words(slack: SlackWorld) -> None:
    view = _filled(slack, last_on="2026-04-10")

    response = slack.town.interaction(MAYA, "view_submission", view=view)

    assert response.json()["errors"] == {
        "first_on": "14 more than there is, from 24 March 2026 on."
    }
    assert not LeaveRequest.objects.exists()


def test_who_is_not_known_sends_nothing_and_is_told(slack: SlackWorld) -> None:
    view = _filled(slack)

    response = slack.town.interaction("U0OTHER", "view_submission", view=view)
    pressed = [{"action_id": "type"}]
    slack.town.interaction("U0OTHER", "block_actions", view=view, actions=pressed)

    assert response.json() == {
        "response_action": "errors",
        "errors": {"type": "Muster does not know you here. Write /muster status, confirm, "
                           "and send this again."},
    }  # fmt: skip
    assert not LeaveRequest.objects.exists()
    assert slack.town.calls == []


def test_who_is_not_known_opens_no_form_and_is_offered_the_link(slack: SlackWorld) -> None:
    _kind(slack)
    slack.town.user("U9", "hari@kettle.example")

    slack.town.press("U9", "opens:leave", "leave")
    slack.drain()

    assert slack.town.of("views.open") == []
    assert [text.split("<")[0] for text in slack.town.texts()] == ["Is this you? "]


def test_a_form_of_what_is_offered_no_more_stays_as_it_is(slack: SlackWorld) -> None:
    view = _filled(slack)
    LeaveType.objects.update(is_offered=False)

    chosen = [{"action_id": "first_on"}]
    response = slack.town.interaction(MAYA, "block_actions", view=view, actions=chosen)
    sent = slack.town.interaction(MAYA, "view_submission", view=view)

    assert (response.status_code, slack.town.of("views.update")) == (200, [])
    assert sent.json()["response_action"] == "errors"


@pytest.mark.parametrize("date", ["0001-01-01", "1900-01-01", "9999-12-31"])
def test_a_date_of_no_calendar_is_refused_in_words(slack: SlackWorld, date: str) -> None:
    view = _filled(slack, first_on=date)

    chosen = [{"action_id": "first_on"}]
    changed = slack.town.interaction(MAYA, "block_actions", view=view, actions=chosen)
    sent = slack.town.interaction(MAYA, "view_submission", view=view)

    assert changed.status_code == 200
    assert list(sent.json()["errors"]) == ["first_on"]
    assert not LeaveRequest.objects.exists()


def test_the_answer_names_the_request_that_the_form_asked_for(slack: SlackWorld) -> None:
    slack.town.interaction(MAYA, "view_submission", view=_filled(slack))
    asked = LeaveRequest.objects.get()
    slack.leave.submit("03-20")

    slack.drain()

    told = [b["text"] for b in slack.town.of("chat.postMessage") if b["channel"] == f"D{MAYA}"]
    assert [str(asked.public_id) in text for text in told] == [True]


def test_a_form_that_nobody_offers_is_none(slack: SlackWorld) -> None:
    view = view_of("other", {})

    assert slack.town.interaction(MAYA, "view_submission", view=view).content == b""
    slack.town.interaction(MAYA, "block_actions", view=view, actions=[{"action_id": "x"}])
    assert slack.town.interaction(MAYA, "view_closed", view=view).status_code == 200
    assert slack.town.calls == []
