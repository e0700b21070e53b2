"""The face engine of this process, chosen by the setting `MUSTER_FACE_ENGINE`.

`dlib` (default) works on this machine's processor; `none` turns face checks off. The engine is
made on first use and kept: its models take half a second and 75 MB.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from integrations.errors import Misconfigured
from integrations.faces import dlib_parts
from integrations.faces.protocol import FaceEngine

__all__ = ["available", "engine", "using"]

_lock = threading.Lock()
_made: dict[str, FaceEngine] = {}
_override: FaceEngine | None = None


def engine() -> FaceEngine:
    """Return the engine, loading it on the first call of the process.

    Raises:
        Misconfigured: there is none: a code of `available()`, or `model_changed`.
    """
    if _override is not None:
        return _override
    lacking = available()
    if lacking is not None:
        raise Misconfigured(lacking)
    name = _chosen()
    with _lock:
        if name not in _made:
            from integrations.faces.dlib_engine import DlibEngine  # noqa: PLC0415  # lazy: heavy

            _made[name] = DlibEngine()
        return _made[name]


def available() -> str | None:
    """Return why there is no engine, or None if there is one; loads nothing.

    Codes: `face_engine_off`, `face_engine_unknown`, `no_avx`, `face_packages_missing`,
    `models_missing`.
    """
    if _override is not None or _chosen() in _made:
        return None
    match _chosen():
        case "none":
            return "face_engine_off"
        case "dlib":
            return dlib_parts.lacking()
        case _:
            return "face_engine_unknown"


@contextmanager
def using(other: FaceEngine) -> Iterator[None]:
    """Make every thread of the process use another engine for a while; for tests."""
    global _override
    before, _override = _override, other
    try:
        yield
    finally:
        _override = before


def _chosen() -> str:
    return str(getattr(settings, "MUSTER_FACE_ENGINE", "dlib"))
