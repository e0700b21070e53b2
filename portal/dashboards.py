"""The first pages of the admin sites: what needs a human, by kind, with the number and a link."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attendance.enums import DayException, EnrolmentState, PeriodState
from attendance.models import AttendanceDay, AttendancePeriod, FaceEnrolment, PunchState
from attendance.rules.zones import local
from attendance.selectors.days import days_with_exceptions, is_of_kind
from attendance.selectors.settings import company_settings
from attendance.selectors.team import Standing, team_today
from attendance.services.decisions import month_name
from attendance.team_pages import title_of
from companies.enums import ApplicationStage, JoinState, OutboxState, RequestOutcome, ResetState
from companies.models import (
    Application,
    Company,
    Employee,
    JobRun,
    JoinRequest,
    OutboxMessage,
    RecordsRequest,
    SignInReset,
    SupportGrant,
)
from companies.scoping import no_scope
from companies.selectors import here_on, questions_waiting, support_now, without_mail
from companies.services import RESET_LASTS
from leave.enums import RequestState
from leave.models import CompOffClaim, LeaveRequestState
from portal.jobs import JOBS
from portal.setup_steps import left, setup_steps

# Older days are settled history; who wants them filters the list.
_LOOK_BACK = dt.timedelta(days=62)
# Shown even where there is none: what HR looks for first.
_ALWAYS = (DayException.MISSING_OUT, DayException.MISSING_IN)
_WHAT_TO_DO: dict[DayException, str | Promise] = {
    DayException.MISSING_IN: gettext_lazy("Add the punch, or set the day by hand."),
    DayException.MISSING_OUT: gettext_lazy("Who forgot is asked; add it where nobody answers."),
    DayException.OUTSIDE_SHIFT: gettext_lazy("Give them a shift, or set the day by hand."),
    DayException.ODD_PUNCHES: gettext_lazy("A punch is missing or one too many."),
    DayException.WORKED_ON_LEAVE: gettext_lazy("Did they work, or are they on leave?"),
    DayException.OVERLAP: gettext_lazy("Void the punch that is wrong."),
}
# What waits for a decision about leave longer than this is shown to HR.
LEAVE_WAITS = dt.timedelta(days=3)
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
    now = timezone.now()
    zone = company_settings(company).policy_on(now.date()).zone
    today = local(now, zone).date()
    return {
        "heading": company.name,
        "now": _now(company, today, now),
        "as_of": f"{local(now, zone):%H:%M}",
        "matters": [
            *_access_matters(now),
            *_punch_matters(today),
            *_leave_matters(now),
            *_people_matters(today),
            *_careers_matters(),
        ],
        "month": _open_month(today),
        "starts": left(setup_steps(company, today=today)),
        "jobs": _job_lines(now, zone),
    }


def _careers_matters() -> list[Matter]:
    """Return the applications that nobody has looked at, and what visitors ask, if any."""
    new = Application.objects.filter(stage=ApplicationStage.NEW).count()
    asked = questions_waiting().count()
    found = [
        Matter(
            new,
            ngettext("new application", "new applications", new),
            _("Read them, then move them on or decide."),
            _list("companies_application", "?stage__exact=new"),
        ),
        Matter(
            asked,
            ngettext("question of a visitor", "questions of visitors", asked),
            _("Answer by mail, and publish what others may ask too."),
            _list("companies_visitorquestion", "?state=waiting"),
        ),
    ]
    return [matter for matter in found if matter.count]


def _list(name: str, query: str = "") -> str:
    return reverse(f"admin:{name}_changelist") + query


def _now(company: Company, today: dt.date, now: dt.datetime) -> list[dict[str, Any]]:
    """Return how many people stand in each group of the team's page."""
    everybody = list(here_on(today))
    members = team_today(company=company, employees=everybody, now=now)
    counted = Counter(member.standing for member in members)
    return [
        {"count": counted[standing], "title": title_of(standing)}
        for standing in Standing
        if counted[standing]
    ]


def _access_matters(now: dt.datetime) -> list[Matter]:
    """Return who asks to be let in, and which operator looks now; nothing where nobody does."""
    waiting = SupportGrant.objects.filter(outcome=RequestOutcome.WAITING).count()
    inside = support_now(now=now).count()
    records = RecordsRequest.objects.filter(outcome=RequestOutcome.WAITING).count()
    found = [
        Matter(
            waiting,
            ngettext("operator asks to look", "operators ask to look", waiting),
            _("Let them in for a time, or refuse. Nobody enters without you."),
            _list("companies_supportgrant"),
        ),
        Matter(
            inside,
            ngettext("operator looks at your records", "operators look at your records", inside),
            _("You can end it at once; the audit says what was opened."),
            _list("companies_supportgrant"),
        ),
        Matter(
            records,
            ngettext("former person asks for records", "former people ask for records", records),
            _("Open them for two weeks, or refuse with a reason."),
            _list("companies_recordsrequest"),
        ),
    ]
    return [matter for matter in found if matter.count]


def _punch_matters(today: dt.date) -> list[Matter]:
    flagged = PunchState.objects.filter(is_flagged=True).count()
    since = today - _LOOK_BACK
    days = days_with_exceptions().filter(date__gte=since, is_open=False)
    # One statement counts them all; pictures are counted as the punches they belong to.
    kinds = [kind for kind in DayException if kind != DayException.FACE]
    found = days.aggregate(
        **{kind.value: Count("pk", filter=is_of_kind(kind))
           for kind in kinds}
    )  # fmt: skip
    return [
        Matter(
            flagged,
            ngettext("punch to look at", "punches to look at", flagged),
            _("Is it them? Answer in the inbox."),
            reverse("portal:inbox"),
        ),
        *(
            Matter(
                found[kind.value],
                kind.label,
                _WHAT_TO_DO[kind],
                _list("attendance_attendanceday", f"?concern={kind.value}&date_from={since}"),
            )
            for kind in kinds
            if found[kind.value] or kind in _ALWAYS
        ),
    ]


