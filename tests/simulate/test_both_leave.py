"""The demo's leave through the product and through `simulate`: books, figures, requests alike."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from companies.models import Company, Employee
from companies.scoping import company_scope
from leave.enums import RequestState
from leave.models import LeaveRequestState, LedgerEntry
from leave.rules.amounts import ZERO
from leave.selectors.balances import figures
from portal import demo
from portal.simulation import simulate
from tests.attendance.world import at
from tests.simulate.export_leave import amount, leave_scenario

Whose = tuple[str, str]
# What the product tells apart and the books do not: who is asked, and how it was given back.
ALIKE = {
    RequestState.ASKED_BACK: "pending",
    RequestState.CANCEL_ASKED: "approved",
    RequestState.REFUSED: "rejected",
    RequestState.CHANGED: "cancelled",
}


def _books() -> list[Whose]:
    """Whose books of which type there are, by code."""
    rows = LedgerEntry.objects.order_by().distinct()
    return sorted(rows.values_list("employee__code", "leave_type__code"))


def _lines() -> dict[Whose, Counter[Any]]:
    found: dict[Whose, Counter[Any]] = {}
    for row in LedgerEntry.objects.select_related("employee", "leave_type"):
        line = (row.effective_on.isoformat(), row.kind, amount(row.amount))
        found.setdefault((row.employee.code, row.leave_type.code), Counter())[line] += 1
    return found


def _figures(company: Company, today: dt.date) -> dict[Whose, tuple[Decimal, ...]]:
    return {
        (employee.code, each.leave_type.code): tuple(
            amount(value) for value in (each.balance, each.pending, each.available or ZERO)
        )
        for employee in Employee.objects.select_related("company")
        for each in figures(employee, on=today, today=today)
    }


def _states() -> dict[str, tuple[str, Decimal]]:
    """What each request is and counts now; closures are named by whom they sent home."""
    found = {}
    for row in LeaveRequestState.objects.select_related("request__employee"):
        request = row.request
        is_closure = request.note == "The office is moved"
        key = f"{request.note} {request.employee.code}" if is_closure else str(request.public_id)
        live = row.state in RequestState.live
        state = ALIKE.get(RequestState(row.state), row.state)
        found[key] = (state, amount(row.amount if live else ZERO))
    return found


def _asked(books: list[Whose]) -> list[Any]:
    whose = [{"person": person, "type": type} for person, type in books]
    return [
        *({"ledger": each} for each in whose),
        *({"balance": each} for each in whose),
        {"requests": {}},
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["2026-11-24 12:00", "2026-04-05 09:20"])
def test_the_demos_leave_is_played_alike(when: str) -> None:
    with time_machine.travel(at(when), tick=False):
        company = demo.build()
        with company_scope(company):
            company.refresh_from_db()
            books = _books()
            recorded = _lines(), _figures(company, at(when).date()), _states()
            scenario = leave_scenario(company, at(when))
    found = simulate(json.dumps({**scenario, "ask": _asked(books)}))["answers"]

    lines, shown, states = recorded
    ledgers = [answer["ledger"] for answer in found if "ledger" in answer]
    assert len(books) > 40
    for whose, ledger in zip(books, ledgers, strict=True):
        played = Counter((line["on"], line["kind"], amount(line["amount"])) for line in ledger)
        assert played == lines[whose], whose
    balances = [answer["balance"] for answer in found if "balance" in answer]
    assert {
        whose: tuple(amount(each[name]) for name in ("balance", "pending", "available"))
        for whose, each in zip(books, balances, strict=True)
    } == {whose: shown[whose] for whose in books}
    (requests,) = (answer["requests"] for answer in found if "requests" in answer)
    assert {
        each["key"]: (each["state"], amount(each["counted_now"] or "0")) for each in requests
    } == {key: each for key, each in states.items()}
    assert Counter(state for state, _counts in states.values()) == {
        "approved": 37, "pending": 5, "cancelled": 2, "rejected": 1, "withdrawn": 1,
    }  # fmt: skip
