"""The public check of a certificate: anybody who has its code reads what the paper says."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.certificate_pages import certificate_context
from attendance.rules.certificates import grouped, read_code
from attendance.selectors.certificates import certificate_by_code
from companies import throttle
from companies.errors import TooMany
from companies.scoping import company_scope

# Whoever employs many looks up many; nobody tries out codes.
CHECKS_AN_HOUR = 120


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and lead to its page."""
    typed = request.GET.get("code")
    if typed is None:
        return _form(request)
    code = read_code(typed)
    if code is None:
        return _form(request, typed=typed, problem=_unknown(), status=404)
    return redirect("portal:certificate", grouped(code))


@never_cache
@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether a certificate holds, and what it says; an unknown code and no code look alike."""
    client = get_adapter(request).get_client_ip(request)
    if not throttle.hit(f"certificate-from:{client}", limit=CHECKS_AN_HOUR, seconds=3600):
        return _form(request, problem=str(TooMany()), status=TooMany.status)
    known = read_code(code)
    found = certificate_by_code(known) if known is not None else None
    if found is None:
        return _form(request, typed=code, problem=_unknown(), status=404)
    with company_scope(found.company):
        context = certificate_context(found)
    return render(request, "portal/certificate.html", context)


def _unknown() -> str:
    return _(
        "We know no certificate with this code. Compare it with the paper, letter by letter, and "
        "try again."
    )


def _form(
    request: HttpRequest, *, typed: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"typed": typed[:60], "problem": problem}
    return render(request, "portal/certificate_check.html", context, status=status)
