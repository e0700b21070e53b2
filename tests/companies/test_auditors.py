"""Auditors from outside: who may invite them, how they come in, and what the inviter learns."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from companies import outbox, selectors, services
from companies.actor import Actor, job_actor
from companies.enums import ActorKind, InvitationState, Role
from companies.errors import (
    AccountClosed,
    AuditDatesWrong,
    AuditorWorksHere,
    AuditsAlready,
    AuditTooLong,
    InvalidTransition,
    MusterError,
    NotAllowed,
    OwnRecord,
)
from companies.models import AuditEvent, Employee, Invitation, OutboxMessage, RoleGrant, User
from companies.scoping import company_scope, no_scope
from companies.services import auditors
from tests.attendance.world import START, World, at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")
TODAY = dt.date(2026, 3, 2)
LAST = dt.date(2026, 3, 31)


def _invite(world: World, email: str, *, minute: int = 0, **wanted: Any) -> None:
    now = NOW + dt.timedelta(minutes=minute)
    given = {"name": "Ananda", "starts_on": TODAY, "ends_on": LAST, "by": world.hr} | wanted
    with time_machine.travel(now, tick=False), company_scope(world.company):
        services.auditor_invite(email=email, now=now, **given)


def _offered(world: World, other: World, **wanted: Any) -> Invitation:
    _invite(world, "Maya@other.example", **wanted)
    (offer,) = selectors.invitations_for(other.maya.user, now=NOW)
    return offer


def _answer(offer: Invitation, by: Actor, *, is_accepted: bool = True, **when: Any) -> None:
    now = NOW + dt.timedelta(minutes=1, **when)
    with time_machine.travel(now, tick=False), company_scope(offer.company):
        services.auditor_answer(offer=offer, is_accepted=is_accepted, by=by, now=now)


def _grants(world: World) -> list[RoleGrant]:
    with company_scope(world.company):
        return list(RoleGrant.objects.filter(role=Role.AUDITOR).select_related("user"))


def _verbs(world: World) -> list[tuple[str, str, str]]:
    with company_scope(world.company):
        events = AuditEvent.objects.order_by("pk")
        return list(events.values_list("verb", "actor_name", "subject_label"))


def _told(world: World) -> list[str]:
    """Return the mails of the company, by template."""
    with company_scope(world.company):
        return [row.template.rpartition("/")[2] for row in OutboxMessage.objects.order_by("pk")]


def _with_role(world: World, role: Role | None) -> Actor:
    """Return Bikram acting with one role."""
    roles = frozenset() if role is None else frozenset({role})
    return dataclasses.replace(world.actor(world.bikram), roles=roles)


# --- who may --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "may"),
    [
        (None, False), (Role.MANAGER, False), (Role.AUDITOR, False), (Role.HR, True),
        (Role.COMPANY_ADMIN, True),
    ],
)  # fmt: skip
def test_who_gives_roles_invites_and_takes_back(
    world: World, other: World, role: Role | None, may: bool
) -> None:
    by, offer = _with_role(world, role), _offered(world, other)

    def tries() -> None:
        _invite(world, "a@it.example", by=by)
        with company_scope(world.company):
            services.auditor_take_back(offer=offer, by=by, now=NOW)

    if may:
        tries()
        assert len(_grants(world)) == 1
        return
    with pytest.raises(NotAllowed):
        tries()
    with company_scope(world.company), pytest.raises(NotAllowed):
        services.auditor_take_back(offer=offer, by=by, now=NOW)
    assert not User.objects.filter(email="a@it.example").exists()


def test_neither_an_operator_nor_another_company_invites(world: World, other: World) -> None:
    helper = Actor(kind=ActorKind.PLATFORM, id="x", name="Otto", company=world.company)
    for by in (helper, dataclasses.replace(world.hr, company=None)):
        with pytest.raises(NotAllowed):
            _invite(world, "a@it.example", by=by)
    offer = _offered(world, other)
    with company_scope(world.company), pytest.raises(NotAllowed):
        services.auditor_take_back(offer=offer, by=other.hr, now=NOW)


def test_an_offer_of_an_engagement_is_not_taken_back_here(world: World, other: World) -> None:
    with company_scope(world.company):
        nima = Employee.objects.create(
            company=world.company, email="maya@other.example", code="n", name="Nima",
            joined_on=START,
        )  # fmt: skip
        services.employee_invite(employee=nima, by=world.hr)
        row = Invitation.objects.get()
        with pytest.raises(NotAllowed):
            services.auditor_take_back(offer=row, by=world.hr, now=NOW)
        with pytest.raises(InvalidTransition):
            services.auditor_answer(
                offer=row, is_accepted=True, by=other.actor(other.maya), now=NOW
            )


# --- a new address --------------------------------------------------------------------------------
def test_a_new_address_audits_at_once_and_is_mailed_a_link(world: World) -> None:
    _invite(world, "ananda@it.example")
    (grant,) = _grants(world)
    assert (grant.user.name, grant.user.email) == ("Ananda", "ananda@it.example")
    assert (grant.starts_on, grant.ends_on, grant.department) == (TODAY, LAST, None)
    (mine,) = selectors.memberships(grant.user, now=NOW)
    assert (mine.company, mine.employee, mine.roles) == (world.company, None, {Role.AUDITOR})
    assert _verbs(world) == [
        ("role_granted", "Hari", "Ananda · Auditor"),
        ("sign_in_link_sent", "Hari", "Ananda · Auditor"),
    ]
    outbox.drain()
    (message,) = mail.outbox
    assert (message.subject, message.to) == (
        "Your sign-in to Muster at Kettle", ["ananda@it.example"],
    )  # fmt: skip
    assert "Hari of Kettle lets you audit its records in Muster until 31 March 2026." in (
        message.body
    )
    assert "/set-password/" in message.body
    with company_scope(world.company):
        assert not Invitation.objects.exists()


def test_it_ends_with_its_last_day(world: World) -> None:
    _invite(world, "ananda@it.example")
    (grant,) = _grants(world)
    assert selectors.memberships(grant.user, now=at("2026-03-31 23:00"))
    assert not selectors.memberships(grant.user, now=at("2026-04-02 12:00"))


def test_two_taps_invite_once(world: World) -> None:
    _invite(world, "ananda@it.example")
    with pytest.raises(AuditsAlready) as refused:
        _invite(world, "ANANDA@it.example", name="A. Nanda")
    assert "Ananda audits here until 31 March 2026 already." in str(refused.value)
    assert (len(_grants(world)), _told(world)) == (1, ["audit_link"])


def test_who_audited_before_is_invited_anew(world: World) -> None:
    _invite(world, "ananda@it.example")
    april = {"starts_on": dt.date(2026, 4, 1), "ends_on": dt.date(2026, 4, 30)}
    _invite(world, "ananda@it.example", minute=2, **april)
    assert [row.ends_on for row in _grants(world)] == [LAST, dt.date(2026, 4, 30)]


def test_a_role_without_an_end_is_said_so(world: World) -> None:
    _invite(world, "ananda@it.example")
    with company_scope(world.company):
        RoleGrant.objects.filter(role=Role.AUDITOR).update(ends_on=None)
    with pytest.raises(AuditsAlready) as refused:
        _invite(world, "ananda@it.example")
    assert "until further notice already" in str(refused.value)


def test_who_has_left_may_audit_and_a_role_of_then_counts_no_more(world: World) -> None:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.maya.user, role=Role.AUDITOR, starts_on=START,
            ends_on=dt.date(2026, 12, 31),
        )  # fmt: skip
        Employee.objects.filter(pk=world.maya.pk).update(left_on=dt.date(2026, 2, 20))
    _invite(world, "maya@kettle.example", name="Maya")
    (mine,) = selectors.memberships(world.maya.user, now=NOW)
    assert (mine.employee, mine.roles) == (None, {Role.AUDITOR})


# --- who is refused -------------------------------------------------------------------------------
def _engaged(world: World, **changes: Any) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"left_on": dt.date(2026, 3, 20)},
        {"is_active": False},
        {"user": None, "email": "MAYA@kettle.example"},
    ],
)
def test_who_is_engaged_here_is_not_invited(world: World, changes: dict[str, Any]) -> None:
    _engaged(world, **changes)
    with pytest.raises(AuditorWorksHere) as refused:
        _invite(world, "maya@kettle.example")
    assert "“Roles”" in str(refused.value)
    assert (_grants(world), _told(world)) == ([], [])


def test_an_address_that_another_company_takes_meanwhile_is_asked(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both wrote it for the first time in the same instant: the second finds the first's user."""
    tries: list[str] = []

    def taken(address: str, name: str) -> User:
        tries.append(address)
        if len(tries) == 1:
            raise IntegrityError
        return User.objects.get(email=address)

    monkeypatch.setattr(auditors, "user_of", taken)
    _invite(world, "maya@other.example")
    assert tries == ["maya@other.example"] * 2
    assert [row.name for row in selectors.invitations_for(other.maya.user, now=NOW)] == ["Ananda"]


