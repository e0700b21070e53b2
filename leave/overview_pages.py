"""What the templates of somebody's leave show: cards, a date ahead, requests, who is off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies.models import Employee
from leave import phrases, wording
from leave.enums import EntryKind, Taken
from leave.models import LeaveRequestState, LeaveType
from leave.phrases import amount_text, date_text, signed, span_text
from leave.rules.years import DAY
from leave.selectors.balances import Account, Figures, drawn_on
from leave.selectors.off import Stretch, is_told
from leave.selectors.outlook import Change, Outlook, outlook, proof
from leave.selectors.overview import Past
from leave.terms import LeaveSettings

Card = dict[str, Any]


def books_url(leave_type: LeaveType, person: Employee | None) -> str:
    """Return the page of somebody's books; one's own without `person`."""
    if person is None:
        return reverse("leave:books", args=[leave_type.public_id])
    return reverse("leave:person-books", args=[person.public_id, leave_type.public_id])


# --- cards ----------------------------------------------------------------------------------------
def cards(accounts: Iterable[Account], *, today: dt.date, person: Employee | None) -> list[Card]:
    """Return a card for each type with books of its own or none at all."""
    return [
        _card(account, account.figures(on=today, today=today), today, person)
        for account in accounts
        if not drawn_on(account, today)
    ]


def drawing(accounts: Iterable[Account], *, today: dt.date) -> list[str]:
    """Return a sentence for each type that draws on the books of another one."""
    return [
        _("%(type)s is taken from %(books)s.")
        % {"type": account.leave_type.name, "books": books.name}
        for account in accounts
        if (books := drawn_on(account, today)) is not None
    ]


def _card(account: Account, found: Figures, today: dt.date, person: Employee | None) -> Card:
    has_lines = bool(account.loaded.books.entries or account.loaded.reserved)
    return {
        "name": found.leave_type.name,
        "code": found.leave_type.code,
        "colour": found.leave_type.colour,
        # What never had a line has its place after those that have.
        "has_lines": has_lines,
        "main": _main(found),
        # From the balance to the figure above; that itself is not said twice.
        "facts": list(phrases.proof_steps(proof(account, today=today)))[:-1]
        if found.needs_allocation and found.available is not None
        else [],
        "loss": _loss(found, today),
        "url": books_url(found.leave_type, person) if found.needs_allocation or has_lines else None,
    }


def _main(found: Figures) -> dict[str, str]:
    if not found.needs_allocation:
        return {"figure": "", "words": _("Needs no balance")}
    if found.available is None:
        balance = amount_text(found.balance, is_in_hours=found.is_in_hours)
        return {"figure": balance, "words": _("balance; it may go below zero without a limit")}
    available = amount_text(found.available, is_in_hours=found.is_in_hours)
    return {"figure": available, "words": _("available")}


def _loss(found: Figures, today: dt.date) -> str:
    if found.loss is None:
        return ""
    last = date_text(found.loss.date - DAY, today)
    if found.loss.amount >= (found.balance if found.available is None else found.available):
        return _("All of it until %(date)s, then it lapses") % {"date": last}
    return _("%(amount)s of it until %(date)s, then that lapses") % {
        "amount": phrases.plain(found.loss.amount), "date": last,
    }  # fmt: skip


# --- any date -------------------------------------------------------------------------------------
def ahead(accounts: Iterable[Account], *, on: dt.date, today: dt.date) -> list[dict[str, Any]]:
    """Return, by type with books, what there will be on a date, and how it comes to that."""
    return [
        _ahead(outlook(account, on=on, today=today), on, today)
        for account in accounts
        if account.rules_on(on).rules.needs_allocation and not drawn_on(account, on)
    ]


def _ahead(found: Outlook, on: dt.date, today: dt.date) -> dict[str, Any]:
    figures = found.figures
    steps = [{"label": _("Today"), "value": phrases.plain(found.now)}]
    steps += [
        {"label": _change(change, today), "value": signed(change.amount)}
        for change in found.changes
    ]
    if found.validity:
        words = _("What only then begins or ends to be valid")
        steps.append({"label": words, "value": signed(found.validity)})
    steps.append({"label": date_text(on, today), "value": phrases.plain(figures.balance)})
    available = figures.available if on >= today else figures.balance
    return {
        "name": figures.leave_type.name,
        "figure": amount_text(
            figures.balance if available is None else available, is_in_hours=figures.is_in_hours
        ),
        "steps": steps if on > today else [],
        "pending": _pending(figures, on, today),
    }


def _pending(figures: Figures, on: dt.date, today: dt.date) -> str:
    if on < today or figures.available is None or figures.available == figures.balance:
        return ""
    return _("Of a balance of %(balance)s; the rest is asked for, or taken on other dates.") % {
        "balance": phrases.plain(figures.balance)
    }


def _change(change: Change, today: dt.date) -> str:
    words, why = str(EntryKind(change.kind).label), wording.entry(change.reason).rstrip(".")
    if why and change.reason != change.kind:
        words = _("%(what)s: %(why)s") % {"what": words, "why": why}
    dates = span_text(change.first, change.last, today)
    if change.count == 1:
        return _("%(what)s, %(dates)s") % {"what": words, "dates": dates}
    times = ngettext("%(count)d line", "%(count)d lines", change.count) % {"count": change.count}
    return _("%(what)s, %(times)s, %(dates)s") % {"what": words, "times": times, "dates": dates}


# --- requests -------------------------------------------------------------------------------------
def request_lines(
    rows: Iterable[LeaveRequestState], settings: LeaveSettings, *, today: dt.date
) -> list[dict[str, Any]]:
    """Return the lines of requests; never why somebody asked."""
    return [_request_line(row, settings, today) for row in rows]


def _request_line(row: LeaveRequestState, settings: LeaveSettings, today: dt.date) -> Card:
    request = row.request
    is_in_hours = settings.by_version[request.version_id].is_in_hours
    return {
        "url": reverse("leave:request", args=[request.public_id]),
        "type": request.leave_type.name,
        "dates": span_text(row.first_on, row.last_on, today),
        "parts": _parts(row),
        "amount": amount_text(row.amount, is_in_hours=is_in_hours),
        "state": phrases.chip(row.state),
    }


def _parts(row: LeaveRequestState) -> str:
    request = row.request
    if request.starts_at and request.ends_at:
        return f"{request.starts_at:%H:%M}–{request.ends_at:%H:%M}"
    is_one = request.first_on == request.last_on
    first, last = Taken(request.first_part), Taken(request.last_part)
    if is_one:
        return "" if first == Taken.FULL else str(first.label).lower()
    words = []
    if first != Taken.FULL:
        words.append(_("first day: %(part)s") % {"part": str(first.label).lower()})
    if last != Taken.FULL:
        words.append(_("last day: %(part)s") % {"part": str(last.label).lower()})
    return ", ".join(words)


def past_context(found: Past, settings: LeaveSettings, *, today: dt.date) -> dict[str, Any]:
    """Return the list of what is over, and the links to its other pages."""
    lines = request_lines(found.rows, settings, today=today)
    return {"past": lines, **phrases.pages(found.page, has_more=found.has_more)}


# --- who is off -----------------------------------------------------------------------------------
def off_lines(
    rows: Iterable[Stretch], settings: LeaveSettings, *, today: dt.date
) -> list[dict[str, Any]]:
    """Return who is off and when; what kind of leave only where colleagues may know."""
    return [
        {
            "name": each.days[0].employee.name,
            "dates": span_text(each.first, each.last, today),
            "parts": phrases.parts_text(each.request, each.days, today),
            "type": _type(each, settings),
            "is_now": each.first <= today,
        }
        for each in rows
    ]


def _type(each: Stretch, settings: LeaveSettings) -> str:
    if not is_told(each, settings):
        return ""
    return settings.types[each.request.leave_type_id].name


def people_rows(
    people: Iterable[Employee],
    types: list[LeaveType],
    available: dict[tuple[int, int], Decimal | None],
) -> list[dict[str, Any]]:
    """Return a row for each person: what is available of each type, after what is pending."""
    return [
        {
            "name": employee.name,
            "url": reverse("leave:person", args=[employee.public_id]),
            "cells": [
                {"type": kind.name, "value": _cell(available, employee, kind)} for kind in types
            ],
        }
        for employee in people
    ]


def _cell(
    available: dict[tuple[int, int], Decimal | None], employee: Employee, kind: LeaveType
) -> str:
    found = available.get((employee.pk, kind.pk))
    return "–" if found is None else phrases.plain(found)
