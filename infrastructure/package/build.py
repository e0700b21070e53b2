"""The build: libraries for the target, the project, its static files, bytecode, one archive.

Everything is made anew from what git keeps and from locked requirements, so that two builds differ
only in the stamps that Zappa writes (`STAMPED`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infrastructure import stages
from infrastructure.package import interpreter, trim

ROOT: Final = Path(__file__).resolve().parent.parent.parent
CACHE: Final = ROOT / ".cache" / "package"
# Wheels that fit the target's C library (2.34) with room to spare.
PLATFORM: Final = "x86_64-manylinux_2_28"
# What goes in of the project; the rest is for those who build and test it.
INCLUDED: Final = ("attendance/", "companies/", "integrations/", "leave/", "portal/")
INCLUDED_FILES: Final = ("manage.py", "docs/data_retention.yaml")
LEFT_OUT: Final = ("portal/demo_pictures/",)
# The folder in which the function finds the names of static files that lie in a bucket.
MANIFEST: Final = "static-manifest"
# Zappa writes the time, a random id and the day into these.
STAMPED: Final = frozenset({"package_info.json", "zappa_settings.py"})


@dataclass(frozen=True)
class Package:
    """A built package: the archive, the same unpacked, and the static files for a bucket."""

    archive: Path
    unpacked: Path
    static: Path


class BuildFailed(RuntimeError):
    """A step of the build ended with an error; its own words are the message."""


def build(stage: str, folder: Path) -> Package:
    """Build the package of a stage in a folder, which is emptied first.

    Raises:
        NoInterpreter: no Python of the target's version is here.
        BuildFailed: a step failed.
    """
    python = interpreter.find()
    shutil.rmtree(folder, ignore_errors=True)
    project = folder / "project"
    project.mkdir(parents=True)
    environment = _environment(python)
    copy_project(project)
    _collect_static(project)
    static = folder / "static"
    shutil.copytree(project / "staticfiles", static)
    _compile(python, project)
    stages.write(stages.settings(stage), project / "zappa_settings.json")
    archive = _zip(stage, project, environment)
    archive = archive.rename(folder / f"muster-{stage}.zip")
    unpacked = folder / "unpacked"
    shutil.unpack_archive(archive, unpacked)
    return Package(archive, unpacked, static)


def cached(stage: str) -> Package:
    """Return the package of a stage as it would be built now; an equal one is not built again."""
    folder = CACHE / f"{stage}-{fingerprint()}"
    with alone():
        if not folder.exists():
            for old in CACHE.glob(f"{stage}-*"):
                shutil.rmtree(old)
            # Under its own name only once it is whole.
            begun = CACHE / f"begun-{stage}"
            build(stage, begun)
            begun.rename(folder)
    return Package(folder / f"muster-{stage}.zip", folder / "unpacked", folder / "static")


@contextmanager
def alone() -> Iterator[None]:
    """Let other processes that want to fill the cache wait: they find it filled then."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint() -> str:
    """Return a hash of everything that goes into the package or says how it is made."""
    digest = hashlib.sha256(sys.version.encode())
    sources = (
        "requirements/lambda.txt", "requirements/zappa.txt", "zappa_settings.json",
        *(name for name in _tracked() if name.startswith("infrastructure/")),
        *project_files(),
    )  # fmt: skip
    for name in sources:
        file = ROOT / name
        if file.is_file():
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def project_files() -> list[str]:
    """Return the files of the project that go in, by their path from the root, in order."""
    return [
        name
        for name in _tracked()
        if (name.startswith(INCLUDED) or name in INCLUDED_FILES) and not name.startswith(LEFT_OUT)
    ]


def copy_project(folder: Path) -> None:
    """Copy what goes in of the project, as it stands in the working tree."""
    for name in project_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)


def _tracked() -> list[str]:
    done = subprocess.run(  # noqa: S603  # constant
        ["git", "ls-files"],  # noqa: S607  # git
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return sorted(name for name in done.stdout.splitlines() if (ROOT / name).is_file())


def _environment(python: Path) -> Path:
    """Return the libraries of the package as Zappa looks for them; made once for each lock."""
    digest = hashlib.sha256(f"{sys.version} {sorted(trim.services())}".encode())
    for name in ("requirements/lambda.txt", "requirements/zappa.txt",
                 "infrastructure/package/build.py", "infrastructure/package/trim.py"):  # fmt: skip
        digest.update((ROOT / name).read_bytes())
    folder = CACHE / f"libraries-{digest.hexdigest()[:16]}"
    if not folder.exists():
        for old in CACHE.glob("libraries-*"):
            shutil.rmtree(old)
        begun = CACHE / "begun-libraries"
        shutil.rmtree(begun, ignore_errors=True)
        # Zappa looks where its own interpreter would; the libraries are the target's all the same.
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        libraries = begun / "lib" / version / "site-packages"
        _install(libraries)
        trim.trim(libraries)
        _compile(python, libraries)
        begun.rename(folder)
    return folder


def _install(libraries: Path) -> None:
    """Install the locked libraries for the target, whatever this machine is."""
    base = [
        _tool("uv"), "pip", "install", "--quiet", "--python", sys.executable,
        "--target", str(libraries), "--python-version", interpreter.VERSION,
        "--python-platform", PLATFORM, "--only-binary", ":all:", "--require-hashes",
    ]  # fmt: skip
    _do([*base, "-r", str(ROOT / "requirements" / "lambda.txt")], ROOT)
    # Its command line needs much more than the function does: what that needs stands above.
    _do([*base, "--no-deps", "-r", str(ROOT / "requirements" / "zappa.txt")], ROOT)


def _collect_static(project: Path) -> None:
    with tempfile.TemporaryDirectory() as nowhere:
        environment = {
            **os.environ, "MUSTER_VAR": nowhere, "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "infrastructure.package.static_settings",
            # The project's own copy stands before it.
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        _do(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
            project, environment,
        )  # fmt: skip
    collected = project / "staticfiles"
    _drop_unhashed(collected)
    # Where files lie in a bucket, the function needs their names only, and looks for them here.
    (project / MANIFEST).mkdir()
    shutil.copyfile(collected / "staticfiles.json", project / MANIFEST / "staticfiles.json")


def _drop_unhashed(folder: Path) -> None:
    """Pages name the hashed copies only; the manifest says which those are."""
    manifest = stages.read(folder / "staticfiles.json")
    kept = set(manifest["paths"].values())
    for file in [found for found in folder.rglob("*") if found.is_file()]:
        name = file.relative_to(folder).as_posix()
        if name != "staticfiles.json" and name.removesuffix(".gz") not in kept:
            file.unlink()


def _compile(python: Path, folder: Path) -> None:
    """Compile by content, never checked again: the archive loses the times of its files."""
    command = [
        str(python), "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash",
    ]  # fmt: skip
    # `-s` keeps this machine's folders out of tracebacks, and two builds equal.
    _do([*command, "-s", str(folder), "-p", "/var/task", str(folder)], ROOT)


def _zip(stage: str, project: Path, environment: Path) -> Path:
    """Let Zappa write the archive; it needs neither credentials nor a network."""
    variables = {
        **os.environ, "VIRTUAL_ENV": str(environment), "AWS_DEFAULT_REGION": "us-east-1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    _do([_tool("zappa"), "package", stage, "--output", "package.zip"], project, variables)
    return project / "package.zip"


def _tool(name: str) -> str:
    """Return a program that stands beside this interpreter."""
    return str(Path(sys.executable).parent / name)


def _do(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603  # our own commands
        command, cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise BuildFailed(f"{' '.join(command[:4])} … failed:\n{done.stdout}{done.stderr}")
