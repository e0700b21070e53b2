"""What the dlib engine needs of the machine."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from integrations.errors import Misconfigured
from integrations.faces import cpu, dlib_parts
from integrations.faces.dlib_engine import DlibEngine

FINDINGS = {
    "shape_predictor_5_face_landmarks.dat": (9_150_489, "c4b1e9804792707d"),
    "dlib_face_recognition_resnet_model_v1.dat": (22_466_066, "55533b28a95800a5"),
}


@pytest.fixture
def two_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that holds the two files that may be used, and no other."""
    installed = dlib_parts.models_folder()
    assert installed is not None
    for name in FINDINGS:
        (tmp_path / name).symlink_to(installed / name)
    monkeypatch.setattr(dlib_parts, "models_folder", lambda: tmp_path)
    return tmp_path


def hide(monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    find_spec = importlib.util.find_spec

    def spec(name: str) -> importlib.machinery.ModuleSpec | None:
        return None if name == hidden else find_spec(name)

    monkeypatch.setattr(importlib.util, "find_spec", spec)


def test_nothing_lacks_here() -> None:
    assert dlib_parts.lacking() is None


def test_model_files_are_the_measured_ones() -> None:
    parts = (dlib_parts.LANDMARKS, dlib_parts.EMBEDDING)

    assert {part.name: (part.verified().stat().st_size, part.sha256[:16]) for part in parts} == (
        FINDINGS
    )


@pytest.mark.parametrize(
    ("hidden", "code"),
    [
        ("dlib", "face_packages_missing"),
        ("numpy", "face_packages_missing"),
        ("face_recognition_models", "models_missing"),
    ],
)
def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, hidden: str, code: str) -> None:
    hide(monkeypatch, hidden)

    assert dlib_parts.lacking() == code


def test_models_package_without_a_folder_counts_as_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = importlib.machinery.ModuleSpec("face_recognition_models", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: module)

    assert (dlib_parts.models_folder(), dlib_parts.lacking()) == (None, "models_missing")


@pytest.mark.parametrize("name", FINDINGS)
def test_missing_model_file_is_named(two_models: Path, name: str) -> None:
    (two_models / name).unlink()

    with pytest.raises(Misconfigured) as caught:
        DlibEngine()

    assert caught.value.code == dlib_parts.lacking() == "models_missing"


@pytest.mark.parametrize("part", [dlib_parts.LANDMARKS, dlib_parts.EMBEDDING])
def test_file_that_vanished_meanwhile_is_named(
    two_models: Path, part: dlib_parts.ModelFile
) -> None:
    (two_models / part.name).unlink()

    with pytest.raises(Misconfigured) as caught:
        part.verified()

    assert (caught.value.code, caught.value.values) == ("models_missing", {"file": part.name})


@pytest.mark.parametrize("name", FINDINGS)
def test_changed_model_file_is_not_loaded(two_models: Path, name: str) -> None:
    content = bytearray((two_models / name).read_bytes())
    content[-1] ^= 1
    (two_models / name).unlink()
    (two_models / name).write_bytes(content)

    with pytest.raises(Misconfigured) as caught:
        DlibEngine()

    assert (caught.value.code, caught.value.values) == ("model_changed", {"file": name})


def test_engine_loads_without_the_68_point_file(two_models: Path) -> None:
    assert DlibEngine().name == "dlib"
    assert sorted(path.name for path in two_models.iterdir()) == sorted(FINDINGS)


def test_processor_without_avx_is_found_out_before_anything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cpu, "has_avx", lambda: False)

    with pytest.raises(Misconfigured) as caught:
        DlibEngine()

    assert caught.value.code == dlib_parts.lacking() == "no_avx"


@pytest.mark.parametrize(
    "script",
    [
        "faces.available()",
        "cpu.has_avx = lambda: False; faces.available()",
    ],
)
def test_heavy_packages_are_not_imported_without_need(script: str) -> None:
    code = (
        "import sys; from django.conf import settings; settings.configure(); "
        f"from integrations import faces; from integrations.faces import cpu; {script}; "
        "heavy = {'dlib', 'numpy', 'face_recognition_models'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)  # noqa: S603  # constant

    assert (done.returncode, done.stdout) == (0, "")


def test_loaded_engine_has_not_imported_the_models_package() -> None:
    code = (
        "import sys; from django.conf import settings; settings.configure(MUSTER_FACE_WORKERS=0); "
        "from integrations import faces; faces.engine(); "
        "sys.exit(0 if ('dlib' in sys.modules, 'face_recognition_models' in sys.modules)"
        " == (True, False) else 1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)  # noqa: S603  # constant

    assert (done.returncode, done.stderr) == (0, "")
