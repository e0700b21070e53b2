"""Messages of leave: one function an event; to whom, and by which template. Links lead to pages.

Each has a kind that its reader may have switched off (`leave.notices`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from attendance.rules import zones
from attendance.selectors.settings import company_settings
from attendance.wording import minutes
from companies import notices, outbox, services
from companies.actor import Actor
from companies.models import Employee, User
from companies.notices import Notice
from companies.selectors import hr_of, managers_of, users_for, wanting
from leave import wording
from leave.enums import Decider, RequestState, StepKind
from leave.models import (
    CompOffClaim,
    CompOffDecision,
    LeaveRequest,
    LeaveRequestState,
    LeaveType,
    RequestStep,
)
from leave.notices import ASKED, CANCELLED, DECIDED, LAPSING, RECOUNTED, WAITING, WITHDRAWN
from leave.rules.lapse import Loss
from leave.rules.years import DAY
from leave.terms import TypeOn, links_at

# What a message in Slack about a request is called there (`leave.slack.deciding`).
SLACK_KIND: Final = "leave_request"


# --- to whoever decides ---------------------------------------------------------------------------
def leave_asked(status: LeaveRequestState, rules: TypeOn) -> None:
    """Tell whoever decides at the place where the request waits now, once a place."""
    people = deciders_of(status, rules, status.since.date())
    _send_waiting(status, rules, ASKED, "leave/email/leave_asked", people)


def leave_waits(status: LeaveRequestState, rules: TypeOn, people: Iterable[User]) -> None:
    """Remind whoever decides; once a reminder."""
    nth = f":{status.reminded}"
    _send_waiting(status, rules, WAITING, "leave/email/leave_waits", people, nth)


def leave_passed_on(status: LeaveRequestState, rules: TypeOn, people: Iterable[User]) -> None:
    """Tell who may decide now, because nobody has."""
    nth = f":{status.reach}"
    _send_waiting(status, rules, WAITING, "leave/email/leave_passed_on", people, nth)


def _send_waiting(
    status: LeaveRequestState,
    rules: TypeOn,
    notice: Notice,
    template: str,
    people: Iterable[User],
    nth: str = "",
) -> None:
    request, found = status.request, list(people)
    key = f"{status.state}:{status.place}:{status.since.timestamp()}{nth}"
    services.slack_messages_want(
        company=request.company, kind=SLACK_KIND, subject=request.public_id, users=found, nth=key
    )
    _send(
        request,
        notice=notice,
        template=template,
        people=found,
        path=request_path(request),
        key=key,
        amount=lambda: wording.amount_of(status.amount, is_in_hours=rules.is_in_hours),
        since=lambda: _day(_date_of(status)),
        is_cancelled=status.state == RequestState.CANCEL_ASKED,
    )


def deciders_of(status: LeaveRequestState, rules: TypeOn, on: dt.date) -> list[User]:
    """Return who may decide where the request waits now, stand-ins too, without the person."""
    employee = status.request.employee
    found: dict[int, User] = {}
    for link in links_at(rules, status.place, status):
        for user in _users(link.decider, link.person_id, employee, on):
            if user.pk != employee.user_id:
                found[user.pk] = user
    return list(found.values())


def _users(decider: Decider, person: int | None, employee: Employee, on: dt.date) -> Iterable[User]:
    if decider == Decider.MANAGER:
        return managers_of(employee, on=on)
    if decider == Decider.HR or person is None:
        return hr_of(on=on)
    return users_for(person, on=on)


def leave_withdrawn(status: LeaveRequestState, people: Iterable[User], by: Actor) -> None:
    """Tell whoever was to decide that they need not any more."""
    _send_off(status, people, by, is_cancelled=False)


def leave_off(status: LeaveRequestState, step: RequestStep, by: Actor) -> None:
    """Tell whoever answers for the person that approved leave was cancelled, unless they did it."""
    people = managers_of(status.request.employee, on=step.happened_at.date())
    _send_off(status, people, by, is_cancelled=True)


def _send_off(
    status: LeaveRequestState, people: Iterable[User], by: Actor, *, is_cancelled: bool
) -> None:
    _send(
        status.request,
        notice=WITHDRAWN,
        template="leave/email/leave_off",
        people=[user for user in people if str(user.public_id) != by.id],
        path=request_path(status.request),
        key=f"{is_cancelled}:{status.since.timestamp()}",
        by=lambda: wording.by_whom(by.name, by.on_behalf_of),
        is_cancelled=is_cancelled,
    )


# --- to the person --------------------------------------------------------------------------------
def leave_decided(status: LeaveRequestState, step: RequestStep) -> None:
    """Tell the person what became of their request, by whom, and why."""
    request = status.request
    _send(
        request,
        notice=CANCELLED if step.kind == StepKind.CANCELLED else DECIDED,
        template="leave/email/leave_decided",
        people=_person(request.employee),
        path=request_path(request),
        key=str(step.public_id),
        by=lambda: wording.by_whom(step.by_name, step.on_behalf_of),
        reason=step.reason,
        kind=step.kind,
        is_approved=step.kind == StepKind.APPROVED,
        is_asked_back=step.kind == StepKind.ASKED_BACK,
        is_cancelled=step.kind == StepKind.CANCELLED,
        is_partly=step.kind == StepKind.CANCELLED and status.state == RequestState.APPROVED,
        waits_again=step.kind == StepKind.TAKEN_BACK,
        stays=step.kind == StepKind.CANCEL_REFUSED,
    )


def leave_unanswered(status: LeaveRequestState, step: RequestStep) -> None:
    """Remind the person that somebody waits for their answer; once a reminder."""
    _send(
        status.request,
        notice=DECIDED,
        template="leave/email/leave_unanswered",
        people=_person(status.request.employee),
        path=request_path(status.request),
        key=f"{status.since.timestamp()}:{status.reminded}",
        by=lambda: wording.by_whom(step.by_name, step.on_behalf_of),
        reason=step.reason,
    )


def leave_in_your_name(
    status: LeaveRequestState, rules: TypeOn, step: RequestStep, by: Actor
) -> None:
    """Tell the person that somebody else asked, or took something back, for them."""
    request = status.request
    if by.user is not None and by.user.pk == request.employee.user_id:
        return
    _send(
        request,
        notice=CANCELLED,
        template="leave/email/leave_in_your_name",
        people=_person(request.employee),
        path=request_path(request),
        key=str(step.public_id),
        by=step.by_name,
        reason=step.reason,
        amount=lambda: wording.amount_of(status.amount, is_in_hours=rules.is_in_hours),
        is_asked=step.kind == StepKind.SUBMITTED,
        is_to_be_cancelled=step.kind == StepKind.CANCEL_ASKED,
    )


def leave_recounted(
    status: LeaveRequestState, rules: TypeOn, step: RequestStep, *, before: Decimal
) -> None:
    """Tell the person that their leave counts something else, for instance by a new holiday."""
    request = status.request
    _send(
        request,
        notice=RECOUNTED,
        template="leave/email/leave_recounted",
        people=_person(request.employee),
        path=request_path(request),
        key=str(step.public_id),
        before=lambda: wording.amount_of(before, is_in_hours=rules.is_in_hours),
        after=lambda: wording.amount_of(status.amount, is_in_hours=rules.is_in_hours),
        is_over=status.state == RequestState.CANCELLED,
    )


def leave_lapses(
    employee: Employee, leave_type: LeaveType, loss: Loss, *, days_ahead: int, is_in_hours: bool
) -> None:
    """Tell the person what lapses when, once for each date and notice."""
    _tell(
        employee,
        notice=LAPSING,
        template="leave/email/leave_lapses",
        people=_person(employee),
        path="/leave/",
        key=f"{leave_type.public_id}:{loss.date.isoformat()}:{days_ahead}",
        type=leave_type.name,
        amount=lambda: wording.amount_of(loss.amount, is_in_hours=is_in_hours),
        last=lambda: _day(loss.date - DAY),
    )


# --- extra work -----------------------------------------------------------------------------------
def comp_off_claimed(claim: CompOffClaim) -> None:
    """Tell whoever decides that somebody wants extra work back as leave."""
    _tell(
        claim.employee,
        notice=ASKED,
        template="leave/email/comp_off_claimed",
        people=managers_of(claim.employee, on=claim.created_at.date()),
        path=reverse("portal:inbox"),
        key=str(claim.public_id),
        date=lambda: _day(claim.date),
        banked=lambda: _banked(claim),
        type=claim.leave_type.name,
        amount=lambda: wording.amount_of(claim.amount, is_in_hours=False),
        note=claim.note,
    )


def comp_off_waits(claim: CompOffClaim, people: Iterable[User], *, key: str) -> None:
    """Remind these people of a claim that nobody has decided; once for each key."""
    policy = company_settings(claim.employee.company).policy_on(claim.created_at.date())
    since = zones.local_date(claim.created_at, policy.zone)
    _tell(
        claim.employee,
        notice=WAITING,
        template="leave/email/comp_off_waits",
        people=people,
        path=reverse("portal:inbox"),
        key=f"{claim.public_id}:{key}",
        date=lambda: _day(claim.date),
        since=lambda: _day(since),
        banked=lambda: _banked(claim),
        type=claim.leave_type.name,
        amount=lambda: wording.amount_of(claim.amount, is_in_hours=False),
    )


def comp_off_decided(decision: CompOffDecision) -> None:
    """Tell the person how their claim ended."""
    claim = decision.claim
    _tell(
        claim.employee,
        notice=DECIDED,
        template="leave/email/comp_off_decided",
        people=_person(claim.employee),
        path="/leave/",
        key=str(decision.public_id),
        date=lambda: _day(claim.date),
        banked=lambda: _banked(claim),
        by=lambda: wording.by_whom(decision.decided_by_name, decision.on_behalf_of),
        reason=decision.reason,
        is_approved=decision.outcome == "approved",
    )


def _banked(claim: CompOffClaim) -> str:
    """Return the overtime that a claim is for; empty where it is for a day off."""
    return minutes(claim.minutes) if claim.minutes is not None else ""


# --- how ------------------------------------------------------------------------------------------
def request_path(request: LeaveRequest) -> str:
    """Return the page of a request."""
    return reverse("leave:request", args=[request.public_id])


def _person(employee: Employee) -> list[User]:
    return [employee.user] if employee.user is not None else []


def _send(
    request: LeaveRequest,
    *,
    notice: Notice,
    template: str,
    people: Iterable[User],
    path: str,
    key: str,
    **values: Any,
) -> None:
    _tell(
        request.employee,
        notice=notice,
        template=template,
        people=people,
        path=path,
        key=f"{request.public_id}:{key}",
        type=request.leave_type.name,
        first=lambda: _day(request.first_on),
        last=lambda: _day(request.last_on),
        is_one_day=request.first_on == request.last_on,
        **values,
    )


def _tell(
    employee: Employee,
    *,
    notice: Notice,
    template: str,
    people: Iterable[User],
    path: str,
    key: str,
    **values: Any,
) -> None:
    """Write a mail to each who wants it, once; a function makes words in the reader's tongue."""
    reached = [user for user in people if user.email and user.is_active]
    for user in wanting(reached, notice.kind):
        with translation.override(user.locale or None):
            words = {name: value() if callable(value) else value for name, value in values.items()}
            words["foot"] = notices.foot()
        outbox.enqueue(
            company=employee.company,
            dedupe_key=f"{template}:{key}:{user.public_id}",
            to=user.email or "",
            template=template,
            values={
                # One's own file finds the mails to a person by this.
                "user": str(user.public_id),
                "name": user.name,
                "person": employee.name,
                "company": employee.company.name,
                "link": f"{settings.PUBLIC_URL}{path}",
                **words,
            },
            locale=user.locale,
        )


def _date_of(status: LeaveRequestState) -> dt.date:
    """Return the date since when it waits, on the company's clocks."""
    zone = company_settings(status.request.employee.company).policy_on(status.since.date()).zone
    return zones.local_date(status.since, zone)


def _day(date: dt.date) -> str:
    return date_format(date, "D, j F Y")
