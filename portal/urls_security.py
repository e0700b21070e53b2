"""Addresses of signing in safely: second steps, and showing again who one is.

The names are those by which allauth leads from one page to the next.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import path


def _view(name: str) -> Callable[..., HttpResponseBase]:
    """Return the view of that name, imported when it is first asked for.

    What passkeys need (fido2) takes longer to import than all other pages together.
    """

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        from portal import mfa_views  # noqa: PLC0415  # cold start: only these pages need it

        answer: HttpResponseBase = getattr(mfa_views, name).as_view()(request, **kwargs)
        return answer

    return view


urlpatterns = [
    path(
        "sign-in/second-step/", login_not_required(_view("CodeAtSignIn")), name="mfa_authenticate"
    ),
    path("sign-in/passkey/", login_not_required(_view("PasskeySignIn")), name="mfa_login_webauthn"),
    path("me/again/", _view("PasswordAgain"), name="account_reauthenticate"),
    path("me/again/code/", _view("CodeAgain"), name="mfa_reauthenticate"),
    path("me/again/passkey/", _view("PasskeyAgain"), name="mfa_reauthenticate_webauthn"),
    path("me/security/app/", _view("AppAdd"), name="mfa_activate_totp"),
    path("me/security/app/remove/", _view("AppRemove"), name="mfa_deactivate_totp"),
    path("me/security/passkey/", _view("PasskeyAdd"), name="mfa_add_webauthn"),
    path("me/security/passkey/<int:pk>/name/", _view("PasskeyRename"), name="mfa_edit_webauthn"),
    path(
        "me/security/passkey/<int:pk>/remove/", _view("PasskeyRemove"), name="mfa_remove_webauthn"
    ),
    path("me/security/codes/", _view("CodesOnce"), name="mfa_view_recovery_codes"),
    path("me/security/codes/new/", _view("CodesMake"), name="mfa_generate_recovery_codes"),
]
