"""Leave decided in the message: by whom it waits for, once, and the message says how it ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import time_machine

from attendance.selectors.people import zone_of
from companies import outbox, services
from companies.models import Employee, OutboxMessage, Placement, SlackMessage
from leave.enums import Decider, RequestState
from leave.errors import RequestNotWaiting
from leave.models import LeaveRequest, RequestStep
from leave.services import decisions, requests
from leave.terms import Link
from tests.leave.world import NOW, n
from tests.slack_stand_in import view_of
from tests.slack_world import BIKRAM, MAYA, SlackWorld


def _asked(slack: SlackWorld, first: str = "03-10", last: str = "03-11") -> LeaveRequest:
    """Let Maya ask for leave, which her manager reads in Slack."""
    slack.leave.grant("10")
    request = slack.leave.submit(first, last, note="a wedding")
    slack.drain()
    return request


def _text(body: dict[str, Any]) -> str:
    return "\n".join(
        block["text"]["text"] if "text" in block else block["elements"][0]["text"]
        for block in body["blocks"]
        if block["type"] in ("section", "context")
    )


def _buttons(body: dict[str, Any]) -> list[str]:
    return [
        button["text"]["text"]
        for block in body["blocks"]
        if block["type"] == "actions"
        for button in block["elements"]
    ]


def test_whoever_decides_reads_it_with_what_it_costs(slack: SlackWorld) -> None:
    request = _asked(slack)

    (body,) = slack.town.of("chat.postMessage")
    assert body["channel"] == f"D{BIKRAM}"
    assert body["text"] == "Maya asks for leave: Tue, 10 Mar to Wed, 11 Mar"
    assert _text(body) == (
        "*Maya asks for leave*\nTue, 10 Mar to Wed, 11 Mar\nAnnual, counts 2 days\n"
        "8 days left after it\na wedding\n"
        f"<http://127.0.0.1:8000/leave/requests/{request.public_id}/|Open in Muster>"
    )
    assert _buttons(body) == ["Approve", "Refuse…", "Tomorrow morning", "In 3 days"]


def test_approving_takes_the_leave_and_the_message_says_so(slack: SlackWorld) -> None:
    request = _asked(slack)

    assert slack.town.press(BIKRAM, "leave_approve", str(request.public_id)).status_code == 200
    slack.drain()

    assert slack.leave.state(request) == RequestState.APPROVED
    step = RequestStep.objects.filter(request=request).latest("number")
    assert (step.kind, step.by_name) == ("approved", "Bikram")
    (body,) = slack.town.of("chat.update")
    assert (body["channel"], body["ts"]) == (f"D{BIKRAM}", "17.0")
    assert _text(body).startswith(
        "*Maya asked for leave*\nTue, 10 Mar to Wed, 11 Mar\nApproved: Bikram\n"
    )
    assert _buttons(body) == []
    assert slack.town.texts() == []


def test_a_button_pressed_twice_decides_once(slack: SlackWorld) -> None:
    request = _asked(slack)

    for _n in range(2):
        slack.town.press(BIKRAM, "leave_approve", str(request.public_id))
        slack.drain()

    kinds = [step.kind for step in RequestStep.objects.filter(request=request)]
    assert kinds == ["submitted", "approved"]
    assert slack.town.texts() == []


def test_what_people_wrote_is_shown_and_never_read(slack: SlackWorld) -> None:
    Employee.objects.filter(pk=slack.leave.maya.pk).update(name="<!channel>")
    request = _asked(slack)
    decisions.request_refuse(request=request, by=slack.leave.hr, reason="<@U1>", now=NOW)
    slack.drain()

    posted, updated = slack.town.of("chat.postMessage")[0], slack.town.of("chat.update")[0]
    assert posted["text"].startswith("&lt;!channel&gt; asks for leave")
    assert "(&lt;@U1&gt;)" in updated["text"]
    assert not any("<!" in _text(body) or "<@" in _text(body) for body in (posted, updated))


def _value(slack: SlackWorld) -> str:
    """Return what the first button of the first message carries."""
    body = slack.town.of("chat.postMessage")[0]
    row = next(block for block in body["blocks"] if block["type"] == "actions")
    return str(row["elements"][0]["value"])


def test_an_old_button_does_not_decide_about_what_waits_now(slack: SlackWorld) -> None:
    request = _asked(slack)
    decisions.request_approve(request=request, by=slack.leave.hr, now=NOW)
    requests.cancel_ask(request=request, by=slack.leave.me, now=NOW)

    slack.town.press(BIKRAM, "leave_approve", _value(slack))
    slack.drain()

    assert slack.leave.state(request) == RequestState.CANCEL_ASKED
    assert slack.town.texts() == ["It has changed. The message says how it stands."]
    assert _buttons(slack.town.of("chat.update")[-1])[0] == "Cancel it"


def test_a_second_tap_does_not_decide_at_the_next_place(slack: SlackWorld) -> None:
    twice = (Link(1, Decider.MANAGER, n("0")), Link(2, Decider.MANAGER, n("0")))
    kind = slack.leave.type("Long", "LO", needs_allocation=False, chain=twice)
    request = slack.leave.submit("03-10", leave_type=kind)
    slack.drain()

    for _n in range(2):
        slack.town.press(BIKRAM, "leave_approve", _value(slack))
    slack.drain()

    kinds = [step.kind for step in RequestStep.objects.filter(request=request)]
    assert (slack.leave.state(request), kinds) == ("pending", ["submitted", "approved"])


def test_the_button_of_what_waits_still_decides(slack: SlackWorld) -> None:
    request = _asked(slack)

    for _n in range(2):
        slack.town.press(BIKRAM, "leave_approve", _value(slack))
        slack.drain()

    assert slack.leave.state(request) == RequestState.APPROVED
    assert slack.town.texts() == []


def test_refusing_asks_for_a_reason_which_the_message_then_says(slack: SlackWorld) -> None:
    request = _asked(slack)

    slack.town.press(BIKRAM, "leave_refuse", str(request.public_id))
    (opened,) = slack.town.of("views.open")
    assert opened["view"]["callback_id"] == "leave_refuse"
    assert opened["view"]["private_metadata"] == str(request.public_id)
    blank = view_of("leave_refuse", {"reason": "  "}, private_metadata=str(request.public_id))
    response = slack.town.interaction(BIKRAM, "view_submission", view=blank)
    assert response.json() == {
        "response_action": "errors", "errors": {"reason": "Please give a reason."},
    }  # fmt: skip
    filled = view_of("leave_refuse", {"reason": "Stocktaking"},
                     private_metadata=str(request.public_id))  # fmt: skip
    for _n in range(2):
        response = slack.town.interaction(BIKRAM, "view_submission", view=filled)
        assert (response.status_code, response.content) == (200, b"")
    slack.drain()

    assert slack.leave.state(request) == RequestState.REFUSED
    assert RequestStep.objects.filter(request=request).latest("number").reason == "Stocktaking"
    (body,) = slack.town.of("chat.update")
    assert "Refused: Bikram (Stocktaking)" in _text(body).splitlines()


def test_what_was_decided_on_a_page_is_said_by_the_message(slack: SlackWorld) -> None:
    request = _asked(slack)

    decisions.request_approve(request=request, by=slack.leave.hr, now=NOW)
    slack.drain()

    (body,) = slack.town.of("chat.update")
    assert _text(body).splitlines()[2] == "Approved: Hari"
    assert _buttons(body) == []


def test_what_was_taken_back_is_said_and_pressing_on_answers_a_sentence(
    slack: SlackWorld,
) -> None:
    request = _asked(slack)
    requests.request_withdraw(request=request, by=slack.leave.me, now=NOW)

    slack.town.press(BIKRAM, "leave_approve", str(request.public_id))
    slack.drain()

    assert slack.town.texts() == [str(RequestNotWaiting())]
    assert slack.leave.state(request) == RequestState.WITHDRAWN
    assert _text(slack.town.of("chat.update")[-1]).splitlines()[2] == "Taken back: Maya"


def test_somebody_else_decides_nothing_whatever_they_send(slack: SlackWorld) -> None:
    request = _asked(slack)

    slack.town.press(MAYA, "leave_approve", str(request.public_id))
    slack.drain()

    assert slack.leave.state(request) == RequestState.PENDING
    assert slack.town.texts() == ["You do not decide about this any more."]


def test_who_decides_no_more_is_told_and_reads_nothing_of_it(slack: SlackWorld) -> None:
    request = _asked(slack)
    Placement.objects.filter(employee=slack.leave.maya).update(manager=slack.world.hari)

    slack.town.press(BIKRAM, "leave_approve", str(request.public_id))
    slack.drain()

    assert slack.leave.state(request) == RequestState.PENDING
    (body,) = slack.town.of("chat.update")
    assert _text(body) == "*Maya asked for leave*\nYou do not decide about this any more."


def test_a_snoozed_message_comes_anew_in_the_morning(slack: SlackWorld) -> None:
    request = _asked(slack)

    slack.town.press(BIKRAM, "leave_tomorrow", str(request.public_id))
    slack.drain()

    row = SlackMessage.objects.get()
    assert zone_of(slack.world.bikram, NOW) == "Asia/Kathmandu"
    assert row.snoozed_until is not None
    assert row.snoozed_until.isoformat() == "2026-03-03T03:15:00+00:00"
    (body,) = slack.town.of("chat.update")
    assert _text(body).endswith("Put off: you are reminded on Tue 3 Mar, 09:00.")
    assert len(slack.town.of("chat.postMessage")) == 1
    with time_machine.travel(row.snoozed_until, tick=False):
        slack.drain()
    assert len(slack.town.of("chat.postMessage")) == 2
    assert slack.town.of("chat.delete") == [{"channel": f"D{BIKRAM}", "ts": "17.0"}]
    row.refresh_from_db()
    assert (row.ts, row.snoozed_until) == ("17.1", None)


def test_put_off_twice_it_comes_anew_once_at_the_later_time(slack: SlackWorld) -> None:
    request = _asked(slack)
    for chosen in ("leave_tomorrow", "leave_later"):
        slack.town.press(BIKRAM, chosen, str(request.public_id))
        slack.drain()

    came = []
    for days in (1, 3):
        with time_machine.travel(NOW + dt.timedelta(days=days), tick=False):
            slack.drain()
        came.append(len(slack.town.of("chat.postMessage")) - 1)

    assert came == [0, 1]


def test_what_was_decided_meanwhile_does_not_come_anew(slack: SlackWorld) -> None:
    request = _asked(slack)
    slack.town.press(BIKRAM, "leave_later", str(request.public_id))
    slack.drain()
    decisions.request_approve(request=request, by=slack.leave.hr, now=NOW)
    until = SlackMessage.objects.get().snoozed_until
    assert until is not None and (until - NOW).days == 3

    with time_machine.travel(until, tick=False):
        slack.drain()

    assert len(slack.town.of("chat.postMessage")) == 1


def test_slack_away_loses_no_message(slack: SlackWorld) -> None:
    slack.town.answers["chat.postMessage"] = [(503, {}, "down"), (200, {"Retry-After": "600"}, "")]
    slack.town.answers["chat.postMessage"][1] = (429, {"Retry-After": "600"}, {"ok": False})
    _asked(slack)

    (row,) = OutboxMessage.objects.filter(channel="slack", state="queued")
    assert row.last_error == "Unavailable: slack_away (why=503)"
    with time_machine.travel(row.next_at, tick=False):
        slack.drain()
        row.refresh_from_db()
        assert row.last_error == "Unavailable: slack_rate_limited (retry_after=600)"
        assert (row.next_at - outbox.timezone.now()).total_seconds() == 600
    with time_machine.travel(row.next_at, tick=False):
        slack.drain()
    row.refresh_from_db()
    assert (row.state, SlackMessage.objects.get().ts) == ("sent", "17.0")


def test_decided_before_the_message_is_there_none_is_posted(slack: SlackWorld) -> None:
    slack.leave.grant("10")
    request = slack.leave.submit("03-10")
    slack.leave.approve(request)

    slack.drain()

    assert slack.town.of("chat.postMessage") == []


def test_deciders_without_slack_get_mails_alone(slack: SlackWorld) -> None:
    services.slack_link_remove(identity=slack.bikram, by=slack.leave.boss)

    _asked(slack)

    assert slack.town.calls == []
    assert OutboxMessage.objects.filter(template="leave/email/leave_asked").count() == 1


def test_one_who_has_left_decides_nothing(slack: SlackWorld) -> None:
    request = _asked(slack)
    Employee.objects.filter(pk=slack.world.bikram.pk).update(is_active=False)

    slack.town.press(BIKRAM, "leave_approve", str(request.public_id))
    slack.drain()

    assert slack.leave.state(request) == RequestState.PENDING
    assert slack.town.texts()[0].startswith("Muster does not know you by the e-mail")
