"""The job that forgets candidates and visitors whose days are over."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db.models import Q
from django.utils import timezone

from companies import services
from companies.enums import ApplicationStage
from companies.models import Application, Company, VisitorQuestion
from companies.scoping import company_scope
from companies.services.applications import UNDECIDED_KEPT, forgotten_tell
from companies.services.careers_files import orphans_delete
from companies.sweeps import Failures, companies

_HOURS_BETWEEN_ORPHANS = 6


def careers_purge() -> int:
    """Delete what is due, with its files, and files that no row names; return how many.

    Late, twice or after a failure with the same result.
    """
    now, done, failures = timezone.now(), 0, Failures()
    for company in companies():
        with company_scope(company):
            done += _of_company(company, now, failures)
    failures.tell()
    # What lies in the storage is listed day by day: as often as by the other jobs of files.
    is_their_turn = now.hour % _HOURS_BETWEEN_ORPHANS == 0
    return done + (orphans_delete(now=now) if is_their_turn else 0)


def _of_company(company: Company, now: dt.datetime, failures: Failures) -> int:
    counts: Counter[str] = Counter()
    is_left = Q(stage__in=ApplicationStage.undecided, moved_at__lte=now - UNDECIDED_KEPT)
    due = Application.objects.filter(Q(purge_at__lte=now) | is_left, erased_at__isnull=True)
    for row in due.order_by("pk"):
        with failures.noted(f"application {row.public_id}"):
            counts["applications"] += services.application_forget(application=row, now=now)
    for question in VisitorQuestion.objects.filter(purge_at__lte=now).order_by("pk"):
        with failures.noted(f"question {question.public_id}"):
            counts["questions"] += services.visitor_forget(question=question, now=now)
    forgotten_tell(company=company, counts=counts)
    return counts.total()
