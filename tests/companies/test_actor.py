"""Who acts: a value that cannot change under way."""

from __future__ import annotations

import dataclasses

import pytest

from companies.actor import Actor, job_actor
from companies.enums import ActorKind, Role
from companies.models import Company


@pytest.mark.parametrize(
    ("granted", "asked", "has"),
    [
        ((), (), False),
        ((), (Role.HR,), False),
        ((Role.HR,), (), False),
        ((Role.HR,), (Role.HR,), True),
        ((Role.HR,), (Role.MANAGER,), False),
        ((Role.HR,), (Role.MANAGER, Role.HR), True),
        ((Role.HR, Role.MANAGER), (Role.COMPANY_ADMIN, Role.AUDITOR), False),
    ],
)
def test_one_of_the_roles_is_enough(
    granted: tuple[Role, ...], asked: tuple[Role, ...], has: bool
) -> None:
    assert Actor(kind=ActorKind.PERSON, roles=frozenset(granted)).has(*asked) is has


def test_an_actor_is_nobody_in_no_company_unless_told() -> None:
    actor = Actor(kind=ActorKind.KEY)
    assert dataclasses.asdict(actor) == {
        "kind": ActorKind.KEY, "id": "", "name": "", "company": None, "user": None,
        "employee": None, "roles": frozenset(), "on_behalf_of": "", "channel": "web",
        "request_id": "", "is_limited": False,
    }  # fmt: skip


def test_an_actor_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Actor(kind=ActorKind.PERSON).roles = frozenset({Role.HR})  # type: ignore[misc]


def test_a_job_acts_by_its_name_and_without_roles() -> None:
    company = Company(name="Kettle", code="kettle")
    actor = job_actor("absence_sweep", company)
    assert (actor.kind, actor.id, actor.name) == (ActorKind.JOB, "absence_sweep", "absence_sweep")
    assert (actor.company, actor.channel, actor.roles) == (company, "job", frozenset())
    assert job_actor("outbox").company is None
