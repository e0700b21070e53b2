"""Why a balance is what it is: the books of a type, one's own and those of whom one answers for."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from companies.models import Employee
from leave import books_pages
from leave.models import LeaveType
from leave.overview_pages import books_url
from leave.overview_views import own, readable, today_of
from leave.selectors import balances
from leave.terms import leave_settings


@require_GET
def books(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one's own books of a type."""
    return _books(request, own(request), public_id, person=None)


@require_GET
def person_books(request: HttpRequest, employee: uuid.UUID, public_id: uuid.UUID) -> HttpResponse:
    """Show the books of somebody whom one answers for, as they see them."""
    found = readable(request, employee)
    return _books(request, found, public_id, person=found)


def _books(
    request: HttpRequest, employee: Employee, public_id: uuid.UUID, *, person: Employee | None
) -> HttpResponse:
    today, leave_type = today_of(employee), _type(employee, public_id)
    rules = leave_settings(employee.company).type_on(leave_type.pk, today)
    if rules is None:
        raise Http404
    if rules.books_type_id != leave_type.pk:
        drawn_on = leave_settings(employee.company).types[rules.books_type_id]
        return redirect(books_url(drawn_on, person))
    account, lines = balances.explained(employee, leave_type)
    context = books_pages.context(account, lines, today=today, person=person)
    return render(request, "leave/books.html", context)


def _type(employee: Employee, public_id: uuid.UUID) -> LeaveType:
    """Return the type of the person's company; another company's is as if there were none."""
    types = leave_settings(employee.company).types.values()
    for leave_type in types:
        if leave_type.public_id == public_id:
            return leave_type
    raise Http404
