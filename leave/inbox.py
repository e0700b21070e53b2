"""What leave brings to the inbox: requests that wait for a decision, and claims of comp-off."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import wording as attendance_wording
from attendance.rules import zones
from attendance.selectors.punch_entries import MINUTES_TO_TAKE_BACK
from attendance.selectors.settings import company_settings
from companies.actor import Actor
from companies.enums import ActorKind
from companies.inbox import Answer, Decided, Entry, lines
from companies.models import Company, Employee
from companies.selectors import answered_for
from leave import notifications, permissions, wording
from leave.enums import ClaimOutcome, Decider, RequestState, StepKind
from leave.errors import ClaimDecided, NothingToUndo, RequestNotWaiting
from leave.models import CompOffClaim, LeaveRequest, LeaveRequestState, RequestStep
from leave.rules.years import Dates
from leave.selectors import requests
from leave.selectors.past import Past, past
from leave.selectors.requests import Around
from leave.services import comp_off, decisions
from leave.terms import LeaveSettings, is_named, leave_settings, links_at

# Of many who are off, so many are named.
_MOST_NAMED = 5


def dates_text(first: dt.date, last: dt.date) -> str:
    """Return the dates as a line says them: "5 Mar" or "5 Mar to 9 Mar"."""
    if first == last:
        return date_format(first, "D, j M")
    return _("%(first)s to %(last)s") % {
        "first": date_format(first, "D, j M"), "last": date_format(last, "D, j M"),
    }  # fmt: skip


class LeaveRequests:
    """Requests for leave, and wishes to give approved leave back."""

    kind = "leave"

    def waiting(self, actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[Any]:
        rows = requests.waiting(actor, team=team, on=timezone.now().date())
        return lines(rows, self.kind, public_id="request__public_id", since="since")

    def entries(self, actor: Actor, ids: Collection[uuid.UUID], *, now: dt.datetime) -> list[Entry]:
        rows = LeaveRequestState.objects.filter(request__public_id__in=list(ids)).select_related(
            "request__leave_type", "employee", "company"
        )
        statuses = list(rows)
        if not statuses:
            return []
        company = statuses[0].company
        settings = leave_settings(company)
        around = requests.around(company, statuses, on=now.date())
        before = past(company, statuses, on=now.date())
        return [
            self._entry(row, around[row.request_id], before[row.request_id], settings)
            for row in statuses
        ]

    def _entry(
        self, row: LeaveRequestState, around: Around, before: Past, settings: LeaveSettings
    ) -> Entry:
        request = row.request
        is_cancelling = row.state == RequestState.CANCEL_ASKED
        is_in_hours = settings.by_version[request.version_id].is_in_hours
        what = _("%(type)s, counts %(amount)s") % {
            "type": request.leave_type.name,
            "amount": wording.amount_of(row.amount, is_in_hours=is_in_hours),
        }
        if is_cancelling:
            what = _("Cancel: %(what)s") % {"what": what}
        return Entry(
            kind=self.kind,
            public_id=request.public_id,
            name=row.employee.name,
            what=what,
            when=dates_text(request.first_on, request.last_on),
            effect=_effect(around, is_cancelling=is_cancelling, is_in_hours=is_in_hours),
            others=_others(around),
            note=request.note,
            hints=tuple([*_passed_on(row), *_hints(around)]),
            url=notifications.request_path(request),
            approve=_("Cancel it") if is_cancelling else _("Approve"),
            refuse=_("Leave it") if is_cancelling else _("Refuse"),
            ask="" if is_cancelling else _("Ask back"),
            details="leave/inbox/_request.html",
            details_title=_("History"),
            facts=_facts(request, before, settings, row.company),
        )

    def find(self, actor: Actor, public_id: uuid.UUID) -> LeaveRequest | None:
        rows = LeaveRequestState.objects.select_related(
            "request__employee__user", "request__leave_type", "company"
        )
        row: LeaveRequestState | None = rows.filter(request__public_id=public_id).first()
        if row is None:
            return None
        rules = leave_settings(row.company).by_version[row.request.version_id]
        place = row.place
        if place is None:
            # What was decided is found at the place of that decision: it may be taken back, and
            # the same answer comes a second time.
            steps = RequestStep.objects.filter(request=row.request).order_by("-number")
            place = steps.values_list("place", flat=True).first()
        links = links_at(rules, place, row)
        request: LeaveRequest = row.request
        may = permissions.can_decide(actor, request, links, timezone.now().date())
        return request if may else None

    def name_of(self, found: LeaveRequest) -> str:
        name: str = found.employee.name
        return name

    def decide(self, found: LeaveRequest, answer: Answer, *, reason: str, by: Actor) -> None:
        is_approved = answer == Answer.APPROVE
        try:
            if is_approved:
                decisions.request_approve(request=found, reason=reason, by=by)
            else:
                decisions.request_refuse(request=found, reason=reason, by=by)
        except RequestNotWaiting:
            kinds = _APPROVED if is_approved else _REFUSED
            last = RequestStep.objects.filter(request=found).order_by("-number").first()
            if last is None or last.kind not in kinds or last.by_id != by.id:
                raise

    def ask_back(self, found: LeaveRequest, *, question: str, by: Actor) -> None:
        try:
            decisions.request_ask_back(request=found, reason=question, by=by)
        except RequestNotWaiting:
            last = RequestStep.objects.filter(request=found).order_by("-number").first()
            if last is None or (last.kind, last.by_id) != (StepKind.ASKED_BACK, by.id):
                raise

    def concerns(self, actor: Actor) -> bool:
        """Return whether a chain names the actor; of the settings in memory."""
        if actor.company is None or actor.employee is None:
            return False
        return is_named(actor.company, actor.employee.pk)

    def decided(self, actor: Actor, *, now: dt.datetime) -> list[Decided]:
        """Return what the actor decided a moment ago, where nothing has happened since."""
        since = now - dt.timedelta(minutes=MINUTES_TO_TAKE_BACK)
        steps = RequestStep.objects.filter(
            by_id=actor.id, happened_at__gte=since, kind__in=(StepKind.APPROVED, StepKind.REFUSED),
            request__replaces__isnull=True,
        ).select_related("request__employee", "request__leave_type")  # fmt: skip
        latest = _latest({step.request_id for step in steps})
        return [
            Decided(
                kind=self.kind,
                public_id=step.request.public_id,
                name=step.request.employee.name,
                what=f"{step.request.leave_type.name}, "
                + dates_text(step.request.first_on, step.request.last_on),
                said=_("approved") if step.kind == StepKind.APPROVED else _("refused"),
                decided_at=step.happened_at,
            )
            for step in steps.order_by("-happened_at", "-id")
            if latest[step.request_id] == step.number
        ]

    def take_back(self, found: LeaveRequest, *, by: Actor) -> None:
        try:
            decisions.decision_take_back(request=found, by=by)
        except NothingToUndo:
            last = RequestStep.objects.filter(request=found).order_by("-number").first()
            if last is None or (last.kind, last.by_id) != (StepKind.TAKEN_BACK, by.id):
                raise


_APPROVED = (StepKind.APPROVED, StepKind.CANCELLED)
_REFUSED = (StepKind.REFUSED, StepKind.CANCEL_REFUSED)


def _latest(keys: Collection[int]) -> dict[int, int]:
    rows = RequestStep.objects.filter(request__in=keys).order_by("number")
    return dict(rows.values_list("request", "number"))


def _effect(around: Around, *, is_cancelling: bool, is_in_hours: bool) -> str:
    if around.available is None or is_cancelling:
        return ""
    left = wording.amount_of(around.available, is_in_hours=is_in_hours)
    return _("%(amount)s left after it") % {"amount": left}


def _passed_on(row: LeaveRequestState) -> list[str]:
    """Say why it stands here, where others were asked first."""
    if not row.reach:
        return []
    since = _moment_text(row.since, row.company)
    return [_("Nobody has decided since %(since)s, so that it was passed on") % {"since": since}]


def _moment_text(moment: dt.datetime, company: Company) -> str:
    """Return the date of a moment, on the company's clocks."""
    zone = company_settings(company).policy_on(moment.date()).zone
    return date_format(zones.local_date(moment, zone), "D, j M")


