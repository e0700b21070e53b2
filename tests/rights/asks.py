"""All the questions of the table: addresses, the doors before them, look-ups, lists and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from attendance import passes
from attendance.models import Punch, PunchFrame
from companies.models import Employee
from companies.scoping import company_scope
from leave.models import LeavePlan
from tests.attendance.doorway import TAP
from tests.rights.addresses import (
    LEAVES,
    SITES,
    address,
    is_of_a_person,
    lookups,
    questions,
)
from tests.rights.bodies import SHOWN, body_for, shown_form
from tests.rights.stand import House, Stand
from tests.rights.walk import Ask

MAIN = ("GET", "POST")
# What no page sends.
ODD = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
METHODS = MAIN + ODD
# What the door does with one punch.
OF_A_PUNCH = ("verify", "turn", "ask", "pin", "session", "session-result")
Data = Callable[[str], dict[str, Any]]


def _always(body: dict[str, Any]) -> Data:
    def data(column: str) -> dict[str, Any]:
        for value in body.values():
            if hasattr(value, "seek"):
                value.seek(0)
        return body

    return data


def _of_address(name: str, path: str, stand: Stand, person: Employee, row: str) -> Iterator[Ask]:
    body = body_for(name, path, stand, person)
    if body is not None:
        yield Ask(row, "POST", path, _always(body))


def _addresses(stand: Stand) -> Iterator[Ask]:
    maya, hari = (stand.ours.people[key] for key in ("self", "hr"))
    for name in LEAVES:
        path = address(name, stand.ours, maya)
        assert path is not None, name
        yield from (Ask(name, method, path) for method in METHODS)
        yield from _of_address(name, path, stand, maya, f"{name} [filled in]")
        own = address(name, stand.ours, hari, or_any=False) if is_of_a_person(name) else None
        if own is not None:
            row = f"{name} [of HR]"
            yield Ask(row, "GET", own)
            yield from _of_address(name, own, stand, hari, row)


def _of_oneself(stand: Stand) -> Iterator[Ask]:
    """What is decided in a list, where it is HR's own: the body says whose it is."""
    for name in ("attendance:attest", "portal:inbox-decide"):
        path = address(name, stand.ours, stand.ours.people["hr"])
        assert path is not None
        yield from _of_address(name, path, stand, stand.ours.people["hr"], f"{name} [of HR]")


def _recomputed(stand: Stand) -> Iterator[Ask]:
    """Judging anew: what was seen is confirmed, so the page is read first."""
    name = "admin:attendance_attendanceday_recompute"
    path = (
        f"{address(name, stand.ours, stand.ours.people['self'])}?first=2026-03-02&last=2026-03-02"
    )
    body = shown_form(stand.ours.users["hr"], path) | {"reason": "new settings"}
    yield Ask(f"{name} [a stretch]", "GET", path)
    yield Ask(f"{name} [a stretch]", "POST", path, _always(body))


def _put_on_plan(stand: Stand) -> Iterator[Ask]:
    """Many onto a plan: which one, stands in the address."""
    name = "admin:companies_employee_put_on_plan"
    with company_scope(stand.ours.world.company):
        plan = LeavePlan.objects.get().public_id
    path = f"{address(name, stand.ours, stand.ours.people['self'])}?plan={plan}"
    body = {"people": str(stand.ours.people["colleague"].public_id), "starts_on": "2026-07-01"}
    yield Ask(f"{name} [a plan]", "GET", path)
    yield Ask(f"{name} [a plan]", "POST", path, _always(body))


def _lists(stand: Stand) -> Iterator[Ask]:
    maya = stand.ours.people["self"]
    for space, site in SITES.items():
        for model, model_admin in site._registry.items():
            name = f"{space}:{model._meta.app_label}_{model._meta.model_name}_changelist"
            path = address(name, stand.ours, maya)
            asked = "&".join(questions(space, model, stand.ours, maya))
            yield Ask(f"{name} [filters, order, search]", "GET", f"{path}?{asked}")
            for action in {"delete_selected", *(model_admin.actions or ())}:
                chosen = {"action": action, "_selected_action": "1", "post": "yes", "index": "0"}
                yield Ask(f"{name} [action {action}]", "POST", str(path), _always(chosen))


def _doors(stand: Stand) -> Iterator[Ask]:
    """The requests of a check-in: who asks is said by the pass, not by the session."""
    own = {column: _own_pass(stand, column) for column in stand.users()}
    with company_scope(stand.ours.world.company):
        punch = Punch.objects.filter(employee=stand.ours.people["self"]).earliest("pk")
    tap = {"tap_id": TAP, "direction": "in", "no_frame": ""}
    theirs = stand.ours.world.pass_of(stand.ours.people["self"])
    of_one = f"/punch/{punch.public_id}"
    for row, path, fields in (
        ("door: /punch", "/punch", tap),
        *((f"door: /punch/ID/{verb}", f"{of_one}/{verb}", {}) for verb in OF_A_PUNCH),
    ):
        yield from (Ask(row, method, path) for method in METHODS)
        yield Ask(f"{row} [own pass]", "POST", path, _with(fields, own))
        yield Ask(f"{row} [the person's pass]", "POST", path, _always({**fields, "pass": theirs}))
        yield Ask(
            f"{row} [a pass changed]", "POST", path, _always({**fields, "pass": f"x{theirs}"})
        )


def _with(fields: dict[str, Any], own: dict[str, str]) -> Data:
    return lambda column: {**fields, "pass": own[column]}


def _own_pass(stand: Stand, column: str) -> str:
    user = stand.users()[column]
    for house in (stand.ours, stand.theirs):
        for person in house.people.values():
            if user is not None and person.user_id == user.pk:
                return passes.issue(house.world.claim(person))
    return ""


def _files(stand: Stand) -> Iterator[Ask]:
    """Pictures by every path that a careless server would open."""
    with company_scope(stand.ours.world.company):
        frames = PunchFrame.objects.filter(punch__employee__in=_pictured(stand.ours))
        clean = frames.filter(is_clean=True).earliest("pk")
        unchecked = frames.filter(is_clean=False).earliest("pk")
    yield Ask("file: a picture not checked", "GET", f"/photos/{unchecked.public_id}")
    for words, path in (
        ("/photos/KEY", f"/photos/{clean.storage_key}"),
        ("/KEY", f"/{clean.storage_key}"),
        ("/media/KEY", f"/media/{clean.storage_key}"),
        ("/static/KEY", f"/static/{clean.storage_key}"),
        ("/static/../photos/KEY", f"/static/../photos/{clean.storage_key}"),
        ("/static/%2e%2e/photos/KEY", f"/static/%2e%2e/photos/{clean.storage_key}"),
    ):
        yield Ask(f"file: {words}", "GET", path)


def _pictured(house: House) -> list[Employee]:
    return [house.people[key] for key in ("self", "colleague")]


def all_asks(stand: Stand) -> list[Ask]:
    """Return every question, each row's in the order of the table's methods."""
    found = [
        *_addresses(stand), *_of_oneself(stand), *_recomputed(stand),
        *_put_on_plan(stand), *_lists(stand),
        *_doors(stand), *_files(stand),
    ]  # fmt: skip
    found += [Ask(words, "GET", path) for words, path in lookups()]
    return found


def is_only_shown(name: str) -> bool:
    """Return whether the address takes nothing, whatever the method."""
    return any(fnmatchcase(name, pattern) for pattern in SHOWN)
