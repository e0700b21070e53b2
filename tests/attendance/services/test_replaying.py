"""From the journal to the records: once, in any order, whatever was lost on the way."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import OperationalError

from attendance import tasks
from attendance.enums import Direction, EntryKind, FaceState, Source
from attendance.errors import StillParked
from attendance.models import (
    AttendanceDay,
    FaceConsent,
    ParkedTap,
    Punch,
    PunchEntry,
    PunchFrame,
    PunchState,
)
from attendance.services import decisions, entries, projection, replaying
from companies import integrity, outbox
from companies.actor import Actor, job_actor
from companies.models import AuditEvent, JobRun, OutboxMessage
from companies.scoping import company_scope, no_scope
from integrations import journal
from integrations.errors import Misconfigured, Unavailable
from integrations.faces.protocol import Outcome, Reason
from integrations.journal.protocol import Journal, TapItems, TapKey
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at
from tests.journal import (
    TABLE,
    entry_item,
    frame_item,
    journal_away,
    journal_in_process,
    punch_item,
    records_away,
)

MORNING = "2026-03-02 09:04"
TAP_ID = str(uuid.UUID(int=21, version=4))


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-02 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def client_of_journal(noon: Any) -> Iterator[Any]:
    with journal_in_process() as found:
        yield found


@pytest.fixture
def book(client_of_journal: Any) -> Journal:
    found = journal.journal()
    assert found is not None
    return found


def _of(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "company": str(world.company.public_id),
        "employee": str(world.maya.public_id),
        "tap_id": TAP_ID,
        **changes,
    }


def _punch(world: World, **changes: Any) -> Any:
    values = {"occurred_at": at(MORNING), "has_frame": False, "no_frame": "no_camera"}
    return punch_item(**_of(world, **values | changes))


def _project(world: World, **items: Any) -> Any:
    key = TapKey(str(world.company.public_id), str(world.maya.public_id), TAP_ID)
    return projection.tap_project(items=TapItems(key, **items), now=at("2026-03-02 12:00"))


def _states(world: World) -> list[PunchState]:
    with company_scope(world.company):
        return list(PunchState.objects.select_related("punch").order_by("occurred_at"))


def _voided(world: World, **changes: Any) -> Any:
    values = {"values": {"was_flagged": False}, "by_id": str(world.hari.user.public_id)}
    return entry_item(**_of(world, occurred_at=at("2026-03-02 11:00"), **values | changes))


# --- one tap --------------------------------------------------------------------------------------
def test_a_punch_of_the_journal_becomes_the_same_rows(world: World) -> None:
    device_at = at("2026-03-02 09:03")
    item = _punch(world, device_at=device_at, direction="out")
    projected = _project(world, punch=item)
    (state,) = _states(world)
    punch = state.punch
    assert (projected.is_new, projected.punch.pk) == (True, punch.pk)
    assert str(punch.public_id) == item.public_id
    assert (punch.occurred_at, punch.device_at) == (at(MORNING), device_at)
    assert (punch.zone, punch.utc_offset_minutes) == ("Asia/Kathmandu", 345)
    assert (punch.direction, punch.source) == (Direction.OUT, Source.WEB)
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "no_camera")


def test_a_punch_again_changes_nothing(world: World) -> None:
    first = _project(world, punch=_punch(world))
    again = _project(world, punch=_punch(world, public_id=str(uuid.uuid4()), direction="out"))
    assert (again.is_new, again.punch.pk) == (False, first.punch.pk)
    assert [state.direction for state in _states(world)] == ["in"]


def test_what_was_said_waits_for_its_punch(world: World) -> None:
    assert _project(world, entries=(_voided(world),)) is None
    assert _states(world) == []
    _project(world, punch=_punch(world))
    (state,) = _states(world)
    assert (state.voided_at, state.decided_at) == (at("2026-03-02 11:00"),) * 2
    with company_scope(world.company):
        entry = PunchEntry.objects.get()
    assert (entry.by_name, entry.reason, entry.kind) == ("Hari", "", EntryKind.VOIDED)


def test_what_was_said_of_a_known_punch_counts_and_its_day_is_judged(world: World) -> None:
    world.punch(world.maya, MORNING)
    (before,) = _states(world)
    tap = str(before.punch.tap_id)
    key = TapKey(str(world.company.public_id), str(world.maya.public_id), tap)
    items = TapItems(key, entries=(_voided(world, tap_id=tap),))
    for _n in range(2):
        projection.tap_project(items=items, now=at("2026-03-02 12:00"))
    (state,) = _states(world)
    assert state.voided_at == at("2026-03-02 11:00")
    with company_scope(world.company):
        assert [day.first_in_at for day in AttendanceDay.objects.all()] == [None]
        assert PunchEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("by_kind", "by_id", "name"),
    [("job", "", "face check"), ("person", "", ""), ("person", str(uuid.UUID(int=5)), "")],
)
def test_who_said_it_is_looked_up(world: World, by_kind: str, by_id: str, name: str) -> None:
    _project(world, entries=(_voided(world, by_kind=by_kind, by_id=by_id),))
    with company_scope(world.company):
        assert PunchEntry.objects.get().by_name == name


def test_the_picture_of_a_punch_comes_along(world: World) -> None:
    world.agree(world.maya)
    frame = frame_item(**_of(world))
    _project(world, punch=_punch(world, has_frame=True, no_frame=""), frame=frame)
    (state,) = _states(world)
    assert state.face == FaceState.PENDING
    with company_scope(world.company):
        row = PunchFrame.objects.get()
    assert (row.storage_key, row.sha256, row.size) == (
        frame.storage_key, frame.sha256, frame.size,
    )  # fmt: skip
    assert row.purge_on == dt.date(2026, 5, 31)


def test_a_picture_whose_note_is_gone_is_missing(world: World) -> None:
    world.agree(world.maya)
    _project(world, punch=_punch(world, has_frame=True, no_frame=""))
    (state,) = _states(world)
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "picture_missing")


def test_a_picture_nobody_agreed_to_goes_even_while_the_journal_is_away(
    world: World, photos_folder: Path
) -> None:
    key = default_storage.save("raw/2026-03-02/x", ContentFile(jpeg()))
    frame = frame_item(**_of(world, storage_key=key))
    with journal_away():
        _project(world, punch=_punch(world, has_frame=True, no_frame=""), frame=frame)
    (state,) = _states(world)
    assert state.punch.no_frame == "no_consent"
    assert not default_storage.exists(key)


def test_without_a_journal_the_picture_goes_all_the_same(
    world: World, settings: Any, photos_folder: Path
) -> None:
    settings.MUSTER_JOURNAL_TABLE = ""
    frame = frame_item(**_of(world, storage_key="", problem="storage_failed"))
    _project(world, punch=_punch(world, has_frame=True, no_frame=""), frame=frame)
    assert [state.punch.no_frame for state in _states(world)] == ["no_consent"]


@pytest.mark.parametrize(
    "changes", [{"direction": "sideways"}, {"source": "fax"}, {"zone": "Mars/Olympus"}]
)
def test_what_no_punch_says_is_malformed(world: World, book: Journal, changes: Any) -> None:
    book.put(_punch(world, **changes))
    key = _punch(world).key
    assert replaying.tap_bring(key=key, now=at("2026-03-02 12:00")) is False
    assert ParkedTap.objects.get().error == "journal_malformed"


# --- both writers at once -------------------------------------------------------------------------
def test_any_order_and_any_number_of_times_comes_to_the_same(
    world: World, book: Journal, enrol: Any, engine: FakeEngine
) -> None:
    keys = _a_day(world, enrol, engine)
    expected = _all(world)
    for seed in range(3):
        _lose(world)
        order = keys * 3
        random.Random(seed).shuffle(order)  # noqa: S311  # any order will do
        for key in order:
            assert replaying.tap_bring(key=key, now=at("2026-03-02 20:00")) is True
        with time_machine.travel(at("2026-03-02 20:00"), tick=False):
            call_command("job", "pending_verify")
        assert _all(world) == expected


def test_records_that_lost_every_punch_are_rebuilt_from_the_journal_alone(
    world: World, enrol: Any, engine: FakeEngine, noon: Any
) -> None:
    _a_day(world, enrol, engine)
    expected = _all(world)
    _lose(world)
    noon.move_to(at("2026-03-02 21:00"))
    with company_scope(world.company):
        assert PunchState.objects.count() == 0
    brought = replaying.replay(since=at("2026-03-01 00:00"), now=at("2026-03-02 21:00"))
    assert brought == len(expected[0])
    call_command("job", "pending_verify")
    assert _all(world) == expected
    assert replaying.replay(since=at("2026-03-01 00:00"), now=at("2026-03-02 21:00")) == 0


def _a_day(world: World, enrol: Any, engine: FakeEngine) -> list[TapKey]:
    """Let all happen to punches that can, and the journal hear of it; return the taps."""
    enrol(world, world.maya)
    with time_machine.travel(at("2026-03-02 20:00"), tick=False):
        world.punch(world.maya, "2026-03-02 09:04", frame=jpeg(), has_consent=True)
        engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
        wrong = world.punch(world.maya, "2026-03-02 12:00", Direction.OUT, frame=jpeg(),
                            has_consent=True)  # fmt: skip
        twice = world.punch(world.maya, "2026-03-02 12:01", Direction.OUT, frame=jpeg(),
                            has_consent=True)  # fmt: skip
        world.punch(world.bikram, "2026-03-02 19:58", weigh=False)
        with company_scope(world.company):
            for recorded, decide in ((wrong, decisions.punch_accept), (twice, _void)):
                punch = Punch.objects.select_related("employee").get(public_id=recorded.public_id)
                decide(punch=punch, by=world.hr)
            entries.punches_enter(
                employee=world.maya,
                entered=[
                    entries.Entered(at("2026-03-02 13:00"), Direction.IN),
                    entries.Entered(at("2026-03-02 17:30"), Direction.OUT),
                ],
                source=Source.HR, reason="She forgot", by=world.hr, token=uuid.uuid4(),
            )  # fmt: skip
        call_command("job", "pending_verify")
        outbox.drain_journal()
    with company_scope(world.company):
        assert OutboxMessage.objects.count() == 0
        return [
            TapKey(str(world.company.public_id), str(owner), str(tap))
            for owner, tap in Punch.objects.values_list("employee__public_id", "tap_id")
        ]


def _void(*, punch: Punch, by: Actor) -> None:
    decisions.punch_void(punch=punch, reason="Not her", by=by)


# How a punch stands; not how alike a face was, which the journal never hears.
_STANDING = (
    "punch__public_id", "occurred_at", "direction", "face", "face_reason", "liveness",
    "liveness_reason", "is_flagged", "is_refused", "decided_at", "voided_at", "attendance_date",
    "slot", "owner_reason",
)  # fmt: skip


def _all(world: World) -> tuple[list[Any], list[Any], list[Any]]:
    with company_scope(world.company):
        states = PunchState.objects.order_by("occurred_at").values_list(*_STANDING)
        days = AttendanceDay.objects.order_by("date", "employee_id").values_list(
            "date", "employee_id", "status", "code", "worked_minutes", "late_minutes", "exceptions"
        )
        said = PunchEntry.objects.order_by("key").values_list("key", "kind", "values", "by_name")
        return [_told(row) for row in states], list(days), list(said)


def _told(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out why a voided punch lay on its day: that was said among those then known."""
    *rest, reason = row
    is_void = row[_STANDING.index("voided_at")] is not None
    return (*rest, "" if is_void else reason)


