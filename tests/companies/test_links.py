"""Sign-in links, the passwords set by them, and asking for a new one."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from companies import links, outbox, services
from companies.actor import job_actor
from companies.enums import ActorKind
from companies.errors import LinkInvalid, TooMany
from companies.models import AuditEvent, OutboxMessage, Throttle, User
from companies.scoping import company_scope, no_scope
from tests.attendance.world import World, make_world
from tests.companies.conftest import Together

NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
WEEK = 7 * 24 * 3600
GOOD, BETTER = "a kettle of strong tea", "two kettles of strong tea"


def token_of(text: str) -> tuple[str, str]:
    """Return the id and the token of the link in a text."""
    found = re.search(r"/set-password/([^/]+)/([^/]+)/", text)
    assert found, text
    return found[1], found[2]


def _link(user: User) -> dict[str, str]:
    public_id, token = token_of(links.sign_in_link(user))
    return {"public_id": public_id, "token": token}


def _ask(email: str, now: dt.datetime = NOW) -> None:
    with time_machine.travel(now, tick=False):
        services.password_reset_request(email=email, now=now)


def _messages() -> list[OutboxMessage]:
    with no_scope("messages of nobody's company"):
        return list(OutboxMessage.objects.order_by("id"))


# --- the link ---------------------------------------------------------------------------------
def test_a_link_is_an_address_of_this_site(world: World, settings: Any) -> None:
    settings.PUBLIC_URL = "https://muster.example"
    link = links.sign_in_link(world.maya.user)
    assert link.startswith(f"https://muster.example/set-password/{world.maya.user.public_id}/")
    assert links.user_of_link(*token_of(link)) == world.maya.user


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(0, True), (WEEK - 1, True), (WEEK, True), (WEEK + 1, False)]
)
def test_a_link_lasts_seven_days(world: World, seconds: int, is_good: bool) -> None:
    with time_machine.travel(NOW, tick=False):
        link = _link(world.maya.user)
    with time_machine.travel(NOW + dt.timedelta(seconds=seconds), tick=False):
        assert (links.user_of_link(**link) is not None) is is_good


def test_the_seven_days_begin_when_the_mail_leaves(world: World) -> None:
    _ask("maya@kettle.example")
    with time_machine.travel(NOW + dt.timedelta(days=6), tick=False):
        assert outbox.drain() == 1
    with time_machine.travel(NOW + dt.timedelta(days=13), tick=False):
        assert links.user_of_link(*token_of(mail.outbox[0].body)) == world.maya.user


def test_a_link_is_of_one_person(world: World) -> None:
    token = _link(world.maya.user)["token"]
    assert links.user_of_link(world.bikram.user.public_id, token) is None
    assert links.user_of_link(uuid.uuid4(), token) is None


@pytest.mark.parametrize("place", [0, 4, 9, 20, -1])
def test_a_link_that_was_changed_is_none(world: World, place: int) -> None:
    link = _link(world.maya.user)
    token = list(link["token"])
    token[place] = "y" if token[place] != "y" else "z"
    assert links.user_of_link(link["public_id"], "".join(token)) is None


@pytest.mark.parametrize("token", ["", "-", "x", "set-password", "d0-0", "é" * 40, "0" * 500])
def test_what_never_was_a_token_is_none(world: World, token: str) -> None:
    assert links.user_of_link(world.maya.user.public_id, token) is None


@pytest.mark.parametrize("public_id", ["", "7", "not-an-id", None])
def test_what_never_was_an_id_is_none(world: World, public_id: Any) -> None:
    with pytest.raises(LinkInvalid):
        services.password_set(
            public_id=public_id, token=_link(world.maya.user)["token"], password=GOOD
        )


def test_a_link_dies_when_its_owner_signs_in(world: World) -> None:
    user = world.maya.user
    link = _link(user)
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    assert links.user_of_link(**link) is None


def test_a_closed_account_has_no_link(world: World) -> None:
    link = _link(world.maya.user)
    User.objects.filter(pk=world.maya.user.pk).update(is_active=False)
    with pytest.raises(LinkInvalid):
        services.password_set(**link, password=GOOD)


# --- the password -----------------------------------------------------------------------------
def test_a_password_is_set_and_told_to_the_audit(world: World) -> None:
    user = services.password_set(**_link(world.maya.user), password=GOOD)
    assert user == world.maya.user
    assert user.check_password(GOOD)
    with no_scope("events of a person"):
        event = AuditEvent.objects.get()
    assert (event.verb, event.subject_type) == ("password_set", "companies.user")
    assert (event.subject_id, event.actor_id) == (str(user.public_id), str(user.public_id))
    assert (event.actor_kind, event.actor_name) == (ActorKind.PERSON, "Maya")
    assert (event.channel, event.company, event.changes) == ("link", world.company, {})


def test_a_password_is_told_to_each_company_of_the_person_and_to_no_other(
    world: World, other: World
) -> None:
    make_world(code="third")
    with company_scope(other.company):
        other.maya.user = world.maya.user
        other.maya.save(update_fields=["user"])
    services.password_set(**_link(world.maya.user), password=GOOD)
    with no_scope("events of a person"):
        told = AuditEvent.objects.filter(verb="password_set").order_by("company__code")
        assert [event.company for event in told] == [world.company, other.company]


def test_of_a_password_of_the_platforms_people_the_platform_is_told(db: None) -> None:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    services.password_set(**_link(grant.user), password=GOOD)
    with no_scope("events of an operator"):
        assert AuditEvent.objects.get(verb="password_set").company is None


def test_a_password_may_be_set_for_somebody(world: World) -> None:
    services.password_set(**_link(world.maya.user), password=GOOD, by=job_actor("demo"))
    with no_scope("events of a person"):
        assert AuditEvent.objects.get().actor_name == "demo"


def test_a_link_works_once(world: World) -> None:
    link = _link(world.maya.user)
    services.password_set(**link, password=GOOD)
    with pytest.raises(LinkInvalid):
        services.password_set(**link, password=BETTER)
    world.maya.user.refresh_from_db()
    assert world.maya.user.check_password(GOOD)


def test_of_several_links_the_use_of_one_ends_all(world: World) -> None:
    with time_machine.travel(NOW, tick=False):
        first = _link(world.maya.user)
    with time_machine.travel(NOW + dt.timedelta(minutes=5), tick=False):
        second = _link(world.maya.user)
        assert first != second
        services.password_set(**first, password=GOOD)
        with pytest.raises(LinkInvalid):
            services.password_set(**second, password=BETTER)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "at least 10 characters"),
        ("himal-mos", "at least 10 characters"),
        ("1q2w3e4r5t", "too common"),
        ("maya@kettle.example", "too similar to the e-mail"),
    ],
)
def test_a_weak_password_leaves_the_link_good(world: World, password: str, sentence: str) -> None:
    link = _link(world.maya.user)
    with pytest.raises(ValidationError) as refused:
        services.password_set(**link, password=password)
    assert sentence in " ".join(refused.value.messages)
    world.maya.user.refresh_from_db()
    assert world.maya.user.check_password("correct horse battery")
    services.password_set(**link, password="himal-moss")


def test_of_two_uses_at_the_same_moment_one_counts(together: Together) -> None:
    user = User.objects.create_user(email="maya@kettle.example", name="Maya")
    link = _link(user)
    answers = together(
        *[lambda: services.password_set(**link, password=GOOD)] * 2,
        *[lambda: services.password_set(**link, password=BETTER)] * 2,
    )
    set_by = [answer for answer in answers if isinstance(answer, User)]
    refused = [answer for answer in answers if isinstance(answer, LinkInvalid)]
    assert (len(set_by), len(refused)) == (1, 3)
    user.refresh_from_db()
    assert user.password == set_by[0].password
    with no_scope("events of a person"):
        assert AuditEvent.objects.count() == 1


# --- asking for a new one ---------------------------------------------------------------------
def test_a_reset_mails_the_owner_only(world: World) -> None:
    world.maya.user.locale = "de"
    world.maya.user.save(update_fields=["locale"])
    assert [_ask(" MAYA@kettle.example "), _ask("nobody@kettle.example")] == [None, None]
    (row,) = _messages()
    assert (row.company_id, row.to, row.locale) == (None, "maya@kettle.example", "de")
    assert outbox.drain() == 1
    (message,) = mail.outbox
    assert message.to == ["maya@kettle.example"]
    assert links.user_of_link(*token_of(message.body)) == world.maya.user


def test_a_double_click_mails_once(world: World) -> None:
    _ask("maya@kettle.example", NOW)
    _ask("maya@kettle.example", NOW + dt.timedelta(seconds=59))
    _ask("maya@kettle.example", NOW + dt.timedelta(seconds=60))
    assert len(_messages()) == 2


@pytest.mark.parametrize("email", ["maya@kettle.example", "nobody@kettle.example"])
def test_known_or_not_an_address_is_asked_for_five_times_an_hour(world: World, email: str) -> None:
    for minute in range(5):
        _ask(email, NOW + dt.timedelta(minutes=minute))
    for late in (dt.timedelta(minutes=6), dt.timedelta(minutes=59, seconds=59)):
        with pytest.raises(TooMany):
            _ask(email.upper(), NOW + late)
    assert len(_messages()) in (0, 5)
    _ask("hari@kettle.example", NOW + dt.timedelta(minutes=6))
    _ask(email, NOW + dt.timedelta(hours=1))


def test_an_hour_is_counted_by_the_clock_that_was_given(world: World) -> None:
    for hour in range(7):
        services.password_reset_request(
            email="maya@kettle.example", now=NOW + dt.timedelta(hours=hour)
        )
    assert len(_messages()) == 7


def test_the_longest_address_can_be_asked_for(db: None) -> None:
    email = f"{'m' * 60}@{'kettle.' * 26}example"
    User.objects.create_user(email=email, name="Maya")
    _ask(email)
    _ask(f"{'x' * 300}@kettle.example")
    assert [row.to for row in _messages()] == [email]


def test_a_strangers_address_is_not_kept(world: World) -> None:
    _ask("stranger@elsewhere.example")
    assert "stranger" not in Throttle.objects.get().key


def test_a_closed_account_gets_no_reset(world: World) -> None:
    User.objects.filter(pk=world.maya.user.pk).update(is_active=False)
    _ask("maya@kettle.example")
    assert _messages() == []


def test_a_link_that_is_used_up_before_the_lock_is_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [world.maya.user, None]
    monkeypatch.setattr(services.passwords, "user_of_link", lambda *_args: answers.pop(0))
    with pytest.raises(LinkInvalid):
        services.password_set(public_id="", token="", password=GOOD)
    assert not User.objects.get(pk=world.maya.user.pk).check_password(GOOD)
