"""The tables of one's own data that tell of internships and their certificates."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from attendance.selectors import own_data
from companies.enums import ActorKind
from portal.own_cells import Cells, Table, Whose, instants, of, plain, twice, who, worded, words

# A certificate names its mentor and who issued it; the paper has them.
_SAID = (
    "company", "name", "first", "last", "present_halves", "working_halves", "worked_minutes",
    "remark", "issued_on",
)  # fmt: skip


def _internship(row: Any, whose: Whose) -> Cells:
    cells = plain(
        row, "public_id", "starts_on", "agreed_until", "stipend_amount", "note"
    ) | words(row, "stipend_per")  # fmt: skip
    cells["employee_code"] = row.employee.code
    cells["decided"] = [_event(event, whose) for event in row.events.all()]
    return cells | instants(row, ZoneInfo(whose.zone), "made_at")


def _event(row: Any, whose: Whose) -> Cells:
    return {
        "what": str(row.get_step_display()),
        "last_day": row.ends_on.isoformat() if row.ends_on else None,
        "words": row.words,
        "by": who(ActorKind.PERSON, row.made_by_id, whose),
        "at": row.made_at.isoformat(),
    }


def _certificate(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "number", "content_hash")
    cells |= {"code": str(row), "internship": row.internship.public_id}
    cells |= {name: row.content[name] for name in _SAID}
    revocation = getattr(row, "revocation", None)
    cells["revoked_because"] = revocation.reason if revocation else None
    return cells | instants(row, ZoneInfo(whose.zone), "issued_at")


TABLES = (
    Table(
        "internships",
        gettext_lazy("Your internships: dates, stipend, and what was decided of each."),
        ("public_id", "employee_code", "starts_on", "agreed_until", *worded("stipend_per"),
         "stipend_amount", "note", "decided", *twice("made_at")),
        of(own_data.internships), _internship,
    ),
    Table(
        "certificates",
        gettext_lazy("The certificates of your internships, as issued; the last number holds."),
        ("public_id", "internship", "number", "code", *_SAID, "content_hash", "revoked_because",
         *twice("issued_at")),
        of(own_data.certificates), _certificate,
    ),
)  # fmt: skip
