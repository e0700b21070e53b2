"""Pictures of people, each behind a check of rights; who looks at another's is recorded first."""

from __future__ import annotations

import uuid
from contextlib import ExitStack

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from attendance import permissions
from attendance.enums import EnrolmentState
from attendance.models import FaceEnrolment, PunchFrame
from attendance.rules import zones
from attendance.views import actor_of
from companies.actor import Actor
from companies.enums import LookKind
from companies.looks import Seen, looks_record
from integrations import storage


@require_GET
def photo(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a checked picture to who may see it; to anybody else there is none."""
    actor = actor_of(request)
    if actor.company is None:
        raise Http404
    frames = PunchFrame.objects.select_related("punch__employee", "punch__state")
    frame = get_object_or_404(frames, public_id=public_id)
    if not permissions.can_view_frame(actor, frame):
        raise Http404
    date = zones.local_date(frame.punch.occurred_at, frame.punch.zone)
    seen = Seen(frame.punch.employee, LookKind.PHOTO, frame, date)
    return _shown(actor, seen, frame.storage_key)


@require_GET
def reference(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show the reference picture in use to who may see it; to anybody else there is none."""
    actor = actor_of(request)
    if actor.company is None:
        raise Http404
    active = FaceEnrolment.objects.filter(state=EnrolmentState.ACTIVE).exclude(reference_key="")
    enrolment = get_object_or_404(active.select_related("employee"), public_id=public_id)
    if not permissions.can_view_reference(actor, enrolment):
        raise Http404
    seen = Seen(enrolment.employee, LookKind.PHOTO, enrolment)
    return _shown(actor, seen, enrolment.reference_key)


def _shown(actor: Actor, seen: Seen, key: str) -> HttpResponseBase:
    """Return the picture once the look is recorded: what cannot be recorded is not shown.

    A bucket shows it itself, for a minute, to whoever is led there.
    """
    response: HttpResponseBase
    with ExitStack() as held:
        try:
            link = storage.signed_link(key)
            file = None if link else held.enter_context(default_storage.open(key))
        except OSError as error:
            raise Http404 from error
        looks_record(by=actor, seen=[seen])
        held.pop_all()
    if link:
        response = HttpResponseRedirect(link)
    else:
        response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
