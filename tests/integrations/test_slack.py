"""Slack in plain Python: its published example of a signature, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.errors import IntegrationError, Misconfigured, Rejected, Unavailable
from integrations.slack import blocks, client
from integrations.slack.signature import is_signed
from tests.slack_stand_in import CODE, TOKEN, Town, standing, view_of
from tests.slack_world import set_up

# https://docs.slack.dev/authentication/verifying-requests-from-slack
EXAMPLE: dict[str, Any] = {
    "secret": "8f742231b10e8888abcd99yyyzzz85a5",
    "timestamp": "1531420618",
    "body": b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    b".803a0bc887a14d10d2c447fce8b6703c",
    "signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    "now": 1531420618.0,
}


def test_slacks_own_example_is_signed() -> None:
    assert is_signed(**EXAMPLE)


@pytest.mark.parametrize(
    "altered",
    [
        {"body": EXAMPLE["body"] + b"&text=in"},
        {"secret": "8f742231b10e8888abcd99yyyzzz85a6"},
        {"timestamp": "1531420619"},
        {"timestamp": ""},
        {"timestamp": "-1531420618"},
        {"timestamp": "1531420618.0"},
        {"timestamp": "9" * 400},
        {"timestamp": "١٥٣١٤٢٠٦١٨"},
        {"signature": ""},
        {"signature": EXAMPLE["signature"].replace("v0", "v1")},
        {"signature": "v0=é"},
        {"now": 1531420618.0 + 301},
        {"now": 1531420618.0 - 301},
    ],
)
def test_whatever_is_altered_or_old_is_not(altered: dict[str, Any]) -> None:
    assert not is_signed(**{**EXAMPLE, **altered})


@pytest.mark.parametrize("seconds", [300, -300])
def test_five_minutes_are_allowed_either_way(seconds: int) -> None:
    assert is_signed(**{**EXAMPLE, "now": EXAMPLE["now"] + seconds})


# --- calls ----------------------------------------------------------------------------------------
@pytest.fixture
def town(settings: Any) -> Iterator[Town]:
    with standing() as made:
        set_up(settings, made)
        yield made


def test_a_call_goes_over_http_with_the_token(town: Town) -> None:
    made = client.Slack(TOKEN).call("chat.postMessage", channel="C1", text="Hello")

    assert (made["channel"], made["ts"]) == ("C1", "17.0")
    assert town.calls == [("chat.postMessage", {"channel": "C1", "text": "Hello"})]


def test_what_only_reads_is_asked_by_an_address(town: Town) -> None:
    town.user("U1", "maya@kettle.example")

    found = client.Slack(TOKEN).look("users.info", user="U1")["user"]

    assert found["profile"]["email"] == "maya@kettle.example"


@pytest.mark.parametrize(
    ("answer", "kind", "code", "values"),
    [
        ((200, {}, {"ok": False, "error": "token_revoked"}), Misconfigured, "slack_token",
         {"why": "token_revoked"}),
        ((200, {}, {"ok": False, "error": "account_inactive"}), Misconfigured, "slack_token",
         {"why": "account_inactive"}),
        ((200, {}, {"ok": False, "error": "invalid_client_id"}), Misconfigured, "slack_app",
         {"why": "invalid_client_id"}),
        ((200, {}, {"ok": False, "error": "channel_not_found"}), Rejected, "slack_refused",
         {"why": "channel_not_found"}),
        ((200, {}, {"ok": False}), Rejected, "slack_refused", {"why": "200"}),
        ((200, {}, {"ok": False, "error": "internal_error"}), Unavailable, "slack_away",
         {"why": "200"}),
        ((503, {}, "down"), Unavailable, "slack_away", {"why": "503"}),
        ((200, {}, "<html>"), Unavailable, "slack_away", {"why": "200"}),
        ((429, {"Retry-After": "17"}, {"ok": False}), Unavailable, "slack_rate_limited",
         {"retry_after": 17}),
        ((429, {"Retry-After": "99999"}, {"ok": False}), Unavailable, "slack_rate_limited",
         {"retry_after": 3600}),
        ((429, {}, {"ok": False, "error": "ratelimited"}), Unavailable, "slack_rate_limited",
         {"retry_after": 30}),
    ],
)  # fmt: skip
def test_a_refusal_is_one_of_our_three_kinds(
    town: Town, answer: Any, kind: type[IntegrationError], code: str, values: dict[str, Any]
) -> None:
    town.answers["chat.update"] = [answer]

    with pytest.raises(kind) as caught:
        client.Slack(TOKEN).call("chat.update", channel="C1", ts="1")

    assert (caught.value.code, caught.value.values) == (code, values)


def test_nobody_there_is_unavailable(settings: Any) -> None:
    settings.MUSTER_SLACK_API = "http://127.0.0.1:9/api/"

    with pytest.raises(Unavailable) as caught:
        client.Slack(TOKEN).call("api.test")

    assert (caught.value.code, caught.value.values) == ("slack_away", {"why": "URLError"})


def test_a_code_is_worth_a_token_once(town: Town) -> None:
    town.codes[CODE] = {"access_token": TOKEN}

    answer = client.Slack().exchange(code=CODE, redirect_uri="http://127.0.0.1/slack/oauth")

    assert answer["access_token"] == TOKEN
    ((_method, sent),) = town.calls
    assert (sent["code"], sent["redirect_uri"]) == (CODE, "http://127.0.0.1/slack/oauth")
    with pytest.raises(Rejected):
        client.Slack().exchange(code=CODE, redirect_uri="http://127.0.0.1/slack/oauth")


# --- answers --------------------------------------------------------------------------------------
def test_an_answer_goes_where_slack_waits_for_it(town: Town) -> None:
    client.answer(f"{town.url}/answer", {"text": "Hello"})

    assert town.calls == [("answer", {"text": "Hello"})]


def test_an_answer_goes_nowhere_else(town: Town) -> None:
    with pytest.raises(Rejected) as caught:
        client.answer("http://169.254.169.254/latest", {"text": "Hello"})

    assert caught.value.code == "slack_answer_elsewhere"


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Rejected), (500, Unavailable), (429, Unavailable)]
)
def test_an_answer_that_is_not_taken_says_why(
    town: Town, status: int, kind: type[IntegrationError]
) -> None:
    town.answers["answer"] = [(status, {}, "expired_url")]

    with pytest.raises(kind):
        client.answer(f"{town.url}/answer", {"text": "Hello"})


@pytest.mark.parametrize("name", ["CLIENT_ID", "CLIENT_SECRET", "SIGNING_SECRET"])
def test_all_three_make_an_app(town: Town, settings: Any, name: str) -> None:
    assert client.is_set_up()
    setattr(settings, f"MUSTER_SLACK_{name}", "")
    assert not client.is_set_up()


# --- parts ----------------------------------------------------------------------------------------
def test_what_people_typed_notifies_nobody() -> None:
    assert blocks.escaped("<!channel> & me") == "&lt;!channel&gt; &amp; me"
    assert blocks.link("http://127.0.0.1/", "a > b") == "<http://127.0.0.1/|a &gt; b>"


def test_what_is_too_long_for_slack_is_cut() -> None:
    assert blocks.section("a" * 3000)["text"]["text"] == "a" * 2900 + "…"
    assert blocks.plain("a" * 80)["text"] == "a" * 74 + "…"


def test_a_form_holds_what_was_chosen_and_typed() -> None:
    view = view_of("leave", {"type": "annual", "first_on": "2026-03-10", "note": "a wedding"})
    view["state"]["values"]["last_on"] = {"last_on": {"type": "datepicker", "selected_date": None}}

    assert blocks.values_of(view) == {
        "type": "annual", "first_on": "2026-03-10", "note": "a wedding",
    }  # fmt: skip
