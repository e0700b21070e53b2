"""A thousand enrolled people, and an engine that matches as ever but reads for nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence

from attendance.services.enrolment import FRAMES_NEEDED
from attendance.services.face_roster import face_roster
from benchmarks import company
from companies.models import Employee
from companies.scoping import company_scope
from integrations.faces import vectors
from integrations.faces.dlib_engine import DlibEngine
from integrations.faces.protocol import Advice, FaceEngine, FaceReading, Purpose, Roster
from tests.attendance.world import World

PEOPLE = 1000
# Vectors of strangers lie about 0.8 apart: the spread of each of their numbers.
_SPREAD = 0.05


class StandIn(DlibEngine):
    """The engine on this machine, but every picture shows the one face, and is read for nothing."""

    def __init__(self, template: bytes) -> None:
        # Not the engine's own: no model is loaded, and dlib need not be there.
        self._reading = FaceReading(Advice.OK, template)

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        return self._reading


def stranger(chance: random.Random) -> bytes:
    """Return the template of somebody."""
    return vectors.to_bytes([chance.gauss(0, _SPREAD) for _n in range(vectors.LENGTH)])


def own(engine: FaceEngine | None, portraits: Sequence[str]) -> list[bytes]:
    """Return the templates of the one face, or without an engine of somebody's."""
    if engine is None:
        return [stranger(random.Random(0))] * FRAMES_NEEDED
    readings = [engine.read(company.frame(name), purpose=Purpose.ENROL) for name in portraits]
    assert all(reading.template for reading in readings), readings
    return [reading.template for reading in readings if reading.template]


def enrol(world: World, people: Sequence[Employee], templates: list[bytes]) -> None:
    """Enrol everybody: the first half, who will check in, with the one face, others with theirs."""
    chance = random.Random(1)
    faces = [
        templates if number < len(people) // 2 else [stranger(chance)] * FRAMES_NEEDED
        for number in range(len(people))
    ]
    company.enrol(world, people, DlibEngine, faces)


def roster(world: World, engine: FaceEngine) -> Roster:
    """Return the roster of today, made anew if this process has none of these faces."""
    # Triggers have raised the revision that it is kept by.
    world.company.refresh_from_db()
    with company_scope(world.company):
        return face_roster(world.company, engine)
