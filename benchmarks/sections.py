"""The seven sections, each with its title and its lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.db import connection

from benchmarks import (
    checkin,
    cold,
    company,
    faces,
    leave,
    meter,
    pages,
    punch,
    rejudge,
    stand,
    turns,
    urls,
    verify,
    workers,
)
from benchmarks.site import Site
from integrations import faces as engines
from tests.attendance.world import at

Section = tuple[str, Iterable[str]]
# A Monday, in time for the day shift.
_MORNING = at("2026-03-02 09:04")
_ENROLLED = ("obama", "obama2", "obama")
_TITLES = {
    1: "1. POST /punch with a picture",
    2: "2. POST /punch/<id>/verify, the engine's reading left out",
    3: "3. The whole check-in with the dlib engine",
    4: "4. The month, and HR's lists",
    5: "5. A fresh web process",
    6: "6. Judging settled days anew, in one process",
    7: "7. The books of leave, in one process",
}
_WITH_TURN = "3b. The same where the company asks for a head turn"


def run(port: int, asked: Collection[int]) -> Iterator[Section]:
    """Yield the sections that were asked for, as each is measured."""
    urls.make_table()
    frame = company.frame()
    yield f"frame: 640×480 JPEG, {len(frame) / 1024:.0f} KiB", ()
    if 1 in asked:
        yield _TITLES[1], _punch(port, frame)
    if {2, 3} & set(asked):
        yield from _faces(frame, asked)
    if 4 in asked:
        with meter.clock(pages.NOON):
            yield _TITLES[4], pages.report(pages.measure(Site()))
    if 6 in asked:
        yield _TITLES[6], _anew()
    if 7 in asked:
        yield _TITLES[7], leave.report()
    if 5 in asked:
        yield _TITLES[5], cold.report(cold.measure())


def _punch(port: int, frame: bytes) -> Iterator[str]:
    world, people = company.make("load", punch.PEOPLE)
    counted = punch.count(world, people[0], frame)
    with stand.server(port):
        raced = punch.race(world, people[1:], frame, port)
    return punch.report(counted, raced)


def _anew() -> Iterator[str]:
    for people in (rejudge.FEW, rejudge.PEOPLE):
        yield from rejudge.report(rejudge.measure(people))


def _faces(frame: bytes, asked: Collection[int]) -> Iterator[Section]:
    """Yield the sections of a company where everybody is enrolled; one engine for both."""
    lacking = engines.available()
    site = Site()
    world, people = company.make("faces", faces.PEOPLE)
    with meter.clock(_MORNING):
        own = faces.own(None if lacking else engines.engine(), _ENROLLED)
        faces.enrol(world, people, own)
        # The planner has seen none of these rows yet.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if 2 in asked:
            found = verify.measure(site, world, people, frame, own[0])
            yield _TITLES[2], verify.report(found)
        if 3 in asked and lacking:
            yield _TITLES[3], [f"left out: the face extra is not installed here ({lacking})"]
        elif 3 in asked:
            others = people[verify.WARM_UP + verify.RUNS :]
            whole = checkin.measure(site, world, others, frame, engines.engine())
            yield _TITLES[3], checkin.report(whole)
            last = others[checkin.WARM_UP + checkin.RUNS :]
            yield _WITH_TURN, turns.report(turns.measure(site, world, last, frame))
            yield _TITLES[3], workers.report(workers.measure(frame, engines.engine()))
