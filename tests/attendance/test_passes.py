"""The punch pass: it says who and where, lasts twelve hours, and is only ours to write."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

import pytest
import time_machine
from django.core import signing

from attendance import passes
from attendance.enums import Direction
from attendance.errors import PassExpired, PassInvalid
from attendance.passes import LIFETIME, PunchPass

NOW = dt.datetime(2026, 3, 2, 3, 15, tzinfo=dt.UTC)
CLAIM = PunchPass(
    company="0195f0a0-0000-7000-8000-000000000001",
    employee="0195f0a0-0000-7000-8000-000000000002",
    zone="Asia/Kathmandu",
    direction=Direction.OUT,
    action_key="0195f0a0-0000-7000-8000-000000000003:out",
)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_a_pass_says_what_was_put_into_it() -> None:
    claim = passes.read(passes.issue(CLAIM))
    assert claim == CLAIM
    assert isinstance(claim.direction, Direction)


@pytest.mark.parametrize(("seconds", "is_alive"), [(-1, True), (0, True), (1, False)])
def test_a_pass_lasts_twelve_hours(clock: Any, seconds: int, is_alive: bool) -> None:
    text = passes.issue(CLAIM)
    clock.shift(LIFETIME + dt.timedelta(seconds=seconds))
    if is_alive:
        assert passes.read(text) == CLAIM
        return
    with pytest.raises(PassExpired):
        passes.read(text)


def test_a_pass_made_of_a_pass_lasts_no_longer(clock: Any) -> None:
    """Who left, or signed out, cannot go on for ever by asking with each pass for the next."""
    claim = passes.read(passes.issue(CLAIM))
    clock.shift(LIFETIME)
    following = passes.issue(passes.read(passes.issue(claim)))
    assert passes.read(following) == CLAIM
    clock.shift(dt.timedelta(seconds=1))
    with pytest.raises(PassExpired):
        passes.read(following)


def _of(data: object, salt: str = "muster.punch-pass") -> str:
    return signing.dumps(data, salt=salt, compress=True)


NOT_OURS = {
    "nothing": "",
    "a word": "made-up",
    "two colons": "::",
    "a line": "a\nb:c:d",
    "another alphabet": "é:ü:ß",
    "zero bytes": "\0:\0:\0",
    "very long": "x" * 100_000,
    "another purpose": _of(asdict(CLAIM), salt="muster.invitation"),
    "a field missing": _of({"company": "1", "employee": "2"}),
    "a field too many": _of({**asdict(CLAIM), "role": "hr"}),
    "a list": _of([1, 2, 3]),
    "another direction": _of({**asdict(CLAIM), "direction": "sideways"}),
}


@pytest.mark.parametrize("which", sorted(NOT_OURS))
def test_what_we_did_not_write_is_no_pass(which: str) -> None:
    with pytest.raises(PassInvalid):
        passes.read(NOT_OURS[which])


def test_a_pass_of_another_key_is_none(settings: Any) -> None:
    text = passes.issue(CLAIM)
    settings.SECRET_KEY = "another-secret-key-of-the-tests-0123456789-0123456789"
    with pytest.raises(PassInvalid):
        passes.read(text)


def test_a_pass_outlives_the_change_of_the_key(settings: Any) -> None:
    text, before = passes.issue(CLAIM), settings.SECRET_KEY
    settings.SECRET_KEY = "another-secret-key-of-the-tests-0123456789-0123456789"
    settings.SECRET_KEY_FALLBACKS = [before]
    assert passes.read(text) == CLAIM


def test_a_pass_names_nobody_in_clear() -> None:
    opened = signing.loads(passes.issue(CLAIM), salt="muster.punch-pass")
    assert set(opened) == {
        "company", "employee", "zone", "direction", "action_key", "issued_at", "has_consent",
    }  # fmt: skip
