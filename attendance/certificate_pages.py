"""A certificate in words: on its public page, and on the paper."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance import wording
from attendance.enums import CertificateState
from attendance.models import Certificate
from attendance.pages import days_text
from attendance.selectors.certificates import certificate_state
from companies.selectors import company_logo

_TONES = {
    CertificateState.VALID: "good",
    CertificateState.REPLACED: "warn",
    CertificateState.REVOKED: "bad",
}


def day_text(date: dt.date | str) -> str:
    """Return a date with its weekday and year, also as a certificate keeps it."""
    found = dt.date.fromisoformat(date) if isinstance(date, str) else date
    return date_format(found, "l, j F Y")


def figures(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the figures of a certificate, each with what it is of."""
    return [
        (_("Present"), days_text(content["present_halves"])),
        (_("Working days"), days_text(content["working_halves"])),
        (_("Worked"), wording.minutes(content["worked_minutes"])),
        (_("Mentor"), content["mentor"]),
    ]


def facts(row: Certificate) -> list[tuple[str, str]]:
    """Return all that a certificate says, in order."""
    content = row.content
    lines = [
        (_("Company"), content["company"]),
        (_("Intern"), content["name"]),
        (_("From"), day_text(content["first"])),
        (_("To"), day_text(content["last"])),
        *figures(content),
        (_("Remark"), content["remark"]),
        (_("Issued on"), day_text(content["issued_on"])),
        (_("Issued by"), content["issued_by"]),
        (_("Code"), str(row)),
    ]
    return [(label, value) for label, value in lines if value]


def state_words(state: CertificateState) -> str:
    """Return what it means for a reader how a certificate stands."""
    return {
        CertificateState.VALID: _("This certificate is valid."),
        CertificateState.REPLACED: _(
            "This certificate was replaced by a later one. Ask its owner for that."
        ),
        CertificateState.REVOKED: _("The company revoked this certificate. It holds no more."),
    }[state]


def certificate_context(row: Certificate) -> dict[str, Any]:
    """Return what the public page of one of `selectors.certificates` shows.

    That is what stands on the paper, under the same logo. The company's scope is open.
    """
    state, logo = certificate_state(row), company_logo(row.company)
    return {
        "logo": f"data:image/png;base64,{base64.b64encode(logo).decode()}" if logo else "",
        "state": state.label,
        "state_words": state_words(state),
        "tone": _TONES[state],
        "facts": facts(row),
    }


def public_address(row: Certificate) -> str:
    """Return where anybody checks a certificate."""
    return f"{settings.PUBLIC_URL}{reverse('portal:certificate', args=[str(row)])}"


def file_name(row: Certificate) -> str:
    """Return the name that the paper is saved by."""
    return f"certificate-{row}.pdf"


def paper(row: Certificate) -> bytes:
    """Return the certificate as a PDF, as it was issued, under the company's logo of today.

    The company's scope is open.
    """
    from integrations import certificates  # noqa: PLC0415  # cold start: pages need no PDF

    content = row.content
    period = _("was an intern from %(first)s to %(last)s.") % {
        "first": day_text(content["first"]), "last": day_text(content["last"]),
    }  # fmt: skip
    issued = _("Issued on %(date)s by %(name)s") % {
        "date": day_text(content["issued_on"]), "name": content["issued_by"],
    }  # fmt: skip
    page = certificates.CertificatePage(
        company=content["company"],
        title=_("Certificate of attendance"),
        before=_("This is to certify that"),
        name=content["name"],
        period=period,
        rows=figures(content),
        remark=content["remark"],
        issued=issued,
        code_words=_("Anybody can check this certificate by its code:"),
        code=str(row),
        address=public_address(row),
    )
    return certificates.write(page, logo=company_logo(row.company))
