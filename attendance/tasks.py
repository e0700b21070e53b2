"""Scheduled work: each means "everything due up to now", late or twice with the same result."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.storage import default_storage
from django.db import OperationalError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from attendance.enums import FaceState
from attendance.models import AttendanceDay, PunchFrame, PunchState
from attendance.selectors.settings import company_settings
from attendance.services import days, enrolment, evidence, pictures
from companies import audit
from companies.actor import job_actor
from companies.models import Company, Employee, JobRun
from companies.scoping import company_scope

log = logging.getLogger(__name__)

# Rows missing this far back are written even when later ones stand (a shift given afterwards).
_LOOK_BACK = dt.timedelta(days=35)
_BATCH = 200
# A page has this long to ask for the verdict itself before the sweep does.
_GRACE = dt.timedelta(seconds=20)
_UNNAMED_KEPT = dt.timedelta(days=2)


class JobIncomplete(Exception):
    """Some of a job's items failed; the log says which and why, and all others were done."""


class _Failures:
    """Lets a job go on with its next item: one that fails must not hold up everybody's."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def noted(self, item: str) -> Iterator[None]:
        try:
            yield
        except OperationalError:
            # The database itself: the next item would fare no better, the next run may.
            raise
        except Exception:
            log.exception("a job failed at %s", item)
            self.count += 1

    def tell(self) -> None:
        """Raise `JobIncomplete` if anything failed, so that the run does not count as a success."""
        if self.count:
            raise JobIncomplete(f"{self.count} failed; the log says which")


def _companies() -> Iterator[Company]:
    yield from Company.objects.order_by("pk")


def pending_verify() -> int:
    """Weigh the punches whose page did not wait for it; return how many were looked at."""
    now = timezone.now()
    seen, failures = 0, _Failures()
    for company in _companies():
        with company_scope(company):
            due = PunchState.objects.filter(
                Q(face=FaceState.PENDING, verify_next_at__lte=now) | Q(judged_at__isnull=True),
                occurred_at__lte=now - _GRACE,
            ).order_by("occurred_at")
            for punch_id in list(due.values_list("punch__public_id", flat=True)[:_BATCH]):
                # Each at its own moment: a lease counts from when the work on it begins.
                with failures.noted(f"punch {punch_id}"):
                    evidence.punch_weigh(punch_id=punch_id, now=timezone.now())
                seen += 1
    failures.tell()
    return seen


def settle_open() -> int:
    """Judge the rows again whose time has come; return how many changed."""
    now = timezone.now()
    changed, failures = 0, _Failures()
    for company in _companies():
        with company_scope(company):
            due = AttendanceDay.objects.filter(next_at__lte=now).order_by("next_at")
            for row in due.select_related("employee__company").iterator(chunk_size=_BATCH):
                with failures.noted(f"day {row.public_id}"):
                    changed += len(
                        days.person_recompute(
                            employee=row.employee, first=row.date, last=row.date, now=now
                        )
                    )
    failures.tell()
    return changed


def absence_sweep() -> int:
    """Write the rows of working days that nobody punched on; return how many changed.

    Five weeks are judged, counted back from the last run that succeeded or from the person's last
    row, so that an outage of any length is made up for.
    """
    now = timezone.now()
    since = _last_success("absence_sweep") or now
    changed, failures = 0, _Failures()
    for company in _companies():
        with company_scope(company):
            back = since.date() - _LOOK_BACK - _longest_wait(company)
            people = Employee.objects.filter(is_active=True).annotate(
                last_row=Max("attendance_days__date")
            )
            for employee in people.select_related("company").order_by("pk"):
                with failures.noted(f"person {employee.public_id}"):
                    changed += _sweep_person(employee, back, now)
    failures.tell()
    return changed


def _last_success(job: str) -> dt.datetime | None:
    run = JobRun.objects.filter(name=job).first()
    return run.succeeded_at if run else None


def _longest_wait(company: Company) -> dt.timedelta:
    """Return how long an absence may wait: days that still do have no row to be found by."""
    policies = company_settings(company).policies
    return dt.timedelta(days=max((item.rules.absence_lag_days for item in policies), default=0))


def _sweep_person(employee: Employee, back: dt.date, now: dt.datetime) -> int:
    # Zones reach a day to either side of UTC; a date that has not begun judges to no row.
    last = min(now.date() + dt.timedelta(days=1), employee.left_on or dt.date.max)
    starts_on = max(employee.joined_on, employee.judged_from or employee.joined_on)
    first = max(starts_on, min(back, employee.last_row or back))  # type: ignore[attr-defined]
    if first > last:
        return 0
    return len(days.person_recompute(employee=employee, first=first, last=last, now=now))


def face_retention() -> int:
    """Delete the face data of who has left; return of how many people."""
    now = timezone.now()
    deleted, failures = 0, _Failures()
    for company in _companies():
        with company_scope(company), failures.noted(f"company {company.public_id}"):
            by = job_actor("face_retention", company)
            deleted += enrolment.enrolments_end_departed(by=by, now=now)
    failures.tell()
    return deleted


def photo_retention() -> int:
    """Delete pictures on their date, and files that no row names; return how many."""
    now = timezone.now()
    deleted = 0
    for company in _companies():
        with company_scope(company):
            deleted += _purge_company(company, now.date())
    return deleted + sum(_delete_orphans(folder, now) for folder in (pictures.RAW, pictures.CLEAN))


def _purge_company(company: Company, today: dt.date) -> int:
    deleted = 0
    while frames := list(PunchFrame.objects.filter(purge_on__lte=today)[:_BATCH]):
        for frame in frames:
            _delete_frame(frame)
        deleted += len(frames)
        audit.record(
            by=job_actor("photo_retention", company),
            verb="pictures_purged",
            subject=company,
            changes={"pictures": [len(frames), 0]},
        )
    return deleted


def _delete_frame(frame: PunchFrame) -> None:
    """Delete the row, then the file: a file without a row is found by the orphans' pass."""
    key = frame.storage_key
    with transaction.atomic():
        frame.delete()
    if key:
        pictures.discard(key)


def _delete_orphans(folder: str, now: dt.datetime) -> int:
    """Delete files that no row names: the process died between the file and its row.

    Only of days gone by: what is being written now gets its row in a moment.
    """
    if not default_storage.exists(folder):
        return 0
    deleted = 0
    for day in default_storage.listdir(folder)[0]:
        if dt.date.fromisoformat(day) > (now - _UNNAMED_KEPT).date():
            continue
        # The files first: one that is replaced meanwhile is gone, or named by then.
        found = {f"{folder}/{day}/{name}" for name in default_storage.listdir(f"{folder}/{day}")[1]}
        for key in found - _named(f"{folder}/{day}/"):
            pictures.discard(key)
            deleted += 1
    return deleted


def _named(start: str) -> set[str]:
    names: set[str] = set()
    for company in _companies():
        with company_scope(company):
            rows = PunchFrame.objects.filter(storage_key__startswith=start)
            names.update(rows.values_list("storage_key", flat=True))
    return names
