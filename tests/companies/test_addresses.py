"""Mail that does not arrive: the address is marked, HR of each company told, once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from companies import outbox
from companies.enums import MailProblem, OutboxState
from companies.errors import NotAllowed
from companies.models import AuditEvent, BlockedAddress, Employee, OutboxMessage, RoleGrant, User
from companies.scoping import company_scope, no_scope
from companies.services import address_clear
from integrations import mail_events
from portal.events import handler_of
from portal.events.mail import handle
from tests.attendance.world import World, make_world

NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
MAYA = "maya@kettle.example"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def other(world: World) -> World:
    """A second company, where Maya works too."""
    other = make_world("other")
    with company_scope(other.company):
        Employee.objects.filter(pk=other.maya.pk).update(user=world.maya.user, name="M. Gurung")
    return other


def _told(kind: str, told: dict[str, Any], *, sent_at: str, reference: str = "") -> dict[str, Any]:
    """Return the event of one report, as SES, SNS and Lambda wrap it."""
    report = {
        "eventType": kind,
        kind.lower(): told,
        "mail": {"timestamp": sent_at, "messageId": "m1", "destination": [MAYA],
                 "tags": {"ses:configuration-set": ["muster"], "outbox": [reference]}},
    }  # fmt: skip
    return {"Records": [{"EventSource": "aws:sns", "Sns": {
        "TopicArn": "arn:aws:sns:eu-central-1:123456789012:muster-test-mail",
        "Message": json.dumps(report)}}]}  # fmt: skip


def _bounce(
    address: str = MAYA, *, event: str = "e1", kind: str = "Permanent",
    sent_at: str = "2026-03-02T05:59:00.000Z", reference: str = "",
) -> dict[str, Any]:  # fmt: skip
    recipient = {"emailAddress": address, "action": "failed", "status": "5.1.1",
                 "diagnosticCode": "smtp; 550 5.1.1 user unknown"}  # fmt: skip
    told = {"bounceType": kind, "bounceSubType": "General", "feedbackId": event,
            "bouncedRecipients": [recipient]}  # fmt: skip
    return _told("Bounce", told, sent_at=sent_at, reference=reference)


def _complaint(address: str = MAYA, *, event: str = "c1", feedback: str = "abuse") -> Any:
    told = {"complainedRecipients": [{"emailAddress": address}], "feedbackId": event,
            "complaintFeedbackType": feedback}  # fmt: skip
    return _told("Complaint", told, sent_at="2026-03-02T05:59:00.000Z")


def _notices() -> list[tuple[str, str]]:
    with no_scope("mails under test"):
        rows = OutboxMessage.objects.filter(template="companies/email/address_blocked")
        return [(row.company.code, row.to) for row in rows.order_by("id")]


def _blocked() -> list[tuple[str, str, str]]:
    open_ones = BlockedAddress.objects.filter(cleared_at=None)
    return list(open_ones.values_list("address", "problem", "detail"))


# --- what is read -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "event",
    [
        _bounce(kind="Transient"),
        _bounce(kind="Undetermined"),
        _complaint(feedback="not-spam"),
        _told("Delivery", {"recipients": [MAYA]}, sent_at="2026-03-02T05:59:00.000Z"),
        _told("DeliveryDelay", {}, sent_at="2026-03-02T05:59:00.000Z"),
        {"Records": [{"Sns": {"Message": "Successfully validated SNS topic for Amazon SES."}}]},
    ],
)
def test_what_says_nothing_for_good_marks_nothing(world: World, event: dict[str, Any]) -> None:
    assert handle(event, None) == 0
    assert (_blocked(), _notices()) == ([], [])


@pytest.mark.parametrize(
    "message", ["no JSON", '{"eventType": "Bounce"}', '{"eventType": "Complaint", "complaint": {}}']
)
def test_a_report_that_nobody_can_read_is_an_error(world: World, message: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting value|report of kind"):
        handle({"Records": [{"Sns": {"Message": message}}]}, None)


def test_an_address_is_read_out_of_its_name_and_in_small_letters() -> None:
    event = json.loads(_bounce('"Maya G." <MAYA@Kettle.example>')["Records"][0]["Sns"]["Message"])
    (returned,) = mail_events.read(event)
    assert (returned.address, returned.problem) == (MAYA, "bounced")
    assert returned.sent_at == dt.datetime(2026, 3, 2, 5, 59, tzinfo=dt.UTC)


def test_events_of_the_topic_lead_here(settings: Any) -> None:
    settings.MUSTER_MAIL_TOPIC = "muster-test-mail"
    assert handler_of(_bounce()) is handle


# --- marking ----------------------------------------------------------------------------------
def test_a_bounce_marks_the_address_and_tells_hr_of_each_company(
    world: World, other: World
) -> None:
    assert handle(_bounce(), None) == 1
    assert _blocked() == [(MAYA, "bounced", "smtp; 550 5.1.1 user unknown")]
    assert _notices() == [("kettle", "hari@kettle.example"), ("other", "hari@other.example")]
    outbox.drain(now=NOW)
    mine, theirs = mail.outbox
    assert mine.subject == "Mail to Maya does not arrive"
    assert "A mail from Muster to Maya of Kettle came back" in mine.body
    assert "The mail server said: smtp; 550 5.1.1 user unknown" in mine.body
    assert theirs.subject == "Mail to M. Gurung does not arrive"
    assert "Kettle" not in theirs.body
    for each in (world, other):
        with company_scope(each.company):
            event = AuditEvent.objects.get(verb="address_blocked")
            assert (event.actor_kind, event.actor_id) == ("job", "mail_events")
            assert event.subject_id == str(each.maya.public_id)
            assert event.changes == {"mail": [None, "bounced"]}


def test_the_same_report_three_times_is_one(world: World) -> None:
    event = _bounce()
    assert [handle(event, None) for _n in range(3)] == [1, 0, 0]
    assert len(_notices()) == 1


def test_another_report_of_a_marked_address_is_no_news(world: World) -> None:
    handle(_bounce(), None)
    assert handle(_bounce(event="e2"), None) == 0
    assert handle(_complaint(), None) == 0
    assert len(_notices()) == 1


def test_an_address_that_complained_and_then_takes_no_mail_is_news(
    world: World, clock: Any
) -> None:
    assert handle(_complaint(), None) == 1
    clock.shift(60)
    assert handle(_bounce(), None) == 1
    assert [problem for _address, problem, _detail in _blocked()] == ["bounced"]
    assert len(_notices()) == 2


def test_the_message_that_came_back_is_shown_as_failed(world: World) -> None:
    outbox.enqueue(
        company=world.company, dedupe_key="k", to=MAYA, values={},
        template="companies/email/password_reset",
    )  # fmt: skip
    with no_scope("the message under test"):
        row = OutboxMessage.objects.get()
        OutboxMessage.objects.update(state=OutboxState.SENT)
        handle(_bounce(reference=str(row.public_id)), None)
        row.refresh_from_db()
    assert (row.state, row.last_error) == (
        OutboxState.FAILED, "bounced: smtp; 550 5.1.1 user unknown",
    )  # fmt: skip


def test_an_address_of_nobody_is_marked_and_told_to_nobody(world: World) -> None:
    assert handle(_bounce("stranger@far.example"), None) == 1
    assert _notices() == []


def test_who_has_left_is_nobodys_matter(world: World) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(is_active=False)
    assert handle(_bounce(), None) == 1
    assert _notices() == []


def test_hr_is_not_told_of_their_own_address_by_that_address(world: World) -> None:
    handle(_bounce("hari@kettle.example"), None)
    assert _notices() == []


# --- what is still sent -----------------------------------------------------------------------
def _states(world: World) -> dict[str, str]:
    """Send Maya a notice and a link, and return what became of them."""
    user = {"user": str(world.maya.user.public_id)}
    words = {**user, "name": "Maya", "company": "Kettle", "link": "https://m.example", "giver": "H",
             "first": "a", "last": "b", "reason": ""}  # fmt: skip
    for template, values in (("delegation_made", words), ("password_reset", user)):
        outbox.enqueue(
            company=world.company, dedupe_key=template, to=MAYA.title(), values=values,
            template=f"companies/email/{template}",
        )  # fmt: skip
    outbox.drain(now=NOW)
    with no_scope("mails under test"):
        rows = OutboxMessage.objects.filter(dedupe_key__in=["delegation_made", "password_reset"])
        return {row.dedupe_key: f"{row.state} {row.last_error}".strip() for row in rows}


def test_to_an_address_that_takes_no_mail_nothing_is_sent(world: World) -> None:
    handle(_bounce(), None)
    failed = f"failed address_blocked (problem={MailProblem.BOUNCED})"
    assert _states(world) == {"delegation_made": failed, "password_reset": failed}


def test_who_complained_gets_what_they_need_to_come_in_and_nothing_else(world: World) -> None:
    handle(_complaint(), None)
    failed = f"failed address_blocked (problem={MailProblem.COMPLAINED})"
    assert _states(world) == {"delegation_made": failed, "password_reset": "sent"}


# --- clearing ---------------------------------------------------------------------------------
def test_hr_says_that_mail_works_again(world: World, clock: Any) -> None:
    handle(_bounce(), None)
    with company_scope(world.company):
        assert address_clear(employee=world.maya, by=world.hr, now=NOW) == 1
        assert address_clear(employee=world.maya, by=world.hr, now=NOW) == 0
        event = AuditEvent.objects.get(verb="address_cleared")
    assert (event.actor_name, event.changes) == ("Hari", {"mail": ["bounced", None]})
    assert _blocked() == []
    assert _states(world)["delegation_made"] == "sent"


def test_a_report_of_a_mail_from_before_does_not_mark_it_anew_a_later_one_does(
    world: World,
) -> None:
    handle(_bounce(), None)
    with company_scope(world.company):
        address_clear(employee=world.maya, by=world.hr, now=NOW)
    assert handle(_bounce(), None) == 0
    assert handle(_bounce(event="e2"), None) == 0
    assert handle(_bounce(event="e3", sent_at="2026-03-02T06:00:01.000Z"), None) == 1
    assert len(_blocked()) == 1


def test_another_address_is_not_marked(world: World) -> None:
    handle(_bounce(), None)
    User.objects.filter(pk=world.maya.user_id).update(email="maya@new.example")
    outbox.enqueue(
        company=None, dedupe_key="k", to="maya@new.example",
        template="companies/email/password_reset",
        values={"user": str(world.maya.user.public_id)},
    )  # fmt: skip
    outbox.drain(now=NOW)
    assert [message.to for message in mail.outbox if "new" in message.to[0]] == [
        ["maya@new.example"]
    ]


def test_only_hr_of_the_company_clears(world: World, other: World) -> None:
    for by in (world.actor(world.maya), world.actor(world.bikram), other.hr):
        with company_scope(world.company), pytest.raises(NotAllowed):
            address_clear(employee=world.maya, by=by, now=NOW)


# --- HR's pages -------------------------------------------------------------------------------
@pytest.fixture
def hr(world: World) -> Client:
    client = Client()
    client.force_login(world.hari.user)
    return client


def test_hr_sees_it_on_the_first_page_in_the_list_and_on_the_persons(
    world: World, hr: Client
) -> None:
    person = f"/admin/companies/employee/{world.maya.public_id}/change/"
    assert "no mail" not in hr.get("/admin/").text
    assert "Mail works again" not in hr.get(person).text
    handle(_bounce(), None)
    assert "person gets no mail" in hr.get("/admin/").text
    listed = hr.get("/admin/companies/employee/?standing=no_mail").text
    assert ("Maya" in listed, "Bikram" in listed) == (True, False)
    page = hr.get(person).text
    assert "maya@kettle.example: It takes no mail (since 2 Mar 2026)." in page
    assert "550 5.1.1 user unknown" in page
    assert "Mail works again" in page


def test_hr_clears_it_on_the_persons_page(world: World, hr: Client) -> None:
    handle(_bounce(), None)
    address = f"/admin/companies/employee/{world.maya.public_id}/mail-works/"
    asked = hr.get(address)
    assert "Muster sends mail to Maya again." in asked.text
    token = asked.text.partition('name="once" value="')[2].partition('"')[0]
    hr.post(address, {"once": token})
    assert _blocked() == []


def test_an_auditor_reads_it_and_clears_nothing(world: World, hr: Client) -> None:
    with company_scope(world.company):
        RoleGrant.objects.filter(user=world.hari.user).update(role="auditor")
    handle(_bounce(), None)
    page = hr.get(f"/admin/companies/employee/{world.maya.public_id}/change/").text
    assert "It takes no mail" in page
    assert "Mail works again" not in page
    assert hr.post(
        f"/admin/companies/employee/{world.maya.public_id}/mail-works/"
    ).status_code == 403  # fmt: skip
    assert len(_blocked()) == 1
