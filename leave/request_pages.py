"""What the page of a request shows: where it stands, what it counts, and who may do what now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.selectors import people
from companies.actor import Actor
from companies.enums import ActorKind
from leave import count_words, permissions
from leave.enums import RequestState, StepKind
from leave.inbox import LeaveRequests
from leave.models import LeaveAttachment, LeaveDay, LeaveRequest, LeaveRequestState, RequestStep
from leave.notifications import deciders_of
from leave.phrases import amount_text, chip, date_text, span_text
from leave.selectors import requests as selectors
from leave.services.requests import links_at
from leave.terms import Link, TypeOn, leave_settings

_MOST_NAMED = 3
# What says of a step what it is, where its name alone would be too little.
_TONES = {
    StepKind.APPROVED: "good", StepKind.REFUSED: "bad", StepKind.ASKED_BACK: "warn",
    StepKind.CANCELLED: "off", StepKind.WITHDRAWN: "off",
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A request as somebody looks at it."""

    status: LeaveRequestState
    rules: TypeOn
    actor: Actor
    now: dt.datetime
    today: dt.date
    zone: ZoneInfo

    @property
    def request(self) -> LeaveRequest:
        found: LeaveRequest = self.status.request
        return found

    @property
    def on(self) -> dt.date:
        """The date on which rights are asked for."""
        return self.now.date()

    @property
    def deciders(self) -> tuple[Link, ...]:
        """Return who has a say somewhere along the chain about so long a request."""
        chain = self.rules.chain
        return tuple(link for link in chain if self.status.amount > link.above) or chain

    @property
    def may_open(self) -> bool:
        return permissions.can_open_request(self.actor, self.request, self.deciders, self.on)

    @property
    def may_view_file(self) -> bool:
        return permissions.can_view_file(self.actor, self.request, self.deciders, self.on)

    @property
    def may_decide(self) -> bool:
        """Return whether the actor stands where it waits, or where leave was granted."""
        place = self.status.place or 1
        links = links_at(self.rules, place, self.status)
        return permissions.can_decide(self.actor, self.request, links, self.on)


def shown(status: LeaveRequestState, actor: Actor, *, now: dt.datetime) -> Shown:
    """Return what the page is made of; one statement with the settings in memory."""
    employee = status.request.employee
    zone = ZoneInfo(people.zone_of(employee, now))
    rules = leave_settings(employee.company).by_version[status.request.version_id]
    return Shown(status, rules, actor, now, now.astimezone(zone).date(), zone)


def context(page: Shown) -> dict[str, Any]:
    """Return all that the page shows; the number of statements is constant."""
    request, status, today = page.request, page.status, page.today
    in_hours = page.rules.is_in_hours
    days = list(LeaveDay.objects.filter(request=request).order_by("date"))
    is_own = permissions.is_own(page.actor, request)
    may_take_back = permissions.can_take_back(page.actor, request)
    return {
        "request_id": request.public_id,
        "type": request.leave_type,
        "person": None if is_own else request.employee,
        "chip": chip(status.state),
        "when": span_text(request.first_on, request.last_on, today),
        "hours": _hours(request),
        "amount": amount_text(status.amount, is_in_hours=in_hours),
        "state_text": _state_text(page),
        "days": count_words.day_lines(days, is_in_hours=in_hours, today=today),
        "note": request.note,
        "handover_note": request.handover_note,
        "file": _file(page),
        "history": _history(page),
        **_replaced(request),
        **(_own_verbs(page, days) if may_take_back else {}),
        **(_decisions(page, days) if not is_own else {}),
    }


def _hours(request: LeaveRequest) -> str:
    if request.starts_at is None or request.ends_at is None:
        return ""
    return f"{request.starts_at:%H:%M}–{request.ends_at:%H:%M}"


def _state_text(page: Shown) -> str:
    """Return who has the next word, or from when on leave is to be given back."""
    status = page.status
    if status.state not in RequestState.waiting:
        return ""
    names = [user.name for user in deciders_of(status, page.rules, page.today)][:_MOST_NAMED]
    waits = (
        _("Waits for %(names)s.") % {"names": ", ".join(names)}
        if names
        else _("Waits for somebody who may decide it; HR can.")
    )
    if status.cancel_from is None:
        return waits
    return _("To be cancelled from %(date)s on. %(waits)s") % {
        "date": date_text(status.cancel_from, page.today), "waits": waits,
    }  # fmt: skip


