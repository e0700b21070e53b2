"""Asking for leave, changing what one asked for, and taking it back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from attendance.rules import zones
from attendance.rules.errors import InvalidInput
from attendance.selectors import people
from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import Employee, User
from leave import notifications, permissions
from leave.enums import RequestState, StepKind
from leave.errors import (
    AnswerMissing,
    DatesReversed,
    NothingToCancel,
    RequestNotWaiting,
    RequestRefused,
    TypeNotOffered,
)
from leave.models import LeaveDay, LeaveRequest, LeaveRequestState, RequestStep
from leave.rules.asking import Refusal
from leave.selectors.scenes import Asked, Look, Released, look_at, released_by_change
from leave.services import attachments, effects
from leave.services.attachments import NewFile
from leave.terms import TypeOn, leave_settings, links_at


def looked(
    employee: Employee,
    asked: Asked,
    *,
    now: dt.datetime,
    released: Released | None = None,
    asked_on: dt.date | None = None,
    rules: TypeOn | None = None,
    is_approving: bool = False,
) -> Look:
    """Hold a request against everything, under the person's lock.

    Raises:
        RequestRefused: a rule says no; DatesReversed, TypeNotOffered
    """
    try:
        look = look_at(
            employee, asked, now=now, released=released or Released(), asked_on=asked_on,
            rules=rules, is_approving=is_approving,
        )  # fmt: skip
    except InvalidInput as error:
        raise DatesReversed from error
    except LookupError as error:  # a type that has no rules yet
        raise TypeNotOffered(name=asked.leave_type.name) from error
    if look.answer.refusal is not None:
        raise RequestRefused(rule=look.answer.refusal.value, **look.answer.values)
    return look


def status_of(request: LeaveRequest) -> LeaveRequestState:
    """Return where the request stands now; under the person's lock nobody else changes it."""
    status: LeaveRequestState = LeaveRequestState.objects.select_related(
        "request__employee__company", "request__employee__user", "request__leave_type"
    ).get(request=request)
    return status


def wait_at(status: LeaveRequestState, rules: TypeOn, place: int) -> None:
    """Let a request wait at a place of its chain, from now on; the caller saves it."""
    status.place, status.passed_to = place, None
    status.reach = status.reminded = 0
    links = links_at(rules, place, status)
    status.waits_for_manager = any(link.decider == "manager" for link in links)
    status.waits_for_hr = any(link.decider == "hr" for link in links)


def write(
    look: Look,
    employee: Employee,
    *,
    by: Actor,
    now: dt.datetime,
    replaces: LeaveRequest | None = None,
    is_partly: bool = False,
) -> LeaveRequest:
    """Write the request and hold what it asks for; it waits at the first place of its chain."""
    asked = look.asked
    request: LeaveRequest = LeaveRequest.objects.create(
        company=employee.company, employee=employee, leave_type=asked.leave_type,
        version=look.rules.row, first_on=asked.first_on, last_on=asked.last_on,
        first_part=asked.first_part, last_part=asked.last_part, starts_at=asked.starts_at,
        ends_at=asked.ends_at, note=asked.note.strip()[:500],
        handover_note=asked.handover_note.strip()[:500], attachment_key=asked.attachment_key,
        replaces=replaces, is_partly=is_partly, asked_on=look.today,
    )  # fmt: skip
    # What it takes the place of still holds its days, until this is approved.
    held = LeaveDay.objects.filter(request=replaces, is_held=True) if replaces else None
    taken = set(held.values_list("date", flat=True)) if held is not None else set()
    effects.hold(request=request, look=look, free=lambda date: date not in taken)
    assert look.answer.count is not None  # noqa: S101  # it was not refused
    status = LeaveRequestState(
        company=employee.company, request=request, employee=employee, state=RequestState.PENDING,
        first_on=asked.first_on, last_on=asked.last_on, amount=look.answer.count.total, since=now,
        calendar_revision=employee.company.settings_revision,
    )  # fmt: skip
    wait_at(status, look.rules, look.rules.next_place(0, status.amount) or 1)
    status.save()
    effects.step_add(request=request, kind=StepKind.SUBMITTED, by=by, now=now)
    changes = {"amount": [None, str(status.amount)]}
    audit.record(by=by, verb="leave_asked", subject=request, changes=changes)
    return request


def _file(
    look: Look,
    employee: Employee,
    *,
    by: Actor,
    now: dt.datetime,
    replaces: LeaveRequest | None = None,
    is_partly: bool = False,
) -> LeaveRequest:
    """Write the request and tell whoever decides first; the person, if another asked for them."""
    request = write(look, employee, by=by, now=now, replaces=replaces, is_partly=is_partly)
    status = status_of(request)
    notifications.leave_asked(status, look.rules)
    notifications.leave_in_your_name(status, look.rules, request.steps.get(), by)
    return request