def test_nobody_invites_themselves(world: World) -> None:
    outside = User.objects.create_user(email="founder@it.example", name="Hema")
    founder = Actor(
        kind=ActorKind.PERSON, id=str(outside.public_id), name="Hema", user=outside,
        company=world.company, roles=frozenset({Role.COMPANY_ADMIN}),
    )  # fmt: skip
    for by, email in ((world.hr, "Hari@kettle.example"), (founder, "FOUNDER@it.example")):
        with pytest.raises(OwnRecord):
            _invite(world, email, by=by)
    assert _grants(world) == []


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        (TODAY, dt.date(2026, 3, 1), AuditDatesWrong),
        (dt.date(2026, 3, 1), LAST, AuditDatesWrong),
        (dt.date.min, dt.date.max, AuditDatesWrong),
        (TODAY, dt.date(2027, 3, 3), AuditTooLong),
        (TODAY, dt.date.max, AuditTooLong),
        (dt.date.max, dt.date.max, AuditTooLong),
        (dt.date(2027, 3, 3), dt.date(2027, 3, 3), AuditTooLong),
        (TODAY, dt.date(2027, 3, 2), None),
        (TODAY, TODAY, None),
    ],
)
def test_the_dates_lie_within_a_year(
    world: World, first: dt.date, last: dt.date, error: type[MusterError] | None
) -> None:
    if error is None:
        _invite(world, "a@it.example", starts_on=first, ends_on=last)
        assert len(_grants(world)) == 1
        return
    with pytest.raises(error):
        _invite(world, "a@it.example", starts_on=first, ends_on=last)
    assert not User.objects.filter(email="a@it.example").exists()


