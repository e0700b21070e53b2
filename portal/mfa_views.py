"""Second steps at sign-in: allauth's views, in Muster's look, each change told to the audit.

What allauth decides stays allauth's: challenges, codes, how fresh a proof must be. Each view here
names its page, says where it leads, and writes the audit event in the transaction of the change.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as account_views
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _

from companies import services
from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import User
from portal.mfa_forms import (
    AppForm,
    CodeAgainForm,
    CodeForm,
    PasskeyAgainForm,
    PasskeyForm,
    PasskeyNameForm,
    PasskeySignInForm,
    PasskeyStepForm,
)

SECURITY = reverse_lazy("portal:security")


def _tell(request: HttpRequest, verb: str, *, what: str = "", user: User | None = None) -> None:
    """Write the audit event; who is still signing in acts as themselves."""
    signed_in: Any = request.user
    person: User = user or signed_in
    actor: Actor = getattr(request, "actor", None) or Actor(
        kind=ActorKind.PERSON, id=str(person.public_id), name=person.name, user=person,
        request_id=request.request_id,  # type: ignore[attr-defined]
    )  # fmt: skip
    changes = {"what": [None, what] if verb.endswith("_added") else [what, None]} if what else {}
    services.sign_in_changed(user=person, verb=verb, by=actor, changes=changes)


def _next_page(has_new_codes: bool) -> str:
    return reverse("mfa_view_recovery_codes" if has_new_codes else "portal:security")


# --- at sign-in -----------------------------------------------------------------------------------
class CodeAtSignIn(base.AuthenticateView):
    """The second step after the password: a code, or a passkey."""

    template_name = "portal/mfa/authenticate.html"
    form_class = CodeForm
    webauthn_form_class = PasskeyStepForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        types = set(
            Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True)
        )
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "has_app": Authenticator.Type.TOTP in types,
            "has_passkey": Authenticator.Type.WEBAUTHN in types,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "leave" in request.POST:
            left: HttpResponse = self.stage.abort()
            return left
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            used = getattr(form, "authenticator", None)
            if used is not None and used.type == Authenticator.Type.RECOVERY_CODES:
                _tell(self.request, "recovery_code_used", user=used.user)
        return response


class PasskeySignIn(webauthn.LoginWebAuthnView):
    """Sign in by a passkey alone; the page of it is that of signing in."""

    form_class = PasskeySignInForm


# --- again, before something sensitive ------------------------------------------------------------
class PasswordAgain(account_views.ReauthenticateView):
    template_name = "portal/mfa/again.html"
    extra_context = {"by": "password"}  # noqa: RUF012  # Django's own attribute


class CodeAgain(base.ReauthenticateView):
    template_name = "portal/mfa/again.html"
    form_class = CodeAgainForm
    extra_context = {"by": "code"}  # noqa: RUF012  # Django's own attribute


class PasskeyAgain(webauthn.ReauthenticateWebAuthnView):
    template_name = "portal/mfa/again.html"
    form_class = PasskeyAgainForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth's own leaves out what the class above it says (where else one may go).
        context: dict[str, Any] = super(webauthn.ReauthenticateWebAuthnView, self).get_context_data(
            **kwargs
        )
        options = webauthn_auth.begin_authentication(self.request.user)
        return context | {"by": "passkey", "js_data": {"request_options": options}}


# --- the authenticator app ------------------------------------------------------------------------
class AppAdd(totp.ActivateTOTPView):
    """Scan, type the first code: the app is the second step from now on."""

    template_name = "portal/mfa/app_add.html"
    form_class = AppForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
        return context | {"secret": " ".join(groups)}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            added = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
            post_authentication(self.request, added, reauthenticated=True)
            _tell(self.request, "second_factor_added", what=_("Authenticator app"))
        messages.success(self.request, _("The app is your second step from now on."))
        return response

    def get_success_url(self) -> str:
        return _next_page(self.did_generate_recovery_codes)


class AppRemove(totp.DeactivateTOTPView):
    template_name = "portal/mfa/remove.html"
    success_url = SECURITY
    extra_context = {"what": "app"}  # noqa: RUF012  # Django's own attribute

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            _tell(self.request, "second_factor_removed", what=_("Authenticator app"))
        messages.success(self.request, _("The app is no longer asked for."))
        return response


# --- passkeys -------------------------------------------------------------------------------------
class PasskeyAdd(webauthn.AddWebAuthnView):
    """A passkey: a second step, and a way to sign in without a password."""

    template_name = "portal/mfa/passkey_add.html"
    form_class = PasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth's own asks for a key that cannot sign in by itself, and drops the form's errors.
        context: dict[str, Any] = super(webauthn.AddWebAuthnView, self).get_context_data(**kwargs)
        options = webauthn_auth.begin_registration(self.request.user, True)
        return context | {"js_data": {"creation_options": options}}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            added = Authenticator.objects.filter(user=self.request.user).latest("pk")
            _tell(self.request, "second_factor_added", what=form.cleaned_data["name"])
            post_authentication(self.request, added, reauthenticated=True)
        messages.success(self.request, _("The passkey signs you in from now on."))
        return response

    def get_success_url(self) -> str:
        return _next_page(self.did_generate_recovery_codes)


class PasskeyRename(webauthn.EditWebAuthnView):
    template_name = "portal/mfa/passkey_name.html"
    form_class = PasskeyNameForm
    success_url = SECURITY


class PasskeyRemove(webauthn.RemoveWebAuthnView):
    template_name = "portal/mfa/remove.html"
    success_url = SECURITY
    extra_context = {"what": "passkey"}  # noqa: RUF012  # Django's own attribute

    def form_valid(self, form: Any) -> HttpResponse:
        passkey = self.get_object()
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(passkey):
            words = adapter.error_messages["cannot_delete_authenticator"]
            messages.error(self.request, str(words))
            return HttpResponse(status=302, headers={"Location": str(SECURITY)})
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            _tell(self.request, "second_factor_removed", what=str(passkey))
        messages.success(self.request, _("The passkey no longer signs you in."))
        return response


# --- recovery codes -------------------------------------------------------------------------------
class CodesMake(codes.GenerateRecoveryCodesView):
    template_name = "portal/mfa/codes_new.html"

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            _tell(self.request, "recovery_codes_made")
        return response


class CodesOnce(codes.ViewRecoveryCodesView):
    """The codes, shown once; from then on how many are left."""

    template_name = "portal/mfa/codes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response
