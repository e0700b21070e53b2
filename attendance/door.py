"""The door of punches: `POST /punch`, and `verify`, `turn`, `ask` … of one punch.

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
from django.template import loader
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from attendance import answers, passes
from attendance.enums import Direction
from attendance.errors import PinWrong, PunchMalformed, PunchTooLarge
from attendance.services import evidence, liveness, liveness_sessions, pin_check, punching
from companies.errors import MusterError, PinMissing, TooManyTries
from integrations import faces

_OF_ONE = re.compile(
    r"/punch/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"/(verify|turn|ask|pin|session|session-result)\Z"
)
# One picture of at most 2 MiB, and the fields around it.
MOST_BYTES = 2 * 1024 * 1024 + 64 * 1024
NO_FRAME = frozenset(
    {
        "no_consent",
        "not_enrolled",
        "insecure",
        "denied",
        "no_camera",
        "busy",
        "unknown",
        "refused",
    }
)
# No length, no text, no form, too many parts of one, or a phone that went out of reach.
_UNREADABLE = (
    ValueError, MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError,
)  # fmt: skip


class PunchDoorMiddleware:
    """Answers the requests of a check-in; lets everything else pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        of_one = _OF_ONE.match(request.path_info)
        if of_one is None and request.path_info != "/punch":
            return self.get_response(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with translation.override(translation.get_language_from_request(request)):
            try:
                return _OF_A_PUNCH[of_one[2]](request, of_one[1]) if of_one else _record(request)
            except MusterError as error:
                return problem(request, error)


def problem(request: HttpRequest, error: MusterError) -> HttpResponse:
    """Answer an error as a problem document, or, to a plain form, by going back."""
    if not wants_json(request):
        return HttpResponseRedirect(f"/?problem={error.code}")
    return problem_document(error)


def problem_document(error: MusterError) -> JsonResponse:
    """Return an error as scripts read it (RFC 9457)."""
    body = {"title": str(error), "code": error.code, "status": error.status}
    return JsonResponse(body, status=error.status, content_type="application/problem+json")


def wants_json(request: HttpRequest) -> bool:
    """Return whether a script asks, and no person."""
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
    if recorded.is_waiting:
        return _waiting(request, claim, recorded)
    if not wants_json(request):
        asks_pin = form.get("then") == "pin"
        return HttpResponseRedirect(f"/pin/{recorded.public_id}/" if asks_pin else "/")
    clock = answers.clock(recorded.occurred_at, recorded.zone)
    address = f"/punch/{recorded.public_id}"
    said: dict[str, Any] = {
        "id": str(recorded.public_id),
        "direction": recorded.direction,
        "recorded": clock,
        "text": _("Recorded %(time)s") % {"time": clock},
        "verify": f"{address}/verify",
        "pin": f"/pin/{recorded.public_id}/",
    }
    if recorded.asked:
        asked = answers.asked(recorded.asked)
        said |= {"question": asked, "turn": f"{address}/turn", "ask": f"{address}/ask"}
        if faces.sessions() is not None:
            said |= {"session": f"{address}/session", "result": f"{address}/session-result"}
    return JsonResponse(said, status=200 if recorded.is_repeat else 201)


def _waiting(
    request: HttpRequest, claim: passes.PunchPass, recorded: punching.Recorded
) -> HttpResponse:
    """Answer 202: it stands, and nothing can be asked of it before the records are back."""
    text, following = answers.waiting(claim, recorded)
    if not wants_json(request):
        # No page that shows records can be reached just now.
        page = loader.get_template("attendance/waiting.html").render({"sentence": text})
        return HttpResponse(page, status=202)
    said = {
        "id": str(recorded.public_id),
        "direction": recorded.direction,
        "recorded": answers.clock(recorded.occurred_at, recorded.zone),
        "text": text,
        "next": following,
    }
    return JsonResponse(said, status=202)


def _verify(request: HttpRequest, punch_id: str) -> HttpResponse:
    form, _files = _body(request)
    claim = passes.read(form.get("pass", ""))
    weighed = evidence.punch_verify(claim=claim, punch_id=punch_id, now=timezone.now())
    return answers.verified(weighed, claim=claim)


def _turn(request: HttpRequest, punch_id: str) -> HttpResponse:
    form, files = _body(request)
    claim = passes.read(form.get("pass", ""))
    frame = files.get("frame")
    if not frame:
        raise PunchMalformed
    look = liveness.turn_look(
        claim=claim,
        punch_id=punch_id,
        nonce=form.get("nonce", ""),
        frame=frame.read(),
        now=timezone.now(),
    )
    return answers.looked(look)


def _ask(request: HttpRequest, punch_id: str) -> HttpResponse:
    form, _files = _body(request)
    claim = passes.read(form.get("pass", ""))
    again = liveness.turn_again(claim=claim, punch_id=punch_id, now=timezone.now())
    return JsonResponse({"question": answers.asked(again)})


def _session(request: HttpRequest, punch_id: str) -> HttpResponse:
    """Begin a session of the service that sees by itself whether somebody is there."""
    form, _files = _body(request)
    claim = passes.read(form.get("pass", ""))
    started = liveness_sessions.session_start(claim=claim, punch_id=punch_id, now=timezone.now())
    said = {"session": started.session_id, "nonce": started.nonce, "seconds": started.seconds}
    return JsonResponse(said)


def _session_result(request: HttpRequest, punch_id: str) -> HttpResponse:
    form, _files = _body(request)
    claim = passes.read(form.get("pass", ""))
    state = liveness_sessions.session_result(
        claim=claim, punch_id=punch_id, nonce=form.get("nonce", ""), now=timezone.now()
    )
    return JsonResponse({"state": state})


# What the page of the PIN says itself; everything else is said on Today.
_ASK_AGAIN = (PinWrong.code, PinMissing.code, TooManyTries.code)


def _confirm(request: HttpRequest, punch_id: str) -> HttpResponse:
    """Take the PIN of a punch without a picture; a plain form goes back to its page or to Today."""
    form, _files = _body(request)
    claim = passes.read(form.get("pass", ""))
    try:
        weighed = pin_check.punch_confirm(
            claim=claim, punch_id=punch_id, pin=form.get("pin", ""), now=timezone.now()
        )
    except MusterError as error:
        if error.code not in _ASK_AGAIN or wants_json(request):
            raise
        return HttpResponseRedirect(f"/pin/{punch_id}/?problem={error.code}")
    if not wants_json(request):
        return HttpResponseRedirect("/?said=pin")
    return answers.verified(weighed, claim=claim)


_OF_A_PUNCH = {
    "verify": _verify, "turn": _turn, "ask": _ask, "pin": _confirm, "session": _session,
    "session-result": _session_result,
}  # fmt: skip
