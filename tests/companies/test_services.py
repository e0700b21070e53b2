"""Making companies and operators, and inviting people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from companies import links, outbox, selectors, services
from companies.actor import Actor, job_actor
from companies.enums import ActorKind, Channel, Role
from companies.errors import CodeTaken, NotAllowed
from companies.models import (
    AuditEvent,
    Company,
    Employee,
    Office,
    OfficeVersion,
    OperatorGrant,
    OutboxMessage,
    PolicyVersion,
    RoleGrant,
    User,
)
from companies.scoping import company_scope, no_scope
from tests.attendance.world import World
from tests.companies.test_links import token_of

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
OPERATOR = Actor(kind=ActorKind.PLATFORM, id="1", name="Otto")


def _create(**changes: Any) -> Company:
    asked: dict[str, Any] = {
        "name": "Himal Tea",
        "zone": "Asia/Kathmandu",
        "country": "NP",
        "hr_name": "Hari",
        "hr_email": "Hari@Himal.example",
        "by": job_actor("test"),
    }
    with time_machine.travel(NOW, tick=False):
        return services.company_create(**(asked | changes))


def _messages() -> list[OutboxMessage]:
    with no_scope("messages under test"):
        return list(OutboxMessage.objects.order_by("id"))


def _counts() -> tuple[int, int, int]:
    with no_scope("nothing was written"):
        return Company.objects.count(), User.objects.count(), AuditEvent.objects.count()


# --- companies --------------------------------------------------------------------------------
def test_a_company_comes_with_policy_office_and_hr() -> None:
    company = _create()
    assert (company.name, company.code) == ("Himal Tea", "himal-tea")
    with company_scope(company):
        policy = PolicyVersion.objects.get()
        assert (policy.starts_on, policy.zone) == (dt.date(2000, 1, 1), "Asia/Kathmandu")
        assert Office.objects.get().name == "Himal Tea"
        version = OfficeVersion.objects.select_related("office").get()
        assert (version.office.name, version.zone) == ("Himal Tea", "Asia/Kathmandu")
        assert (version.country, version.starts_on) == ("NP", dt.date(2000, 1, 1))
        assert Employee.objects.count() == 0
        grants = RoleGrant.objects.select_related("user").order_by("role")
        assert [(row.role, row.starts_on, row.ends_on) for row in grants] == [
            (Role.COMPANY_ADMIN, NOW.date(), None), (Role.HR, NOW.date(), None),
        ]  # fmt: skip
        assert {row.user for row in grants} == {User.objects.get()}
    user = User.objects.get()
    assert (user.name, user.email, user.has_usable_password()) == (
        "Hari", "Hari@Himal.example", False,
    )  # fmt: skip


def test_a_new_company_stands_in_its_own_audit() -> None:
    company = _create()
    with company_scope(company):
        events = list(AuditEvent.objects.order_by("id"))
    assert [(event.verb, event.subject_label) for event in events] == [
        ("role_granted", "Hari · HR"),
        ("role_granted", "Hari · Company admin"),
        ("company_created", "Himal Tea"),
    ]
    assert {(event.actor_kind, event.actor_name) for event in events} == {("job", "test")}


@pytest.mark.parametrize("by", [job_actor("company_create"), OPERATOR])
def test_the_first_hr_is_invited_in_the_companys_name(by: Actor) -> None:
    company = _create(by=by)
    (row,) = _messages()
    assert (row.company, row.channel, row.to) == (company, Channel.MAIL, "Hari@Himal.example")
    assert row.template == "companies/email/sign_in_link"
    outbox.drain()
    (message,) = mail.outbox
    assert "\nHimal Tea has opened an account for you in Muster" in message.body
    user = links.user_of_link(*token_of(message.body))
    assert user == User.objects.get()
    (membership,) = selectors.memberships(user, now=NOW)
    assert membership.roles == {Role.HR, Role.COMPANY_ADMIN}


def test_a_code_is_taken_once() -> None:
    _create()
    before = _counts()
    with pytest.raises(CodeTaken) as refused:
        _create(hr_email="other@himal.example")
    assert str(refused.value) == "Another company has the code himal-tea. Choose another one."
    assert _counts() == before
    assert _create(code="himal-2").code == "himal-2"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"zone": "Kathmandu"}, "zone", "Kathmandu is no time zone."),
        ({"zone": ""}, "zone", "cannot be blank"),
        ({"name": "   "}, "name", "cannot be blank"),
        ({"name": "x" * 121}, "name", "at most 120 characters"),
        ({"name": "हिमाल"}, "code", "cannot be blank"),
        ({"code": "with blanks"}, "code", "slug"),
        ({"code": "x" * 41}, "code", "at most 40 characters"),
        ({"country": "Nepal"}, "country", "at most 2 characters"),
        ({"hr_name": " "}, "hr_name", "cannot be blank"),
        ({"hr_name": "x" * 121}, "hr_name", "at most 120 characters"),
        ({"hr_email": " "}, "hr_email", "Write an e-mail address."),
        ({"hr_email": "hari"}, "hr_email", "Enter a valid email address."),
        ({"hr_email": "h@x.example\nBcc: y@x.example"}, "hr_email", "Enter a valid email"),
    ],
)
def test_bad_input_makes_no_company(changes: dict[str, str], field: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _create(**changes)
    assert sentence in refused.value.message_dict[field][0]
    assert _counts() == (0, 0, 0)


def test_blanks_around_what_was_typed_are_no_part_of_it() -> None:
    company = _create(name=" Himal ", hr_name=" Hari ", hr_email=" hari@himal.example ",
                      country=" np ")  # fmt: skip
    user = User.objects.get()
    assert (company.name, user.name, user.email) == ("Himal", "Hari", "hari@himal.example")
    assert [row.to for row in _messages()] == ["hari@himal.example"]
    with company_scope(company):
        assert OfficeVersion.objects.get().country == "NP"


@pytest.mark.parametrize("kind", [ActorKind.PERSON, ActorKind.KEY, ActorKind.DEVICE])
def test_only_the_platform_makes_companies_and_operators(kind: ActorKind) -> None:
    actor = Actor(kind=kind, roles=frozenset(Role))
    with pytest.raises(NotAllowed):
        _create(by=actor)
    with pytest.raises(NotAllowed):
        services.operator_create(name="Otto", email="otto@muster.example", by=actor)
    assert _counts() == (0, 0, 0)


def test_a_known_address_becomes_hr_of_a_second_company(world: World) -> None:
    company = _create(hr_email=str(world.maya.email).upper())
    with company_scope(company):
        assert RoleGrant.objects.filter(user=world.maya.user).count() == 2
    assert [row.to for row in _messages()] == ["maya@kettle.example"]


def test_hr_of_two_new_companies_hears_of_both() -> None:
    _create()
    _create(name="Terai Tea")
    assert [row.values["company"] for row in _messages()] == ["Himal Tea", "Terai Tea"]


# --- operators --------------------------------------------------------------------------------
def _operator(**changes: Any) -> OperatorGrant:
    asked = {"name": "Otto", "email": "otto@muster.example", "by": job_actor("test")}
    return services.operator_create(**(asked | changes))  # type: ignore[arg-type]


def test_an_operator_is_granted_and_mailed() -> None:
    grant = _operator(email=" otto@muster.example ")
    assert (grant.user.name, grant.user.email) == ("Otto", "otto@muster.example")
    assert selectors.is_operator(grant.user, now=timezone.now())
    with no_scope("events of the platform"):
        event = AuditEvent.objects.get()
    assert (event.verb, event.company_id, event.subject_label) == ("operator_granted", None, "Otto")
    assert outbox.drain() == 1
    (message,) = mail.outbox
    assert message.to == ["otto@muster.example"]
    assert "\nMuster has opened an account for you" in message.body
    assert links.user_of_link(*token_of(message.body)) == grant.user


def test_an_operator_is_granted_once_but_may_have_another_link() -> None:
    with time_machine.travel(NOW, tick=False):
        first = _operator()
    with time_machine.travel(NOW + dt.timedelta(minutes=1), tick=False):
        assert _operator(email="OTTO@muster.example") == first
    assert OperatorGrant.objects.count() == 1
    assert len(_messages()) == 2


def test_who_was_an_operator_can_be_one_again() -> None:
    first = _operator()
    OperatorGrant.objects.update(starts_on=dt.date(2020, 1, 1), ends_on=dt.date(2020, 12, 31))
    assert _operator() != first


@pytest.mark.parametrize(
    ("changes", "field"), [({"email": "otto"}, "email"), ({"email": ""}, "email"),
                           ({"name": ""}, "name")]
)  # fmt: skip
def test_an_operator_needs_name_and_address(changes: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _operator(**changes)
    assert list(refused.value.message_dict) == [field]
    assert _counts() == (0, 0, 0)
