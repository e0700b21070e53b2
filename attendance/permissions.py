"""Who may do what with attendance: `can_<verb>(actor, object)`, for every door."""

from __future__ import annotations

import datetime as dt

from attendance.enums import Source
from attendance.models import CorrectionRequest, Punch, PunchFrame
from companies.actor import Actor
from companies.enums import Role
from companies.models import Company, Employee, Placement
from companies.permissions import can_enter_hr
from companies.selectors import team_of


def is_self(actor: Actor, employee: Employee) -> bool:
    """Return whether the engagement, this one or another, is the actor's own."""
    if actor.employee is not None and employee.pk == actor.employee.pk:
        return True
    return actor.user is not None and employee.user_id == actor.user.pk


def is_own_punch(actor: Actor, punch: Punch) -> bool:
    """Return whether the punch is the actor's, in whatever engagement it was made."""
    return is_self(actor, punch.employee)


def can_decide_punch(actor: Actor, punch: Punch) -> bool:
    """HR decides flagged punches of the company, never their own."""
    return (
        can_enter_hr(actor)
        and actor.company is not None
        and punch.company_id == actor.company.pk
        and not is_own_punch(actor, punch)
    )


def can_view_frame(actor: Actor, frame: PunchFrame) -> bool:
    """A checked picture is seen by the person on it, HR, and auditors; an unchecked by nobody."""
    return frame.is_clean and _concerns(actor, frame.company_id, frame.punch.employee_id)


def _concerns(actor: Actor, company_id: int, employee_id: int) -> bool:
    if actor.company is None or actor.company.pk != company_id:
        return False
    is_self = actor.employee is not None and actor.employee.pk == employee_id
    return is_self or actor.has(Role.HR, Role.COMPANY_ADMIN, Role.AUDITOR)


def can_pick_holiday(actor: Actor, employee: Employee) -> bool:
    """A person picks the optional holidays of their own; HR those of anybody in the company."""
    if actor.company is None or actor.company.pk != employee.company_id:
        return False
    is_self = actor.employee is not None and actor.employee.pk == employee.pk
    return is_self or can_enter_hr(actor)


def can_close_month(actor: Actor, company: Company) -> bool:
    """HR locks and reopens the months of the own company."""
    return can_enter_hr(actor) and actor.company is not None and actor.company.pk == company.pk


def can_recompute(actor: Actor, company: Company) -> bool:
    """HR judges settled days of the own company anew; by the rules, so their own among them."""
    return can_close_month(actor, company)


def can_judge_by_hand(actor: Actor, employee: Employee) -> bool:
    """HR sets or skips days of people of the company, never their own."""
    return (
        can_enter_hr(actor)
        and actor.company is not None
        and employee.company_id == actor.company.pk
        and not is_self(actor, employee)
    )


def can_manage_team(actor: Actor) -> bool:
    """HR, managers by role, and whoever is named as somebody's manager see a team."""
    if actor.company is None:
        return False
    if actor.has(Role.HR, Role.COMPANY_ADMIN, Role.MANAGER):
        return True
    own = actor.employee
    return own is not None and Placement.objects.filter(manager=own).exists()


def is_in_team(actor: Actor, employee: Employee, on: dt.date) -> bool:
    """Return whether the actor answers for the person's days on that date."""
    return team_of(actor, on=on).filter(pk=employee.pk).exists()


def is_own_request(actor: Actor, request: CorrectionRequest) -> bool:
    """Return whether the person, in whatever engagement, asked for it."""
    return is_self(actor, request.employee)


def can_decide_correction(actor: Actor, request: CorrectionRequest, on: dt.date) -> bool:
    """Whoever answers for the person today decides what they ask for; never the person."""
    return not is_own_request(actor, request) and is_in_team(actor, request.employee, on)


def can_enter_punch(actor: Actor, employee: Employee, source: Source, *, on: dt.date) -> bool:
    """HR enters punches, managers attest for their team on that date; never for themselves.

    Who may decide a correction is asked where it is decided; here it is only kept in the company.
    """
    if actor.company is None or actor.company.pk != employee.company_id or is_self(actor, employee):
        return False
    if source == Source.REGULARISATION:
        return True
    if source == Source.ATTEST:
        return can_enter_hr(actor) or is_in_team(actor, employee, on)
    return source == Source.HR and can_enter_hr(actor)
