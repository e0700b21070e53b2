"""What the libraries bring along and the function never reads is left out of the package."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
# Services whose clients libraries make by themselves; our own calls are found in the code.
SERVICES_OF_LIBRARIES: Final = {
    "anymail": {"sesv2"},
    "pynamodb": {"dynamodb"},
    "storages": {"s3"},
    # All four when it is imported.
    "zappa.asynchronous": {"dynamodb", "lambda", "sns", "sts"},
}
# What botocore reads for every client.
_EVERY_CLIENT: Final = frozenset(
    {"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"}
)
# Words of other languages than these are never shown: Muster itself speaks these.
LANGUAGES: Final = frozenset({"en"})
# Folders that no line of ours imports; paths from the libraries' root.
_UNUSED: Final = (
    "aws_lambda_powertools/event_handler/openapi/swagger_ui",
    "bin",
    "boto3/examples",
    "django/contrib/gis",
    "README.rst",
    "slack_sdk/audit_logs",
    "slack_sdk/oauth",
    "slack_sdk/rtm",
    "slack_sdk/rtm_v2",
    "slack_sdk/scim",
    "slack_sdk/socket_mode",
)
# Accounts of other sites: allauth loads one only where its app is installed, and none is.
_PROVIDERS: Final = "allauth/socialaccount/providers"
_SHARED_BY_PROVIDERS: Final = frozenset({"base", "oauth", "oauth2"})


def trim(libraries: Path) -> None:
    """Delete what is not needed from a folder of installed libraries."""
    unused = (*_bytecode(libraries), *_named(libraries), *_of_packages(libraries))
    for found in (*unused, *_providers(libraries)):
        if found.is_dir():
            shutil.rmtree(found)
        else:
            found.unlink(missing_ok=True)
    _keep_only(libraries / "botocore" / "data", services() | _EVERY_CLIENT)
    _keep_only(libraries / "boto3" / "data", services())


def services() -> frozenset[str]:
    """Return the services of AWS that need a description in the package."""
    ours = {service for file in sorted((ROOT / "integrations").rglob("*.py"))
            for service in clients_of(file.read_text("utf-8"))}  # fmt: skip
    return frozenset(ours.union(*SERVICES_OF_LIBRARIES.values()))


def clients_of(code: str) -> set[str]:
    """Return the services whose clients a module makes by `client("…")`.

    Raises:
        ValueError: it makes one whose name is not written out.
    """
    found = set()
    for call in ast.walk(ast.parse(code)):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        if ast.unparse(call.func) in {"client", "aws.client", "boto3.client"}:
            found.add(ast.literal_eval(call.args[0]))
    return found


def _bytecode(libraries: Path) -> list[Path]:
    # Stamped with a time that the archive loses: every start would compile it anew.
    return list(libraries.rglob("__pycache__"))


def _named(libraries: Path) -> list[Path]:
    return [libraries / name for name in _UNUSED if (libraries / name).exists()]


def _providers(libraries: Path) -> list[Path]:
    return [
        found
        for found in (libraries / _PROVIDERS).glob("*")
        if found.is_dir() and found.name not in _SHARED_BY_PROVIDERS
    ]


def _of_packages(libraries: Path) -> Iterator[Path]:
    for folder in list(libraries.rglob("locale")):
        yield from (language for language in folder.iterdir() if _is_foreign(language))
    # Served from `staticfiles`, where they lie under their hashed names.
    yield from list(libraries.glob("*/static"))
    yield from list(libraries.glob("*/contrib/*/static"))
    yield from list(libraries.glob("*/tests"))


def _is_foreign(language: Path) -> bool:
    return (
        language.is_dir()
        and (language / "LC_MESSAGES").is_dir()
        and language.name.partition("_")[0] not in LANGUAGES
    )


def _keep_only(folder: Path, names: frozenset[str]) -> None:
    for found in folder.iterdir():
        plain = found.name.removesuffix(".gz")
        if plain in names:
            if found.is_dir():
                _keep_newest(found)
        elif found.is_dir():
            shutil.rmtree(found)
        else:
            found.unlink()


def _keep_newest(service: Path) -> None:
    """Keep the newest version of a service: a client takes no other unless it is asked to."""
    for old in sorted(found for found in service.iterdir() if found.is_dir())[:-1]:
        shutil.rmtree(old)
