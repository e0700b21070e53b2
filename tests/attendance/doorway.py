"""How a page knocks at the door of punches, and what that cost; shared by the tests of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import Punch
from companies.models import Employee
from companies.scoping import company_scope
from tests.attendance.fakes import jpeg
from tests.attendance.world import World

TAP = str(uuid.UUID(int=1, version=4))
_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")


def frame(data: bytes | None = None) -> SimpleUploadedFile:
    """Return a picture as a browser sends it; 640 x 480 unless told otherwise."""
    return SimpleUploadedFile("frame.jpg", jpeg() if data is None else data, "image/jpeg")


def body(world: World, employee: Employee | None = None, **changes: Any) -> dict[str, Any]:
    """Return the fields of a check-in without a picture, Maya's unless told otherwise."""
    return {
        "pass": world.pass_of(employee or world.maya),
        "tap_id": TAP,
        "direction": "in",
        "device_at": "2026-03-02T09:03:58+05:45",
        "no_frame": "",
        **changes,
    }


def knock(client: Client, address: str, data: Any, **extra: Any) -> HttpResponse:
    """Send the data as the check-in's script does: it wants JSON."""
    headers = {"accept": "application/json"}
    answer: HttpResponse = client.post(address, data, headers=headers, **extra)  # type: ignore[assignment]
    return answer


def punch_count(world: World) -> int:
    """Return how many punches the company has."""
    with company_scope(world.company):
        return int(Punch.objects.count())


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL of the block; what only opens and closes transactions is left out."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    found += [q["sql"] for q in queries if not q["sql"].startswith(_CONTROL)]
