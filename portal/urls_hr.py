"""Addresses of HR's admin site."""

from portal.admin_sites import hr_site

urlpatterns = hr_site.get_urls()
