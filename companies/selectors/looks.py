"""Who looked at what is kept of a person."""

from __future__ import annotations

from django.db.models import QuerySet

from companies.models import Company, Look, User


def own_looks(user: User, company: Company) -> QuerySet[Look]:
    """Return the looks of others at what the company keeps of the user, newest first."""
    rows: QuerySet[Look] = Look.objects.filter(employee__user=user, company=company)
    return rows.order_by("-looked_at", "-id")
