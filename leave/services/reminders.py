"""Reminding whoever decides, passing on what nobody decides, and telling of days that lapse.

For jobs: late, twice or after an outage of any length they leave the same. Each reminder and each
passing on is a step of the request; of several that were missed one is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.models import Company, Employee, User
from companies.selectors import hr_of, manager_above, managers_of, users_for
from leave import notifications
from leave.enums import Decider, RequestState, StepKind
from leave.models import CompOffDecision, LeaveRequest, LeaveRequestState, RequestStep
from leave.rules.reminding import Reach, ReminderRules
from leave.selectors.reminders import REMINDED, ClaimDue, Due, due, lapsing
from leave.services import effects
from leave.services.requests import status_of
from leave.terms import TypeOn, leave_settings, links_at


@transaction.atomic
def request_remind(*, request: LeaveRequest, by: Actor, now: dt.datetime | None = None) -> int:
    """Write what is due for a request by now and was not done; return how many steps it was."""
    moment, locked = now or timezone.now(), days.lock_person(request.employee)
    status = status_of(request)
    if status.state not in REMINDED:
        return 0  # somebody decided meanwhile
    (item,) = due(locked.company, [status], now=moment)
    if not item.is_news:
        return 0
    if status.state == RequestState.ASKED_BACK:
        return _remind_person(item, by, moment)
    rules = leave_settings(locked.company).by_version[request.version_id]
    return _remind(item, rules, by, moment) + _pass_on(item, rules, by, moment)


def _step(
    status: LeaveRequestState, kind: StepKind, by: Actor, now: dt.datetime, **values: object
) -> None:
    effects.step_add(
        request=status.request, kind=kind, by=by, now=now, place=status.place, values=values
    )


def _remind_person(item: Due, by: Actor, now: dt.datetime) -> int:
    status = item.status
    asked = RequestStep.objects.filter(request=status.request, kind=StepKind.ASKED_BACK)
    question = asked.order_by("-number")[0]
    status.reminded = item.reminders
    status.save(update_fields=["reminded"])
    _step(status, StepKind.REMINDED, by, now, nth=status.reminded)
    audit.record(by=by, verb="leave_reminded", subject=status.request)
    notifications.leave_unanswered(status, question)
    return 1


def _remind(item: Due, rules: TypeOn, by: Actor, now: dt.datetime) -> int:
    """Remind whoever may decide today: who stands in for them, and whom it was passed on to."""
    status = item.status
    if item.reminders <= status.reminded:
        return 0
    status.reminded = item.reminders
    status.save(update_fields=["reminded"])
    _step(status, StepKind.REMINDED, by, now, nth=status.reminded)
    audit.record(by=by, verb="leave_reminded", subject=status.request)
    people = notifications.deciders_of(status, rules, now.date())
    notifications.leave_waits(status, rules, people)
    return 1


def _pass_on(item: Due, rules: TypeOn, by: Actor, now: dt.datetime) -> int:
    """Let others decide too; what HR was asked for before is brought to their mind once more."""
    status = item.status
    if item.reach <= status.reach:
        return 0
    on, before = now.date(), status.reach
    above = _above(status, rules, on) if item.reach == Reach.ABOVE else None
    if above is not None:
        status.reach, status.passed_to = Reach.ABOVE, above
        people = users_for(above.pk, on=on)
    else:
        status.reach, status.waits_for_hr = Reach.HR, True
        people = hr_of(on=on)
    status.save(update_fields=["reach", "passed_to", "waits_for_hr"])
    to = above.name if above is not None else str(Decider.HR)
    _step(status, StepKind.PASSED_ON, by, now, reach=int(status.reach), to=to)
    changes = {"reach": [before, int(status.reach)], "to": [None, to]}
    audit.record(by=by, verb="leave_passed_on", subject=status.request, changes=changes)
    notifications.leave_passed_on(status, rules, _without_person(people, status))
    return 1


def _above(status: LeaveRequestState, rules: TypeOn, on: dt.date) -> Employee | None:
    """Return whom the manager answers to, where it waits for the manager."""
    deciders = {link.decider for link in links_at(rules, status.place, status)}
    if Decider.MANAGER not in deciders:
        return None
    return manager_above(status.request.employee, on=on)


def _without_person(people: Collection[User], status: LeaveRequestState) -> list[User]:
    own = status.request.employee.user_id
    return [user for user in people if user.pk != own]


@transaction.atomic
def claim_remind(*, item: ClaimDue, now: dt.datetime) -> None:
    """Tell whoever decides about a claim that it waits, and HR too where it waits long.

    Nothing but mails is written, whose keys make a second run do nothing. HR may decide anyway.
    """
    claim = item.claim
    days.lock_person(claim.employee)
    if CompOffDecision.objects.filter(claim=claim).exists():
        return  # somebody decided meanwhile
    on = now.date()
    if item.nth:
        notifications.comp_off_waits(claim, managers_of(claim.employee, on=on), key=str(item.nth))
    if item.is_passed_on:
        people = [user for user in hr_of(on=on) if user.pk != claim.employee.user_id]
        notifications.comp_off_waits(claim, people, key="hr")


@transaction.atomic
def lapses_tell(
    *, company: Company, people: Collection[int], today: dt.date, rules: ReminderRules
) -> int:
    """Tell these people what lapses soon, each date and notice once; return how many it is.

    Nothing but mails is written, whose keys make a second run do nothing.
    """
    settings, count = leave_settings(company), 0
    for item in lapsing(company, people, today=today, rules=rules):
        notifications.leave_lapses(
            item.employee, settings.types[item.leave_type], item.loss,
            days_ahead=item.days_ahead, is_in_hours=settings.is_in_hours(item.leave_type),
        )  # fmt: skip
        count += 1
    return count
