"""What a whole check-in costs beside the face engine's own work on its picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks import company, faces, meter, verify
from benchmarks.site import Site
from companies.models import Employee
from integrations import photos
from integrations.faces.protocol import FaceEngine, Outcome, Purpose
from tests.attendance.world import World

AIM = 2.5
WARM_UP = 3
RUNS = 60


@dataclass(frozen=True)
class Measured:
    """CPU of every run in ms; `server` is PostgreSQL's, where it could be read."""

    whole: list[float]
    engine: list[float]
    server: list[float]


def measure(
    site: Site, world: World, people: Sequence[Employee], frame: bytes, engine: FaceEngine
) -> Measured:
    """Let each of them check in once, and the engine look at the same picture by itself.

    In turn, A B B A …, so that what else the machine does falls on both.
    """
    roster = faces.roster(world, engine)
    clean = photos.sanitise(frame)
    measured = Measured([], [], [])

    def look(employee: Employee) -> None:
        reading = engine.read(clean, purpose=Purpose.CHECK)
        match = engine.match(reading, person=str(employee.public_id), roster=roster)
        assert match.outcome == Outcome.VERIFIED, match

    def alone(employee: Employee) -> None:
        measured.engine.append(meter.cost(look, employee).cpu)

    def whole(employee: Employee) -> None:
        before = meter.server_cpu()
        measured.whole.append(meter.cost(check_in, site, world, employee, frame).cpu)
        after = meter.server_cpu()
        if before is not None and after is not None:
            measured.server.append(after - before)

    for employee in people[:WARM_UP]:
        check_in(site, world, employee, frame)
        look(employee)
    for number, employee in enumerate(people[WARM_UP : WARM_UP + RUNS]):
        for step in (alone, whole) if number % 2 else (whole, alone):
            step(employee)
    return measured


def check_in(site: Site, world: World, employee: Employee, frame: bytes) -> None:
    """Do what the page does: the punch, then its check, with the pass that it already holds."""
    punch_id = verify.punch(site, world, employee, frame)
    verify.verify(site, punch_id, company.pass_of(world, employee))


def report(measured: Measured) -> Iterator[str]:
    """Say it in lines."""
    whole, engine = measured.whole, measured.engine
    yield f"CPU, whole check-in : engine alone = {meter.ratio(whole, engine)}; aim {AIM} or less"
    if measured.server:
        both = [mine + its for mine, its in zip(whole, measured.server, strict=True)]
        yield f"CPU, with PostgreSQL's share : engine alone = {meter.ratio(both, engine)}"
    mine, its = meter.middle(whole), meter.middle(engine)
    yield f"whole check-in: CPU {mine:.1f} ms; the engine's reading and matching: {its:.1f} ms"