def _facts(
    request: LeaveRequest, before: Past, settings: LeaveSettings, company: Company
) -> dict[str, Any]:
    """Return what stands beside the line, in words: the year, other requests, what was done."""
    return {
        "handover": request.handover_note,
        "has_file": bool(request.attachment_key),
        "taken": [
            _("%(type)s: %(amount)s") % {
                "type": item.leave_type.name,
                "amount": wording.amount_of(item.amount, is_in_hours=item.is_in_hours),
            }
            for item in before.taken
        ],
        "earlier": [_earlier(row, settings) for row in before.earlier],
        "steps": [
            {"what": step_text(step), "reason": step.reason,
             "when": _moment_text(step.happened_at, company)}
            for step in before.steps
        ],
    }  # fmt: skip


def _earlier(row: LeaveRequestState, settings: LeaveSettings) -> dict[str, str]:
    is_in_hours = settings.by_version[row.request.version_id].is_in_hours
    amount = wording.amount_of(row.amount, is_in_hours=is_in_hours)
    return {
        "url": notifications.request_path(row.request),
        "when": dates_text(row.first_on, row.last_on),
        "what": f"{row.request.leave_type.name}, {amount}",
        "state": row.get_state_display(),
    }


def step_text(step: RequestStep) -> str:
    """Return what was done by whom: "Asked for: Maya"; a job has no name that people know."""
    what = str(step.get_kind_display())
    if step.kind == StepKind.PASSED_ON:
        to = str(step.values["to"])
        return f"{what}: {Decider.HR.label if to == Decider.HR else to}"
    if step.by_kind == ActorKind.JOB:
        return what
    return f"{what}: {wording.by_whom(step.by_name, step.on_behalf_of)}"


