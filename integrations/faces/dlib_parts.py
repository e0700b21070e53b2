"""What the dlib engine needs of the machine, looked up without importing or loading any of it.

The model files come from the package `face_recognition_models`, which is never imported: it
needs `pkg_resources`, which is gone. Of its four files, two are used; the 68-point file must not
be (its training set excludes commercial use).
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integrations.errors import Misconfigured
from integrations.faces import cpu

_MODELS_PACKAGE: Final = "face_recognition_models"


@dataclass(frozen=True)
class ModelFile:
    """A file of weights that is used only if it is, byte for byte, the one measured."""

    name: str
    sha256: str

    def verified(self) -> Path:
        """Return where the file stands.

        Raises:
            Misconfigured: `models_missing`; `model_changed`, its content is not the known one.
        """
        folder = models_folder()
        if folder is None or not (folder / self.name).is_file():
            raise Misconfigured("models_missing", file=self.name)
        path = folder / self.name
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != self.sha256:
            raise Misconfigured("model_changed", file=self.name)
        return path


LANDMARKS: Final = ModelFile(
    "shape_predictor_5_face_landmarks.dat",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
)
EMBEDDING: Final = ModelFile(
    "dlib_face_recognition_resnet_model_v1.dat",
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
)


def models_folder() -> Path | None:
    """Return the folder of the model files, or None where their package is not installed."""
    # The top-level name only: a dotted one would import the package.
    spec = importlib.util.find_spec(_MODELS_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "models"


def lacking() -> str | None:
    """Return the code of the first thing this machine lacks for the engine, None if nothing."""
    if not cpu.has_avx():
        return "no_avx"
    if any(importlib.util.find_spec(package) is None for package in ("dlib", "numpy")):
        return "face_packages_missing"
    folder = models_folder()
    if folder is None or not all((folder / m.name).is_file() for m in (LANDMARKS, EMBEDDING)):
        return "models_missing"
    return None
