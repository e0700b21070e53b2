"""What leave has open when somebody leaves; see `companies.leaving`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from companies.leaving import Open
from companies.models import Employee
from leave.enums import RequestState
from leave.models import CompOffClaim, LeaveRequestState
from leave.phrases import amount_text
from leave.selectors.balances import accounts, drawn_on
from leave.terms import is_named


def open_of_leave(employee: Employee, last_on: dt.date) -> Iterator[Open]:
    """Yield requests and claims that wait, leave after the last day, what is left, and chains."""
    url = reverse("admin:leave_leaverequeststate_changelist") + f"?person={employee.public_id}"
    mine = LeaveRequestState.objects.filter(employee=employee)
    waits = mine.filter(Q(state__in=RequestState.reserving) | Q(state=RequestState.CANCEL_ASKED))
    yield Open(_("Leave that waits for a decision"), waits.count(), url)
    after = mine.filter(state=RequestState.APPROVED, last_on__gt=last_on)
    yield Open(_("Approved leave after the last day"), after.count(), url)
    claims = CompOffClaim.objects.filter(employee=employee, decision__isnull=True)
    claims_url = reverse("admin:leave_compoffclaim_changelist")
    yield Open(_("Claims of time off that wait"), claims.count(), claims_url)
    passed = LeaveRequestState.objects.filter(Q(passed_to=employee), state__in=RequestState.waiting)
    yield Open(_("Leave of others that was passed on to them"), passed.count())
    if is_named(employee.company, employee.pk):
        types = reverse("admin:leave_leavetype_changelist")
        yield Open(_("Leave types whose deciders they are among"), url=types)
    person = reverse("leave:person", args=[employee.public_id])
    for account in accounts(employee, on=last_on):
        if not account.loaded.books.entries or drawn_on(account, last_on):
            continue
        figures = account.figures(on=last_on, today=last_on)
        if figures.needs_allocation and figures.balance:
            left = amount_text(figures.balance, is_in_hours=figures.is_in_hours)
            words = {"type": figures.leave_type.name, "left": left}
            yield Open(_("%(type)s on the last day: %(left)s") % words, url=person)
