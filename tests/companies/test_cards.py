"""Printed invitations: whose, what they open, and that each works once."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from companies import selectors, services
from companies.enums import InvitationState, Role
from companies.errors import LinkInvalid, NotAllowed, PinUnfit
from companies.models import AuditEvent, Employee, Invitation, RoleGrant, User
from companies.scoping import company_scope
from integrations import qr
from tests.attendance.world import START, World, at
from tests.companies.conftest import Together

NOW = at("2026-03-02 09:00")
PIN, GOOD = "735924", "a kettle of strong tea"


def _newcomer(world: World, **columns: Any) -> Employee:
    wanted = {"code": "T9", "name": "Nima", "joined_on": START} | columns
    with company_scope(world.company):
        employee: Employee = Employee.objects.create(company=world.company, **wanted)
    return employee


def _print(world: World, employee: Employee, minute: int = 0) -> str:
    with company_scope(world.company):
        with time_machine.travel(NOW + dt.timedelta(minutes=minute), tick=False):
            return services.invitation_print(employee=employee, by=world.hr)


def _use(token: str, now: dt.datetime = NOW, **chosen: str) -> Employee:
    return services.invitation_use(token=token, now=now, **(chosen or {"pin": PIN}))


def test_a_card_makes_the_user_and_the_pin(world: World) -> None:
    employee = _newcomer(world)
    token = _print(world, employee)
    assert re.fullmatch(r"(?:[a-hj-km-np-z2-9]{5}-){3}[a-hj-km-np-z2-9]{5}", token)
    with company_scope(world.company):
        row = Invitation.objects.get()
        assert token.replace("-", "") not in row.token_hash
        assert (row.inviter, row.expires_at) == ("Hari", NOW + dt.timedelta(days=14))
    _use(token)
    employee.refresh_from_db()
    assert (employee.user.email, employee.user.name) == (None, "Nima")
    assert not employee.user.has_usable_password()
    with company_scope(world.company):
        assert services.pin_matches(employee=employee, pin=PIN, now=NOW) is True
        row.refresh_from_db()
        assert row.state(NOW) == InvitationState.ACCEPTED
        events = AuditEvent.objects.order_by("id").values_list("verb", "actor_name", "channel")
        assert list(events) == [
            ("invitation_printed", "Hari", "web"),
            ("pin_set", "Nima", "card"),
            ("invitation_accepted", "Nima", "card"),
        ]


def test_a_card_sets_a_password_instead(world: World) -> None:
    employee = _use(_print(world, _newcomer(world)), password=GOOD)
    assert employee.user is not None
    assert employee.user.check_password(GOOD)
    with company_scope(world.company):
        assert not selectors.has_pin(employee)
        assert AuditEvent.objects.filter(verb="password_set").count() == 1


@pytest.mark.parametrize("typed", [str.upper, lambda token: token.replace("-", "")])
def test_a_card_is_typed_as_one_likes(world: World, typed: Any) -> None:
    token = _print(world, _newcomer(world))
    assert selectors.invitation_of_token(typed(token), now=NOW) is not None


def test_a_card_works_once_and_for_fourteen_days(world: World) -> None:
    first = _newcomer(world)
    token = _print(world, first)
    end = NOW + dt.timedelta(days=14)
    with pytest.raises(LinkInvalid):
        _use(token, now=end)
    _use(token, now=end - dt.timedelta(seconds=1))
    with pytest.raises(LinkInvalid):
        _use(token)
    with pytest.raises(LinkInvalid):
        _use("nobodys-card")


def test_printing_again_makes_the_earlier_card_void(world: World) -> None:
    employee = _newcomer(world)
    first, second = (_print(world, employee, minute) for minute in (0, 1))
    with pytest.raises(LinkInvalid):
        _use(first)
    _use(second)
    with company_scope(world.company):
        states = [row.state(NOW) for row in Invitation.objects.order_by("id")]
    assert states == [InvitationState.VOID, InvitationState.ACCEPTED]


def test_the_card_of_who_has_left_opens_nothing(world: World) -> None:
    employee = _newcomer(world)
    token = _print(world, employee)
    with company_scope(world.company):
        Employee.objects.filter(pk=employee.pk).update(is_active=False)
    with pytest.raises(LinkInvalid):
        _use(token)


def test_who_may_not_print(world: World, other: World) -> None:
    employee = _newcomer(world)
    with company_scope(world.company):
        for by in (world.actor(world.bikram), world.actor(world.maya, Role.MANAGER), other.hr):
            with pytest.raises(NotAllowed):
                services.invitation_print(employee=employee, by=by)
        employee.is_active = False
        with pytest.raises(NotAllowed):
            services.invitation_print(employee=employee, by=world.hr)
        assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "error"),
    [({"pin": "123456"}, PinUnfit), ({"password": "short"}, ValidationError)],
)
def test_a_choice_that_is_refused_leaves_the_card_good(
    world: World, chosen: dict[str, str], error: type[Exception]
) -> None:
    employee = _newcomer(world)
    token = _print(world, employee)
    users = User.objects.count()
    with pytest.raises(error):
        _use(token, **chosen)
    assert User.objects.count() == users
    _use(token)


# --- no card is a way into more than one's own pages ----------------------------------------------
def _never_in(world: World) -> Employee:
    """Return somebody who was sent a link and never used it."""
    user = User.objects.create_user(email="nima@kettle.example", name="Nima")
    return _newcomer(world, user=user)


def test_a_card_gives_no_password_to_an_address_that_nobody_has_shown_to_be_theirs(
    world: World,
) -> None:
    """Whoever printed it would be at home in the next company that invites the address."""
    employee = _never_in(world)
    token = _print(world, employee)
    with pytest.raises(NotAllowed):
        _use(token, password=GOOD)
    _use(token)
    employee.user.refresh_from_db()
    assert not employee.user.has_usable_password()
    with company_scope(world.company):
        assert selectors.has_pin(employee)


def test_a_card_gives_a_password_to_who_came_in_by_a_pin(world: World) -> None:
    employee = _use(_print(world, _newcomer(world)))
    _use(_print(world, employee, 1), password=GOOD)
    employee.user.refresh_from_db()  # type: ignore[union-attr]
    assert employee.user.check_password(GOOD)  # type: ignore[union-attr]


def test_a_card_changes_no_password(world: World) -> None:
    token = _print(world, world.maya)
    with pytest.raises(NotAllowed):
        _use(token, password=GOOD)
    _use(token)
    world.maya.user.refresh_from_db()
    assert world.maya.user.check_password("correct horse battery")


def test_a_card_gives_no_password_to_who_has_a_role(world: World) -> None:
    employee = _never_in(world)
    User.objects.filter(pk=employee.user_id).update(email=None)
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=employee.user, role=Role.COMPANY_ADMIN, starts_on=START
        )
    with pytest.raises(NotAllowed):
        _use(_print(world, employee), password=GOOD)


def test_a_card_gives_no_password_that_opens_another_company(world: World, other: World) -> None:
    employee = _never_in(world)
    User.objects.filter(pk=employee.user_id).update(email=None)
    with company_scope(other.company):
        Employee.objects.filter(pk=other.maya.pk).update(user=employee.user)
    with pytest.raises(NotAllowed):
        _use(_print(world, employee), password=GOOD)


# --- at the same moment ---------------------------------------------------------------------------
def test_of_two_who_use_a_card_at_once_one_is_let_in(world: World, together: Together) -> None:
    token = _print(world, _newcomer(world))
    answers = together(*[lambda: _use(token)] * 4)
    assert sum(isinstance(answer, Employee) for answer in answers) == 1
    assert sum(isinstance(answer, LinkInvalid) for answer in answers) == 3


def test_a_card_that_was_used_while_one_waited_for_the_lock_opens_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = _print(world, _newcomer(world))
    found = selectors.invitation_of_token(token, now=NOW)
    _use(token)
    monkeypatch.setattr(selectors, "invitation_of_token", lambda token, now: found)
    with pytest.raises(LinkInvalid):
        _use(token)


def test_a_code_is_drawn_without_a_picture_library() -> None:
    drawn = qr.svg("http://127.0.0.1:8000/i/abcde-fghjk-mnpqr-23456/")
    assert drawn.startswith("<svg ")
    assert "<path" in drawn
    assert drawn == qr.svg("http://127.0.0.1:8000/i/abcde-fghjk-mnpqr-23456/")
