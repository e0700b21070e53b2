"""Every address of Muster, by app."""

from allauth.account.views import LoginView
from django.contrib.auth.views import LogoutView
from django.urls import include, path

urlpatterns = [
    path("", include("attendance.urls")),
    path("", include("portal.urls_front")),
    path("sign-in/", LoginView.as_view(), name="account_login"),
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
]
