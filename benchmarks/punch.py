"""What recording a punch costs: its statements, and its throughput against a bare view's."""

from __future__ import annotations

import itertools
import statistics
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from benchmarks import company, forms, load, stand, urls
from companies.models import Employee
from tests.attendance.doorway import statements
from tests.attendance.world import World

MOST_STATEMENTS = 6
AIM = 0.5
PEOPLE = 1000
SESSIONS = 200
CONNECTIONS = stand.WORKERS * stand.THREADS
PAIRS = 8
SECONDS = 3.0


@dataclass(frozen=True)
class Race:
    """Rounds of the punch and of the bare view, taken in turn."""

    punch: list[load.Round]
    bare: list[load.Round]

    @property
    def ratios(self) -> list[float]:
        return [mine.rate / its.rate for mine, its in zip(self.punch, self.bare, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)


def count(world: World, employee: Employee, frame: bytes) -> tuple[int, int]:
    """Return the statements of a punch with a picture and of the bare view."""
    client, bare = Client(), Client()
    bare.cookies["sessionid"] = company.session_of(employee.user)
    data = forms.check_in(world, employee)
    with statements() as punched:
        picture = SimpleUploadedFile("frame.jpg", frame, "image/jpeg")
        body = {**data, "tap_id": str(uuid.uuid4()), "frame": picture}
        answer = client.post("/punch", body, headers={"accept": "application/json"})
    assert answer.status_code == 201, answer.content
    with statements() as bared:
        assert bare.post(urls.BARE).status_code == 201
    assert len(punched) <= MOST_STATEMENTS, len(punched)
    return len(punched), len(bared)


def _punches(world: World, people: Sequence[Employee], frame: bytes) -> Callable[[], bytes]:
    """Return a maker of punches: everybody in turn, every tap a new one."""
    turn = itertools.cycle([forms.fields(forms.check_in(world, person)) for person in people])
    tail = forms.picture(frame) + forms.END
    headers = {"Accept": "application/json", "Content-Type": forms.TYPE}
    return lambda: load.request(
        "/punch", headers, next(turn) + forms.fields({"tap_id": str(uuid.uuid4())}) + tail
    )


def _bares(people: Sequence[Employee]) -> Callable[[], bytes]:
    """Return a maker of requests to the bare view, by people who are signed in."""
    # A list: the connections' threads take turns at it, and a generator lets in one at a time.
    requests = [
        load.request(urls.BARE, {"Cookie": f"sessionid={company.session_of(person.user)}"}, b"")
        for person in people[:SESSIONS]
    ]
    turn = itertools.cycle(requests)
    return lambda: next(turn)


def race(world: World, people: Sequence[Employee], frame: bytes, port: int) -> Race:
    """Let both run in turn, A B B A …, on the server at that port, after one warm-up each.

    Raises:
        stand.CannotMeasure: a request was answered otherwise than 201.
    """
    makers = {"punch": _punches(world, people, frame), "bare": _bares(people)}
    found: dict[str, list[load.Round]] = {"punch": [], "bare": []}
    for name, is_counted in _order():
        result = load.run(port, makers[name], seconds=SECONDS, connections=CONNECTIONS)
        if set(result.answers) != {"201"}:
            raise stand.CannotMeasure(f"{name} was answered {result.answers}")
        if is_counted:
            found[name].append(result)
    return Race(**found)


def _order() -> Iterator[tuple[str, bool]]:
    yield from (("punch", False), ("bare", False))
    for pair in range(PAIRS):
        names = ("punch", "bare") if pair % 2 else ("bare", "punch")
        yield from ((name, True) for name in names)


def report(statements_of: tuple[int, int], measured: Race) -> Iterator[str]:
    """Say it in lines."""
    mine, its = statements_of
    low, high = min(measured.ratios), max(measured.ratios)
    yield f"statements: {mine} (at most {MOST_STATEMENTS}); the bare view: {its}"
    for name, rounds in (("punch", measured.punch), ("bare view", measured.bare)):
        rate = statistics.median(item.rate for item in rounds)
        middle = statistics.median(item.wait(0.5) for item in rounds)
        slow = statistics.median(item.wait(0.99) for item in rounds)
        waits = f"{middle:.0f} ms (p50), {slow:.0f} ms (p99)"
        yield f"{name}: {rate:.0f} requests/s; answered in {waits}"
    yield (
        f"throughput, punch : bare view = {measured.ratio:.2f} "
        f"({low:.2f} to {high:.2f} in {len(measured.ratios)} pairs of rounds; aim {AIM} or more)"
    )
