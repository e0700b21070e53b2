"""The scheduler goes on through failures, outages and hangs, and stops when it is told to."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from companies.models import JobRun
from portal import jobs
from portal.management.commands import scheduler

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
_ran: list[str] = []


def fine() -> int:
    _ran.append("fine")
    return 0


def fails() -> int:
    _ran.append("fails")
    raise OperationalError("the server closed the connection")


def hangs() -> int:
    _ran.append("hangs")
    signal.raise_signal(signal.SIGALRM)  # as the timer does when its time is over
    raise AssertionError("not interrupted")


def stops() -> int:
    """Do what `kill` does, then see how long this job may still take."""
    _ran.append("stops")
    os.kill(os.getpid(), signal.SIGTERM)
    left, _again = signal.getitimer(signal.ITIMER_REAL)
    assert 0 < left <= scheduler._GRACE_SECONDS
    return 0


def goes_on() -> int:
    """Be told to stop, and not come to an end."""
    stops()
    signal.raise_signal(signal.SIGALRM)
    raise AssertionError("not interrupted")


@pytest.fixture(autouse=True)
def _as_before(tmp_path: Any, settings: Any) -> Iterator[None]:
    settings.VAR_DIR = tmp_path
    _ran.clear()
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _schedule(monkeypatch: pytest.MonkeyPatch, *functions: Callable[[], int]) -> None:
    named = [jobs.Job(f.__name__, 3600, f"{__name__}:{f.__name__}") for f in functions]
    monkeypatch.setattr(jobs, "JOBS", named)
    call_command("scheduler")


def _errors() -> dict[str, str]:
    return dict(JobRun.objects.values_list("name", "last_error"))


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_or_hangs_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    _schedule(monkeypatch, fails, hangs, fine, stops)
    assert _ran == ["fails", "hangs", "fine", "stops"]
    assert _errors() == {
        "fails": "OperationalError; the log says why",
        "hangs": "Interrupted",
        "fine": "",
        "stops": "",
    }


@pytest.mark.django_db(transaction=True)
def test_told_to_stop_it_begins_no_other_job(monkeypatch: pytest.MonkeyPatch) -> None:
    _schedule(monkeypatch, stops, fine)
    assert _ran == ["stops"]
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_told_to_stop_it_waits_for_no_job_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _schedule(monkeypatch, goes_on, fine)
    assert _ran == ["stops"]
    assert _errors() == {"goes_on": "Interrupted"}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_fields: Any) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(JobRun.objects, "update_or_create", away)
    _schedule(monkeypatch, fails, fine, stops)
    assert _ran == ["fails", "fine", "stops"]


def test_after_a_failure_it_waits_a_while() -> None:
    assert [scheduler._pause(job) for job in jobs.JOBS] == [
        15,
        15,
        3600,
        15,
        60,
        900,
        60,
        3600,
        3600,
        21600,
        21600,
        3600,
        86400,
        300,
        86400,
        3600,
        3600,
        300,
        21600,
        60,
        300,
        86400,
        86400,
    ]


def test_a_mail_server_that_says_nothing_is_given_up(settings: Any) -> None:
    assert settings.EMAIL_TIMEOUT == 30
