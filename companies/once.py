"""The one idempotency tool for forms: a double tap, a reload or a second tab submits once.

A form carries a token (`{% load once %}{% once %}`). The first submission runs; a second one with
the same token is sent to where the first one led. A submission that did not lead anywhere (the
form had errors) leaves no trace, so that it can be mended and sent again.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from companies.models import FormSubmission, User

FIELD = "once"
View = Callable[..., HttpResponse]
# What the columns hold.
_LONGEST_PATH = 200
_LONGEST_ANSWER = 500


def once(view: View) -> View:
    """Decorate a view whose POST must run at most once a token; the view runs in a transaction."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        token = token_of(request)
        try:
            return _first(view, token, request, *args, **kwargs)
        except _Repeated:
            earlier = FormSubmission.objects.filter(
                token=token, user=_user(request), path=_path(request)
            ).first()
            return HttpResponseRedirect(earlier.answer if earlier else request.path)

    return wrapper


class _Repeated(Exception):
    """The token was submitted before."""


def _user(request: HttpRequest) -> User:
    # These forms stand behind sign-in.
    return cast(User, request.user)


def _path(request: HttpRequest) -> str:
    return request.path[:_LONGEST_PATH]


def _answer(url: str) -> str:
    """Return where a repetition is led: of a long address, such as of a filtered list, its page."""
    return url if len(url) <= _LONGEST_ANSWER else url.partition("?")[0]


def token_of(request: HttpRequest) -> uuid.UUID:
    """Return the form's token; a service that counts it once needs no decorator."""
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError as error:
        raise BadRequest(_("This form is out of date. Reload the page and try again.")) from error


def _first(
    view: View, token: uuid.UUID, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    with transaction.atomic():
        try:
            with transaction.atomic():
                submission = FormSubmission.objects.create(
                    token=token, user=_user(request), path=_path(request)
                )
        except IntegrityError as error:
            raise _Repeated from error
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseRedirect):
            submission.answer = _answer(response.url)
            submission.save(update_fields=["answer"])
        else:
            transaction.set_rollback(True)
    return response
