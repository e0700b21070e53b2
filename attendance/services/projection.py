"""From the journal to the records: the rows of a punch, and of what was said of it.

One projection for every writer: the request that recorded the punch, the journal's stream, the
replay after an outage. Whatever comes first writes the rows; anything again, at once or in another
order changes nothing. The records have the last word on who works here and who agreed to pictures.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from django.db import (
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    transaction,
)
from django.db.models import OuterRef, QuerySet, Subquery

from attendance import announcements
from attendance.enums import Direction, EntryKind, FaceState, LivenessState, Source
from attendance.models import FaceConsent, Punch, PunchEntry, PunchFrame, PunchState
from attendance.rules.standing import Said, Standing, standing
from attendance.services import days, journalling, liveness, pictures
from companies import audit
from companies.actor import job_actor
from companies.enums import ActorKind
from companies.models import Employee, User
from companies.scoping import company_scope, no_scope
from integrations import faces, journal, metrics
from integrations.errors import IntegrationError, Rejected
from integrations.journal.protocol import (
    MALFORMED,
    EntryItem,
    FrameItem,
    PunchItem,
    TapItems,
    TapKey,
)

log = logging.getLogger(__name__)

# Why a check-in of somebody who works here no more is void, and has no picture.
LEFT: Final = "left"
NO_CONSENT: Final = "no_consent"
# What the database's driver raises while the records are away, or passing to another machine.
RECORDS_AWAY: Final = (OperationalError, InterfaceError, InternalError)
_JOURNAL: Final = journalling.Author(ActorKind.JOB, "", "journal")


class NobodyThere(Exception):
    """The journal names a company or an engagement that the records do not know."""


@dataclass(frozen=True)
class Projected:
    """The punch that the records have now; `is_new` when it was written by this very call.

    `asked` is the head turn that its page should ask for.
    """

    punch: Punch
    is_new: bool
    asked: liveness.Asked | None = None


def engaged(key: TapKey) -> Employee:
    """Return whose tap it is, with what recording needs: consent, enrolment; one statement.

    Raises:
        NobodyThere
    """
    with no_scope("punch door: the pass says who, before any session"):
        answer = FaceConsent.objects.filter(employee=OuterRef("pk")).order_by("-id")
        employee: Employee | None = (
            Employee.objects.select_related("company")
            .annotate(
                consented=Subquery(answer.values("is_given")[:1]),
                is_enrolled=liveness.enrolled("pk"),
            )
            .filter(public_id=key.employee, company__public_id=key.company)
            .first()
        )
    if employee is None:
        raise NobodyThere
    return employee


# --- the punch -----------------------------------------------------------------------------------
def punch_write(
    *,
    employee: Employee,
    item: PunchItem,
    frame: FrameItem | None,
    now: dt.datetime,
    is_live: bool = False,
    is_ahead: bool = False,
) -> Projected:
    """Write a punch's rows, of somebody from `engaged`, in the open scope; a known one is returned.

    `is_live` says that its page waits for the answer, and may be asked for a head turn; of any
    other nobody saw one. `is_ahead` says that the journal lacks the punch: it is sent there too.
    """
    item, frame, unwanted = _wanted(employee, item, frame)
    try:
        with transaction.atomic():
            punch, asked = _write(employee, item, frame, now, is_live=is_live)
            if is_ahead:
                journalling.punch_send(
                    punch=punch, employee=employee, has_frame=item.has_frame, frame=frame
                )
    except IntegrityError:
        # The only rule of these rows that a tap can break is "one punch a tap".
        first = _known(employee, item.tap_id)
        if first is None:
            raise
        return Projected(first, is_new=False, asked=open_question(first, now))
    if unwanted is not None:
        _delete(unwanted)
    return Projected(punch, is_new=True, asked=asked)


def _known(employee: Employee, tap_id: str) -> Punch | None:
    punches = Punch.objects.select_related("employee__company")
    found: Punch | None = punches.filter(employee=employee, tap_id=tap_id).first()
    return found


def open_question(punch: Punch, now: dt.datetime) -> liveness.Asked | None:
    """Return the head turn that a page which sends a known punch should ask for."""
    question = liveness.open_question(punch, now)
    if question is None and journal.is_on():
        return liveness.ask_late(punch, now)
    return question


def _wanted(
    employee: Employee, item: PunchItem, frame: FrameItem | None
) -> tuple[PunchItem, FrameItem | None, FrameItem | None]:
    """Return the punch and its picture as they may be kept, and the picture that may not.

    No picture stays of who did not agree, or works here no more: not even unseen.
    """
    if not item.has_frame:
        return item, None, None
    has_left = employee.has_left(item.occurred_at)
    if employee.consented and not has_left:  # type: ignore[attr-defined]
        return item, frame, None
    why = LEFT if has_left else NO_CONSENT
    return replace(item, has_frame=False, no_frame=why), None, frame


def frame_unname(punch: Punch, frame: FrameItem) -> None:
    """Delete a picture, and its note, that came with a known punch's tap and is not its own."""
    if not PunchFrame.objects.filter(punch=punch, storage_key=frame.storage_key).exists():
        _delete(frame)