def test_today_is_the_companys(world: World) -> None:
    """At Kathmandu it is 3 March already when it is 2 March by UTC."""
    late = at("2026-03-03 01:00")
    assert late.date() == TODAY
    with time_machine.travel(late, tick=False), company_scope(world.company):
        with pytest.raises(AuditDatesWrong):
            services.auditor_invite(
                name="A", email="a@it.example", starts_on=TODAY, ends_on=LAST, by=world.hr, now=late
            )


def test_a_leap_day_has_a_year_too(world: World) -> None:
    leap = dt.date(2028, 2, 29)
    now = at("2028-02-29 09:00")
    with time_machine.travel(now, tick=False), company_scope(world.company):
        for last, is_given in ((dt.date(2029, 3, 1), False), (dt.date(2029, 2, 28), True)):
            sent = {"name": "A", "email": "a@it.example", "starts_on": leap, "ends_on": last}
            if is_given:
                services.auditor_invite(**sent, by=world.hr, now=now)
                continue
            with pytest.raises(AuditTooLong):
                services.auditor_invite(**sent, by=world.hr, now=now)


@pytest.mark.parametrize("wrong", [{"email": "no address"}, {"email": ""}, {"name": " "}])
@pytest.mark.parametrize("is_known", [True, False])
def test_what_is_no_name_or_address_is_said(
    world: World, other: World, wrong: dict[str, str], is_known: bool
) -> None:
    sent = {"email": "maya@other.example" if is_known else "a@it.example", "name": "A"} | wrong
    with pytest.raises(ValidationError):
        _invite(world, sent.pop("email"), **sent)


