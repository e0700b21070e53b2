"""The two bodies of a check-in as a browser sends them: multipart, the picture last."""

from __future__ import annotations

import uuid

from benchmarks import company
from companies.models import Employee
from tests.attendance.world import World

_BOUNDARY = "muster-benchmark"
TYPE = f"multipart/form-data; boundary={_BOUNDARY}"
END = f"--{_BOUNDARY}--\r\n".encode()


def fields(values: dict[str, str]) -> bytes:
    """Return the parts of plain fields."""
    return "".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    ).encode()


def taken(frame: bytes) -> bytes:
    """Return the picture as if taken anew: the same one twice would be noticed as a replay."""
    note = uuid.uuid4().bytes
    return frame[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + frame[2:]


def picture(frame: bytes) -> bytes:
    """Return the part of the picture."""
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="frame"; filename="frame.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return head.encode() + frame + b"\r\n"


def check_in(world: World, employee: Employee) -> dict[str, str]:
    """Return the fields of a check-in but for the tap's id."""
    return {
        "pass": company.pass_of(world, employee),
        "direction": "in",
        "device_at": "2026-03-02T09:03:58+05:45",
        "no_frame": "",
    }
