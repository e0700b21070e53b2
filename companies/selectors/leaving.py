"""What companies itself has open when somebody leaves: their team, their rights, their readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from companies.leaving import Open
from companies.models import Delegation, Employee, Placement, ReportReader, RoleGrant
from companies.selectors.interns import internships_of, mentored_by
from companies.selectors.teams import here_on

_DAY = dt.timedelta(days=1)


def reports_of(employee: Employee, after: dt.date) -> QuerySet[Placement]:
    """Return the placements under the person that hold after a date: in force then, or later.

    Those of who has left by then are nobody's.
    """
    first = after + _DAY
    later = Placement.objects.filter(
        employee=OuterRef("employee"), starts_on__lte=first, starts_on__gt=OuterRef("starts_on")
    )
    rows: QuerySet[Placement] = Placement.objects.filter(manager=employee)
    in_force = Q(starts_on__lte=first) & ~Q(Exists(later))
    return (
        rows.filter(in_force | Q(starts_on__gt=first))
        .exclude(employee__left_on__lte=after)
        .select_related("employee")
        .order_by("employee__name", "employee__code", "starts_on")
    )


def handed_over(employee: Employee, last_on: dt.date) -> QuerySet[Placement]:
    """Return the placements that gave the person's team to others on the day after a last day."""
    first = last_on + _DAY
    earlier = Placement.objects.filter(employee=OuterRef("employee"), starts_on__lt=first)
    before = Subquery(earlier.order_by("-starts_on").values("manager")[:1])
    rows = Placement.objects.filter(starts_on=first).annotate(before=before)
    others = Q(manager__isnull=True) | ~Q(manager=employee)
    found: QuerySet[Placement] = rows.filter(others, before=employee.pk)
    return found.order_by("employee__name", "employee__code")


def open_of_companies(employee: Employee, last_on: dt.date) -> Iterator[Open]:
    """Yield the person's team, interns, rights, delegations and reports by mail.

    See `MUSTER_LEAVING`.
    """
    people = {row.employee_id for row in reports_of(employee, last_on)}
    yield Open(_("People who report to them"), len(people))
    own = internships_of(employee).filter(is_completed=False, ends_on__gt=last_on)
    url = f"{reverse('admin:companies_internship_changelist')}?{urlencode({'q': employee.code})}"
    yield Open(_("Their own internships that go on after the last day"), own.count(), url)
    interns = mentored_by(employee).filter(is_completed=False)
    url = f"{reverse('admin:companies_internship_changelist')}?{urlencode({'q': employee.name})}"
    yield Open(_("Interns whose mentor they are"), interns.count(), url)
    if employee.user_id is not None:
        roles = RoleGrant.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=last_on), user=employee.user_id
        )
        url = reverse("admin:companies_rolegrant_changelist")
        ending = roles.filter(starts_on__lte=last_on)
        yield Open(_("Roles, which end with the employment"), ending.count(), url)
        # As one given to a former employee who audits: see `selectors.memberships`.
        later = roles.filter(starts_on__gt=last_on)
        yield Open(_("Roles that begin after the last day, and stand"), later.count(), url)
    stands_in = Delegation.objects.filter(
        Q(giver=employee) | Q(delegate=employee), ended_at__isnull=True, ends_on__gt=last_on
    )
    url = reverse("admin:companies_delegation_changelist")
    yield Open(_("Delegations that go on after the last day"), stands_in.count(), url)
    readers = ReportReader.objects.filter(employee=employee, schedule__is_on=True)
    url = reverse("admin:companies_reportschedule_changelist")
    yield Open(_("Reports by mail that they read"), readers.count(), url)


def successors(employee: Employee, on: dt.date) -> QuerySet[Employee]:
    """Return who may take somebody's team over: others who work here the day after, by name."""
    people = here_on(on + _DAY).exclude(pk=employee.pk)
    return people.exclude(user=employee.user_id) if employee.user_id else people
