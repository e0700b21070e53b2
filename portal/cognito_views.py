"""Signing in by the user pool: the way there, and the way back. What they need is loaded then."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from companies import selectors
from portal.sign_ins import shown_before

log = logging.getLogger(__name__)


def is_offered() -> bool:
    """Return whether there is a pool to sign in by."""
    return bool(
        settings.MUSTER_COGNITO_ISSUER
        and settings.MUSTER_COGNITO_CLIENT_ID
        and settings.MUSTER_COGNITO_DOMAIN
    )


@login_not_required
@never_cache
@require_POST
def pool_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the pool; with `again`, it asks for the password even of who is signed in there."""
    if not is_offered():
        raise Http404
    from requests import RequestException  # noqa: PLC0415  # cold start: only the pool needs it

    from portal.cognito import PoolSignInAdapter  # noqa: PLC0415  # as above

    provider = PoolSignInAdapter(request).get_provider(request, selectors.POOL)
    wanted = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    asked = {"prompt": "login"} if request.POST.get("again") else {}
    try:
        there: HttpResponse = provider.redirect(
            request, "login", next_url=wanted if is_safe else None, auth_params=asked
        )
    except RequestException as error:
        log.warning("the user pool does not answer: %s", type(error).__name__)
        messages.error(
            request,
            _("The sign-in service does not answer. Try again, or sign in with your password."),
        )
        return redirect("account_login")
    return there


@login_not_required
@never_cache
@require_GET
def pool_callback(request: HttpRequest) -> HttpResponse:
    """Take the pool's answer, and sign in whose account it is."""
    if not is_offered():
        raise Http404
    from allauth.socialaccount.providers.oauth2.views import (  # noqa: PLC0415  # cold start
        OAuth2CallbackView,
    )

    from portal.cognito import PoolProtocol  # noqa: PLC0415  # cold start: only the pool needs it

    protocol = PoolProtocol(request, selectors.POOL)
    view: Any = OAuth2CallbackView.adapter_view(protocol)
    answer: HttpResponse = view(request)
    if protocol.shown_at is not None:
        # The pool lets in whom it knows still: that is a sign-in, and no proof of who sits here.
        shown_before(request, method="socialaccount", at=protocol.shown_at)
    return answer


@require_GET
def pool_again(request: HttpRequest) -> HttpResponse:
    """Let who has no password here show once more who they are: by signing in at the pool."""
    user: Any = request.user
    if not is_offered() or not selectors.has_pool_account(user):
        raise Http404
    return render(request, "portal/pool_again.html", {"next": request.GET.get("next", "")})
