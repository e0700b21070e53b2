"""The package under the real runtime: built once a session, with a database of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from infrastructure.package import build
from tests.prove import runtime
from tests.prove.gateway import DOMAIN, HOSTS, Browser
from tests.prove.local_lambda import REGION, Function, LocalLambda, process_environment
from tests.prove.own_moto import own_moto

KEYS = '{"prove-1": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}'
# Of the tests' own company.
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def package() -> Iterator[build.Package]:
    """Return the package as it would be built now; nothing of a session may write beside it.

    AWS mounts it for reading. Here it is a folder like others, so what is in it is compared.
    """
    built = build.cached("dev")
    before = contents(built.unpacked)
    yield built
    assert contents(built.unpacked) == before


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the size of each file of a folder, and when it was last written."""
    return {
        str(found): (found.stat().st_size, found.stat().st_mtime_ns) for found in folder.rglob("*")
    }


@pytest.fixture(scope="session")
def sandbox_python() -> Path:
    """Return the interpreter that runs it."""
    return runtime.python()


@pytest.fixture(scope="session")
def moto_of_the_package() -> Iterator[str]:
    """Return the address of a moto server that only the package uses."""
    with own_moto() as url:
        yield url


@dataclass(frozen=True)
class People:
    """Who is in the company of the proof."""

    company: str
    employee: str
    email: str


@dataclass
class Stand:
    """The function, its database filled, and Lambda's API before it."""

    function: Function
    api: LocalLambda
    people: People
    environment: dict[str, str]

    def client(self, service: str) -> Any:
        """Return a client of AWS that asks as the function does."""
        url = self.api.url if service == "lambda" else self.environment["AWS_ENDPOINT_URL"]
        return boto3.client(
            service, region_name=REGION, endpoint_url=url,
            aws_access_key_id="testing", aws_secret_access_key="testing",
        )  # fmt: skip

    def browser(self, form: str = "http, own domain") -> Browser:
        """Return somebody who asks by one form."""
        return Browser(self.function, form)


@pytest.fixture(scope="session")
def stand(
    package: build.Package,
    sandbox_python: Path,
    moto_of_the_package: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stand]:
    """Return the whole of it; its database is migrated by the function itself."""
    folder = tmp_path_factory.mktemp("lambda")
    environment = {
        "AWS_ENDPOINT_URL": moto_of_the_package,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "DATABASE_URL": f"sqlite:///{folder / 'muster.sqlite3'}",
        "SECRET_KEY": "of-the-proof-and-of-no-worth-0123456789",
        "MUSTER_FACE_KEYS": KEYS,
        "MUSTER_VAR": str(folder / "var"),
        "MUSTER_PUBLIC_URL": f"https://{DOMAIN}",
        "ALLOWED_HOSTS": ",".join(sorted(set(HOSTS.values()))),
        "MUSTER_FACE_ENGINE": "none",
        "MUSTER_OPERATOR_SECOND_FACTOR": "no",
        "INSTANTIATE_LAMBDA_HANDLER_ON_IMPORT": "1",
    }
    function = Function("muster-dev", package.unpacked, sandbox_python, environment=environment)
    api = LocalLambda(moto_of_the_package, (function,))
    environment["AWS_ENDPOINT_URL_LAMBDA"] = api.url
    for line in ("migrate --no-input --verbosity 0", "createcachetable"):
        done = function.invoke({"manage": line})
        assert done.error == "", done.log
    yield Stand(function, api, make_people(environment), environment)
    api.stop()


def make_people(environment: dict[str, str], *words: str) -> People:
    """Fill the database with a company and somebody in it, as HR would."""
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-m", "tests.prove.package.people", *words],
        cwd=build.ROOT,
        capture_output=True,
        text=True,
        env=process_environment(**environment, DJANGO_SETTINGS_MODULE="portal.settings"),
    )
    assert done.returncode == 0, done.stderr
    return People(**json.loads(done.stdout))