def test_an_account_that_is_closed_is_said_of_ones_own(world: World) -> None:
    _invite(world, "ananda@it.example")
    User.objects.filter(email="ananda@it.example").update(is_active=False)
    with company_scope(world.company):
        RoleGrant.objects.filter(role=Role.AUDITOR).update(ends_on=TODAY)
    with pytest.raises(AccountClosed):
        _invite(world, "ananda@it.example", starts_on=dt.date(2026, 3, 3))


# --- at home elsewhere ----------------------------------------------------------------------------
def test_who_is_at_home_elsewhere_is_asked_and_reads_nothing(world: World, other: World) -> None:
    offer = _offered(world, other)
    assert (offer.company, offer.inviter, offer.role) == (world.company, "Hari", Role.AUDITOR)
    assert (offer.name, offer.email) == ("Ananda", "Maya@other.example")
    assert _grants(world) == []
    assert _verbs(world) == [("invitation_sent", "Hari", "Ananda · Auditor")]
    outbox.drain()
    (message,) = mail.outbox
    assert message.subject == "Kettle asks you to audit its records"
    assert message.to == ["maya@other.example"]
    assert "Hello Ananda,\n\nHari asks you to audit the records of Kettle in Muster until" in (
        message.body
    )
    assert "/invitations/" in message.body
    assert "/set-password/" not in message.body
    with company_scope(other.company):
        assert not AuditEvent.objects.exists()


def test_yes_makes_the_grant(world: World, other: World) -> None:
    offer = _offered(world, other)
    _answer(offer, other.actor(other.maya))
    (grant,) = _grants(world)
    assert (grant.user, grant.starts_on, grant.ends_on) == (other.maya.user, TODAY, LAST)
    assert _verbs(world)[1:] == [
        ("invitation_accepted", "Maya", "Ananda · Auditor"),
        ("role_granted", "Maya", "Maya · Auditor"),
    ]
    mine = [item.company for item in selectors.memberships(other.maya.user, now=NOW)]
    assert mine == [world.company, other.company]
    with company_scope(other.company):
        assert not AuditEvent.objects.exists()


def test_no_ends_the_offer_and_tells_no_name(world: World, other: World) -> None:
    offer = _offered(world, other)
    _answer(offer, other.actor(other.maya), is_accepted=False)
    offer.refresh_from_db()
    assert (offer.state(NOW), _grants(world)) == (InvitationState.REFUSED, [])
    assert _verbs(world)[1:] == [("invitation_refused", "Ananda", "Ananda · Auditor")]
    assert selectors.invitations_for(other.maya.user, now=NOW) == []


def test_who_says_yes_later_reads_from_then_on(world: World, other: World) -> None:
    _answer(_offered(world, other), other.actor(other.maya), days=3)
    assert [row.starts_on for row in _grants(world)] == [dt.date(2026, 3, 5)]


def test_who_says_yes_early_reads_from_the_first_day_on(world: World, other: World) -> None:
    _answer(_offered(world, other, starts_on=dt.date(2026, 3, 20)), other.actor(other.maya))
    assert [row.starts_on for row in _grants(world)] == [dt.date(2026, 3, 20)]


def test_nobody_answers_for_another(world: World, other: World) -> None:
    offer = _offered(world, other)
    limited = dataclasses.replace(other.actor(other.maya), is_limited=True)
    for by in (other.actor(other.bikram), world.hr, limited):
        with pytest.raises(NotAllowed):
            _answer(offer, by)


@pytest.mark.parametrize("case", ["ran out", "its last day is over", "taken back", "yes", "no"])
def test_an_answer_that_comes_too_late_is_none(world: World, other: World, case: str) -> None:
    short = case == "its last day is over"
    offer = _offered(world, other, ends_on=dt.date(2026, 3, 4) if short else LAST)
    by, later = other.actor(other.maya), 0
    if case == "taken back":
        with company_scope(world.company):
            services.auditor_take_back(offer=offer, by=world.hr, now=NOW)
    elif case in ("yes", "no"):
        _answer(offer, by, is_accepted=case == "yes")
    else:
        later = 3 if short else 14
    then = NOW + dt.timedelta(days=later)
    assert selectors.invitations_for(other.maya.user, now=then) == []
    with pytest.raises(InvalidTransition):
        _answer(offer, by, days=later)
    assert len(_grants(world)) == (1 if case == "yes" else 0)


