"""What comes late, twice, or for somebody who is not there any more: nothing is done wrongly."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine

from attendance.enums import MarkKind
from attendance.services import marks
from companies import services, slack_work
from companies.enums import SlackKind
from companies.errors import SlackLinkOver
from companies.models import OutboxMessage, Placement, SlackDelivery, SlackIdentity, SlackMessage
from companies.outbox import SLACK_DELIVERY, SLACK_POST, SLACK_UPDATE
from companies.services.slack_deliveries import slack_posted
from integrations.errors import Misconfigured
from leave.enums import Decider
from leave.slack import away, deciding
from leave.terms import Link
from tests.leave.world import NOW, d, n
from tests.slack_stand_in import view_of
from tests.slack_world import BIKRAM, MAYA, SlackWorld


def _asked(slack: SlackWorld) -> str:
    slack.leave.grant("10")
    request = slack.leave.submit("03-10")
    slack.drain()
    slack.town.calls.clear()
    return str(request.public_id)


def test_work_that_is_done_or_gone_is_not_done_again(slack: SlackWorld) -> None:
    slack.town.command(MAYA, "status")
    slack.drain()
    row = SlackDelivery.objects.get()
    slack.town.calls.clear()

    for key in (row.public_id, uuid.uuid4()):
        slack_work.send(SLACK_DELIVERY, {"delivery": str(key)})

    assert slack.town.calls == []


def test_a_message_to_nobody_is_none(slack: SlackWorld) -> None:
    _asked(slack)
    row = SlackMessage.objects.get()
    SlackIdentity.objects.update(confirmed_at=None)

    for template in (SLACK_POST, SLACK_UPDATE):
        for key in (row.public_id, uuid.uuid4()):
            slack_work.send(template, {"message": str(key)})

    assert slack.town.calls == []


def test_once_it_is_disconnected_no_message_goes_there(slack: SlackWorld) -> None:
    key = _asked(slack)
    row = SlackMessage.objects.get()
    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)
    slack.town.calls.clear()

    slack_work.send(SLACK_UPDATE, {"message": str(row.public_id)})
    slack.leave.approve(slack.leave.submit("03-12"))
    slack.drain()

    assert key and slack.town.calls == []


def test_what_was_decided_while_a_message_was_on_its_way_is_said(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.leave.grant("10")
    request = slack.leave.submit("03-10")

    def posted(**known: Any) -> SlackMessage:
        slack.leave.approve(request)
        return slack_posted(**known)

    monkeypatch.setattr("companies.services.slack_deliveries.slack_posted", posted)
    slack.drain()

    assert [method for method, _body in slack.town.calls][:3] == [
        "conversations.open", "chat.postMessage", "chat.update",
    ]  # fmt: skip
    assert "Approved: Bikram" in slack.town.of("chat.update")[0]["text"]


def test_what_was_decided_on_the_way_is_said_though_slack_is_away_then(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.leave.grant("10")
    request = slack.leave.submit("03-10")

    def posted(**known: Any) -> SlackMessage:
        slack.leave.approve(request)
        # Another process took the update, and found no message yet.
        OutboxMessage.objects.filter(template=SLACK_UPDATE).update(state="sent")
        return slack_posted(**known)

    monkeypatch.setattr("companies.services.slack_deliveries.slack_posted", posted)
    slack.town.answers["chat.update"] = [(503, {}, "down")]
    slack.drain()
    monkeypatch.undo()
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        slack.drain()

    assert len(slack.town.of("chat.update")) == 2


def test_an_earlier_message_that_cannot_be_deleted_stays(slack: SlackWorld) -> None:
    _asked(slack)
    row = SlackMessage.objects.get()
    slack.town.answers["chat.delete"] = [(200, {}, {"ok": False, "error": "message_not_found"})]

    slack_work.send(SLACK_POST, {"message": str(row.public_id)})

    row.refresh_from_db()
    assert row.ts == "17.1"


def test_a_keyring_that_does_not_open_the_token_ends_nothing(slack: SlackWorld) -> None:
    slack.workspace.token = "gone:AAAA"
    slack.workspace.save(update_fields=["token"])
    slack.town.command("U9", "status")

    slack.drain()

    slack.workspace.refresh_from_db()
    assert slack.workspace.ended_at is None
    row = OutboxMessage.objects.get(template=SLACK_DELIVERY)
    assert row.last_error.startswith(Misconfigured.__name__)


def test_a_token_that_is_refused_while_a_form_opens_ends_the_workspace(slack: SlackWorld) -> None:
    slack.leave.grant("10")
    slack.town.tokens.clear()

    slack.town.command(MAYA, "leave")

    slack.workspace.refresh_from_db()
    assert slack.workspace.ended_why == "revoked"


def test_a_form_of_somebody_who_left_meanwhile_does_nothing(slack: SlackWorld) -> None:
    key = _asked(slack)
    filled = view_of("leave_refuse", {"reason": "No"}, private_metadata=key)
    slack.town.interaction(BIKRAM, "view_submission", view=filled)
    services.slack_link_remove(identity=slack.bikram, by=slack.leave.boss)
    slack.drain()

    assert slack.town.calls == []


def test_a_refusal_that_comes_too_late_is_told_in_the_conversation(slack: SlackWorld) -> None:
    key = _asked(slack)
    filled = view_of("leave_refuse", {"reason": "No"}, private_metadata=key)
    slack.town.interaction(BIKRAM, "view_submission", view=filled)
    Placement.objects.filter(employee=slack.leave.maya).update(manager=slack.world.hari)
    slack.drain()

    assert slack.town.texts("chat.postMessage") == ["You do not decide about this any more."]


def test_what_waits_for_nobody_opens_no_form_and_is_not_put_off(slack: SlackWorld) -> None:
    key = _asked(slack)

    slack.town.press(MAYA, "leave_refuse", key)
    slack.town.press(MAYA, "leave_later", key)
    slack.town.press(MAYA, "leave_dance", key)
    slack.drain()

    assert slack.town.of("views.open") == []
    assert slack.town.texts() == [
        "This request does not wait any more. Reload the page to see how it stands.",
        "You do not decide about this any more.",
    ]


def test_one_who_decides_without_a_message_puts_nothing_off(slack: SlackWorld) -> None:
    key = _asked(slack)
    SlackMessage.objects.all().delete()

    slack.town.press(BIKRAM, "leave_later", key)
    slack.drain()

    assert slack.town.calls == []


def test_a_workspace_that_is_gone_is_told_by_a_button_too(slack: SlackWorld) -> None:
    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)

    said = slack.town.press(BIKRAM, "leave_later", str(uuid.uuid4())).json()

    assert said["text"].startswith("This workspace is not connected to Muster.")


def test_about_a_request_that_is_gone_nothing_is_said(slack: SlackWorld) -> None:
    told = deciding.told(slack.bikram, uuid.uuid4(), NOW)

    assert (told.text, told.is_open) == ("You do not decide about this any more.", False)


def test_where_another_decides_next_the_message_says_so(slack: SlackWorld) -> None:
    kind = slack.leave.type(
        "Long", "LO", needs_allocation=False,
        chain=(Link(1, Decider.MANAGER, n("0")), Link(2, Decider.HR, n("0"))),
    )  # fmt: skip
    request = slack.leave.submit("03-10", leave_type=kind)
    slack.drain()

    slack.town.press(BIKRAM, "leave_approve", str(request.public_id))
    slack.drain()

    assert slack.leave.state(request) == "pending"
    (body,) = slack.town.of("chat.update")
    assert body["text"] == (
        "Maya asked for leave: Tue, 10 Mar\nApproved: Bikram\nIt waits for whoever decides next."
    )


def test_two_who_confirm_at_once_confirm_once(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.town.user("U9", "hari@kettle.example")
    profile = slack.town.users["U9"]
    token = services.slack_link_ask(workspace=slack.workspace, profile=profile, now=NOW)
    found = services.slack_link_of(token, now=NOW)
    SlackIdentity.objects.filter(slack_user_id="U9").update(link_key=None, confirmed_at=NOW)
    monkeypatch.setattr(
        "companies.services.slack_identities.slack_link_of", lambda _token, now: found
    )

    with pytest.raises(SlackLinkOver):
        services.slack_link_confirm(token=token, by=slack.leave.hr, now=NOW)


def test_leave_by_a_mark_alone_is_being_away(slack: SlackWorld) -> None:
    marks.mark_add(
        employee=slack.leave.maya, date=d("03-02"), kind=MarkKind.LEAVE, source_ref="t",
        by=slack.leave.hr,
    )  # fmt: skip

    assert slack.say(BIKRAM, "who").splitlines()[0] == "*Away*: Maya (away)"


def test_of_many_so_many_are_named(slack: SlackWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(away, "_MOST_NAMED", 1)

    said = away.digest(slack.world.company, NOW)

    assert said.text.splitlines()[1] == "*Missing*: Hari, 1 more"


def test_without_an_app_nothing_is_asked_of_slack_or_written(
    slack: SlackWorld, settings: Any
) -> None:
    settings.MUSTER_SLACK_CLIENT_ID = ""

    _asked(slack)

    assert not SlackMessage.objects.exists()
    assert not OutboxMessage.objects.filter(channel="slack").exists()


def test_a_row_is_named_by_what_it_is(slack: SlackWorld) -> None:
    _asked(slack)
    slack.town.command(MAYA, "status")

    assert str(SlackDelivery.objects.get(kind=SlackKind.COMMAND)) == "command 2026-03-02 06:15"
    row = SlackMessage.objects.get()
    assert str(row) == f"leave_request {row.subject}"
