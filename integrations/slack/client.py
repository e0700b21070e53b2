"""Calls of Slack's Web API, and answers to the addresses that it sends along.

Whatever goes wrong is one of the three kinds: `Unavailable` (`slack_away`, `slack_rate_limited`
with `retry_after` seconds), `Misconfigured` (`slack_token`: the company's token holds no more;
`slack_app`: this installation's keys do not do), `Rejected` with Slack's own word for the rest.
Nobody is asked twice here: the outbox tries again.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from integrations.errors import Misconfigured, Rejected, Unavailable

# Somebody waits before Slack for an answer that must come within three seconds; in a task nobody.
AT_ONCE: Final = 2
# What is left of the three after a first call came to nothing.
AT_LAST: Final = 1
IN_A_TASK: Final = 10
_ANSWERS_FROM: Final = "hooks.slack.com"
_TOKEN_GONE: Final = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
_APP_WRONG: Final = frozenset({"bad_client_secret", "invalid_client_id"})
_SLACK_TROUBLE: Final = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
_DEFAULT_WAIT: Final = 30


def is_set_up() -> bool:
    """Return whether this installation has an app at Slack."""
    return bool(
        str(settings.MUSTER_SLACK_CLIENT_ID)
        and str(settings.MUSTER_SLACK_CLIENT_SECRET)
        and str(settings.MUSTER_SLACK_SIGNING_SECRET)
    )


def authorize_url() -> str:
    """Return where a workspace says yes to the app: at the host of the API."""
    return f"{settings.MUSTER_SLACK_ORIGIN}/oauth/v2/authorize"


class Slack:
    """The Web API with one token; made where it is used, for it costs nothing to make."""

    @sensitive_variables()
    def __init__(self, token: str = "", *, seconds: int = IN_A_TASK) -> None:
        from slack_sdk import WebClient  # noqa: PLC0415  # cold start: no page needs it

        self._client = WebClient(
            token=token or None, base_url=settings.MUSTER_SLACK_API, timeout=seconds,
            retry_handlers=[],
        )  # fmt: skip

    def call(self, method: str, **values: Any) -> dict[str, Any]:
        """Return what Slack answers to a method.

        Raises:
            Unavailable, Rejected, Misconfigured
        """
        with translated():
            return dict(self._client.api_call(method, json=values).data)  # type: ignore[arg-type]

    def look(self, method: str, **values: Any) -> dict[str, Any]:
        """Return what Slack answers to a method that only reads, which takes no JSON."""
        with translated():
            answer = self._client.api_call(method, http_verb="GET", params=values)
            return dict(answer.data)  # type: ignore[arg-type]

    @sensitive_variables()
    def exchange(self, *, code: str, redirect_uri: str) -> dict[str, Any]:
        """Return the workspace and token that the code of an installation is worth, once."""
        with translated():
            answer = self._client.oauth_v2_access(
                client_id=str(settings.MUSTER_SLACK_CLIENT_ID),
                client_secret=str(settings.MUSTER_SLACK_CLIENT_SECRET),
                code=code, redirect_uri=redirect_uri,
            )  # fmt: skip
            return dict(answer.data)  # type: ignore[arg-type]


def answer(url: str, body: dict[str, Any], *, seconds: int = IN_A_TASK) -> None:
    """Post to the address at which Slack waits for the answer to one request, for 30 minutes.

    Raises:
        Unavailable, Rejected
    """
    host = urlsplit(url).netloc
    if host not in (_ANSWERS_FROM, urlsplit(settings.MUSTER_SLACK_API).netloc):
        raise Rejected("slack_answer_elsewhere", host=host)
    from slack_sdk.webhook import WebhookClient  # noqa: PLC0415  # cold start

    with translated():
        done = WebhookClient(url, timeout=seconds, retry_handlers=[]).send_dict(body)
    if done.status_code != 200:
        _refuse(done.status_code, done.body, dict(done.headers))


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the library and the network raise into our three kinds."""
    from slack_sdk.errors import SlackApiError, SlackClientError  # noqa: PLC0415  # cold start

    try:
        yield
    except SlackApiError as error:
        said = error.response
        word = said.get("error", "") if isinstance(said.data, dict) else ""
        _refuse(said.status_code, str(word), dict(said.headers))
    except (SlackClientError, OSError, http.client.HTTPException) as error:
        raise Unavailable("slack_away", why=type(error).__name__) from error


def _refuse(status: int, word: str, headers: dict[str, Any]) -> None:
    """Raise what a refusal of Slack means."""
    if status == 429 or word == "ratelimited":
        found = {name.lower(): value for name, value in headers.items()}
        raise Unavailable("slack_rate_limited", retry_after=_seconds(found.get("retry-after")))
    # What is no JSON comes from something between us and Slack; the library says so in words.
    if status >= 500 or word in _SLACK_TROUBLE or " " in word:
        raise Unavailable("slack_away", why=str(status))
    if word in _TOKEN_GONE:
        raise Misconfigured("slack_token", why=word)
    if word in _APP_WRONG:
        raise Misconfigured("slack_app", why=word)
    raise Rejected("slack_refused", why=word[:60] or str(status))


def _seconds(said: Any) -> int:
    """Return the seconds that Slack asks to wait, an hour at most."""
    text = said[0] if isinstance(said, list) and said else said
    return min(int(text), 3600) if str(text or "").isdecimal() else _DEFAULT_WAIT