@transaction.atomic
def request_submit(
    *,
    employee: Employee,
    asked: Asked,
    by: Actor,
    over: LeaveRequest | None = None,
    file: NewFile | None = None,
    now: dt.datetime | None = None,
) -> LeaveRequest:
    """Ask for leave: it is held, and waits for whoever decides, who is told.

    `over` is approved leave out of which these days are taken, as one decision (sickness over
    planned leave); only types that `converts_planned` may. `file` comes with it.

    Raises:
        NotAllowed, TypeNotOffered, DatesReversed; RequestRefused: a rule says no
        RequestNotWaiting: what it is to take the place of is no approved leave any more.
        AttachmentNotKept: the storage does not take the file now.
    """
    if not permissions.can_ask(by, employee):
        raise NotAllowed
    moment, locked = now or timezone.now(), days.lock_person(employee)
    _refuse_type(asked)
    asked = _with_file(asked, file, locked)
    released = Released()
    if over is not None:
        status = status_of(over)
        if over.employee_id != locked.pk:
            raise NotAllowed
        if status.state != RequestState.APPROVED or _waiting_replacement(over):
            raise RequestNotWaiting
        released = Released(dates=asked.dates, of=over.pk)
    look = looked(locked, asked, now=moment, released=released)
    if over is not None:
        _refuse_taking_out(look, over)
    made = _file(look, locked, by=by, now=moment, replaces=over, is_partly=over is not None)
    _keep(made, file, by=by, now=moment)
    return made


def _refuse_taking_out(look: Look, over: LeaveRequest | None) -> None:
    """Refuse to take days out of other leave for a type that may not."""
    if over is not None and not look.rules.row.converts_planned:
        raise RequestRefused(
            rule=Refusal.OVERLAP, date=look.asked.first_on, request=str(over.public_id)
        )


def _with_file(asked: Asked, file: NewFile | None, employee: Employee) -> Asked:
    """Say what comes with a request: a new file, or one that the person sent before."""
    if file is not None:
        return replace(asked, attachment_key=file.key)
    if asked.attachment_key and not attachments.kept_of(employee, asked.attachment_key):
        return replace(asked, attachment_key="")
    return asked


def _keep(request: LeaveRequest, file: NewFile | None, *, by: Actor, now: dt.datetime) -> None:
    """Keep the file; nothing of the request may fail after it."""
    if file is not None:
        attachments.keep(request=request, file=file, by=by, now=now)
    elif request.attachment_key:
        attachments.keep_longer(request=request)


def _refuse_type(asked: Asked) -> None:
    if not asked.leave_type.is_offered:
        raise TypeNotOffered(name=asked.leave_type.name)


def _waiting_replacement(request: LeaveRequest) -> bool:
    found: bool = LeaveRequestState.objects.filter(
        request__replaces=request, state__in=RequestState.reserving
    ).exists()
    return found


@transaction.atomic
def request_change(
    *,
    request: LeaveRequest,
    asked: Asked,
    by: Actor,
    file: NewFile | None = None,
    now: dt.datetime | None = None,
) -> LeaveRequest:
    """Ask for something else in its place; checked as if the old one were not there.

    What waits is replaced at once. Approved leave stands until the change is approved. A file of
    the old one comes along where `asked` names it.

    Raises:
        NotAllowed, TypeNotOffered, DatesReversed, RequestRefused, AttachmentNotKept
        RequestNotWaiting: it is over, or another change of it waits.
    """
    if not permissions.can_take_back(by, request):
        raise NotAllowed
    moment, locked = now or timezone.now(), days.lock_person(request.employee)
    _refuse_type(asked)
    status = status_of(request)
    if status.state not in (*RequestState.reserving, RequestState.APPROVED):
        raise RequestNotWaiting
    if _waiting_replacement(request):
        raise RequestNotWaiting
    asked = _with_file(asked, file, locked)
    is_waiting = status.state in RequestState.reserving
    released = released_by_change(request, asked.dates, is_waiting=is_waiting)
    if not is_waiting:
        look = looked(locked, asked, now=moment, released=released)
        made = _file(look, locked, by=by, now=moment, replaces=request)
        _keep(made, file, by=by, now=moment)
        return made
    effects.let_go(request=request)
    effects.step_add(request=request, kind=StepKind.CHANGED, by=by, now=moment)
    effects.state_end(status=status, state=RequestState.CHANGED, now=moment)
    look = looked(locked, asked, now=moment, released=released)
    if request.is_partly:
        _refuse_taking_out(look, request.replaces)
    # What the old one was to take the place of, the new one does.
    made = _file(
        look, locked, by=by, now=moment, replaces=request.replaces or request,
        is_partly=request.is_partly,
    )  # fmt: skip
    audit.record(by=by, verb="leave_changed", subject=request)
    _keep(made, file, by=by, now=moment)
    return made


