"""Who may do what with what belongs to a company: `can_<verb>(actor, object)`, for every door."""

from __future__ import annotations

from django.utils import timezone

from companies.actor import Actor
from companies.enums import Role
from companies.models import CompanyOwned, Employee, RoleGrant


def _is_inside(actor: Actor, row: CompanyOwned | None) -> bool:
    return actor.company is not None and (row is None or row.company_id == actor.company.pk)


def can_enter_hr(actor: Actor) -> bool:
    """HR's admin opens for HR and company admins of the active company."""
    return actor.company is not None and actor.has(Role.HR, Role.COMPANY_ADMIN)


def can_manage_records(actor: Actor, row: CompanyOwned | None = None) -> bool:
    """HR writes reference records and people of the own company."""
    return can_enter_hr(actor) and _is_inside(actor, row)


def can_send_sign_in_link(actor: Actor, employee: Employee) -> bool:
    """HR invites people of the own company who still work there."""
    return can_manage_records(actor, employee) and not employee.has_left(timezone.now())


def can_grant_role(actor: Actor, grant: RoleGrant | None = None) -> bool:
    """HR gives and takes roles, never their own; that of a company admin, company admins only."""
    if not can_manage_records(actor, grant):
        return False
    if grant is None:
        return True
    is_own = actor.user is not None and grant.user_id == actor.user.pk
    return not is_own and (grant.role != Role.COMPANY_ADMIN or actor.has(Role.COMPANY_ADMIN))


def can_end_employment(actor: Actor, employee: Employee) -> bool:
    """HR writes last days, which end roles too; that of a company admin, company admins only."""
    if not can_manage_records(actor, employee):
        return False
    if employee.user_id is None or actor.has(Role.COMPANY_ADMIN):
        return True
    grants = RoleGrant.objects.filter(user=employee.user_id, role=Role.COMPANY_ADMIN)
    return not grants.exists()
