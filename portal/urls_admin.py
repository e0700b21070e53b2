"""Addresses of the two admin sites, loaded when the first of them is asked for.

Their pages take a third of what a process imports, and nobody who checks in needs them.
"""

from django.urls import URLResolver
from django.urls.resolvers import RoutePattern


class OnDemand(URLResolver):
    """Addresses of a name space of their own; the first `{% url %}` of a page loads all others."""

    def _populate(self) -> None:
        if "urlconf_module" in self.__dict__:
            super()._populate()


urlpatterns = [
    # By name and not by `include()`, which would import them at once.
    OnDemand(RoutePattern("admin/"), "portal.urls_hr", app_name="admin", namespace="admin"),
    OnDemand(
        RoutePattern("operator/"), "portal.urls_operator", app_name="admin", namespace="operator"
    ),
]
