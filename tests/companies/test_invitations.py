"""Inviting people: who may, who can be, and where the link goes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail

from companies import links, outbox, selectors, services
from companies.actor import Actor, job_actor
from companies.enums import Channel, InvitationState, Role
from companies.errors import (
    EmailMissing,
    EmailTaken,
    InvalidTransition,
    NotAllowed,
    RoleOutOfReach,
)
from companies.models import AuditEvent, Employee, Invitation, OutboxMessage, RoleGrant, User
from companies.scoping import company_scope, no_scope
from tests.attendance.world import World, at
from tests.companies.test_links import GOOD, token_of

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")


def _newcomer(world: World, email: str = "new@kettle.example", **changes: Any) -> Employee:
    with company_scope(world.company):
        employee: Employee = Employee.objects.create(
            company=world.company, email=email,
            **({"code": "new", "name": "Nima", "joined_on": dt.date(2026, 1, 1)} | changes),
        )  # fmt: skip
    return employee


def _invite(world: World, employee: Employee, minute: int = 0) -> str:
    employee.refresh_from_db()
    with time_machine.travel(NOW + dt.timedelta(minutes=minute), tick=False):
        with company_scope(world.company):
            return services.employee_invite(employee=employee, by=world.hr)


def _messages() -> list[OutboxMessage]:
    with no_scope("messages under test"):
        return list(OutboxMessage.objects.order_by("id"))


def _write(world: World, employee: Employee, **columns: Any) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=employee.pk).update(**columns)
    employee.refresh_from_db()


def _answer(employee: Employee, by: Actor, is_accepted: bool = True, minute: int = 1) -> None:
    with company_scope(employee.company):
        services.invitation_answer(
            invitation=Invitation.objects.get(employee=employee, ended_at__isnull=True),
            is_accepted=is_accepted, by=by, now=NOW + dt.timedelta(minutes=minute),
        )  # fmt: skip


# --- who --------------------------------------------------------------------------------------
def test_an_invited_person_gets_a_mail_and_sets_a_password(world: World) -> None:
    employee = _newcomer(world)
    assert _invite(world, employee) == "new@kettle.example"
    (row,) = _messages()
    assert (row.company, row.channel, row.to) == (world.company, Channel.MAIL, "new@kettle.example")
    assert outbox.drain() == 1
    (message,) = mail.outbox
    assert message.subject == "Your sign-in to Muster at Kettle"
    assert "Hello Nima,\n\nHari of Kettle has opened an account for you" in message.body
    public_id, token = token_of(message.body)
    user = services.password_set(public_id=public_id, token=token, password=GOOD)
    employee.refresh_from_db()
    assert (employee.user, user.name, user.email) == (user, "Nima", "new@kettle.example")
    with company_scope(world.company):
        sent, used = AuditEvent.objects.order_by("id")
    assert (sent.verb, sent.subject_label) == ("sign_in_link_sent", "Nima (new)")
    assert (sent.actor_name, sent.changes) == ("Hari", {})
    assert (used.verb, used.actor_name) == ("password_set", "Nima")


def test_a_mail_is_written_in_the_persons_language(world: World) -> None:
    world.maya.user.locale = "de"
    world.maya.user.save(update_fields=["locale"])
    _invite(world, world.maya)
    assert [row.locale for row in _messages()] == ["de"]


def test_who_may_not_invite(world: World, other: World) -> None:
    with company_scope(world.company):
        for actor in (world.actor(world.bikram), world.actor(world.bikram, Role.MANAGER), other.hr):
            with pytest.raises(NotAllowed):
                services.employee_invite(employee=world.maya, by=actor)
    assert _messages() == []


def test_nobody_of_another_company_is_invited(world: World, other: World) -> None:
    with company_scope(world.company), pytest.raises(NotAllowed):
        services.employee_invite(employee=other.maya, by=world.hr)
    assert _messages() == []


@pytest.mark.parametrize(
    ("columns", "is_invited"),
    [
        ({"is_active": False}, False),
        ({"left_on": dt.date(2026, 2, 28)}, False),
        # The day after, at 09:00 in Kathmandu: somewhere it is still the last day.
        ({"left_on": dt.date(2026, 3, 1)}, True),
        ({"left_on": dt.date(2026, 3, 2)}, True),
        ({"left_on": dt.date(2026, 12, 31)}, True),
        ({"joined_on": dt.date(2026, 12, 31)}, True),
    ],
)
def test_who_has_left_is_not_invited(
    world: World, columns: dict[str, Any], is_invited: bool
) -> None:
    _write(world, world.maya, **columns)
    if is_invited:
        _invite(world, world.maya)
    else:
        with pytest.raises(NotAllowed):
            _invite(world, world.maya)
    assert len(_messages()) == is_invited


def test_an_invitation_needs_an_address(world: World) -> None:
    with pytest.raises(EmailMissing) as refused:
        _invite(world, _newcomer(world, email=""))
    assert str(refused.value).startswith("Nima has no e-mail address.")


def test_a_sign_in_without_an_address_gets_no_link(world: World) -> None:
    User.objects.filter(pk=world.maya.user.pk).update(email=None)
    with pytest.raises(EmailMissing):
        _invite(world, world.maya)
    assert _messages() == []


@pytest.mark.parametrize("email", ["maya@kettle.example", "MAYA@Kettle.Example"])
def test_two_people_of_a_company_do_not_share_an_address(world: World, email: str) -> None:
    employee = _newcomer(world, email=email)
    with pytest.raises(EmailTaken):
        _invite(world, employee)
    employee.refresh_from_db()
    assert (employee.user, _messages()) == (None, [])


def test_who_comes_back_has_their_sign_in_again(world: World) -> None:
    _write(world, world.maya, left_on=dt.date(2026, 1, 31))
    again = _newcomer(world, "maya@kettle.example", joined_on=dt.date(2026, 3, 1))
    _invite(world, again)
    again.refresh_from_db()
    assert again.user == world.maya.user


def test_who_works_elsewhere_too_keeps_one_sign_in(world: World, other: World) -> None:
    employee = _newcomer(world, email="maya@other.example")
    _invite(world, employee)
    employee.refresh_from_db()
    assert employee.user is None
    _answer(employee, other.actor(other.maya))
    employee.refresh_from_db()
    assert employee.user == other.maya.user


# --- twice ------------------------------------------------------------------------------------
def test_a_double_click_sends_one_mail(world: World) -> None:
    employee = _newcomer(world)
    for minute in (0, 0, 1):
        _invite(world, employee, minute)
    assert len(_messages()) == 2
    assert User.objects.filter(email="new@kettle.example").count() == 1


def test_invitations_of_two_companies_are_two(world: World, other: World) -> None:
    _invite(world, world.maya)
    _invite(other, _newcomer(other, "maya@kettle.example"))
    assert [(row.template, row.values["company"]) for row in _messages()] == [
        ("companies/email/sign_in_link", "Kettle"), ("companies/email/invitation", "Other"),
    ]  # fmt: skip


def test_a_second_invitation_leaves_the_first_good_until_one_is_used(world: World) -> None:
    employee = _newcomer(world)
    bodies = []
    for minute in (0, 5):
        _invite(world, employee, minute)
        with time_machine.travel(NOW + dt.timedelta(minutes=minute), tick=False):
            outbox.drain()
        bodies.append(mail.outbox[-1].body)
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        first, second = (token_of(body) for body in bodies)
        assert links.user_of_link(*first) == links.user_of_link(*second) is not None
        services.password_set(public_id=second[0], token=second[1], password=GOOD)
        assert links.user_of_link(*first) is links.user_of_link(*second) is None


# --- a mistaken address -----------------------------------------------------------------------
def test_a_corrected_address_gets_the_link_and_the_mistaken_one_nothing(world: World) -> None:
    employee = _newcomer(world, email="mistaken@kettle.example")
    _invite(world, employee)
    employee.refresh_from_db()
    mistaken = employee.user
    with company_scope(world.company):
        grant = RoleGrant.objects.create(
            company=world.company, user=mistaken, role=Role.MANAGER, starts_on=dt.date(2026, 1, 1)
        )
    _write(world, employee, email="new@kettle.example")
    assert _invite(world, employee) == "new@kettle.example"
    employee.refresh_from_db()
    assert [row.to for row in _messages()] == ["mistaken@kettle.example", "new@kettle.example"]
    assert employee.user.email == "new@kettle.example"
    assert employee.user != mistaken
    with company_scope(world.company):
        grant.refresh_from_db()
        moved, sent = AuditEvent.objects.order_by("id")[1:]
    assert grant.user == employee.user
    addresses = ["mistaken@kettle.example", "new@kettle.example"]
    assert (moved.verb, moved.changes) == ("role_granted", {"user": addresses})
    assert (sent.verb, sent.changes) == ("sign_in_link_sent", {"email": addresses})


@pytest.mark.parametrize(
    ("role", "email"),
    [
        (Role.COMPANY_ADMIN, "alias.of.hari@kettle.example"),
        (Role.AUDITOR, "hari@kettle.example"),
    ],
    ids=["a role that HR cannot give", "a role for oneself"],
)
def test_a_corrected_address_is_no_way_to_a_role(world: World, role: Role, email: str) -> None:
    employee = _newcomer(world)
    _invite(world, employee)
    employee.refresh_from_db()
    invited = employee.user
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=invited, role=role, starts_on=dt.date(2026, 1, 1)
        )
    # HR by a role alone: with an engagement their address would be taken.
    _write(world, world.hari, left_on=dt.date(2026, 3, 1))
    _write(world, employee, email=email)
    with pytest.raises(RoleOutOfReach):
        _invite(world, employee)
    employee.refresh_from_db()
    with company_scope(world.company):
        assert RoleGrant.objects.get(role=role).user == employee.user == invited


def test_a_corrected_address_of_somebody_else_is_refused(world: World) -> None:
    employee = _newcomer(world)
    _invite(world, employee)
    _write(world, employee, email="maya@kettle.example")
    with pytest.raises(EmailTaken):
        _invite(world, employee)
    employee.refresh_from_db()
    assert employee.user.email == "new@kettle.example"


def test_who_has_a_password_keeps_the_address_they_sign_in_with(world: World) -> None:
    """HR of one company cannot take over a person's sign-in by writing another address."""
    _write(world, world.maya, email="hr.in.disguise@kettle.example")
    assert _invite(world, world.maya) == "maya@kettle.example"
    world.maya.refresh_from_db()
    assert [row.to for row in _messages()] == ["maya@kettle.example"]
    assert world.maya.user.email == "maya@kettle.example"


