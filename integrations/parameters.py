"""Secrets of a deployment: read when they are first used, never when settings are.

On AWS they stand as encrypted parameters of Systems Manager under one path (`MUSTER_PARAMETERS`,
such as `/muster/production`), named like the variables that they stand for, and the database's
password in Secrets Manager (`MUSTER_DATABASE_SECRET`). What `late` returns is read at first use and
kept by the process: a snapshot of a function that has started holds no secret, and a process that
starts after a rotation reads the new one.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any, SupportsIndex, overload

from django.utils.functional import SimpleLazyObject, lazystr

from integrations import aws
from integrations.errors import Misconfigured

__all__ = ["answer_date", "database_password", "forget", "late", "late_json", "late_list", "read"]


def late(path: str, name: str, *, is_needed: bool = True) -> Any:
    """Return a text that is read when it is used, such as by `str()`.

    One that is not needed is empty where there is no such parameter.
    """
    return lazystr(_Late(path, name, is_needed))


def late_json(path: str, name: str) -> Any:
    """Return a stand-in for what the parameter's JSON holds, read when it is used."""
    return SimpleLazyObject(lambda: _from_json(read(path, name), f"{path}/{name}"))


def late_list(path: str, name: str) -> list[str]:
    """Return a list whose items are read when it is used; empty where there is no parameter."""
    return _LateList(path, name)


def read(path: str, name: str) -> str:
    """Return the parameter's value.

    Raises:
        Misconfigured: `parameter_missing`, with its name; or AWS's own code.
        Unavailable: Systems Manager does not answer.
    """
    found = _all(path).get(name, "")
    if not found:
        raise Misconfigured(
            "parameter_missing",
            name=f"{path}/{name}",
            hint=(
                f"Create it: aws ssm put-parameter --type SecureString --name {path}/{name} "
                "--value …"
            ),
        )
    return found


def database_password(secret: str) -> Any:
    """Return the password of the secret's JSON (`{"password": …}`), read when it is used."""
    return lazystr(_LatePassword(secret))


def answer_date(path: str) -> str:
    """Return the `Date` by which Systems Manager's answer was stamped: a clock of AWS's own.

    Raises:
        Unavailable, Misconfigured
    """
    return str(_page(path, "")["ResponseMetadata"]["HTTPHeaders"]["date"])


def forget() -> None:
    """Read everything anew from now on, as after a rotation."""
    _all.cache_clear()
    _password.cache_clear()


class _Late:
    """What a lazy text asks: `str()` of it reads."""

    def __init__(self, path: str, name: str, is_needed: bool) -> None:
        self.path, self.name, self.is_needed = path, name, is_needed

    def __str__(self) -> str:
        return read(self.path, self.name) if self.is_needed else _all(self.path).get(self.name, "")


class _LatePassword:
    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __str__(self) -> str:
        return _password(self.secret)


class _LateList(list[str]):
    """A list for Django, which refuses anything else as `SECRET_KEY_FALLBACKS`; read when used.

    A missing parameter is an empty list, never an empty key: that one would open everything.
    """

    def __init__(self, path: str, name: str) -> None:
        super().__init__()
        self._path, self._name = path, name

    def _read(self) -> list[str]:
        return [item for item in _all(self._path).get(self._name, "").split(",") if item]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    @overload
    def __getitem__(self, index: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: Any) -> Any:
        return self._read()[index]


def _page(path: str, token: str) -> dict[str, Any]:
    more = {"NextToken": token} if token else {}
    with aws.translated():
        found: dict[str, Any] = aws.client("ssm").get_parameters_by_path(
            Path=path, WithDecryption=True, **more
        )
    return found


@functools.cache
def _all(path: str) -> dict[str, str]:
    """Return every parameter under the path by its last name; ten come with one call."""
    found: dict[str, str] = {}
    token = ""
    while True:
        page = _page(path, token)
        found |= {item["Name"].rpartition("/")[2]: item["Value"] for item in page["Parameters"]}
        token = page.get("NextToken", "")
        if not token:
            return found


@functools.cache
def _password(secret: str) -> str:
    with aws.translated():
        answer = aws.client("secretsmanager").get_secret_value(SecretId=secret)
    found = _from_json(answer.get("SecretString", ""), secret)
    if not isinstance(found, dict) or not found.get("password"):
        raise Misconfigured("secret_without_password", name=secret)
    return str(found["password"])


def _from_json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        # `from None`: a JSON error holds the whole document.
        raise Misconfigured("secret_no_json", name=name) from None
