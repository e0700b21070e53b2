"""Every address of Muster, by app."""

from typing import Any

from allauth.account.views import LoginView
from django.contrib.auth.views import LogoutView
from django.urls import include, path


def demo_logins() -> tuple[Any, ...]:
    """Return whom the demo's visitor can be; the template asks only in a demo."""
    from portal.demo import LOGINS  # noqa: PLC0415  # cold start: only the demo needs it

    return LOGINS


urlpatterns = [
    path("", include("portal.urls_admin")),
    path("", include("attendance.urls")),
    path("", include("portal.urls_front")),
    path(
        "sign-in/",
        LoginView.as_view(extra_context={"demo_logins": demo_logins}),
        name="account_login",
    ),
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
]
