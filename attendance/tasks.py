"""Scheduled work: each means "everything due up to now", late or twice with the same result."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from attendance.enums import FaceState
from attendance.models import AttendanceDay, PunchFrame, PunchState
from attendance.services import days, evidence
from companies import audit
from companies.actor import job_actor
from companies.models import Company, Employee
from companies.scoping import company_scope

log = logging.getLogger(__name__)

# Rows missing this far back are written even when later ones stand (a shift given afterwards).
_LOOK_BACK = dt.timedelta(days=35)
_BATCH = 200
# A page has this long to ask for the verdict itself before the sweep does.
_GRACE = dt.timedelta(seconds=20)
_RAW_KEPT = dt.timedelta(days=2)


def _companies() -> Iterator[Company]:
    yield from Company.objects.order_by("pk")


def pending_verify() -> int:
    """Weigh the punches whose page did not wait for it; return how many were looked at."""
    now = timezone.now()
    seen = 0
    for company in _companies():
        with company_scope(company):
            due = PunchState.objects.filter(
                Q(face=FaceState.PENDING, verify_next_at__lte=now) | Q(judged_at__isnull=True),
                occurred_at__lte=now - _GRACE,
            ).order_by("occurred_at")
            for punch_id in list(due.values_list("punch__public_id", flat=True)[:_BATCH]):
                evidence.punch_weigh(punch_id=punch_id, now=now)
                seen += 1
    return seen


def settle_open() -> int:
    """Judge the rows again whose time has come; return how many changed."""
    now = timezone.now()
    changed = 0
    for company in _companies():
        with company_scope(company):
            due = AttendanceDay.objects.filter(next_at__lte=now).order_by("next_at")
            for row in due.select_related("employee__company").iterator(chunk_size=_BATCH):
                changed += len(
                    days.person_recompute(
                        employee=row.employee, first=row.date, last=row.date, now=now
                    )
                )
    return changed


def absence_sweep() -> int:
    """Write the rows of working days that nobody punched on; return how many changed.

    From the person's last row (at least five weeks back) up to today, so that an outage of any
    length is made up for.
    """
    now = timezone.now()
    changed = 0
    for company in _companies():
        with company_scope(company):
            people = Employee.objects.filter(is_active=True).annotate(
                last_row=Max("attendance_days__date")
            )
            for employee in people.select_related("company").order_by("pk"):
                changed += _sweep_person(employee, now)
    return changed


def _sweep_person(employee: Employee, now: dt.datetime) -> int:
    # Zones reach a day to either side of UTC; a date that has not begun judges to no row.
    last = min(now.date() + dt.timedelta(days=1), employee.left_on or dt.date.max)
    back = now.date() - _LOOK_BACK
    first = max(employee.joined_on, min(back, employee.last_row or back))  # type: ignore[attr-defined]
    if first > last:
        return 0
    return len(days.person_recompute(employee=employee, first=first, last=last, now=now))


def photo_retention() -> int:
    """Delete pictures on their date, and raw ones that no row names; return how many."""
    now = timezone.now()
    deleted = 0
    for company in _companies():
        with company_scope(company):
            deleted += _purge_company(company, now.date())
    return deleted + _delete_orphans(now)


def _purge_company(company: Company, today: dt.date) -> int:
    frames = list(PunchFrame.objects.filter(purge_on__lte=today)[:1000])
    for frame in frames:
        _delete_frame(frame)
    if frames:
        audit.record(
            by=job_actor("photo_retention", company),
            verb="pictures_purged",
            subject=company,
            changes={"pictures": [len(frames), 0]},
        )
    return len(frames)


def _delete_frame(frame: PunchFrame) -> None:
    """Delete the row, then the file: a file without a row is found by the orphans' pass."""
    key = frame.storage_key
    with transaction.atomic():
        frame.delete()
    if key:
        default_storage.delete(key)


def _delete_orphans(now: dt.datetime) -> int:
    """Delete raw pictures whose punch was never written (the process died in between)."""
    if not default_storage.exists("raw"):
        return 0
    deleted = 0
    for folder in default_storage.listdir("raw")[0]:
        if dt.date.fromisoformat(folder) > (now - _RAW_KEPT).date():
            continue
        for name in default_storage.listdir(f"raw/{folder}")[1]:
            deleted += _delete_if_unnamed(f"raw/{folder}/{name}")
    return deleted


def _delete_if_unnamed(key: str) -> int:
    for company in _companies():
        with company_scope(company):
            if PunchFrame.objects.filter(storage_key=key).exists():
                return 0
    default_storage.delete(key)
    return 1