def _file(page: Shown) -> dict[str, Any] | None:
    key = page.request.attachment_key
    row = LeaveAttachment.objects.filter(storage_key=key).first() if key else None
    if row is None:
        return None
    if row.purged_at is not None:
        gone = date_text(row.purged_at.astimezone(page.zone).date(), page.today)
        return {"gone": _("It was deleted on %(date)s, as files are.") % {"date": gone}}
    url = reverse("leave:attachment", args=[page.request.public_id])
    return {
        "url": url if page.may_view_file else None,
        "kind": "PDF" if row.content_type == "application/pdf" else _("Picture"),
        "kilobytes": max(1, row.size // 1024),
    }


# --- history --------------------------------------------------------------------------------------
def _history(page: Shown) -> list[dict[str, Any]]:
    return [_line(step, page) for step in selectors.history(page.request)]


def _line(step: RequestStep, page: Shown) -> dict[str, Any]:
    moment = step.happened_at.astimezone(page.zone)
    kind = StepKind(step.kind)
    return {
        "what": str(kind.label),
        "tone": _TONES.get(kind, "open"),
        "by": _by(step),
        "when": f"{date_format(moment, 'D j F Y')}, {moment:%H:%M}",
        "reason": step.reason,
        "more": _more(step, page),
    }


def _by(step: RequestStep) -> str:
    name = step.by_name if step.by_kind == ActorKind.PERSON else _("Muster")
    if not step.on_behalf_of:
        return name
    return _("%(name)s, in place of %(other)s") % {"name": name, "other": step.on_behalf_of}


def _more(step: RequestStep, page: Shown) -> str:
    """Return what else a step says: from which date on, or which dates count less by now."""
    since = step.values.get("from")
    if since:
        date = date_text(dt.date.fromisoformat(since), page.today)
        return _("from %(date)s on") % {"date": date}
    if step.kind != StepKind.RECOUNTED:
        return ""
    dates = [date_text(dt.date.fromisoformat(text), page.today) for text in sorted(step.values)]
    return _("%(dates)s given back") % {"dates": count_words.listed(dates)}


def _replaced(request: LeaveRequest) -> dict[str, Any]:
    """Return the links to what this takes the place of, and to what takes its place."""
    rows = LeaveRequest.objects.filter(replaces=request).exclude(
        status__state__in=(RequestState.WITHDRAWN, RequestState.REFUSED)
    )
    newer = rows.order_by("-id").first()
    return {
        "older_url": _url("request", request.replaces) if request.replaces_id else None,
        "newer_url": _url("request", newer) if newer is not None else None,
    }


def _url(name: str, request: LeaveRequest | None) -> str:
    return reverse(f"leave:{name}", args=[request.public_id]) if request is not None else ""


# --- what may be done -----------------------------------------------------------------------------
def _own_verbs(page: Shown, days: list[LeaveDay]) -> dict[str, Any]:
    """Return what whoever asked, or HR for them, may do now."""
    state, request = page.status.state, page.request
    is_waiting = state in RequestState.reserving
    is_approved = state == RequestState.APPROVED
    ahead = any(day.is_held and day.date >= page.today for day in days)
    return {
        "change_url": _url("request-change", request) if is_waiting or is_approved else None,
        "withdraw_url": (
            _url("request-withdraw", request)
            if is_waiting or state == RequestState.CANCEL_ASKED
            else None
        ),
        "is_to_be_cancelled": state == RequestState.CANCEL_ASKED,
        "cancel_url": (
            _url("request-cancel", request)
            if is_approved and ahead and not page.may_decide
            else None
        ),
        "answer_url": (
            _url("request-answer", request) if state == RequestState.ASKED_BACK else None
        ),
        "again_url": (
            f"{reverse('leave:ask')}?type={request.leave_type.public_id}"
            if state in (RequestState.REFUSED, RequestState.WITHDRAWN, RequestState.CANCELLED)
            and page.actor.employee is not None
            and page.actor.employee.pk == request.employee_id
            else None
        ),
    }


def _decisions(page: Shown, days: list[LeaveDay]) -> dict[str, Any]:
    """Return what stands around the request, and what whoever decides may do now."""
    state, request = page.status.state, page.request
    source, found = LeaveRequests(), dict[str, Any]()
    if state in (*RequestState.waiting, RequestState.ASKED_BACK):
        (found["entry"],) = source.entries(page.actor, [request.public_id], now=page.now)
    lately = source.decided(page.actor, now=page.now)
    if any(each.public_id == request.public_id for each in lately):
        found["take_back_url"] = _url("request-take-back", request)
    if not page.may_decide:
        return found
    if state in RequestState.waiting:
        found["decide_url"] = _url("request-decide", request)
        found["can_ask_back"] = state == RequestState.PENDING
    held = [day.date for day in days if day.is_held]
    if state == RequestState.APPROVED and held and "take_back_url" not in found:
        found["revoke_url"] = _url("request-cancel", request)
        found["revoke_from"], found["revoke_last"] = held[0].isoformat(), held[-1].isoformat()
    return found
