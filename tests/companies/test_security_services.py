"""Sessions, changes of address, changes of password, resets: who may, what is told, what ends."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from companies import links, outbox, services
from companies.actor import Actor
from companies.enums import ActorKind, EmailChangeState, ResetState, Role
from companies.errors import (
    EmailUnchanged,
    InvalidTransition,
    LinkInvalid,
    MusterError,
    NotAllowed,
    PasswordWrong,
    ReasonMissing,
    ResetExpired,
    ResetWaits,
    TooMany,
)
from companies.models import (
    AuditEvent,
    EmailChange,
    Employee,
    OperatorGrant,
    Pin,
    RoleGrant,
    SignedInSession,
    SignInReset,
    User,
)
from companies.scoping import company_scope, no_scope
from tests.attendance.world import START, World, at, make_world

NOON = "2026-03-04 12:00"
PASSWORD = "correct horse battery"


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with time_machine.travel(at(NOON), tick=False):
        made = make_world()
        with company_scope(made.company):
            yield made


def myself(employee: Employee) -> Actor:
    user = employee.user
    assert user is not None
    return Actor(
        kind=ActorKind.PERSON, id=str(user.public_id), name=user.name, user=user,
        company=employee.company, employee=employee,
    )  # fmt: skip


def with_role(employee: Employee, *roles: Role) -> Actor:
    one = myself(employee)
    return Actor(
        kind=one.kind, id=one.id, name=one.name, user=one.user, company=one.company,
        employee=employee, roles=frozenset(roles),
    )  # fmt: skip


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def subjects() -> list[str]:
    outbox.drain()
    return [message.subject for message in mail.outbox]


def user_of(employee: Employee) -> User:
    assert employee.user_id is not None
    return User.objects.get(pk=employee.user_id)


def signed_in(employee: Employee) -> Client:
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
    client.force_login(user_of(employee))
    return client


# --- sessions ---------------------------------------------------------------------------------
def test_somebody_ends_one_of_their_sessions(world: World) -> None:
    signed_in(world.maya), signed_in(world.maya), signed_in(world.bikram)
    first, second = SignedInSession.objects.filter(user=world.maya.user).order_by("pk")
    by = myself(world.maya)
    assert services.session_end(user=user_of(world.maya), public_id=first.public_id, by=by)
    assert not Session.objects.filter(session_key=first.session_key).exists()
    assert Session.objects.filter(session_key=second.session_key).exists()
    assert SignedInSession.objects.count() == 2
    assert verbs() == ["sessions_ended"]


def test_another_persons_session_is_as_if_there_were_none(world: World) -> None:
    signed_in(world.bikram)
    theirs = SignedInSession.objects.get()
    maya = user_of(world.maya)
    for known in (theirs.public_id, uuid.UUID(int=1)):
        assert not services.session_end(user=maya, public_id=known, by=myself(world.maya))
    assert SignedInSession.objects.get() == theirs
    assert verbs() == []


def test_everywhere_else_leaves_this_one(world: World) -> None:
    here = signed_in(world.maya).session.session_key or ""
    signed_in(world.maya), signed_in(world.maya)
    ended = services.sessions_end(user=user_of(world.maya), by=myself(world.maya), but=here)
    assert ended == 2
    assert SignedInSession.objects.get().session_key == here
    assert services.sessions_end(user=user_of(world.maya), by=myself(world.maya), but=here) == 0
    assert verbs() == ["sessions_ended"]


def test_what_ran_out_is_forgotten_at_the_next_sign_in(world: World) -> None:
    signed_in(world.maya)
    Session.objects.all().delete()
    signed_in(world.maya)
    assert SignedInSession.objects.count() == 1


def test_hr_signs_a_person_out_everywhere(world: World) -> None:
    signed_in(world.maya)
    ended = services.employee_sign_out(employee=world.maya, reason="a stolen phone", by=world.hr)
    assert ended == 1
    assert not Session.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.verb, event.reason) == ("employee_signed_out", "a stolen phone")


def test_nobody_but_hr_signs_others_out(world: World) -> None:
    Employee.objects.filter(pk=world.bikram.pk).update(user=None)
    nobody = Employee.objects.get(pk=world.bikram.pk)
    with pytest.raises(NotAllowed):
        services.employee_sign_out(employee=world.maya, reason="", by=myself(world.bikram))
    with pytest.raises(NotAllowed):
        services.employee_sign_out(employee=nobody, reason="", by=world.hr)


# --- the password -----------------------------------------------------------------------------
def test_the_password_is_changed_and_told(world: World) -> None:
    maya = user_of(world.maya)
    services.password_confirm(user=maya, password=PASSWORD, now=at(NOON))
    services.password_change(user=maya, password="a pot of green tea", by=myself(world.maya))
    assert user_of(world.maya).check_password("a pot of green tea")
    assert verbs() == ["password_changed"]
    assert subjects() == ["Your password was changed"]


def test_a_weak_password_is_refused(world: World) -> None:
    with pytest.raises(ValidationError):
        services.password_change(user=user_of(world.maya), password="short", by=world.hr)
    assert user_of(world.maya).check_password(PASSWORD)


def test_guessing_the_own_password_is_limited(world: World) -> None:
    maya = user_of(world.maya)
    for _n in range(10):
        with pytest.raises(PasswordWrong):
            services.password_confirm(user=maya, password="no", now=at(NOON))
    with pytest.raises(TooMany):
        services.password_confirm(user=maya, password=PASSWORD, now=at(NOON))


# --- another address --------------------------------------------------------------------------
def ask(world: World, address: str = "maya@new.example") -> EmailChange:
    services.email_change_ask(
        user=user_of(world.maya), address=address, by=myself(world.maya), now=at(NOON)
    )
    return EmailChange.objects.latest("pk")


def token(change: EmailChange, purpose: str) -> str:
    parts = links.change_link(change, purpose).rstrip("/").removesuffix("/stop")
    return parts.rpartition("/")[2]


def test_the_new_address_holds_once_its_link_is_used(world: World) -> None:
    change = ask(world)
    assert subjects() == [
        "Sign in to Muster with this address", "Somebody wants to change your sign-in address",
    ]  # fmt: skip
    assert [message.to for message in mail.outbox] == [
        ["maya@new.example"],
        ["maya@kettle.example"],
    ]
    link = re.search(r"/email-change/(\S+)/", str(mail.outbox[0].body))
    assert link is not None
    assert user_of(world.maya).email == "maya@kettle.example"

    # The old mailbox may be somebody else's by now, and its account of the user pool with it.
    SocialAccount.objects.create(user=world.maya.user, provider="cognito", uid="old")
    services.email_change_confirm(token=link[1], now=at(NOON))
    assert user_of(world.maya).email == "maya@new.example"
    assert not SocialAccount.objects.exists()
    assert EmailChange.objects.get().state == EmailChangeState.DONE
    assert verbs() == ["email_change_asked", "email_changed"]
    event = AuditEvent.objects.latest("pk")
    assert event.changes == {"email": ["maya@kettle.example", "maya@new.example"]}
    with pytest.raises(LinkInvalid):
        services.email_change_confirm(token=token(change, links.CONFIRM), now=at(NOON))


@pytest.mark.parametrize("is_done", [False, True])
def test_the_old_address_stops_it_and_signs_everybody_out(world: World, is_done: bool) -> None:
    signed_in(world.maya)
    change = ask(world)
    if is_done:
        services.email_change_confirm(token=token(change, links.CONFIRM), now=at(NOON))
    # Whoever took the address over came in by the user pool too: the link would outlive it.
    SocialAccount.objects.create(user=world.maya.user, provider="cognito", uid="thief")
    services.email_change_stop(token=token(change, links.STOP), now=at(NOON))
    maya = user_of(world.maya)
    assert maya.email == "maya@kettle.example"
    assert not maya.check_password(PASSWORD)
    assert maya.has_usable_password()
    assert not SignedInSession.objects.exists()
    assert not SocialAccount.objects.exists()
    assert verbs()[-1] == "email_change_stopped"
    assert "Choose a new password for Muster" in subjects()
    for purpose, deed in (
        (links.CONFIRM, services.email_change_confirm), (links.STOP, services.email_change_stop),
    ):  # fmt: skip
        with pytest.raises(LinkInvalid):
            deed(token=token(change, purpose), now=at(NOON))


def test_who_is_stopped_takes_nothing_back_by_a_later_change(world: World) -> None:
    changes = []
    for address in ("thief@new.example", "thief@next.example"):
        changes.append(ask(world, address))
        services.email_change_confirm(token=token(changes[-1], links.CONFIRM), now=at(NOON))
    services.email_change_stop(token=token(changes[0], links.STOP), now=at(NOON))
    mails = len(subjects())
    with pytest.raises(LinkInvalid):
        services.email_change_stop(token=token(changes[1], links.STOP), now=at(NOON))
    assert user_of(world.maya).email == "maya@kettle.example"
    assert len(subjects()) == mails
    assert set(EmailChange.objects.values_list("state", flat=True)) == {EmailChangeState.STOPPED}


def test_whoever_reads_the_first_address_stops_the_last_change_too(world: World) -> None:
    changes = []
    for address in ("maya@new.example", "thief@next.example"):
        changes.append(ask(world, address))
        services.email_change_confirm(token=token(changes[-1], links.CONFIRM), now=at(NOON))
    services.email_change_stop(token=token(changes[1], links.STOP), now=at(NOON))
    assert user_of(world.maya).email == "maya@new.example"
    services.email_change_stop(token=token(changes[0], links.STOP), now=at(NOON))
    assert user_of(world.maya).email == "maya@kettle.example"


def test_asking_anew_ends_the_earlier_wish(world: World) -> None:
    first = ask(world)
    second = ask(world, "m@other.example")
    with pytest.raises(LinkInvalid):
        services.email_change_confirm(token=token(first, links.CONFIRM), now=at(NOON))
    services.email_change_confirm(token=token(second, links.CONFIRM), now=at(NOON))
    assert user_of(world.maya).email == "m@other.example"


def test_an_address_of_somebody_else_looks_the_same_and_changes_nothing(world: World) -> None:
    change = ask(world, "BIKRAM@kettle.example")
    assert subjects() == ["This address signs in to Muster already"]
    with pytest.raises(LinkInvalid):
        services.email_change_confirm(token=token(change, links.CONFIRM), now=at(NOON))
    assert user_of(world.maya).email == "maya@kettle.example"


def test_a_link_of_another_time_or_purpose_is_none(world: World) -> None:
    change = ask(world)
    for bad in ("nothing", token(change, links.STOP)):
        with pytest.raises(LinkInvalid):
            services.email_change_confirm(token=bad, now=at(NOON))
    late = token(change, links.CONFIRM)
    with time_machine.travel(at("2026-03-05 12:01"), tick=False), pytest.raises(LinkInvalid):
        services.email_change_confirm(token=late, now=at("2026-03-05 12:01"))


def test_an_address_that_changed_meanwhile_voids_the_link(world: World) -> None:
    change = ask(world)
    User.objects.filter(pk=world.maya.user_id).update(email="m@third.example")
    with pytest.raises(LinkInvalid):
        services.email_change_confirm(token=token(change, links.CONFIRM), now=at(NOON))


def test_the_same_address_and_too_many_are_refused(world: World) -> None:
    with pytest.raises(EmailUnchanged):
        ask(world, "MAYA@kettle.example")
    for number in range(5):
        ask(world, f"m{number}@new.example")
    with pytest.raises(TooMany):
        ask(world, "m6@new.example")


def test_who_has_no_address_gets_a_first_one(world: World) -> None:
    User.objects.filter(pk=world.maya.user_id).update(email=None)
    change = ask(world)
    assert subjects() == ["Sign in to Muster with this address"]
    services.email_change_confirm(token=token(change, links.CONFIRM), now=at(NOON))
    assert user_of(world.maya).email == "maya@new.example"


# --- resets -----------------------------------------------------------------------------------
def reset_of(world: World, *, by: Actor | None = None) -> SignInReset:
    return services.sign_in_reset_ask(
        employee=world.maya, reason=" lost her phone ", by=by or world.hr, now=at(NOON)
    )


def second(world: World, *roles: Role) -> Actor:
    return with_role(world.bikram, *(roles or (Role.HR,)))


def test_a_second_person_confirms_and_the_sign_in_is_as_new(world: World) -> None:
    signed_in(world.maya)
    Authenticator.objects.create(user=world.maya.user, type="totp", data={"secret": "x"})
    Pin.objects.create(company=world.company, employee=world.maya, hashed="x", set_at=at(NOON))
    SocialAccount.objects.create(user=world.maya.user, provider="cognito", uid="sub-1")
    reset = reset_of(world)
    assert (reset.reason, reset.state) == ("lost her phone", ResetState.ASKED)
    assert Authenticator.objects.exists()
    assert subjects() == ["Kettle was asked to reset your sign-in"]

    services.sign_in_reset_confirm(reset=reset, by=second(world), now=at(NOON))
    assert not Authenticator.objects.exists()
    assert not Pin.objects.exists()
    assert not SocialAccount.objects.exists()
    assert not SignedInSession.objects.exists()
    assert user_of(world.maya).check_password(PASSWORD)
    assert subjects()[-1] == "Your sign-in to Muster was reset"
    assert mail.outbox[-1].to == ["maya@kettle.example"]
    assert verbs() == ["sign_in_reset_asked", *["sign_in_reset_confirmed"] * 2]
    kept = SignInReset.objects.get()
    assert (kept.state, kept.asked_name, kept.decided_name) == ("confirmed", "Hari", "Bikram")


def test_a_second_person_refuses_with_a_reason(world: World) -> None:
    reset = reset_of(world)
    with pytest.raises(ReasonMissing):
        services.sign_in_reset_refuse(reset=reset, reason=" ", by=second(world), now=at(NOON))
    services.sign_in_reset_refuse(reset=reset, reason="she has it", by=second(world), now=at(NOON))
    assert SignInReset.objects.get().state == ResetState.REFUSED
    assert AuditEvent.objects.latest("pk").reason == "she has it"
    with pytest.raises(InvalidTransition):
        services.sign_in_reset_confirm(reset=reset, by=second(world), now=at(NOON))


def test_neither_who_asked_nor_whose_it_is_confirms(world: World) -> None:
    reset = reset_of(world)
    for one in (world.hr, with_role(world.maya, Role.HR), myself(world.bikram)):
        with pytest.raises(NotAllowed):
            services.sign_in_reset_confirm(reset=reset, by=one, now=at(NOON))
    assert SignInReset.objects.get().state == ResetState.ASKED


def test_the_platform_confirms_where_there_is_no_second_person(world: World) -> None:
    operator = Actor(kind=ActorKind.PLATFORM, id="console", name="Otto", channel="command")
    services.sign_in_reset_confirm(reset=reset_of(world), by=operator, now=at(NOON))
    assert SignInReset.objects.get().decided_name == "Otto"


def test_it_runs_out_after_three_days_and_may_be_asked_anew(world: World) -> None:
    reset = reset_of(world)
    with pytest.raises(ResetWaits):
        reset_of(world)
    later = at(NOON) + dt.timedelta(hours=72)
    with pytest.raises(ResetExpired):
        services.sign_in_reset_confirm(reset=reset, by=second(world), now=later)
    services.sign_in_reset_ask(employee=world.maya, reason="again", by=world.hr, now=later)
    assert list(SignInReset.objects.order_by("pk").values_list("state", flat=True)) == [
        "expired", "asked",
    ]  # fmt: skip
    assert verbs() == ["sign_in_reset_asked", "sign_in_reset_expired", "sign_in_reset_asked"]


def test_who_may_not_ask(world: World) -> None:
    for one in (myself(world.bikram), with_role(world.maya, Role.HR)):
        with pytest.raises(NotAllowed):
            reset_of(world, by=one)
    with pytest.raises(ReasonMissing):
        services.sign_in_reset_ask(employee=world.maya, reason="", by=world.hr, now=at(NOON))
    RoleGrant.objects.create(
        company=world.company, user=world.maya.user, role=Role.COMPANY_ADMIN, starts_on=START
    )
    with pytest.raises(NotAllowed):
        reset_of(world)
    assert reset_of(world, by=second(world, Role.COMPANY_ADMIN)).state == ResetState.ASKED


def test_whoever_left_or_runs_the_platform_is_not_reset(world: World) -> None:
    grant = OperatorGrant.objects.create(user=world.maya.user, starts_on=START)
    with pytest.raises(NotAllowed):
        reset_of(world)
    grant.delete()
    Employee.objects.filter(pk=world.maya.pk).update(left_on=dt.date(2026, 3, 1))
    world.maya.refresh_from_db()
    with pytest.raises(NotAllowed):
        reset_of(world)


def test_who_came_to_run_the_platform_meanwhile_is_not_reset(world: World) -> None:
    reset, by = reset_of(world), second(world)
    OperatorGrant.objects.create(user=world.maya.user, starts_on=START)
    with pytest.raises(NotAllowed):
        services.sign_in_reset_confirm(reset=reset, by=by, now=at(NOON))
    platform = Actor(kind=ActorKind.PLATFORM, id="command", name="Otto", company=world.company)
    services.sign_in_reset_confirm(reset=reset, by=platform, now=at(NOON))
    assert SignInReset.objects.get().state == ResetState.CONFIRMED


def test_hr_of_another_company_neither_asks_nor_decides(world: World) -> None:
    reset = reset_of(world)
    other = make_world(code="other")
    for deed in (
        lambda: services.sign_in_reset_confirm(reset=reset, by=other.hr, now=at(NOON)),
        lambda: reset_of(world, by=other.hr),
    ):
        with pytest.raises(MusterError) as refused:
            deed()
        assert refused.value.code == "not_allowed"


def test_another_company_learns_that_it_happened_but_not_by_whom(world: World) -> None:
    other = make_world(code="other")
    with company_scope(other.company):
        Employee.objects.create(
            company=other.company, code="m2", name="Maya", joined_on=START, user=world.maya.user
        )
    services.sign_in_reset_confirm(reset=reset_of(world), by=second(world), now=at(NOON))
    with no_scope("both companies"):
        told = AuditEvent.objects.filter(
            verb="sign_in_reset_confirmed", subject_type="companies.user"
        )
        assert {(row.company_id, row.actor_name) for row in told} == {
            (world.company.pk, "Bikram"), (other.company.pk, ""),
        }  # fmt: skip


def test_who_has_no_address_is_reset_without_a_mail(world: World) -> None:
    User.objects.filter(pk=world.maya.user_id).update(email=None)
    services.sign_in_reset_confirm(reset=reset_of(world), by=second(world), now=at(NOON))
    assert subjects() == []
