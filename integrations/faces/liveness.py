"""Sessions of a service that sees by itself whether somebody is there, before the page's camera.

An optional, stronger check than the head turn: the page runs the service's own component, which
films the person, and the server asks the service what came of it. Behind this stands AWS's Face
Liveness; how sure the service must be is the setting `MUSTER_REKOGNITION_LIVENESS`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from integrations.faces.rekognition_calls import call

# How long a session may be used, by the service's own rule.
SECONDS: Final = 180


class SessionState(enum.StrEnum):
    """What came of a session; `OPEN` may still become either."""

    OPEN = "open"
    LIVE = "live"
    FAILED = "failed"


@dataclass(frozen=True)
class SessionResult:
    """What the service says of a session; the picture it took of a person who is there."""

    state: SessionState
    picture: bytes | None = field(default=None, repr=False)


class Sessions(Protocol):
    """A service's way to see that somebody is there."""

    def start(self, token: str) -> str:
        """Return the id of a new session; the same token, the same session.

        Raises:
            Unavailable, Misconfigured: there is none.
        """

    def result(self, session_id: str) -> SessionResult:
        """Return what came of a session.

        Raises:
            Rejected: `session_unknown`.
            Unavailable, Misconfigured: the service cannot say now.
        """


class FaceLiveness:
    """Sessions of Amazon Rekognition; `least` is how sure it must be, in percent."""

    def __init__(self, *, least: int) -> None:
        self._least = least

    def start(self, token: str) -> str:
        """Return the id of a new session, of which the service keeps no picture."""
        kept_nothing = {"AuditImagesLimit": 0}
        answer = call("CreateFaceLivenessSession", ClientRequestToken=token, Settings=kept_nothing)
        return str(answer["SessionId"])

    def result(self, session_id: str) -> SessionResult:
        """Return what came of a session; never how sure the service was."""
        answer = call("GetFaceLivenessSessionResults", SessionId=session_id)
        if answer["Status"] in ("CREATED", "IN_PROGRESS"):
            return SessionResult(SessionState.OPEN)
        picture: Any = answer.get("ReferenceImage", {}).get("Bytes")
        is_sure = answer.get("Confidence", 0.0) >= self._least
        if answer["Status"] != "SUCCEEDED" or not is_sure or not picture:
            return SessionResult(SessionState.FAILED)
        return SessionResult(SessionState.LIVE, bytes(picture))
