"""What pages cost with one row and with two hundred: the month, and HR's lists."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from attendance.enums import Direction
from attendance.services import punching
from attendance.services.days import person_recompute
from benchmarks import company, meter, verify
from benchmarks.meter import Cost
from benchmarks.site import Site
from companies.models import Employee, User
from companies.scoping import company_scope
from tests.attendance.doorway import statements
from tests.attendance.world import World, at

ROWS = 200
MONTH_TIMES = 60
LIST_TIMES = 15
_MONTH = "/month/?m=2026-03"
_LISTS = {
    "people": "/admin/companies/employee/",
    "punches": "/admin/attendance/punchstate/",
    "days": "/admin/attendance/attendanceday/",
}
# The month is nearly over: of its dates, these are worked.
_DATES = 29
_FIRST = at("2026-03-01 09:00")
NOON = at("2026-03-30 12:00")


@dataclass(frozen=True)
class Page:
    """Statements with one row and with many, and the costs of both."""

    few: int
    many: int
    few_costs: list[Cost]
    many_costs: list[Cost]


@dataclass(frozen=True)
class Measured:
    """The pages by name, and the bare view beside them."""

    pages: dict[str, Page]
    bare: list[Cost]


def _cookie(user: User) -> str:
    return f"sessionid={company.session_of(user)}"


def _count(site: Site, path: str, cookie: str) -> int:
    _open(site, path, cookie)
    with statements() as found:
        _open(site, path, cookie)
    return len(found)


def _open(site: Site, path: str, cookie: str) -> None:
    answer = site.ask(path, cookie=cookie)
    assert answer.status == 200, (path, answer.status)


def _punched(world: World, employee: Employee, moments: Sequence[dt.datetime]) -> None:
    """Let the person punch at these moments, in and out in turn, and have the days judged."""
    for number, moment in enumerate(moments):
        direction = Direction.OUT if number % 2 else Direction.IN
        tap = punching.Tap(uuid.uuid4(), direction, None, "no_camera", None)
        with meter.clock(moment):
            claim = world.claim(employee, direction)
            punching.punch_record(claim=claim, tap=tap, now=moment)
    with company_scope(world.company):
        person_recompute(
            employee=employee, first=moments[0].date(), last=moments[-1].date(), now=NOON
        )


def _hours() -> list[dt.datetime]:
    """Return the moments of a busy month: an hour after the other, from nine on, every day."""
    each = -(-ROWS // _DATES)
    return [
        _FIRST + dt.timedelta(days=number // each, hours=number % each) for number in range(ROWS)
    ]


def _companies() -> tuple[World, World]:
    """Return a company with one row in each list, and one with two hundred; HR is the first."""
    few, _people = company.make("few", 0)
    many, people = company.make("many", ROWS - 1)
    for world in (few, many):
        company.dismiss(world, world.maya, world.bikram)
        _punched(world, world.hari, [_FIRST])
    for person in people:
        _punched(many, person, [_FIRST])
    return few, many


def measure(site: Site) -> Measured:
    """Open the lists of both companies, then the months of who punched once and 200 times."""
    few, many = _companies()
    cookies = (_cookie(few.hari.user), _cookie(many.hari.user))
    pages = {name: _page(site, path, cookies, LIST_TIMES) for name, path in _LISTS.items()}
    _punched(many, many.hari, _hours()[1:])
    pages["month"] = _page(site, _MONTH, cookies, MONTH_TIMES)
    bare = [meter.cost(verify.ask_bare, site, cookies[0]) for _n in range(MONTH_TIMES)]
    return Measured(pages, bare)


def _page(site: Site, path: str, cookies: tuple[str, str], times: int) -> Page:
    few, many = (_count(site, path, cookie) for cookie in cookies)
    assert few == many, (path, few, many)
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for _n in range(times):
        for costs, cookie in zip(found, cookies, strict=True):
            costs.append(meter.cost(_open, site, path, cookie))
    return Page(few, many, *found)


def report(measured: Measured) -> Iterator[str]:
    """Say it in lines."""
    month = measured.pages["month"]
    for name, page in measured.pages.items():
        yield f"statements, {name}: {page.few} with 1 row, {page.many} with {ROWS}"
    for name, page in measured.pages.items():
        mine, its = ([cost.wall for cost in costs] for costs in (page.many_costs, page.few_costs))
        yield f"time, {name} with {ROWS} rows : with 1 = {meter.ratio(mine, its)}"
    cpu = [cost.cpu for cost in month.many_costs]
    yield f"CPU, month : bare view = {meter.ratio(cpu, [cost.cpu for cost in measured.bare])}"
    for name, page in measured.pages.items():
        cost = meter.median(page.many_costs)
        yield f"{name} with {ROWS} rows: {cost.wall:.1f} ms, CPU {cost.cpu:.1f} ms"
