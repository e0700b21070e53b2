"""The optional holidays of a person's year: which are offered, which they picked, how many more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from attendance.models import OptionalHolidayPick
from attendance.selectors import people
from attendance.selectors.people import PersonCalendar
from attendance.selectors.settings import company_settings
from companies.enums import CalendarKind
from companies.models import CalendarDay, Company, Employee


@dataclass(frozen=True)
class Offer:
    """A holiday that the person may pick, and the pick if they did."""

    day: CalendarDay
    pick: OptionalHolidayPick | None
    is_future: bool


@dataclass(frozen=True)
class HolidayYear:
    """A calendar year of one person."""

    year: int
    calendar: PersonCalendar
    today: dt.date
    offers: tuple[Offer, ...]
    picked_count: int  # with picks of dates that are offered no more

    def left(self, date: dt.date) -> int:
        """Return how many more may be picked, by the quota in force on the date."""
        return max(self.quota(date) - self.picked_count, 0)

    def quota(self, date: dt.date) -> int:
        """Return how many may be picked in the year, by the settings in force on the date."""
        return self.calendar.policy_on(date).optional_holiday_quota


def are_offered(company: Company) -> bool:
    """Return whether the company's calendar holds any optional holiday; asks the cache alone."""
    return company_settings(company).has_optional_holidays


def year_of(*, employee: Employee, year: int, now: dt.datetime) -> HolidayYear:
    """Return the year's offers in order; two statements where the company offers none."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    settings = company_settings(employee.company)
    own = people.calendar_of(employee, first, last)
    rows: list[CalendarDay] = []
    picks: dict[int, OptionalHolidayPick] = {}
    if settings.has_optional_holidays:
        rows = list(
            CalendarDay.objects.filter(
                company=employee.company,
                kind=CalendarKind.OPTIONAL_HOLIDAY,
                date__range=(first, last),
            ).order_by("date", "name")
        )
        mine = OptionalHolidayPick.objects.filter(
            employee=employee, calendar_day__date__range=(first, last)
        )
        picks = {pick.calendar_day_id: pick for pick in mine}
    today = own.date_at(now)
    offers = tuple(
        Offer(row, picks.get(row.pk), row.date > today)
        for row in rows
        if str(row.public_id) in {entry.key for entry in own.entries_on(row.date)}
        and employee.is_employed_on(row.date)
    )
    return HolidayYear(year, own, today, offers, len(picks))