# --- who is at home elsewhere -----------------------------------------------------------------
def _offered(world: World, other: World) -> Employee:
    employee = _newcomer(world, email="Maya@other.example")
    _invite(world, employee)
    employee.refresh_from_db()
    return employee


def test_who_is_at_home_elsewhere_is_asked_and_not_connected(world: World, other: World) -> None:
    employee = _offered(world, other)
    assert employee.user is None
    assert [item.company for item in selectors.memberships(other.maya.user, now=NOW)] == [
        other.company
    ]
    outbox.drain()
    (message,) = mail.outbox
    assert (message.subject, message.to) == ("Kettle invites you", ["maya@other.example"])
    assert "Hello Maya,\n\nHari invites you to Kettle in Muster" in message.body
    assert "/invitations/" in message.body
    assert "/set-password/" not in message.body
    with company_scope(world.company):
        (event,) = AuditEvent.objects.all()
    assert (event.verb, event.actor_name, event.changes) == ("invitation_sent", "Hari", {})
    (found,) = selectors.invitations_for(other.maya.user, now=NOW)
    assert (found.company, found.inviter) == (world.company, "Hari")


def test_accepting_connects_and_tells_the_company_that_asked(world: World, other: World) -> None:
    employee = _offered(world, other)
    _answer(employee, other.actor(other.maya))
    mine = [item.company for item in selectors.memberships(other.maya.user, now=NOW)]
    assert mine == [world.company, other.company]
    with company_scope(world.company):
        event = AuditEvent.objects.get(verb="invitation_accepted")
    assert (event.actor_name, event.subject_label) == ("Maya", "Nima (new)")
    with company_scope(other.company):
        assert not AuditEvent.objects.filter(verb="invitation_accepted").exists()
    assert selectors.invitations_for(other.maya.user, now=NOW) == []


