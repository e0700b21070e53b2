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

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
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

_VERIFY = re.compile(r"/punch/([0-9a-f-]{36})/verify\Z")
# One picture of at most 2 MiB, and the fields around it.
MOST_BYTES = 2 * 1024 * 1024 + 64 * 1024
NO_FRAME = frozenset(
    {"no_consent", "not_enrolled", "insecure", "denied", "no_camera", "busy", "unknown"}
)


class PunchDoorMiddleware:
    """Answers the two requests of a check-in; lets everything else pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path_info.startswith("/punch"):
            return self.get_response(request)
        verify = _VERIFY.match(request.path_info)
        if verify is None and request.path_info != "/punch":
            return self.get_response(request)
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
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise PunchTooLarge
    try:
        return request.POST, request.FILES
    except RequestDataTooBig as error:
        raise PunchTooLarge from error
    except (MultiPartParserError, BadRequest, UnicodeDecodeError) as error:
        raise PunchMalformed from error


def _device_time(text: str) -> dt.datetime | None:
    """Return the device's time if it says one that has a zone; it never decides anything."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None


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
