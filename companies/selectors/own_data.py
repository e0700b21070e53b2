"""What is kept of a person, for their own download."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from companies.models import (
    AuditEvent,
    Company,
    Delegation,
    Employee,
    Invitation,
    NoticeChoice,
    OutboxMessage,
    Pin,
    Placement,
    RecordsRequest,
    RoleGrant,
    User,
)
from companies.scoping import no_scope

# Rows of one's own are read in pieces of this size: a life's worth of them costs the same memory.
OWN_CHUNK = 500


def own_engagements(user: User, company: Company) -> QuerySet[Employee]:
    """Return the user's engagements in the company, also those that are over."""
    found: QuerySet[Employee] = Employee.objects.filter(user=user, company=company)
    return found.order_by("joined_on", "pk")


def own_placements(user: User, company: Company) -> QuerySet[Placement]:
    found: QuerySet[Placement] = Placement.objects.filter(employee__user=user, company=company)
    related = ("employee", "office", "department", "default_shift")
    return found.select_related(*related).order_by("starts_on", "pk")


def own_role_grants(user: User, company: Company) -> QuerySet[RoleGrant]:
    found: QuerySet[RoleGrant] = RoleGrant.objects.filter(user=user, company=company)
    return found.select_related("department", "user").order_by("starts_on", "pk")


def own_pins(user: User, company: Company) -> QuerySet[Pin]:
    """Return that the user chose a PIN, and when; the PIN itself is known to nobody."""
    found: QuerySet[Pin] = Pin.objects.filter(employee__user=user, company=company)
    return found.select_related("employee").order_by("pk")


def own_invitations(user: User, company: Company) -> QuerySet[Invitation]:
    """Return those to the user's engagements here, and those to a role."""
    mine = Q(employee__user=user) | Q(employee__isnull=True, user=user)
    found: QuerySet[Invitation] = Invitation.objects.filter(mine, company=company)
    return found.order_by("made_at", "pk")


def own_delegations(user: User, company: Company) -> QuerySet[Delegation]:
    """Return those that the user gave or held."""
    found: QuerySet[Delegation] = Delegation.objects.filter(
        Q(giver__user=user) | Q(delegate__user=user), company=company
    )
    return found.select_related("giver", "delegate").order_by("starts_on", "pk")


def own_records_requests(user: User, company: Company) -> QuerySet[RecordsRequest]:
    found: QuerySet[RecordsRequest] = RecordsRequest.objects.filter(user=user, company=company)
    return found.order_by("asked_at", "pk")


def own_mails(user: User, company: Company) -> Iterator[OutboxMessage]:
    """Return the mails that name the user: the company's, and those of no company.

    Found by the person and not by the address, which two people may share.
    """
    with no_scope("own data: mails of no company"):
        rows = OutboxMessage.objects.filter(
            Q(company=company) | Q(company__isnull=True), values__user=str(user.public_id)
        ).order_by("created_at", "pk")
    yield from rows.iterator(chunk_size=OWN_CHUNK)


def own_notice_choices(user: User, company: Company) -> QuerySet[NoticeChoice]:
    """Return what the user said about kinds of mail."""
    found: QuerySet[NoticeChoice] = NoticeChoice.objects.filter(user=user, company=company)
    return found.order_by("kind")


def own_deeds(user: User, company: Company) -> Iterator[AuditEvent]:
    """Return what the user did in the company, oldest first."""
    rows = AuditEvent.objects.filter(company=company, actor_id=str(user.public_id))
    yield from rows.order_by("occurred_at", "pk").iterator(chunk_size=OWN_CHUNK)


def events_about(subjects: Iterable[QuerySet[Any]], company: Company) -> Iterator[AuditEvent]:
    """Return the company's events about these rows, kind by kind, each from its oldest rows on."""
    for rows in subjects:
        kind = rows.model._meta.label_lower
        ids = iter(rows.values_list("public_id", flat=True).iterator(chunk_size=OWN_CHUNK))
        while piece := [str(value) for value in islice(ids, OWN_CHUNK)]:
            events = AuditEvent.objects.filter(
                company=company, subject_type=kind, subject_id__in=piece
            )
            yield from events.order_by("occurred_at", "pk").iterator(chunk_size=OWN_CHUNK)