def test_not_me_leaves_all_as_it_was(world: World, other: World) -> None:
    employee = _offered(world, other)
    _answer(employee, other.actor(other.maya), is_accepted=False)
    employee.refresh_from_db()
    assert employee.user is None
    with company_scope(world.company):
        last = selectors.last_invitation(employee)
        assert AuditEvent.objects.filter(verb="invitation_refused").count() == 1
    assert last is not None
    assert last.state(NOW) == InvitationState.REFUSED


def test_nobody_answers_for_another(world: World, other: World) -> None:
    employee = _offered(world, other)
    limited = dataclasses.replace(other.actor(other.maya), is_limited=True)
    for by in (other.actor(other.bikram), world.hr, limited):
        with pytest.raises(NotAllowed):
            _answer(employee, by)


@pytest.mark.parametrize("case", ["ran out", "left", "answered"])
def test_an_answer_that_comes_too_late_is_none(world: World, other: World, case: str) -> None:
    employee = _offered(world, other)
    with company_scope(world.company):
        invitation = Invitation.objects.get()
    if case == "left":
        _write(world, employee, is_active=False)
    if case == "answered":
        _answer(employee, other.actor(other.maya), is_accepted=False)
    late = NOW + (dt.timedelta(days=14) if case == "ran out" else dt.timedelta(minutes=1))
    assert selectors.invitations_for(other.maya.user, now=late) == []
    with company_scope(world.company), pytest.raises(InvalidTransition):
        services.invitation_answer(
            invitation=invitation, is_accepted=True, by=other.actor(other.maya), now=late
        )
    employee.refresh_from_db()
    assert employee.user is None


