"""The mail server refuses, hangs up, says nothing: no message is lost, no check-in waits for it."""

from __future__ import annotations

import datetime as dt
import socketserver
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from companies import outbox
from companies.enums import OutboxState
from companies.models import OutboxMessage
from companies.scoping import no_scope
from tests.attendance.doorway import knock
from tests.attendance.world import World
from tests.faults.conftest import check_in

# What the server says to a command, by how it is; everything else is fine.
MOODS: dict[str, dict[bytes, bytes]] = {
    "well": {},
    "greylisting": {b"RCPT": b"450 4.2.0 try again later"},
    "full": {b"MAIL": b"452 4.3.1 insufficient system storage"},
    "closing": {b"DATA": b"421 4.3.2 shutting down"},
    "refusing": {b"RCPT": b"550 5.1.1 no such user"},
    "gone": {b"MAIL": b""},
    "silent": {b"EHLO": b"..."},
}


class _Smtp(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self._say(b"220 here")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            answer = MOODS[self.server.mood].get(word, b"250 fine")
            if answer == b"":
                return
            if answer == b"...":
                self.server.asked.set()
                self.server.let_go.wait()
                return
            if word == b"DATA" and answer == b"250 fine":
                self._say(b"354 go on")
                self.server.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self._say(answer)
            if word == b"QUIT" or answer.startswith(b"421"):
                return

    def _say(self, text: bytes) -> None:
        self.wfile.write(text + b"\r\n")


@pytest.fixture
def smtp(settings: Any) -> Iterator[Any]:
    """A mail server on this machine, in a mood."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.daemon_threads = True
        server.mood, server.taken = "well", []  # type: ignore[attr-defined]
        server.asked, server.let_go = threading.Event(), threading.Event()  # type: ignore[attr-defined]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.let_go.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


@pytest.fixture
def message(world: World) -> OutboxMessage:
    with no_scope("a message of the tests"):
        outbox.enqueue(
            company=world.company, dedupe_key="once", to="maya@kettle.example",
            template="attendance/email/correction_decided",
            values={"name": "Maya", "company": "Kettle"},
        )  # fmt: skip
        found: OutboxMessage = OutboxMessage.objects.get()
    return found


def _drain(now: dt.datetime) -> int:
    return outbox.drain(now=now)


@pytest.mark.parametrize("mood", sorted(set(MOODS) - {"well", "silent"}) + ["down"])
def test_what_was_not_taken_is_sent_later_and_once(
    smtp: Any, settings: Any, message: OutboxMessage, mood: str
) -> None:
    address = settings.EMAIL_PORT
    if mood == "down":
        settings.EMAIL_PORT = 1
    else:
        smtp.mood = mood
    now = timezone.now()
    waits = []
    for _attempt in range(3):
        assert _drain(now) == 0
        message.refresh_from_db()
        assert (message.state, message.sent_at) == (OutboxState.QUEUED, None)
        waits.append((message.next_at - now).total_seconds())
        assert _drain(now) == 0  # not before its time
        now = message.next_at
    assert waits == [30, 60, 120]
    assert message.last_error != ""

    settings.EMAIL_PORT, smtp.mood = address, "well"
    assert [_drain(now), _drain(now)] == [1, 0]
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == (OutboxState.SENT, 4, "")
    assert len(smtp.taken) == 1


def test_a_server_that_never_takes_it_is_given_up_and_seen(
    smtp: Any, message: OutboxMessage
) -> None:
    smtp.mood, now = "refusing", timezone.now()
    for _attempt in range(outbox.MOST_ATTEMPTS):
        assert _drain(now) == 0
        message.refresh_from_db()
        now = message.next_at
    assert (message.state, smtp.taken) == (OutboxState.FAILED, [])
    assert "550" in message.last_error


def test_a_check_in_does_not_wait_for_a_server_that_says_nothing(
    client: Client, smtp: Any, settings: Any, world: World, message: OutboxMessage
) -> None:
    smtp.mood = "silent"
    sent: list[int] = []
    sender = threading.Thread(target=lambda: sent.append(_in_a_thread(timezone.now())))
    sender.start()
    smtp.asked.wait()

    answer = knock(client, "/punch", check_in(world, world.maya, uuid.uuid4()))

    assert (answer.status_code, sender.is_alive(), sent) == (201, True, [])
    smtp.let_go.set()
    sender.join()
    message.refresh_from_db()
    assert (sent, message.state) == ([0], OutboxState.QUEUED)


def _in_a_thread(now: dt.datetime) -> int:
    from django.db import connection

    try:
        return _drain(now)
    finally:
        connection.close()


def test_a_server_that_says_nothing_is_given_up_in_time(
    smtp: Any, settings: Any, message: OutboxMessage
) -> None:
    smtp.mood, settings.EMAIL_TIMEOUT = "silent", 0.2
    assert _drain(timezone.now()) == 0
    message.refresh_from_db()
    assert (message.state, message.last_error.partition(":")[0]) == (
        OutboxState.QUEUED, "SMTPServerDisconnected",
    )  # fmt: skip
