"""The careers page and its openings: switched on, published, closed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from companies import audit, permissions
from companies.actor import Actor
from companies.career_errors import CareersOff, OpeningEmpty, OpeningOver
from companies.enums import OpeningState
from companies.errors import InvalidTransition, NotAllowed
from companies.models import CareersPage, Company, Opening
from companies.selectors.dates import company_today
from companies.selectors.openings import careers_page


@transaction.atomic
def careers_page_set(
    *, company: Company, is_on: bool, intro: str, kept_months: int, by: Actor
) -> CareersPage:
    """Switch the company's careers page on or off, and say what stands above it.

    Raises:
        NotAllowed; ValidationError by field
    """
    if not permissions.can_manage_careers(by) or by.company != company:
        raise NotAllowed
    # One at a time: of two that come together the later one stands.
    Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)
    row = careers_page(company)
    before = audit.snapshot(row) if row.pk else {}
    row.is_on, row.intro, row.kept_months = is_on, intro.strip(), kept_months
    row.full_clean(exclude=["company"])
    row.save()
    changes = audit.difference(before, audit.snapshot(row))
    if changes:
        audit.record(by=by, verb="careers_page_set", subject=row, changes=changes)
    return row


def _locked(opening: Opening, by: Actor) -> Opening:
    if not permissions.can_manage_careers(by, opening):
        raise NotAllowed
    rows = Opening.objects.select_for_update(of=("self",)).select_related("company")
    found: Opening = rows.get(pk=opening.pk)
    return found


def _turn(locked: Opening, state: OpeningState, by: Actor) -> Opening:
    before, locked.state = locked.state, state
    locked.save(update_fields=["state"])
    changes = {"state": [before, state.value]}
    audit.record(by=by, verb=f"opening_{state.value}", subject=locked, changes=changes)
    return locked


@transaction.atomic
def opening_publish(*, opening: Opening, by: Actor, now: dt.datetime) -> Opening:
    """Let everybody read of an opening on its dates, also of one that was closed.

    Raises:
        NotAllowed, InvalidTransition, CareersOff, OpeningEmpty, OpeningOver
    """
    locked = _locked(opening, by)
    if locked.state == OpeningState.PUBLISHED:
        raise InvalidTransition
    if not careers_page(locked.company).is_on:
        raise CareersOff
    if not locked.description.strip():
        raise OpeningEmpty
    if locked.is_over(company_today(locked.company, now)):
        raise OpeningOver
    return _turn(locked, OpeningState.PUBLISHED, by)


@transaction.atomic
def opening_close(*, opening: Opening, by: Actor) -> Opening:
    """Take an opening off the page; what came in stays.

    Raises:
        NotAllowed, InvalidTransition
    """
    locked = _locked(opening, by)
    if locked.state != OpeningState.PUBLISHED:
        raise InvalidTransition
    return _turn(locked, OpeningState.CLOSED, by)
