"""What happens before and after every request."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from companies import selectors
from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import User
from companies.scoping import company_scope

GetResponse = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,40}\Z")


def request_id(get_response: GetResponse) -> GetResponse:
    """Give every request an id, its caller's where that is well formed, and answer with it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.headers.get("X-Request-ID", "")
        request.request_id = asked if _REQUEST_ID.match(asked) else uuid.uuid4().hex  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    return middleware


def no_zero_bytes(get_response: GetResponse) -> GetResponse:
    """Refuse an address with a zero byte in it: PostgreSQL knows none, and nobody types one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a zero byte in the address")
        return get_response(request)

    return middleware


def browser_policies(get_response: GetResponse) -> GetResponse:
    """Let the page itself use the camera, nobody else; and nothing else at all."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = (
            "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response

    return middleware


def admin_content_policy(get_response: GetResponse) -> GetResponse:
    """Give the two admin sites a content policy of their own; all other pages keep the strict one.

    It stands below django-csp's middleware, which reads it from the response.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(("/admin/", "/operator/")):
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]
        return response

    return middleware


def private_answers(get_response: GetResponse) -> GetResponse:
    """Let no browser or proxy keep what was answered to somebody who is signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "actor", None) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware


class LoginRequired(LoginRequiredMiddleware):
    """Django's own, but public pages read no session (and stand when the database does not)."""

    def process_view(self, request, view_func, view_args, view_kwargs):  # type: ignore[no-untyped-def]
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


def _actor(request: HttpRequest, user: User) -> Actor:
    """Return who acts, in the company that the session holds (or the only one there is)."""
    mine = selectors.memberships(user, now=timezone.now())
    wanted = request.session.get("company")
    active = [item for item in mine if str(item.company.public_id) == wanted]
    chosen = active[0] if active else (mine[0] if len(mine) == 1 else None)
    return Actor(
        kind=ActorKind.PERSON,
        id=str(user.public_id),
        name=user.name,
        user=user,
        company=chosen.company if chosen else None,
        employee=chosen.employee if chosen else None,
        roles=chosen.roles if chosen else frozenset(),
        channel="web",
        request_id=request.request_id,  # type: ignore[attr-defined]
    )


def company(get_response: GetResponse) -> GetResponse:
    """Say who acts (`request.actor`, none when signed out) and open their company's scope."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if request.path.startswith("/static/") or not request.user.is_authenticated:
            return get_response(request)
        actor = _actor(request, request.user)
        request.actor = actor  # type: ignore[attr-defined]
        if actor.company is None:
            return get_response(request)
        with company_scope(actor.company):
            return get_response(request)

    return middleware
