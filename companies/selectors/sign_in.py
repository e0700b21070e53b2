"""Who is meant by the codes or the card that somebody shows at the door."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from django.db.models import QuerySet

from companies.enums import InvitationChannel, InvitationState
from companies.models import Company, Employee, Invitation, OperatorGrant, Pin, RoleGrant, User
from companies.scoping import company_scope, no_scope


def employee_by_codes(company_code: str, employee_code: str) -> Employee | None:
    """Return who has these codes, whatever their case; of two that differ by case the exact one."""
    with no_scope("sign-in: whose codes these are"):
        rows = list(
            Employee.objects.filter(
                company__code__iexact=company_code.strip(), code__iexact=employee_code.strip()
            ).select_related("company", "user")
        )
    exact = [row for row in rows if row.code == employee_code.strip()] or rows
    return exact[0] if len(exact) == 1 else None


def employee_by_id(public_id: uuid.UUID) -> Employee | None:
    """Return the person of a name on a shared phone."""
    with no_scope("sign-in: whose name on a shared phone this is"):
        found: Employee | None = (
            Employee.objects.filter(public_id=public_id).select_related("company", "user").first()
        )
    return found


def token_hash(token: str) -> str:
    """Return what is kept of a printed token."""
    plain = token.strip().lower().replace("-", "")
    return hashlib.sha256(plain.encode()).hexdigest()


def invitation_of_token(token: str, *, now: dt.datetime) -> Invitation | None:
    """Return the invitation that a printed link opens now; none if it was used, or ran out."""
    with no_scope("sign-in: whose card this is"):
        found: Invitation | None = (
            Invitation.objects.filter(
                token_hash=token_hash(token), channel=InvitationChannel.PRINT,
                ended_at__isnull=True, expires_at__gt=now,
            ).select_related("company", "employee__company", "employee__user").first()
        )  # fmt: skip
    if found is None or found.employee is None:
        return None
    return None if found.employee.has_left(now) else found


def employee_of_used_card(token: str) -> Employee | None:
    """Return who came in by this printed link."""
    with no_scope("sign-in: whose used card this is"):
        found: Invitation | None = (
            Invitation.objects.filter(
                token_hash=token_hash(token), channel=InvitationChannel.PRINT,
                outcome=InvitationState.ACCEPTED,
            ).select_related("employee__company").first()
        )  # fmt: skip
    return None if found is None else found.employee


def invitations_for(user: User, *, now: dt.datetime) -> list[Invitation]:
    """Return the invitations of other companies that wait for the user's answer.

    Those to an engagement go with it; those to a role are about none.
    """
    with no_scope("invitations: which companies invite me"):
        rows = list(
            Invitation.objects.filter(user=user, ended_at__isnull=True, expires_at__gt=now)
            .select_related("company", "employee__company", "employee__user")
            .order_by("made_at", "pk")
        )
    return [row for row in rows if row.employee is None or not row.employee.has_left(now)]


def is_at_home_elsewhere(user: User, company: Company) -> bool:
    """Return whether the user belongs, or belonged, to more than this company: it must ask them."""
    with no_scope("invitations: whether the user is another company's too"):
        return bool(
            Employee.objects.filter(user=user).exclude(company=company).exists()
            or RoleGrant.objects.filter(user=user).exclude(company=company).exists()
            or OperatorGrant.objects.filter(user=user).exists()
        )


def card_opens_password(employee: Employee) -> bool:
    """Return whether a printed card may set the person's password, and not only a PIN.

    Whoever prints it could use it: it must open nothing but the own pages of this engagement, and
    no address whose reader has not come in yet, to whom another company may offer its own.
    """
    user = employee.user
    if user is None:
        return True
    if user.email or user.has_usable_password() or is_at_home_elsewhere(user, employee.company):
        return False
    # Whoever holds a card is nobody yet: no company is set by a session.
    with company_scope(employee.company):
        return not RoleGrant.objects.filter(user=user).exists()


def last_invitation(employee: Employee) -> Invitation | None:
    """Return the invitation that tells how the person stands."""
    found: Invitation | None = employee.invitations.order_by("-made_at", "-pk").first()
    return found


def has_pin(employee: Employee) -> bool:
    """Return whether the person chose a PIN."""
    return bool(Pin.objects.filter(employee=employee).exists())


def without_sign_in(company: Company, *, today: dt.date) -> QuerySet[Employee]:
    """Return who works in the company and cannot sign in yet, by name."""
    rows: QuerySet[Employee] = Employee.objects.filter(company=company, is_active=True)
    return rows.exclude(left_on__lt=today).filter(user__isnull=True).order_by("name", "code")
