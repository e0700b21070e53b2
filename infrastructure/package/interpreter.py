"""The Python of the target: what is compiled for Lambda is compiled by the same minor version."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

VERSION: Final = "3.13"
RUNTIME: Final = f"python{VERSION}"
VARIABLE: Final = "MUSTER_LAMBDA_PYTHON"


class NoInterpreter(RuntimeError):
    """There is no Python of the target's version on this machine."""

    def __init__(self) -> None:
        super().__init__(
            f"The Lambda package needs Python {VERSION}. Install it (your system's packages, pyenv "
            f"or uv have it), or say where it is: {VARIABLE}=/path/to/{RUNTIME}."
        )


def find() -> Path:
    """Return a Python of the target's version that really runs.

    Raises:
        NoInterpreter: there is none, or the one that the variable names is another.
    """
    if named := os.environ.get(VARIABLE):
        if not _runs(Path(named)):
            raise NoInterpreter
        return Path(named)
    for found in _candidates():
        if _runs(found):
            return found
    raise NoInterpreter


def _candidates() -> Iterator[Path]:
    """Yield where it may be: on the path, then below pyenv (whose shim runs one version only)."""
    if on_path := shutil.which(RUNTIME):
        yield Path(on_path)
    if pyenv := shutil.which("pyenv"):
        done = subprocess.run([pyenv, "root"], capture_output=True, text=True)  # noqa: S603  # found above
        versions = Path(done.stdout.strip()) / "versions"
        yield from sorted(versions.glob(f"{VERSION}*/bin/{RUNTIME}"), reverse=True)


def _runs(python: Path) -> bool:
    command = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603  # an interpreter
    except OSError:
        return False
    return (done.returncode, done.stdout.strip()) == (0, VERSION)
