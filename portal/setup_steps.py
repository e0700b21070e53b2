"""What a company has set up, and what is left, from what stands there; HR's page and its card."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import ShiftAssignment
from companies.enums import CalendarKind, SecondFactor
from companies.models import (
    CalendarDay,
    CareersPage,
    Company,
    CompanyDomain,
    CompanyLogo,
    Employee,
    Office,
    OfficeVersion,
    Placement,
    PolicyVersion,
    Shift,
)
from companies.selectors import here_on, slack_workspace
from integrations.slack.client import is_set_up
from leave.models import LeaveType


@dataclass(frozen=True)
class Step:
    """One thing to set up: how it stands, in words, and where it is done.

    What is not needed is proposed, and never counted as left.
    """

    title: str
    words: str
    url: str
    is_done: bool
    is_needed: bool = True


def setup_steps(company: Company, *, today: dt.date) -> list[Step]:
    """Return the steps of the open company scope, what is needed first."""
    # Who begins later is set up too.
    people = Employee.objects.filter(is_active=True)
    count = people.filter(Q(left_on__isnull=True) | Q(left_on__gte=today)).count()
    policies = list(PolicyVersion.objects.filter(company=company).order_by("starts_on", "id"))
    return [
        _offices(today),
        _shifts(),
        _holidays(today),
        _leave(),
        _policy(policies),
        _people(count),
        _on_shifts(count, today),
        _second_factor(policies, today),
        _logo(),
        _careers(),
        _domain(),
        *_slack(company),
    ]


def left(steps: list[Step]) -> list[Step]:
    """Return what is needed and not done."""
    return [step for step in steps if step.is_needed and not step.is_done]


def _list(name: str, query: str = "") -> str:
    return reverse(f"admin:{name}_changelist") + query


def _offices(today: dt.date) -> Step:
    latest = OfficeVersion.objects.filter(office=OuterRef("pk"), starts_on__lte=today)
    country = Subquery(latest.order_by("-starts_on").values("country")[:1])
    known = list(Office.objects.annotate(country=country).values_list("country", flat=True))
    bare = sum(not code for code in known)
    words = ngettext("%(count)s office", "%(count)s offices", len(known)) % {"count": len(known)}
    if bare:
        words = ngettext(
            "%(count)s office has no country: its public holidays are not known",
            "%(count)s offices have no country: their public holidays are not known", bare,
        ) % {"count": bare}  # fmt: skip
    return Step(_("Offices"), words, _list("companies_office"), bool(known) and not bare)


def _shifts() -> Step:
    count = Shift.objects.count()
    words = ngettext("%(count)s shift", "%(count)s shifts", count) % {"count": count}
    return Step(_("Hours that people work"), words, _list("companies_shift"), count > 0)


def _holidays(today: dt.date) -> Step:
    days = CalendarDay.objects.filter(kind=CalendarKind.HOLIDAY, date__year=today.year)
    count = days.count()
    words = ngettext(
        "%(count)s holiday in %(year)s", "%(count)s holidays in %(year)s", count
    ) % {"count": count, "year": today.year}  # fmt: skip
    return Step(_("Public holidays"), words, _list("companies_calendarday"), count > 0)


def _leave() -> Step:
    count = LeaveType.objects.filter(is_offered=True).count()
    words = ngettext("%(count)s kind of leave", "%(count)s kinds of leave", count)
    url = _list("leave_leavetype") if count else reverse("admin:leave_leavetype_starter")
    return Step(_("Leave"), words % {"count": count}, url, count > 0)


def _policy(policies: list[PolicyVersion]) -> Step:
    # The first one came with the company; whoever looked at it has saved one of their own.
    is_own = len(policies) > 1
    words = _("Looked at") if is_own else _("As it came: look at pictures and days off")
    return Step(_("Policy and face check"), words, _list("companies_policyversion"), is_own)


def _people(count: int) -> Step:
    words = ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
    return Step(_("People"), words, _list("companies_employee"), count > 0)


def _without_shift(today: dt.date) -> QuerySet[Employee]:
    """Return who works here today on no shift, neither by default nor by the roster."""
    placed = Placement.objects.filter(employee=OuterRef("pk"), starts_on__lte=today)
    shift = Subquery(placed.order_by("-starts_on").values("default_shift")[:1])
    rostered = ShiftAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today
    )
    here = here_on(today).annotate(shift=shift).filter(shift__isnull=True)
    return here.exclude(pk__in=rostered.values("employee"))


def _on_shifts(people: int, today: dt.date) -> Step:
    count = _without_shift(today).count()
    words = _("Everybody has one") if people else _("Nobody is here yet")
    if count:
        words = ngettext(
            "%(count)s person has none: nothing is owed on their days",
            "%(count)s people have none: nothing is owed on their days", count,
        ) % {"count": count}  # fmt: skip
    return Step(_("Who works which shift"), words, _list("companies_employee"),
                people > 0 and not count)  # fmt: skip


def _second_factor(policies: list[PolicyVersion], today: dt.date) -> Step:
    asked = [row.second_factor for row in policies if row.starts_on <= today]
    latest = SecondFactor(asked[-1]) if asked else SecondFactor.NOBODY
    return Step(
        _("A second step at sign-in is asked of"), str(latest.label),
        _list("companies_policyversion"), latest != SecondFactor.NOBODY, is_needed=False,
    )  # fmt: skip


def _logo() -> Step:
    is_set = CompanyLogo.objects.exists()
    words = _("Stands on PDFs and spreadsheets") if is_set else _("None yet")
    url = reverse("admin:companies_policyversion_logo")
    return Step(_("Logo"), words, url, is_set, is_needed=False)


def _careers() -> Step:
    is_on = CareersPage.objects.filter(is_on=True).exists()
    words = _("Everybody may read of your openings") if is_on else _("Switched off")
    url = _list("companies_opening") if is_on else reverse("admin:companies_opening_careers_page")
    return Step(_("Careers page"), words, url, is_on, is_needed=False)


def _domain() -> Step:
    confirmed = [row.confirmed_at is not None for row in CompanyDomain.objects.all()]
    words = _("Only invited people sign up")
    if confirmed:
        words = _("Confirmed") if any(confirmed) else _("Waits for the record in DNS")
    return Step(
        _("Mail domain"), words, _list("companies_companydomain"), any(confirmed), is_needed=False
    )


def _slack(company: Company) -> list[Step]:
    """Return the step of Slack, where whoever runs Muster has set it up."""
    if not is_set_up():
        return []
    workspace = slack_workspace(company)
    words = _("Check in, ask for leave and decide without leaving Slack")
    if workspace is not None:
        words = _("Connected to %(team)s") % {"team": workspace.team_name}
    url = reverse("portal:slack")
    return [Step(_("Slack"), words, url, workspace is not None, is_needed=False)]
