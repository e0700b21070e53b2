"""The journal's stream: any order, any number of times, one bad record among good ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from attendance.models import ParkedTap, PunchState
from companies.scoping import company_scope
from integrations import journal
from integrations.journal.protocol import Journal, PunchItem
from portal import events
from portal.events.journal import on_records
from tests.attendance.world import World, at, make_world
from tests.journal import (
    TABLE,
    frame_item,
    journal_away,
    journal_in_process,
    punch_item,
    records_away,
)

ALL_TAKEN = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-02 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture(autouse=True)
def book(noon: Any) -> Iterator[Journal]:
    with journal_in_process():
        found = journal.journal()
        assert found is not None
        yield found


def _punches(world: World, book: Journal, count: int) -> list[PunchItem]:
    items = [
        punch_item(
            company=str(world.company.public_id), employee=str(world.maya.public_id),
            tap_id=str(uuid.UUID(int=number, version=4)), public_id=str(uuid.uuid4()),
            occurred_at=at(f"2026-03-02 09:{number:02}"), has_frame=False, no_frame="no_camera",
        )
        for number in range(count)
    ]  # fmt: skip
    for item in items:
        book.put(item)
    return items


def _record(who: str, what: str, number: int = 1, name: str = "INSERT") -> dict[str, Any]:
    return {
        "eventSource": "aws:dynamodb",
        "eventName": name,
        "eventSourceARN": f"arn:aws:dynamodb:eu-central-1:1:table/{TABLE}/stream/2026",
        "dynamodb": {
            "Keys": {"who": {"S": who}, "what": {"S": what}},
            "SequenceNumber": str(number),
        },
    }


def _records(items: list[PunchItem]) -> list[dict[str, Any]]:
    return [
        _record(f"{item.company}#{item.employee}", f"{item.tap_id}#punch", 100 + number)
        for number, item in enumerate(items)
    ]


def _taps(world: World) -> list[str]:
    with company_scope(world.company):
        states = PunchState.objects.order_by("occurred_at")
        return [str(tap) for tap in states.values_list("punch__tap_id", flat=True)]


def test_records_of_the_table_are_routed_here(world: World, book: Journal) -> None:
    items = _punches(world, book, 1)
    event = {"Records": _records(items)}
    assert events.handler_of(event) is on_records
    assert events.handler_of(event)(event, None) == ALL_TAKEN
    assert _taps(world) == [items[0].tap_id]


def test_the_same_batch_three_times_and_out_of_order_is_the_same_rows(
    world: World, book: Journal
) -> None:
    items = _punches(world, book, 3)
    records = _records(items)
    for batch in (records[::-1], records, records[1:] + records[:1]):
        assert on_records({"Records": batch}, None) == ALL_TAKEN
    assert _taps(world) == [item.tap_id for item in items]
    with company_scope(world.company):
        ids = PunchState.objects.order_by("occurred_at").values_list("punch__public_id", flat=True)
        assert [str(public_id) for public_id in ids] == [item.public_id for item in items]


def test_several_records_of_a_tap_are_looked_at_once(world: World, book: Journal) -> None:
    (item,) = _punches(world, book, 1)
    book.put_frame(frame_item(company=item.company, employee=item.employee, tap_id=item.tap_id))
    who = f"{item.company}#{item.employee}"
    records = [_record(who, f"{item.tap_id}#{what}") for what in ("frame", "punch")]
    assert on_records({"Records": records}, None) == ALL_TAKEN
    assert _taps(world) == [item.tap_id]


def test_what_is_removed_and_what_only_counts_is_passed_over(world: World, book: Journal) -> None:
    (item,) = _punches(world, book, 1)
    who = f"{item.company}#{item.employee}"
    records = [
        _record(who, f"{item.tap_id}#punch", name="REMOVE"),
        _record(who, "throttle#2026-03-02T03:19", name="MODIFY"),
    ]
    with records_away():
        assert on_records({"Records": records}, None) == ALL_TAKEN
    assert _taps(world) == []


def test_a_record_whose_tap_is_gone_brings_nothing(world: World, book: Journal) -> None:
    item = punch_item(
        company=str(world.company.public_id), employee=str(world.maya.public_id)
    )  # fmt: skip
    assert on_records({"Records": _records([item])}, None) == ALL_TAKEN
    assert (_taps(world), ParkedTap.objects.count()) == ([], 0)


@pytest.mark.parametrize("away", [records_away, journal_away])
def test_a_batch_is_sent_again_from_where_it_stopped(
    world: World, book: Journal, away: Any
) -> None:
    items = _punches(world, book, 3)
    records = _records(items)
    assert on_records({"Records": records[:1]}, None) == ALL_TAKEN
    with away():
        assert on_records({"Records": records[1:]}, None) == {
            "batchItemFailures": [{"itemIdentifier": "101"}]
        }
    assert _taps(world) == [items[0].tap_id]
    assert on_records({"Records": records[1:]}, None) == ALL_TAKEN
    assert _taps(world) == [item.tap_id for item in items]


def test_poison_is_parked_and_holds_up_nobody(world: World, book: Journal) -> None:
    items = _punches(world, book, 2)
    good = _records(items)
    book.put(punch_item())
    nobody = _records([punch_item()])
    bad = [_record("no ids", "at all"), {"eventName": "INSERT", "dynamodb": {"Keys": {}}}]
    assert on_records({"Records": [good[0], *nobody, *bad, good[1]]}, None) == ALL_TAKEN
    assert _taps(world) == [item.tap_id for item in items]
    parked = ParkedTap.objects.order_by("id").values_list("who", "tap", "error")
    assert list(parked) == [
        (f"{punch_item().company}#{punch_item().employee}", punch_item().tap_id, "nobody_there"),
        ("no ids", "at all", "journal_malformed"),
        ("", "", "journal_malformed"),
    ]
