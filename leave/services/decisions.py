"""Deciding about leave: along the chain, never about one's own, in whose stead it says.

Everything is asked again under the person's lock: days, books, blocks, other leave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from attendance.selectors.punch_entries import MINUTES_TO_TAKE_BACK
from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Employee
from companies.selectors import in_stead_of
from leave import notifications, permissions
from leave.enums import RequestState, StepKind, Taken
from leave.errors import NothingToCancel, NothingToUndo, OwnLeave, RequestNotWaiting
from leave.models import LeaveDay, LeaveRequest, LeaveRequestState, RequestDraw, RequestStep
from leave.rules.years import Dates
from leave.selectors.scenes import Asked, Look, Released
from leave.services import effects, requests
from leave.services.requests import looked, status_of, wait_at
from leave.terms import Link, TypeOn, leave_settings, links_at

_UNDO = dt.timedelta(minutes=MINUTES_TO_TAKE_BACK)


@dataclass
class _Case:
    """A request under the person's lock, with whoever decides about it."""

    request: LeaveRequest
    employee: Employee
    status: LeaveRequestState
    rules: TypeOn
    by: Actor
    now: dt.datetime

    def step(
        self, kind: StepKind, *, place: int | None = None, reason: str = "", **values: object
    ) -> RequestStep:
        return effects.step_add(
            request=self.request, kind=kind, by=self.by, now=self.now, place=place, reason=reason,
            values=values,
        )  # fmt: skip


def _tell(case: _Case, verb: str, reason: str = "") -> None:
    audit.record(by=case.by, verb=verb, subject=case.request, reason=reason.strip())


def _open(request: LeaveRequest, by: Actor, now: dt.datetime | None) -> _Case:
    """Take the person's lock and find where the request stands."""
    moment = now or timezone.now()
    locked = days.lock_person(request.employee)
    status = status_of(request)
    rules = leave_settings(locked.company).by_version[request.version_id]
    return _Case(status.request, locked, status, rules, by, moment)


def _deciding(case: _Case, links: Iterable[Link]) -> None:
    """Refuse who may not decide at this place; say in whose stead they do."""
    found, on = list(links), case.now.date()
    if permissions.is_own(case.by, case.request):
        raise OwnLeave
    if not permissions.can_decide(case.by, case.request, found, on):
        raise NotAllowed
    case.by = _in_stead(case, found, on)


def _in_stead(case: _Case, links: list[Link], on: dt.date) -> Actor:
    named = permissions.decides_as(case.by, on)
    for link in links:
        giver = named.get(link.person_id or 0)
        if giver:
            return replace(case.by, on_behalf_of=giver)
    return in_stead_of(case.by, case.request.employee, on=on)


def _waiting(request: LeaveRequest, by: Actor, now: dt.datetime | None) -> _Case:
    case = _open(request, by, now)
    if case.status.state not in RequestState.waiting:
        # Whoever may not decide it learns nothing of how it stands.
        _deciding(case, case.rules.chain)
        raise RequestNotWaiting
    _deciding(case, links_at(case.rules, case.status.place, case.status))
    return case


def asked_of(request: LeaveRequest) -> Asked:
    """Return what a request asks for, as it was asked."""
    return Asked(
        leave_type=request.leave_type, first_on=request.first_on, last_on=request.last_on,
        first_part=Taken(request.first_part), last_part=Taken(request.last_part),
        starts_at=request.starts_at, ends_at=request.ends_at, note=request.note,
        handover_note=request.handover_note, attachment_key=request.attachment_key,
    )  # fmt: skip


def released_by(request: LeaveRequest) -> Released:
    """Return what a request is not held against: itself, and what it takes the place of."""
    old = request.replaces_id
    if request.is_partly:
        dates = Dates(request.first_on, request.last_on)
        return Released(frozenset({request.pk}), dates=dates, of=old)
    return Released(frozenset({request.pk, old} if old else {request.pk}))