@transaction.atomic
def request_answer(
    *, request: LeaveRequest, by: Actor, answer: str, now: dt.datetime | None = None
) -> None:
    """Answer what was asked back: the request waits again where it did, for whoever asked.

    Raises:
        NotAllowed, AnswerMissing
        RequestNotWaiting: nothing is asked, or something else took its place.
    """
    if not permissions.can_take_back(by, request):
        raise NotAllowed
    moment, locked = now or timezone.now(), days.lock_person(request.employee)
    status = status_of(request)
    if status.state != RequestState.ASKED_BACK:
        raise RequestNotWaiting
    if not answer.strip():
        raise AnswerMissing
    steps = RequestStep.objects.filter(request=request, kind=StepKind.ASKED_BACK)
    place = steps.order_by("-number").values_list("place", flat=True).first() or 1
    rules = leave_settings(locked.company).by_version[request.version_id]
    effects.step_add(
        request=request, kind=StepKind.ANSWERED, by=by, now=moment, place=place, reason=answer
    )
    status.state, status.since = RequestState.PENDING, moment
    wait_at(status, rules, place)
    status.save(update_fields=["state", "since", "place", "waits_for_manager", "waits_for_hr"])
    audit.record(by=by, verb="leave_answered", subject=request)
    notifications.leave_asked(status, rules)


@transaction.atomic
def request_withdraw(
    *, request: LeaveRequest, by: Actor, reason: str = "", now: dt.datetime | None = None
) -> None:
    """Take back what waits: the request itself, or the wish to cancel approved leave.

    Raises:
        NotAllowed, RequestNotWaiting
    """
    if not permissions.can_take_back(by, request):
        raise NotAllowed
    moment, locked = now or timezone.now(), days.lock_person(request.employee)
    status = status_of(request)
    rules = leave_settings(locked.company).by_version[request.version_id]
    people = _asked_now(status, rules, moment)
    if status.state == RequestState.CANCEL_ASKED:
        effects.state_end(status=status, state=RequestState.APPROVED, now=moment)
    elif status.state in RequestState.reserving:
        effects.let_go(request=request)
        effects.state_end(status=status, state=RequestState.WITHDRAWN, now=moment)
    else:
        raise RequestNotWaiting
    step = effects.step_add(
        request=request, kind=StepKind.WITHDRAWN, by=by, now=moment, reason=reason
    )
    audit.record(by=by, verb="leave_withdrawn", subject=request, reason=reason.strip())
    notifications.leave_withdrawn(status, people, by)
    notifications.leave_in_your_name(status, rules, step, by)


def _asked_now(status: LeaveRequestState, rules: TypeOn, now: dt.datetime) -> list[User]:
    """Return whom the request waits for, who were told so."""
    if status.state not in RequestState.waiting:
        return []
    return notifications.deciders_of(status, rules, now.date())


@transaction.atomic
def cancel_ask(
    *, request: LeaveRequest, by: Actor, reason: str = "", now: dt.datetime | None = None
) -> None:
    """Ask that approved leave be cancelled; what lies ahead is given back once that is approved.

    Raises:
        NotAllowed, RequestNotWaiting, NothingToCancel
    """
    if not permissions.can_take_back(by, request):
        raise NotAllowed
    moment, locked = now or timezone.now(), days.lock_person(request.employee)
    status = status_of(request)
    if status.state != RequestState.APPROVED:
        raise RequestNotWaiting
    since = max(status.first_on, today_of(locked, moment))
    held = LeaveDay.objects.filter(request=request, is_held=True, date__gte=since)
    if not held.exists():
        raise NothingToCancel
    rules = leave_settings(locked.company).by_version[request.version_id]
    status.state, status.since, status.cancel_from = RequestState.CANCEL_ASKED, moment, since
    wait_at(status, rules, rules.next_place(0, status.amount) or 1)
    status.save(
        update_fields=[
            "state", "since", "cancel_from", "place", "waits_for_manager", "waits_for_hr",
            "passed_to", "reach", "reminded",
        ]
    )  # fmt: skip
    step = effects.step_add(
        request=request, kind=StepKind.CANCEL_ASKED, by=by, now=moment, reason=reason,
        values={"from": since.isoformat()},
    )  # fmt: skip
    audit.record(by=by, verb="leave_cancel_asked", subject=request, reason=reason.strip())
    notifications.leave_asked(status, rules)
    notifications.leave_in_your_name(status, rules, step, by)


def today_of(employee: Employee, now: dt.datetime) -> dt.date:
    """Return the date that it is for the person."""
    return zones.local_date(now, people.zone_of(employee, now))
