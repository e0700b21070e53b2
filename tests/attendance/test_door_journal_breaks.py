"""The door of punches while the journal breaks off half-way: what was written, nobody was told."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from attendance.enums import FaceState
from attendance.models import PunchFrame, PunchState
from attendance.services.punching import PUNCHES_A_MINUTE
from companies import outbox
from companies.enums import Channel
from companies.models import OutboxMessage
from companies.scoping import company_scope
from tests.attendance.doorway import body, frame, knock, punch_count
from tests.attendance.world import World, at
from tests.journal import (
    journal_away,
    journal_breaks_off,
    journal_in_process,
    records_away,
    rows,
)


@pytest.fixture(autouse=True)
def client_of_journal(world: World) -> Iterator[Any]:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False), journal_in_process() as found:
        world.agree(world.maya)
        yield found


def _form(world: World, **changes: Any) -> dict[str, Any]:
    agreeing: Any = {"pass": world.pass_of(world.maya, has_consent=True)}
    return body(world, **agreeing, frame=frame(), **changes)


def _post(client: Client, world: World) -> HttpResponse:
    return knock(client, "/punch", _form(world))


def _waits_for_its_check(world: World, photos_folder: Path) -> bool:
    """Return whether the only punch waits for its check, with its picture where its row says."""
    with company_scope(world.company):
        state = PunchState.objects.get()
        key = str(PunchFrame.objects.get().storage_key)
    return state.face == FaceState.PENDING and (photos_folder / key).is_file()


@pytest.mark.parametrize("what", ["frame", "punch"])
def test_an_answer_that_is_lost_on_its_way_back_loses_nothing(
    client: Client, world: World, photos_folder: Path, what: str
) -> None:
    with journal_breaks_off(what, is_written=True, times=1):
        assert _post(client, world).status_code == 201
    assert _waits_for_its_check(world, photos_folder)


@pytest.mark.parametrize("what", ["frame", "punch"])
def test_a_journal_that_does_not_answer_in_time_is_away(
    client: Client, world: World, what: str
) -> None:
    with journal_breaks_off(what):
        assert _post(client, world).status_code == 201
    assert punch_count(world) == 1


@pytest.mark.parametrize("is_written", [False, True])
@pytest.mark.parametrize("what", ["frame", "punch"])
def test_a_tap_that_broke_off_with_the_records_away_keeps_its_picture_for_the_next_try(
    client: Client, world: World, photos_folder: Path, what: str, is_written: bool
) -> None:
    form, again = _form(world), _form(world)
    with journal_breaks_off(what, is_written=is_written), records_away():
        assert knock(client, "/punch", form).status_code == 503
    # Where it had been written, the same again is told so.
    expected = 200 if is_written and what == "punch" else 201
    assert knock(client, "/punch", again).status_code == expected
    assert _waits_for_its_check(world, photos_folder)


@pytest.mark.parametrize("is_written", [False, True])
def test_a_second_arrival_that_breaks_off_leaves_the_first_picture(
    client: Client, world: World, photos_folder: Path, is_written: bool
) -> None:
    forms = [_form(world) for _n in range(3)]
    with journal_breaks_off("punch", is_written=is_written):
        with records_away():
            assert knock(client, "/punch", forms[0]).status_code == 503
        assert knock(client, "/punch", forms[1]).status_code == 201
        assert knock(client, "/punch", forms[2]).status_code == 200
    assert _waits_for_its_check(world, photos_folder)


def _files(folder: Path) -> int:
    return len([path for path in folder.rglob("*") if path.is_file()])


def test_who_has_left_leaves_no_picture_wherever_it_breaks_off(
    client: Client, world: World, photos_folder: Path
) -> None:
    world.maya.left_on = dt.date(2026, 2, 20)
    world.maya.save(update_fields=["left_on"])
    with journal_breaks_off("punch"):
        assert _post(client, world).status_code == 401
    assert (punch_count(world), _files(photos_folder)) == (0, 0)


def test_what_is_too_many_while_the_journal_is_away_leaves_no_picture(
    client: Client, world: World, photos_folder: Path
) -> None:
    taps = [str(uuid.UUID(int=number, version=4)) for number in range(PUNCHES_A_MINUTE + 1)]
    forms = [_form(world, tap_id=tap) for tap in taps]
    with journal_away():
        answers = [knock(client, "/punch", form).status_code for form in forms]
    assert answers == [201] * PUNCHES_A_MINUTE + [429]
    assert (punch_count(world), _files(photos_folder)) == (PUNCHES_A_MINUTE, PUNCHES_A_MINUTE)


def _noted(client_of_journal: Any) -> set[tuple[str, str]]:
    """Return which punches and which pictures the journal names."""
    said = [json.loads(row["says"]["S"]) for row in rows(client_of_journal) if "says" in row]
    return {(one["is"], one.get("storage_key") or one["public_id"]) for one in said}


def test_a_tap_that_the_records_took_first_has_one_picture_once_the_journal_is_back(
    client: Client, world: World, photos_folder: Path, client_of_journal: Any
) -> None:
    forms = [_form(world) for _n in range(2)]
    with journal_away():
        first: Any = knock(client, "/punch", forms[0])
    with time_machine.travel(at("2026-03-02 09:05"), tick=False):
        again: Any = knock(client, "/punch", forms[1])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert _waits_for_its_check(world, photos_folder)
    assert _files(photos_folder) == 1
    assert outbox.drain_journal() == 2
    with company_scope(world.company):
        key = PunchFrame.objects.get().storage_key
    assert _noted(client_of_journal) == {("punch", first.json()["id"]), ("frame", key)}


def test_a_picture_that_the_journal_knew_before_the_records_stays(
    client: Client, world: World, photos_folder: Path, client_of_journal: Any
) -> None:
    forms = [_form(world) for _n in range(2)]
    with journal_breaks_off("punch"):
        first: Any = knock(client, "/punch", forms[0])
    again: Any = knock(client, "/punch", forms[1])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert _waits_for_its_check(world, photos_folder)
    assert _files(photos_folder) == 1


def test_a_check_in_of_who_has_left_is_told_to_nobody(
    client: Client, world: World, settings: Any
) -> None:
    settings.MUSTER_ANNOUNCE_TOPIC = "arn:aws:sns:eu-central-1:123456789012:announcements"
    world.maya.left_on = dt.date(2026, 2, 20)
    world.maya.save(update_fields=["left_on"])
    assert _post(client, world).status_code == 401
    with company_scope(world.company):
        assert PunchState.objects.get().face_reason == "left"
        assert not OutboxMessage.objects.filter(channel=Channel.SNS).exists()