@transaction.atomic
def request_approve(
    *, request: LeaveRequest, by: Actor, reason: str = "", now: dt.datetime | None = None
) -> RequestStep:
    """Approve at the place where it waits; the last place takes the leave, or gives it back.

    The days are marked and judged again at once, and the person is told.

    Raises:
        OwnLeave, NotAllowed, RequestNotWaiting, PeriodLocked
        RequestRefused: a rule says no by now.
    """
    case = _waiting(request, by, now)
    if case.status.state == RequestState.CANCEL_ASKED:
        assert case.status.cancel_from is not None  # noqa: S101  # the table says so
        return _cancel(case, case.status.cancel_from, reason)
    look = _hold_anew(case)
    place = case.status.place or 1
    following = case.rules.next_place(place, case.status.amount)
    step = case.step(StepKind.APPROVED, place=place, reason=reason)
    if following is not None:
        case.status.since = case.now
        wait_at(case.status, case.rules, following)
        case.status.save()
        _tell(case, "leave_approved_so_far", reason)
        notifications.leave_asked(case.status, case.rules)
        return step
    _take_the_place(case, look)
    effects.take(request=case.request, rules=case.rules, number=step.number, by=case.by)
    effects.state_end(status=case.status, state=RequestState.APPROVED, now=case.now)
    _tell(case, "leave_approved", reason)
    notifications.leave_decided(case.status, step)
    return step


def _hold_anew(case: _Case) -> Look:
    """Ask everything again, and hold what the request counts by now."""
    request = case.request
    look = looked(
        case.employee, asked_of(request), now=case.now, released=released_by(request),
        asked_on=request.asked_on, rules=case.rules, is_approving=True,
    )  # fmt: skip
    old = LeaveDay.objects.filter(request=request.replaces_id or 0, is_held=True)
    taken = set(old.values_list("date", flat=True))
    LeaveDay.objects.filter(request=request).delete()
    RequestDraw.objects.filter(request=request).delete()
    effects.hold(request=request, look=look, free=lambda date: date not in taken)
    assert look.answer.count is not None  # noqa: S101  # it was not refused
    case.status.amount = look.answer.count.total
    case.status.calendar_revision = look.settings.revision
    return look


def _take_the_place(case: _Case, look: Look) -> None:
    """Give back approved leave of which this takes the place: all of it, or only its own dates."""
    old = case.request.replaces
    if old is None:
        return
    status = status_of(old)
    if status.state not in RequestState.granted:
        return
    assert look.answer.count is not None  # noqa: S101  # it was not refused
    own = {day.date for day in look.answer.count.days}
    step = effects.step_add(
        request=old, kind=StepKind.CHANGED, by=case.by, now=case.now,
        values={"by": str(case.request.public_id)},
    )  # fmt: skip
    effects.give_back(
        request=old,
        rules=look.settings.by_version[old.version_id],
        dates=own.__contains__ if case.request.is_partly else effects.always,
        number=step.number,
        by=case.by,
        reason="changed",
    )
    settle(status, now=case.now, over=RequestState.CHANGED)
    audit.record(by=case.by, verb="leave_changed", subject=old)


def settle(status: LeaveRequestState, *, now: dt.datetime, over: RequestState) -> None:
    """Say of approved leave what it still holds; where that is nothing, that it is over."""
    held = LeaveDay.objects.filter(request=status.request_id, is_held=True).order_by("date")
    dates = list(held.values_list("date", flat=True))
    status.amount = effects.held_amount(status.request)
    if dates:
        status.first_on, status.last_on = dates[0], dates[-1]
    effects.state_end(status=status, state=RequestState.APPROVED if dates else over, now=now)


def _cancel(case: _Case, since: dt.date, reason: str) -> RequestStep:
    """Give back what lies on the date or after it."""
    step = case.step(
        StepKind.CANCELLED, place=case.status.place, reason=reason, **{"from": since.isoformat()}
    )
    effects.give_back(
        request=case.request, rules=case.rules, dates=lambda date: date >= since,
        number=step.number, by=case.by, reason="cancelled",
    )  # fmt: skip
    settle(case.status, now=case.now, over=RequestState.CANCELLED)
    _tell(case, "leave_cancelled", reason)
    notifications.leave_decided(case.status, step)
    notifications.leave_off(case.status, step, case.by)
    return step


@transaction.atomic
def request_cancel(
    *,
    request: LeaveRequest,
    by: Actor,
    reason: str,
    since: dt.date | None = None,
    now: dt.datetime | None = None,
) -> RequestStep:
    """Cancel approved leave at once, all of it or from a date on; for whoever decides about it.

    The person asks by `requests.cancel_ask`.

    Raises:
        OwnLeave, NotAllowed, ReasonMissing, RequestNotWaiting, NothingToCancel, PeriodLocked
    """
    case = _open(request, by, now)
    _deciding(case, links_at(case.rules, 1, case.status))
    if not reason.strip():
        raise ReasonMissing
    if case.status.state not in RequestState.granted:
        raise RequestNotWaiting
    first = since or case.status.first_on
    if not LeaveDay.objects.filter(request=request, is_held=True, date__gte=first).exists():
        raise NothingToCancel
    return _cancel(case, first, reason)


