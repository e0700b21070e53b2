"""The demo's leave through the product and through `simulate`: books, figures, requests alike."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.models import Company, Employee
from companies.reports import Filters
from companies.scoping import company_scope
from integrations.tables import LineKind, value_of
from leave.enums import RequestState
from leave.models import LeaveRequestState, LeaveType, LedgerEntry
from leave.rules.amounts import ZERO
from leave.selectors.balances import figures
from portal import demo
from portal.reports import asked_of, reports
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


def _reported(company: Company, now: dt.datetime) -> dict[str, list[list[Any]]]:
    """The rows of the product's reports of the year so far; people and types by their codes."""
    hari = Employee.objects.get(code="HT001")
    hr = Actor(
        kind=ActorKind.PERSON, id=str(hari.user.public_id), name=hari.name, user=hari.user,
        company=company, employee=hari, roles=frozenset({Role.HR}),
    )  # fmt: skip
    filters = Filters(first=dt.date(now.year, 1, 1), last=now.date())
    asked = asked_of(hr, company, filters, now=now)
    codes = dict(LeaveType.objects.values_list("name", "code"))
    found: dict[str, list[list[Any]]] = {}
    for slug in ("leave-balances", "leave-ledger", "deducted-per-month"):
        lines = reports()[slug].table(asked).lines()
        rows = [[value_of(cell) for cell in line.cells] for line in lines
                if line.kind == LineKind.ROW]  # fmt: skip
        found[slug] = [[codes.get(value, value) for value in row[1:]] for row in rows]
    return found


def _check_reports(told: dict[str, list[list[Any]]], found: list[Any]) -> None:
    """The same balances, and the same lines in the same order of time."""
    balances, ledger, deducted = (
        answer["report"]["rows"] for answer in found if "report" in answer
    )
    names = ("opening", "allocated", "lapsed", "taken", "closing")
    assert {
        (row["person"], row["type"], row["unit"], *(amount(row[name]) for name in names))
        for row in balances
    } == {(row[0], *row[2:4], *map(amount, row[4:])) for row in told["leave-balances"]}
    lines = [(row[0], row[2].isoformat(), row[3], amount(row[5])) for row in told["leave-ledger"]]
    mine = [(row["person"], row["on"], row["type"], amount(row["amount"])) for row in ledger]
    assert Counter(lines) == Counter(mine)
    keys = ("person", "type", "month", "unit", "counted", "deducted", "deducted_unit")
    found = [[row[key] for key in keys] for row in deducted]
    assert sorted((*row[:4], *map(amount, row[4:6]), row[6]) for row in found) == sorted(
        (row[0], *row[2:5], *map(amount, row[5:7]), row[7]) for row in told["deducted-per-month"]
    )
    for person in {line[0] for line in lines}:
        dates = [line[1] for line in mine if line[0] == person]
        assert dates == sorted(dates) == [line[1] for line in lines if line[0] == person]


def _asked(books: list[Whose], when: dt.datetime) -> list[Any]:
    span = {"from": f"{when.year}-01-01", "to": when.date().isoformat()}
    whose = [{"person": person, "type": type} for person, type in books]
    return [
        *({"ledger": each} for each in whose),
        *({"balance": each} for each in whose),
        {"requests": {}},
        {"report": {"name": "leave-balances", **span}},
        {"report": {"name": "leave-ledger", **span}},
        {"report": {"name": "deducted-per-month", **span}},
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
            told = _reported(company, at(when))
            scenario = leave_scenario(company, at(when))
    found = simulate(json.dumps({**scenario, "ask": _asked(books, at(when))}))["answers"]

    lines, shown, states = recorded
    ledgers = [answer["ledger"] for answer in found if "ledger" in answer]
    assert len(books) > 40
    _check_reports(told, found)
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
