"""Recording a punch: first, fast, and whatever the rest of the house is doing.

Nothing here weighs evidence: the punch stands before any face work (`services.evidence`). Where
there is a journal it stands there before the records are asked for anything; else they are the
journal.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import uuid
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from attendance.enums import Direction, Source
from attendance.errors import NotRecorded, PassInvalid
from attendance.passes import PunchPass
from attendance.services import liveness, pictures, projection
from companies import throttle
from companies.errors import TooMany
from companies.ids import uuid7
from companies.models import Employee
from companies.scoping import company_scope
from integrations import journal, metrics, photos
from integrations.errors import IntegrationError, Rejected
from integrations.journal.protocol import (
    NOTED,
    FrameItem,
    Journal,
    PunchItem,
    TapItems,
    TapKey,
)

log = logging.getLogger(__name__)

PUNCHES_A_MINUTE: Final = 20


@dataclass(frozen=True)
class Tap:
    """What one arrival at the door says, already of the right types.

    `device_at` is the device's clock; `no_frame` says why no picture came along. `source` is the
    door: from Slack nothing shows who taps but the account there.
    """

    tap_id: uuid.UUID
    direction: Direction
    device_at: dt.datetime | None
    no_frame: str
    frame: bytes | None
    source: Source = Source.WEB


@dataclass(frozen=True)
class Recorded:
    """The punch that now stands; `is_repeat` when this tap had been recorded before.

    `asked` is the head turn that its page should ask for, where the company wants one.
    `is_waiting` when it stands in the journal and the records are away: nothing can be asked of
    it before they are back.
    """

    public_id: uuid.UUID
    occurred_at: dt.datetime
    zone: str
    direction: Direction
    is_repeat: bool
    asked: liveness.Asked | None = None
    is_waiting: bool = False


def punch_record(*, claim: PunchPass, tap: Tap, now: dt.datetime) -> Recorded:
    """Record one tap, once: a second arrival of the same tap gets the first one's answer.

    Without a journal five statements: throttle, engagement, punch, state, frame. A sixth asks for
    a head turn, where the company wants one of somebody whose face is compared. With a journal no
    statement comes before the punch stands there.

    Raises:
        PassInvalid: the pass names nobody, or somebody who works here no more.
        TooMany: more punches in a minute than a person makes.
        NotRecorded: neither journal nor records could take it.
    """
    book = journal.journal()
    recorded = _in_records(claim, tap, now) if book is None else _in_journal(book, claim, tap, now)
    if not recorded.is_repeat:
        metrics.count("punches_recorded")
    return recorded


# --- one tap as an item ---------------------------------------------------------------------------
def _allowed(tap: Tap, *, consented: bool) -> Tap:
    """Take a picture away that nobody agreed to: it is never stored, not even unseen.

    A page that is open still, or another program, may send one after consent was withdrawn.
    """
    if consented or tap.frame is None:
        return tap
    return replace(tap, frame=None, no_frame=projection.NO_CONSENT)


def _keep(claim: PunchPass, tap: Tap, now: dt.datetime) -> FrameItem | None:
    """Store the frame's bytes unseen; whatever goes wrong is noted, never raised."""
    if not tap.frame:
        return None
    key, problem = "", ""
    try:
        photos.check(tap.frame)
        key = pictures.store(pictures.RAW, tap.frame, now)
    except Rejected as error:
        problem = error.code
    except IntegrationError:
        log.exception("a picture could not be stored")
        problem = "storage_failed"
    return FrameItem(
        company=claim.company,
        employee=claim.employee,
        tap_id=str(tap.tap_id),
        occurred_at=now,
        storage_key=key,
        sha256=hashlib.sha256(tap.frame).hexdigest(),
        size=len(tap.frame),
        problem=problem,
        expires_at=now.replace(microsecond=0) + NOTED,
    )


