"""Messages: written with what they tell, sent once, tried again, never lost."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.test import Client
from django.utils import translation

from companies import outbox
from companies.enums import Channel, OutboxState
from companies.models import OutboxMessage, User
from companies.scoping import no_scope
from integrations.journal.protocol import to_json
from tests.attendance.world import World
from tests.companies.conftest import Together
from tests.journal import journal_away, journal_in_process, punch_item, rows

NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)


class Killed(BaseException):
    """The process that sends dies: nothing in it catches this."""


def _enqueue(world: World, **changes: Any) -> None:
    asked: dict[str, Any] = {
        "company": world.company,
        "dedupe_key": "link:1",
        "to": "maya@kettle.example",
        "template": "companies/email/sign_in_link",
        "values": {"user": str(world.maya.user.public_id), "company": "Kettle", "by": "Hari"},
        "not_before": NOW,
    }
    outbox.enqueue(**(asked | changes))


def _rows() -> list[OutboxMessage]:
    with no_scope("messages under test"):
        return list(OutboxMessage.objects.order_by("id"))


def _after(**time: float) -> dt.datetime:
    return NOW + dt.timedelta(**time)


# --- writing ----------------------------------------------------------------------------------
def test_a_message_is_written_with_all_that_it_needs(world: World) -> None:
    _enqueue(world, locale="de")
    (row,) = _rows()
    assert (row.company, row.channel, row.locale) == (world.company, Channel.MAIL, "de")
    assert (row.state, row.attempts, row.sent_at) == (OutboxState.QUEUED, 0, None)
    assert (row.not_before, row.next_at) == (NOW, NOW)


def test_a_message_without_a_time_is_due_at_once(world: World) -> None:
    with time_machine.travel(NOW, tick=False):
        _enqueue(world, not_before=None)
    assert [row.next_at for row in _rows()] == [NOW]


def test_the_same_key_is_one_message(world: World) -> None:
    _enqueue(world)
    _enqueue(world, to="somebody@kettle.example")
    assert [row.to for row in _rows()] == ["maya@kettle.example"]


def test_the_same_key_says_nothing_after_it_was_sent(world: World) -> None:
    _enqueue(world)
    outbox.drain(now=NOW)
    _enqueue(world)
    assert outbox.drain(now=_after(days=1)) == 0


def test_a_message_of_a_failed_transaction_is_never_sent(world: World) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        _enqueue(world)
        raise Stop
    assert outbox.drain(now=NOW) == 0
    assert _rows() == []


def test_no_secret_lies_in_the_table(world: World) -> None:
    _enqueue(world)
    outbox.drain(now=NOW)
    (row,) = _rows()
    assert "/set-password/" in mail.outbox[0].body
    assert "/set-password/" not in str(row.values)


# --- sending ----------------------------------------------------------------------------------
def test_a_message_is_sent_once(world: World) -> None:
    _enqueue(world)
    assert outbox.drain(now=NOW) == 1
    assert outbox.drain(now=_after(days=1)) == 0
    (row,) = _rows()
    assert (row.state, row.sent_at, row.attempts) == (OutboxState.SENT, NOW, 1)
    assert [message.to for message in mail.outbox] == [["maya@kettle.example"]]


def test_a_message_waits_for_its_time(world: World) -> None:
    _enqueue(world, not_before=_after(hours=1))
    assert outbox.drain(now=_after(minutes=59)) == 0
    assert outbox.drain(now=_after(hours=1)) == 1


def test_the_oldest_are_sent_first_and_no_more_than_asked_for(world: World) -> None:
    for minute in (3, 1, 2):
        _enqueue(world, dedupe_key=str(minute), to=f"{minute}@kettle.example",
                 not_before=_after(minutes=minute))  # fmt: skip
    assert outbox.drain(now=_after(hours=1), limit=2) == 2
    assert [message.to for message in mail.outbox] == [["1@kettle.example"], ["2@kettle.example"]]


def test_names_stand_in_a_mail_as_they_are_written(world: World) -> None:
    values = {"user": str(world.maya.user.public_id), "company": "Tea & <Sons>", "by": "O'Neil"}
    _enqueue(world, values=values)
    outbox.drain(now=NOW)
    (message,) = mail.outbox
    assert message.subject == "Your sign-in to Muster at Tea & <Sons>"
    assert "O'Neil of Tea & <Sons> has opened an account for you" in message.body


def test_a_name_cannot_break_the_head_of_a_mail(world: World) -> None:
    values = {"user": str(world.maya.user.public_id), "company": "Tea\nBcc: all@x.example"}
    _enqueue(world, values=values)
    outbox.drain(now=NOW)
    (message,) = mail.outbox
    assert message.subject == "Your sign-in to Muster at Tea Bcc: all@x.example"
    assert message.recipients() == ["maya@kettle.example"]


def test_a_mail_speaks_its_readers_language(world: World, settings: Any, tmp_path: Path) -> None:
    for part in ("subject", "body"):
        (tmp_path / f"day_{part}.txt").write_text('{% load i18n %}{% translate "Monday" %}')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    for locale in ("de", "", "fr"):
        _enqueue(world, dedupe_key=locale, locale=locale, template="day")
    with translation.override("es"):
        assert outbox.drain(now=NOW) == 3
        assert translation.get_language() == "es"
    assert [(message.subject, message.body) for message in mail.outbox] == [
        ("Montag", "Montag"), ("Monday", "Monday"), ("lundi", "lundi"),
    ]  # fmt: skip


# --- when it fails ----------------------------------------------------------------------------
def _refuse(message: EmailMessage, fail_silently: bool = False) -> int:
    raise ConnectionRefusedError("no mail server")


def test_a_mail_server_that_is_down_is_tried_again_later_and_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enqueue(world)
    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", _refuse)
        assert outbox.drain(now=NOW) == 0
        (row,) = _rows()
        assert (row.state, row.sent_at) == (OutboxState.QUEUED, None)
        assert row.last_error == "ConnectionRefusedError: no mail server"
        assert row.next_at == _after(seconds=30)
        assert outbox.drain(now=_after(seconds=29)) == 0
        assert outbox.drain(now=_after(seconds=30)) == 0
        (row,) = _rows()
        assert row.next_at == _after(seconds=90)
    assert outbox.drain(now=_after(seconds=90)) == 1
    (row,) = _rows()
    assert (row.state, row.last_error, row.attempts) == (OutboxState.SENT, "", 3)


def test_after_eight_attempts_hr_sees_it_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmailMessage, "send", _refuse)
    _enqueue(world)
    moment, waits = NOW, []
    for _attempt in range(outbox.MOST_ATTEMPTS):
        (row,) = _rows()
        assert row.state == OutboxState.QUEUED
        outbox.drain(now=moment)
        (row,) = _rows()
        waits.append(int((row.next_at - moment).total_seconds()))
        moment = row.next_at
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert (row.state, row.attempts) == (OutboxState.FAILED, 8)
    assert row.last_error == "ConnectionRefusedError: no mail server"
    assert outbox.drain(now=_after(days=9)) == 0


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"template": "companies/email/none_such"}, "TemplateDoesNotExist"),
        ({"values": {"user": "01900000-0000-7000-8000-000000000000"}}, "DoesNotExist"),
        ({"to": ""}, "ValueError: nobody took the mail"),
        ({"channel": "pigeon"}, "KeyError: 'pigeon'"),
    ],
)
def test_one_bad_message_does_not_hold_up_the_others(
    world: World, bad: dict[str, Any], error: str
) -> None:
    _enqueue(world, dedupe_key="bad", **bad)
    _enqueue(world, dedupe_key="good")
    assert outbox.drain(now=NOW) == 1
    first, second = _rows()
    assert (first.state, second.state) == (OutboxState.QUEUED, OutboxState.SENT)
    assert first.last_error.startswith(error)
    assert len(mail.outbox) == 1


def test_a_sender_that_died_leaves_the_message_for_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dead between sending and writing it down: the mail goes out again, rather than never."""
    real = EmailMessage.send

    def die(message: EmailMessage, fail_silently: bool = False) -> int:
        real(message)
        raise Killed

    _enqueue(world)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(EmailMessage, "send", die)
        outbox.drain(now=NOW)
    assert outbox.drain(now=_after(minutes=4, seconds=59)) == 0
    assert outbox.drain(now=_after(minutes=5)) == 1
    (row,) = _rows()
    assert (row.state, row.attempts, len(mail.outbox)) == (OutboxState.SENT, 2, 2)


