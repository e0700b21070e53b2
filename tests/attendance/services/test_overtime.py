"""Deciding about extra minutes: who may, what counts, what a later change does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail

from attendance import tasks
from attendance.enums import PeriodState
from attendance.errors import (
    NothingToTakeBack,
    OvertimeDecided,
    OvertimeNothing,
    OvertimeTooMuch,
    OwnOvertime,
    PeriodLocked,
)
from attendance.models import AttendancePeriod, OvertimeDay, OvertimeDecision, Punch
from attendance.rules.overtime.standing import paid_by_rate
from attendance.selectors import overtime as selectors
from attendance.services import overtime
from attendance.services.decisions import punch_void
from companies import outbox
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import AuditEvent, Delegation, Placement
from companies.scoping import company_scope
from companies.services import notices_choose
from tests.attendance.overtime_world import (
    MONDAY,
    NOW,
    figures,
    fresh,
    give_everybody,
    make_policy,
    rule,
    work,
)
from tests.attendance.world import World, make_person, make_world

pytestmark = pytest.mark.usefixtures("scoped")


@pytest.fixture(autouse=True)
def later() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def extra(world: World) -> OvertimeDay:
    """Maya, whose manager is Bikram, worked 90 minutes more on Monday, a third of them banked."""
    banked = rule("Late", "clock", start="18:30", end="22:00", compensation="banked",
                  rate_percent=200)  # fmt: skip
    give_everybody(world, make_policy(world, rule(), banked, approval="manager"))
    Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    work(world, world.maya, MONDAY, ("09:00", "19:00"))
    return OvertimeDay.objects.get()


def _said(world: World, by: Actor | None = None) -> dict[str, Any]:
    return {
        "employee": world.maya, "date": MONDAY,
        "by": by or world.actor(world.bikram),
    }  # fmt: skip


def _row() -> OvertimeDay:
    return OvertimeDay.objects.get()


def _counts() -> tuple[str, int, int, int]:
    row = _row()
    return row.state, row.counted_extra, row.counted_missing, row.counted_banked


def test_nothing_counts_before_it_is_approved(world: World, extra: OvertimeDay) -> None:
    assert (extra.extra_minutes, extra.banked_minutes) == (90, 30)
    assert _counts() == ("waiting", 0, 0, 0)
    assert extra.waiting_since == NOW
    decision = overtime.overtime_approve(**_said(world))
    assert _counts() == ("approved", 90, 0, 30)
    assert (decision.decided_by_name, decision.on_behalf_of) == ("Bikram", "")
    assert _row().waiting_since is None
    event = AuditEvent.objects.get(verb="overtime_approved")
    assert event.changes["extra_minutes"] == [0, 90]


def test_a_later_refusal_takes_back_what_was_approved(world: World, extra: OvertimeDay) -> None:
    overtime.overtime_approve(**_said(world))
    overtime.overtime_refuse(**_said(world), reason="It was a party")
    assert _counts() == ("refused", 0, 0, 0)
    overtime.overtime_approve(**_said(world))
    assert _counts() == ("approved", 90, 0, 30)
    chain = list(OvertimeDecision.objects.order_by("id").values_list("outcome", flat=True))
    assert chain == ["approved", "refused", "approved"]


def test_another_figure_counts_and_recomputing_keeps_it(world: World, extra: OvertimeDay) -> None:
    overtime.overtime_set(
        **_said(world), extra_minutes=70, missing_minutes=5, reason="Twenty were dinner"
    )
    assert _counts() == ("set", 70, 5, 10)
    work(world, world.maya, MONDAY, ("19:10", "20:10"))
    row = _row()
    assert (row.extra_minutes, row.state, row.counted_extra) == (150, "set", 70)


def test_a_changed_figure_goes_back_to_approval(world: World, extra: OvertimeDay) -> None:
    for decide in (
        lambda: overtime.overtime_approve(**_said(world)),
        lambda: overtime.overtime_refuse(**_said(world), reason="No"),
    ):
        decide()
        start = _row().extra_minutes
        hour = 19 + OvertimeDecision.objects.count()
        work(world, world.maya, MONDAY, (f"{hour}:00", f"{hour}:30"))
        assert _row().extra_minutes == start + 30
        assert _counts() == ("waiting", 0, 0, 0)


def test_a_figure_that_somebody_set_stays_when_nothing_is_computed_any_more(
    world: World, extra: OvertimeDay
) -> None:
    overtime.overtime_set(**_said(world), extra_minutes=60, missing_minutes=0, reason="Agreed")
    _void_last_punch(world)
    row = _row()
    assert (row.extra_minutes, row.counted_extra, row.state) == (0, 60, "set")


def _void_last_punch(world: World) -> None:
    last = Punch.objects.order_by("-occurred_at").first()
    assert last is not None
    punch_void(punch=last, reason="By mistake", by=world.hr)


def test_a_figure_may_be_set_where_nothing_was_computed(world: World) -> None:
    give_everybody(world, make_policy(world, rule()))
    work(world, world.maya, MONDAY, ("09:00", "17:30"))
    said = _said(world, world.hr)
    assert figures(world.maya) == {}
    with pytest.raises(OvertimeNothing):
        overtime.overtime_approve(**said)
    overtime.overtime_set(**said, extra_minutes=45, missing_minutes=0, reason="Worked at home")
    assert _counts() == ("set", 45, 0, 0)
    overtime.overtime_take_back(**said)
    assert figures(world.maya) == {}
    with pytest.raises(OvertimeNothing):
        overtime.overtime_set(
            employee=world.maya, date=MONDAY + dt.timedelta(days=300), by=world.hr,
            extra_minutes=45, missing_minutes=0, reason="Worked at home",
        )  # fmt: skip


def test_nobody_decides_about_their_own(world: World, extra: OvertimeDay) -> None:
    with pytest.raises(OwnOvertime):
        overtime.overtime_approve(**_said(world, world.actor(world.maya)))


def test_only_who_answers_for_the_person_decides(world: World, extra: OvertimeDay) -> None:
    stranger = make_person(world.company, "Sita", world.office, None)
    with pytest.raises(NotAllowed):
        overtime.overtime_approve(**_said(world, world.actor(stranger)))
    other = make_world("elsewhere")
    with pytest.raises(NotAllowed):
        overtime.overtime_approve(**_said(world, other.hr))
    overtime.overtime_approve(**_said(world, world.hr))


def test_who_stands_in_decides_on_behalf(world: World, extra: OvertimeDay) -> None:
    sita = make_person(world.company, "Sita", world.office, None)
    Delegation.objects.create(
        company=world.company, giver=world.bikram, delegate=sita,
        starts_on=NOW.date(), ends_on=NOW.date(), made_by=world.bikram.user,
    )  # fmt: skip
    decision = overtime.overtime_approve(**_said(world, world.actor(sita)))
    assert (decision.decided_by_name, decision.on_behalf_of) == ("Sita", "Bikram")


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        (lambda s: overtime.overtime_refuse(**s, reason=" "), ReasonMissing),
        (lambda s: overtime.overtime_set(**s, extra_minutes=1, missing_minutes=0, reason=""),
         ReasonMissing),
        (lambda s: overtime.overtime_set(**s, extra_minutes=2881, missing_minutes=0, reason="x"),
         OvertimeTooMuch),
        (lambda s: overtime.overtime_take_back(**s), NothingToTakeBack),
    ],
)  # fmt: skip
def test_what_is_refused(
    world: World, extra: OvertimeDay, deed: Callable[[dict[str, Any]], Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        deed(_said(world))
    assert _counts() == ("waiting", 0, 0, 0)
    assert not OvertimeDecision.objects.exists()


def test_the_same_decision_twice_is_told(world: World, extra: OvertimeDay) -> None:
    overtime.overtime_approve(**_said(world))
    with pytest.raises(OvertimeDecided):
        overtime.overtime_approve(**_said(world))


def test_a_locked_month_is_decided(world: World, extra: OvertimeDay) -> None:
    AttendancePeriod.objects.create(
        company=world.company, starts_on=MONDAY.replace(day=1), state=PeriodState.LOCKED,
        locked_at=NOW, locked_by=world.hari.user,
    )  # fmt: skip
    for deed in (overtime.overtime_approve, overtime.overtime_take_back):
        with pytest.raises(PeriodLocked):
            deed(**_said(world))


def test_ones_own_decision_of_this_moment_can_be_taken_back(
    world: World, extra: OvertimeDay, later: Any
) -> None:
    overtime.overtime_approve(**_said(world))
    with pytest.raises(NothingToTakeBack):
        overtime.overtime_take_back(**_said(world, world.hr))
    overtime.overtime_take_back(**_said(world))
    assert _counts() == ("waiting", 0, 0, 0)
    overtime.overtime_approve(**_said(world))
    later.shift(dt.timedelta(minutes=11))
    with pytest.raises(NothingToTakeBack):
        overtime.overtime_take_back(**_said(world))


def test_managers_are_told_once_a_day_and_the_person_of_the_decision(
    world: World, extra: OvertimeDay, later: Any
) -> None:
    for _ in range(2):
        tasks.absence_sweep()
    outbox.drain()
    (asked,) = mail.outbox
    assert asked.to == ["bikram@kettle.example"]
    assert "Maya" in str(asked.body)
    mail.outbox.clear()
    with company_scope(world.company):
        overtime.overtime_set(**_said(world), extra_minutes=60, missing_minutes=0, reason="Dinner")
    outbox.drain()
    (told,) = mail.outbox
    assert told.to == ["maya@kettle.example"]
    assert "Another figure counts" in told.subject
    assert "60 extra" in str(told.body)
    assert "Dinner" in str(told.body)
    assert "/me/notices/" in str(told.body) and "/me/notices/" in str(asked.body)
    # What began to wait long ago is not told every day.
    OvertimeDay.objects.update(state="waiting", waiting_since=NOW - dt.timedelta(days=2))
    assert overtime.overtime_ask(company=world.company, now=NOW) == 0


def test_who_has_no_mail_is_not_told(world: World, extra: OvertimeDay) -> None:
    for person in (world.maya, world.bikram):
        person.user.email = None
        person.user.save()
    said = {**_said(world), "employee": fresh(world.maya)}
    overtime.overtime_approve(**said)
    OvertimeDay.objects.update(state="waiting", waiting_since=NOW)
    assert overtime.overtime_ask(company=world.company, now=NOW) == 0


def test_who_switched_the_mail_off_is_not_told(world: World, extra: OvertimeDay) -> None:
    for person, kind in ((world.maya, "overtime_decided"), (world.bikram, "overtime_asked")):
        notices_choose(wanted={kind: False}, by=world.actor(person))
    OvertimeDay.objects.update(state="waiting", waiting_since=NOW)
    assert overtime.overtime_ask(company=world.company, now=NOW) == 0
    overtime.overtime_approve(**_said(world))
    outbox.drain()
    assert mail.outbox == []


def test_no_minute_of_a_figure_that_was_set_is_paid_and_banked_too(
    world: World, extra: OvertimeDay
) -> None:
    overtime.overtime_set(**_said(world), extra_minutes=70, missing_minutes=0, reason="Agreed")
    assert _counts() == ("set", 70, 0, 10)
    _void_last_punch(world)
    # Without parts all of it is paid, so none of it is time off any more.
    row = _row()
    assert paid_by_rate(selectors.parts_of(row), row.counted_extra) == {100: 70}
    assert _counts() == ("set", 70, 0, 0)


def test_the_sums_of_a_stretch(world: World, extra: OvertimeDay) -> None:
    rows = selectors.of_month(fresh(world.maya), MONDAY, MONDAY)
    sums = selectors.totals(rows.values())
    assert (sums.extra, sums.counted_extra, sums.waiting, sums.is_nothing) == (90, 0, 1, False)
    assert selectors.banked(world.maya) == []
    overtime.overtime_approve(**_said(world))
    assert [row.counted_banked for row in selectors.banked(world.maya)] == [30]
    assert selectors.banked(world.maya, since=MONDAY + dt.timedelta(days=1)) == []
