"""The journal on DynamoDB: one table, one item for each thing said.

`who` is `company#employee`, `what` is `tap#punch`, `tap#frame`, `tap#` and an entry's key, or
`throttle#` and a minute. What is listed by day carries `day` and `occurred_at`; what ends by itself
carries `expires_at`. The rest stands in `says`.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from integrations import aws
from integrations.errors import Rejected, Unavailable
from integrations.journal.protocol import (
    MALFORMED,
    PUNCH,
    EntryItem,
    FrameItem,
    Item,
    Listed,
    PunchItem,
    TapItems,
    TapKey,
    from_json,
    to_json,
)

log = logging.getLogger(__name__)

# The answer to a check-in waits for these: short, and one more try.
CONNECT_SECONDS: Final = 0.5
READ_SECONDS: Final = 1.0
ATTEMPTS: Final = 2
_PAGE: Final = 100
_FRAME: Final = "frame"
_THROTTLE: Final = "throttle"
INDEX: Final = "by_day"


@functools.cache
def _table(name: str) -> Any:
    """Return the model of the table; no call is made and no client before it is first used."""
    from pynamodb.attributes import (  # noqa: PLC0415  # lazy: 100 ms with botocore
        JSONAttribute,
        NumberAttribute,
        TTLAttribute,
        UnicodeAttribute,
        UTCDateTimeAttribute,
    )
    from pynamodb.indexes import (  # noqa: PLC0415  # lazy: with pynamodb
        GlobalSecondaryIndex,
        KeysOnlyProjection,
    )
    from pynamodb.models import Model  # noqa: PLC0415  # lazy: with pynamodb

    class ByDay(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # its own base's
        class Meta:
            index_name = INDEX
            projection = KeysOnlyProjection()
            billing_mode = "PAY_PER_REQUEST"

        day = UnicodeAttribute(hash_key=True)
        occurred_at = UTCDateTimeAttribute(range_key=True)

    class Row(Model):
        class Meta:
            table_name = name
            billing_mode = "PAY_PER_REQUEST"
            connect_timeout_seconds = CONNECT_SECONDS
            read_timeout_seconds = READ_SECONDS
            retry_configuration = {"mode": "standard", "total_max_attempts": ATTEMPTS}  # noqa: RUF012  # read as is

        who = UnicodeAttribute(hash_key=True)
        what = UnicodeAttribute(range_key=True)
        day = UnicodeAttribute(null=True)
        occurred_at = UTCDateTimeAttribute(null=True)
        says = JSONAttribute(null=True)
        used = NumberAttribute(null=True)
        expires_at = TTLAttribute(null=True)
        by_day = ByDay()

    return Row


aws.on_forget(_table.cache_clear)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what PynamoDB raises into the house's errors, by the error of AWS behind it."""
    from pynamodb.exceptions import PynamoDBException  # noqa: PLC0415  # lazy: with pynamodb

    try:
        yield
    except PynamoDBException as error:
        with aws.translated():
            raise error.cause or Unavailable("journal_failed") from error


def _who(key: TapKey) -> str:
    return f"{key.company}#{key.employee}"


def _what(item: Item) -> str:
    last = {PunchItem: PUNCH, FrameItem: _FRAME}.get(type(item))
    return f"{item.tap_id}#{last or getattr(item, 'key_of_entry', '')}"


def read_key(who: str, what: str) -> Listed | None:
    """Return which item a key of the table names; None for one that is no tap's.

    Raises:
        Rejected: `journal_malformed`, it is no key of a journal.
    """
    company, _hash, employee = who.partition("#")
    tap_id, _hash, item = what.partition("#")
    if tap_id == _THROTTLE:
        return None
    try:
        key = TapKey(*(str(uuid.UUID(one)) for one in (company, employee, tap_id)))
    except ValueError as error:
        raise Rejected(MALFORMED) from error
    if not item:
        raise Rejected(MALFORMED)
    return Listed(key, item)


