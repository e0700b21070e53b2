"""What is said of punches, and what was recorded in the database alone: to the journal as well.

The row and the message that carries it to the journal are written in one transaction; the outbox
sends it. Where there is no journal, only the row is written.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple

from attendance.enums import EntryKind
from attendance.models import Punch, PunchEntry
from companies import outbox
from companies.enums import ActorKind, Channel
from companies.models import Company, Employee
from integrations import journal
from integrations.journal.protocol import EntryItem, FrameItem, Item, PunchItem, to_json


class Author(NamedTuple):
    """Who said it: a person by the public id of the account, or a job by its name."""

    kind: str
    id: str
    name: str


FACE_CHECK: Final = Author(ActorKind.JOB, "", "face check")


def entry_write(
    *,
    punch: Punch,
    employee: Employee,
    kind: EntryKind,
    key: str,
    now: dt.datetime,
    author: Author,
    values: dict[str, Any] | None = None,
    reason: str = "",
) -> PunchEntry:
    """Write something said of a punch, inside the caller's transaction, and send it on.

    The journal gets codes and ids: the reason in words, and the author's name, stay here.
    """
    entry: PunchEntry = PunchEntry.objects.create(
        company=employee.company,
        key=key,
        employee=employee,
        tap_id=punch.tap_id,
        kind=kind,
        values=values or {},
        reason=reason,
        by_kind=author.kind,
        by_id=author.id,
        by_name=author.name,
        occurred_at=now,
    )
    if journal.is_on():
        _send(employee.company, f"journal:{key}", _entry_item(entry, employee))
    return entry


def _entry_item(entry: PunchEntry, employee: Employee) -> EntryItem:
    return EntryItem(
        company=str(employee.company.public_id),
        employee=str(employee.public_id),
        tap_id=str(entry.tap_id),
        key_of_entry=entry.key,
        kind=str(entry.kind),
        values=entry.values,
        by_kind=str(entry.by_kind),
        by_id=entry.by_id,
        occurred_at=entry.occurred_at,
    )


def punch_send(
    *, punch: Punch, employee: Employee, has_frame: bool = False, frame: FrameItem | None = None
) -> None:
    """Send a punch on that the database has and the journal lacks, by the caller's transaction."""
    if not journal.is_on():
        return
    if frame is not None:
        _send(employee.company, f"journal:frame:{punch.public_id}", frame)
    item = _punch_item(punch, employee, has_frame=has_frame)
    _send(employee.company, f"journal:punch:{punch.public_id}", item)


def _punch_item(punch: Punch, employee: Employee, *, has_frame: bool) -> PunchItem:
    return PunchItem(
        company=str(employee.company.public_id),
        employee=str(employee.public_id),
        tap_id=str(punch.tap_id),
        public_id=str(punch.public_id),
        occurred_at=punch.occurred_at,
        zone=punch.zone,
        utc_offset_minutes=punch.utc_offset_minutes,
        device_at=punch.device_at,
        direction=str(punch.direction),
        source=str(punch.source),
        no_frame=punch.no_frame,
        has_frame=has_frame,
    )


def _send(company: Company, key: str, item: Item) -> None:
    outbox.enqueue(
        company=company, dedupe_key=key, to="", template="", values=to_json(item),
        channel=Channel.JOURNAL,
    )  # fmt: skip