def _lose(world: World) -> None:
    """Delete every punch and all that hangs on it, as records do that are made anew."""
    purge = integrity.purge(by=job_actor("test"), reason="records lost", subject=world.company)
    with no_scope("records that are lost"), purge:
        for model in (PunchFrame, PunchState, PunchEntry, AttendanceDay, Punch):
            model.objects.all().delete()


# --- parked ---------------------------------------------------------------------------------------
def test_a_tap_of_nobody_is_parked_seen_and_let_go_once_it_can_be_brought(
    world: World, book: Journal
) -> None:
    stranger = str(uuid.uuid4())
    book.put(_punch(world, employee=stranger))
    key = _punch(world, employee=stranger).key
    now = at("2026-03-02 12:00")
    for _n in range(2):
        assert replaying.tap_bring(key=key, now=now) is False
    parked = ParkedTap.objects.get()
    assert (parked.who, parked.tap) == (f"{world.company.public_id}#{stranger}", TAP_ID)
    assert (parked.error, parked.tries, parked.parked_at) == ("nobody_there", 2, now)
    by = job_actor("operator")
    with pytest.raises(StillParked, match="nobody_there"):
        replaying.tap_retry(parked=parked, by=by)
    with journal_away(), pytest.raises(StillParked, match="EndpointConnectionError"):
        replaying.tap_retry(parked=parked, by=by)
    world.maya.public_id = uuid.UUID(stranger)
    world.maya.save(update_fields=["public_id"])
    replaying.tap_retry(parked=parked, by=by)
    assert ParkedTap.objects.count() == 0
    assert len(_states(world)) == 1


