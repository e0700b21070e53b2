"""What a head turn adds to a whole check-in: five frames that are looked at, and a second face."""

from __future__ import annotations

import functools
import io
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from benchmarks import forms, meter, verify
from benchmarks.site import Site
from companies.enums import LivenessPolicy
from companies.models import Employee, PolicyVersion
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World
from tests.portraits import portrait, turned

# Frames that a page sends for a turn: four until it is made, then the one that shows it.
LOOKS = 5
RUNS = 20


@dataclass(frozen=True)
class Measured:
    """CPU of every check-in in ms, with a head turn and without its frames."""

    turned: list[float]
    without: list[float]


def measure(site: Site, world: World, people: Sequence[Employee], frame: bytes) -> Measured:
    """Let each of them check in twice, with the turn and then without it, or the other way round.

    Both are asked for it, and one goes on without: the policy is the same for both.
    """
    _ask_for_turns(world)
    measured = Measured([], [])
    turn(site, world, people[0], frame)
    for number, employee in enumerate(people[1 : RUNS + 1]):
        steps = ((turn, measured.turned), (go_on, measured.without))
        for step, costs in steps if number % 2 else reversed(steps):
            costs.append(meter.cost(step, site, world, employee, frame).cpu)
    return measured


def go_on(site: Site, world: World, employee: Employee, frame: bytes) -> None:
    """Check in and go on without turning."""
    fields = {**forms.check_in(world, employee), "tap_id": str(uuid.uuid4())}
    said = verify.recorded(site, fields, frame)
    verify.verify(site, str(said["id"]), fields["pass"])


def _ask_for_turns(world: World) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, liveness=LivenessPolicy.FLAG
        )


def turn(site: Site, world: World, employee: Employee, frame: bytes) -> None:
    """Check in where a head turn is asked for: straight frames, then one that shows it."""
    fields = {**forms.check_in(world, employee), "tap_id": str(uuid.uuid4())}
    said = verify.recorded(site, fields, frame)
    question = said["question"]
    own = {"pass": fields["pass"], "nonce": question["nonce"]}
    straight, sideways = _small(frame), _turned(to_own_left=question["turn"] == "left")
    for picture in (*[straight] * (LOOKS - 1), sideways):
        body = forms.fields(own) + forms.picture(forms.taken(picture)) + forms.END
        answer = site.ask(said["turn"], body=body, content_type=forms.TYPE)
        state = answer.json()["state"]
        assert state == ("reached" if picture is sideways else "more"), answer
    verify.verify(site, str(said["id"]), fields["pass"])


@functools.cache
def _small(frame: bytes) -> bytes:
    """Return the picture as the page sends it for a turn: at most 480 pixels."""
    with Image.open(io.BytesIO(frame)) as image:
        image.thumbnail((480, 480))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@functools.cache
def _turned(*, to_own_left: bool) -> bytes:
    return _small(turned(portrait("obama"), to_own_left=to_own_left))


def report(measured: Measured) -> Iterator[str]:
    """Say it in lines."""
    ratio = meter.ratio(measured.turned, measured.without)
    yield f"CPU, check-in with a head turn of {LOOKS} frames : without turning = {ratio}"
    mine, its = meter.middle(measured.turned), meter.middle(measured.without)
    yield f"with the turn: CPU {mine:.1f} ms; without: {its:.1f} ms"
