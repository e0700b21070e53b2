"""Mail by SES: tagged, by the operator's set of rules, and refused in three kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import ANY, Stubber
from django.core.mail import EmailMessage, get_connection

from companies import outbox
from companies.enums import OutboxState
from companies.models import OutboxMessage
from companies.scoping import no_scope
from integrations import aws, mail
from integrations.errors import IntegrationError, Misconfigured, Rejected, Unavailable
from tests.attendance.world import World, make_world
from tests.integrations.aws import in_process


@pytest.fixture(autouse=True)
def _ses(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.EMAIL_BACKEND = "integrations.ses.SesBackend"
    settings.ANYMAIL = {"AMAZON_SES_CONFIGURATION_SET_NAME": "muster-test"}
    settings.DEFAULT_FROM_EMAIL = "Muster <muster@kettle.example>"
    with in_process(monkeypatch):
        yield


@pytest.fixture
def ses(_ses: None) -> Iterator[Stubber]:
    with Stubber(aws.client("sesv2", connect=1.0, read=5.0, attempts=2)) as stubber:
        yield stubber


def _message(to: str = "maya@kettle.example") -> EmailMessage:
    return EmailMessage(subject="Hello", body="Grüße", to=[to])


def test_a_mail_says_which_message_it_is_and_by_which_rules_it_goes(ses: Stubber) -> None:
    expected = {
        "ConfigurationSetName": "muster-test",
        "Destination": {"ToAddresses": ["maya@kettle.example"]},
        "EmailTags": [{"Name": "outbox", "Value": "0190-7"}],
        "Content": {"Raw": {"Data": ANY}},
    }
    ses.add_response("send_email", {"MessageId": "m1"}, expected)
    mail.send(_message(), reference="0190-7")
    ses.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "text", "kind", "told"),
    [
        ("TooManyRequestsException", "slow down", Unavailable, "TooManyRequestsException"),
        ("LimitExceededException", "quota", Unavailable, "LimitExceededException"),
        ("SendingPausedException", "paused", Unavailable, "SendingPausedException"),
        ("AccountSuspendedException", "review", Unavailable, "AccountSuspendedException"),
        ("MessageRejected", "Email address is not verified", Misconfigured, "MessageRejected"),
        ("BadRequestException", "Missing final '@domain'", Rejected, "mail_rejected"),
        ("MailFromDomainNotVerifiedException", "", Misconfigured,
         "MailFromDomainNotVerifiedException"),
        ("NotFoundException", "no such configuration set", Misconfigured, "NotFoundException"),
        ("AccessDeniedException", "", Misconfigured, "AccessDeniedException"),
    ],
)  # fmt: skip
def test_each_refusal_is_told_apart_by_who_can_mend_it(
    ses: Stubber, code: str, text: str, kind: type[IntegrationError], told: str
) -> None:
    ses.add_client_error("send_email", code, text, http_status_code=400)
    with pytest.raises(kind) as raised:
        mail.send(_message(), reference="r")
    assert (type(raised.value), raised.value.code) == (kind, told)


def test_an_address_that_is_none_is_refused_before_it_leaves() -> None:
    with pytest.raises(Rejected) as raised:
        mail.send(_message(to="maya@"), reference="r")
    assert raised.value.code == "address_invalid"


def test_a_mail_to_nobody_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody took the mail"):
        mail.send(EmailMessage(subject="Hello", body="Hello", to=[]), reference="r")


def test_mails_share_the_one_client_which_stays_open(ses: Stubber) -> None:
    first, second = get_connection(), get_connection()
    assert (first.open(), second.open(), second.open()) == (False, False, False)
    assert first.client is second.client
    first.close()
    ses.add_response("send_email", {"MessageId": "m1"})
    mail.send(_message(), reference="r")


def _standing(stubber: Stubber, world: World) -> list[Any]:
    outbox.enqueue(
        company=world.company, dedupe_key="k", to="maya@kettle.example",
        template="companies/email/password_reset",
        values={"user": str(world.maya.user.public_id)},
    )  # fmt: skip
    outbox.drain()
    with no_scope("the message under test"):
        row = OutboxMessage.objects.get()
    return [row.state, row.attempts, row.last_error]


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def test_a_throttled_mail_waits_for_its_next_attempt(ses: Stubber, world: World) -> None:
    ses.add_client_error("send_email", "TooManyRequestsException", http_status_code=429)
    assert _standing(ses, world) == [
        OutboxState.QUEUED, 1, "Unavailable: TooManyRequestsException",
    ]  # fmt: skip


def test_an_address_that_ses_refuses_is_given_up_at_once_with_the_reason(
    ses: Stubber, world: World
) -> None:
    ses.add_client_error("send_email", "BadRequestException", "Local address is none", 400)
    state, attempts, error = _standing(ses, world)
    assert (state, attempts) == (OutboxState.FAILED, 1)
    assert error.startswith("mail_rejected (reason=")
    assert "Local address is none" in error
