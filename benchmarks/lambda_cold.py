"""A cold start of the Lambda package against Django with its admin only, under Lambda's quotas.

`python -m benchmarks.lambda_cold` (as root: it bounds the processor by a control group). Lambda
gives a function of 1769 MB one processor and a smaller one its share, so a quota stands for a
memory size. Both sides have the package's own libraries, Zappa and PostgreSQL, and somebody signed
in; both are started in turn, A B B A …, so that a slow minute slows both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from infrastructure.package import build
from tests.prove import cold, runtime
from tests.prove.local_lambda import Function
from tests.prove.package.conftest import KEYS, PASSWORD, make_people

AIM: Final = 1.5
RUNS: Final = 5
ONE_PROCESSOR: Final = 1769
SIZES: Final = (1024, 1769)
_PERIOD: Final = 20_000  # microseconds; Lambda's own is as short
_GROUPS: Final = (Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup"))


@contextmanager
def bounded(megabytes: int) -> Iterator[tuple[str, ...]]:
    """Yield what stands before a command so that it has the processor of such a function."""
    parent = next(group for group in _GROUPS if (group / "cgroup.procs").exists())
    group = parent / f"muster-cold-{uuid.uuid4().hex[:8]}"
    group.mkdir()
    quota = _PERIOD * megabytes // ONE_PROCESSOR
    try:
        if (group / "cpu.max").exists():
            (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        join = f'echo $$ > {group}/cgroup.procs && exec "$@"'
        yield ("/bin/sh", "-c", join, "sh")
    finally:
        group.rmdir()


@contextmanager
def databases(*names: str) -> Iterator[list[str]]:
    """Yield the addresses of databases of our own on the server that `DATABASE_URL` names."""
    server = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1/postgres")
    mark = uuid.uuid4().hex[:8]
    made = [f"cold_{name}_{mark}" for name in names]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield [server.rpartition("/")[0] + "/" + name for name in made]
        finally:
            for name in made:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                connection.execute(drop)


def sides(folder: Path, ours: str, theirs: str) -> tuple[cold.Side, cold.Side]:
    """Return both sides, their databases filled."""
    package, python = build.cached("dev").unpacked, runtime.python()
    environment = {
        "DATABASE_URL": ours, "SECRET_KEY": "of-the-benchmark-and-of-no-worth-0123456789",
        "MUSTER_FACE_KEYS": KEYS, "MUSTER_VAR": str(folder / "var"),
        "MUSTER_FACE_ENGINE": "none", "MUSTER_PUBLIC_URL": "https://muster.example",
        "ALLOWED_HOSTS": "muster.example",
        # As on AWS, where a bucket has them.
        "MUSTER_STATIC_URL": "https://static.muster.example/",
        "INSTANTIATE_LAMBDA_HANDLER_ON_IMPORT": "1",
    }  # fmt: skip
    function = Function("muster-dev", package, python, environment=environment)
    try:
        for line in ("migrate --no-input --verbosity 0", "createcachetable"):
            done = function.invoke({"manage": line})
            assert done.error == "", done.log
        people = make_people(environment)
        mine = cold.of_the_package(function, people.email, PASSWORD)
    finally:
        function.stop()
    said: dict[str, Any] = conninfo_to_dict(theirs)
    database = {
        "ENGINE": "django.db.backends.postgresql", "NAME": said["dbname"],
        "HOST": said.get("host", ""), "USER": said.get("user", ""),
        "PASSWORD": said.get("password", ""), "PORT": said.get("port", ""),
    }  # fmt: skip
    (folder / "admin").mkdir()
    return mine, cold.of_the_admin(package, folder / "admin", python, database)


def measure(megabytes: int, mine: cold.Side, admins: cold.Side) -> str:
    """Return a line about one memory size."""
    python = runtime.python()
    taken: dict[str, list[cold.Start]] = {"mine": [], "admins": []}
    with bounded(megabytes) as prefix:
        for number in range(RUNS):
            turn = [("mine", mine), ("admins", admins)]
            for name, side in turn if number % 2 else reversed(turn):
                taken[name].append(side.start(python, prefix=prefix))
    wall = {name: median(start.wall for start in found) for name, found in taken.items()}
    cpu = {name: median(start.cpu for start in found) for name, found in taken.items()}
    ratios = [a.wall / b.wall for a, b in zip(taken["mine"], taken["admins"], strict=True)]
    return (
        f"{megabytes} MB: package : admin only = {wall['mine'] / wall['admins']:.2f} by the clock "
        f"({min(ratios):.2f}-{max(ratios):.2f}), {cpu['mine'] / cpu['admins']:.2f} of the "
        f"processor; aim {AIM} or less; {wall['mine'] * 1000:.0f} ms against "
        f"{wall['admins'] * 1000:.0f} ms"
    )


def main() -> int:
    """Measure every size and print a line each."""
    with (
        tempfile.TemporaryDirectory() as folder,
        databases("muster", "admin") as (ours, theirs),
    ):
        mine, admins = sides(Path(folder), ours, theirs)
        for megabytes in SIZES:
            print(measure(megabytes, mine, admins), flush=True)
        python = runtime.python()
        counted = [len(side.start(python).modules) for side in (mine, admins)]
        print(f"modules before the first page: {counted[0]}; of the admin only: {counted[1]}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (psycopg.OperationalError, PermissionError, subprocess.CalledProcessError) as error:
        sys.exit(f"This cannot be measured here: {error}")