def test_it_is_not_answered_as_an_engagement(world: World, other: World) -> None:
    offer = _offered(world, other)
    with company_scope(world.company), pytest.raises(InvalidTransition):
        services.invitation_answer(
            invitation=offer, is_accepted=True, by=other.actor(other.maya), now=NOW
        )
    assert _grants(world) == []


def test_it_is_taken_back_once_and_told(world: World, other: World) -> None:
    offer = _offered(world, other)
    with company_scope(world.company):
        services.auditor_take_back(offer=offer, by=world.hr, now=NOW)
        with pytest.raises(InvalidTransition):
            services.auditor_take_back(offer=offer, by=world.hr, now=NOW)
    offer.refresh_from_db()
    assert offer.state(NOW) == InvitationState.TAKEN_BACK
    assert _verbs(world)[1:] == [("invitation_taken_back", "Hari", "Ananda · Auditor")]


def test_inviting_anew_takes_the_place_of_the_first(world: World, other: World) -> None:
    _offered(world, other)
    _invite(world, "maya@other.example", minute=3, ends_on=dt.date(2026, 4, 30))
    with company_scope(world.company):
        states = [row.state(NOW) for row in Invitation.objects.order_by("pk")]
    assert states == [InvitationState.VOID, InvitationState.OPEN]
    (offer,) = selectors.invitations_for(other.maya.user, now=NOW)
    assert offer.ends_on == dt.date(2026, 4, 30)
    assert _told(world) == ["audit_offer", "audit_offer"]


def test_two_taps_ask_by_one_mail(world: World, other: World) -> None:
    _offered(world, other)
    _offered(world, other)
    assert _told(world) == ["audit_offer"]


def test_an_offer_to_audit_and_one_to_work_here_stand_side_by_side(
    world: World, other: World
) -> None:
    _offered(world, other)
    with company_scope(world.company), time_machine.travel(NOW, tick=False):
        nima = Employee.objects.create(
            company=world.company, email="maya@other.example", code="n", name="Nima",
            joined_on=dt.date(2026, 5, 1),
        )  # fmt: skip
        services.employee_invite(employee=nima, by=world.hr)
    assert len(selectors.invitations_for(other.maya.user, now=NOW)) == 2


def test_who_audits_one_company_is_asked_by_the_next(world: World, other: World) -> None:
    _invite(world, "ananda@it.example", name="Ananda of Kettle")
    _invite(other, "ananda@it.example", name="Somebody")
    assert _grants(other) == []
    user = User.objects.get(email="ananda@it.example")
    (offer,) = selectors.invitations_for(user, now=NOW)
    assert (offer.company, offer.name) == (other.company, "Somebody")
    assert "Ananda of Kettle" not in str(_verbs(other))


def test_an_operator_is_asked_too(world: World) -> None:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    _invite(world, "otto@m.example")
    assert _grants(world) == []
    assert len(selectors.invitations_for(grant.user, now=NOW)) == 1


@pytest.mark.parametrize("came_in", [True, False])
def test_who_belongs_nowhere_any_more(world: World, other: World, came_in: bool) -> None:
    """Another company's words for an address are none of this one's, whoever came in by it."""
    user = User.objects.create_user(
        email="a@it.example", name="Secret", password="x" * 12 if came_in else None
    )
    _invite(world, "a@it.example", name="Ananda")
    user.refresh_from_db()
    assert user.name == ("Secret" if came_in else "Ananda")
    assert [row.user for row in _grants(world)] == ([] if came_in else [user])
    assert "Secret" not in str(_verbs(world))


def test_ones_own_file_tells_of_it(world: World, other: World) -> None:
    offer = _offered(world, other)
    with company_scope(world.company):
        assert list(selectors.own_invitations(other.maya.user, world.company)) == [offer]
        assert list(selectors.own_invitations(world.maya.user, world.company)) == []


def test_nothing_of_it_is_another_companys(world: World, other: World) -> None:
    _offered(world, other)
    with company_scope(other.company):
        assert not Invitation.objects.exists()
    with no_scope("how many offers there are"):
        assert Invitation.objects.count() == 1
