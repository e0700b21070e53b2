"""Requests as Lambda gets them: whose address counts, which cookies go back, what is too large.

The translation itself is Zappa's; `tests/prove/package` has it answer every form in the package.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integrations import lambda_http

Answer = dict[str, Any]


class FakeZappa:
    """Answers what a test says, and keeps the event that reached it."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}
        self.says: Answer = {"statusCode": 200, "body": ""}

    def LambdaHandler(self) -> FakeZappa:  # noqa: N802  # Zappa's name
        return self

    def handler(self, event: dict[str, Any], context: object) -> Answer:
        self.seen = event
        return self.says


@pytest.fixture
def zappa(monkeypatch: pytest.MonkeyPatch) -> FakeZappa:
    fake = FakeZappa()
    monkeypatch.setattr(lambda_http, "_zappa", lambda: fake)
    return fake


def rest(**more: Any) -> dict[str, Any]:
    """Return a request as a REST API sends it."""
    return {
        "httpMethod": "GET",
        "path": "/",
        "headers": {"Host": "muster.example"},
        "multiValueHeaders": {"Host": ["muster.example"]},
        "requestContext": {"identity": {"sourceIp": "203.0.113.7"}},
        **more,
    }


def http(**more: Any) -> dict[str, Any]:
    """Return a request as an HTTP API or a function URL sends it."""
    return {
        "version": "2.0",
        "rawPath": "/",
        "headers": {"host": "muster.example"},
        "requestContext": {"http": {"method": "GET", "sourceIp": "203.0.113.7"}},
        **more,
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (rest(), True),
        (http(), True),
        ({"version": "2.0", "requestContext": {"routeKey": "$connect"}}, False),
        ({"Records": []}, False),
        ({}, False),
    ],
)
def test_what_is_a_request(event: dict[str, Any], expected: bool) -> None:
    assert lambda_http.is_request(event) is expected


@pytest.mark.parametrize("form", [rest, http])
@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "x-forwarded-for", "X_Forwarded_For", "x_FORWARDED-for"]
)
def test_no_header_says_who_asks(
    zappa: FakeZappa, form: Callable[..., dict[str, Any]], name: str
) -> None:
    event = form()
    event["headers"][name] = "6.6.6.6, 203.0.113.7"
    if "multiValueHeaders" in event:
        event["multiValueHeaders"][name] = ["6.6.6.6", "203.0.113.7"]

    lambda_http.answer(event, None)

    host = "Host" if form is rest else "host"
    assert zappa.seen["headers"] == {host: "muster.example", "X-Forwarded-For": "203.0.113.7"}
    if form is rest:
        assert zappa.seen["multiValueHeaders"] == {
            "Host": ["muster.example"],
            "X-Forwarded-For": ["203.0.113.7"],
        }


@pytest.mark.parametrize(
    "context", [{}, {"elb": {"targetGroupArn": "arn"}}, {"identity": {}}, {"http": {}}]
)
def test_a_request_from_nobody_is_refused(zappa: FakeZappa, context: dict[str, Any]) -> None:
    with pytest.raises(lambda_http.NoClient):
        lambda_http.answer(rest(requestContext=context), None)
    assert zappa.seen == {}


def test_variables_of_a_stage_do_not_become_the_environment(zappa: FakeZappa) -> None:
    lambda_http.answer(rest(stageVariables={"SECRET_KEY": "known"}), None)

    assert "stageVariables" not in zappa.seen


def test_headers_of_one_form_only_are_given_in_both(zappa: FakeZappa) -> None:
    lambda_http.answer(rest(multiValueHeaders=None), None)

    assert zappa.seen["multiValueHeaders"] == {
        "Host": ["muster.example"],
        "X-Forwarded-For": ["203.0.113.7"],
    }


def test_each_cookie_goes_back_once(zappa: FakeZappa) -> None:
    zappa.says = {"statusCode": 200, "cookies": [" a=1", "b=2", "a=1", " b=2"], "body": ""}

    assert lambda_http.answer(http(), None)["cookies"] == ["a=1", "b=2"]

    zappa.says = {
        "statusCode": 200,
        "headers": {"Set-Cookie": "b=2", "set-cookie": "b=2", "Vary": "Cookie"},
        "multiValueHeaders": {
            "Set-Cookie": ["a=1", "b=2"],
            "set-cookie": ["a=1", "b=2"],
            "Vary": ["Cookie"],
        },
        "body": "",
    }
    answer = lambda_http.answer(rest(), None)
    assert answer["multiValueHeaders"] == {"Vary": ["Cookie"], "Set-Cookie": ["a=1", "b=2"]}
    assert answer["headers"] == {"Vary": "Cookie"}


def test_an_answer_without_cookies_stays_as_it_is(zappa: FakeZappa) -> None:
    zappa.says = {"statusCode": 204, "multiValueHeaders": {"Vary": ["Cookie"]}}

    assert lambda_http.answer(rest(), None) == {
        "statusCode": 204,
        "multiValueHeaders": {"Vary": ["Cookie"]},
    }


SENTENCE = (
    "The answer is larger than can be sent at once. Ask for less: a shorter time or fewer people."
)
HEADERS = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@pytest.mark.parametrize("body", ["x" * lambda_http.MOST_BYTES, "\N{SNOWMAN}" * (2**21)])
def test_an_answer_that_lambda_would_not_pass_on_is_a_sentence(zappa: FakeZappa, body: str) -> None:
    zappa.says = {"statusCode": 200, "headers": {}, "body": body}

    assert lambda_http.answer(http(), None) == {
        "statusCode": 500,
        "isBase64Encoded": False,
        "body": SENTENCE,
        "cookies": [],
        "headers": HEADERS,
    }
    assert lambda_http.answer(rest(), None) == {
        "statusCode": 500,
        "isBase64Encoded": False,
        "body": SENTENCE,
        "headers": HEADERS,
        "multiValueHeaders": {name: [value] for name, value in HEADERS.items()},
    }


def test_an_answer_just_below_the_limit_goes_out(zappa: FakeZappa) -> None:
    zappa.says = {"statusCode": 200, "body": "x" * (lambda_http.MOST_BYTES - 100)}

    assert lambda_http.answer(http(), None)["statusCode"] == 200
