"""The repository as its own tests see it: what git keeps, as text."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
APPS: Final = ("attendance", "companies", "integrations", "leave", "portal")


@functools.cache
def tracked() -> tuple[str, ...]:
    """Return every file that git keeps or would keep, by its path from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  # constant
    found = (name for name in done.stdout.splitlines() if (ROOT / name).is_file())
    return tuple(sorted(found))


@functools.cache
def texts() -> dict[str, str]:
    """Return the text of every file that is one."""
    found = {}
    for name in tracked():
        try:
            found[name] = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def of_kind(*endings: str) -> dict[str, str]:
    """Return the texts of files with these endings."""
    return {name: text for name, text in texts().items() if name.endswith(endings)}
