"""Looking AVX up before anything that needs it is imported."""

from __future__ import annotations

import ctypes
import platform
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from integrations.faces import cpu


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return monkeypatch


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu sse4_2 avx avx2\n", True),
        ("processor : 0\nflags\t\t: fpu sse4_2\n", False),
        ("processor : 0\nflags\t\t: fpu avx2only notavx\n", False),
        ("", False),
        (None, False),
    ],
)
def test_linux(
    machine: pytest.MonkeyPatch, tmp_path: Path, cpuinfo: str | None, expected: bool
) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        path.write_text(cpuinfo)
    machine.setattr(platform, "system", lambda: "Linux")
    machine.setattr(cpu, "_CPUINFO", path)

    assert cpu.has_avx() is expected


@pytest.mark.parametrize(
    ("features", "expected"), [("FPU SSE4.2 AVX1.0 RDRAND", True), ("FPU SSE4.2", False)]
)
def test_macos(machine: pytest.MonkeyPatch, features: str, expected: bool) -> None:
    machine.setattr(platform, "system", lambda: "Darwin")
    machine.setattr(cpu, "_SYSCTL", ("echo", features))

    assert cpu.has_avx() is expected


def test_macos_without_an_answer(machine: pytest.MonkeyPatch) -> None:
    def fails(*_args: object, **_named: object) -> None:
        raise subprocess.CalledProcessError(1, "sysctl")

    machine.setattr(platform, "system", lambda: "Darwin")
    machine.setattr(subprocess, "run", fails)

    assert cpu.has_avx() is False


@pytest.mark.parametrize(("answer", "expected"), [(1, True), (0, False)])
def test_windows(machine: pytest.MonkeyPatch, answer: int, expected: bool) -> None:
    asked: list[int] = []

    def is_present(feature: int) -> int:
        asked.append(feature)
        return answer

    kernel32 = SimpleNamespace(IsProcessorFeaturePresent=is_present)
    machine.setattr(platform, "system", lambda: "Windows")
    machine.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel32), raising=False)

    assert (cpu.has_avx(), asked) == (expected, [39])


def test_unknown_system_counts_as_without(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(platform, "system", lambda: "Plan 9")

    assert cpu.has_avx() is False


@pytest.mark.parametrize("name", ["arm64", "aarch64", "ARM64"])
def test_arm_needs_no_avx(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(platform, "machine", lambda: name)
    monkeypatch.setattr(platform, "system", lambda: "Plan 9")

    assert cpu.has_avx() is True
