"""Beginning with what is usual in a country: leave types, plans, days off; nothing is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import Company
from companies.services import office_weekly_off_set
from leave import permissions
from leave.enums import Decider
from leave.errors import NoStarter
from leave.selectors.starters import Standing, starter_standing
from leave.services import settings
from leave.starters import StarterType
from leave.terms import Link


@dataclass(frozen=True)
class Applied:
    """Names of what a starter added, and of what stands there already and was left alone."""

    added: tuple[str, ...]
    there: tuple[str, ...]


@transaction.atomic
def starter_apply(
    *,
    company: Company,
    country: str,
    by: Actor,
    only: Collection[str] | None = None,
    has_days_off: bool = True,
    on: dt.date | None = None,
) -> Applied:
    """Add what the country's starter has and the company lacks; applied again, it adds nothing.

    `only` are codes of the types that are wanted. Offices of the country without days off of their
    own get the usual ones from a date on, today unless said. Nobody is put on a plan.

    Raises:
        NotAllowed, NoStarter
    """
    if not permissions.can_manage_leave(by) or by.company != company:
        raise NotAllowed
    # Two who press the button at once: the second finds what the first one added.
    Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
    date = on or timezone.now().date()
    standing = starter_standing(company, country, on=date)
    if standing is None:
        raise NoStarter(country=country)
    added, there = _types_add(standing, company, by, only)
    if has_days_off:
        _days_off_set(standing, date, by, added, there)
    if added:
        audit.record(
            by=by, verb="leave_starter_applied", subject=company,
            changes={"added": [None, ", ".join(added)]}, reason=standing.starter.name,
        )  # fmt: skip
    return Applied(tuple(added), tuple(there))


def _types_add(
    standing: Standing, company: Company, by: Actor, only: Collection[str] | None
) -> tuple[list[str], list[str]]:
    added, there = [], []
    for each in standing.types:
        if only is not None and each.spec.code not in only:
            continue
        if each.there:
            there.append(each.there)
        else:
            _type_add(each.spec, company, by)
            added.append(each.spec.name)
    return added, there


def _type_add(spec: StarterType, company: Company, by: Actor) -> None:
    made = settings.type_add(
        company=company, name=spec.name, code=spec.code, colour=spec.colour, basis=spec.basis, by=by
    )
    chain = [
        Link(step["place"], Decider(step["decider"]), Decimal(step.get("above", "0")))
        for step in spec.chain
    ]
    settings.type_version_set(leave_type=made, by=by, chain=chain, **spec.rules)
    for plan in spec.plans:
        row = settings.plan_add(leave_type=made, name=plan.name, by=by)
        settings.plan_version_set(plan=row, by=by, **plan.rules)


def _days_off_set(
    standing: Standing, date: dt.date, by: Actor, added: list[str], there: list[str]
) -> None:
    for each in standing.offices:
        row = None
        if not each.has_own:
            row = office_weekly_off_set(
                office=each.office, weekly_off=standing.starter.weekly_off, starts_on=date, by=by
            )
        (there if row is None else added).append(each.office.name)
