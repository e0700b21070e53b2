"""Leave decided in Slack's message: by the inbox's own source, which asks the same rights."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.selectors.people import zone_of
from attendance.services.days import lock_person
from companies.errors import MusterError
from companies.inbox import Answer, Entry
from companies.models import SlackIdentity, SlackMessage
from companies.selectors import actor_of, slack_messages_about
from companies.services import slack_messages_update, slack_snooze
from companies.slack import Ask, Said, Told, page
from integrations.slack import blocks
from leave.enums import RequestState
from leave.errors import RequestNotWaiting
from leave.inbox import LeaveRequests, dates_text, step_text
from leave.models import LeaveRequest, LeaveRequestState, RequestStep
from leave.notifications import SLACK_KIND as KIND
from leave.notifications import request_path
from leave.permissions import can_view_request

REFUSING: Final = "leave_refuse"
_MORNING: Final = dt.time(9)
_SOURCE: Final = LeaveRequests()
_MOST_OF_A_REASON: Final = 300


# --- the message ----------------------------------------------------------------------------------
def told(identity: SlackIdentity, subject: UUID, now: dt.datetime) -> Told:
    """Return what the message about a request says to this person now."""
    company = identity.workspace.company
    actor = actor_of(identity.user, company, now=now, channel="slack")
    rows = LeaveRequestState.objects.select_related(
        "request__employee", "request__leave_type", "employee"
    )
    row: LeaveRequestState | None = rows.filter(request__public_id=subject).first()
    if row is None or actor.company is None:
        text = _("You do not decide about this any more.")
        return Told(text, [blocks.section(text)], is_open=False)
    is_theirs = _SOURCE.find(actor, subject) is not None
    if not is_theirs or row.state not in RequestState.waiting:
        may_see = is_theirs or can_view_request(actor, row.request, now.date())
        return _closed(row, may_see=may_see)
    entry = _SOURCE.entries(actor, [subject], now=now)[0]
    return _open(entry, identity, row)


def _open(entry: Entry, identity: SlackIdentity, row: LeaveRequestState) -> Told:
    subject = entry.public_id
    key = f"{subject} {_standing(row)}"
    title = _("%(name)s asks for leave") % {"name": entry.name}
    lines = [entry.when, entry.what, entry.effect, entry.others, *entry.hints, entry.note]
    text = "\n".join(blocks.escaped(line) for line in lines if line)
    where = blocks.link(page(entry.url), _("Open in Muster"))
    parts = [
        blocks.section(f"*{blocks.escaped(title)}*\n{text}"),
        blocks.actions(
            blocks.button(entry.approve, "leave_approve", key, style="primary"),
            blocks.button(f"{entry.refuse}…", REFUSING, key, style="danger"),
            blocks.button(_("Tomorrow morning"), "leave_tomorrow", key),
            blocks.button(_("In 3 days"), "leave_later", key),
        ),
        blocks.context(where),
    ]
    snoozed = slack_messages_about(KIND, subject).filter(identity=identity).first()
    if snoozed is not None and snoozed.snoozed_until is not None:
        parts.append(blocks.context(_snoozed(snoozed.snoozed_until, identity)))
    return Told(blocks.escaped(f"{title}: {entry.when}"), parts, is_open=True)


def _standing(row: LeaveRequestState) -> str:
    """Return what is decided about: the leave or its cancelling, at which place, since when."""
    return f"{row.state}:{row.place}:{row.since.isoformat()}"


def _pressed(value: str) -> tuple[UUID, str]:
    """Return the subject of a button, and how it stood where the button was shown."""
    subject, _space, standing = value.partition(" ")
    return UUID(subject), standing


def _snoozed(until: dt.datetime, identity: SlackIdentity) -> str:
    local = until.astimezone(_zone(identity))
    return _("Put off: you are reminded on %(when)s.") % {"when": date_format(local, "D j M, H:i")}


def _zone(identity: SlackIdentity) -> ZoneInfo:
    now = timezone.now()
    actor = actor_of(identity.user, identity.workspace.company, now=now, channel="slack")
    return ZoneInfo(zone_of(actor.employee, now) if actor.employee is not None else "UTC")


def _closed(row: LeaveRequestState, *, may_see: bool) -> Told:
    """Return how it stands; of whom it is none of their business any more, nothing but that."""
    title = _("%(name)s asked for leave") % {"name": row.employee.name}
    text = _("You do not decide about this any more.")
    if may_see:
        text = "\n".join([dates_text(row.request.first_on, row.request.last_on), *_outcome(row)])
    parts = [blocks.section(f"*{blocks.escaped(title)}*\n{blocks.escaped(text)}")]
    if may_see:
        url = page(request_path(row.request))
        parts.append(blocks.context(blocks.link(url, _("Open in Muster"))))
    return Told(blocks.escaped(f"{title}: {text}"), parts, is_open=False)


def _outcome(row: LeaveRequestState) -> list[str]:
    """Return what was done last, by whom and why, and whether somebody else is asked now."""
    steps = RequestStep.objects.filter(request=row.request_id).order_by("-number")
    last: RequestStep = steps[0]
    said = step_text(last)
    lines = [f"{said} ({last.reason})" if last.reason else said]
    if row.state in RequestState.waiting:
        lines.append(_("It waits for whoever decides next."))
    return lines


# --- the answers ----------------------------------------------------------------------------------
def approve(ask: Ask) -> Said | None:
    """Approve what the message is about; the message itself then says so."""
    return _decide(ask, ask.value, Answer.APPROVE, "")


def opens(ask: Ask) -> dict[str, Any]:
    """Return the form that asks for the reason of a refusal.

    Raises:
        RequestNotWaiting: there is nothing to refuse any more.
    """
    subject, _shown = _pressed(ask.value)
    found = _SOURCE.find(ask.actor, subject)
    if found is None:
        raise RequestNotWaiting
    reason = blocks.field(
        "reason", _("Why? %(name)s reads it.") % {"name": found.employee.name},
        {"type": "plain_text_input", "multiline": True, "max_length": _MOST_OF_A_REASON},
        is_optional=False, is_live=False,
    )  # fmt: skip
    return blocks.modal(
        callback=REFUSING, title=_("Refuse"), submit=_("Refuse"), close=_("Cancel"),
        blocks=[reason], metadata=ask.value,
    )  # fmt: skip


def check(ask: Ask) -> dict[str, str]:
    """Say beside the field that a reason is needed."""
    reason = blocks.values_of(dict(ask.view)).get("reason", "")
    return {} if reason.strip() else {"reason": _("Please give a reason.")}


def refuse(ask: Ask) -> Said | None:
    """Refuse with the reason that the form holds."""
    reason = blocks.values_of(dict(ask.view)).get("reason", "")
    return _decide(ask, ask.view["private_metadata"], Answer.REFUSE, reason)


def _decide(ask: Ask, value: str, answer: Answer, reason: str) -> Said | None:
    """Decide as the inbox does; where it cannot be, say why and have the message say how it is."""
    subject, shown = _pressed(value)
    found: LeaveRequest | None = _SOURCE.find(ask.actor, subject)
    if found is None:
        return _outdated(ask, subject, _not_theirs(ask, subject))
    try:
        with transaction.atomic():
            lock_person(found.employee)
            if _is_another(found, shown):
                return _outdated(ask, subject, _("It has changed. The message says how it stands."))
            _SOURCE.decide(found, answer, reason=reason, by=ask.actor)
    except MusterError as error:
        return _outdated(ask, subject, str(error))
    return None


def _is_another(request: LeaveRequest, shown: str) -> bool:
    """Return whether something else waits by now than what the button was shown for.

    A message may be old: "Approve" of leave must not become that of its cancelling, nor a second
    tap the decision of the next place.
    """
    row = LeaveRequestState.objects.get(request=request)
    return bool(shown) and row.state in RequestState.waiting and shown != _standing(row)


def _not_theirs(ask: Ask, subject: UUID) -> str:
    """Return why they do not decide: it waits no more, if they may know that, or not for them."""
    rows = LeaveRequestState.objects.select_related("request__employee")
    row: LeaveRequestState | None = rows.filter(request__public_id=subject).first()
    is_over = row is not None and row.state not in RequestState.waiting
    if row is not None and is_over and can_view_request(ask.actor, row.request, ask.at.date()):
        return str(RequestNotWaiting())
    return _("You do not decide about this any more.")


def _outdated(ask: Ask, subject: UUID, sentence: str) -> Said:
    slack_messages_update(
        company=ask.workspace.company, kind=KIND, subject=subject, nth=f"seen:{ask.key}"
    )
    return Said(sentence)


# --- later ----------------------------------------------------------------------------------------
def snooze_to_tomorrow(ask: Ask) -> Said | None:
    """Put the message off until tomorrow morning, on the person's clocks."""
    local = ask.at.astimezone(_zone(ask.identity))
    morning = dt.datetime.combine(local.date() + dt.timedelta(days=1), _MORNING, local.tzinfo)
    return _snooze(ask, morning.astimezone(dt.UTC))


def snooze_three_days(ask: Ask) -> Said | None:
    """Put the message off for three days."""
    return _snooze(ask, ask.at + dt.timedelta(days=3))


def _snooze(ask: Ask, until: dt.datetime) -> Said | None:
    subject, _shown = _pressed(ask.value)
    if _SOURCE.find(ask.actor, subject) is None:
        return _outdated(ask, subject, _not_theirs(ask, subject))
    rows = slack_messages_about(KIND, subject).filter(identity=ask.identity)
    message: SlackMessage | None = rows.first()
    if message is not None:
        slack_snooze(message=message, until=until)
        slack_messages_update(
            company=ask.workspace.company, kind=KIND, subject=subject, nth=f"snoozed:{ask.key}"
        )
    return None
