"""Certificates of interns: issued once an internship is completed, and revoked for a reason."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.errors import (
    CertificateNotYet,
    CertificatePersonOff,
    CertificateUnchanged,
)
from attendance.models import Certificate, CertificateRevocation
from attendance.rules import certificates as rules
from attendance.rules import zones
from attendance.selectors import certificates as selectors
from attendance.selectors.people import zone_of
from companies import audit
from companies.actor import Actor
from companies.enums import InternshipState, InternshipStep
from companies.errors import InternshipOutside, InvalidTransition, NotAllowed, ReasonMissing
from companies.models import Employee, Internship
from companies.permissions import can_manage_person
from companies.selectors import internship_events, internship_state, internships

# What differs between two certificates that say the same.
_OF_ISSUING = {"issued_on", "issued_by"}
_LONGEST_REASON = 500
Content = dict[str, str | int]


@transaction.atomic
def certificate_issue(*, internship: Internship, by: Actor) -> Certificate:
    """Certify what an intern attended, as it stands now; it replaces an earlier certificate.

    Raises:
        NotAllowed, CertificateNotYet, CertificatePersonOff, InternshipOutside, CertificateUnchanged
    """
    employee, now = _locked(internship.employee), timezone.now()
    if not can_manage_person(by, employee):
        raise NotAllowed
    row = internships().get(pk=internship.pk)
    if internship_state(row, now.date()) != InternshipState.COMPLETED:
        raise CertificateNotYet
    if not employee.is_active:
        raise CertificatePersonOff(name=employee.name)
    content = _content(row, employee, by, now)
    before = selectors.certificates().filter(internship=row).order_by("-number").first()
    if before is not None and not before.is_revoked and _says(before.content) == _says(content):
        raise CertificateUnchanged
    code = "".join(secrets.choice(rules.ALPHABET) for _n in range(rules.CODE_LENGTH))
    made: Certificate = Certificate.objects.create(
        company=employee.company, internship=row, number=before.number + 1 if before else 1,
        code=code, content=content, content_hash=rules.content_hash(code, content),
        issued_by_id=by.id, issued_by_name=by.name, issued_at=now,
    )  # fmt: skip
    replaced = {"replaced": [None, str(before)]} if before else {}
    audit.record(by=by, verb="certificate_issued", subject=made, changes=replaced)
    return made


def _locked(employee: Employee) -> Employee:
    rows = Employee.objects.select_for_update(of=("self",)).select_related("company")
    found: Employee = rows.get(pk=employee.pk)
    return found


def _content(row: Any, employee: Employee, by: Actor, now: dt.datetime) -> Content:
    """Return all that the certificate says: nothing else ever stands on its public page."""
    first, last = _dates(row, employee)
    done = internship_events(row).get(step=InternshipStep.COMPLETED)
    figures = selectors.attended(employee, first, last, now=now)
    return {
        "company": employee.company.name,
        "name": employee.name,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "present_halves": figures.present_halves,
        "working_halves": figures.working_halves,
        "worked_minutes": figures.worked_minutes,
        "mentor": row.mentor_name,
        "remark": done.words,
        "issued_on": zones.local_date(now, zone_of(employee, now)).isoformat(),
        "issued_by": by.name,
    }


def _dates(row: Any, employee: Employee) -> tuple[dt.date, dt.date]:
    """Return the dates that are certified: a last day may be written once it is completed.

    Raises:
        InternshipOutside
    """
    joined_on, left_on = employee.joined_on, employee.left_on
    first, last = max(row.starts_on, joined_on), min(row.ends_on, left_on or row.ends_on)
    if last < first:
        until = date_format(left_on, "j F Y") if left_on else _("now on")
        raise InternshipOutside(
            name=employee.name, first=date_format(joined_on, "j F Y"), last=until
        )
    return first, last


def _says(content: Content) -> Content:
    return {key: value for key, value in content.items() if key not in _OF_ISSUING}


@transaction.atomic
def certificate_revoke(
    *, certificate: Certificate, reason: str, by: Actor
) -> CertificateRevocation:
    """Say that a certificate does not hold; whoever checks its code reads that, not why.

    Raises:
        NotAllowed, ReasonMissing, InvalidTransition
    """
    employee = _locked(certificate.internship.employee)
    if not can_manage_person(by, employee):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    if CertificateRevocation.objects.filter(certificate=certificate).exists():
        raise InvalidTransition
    made: CertificateRevocation = CertificateRevocation.objects.create(
        company=certificate.company, certificate=certificate,
        reason=reason.strip()[:_LONGEST_REASON], revoked_by_id=by.id, revoked_by_name=by.name,
        revoked_at=timezone.now(),
    )  # fmt: skip
    audit.record(by=by, verb="certificate_revoked", subject=certificate, reason=made.reason)
    return made
