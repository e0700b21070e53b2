"""What weighing a punch costs beside the face engine: its statements, and its time by part."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from attendance import answers, passes
from attendance.services import days, evidence, judging, looking, pictures
from benchmarks import company, faces, forms, meter, urls
from benchmarks.meter import Cost
from benchmarks.site import Answer, Site
from companies.models import Employee
from integrations import faces as engines
from integrations import photos
from tests.attendance.doorway import statements
from tests.attendance.world import World

MOST_STATEMENTS = 15
WARM_UP = 20
RUNS = 250
_REST = "the door: WSGI, middleware, the form"
# Private names, for the parts are not what others may call. One that is gone ends the run.
_FUNCTIONS = (
    ("pass read, answer put in words, next pass signed", passes, "read"),
    ("pass read, answer put in words, next pass signed", answers, "verified"),
    ("punch loaded, lease taken", evidence, "_load"),
    ("punch loaded, lease taken", evidence, "_lease"),
    ("picture made anew (decoded and encoded)", photos, "sanitise"),
    ("pictures read from, put into, taken from storage", evidence, "_look"),
    ("pictures read from, put into, taken from storage", pictures, "store"),
    ("pictures read from, put into, taken from storage", pictures, "discard"),
    (f"matched against {faces.PEOPLE} people", looking, "_matched"),
    ("person locked, days loaded", days, "lock_person"),
    ("person locked, days loaded", judging, "_load"),
    ("days judged", days, "days_recompute"),
    ("days judged", judging, "_judge_all"),
    ("day, states, entry and picture's row written", judging, "_save_days"),
    ("day, states, entry and picture's row written", judging, "_save_states"),
    ("day, states, entry and picture's row written", evidence, "_apply"),
    ("day, states, entry and picture's row written", evidence, "_save_frame"),
    ("committed", connection, "commit"),
)


@dataclass(frozen=True)
class Measured:
    """Statements, and the costs of every run: whole, by part, of the bare view; of a new roster."""

    statements: int
    whole: list[Cost]
    parts: dict[str, list[Cost]]
    bare: list[Cost]
    roster: Cost


def punch(site: Site, world: World, employee: Employee, frame: bytes) -> str:
    """Record a check-in and return its id."""
    fields = {**forms.check_in(world, employee), "tap_id": str(uuid.uuid4())}
    return str(recorded(site, fields, frame)["id"])


def recorded(site: Site, fields: dict[str, str], frame: bytes) -> dict[str, Any]:
    """Record a check-in and return all that its page is answered."""
    body = forms.fields(fields) + forms.picture(forms.taken(frame)) + forms.END
    answer = site.ask("/punch", body=body, content_type=forms.TYPE)
    assert answer.status == 201, answer
    said: dict[str, Any] = answer.json()
    return said


def verify(site: Site, punch_id: str, punch_pass: str) -> Answer:
    """Have it weighed; it must come out as the person's face."""
    body = forms.fields({"pass": punch_pass}) + forms.END
    answer = site.ask(f"/punch/{punch_id}/verify", body=body, content_type=forms.TYPE)
    assert (answer.status, answer.json()["state"]) == (200, "verified"), answer
    return answer


def ask_bare(site: Site, cookie: str) -> None:
    """Ask the bare view, in this process as well."""
    assert site.ask(urls.BARE, cookie=cookie, body=b"").status == 201


def measure(
    site: Site, world: World, people: Sequence[Employee], frame: bytes, template: bytes
) -> Measured:
    """Let each of them check in once, and weigh it with an engine that reads for nothing."""
    engine = faces.StandIn(template)
    cookie = f"sessionid={company.session_of(people[0].user)}"
    parts = meter.Parts()
    whole: list[Cost] = []
    bare: list[Cost] = []
    spent: dict[str, list[Cost]] = {}
    with engines.using(engine):
        roster = meter.cost(faces.roster, world, engine)
        # A process's first one also reads the settings of the company.
        for employee in people[: WARM_UP - 1]:
            verify(site, punch(site, world, employee, frame), company.pass_of(world, employee))
        counted = _count(site, world, people[WARM_UP - 1], frame)
        for employee in people[WARM_UP : WARM_UP + RUNS]:
            punch_id = punch(site, world, employee, frame)
            punch_pass = company.pass_of(world, employee)
            bare.append(meter.cost(ask_bare, site, cookie))
            with meter.watching(parts, _FUNCTIONS):
                parts.take()
                whole.append(meter.cost(verify, site, punch_id, punch_pass))
            _book(spent, parts.take(), whole[-1])
    return Measured(counted, whole, spent, bare, roster)


def _count(site: Site, world: World, employee: Employee, frame: bytes) -> int:
    punch_id = punch(site, world, employee, frame)
    with statements() as found:
        verify(site, punch_id, company.pass_of(world, employee))
    assert len(found) <= MOST_STATEMENTS, len(found)
    return len(found)


def _book(spent: dict[str, list[Cost]], parts: dict[str, Cost], whole: Cost) -> None:
    """Add one run; what no part accounts for is the door's."""
    for part, cost in {**parts, _REST: whole - sum(parts.values(), Cost())}.items():
        spent.setdefault(part, []).append(cost)


def report(measured: Measured) -> Iterator[str]:
    """Say it in lines."""
    whole = measured.whole
    yield f"statements: {measured.statements} (at most {MOST_STATEMENTS})"
    for name, clock in (("time", "wall"), ("CPU", "cpu")):
        mine = [getattr(item, clock) for item in whole]
        its = [getattr(item, clock) for item in measured.bare]
        yield f"{name}, verify : bare view = {meter.ratio(mine, its)}"
    every = meter.median(whole)
    yield f"whole: {every.wall:.2f} ms, CPU {every.cpu:.2f} ms (medians of {len(whole)}); of it"
    middles = {part: meter.median(costs) for part, costs in measured.parts.items()}
    for part, cost in sorted(middles.items(), key=lambda item: -item[1].wall):
        share = cost.wall / every.wall
        yield f"  {share:4.0%}  {cost.wall:5.2f} ms, CPU {cost.cpu:5.2f} ms  {part}"
    yield (
        f"once per process and change of faces: roster of {faces.PEOPLE} people opened in "
        f"{measured.roster.wall:.0f} ms, CPU {measured.roster.cpu:.0f} ms"
    )
