"""What attendance brings to the inbox: flagged punches, and what people ask to have corrected."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from attendance import correction_pages, correction_words, permissions, wording
from attendance.answers import clock
from attendance.enums import CorrectionOutcome, DayStatus, Direction, EntryKind, FrameKind
from attendance.errors import AlreadyDecided, NothingToTakeBack, RequestDecided
from attendance.models import (
    AttendanceDay,
    CorrectionRequest,
    FaceEnrolment,
    Punch,
    PunchFrame,
    PunchState,
)
from attendance.rules import judge as judging
from attendance.rules import schema, zones
from attendance.rules.corrections import Effect
from attendance.rules.types import Verdict
from attendance.selectors import corrections, flagged, punch_entries
from attendance.selectors.correction_scenes import effects_of
from attendance.selectors.people import judged_days
from attendance.services import corrections as correcting
from attendance.services import decisions
from companies.actor import Actor
from companies.enums import LookKind
from companies.inbox import Answer, Decided, Entry, lines
from companies.looks import Seen
from companies.models import Employee
from companies.selectors import team_of


def _local_date(state: PunchState) -> dt.date:
    return state.attendance_date or zones.local_date(state.occurred_at, state.punch.zone)


def _day_url(employee_id: uuid.UUID, date: dt.date) -> str:
    return reverse("attendance:team-day", args=[employee_id, date])


def _what(punch: Punch) -> str:
    """Return what was done when: "Check in at 09:04"."""
    return _("%(action)s at %(time)s") % {
        "action": Direction(punch.direction).label,
        "time": clock(punch.occurred_at, punch.zone),
    }


class FlaggedPunches:
    """Punches about which the evidence leaves a doubt: is this them?"""

    kind = "punch"

    def waiting(self, actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[Any]:
        rows = flagged.flagged_of(actor, team=team)
        return lines(rows, self.kind, public_id="punch__public_id", since="occurred_at")

    def entries(self, actor: Actor, ids: Collection[uuid.UUID], *, now: dt.datetime) -> list[Entry]:
        states = list(
            PunchState.objects.filter(punch__public_id__in=list(ids))
            .select_related("punch", "employee")
            .prefetch_related("punch__frames")
        )
        people = {state.employee_id for state in states}
        team = set(team_of(actor, on=now.date()).filter(pk__in=people).values_list("pk", flat=True))
        references = flagged.references_of(people)
        doubts = flagged.false_flags_of(people)
        days = _days(states)
        return [
            self._entry(
                state,
                day=days.get((state.employee_id, _local_date(state))),
                reference=references.get(state.employee_id),
                is_here=state.employee_id in team,
                doubts=doubts.get(state.employee_id, 0),
                now=now,
            )
            for state in states
        ]

    def _entry(
        self,
        state: PunchState,
        *,
        day: AttendanceDay | None,
        reference: FaceEnrolment | None,
        is_here: bool,
        doubts: int,
        now: dt.datetime,
    ) -> Entry:
        punch, date = state.punch, _local_date(state)
        hints = [] if is_here else [_("Does not work here any more.")]
        if doubts >= flagged.FALSE_FLAGS:
            hints.append(
                _("The reference picture no longer fits well: a new one is asked for on Today.")
            )
        frames = {item.kind: item for item in punch.frames.all() if item.is_clean}
        return Entry(
            kind=self.kind,
            public_id=punch.public_id,
            name=state.employee.name,
            what=f"{_what(punch)}: {wording.evidence(state)}",
            when=wording.short_date(date),
            effect=_effect(state, day, now),
            hints=tuple(hints),
            url=_day_url(state.employee.public_id, date) if is_here else "",
            approve=_("Yes, this is them"),
            refuse=_("No"),
            details="attendance/inbox/_punch.html" if frames else "",
            facts={
                "photo_url": _photo_url(frames.get(FrameKind.FRONTAL)),
                "turned_url": _photo_url(frames.get(FrameKind.TURNED)),
                "reference_url": reference
                and reverse("attendance:reference", args=[reference.public_id]),
                "time": clock(punch.occurred_at, punch.zone),
                "source": punch.get_source_display(),
            },
            seen=(Seen(state.employee, LookKind.EVIDENCE, punch, date),),
        )

    def find(self, actor: Actor, public_id: uuid.UUID) -> Punch | None:
        rows = Punch.objects.select_related("state", "employee")
        punch: Punch | None = rows.filter(public_id=public_id).first()
        if punch is None or not permissions.can_decide_punch(actor, punch):
            return None
        state = punch.state
        is_concerned = state.is_flagged or punch_entries.last_decision(punch) is not None
        return punch if is_concerned else None

    def name_of(self, found: Punch) -> str:
        name: str = found.employee.name
        return name

    def decide(self, found: Punch, answer: Answer, *, reason: str, by: Actor) -> None:
        try:
            if answer == Answer.APPROVE:
                decisions.punch_accept(punch=found, reason=reason, by=by)
            else:
                decisions.punch_void(punch=found, reason=reason, by=by, if_flagged=True)
        except AlreadyDecided:
            wanted = EntryKind.DECIDED if answer == Answer.APPROVE else EntryKind.VOIDED
            last = punch_entries.last_decision(found)
            if last is None or (last.kind, last.by_id) != (wanted, by.id):
                raise

    def decided(self, actor: Actor, *, now: dt.datetime) -> list[Decided]:
        entries = list(punch_entries.to_take_back(actor, now))
        taps = [entry.tap_id for entry in entries]
        punches = {
            (punch.employee_id, punch.tap_id): punch
            for punch in Punch.objects.filter(tap_id__in=taps)
        }
        return [
            Decided(
                kind=self.kind,
                public_id=punch.public_id,
                name=entry.employee.name,
                what=_what(punch),
                said=_("counts") if entry.kind == EntryKind.DECIDED else _("does not count"),
                decided_at=entry.occurred_at,
            )
            for entry in entries
            for punch in [punches[entry.employee_id, entry.tap_id]]
        ]

    def take_back(self, found: Punch, *, by: Actor) -> None:
        try:
            decisions.punch_take_back(punch=found, by=by)
        except NothingToTakeBack:
            last = punch_entries.last_decision(found)
            if last is None or (last.kind, last.by_id) != (EntryKind.REOPENED, by.id):
                raise


def _photo_url(frame: PunchFrame | None) -> str:
    return reverse("attendance:photo", args=[frame.public_id]) if frame else ""


def _days(states: Iterable[PunchState]) -> dict[tuple[int, dt.date], AttendanceDay]:
    """Return the judged days of the punches; one statement."""
    keys = {(state.employee_id, _local_date(state)) for state in states}
    if not keys:
        return {}
    dates = [date for _employee, date in keys]
    found = judged_days({pk for pk, _date in keys}, first=min(dates), last=max(dates))
    return {key: row for key, row in found.items() if key in keys}


def _effect(state: PunchState, row: AttendanceDay | None, now: dt.datetime) -> str:
    """Return what the day is with the punch, and what without: "Present, 8 h → Incomplete"."""
    if row is None or state.slot or row.is_by_hand:
        return ""
    day = schema.from_json(row.input)
    taps = tuple(tap for tap in day.taps if tap.key != str(state.punch.public_id))
    if len(taps) == len(day.taps):
        return ""
    stays = _status_text(row)
    without = _status_text(judging.judge(replace(day, taps=taps), now=now))
    if stays == without:
        if row.is_open:
            return ""
        return _("%(day)s either way") % {"day": stays}
    return _("%(day)s; without it: %(without)s") % {"day": stays, "without": without}


def _status_text(day: AttendanceDay | Verdict) -> str:
    status = str(DayStatus(day.status).label) if day.status else _("Still open")
    worked = wording.minutes(day.worked_minutes) if day.worked_minutes else ""
    return ", ".join(filter(None, [status, worked]))


class Corrections:
    """What people ask to have corrected: forgotten check-outs, wrong times, days elsewhere."""

    kind = "correction"

    def waiting(self, actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[Any]:
        return lines(corrections.waiting_for(actor, team=team), self.kind, since="created_at")

    def entries(self, actor: Actor, ids: Collection[uuid.UUID], *, now: dt.datetime) -> list[Entry]:
        rows = CorrectionRequest.objects.filter(public_id__in=list(ids))
        requests = list(corrections.full(rows))
        effects = effects_of(requests, now=now)
        return [self._entry(request, effects[request.pk], now) for request in requests]

    def _entry(
        self, request: CorrectionRequest, effects: tuple[Effect, ...], now: dt.datetime
    ) -> Entry:
        is_here = request.employee.is_employed_on(now.date())
        hints = [] if is_here else [_("Does not work here any more.")]
        if not effects:
            hints.append(_("The days have changed since: look before you decide."))
        return Entry(
            kind=self.kind,
            public_id=request.public_id,
            name=request.employee.name,
            what=correction_words.what(request),
            when=correction_pages.when(request),
            effect=correction_pages.effect_text(effects, of_one=request.last_on is None),
            note=request.note,
            others=_("A file came with it: it lies at the day.")
            if hasattr(request, "file")
            else "",
            hints=tuple(hints),
            url=_day_url(request.employee.public_id, request.date) if is_here else "",
            approve=_("Approve"),
            refuse=_("Refuse"),
        )

    def find(self, actor: Actor, public_id: uuid.UUID) -> CorrectionRequest | None:
        rows = CorrectionRequest.objects.select_related("employee__company", "employee__user")
        request: CorrectionRequest | None = rows.filter(public_id=public_id).first()
        today = dt.datetime.now(dt.UTC).date()
        if request is None or not permissions.can_decide_correction(actor, request, today):
            return None
        return request

    def name_of(self, found: CorrectionRequest) -> str:
        name: str = found.employee.name
        return name

    def decide(self, found: CorrectionRequest, answer: Answer, *, reason: str, by: Actor) -> None:
        is_approved = answer == Answer.APPROVE
        try:
            correcting.correction_decide(
                request=found, is_approved=is_approved, reason=reason, by=by
            )
        except RequestDecided:
            wanted = CorrectionOutcome.APPROVED if is_approved else CorrectionOutcome.REFUSED
            decision = corrections.decision_of(found)
            if (decision.outcome, decision.decided_by_id) != (wanted, by.id):
                raise

    def decided(self, actor: Actor, *, now: dt.datetime) -> list[Decided]:
        """Return nothing: the person was told by mail, and asks again where it was wrong."""
        return []

    def take_back(self, found: CorrectionRequest, *, by: Actor) -> None:
        raise RequestDecided