def _leave_matters(now: dt.datetime) -> list[Matter]:
    """Return what waits for a decision about leave too long; nothing where nothing does."""
    since = now - LEAVE_WAITS
    requests = LeaveRequestState.objects.filter(
        state__in=RequestState.waiting, since__lt=since
    ).count()
    claims = CompOffClaim.objects.filter(decision__isnull=True, created_at__lt=since).count()
    found = [
        Matter(
            requests,
            ngettext(
                "leave request waits longer than %(days)s days",
                "leave requests wait longer than %(days)s days", requests,
            ) % {"days": LEAVE_WAITS.days},
            _("Ask whoever decides, or decide yourself."),
            _list("leave_leaverequeststate", f"?waits={LEAVE_WAITS.days}"),
        ),
        Matter(
            claims,
            ngettext(
                "claim of extra work waits longer than %(days)s days",
                "claims of extra work wait longer than %(days)s days", claims,
            ) % {"days": LEAVE_WAITS.days},
            _("Somebody worked on a day off, or longer, and wants it back."),
            _list("leave_compoffclaim", "?outcome=open"),
        ),
    ]  # fmt: skip
    return [matter for matter in found if matter.count]


def _people_matters(today: dt.date) -> list[Matter]:
    here = here_on(today)
    placeless = here.filter(placements__isnull=True).count()
    signless = here.filter(user__isnull=True).count()
    enrolled = FaceEnrolment.objects.filter(state=EnrolmentState.ACTIVE)
    faceless = here.exclude(pk__in=enrolled.values("employee")).count()
    people = "companies_employee"
    resets = SignInReset.objects.filter(
        state=ResetState.ASKED, asked_at__gt=timezone.now() - RESET_LASTS
    ).count()
    return [
        Matter(
            resets,
            ngettext("sign-in reset to decide", "sign-in resets to decide", resets),
            _("Somebody lost their phone; a second person decides within 72 hours."),
            _list("companies_signinreset", "?state__exact=asked"),
        ),
        *_unreached(here),
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


def _unreached(here: QuerySet[Employee]) -> list[Matter]:
    """Return whom no mail reaches, where there is anybody."""
    count = without_mail(here).count()
    matter = Matter(
        count,
        ngettext("person gets no mail", "people get no mail", count),
        _("Their address refused it: write another one, or say that it works again."),
        _list("companies_employee", "?standing=no_mail"),
    )
    return [matter] if count else []


def _open_month(today: dt.date) -> dict[str, str] | None:
    """Return the last month that is over, if it has days and is not locked."""
    last = today.replace(day=1) - dt.timedelta(days=1)
    first = last.replace(day=1)
    is_locked = AttendancePeriod.objects.filter(starts_on=first, state=PeriodState.LOCKED).exists()
    if is_locked or not AttendanceDay.objects.filter(date__range=(first, last)).exists():
        return None
    return {
        "name": month_name(first),
        "url": reverse("portal:closing-month", args=[f"{first:%Y-%m}"]),
    }


def operator() -> dict[str, Any]:
    """Return what the operator sees first: counts, jobs, and no personal data."""
    now = timezone.now()
    with no_scope("operator: how many messages failed, of all companies"):
        failed = OutboxMessage.objects.filter(state=OutboxState.FAILED).count()
        waiting = OutboxMessage.objects.filter(
            state=OutboxState.QUEUED, next_at__lt=now - dt.timedelta(minutes=15)
        ).count()
    lines = _job_lines(now, "UTC")
    late = [line for line in lines if line["is_late"]]
    joins = JoinRequest.objects.filter(state=JoinState.WAITING).count()
    joins_url = reverse("operator:companies_joinrequest_changelist") + "?state__exact=waiting"
    companies = Company.objects.count()
    companies_url = reverse("operator:companies_company_changelist")
    jobs_url = reverse("operator:companies_jobrun_changelist")
    return {
        "heading": _("Muster"),
        "matters": [
            Matter(joins, ngettext("company asks to join", "companies ask to join", joins),
                   _("Approve, ask back, or refuse with a reason."), joins_url),
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
        "jobs": lines,
        "tells_errors": True,
    }  # fmt: skip


def _job_lines(now: dt.datetime, zone: str) -> list[dict[str, Any]]:
    """Return each scheduled job with its last success there; one that never ran too."""
    runs = {run.name: run for run in JobRun.objects.all()}
    titles = {job.name: job.title for job in JOBS}
    return [
        {
            "title": titles.get(name, name),
            "succeeded": _moment(run.succeeded_at, zone) if run and run.succeeded_at else "",
            "last_error": run.last_error if run else "",
            "is_late": run is not None and _is_late(run, now),
        }
        for name in [*titles, *(runs.keys() - titles.keys())]
        for run in [runs.get(name)]
    ]


def _moment(instant: dt.datetime, zone: str) -> str:
    wall = local(instant, zone)
    return f"{date_format(wall, 'D j M')}, {wall:%H:%M}"


def _is_late(job: JobRun, now: dt.datetime) -> bool:
    if job.succeeded_at is None:
        return now - job.started_at > _JOB_IS_LATE
    has_failed = job.failed_at is not None and job.failed_at > job.succeeded_at
    return has_failed or now - job.succeeded_at > _JOB_IS_LATE
