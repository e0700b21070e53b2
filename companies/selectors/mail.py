"""People whom no mail reaches."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from companies.enums import MailProblem
from companies.models import BlockedAddress, Employee


def blocks_of(employee: Employee) -> QuerySet[BlockedAddress]:
    """Return the addresses of the person that take no mail: the account's, and the record's."""
    user = employee.user
    known = {employee.email.lower(), (user.email or "").lower() if user else ""} - {""}
    return BlockedAddress.objects.filter(address__in=known, cleared_at__isnull=True)


def without_mail(people: QuerySet[Employee]) -> QuerySet[Employee]:
    """Return who of these people has an address that takes no mail."""
    theirs = Q(address=Lower(OuterRef("email"))) | Q(address=Lower(OuterRef("user__email")))
    return people.filter(Exists(BlockedAddress.objects.filter(theirs, cleared_at__isnull=True)))


def is_blocked(address: str, *, is_security: bool) -> MailProblem | None:
    """Return why nothing is sent to the address, None where something is.

    Whoever complained of a notice still gets what they need to come in.
    """
    found = BlockedAddress.objects.filter(address=address.strip().lower(), cleared_at__isnull=True)
    if is_security:
        found = found.exclude(problem=MailProblem.COMPLAINED)
    row = found.first()
    return MailProblem(row.problem) if row else None
