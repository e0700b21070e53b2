"""The face engine of this process, chosen by the setting `MUSTER_FACE_ENGINE`.

`dlib` (default) works on this machine's processor; `none` turns face checks off. It looks at
pictures in `MUSTER_FACE_WORKERS` processes of its own (1; with 0 in this very process). The engine
is made on first use and kept: its models take half a second and 75 MB. `rekognition` asks AWS
(`MUSTER_REKOGNITION_…`).
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings

from integrations.errors import Misconfigured
from integrations.faces import dlib_parts
from integrations.faces.protocol import FaceEngine

if TYPE_CHECKING:
    from integrations.faces.liveness import Sessions

__all__ = [
    "available", "engine", "forget", "is_hosted", "most_a_second", "name", "sessions", "using",
]  # fmt: skip

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
    with _lock:
        if name() not in _made:
            _made[name()] = _make()
        return _made[name()]


def available() -> str | None:
    """Return why there is no engine, or None if there is one; loads nothing.

    Codes: `face_engine_off`, `face_engine_unknown`, `no_avx`, `face_packages_missing`,
    `models_missing`, `aws_packages_missing`, `rekognition_liveness_invalid`, and those of
    `RekognitionEngine`.
    """
    if _override is not None or name() in _made:
        return None
    match name():
        case "none":
            return "face_engine_off"
        case "dlib":
            return dlib_parts.lacking()
        case "rekognition":
            return _lacking_on_aws()
        case _:
            return "face_engine_unknown"


def name() -> str:
    """Return the name of the engine that is chosen, whether or not there is one."""
    if _override is not None:
        return _override.name
    return str(getattr(settings, "MUSTER_FACE_ENGINE", "dlib"))


def is_hosted() -> bool:
    """Return whether the chosen engine sends pictures elsewhere; makes none."""
    return _override.is_hosted if _override is not None else name() == "rekognition"


def most_a_second() -> int | None:
    """Return how many pictures a second the chosen engine compares; None for any; makes none."""
    if _override is not None:
        return _override.most_a_second
    return int(settings.MUSTER_REKOGNITION_TPS) if is_hosted() else None


def sessions() -> Sessions | None:
    """Return what sees by itself whether somebody is there; None where nothing does."""
    if _override is not None:
        own: Sessions | None = getattr(_override, "sessions", None)
        return own
    if not is_hosted() or not settings.MUSTER_REKOGNITION_LIVENESS or available() is not None:
        return None
    from integrations.faces.liveness import FaceLiveness  # noqa: PLC0415  # lazy: most have none

    return FaceLiveness(least=settings.MUSTER_REKOGNITION_LIVENESS)


def forget(engine_name: str, external_ids: Sequence[str]) -> None:
    """Have faces deleted by the engine that keeps them, which may not be the chosen one any more.

    Raises:
        Unavailable: not now.
        Misconfigured: `face_engine_unknown`, or the operator must see to it.
    """
    if _override is not None and _override.name == engine_name:
        return _override.forget(external_ids)
    if engine_name != "rekognition":
        raise Misconfigured("face_engine_unknown", engine=engine_name)
    from integrations.faces import rekognition  # noqa: PLC0415  # lazy: most have none

    return rekognition.forget(external_ids)


@contextmanager
def using(other: FaceEngine) -> Iterator[None]:
    """Make every thread of the process use another engine for a while; for tests."""
    global _override
    before, _override = _override, other
    try:
        yield
    finally:
        _override = before


def _make() -> FaceEngine:
    if name() == "rekognition":
        from integrations.faces import rekognition  # noqa: PLC0415  # lazy: most have none

        return rekognition.RekognitionEngine(**_rekognition_settings())
    count = int(getattr(settings, "MUSTER_FACE_WORKERS", 1))
    if count > 0:
        from integrations.faces.workers import WorkerEngine  # noqa: PLC0415  # lazy: heavy

        return WorkerEngine(count=count, seconds=getattr(settings, "MUSTER_FACE_SECONDS", 20))
    from integrations.faces.dlib_engine import DlibEngine  # noqa: PLC0415  # lazy: heavy

    return DlibEngine()


def _lacking_on_aws() -> str | None:
    if importlib.util.find_spec("boto3") is None:
        return "aws_packages_missing"
    if not 0 <= settings.MUSTER_REKOGNITION_LIVENESS <= 100:
        return "rekognition_liveness_invalid"
    from integrations.faces import rekognition  # noqa: PLC0415  # lazy: most have none

    return rekognition.problem(**_rekognition_settings())


def _rekognition_settings() -> dict[str, Any]:
    return {
        "prefix": settings.MUSTER_REKOGNITION_PREFIX,
        "match": settings.MUSTER_REKOGNITION_MATCH,
        "most_a_second": settings.MUSTER_REKOGNITION_TPS,
    }