def _delete(frame: FrameItem) -> None:
    """Delete a picture and the journal's note of it; what fails is left to its dates."""
    if frame.storage_key:
        pictures.discard(frame.storage_key)
    book = journal.journal()
    if book is None:
        return
    try:
        book.delete_frame(frame.key)
    except IntegrationError:
        log.exception("the journal's note of a picture could not be deleted")


def _first_face(item: PunchItem, frame: FrameItem | None) -> tuple[FaceState, str]:
    if not item.has_frame:
        return FaceState.NOT_CHECKED, item.no_frame
    if frame is None:
        return FaceState.UNVERIFIABLE, "picture_missing"
    if frame.problem:
        return FaceState.UNVERIFIABLE, frame.problem
    return FaceState.PENDING, ""


def _first_turn(
    employee: Employee, item: PunchItem, face: FaceState, *, is_live: bool
) -> tuple[LivenessState, str]:
    """Return whether a head turn is asked for; where no page waits, nobody looked."""
    is_enrolled = face == FaceState.PENDING and employee.is_enrolled  # type: ignore[attr-defined]
    if not liveness.wants_turn(employee, item.zone, item.occurred_at, is_enrolled=is_enrolled):
        return LivenessState.NOT_ASKED, ""
    if not is_live:
        return LivenessState.NOT_DONE, liveness.ENGINE_AWAY
    is_asked = faces.available() is None
    return (LivenessState.ASKED if is_asked else LivenessState.NOT_ASKED), ""


def _write(
    employee: Employee,
    item: PunchItem,
    frame: FrameItem | None,
    now: dt.datetime,
    *,
    is_live: bool,
) -> tuple[Punch, liveness.Asked | None]:
    company = employee.company
    face, reason = _first_face(item, frame)
    turn, turn_reason = _first_turn(employee, item, face, is_live=is_live)
    is_asked = turn == LivenessState.ASKED
    punch: Punch = Punch.objects.create(
        public_id=uuid.UUID(item.public_id),
        company=company,
        employee=employee,
        tap_id=uuid.UUID(item.tap_id),
        occurred_at=item.occurred_at,
        zone=item.zone,
        utc_offset_minutes=item.utc_offset_minutes,
        device_at=item.device_at,
        direction=Direction(item.direction),
        source=Source(item.source),
        no_frame=item.no_frame,
    )
    state: PunchState = PunchState.objects.create(
        company=company,
        punch=punch,
        employee=employee,
        occurred_at=item.occurred_at,
        direction=punch.direction,
        face=face,
        face_reason=reason,
        liveness=turn,
        liveness_reason=turn_reason,
        verify_next_at=liveness.waits_until(now) if is_asked else item.occurred_at,
    )
    if frame is not None:
        PunchFrame.objects.create(
            company=company,
            punch=punch,
            storage_key=frame.storage_key,
            sha256=frame.sha256,
            size=frame.size,
            problem=frame.problem,
            purge_on=item.occurred_at.date() + dt.timedelta(days=liveness.RAW_DAYS),
        )
    if employee.has_left(item.occurred_at):
        _void_of_departed(punch, state, employee, now)
    else:
        announcements.punch_recorded(punch)
    return punch, liveness.ask(punch, now) if is_asked else None


def _void_of_departed(
    punch: Punch, state: PunchState, employee: Employee, now: dt.datetime
) -> None:
    """Take a check-in out of every count whose pass outlived the engagement; HR can accept it."""
    state.is_refused, state.voided_at, state.judged_at = True, now, now
    state.face, state.face_reason, state.verify_next_at = FaceState.NOT_CHECKED, LEFT, None
    state.save(
        update_fields=[
            "is_refused", "voided_at", "judged_at", "face", "face_reason", "verify_next_at",
        ]
    )  # fmt: skip
    journalling.entry_write(
        punch=punch,
        employee=employee,
        kind=EntryKind.VOIDED,
        key=f"{LEFT}:{punch.public_id}",
        now=now,
        author=_JOURNAL,
        values={"reason": LEFT},
    )
    audit.record(
        by=job_actor("journal", employee.company), verb="punch_after_leaving", subject=punch
    )


