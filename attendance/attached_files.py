"""Files that came with requests, handed out: to be saved, never shown as a page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase

from integrations import documents, storage


def hand_out(
    *, key: str, content_type: str, name: str, record: Callable[[], object]
) -> HttpResponseBase:
    """Hand out a stranger's document once the look is recorded; what cannot be is not shown.

    A bucket hands it out itself, for a minute, to whoever is led there.
    """
    saved = f'attachment; filename="{name}.{documents.ENDINGS[content_type]}"'
    response: HttpResponseBase
    with ExitStack() as held:
        try:
            link = storage.signed_link(key, content_type=content_type, disposition=saved)
            file = None if link else held.enter_context(default_storage.open(key))
        except OSError as error:
            raise Http404 from error
        record()
        held.pop_all()
    response = HttpResponseRedirect(link) if link else FileResponse(file, content_type=content_type)
    if not link:
        response["Content-Disposition"] = saved
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