def test_a_message_that_kills_every_sender_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(message: EmailMessage, fail_silently: bool = False) -> int:
        raise Killed

    monkeypatch.setattr(EmailMessage, "send", die)
    _enqueue(world)
    for attempt in range(outbox.MOST_ATTEMPTS):
        with pytest.raises(Killed):
            outbox.drain(now=_after(minutes=5 * attempt))
    assert outbox.drain(now=_after(hours=1)) == 0
    (row,) = _rows()
    assert (row.state, row.last_error) == (OutboxState.FAILED, "no attempt came to an end")
    assert outbox.drain(now=_after(days=1)) == 0


def test_a_slow_mail_server_makes_nobody_send_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second sender starts while the first one, minutes later, is still at its batch."""
    real = EmailMessage.send
    for number in range(3):
        _enqueue(world, dedupe_key=str(number), to=f"{number}@kettle.example")
    with time_machine.travel(NOW, tick=False) as clock:

        def slow(message: EmailMessage, fail_silently: bool = False) -> int:
            clock.shift(dt.timedelta(minutes=4))
            if message.to == ["1@kettle.example"]:
                outbox.drain(limit=1)
            return real(message)

        monkeypatch.setattr(EmailMessage, "send", slow)
        outbox.drain()
    assert sorted(message.to[0] for message in mail.outbox) == [
        "0@kettle.example", "1@kettle.example", "2@kettle.example",
    ]  # fmt: skip


def test_two_senders_share_the_messages(together: Together) -> None:
    user = User.objects.create_user(email="maya@kettle.example", name="Maya")
    for number in range(20):
        outbox.enqueue(
            company=None, dedupe_key=f"k{number}", to=f"{number}@kettle.example",
            template="companies/email/password_reset", values={"user": str(user.public_id)},
            not_before=NOW,
        )  # fmt: skip
    assert sum(together(*[lambda: outbox.drain(now=NOW)] * 3)) == 20
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == 20
    assert {row.attempts for row in _rows()} == {1}


# --- to the journal -------------------------------------------------------------------------------
def _to_journal(world: World, number: int = 1) -> None:
    item = punch_item(tap_id=str(uuid.UUID(int=number, version=4)))
    outbox.enqueue(
        company=world.company, dedupe_key=f"journal:{number}", to="", template="",
        values=to_json(item), channel=Channel.JOURNAL, not_before=NOW,
    )  # fmt: skip


def test_what_goes_to_the_journal_and_what_goes_to_people_hold_up_neither(world: World) -> None:
    _to_journal(world)
    _enqueue(world)
    with journal_in_process() as client:
        assert outbox.drain(now=NOW) == 1
        assert [row.channel for row in _rows() if not row.sent_at] == [Channel.JOURNAL]
        assert outbox.drain_journal(now=NOW) == 1
        assert len(rows(client)) == 1
    assert [row.channel for row in _rows()] == [Channel.MAIL]


def test_what_goes_to_the_journal_waits_for_as_long_as_that_is_away(world: World) -> None:
    _to_journal(world)
    with journal_in_process() as client:
        for hours in range(2 * outbox.MOST_ATTEMPTS):
            with journal_away():
                assert outbox.drain_journal(now=_after(hours=2 * hours)) == 0
        (row,) = _rows()
        assert (row.state, row.attempts) == (OutboxState.QUEUED, outbox.MOST_ATTEMPTS - 1)
        assert outbox.drain_journal(now=_after(days=3)) == 1
        assert len(rows(client)) == 1
    assert _rows() == []


def test_what_goes_to_the_journal_waits_while_there_is_none(world: World) -> None:
    _to_journal(world)
    assert outbox.drain_journal(now=NOW) == 0
    (row,) = _rows()
    assert (row.state, row.last_error) == (OutboxState.QUEUED, "Misconfigured: journal_off")


def test_hr_sees_mails_alone_among_what_goes_out(client: Client, world: World) -> None:
    _to_journal(world)
    _enqueue(world)
    client.force_login(world.hari.user)
    page: Any = client.get("/admin/companies/outboxmessage/")
    assert [row.channel for row in page.context["cl"].result_list] == [Channel.MAIL]


def test_a_run_ends_by_itself_and_leaves_the_rest_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enqueue(world)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_A_RUN_SECONDS", -1)
        assert outbox.drain(now=NOW) == 0
    assert outbox.drain(now=NOW) == 1
