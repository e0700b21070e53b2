"""How the session was opened, and what follows from it.

allauth keeps in the session by which methods its user signed in; what is said here is read from
those records alone, so that it holds with a second factor between a PIN and the first page too.

A session opened by a PIN shows its person's own pages only, for 12 hours at most. One on a shared
phone ends after 10 idle minutes. Both are refused by default: a page must be named in `OWN_PAGES`
to open.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from companies.models import Employee, User

PIN_SESSION = dt.timedelta(hours=12)
SHARED_IDLE = dt.timedelta(minutes=10)
# A page that is open asks for this by itself: no sign of somebody being there.
_UNATTENDED = {"attendance:punch-pass"}
# Writing the last sign of life with every request would cost each one a statement.
_SEEN_EVERY = 20.0
_SEEN_AT = "seen_at"
# What lifts the limits of a PIN in the same session.
_FULL = frozenset({"password", "socialaccount"})

OWN_PAGES = {
    "account_logout",
    "attendance:certificate-file",
    "attendance:consent",
    "attendance:correction-ask",
    "attendance:correction-attachment",
    "attendance:correction-file",
    "attendance:correction-withdraw",
    "attendance:corrections",
    "attendance:day",
    "attendance:enrol",
    "attendance:erasures",
    "attendance:face-finish",
    "attendance:face-frame",
    "attendance:holiday",
    "attendance:internship",
    "attendance:month",
    "attendance:photo",
    "attendance:pin",
    "attendance:punch-pass",
    "attendance:reference",
    "attendance:today",
    "leave:ask",
    "leave:ask-count",
    "leave:attachment",
    "leave:books",
    "leave:comp-off",
    "leave:overview",
    "leave:request",
    "leave:request-answer",
    "leave:request-cancel",
    "leave:request-change",
    "leave:request-withdraw",
    "leave:year",
    "portal:logo",
    "portal:looks",
    "portal:me",
    "portal:pin",
}

# Who has left and has nothing but a PIN is led to these alone.
FORMER_PAGES = {
    "portal:choose-company",
    "portal:former",
    "portal:records-ask",
    "portal:records-take",
}

GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class SignIn:
    """`pin_of` is the engagement whose PIN opened the session; empty for a password's."""

    pin_of: str = ""
    pin_at: float = 0
    is_shared: bool = False

    @property
    def idle_seconds(self) -> int:
        """Return after how long a page of a shared phone leaves by itself."""
        return int(SHARED_IDLE.total_seconds())


def leave_other(request: HttpRequest, user: User) -> None:
    """Sign out whoever else is signed in here, before how the user signs in is noted.

    Django empties a session that passes from one person to another, the note with it: a PIN would
    open as much as a password. And where the user is asked for a second step first, the session
    would stay the other person's, without the note of how they came in.
    """
    if request.user.is_authenticated and request.user.pk != user.pk:
        logout(request)


def record(
    request: HttpRequest, user: User, *, method: str, employee: Employee, is_shared: bool
) -> None:
    """Note by what the user signs in; before the sign-in itself, which keeps the note."""
    leave_other(request, user)
    record_authentication(
        request, user, method=method, employee=str(employee.public_id), shared=is_shared or None
    )


def shown_before(request: HttpRequest, *, method: str, at: float) -> None:
    """Date the last note back, if it is of this method: what it notes was shown earlier.

    Also while a second step is asked for, when nobody is signed in yet.
    """
    records: list[dict[str, Any]] = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    if records and records[-1]["method"] == method:
        records[-1]["at"] = min(records[-1]["at"], at)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records


def sign_in_of(request: HttpRequest) -> SignIn:
    """Return how the session of the request was opened; a password lifts what a PIN limits."""
    if not request.user.is_authenticated:
        return SignIn()
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    is_shared = any(item.get("shared") for item in records)
    pins = [item for item in records if item["method"] == "pin"]
    is_full = any(item["method"] in _FULL or item.get("passwordless") for item in records)
    if not pins or is_full:
        return SignIn(is_shared=is_shared)
    return SignIn(str(pins[-1]["employee"]), float(pins[-1]["at"]), is_shared)


def sign_ins(get_response: GetResponse) -> GetResponse:
    """Say how the session was opened (`request.sign_in`) and end it when its time is over."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.sign_in = SignIn()  # type: ignore[attr-defined]
        if request.path.startswith("/static/"):
            return get_response(request)
        found = sign_in_of(request)
        request.sign_in = found  # type: ignore[attr-defined]
        now = time.time()
        if found.pin_of and now >= found.pin_at + PIN_SESSION.total_seconds():
            return _ended(request, found)
        if found.is_shared and now >= _seen_at(request, now) + SHARED_IDLE.total_seconds():
            return _ended(request, found)
        return get_response(request)

    def process_view(
        request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        found: SignIn = request.sign_in  # type: ignore[attr-defined]
        match = request.resolver_match
        name = match.view_name if match else ""
        if found.is_shared and name not in _UNATTENDED:
            _note_seen(request)
        if not found.pin_of or not getattr(view, "login_required", True):
            return None
        is_here = request.actor.company is not None  # type: ignore[attr-defined]
        if name not in (OWN_PAGES if is_here else OWN_PAGES | FORMER_PAGES):
            return render(request, "portal/pin_only.html", status=403)
        return None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _seen_at(request: HttpRequest, now: float) -> float:
    return float(request.session.get(_SEEN_AT, now))


def _note_seen(request: HttpRequest) -> None:
    now = time.time()
    if _SEEN_AT not in request.session or now - _seen_at(request, now) >= _SEEN_EVERY:
        request.session[_SEEN_AT] = now


def _ended(request: HttpRequest, found: SignIn) -> HttpResponse:
    logout(request)
    address = reverse("portal:phone" if found.is_shared else "portal:sign-in-code")
    return redirect(f"{address}?ended=1")
