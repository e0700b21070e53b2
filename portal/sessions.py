"""Where people are signed in: written down at sign-in, kept fresh while they use it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from companies import services
from companies.models import User

# A look at a page writes at most this often when the browser was used last.
SEEN_EVERY = 5 * 60
_SEEN = "seen"

# The first that is found names it: most browsers also call themselves by older ones' names.
_BROWSERS = (
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Macintosh|Mac OS X", "Mac"),
    (r"CrOS", "ChromeOS"),
    (r"Linux", "Linux"),
)


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, agent)), "")


def device_words(agent: str) -> str:
    """Return the kind of browser and device in words, empty where it says nothing known."""
    browser, system = _first(_BROWSERS, agent), _first(_SYSTEMS, agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system


def signed_in(sender: Any, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Write down that somebody signed in here (Django's signal, whatever the way was)."""
    session = request.session
    session[_SEEN] = time.time()
    if session.session_key is None:
        session.save()
    assert session.session_key is not None  # noqa: S101  # saved
    services.session_begin(
        user=user,
        session_key=session.session_key,
        device=device_words(request.META.get("HTTP_USER_AGENT", "")),
        now=timezone.now(),
    )


def seen(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Note every few minutes that a browser is used, so that its owner may know it by that."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if getattr(request, "actor", None) is not None:
            now = time.time()
            if now - request.session.get(_SEEN, now) >= SEEN_EVERY:
                request.session[_SEEN] = now
                services.session_seen(
                    session_key=request.session.session_key or "", now=timezone.now()
                )
        return get_response(request)

    return middleware
