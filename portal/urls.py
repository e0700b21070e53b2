"""Every address of Muster, by app."""

from typing import Any

from allauth.account.views import LoginView
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from portal.cognito_views import is_offered


def demo_logins() -> tuple[Any, ...]:
    """Return whom the demo's visitor can be; the template asks only in a demo."""
    from portal.demo import LOGINS  # noqa: PLC0415  # cold start: only the demo needs it

    return LOGINS


def demo_code_login() -> Any:
    """Return whom the demo's visitor can be without e-mail."""
    from portal.demo import CODE_LOGIN  # noqa: PLC0415  # cold start: only the demo needs it

    return CODE_LOGIN


handler500 = "portal.error_views.failed"
urlpatterns = [
    path("", include("portal.urls_admin")),
    path("", include("attendance.urls")),
    path("leave/", include("leave.urls")),
    path("", include("portal.urls_front")),
    path("", include("portal.urls_security")),
    path(
        "sign-in/",
        LoginView.as_view(
            extra_context={
                "demo_logins": demo_logins,
                "demo_code": demo_code_login,
                "has_pool": is_offered,
            }
        ),
        name="account_login",
    ),
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
]
