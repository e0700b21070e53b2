"""Signing in by a Cognito user pool: allauth's OpenID Connect, with Muster's rules.

allauth asks the pool and keeps the state between; the token is checked by the pool's keys. Whose
account that opens is `companies.services.pool`'s to say: nobody signs up here, and what the pool
tells of a person is not kept.
"""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from companies import services
from companies.errors import MusterError
from companies.selectors import POOL


def refuse(request: HttpRequest, sentence: str) -> NoReturn:
    """Lead back to the sign-in page, where the sentence stands.

    Raises:
        ImmediateHttpResponse: always; allauth answers with it.
    """
    messages.error(request, sentence)
    raise ImmediateHttpResponse(redirect("account_login"))


class PoolProtocol(OpenIDConnectOAuth2Adapter):
    """The protocol's requests.

    `shown_at` is when the person last showed the pool who they are, in seconds since 1970; 0 where
    the pool does not say, None before there is a token.
    """

    shown_at: float | None = None

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return f"{settings.PUBLIC_URL}{reverse('portal:pool-callback')}"

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Check the token by the pool's keys, though it came from the pool itself by TLS."""
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=settings.MUSTER_COGNITO_ISSUER,
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        told = claims.get("auth_time")
        self.shown_at = float(told) if isinstance(told, int | float) else 0.0
        return claims


class PoolProvider(OpenIDConnectProvider):
    """What of a token counts."""

    oauth2_adapter_class = PoolProtocol

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep nothing of what the pool says but whose account it is."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        claims = data.get("id_token") or {}
        # Cognito says it as a word at some of its addresses, and "false" is a true value.
        is_confirmed = claims.get("email_verified") in (True, "true")
        email = claims.get("email")
        return [EmailAddress(email=email, verified=is_confirmed, primary=True)] if email else []


class PoolSignInAdapter(DefaultSocialAccountAdapter):
    """allauth's way, closed but for accounts that Muster links itself."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        return [_app()]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> PoolProvider:
        return PoolProvider(request, app=_app())

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Say whose account here it is, or why nobody's."""
        told = next(iter(sociallogin.email_addresses), None)
        try:
            sociallogin.user = services.pool_sign_in(
                subject=sociallogin.account.uid,
                address=told.email if told else "",
                is_confirmed=bool(told and told.verified),
                now=timezone.now(),
            )
        except MusterError as error:
            refuse(request, str(error))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_more: Any) -> None:
        refuse(request, _("The sign-in service did not let you in. Try it once more."))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False


def _app() -> SocialApp:
    """Return the pool's client as allauth wants it; it stands in no table."""
    return SocialApp(
        provider="openid_connect",
        provider_id=POOL,
        name="Cognito",
        client_id=settings.MUSTER_COGNITO_CLIENT_ID,
        secret=str(settings.MUSTER_COGNITO_CLIENT_SECRET),
        settings={
            "server_url": settings.MUSTER_COGNITO_ISSUER,
            "fetch_userinfo": False,
            "oauth_pkce_enabled": True,
        },
    )
