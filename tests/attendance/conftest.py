"""Fixtures of attendance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attendance.services import enrolment
from companies.models import Employee
from companies.scoping import company_scope
from integrations import faces
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at, make_world
from tests.companies.conftest import together

__all__ = ["together"]


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def other_world(db: None) -> World:
    """A second company, which must never be seen."""
    return make_world(code="other")


@pytest.fixture
def scoped(world: World) -> Iterator[World]:
    """The world with its company's scope open."""
    with company_scope(world.company):
        yield world


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    fake = FakeEngine()
    with faces.using(fake):
        yield fake


@pytest.fixture(autouse=True)
def photos_folder(settings: Any, tmp_path: Path) -> Path:
    """Pictures of a test go to a folder of its own."""
    folder = tmp_path / "photos"
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": folder}}
    settings.STORAGES = storages
    return folder


@pytest.fixture
def enrol(engine: FakeEngine) -> Any:
    """A function that lets a person agree and enrol with three frames."""

    def enrolled(world: World, employee: Employee, picture: bytes | None = None) -> None:
        actor = world.actor(employee)
        now = at("2026-02-01 09:00")
        with company_scope(world.company):
            enrolment.consent_answer(by=actor, is_given=True, now=now)
            enrolment.enrolment_start(by=actor, now=now)
            for _n in range(enrolment.FRAMES_NEEDED):
                enrolment.frame_add(by=actor, frame=picture or jpeg())
            enrolment.enrolment_finish(by=actor, now=now)

    return enrolled
