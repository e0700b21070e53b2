"""The demo's interns: one ends soon, one is paid by the month, one has a certificate."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from attendance.services.certificates import certificate_issue
from companies import services
from companies.actor import Actor
from companies.enums import ActorKind, Role, StipendPer
from companies.models import Employee, Internship

ENDS_SOON, BY_MONTH, COMPLETED = "Ujjwal Poudel", "Isaac Mensah", "Nisha Bhandari"
_REMARK = "Drew the new menu cards, and asked good questions."


def play(people: dict[str, Employee], hr: Employee, today: dt.date) -> None:
    """Let HR have added three internships, and have completed one, whose certificate is issued."""
    by = hr_of(hr)
    _add(people[ENDS_SOON], people["Asha Shrestha"], today + dt.timedelta(days=9), "600", by=by)
    _add(
        people[BY_MONTH], people["Grace Hughes"], today + dt.timedelta(days=60), "900",
        per=StipendPer.MONTH, by=by,
    )  # fmt: skip
    done = _add(
        people[COMPLETED], people["Manoj Karki"], today - dt.timedelta(days=4), "500", by=by
    )
    services.internship_complete(internship=done, remark=_REMARK, by=by)
    certificate_issue(internship=done, by=by)


def _add(
    intern: Employee,
    mentor: Employee,
    ends_on: dt.date,
    amount: str,
    *,
    by: Actor,
    per: StipendPer = StipendPer.DAY,
) -> Internship:
    return services.internship_add(
        employee=intern, mentor=mentor, starts_on=intern.joined_on, ends_on=ends_on,
        stipend_per=per, stipend_amount=Decimal(amount), by=by,
    )  # fmt: skip


def hr_of(employee: Employee) -> Actor:
    """Return the person acting as HR."""
    assert employee.user is not None  # noqa: S101  # the company was made with it
    return Actor(
        kind=ActorKind.PERSON, id=str(employee.user.public_id), name=employee.name,
        user=employee.user, company=employee.company, employee=employee,
        roles=frozenset({Role.HR}),
    )  # fmt: skip
