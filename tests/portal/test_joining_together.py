"""Who asks, confirms or decides at the same moment as another does it once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from companies import services
from companies.actor import Actor, job_actor
from companies.enums import ActorKind
from companies.errors import InvalidTransition
from companies.models import AuditEvent, Company, JoinRequest, OutboxMessage
from companies.scoping import no_scope
from portal.joining import join_approve
from tests.companies.conftest import Together, together
from tests.companies.sign_in_rows import join

__all__ = ["together"]


@pytest.fixture
def otto(together: Together) -> Actor:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    return Actor(
        kind=ActorKind.PLATFORM, id=str(grant.user.public_id), name="Otto", user=grant.user
    )


def test_of_two_operators_one_decides(together: Together, otto: Actor) -> None:
    row = join()

    def approve() -> Any:
        return join_approve(
            asked=row, code="teapot", zone="Asia/Kathmandu", by=otto, now=timezone.now()
        )

    def refuse() -> Any:
        return services.join_refuse(asked=row, reason="Nobody.", by=otto, now=timezone.now())

    answers = together(approve, refuse, approve, refuse)
    late = [answer for answer in answers if isinstance(answer, InvalidTransition)]
    assert len(late) == 3
    row.refresh_from_db()
    assert Company.objects.count() == (row.state == "approved")
    with no_scope("audit under test"):
        told = AuditEvent.objects.filter(verb__in=("join_approved", "join_refused"))
        assert told.count() == 1


def test_two_taps_ask_and_confirm_once(together: Together, otto: Actor) -> None:
    token = uuid.uuid4()

    def ask() -> Any:
        return services.join_ask(
            token=token, email="nima@teapot.example", client="192.0.2.1", now=timezone.now(),
            company_name="Teapot", country="NP", size="50", name="Nima",
        )  # fmt: skip

    assert len({answer.pk for answer in together(ask, ask)}) == 1
    row = JoinRequest.objects.get()

    def confirm() -> Any:
        return services.join_confirm(asked=row, now=timezone.now())

    assert {answer.state for answer in together(confirm, confirm)} == {"waiting"}
    with no_scope("messages under test"):
        sent = OutboxMessage.objects.filter(template__contains="join_").order_by("pk")
        assert [message.to for message in sent] == ["nima@teapot.example", "otto@m.example"]
