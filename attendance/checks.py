"""System checks of attendance: what is missing is said in a sentence, not in a traceback."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register  # noqa: A004

from integrations import faces
from integrations.faces import vault

_SENTENCES = {
    "face_engine_off": "The face check is switched off (MUSTER_FACE_ENGINE=none).",
    "face_engine_unknown": "MUSTER_FACE_ENGINE names no engine; write dlib, rekognition or none.",
    "no_avx": "This processor lacks AVX, which the face engine needs.",
    "face_packages_missing": "The face engine is not installed (requirements/faces.txt).",
    "aws_packages_missing": "What AWS needs is not installed (requirements/aws.txt).",
    "rekognition_prefix_invalid": (
        "MUSTER_REKOGNITION_PREFIX must name the face collections: 1 to 36 letters, digits, _.-"
    ),
    "rekognition_match_invalid": "MUSTER_REKOGNITION_MATCH must be search or compare.",
    "rekognition_liveness_invalid": "MUSTER_REKOGNITION_LIVENESS must lie between 0 and 100.",
    "rekognition_tps_invalid": "MUSTER_REKOGNITION_TPS must be at least 1.",
    "models_missing": "The models of the face engine are missing (requirements/faces.txt).",
}


@register()
def faces_can_be_checked(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say why faces cannot be checked; punches are then kept as "face not checked"."""
    found: list[CheckMessage] = []
    reason = faces.available()
    if reason is not None:
        why = _SENTENCES.get(reason, f"The face engine cannot run here ({reason}).")
        found.append(
            Warning(why, hint="Punches are kept as “face not checked”.", id="attendance.W001")
        )
    key_problem = vault.problem()
    if key_problem is not None:
        found.append(
            Warning(
                f"Face templates cannot be sealed ({key_problem}).",
                hint="Set MUSTER_FACE_KEYS: a key id and 32 bytes as base64.",
                id="attendance.W002",
            )
        )
    return found
