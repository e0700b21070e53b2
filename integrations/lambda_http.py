"""Requests as Lambda gets them, answered by Django through Zappa; what Zappa gets wrong is mended.

Five forms arrive: a REST API's (version 1.0) and an HTTP API's (2.0), each by its own address or a
domain of ours, and a function URL's (2.0). Zappa turns them into WSGI and back.
"""

from __future__ import annotations

import functools
import json
import logging
from typing import Any, Final

from django.utils.translation import gettext as _

Event = dict[str, Any]
Answer = dict[str, Any]

# Lambda passes 6 MiB on, the frame around the body counted in; beyond, people see a bare 502.
MOST_BYTES: Final = 6 * 1024 * 1024 - 64 * 1024


class NoClient(ValueError):
    """A request that does not say whom it comes from: no gateway of ours made it."""


@functools.cache
def _zappa() -> Any:
    from zappa import handler  # noqa: PLC0415  # lazy: with boto3, and it may start Django

    # One line a request with its whole address, links that sign somebody in too. The gateway logs.
    logging.getLogger("zappa.wsgi").setLevel(logging.WARNING)
    return handler


def start() -> None:
    """Make Django ready, once a process: settings, apps, middleware, addresses."""
    _zappa().LambdaHandler()


def is_request(event: Event) -> bool:
    """Return whether an event is a page's request."""
    return bool(event.get("httpMethod")) or (
        event.get("version") == "2.0" and "http" in (event.get("requestContext") or {})
    )


def answer(event: Event, context: Any) -> Answer:
    """Answer a request; what the page raises is Django's to tell, without a trace of its code.

    Raises:
        NoClient: the gateway does not say who asks.
    """
    result: Answer = _zappa().LambdaHandler().handler(_honest(event), context)
    result = _once_each_cookie(result)
    return _too_large(event) if _is_too_large(result) else result


def _honest(event: Event) -> Event:
    """Return the event with the client's address as the gateway saw it, whatever headers claim.

    Zappa believes the last entry but one of a header that anybody may begin. Names with an
    underscore are dropped, as web servers do: WSGI cannot tell them from those with a hyphen.
    """
    context = event.get("requestContext") or {}
    client = (context.get("http") or context.get("identity") or {}).get("sourceIp")
    if not client:
        raise NoClient("a request without the address of its client")
    headers = event.get("headers") or {}
    several = event.get("multiValueHeaders")
    # Without the second form of the headers, Zappa answers with the last cookie only.
    if event.get("httpMethod") and not several:
        several = {name: [value] for name, value in headers.items()}
    honest = {**event, "headers": {**_kept(headers), "X-Forwarded-For": client}}
    if several is not None:
        honest["multiValueHeaders"] = {**_kept(several), "X-Forwarded-For": [client]}
    # Zappa would make variables of the environment of them.
    honest.pop("stageVariables", None)
    return honest


def _kept(headers: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in headers.items()
        if "_" not in name and name.lower() != "x-forwarded-for"
    }


def _once_each_cookie(result: Answer) -> Answer:
    """Return the answer with each cookie once: Zappa adds them a second time, in other letters.

    Django writes a space before each.
    """
    if result.get("cookies"):
        result["cookies"] = _unique(result["cookies"])
    several = result.get("multiValueHeaders")
    if several:
        names = [name for name in several if name.lower() == "set-cookie"]
        cookies = [cookie for name in names for cookie in several.pop(name)]
        if cookies:
            several["Set-Cookie"] = _unique(cookies)
        headers = result.get("headers") or {}
        for name in [name for name in headers if name.lower() == "set-cookie"]:
            del headers[name]
    return result


def _unique(cookies: list[str]) -> list[str]:
    return list(dict.fromkeys(cookie.strip() for cookie in cookies))


def _is_too_large(result: Answer) -> bool:
    # A character takes six bytes at most; most answers need no counting.
    if len(result.get("body") or "") <= MOST_BYTES // 6:
        return False
    return len(json.dumps(result, ensure_ascii=False).encode()) > MOST_BYTES


def _too_large(event: Event) -> Answer:
    sentence = _(
        "The answer is larger than can be sent at once. Ask for less: a shorter time or fewer "
        "people."
    )
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    found: Answer = {"statusCode": 500, "isBase64Encoded": False, "body": sentence}
    if event.get("version") == "2.0":
        return {**found, "cookies": [], "headers": headers}
    several = {name: [value] for name, value in headers.items()}
    return {**found, "headers": headers, "multiValueHeaders": several}
