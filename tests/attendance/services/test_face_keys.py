"""Keys of the templates that change, and templates that are damaged."""

from __future__ import annotations

import base64
import logging
from typing import Any

import pytest

from attendance.enums import FaceState
from attendance.models import FaceTemplate, PunchState
from companies.models import Employee
from companies.scoping import company_scope
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World

MORNING = "2026-03-02 09:00"
_NEW = base64.b64encode(b"n" * 32).decode()


def _face(world: World, employee: Employee, when: str = MORNING) -> tuple[str, str]:
    """Let the person check in and return what the check came to, and why."""
    recorded = world.punch(employee, when, frame=jpeg())
    with company_scope(world.company):
        state = PunchState.objects.get(punch__public_id=recorded.public_id)
    return state.face, state.face_reason


def _damage(world: World, *people: Employee) -> None:
    """Change one byte of one template of each person."""
    with company_scope(world.company):
        for person in people:
            template = FaceTemplate.objects.filter(enrolment__employee=person).first()
            assert template is not None
            sealed = bytes(template.ciphertext)
            template.ciphertext = sealed[:-1] + bytes([sealed[-1] ^ 1])
            template.save(update_fields=["ciphertext"])


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(
    world: World, enrol: Any, settings: Any
) -> None:
    enrol(world, world.maya)
    settings.MUSTER_FACE_KEYS = {"new": _NEW, **settings.MUSTER_FACE_KEYS}
    enrol(world, world.hari)
    with company_scope(world.company):
        assert set(FaceTemplate.objects.values_list("enrolment__employee", "key_id")) == {
            (world.maya.pk, "test-1"), (world.hari.pk, "new"),
        }  # fmt: skip
    for person in (world.maya, world.hari):
        assert _face(world, person) == (FaceState.VERIFIED, "")


def test_one_damaged_template_leaves_everybody_else_their_check(
    world: World, enrol: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for person in (world.maya, world.hari):
        enrol(world, person)
    _damage(world, world.maya)
    with caplog.at_level(logging.ERROR):
        assert _face(world, world.hari) == (FaceState.VERIFIED, "")
    assert [record.getMessage() for record in caplog.records] == [
        f"the face of {world.maya.public_id} must be enrolled again: "
        "face_template_unreadable (key=test-1)"
    ]
    assert _face(world, world.maya) == (FaceState.UNVERIFIABLE, "not_enrolled")
    enrol(world, world.maya)
    assert _face(world, world.maya, "2026-03-02 09:30") == (FaceState.VERIFIED, "")


def test_a_key_of_the_same_name_that_opens_nothing_makes_punches_wait(
    world: World, enrol: Any, engine: FakeEngine, settings: Any
) -> None:
    enrol(world, world.maya)
    settings.MUSTER_FACE_KEYS = {"test-1": _NEW}
    assert _face(world, world.maya) == (FaceState.PENDING, "")
