"""What leave keeps of one user in one company: whatever engagement it was made in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from companies.models import Company, User
from leave.models import (
    Allocation,
    BlockExemption,
    CalendarFeed,
    CompOffClaim,
    LeaveAttachment,
    LeaveDay,
    LeaveRequest,
    LedgerEntry,
    PlanAssignment,
    RequestDraw,
    RequestStep,
)


def _mine(model: Any, user: User, company: Company, *order: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(employee__user=user, company=company)
    return rows.order_by(*order, "pk")


def plans(user: User, company: Company) -> QuerySet[PlanAssignment]:
    return _mine(PlanAssignment, user, company, "starts_on").select_related("plan")


def allocations(user: User, company: Company) -> QuerySet[Allocation]:
    return _mine(Allocation, user, company).select_related("leave_type")


def entries(user: User, company: Company) -> QuerySet[LedgerEntry]:
    """Return the ledger, in order of time."""
    rows = _mine(LedgerEntry, user, company, "effective_on")
    return rows.select_related("leave_type", "request")


def requests(user: User, company: Company) -> QuerySet[LeaveRequest]:
    """Return what the person asked for, with where it stands."""
    rows = _mine(LeaveRequest, user, company)
    return rows.select_related("leave_type", "replaces", "status")


def attachments(user: User, company: Company) -> QuerySet[LeaveAttachment]:
    """Return the files that the person sent, those that were deleted since too."""
    return _mine(LeaveAttachment, user, company)


def steps(user: User, company: Company) -> QuerySet[RequestStep]:
    """Return what was done about the person's requests, in order."""
    rows: QuerySet[RequestStep] = RequestStep.objects.filter(
        request__employee__user=user, company=company
    )
    return rows.select_related("request").order_by("request", "number")


def days(user: User, company: Company) -> QuerySet[LeaveDay]:
    return _mine(LeaveDay, user, company, "date").select_related("request")


def draws(user: User, company: Company) -> QuerySet[RequestDraw]:
    return _mine(RequestDraw, user, company, "date").select_related("request", "leave_type")


def claims(user: User, company: Company) -> QuerySet[CompOffClaim]:
    """Return what the person claimed for work on days off, with what was decided."""
    return _mine(CompOffClaim, user, company).select_related("leave_type", "decision")


def exemptions(user: User, company: Company) -> QuerySet[BlockExemption]:
    return _mine(BlockExemption, user, company).select_related("block")


def feeds(user: User, company: Company) -> QuerySet[CalendarFeed]:
    return _mine(CalendarFeed, user, company, "made_at")
