"""Whether this processor has AVX, which the dlib wheel for x86 was built with.

Importing that wheel without AVX ends the whole process (SIGILL), so it is looked up before.
Where it cannot be found out, the answer is no.
"""

from __future__ import annotations

import ctypes
import platform
import subprocess
from pathlib import Path
from typing import Final

_CPUINFO: Final = Path("/proc/cpuinfo")
_SYSCTL: Final = ("/usr/sbin/sysctl", "-n", "machdep.cpu.features")
_WINDOWS_FEATURE_AVX: Final = 39
_NOT_X86: Final = frozenset({"arm64", "aarch64"})


def has_avx() -> bool:
    """Return whether code built with AVX may run; always true where such code is not built."""
    if platform.machine().lower() in _NOT_X86:
        return True
    look_up = {"Linux": _on_linux, "Darwin": _on_macos, "Windows": _on_windows}
    try:
        return look_up[platform.system()]()
    except (KeyError, OSError, subprocess.SubprocessError):
        return False


def _on_linux() -> bool:
    flags = (line for line in _CPUINFO.read_text().splitlines() if line.startswith("flags"))
    return "avx" in next(flags, "").split()


def _on_macos() -> bool:
    answer = subprocess.run(_SYSCTL, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603  # constant
    return "AVX1.0" in answer.stdout.split()


def _on_windows() -> bool:
    kernel32 = getattr(ctypes, "windll").kernel32  # noqa: B009  # exists on Windows only
    return bool(kernel32.IsProcessorFeaturePresent(_WINDOWS_FEATURE_AVX))
