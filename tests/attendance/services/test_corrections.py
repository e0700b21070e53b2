"""The answer to "when did you leave?": filed by the person, decided by whoever answers for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from attendance import errors
from attendance.enums import CorrectionOutcome, DayStatus, Direction, Source
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    CorrectionDecision,
    CorrectionRequest,
    Punch,
    PunchState,
)
from attendance.services import corrections
from attendance.services.days import person_recompute
from companies.actor import Actor
from companies.enums import Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import (
    AuditEvent,
    Department,
    Employee,
    OutboxMessage,
    Placement,
    RoleGrant,
    User,
)
from companies.scoping import company_scope
from tests.attendance.world import START, World, at
from tests.companies.conftest import Together

MONDAY = dt.date(2026, 3, 2)
NOW = "2026-03-03 12:00"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOW), tick=False) as traveller:
        yield traveller


def _judge(world: World, employee: Employee | None = None) -> None:
    person_recompute(
        employee=employee or world.maya, first=MONDAY, last=dt.date(2026, 3, 3), now=at(NOW)
    )


@pytest.fixture
def forgot(scoped: World) -> World:
    """Maya, whose manager is Bikram, came on Monday at 09:04 and never went."""
    Placement.objects.filter(employee=scoped.maya).update(manager=scoped.bikram)
    scoped.punch(scoped.maya, "2026-03-02 09:04")
    _judge(scoped)
    return scoped


def _file(world: World, time: str = "18:05", note: str = "", **changes: Any) -> CorrectionRequest:
    by = changes.pop("by", world.actor(world.maya))
    wanted = {"date": MONDAY, "time": dt.time.fromisoformat(time), "note": note, **changes}
    return corrections.correction_file(by=by, **wanted)


def _day() -> AttendanceDay:
    found: AttendanceDay = AttendanceDay.objects.get(date=MONDAY)
    return found


# --- filing -----------------------------------------------------------------------------------
def test_the_answer_is_filed_and_changes_nothing_yet(forgot: World) -> None:
    request = _file(forgot, note="  a long call ")
    assert request.out_at == at("2026-03-02 18:05")
    assert (request.zone, request.note) == ("Asia/Kathmandu", "a long call")
    assert _day().status == DayStatus.INCOMPLETE
    assert Punch.objects.count() == 1
    event = AuditEvent.objects.get(verb="correction_requested")
    assert event.changes == {"out_at": [None, "2026-03-02T12:20:00+00:00"]}
    (mail,) = OutboxMessage.objects.all()
    assert (mail.to, mail.template) == (
        "bikram@kettle.example", "attendance/email/correction_asked",
    )  # fmt: skip
    assert mail.values["date"] == "Monday, 2 March"
    assert (mail.values["person"], mail.values["what"]) == ("Maya", "Left at 18:05")
    assert mail.values["link"].endswith("/inbox/")


def test_a_time_before_the_check_in_is_the_next_morning(forgot: World) -> None:
    assert _file(forgot, "01:30").out_at == at("2026-03-03 01:30")


def test_a_pass_over_a_day_that_misses_nothing_is_refused(forgot: World) -> None:
    for date in (dt.date(2026, 3, 1), dt.date(2026, 3, 3)):
        with pytest.raises(errors.NothingMissing):
            _file(forgot, date=date)
    forgot.punch(forgot.maya, "2026-03-02 17:30", Direction.OUT)
    with pytest.raises(errors.NothingMissing):
        _file(forgot)


def test_only_breaks_ask_for_no_check_out(scoped: World) -> None:
    scoped.punch(scoped.maya, "2026-03-02 12:00", Direction.BREAK_START)
    scoped.punch(scoped.maya, "2026-03-02 12:30", Direction.BREAK_END)
    _judge(scoped)
    assert "missing_out" in _day().exceptions
    with pytest.raises(errors.NothingMissing):
        _file(scoped)


def test_who_works_nowhere_files_nothing(forgot: World) -> None:
    hr = Actor(kind=forgot.hr.kind, company=forgot.company, user=forgot.hari.user)
    with pytest.raises(NotAllowed):
        _file(forgot, by=hr)


def test_one_answer_of_a_day_at_a_time(forgot: World) -> None:
    request = _file(forgot)
    with pytest.raises(errors.AskedAlready):
        _file(forgot, "18:10")
    corrections.correction_withdraw(request=request, by=forgot.actor(forgot.maya))
    assert _file(forgot, "18:10").out_at == at("2026-03-02 18:10")


def test_a_locked_month_takes_no_answer(forgot: World) -> None:
    _lock(forgot)
    with pytest.raises(errors.PeriodLocked):
        _file(forgot)


def _lock(world: World) -> None:
    AttendancePeriod.objects.create(
        company=world.company, starts_on=MONDAY.replace(day=1), state="locked",
        locked_at=at(NOW), locked_by=world.hari.user,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("time", "is_taken"), [("12:00", True), ("12:01", False)], ids=["now", "a minute to come"]
)
def test_nobody_left_in_the_future(scoped: World, time: str, is_taken: bool) -> None:
    scoped.punch(scoped.bikram, "2026-03-02 13:00")
    Placement.objects.update(default_shift=None)
    _judge(scoped, scoped.bikram)
    by = scoped.actor(scoped.bikram)
    if is_taken:
        assert _file(scoped, time, by=by).out_at == at("2026-03-03 12:00")
        return
    with pytest.raises(errors.TimeInFuture, match="12:01") as refusal:
        _file(scoped, time, by=by)
    assert str(refusal.value) == "12:01 is still to come. When did you leave?"


@pytest.mark.parametrize(
    ("time", "is_taken"), [("09:04", False), ("09:05", True)], ids=["same minute", "the next"]
)
def test_the_out_comes_a_minute_after_the_in_at_least(
    scoped: World, time: str, is_taken: bool
) -> None:
    scoped.punch(scoped.maya, "2026-03-02 09:04:00")
    _judge(scoped)
    if is_taken:
        assert _file(scoped, time).out_at == at("2026-03-02 09:05")
        return
    with pytest.raises(errors.OutBeforeIn) as refusal:
        _file(scoped, time)
    assert refusal.value.values == {"time": "09:04"}


@pytest.mark.parametrize(
    ("time", "is_taken"), [("17:04", True), ("17:05", False)], ids=["8 hours", "a minute more"]
)
def test_the_longest_presence_bounds_the_answer(forgot: World, time: str, is_taken: bool) -> None:
    row = _day()
    row.input["policy"]["max_presence_hours"] = 8
    row.save(update_fields=["input"])
    if is_taken:
        assert _file(forgot, time).out_at == at("2026-03-02 17:04")
        return
    with pytest.raises(errors.OutTooLate) as refusal:
        _file(forgot, time)
    assert refusal.value.values == {"hours": 8, "time": "09:04"}


@pytest.mark.parametrize(
    ("time", "is_taken"), [("08:50", True), ("08:51", False)], ids=["touches", "over it"]
)
def test_no_punch_may_lie_inside_the_pair(forgot: World, time: str, is_taken: bool) -> None:
    forgot.punch(forgot.maya, "2026-03-03 08:50")
    if is_taken:
        assert _file(forgot, time).out_at == at("2026-03-03 08:50")
        return
    with pytest.raises(errors.OutOverlaps) as refusal:
        _file(forgot, time)
    assert refusal.value.values == {"time": "08:50"}


# --- deciding ---------------------------------------------------------------------------------
def _bikram(world: World) -> Actor:
    return world.actor(world.bikram)


def test_approval_adds_the_check_out_and_judges_the_day(forgot: World) -> None:
    forgot.punch(forgot.maya, "2026-03-03 08:55")
    request = _file(forgot, note="a long call")
    decision = corrections.correction_decide(request=request, is_approved=True, by=_bikram(forgot))
    row = _day()
    assert (row.status, row.worked_minutes, row.exceptions) == (DayStatus.PRESENT, 511, [])
    punch = Punch.objects.get(direction=Direction.OUT)
    assert (punch.occurred_at, punch.source) == (request.out_at, Source.REGULARISATION)
    assert PunchState.objects.get(punch=punch).attendance_date == MONDAY
    assert (decision.outcome, decision.decided_by_name) == (CorrectionOutcome.APPROVED, "Bikram")
    assert AuditEvent.objects.filter(verb="correction_approved").count() == 1
    mail = OutboxMessage.objects.get(template="attendance/email/correction_decided")
    assert (mail.to, mail.values["is_approved"]) == ("maya@kettle.example", True)
    assert mail.values["link"].endswith("/day/2026-03-02/")


def test_a_refusal_says_why_and_adds_nothing(forgot: World) -> None:
    request = _file(forgot)
    with pytest.raises(ReasonMissing):
        corrections.correction_decide(
            request=request, is_approved=False, reason=" ", by=_bikram(forgot)
        )
    decision = corrections.correction_decide(
        request=request, is_approved=False, reason="You left at 17", by=_bikram(forgot)
    )
    assert (decision.outcome, decision.reason) == (CorrectionOutcome.REFUSED, "You left at 17")
    assert _day().status == DayStatus.INCOMPLETE
    assert Punch.objects.count() == 1
    assert AuditEvent.objects.get(verb="correction_refused").reason == "You left at 17"
    mail = OutboxMessage.objects.get(template="attendance/email/correction_decided")
    assert (mail.values["is_approved"], mail.values["reason"]) == (False, "You left at 17")
    assert _file(forgot, "17:00").out_at == at("2026-03-02 17:00")


def test_what_is_decided_stays_decided(forgot: World) -> None:
    request = _file(forgot)
    corrections.correction_decide(request=request, is_approved=True, by=_bikram(forgot))
    for is_approved in (True, False):
        with pytest.raises(errors.RequestDecided):
            corrections.correction_decide(
                request=request, is_approved=is_approved, reason="again", by=_bikram(forgot)
            )
    with pytest.raises(errors.RequestDecided):
        corrections.correction_withdraw(request=request, by=forgot.actor(forgot.maya))
    assert Punch.objects.count() == 2


def test_what_was_taken_back_is_decided_by_nobody(forgot: World) -> None:
    request = _file(forgot)
    corrections.correction_withdraw(request=request, by=forgot.actor(forgot.maya))
    assert AuditEvent.objects.filter(verb="correction_withdrawn").count() == 1
    with pytest.raises(errors.RequestDecided):
        corrections.correction_decide(request=request, is_approved=True, by=_bikram(forgot))


def test_only_the_person_takes_it_back(forgot: World) -> None:
    request = _file(forgot)
    for by in (_bikram(forgot), forgot.hr):
        with pytest.raises(NotAllowed):
            corrections.correction_withdraw(request=request, by=by)


def test_a_month_that_was_locked_meanwhile_stands(forgot: World) -> None:
    request = _file(forgot)
    _lock(forgot)
    with pytest.raises(errors.PeriodLocked):
        corrections.correction_decide(request=request, is_approved=True, by=_bikram(forgot))
    assert not CorrectionDecision.objects.exists()
    corrections.correction_decide(
        request=request, is_approved=False, reason="locked", by=_bikram(forgot)
    )


def test_a_day_that_was_mended_meanwhile_is_not_mended_twice(forgot: World) -> None:
    request = _file(forgot)
    forgot.punch(forgot.maya, "2026-03-02 17:30", Direction.OUT)
    with pytest.raises(errors.NothingMissing):
        corrections.correction_decide(request=request, is_approved=True, by=_bikram(forgot))
    assert Punch.objects.count() == 2
    assert not CorrectionDecision.objects.exists()


def test_nobody_decides_about_themselves(forgot: World) -> None:
    request = _file(forgot)
    with pytest.raises(errors.OwnRequest):
        corrections.correction_decide(
            request=request, is_approved=True, by=forgot.actor(forgot.maya, Role.HR)
        )


def _stranger(world: World, *roles: Role) -> Actor:
    user = User.objects.create_user(email="x@kettle.example", name="Xaver")
    employee = Employee.objects.create(
        company=world.company, user=user, code="x", name="Xaver", joined_on=START
    )
    return world.actor(employee, *roles)


@pytest.mark.parametrize("roles", [(), (Role.AUDITOR,), (Role.MANAGER,)])
def test_who_does_not_answer_for_the_person_does_not_decide(
    forgot: World, roles: tuple[Role, ...]
) -> None:
    request = _file(forgot)
    with pytest.raises(NotAllowed):
        corrections.correction_decide(
            request=request, is_approved=True, by=_stranger(forgot, *roles)
        )
    assert not CorrectionDecision.objects.exists()


def test_hr_elsewhere_does_not_decide(forgot: World, other_world: World) -> None:
    request = _file(forgot)
    with pytest.raises(NotAllowed):
        corrections.correction_decide(request=request, is_approved=True, by=other_world.hr)


def test_hr_decides_for_everybody(forgot: World) -> None:
    request = _file(forgot)
    corrections.correction_decide(request=request, is_approved=True, by=forgot.hr)
    assert _day().status == DayStatus.PRESENT


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once(together: Together, world: World) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        world.punch(world.maya, "2026-03-02 09:04")
        _judge(world)
        request = _file(world)

    def decide(by: Actor) -> Any:
        with company_scope(world.company):
            return corrections.correction_decide(request=request, is_approved=True, by=by)

    answers = together(lambda: decide(world.hr), lambda: decide(_bikram(world)))
    assert sorted(type(item).__name__ for item in answers) == [
        "CorrectionDecision", "RequestDecided",
    ]  # fmt: skip
    with company_scope(world.company):
        assert Punch.objects.count() == 2


# --- who is told ------------------------------------------------------------------------------
def _told(world: World) -> list[str]:
    _file(world)
    return sorted(OutboxMessage.objects.values_list("to", flat=True))


def test_without_a_manager_the_departments_is_told(forgot: World) -> None:
    works = Department.objects.create(company=forgot.company, name="Works")
    looms = Department.objects.create(company=forgot.company, name="Looms", parent=works)
    Placement.objects.filter(employee=forgot.maya).update(manager=None, department=looms)
    for user in (forgot.bikram.user, forgot.maya.user):
        RoleGrant.objects.create(
            company=forgot.company, user=user, role=Role.MANAGER, department=works, starts_on=START
        )
    assert _told(forgot) == ["bikram@kettle.example"]


def test_without_any_manager_hr_is_told(forgot: World) -> None:
    Placement.objects.filter(employee=forgot.maya).update(manager=None)
    assert _told(forgot) == ["hari@kettle.example"]


def test_who_has_no_address_is_not_written_to(forgot: World) -> None:
    User.objects.filter(pk__in=[forgot.bikram.user.pk, forgot.maya.user.pk]).update(email=None)
    forgot.maya.user.refresh_from_db()
    request = _file(forgot)
    corrections.correction_decide(request=request, is_approved=True, by=forgot.hr)
    assert not OutboxMessage.objects.exists()
