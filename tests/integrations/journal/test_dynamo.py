"""The journal on DynamoDB, against moto's: the first arrival stands, whatever comes after it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from integrations import journal
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.journal import dynamo
from integrations.journal.protocol import Journal, Listed, TapItems
from tests.journal import (
    COMPANY,
    EMPLOYEE,
    TABLE,
    TAP,
    WHEN,
    entry_item,
    frame_item,
    journal_away,
    journal_in_process,
    punch_item,
    rows,
)

KEY = punch_item().key
DAY = dt.timedelta(days=1)


@pytest.fixture
def client() -> Iterator[Any]:
    with journal_in_process() as found:
        yield found


@pytest.fixture
def book(client: Any) -> Journal:
    found = journal.journal()
    assert found is not None
    return found


def test_without_a_table_there_is_no_journal(settings: Any) -> None:
    assert (settings.MUSTER_JOURNAL_TABLE, journal.is_on(), journal.journal()) == ("", False, None)


def test_the_first_punch_of_a_tap_stands(book: Journal) -> None:
    later = punch_item(public_id=str(uuid.uuid4()), occurred_at=WHEN + DAY, has_frame=False)
    assert book.put_punch(punch_item()) is None
    assert book.put_punch(later) == punch_item()
    # The retry of one whose answer was lost.
    assert book.put_punch(punch_item()) is None
    assert book.tap(KEY) == TapItems(KEY, punch_item())


def test_the_first_picture_of_a_tap_stands_and_can_be_deleted(book: Journal) -> None:
    assert book.put_frame(frame_item()) is None
    assert book.put_frame(frame_item(storage_key="raw/another")) == frame_item()
    assert book.tap(KEY) == TapItems(KEY, None, frame_item())
    book.delete_frame(KEY)
    book.delete_frame(KEY)
    assert book.tap(KEY) == TapItems(KEY)


def test_a_tap_is_all_that_was_said_of_it_and_of_no_other(book: Journal) -> None:
    for item in (entry_item(), punch_item(), frame_item(), entry_item(key_of_entry="decided:2")):
        book.put(item)
    book.put(punch_item(tap_id=str(uuid.uuid4())))
    book.put(punch_item(employee=str(uuid.uuid4())))
    assert book.tap(KEY) == TapItems(
        KEY, punch_item(), frame_item(), (entry_item(key_of_entry="decided:2"), entry_item())
    )


def test_what_was_decided_is_put_any_number_of_times(book: Journal) -> None:
    for _n in range(3):
        book.put(entry_item())
    assert book.tap(KEY) == TapItems(KEY, entries=(entry_item(),))


@pytest.mark.parametrize("first_is_put_last", [True, False])
def test_of_two_punches_of_a_tap_the_earlier_stands_whichever_comes_first(
    book: Journal, first_is_put_last: bool
) -> None:
    both = [punch_item(), punch_item(public_id=str(uuid.uuid4()), occurred_at=WHEN + DAY)]
    for item in reversed(both) if first_is_put_last else both:
        book.put(item)
    assert book.tap(KEY).punch == punch_item()


def test_of_arrivals_at_once_exactly_one_is_the_first(book: Journal) -> None:
    items = [punch_item(public_id=str(uuid.uuid4())) for _n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(book.put_punch, items))
    assert answers.count(None) == 1
    assert {found for found in answers if found} == {book.tap(KEY).punch}


def test_so_many_a_minute_are_let_in(book: Journal) -> None:
    def hit(now: dt.datetime, employee: str = EMPLOYEE) -> bool:
        return book.hit(COMPANY, employee, limit=2, now=now)

    assert [hit(WHEN), hit(WHEN), hit(WHEN)] == [True, True, False]
    assert hit(WHEN, str(uuid.uuid4())) is True
    assert hit(WHEN + dt.timedelta(minutes=1)) is True


def test_what_ends_by_itself_says_when(book: Journal, client: Any) -> None:
    book.hit(COMPANY, EMPLOYEE, limit=2, now=WHEN)
    book.put_frame(frame_item())
    minute = WHEN.replace(second=0, microsecond=0)
    assert {row["what"]["S"]: int(row["expires_at"]["N"]) for row in rows(client)} == {
        "throttle#2026-03-02T03:19": int(minute.timestamp()) + 3600,
        f"{TAP}#frame": int(frame_item().expires_at.timestamp()),
    }


def test_the_list_by_day_has_what_was_said_since_and_no_pictures(book: Journal) -> None:
    taps = [str(uuid.UUID(int=number, version=4)) for number in range(3)]
    for number, tap in enumerate(taps):
        book.put_punch(punch_item(tap_id=tap, occurred_at=WHEN + number * DAY))
        book.put_frame(frame_item(tap_id=tap))
    book.put(entry_item(tap_id=taps[0], occurred_at=WHEN + DAY + dt.timedelta(hours=1)))
    book.hit(COMPANY, EMPLOYEE, limit=2, now=WHEN + DAY)
    first, second, third = (punch_item(tap_id=tap).key for tap in taps)
    since = WHEN + dt.timedelta(microseconds=1)
    assert list(book.since(since, WHEN + 3 * DAY)) == [
        [Listed(second, "punch"), Listed(first, "voided:1"), Listed(third, "punch")]
    ]
    assert list(book.since(WHEN, WHEN))[0] == [Listed(first, "punch")]


def test_the_list_comes_a_hundred_at_a_time(book: Journal) -> None:
    for number in range(203):
        tap = str(uuid.UUID(int=number, version=4))
        book.put_punch(punch_item(tap_id=tap, occurred_at=WHEN + dt.timedelta(seconds=number)))
    assert [len(page) for page in book.since(WHEN, WHEN)] == [100, 100, 3]


def test_every_attribute_of_every_item_is_known(book: Journal, client: Any) -> None:
    for item in (punch_item(), frame_item(), entry_item()):
        book.put(item)
    book.hit(COMPANY, EMPLOYEE, limit=2, now=WHEN)
    assert {row["what"]["S"].partition("#")[2]: sorted(row) for row in rows(client)} == {
        "punch": ["day", "occurred_at", "says", "what", "who"],
        "frame": ["expires_at", "says", "what", "who"],
        "voided:1": ["day", "occurred_at", "says", "what", "who"],
        "2026-03-02T03:19": ["expires_at", "used", "what", "who"],
    }


@pytest.mark.parametrize(
    "says", ['{"is": "nothing"}', "[]", '{"is": "punch", "company": "another"}']
)
def test_what_cannot_be_read_is_malformed(book: Journal, client: Any, says: str) -> None:
    row = {"who": {"S": f"{COMPANY}#{EMPLOYEE}"}, "what": {"S": f"{TAP}#punch"}}
    client.put_item(TableName=TABLE, Item=row | {"says": {"S": says}})
    with pytest.raises(Rejected, match="^journal_malformed$"):
        book.tap(KEY)
    with pytest.raises(Rejected, match="^journal_malformed$"):
        book.put_punch(punch_item())


def test_an_item_under_the_key_of_another_is_malformed(book: Journal, client: Any) -> None:
    book.put(punch_item())
    row = rows(client)[0]
    client.put_item(TableName=TABLE, Item=row | {"what": {"S": f"{TAP}#voided:1"}})
    book.put(entry_item(tap_id=str(uuid.uuid4())))
    stray = rows(client)[-1] | {"what": {"S": f"{TAP}#decided:1"}}
    client.put_item(TableName=TABLE, Item=stray)
    with pytest.raises(Rejected, match="^journal_malformed$"):
        book.tap(KEY)


def test_keys_are_told_apart() -> None:
    whose, tap = f"{COMPANY}#{EMPLOYEE}", f"{TAP}#punch"
    assert dynamo.read_key(whose, tap) == Listed(KEY, "punch")
    assert dynamo.read_key(whose, f"{TAP}#voided:1:2.5") == Listed(KEY, "voided:1:2.5")
    assert dynamo.read_key(whose, "throttle#2026-03-02T03:19") is None
    for who, what in (
        (COMPANY, tap), (f"{COMPANY}#", tap), ("c#e", tap), (whose, TAP),
        (whose, "#punch"), (whose, ""),
    ):  # fmt: skip
        with pytest.raises(Rejected, match="^journal_malformed$"):
            dynamo.read_key(who, what)


def test_a_table_that_is_not_there_is_the_operators_to_mend(book: Journal, client: Any) -> None:
    client.delete_table(TableName=TABLE)
    with pytest.raises(Misconfigured, match="^ResourceNotFoundException$"):
        book.put_punch(punch_item())
    with pytest.raises(Misconfigured, match="^ResourceNotFoundException$"):
        book.hit(COMPANY, EMPLOYEE, limit=1, now=WHEN)


def test_a_journal_that_does_not_answer_is_unavailable(book: Journal) -> None:
    asks: list[Callable[[], object]] = [
        lambda: book.put_punch(punch_item()),
        lambda: book.put(entry_item()),
        lambda: book.hit(COMPANY, EMPLOYEE, limit=1, now=WHEN),
        lambda: book.tap(KEY),
        lambda: list(book.since(WHEN, WHEN)),
        lambda: book.delete_frame(KEY),
    ]
    for ask in asks:
        with journal_away(), pytest.raises(Unavailable, match="^EndpointConnectionError$"):
            ask()


def test_these_calls_of_dynamodb_are_all_that_a_role_must_allow(
    book: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.core.botocore_stubber import BotocoreStubber

    called: set[str] = set()
    answer = BotocoreStubber.__call__

    def note(self: Any, event_name: str, request: Any, **more: Any) -> Any:
        target = request.headers["X-Amz-Target"]
        called.add(target.decode() if isinstance(target, bytes) else target)
        return answer(self, event_name, request, **more)

    monkeypatch.setattr(BotocoreStubber, "__call__", note)
    for _n in range(2):
        book.hit(COMPANY, EMPLOYEE, limit=2, now=WHEN)
        book.put_frame(frame_item())
        book.put_punch(punch_item())
        book.put(entry_item())
    book.tap(KEY)
    list(book.since(WHEN, WHEN))
    book.delete_frame(KEY)
    assert called == {
        f"DynamoDB_20120810.{action}"
        for action in ("PutItem", "GetItem", "UpdateItem", "Query", "DeleteItem")
    }
