"""A year of one's own leave at a glance."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leave import year_pages
from leave.overview_views import own, today_of
from leave.selectors.years import year_of
from leave.terms import leave_settings


@require_GET
def show(request: HttpRequest, year: int) -> HttpResponse:
    """Show the twelve months of a year."""
    employee = own(request)
    if not year_pages.has_page(year):
        raise Http404
    found, settings = year_of(employee, year), leave_settings(employee.company)
    context = year_pages.context(found, settings, today=today_of(employee))
    return render(request, "leave/year.html", context)
