"""HR sets the company's logo, which stands on pages and on the files that people are handed."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from companies.admin_base import BaseAdmin
from companies.errors import MusterError
from companies.once import once
from companies.selectors import company_logo
from companies.services import logo_remove, logo_set
from integrations import photos


class LogoForm(forms.Form):
    """A picture, or nothing where the one that stands is taken away."""

    picture = forms.FileField(
        label=gettext_lazy("Picture"), allow_empty_file=True,
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 2 MB. Clear parts stay clear."),
        error_messages={"required": gettext_lazy("Choose a picture.")},
    )  # fmt: skip


class LogoPage(BaseAdmin):
    """Pages of the company's settings with the way to its logo."""

    @action(description=gettext_lazy("Logo"), url_path="logo", icon="image")
    def logo(self, request: HttpRequest) -> HttpResponse:
        """Show the logo; set another one or take it away."""
        if not self.may_act(request):
            raise PermissionDenied
        return _answer(self, request)


@once
def _sent(request: HttpRequest, model_admin: BaseAdmin) -> HttpResponse:
    if "remove" in request.POST:
        if logo_remove(company=_company(request), by=request.actor):  # type: ignore[attr-defined]
            model_admin.message_user(request, _("The logo was taken away."))
        return _back(model_admin)
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(model_admin, request, form)
    picture = form.cleaned_data["picture"]
    try:
        # More than may be is not read: the reader refuses what is longer.
        data = picture.read(photos.MOST_BYTES + 1)
        logo_set(company=_company(request), data=data, by=request.actor)  # type: ignore[attr-defined]
    except MusterError as error:
        form.add_error("picture", str(error))
        return _page(model_admin, request, form)
    model_admin.message_user(
        request, _("The logo stands on pages, new PDFs and spreadsheets from now on.")
    )
    return _back(model_admin)


def _answer(model_admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _sent(request, model_admin)
    return _page(model_admin, request, LogoForm())


def _company(request: HttpRequest) -> Any:
    return request.actor.company  # type: ignore[attr-defined]


def _back(model_admin: BaseAdmin) -> HttpResponse:
    return HttpResponseRedirect(f"{model_admin.address('changelist')}logo/")


def _page(model_admin: BaseAdmin, request: HttpRequest, form: LogoForm) -> HttpResponse:
    site, logo = model_admin.admin_site, company_logo(_company(request))
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Logo"),
        "trail": model_admin._trail(),
        "opts": model_admin.opts,
        "back_url": model_admin.address("changelist"),
        "form": form,
        "logo": f"data:image/png;base64,{base64.b64encode(logo).decode()}" if logo else "",
    }
    request.current_app = site.name
    status = 400 if form.errors else 200
    return TemplateResponse(request, "companies/admin/logo.html", context, status=status)
