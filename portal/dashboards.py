"""The first pages of the admin sites: what needs a human, by kind, with the number and a link."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import EnrolmentState, PeriodState
from attendance.models import AttendanceDay, AttendancePeriod, FaceEnrolment, PunchState
from attendance.services.decisions import month_name
from companies.enums import OutboxState
from companies.models import Company, Employee, JobRun, OutboxMessage
from companies.scoping import no_scope

# Older days are settled history; who wants them filters the list.
_LOOK_BACK = dt.timedelta(days=62)
_JOB_IS_LATE = dt.timedelta(hours=26)


@dataclass(frozen=True)
class Matter:
    """One kind of thing that waits: how many, what to do, where."""

    count: int
    title: str | Promise
    hint: str | Promise
    url: str

    @property
    def is_calm(self) -> bool:
        return self.count == 0


def hr(company: Company) -> dict[str, Any]:
    """Return what HR sees first, of the open company scope."""
    today = timezone.now().date()
    return {
        "heading": company.name,
        "matters": [*_punch_matters(today), *_people_matters(today)],
        "month": _open_month(today),
        "starts": _first_steps(),
    }


def _list(name: str, query: str = "") -> str:
    return reverse(f"admin:{name}_changelist") + query


def _punch_matters(today: dt.date) -> list[Matter]:
    flagged = PunchState.objects.filter(is_flagged=True).count()
    since = today - _LOOK_BACK
    days = AttendanceDay.objects.filter(date__gte=since, is_open=False).exclude(exceptions=[])
    waiting = days.count()
    days_url = _list("attendance_attendanceday", f"?concern=any&date_from={since}")
    return [
        Matter(
            flagged,
            ngettext("punch to look at", "punches to look at", flagged),
            _("Accept or void, with a reason."),
            _list("attendance_punchstate", "?stand=flagged"),
        ),
        Matter(
            waiting,
            ngettext("day needs a human", "days need a human", waiting),
            _("A missing check-out, a punch outside any shift, a picture to look at."),
            days_url,
        ),
    ]


def _people_matters(today: dt.date) -> list[Matter]:
    here = Employee.objects.filter(is_active=True).filter(
        Q(left_on__isnull=True) | Q(left_on__gte=today)
    )
    placeless = here.filter(placements__isnull=True).count()
    signless = here.filter(user__isnull=True).count()
    enrolled = FaceEnrolment.objects.filter(state=EnrolmentState.ACTIVE)
    faceless = here.exclude(pk__in=enrolled.values("employee")).count()
    people = "companies_employee"
    return [
        Matter(
            placeless,
            ngettext("person without a place", "people without a place", placeless),
            _("Without office and shift their days cannot be judged."),
            _list(people, "?standing=no_place"),
        ),
        Matter(
            signless,
            ngettext("person cannot sign in yet", "people cannot sign in yet", signless),
            _("Send them a sign-in link."),
            _list(people, "?standing=no_sign_in"),
        ),
        Matter(
            faceless,
            ngettext("person without face check", "people without face check", faceless),
            _("They enrol themselves, once they agree; nobody has to."),
            _list(people, "?standing=no_face"),
        ),
    ]


def _open_month(today: dt.date) -> dict[str, str] | None:
    """Return the last month that is over, if it has days and is not locked."""
    last = today.replace(day=1) - dt.timedelta(days=1)
    first = last.replace(day=1)
    is_locked = AttendancePeriod.objects.filter(starts_on=first, state=PeriodState.LOCKED).exists()
    if is_locked or not AttendanceDay.objects.filter(date__range=(first, last)).exists():
        return None
    return {
        "name": month_name(first),
        "url": reverse("admin:attendance_attendanceperiod_lock"),
    }


def _first_steps() -> list[dict[str, str]]:
    """Return what a new company does first; nothing once somebody works there."""
    if Employee.objects.exists():
        return []
    steps = (
        (_("Check the office and its time zone"), "companies_office"),
        (_("Add the hours people work"), "companies_shift"),
        (_("Enter the public holidays"), "companies_calendarday"),
        (_("Add the people"), "companies_employee"),
    )
    return [{"title": title, "url": _list(name)} for title, name in steps]


def operator() -> dict[str, Any]:
    """Return what the operator sees first: counts, jobs, and no personal data."""
    now = timezone.now()
    with no_scope("operator: how many messages failed, of all companies"):
        failed = OutboxMessage.objects.filter(state=OutboxState.FAILED).count()
        waiting = OutboxMessage.objects.filter(
            state=OutboxState.QUEUED, next_at__lt=now - dt.timedelta(minutes=15)
        ).count()
    jobs = list(JobRun.objects.all())
    late = [job for job in jobs if _is_late(job, now)]
    companies = Company.objects.count()
    companies_url = reverse("operator:companies_company_changelist")
    jobs_url = reverse("operator:companies_jobrun_changelist")
    return {
        "heading": _("Muster"),
        "matters": [
            Matter(len(late), ngettext("job is late", "jobs are late", len(late)),
                   _("No success for more than a day, or it failed last."), jobs_url),
            Matter(failed, ngettext("message was given up", "messages were given up", failed),
                   _("HR of its company sees which and why."), jobs_url),
            Matter(waiting, ngettext("message is stuck", "messages are stuck", waiting),
                   _("Due for a quarter of an hour: is the scheduler running?"), jobs_url),
        ],
        "facts": [
            {
                "count": companies,
                "title": ngettext("company", "companies", companies),
                "url": companies_url,
            }
        ],
        "jobs": jobs,
    }  # fmt: skip


def _is_late(job: JobRun, now: dt.datetime) -> bool:
    if job.succeeded_at is None:
        return now - job.started_at > _JOB_IS_LATE
    has_failed = job.failed_at is not None and job.failed_at > job.succeeded_at
    return has_failed or now - job.succeeded_at > _JOB_IS_LATE
