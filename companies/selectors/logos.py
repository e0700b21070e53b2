"""Reads of the company's logo."""

from __future__ import annotations

from companies.models import Company, CompanyLogo


def company_logo(company: Company) -> bytes:
    """Return the company's logo as a PNG; nothing where it has none."""
    row = CompanyLogo.objects.filter(company=company).only("content").first()
    return bytes(row.content) if row is not None else b""
