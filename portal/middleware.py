"""What happens before and after every request."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from attendance.selectors.settings import company_settings
from attendance.services.uploads import TYPES as PHOTO_TYPES
from companies import selectors
from companies.actor import Actor
from companies.enums import ActorKind
from companies.errors import OtherCompany, RequestTooLarge
from companies.models import Company, User
from companies.scoping import company_scope
from companies.templatetags import same_company
from integrations import documents, photos, tasks
from portal import error_views, logs, support

GetResponse = Callable[[HttpRequest], HttpResponse]
_ORIGINAL = re.compile(r"/face/uploads/[0-9a-f-]{36}\Z")
# Forms that a letter or a photo of it may come with, and what else of a form comes with it.
_WITH_FILE = re.compile(
    r"/(leave/(ask|requests/[0-9a-f-]{36}/change)|day/[0-9-]{10}/wrong"
    r"|careers/([-\w]+/jobs/[0-9a-f-]{36}/apply|application/[^/]+))/\Z"
)
_FORM_BYTES = 64 * 1024
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,40}\Z")


def request_id(get_response: GetResponse) -> GetResponse:
    """Give every request an id, its caller's where that is well formed, and answer with it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.headers.get("X-Request-ID", "")
        found = asked if _REQUEST_ID.match(asked) else uuid.uuid4().hex
        request.request_id = found  # type: ignore[attr-defined]
        with logs.of_request(found):
            response = get_response(request)
        response["X-Request-ID"] = found
        return response

    return middleware


def tasks_after(get_response: GetResponse) -> GetResponse:
    """Start what the request wants done at once, when everything else of it is over."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with tasks.one_request():
            return get_response(request)

    return middleware


def no_zero_bytes(get_response: GetResponse) -> GetResponse:
    """Refuse an address with a zero byte in it: PostgreSQL knows none, and nobody types one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a zero byte in the address")
        return get_response(request)

    return middleware


def small_bodies(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is larger than anything Muster takes, before a byte of it is read.

    Django bounds the fields of a form, not its files: a stranger could fill the disk by them. One
    address takes an original from a phone, as a bare body that is read into memory (with a bucket
    it goes there instead); forms that a letter comes with take one.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        # A length that is none counts as nothing to Django: no body is read at all.
        length = request.META.get("CONTENT_LENGTH") or ""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        is_original = _ORIGINAL.match(request.path_info) and request.content_type in PHOTO_TYPES
        if is_original and not settings.MUSTER_PHOTO_BUCKET:
            most = photos.MOST_BYTES_OF_ORIGINAL
        elif _WITH_FILE.match(request.path_info):
            most = documents.MOST_BYTES + _FORM_BYTES
        if length.isdecimal() and int(length[:20]) > most:
            error = RequestTooLarge(megabytes=most // 1024**2)
            return error_views.refusal(request, error, title=_("That is too much at once"))
        return get_response(request)

    return middleware


# What a page of ours may ask the browser for, and what nobody may.
_ALLOWED = ("camera", "geolocation", "publickey-credentials-create", "publickey-credentials-get")
_DENIED = (
    "accelerometer", "bluetooth", "display-capture", "encrypted-media", "fullscreen", "gyroscope",
    "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_PERMISSIONS = ", ".join(
    [*(f"{name}=(self)" for name in _ALLOWED), *(f"{name}=()" for name in _DENIED)]
)


def browser_policies(get_response: GetResponse) -> GetResponse:
    """Let the page itself use the camera, the place and passkeys; nobody else, and no more.

    No page of another origin may take in what is answered here.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = _PERMISSIONS
        response["Cross-Origin-Resource-Policy"] = "same-origin"
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
    pin_of = request.sign_in.pin_of  # type: ignore[attr-defined]
    if pin_of:
        mine = [
            replace(item, roles=frozenset())
            for item in mine
            if item.employee is not None and str(item.employee.public_id) == pin_of
        ]
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
        is_limited=bool(pin_of),
    )


def company(get_response: GetResponse) -> GetResponse:
    """Say who acts (`request.actor`, none when signed out) and open their company's scope."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if request.path.startswith("/static/") or not request.user.is_authenticated:
            return get_response(request)
        actor = support.reader(request, _actor(request, request.user))
        request.actor = actor  # type: ignore[attr-defined]
        if actor.company is None:
            return get_response(request)
        with company_scope(actor.company), _zone_of_admin(request, actor.company):
            return get_response(request)

    return middleware


def _zone_of_admin(request: HttpRequest, company: Company) -> AbstractContextManager[None]:
    """Let HR's admin tell and take times and dates by the company's clocks.

    Our own pages say themselves whose clocks a time is by.
    """
    if not request.path_info.startswith("/admin/"):
        return nullcontext()
    zone = company_settings(company).policy_on(timezone.now().date()).zone
    return timezone.override(ZoneInfo(zone))


# What one may do from a page of any company: change it, and leave.
_OF_ANY_COMPANY = frozenset({"portal:choose-company", "account_logout"})


class SameCompany:
    """Refuses a form whose page was made for another company than the one now acted in.

    Somebody with two companies changes it in one tab, and sends what is open in the other. Pages
    say it in a field of every form (companies.templatetags.same_company), scripts in a header.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if request.method != "POST" or actor is None or request.resolver_match is None:
            return None
        if request.resolver_match.view_name in _OF_ANY_COMPANY:
            return None
        said = request.POST.get(same_company.FIELD) or request.headers.get("X-For-Company")
        here = str(actor.company.public_id) if actor.company else ""
        if not said or said == here:
            return None
        title = _("This page belongs to another company")
        return error_views.refusal(request, OtherCompany(), title=title, may_choose=True)
