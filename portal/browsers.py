"""What a browser remembers of who signed in here: two signed cookies, no secrets in them.

`muster_known` says for which logins (hashed) this browser is known, so that strangers' wrong tries
do not count for it. `muster_phone` is there only where somebody ticked that the phone is shared: it
names who may be asked "Who are you?", and nothing else about them.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from companies.models import Employee
from companies.services.sign_in import login_hash

KNOWN, PHONE = "muster_known", "muster_phone"
MOST = 8
_A_YEAR = 365 * 24 * 3600
_HASH = 24


@dataclass(frozen=True)
class Someone:
    """A person of a shared phone: a name and an opaque id."""

    id: str
    name: str


def _read(request: HttpRequest, cookie: str) -> Any:
    try:
        return signing.loads(request.COOKIES.get(cookie, ""), salt=cookie, max_age=_A_YEAR)
    except signing.BadSignature:
        return None


def _write(response: HttpResponse, cookie: str, value: Any) -> None:
    response.set_cookie(
        cookie,
        # Eight names of another script than Latin are more than a browser keeps of one cookie.
        signing.dumps(value, salt=cookie, compress=True),
        max_age=_A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def browser_of(request: HttpRequest, login: str) -> str:
    """Return the browser's id if it is known for the login, else nothing."""
    found = _read(request, KNOWN)
    if found is None or login_hash(login)[:_HASH] not in found["logins"]:
        return ""
    return str(found["id"])


def remember_login(request: HttpRequest, response: HttpResponse, login: str) -> None:
    """Know this browser for the login from now on."""
    found = _read(request, KNOWN) or {"id": secrets.token_hex(8), "logins": []}
    mark = login_hash(login)[:_HASH]
    others = [item for item in found["logins"] if item != mark]
    _write(response, KNOWN, {"id": found["id"], "logins": [mark, *others][: 4 * MOST]})


def people_of(request: HttpRequest) -> list[Someone]:
    """Return who may be asked "Who are you?" here, by name; nobody where no phone is shared."""
    found = _read(request, PHONE) or []
    return sorted((Someone(*item) for item in found), key=lambda person: person.name)


def is_one_of(request: HttpRequest, public_id: uuid.UUID) -> bool:
    """Return whether the person signed in on this shared phone before."""
    return str(public_id) in {person.id for person in people_of(request)}


def remember_person(request: HttpRequest, response: HttpResponse, employee: Employee) -> None:
    """Put the person in front of those whom this shared phone knows; the ninth is forgotten."""
    mine = [str(employee.public_id), employee.name]
    found = [item for item in _read(request, PHONE) or [] if item[0] != mine[0]]
    _write(response, PHONE, [mine, *found][:MOST])


def forget_people(response: HttpResponse) -> None:
    """Forget everybody of this phone."""
    response.delete_cookie(PHONE, samesite="Lax")