def _others(around: Around) -> str:
    """Return who else is off, never why: "Also off: Hari (5 Mar), Bikram asks for (6 Mar)"."""
    named = [
        (_("%(name)s (%(dates)s)") if off.is_approved else _("%(name)s asks for %(dates)s"))
        % {"name": off.employee.name, "dates": dates_text(off.dates.first, off.dates.last)}
        for off in around.others[:_MOST_NAMED]
    ]
    more = len(around.others) - _MOST_NAMED
    if more > 0:
        named.append(ngettext("%(count)s more", "%(count)s more", more) % {"count": more})
    return _("Also off: %(names)s") % {"names": ", ".join(named)} if named else ""


def _hints(around: Around) -> list[str]:
    hints = [
        _("Blocked: %(name)s, %(dates)s")
        % {"name": block.name, "dates": dates_text(block.first_on, block.last_on)}
        for block in around.blocks
    ]
    if around.short:
        dates = Dates(around.short[0], around.short[-1])
        hints.append(
            _("Only %(left)s there on %(dates)s; the department needs %(least)s")
            % {
                "left": around.fewest,
                "dates": dates_text(dates.first, dates.last),
                "least": around.least,
            }
        )
    return hints


def _claimed(claim: CompOffClaim) -> str:
    amount = wording.amount_of(claim.amount, is_in_hours=False)
    values = {"amount": amount, "type": claim.leave_type.name}
    if claim.minutes is None:
        return _("Worked on a day off: %(amount)s of %(type)s") % values
    banked = attendance_wording.minutes(claim.minutes)
    return _("%(banked)s of approved overtime: %(amount)s of %(type)s") % {
        **values, "banked": banked,
    }  # fmt: skip


class CompOffClaims:
    """Work on a day off, or banked overtime, that somebody wants back as leave."""

    kind = "comp_off"

    def waiting(self, actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[Any]:
        people = answered_for(actor, team).values("pk")
        rows = CompOffClaim.objects.filter(employee__in=people, decision__isnull=True)
        return lines(rows, self.kind, since="created_at")

    def entries(self, actor: Actor, ids: Collection[uuid.UUID], *, now: dt.datetime) -> list[Entry]:
        rows = CompOffClaim.objects.filter(public_id__in=list(ids))
        return [
            Entry(
                kind=self.kind,
                public_id=row.public_id,
                name=row.employee.name,
                what=_claimed(row),
                when=dates_text(row.date, row.date),
                note=row.note,
                approve=_("Approve"),
                refuse=_("Refuse"),
            )
            for row in rows.select_related("employee", "leave_type")
        ]

    def find(self, actor: Actor, public_id: uuid.UUID) -> CompOffClaim | None:
        rows = CompOffClaim.objects.select_related("employee__company", "employee__user")
        claim: CompOffClaim | None = rows.filter(public_id=public_id).first()
        today = timezone.now().date()
        if claim is None or not permissions.can_decide_claim(actor, claim.employee, today):
            return None
        return claim

    def name_of(self, found: CompOffClaim) -> str:
        name: str = found.employee.name
        return name

    def decide(self, found: CompOffClaim, answer: Answer, *, reason: str, by: Actor) -> None:
        is_approved = answer == Answer.APPROVE
        try:
            comp_off.comp_off_decide(claim=found, is_approved=is_approved, reason=reason, by=by)
        except ClaimDecided:
            wanted = ClaimOutcome.APPROVED if is_approved else ClaimOutcome.REFUSED
            decision = comp_off.decision_of(found)
            if (decision.outcome, decision.decided_by_id) != (wanted, by.id):
                raise

    def decided(self, actor: Actor, *, now: dt.datetime) -> list[Decided]:
        """Return nothing: the person was told by mail, and claims again where it was wrong."""
        return []

    def take_back(self, found: CompOffClaim, *, by: Actor) -> None:
        raise ClaimDecided
