"""Reads of careers: openings, what candidates sent, and what visitors ask."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from companies.enums import ApplicationStage, OpeningState
from companies.models import (
    Application,
    ApplicationEvent,
    ApplicationFile,
    CareersPage,
    Company,
    Opening,
    VisitorQuestion,
)


def careers_page(company: Company) -> CareersPage:
    """Return the company's settings of careers; those of one that has none are off."""
    found: CareersPage | None = CareersPage.objects.filter(company=company).first()
    return found or CareersPage(company=company)


def openings_taking(today: dt.date) -> QuerySet[Opening]:
    """Return what people may apply for on the date, what closes first before what stays open."""
    is_begun = Q(opens_on__isnull=True) | Q(opens_on__lte=today)
    is_open = Q(closes_on__isnull=True) | Q(closes_on__gte=today)
    rows: QuerySet[Opening] = Opening.objects.filter(
        is_begun, is_open, state=OpeningState.PUBLISHED
    )
    return rows.select_related("office", "department").order_by("title", "id")


def openings_counted(today: dt.date) -> QuerySet[Any]:
    """Return all openings with how many applications wait (`waiting`) and came in (`sent`).

    `is_past` says whether the last day to apply lies before the date.
    """
    undecided = Q(applications__stage__in=ApplicationStage.undecided)
    rows: QuerySet[Any] = Opening.objects.select_related("office", "department")
    counted: QuerySet[Any] = rows.annotate(
        sent=Count("applications", filter=Q(applications__confirmed_at__isnull=False)),
        waiting=Count("applications", filter=undecided),
        is_past=ExpressionWrapper(Q(closes_on__lt=today), output_field=BooleanField()),
    )
    return counted


def faq_of(opening: Opening | None) -> QuerySet[VisitorQuestion]:
    """Return what HR published about an opening; without one, about the company as a whole."""
    rows: QuerySet[VisitorQuestion] = VisitorQuestion.objects.filter(
        opening=opening, is_published=True
    )
    return rows.order_by("position", "answered_at", "id")


def applications(now: dt.datetime) -> QuerySet[Application]:
    """Return the applications that HR may know of: those whose address is confirmed.

    One whose days are over comes back as part of the count once it is deleted.
    """
    rows: QuerySet[Application] = Application.objects.filter(
        Q(purge_at__isnull=True) | Q(purge_at__gt=now), confirmed_at__isnull=False
    )
    return rows.select_related("company", "opening", "employee")


def application_events(application: Application) -> QuerySet[ApplicationEvent]:
    """Return what happened to an application, in order."""
    rows: QuerySet[ApplicationEvent] = ApplicationEvent.objects.filter(application=application)
    return rows.select_related("file").order_by("number")


def application_file(public_id: Any, now: dt.datetime) -> ApplicationFile | None:
    """Return a file of an application that HR may know of."""
    rows = ApplicationFile.objects.select_related("application__opening")
    found: ApplicationFile | None = rows.filter(
        public_id=public_id, application__in=applications(now)
    ).first()
    return found


def questions_waiting() -> QuerySet[VisitorQuestion]:
    """Return what visitors asked and nobody answered."""
    rows: QuerySet[VisitorQuestion] = VisitorQuestion.objects.filter(answered_at__isnull=True)
    return rows
