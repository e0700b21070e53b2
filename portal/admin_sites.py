"""The two admin sites: `/admin/` for HR of one company, `/operator/` for the platform.

Who may enter is said by `companies.permissions` and `request.actor`; `is_staff`, `is_superuser`
and Django's own permissions grant nothing. Signing in and out happens on Muster's own pages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, cast
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth import logout
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from attendance import admin as attendance_admin
from companies import admin as companies_admin
from companies.admin.platform import may_operate
from companies.models import CompanyOwned
from companies.permissions import can_enter_hr, can_manage_hr
from leave import admin as leave_admin
from portal import applications_admin, careers_admin, dashboards, joining_admin
from portal import report_schedules_admin as schedules

# Pages of Django's and unfold's that nothing here needs: `view_on_site` looks up rows by primary
# key, and unfold's palette keeps what it found for five minutes, whatever the company is by then.
_CLOSED = {"view_on_site", "password_change", "password_change_done", "search"}


class RowSearch(AutocompleteJsonView):
    """Rows of the own company that fit what was typed, by public id."""

    def process_request(self, request: HttpRequest) -> tuple[str, Any, Any, str]:
        asked = request.GET
        try:
            source = apps.get_model(asked["app_label"], asked["model_name"])
            field = source._meta.get_field(asked["field_name"])
            remote = field.remote_field.model
            model_admin = self.admin_site.get_model_admin(remote)  # type: ignore[union-attr]
        except (
            KeyError,
            LookupError,
            ValueError,
            FieldDoesNotExist,
            AttributeError,
            NotRegistered,
        ):
            raise PermissionDenied from None
        if not issubclass(remote, CompanyOwned) or not model_admin.get_search_fields(request):
            raise PermissionDenied
        return asked.get("term", ""), model_admin, field, "public_id"


class MusterAdminSite(UnfoldAdminSite, ABC):
    """What both sites have in common."""

    enable_nav_sidebar = True
    index_template = "portal/dashboard.html"

    @abstractmethod
    def may_write(self, request: HttpRequest) -> bool:
        """Return whether who may enter may also send a form."""

    @abstractmethod
    def dashboard(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the first page shows."""

    def get_urls(self) -> list[Any]:
        return [item for item in super().get_urls() if getattr(item, "name", None) not in _CLOSED]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Refuse who is signed in and may not enter: Django would have them sign in for ever."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            if request.method == "POST" and not self._takes(request):
                raise PermissionDenied
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return update_wrapper(guarded, inner)

    def _takes(self, request: HttpRequest) -> bool:
        """Return whether a form is taken: of who only reads, none but that to sign out."""
        match = request.resolver_match
        is_leaving = match is not None and match.url_name == "logout"
        return is_leaving or not request.user.is_authenticated or self.may_write(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead to Muster's own sign-in, and back."""
        home = resolve_url(f"{self.name}:index")
        if self.has_permission(request):
            return HttpResponseRedirect(home)
        if request.user.is_authenticated:
            raise PermissionDenied
        query = urlencode({"next": request.GET.get("next") or home})
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")

    # Django marks its own page so: who is not signed in must reach it.
    login.login_required = False  # type: ignore[attr-defined]

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign out and lead to the sign-in page; a link cannot do it, only a form."""
        if request.method == "POST":
            logout(request)
        return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: Any = None
    ) -> HttpResponse:
        """Lead home: the side bar lists everything by what it is for, not by app."""
        return HttpResponseRedirect(resolve_url(f"{self.name}:index"))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, RowSearch.as_view(admin_site=self)(request))

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """Show what needs a human."""
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "subtitle": None,
            **self.dashboard(request),
        }
        request.current_app = self.name
        return TemplateResponse(request, self.index_template, context)


class HrSite(MusterAdminSite):
    """One company's records, for its HR and company admins; auditors read."""

    settings_name = "UNFOLD"
    index_title = _("What needs a human")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Name the company whose records these are: the side bar shows its logo."""
        actor = getattr(request, "actor", None)
        company = actor.company if actor is not None else None
        return {**super().each_context(request), "company_of_site": company}

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and can_enter_hr(actor)

    def may_write(self, request: HttpRequest) -> bool:
        return can_manage_hr(request.actor)  # type: ignore[attr-defined]

    def dashboard(self, request: HttpRequest) -> dict[str, Any]:
        found = dashboards.hr(request.actor.company)  # type: ignore[attr-defined]
        if self.may_write(request):
            return found
        # What only HR can do is not proposed to who reads.
        return {**found, "month": None, "starts": [], "support": request.support}  # type: ignore[attr-defined]


class OperatorSite(MusterAdminSite):
    """The platform, for its operators; no personal data of a company."""

    settings_name = "UNFOLD_OPERATOR"
    index_title = _("The platform")

    def has_permission(self, request: HttpRequest) -> bool:
        return may_operate(request)

    def may_write(self, request: HttpRequest) -> bool:
        return may_operate(request)

    def dashboard(self, request: HttpRequest) -> dict[str, Any]:
        return dashboards.operator()


# Django's templates say `admin:…`: the site of that name is the one they mean by default.
hr_site = HrSite(name="admin")
operator_site = OperatorSite(name="operator")

_HR = {
    **companies_admin.HR, **attendance_admin.HR, **leave_admin.HR, **schedules.HR,
    **careers_admin.HR, **applications_admin.HR,
}  # fmt: skip
for _model, _admin in _HR.items():
    hr_site.register(_model, _admin)
_OPERATOR = {**companies_admin.OPERATOR, **attendance_admin.OPERATOR, **joining_admin.OPERATOR}
for _model, _admin in _OPERATOR.items():
    operator_site.register(_model, _admin)
