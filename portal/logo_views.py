"""The company's logo beside its name: of the company in which somebody is signed in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from companies.actor import Actor
from companies.selectors import company_logo

# Another logo has another address.
_A_YEAR = 365 * 24 * 3600


@require_GET
def logo(request: HttpRequest, version: str) -> HttpResponse:
    """Hand out the logo that stands now; an earlier or another company's is like none."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    company = actor.company
    if company is None or not company.logo_version or version != company.logo_version:
        raise Http404
    response = HttpResponse(company_logo(company), content_type="image/png")
    response["Cache-Control"] = f"private, max-age={_A_YEAR}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
