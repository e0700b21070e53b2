"""The door of punches: `POST /punch` and `POST /punch/<id>/verify`.

It stands before `SessionMiddleware`: who punches is said by the signed pass in the body alone,
no cookie is read (so CSRF does not apply), and recording needs nothing but the record.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from attendance import answers, passes
from attendance.enums import Direction
from attendance.errors import PunchMalformed, PunchTooLarge
from attendance.services import evidence, punching
from companies.errors import MusterError

_VERIFY = re.compile(r"/punch/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/verify\Z")
# One picture of at most 2 MiB, and the fields around it.
MOST_BYTES = 2 * 1024 * 1024 + 64 * 1024
NO_FRAME = frozenset(
    {"no_consent", "not_enrolled", "insecure", "denied", "no_camera", "busy", "unknown"}
)
# No length, no text, no form, too many parts of one, or a phone that went out of reach.
_UNREADABLE = (
    ValueError, MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError,
)  # fmt: skip


class PunchDoorMiddleware:
    """Answers the two requests of a check-in; lets everything else pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        verify = _VERIFY.match(request.path_info)
        if verify is None and request.path_info != "/punch":
            return self.get_response(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with translation.override(translation.get_language_from_request(request)):
            try:
                return _verify(request, verify[1]) if verify else _record(request)
            except MusterError as error:
                return problem(request, error)


def problem(request: HttpRequest, error: MusterError) -> HttpResponse:
    """Answer an error as a problem document (RFC 9457), or, to a plain form, by going back."""
    if not _wants_json(request):
        return HttpResponseRedirect(f"/?problem={error.code}")
    body = {"title": str(error), "code": error.code, "status": error.status}
    return JsonResponse(body, status=error.status, content_type="application/problem+json")


def _wants_json(request: HttpRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")


def _body(request: HttpRequest) -> tuple[Any, Any]:
    """Return the form and the files, refusing a body that is too large before reading it."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise PunchTooLarge
        return request.POST, request.FILES
    except RequestDataTooBig as error:
        raise PunchTooLarge from error
    except _UNREADABLE as error:
        raise PunchMalformed from error


def _device_time(text: str) -> dt.datetime | None:
    """Return the device's time if it says one that has a zone; it never decides anything."""
    try:
        moment = parse_datetime(text)
        if moment is None or timezone.is_naive(moment):
            return None
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        # At either end of the calendar there are times that UTC cannot say.
        return None


def _tap(form: Any, files: Any) -> punching.Tap:
    try:
        tap_id = uuid.UUID(form["tap_id"])
        direction = Direction(form["direction"])
    except (MultiValueDictKeyError, ValueError) as error:
        raise PunchMalformed from error
    if direction == Direction.UNKNOWN:
        raise PunchMalformed
    frame = files.get("frame")
    reason = form.get("no_frame", "")
    return punching.Tap(
        tap_id=tap_id,
        direction=direction,
        device_at=_device_time(form.get("device_at", "")),
        no_frame=reason if reason in NO_FRAME else "",
        frame=frame.read() if frame else None,
    )


def _record(request: HttpRequest) -> HttpResponse:
    form, files = _body(request)
    claim = passes.read(form.get("pass", ""))
    recorded = punching.punch_record(claim=claim, tap=_tap(form, files), now=timezone.now())
    if not _wants_json(request):
        return HttpResponseRedirect("/")
    clock = answers.clock(recorded.occurred_at, recorded.zone)
    return JsonResponse(
        {
            "id": str(recorded.public_id),
            "direction": recorded.direction,
            "recorded": clock,
            "text": _("Recorded %(time)s") % {"time": clock},
            "verify": f"/punch/{recorded.public_id}/verify",
        },
        status=200 if recorded.is_repeat else 201,
    )


def _verify(request: HttpRequest, punch_id: str) -> HttpResponse:
    form, _files = _body(request)
    claim = passes.read(form.get("pass", ""))
    weighed = evidence.punch_verify(claim=claim, punch_id=punch_id, now=timezone.now())
    return answers.verified(weighed, claim=claim)