def _item(claim: PunchPass, tap: Tap, frame: FrameItem | None, now: dt.datetime) -> PunchItem:
    """Return the punch, with the public id that it has wherever it is written first."""
    offset = now.astimezone(ZoneInfo(claim.zone)).utcoffset() or dt.timedelta()
    return PunchItem(
        company=claim.company,
        employee=claim.employee,
        tap_id=str(tap.tap_id),
        public_id=str(uuid7()),
        occurred_at=now,
        zone=claim.zone,
        utc_offset_minutes=int(offset.total_seconds() // 60),
        device_at=tap.device_at,
        direction=tap.direction,
        source=tap.source,
        no_frame="" if frame else (tap.no_frame or "no_picture"),
        has_frame=frame is not None,
    )


def _discard(frame: FrameItem | None) -> None:
    if frame is not None and frame.storage_key:
        pictures.discard(frame.storage_key)


# --- straight into the records --------------------------------------------------------------------
def _in_records(claim: PunchPass, tap: Tap, now: dt.datetime) -> Recorded:
    """Record where there is no journal: the row is it."""
    employee = _admitted(claim, now)
    tap = _allowed(tap, consented=bool(employee.consented))  # type: ignore[attr-defined]
    frame = _keep(claim, tap, now)
    return _written(employee, _item(claim, tap, frame, now), frame, now, unwanted=frame)


def _admitted(claim: PunchPass, now: dt.datetime) -> Employee:
    """Return who punches, of whom it is not the twenty-first in a minute; two statements.

    A page that is open still holds a pass for hours: it opens nothing to whoever has left.
    """
    if not throttle.hit(f"punch:{claim.employee}", limit=PUNCHES_A_MINUTE, seconds=60):
        raise TooMany
    try:
        employee = projection.engaged(TapKey(claim.company, claim.employee, ""))
    except projection.NobodyThere as error:
        raise PassInvalid from error
    if employee.has_left(now):
        raise PassInvalid
    return employee


def _written(
    employee: Employee, item: PunchItem, frame: FrameItem | None, now: dt.datetime,
    *, is_ahead: bool = False, unwanted: FrameItem | None,
) -> Recorded:  # fmt: skip
    """Write the rows; where the tap has some, a picture that is `unwanted` then is deleted."""
    with company_scope(employee.company):
        projected = projection.punch_write(
            employee=employee, item=item, frame=frame, now=now, is_live=True, is_ahead=is_ahead
        )
    if not projected.is_new:
        _discard(unwanted)
    return _of_records(projected, is_repeat=not projected.is_new)


def _of_records(projected: projection.Projected, *, is_repeat: bool) -> Recorded:
    punch = projected.punch
    return Recorded(
        public_id=punch.public_id,
        occurred_at=punch.occurred_at,
        zone=punch.zone,
        direction=Direction(punch.direction),
        is_repeat=is_repeat,
        asked=projected.asked,
    )


# --- into the journal, then into the records ------------------------------------------------------
def _in_journal(book: Journal, claim: PunchPass, tap: Tap, now: dt.datetime) -> Recorded:
    """Record in the journal, or, while that is away, in the records, which send it on."""
    tap = _allowed(tap, consented=claim.has_consent)
    try:
        within = book.hit(claim.company, claim.employee, limit=PUNCHES_A_MINUTE, now=now)
    except IntegrationError as error:
        log.error("the journal is away: %s", error)
        frame = _keep(claim, tap, now)
        return _past_journal(claim, _item(claim, tap, frame, now), frame, now)
    if not within:
        raise TooMany
    frame = _keep(claim, tap, now)
    item = _item(claim, tap, frame, now)
    noted = frame
    try:
        noted = _note(book, frame)
        first = _put(book, item, noted)
    except IntegrationError as error:
        log.error("the journal is away: %s", error)
        return _past_journal(claim, item, noted, now, may_be_noted=True)
    return _again(book, first, now) if first else _following(item, noted, now)


def _note(book: Journal, frame: FrameItem | None) -> FrameItem | None:
    """Put the picture's whereabouts and return the tap's first ones, if another arrival won.

    They stand before the punch, so that one which names a picture is never there without it.
    """
    first = book.put_frame(frame) if frame is not None else None
    if first is None:
        return frame
    _discard(frame)
    return first


def _put(book: Journal, item: PunchItem, noted: FrameItem | None) -> PunchItem | None:
    """Put the punch and return the tap's first one, if another arrival won.

    Of two arrivals at once one may win the picture and the other the punch: both are the same
    tap's.
    """
    first = book.put_punch(item)
    if first is not None and noted is not None and not first.has_frame:
        book.delete_frame(noted.key)
        _discard(noted)
    return first


def _following(item: PunchItem, frame: FrameItem | None, now: dt.datetime) -> Recorded:
    """Bring the punch into the records; while they are away, the stream and the replay do."""
    try:
        employee = projection.engaged(item.key)
        with company_scope(employee.company):
            projected = projection.punch_write(
                employee=employee, item=item, frame=frame, now=now, is_live=True
            )
            # Another id: the records took the tap before, while the journal was away.
            is_repeat = str(projected.punch.public_id) != item.public_id
            if is_repeat and frame is not None:
                projection.frame_unname(projected.punch, frame)
    except projection.NobodyThere as error:
        raise PassInvalid from error
    except projection.RECORDS_AWAY:
        return _waiting(item, is_repeat=False)
    if employee.has_left(now):
        raise PassInvalid
    return _of_records(projected, is_repeat=is_repeat)


def _again(book: Journal, first: PunchItem, now: dt.datetime) -> Recorded:
    """Answer a second arrival with the punch of the first, brought into the records if need be."""
    try:
        items = _tap_of(book, first)
        projected = projection.tap_project(items=items, now=now)
        if projected is None or projected.punch.employee.has_left(now):
            raise PassInvalid
        with company_scope(projected.punch.employee.company):
            asked = projection.open_question(projected.punch, now)
    except projection.NobodyThere as error:
        raise PassInvalid from error
    except projection.RECORDS_AWAY:
        return _waiting(first, is_repeat=True)
    return _of_records(replace(projected, asked=asked), is_repeat=True)


def _tap_of(book: Journal, first: PunchItem) -> TapItems:
    """Return the first arrival's tap; its punch alone where the journal has just gone away."""
    try:
        return book.tap(first.key)
    except IntegrationError as error:
        log.error("the journal is away: %s", error)
        return TapItems(first.key, first)


def _waiting(item: PunchItem, *, is_repeat: bool) -> Recorded:
    log.warning("the records are away: a punch stands in the journal alone")
    metrics.count("punches_waiting")
    return Recorded(
        public_id=uuid.UUID(item.public_id),
        occurred_at=item.occurred_at,
        zone=item.zone,
        direction=Direction(item.direction),
        is_repeat=is_repeat,
        is_waiting=True,
    )


def _past_journal(
    claim: PunchPass, item: PunchItem, frame: FrameItem | None, now: dt.datetime,
    *, may_be_noted: bool = False,
) -> Recorded:  # fmt: skip
    """Record in the records alone, which send it to the journal once that is back.

    A picture that `may_be_noted` in the journal already is left lying: the tap comes again, by the
    page or by the stream, and finds it there. What nobody finds is the orphans' pass's.
    """
    unnoted = None if may_be_noted else frame
    try:
        employee = _admitted(claim, now)
        return _written(employee, item, frame, now, is_ahead=True, unwanted=unnoted)
    except projection.RECORDS_AWAY as error:
        _discard(unnoted)
        raise NotRecorded from error
    except TooMany:
        _discard(unnoted)
        raise
    except PassInvalid:
        _discard(frame)
        raise