class Dynamo:
    """The journal in one table of DynamoDB."""

    def __init__(self, table: str) -> None:
        self.rows = _table(table)

    def hit(self, company: str, employee: str, *, limit: int, now: dt.datetime) -> bool:
        """Count by one atomic update; whole minutes, so that no window need be looked up."""
        minute = now.replace(second=0, microsecond=0)
        row = self.rows(f"{company}#{employee}", f"{_THROTTLE}#{minute:%Y-%m-%dT%H:%M}")
        gone = self.rows.expires_at.set(minute + dt.timedelta(hours=1))
        with _translated():
            row.update(actions=[self.rows.used.add(1), gone])
        return bool(row.used <= limit)

    def put_punch(self, item: PunchItem) -> PunchItem | None:
        return cast(PunchItem | None, self._put_first(item))

    def put_frame(self, item: FrameItem) -> FrameItem | None:
        return cast(FrameItem | None, self._put_first(item))

    def _put_first(self, item: Any) -> Any:
        """Write an item unless its key is taken; return what stands there, if it is another.

        Where an answer was lost, a retry finds the very item that it brings.
        """
        row = self._row(item)
        if self._save(row, self.rows.what.does_not_exist()):
            return None
        with _translated():
            first = self.rows.get(row.who, row.what, consistent_read=True)
        found = _read(first)
        return None if found == item else found

    def put(self, item: Item) -> None:
        row, rows = self._row(item), self.rows
        free = rows.what.does_not_exist()
        if isinstance(item, PunchItem):
            # Written to the database while the journal was away, and to the journal by a second
            # arrival: the first one stands, whichever comes here first.
            self._save(row, free | (rows.occurred_at > item.occurred_at))
        else:
            self._save(row, free)

    def _save(self, row: Any, condition: Any) -> bool:
        """Write the row if the condition holds; return whether it did."""
        from pynamodb.exceptions import PutError  # noqa: PLC0415  # lazy: with pynamodb

        with _translated():
            try:
                row.save(condition=condition)
            except PutError as error:
                # Without an answer there is no code in it, and PynamoDB's own way to it stumbles.
                answer = getattr(error.cause, "response", None) or {}
                if answer.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def _row(self, item: Item) -> Any:
        row = self.rows(_who(item.key), _what(item), says=to_json(item))
        if isinstance(item, FrameItem):
            row.expires_at = item.expires_at
        else:
            row.day, row.occurred_at = f"{item.occurred_at:%Y-%m-%d}", item.occurred_at
        return row

    def delete_frame(self, key: TapKey) -> None:
        with _translated():
            self.rows(_who(key), f"{key.tap_id}#{_FRAME}").delete()

    def tap(self, key: TapKey) -> TapItems:
        of_tap = self.rows.what.startswith(f"{key.tap_id}#")
        with _translated():
            rows = list(self.rows.query(_who(key), of_tap, consistent_read=True))
        items = [_read(row) for row in rows]
        if any(item.key != key for item in items):
            raise Rejected(MALFORMED)
        return TapItems(
            key,
            next((item for item in items if isinstance(item, PunchItem)), None),
            next((item for item in items if isinstance(item, FrameItem)), None),
            tuple(item for item in items if isinstance(item, EntryItem)),
        )

    def since(self, moment: dt.datetime, until: dt.datetime) -> Iterator[list[Listed]]:
        day = moment.date()
        page: list[Listed] = []
        while day <= until.date():
            for listed in self._of_day(day, moment):
                page.append(listed)
                if len(page) == _PAGE:
                    yield page
                    page = []
            day += dt.timedelta(days=1)
        if page:
            yield page

    def _of_day(self, day: dt.date, moment: dt.datetime) -> Iterator[Listed]:
        later = self.rows.occurred_at >= moment
        with _translated():
            for row in self.rows.by_day.query(day.isoformat(), later, page_size=1000):
                try:
                    listed = read_key(row.who, row.what)
                except Rejected:
                    # The stream has parked it; no list can say whose it is.
                    log.error("an item of the journal has no readable key")
                    continue
                if listed is not None:
                    yield listed


def _read(row: Any) -> Any:
    if not isinstance(row.says, dict):
        raise Rejected(MALFORMED)
    return from_json(row.says)
