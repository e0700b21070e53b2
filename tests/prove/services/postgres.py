"""A PostgreSQL of a test's own, to be killed and started again; it harms nobody else's."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs, as Debian or its own `pg_config` says."""
    if found := sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")):
        return Path(found[-1]).parent
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)  # noqa: S603  # found above
        return Path(said.stdout.strip())
    pytest.fail("PostgreSQL's programs are missing: install postgresql to prove an outage.")


@dataclass
class Postgres:
    """A cluster in a folder of its own, on a port that was free."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"postgres://{_owner()}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it takes connections; after a kill it recovers first."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-l", log, "-o", options, "-w", "start")

    def kill(self) -> None:
        """End every process of it at once, as a machine that goes away does."""
        found = self.processes()
        # The postmaster first: it would start anew what is missing.
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        while any(_lives(pid) for pid in found):
            os.sched_yield()
        # A dead one may keep its id until somebody reaps it, and would be taken for running.
        (Path(self._data) / "postmaster.pid").unlink()
        (self.folder / f".s.PGSQL.{self.port}.lock").unlink()

    def processes(self) -> list[int]:
        """Return the postmaster's id and those of its children."""
        master = int((Path(self._data) / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return [master, *map(int, children)]

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop", check=False)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def make(self) -> None:
        self._run("initdb", "-D", self._data, "--auth=trust", "-U", _owner(), "-E", "UTF8")

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        # It refuses to run as root, and its output would hold the pipe open as long as it runs.
        user = _owner() if os.getuid() == 0 else None
        command = [str(binaries() / program), *arguments]
        done = subprocess.run(  # noqa: S603  # our own
            command, user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0 or not check, command


def _lives(pid: int) -> bool:
    """Return whether a process still runs; killed is not yet dead."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _owner() -> str:
    return "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


def make_cluster() -> Postgres:
    """Return a new cluster, running; the caller stops it and deletes its folder."""
    folder = Path(tempfile.mkdtemp(prefix="muster-outage-"))
    if os.getuid() == 0:
        shutil.chown(folder, _owner())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = Postgres(folder, port)
    made.make()
    made.start()
    return made