@transaction.atomic
def request_refuse(
    *, request: LeaveRequest, by: Actor, reason: str, now: dt.datetime | None = None
) -> RequestStep:
    """Refuse with a reason: what was reserved is free again. Leave to be cancelled stays.

    Raises:
        OwnLeave, NotAllowed, ReasonMissing, RequestNotWaiting
    """
    case = _waiting(request, by, now)
    if not reason.strip():
        raise ReasonMissing
    place = case.status.place
    if case.status.state == RequestState.CANCEL_ASKED:
        step = case.step(StepKind.CANCEL_REFUSED, place=place, reason=reason)
        effects.state_end(status=case.status, state=RequestState.APPROVED, now=case.now)
        _tell(case, "leave_cancel_refused", reason)
    else:
        step = case.step(StepKind.REFUSED, place=place, reason=reason)
        effects.let_go(request=case.request)
        effects.state_end(status=case.status, state=RequestState.REFUSED, now=case.now)
        _tell(case, "leave_refused", reason)
    notifications.leave_decided(case.status, step)
    return step


@transaction.atomic
def request_ask_back(
    *, request: LeaveRequest, by: Actor, reason: str, now: dt.datetime | None = None
) -> RequestStep:
    """Ask the person something before deciding; what is reserved stays so meanwhile.

    They answer (`requests.request_answer`), change the request, or take it back.

    Raises:
        OwnLeave, NotAllowed, ReasonMissing, RequestNotWaiting
    """
    case = _waiting(request, by, now)
    if not reason.strip():
        raise ReasonMissing
    if case.status.state != RequestState.PENDING:
        raise RequestNotWaiting
    step = case.step(StepKind.ASKED_BACK, place=case.status.place, reason=reason)
    effects.state_end(status=case.status, state=RequestState.ASKED_BACK, now=case.now)
    _tell(case, "leave_asked_back", reason)
    notifications.leave_decided(case.status, step)
    return step


def book(look: Look, employee: Employee, *, by: Actor, now: dt.datetime) -> LeaveRequest:
    """Write leave that needs no decision of its own (a closure): asked for and taken at once.

    Under the person's lock; the caller has decided that it may.
    """
    request = requests.write(look, employee, by=by, now=now)
    status = status_of(request)
    step = effects.step_add(request=request, kind=StepKind.APPROVED, by=by, now=now)
    effects.take(request=status.request, rules=look.rules, number=step.number, by=by)
    effects.state_end(status=status, state=RequestState.APPROVED, now=now)
    audit.record(by=by, verb="leave_booked", subject=request)
    notifications.leave_decided(status, step)
    return request


# --- taking a decision back -----------------------------------------------------------------------
def last_decision(request: LeaveRequest) -> RequestStep | None:
    """Return the last step, if it decided something that can be taken back."""
    step: RequestStep | None = (
        RequestStep.objects.filter(request=request).order_by("-number").first()
    )
    decided = (StepKind.APPROVED, StepKind.REFUSED)
    return step if step is not None and step.kind in decided else None


@transaction.atomic
def decision_take_back(
    *, request: LeaveRequest, by: Actor, now: dt.datetime | None = None
) -> RequestStep:
    """Take one's own decision of a moment ago back: it waits again where it did.

    Raises:
        OwnLeave, NotAllowed, PeriodLocked; RequestRefused: a rule says no by now
        NothingToUndo: somebody else's, too long ago, or it took the place of other leave.
    """
    case = _open(request, by, now)
    _deciding(case, case.rules.chain)
    step = last_decision(request)
    if (
        step is None
        or step.by_id != by.id
        or case.now - step.happened_at > _UNDO
        or (case.status.state == RequestState.APPROVED and request.replaces_id is not None)
    ):
        raise NothingToUndo(minutes=MINUTES_TO_TAKE_BACK)
    made = case.step(StepKind.TAKEN_BACK, place=step.place)
    if case.status.state == RequestState.APPROVED:
        effects.give_back(
            request=case.request, rules=case.rules, dates=effects.always, number=made.number,
            by=case.by, reason="taken_back",
        )  # fmt: skip
    _hold_anew(case)
    case.status.state, case.status.since = RequestState.PENDING, case.now
    case.status.first_on, case.status.last_on = request.first_on, request.last_on
    wait_at(case.status, case.rules, step.place or 1)
    case.status.save()
    _tell(case, "leave_decision_taken_back")
    notifications.leave_decided(case.status, made)
    return made
