"""A service's own look whether somebody is there: what it is asked, and what it may answer."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from integrations import faces
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.faces.liveness import FaceLiveness, SessionResult, SessionState
from tests.integrations.faces.stubbed import IDS, Service

LIVE = {"Status": "SUCCEEDED", "Confidence": 90.0, "ReferenceImage": {"Bytes": b"a picture"}}
FAILED = SessionResult(SessionState.FAILED)


@pytest.fixture
def sessions() -> FaceLiveness:
    return FaceLiveness(least=90)


def test_a_session_keeps_no_picture_and_is_one_for_its_token(
    service: Service, sessions: FaceLiveness
) -> None:
    asked = {"ClientRequestToken": "token", "Settings": {"AuditImagesLimit": 0}}
    service.stub.add_response("create_face_liveness_session", {"SessionId": IDS[0]}, asked)
    assert sessions.start("token") == IDS[0]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Status": "CREATED"}, SessionResult(SessionState.OPEN)),
        ({"Status": "IN_PROGRESS"}, SessionResult(SessionState.OPEN)),
        (LIVE, SessionResult(SessionState.LIVE, b"a picture")),
        ({**LIVE, "Confidence": 89.9}, FAILED),
        ({**LIVE, "ReferenceImage": {}}, FAILED),
        ({"Status": "SUCCEEDED", "Confidence": 99.0}, FAILED),
        ({**LIVE, "Status": "FAILED"}, FAILED),
        ({"Status": "EXPIRED"}, FAILED),
    ],
)
def test_what_came_of_a_session(
    service: Service, sessions: FaceLiveness, answer: dict[str, Any], expected: SessionResult
) -> None:
    said = {"SessionId": IDS[0], **answer}
    service.stub.add_response("get_face_liveness_session_results", said, {"SessionId": IDS[0]})
    found = sessions.result(IDS[0])
    assert found == expected
    assert "picture'" not in repr(found)


def test_every_status_of_the_model_is_decided(service: Service) -> None:
    known = service.stub.client.meta.service_model.shape_for("LivenessSessionStatus").enum
    assert set(known) == {"CREATED", "IN_PROGRESS", "SUCCEEDED", "FAILED", "EXPIRED"}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SessionNotFoundException", Rejected),
        ("ThrottlingException", Unavailable),
        ("AccessDeniedException", Misconfigured),
    ],
)
def test_a_result_that_cannot_be_had(
    service: Service, sessions: FaceLiveness, code: str, kind: type[Exception]
) -> None:
    service.fails("get_face_liveness_session_results", code)
    with pytest.raises(kind):
        sessions.result(IDS[0])


def test_sessions_are_off_unless_they_are_asked_for(settings: Settings) -> None:
    assert faces.sessions() is None
    settings.MUSTER_FACE_ENGINE = "rekognition"
    settings.MUSTER_REKOGNITION_PREFIX = "muster-test"
    assert faces.sessions() is None
    settings.MUSTER_REKOGNITION_LIVENESS = 90
    assert isinstance(faces.sessions(), FaceLiveness)
    settings.MUSTER_REKOGNITION_LIVENESS = 101
    assert faces.sessions() is None
    settings.MUSTER_REKOGNITION_LIVENESS = 90
    settings.MUSTER_FACE_ENGINE = "dlib"
    assert faces.sessions() is None
