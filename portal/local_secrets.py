"""Secrets of a single machine: made once, kept in a private file beside its data.

Where the environment gives `SECRET_KEY` and `MUSTER_FACE_KEYS`, this file is never made.
"""

import base64
import json
import os
from pathlib import Path
from typing import TypedDict


class Secrets(TypedDict):
    secret_key: str
    face_keys: dict[str, str]


def _fresh() -> Secrets:
    return {
        "secret_key": base64.urlsafe_b64encode(os.urandom(48)).decode(),
        "face_keys": {"local-1": base64.b64encode(os.urandom(32)).decode()},
    }


def load(folder: Path) -> Secrets:
    """Return the machine's secrets, making them on first use.

    Two processes that start at once agree: the file appears whole or not at all (a hard link
    to a finished temporary file), and who comes second reads the first one's.
    """
    path = folder / "secrets.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".secrets-{os.getpid()}-{os.urandom(4).hex()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(_fresh(), file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secrets: Secrets = json.loads(path.read_text())
    return secrets