def test_an_error_that_nobody_foresaw_is_parked_by_its_kind(world: World, book: Journal) -> None:
    # A column of the records holds twenty letters of it.
    book.put(_punch(world))
    book.put(replace(_voided(world), kind="verified", values={"face": "verified"}))
    assert replaying.tap_bring(key=_punch(world).key, now=at("2026-03-02 12:00")) is False
    assert ParkedTap.objects.get().error == "KeyError"
    assert _states(world) == []


def test_what_passes_by_itself_parks_nothing(world: World, book: Journal) -> None:
    book.put(_punch(world))
    now, key = at("2026-03-02 12:00"), _punch(world).key
    with journal_away(), pytest.raises(Unavailable):
        replaying.tap_bring(key=key, now=now)
    with records_away(), pytest.raises(OperationalError):
        replaying.tap_bring(key=key, now=now)
    assert ParkedTap.objects.count() == 0


def test_without_a_journal_nothing_is_replayed(world: World, settings: Any) -> None:
    settings.MUSTER_JOURNAL_TABLE = ""
    assert tasks.journal_replay() == 0
    with pytest.raises(Misconfigured, match="^journal_off$"):
        replaying.replay(since=at(MORNING), now=at(MORNING))


# --- the job --------------------------------------------------------------------------------------
def test_the_job_brings_what_the_stream_forgot_and_once(
    world: World, book: Journal, noon: Any
) -> None:
    call_command("job", "journal_replay")
    for number in range(120):
        tap = str(uuid.UUID(int=number, version=4))
        moment = at("2026-03-04 09:00") + dt.timedelta(minutes=number)
        book.put(_punch(world, tap_id=tap, public_id=tap, occurred_at=moment))
    # More than a day later, after which no stream tells of it any more.
    noon.move_to(at("2026-03-06 09:00"))
    assert tasks.journal_replay() == 120
    assert tasks.journal_replay() == 0
    assert len(_states(world)) == 120


