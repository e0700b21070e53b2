"""HR's page of Slack, the way there and back, and the link by which somebody says who they are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client

from companies import services
from companies.models import SlackIdentity, SlackWorkspace, User
from companies.scoping import company_scope, no_scope
from leave.slack.digests import slack_digest
from portal.setup_steps import setup_steps
from tests.attendance.world import at, make_world
from tests.http import post_once
from tests.leave.world import NOW
from tests.slack_stand_in import CODE
from tests.slack_world import SlackWorld, answer_of, slack_world


@pytest.fixture
def slack(db: None, settings: Any) -> Iterator[SlackWorld]:
    with slack_world(settings) as made:
        yield made


def _client(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def hr(slack: SlackWorld) -> Client:
    slack.hr()
    return _client(slack.world.hari.user)


def _told(client: Client) -> str:
    """Return what the next page tells."""
    response = client.get("/slack/")
    return " ".join(str(item) for item in get_messages(response.wsgi_request))


def _disconnect(slack: SlackWorld) -> None:
    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)


# --- HR's page ------------------------------------------------------------------------------------
def test_hr_sees_what_is_connected_and_says_what_it_may_do(slack: SlackWorld, hr: Client) -> None:
    page = hr.get("/slack/")
    assert (page.status_code, "Kettle Tea" in page.text) == (200, True)

    chosen = {"allows_punches": "on", "has_digest": "on", "digest_channel": " C1 ",
              "digest_at": "08:45"}  # fmt: skip
    assert hr.post("/slack/", chosen).status_code == 302

    slack.workspace.refresh_from_db()
    row = slack.workspace
    assert (row.allows_punches, row.has_digest, row.digest_channel, row.digest_at) == (
        True, True, "C1", dt.time(8, 45),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"has_digest": "on", "digest_at": "08:45"}, "Say in which channel the digest is posted."),
        ({"digest_at": "soon"}, "Enter a valid time."),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(
    slack: SlackWorld, hr: Client, chosen: dict[str, str], sentence: str
) -> None:
    page = hr.post("/slack/", chosen)

    assert (page.status_code, sentence in page.text) == (400, True)
    slack.workspace.refresh_from_db()
    assert not slack.workspace.has_digest


def test_for_others_there_is_no_such_page(slack: SlackWorld) -> None:
    client = _client(slack.leave.maya.user)

    assert client.get("/slack/").status_code == 404
    for address in ("connect", "disconnect"):
        assert post_once(client, f"/slack/{address}").status_code == 404
    assert client.get("/slack/oauth").status_code == 404


def test_where_slack_is_not_set_up_the_page_says_so(
    slack: SlackWorld, hr: Client, settings: Any
) -> None:
    _disconnect(slack)
    settings.MUSTER_SLACK_CLIENT_ID = ""

    assert "Slack is not set up here. Ask whoever runs Muster to do it." in hr.get("/slack/").text
    assert hr.get("/slack/oauth").status_code == 404
    assert hr.get("/slack/me/token/").status_code == 404
    hr.post("/slack/connect")
    assert _told(hr) == "Slack is not set up here. Ask whoever runs Muster to do it."
    with company_scope(slack.world.company):
        steps = setup_steps(slack.world.company, today=NOW.date())
    assert "Slack" not in [step.title for step in steps]


def test_the_page_of_what_is_left_names_it(slack: SlackWorld) -> None:
    def step() -> Any:
        return next(s for s in setup_steps(slack.world.company, today=NOW.date())
                    if s.title == "Slack")  # fmt: skip

    assert (step().words, step().is_done, step().url) == (
        "Connected to Kettle Tea", True, "/slack/",
    )  # fmt: skip
    _disconnect(slack)
    assert step().is_done is False


def test_hr_disconnects_and_sees_that_it_is(slack: SlackWorld, hr: Client) -> None:
    post_once(hr, "/slack/disconnect")

    assert "HR disconnected it" in hr.get("/slack/").text
    slack.workspace.refresh_from_db()
    assert slack.workspace.token == ""
    post_once(hr, "/slack/disconnect")
    hr.post("/slack/", {"allows_punches": "on", "digest_at": "09:00"})
    slack.workspace.refresh_from_db()
    assert slack.workspace.allows_punches is False


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("not_in_channel", "check its ID, and invite Muster there by /invite @Muster."),
        ("msg_blocks_too_long", "Slack did not take it: slack_refused (why=msg_blocks_too_long)."),
    ],
)
def test_hr_reads_where_they_set_it_that_the_digest_was_not_posted(
    slack: SlackWorld, hr: Client, word: str, sentence: str
) -> None:
    slack.configure(has_digest=True, digest_channel="C1")
    slack.town.answers["chat.postMessage"] = [(200, {}, {"ok": False, "error": word})]
    with time_machine.travel(at("2026-03-02 09:30"), tick=False):
        slack_digest()
        slack.drain()

    page = hr.get("/slack/").text
    assert "The digest of Mon, 2 March 2026 was not posted." in page
    assert sentence in page
    # Another channel, or the next one that is posted: it is over.
    slack.configure(has_digest=True, digest_channel="C2")
    assert "was not posted" not in hr.get("/slack/").text
    slack.configure(has_digest=True, digest_channel="C1")
    with time_machine.travel(at("2026-03-03 09:30"), tick=False):
        slack_digest()
        slack.drain()
        assert "was not posted" not in hr.get("/slack/").text


# --- to Slack and back ----------------------------------------------------------------------------
def _led(hr: Client) -> dict[str, str]:
    """Go to Slack, and return what its page is asked."""
    there = hr.post("/slack/connect")["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}


def test_connecting_leads_to_slack_and_back(slack: SlackWorld, hr: Client) -> None:
    _disconnect(slack)
    asked = _led(hr)
    assert {name: asked[name] for name in ("client_id", "scope", "redirect_uri")} == {
        "client_id": "client", "scope": "commands,chat:write,users:read,users:read.email,im:write",
        "redirect_uri": "http://127.0.0.1:8000/slack/oauth",
    }  # fmt: skip
    slack.town.codes[CODE] = answer_of("T9", "Tea House")
    back = {"state": asked["state"], "code": CODE}

    page = hr.get("/slack/oauth", back)

    assert "Connect the workspace to Kettle?" in page.text
    assert slack.town.codes
    assert hr.post("/slack/oauth", back).status_code == 302
    assert _told(hr) == "Connected to Tea House."
    with no_scope("the workspace under test"):
        assert SlackWorkspace.objects.get(ended_at__isnull=True).team_id == "T9"
    hr.post("/slack/oauth", back)
    assert _told(hr).startswith("This took too long, or was done already.")


def test_the_page_lets_its_form_lead_to_slack_and_nowhere_else(
    slack: SlackWorld, hr: Client
) -> None:
    policy = hr.get("/slack/")["Content-Security-Policy"]

    (allowed,) = re.findall(r"form-action ([^;]+)", policy)
    assert allowed.split() == ["'self'", slack.town.url]


def test_a_state_of_another_session_or_company_or_that_is_old_connects_nothing(
    slack: SlackWorld, hr: Client
) -> None:
    asked = _led(hr)
    back = {"state": asked["state"], "code": CODE}
    slack.town.codes[CODE] = answer_of()
    another = _client(slack.world.hari.user)
    _led(another)
    with time_machine.travel(NOW + dt.timedelta(seconds=601), tick=False):
        hr.post("/slack/oauth", back)
    for client, state in ((another, asked["state"]), (hr, "made up"), (hr, "")):
        assert client.post("/slack/oauth", {**back, "state": state}).status_code == 302

    assert slack.town.codes


def test_whoever_says_no_in_slack_is_led_back(slack: SlackWorld, hr: Client) -> None:
    asked = _led(hr)

    hr.get("/slack/oauth", {"state": asked["state"], "error": "access_denied"})

    assert _told(hr) == "Nothing was connected: Slack was not told yes."


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "Slack does not answer as it should. Try again in a moment."),
        (answer_of("T9"), "The workspace Kettle Tea is connected. Disconnect it first."),
    ],
)
def test_what_is_not_connected_says_why(
    slack: SlackWorld, hr: Client, answer: dict[str, Any] | None, sentence: str
) -> None:
    asked = _led(hr)
    if answer is not None:
        slack.town.codes[CODE] = answer

    hr.post("/slack/oauth", {"state": asked["state"], "code": CODE})

    assert _told(hr) == sentence


# --- whose account it is --------------------------------------------------------------------------
def _link_of_hari(slack: SlackWorld) -> str:
    slack.town.user("U9", "hari@kettle.example", name="Hari in Slack")
    said = slack.say("U9", "status")
    (path,) = re.findall(r"8000(/slack/me/[^|]+/)\|", said)
    return str(path)


def test_the_person_confirms_by_the_link_and_lets_go(slack: SlackWorld) -> None:
    address = _link_of_hari(slack)
    client = _client(slack.world.hari.user)

    page = client.get(address)
    assert "<b>Hari in Slack</b> in the workspace <b>Kettle Tea</b>" in page.text
    assert not SlackIdentity.objects.filter(user=slack.world.hari.user).get().confirmed_at
    assert client.post(address).status_code == 302

    row = SlackIdentity.objects.get(user=slack.world.hari.user)
    assert row.confirmed_at == NOW
    assert slack.say("U9", "status").startswith("You are not checked in.")
    assert client.post(address).status_code == 410
    page = client.get("/me/security/")
    assert "Hari in Slack" in page.text
    post_once(client, f"/slack/accounts/{row.public_id}/remove")
    assert not SlackIdentity.objects.filter(user=slack.world.hari.user).exists()
    assert "Hari in Slack" not in client.get("/me/security/").text


def test_to_anybody_else_the_link_is_one_that_ran_out(slack: SlackWorld) -> None:
    address = _link_of_hari(slack)
    client = _client(slack.leave.maya.user)

    for response in (client.get(address), client.post(address)):
        assert response.status_code == 410
        assert "Hari" not in response.text.replace("Sign in with", "")
    assert Client().get(address).status_code == 302


def test_an_account_of_another_is_none(slack: SlackWorld) -> None:
    client = _client(slack.leave.maya.user)

    path = f"/slack/accounts/{slack.bikram.public_id}/remove"

    assert post_once(client, path).status_code == 404
    assert SlackIdentity.objects.filter(pk=slack.bikram.pk).exists()


def test_who_acts_in_another_company_confirms_all_the_same(slack: SlackWorld) -> None:
    address = _link_of_hari(slack)
    other = make_world("other")
    with company_scope(other.company):
        other.hari.user = slack.world.hari.user
        other.hari.save(update_fields=["user"])
    client = _client(slack.world.hari.user)
    session = client.session
    session["company"] = str(other.company.public_id)
    session.save()

    assert client.post(address).status_code == 302

    assert SlackIdentity.objects.get(user=slack.world.hari.user).confirmed_at == NOW
