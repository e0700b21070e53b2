"""Leave in the company of browser tests: a type, grants, and what a manager's team asks for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companies.models import Company

# Who has how many days.
GRANTED = {"sita": 10, "sunita": 12, "tara": 20, "tulsi": 10, "uday": 20}
# Who asks, on which day from today on, for how many days, and whether HR approves it.
ASKED = (
    ("sita", 7, 2, True),
    ("tulsi", 7, 2, False),
    ("tara", 20, 2, False),
    ("tara", 30, 1, False),
    ("uday", 21, 3, False),
)


def leave_of(company: Company, today: dt.date) -> None:
    """Give people days, and let them ask; the scope of the company is open."""
    from companies.actor import Actor
    from companies.enums import ActorKind, Role
    from companies.models import Employee, User
    from leave.selectors.scenes import Asked
    from leave.services import books, decisions, requests, settings

    hari = User.objects.get(email="hr@terai.example")
    hr = Actor(
        kind=ActorKind.PERSON, id=str(hari.public_id), name=hari.name, company=company, user=hari,
        roles=frozenset({Role.HR}),
    )  # fmt: skip
    annual = settings.type_add(company=company, name="Annual leave", code="AL", by=hr)
    settings.type_version_set(leave_type=annual, by=hr)
    people = {row.name.lower(): row for row in Employee.objects.select_related("company", "user")}
    for name, amount in GRANTED.items():
        books.grant_give(
            employee=people[name], leave_type=annual, amount=Decimal(amount),
            starts_on=people[name].joined_on, reason="Yearly", by=hr,
        )  # fmt: skip
    for name, first, days, is_approved in ASKED:
        employee = people[name]
        actor = Actor(
            kind=ActorKind.PERSON, id=str(employee.user.public_id), name=employee.name,
            company=company, user=employee.user, employee=employee,
        )  # fmt: skip
        first_on = today + dt.timedelta(days=first)
        asked = Asked(
            leave_type=annual, first_on=first_on, last_on=first_on + dt.timedelta(days=days - 1)
        )
        made = requests.request_submit(employee=employee, asked=asked, by=actor)
        if is_approved:
            decisions.request_approve(request=made, by=hr)
