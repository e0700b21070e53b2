"""An operator whom a company let in reads its pages: who acts there, and the trace of each look."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from companies import selectors, services
from companies.actor import ENTERED, Actor
from companies.enums import ActorKind
from companies.models import SupportGrant
from companies.scoping import company_scope

_READ_BELOW = "/admin/"
# Words of Django's own scripts, asked for by every page: they say nothing of anybody.
_NO_LOOK = "/admin/jsi18n/"


def reader(request: HttpRequest, actor: Actor) -> Actor:
    """Return who acts: on HR's pages an operator who entered is a reader of that company.

    The look is written down before the page is made. `request.support` says by which access.

    Raises:
        PermissionDenied: the access is over; from then on the session is the operator's own again.
    """
    request.support = None  # type: ignore[attr-defined]
    entered = request.session.get(ENTERED)
    if entered is None or actor.user is None or not request.path_info.startswith(_READ_BELOW):
        return actor
    grant = selectors.support_held(actor.user, entered, now=timezone.now())
    if grant is None:
        del request.session[ENTERED]
        raise PermissionDenied(
            _(
                "Your access to the company's records is over. Ask the company again if you still "
                "need it."
            )
        )
    request.support = grant  # type: ignore[attr-defined]
    let_in = replace(
        actor, kind=ActorKind.PLATFORM, company=grant.company, employee=None, roles=frozenset()
    )
    _note_look(request, let_in, grant)
    return let_in


def _note_look(request: HttpRequest, actor: Actor, grant: SupportGrant) -> None:
    if request.method in ("GET", "HEAD") and request.path_info != _NO_LOOK:
        with company_scope(grant.company):
            services.support_look(grant=grant, page=request.path_info, by=actor)
