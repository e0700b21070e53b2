"""The built package itself: its gates, what two builds share, and what it never contains."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import zipfile
from pathlib import Path
from typing import IO

import pytest

from infrastructure import stages
from infrastructure.package import build, gates, interpreter, trim
from tests.prove.local_lambda import Function, Sandbox, process_environment


def test_the_package_passes_every_gate(package: build.Package) -> None:
    assert gates.faults(package) == []


def test_the_package_is_small(package: build.Package) -> None:
    zipped, unzipped = gates.sizes(package)

    assert zipped < 50 * 1024 * 1024
    assert unzipped < 150 * 10**6


def test_no_object_needs_a_newer_c_library_than_the_runtimes(package: build.Package) -> None:
    """By `readelf`, which reads what the linker will ask for."""
    objects = gates.shared_objects(package.unpacked)
    asked = {
        word
        for file in objects
        for word in subprocess.run(  # noqa: S603  # our own files
            ["/usr/bin/readelf", "-V", str(file)], capture_output=True, text=True, check=True
        ).stdout.split()
        if word.startswith("GLIBC_2.")
    }
    assert len(objects) > 40
    assert max(int(word.rpartition(".")[2]) for word in asked) <= 34


def test_two_builds_differ_in_zappas_stamps_only(package: build.Package, tmp_path: Path) -> None:
    """Even of two stages: what was tried in staging is what goes to production."""
    production = build.build("production", tmp_path / "production")

    def contents(archive: Path) -> dict[str, int]:
        with zipfile.ZipFile(archive) as opened:
            return {item.filename: item.CRC for item in opened.infolist()}

    one, other = contents(package.archive), contents(production.archive)
    assert one.keys() == other.keys()
    assert {name for name in one if one[name] != other[name]} <= build.STAMPED


def test_no_word_of_an_account_is_in_the_package(package: build.Package) -> None:
    """Names of its resources come as real variables of the function."""
    written = (package.unpacked / "zappa_settings.py").read_text()

    assert stages.words(written) == {"Region"}
    assert "DEBUG=False" in written
    assert not (package.unpacked / "zappa_settings.json").exists()


@pytest.mark.parametrize("name", ["numpy", "dlib", "gunicorn", "tests", "infrastructure", "pip"])
def test_what_one_machine_needs_stays_there(package: build.Package, name: str) -> None:
    assert not (package.unpacked / name).exists()


def test_every_name_of_a_static_file_leads_to_one(package: build.Package) -> None:
    found = json.loads((package.unpacked / "static-manifest" / "staticfiles.json").read_text())
    files = {
        file.relative_to(package.static).as_posix()
        for file in package.static.rglob("*")
        if file.is_file() and file.name != "staticfiles.json"
    }

    assert set(found["paths"].values()) == files
    scripts = [name for name in files if name.startswith("muster/js/")]
    assert len(scripts) > 5
    imported = re.compile(r"""from "\./([^"]+)\"""")
    for name in scripts:
        for other in imported.findall((package.static / name).read_text()):
            assert f"muster/js/{other}" in files


def test_what_looks_like_django_is_whole(package: build.Package) -> None:
    """`exclude` would have taken this away with the collected files of the same name."""
    assert (package.unpacked / "django/contrib/staticfiles/apps.py").is_file()
    assert (package.unpacked / "docs/data_retention.yaml").is_file()


def test_code_is_compiled_and_never_checked_again(package: build.Package) -> None:
    compiled = package.unpacked / "portal/__pycache__/lambda_entry.cpython-313.pyc"

    flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
    assert flags == 0b01  # by hash, not checked
    stamped = [
        file
        for file in package.unpacked.rglob("*.pyc")
        if int.from_bytes(file.read_bytes()[4:8], "little") != 0b01
    ]
    assert stamped == []


def test_every_client_can_be_made_in_the_package(package: build.Package, tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(package.unpacked)!r})\n"
        "import boto3\n"
        f"for service in {sorted(trim.services())!r}: boto3.client(service)\n"
        "boto3.resource('s3')\n"
    )
    done = subprocess.run(  # noqa: S603  # our own script
        [str(interpreter.find()), "-I", "-S", "-B", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=process_environment(
            AWS_DEFAULT_REGION="eu-central-1",
            AWS_ACCESS_KEY_ID="testing",
            AWS_SECRET_ACCESS_KEY="testing",
        ),
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_log_is_whole_when_the_answer_is_there(
    package: build.Package,
    sandbox_python: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The thread that reads along may come late, which is what a busy machine does to it.
    late, reads = threading.Event(), Sandbox._read_log

    def read_late(sandbox: Sandbox, pipe: IO[bytes]) -> None:
        late.wait()
        reads(sandbox, pipe)

    monkeypatch.setattr(Sandbox, "_read_log", read_late)
    (tmp_path / "says.py").write_text("def handler(event, context):\n    print(event)\n")
    environment = {"PYTHONPATH": str(package.unpacked)}
    function = Function("says", tmp_path, sandbox_python, "says.handler", environment)

    try:
        assert function.invoke("first").log.splitlines()[-1:] == ["first"]
        assert function.invoke("second").log.splitlines() == ["second"]
    finally:
        late.set()
        function.stop()
