"""What other systems are told: each punch and each decision, once, by ids alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from botocore.stub import Stubber

from attendance.enums import Direction, Source
from attendance.models import CorrectionRequest, Punch
from attendance.services import corrections, decisions
from attendance.services.entries import Entered, punches_enter
from companies import outbox
from companies.enums import Channel, OutboxState
from companies.ids import uuid7
from companies.models import OutboxMessage
from companies.scoping import no_scope
from integrations import aws
from tests.attendance.world import World, at
from tests.integrations.aws import REGION, in_process
from tests.repository import texts

TOPIC = f"arn:aws:sns:{REGION}:123456789012:muster-test-announcements"


@pytest.fixture(autouse=True)
def _topic(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.MUSTER_ANNOUNCE_TOPIC = TOPIC
    with in_process(monkeypatch):
        yield


@pytest.fixture
def sns(_topic: None) -> Iterator[Stubber]:
    with Stubber(aws.client("sns", connect=1.0, read=3.0, attempts=2)) as stubber:
        yield stubber


def _rows() -> list[OutboxMessage]:
    with no_scope("announcements under test"):
        return list(OutboxMessage.objects.filter(channel=Channel.SNS).order_by("id"))


def _ids(world: World) -> dict[str, str]:
    return {"employee": str(world.maya.public_id)}


def test_a_check_in_is_told(scoped: World) -> None:
    recorded = scoped.punch(scoped.maya, "2026-03-02 09:04", weigh=False)
    (row,) = _rows()
    assert (row.company, row.to, row.state) == (scoped.company, "announcements", OutboxState.QUEUED)
    assert row.values == {
        "schema": 1,
        "type": "punch.recorded",
        "company": str(scoped.company.public_id),
        "at": "2026-03-02T03:19:00+00:00",
        "data": {
            "punch": str(recorded.public_id), **_ids(scoped), "direction": "in", "source": "web",
            "occurred_at": "2026-03-02T03:19:00+00:00", "zone": "Asia/Kathmandu",
        },
    }  # fmt: skip


def test_a_punch_entered_by_hand_and_what_is_decided_of_it_are_told(scoped: World) -> None:
    with time_machine.travel(at("2026-03-02 18:00"), tick=False):
        (punch,) = punches_enter(
            employee=scoped.maya, entered=[Entered(at("2026-03-02 09:00"), Direction.IN)],
            source=Source.HR, reason="forgot", by=scoped.hr, token=uuid7(),
        )  # fmt: skip
        decisions.punch_void(punch=punch, reason="twice", by=scoped.hr)
    entered, voided = (row.values for row in _rows())
    assert (entered["type"], entered["data"]["source"]) == ("punch.recorded", "hr")
    assert voided["type"] == "request.decided"
    assert voided["data"] == {
        "request": "punch", "punch": str(punch.public_id), **_ids(scoped), "outcome": "voided",
        "decided_at": "2026-03-02T12:15:00+00:00",
    }  # fmt: skip


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_decided_correction_is_told(scoped: World, is_approved: bool) -> None:
    scoped.punch(scoped.maya, "2026-03-02 09:00")
    with time_machine.travel(at("2026-03-03 09:00"), tick=False):
        from attendance.services import days

        day = dt.date(2026, 3, 2)
        days.person_recompute(employee=scoped.maya, first=day, last=day, now=at("2026-03-03 09:00"))
        request = corrections.correction_file(
            date=day, time=dt.time(17, 30), by=scoped.actor(scoped.maya)
        )
        corrections.correction_decide(
            request=request, is_approved=is_approved, reason="no", by=scoped.hr
        )
    told = [row.values["data"] for row in _rows()]
    assert told[-1] == {
        "request": "correction", "correction": str(request.public_id), "date": "2026-03-02",
        **_ids(scoped), "outcome": "approved" if is_approved else "refused",
        "decided_at": "2026-03-03T03:15:00+00:00",
    }  # fmt: skip
    sources = [data["source"] for data in told if "source" in data]
    assert sources == (["web", "regularisation"] if is_approved else ["web"])


def test_a_correction_that_is_taken_back_was_not_decided(scoped: World) -> None:
    request = CorrectionRequest.objects.create(
        company=scoped.company, employee=scoped.maya, date=dt.date(2026, 3, 2), kind="missing_out",
        out_at=at("2026-03-02 17:30"), zone="Asia/Kathmandu",
    )  # fmt: skip
    corrections.correction_withdraw(request=request, by=scoped.actor(scoped.maya))
    assert _rows() == []


def test_without_a_topic_nothing_is_written(scoped: World, settings: Any) -> None:
    settings.MUSTER_ANNOUNCE_TOPIC = ""
    scoped.punch(scoped.maya, "2026-03-02 09:04")
    decisions.punch_void(punch=Punch.objects.get(), reason="twice", by=scoped.hr)
    assert _rows() == []


# --- sending ----------------------------------------------------------------------------------
def test_an_announcement_is_published_once_with_its_id_and_type(
    scoped: World, sns: Stubber
) -> None:
    scoped.punch(scoped.maya, "2026-03-02 09:04", weigh=False)
    (row,) = _rows()
    message = json.dumps({"id": str(row.public_id), **row.values}, sort_keys=True)
    sns.add_response(
        "publish", {"MessageId": "m"},
        {"TopicArn": TOPIC, "Message": message, "MessageAttributes": {
            "type": {"DataType": "String", "StringValue": "punch.recorded"}}},
    )  # fmt: skip
    assert [outbox.drain(), outbox.drain()] == [1, 0]
    sns.assert_no_pending_responses()
    assert [row.state for row in _rows()] == [OutboxState.SENT]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("Throttled", "Unavailable: Throttled"),
        ("KMSThrottling", "Unavailable: KMSThrottling"),
        ("NotFound", "Misconfigured: NotFound"),
        ("AuthorizationError", "Misconfigured: AuthorizationError"),
    ],
)
def test_an_announcement_that_is_refused_waits_where_hr_sees_it(
    scoped: World, sns: Stubber, code: str, error: str
) -> None:
    scoped.punch(scoped.maya, "2026-03-02 09:04", weigh=False)
    sns.add_client_error("publish", code, http_status_code=400)
    assert outbox.drain() == 0
    (row,) = _rows()
    assert (row.state, row.attempts, row.last_error) == (OutboxState.QUEUED, 1, error)


def test_the_example_of_the_documentation_has_the_fields_of_an_event(scoped: World) -> None:
    scoped.punch(scoped.maya, "2026-03-02 09:04", weigh=False)
    (row,) = _rows()
    (example,) = texts()["docs/announcements.md"].split("```json")[1:]
    told = json.loads(example.partition("```")[0])
    assert told.keys() == {"id"} | row.values.keys()
    assert told["data"].keys() == row.values["data"].keys()
