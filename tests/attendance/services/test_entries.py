"""Punches entered by hand: who may, what is refused, where they land, and that a token is once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from attendance import errors
from attendance.enums import DayStatus, Direction, EntryKind, FaceState, PeriodState, Source
from attendance.models import AttendanceDay, AttendancePeriod, Punch, PunchEntry, PunchState
from attendance.services import decisions
from attendance.services.days import person_recompute
from attendance.services.entries import Entered, punches_enter
from companies.actor import Actor
from companies.enums import Role
from companies.errors import MusterError, NotAllowed, ReasonMissing
from companies.models import AuditEvent, Employee, Placement, PolicyVersion
from tests.attendance.world import START, ZONE, World, at

DAY = dt.date(2026, 3, 2)
TOKEN = uuid.UUID(int=7)


@pytest.fixture(autouse=True)
def _wednesday(scoped: World) -> Iterator[None]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        yield


def _in(when: str) -> Entered:
    return Entered(at(when), Direction.IN)


def _out(when: str) -> Entered:
    return Entered(at(when), Direction.OUT)


def _enter(world: World, *entered: Entered, **more: Any) -> list[Punch]:
    values: dict[str, Any] = {
        "employee": world.maya, "source": Source.HR, "reason": "power cut", "by": world.hr,
        "token": uuid.uuid4(),
    }  # fmt: skip
    return punches_enter(entered=entered, **values | more)


def _row(employee: Employee, date: dt.date = DAY) -> AttendanceDay:
    return AttendanceDay.objects.get(employee=employee, date=date)


def _settle(employee: Employee, date: dt.date) -> None:
    person_recompute(employee=employee, first=date, last=date, now=at("2026-03-04 10:00"))
    assert _row(employee, date).settled_at is not None


def test_a_pair_is_written_judged_and_told(world: World) -> None:
    punches = _enter(world, _in("2026-03-02 09:00"), _out("2026-03-02 17:30"), reason=" cut ")

    assert [(item.source, item.zone, item.utc_offset_minutes) for item in punches] == [
        (Source.HR, ZONE, 345), (Source.HR, ZONE, 345),
    ]  # fmt: skip
    for state in PunchState.objects.all():
        assert (state.face, state.face_reason, state.is_flagged, state.verify_next_at) == (
            FaceState.NOT_CHECKED, "by_hand", False, None,
        )  # fmt: skip
        assert (state.attendance_date, state.judged_at) == (DAY, at("2026-03-04 12:00"))
    entries = PunchEntry.objects.filter(kind=EntryKind.ENTERED)
    assert set(entries.values_list("tap_id", "reason", "by_name")) == {
        (item.tap_id, "cut", "Hari") for item in punches
    }
    event = AuditEvent.objects.get(verb="punch_entered", subject_id=str(punches[0].public_id))
    assert (event.reason, event.changes) == (
        "cut",
        {
            "occurred_at": [None, "2026-03-02T09:00:00+05:45"],
            "direction": [None, "in"],
            "source": [None, "hr"],
        },
    )
    row = _row(world.maya)
    assert (row.status, row.worked_minutes, row.exceptions) == (DayStatus.PRESENT, 480, [])


def test_the_same_token_again_returns_the_first_result(world: World) -> None:
    first = _enter(world, _in("2026-03-02 09:00"), _out("2026-03-02 17:30"), token=TOKEN)
    again = _enter(world, _in("2026-03-02 10:00"), _out("2026-03-02 17:30"), token=TOKEN)
    assert again == first
    assert (Punch.objects.count(), PunchEntry.objects.count()) == (2, 2)
    assert AuditEvent.objects.filter(verb="punch_entered").count() == 2


# --- where they land --------------------------------------------------------------------------
def test_a_forgotten_check_out_completes_a_settled_day(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    _settle(world.maya, DAY)
    before = _row(world.maya)
    assert (before.status, before.exceptions) == (DayStatus.INCOMPLETE, ["missing_out"])

    _enter(world, _out("2026-03-02 18:05"))

    row = _row(world.maya)
    assert (row.status, row.worked_minutes, row.exceptions) == (DayStatus.PRESENT, 515, [])
    assert (row.settled_at, row.policy_version) == (before.settled_at, before.policy_version)


@pytest.mark.parametrize("when", ["2026-03-03 06:10", "2026-03-03 08:30", "2026-03-03 21:30"])
def test_the_next_mornings_out_of_a_night_goes_to_the_settled_row(world: World, when: str) -> None:
    # In the night's window, outside every window, and in the window of the next night.
    world.punch(world.bikram, "2026-03-02 22:00")
    _settle(world.bikram, DAY)
    assert _row(world.bikram).status == DayStatus.INCOMPLETE

    _enter(world, _out(when), employee=world.bikram)

    row = _row(world.bikram)
    worked = int((at(when) - at("2026-03-02 22:00")).total_seconds() // 60)
    assert (row.status, row.worked_minutes) == (DayStatus.PRESENT, worked)
    assert PunchState.objects.get(direction="out").attendance_date == DAY


def test_an_in_entered_later_completes_a_settled_day(world: World) -> None:
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    _settle(world.maya, DAY)
    _enter(world, _in("2026-03-02 09:00"))
    assert (_row(world.maya).status, _row(world.maya).worked_minutes) == (DayStatus.PRESENT, 480)


def test_an_absence_becomes_presence(world: World) -> None:
    _settle(world.maya, DAY)
    assert _row(world.maya).status == DayStatus.ABSENT
    _enter(world, _in("2026-03-02 09:00"), _out("2026-03-02 17:30"))
    assert _row(world.maya).status == DayStatus.PRESENT


# --- what is refused --------------------------------------------------------------------------
def _refused(world: World, error: type[MusterError], *entered: Entered, **more: Any) -> str:
    before = Punch.objects.count()
    with pytest.raises(error) as caught:
        _enter(world, *entered, **more)
    assert Punch.objects.count() == before
    assert not AuditEvent.objects.filter(verb="punch_entered").exists()
    return str(caught.value)


def test_clashes_are_refused_by_name(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    world.punch(world.maya, "2026-03-02 12:00", Direction.OUT)
    world.punch(world.maya, "2026-03-03 09:00")
    for error, entered, sentence in (
        (
            errors.OverlapsPair, (_in("2026-03-02 11:00"), _out("2026-03-02 13:00")),
            "What begins or ends at 11:00 (2 Mar) overlaps with 09:00 (2 Mar) – 12:00 (2 Mar).",
        ),
        (
            errors.InInsidePair, (_in("2026-03-02 11:00"),),
            "The check-in at 11:00 (2 Mar) lies inside 09:00 (2 Mar) – 12:00 (2 Mar).",
        ),
        (
            errors.OutNotAfterIn, (_out("2026-03-03 08:00"),),
            "The check-out at 08:00 (3 Mar) is not after the check-in at 09:00 (3 Mar).",
        ),
        (
            errors.SecondOpen, (_in("2026-03-03 13:00"),),
            "With the check-in at 13:00 (3 Mar) two would have no check-out: the one at "
            "09:00 (3 Mar) has none either. Enter that check-out first.",
        ),
        (
            errors.PairTooLong, (_in("2026-02-02 09:00"), _out("2026-02-03 09:01")),
            "From 09:00 (2 Feb) to 09:01 (3 Feb) is longer than the 24 hours that somebody may "
            "be there.",
        ),
    ):  # fmt: skip
        assert _refused(world, error, *entered) == sentence


def test_a_voided_punch_clashes_with_nothing(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    punch = Punch.objects.select_related("employee").get()
    decisions.punch_void(punch=punch, reason="wrong day", by=world.hr)
    _enter(world, _in("2026-03-02 08:55"), _out("2026-03-02 17:30"))
    assert _row(world.maya).first_in_at == at("2026-03-02 08:55")


def test_bad_input_is_refused(world: World) -> None:
    Employee.objects.filter(pk=world.maya.pk).update(left_on=dt.date(2026, 3, 3))
    good = _in("2026-03-02 09:00")
    _refused(world, ReasonMissing, good, reason="  ")
    _refused(world, errors.NothingEntered)
    future = _refused(world, errors.EntryInFuture, _in("2026-03-04 12:01"))
    assert future == "12:01 (4 Mar) is still to come."
    for outside in ("2025-12-31 09:00", "2026-03-04 09:00"):
        _refused(world, errors.DayNotEmployed, _in(outside))


def test_a_locked_month_is_refused_wherever_the_punch_would_land(world: World) -> None:
    world.punch(world.maya, "2026-02-27 22:00")
    world.punch(world.bikram, "2026-02-28 22:00")
    AttendancePeriod.objects.create(
        company=world.company, starts_on=dt.date(2026, 2, 1), state=PeriodState.LOCKED,
        locked_at=at("2026-03-04 09:00"), locked_by=world.hari.user,
    )  # fmt: skip
    sentence = "February 2026 is locked. HR can reopen it with a reason."
    assert _refused(world, errors.PeriodLocked, _in("2026-02-16 09:00")) == sentence
    # On 1 March, but the out of February's last night.
    night = _out("2026-03-01 06:00")
    assert _refused(world, errors.PeriodLocked, night, employee=world.bikram) == sentence


# --- who may ----------------------------------------------------------------------------------
def _manages(world: World, since: dt.date = START) -> Actor:
    """Make Bikram the manager of Maya from a date on."""
    Placement.objects.update_or_create(
        company=world.company, employee=world.maya, starts_on=since,
        defaults={
            "manager": world.bikram, "office": world.office, "default_shift": world.day_shift,
        },
    )  # fmt: skip
    return world.actor(world.bikram)


def test_who_may_not(world: World, other_world: World) -> None:
    manager = _manages(world)
    pair = (_in("2026-03-02 09:00"), _out("2026-03-02 17:30"))
    for actor, source, error in (
        (world.actor(world.bikram, Role.AUDITOR), Source.HR, NotAllowed),
        (manager, Source.HR, NotAllowed),
        (world.hr, Source.WEB, NotAllowed),
        (world.actor(world.maya, Role.HR), Source.HR, errors.OwnEntry),
        (world.actor(world.maya, Role.MANAGER), Source.ATTEST, errors.OwnEntry),
        (other_world.hr, Source.HR, NotAllowed),
        (other_world.hr, Source.ATTEST, NotAllowed),
        (other_world.hr, Source.REGULARISATION, NotAllowed),
    ):
        _refused(world, error, *pair, by=actor, source=source)


def test_a_manager_attests_for_dates_on_which_they_manage(world: World) -> None:
    manager = _manages(world, since=dt.date(2026, 3, 3))
    attest: dict[str, Any] = {"by": manager, "source": Source.ATTEST}
    _refused(world, NotAllowed, _in("2026-03-02 09:00"), **attest)
    (punch,) = _enter(world, _in("2026-03-03 09:00"), **attest)
    assert punch.source == Source.ATTEST


def test_a_correction_was_checked_by_who_approved_it(world: World) -> None:
    (punch,) = _enter(
        world, _in("2026-03-02 09:00"), by=world.actor(world.bikram), source=Source.REGULARISATION
    )
    assert punch.source == Source.REGULARISATION


def test_other_punches_of_the_person_cost_no_statement(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def enter_and_void(statements: int | None) -> None:
        counted = django_assert_num_queries(statements) if statements else nullcontext()
        with counted:
            (punch,) = _enter(world, _in("2026-03-02 09:00"))
        decisions.punch_void(punch=punch, reason="again", by=world.hr)

    enter_and_void(None)  # settings stand in memory, the day has its row
    enter_and_void(23)
    for day in ("2026-02-25", "2026-02-26", "2026-02-27"):
        world.punch(world.maya, f"{day} 09:00")
        world.punch(world.maya, f"{day} 17:30", Direction.OUT)
    enter_and_void(23)


def test_a_company_may_allow_pairs_that_overlap(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    world.punch(world.maya, "2026-03-02 12:00", Direction.OUT)
    PolicyVersion.objects.create(
        company=world.company, starts_on=START, zone=ZONE, allow_overlap=True
    )
    world.company.refresh_from_db()
    world.maya.refresh_from_db()
    assert len(_enter(world, _in("2026-03-02 11:00"), _out("2026-03-02 13:00"))) == 2
    row = _row(world.maya)
    assert (row.worked_minutes, "overlap" in row.exceptions) == (240, True)
