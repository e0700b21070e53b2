"""Who may do what with attendance: `can_<verb>(actor, object)`, for every door."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from attendance.enums import Source
from attendance.models import CorrectionRequest, FaceEnrolment, Punch, PunchFrame, PunchState
from companies.actor import Actor
from companies.enums import Role
from companies.models import Company, Employee, SlackWorkspace
from companies.permissions import can_manage_hr, is_own
from companies.selectors import READERS, answers_for_others, team_of

# How long after a decision whoever decided may look again at what was decided about.
SEEN_AFTER_DECISION = dt.timedelta(days=7)


def is_self(actor: Actor, employee: Employee) -> bool:
    """Return whether the engagement, this one or another, is the actor's own."""
    if actor.employee is not None and employee.pk == actor.employee.pk:
        return True
    return is_own(actor, employee)


def is_own_punch(actor: Actor, punch: Punch) -> bool:
    """Return whether the punch is the actor's, in whatever engagement it was made."""
    return is_self(actor, punch.employee)


def can_decide_punch(actor: Actor, punch: Punch) -> bool:
    """Whoever answers for the person today decides a flagged punch, and HR; never the person.

    Today, not on the punch's date: who takes a team over, or stands in for its manager, takes over
    what waits. HR's reach further: to people who have left.
    """
    if actor.company is None or punch.company_id != actor.company.pk or is_own_punch(actor, punch):
        return False
    return can_manage_hr(actor) or is_in_team(actor, punch.employee, timezone.now().date())


def can_view_frame(actor: Actor, frame: PunchFrame, *, answers_for: bool | None = None) -> bool:
    """A checked picture is seen by the person on it, HR, and auditors; an unchecked by nobody.

    Whoever answers for the person today sees that of a flagged punch, until a week after it was
    decided. `answers_for` says so where it is known already.
    """
    if not frame.is_clean or actor.company is None or actor.company.pk != frame.company_id:
        return False
    if _concerns(actor, frame.company_id, frame.punch.employee_id):
        return True
    if not _is_to_be_seen(frame.punch.state):
        return False
    if answers_for is None:
        answers_for = is_in_team(actor, frame.punch.employee, timezone.now().date())
    return answers_for


def _is_to_be_seen(state: PunchState) -> bool:
    decided_at = state.decided_at
    return state.is_flagged or (
        decided_at is not None and timezone.now() < decided_at + SEEN_AFTER_DECISION
    )


def can_view_reference(actor: Actor, enrolment: FaceEnrolment) -> bool:
    """The reference picture is seen by the person, HR, auditors, and by whoever must compare it.

    That is who answers for the person today, while one of the person's punches is flagged, and
    for a week after one was decided.
    """
    if _concerns(actor, enrolment.company_id, enrolment.employee_id):
        return True
    if actor.company is None or actor.company.pk != enrolment.company_id:
        return False
    since = timezone.now() - SEEN_AFTER_DECISION
    to_compare = PunchState.objects.filter(employee=enrolment.employee_id).filter(
        Q(is_flagged=True) | Q(decided_at__gt=since)
    )
    return to_compare.exists() and is_in_team(actor, enrolment.employee, timezone.now().date())


def _concerns(actor: Actor, company_id: int, employee_id: int) -> bool:
    if actor.company is None or actor.company.pk != company_id:
        return False
    is_self = actor.employee is not None and actor.employee.pk == employee_id
    return is_self or actor.has(Role.HR, Role.COMPANY_ADMIN, Role.AUDITOR)


def can_delete_face_data(actor: Actor, employee: Employee) -> bool:
    """HR deletes face data of people of the company; one's own goes by withdrawing consent."""
    return (
        can_manage_hr(actor)
        and actor.company is not None
        and actor.company.pk == employee.company_id
        and not is_self(actor, employee)
    )


def can_pick_holiday(actor: Actor, employee: Employee) -> bool:
    """A person picks the optional holidays of their own; HR those of anybody in the company."""
    if actor.company is None or actor.company.pk != employee.company_id:
        return False
    is_self = actor.employee is not None and actor.employee.pk == employee.pk
    return is_self or can_manage_hr(actor)


def can_close_month(actor: Actor, company: Company) -> bool:
    """HR locks and reopens the months of the own company."""
    return can_manage_hr(actor) and actor.company is not None and actor.company.pk == company.pk


