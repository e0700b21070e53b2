"""AWS clients, made when first needed and kept; what they raise, in the house's three kinds.

Region, credentials and endpoints come from the environment as AWS's own tools read them
(`AWS_REGION`, `AWS_ENDPOINT_URL`, …). No client, session or connection is made at import.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from integrations.errors import Misconfigured, Rejected, Unavailable

# A later try may succeed: the service is busy, or does not answer at all.
BUSY: Final = frozenset(
    {
        "InternalError", "InternalFailure", "InternalServerError", "InternalServiceError",
        "LimitExceededException", "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestTimeout",
        "RequestTimeoutException", "ServiceUnavailable", "ServiceUnavailableException", "SlowDown",
        "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
        "TransactionInProgressException",
    }
)  # fmt: skip

_forgetting: list[Callable[[], None]] = []


@functools.cache
def _session() -> Any:
    import boto3  # noqa: PLC0415  # lazy: 100 ms

    return boto3.session.Session()


@functools.cache
def client(
    service: str, *, connect: float = 1.0, read: float = 5.0, attempts: int = 3, **more: Any
) -> Any:
    """Return the process's client of a service; time-outs in seconds, `attempts` in all.

    `more` are further keywords of botocore's Config, such as `signature_version`.
    """
    from botocore.config import Config  # noqa: PLC0415  # lazy: with boto3

    config = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        **more,
    )
    return _session().client(service, config=config)


def on_forget(also: Callable[[], None]) -> None:
    """Let `forget_clients` call this too: of who keeps connections of their own."""
    _forgetting.append(also)


def forget_clients() -> None:
    """Drop every client: the environment has changed (tests), or a snapshot was restored."""
    client.cache_clear()
    _session.cache_clear()
    for also in _forgetting:
        also()


@contextmanager
def translated(
    *, rejected: frozenset[str] = frozenset(), busy: frozenset[str] = frozenset()
) -> Iterator[None]:
    """Turn what a client raises into the house's errors; the code is AWS's own.

    Raises:
        Unavailable: throttled, down, or out of reach.
        Rejected: one of the codes `rejected`, the user's to mend.
        Misconfigured: any other answer, and whatever lacks or denies credentials.
    """
    from botocore.exceptions import (  # noqa: PLC0415  # lazy: with boto3
        BotoCoreError,
        ClientError,
        ConnectionError,  # botocore's own
        HTTPClientError,
    )

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in rejected:
            raise Rejected(code) from error
        if code in BUSY or code in busy or status >= 500:
            raise Unavailable(code) from error
        raise Misconfigured(code) from error
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable(type(error).__name__) from error
    except BotoCoreError as error:
        raise Misconfigured(type(error).__name__) from error
