"""Internships on pages: one's own, and those that somebody is the mentor of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import wording
from attendance.certificate_pages import day_text
from attendance.models import Certificate
from attendance.pages import days_text
from attendance.selectors.certificates import Attended
from companies.enums import InternshipState
from companies.models import Internship
from companies.selectors import internship_state

_TONES = {
    InternshipState.TO_COME: "info",
    InternshipState.RUNNING: "good",
    InternshipState.ENDS_SOON: "warn",
    InternshipState.OVER: "warn",
    InternshipState.COMPLETED: "good",
}


def left_text(row: Any, today: dt.date) -> str:
    """Return how many days an internship still has, or that it has not begun or is over."""
    if row.starts_on > today:
        return _("Has not begun")
    left = (row.ends_on - today).days
    if left < 0:
        return _("Over")
    if left == 0:
        return _("Today is the last day")
    return ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}


def _card(row: Any, today: dt.date) -> dict[str, Any]:
    state = internship_state(row, today)
    return {
        "state": state.label,
        "tone": _TONES[state],
        "first": day_text(row.starts_on),
        "last": day_text(row.ends_on),
        "left": "" if state in InternshipState.closed else left_text(row, today),
    }


def attended_facts(so_far: Attended | None) -> list[tuple[str, str]]:
    """Return the attendance of an internship up to now."""
    if so_far is None:
        return []
    return [
        (_("Present so far"), days_text(so_far.present_halves)),
        (_("Working days so far"), days_text(so_far.working_halves)),
        (_("Worked so far"), wording.minutes(so_far.worked_minutes)),
    ]


def own_context(
    rows: Iterable[Any],
    certificates: Mapping[int, Certificate],
    *,
    so_far: tuple[int, Attended] | None,
    today: dt.date,
) -> dict[str, Any]:
    """Return the intern's own page; `so_far` belongs to the internship of that key."""
    cards = []
    for row in rows:
        certificate = certificates.get(row.pk)
        is_present = so_far is not None and so_far[0] == row.pk
        cards.append(
            {
                **_card(row, today),
                "mentor": row.mentor_name,
                "figures": attended_facts(so_far[1] if so_far and is_present else None),
                "certificate": str(certificate) if certificate else "",
                "file_url": certificate_file_url(certificate) if certificate else "",
                "check_url": reverse("portal:certificate", args=[str(certificate)])
                if certificate
                else "",
                "waits": row.is_completed and certificate is None,
            }
        )
    return {"cards": cards}


def certificate_file_url(row: Certificate) -> str:
    """Return where the paper of a certificate is, for who may see it."""
    return reverse("attendance:certificate-file", args=[row.public_id])


def mentor_context(
    rows: Iterable[Internship], team: Collection[int], *, today: dt.date
) -> dict[str, Any]:
    """Return the mentor's page; of those in their `team` the name leads to the month."""
    return {
        "cards": [
            {
                **_card(row, today),
                "name": row.employee.name,
                "url": reverse("attendance:team-person", args=[row.employee.public_id])
                if row.employee_id in team
                else "",
            }
            for row in rows
        ]
    }
