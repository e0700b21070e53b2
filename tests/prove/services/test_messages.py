"""Mails and announcements over the protocols of SES and SNS, out of the product's own outbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from companies import outbox
from companies.enums import Channel, OutboxState
from companies.models import OutboxMessage
from companies.scoping import company_scope, no_scope
from integrations import mail_events
from portal.events import handler_of
from tests.attendance.world import World, make_world

SENDER = "muster@kettle.example"


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def ses(boto: Callable[[str], Any], settings: Any) -> Any:
    settings.EMAIL_BACKEND = "integrations.ses.SesBackend"
    settings.ANYMAIL = {"AMAZON_SES_CONFIGURATION_SET_NAME": "muster-prove"}
    settings.DEFAULT_FROM_EMAIL = f"Muster <{SENDER}>"
    client = boto("sesv2")
    client.create_configuration_set(ConfigurationSetName="muster-prove")
    return client


def _reset_link(world: World) -> OutboxMessage:
    """Write a mail to Maya, send it, and return how it stands."""
    outbox.enqueue(
        company=world.company, dedupe_key="k", to="maya@kettle.example",
        template="companies/email/password_reset",
        values={"user": str(world.maya.user.public_id)},
    )  # fmt: skip
    outbox.drain()
    with no_scope("the message under test"):
        row: OutboxMessage = OutboxMessage.objects.get()
    return row


def test_a_mail_of_a_verified_identity_is_sent(world: World, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity=SENDER)
    row = _reset_link(world)
    assert (row.state, row.attempts, row.last_error) == (OutboxState.SENT, 1, "")


def test_a_mail_of_an_unverified_identity_waits_for_the_operator(world: World, ses: Any) -> None:
    row = _reset_link(world)
    assert row.state == OutboxState.QUEUED
    assert row.last_error.startswith("Misconfigured: MessageRejected (reason=")


def test_a_check_in_reaches_whoever_subscribes(
    world: World, boto: Callable[[str], Any], settings: Any
) -> None:
    topic, queue = _topic_with_queue(boto, "muster-prove-announcements")
    settings.MUSTER_ANNOUNCE_TOPIC = topic
    with company_scope(world.company):
        recorded = world.punch(world.maya, "2026-03-02 09:04", weigh=False)
    assert [outbox.drain(), outbox.drain()] == [1, 0]
    (heard,) = boto("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    envelope = json.loads(heard["Body"])
    event = json.loads(envelope["Message"])
    assert envelope["MessageAttributes"]["type"]["Value"] == "punch.recorded"
    assert (event["type"], event["data"]["punch"]) == ("punch.recorded", str(recorded.public_id))
    with no_scope("the message under test"):
        row = OutboxMessage.objects.get(channel=Channel.SNS)
    assert event["id"] == str(row.public_id)


def _topic_with_queue(boto: Callable[[str], Any], name: str) -> tuple[str, str]:
    topic = boto("sns").create_topic(Name=name)["TopicArn"]
    queue = boto("sqs").create_queue(QueueName=name)["QueueUrl"]
    attributes = boto("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    boto("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"]
    )
    return topic, queue


def test_a_report_that_a_topic_carries_marks_the_address(
    world: World, boto: Callable[[str], Any], settings: Any
) -> None:
    settings.MUSTER_MAIL_TOPIC = "muster-prove-mail"
    topic, queue = _topic_with_queue(boto, settings.MUSTER_MAIL_TOPIC)
    told = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "feedbackId": "f1",
                   "bouncedRecipients": [{"emailAddress": "maya@kettle.example"}]},
        "mail": {"timestamp": "2026-03-02T05:59:00.000Z", "tags": {mail_events.TAG: ["r"]}},
    }  # fmt: skip
    boto("sns").publish(TopicArn=topic, Message=json.dumps(told))
    (heard,) = boto("sqs").receive_message(QueueUrl=queue)["Messages"]
    carried = json.loads(heard["Body"])
    # What Lambda makes of a notification.
    event = {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": carried}]}
    assert handler_of(event)(event, None) == 1
    with no_scope("the message under test"):
        notice = OutboxMessage.objects.get(template="companies/email/address_blocked")
    assert notice.to == "hari@kettle.example"
