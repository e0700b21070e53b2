"""The small company of attendance's tests with leave: types, a plan, and short ways to ask."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from companies.actor import Actor
from companies.models import Employee, Placement
from companies.scoping import company_scope
from leave.enums import Taken
from leave.models import LeaveRequest, LeaveRequestState, LeaveType
from leave.selectors.books import loaded_of
from leave.selectors.scenes import Asked
from leave.services import books, decisions, requests, settings
from tests.attendance.world import World, at, make_world

NOW = at("2026-03-02 12:00")  # a Monday


def d(text: str) -> dt.date:
    """Return a date of 2026 as "03-02", or a whole one."""
    return dt.date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def n(text: str) -> Decimal:
    return Decimal(text)


class Leave:
    """A world in an open scope; Bikram is Maya's manager, Hari is HR, Maya asks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hr, self.maya = world.hr, world.maya
        self.me = world.actor(world.maya)
        self.boss = world.actor(world.bikram)
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        self.annual = self.type("Annual", "AL")

    def type(self, name: str, code: str, **knobs: Any) -> LeaveType:
        made = settings.type_add(company=self.world.company, name=name, code=code, by=self.hr)
        settings.type_version_set(leave_type=made, by=self.hr, **knobs)
        return made

    def grant(self, amount: str, first: str = "01-01", last: str = "", **more: Any) -> str:
        chosen = {"employee": self.maya, "leave_type": self.annual, **more}
        return str(books.grant_give(
            amount=n(amount), starts_on=d(first), ends_on=d(last) if last else None,
            reason="Yearly", by=self.hr, **chosen,
        ).key)  # fmt: skip

    def ask(self, first: str, last: str = "", **more: Any) -> Asked:
        chosen = {"leave_type": self.annual, **more}
        if "first_part" in more and not last:
            chosen.setdefault("last_part", more["first_part"])
        return Asked(first_on=d(first), last_on=d(last or first), **chosen)

    def submit(
        self, first: str, last: str = "", *, employee: Employee | None = None,
        by: Actor | None = None, over: LeaveRequest | None = None, **more: Any,
    ) -> LeaveRequest:  # fmt: skip
        return requests.request_submit(
            employee=employee or self.maya, asked=self.ask(first, last, **more),
            by=by or self.me, over=over, now=NOW,
        )  # fmt: skip

    def approve(self, request: LeaveRequest, by: Actor | None = None) -> LeaveRequest:
        decisions.request_approve(request=request, by=by or self.boss, now=NOW)
        return request

    def balance(self, on: str, leave_type: LeaveType | None = None) -> Decimal:
        kind = leave_type or self.annual
        return loaded_of(self.maya, kind.pk).books.balance_on(d(on))

    def available(self, *dates: str, leave_type: LeaveType | None = None) -> Decimal | None:
        kind = leave_type or self.annual
        loaded = loaded_of(self.maya, kind.pk)
        from leave.terms import leave_settings

        self.world.company.refresh_from_db()
        ahead = loaded.ahead(self.maya, leave_settings(self.world.company))
        return ahead.available([d(text) for text in dates], reserved=loaded.reserved)

    def state(self, request: LeaveRequest) -> str:
        return str(LeaveRequestState.objects.get(request=request).state)


def make_leave(code: str = "kettle") -> Leave:
    """Return a company with annual leave; its scope must be open where it is used."""
    world = make_world(code)
    with company_scope(world.company):
        return Leave(world)


__all__ = ["NOW", "Leave", "Taken", "d", "make_leave", "n"]
