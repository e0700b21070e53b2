"""Photos sent for the enrolment from where no camera works: asked for, sent, and how it went."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from attendance import enrol_pages
from attendance.models import FaceUpload
from attendance.services import uploads
from attendance.views import actor_of
from companies.errors import MusterError
from integrations import photos


def _refusal(error: MusterError) -> JsonResponse:
    return JsonResponse({"title": str(error), "code": error.code}, status=error.status)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Say where one photo may be sent now: to Muster, or by a form straight to the bucket."""
    actor = actor_of(request)
    if actor.employee is None:
        raise Http404
    size = request.POST.get("size", "")
    try:
        asked = uploads.upload_ask(
            by=actor,
            content_type=request.POST.get("content_type", "")[:40],
            size=int(size) if size.isdecimal() and len(size) < 12 else 0,
            now=timezone.now(),
        )
    except MusterError as error:
        return _refusal(error)
    own = reverse("attendance:face-upload", args=[asked.upload.public_id])
    form = asked.form
    return JsonResponse(
        {
            "status_url": own,
            "url": form.url if form else own,
            "fields": form.fields if form else None,
        },
        status=201,
    )


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say what became of one's photo; a POST brings it, where Muster itself takes it."""
    actor = actor_of(request)
    if actor.employee is None:
        raise Http404
    own = FaceUpload.objects.filter(enrolment__employee=actor.employee)
    row = get_object_or_404(
        own.select_related("company", "enrolment__employee__company"), public_id=public_id
    )
    if request.method == "POST":
        try:
            # One byte too many is enough to know; no file of gigabytes comes into memory.
            data = request.read(photos.MOST_BYTES_OF_ORIGINAL + 1)
            uploads.upload_receive(upload=row, data=data, by=actor, now=timezone.now())
        except MusterError as error:
            return _refusal(error)
    return JsonResponse(enrol_pages.upload_answer(row))
