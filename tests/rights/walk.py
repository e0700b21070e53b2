"""Asks, in everybody's name, and rolls back; tells the answer and whether the database changed."""

from __future__ import annotations

import hashlib
import pickle
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.apps import apps
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.http import HttpResponse
from django.template.backends.django import Template
from django.test import Client

from companies import selectors
from companies.models import User
from companies.once import FIELD
from portal.admin_sites import MusterAdminSite
from tests.kept import forget
from tests.rights.stand import Stand

_WRITES = re.compile(
    r'\s*(?:INSERT\s+(?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE
)
# What Django signs, with the time of it.
_SIGNED = re.compile(r"[\w-]+:[\w-]{6}:[\w-]{43}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Counters, sessions and one-time forms: not what anybody would call the records.
MACHINERY = {
    "django_session", "companies_formsubmission", "companies_throttle", "cache",
    "companies_signedinsession",
}  # fmt: skip


# Where it is written down that somebody looked.
LOOKS = {"companies_auditevent", "companies_look"}


@dataclass(frozen=True)
class Ask:
    """One request; `data` may depend on who asks, which is the column of their role."""

    row: str
    method: str
    path: str
    data: Callable[[str], dict[str, Any]] | None = None


def fingerprint(table: str, *, company: int | None = None) -> str:
    """Return a mark that differs as soon as a row of the table, or of the company's, does."""
    where = "" if company is None else f"WHERE company_id = {company}"
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" {where} ORDER BY 1')
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()


class Askers:
    """Everybody signed in once; each question starts from how the database was then."""

    def __init__(self, stand: Stand) -> None:
        # One client for all: each new one would look through every static file again.
        self._client = Client()
        sessions = stand.sessions()
        self._cookies = {
            column: _signed_in(user, sessions[column]) for column, user in stand.users().items()
        }
        tables = [model._meta.db_table for model in apps.get_models()]
        self._before = {table: fingerprint(table) for table in tables if table not in MACHINERY}

    def ask(
        self, column: str, asked: Ask, *, look: Callable[[set[str]], set[str]] | None = None
    ) -> tuple[HttpResponse, set[str]]:
        """Return the answer, read to its end, and the tables that it changed; then undo all.

        `look` narrows the changed tables while the change still stands.
        """
        self._client.cookies = SimpleCookie(self._cookies[column])
        written: set[str] = set()

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            found = _WRITES.match(sql)
            if found:
                written.add(found[1])
            return execute(sql, params, many, context)

        with transaction.atomic():
            with connection.execute_wrapper(watch):
                answer = _send(self._client, column, asked)
            changed = {
                table
                for table in written & self._before.keys()
                if fingerprint(table) != self._before[table]
            }
            if look is not None and changed:
                changed = look(changed)
            transaction.set_rollback(True)
        if written:
            forget()
        return answer, changed


def _signed_in(user: User | None, noted: dict[str, Any]) -> dict[str, str]:
    client = Client()
    if user is not None:
        client.force_login(user)
        session = client.session
        session.update(noted)
        session.save()
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _send(client: Client, column: str, asked: Ask) -> HttpResponse:
    sent: dict[str, Any] = {}
    if asked.method == "POST":
        sent = {FIELD: str(uuid.uuid4())}
    if asked.data is not None:
        sent |= asked.data(column)
    if asked.method in ("GET", "HEAD", "POST"):
        answer: Any = getattr(client, asked.method.lower())(asked.path, sent or None)
    else:
        answer = client.generic(asked.method, asked.path)
    if answer.streaming:
        # Read to its end the client closes it, without closing the test's own connection.
        answer.content_read = b"".join(answer)
    found: HttpResponse = answer
    return found


def body_of(answer: Any) -> bytes:
    """Return every byte of the answer."""
    return answer.content_read if answer.streaming else answer.content


def said(answer: HttpResponse) -> str:
    """Return the status, and where it leads, without ids and signed tokens."""
    target = _UUID.sub("ID", urlsplit(answer.headers.get("Location", "")).path)
    target = _SIGNED.sub("TOKEN", target)
    return f"{answer.status_code} {target}".strip()


def _once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, which answers of each session, person or key once."""
    known: dict[Any, bytes] = {}

    def remembered(*args: Any, **kwargs: Any) -> Any:
        key = getattr(args[0], "session_key", None) or getattr(args[-1], "pk", args[-1])
        if key not in known:
            known[key] = pickle.dumps(function(*args, **kwargs))
        # A copy of each question's own: quicker than deepcopy.
        return pickle.loads(known[key])  # noqa: S301  # what this process wrote

    return remembered


@contextmanager
def recognised() -> Iterator[None]:
    """Look up once who asks: session, person and companies are the same for every question."""
    with (
        patch.object(SessionStore, "load", _once(SessionStore.load)),
        patch.object(ModelBackend, "get_user", _once(ModelBackend.get_user)),
        patch.object(selectors, "memberships", _once(selectors.memberships)),
    ):
        yield


@contextmanager
def unseen() -> Iterator[None]:
    """Draw no page either: where only the answer counts, drawing is most of the time."""
    with (
        recognised(),
        patch.object(Template, "render", lambda self, context=None, request=None: ""),
        patch.object(MusterAdminSite, "each_context", lambda self, request: {}),
    ):
        yield
