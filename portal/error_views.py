"""What is answered where the code itself fails."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from attendance.door import problem_document, wants_json
from companies.errors import MusterError, RecordsAway

_RETRY_SECONDS = 5


def refusal(
    request: HttpRequest, error: MusterError, *, title: str, may_choose: bool = False
) -> HttpResponse:
    """Return an error as a page, or to a script as a problem document.

    The page stands without any context: it may be needed before there is a session.
    """
    if wants_json(request):
        return problem_document(error)
    values = {"title": title, "sentence": str(error), "may_choose": may_choose}
    page = loader.get_template("refused.html").render(values)
    return HttpResponse(page, status=error.status)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer an error that nobody caught; a database that is away is one that passes by itself.

    It reads no record and no session: they may be what failed. What a transaction had begun was
    undone; a check-in is sent again by its page.
    """
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    answer = refusal(request, RecordsAway(), title=_("One moment"))
    answer["Retry-After"] = str(_RETRY_SECONDS)
    answer["Cache-Control"] = "no-store"
    return answer