def test_the_job_looks_back_to_its_last_success_and_two_hours_more(
    world: World, book: Journal, noon: Any
) -> None:
    call_command("job", "journal_replay")
    old, late = (at("2026-03-02 12:00") - dt.timedelta(minutes=m) for m in (121, 119))
    for tap, moment in ((uuid.uuid4(), old), (uuid.uuid4(), late)):
        book.put(_punch(world, tap_id=str(tap), public_id=str(tap), occurred_at=moment))
    assert tasks.journal_replay() == 1
    JobRun.objects.update(succeeded_at=at("2027-01-01 00:00"))
    assert tasks.journal_replay() == 0


def test_a_function_whose_clock_was_five_minutes_ahead_loses_nothing(
    world: World, book: Journal, noon: Any
) -> None:
    noon.move_to(at("2026-03-03 05:43"))
    # In UTC it is still the second of March, and the other clock says the third.
    book.put(_punch(world, occurred_at=at("2026-03-03 05:48")))
    assert tasks.journal_replay() == 1
    assert [state.occurred_at for state in _states(world)] == [at("2026-03-03 05:48")]


def test_one_that_cannot_be_brought_holds_up_none_behind_it(
    world: World, book: Journal, client_of_journal: Any
) -> None:
    book.put(_punch(world, employee=str(uuid.uuid4()), occurred_at=at("2026-03-02 12:00")))
    book.put(_punch(world, occurred_at=at("2026-03-02 12:01")))
    client_of_journal.put_item(
        TableName=TABLE,
        Item={
            "who": {"S": "nobody"}, "what": {"S": "nothing"}, "day": {"S": "2026-03-02"},
            "occurred_at": {"S": "2026-03-02T06:15:00.000000+0000"},
        },
    )  # fmt: skip
    assert tasks.journal_replay() == 1
    assert ParkedTap.objects.get().error == "nobody_there"


def test_pictures_that_the_journal_alone_knows_are_no_orphans(
    world: World, noon: Any, photos_folder: Path
) -> None:
    world.agree(world.maya)
    key = default_storage.save("raw/2026-03-02/x", ContentFile(jpeg()))
    noon.move_to(at("2026-03-06 12:00"))
    assert (tasks.photo_retention(), default_storage.exists(key)) == (0, True)
    JobRun.objects.create(
        name="journal_replay", started_at=at(MORNING), succeeded_at=at("2026-03-03 12:00")
    )
    assert (tasks.photo_retention(), default_storage.exists(key)) == (0, True)
    JobRun.objects.update(succeeded_at=at("2026-03-06 11:00"))
    assert (tasks.photo_retention(), default_storage.exists(key)) == (1, False)


def test_pictures_of_parked_taps_are_no_orphans_while_the_journal_names_them(
    world: World, noon: Any, photos_folder: Path
) -> None:
    key = default_storage.save("raw/2026-03-02/x", ContentFile(jpeg()))
    replaying.tap_park(who="a#b", tap=TAP_ID, error="DataError", now=at("2026-03-02 12:00"))
    JobRun.objects.create(
        name="journal_replay", started_at=at(MORNING), succeeded_at=at("2026-03-31 12:00")
    )
    # The weekend until somebody mends what parked it, and then some.
    noon.move_to(at("2026-03-16 11:59"))
    assert (tasks.photo_retention(), default_storage.exists(key)) == (0, True)
    noon.move_to(at("2026-03-16 12:00"))
    assert (tasks.photo_retention(), default_storage.exists(key)) == (1, False)


def test_looking_again_at_consent_is_the_records_word(world: World, book: Journal) -> None:
    at_noon = at("2026-03-02 12:00")
    book.put(_punch(world, has_frame=True, no_frame="", occurred_at=at_noon))
    book.put_frame(frame_item(**_of(world)))
    assert tasks.journal_replay() == 1
    with company_scope(world.company):
        assert FaceConsent.objects.count() == 0
        assert PunchFrame.objects.count() == 0
        assert AuditEvent.objects.filter(verb="punch_after_leaving").count() == 0
