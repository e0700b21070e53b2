"""Calls to Amazon Rekognition, and what each of its error codes means: who can mend it.

`MENDS` lists every code that the service's own model names for an operation; a test compares the
two, so that a new code is decided about and not guessed. Codes outside the model (signing, say)
go by `integrations.aws.translated`.
"""

from __future__ import annotations

import enum
import logging
import re
from typing import Any, Final

from integrations import aws
from integrations.errors import Misconfigured, Rejected

log = logging.getLogger(__name__)


class Mends(enum.StrEnum):
    """Who can mend an error: a later try, the person, the operator; `DONE` needs no mending."""

    LATER = "later"
    PERSON = "person"
    OPERATOR = "operator"
    DONE = "done"


_Codes = dict[str, Mends]
_EVERY: Final[_Codes] = {
    "ThrottlingException": Mends.LATER,
    "ProvisionedThroughputExceededException": Mends.LATER,
    "InternalServerError": Mends.LATER,
    "AccessDeniedException": Mends.OPERATOR,
    "InvalidParameterException": Mends.OPERATOR,
}
# Pictures are made anew and measured before they are sent: these should never come.
_PICTURE: Final[_Codes] = {
    "ImageTooLargeException": Mends.PERSON,
    "InvalidImageFormatException": Mends.PERSON,
    "InvalidS3ObjectException": Mends.OPERATOR,
}
_MISSING: Final = "ResourceNotFoundException"
_NO_COLLECTION: Final[_Codes] = {_MISSING: Mends.OPERATOR}
# Without the collection none of its faces is left.
_GONE: Final[_Codes] = {_MISSING: Mends.DONE}
_FULL: Final[_Codes] = {"ServiceQuotaExceededException": Mends.OPERATOR}
# One face was detected a moment before; with a filter for quality, this says that it is too poor.
_TOO_POOR: Final[_Codes] = {"InvalidParameterException": Mends.PERSON}

MENDS: Final[dict[str, _Codes]] = {
    "DetectFaces": _EVERY | _PICTURE,
    "CompareFaces": _EVERY | _PICTURE | _TOO_POOR,
    "SearchFacesByImage": _EVERY | _PICTURE | _NO_COLLECTION | _TOO_POOR,
    "SearchFaces": _EVERY | _NO_COLLECTION,
    "IndexFaces": _EVERY | _PICTURE | _NO_COLLECTION | _FULL,
    "CreateCollection": _EVERY | _FULL | {"ResourceAlreadyExistsException": Mends.DONE},
    "DeleteFaces": _EVERY | _GONE,
    "ListFaces": _EVERY | _GONE | {"InvalidPaginationTokenException": Mends.OPERATOR},
    "CreateFaceLivenessSession": _EVERY,
    "GetFaceLivenessSessionResults": _EVERY | {"SessionNotFoundException": Mends.PERSON},
}
# What the person is told, in the house's own codes.
_TOLD: Final = {
    "ImageTooLargeException": "picture_too_large",
    "InvalidImageFormatException": "picture_damaged",
    "InvalidParameterException": "no_face",
    "SessionNotFoundException": "session_unknown",
}


def call(operation: str, **request: Any) -> dict[str, Any]:
    """Return the answer to an operation (`DetectFaces`, …); empty where the error is none.

    Raises:
        Unavailable: the service is busy, down or out of reach; tried three times.
        Rejected: the person can mend it, by the house's code.
        Misconfigured: the operator must mend it; an error in the log tells them.
    """
    mends = MENDS[operation]
    by_person = frozenset(code for code, who in mends.items() if who == Mends.PERSON)
    by_waiting = frozenset(code for code, who in mends.items() if who == Mends.LATER)
    try:
        with aws.translated(rejected=by_person, busy=by_waiting):
            answer: dict[str, Any] = getattr(_client(), _method(operation))(**request)
            return answer
    except Rejected as error:
        log.warning("Rekognition refused %s: %s", operation, error.code)
        raise Rejected(_TOLD[error.code]) from error
    except Misconfigured as error:
        if mends.get(error.code) == Mends.DONE:
            return {}
        log.error("Rekognition cannot be used for %s, see to it: %s", operation, error.code)
        raise


def is_missing(error: Misconfigured) -> bool:
    """Return whether what lacks is the collection."""
    return error.code == _MISSING


def _client() -> Any:
    return aws.client("rekognition", connect=1.0, read=5.0, attempts=3)


def _method(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
