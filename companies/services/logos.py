"""The company's logo: set, replaced, taken away."""

from __future__ import annotations

import hashlib

from django.db import transaction

from companies import audit
from companies.actor import Actor
from companies.errors import LogoUnusable, NotAllowed
from companies.models import Company, CompanyLogo
from companies.permissions import can_manage_hr
from integrations import photos
from integrations.errors import Rejected

# So many digits of its hash tell a logo from every other one of the company.
_VERSION = 16


def logo_set(*, company: Company, data: bytes, by: Actor) -> CompanyLogo:
    """Make the picture the company's logo, in the place of the one that was.

    Raises:
        NotAllowed, LogoUnusable
    """
    _must_manage(by, company)
    try:
        content = photos.logo(data)
    except Rejected as error:
        raise LogoUnusable(
            megabytes=photos.MOST_BYTES // 1024**2, pixels=photos.LEAST_SIDE_OF_LOGO
        ) from error
    return _replace(company, content, by)


@transaction.atomic
def _replace(company: Company, content: bytes, by: Actor) -> CompanyLogo:
    # One at a time: of two that come together the later one stands.
    Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)
    row: CompanyLogo | None = CompanyLogo.objects.filter(company=company).first()
    found = hashlib.sha256(content).hexdigest()
    if row is not None and row.sha256 == found:
        return row
    before = row.sha256 if row is not None else None
    if row is None:
        row = CompanyLogo(company=company)
    row.content, row.sha256 = content, found
    row.save()
    _version(company, found[:_VERSION])
    audit.record(by=by, verb="logo_set", subject=row, changes={"sha256": [before, found]})
    return row


@transaction.atomic
def logo_remove(*, company: Company, by: Actor) -> bool:
    """Take the logo away; return whether there was one.

    Raises:
        NotAllowed
    """
    _must_manage(by, company)
    row = CompanyLogo.objects.filter(company=company).select_for_update(of=("self",)).first()
    if row is None:
        return False
    audit.record(by=by, verb="logo_removed", subject=row, changes={"sha256": [row.sha256, None]})
    row.delete()
    _version(company, "")
    return True


def _version(company: Company, version: str) -> None:
    """Let pages show this logo, under an address of its own, or none."""
    company.logo_version = version
    Company.objects.filter(pk=company.pk).update(logo_version=version)


def _must_manage(by: Actor, company: Company) -> None:
    if not can_manage_hr(by) or by.company != company:
        raise NotAllowed
