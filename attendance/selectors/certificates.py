"""What an intern attended so far, and the certificates that were issued of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from attendance.enums import CertificateState
from attendance.models import Certificate, CertificateRevocation
from attendance.rules import codes
from attendance.rules.types import HalfKind
from attendance.selectors.people import person_calendars
from attendance.selectors.roll import roll_by
from attendance.selectors.settings import company_settings
from companies.models import Employee
from companies.scoping import no_scope


@dataclass(frozen=True, slots=True)
class Attended:
    """Days of a stretch that have come, in halves: present, and those that were working days."""

    present_halves: int
    working_halves: int
    worked_minutes: int


def attended(employee: Employee, first: dt.date, last: dt.date, *, now: dt.datetime) -> Attended:
    """Return what a person attended in a stretch; their company must be freshly loaded.

    Whoever was switched off attended nothing.
    """
    company = employee.company
    calendars = person_calendars(
        company, [employee], settings=company_settings(company), first=first, last=last
    )
    (row,) = roll_by(calendars, people=[employee], first=first, last=last, now=now)
    own, working = calendars[employee.pk], 0
    for place in range(row.begin, row.end):
        kinds = codes.without_row(own.day_kind_on(first + dt.timedelta(days=place)))
        working += sum(half.kind != HalfKind.OFF for half in kinds)
    return Attended(row.totals.present_halves, working, row.totals.worked_minutes)


def certificates() -> QuerySet[Any]:
    """Return certificates of the open company scope, each with `is_revoked` and `is_replaced`."""
    later = Certificate.objects.filter(
        internship=OuterRef("internship"), number__gt=OuterRef("number")
    )
    revoked = CertificateRevocation.objects.filter(certificate=OuterRef("pk"))
    rows: QuerySet[Any] = Certificate.objects.annotate(
        is_revoked=Exists(revoked), is_replaced=Exists(later)
    )
    return rows


def certificate_state(row: Any) -> CertificateState:
    """Return whether one of `certificates()` holds."""
    if row.is_revoked:
        return CertificateState.REVOKED
    return CertificateState.REPLACED if row.is_replaced else CertificateState.VALID


def valid_certificates(internships: Iterable[int]) -> dict[int, Certificate]:
    """Return the certificate that holds, by internship; by primary keys. One statement."""
    rows = certificates().filter(
        internship__in=list(internships), is_revoked=False, is_replaced=False
    )
    return {row.internship_id: row for row in rows}


def certificate_by_code(code: str) -> Certificate | None:
    """Return the certificate of any company that has this code, as `rules.read_code` reads it."""
    with no_scope("certificates: anybody checks one by its code"):
        return certificates().filter(code=code).select_related("company").first()
