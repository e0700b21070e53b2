"""The interpreter of a sandbox: the target's Python with `awslambdaric` and nothing else."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from infrastructure.package import build, interpreter


def python() -> Path:
    """Return it; it is made once for each lock of its requirements.

    Raises:
        NoInterpreter: no Python of the target's version is here.
    """
    lock = build.ROOT / "requirements" / "runtime.txt"
    mark = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    folder = build.CACHE / f"runtime-{mark}"
    found = folder / "bin" / "python"
    with build.alone():
        if not (folder / "whole").exists():
            uv = str(Path(sys.executable).parent / "uv")
            target = str(interpreter.find())
            for command in (
                [uv, "venv", "--quiet", "--clear", "--python", target, str(folder)],
                [uv, "pip", "install", "--quiet", "--python", str(found), "--require-hashes",
                 "-r", str(lock)],
            ):  # fmt: skip
                subprocess.run(command, check=True)  # noqa: S603  # our own commands
            (folder / "whole").touch()
    return found