def can_reopen_month(actor: Actor, company: Company, *, is_last: bool) -> bool:
    """HR reopens the last locked month (rules 5: *late edit*), a company admin any (*any edit*).

    What stands before a later locked month has been built upon: it needs another pair of eyes.
    """
    return can_close_month(actor, company) and (is_last or actor.has(Role.COMPANY_ADMIN))


def can_view_closing(actor: Actor, company: Company) -> bool:
    """HR, company admins and auditors see how the months of the own company stand."""
    is_inside = actor.company is not None and actor.company.pk == company.pk
    return is_inside and actor.has(*READERS)


def can_take_payroll(actor: Actor, company: Company) -> bool:
    """Whoever sees the months takes their payroll files; that they did is told."""
    return actor.user is not None and can_view_closing(actor, company)


def can_recompute(actor: Actor, company: Company) -> bool:
    """HR judges settled days of the own company anew; by the rules, so their own among them."""
    return can_close_month(actor, company)


def can_judge_by_hand(actor: Actor, employee: Employee) -> bool:
    """HR sets or skips days of people of the company, never their own."""
    return (
        can_manage_hr(actor)
        and actor.company is not None
        and employee.company_id == actor.company.pk
        and not is_self(actor, employee)
    )


def can_manage_team(actor: Actor) -> bool:
    """HR, managers by role or by name, and whoever stands in for one of them see a team."""
    return actor.company is not None and not actor.is_limited and answers_for_others(actor)


def can_view_reports(actor: Actor) -> bool:
    """Auditors read reports of the company; whoever has a team, those of the team."""
    is_auditor = actor.company is not None and actor.has(Role.AUDITOR)
    return is_auditor or can_manage_team(actor)


def is_in_team(actor: Actor, employee: Employee, on: dt.date) -> bool:
    """Return whether the actor answers for the person's days on that date."""
    return team_of(actor, on=on).filter(pk=employee.pk).exists()


def is_own_request(actor: Actor, request: CorrectionRequest) -> bool:
    """Return whether the person, in whatever engagement, asked for it."""
    return is_self(actor, request.employee)


def can_decide_correction(actor: Actor, request: CorrectionRequest, on: dt.date) -> bool:
    """Whoever answers for the person today decides what they ask for, and HR; never the person.

    HR's reach further: to people who have left.
    """
    if actor.company is None or request.company_id != actor.company.pk:
        return False
    if is_own_request(actor, request):
        return False
    return can_manage_hr(actor) or is_in_team(actor, request.employee, on)


def can_cancel_correction(actor: Actor, request: CorrectionRequest, on: dt.date) -> bool:
    """Who may decide about it now may take its approval back; never the person."""
    return can_decide_correction(actor, request, on)


def can_view_correction_file(actor: Actor, request: CorrectionRequest, on: dt.date) -> bool:
    """The person, whoever answers for them today, HR and auditors see what came with a request."""
    if actor.company is None or request.company_id != actor.company.pk:
        return False
    return _concerns(actor, request.company_id, request.employee_id) or is_in_team(
        actor, request.employee, on
    )


def can_give_correction(actor: Actor, employee: Employee) -> bool:
    """HR corrects the days of people of the company directly, never their own."""
    return can_judge_by_hand(actor, employee)


def can_decide_overtime(actor: Actor, employee: Employee, on: dt.date) -> bool:
    """Whoever answers for the person today decides about extra minutes, and HR; never oneself."""
    if actor.company is None or employee.company_id != actor.company.pk or is_self(actor, employee):
        return False
    return can_manage_hr(actor) or is_in_team(actor, employee, on)


def can_enter_punch(actor: Actor, employee: Employee, source: Source, *, on: dt.date) -> bool:
    """HR enters punches, managers attest for their team on that date; never for themselves.

    Who may decide a correction is asked where it is decided; here it is only kept in the company.
    """
    if actor.company is None or actor.company.pk != employee.company_id or is_self(actor, employee):
        return False
    if source == Source.REGULARISATION:
        return True
    if source == Source.ATTEST:
        return can_manage_hr(actor) or is_in_team(actor, employee, on)
    return source == Source.HR and can_manage_hr(actor)


def can_punch_by_slack(actor: Actor, employee: Employee, workspace: SlackWorkspace) -> bool:
    """A person checks in and out for themselves from the company's Slack, where HR allows it."""
    is_self = actor.employee is not None and actor.employee.pk == employee.pk
    is_inside = actor.company is not None and workspace.company_id == actor.company.pk
    return is_self and is_inside and workspace.ended_at is None and workspace.allows_punches
