"""Muster in processes of its own, on the test's database, to be killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from companies.models import Employee
from tests.attendance.conftest import engine, photos_folder
from tests.attendance.world import World, make_world
from tests.companies.conftest import in_a_file
from tests.repository import ROOT

__all__ = ["engine", "photos_folder"]
BOUNDARY = "faults"


@dataclass
class Server:
    """A gunicorn that is started, killed and started again on one address.

    The socket is this test's own: who knocks while no server stands waits until one does.
    """

    environment: dict[str, str]
    listener: socket.socket
    log: Path
    threads: int = 4
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        number = self.listener.fileno()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own
                [
                    sys.executable, "-m", "gunicorn", "portal.wsgi:application",
                    "--bind", f"fd://{number}", "--workers", "1",
                    "--threads", str(self.threads),
                    "--log-level", "warning", "--no-control-socket",
                ],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log, pass_fds=[number],
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """End it at once, master and worker: what a power cut or the kernel does."""
        os.killpg(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def ask(self, path: str, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send a form as a page's script does; raise OSError where no answer comes."""
        connection = http.client.HTTPConnection(*self.listener.getsockname(), timeout=60)
        try:
            kind, body = _form(data)
            headers = {"Accept": "application/json", "Content-Type": kind}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except http.client.HTTPException as error:
            raise ConnectionResetError from error
        finally:
            connection.close()


def _form(data: dict[str, Any]) -> tuple[str, bytes]:
    if "frame" not in data:
        return "application/x-www-form-urlencoded", urllib.parse.urlencode(data).encode()
    parts = b""
    for name, value in data.items():
        extra = '; filename="frame.jpg"' if name == "frame" else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        parts += head.encode() + (value if name == "frame" else str(value).encode()) + b"\r\n"
    return f"multipart/form-data; boundary={BOUNDARY}", parts + f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def address(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of the test's database, for other processes."""
    with in_a_file(tmp_path) as found:
        yield found


@pytest.fixture
def world(address: str) -> World:
    """Everybody agrees to pictures: the door keeps none of anybody else."""
    made = make_world()
    for employee in (made.maya, made.bikram, made.hari):
        made.agree(employee)
    return made


@pytest.fixture
def surroundings(address: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a process on the test's database and pictures."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": address,
        "MUSTER_VAR": str(tmp_path),
    }


@pytest.fixture
def server(surroundings: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        made = Server(surroundings, listener, tmp_path / "server.log")
        yield made
        made.stop()


def check_in(world: World, employee: Employee, tap: Any, **more: Any) -> dict[str, Any]:
    """Return the fields of a check-in."""
    return {"pass": world.pass_of(employee), "tap_id": str(tap), "direction": "in", **more}