def test_a_second_invitation_takes_the_place_of_the_first(world: World, other: World) -> None:
    employee = _offered(world, other)
    _invite(world, employee, minute=3)
    with company_scope(world.company):
        states = [row.state(NOW) for row in Invitation.objects.order_by("id")]
    assert states == [InvitationState.VOID, InvitationState.OPEN]
    assert len(selectors.invitations_for(other.maya.user, now=NOW)) == 1


def test_who_works_here_meanwhile_cannot_accept_once_more(world: World, other: World) -> None:
    employee = _offered(world, other)
    _write(world, world.bikram, user=other.maya.user)
    with pytest.raises(EmailTaken):
        _answer(employee, other.actor(other.maya))


def test_an_operator_is_asked_too(world: World) -> None:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    employee = _newcomer(world, email="otto@m.example")
    _invite(world, employee)
    employee.refresh_from_db()
    assert employee.user is None
    assert len(selectors.invitations_for(grant.user, now=NOW)) == 1


def test_a_mistaken_address_finds_nothing_while_the_right_one_is_asked(
    world: World, other: World
) -> None:
    employee = _newcomer(world, email="mistaken@kettle.example")
    _invite(world, employee)
    _write(world, employee, email="maya@other.example")
    _invite(world, employee, minute=1)
    employee.refresh_from_db()
    assert employee.user is None


def test_roles_are_not_handed_to_who_has_not_agreed(world: World, other: World) -> None:
    employee = _newcomer(world)
    _invite(world, employee)
    employee.refresh_from_db()
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=employee.user, role=Role.MANAGER,
            starts_on=dt.date(2026, 1, 1),
        )  # fmt: skip
    _write(world, employee, email="maya@other.example")
    with pytest.raises(RoleOutOfReach):
        _invite(world, employee, minute=1)
    with company_scope(world.company):
        assert not Invitation.objects.exists()


def test_who_came_in_by_a_card_stays_in_until_the_mail_is_answered(
    world: World, other: World
) -> None:
    employee = _newcomer(world, email="")
    with company_scope(world.company), time_machine.travel(NOW, tick=False):
        token = services.invitation_print(employee=employee, by=world.hr)
    services.invitation_use(token=token, now=NOW, pin="735924")
    _write(world, employee, email="maya@other.example")
    _invite(world, employee, minute=1)
    employee.refresh_from_db()
    assert employee.user.email is None
    _answer(employee, other.actor(other.maya), minute=2)
    employee.refresh_from_db()
    with company_scope(world.company):
        assert (employee.user, selectors.has_pin(employee)) == (other.maya.user, False)