# --- a tap as the journal has it ------------------------------------------------------------------
def tap_project(*, items: TapItems, now: dt.datetime) -> Projected | None:
    """Bring all that the journal has of a tap into the records; the punch there, or None yet.

    Raises:
        NobodyThere
        Rejected: `journal_malformed`, it says what no punch or entry says.
    """
    _refuse_malformed(items)
    employee = engaged(items.key)
    with company_scope(employee.company), transaction.atomic():
        # Punch and entries may come at once by different ways: who is second sees both.
        days.lock_person(employee)
        projected = _punch_of(employee, items, now)
        is_said = _entries_write(employee, items.entries)
        if projected is not None and (is_said or (projected.is_new and _has_entries(projected))):
            _state_rebuild(employee, projected.punch, now)
    if projected is not None and projected.is_new:
        lag = (now - projected.punch.occurred_at).total_seconds()
        metrics.count("replay_lag_seconds", lag)
    return projected


def _refuse_malformed(items: TapItems) -> None:
    try:
        if items.punch is not None:
            Direction(items.punch.direction)
            Source(items.punch.source)
            ZoneInfo(items.punch.zone)
        for entry in items.entries:
            EntryKind(entry.kind)
    except (ValueError, KeyError, OSError) as error:
        raise Rejected(MALFORMED) from error


def _punch_of(employee: Employee, items: TapItems, now: dt.datetime) -> Projected | None:
    known = _known(employee, items.key.tap_id)
    if known is not None:
        if known.no_frame and items.frame is not None:
            # Dropped when the punch came; a second arrival has brought another.
            _delete(items.frame)
        return Projected(known, is_new=False)
    if items.punch is None:
        return None
    was_weighed = any(entry.kind == EntryKind.VERIFIED for entry in items.entries)
    # A picture that was weighed lies elsewhere by now, or was deleted.
    frame = None if was_weighed else items.frame
    return punch_write(employee=employee, item=items.punch, frame=frame, now=now)


def _has_entries(projected: Projected) -> bool:
    return _entries_of(projected.punch).exists()


def _entries_of(punch: Punch) -> QuerySet[PunchEntry]:
    found: QuerySet[PunchEntry] = PunchEntry.objects.filter(
        employee=punch.employee_id, tap_id=punch.tap_id
    )
    return found


def _entries_write(employee: Employee, entries: Collection[EntryItem]) -> bool:
    """Write the entries that are not known yet; return whether there was one."""
    if not entries:
        return False
    keys = [entry.key_of_entry for entry in entries]
    known = set(PunchEntry.objects.filter(key__in=keys).values_list("key", flat=True))
    new = [_entry_row(employee, entry) for entry in entries if entry.key_of_entry not in known]
    PunchEntry.objects.bulk_create(new, ignore_conflicts=True)
    return bool(new)


def _entry_row(employee: Employee, entry: EntryItem) -> PunchEntry:
    return PunchEntry(
        company=employee.company,
        key=entry.key_of_entry,
        employee=employee,
        tap_id=uuid.UUID(entry.tap_id),
        kind=EntryKind(entry.kind),
        values=entry.values,
        by_kind=entry.by_kind,
        by_id=entry.by_id,
        by_name=_name_of(entry),
        occurred_at=entry.occurred_at,
    )


def _name_of(entry: EntryItem) -> str:
    """Return who said it, which the journal never knew."""
    if entry.by_kind == ActorKind.JOB:
        return journalling.FACE_CHECK.name
    if not entry.by_id:
        return ""
    return User.objects.filter(public_id=entry.by_id).values_list("name", flat=True).first() or ""


def _state_rebuild(employee: Employee, punch: Punch, now: dt.datetime) -> None:
    """Say anew how the punch stands by all that was said of it, and judge the days it touches.

    One that a person voided belonged to a day before: it is put there first.
    """
    state = punch.state
    after = standing(_standing_of(state), _said_of(punch))
    was_of_a_day = after.voided_at is not None and not after.is_refused
    ways = [after]
    if was_of_a_day and state.attendance_date is None:
        ways = [replace(after, voided_at=None), after]
    first, last = days.around(punch.zone, punch.occurred_at)
    for way in ways:
        days.days_recompute(
            employee=employee, first=first, last=last, now=now,
            amend={state.pk: partial(_stand, way)},
        )  # fmt: skip


def _standing_of(state: PunchState) -> Standing:
    return Standing(
        FaceState(state.face), state.face_reason, LivenessState(state.liveness),
        state.liveness_reason, is_flagged=state.is_flagged,
    )  # fmt: skip


def _said_of(punch: Punch) -> list[Said]:
    return [
        Said(EntryKind(row.kind), row.values, row.occurred_at, row.by_kind == ActorKind.JOB)
        for row in _entries_of(punch)
    ]


def _stand(way: Standing, state: PunchState) -> None:
    for name, value in asdict(way).items():
        setattr(state, name, value)
    if state.face != FaceState.PENDING:
        state.leased_until = state.verify_next_at = None
