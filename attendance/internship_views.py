"""Pages of internships: the intern's own, the mentor's, and the paper of a certificate."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from attendance import certificate_pages, internship_pages
from attendance.models import Certificate
from attendance.selectors.certificates import Attended, attended, valid_certificates
from attendance.views import actor_of, date_of
from companies import selectors
from companies.models import Employee
from companies.permissions import can_see_internship

# Nobody mentors so many at a time; those that ended longest ago are left out.
_MOST_SHOWN = 100


def _employee(request: HttpRequest) -> Employee:
    employee = actor_of(request).employee
    if employee is None:
        raise Http404
    return employee


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """Show the person's internships; of the one that runs, what they attended so far."""
    employee, now = _employee(request), timezone.now()
    today = date_of(employee, now)
    rows = list(selectors.internships_of(employee))
    present = next((row for row in rows if _is_open(row) and row.starts_on <= today), None)
    so_far: tuple[int, Attended] | None = None
    if present is not None:
        last = min(present.ends_on, today)
        so_far = present.pk, attended(employee, present.starts_on, last, now=now)
    context = internship_pages.own_context(
        rows, valid_certificates(row.pk for row in rows), so_far=so_far, today=today
    )
    return render(request, "attendance/internship.html", context)


def _is_open(row: Any) -> bool:
    return not row.is_completed


@require_GET
def team_interns(request: HttpRequest) -> HttpResponse:
    """Show a mentor who their interns are and until when; their days only to who answers for them.

    Who signed in by a PIN has no such page: that opens the own ones alone.
    """
    mentor, actor = _employee(request), actor_of(request)
    now = timezone.now()
    rows = list(selectors.mentored_by(mentor)[:_MOST_SHOWN])
    team = selectors.team_of(actor, on=now.date()).order_by()
    keys = set(team.filter(pk__in=[row.employee_id for row in rows]).values_list("pk", flat=True))
    context = internship_pages.mentor_context(rows, keys, today=date_of(mentor, now))
    return render(request, "attendance/team_interns.html", context)


@require_GET
def certificate_file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Hand out the paper of a certificate to the intern, the mentor and HR."""
    actor = actor_of(request)
    if actor.company is None:
        raise Http404
    rows = Certificate.objects.select_related("company", "internship__employee")
    found = get_object_or_404(rows, public_id=public_id)
    if not can_see_internship(actor, found.internship):
        raise Http404
    response = HttpResponse(certificate_pages.paper(found), content_type="application/pdf")
    name = certificate_pages.file_name(found)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
