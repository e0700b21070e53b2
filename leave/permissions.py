"""Who may do what with leave: `can_<verb>(actor, object)`, for every door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from attendance.permissions import is_in_team, is_self
from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import CompanyOwned, Employee
from companies.permissions import can_manage_hr, can_manage_person, can_read_records
from companies.selectors import held_by
from leave.enums import Decider
from leave.models import CalendarFeed, LeaveRequest
from leave.terms import Link, TypeOn


def _is_inside(actor: Actor, row: CompanyOwned) -> bool:
    return actor.company is not None and actor.company.pk == row.company_id


def can_ask(actor: Actor, employee: Employee) -> bool:
    """A person asks for their own leave; HR for anybody's."""
    if not _is_inside(actor, employee):
        return False
    own = actor.employee is not None and actor.employee.pk == employee.pk
    return own or can_manage_hr(actor)


def is_own(actor: Actor, request: LeaveRequest) -> bool:
    """Return whether the person, in whatever engagement, asked for it."""
    return is_self(actor, request.employee)


def can_take_back(actor: Actor, request: LeaveRequest) -> bool:
    """Whoever may ask for the person withdraws, changes and asks to cancel."""
    return can_ask(actor, request.employee)


def can_decide(actor: Actor, request: LeaveRequest, links: Iterable[Link], on: dt.date) -> bool:
    """Whoever stands at the place of the chain decides, and HR anywhere; never the person."""
    if not _is_inside(actor, request) or is_own(actor, request):
        return False
    return can_manage_hr(actor) or any(_stands_at(actor, link, request, on) for link in links)


def _stands_at(actor: Actor, link: Link, request: LeaveRequest, on: dt.date) -> bool:
    if link.decider == Decider.MANAGER:
        return is_in_team(actor, request.employee, on)
    if link.decider == Decider.PERSON and link.person_id is not None:
        return link.person_id in decides_as(actor, on)
    return False  # HR, who is asked above


def decides_as(actor: Actor, on: dt.date) -> dict[int, str]:
    """Return in whose name the actor decides where a chain names people: theirs, and of givers.

    By primary key, with the name of whom they stand in for; their own is empty.
    """
    if actor.employee is None:
        return {}
    givers = {row.giver_id: row.giver.name for row in held_by(actor, on=on)}
    return {**givers, actor.employee.pk: ""}


def can_view_request(actor: Actor, request: LeaveRequest, on: dt.date) -> bool:
    """The person, whoever answers for them, HR and auditors see a request whole."""
    if not _is_inside(actor, request):
        return False
    return (
        is_own(actor, request)
        or can_read_records(actor, request)
        or is_in_team(actor, request.employee, on)
    )


def can_open_request(
    actor: Actor, request: LeaveRequest, links: Iterable[Link], on: dt.date
) -> bool:
    """Whoever sees a request whole opens its page, and whoever is named to decide about it.

    A PIN opens one's own only.
    """
    if actor.is_limited and not is_own(actor, request):
        return False
    return can_view_request(actor, request, on) or can_decide(actor, request, links, on)


def can_view_file(actor: Actor, request: LeaveRequest, links: Iterable[Link], on: dt.date) -> bool:
    """Whoever opens the page sees its file, but no operator: a letter may tell of an illness."""
    return actor.kind != ActorKind.PLATFORM and can_open_request(actor, request, links, on)


def can_view_reason(actor: Actor, request: LeaveRequest, rules: TypeOn, on: dt.date) -> bool:
    """Whoever sees the request whole sees why; colleagues where the type says so.

    No operator does, though a company let them in: an illness is nothing that they must know.
    """
    if actor.kind == ActorKind.PLATFORM:
        return False
    is_open = rules.row.colleagues_see_reason and _is_inside(actor, request)
    return is_open or can_view_request(actor, request, on)


def can_view_books(actor: Actor, employee: Employee, on: dt.date) -> bool:
    """The person, whoever answers for them, HR and auditors see the books."""
    if not _is_inside(actor, employee):
        return False
    return (
        is_self(actor, employee)
        or can_read_records(actor, employee)
        or is_in_team(actor, employee, on)
    )


def can_manage_leave(actor: Actor, row: CompanyOwned | None = None) -> bool:
    """HR sets up types, plans, closures and closes leave years."""
    return can_manage_hr(actor) and (row is None or _is_inside(actor, row))


def can_manage_books(actor: Actor, employee: Employee) -> bool:
    """HR grants, adjusts and pays out, never of themselves (see `can_manage_person`)."""
    return can_manage_person(actor, employee)


def can_decide_claim(actor: Actor, employee: Employee, on: dt.date) -> bool:
    """Whoever answers for the person decides what they claim, and HR; never the person.

    HR's reach further: to people who have left.
    """
    if not _is_inside(actor, employee) or is_self(actor, employee):
        return False
    return can_manage_hr(actor) or is_in_team(actor, employee, on)


def can_have_feed(actor: Actor) -> bool:
    """Whoever works here has a calendar feed; not by a PIN: its address opens without one."""
    return actor.employee is not None and not actor.is_limited


def can_end_feed(actor: Actor, feed: CalendarFeed) -> bool:
    """A person ends their own feeds."""
    return can_have_feed(actor) and _is_inside(actor, feed) and is_self(actor, feed.employee)
