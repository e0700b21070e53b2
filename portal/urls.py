"""Every address of Muster, by app."""

from django.urls import include, path

urlpatterns = [
    path("", include("attendance.urls")),
    path("", include("portal.urls_front")),
]
