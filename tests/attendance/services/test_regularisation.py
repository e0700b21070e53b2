"""Corrections of any day: asked for, decided, given by HR, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from attendance import correction_errors, errors
from attendance.enums import CorrectionKind, DayStatus, Direction, MarkKind, Source
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    CorrectionCancellation,
    CorrectionDecision,
    CorrectionRequest,
    DayMark,
    Punch,
    PunchEntry,
    PunchState,
)
from attendance.rules.corrections import Wanted
from attendance.rules.types import Tap
from attendance.services import corrections, decisions, marks
from attendance.services.corrections import correction_ask, correction_cancel, correction_decide
from attendance.services.days import person_recompute
from companies.actor import Actor
from companies.enums import ActorKind
from companies.errors import MusterError, NotAllowed, ReasonMissing
from companies.models import AuditEvent, OutboxMessage, Placement, PolicyVersion
from tests.attendance.world import START, ZONE, World, at

MONDAY = dt.date(2026, 3, 2)
TUESDAY, WEDNESDAY = dt.date(2026, 3, 3), dt.date(2026, 3, 4)
NOW = "2026-03-06 20:00"  # a Friday
PUNCHES, ON_DUTY, HOME = (
    CorrectionKind.PUNCHES, CorrectionKind.ON_DUTY, CorrectionKind.WORK_FROM_HOME,
)  # fmt: skip


@pytest.fixture(autouse=True)
def evening() -> Iterator[Any]:
    with time_machine.travel(at(NOW), tick=False) as traveller:
        yield traveller


@pytest.fixture
def week(scoped: World) -> World:
    """Maya, whose manager is Bikram, came late on Monday, by the clocks, and then nobody knows."""
    Placement.objects.filter(employee=scoped.maya).update(manager=scoped.bikram)
    scoped.punch(scoped.maya, "2026-03-02 11:20")
    scoped.punch(scoped.maya, "2026-03-02 17:40", Direction.OUT)
    _judge(scoped)
    return scoped


def _judge(world: World) -> None:
    person_recompute(
        employee=world.maya, first=dt.date(2026, 2, 27), last=dt.date(2026, 3, 6), now=at(NOW)
    )


def _taps(*texts: str) -> tuple[Tap, ...]:
    """`in 2026-03-02 09:00`."""
    return tuple(
        Tap(text, at(text.partition(" ")[2]), Direction(text.partition(" ")[0])) for text in texts
    )


def _times(world: World, *texts: str, date: dt.date = MONDAY, without: str = "") -> Wanted:
    keys = Punch.objects.filter(employee=world.maya, direction=without)
    return Wanted(
        kind=PUNCHES, first=date, last=date, added=_taps(*texts),
        voided=frozenset(str(key) for key in keys.values_list("public_id", flat=True)),
    )  # fmt: skip


def _days(kind: CorrectionKind, first: dt.date, last: dt.date, **more: Any) -> Wanted:
    return Wanted(kind=kind, first=first, last=last, **more)


def _ask(world: World, wanted: Wanted, note: str = "the gate was closed") -> CorrectionRequest:
    return correction_ask(wanted=wanted, note=note, by=world.actor(world.maya))


def _approve(world: World, request: CorrectionRequest) -> CorrectionDecision:
    return correction_decide(request=request, is_approved=True, by=world.actor(world.bikram))


def _cancel(world: World, request: CorrectionRequest, **more: Any) -> CorrectionCancellation:
    wanted = {"reason": "it was so", "by": world.actor(world.bikram), **more}
    return correction_cancel(request=request, **wanted)


def _day(date: dt.date = MONDAY) -> tuple[str, int]:
    row = AttendanceDay.objects.get(date=date)
    return row.status, row.worked_minutes


def _statuses(*dates: dt.date) -> list[str]:
    rows = AttendanceDay.objects.filter(date__in=dates).order_by("date")
    return list(rows.values_list("status", flat=True))


def _settings(world: World, **knobs: Any) -> None:
    PolicyVersion.objects.create(
        company=world.company, starts_on=START, zone=ZONE, allows_unchecked=True, **knobs
    )
    world.company.refresh_from_db()
    world.maya.refresh_from_db()


# --- asking -------------------------------------------------------------------------------------
def test_what_is_asked_changes_nothing_yet(week: World) -> None:
    request = _ask(week, _times(week, "in 2026-03-02 09:00", without="in"), "  the gate ")
    assert (request.kind, request.date, request.last_on, request.out_at) == (
        PUNCHES, MONDAY, None, None,
    )  # fmt: skip
    assert (request.zone, request.note, request.until) == (ZONE, "the gate", MONDAY)
    lines = [(line.direction, line.occurred_at, bool(line.voids)) for line in request.punches.all()]
    assert lines == [
        ("in", at("2026-03-02 09:00"), False), ("in", at("2026-03-02 11:20"), True),
    ]  # fmt: skip
    assert _day() == (DayStatus.HALF_DAY, 350)
    event = AuditEvent.objects.get(verb="correction_requested")
    assert event.changes == {
        "kind": [None, "punches"],
        "added": [None, ["in 2026-03-02T09:00:00+05:45"]],
        "voided": [None, ["in 2026-03-02T11:20:00+05:45"]],
    }
    mail = OutboxMessage.objects.get(template="attendance/email/correction_asked")
    assert (mail.to, mail.values["what"], mail.values["note"]) == (
        "bikram@kettle.example", "Check in at 09:00; not: Check in at 11:20", "the gate",
    )  # fmt: skip


def test_a_range_is_asked_for_at_once(week: World) -> None:
    request = _ask(week, _days(HOME, MONDAY, WEDNESDAY, with_days_off=True))
    assert (request.date, request.last_on, request.until) == (MONDAY, WEDNESDAY, WEDNESDAY)
    event = AuditEvent.objects.get(verb="correction_requested")
    assert event.changes == {
        "kind": [None, "work_from_home"], "last_on": [None, "2026-03-04"]
    }  # fmt: skip
    mail = OutboxMessage.objects.get(template="attendance/email/correction_asked")
    assert (mail.values["what"], mail.values["date"]) == (
        "Work from home, on days off too", "Monday, 2 March – Wednesday, 4 March",
    )  # fmt: skip


def test_a_reason_is_asked_for(week: World) -> None:
    with pytest.raises(ReasonMissing):
        _ask(week, _times(week, "in 2026-03-02 09:00"), " ")


def test_who_works_nowhere_asks_for_nothing(week: World) -> None:
    by = Actor(kind=ActorKind.PERSON, company=week.company, user=week.hari.user)
    with pytest.raises(NotAllowed):
        correction_ask(wanted=_days(HOME, MONDAY, MONDAY), note="x", by=by)


def _gone(world: World) -> Wanted:
    wanted = _times(world, without="in")
    decisions.punch_void(punch=Punch.objects.get(direction="in"), reason="x", by=world.hr)
    return wanted


def _of_another_day(world: World) -> Wanted:
    wanted = _times(world, without="in")
    return Wanted(kind=PUNCHES, first=TUESDAY, last=TUESDAY, voided=wanted.voided)


REFUSED: dict[str, tuple[Any, type[MusterError]]] = {
    "nothing said": (_times, errors.NothingEntered),
    "a time to come": (
        lambda w: _times(w, "in 2026-03-06 20:01", date=dt.date(2026, 3, 6)),
        errors.EntryInFuture,
    ),
    "inside a pair": (lambda w: _times(w, "in 2026-03-02 12:00"), errors.InInsidePair),
    "voided meanwhile": (_gone, correction_errors.PunchGone),
    "of another day": (_of_another_day, correction_errors.PunchGone),
    "a day to come": (
        lambda w: _days(HOME, MONDAY, dt.date(2026, 3, 7)),
        correction_errors.CorrectionNotYet,
    ),
    "reversed": (lambda w: _days(HOME, TUESDAY, MONDAY), correction_errors.CorrectionRangeReversed),
    "before joining": (
        lambda w: _days(HOME, dt.date(2025, 12, 31), dt.date(2025, 12, 31)),
        errors.DayNotEmployed,
    ),
    "only a day off": (
        lambda w: _days(ON_DUTY, dt.date(2026, 3, 1), dt.date(2026, 3, 1)),
        correction_errors.CorrectionDayOff,
    ),
    "only days off": (
        lambda w: _days(ON_DUTY, dt.date(2026, 2, 28), dt.date(2026, 3, 1)),
        correction_errors.NoDayLeft,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(week: World, case: str) -> None:
    build, error = REFUSED[case]
    wanted = build(week)
    with pytest.raises(error):
        _ask(week, wanted)
    assert not CorrectionRequest.objects.exists()


def test_a_refusal_says_which_day(week: World) -> None:
    with pytest.raises(correction_errors.CorrectionDayOff) as refusal:
        _ask(week, _days(ON_DUTY, dt.date(2026, 3, 1), dt.date(2026, 3, 1)))
    assert str(refusal.value) == "Sunday, 1 March is a day off. Tick that days off are meant too."


def test_days_of_leave_are_never_corrected(week: World) -> None:
    marks.mark_add(
        employee=week.maya, date=TUESDAY, kind=MarkKind.LEAVE, code="CL", source_ref="t", by=week.hr
    )
    for wanted in (
        _times(week, "in 2026-03-03 09:00", date=TUESDAY), _days(HOME, TUESDAY, TUESDAY),
    ):  # fmt: skip
        with pytest.raises(correction_errors.CorrectionOnLeave):
            _ask(week, wanted)
    _approve(week, _ask(week, _days(HOME, MONDAY, WEDNESDAY)))
    assert _statuses(MONDAY, TUESDAY, WEDNESDAY) == ["WFH", "L", "WFH"]


def test_nothing_is_asked_over_what_waits(week: World) -> None:
    request = _ask(week, _days(HOME, MONDAY, WEDNESDAY))
    for wanted in (_days(ON_DUTY, WEDNESDAY, WEDNESDAY), _times(week, "in 2026-03-02 09:00")):
        with pytest.raises(errors.AskedAlready):
            _ask(week, wanted)
    corrections.correction_withdraw(request=request, by=week.actor(week.maya))
    assert _ask(week, _days(ON_DUTY, WEDNESDAY, WEDNESDAY)).pk


def test_a_forgotten_check_out_waits_for_what_is_asked_of_its_day(week: World) -> None:
    week.punch(week.maya, "2026-03-03 09:00")
    _judge(week)
    _ask(week, _days(HOME, MONDAY, WEDNESDAY))
    with pytest.raises(errors.AskedAlready):
        corrections.correction_file(date=TUESDAY, time=dt.time(17), by=week.actor(week.maya))


def test_the_company_sets_limits(week: World) -> None:
    _settings(week, corrections_per_month=1, corrections_days_back=4, offers_on_duty=False)
    with pytest.raises(correction_errors.CorrectionNotOffered):
        _ask(week, _days(ON_DUTY, MONDAY, MONDAY))
    with pytest.raises(correction_errors.CorrectionTooFarBack) as refusal:
        _ask(week, _days(HOME, dt.date(2026, 3, 1), MONDAY))
    assert refusal.value.values["days"] == 4
    request = _ask(week, _days(HOME, MONDAY, MONDAY))
    with pytest.raises(correction_errors.CorrectionTooMany):
        _ask(week, _days(HOME, TUESDAY, TUESDAY))
    correction_decide(request=request, is_approved=False, reason="no", by=week.actor(week.bikram))
    second = _ask(week, _days(HOME, TUESDAY, TUESDAY))
    _approve(week, second)
    with pytest.raises(correction_errors.CorrectionTooMany):
        _ask(week, _days(HOME, WEDNESDAY, WEDNESDAY))
    _cancel(week, second)
    assert _ask(week, _days(HOME, WEDNESDAY, WEDNESDAY)).pk


def test_an_answer_to_our_question_counts_for_no_limit(week: World) -> None:
    week.punch(week.maya, "2026-03-03 09:00")
    _judge(week)
    _settings(week, corrections_per_month=1)
    corrections.correction_file(date=TUESDAY, time=dt.time(17), by=week.actor(week.maya))
    assert _ask(week, _days(HOME, WEDNESDAY, WEDNESDAY)).pk


# --- deciding -----------------------------------------------------------------------------------
def test_approval_replaces_a_time_without_editing_it(week: World) -> None:
    request = _ask(week, _times(week, "in 2026-03-02 09:00", without="in"))
    _approve(week, request)
    assert _day() == (DayStatus.PRESENT, 490)
    old, new = Punch.objects.filter(direction="in").order_by("-occurred_at")
    assert (old.state.voided_at, new.state.voided_at) == (at(NOW), None)
    assert (old.source, new.source) == (Source.WEB, Source.REGULARISATION)
    assert new.state.attendance_date == MONDAY
    said = PunchEntry.objects.filter(by_name="Bikram").order_by("id")
    assert [(entry.kind, entry.reason) for entry in said] == [
        ("voided", "the gate was closed"), ("entered", "the gate was closed"),
    ]  # fmt: skip
    mail = OutboxMessage.objects.get(template="attendance/email/correction_decided")
    assert mail.values["what"] == "Check in at 09:00; not: Check in at 11:20"


def test_an_absence_is_rejudged_with_the_night_it_was(week: World) -> None:
    assert _day(TUESDAY) == (DayStatus.ABSENT, 0)
    wanted = _times(week, "in 2026-03-03 16:00", "out 2026-03-04 01:00", date=TUESDAY)
    _approve(week, _ask(week, wanted))
    assert _day(TUESDAY) == (DayStatus.PRESENT, 540)


def test_a_request_that_only_takes_out_adds_nothing(week: World) -> None:
    _approve(week, _ask(week, _times(week, without="out")))
    assert _day() == (DayStatus.INCOMPLETE, 0)
    assert Punch.objects.count() == 2


@pytest.mark.parametrize("kind", [ON_DUTY, HOME])
def test_covered_days_become_present(week: World, kind: CorrectionKind) -> None:
    request = _ask(week, _days(kind, dt.date(2026, 2, 27), TUESDAY))
    _approve(week, request)
    rows = DayMark.objects.order_by("date")
    assert [(row.date.day, row.kind) for row in rows] == [
        (27, kind.value), (2, kind.value), (3, kind.value),
    ]  # fmt: skip
    assert {row.source_ref for row in rows} == {f"correction:{request.public_id}"}
    wanted = {ON_DUTY: "OD", HOME: "WFH"}[kind]
    assert _statuses(MONDAY, TUESDAY) == [wanted, wanted]
    with pytest.raises(correction_errors.CorrectionCovered):
        _ask(week, _days(kind, TUESDAY, TUESDAY))


def test_days_off_are_covered_where_asked_for(week: World) -> None:
    sunday = dt.date(2026, 3, 1)
    _approve(week, _ask(week, _days(ON_DUTY, sunday, sunday, with_days_off=True)))
    assert _statuses(sunday) == ["OD"]


def test_what_changed_meanwhile_is_not_carried_out(week: World) -> None:
    request = _ask(week, _times(week, "in 2026-03-02 09:00", without="in"))
    decisions.punch_void(punch=Punch.objects.get(direction="in"), reason="x", by=week.hr)
    with pytest.raises(correction_errors.PunchGone):
        _approve(week, request)
    assert (Punch.objects.count(), CorrectionDecision.objects.count()) == (2, 0)


def _lock(world: World) -> None:
    AttendancePeriod.objects.create(
        company=world.company, starts_on=MONDAY.replace(day=1), state="locked",
        locked_at=at(NOW), locked_by=world.hari.user,
    )  # fmt: skip


def test_a_locked_month_stays_as_it_is(week: World) -> None:
    request = _ask(week, _days(HOME, dt.date(2026, 2, 27), MONDAY))
    other = _ask(week, _times(week, "in 2026-03-04 09:00", date=WEDNESDAY))
    _approve(week, other)
    _lock(week)
    with pytest.raises(errors.PeriodLocked, match="March 2026 is locked"):
        _approve(week, request)
    with pytest.raises(errors.PeriodLocked):
        _ask(week, _times(week, "in 2026-03-03 09:00", date=TUESDAY))
    with pytest.raises(errors.PeriodLocked):
        _cancel(week, other)
    with pytest.raises(errors.PeriodLocked):
        corrections.correction_give(
            employee=week.maya, wanted=_days(HOME, TUESDAY, TUESDAY), reason="x", by=week.hr
        )
    assert not DayMark.objects.exists()


# --- taken back ---------------------------------------------------------------------------------
def test_cancelling_lets_the_day_be_as_it_was_recorded(week: World) -> None:
    request = _ask(week, _times(week, "in 2026-03-02 09:00", without="in"))
    _approve(week, request)
    cancellation = _cancel(week, request, reason=" it was 11:20 ")
    assert (cancellation.reason, cancellation.cancelled_by_name) == ("it was 11:20", "Bikram")
    assert _day() == (DayStatus.HALF_DAY, 350)
    states = PunchState.objects.order_by("occurred_at")
    assert [state.voided_at is None for state in states] == [False, True, True]
    event = AuditEvent.objects.get(verb="correction_cancelled")
    assert event.reason == "it was 11:20"
    mail = OutboxMessage.objects.get(template="attendance/email/correction_cancelled")
    assert (mail.to, mail.values["reason"]) == ("maya@kettle.example", "it was 11:20")


def test_cancelling_a_forgotten_check_out_takes_it_out(week: World) -> None:
    week.punch(week.maya, "2026-03-03 09:00")
    _judge(week)
    request = corrections.correction_file(date=TUESDAY, time=dt.time(17), by=week.actor(week.maya))
    _approve(week, request)
    assert _day(TUESDAY) == (DayStatus.PRESENT, 450)
    _cancel(week, request)
    assert _day(TUESDAY) == (DayStatus.INCOMPLETE, 0)


def test_cancelling_uncovers_the_days(week: World) -> None:
    request = _ask(week, _days(HOME, MONDAY, TUESDAY))
    _approve(week, request)
    _cancel(week, request)
    assert _statuses(MONDAY, TUESDAY) == ["HD", "A"]
    assert _ask(week, _days(HOME, MONDAY, TUESDAY)).pk


def test_what_hr_has_mended_since_stays_mended(week: World) -> None:
    request = _ask(week, _times(week, "in 2026-03-02 09:00", without="in"))
    _approve(week, request)
    added = Punch.objects.get(source=Source.REGULARISATION)
    decisions.punch_void(punch=added, reason="no", by=week.hr)
    _cancel(week, request)
    assert PunchEntry.objects.filter(tap_id=added.tap_id, kind="voided").count() == 1
    assert _day() == (DayStatus.HALF_DAY, 350)


def test_a_doubt_about_a_time_stands_again_when_its_correction_is_taken_back(week: World) -> None:
    PunchState.objects.filter(direction="in").update(is_flagged=True)
    request = _ask(week, _times(week, "in 2026-03-02 09:00", without="in"))
    _approve(week, request)
    state = PunchState.objects.get(occurred_at=at("2026-03-02 11:20"))
    assert (state.is_flagged, state.voided_at is None) == (False, False)
    _cancel(week, request)
    state.refresh_from_db()
    assert (state.is_flagged, state.voided_at, state.decided_at) == (True, None, None)
    said = PunchEntry.objects.filter(tap_id=state.punch.tap_id).order_by("id")
    assert list(said.values_list("kind", flat=True))[-2:] == ["voided", "reopened"]


def test_a_time_whose_correction_is_taken_back_never_counts_again(week: World) -> None:
    first = _ask(week, _times(week, "in 2026-03-02 09:00", without="in"))
    _approve(week, first)
    added = Punch.objects.get(source=Source.REGULARISATION)
    wanted = Wanted(
        kind=PUNCHES, first=MONDAY, last=MONDAY, added=_taps("in 2026-03-02 10:00"),
        voided=frozenset({str(added.public_id)}),
    )  # fmt: skip
    second = _ask(week, wanted)
    _approve(week, second)
    _cancel(week, first)
    _cancel(week, second)
    assert PunchState.objects.get(punch=added).voided_at is not None
    assert _day() == (DayStatus.HALF_DAY, 350)


def test_only_what_is_approved_is_taken_back_and_once(week: World) -> None:
    request = _ask(week, _days(HOME, MONDAY, TUESDAY))
    with pytest.raises(correction_errors.NotApproved):
        _cancel(week, request)
    _approve(week, request)
    with pytest.raises(ReasonMissing):
        _cancel(week, request, reason=" ")
    _cancel(week, request)
    with pytest.raises(correction_errors.NotApproved):
        _cancel(week, request)


def test_nobody_takes_their_own_approval_back(week: World) -> None:
    request = _ask(week, _days(HOME, MONDAY, TUESDAY))
    _approve(week, request)
    with pytest.raises(errors.OwnRequest):
        _cancel(week, request, by=week.actor(week.maya))


def test_a_stranger_takes_nothing_back(week: World, other_world: World) -> None:
    request = _ask(week, _days(HOME, MONDAY, TUESDAY))
    _approve(week, request)
    with pytest.raises(NotAllowed):
        _cancel(week, request, by=other_world.hr)
    _cancel(week, request, by=week.hr)


# --- given by HR --------------------------------------------------------------------------------
def _give(world: World, wanted: Wanted, **more: Any) -> CorrectionRequest:
    said = {"employee": world.maya, "reason": " at the client's ", "by": world.hr, **more}
    return corrections.correction_give(wanted=wanted, **said)


def test_hr_corrects_directly_whatever_the_limits(week: World) -> None:
    _settings(week, corrections_per_month=0, corrections_days_back=0, offers_on_duty=False)
    request = _give(week, _days(ON_DUTY, MONDAY, TUESDAY))
    decision = CorrectionDecision.objects.get(request=request)
    assert (decision.outcome, decision.decided_by_name, decision.reason) == (
        "approved", "Hari", "at the client's",
    )  # fmt: skip
    assert _statuses(MONDAY, TUESDAY) == ["OD", "OD"]
    assert AuditEvent.objects.get(verb="correction_given").reason == "at the client's"
    assert OutboxMessage.objects.get().template == "attendance/email/correction_decided"
    _cancel(week, request, by=week.hr)
    assert _statuses(MONDAY, TUESDAY) == ["HD", "A"]


def test_who_may_give_a_correction(week: World, other_world: World) -> None:
    wanted = _days(ON_DUTY, MONDAY, TUESDAY)
    with pytest.raises(errors.OwnRequest):
        _give(week, wanted, employee=week.hari)
    for by in (week.actor(week.bikram), other_world.hr):
        with pytest.raises(NotAllowed):
            _give(week, wanted, by=by)
    with pytest.raises(ReasonMissing):
        _give(week, wanted, reason=" ")
    with pytest.raises(correction_errors.CorrectionNotYet):
        _give(week, _days(ON_DUTY, MONDAY, dt.date(2026, 3, 9)))
    _ask(week, _days(HOME, TUESDAY, WEDNESDAY))
    with pytest.raises(correction_errors.DecideFirst):
        _give(week, wanted)
    assert not DayMark.objects.exists()
