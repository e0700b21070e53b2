"""Reminders, passing on, and notices of what lapses: by a job that may be late or run twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies import outbox, services
from companies.actor import Actor
from companies.models import (
    AuditEvent,
    CalendarDay,
    Delegation,
    Employee,
    OfficeVersion,
    OutboxMessage,
    Placement,
    RoleGrant,
)
from companies.scoping import company_scope, no_scope
from companies.selectors import manager_above, team_of
from leave import tasks
from leave.enums import Decider, GoesTo, RequestState, StepKind
from leave.inbox import LeaveRequests
from leave.models import LeaveRequest, LeaveRequestState, ReminderVersion, RequestStep
from leave.rules.reminding import ReminderRules
from leave.selectors.reminders import lapsing, reminder_rules, waiting_long
from leave.services import decisions, requests, settings
from leave.services.reminders import request_remind
from leave.terms import Link
from tests.attendance.world import at, make_person
from tests.leave.world import Leave, d, make_leave, n

JOB = "leave_reminders"
Traveller = Any


@pytest.fixture(autouse=True)
def world(leave: Leave) -> Iterator[Traveller]:
    """It is Monday noon; Maya has ten days, Asha is above Bikram."""
    leave.grant("10")
    with time_machine.travel(at("2026-03-02 12:00"), tick=False) as traveller:
        yield traveller


def _asha(leave: Leave) -> Employee:
    made = make_person(leave.world.company, "Asha", leave.world.office, leave.world.day_shift)
    Placement.objects.filter(employee=leave.world.bikram).update(manager=made)
    return made


def _rules(leave: Leave, **knobs: Any) -> None:
    ReminderVersion.objects.create(company=leave.world.company, **knobs)


def _run(moment: str) -> int:
    with time_machine.travel(at(moment), tick=False):
        return tasks.leave_reminders()


def _to(template: str) -> list[str]:
    rows = OutboxMessage.objects.filter(template=f"leave/email/{template}").order_by("id")
    return [row.to.partition("@")[0] for row in rows]


def _sent(words: str) -> list[Any]:
    """Return the mails, sent later, in whose subject these words stand."""
    outbox.drain(now=at("2026-12-01 12:00"))
    return [message for message in mail.outbox if words in message.subject]


def _state(request: LeaveRequest) -> LeaveRequestState:
    found: LeaveRequestState = LeaveRequestState.objects.get(request=request)
    return found


def _waiting(actor: Actor, moment: str) -> bool:
    with time_machine.travel(at(moment), tick=False):
        team = team_of(actor, on=at(moment).date())
        return LeaveRequests().waiting(actor, team=team).exists()


def _kinds(request: LeaveRequest) -> list[str]:
    steps = RequestStep.objects.filter(request=request).order_by("number")
    return list(steps.values_list("kind", flat=True))


# --- reminders ------------------------------------------------------------------------------------
def test_whoever_decides_is_reminded_after_two_working_days_and_again(leave: Leave) -> None:
    request = leave.submit("04-20")
    assert [_run(f"2026-03-0{day} 12:00") for day in (2, 3, 4, 4, 5)] == [0, 0, 1, 0, 0]
    assert _to("leave_waits") == ["bikram"]
    # The week before was one reminder; Monday's is due, the weekend counts for nothing.
    assert [_run(f"2026-03-{day} 12:00") for day in ("06", "07", "08")] == [1, 0, 0]
    assert _kinds(request) == ["submitted", "reminded", "reminded"]
    step = RequestStep.objects.filter(request=request).order_by("-number")[0]
    assert (step.by_kind, step.by_name, step.place, step.values) == ("job", JOB, 1, {"nth": 2})
    event = AuditEvent.objects.filter(verb="leave_reminded")
    assert event.count() == 2
    body = str(_sent("waits for your answer")[0].body)
    assert "has waited for an answer since Mon, 2 March 2026." in body
    assert "When: Mon, 20 April 2026, counting 1 day" in body


def test_an_outage_of_a_week_writes_one_reminder_and_passes_on_once(leave: Leave) -> None:
    _asha(leave)
    request = leave.submit("04-20")
    assert _run("2026-03-09 12:00") == 2
    assert _kinds(request) == ["submitted", "reminded", "passed_on"]
    assert _run("2026-03-09 13:00") == 0
    status = _state(request)
    assert (status.reminded, status.reach) == (2, 1)
    assert _to("leave_waits") == ["bikram"]


def test_a_day_begins_with_the_morning_where_the_person_is(leave: Leave) -> None:
    """Kathmandu is ahead of UTC by 5:45, Los Angeles behind it by 8 hours."""
    request = leave.submit("04-20")
    assert _run("2026-03-04 05:59") == 0
    assert _run("2026-03-04 06:01") == 1
    LeaveRequestState.objects.filter(request=request).update(reminded=0)
    OfficeVersion.objects.update(zone="America/Los_Angeles")
    leave.world.company.refresh_from_db()
    # There it was asked on Sunday night, so that Tuesday at six is the second working day.
    assert _run("2026-03-03 19:44") == 0
    assert _run("2026-03-03 19:46") == 1


def test_a_holiday_is_no_day_of_waiting(leave: Leave) -> None:
    CalendarDay.objects.create(
        company=leave.world.company, date=d("03-04"), kind="holiday", name="Holi"
    )
    leave.submit("04-20")
    assert (_run("2026-03-04 12:00"), _run("2026-03-05 12:00")) == (0, 1)


def test_settings_say_when(leave: Leave) -> None:
    _rules(leave, remind_after_days=1, remind_every_days=0, escalate_after_days=0)
    leave.submit("04-20")
    assert [_run(f"2026-03-{day} 12:00") for day in ("03", "05", "19", "31")] == [1, 0, 0, 0]
    # From a date on others hold; the last written of one date is in force.
    _rules(leave, starts_on=d("04-01"), remind_after_days=5)
    _rules(leave, starts_on=d("04-01"), remind_after_days=0, lapse_first_days=0)
    assert reminder_rules(d("03-31")).remind_after == 1
    assert reminder_rules(d("04-01")) == ReminderRules(
        remind_after=0, remind_every=2, escalate_after=5, goes_above=True, lapse_days=(7,)
    )


def test_nobody_is_reminded_of_what_is_decided_or_of_who_has_left(leave: Leave) -> None:
    leave.approve(leave.submit("04-20"))
    leave.submit("04-21")
    Employee.objects.filter(pk=leave.world.maya.pk).update(left_on=d("03-03"))
    assert _run("2026-03-10 12:00") == 0


def test_who_stands_in_is_reminded_while_it_lasts(leave: Leave) -> None:
    nima = make_person(leave.world.company, "Nima", leave.world.office, leave.world.day_shift)
    leave.submit("04-20")
    Delegation.objects.create(
        company=leave.world.company, giver=leave.world.bikram, delegate=nima,
        starts_on=d("03-03"), ends_on=d("03-05"), made_by=leave.world.bikram.user,
    )  # fmt: skip
    _run("2026-03-04 12:00")
    assert sorted(_to("leave_waits")) == ["bikram", "nima"]
    _run("2026-03-06 12:00")
    assert sorted(_to("leave_waits")) == ["bikram", "bikram", "nima"]


def test_who_switched_reminders_off_gets_none_and_the_request_goes_its_way(leave: Leave) -> None:
    services.notices_choose(wanted={"leave_waiting": False}, by=leave.boss)
    request = leave.submit("04-20")
    assert _run("2026-03-04 12:00") == 1
    assert (_to("leave_waits"), _kinds(request)) == ([], ["submitted", "reminded"])


def test_a_question_without_answer_reminds_the_person(leave: Leave) -> None:
    request = leave.submit("04-20")
    decisions.request_ask_back(request=request, by=leave.boss, reason="Who stays?")
    assert (_run("2026-03-04 12:00"), _run("2026-03-04 13:00")) == (1, 0)
    assert (_to("leave_unanswered"), _to("leave_waits")) == (["maya"], [])
    assert _run("2026-04-17 12:00") == 1
    assert _state(request).state == RequestState.ASKED_BACK
    body = str(_sent("waits for your answer")[0].body)
    assert "Bikram asked you something and cannot decide before you answer." in body
    assert "The question: Who stays?" in body


# --- passing on -----------------------------------------------------------------------------------
def test_it_goes_to_whom_the_manager_answers_to_and_then_to_hr(leave: Leave) -> None:
    asha = _asha(leave)
    above = leave.world.actor(asha)
    request = leave.submit("04-20")
    assert not _waiting(above, "2026-03-06 12:00")
    _run("2026-03-09 12:00")
    status = _state(request)
    assert (status.reach, status.passed_to_id, status.waits_for_hr) == (1, asha.pk, False)
    assert _to("leave_passed_on") == ["asha"]
    assert _waiting(above, "2026-03-09 12:00")
    assert _waiting(leave.boss, "2026-03-09 12:00")
    step = RequestStep.objects.get(request=request, kind=StepKind.PASSED_ON)
    assert step.values == {"reach": 1, "to": "Asha"}
    event = AuditEvent.objects.get(verb="leave_passed_on")
    assert event.changes == {"reach": [0, 1], "to": [None, "Asha"]}
    assert _run("2026-03-09 15:00") == 0
    _run("2026-03-16 12:00")
    status = _state(request)
    assert (status.reach, status.passed_to_id, status.waits_for_hr) == (2, asha.pk, True)
    assert _to("leave_passed_on") == ["asha", "hari"]
    with time_machine.travel(at("2026-03-16 13:00"), tick=False):
        found = LeaveRequests().find(above, request.public_id)
        assert found == request
        decisions.request_approve(request=request, by=above)
    status = _state(request)
    assert (status.state, status.passed_to_id, status.reach, status.reminded) == (
        "approved", None, 0, 0,
    )  # fmt: skip


def test_who_stands_in_for_whom_it_went_to_decides_in_their_stead(leave: Leave) -> None:
    asha = _asha(leave)
    nima = make_person(leave.world.company, "Nima", leave.world.office, leave.world.day_shift)
    Delegation.objects.create(
        company=leave.world.company, giver=asha, delegate=nima, starts_on=d("03-09"),
        ends_on=d("03-10"), made_by=asha.user,
    )  # fmt: skip
    request = leave.submit("04-20")
    _run("2026-03-09 12:00")
    assert sorted(_to("leave_passed_on")) == ["asha", "nima"]
    actor = leave.world.actor(nima)
    assert _waiting(actor, "2026-03-09 12:00")
    with time_machine.travel(at("2026-03-09 13:00"), tick=False):
        step = decisions.request_approve(request=request, by=actor)
    assert (step.by_name, step.on_behalf_of) == ("Nima", "Asha")


def test_nobody_else_may_decide_because_it_was_passed_on(leave: Leave) -> None:
    asha = _asha(leave)
    rita = make_person(leave.world.company, "Rita", leave.world.office, leave.world.day_shift)
    request, other = leave.submit("04-20"), leave.submit("04-27")
    _run("2026-03-09 12:00")
    leave.approve(other)
    with time_machine.travel(at("2026-03-09 13:00"), tick=False):
        assert LeaveRequests().find(leave.world.actor(rita), request.public_id) is None
        # Of what does not wait with them any more they decide nothing either.
        assert LeaveRequests().find(leave.world.actor(asha), other.public_id) is None


def test_without_anybody_above_it_goes_to_hr(leave: Leave) -> None:
    request = leave.submit("04-20")
    _run("2026-03-09 12:00")
    assert (_state(request).reach, _to("leave_passed_on")) == (2, ["hari"])
    assert RequestStep.objects.get(kind=StepKind.PASSED_ON).values == {"reach": 2, "to": "hr"}


def test_a_company_may_pass_on_to_hr_at_once(leave: Leave) -> None:
    _asha(leave)
    _rules(leave, escalate_after_days=3, goes_to=GoesTo.HR)
    leave.submit("04-20")
    _run("2026-03-05 12:00")
    assert _to("leave_passed_on") == ["hari"]


@pytest.mark.parametrize("decider", [Decider.HR, Decider.PERSON])
def test_what_waits_for_others_than_the_manager_goes_to_hr(leave: Leave, decider: Decider) -> None:
    asha = _asha(leave)
    person = asha.pk if decider == Decider.PERSON else None
    chain = (Link(1, decider, n("0"), person),)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    request = leave.submit("04-20")
    _run("2026-03-09 12:00")
    assert (_state(request).reach, _to("leave_passed_on")) == (2, ["hari"])


def test_hr_never_hears_of_their_own(leave: Leave) -> None:
    world = leave.world
    RoleGrant.objects.create(
        company=world.company, user=world.maya.user, role="hr", starts_on=d("01-01")
    )
    leave.submit("04-20")
    _run("2026-03-09 12:00")
    assert _to("leave_passed_on") == ["hari"]


def test_hr_is_told_on_the_working_day_before_it_begins(leave: Leave) -> None:
    """Leave from Monday on: Friday is the day."""
    _rules(leave, escalate_after_days=0, remind_after_days=0)
    request = leave.submit("03-09")
    assert (_run("2026-03-05 23:00"), _run("2026-03-06 05:00")) == (0, 0)
    assert (_run("2026-03-06 07:00"), _run("2026-03-06 08:00"), _run("2026-03-09 12:00")) == (
        1, 0, 0,
    )  # fmt: skip
    assert (_to("leave_passed_on"), _state(request).waits_for_hr) == (["hari"], True)


def test_an_outage_over_the_beginning_tells_hr_afterwards(leave: Leave) -> None:
    leave.submit("03-09")
    assert _run("2026-03-16 12:00") == 2
    assert _to("leave_passed_on") == ["hari"]


def test_leave_asked_for_tomorrow_stays_four_hours_with_who_was_asked(leave: Leave) -> None:
    leave.submit("03-03")
    assert (_run("2026-03-02 15:59"), _run("2026-03-02 16:00")) == (0, 1)
    assert _to("leave_passed_on") == ["hari"]


def test_sickness_told_afterwards_goes_by_its_days(leave: Leave) -> None:
    leave.submit("02-26")
    assert (_run("2026-03-03 12:00"), _to("leave_passed_on")) == (0, [])


def test_a_wish_to_cancel_is_reminded_and_passed_on_alike(leave: Leave) -> None:
    request = leave.approve(leave.submit("03-12", "03-13"))
    requests.cancel_ask(request=request, by=leave.me)
    assert _run("2026-03-11 12:00") == 2
    assert (_to("leave_waits"), _to("leave_passed_on")) == (["bikram"], ["hari"])
    body = str(_sent("Nobody has decided")[0].body)
    assert "Maya wants to give approved leave (Annual) back." in body
    requests.request_withdraw(request=request, by=leave.me)
    status = _state(request)
    assert (status.state, status.waits_for_hr, status.reach) == ("approved", False, 0)


def test_the_next_place_begins_anew(leave: Leave) -> None:
    _asha(leave)
    chain = (Link(1, Decider.MANAGER, n("0")), Link(2, Decider.HR, n("0")))
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    request = leave.submit("04-20")
    _run("2026-03-09 12:00")
    with time_machine.travel(at("2026-03-09 13:00"), tick=False):
        decisions.request_approve(request=request, by=leave.boss)
    status = _state(request)
    assert (status.place, status.reach, status.reminded, status.passed_to_id) == (2, 0, 0, None)
    assert _run("2026-03-10 12:00") == 0
    assert _run("2026-03-11 13:00") == 1
    assert _to("leave_waits") == ["bikram", "hari"]


def test_above_is_nobody_who_left_or_who_asks(leave: Leave) -> None:
    world, on = leave.world, d("03-09")
    assert manager_above(world.maya, on=on) is None
    asha = _asha(leave)
    assert manager_above(world.maya, on=on) == asha
    assert manager_above(asha, on=on) is None
    Employee.objects.filter(pk=asha.pk).update(left_on=d("03-08"))
    assert manager_above(world.maya, on=on) is None
    Placement.objects.filter(employee=world.bikram).update(manager=world.maya)
    assert manager_above(world.maya, on=on) is None


def test_one_that_fails_holds_no_other_up(leave: Leave, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = leave.submit("04-20"), leave.submit("04-21")
    real = request_remind

    def fails(*, request: LeaveRequest, **more: Any) -> int:
        if request.pk == first.pk:
            raise RuntimeError("out of paper")
        return real(request=request, **more)

    monkeypatch.setattr(tasks, "request_remind", fails)
    with pytest.raises(Exception, match="1 failed"):
        _run("2026-03-04 12:00")
    assert (_kinds(first), _kinds(second)) == (["submitted"], ["submitted", "reminded"])


def test_asked_again_at_once_nothing_is_due_any_more(leave: Leave) -> None:
    request, now = leave.submit("04-20"), at("2026-03-04 12:00")
    assert [request_remind(request=request, by=leave.hr, now=now) for _n in range(2)] == [1, 0]


def test_somebody_decided_before_the_lock_was_there(leave: Leave) -> None:
    request = leave.submit("04-20")
    now = at("2026-03-04 12:00")
    leave.world.company.refresh_from_db()
    assert [item.status.request for item in waiting_long(leave.world.company, now=now)] == [request]
    leave.approve(request)
    assert request_remind(request=request, by=leave.hr, now=now) == 0


def test_the_statements_of_looking_do_not_grow(leave: Leave) -> None:
    counts = []
    for number in range(3):
        leave.submit(f"04-2{number}")
        leave.world.company.refresh_from_db()
        with CaptureQueriesContext(connection) as statements:
            found = waiting_long(leave.world.company, now=at("2026-03-04 12:00"))
        assert len(found) == number + 1
        counts.append(len(statements))
    assert len(set(counts)) == 1


# --- what lapses ----------------------------------------------------------------------------------
def _lapses(moment: str) -> int:
    with time_machine.travel(at(moment), tick=False):
        return tasks.leave_lapses()


def test_what_lapses_is_told_a_month_and_a_week_before_once_each(leave: Leave) -> None:
    leave.grant("2.5", "01-01", "03-31")
    assert [_lapses(f"2026-{day} 18:00") for day in ("02-28", "03-02", "03-03", "03-23")] == [
        0, 1, 1, 1,
    ]  # fmt: skip
    assert _to("leave_lapses") == ["maya"]
    _lapses("2026-03-25 18:00")
    _lapses("2026-03-31 18:00")
    assert _to("leave_lapses") == ["maya", "maya"]
    assert _lapses("2026-04-02 18:00") == 0
    sent = _sent("lapse")
    assert [m.subject for m in sent] == [
        "2.5 days of Annual will lapse after Tue, 31 March 2026"
    ] * 2
    assert "2.5 days of Annual can be taken until Tue, 31 March 2026." in str(sent[0].body)
    assert "What you have asked for already is not counted in." in str(sent[0].body)


def test_after_an_outage_the_nearer_notice_comes_alone(leave: Leave) -> None:
    leave.grant("2.5", "01-01", "03-31")
    assert _lapses("2026-03-28 18:00") == 1
    assert OutboxMessage.objects.get(template="leave/email/leave_lapses").dedupe_key.split(":")[
        2:4
    ] == ["2026-04-01", "7"]


def test_what_is_asked_for_or_approved_does_not_lapse(leave: Leave) -> None:
    leave.grant("3", "01-01", "03-31")
    leave.submit("03-10")
    leave.approve(leave.submit("03-11"))
    _lapses("2026-03-12 18:00")
    (row,) = OutboxMessage.objects.filter(template="leave/email/leave_lapses")
    assert (row.values["amount"], row.values["last"]) == ("1 day", "Tue, 31 March 2026")


def test_hours_are_told_as_hours(leave: Leave) -> None:
    hours = leave.type("Hours", "HR", unit="hour")
    leave.grant("12", "01-01", "03-31", leave_type=hours)
    _lapses("2026-03-12 18:00")
    (row,) = OutboxMessage.objects.filter(template="leave/email/leave_lapses")
    assert (row.values["type"], row.values["amount"]) == ("Hours", "12 hours")


def test_nobody_is_told_who_does_not_want_it_or_has_left(leave: Leave) -> None:
    leave.grant("3", "01-01", "03-31")
    services.notices_choose(wanted={"leave_lapsing": False}, by=leave.me)
    assert (_lapses("2026-03-12 18:00"), _to("leave_lapses")) == (1, [])
    Employee.objects.filter(pk=leave.world.maya.pk).update(left_on=d("03-08"))
    assert _lapses("2026-03-12 18:00") == 0


def test_of_a_type_that_nobody_may_ask_for_nothing_is_told(leave: Leave) -> None:
    leave.grant("3", "01-01", "03-31")
    leave.annual.is_offered = False
    leave.annual.save()
    leave.world.company.refresh_from_db()
    assert _lapses("2026-03-12 18:00") == 0


def test_a_company_may_tell_nothing_or_earlier(leave: Leave) -> None:
    leave.grant("3", "01-01", "03-31")
    _rules(leave, lapse_first_days=0, lapse_last_days=0)
    assert _lapses("2026-03-12 18:00") == 0
    _rules(leave, lapse_first_days=60, lapse_last_days=3)
    assert _lapses("2026-02-05 18:00") == 1


def test_the_statements_of_what_lapses_do_not_grow(leave: Leave) -> None:
    world, counts = leave.world, []
    people = [world.maya, world.bikram, make_person(world.company, "Nima", world.office, None)]
    for person in people:
        leave.grant("1", "01-01", "03-31", employee=person)
    world.company.refresh_from_db()
    rules = ReminderRules()
    for number in (1, 2, 3):
        keys = [person.pk for person in people[:number]]
        with CaptureQueriesContext(connection) as statements:
            found = list(lapsing(world.company, keys, today=d("03-12"), rules=rules))
        assert len(found) == number
        counts.append(len(statements))
    assert len(set(counts)) == 1


def test_other_companies_are_looked_at_each_in_its_own_scope(leave: Leave) -> None:
    other = make_leave("teapot")
    with company_scope(other.world.company):
        other.grant("3", "01-01", "03-31")
        other.grant("10")
        other.submit("04-20")
    leave.submit("04-20")
    assert _run("2026-03-04 12:00") == 2
    assert _lapses("2026-03-12 18:00") == 1
    with no_scope("a test: mails of both"):
        row = OutboxMessage.objects.get(template="leave/email/leave_lapses")
    assert row.to == "maya@teapot.example"
