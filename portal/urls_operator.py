"""Addresses of the platform's admin site."""

from portal.admin_sites import operator_site

urlpatterns = operator_site.get_urls()
