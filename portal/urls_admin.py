"""Addresses of the two admin sites."""

from django.urls import path

from portal.admin_sites import hr_site, operator_site

urlpatterns = [
    path("admin/", hr_site.urls),
    path("operator/", operator_site.urls),
]
