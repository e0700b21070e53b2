"""What waits and for how long, by each person's own calendar; and the company's rules about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from attendance.rules import zones
from attendance.rules.person import PersonCalendar
from attendance.rules.types import DayType
from attendance.selectors.people import person_calendars
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee
from companies.models.people import earliest_today
from companies.selectors import here_on
from leave.enums import GoesTo, RequestState
from leave.models import CompOffClaim, LeaveRequestState, ReminderVersion
from leave.rules import reminding
from leave.rules.ahead import taken
from leave.rules.lapse import Loss
from leave.rules.reminding import Reach, ReminderRules, Waiting
from leave.rules.years import DAY
from leave.selectors.balances import loss_of
from leave.selectors.books import Loaded, load_books
from leave.terms import LeaveSettings, leave_settings

# A day of reminders begins with the morning: nobody is reminded at midnight.
_MORNING = dt.timedelta(hours=6)
# What is asked for shortly before it begins stays with who was asked for so long at least.
_AT_LEAST = dt.timedelta(hours=4)
# A mail is known by its row for 90 days.
_MAILS_KNOWN = dt.timedelta(days=80)
REMINDED = (*RequestState.waiting, RequestState.ASKED_BACK)


def reminder_rules(on: dt.date) -> ReminderRules:
    """Return what the company of the open scope set up for a date; one statement."""
    rows = ReminderVersion.objects.filter(starts_on__lte=on).order_by("-starts_on", "-id")
    row = rows.first()
    if row is None:
        return ReminderRules()
    ahead = {row.lapse_first_days, row.lapse_last_days} - {0}
    return ReminderRules(
        remind_after=row.remind_after_days,
        remind_every=row.remind_every_days,
        escalate_after=row.escalate_after_days,
        goes_above=row.goes_to == GoesTo.ABOVE,
        lapse_days=tuple(sorted(ahead, reverse=True)),
    )


@dataclass(frozen=True)
class Due:
    """What is due for a request by now: so many reminders, and how far it has gone."""

    status: LeaveRequestState
    reminders: int
    reach: Reach

    @property
    def is_news(self) -> bool:
        """Return whether anything of it was not done yet."""
        return self.reminders > self.status.reminded or self.reach > self.status.reach


def due(company: Company, statuses: Sequence[LeaveRequestState], *, now: dt.datetime) -> list[Due]:
    """Return what is due for each of them; five statements, however many.

    `company` must be freshly loaded.
    """
    if not statuses:
        return []
    first = min(min(status.since.date(), status.first_on) for status in statuses) - DAY
    last = max(now.date(), *(status.last_on for status in statuses)) + DAY
    people = {status.employee_id: status.employee for status in statuses}
    calendars = person_calendars(
        company, list(people.values()), settings=company_settings(company), first=first, last=last
    )
    rules = reminder_rules(earliest_today(now))
    return [_due(status, calendars[status.employee_id], rules, now) for status in statuses]


def _due(
    status: LeaveRequestState, calendar: PersonCalendar, rules: ReminderRules, now: dt.datetime
) -> Due:
    zone = calendar.zone_at(now)
    today = zones.local_date(now - _MORNING, zone)
    begins = status.cancel_from or status.first_on
    waiting = Waiting(zones.local_date(status.since, zone), begins)

    def is_working(date: dt.date) -> bool:
        return calendar.day_kind_on(date).type not in (DayType.WEEKLY_OFF, DayType.HOLIDAY)

    reach = Reach.ASKED
    if status.state in RequestState.waiting and now - status.since >= _AT_LEAST:
        reach = reminding.reach(waiting, today, rules, is_working)
    return Due(status, reminding.reminders(waiting, today, rules, is_working), reach)


def waiting_long(company: Company, *, now: dt.datetime) -> list[Due]:
    """Return what waits so long that something is due and not done, the oldest first.

    Of who has left nothing waits in an inbox, and nobody is reminded.
    """
    rows = LeaveRequestState.objects.filter(
        state__in=REMINDED, employee__in=here_on(earliest_today(now)).order_by().values("pk")
    )
    statuses = list(rows.select_related("employee", "request__employee").order_by("since", "id"))
    return [item for item in due(company, statuses, now=now) if item.is_news]


# --- claims of extra work -------------------------------------------------------------------------
@dataclass(frozen=True)
class ClaimDue:
    """What is due for a claim by now: which reminder, and whether HR is told too."""

    claim: CompOffClaim
    nth: int
    is_passed_on: bool


def claims_waiting_long(company: Company, *, now: dt.datetime) -> list[ClaimDue]:
    """Return the claims that wait so long that somebody is reminded, the oldest first.

    What was told is known by its mails, and no longer than those. Five statements, however many;
    `company` must be freshly loaded.
    """
    here = here_on(earliest_today(now)).order_by().values("pk")
    rows = CompOffClaim.objects.filter(
        decision__isnull=True, created_at__gte=now - _MAILS_KNOWN, employee__in=here
    )
    claims = list(
        rows.select_related("employee__user", "employee__company", "leave_type").order_by(
            "created_at", "id"
        )
    )
    if not claims:
        return []
    people = {claim.employee_id: claim.employee for claim in claims}
    calendars = person_calendars(
        company, list(people.values()), settings=company_settings(company),
        first=claims[0].created_at.date() - DAY, last=now.date() + DAY,
    )  # fmt: skip
    rules = reminder_rules(earliest_today(now))
    found = (_claim_due(claim, calendars[claim.employee_id], rules, now) for claim in claims)
    return [item for item in found if item.nth or item.is_passed_on]


def _claim_due(
    claim: CompOffClaim, calendar: PersonCalendar, rules: ReminderRules, now: dt.datetime
) -> ClaimDue:
    zone = calendar.zone_at(now)
    today, since = (zones.local_date(at, zone) for at in (now - _MORNING, claim.created_at))
    # Its days are over: there is no beginning to be in time for.
    waiting = Waiting(since, since)

    def is_working(date: dt.date) -> bool:
        return calendar.day_kind_on(date).type not in (DayType.WEEKLY_OFF, DayType.HOLIDAY)

    reach = reminding.reach(waiting, today, rules, is_working)
    nth = reminding.reminders(waiting, today, rules, is_working)
    return ClaimDue(claim, nth, reach > Reach.ASKED)


# --- what lapses ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Lapsing:
    """Days of somebody that lapse soon, with the notice that is due: so many days ahead."""

    employee: Employee
    leave_type: int
    loss: Loss
    days_ahead: int


def lapsing(
    company: Company, people: Collection[int], *, today: dt.date, rules: ReminderRules
) -> Iterator[Lapsing]:
    """Yield what lapses soon of these people who work here; five statements, however many.

    One more for who earns by work. What they have asked for is as good as taken. `company` must be
    freshly loaded.
    """
    settings = leave_settings(company)
    rows = Employee.objects.filter(pk__in=list(people), is_active=True, joined_on__lte=today)
    employees = {row.pk: row for row in rows.select_related("user", "company").order_by("pk")}
    books = load_books(list(employees))
    for (pk, leave_type), loaded in sorted(books.items(), key=lambda item: item[0]):
        employee = employees[pk]
        if employee.left_on is not None and employee.left_on < today:
            continue
        yield from _lapsing(employee, leave_type, loaded, settings, today, rules)


def _lapsing(
    employee: Employee,
    leave_type: int,
    loaded: Loaded,
    settings: LeaveSettings,
    today: dt.date,
    rules: ReminderRules,
) -> Iterator[Lapsing]:
    if not settings.types[leave_type].is_offered:
        return
    asked_for = replace(loaded, books=loaded.books.with_entries(taken(loaded.reserved)))
    loss = loss_of(loaded.ahead(employee, settings), asked_for, today)
    if loss is None:
        return
    days_ahead = reminding.lapse_notice(loss.date, today, rules)
    if days_ahead is not None:
        yield Lapsing(employee, leave_type, loss, days_ahead)
