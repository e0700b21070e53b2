"""Rows of how somebody signs in, one call each, for tests of what the database refuses."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from companies.models import CompanyDomain, EmailChange, JoinRequest, SignedInSession, SignInReset
from companies.scoping import company_scope
from tests.attendance.world import World, make_company


def email_change(world: World, state: str = "asked") -> None:
    EmailChange.objects.create(
        user=world.maya.user, after="m@new.example", state=state, asked_at=timezone.now()
    )


def reset(world: World, state: str = "asked", decided_id: str = "") -> None:
    SignInReset.objects.create(
        company=world.company, employee=world.maya, reason="a lost phone", state=state,
        asked_id="hr", asked_name="Hari", asked_at=timezone.now(), decided_id=decided_id,
    )  # fmt: skip


def session(world: World) -> None:
    now = timezone.now()
    SignedInSession.objects.create(
        user=world.maya.user, session_key="k", started_at=now, seen_at=now
    )


def domain(world: World, **columns: object) -> None:
    wanted = {"domain": "kettle.example", "token": "t", "asked_at": timezone.now()} | columns
    CompanyDomain.objects.create(company=world.company, **wanted)


def domain_of_two(world: World, confirmed_at: dt.datetime | None) -> None:
    """Two companies name one domain; the second one's is confirmed at this time, if at all."""
    domain(world, confirmed_at=timezone.now())
    other = make_company("elsewhere")
    with company_scope(other):
        CompanyDomain.objects.create(
            company=other, domain="kettle.example", token="t", asked_at=timezone.now(),
            confirmed_at=confirmed_at,
        )  # fmt: skip


def join(state: str = "waiting", **columns: object) -> JoinRequest:
    """Let a company ask to join."""
    wanted = {
        "token": uuid.UUID(int=7), "company_name": "Teapot", "country": "NP", "size": "50",
        "name": "Nima", "email": "nima@teapot.example", "asked_at": timezone.now(),
    } | columns  # fmt: skip
    return JoinRequest.objects.create(state=state, **wanted)
