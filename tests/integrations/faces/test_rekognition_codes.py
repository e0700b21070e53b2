"""Every error code that the service's model knows, and who can mend it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.faces import rekognition_calls
from integrations.faces.rekognition_calls import MENDS, call
from tests.integrations.faces.stubbed import COLLECTION, IDS, Service

MODEL = botocore.session.get_session().get_service_model("rekognition")
PICTURE = {"Bytes": b"\xff\xd8"}
REQUESTS: dict[str, dict[str, Any]] = {
    "DetectFaces": {"Image": PICTURE},
    "CompareFaces": {"SourceImage": PICTURE, "TargetImage": PICTURE},
    "SearchFacesByImage": {"CollectionId": COLLECTION, "Image": PICTURE},
    "SearchFaces": {"CollectionId": COLLECTION, "FaceId": IDS[0]},
    "IndexFaces": {"CollectionId": COLLECTION, "Image": PICTURE},
    "CreateCollection": {"CollectionId": COLLECTION},
    "DeleteFaces": {"CollectionId": COLLECTION, "FaceIds": [IDS[0]]},
    "ListFaces": {"CollectionId": COLLECTION},
    "CreateFaceLivenessSession": {},
    "GetFaceLivenessSessionResults": {"SessionId": IDS[0]},
}
LATER, OPERATOR = (Unavailable, ""), (Misconfigured, "")
EXPECTED: dict[str, tuple[type[Exception] | None, str]] = {
    "ThrottlingException": LATER,
    "ProvisionedThroughputExceededException": LATER,
    "InternalServerError": LATER,
    "AccessDeniedException": OPERATOR,
    "InvalidS3ObjectException": OPERATOR,
    "InvalidParameterException": OPERATOR,
    "InvalidPaginationTokenException": OPERATOR,
    "ServiceQuotaExceededException": OPERATOR,
    "ResourceNotFoundException": OPERATOR,
    "ImageTooLargeException": (Rejected, "picture_too_large"),
    "InvalidImageFormatException": (Rejected, "picture_damaged"),
    "SessionNotFoundException": (Rejected, "session_unknown"),
    "ResourceAlreadyExistsException": (None, ""),
}
# A face was seen, and then none good enough; a collection that is gone has no face left.
EXCEPT = {
    ("CompareFaces", "InvalidParameterException"): (Rejected, "no_face"),
    ("SearchFacesByImage", "InvalidParameterException"): (Rejected, "no_face"),
    ("DeleteFaces", "ResourceNotFoundException"): (None, ""),
    ("ListFaces", "ResourceNotFoundException"): (None, ""),
}


def _codes() -> Iterator[tuple[str, str]]:
    for operation in MENDS:
        for shape in MODEL.operation_model(operation).error_shapes:
            yield operation, shape.name


def _raised(operation: str) -> tuple[type[Exception] | None, str]:
    try:
        assert call(operation, **REQUESTS[operation]) == {}
    except (Unavailable, Rejected, Misconfigured) as error:
        return type(error), error.code
    return None, ""


@pytest.mark.parametrize(("operation", "code"), sorted(_codes()))
def test_every_code_of_the_model_is_decided(service: Service, operation: str, code: str) -> None:
    assert code in MENDS[operation], f"{operation} may answer {code}: say who can mend it"
    service.fails(rekognition_calls._method(operation), code)
    kind, told = EXCEPT.get((operation, code)) or EXPECTED[code]
    assert _raised(operation) == (kind, told or (code if kind else ""))


@pytest.mark.parametrize("operation", MENDS)
def test_no_code_is_decided_that_the_model_does_not_know(operation: str) -> None:
    known = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    assert set(MENDS[operation]) == known


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ServiceUnavailable", 503, Unavailable),
        ("ThrottlingException", 500, Unavailable),
        ("WhoKnowsException", 502, Unavailable),
        ("ExpiredTokenException", 400, Misconfigured),
        ("UnrecognizedClientException", 400, Misconfigured),
        ("WhoKnowsException", 400, Misconfigured),
    ],
)
def test_codes_outside_the_model(service: Service, code: str, status: int, kind: type) -> None:
    service.fails("detect_faces", code, status)
    assert _raised("DetectFaces") == (kind, code)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (EndpointConnectionError(endpoint_url="https://x"), Unavailable),
        (ConnectTimeoutError(endpoint_url="https://x"), Unavailable),
        (ReadTimeoutError(endpoint_url="https://x"), Unavailable),
        (NoCredentialsError(), Misconfigured),
    ],
)
def test_what_the_client_itself_raises(
    service: Service, error: Exception, kind: type[Exception]
) -> None:
    def raised(**_more: Any) -> None:
        raise error

    service.stub.deactivate()
    rekognition_calls._client().meta.events.register("before-call.rekognition", raised)
    assert _raised("DetectFaces") == (kind, type(error).__name__)


def test_a_request_that_the_model_does_not_know_is_a_bug_for_the_operator(
    service: Service,
) -> None:
    service.stub.deactivate()
    with pytest.raises(Misconfigured) as refused:
        call("DetectFaces", Picture=b"")
    assert refused.value.code == "ParamValidationError"


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        ("AccessDeniedException", [logging.ERROR]),
        ("InvalidImageFormatException", [logging.WARNING]),
        ("ThrottlingException", []),
    ],
)
def test_the_operator_is_told_of_what_only_they_can_mend(
    service: Service, caplog: pytest.LogCaptureFixture, code: str, levels: list[int]
) -> None:
    service.fails("detect_faces", code)
    _raised("DetectFaces")
    told = [record.levelno for record in caplog.records if "Rekognition" in record.getMessage()]
    assert told == levels


def test_the_client_waits_for_seconds_and_tries_three_times(service: Service) -> None:
    config = rekognition_calls._client().meta.config
    assert (config.connect_timeout, config.read_timeout) == (1.0, 5.0)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
