"""Three doubts about the right person, each confirmed, and new reference pictures are proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from attendance.enums import FaceState
from attendance.models import FaceEnrolment, Punch, PunchState
from attendance.selectors.flagged import false_flags_of, needs_new_reference
from attendance.services import decisions, enrolment
from companies import outbox
from companies.models import Employee, User
from companies.scoping import company_scope
from integrations.faces.protocol import Outcome, Reason
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at

CARD = "Your reference pictures no longer fit well."


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-10 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def doubted(world: World, enrol: Any, engine: FakeEngine) -> World:
    """Maya and Bikram enrolled on 1 February; since then the engine doubts."""
    for employee in (world.maya, world.bikram):
        enrol(world, employee)
    engine.outcome, engine.reason = Outcome.REVIEW, Reason.UNSURE
    return world


def _doubt(
    world: World, employee: Employee, *days: int, decide: Any = decisions.punch_accept
) -> None:
    for day in days:
        recorded = world.punch(employee, f"2026-03-{day:02} 09:00", frame=jpeg())
        with company_scope(world.company):
            punch = Punch.objects.select_related("employee__user").get(public_id=recorded.public_id)
            decide(punch=punch, reason="I know them", by=world.hr)


def _count(world: World, employee: Employee) -> int:
    with company_scope(world.company):
        return false_flags_of([employee.pk]).get(employee.pk, 0)


def _today(employee: Employee) -> str:
    client = Client()
    client.force_login(employee.user)
    return client.get("/").text


def test_the_third_proposes_new_pictures_and_tells_once(doubted: World) -> None:
    _doubt(doubted, doubted.maya, 2, 3)
    assert _count(doubted, doubted.maya) == 2
    assert CARD not in _today(doubted.maya)
    outbox.drain()
    assert mail.outbox == []
    _doubt(doubted, doubted.maya, 4, 5)
    assert _count(doubted, doubted.maya) == 4
    assert CARD in _today(doubted.maya)
    assert CARD not in _today(doubted.bikram)
    outbox.drain()
    (told,) = mail.outbox
    assert (told.to, told.subject) == (
        ["maya@kettle.example"], "Please take new reference pictures",
    )  # fmt: skip
    assert "/face/enrol/" in told.body


def test_who_decides_reads_it_too(doubted: World, client: Client) -> None:
    _doubt(doubted, doubted.maya, 2, 3, 4)
    doubted.punch(doubted.maya, "2026-03-05 09:00", frame=jpeg())
    client.force_login(doubted.hari.user)
    (entry,) = client.get("/inbox/").context["entries"]
    assert entry.hints == (
        "The reference picture no longer fits well: a new one is asked for on Today.",
    )


def test_new_pictures_end_it(doubted: World) -> None:
    _doubt(doubted, doubted.maya, 2, 3, 4)
    actor, now = doubted.actor(doubted.maya), at("2026-03-10 12:00")
    with company_scope(doubted.company):
        enrolment.enrolment_start(by=actor, now=now)
        for _n in range(3):
            enrolment.frame_add(by=actor, frame=jpeg())
        assert needs_new_reference(doubted.maya) is True
        enrolment.enrolment_finish(by=actor, now=now)
        assert needs_new_reference(doubted.maya) is False
    assert CARD not in _today(doubted.maya)


def test_what_does_not_count(doubted: World, engine: FakeEngine) -> None:
    _doubt(doubted, doubted.bikram, 2, 3, 4)
    _doubt(doubted, doubted.maya, 2, decide=decisions.punch_void)
    doubted.punch(doubted.maya, "2026-03-03 09:00", frame=jpeg())
    assert _count(doubted, doubted.maya) == 0
    _doubt(doubted, doubted.maya, 4, 5, 6)
    counted = {
        (FaceState.REVIEW, "unsure"): 3,
        (FaceState.MISMATCH, "another_face"): 3,
        (FaceState.UNVERIFIABLE, "more_light"): 3,
        (FaceState.UNVERIFIABLE, "picture_missing"): 0,
        (FaceState.UNVERIFIABLE, "not_enrolled"): 0,
        (FaceState.NOT_CHECKED, "no_camera"): 0,
        (FaceState.VERIFIED, ""): 0,
    }
    for (face, reason), number in counted.items():
        with company_scope(doubted.company):
            PunchState.objects.filter(employee=doubted.maya).update(face=face, face_reason=reason)
        assert _count(doubted, doubted.maya) == number, (face, reason)


def test_doubts_of_before_the_pictures_do_not_count(doubted: World) -> None:
    _doubt(doubted, doubted.maya, 2, 3, 4)
    with company_scope(doubted.company):
        FaceEnrolment.objects.filter(employee=doubted.maya).update(
            activated_at=at("2026-03-02 09:00") + dt.timedelta(seconds=1)
        )
    assert _count(doubted, doubted.maya) == 2


@pytest.mark.parametrize("has_account", [True, False])
def test_who_has_no_address_gets_no_mail(doubted: World, has_account: bool) -> None:
    if has_account:
        User.objects.filter(pk=doubted.maya.user.pk).update(email=None)
    else:
        with company_scope(doubted.company):
            Employee.objects.filter(pk=doubted.maya.pk).update(user=None)
    _doubt(doubted, doubted.maya, 2, 3, 4)
    assert _count(doubted, doubted.maya) == 3
    outbox.drain()
    assert mail.outbox == []
