"""Scheduled work: each means "everything due up to now", late or twice with the same result."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from attendance.enums import FaceState
from attendance.models import (
    AttendanceDay,
    FaceDeletion,
    FaceEnrolment,
    FaceErasure,
    ParkedTap,
    PunchFrame,
    PunchState,
)
from attendance.selectors.settings import company_settings
from attendance.services import (
    attachments,
    closing,
    closing_asks,
    days,
    enrolment,
    evidence,
    kept_faces,
    overtime,
    pace,
    pictures,
    replaying,
    uploads,
)
from attendance.services.face_data import erasure_finish
from companies import audit
from companies.actor import job_actor
from companies.models import Company, Employee, JobRun
from companies.scoping import company_scope
from companies.selectors import company_today, ending_internships
from companies.services import internship_remind
from companies.sweeps import Failures, companies
from integrations import journal, metrics
from integrations.journal.protocol import NOTED

log = logging.getLogger(__name__)

# Rows missing this far back are written even when later ones stand (a shift given afterwards).
_LOOK_BACK = dt.timedelta(days=35)
_BATCH = 200
# A page has this long to ask for the verdict itself before the sweep does.
_GRACE = dt.timedelta(seconds=20)
_FARTHEST_RETRY = dt.timedelta(minutes=15)
_UNNAMED_KEPT = dt.timedelta(days=2)
# Longer than a replay may run: what is written meanwhile is seen by the next.
_OVERLAP = dt.timedelta(hours=2)


def pending_verify() -> int:
    """Weigh the punches whose page did not wait for it; return how many were looked at.

    A hosted engine is asked at its pace; what this run does not reach waits for the next one.
    """
    now = timezone.now()
    seen, pending, failures, turns = 0, 0, Failures(), pace.Pace()
    for company in companies():
        with company_scope(company):
            due = PunchState.objects.filter(
                Q(face=FaceState.PENDING, verify_next_at__lte=now)
                # So far ahead only if the clock was, when that was written.
                | Q(face=FaceState.PENDING, verify_next_at__gt=now + _FARTHEST_RETRY)
                | Q(judged_at__isnull=True),
                occurred_at__lte=now - _GRACE,
            ).order_by("occurred_at")
            for punch_id, face in list(due.values_list("punch__public_id", "face")[:_BATCH]):
                waits = face == FaceState.PENDING
                may_look = not waits or turns.turn()
                # Each at its own moment: a lease counts from when the work on it begins.
                with failures.noted(f"punch {punch_id}"):
                    weighed = evidence.punch_weigh(
                        punch_id=punch_id, now=timezone.now(), may_look=may_look
                    )
                    if waits and may_look:
                        turns.learnt(is_away=weighed.is_postponed)
                seen += may_look
            late = PunchState.objects.filter(face=FaceState.PENDING)
            pending += late.filter(occurred_at__lte=now - _GRACE).count()
    metrics.count("punches_pending", pending)
    failures.tell()
    return seen


def settle_open() -> int:
    """Judge the rows again whose time has come; return how many changed."""
    now = timezone.now()
    changed, failures = 0, Failures()
    for company in companies():
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


def internships_end() -> int:
    """Tell mentors and HR of internships that end soon; return of how many."""
    now = timezone.now()
    told, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            today = company_today(company, now)
            for row in ending_internships(today):
                with failures.noted(f"internship {row.public_id}"):
                    internship_remind(internship=row, today=today)
                    told += 1
    failures.tell()
    return told


def absence_sweep() -> int:
    """Write the rows of working days that nobody punched on; return how many changed.

    Five weeks are judged, counted back from the last run that succeeded or from the person's last
    row, so that an outage of any length is made up for. Managers are told what waits of extra
    minutes after that, once a day at most.
    """
    now = timezone.now()
    # A success yet to come is left from before the clock was set back.
    since = min(_last_success("absence_sweep") or now, now)
    changed, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            back = since.date() - _LOOK_BACK - _longest_wait(company)
            people = Employee.objects.filter(is_active=True).annotate(
                last_row=Max("attendance_days__date")
            )
            for employee in people.select_related("company").order_by("pk"):
                with failures.noted(f"person {employee.public_id}"):
                    changed += _sweep_person(employee, back, now)
            with failures.noted(f"extra minutes of company {company.public_id}"):
                overtime.overtime_ask(company=company, now=now)
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


def auto_lock() -> int:
    """Lock the months whose days after their end are over, where HR says so; return how many.

    A month with a day that still waits is tried again by the next run.
    """
    now = timezone.now()
    locked, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            for first in closing.months_due(company, now):
                with failures.noted(f"month {first:%Y-%m} of company {company.public_id}"):
                    locked += closing.period_lock_due(company=company, starts_on=first)
    failures.tell()
    return locked


def month_asks() -> int:
    """Lock and reopen the months of large companies that somebody asked for; return how many."""
    done, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            for period in closing_asks.asks_due():
                with failures.noted(f"month {period} of company {company.public_id}"):
                    # Each at its own moment: a lease counts from when the work on it begins.
                    done += closing_asks.ask_carry_out(period=period, now=timezone.now())
    failures.tell()
    return done


def face_retention() -> int:
    """Delete the face data of who has left; return of how many people.

    With it go faces that a hosted engine keeps and no row names: a process died in between.
    """
    now = timezone.now()
    deleted, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            by = job_actor("face_retention", company)
            for employee in enrolment.departed(now):
                with failures.noted(f"person {employee.public_id}"):
                    enrolment.enrolment_end_departed(employee=employee, by=by, now=now)
                    deleted += 1
            with failures.noted(f"kept faces of company {company.public_id}"):
                kept_faces.unnamed_faces_forget(company=company, now=now)
    failures.tell()
    return deleted


def face_erasures() -> int:
    """Delete what the storage or a hosted engine refused before; return how many are done.

    Counted are erasures, and faces that belong to none.
    """
    now = timezone.now()
    done, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            open_ones = FaceErasure.objects.filter(receipt__isnull=True).order_by("id")
            for erasure in open_ones.select_related("company", "employee__company"):
                with failures.noted(f"erasure {erasure.public_id}"):
                    done += erasure_finish(erasure=erasure, now=now)
            done += kept_faces.faces_forget(FaceDeletion.objects.filter(erasure=None))
    failures.tell()
    return done


def correction_files() -> int:
    """Delete files of corrections on their date, and files that no row names; return how many."""
    now = timezone.now()
    done, failures = 0, Failures()
    for company in companies():
        with company_scope(company), failures.noted(f"files of company {company.public_id}"):
            done += attachments.files_purge(company=company, now=now)
    failures.tell()
    return done + attachments.orphans_delete(now=now)


def photo_retention() -> int:
    """Delete pictures on their date, and files that no row names; return how many."""
    now = timezone.now()
    deleted = 0
    for company in companies():
        with company_scope(company):
            deleted += _purge_company(company, now.date())
            deleted += uploads.uploads_expire(company=company, now=now)
    named_at = _all_named_at(now)
    if named_at is None:
        return deleted
    until = (named_at - _UNNAMED_KEPT).date()
    folders = (pictures.RAW, pictures.CLEAN, pictures.REFERENCE)
    return deleted + sum(
        pictures.orphans_delete(folder, until=until, named=_named) for folder in folders
    )


def _all_named_at(now: dt.datetime) -> dt.datetime | None:
    """Return until when every file that belongs to a punch has its row.

    Of what the journal alone knows, no row names the picture yet; of what is parked, until somebody
    has mended it, or the journal itself has forgotten where the picture lies.
    """
    if not journal.is_on():
        return now
    if ParkedTap.objects.filter(parked_at__gt=now - NOTED).exists():
        return None
    last = _last_success("journal_replay")
    return min(last, now) if last is not None else None


def journal_replay() -> int:
    """Bring what the journal was told since the last success and the records lack; return how many.

    The stream does it at once; this makes up for an outage longer than the stream remembers, and,
    in records that were restored from a backup, for all that came after it.
    """
    if not journal.is_on():
        return 0
    now = timezone.now()
    return replaying.replay(since=_told_since(now), now=now)


def _told_since(now: dt.datetime) -> dt.datetime:
    last = _last_success("journal_replay")
    if last is not None:
        return min(last, now) - _OVERLAP
    first = Company.objects.aggregate(first=Min("created_at"))["first"]
    return first or now


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


def _named(start: str) -> set[str]:
    names: set[str] = set()
    for company in companies():
        with company_scope(company):
            frames = PunchFrame.objects.filter(storage_key__startswith=start)
            names.update(frames.values_list("storage_key", flat=True))
            kept = FaceEnrolment.objects.filter(reference_key__startswith=start)
            names.update(kept.values_list("reference_key", flat=True))
    return names
