"""Optional holidays: picked by the person before their date, within the quota, or by HR."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from attendance.enums import DayStatus
from attendance.errors import HolidayNotOffered, HolidayOver, HolidayQuotaUsed, PeriodLocked
from attendance.models import AttendanceDay, AttendancePeriod, OptionalHolidayPick
from attendance.selectors import holidays as selectors
from attendance.services import holidays
from attendance.services.days import person_recompute
from companies.enums import CalendarKind, Role
from companies.errors import MusterError, NotAllowed
from companies.models import AuditEvent, CalendarDay, Employee, PolicyVersion
from tests.attendance.world import START, ZONE, World, at

MONDAY = dt.date(2026, 3, 2)
NOW = at("2026-03-02 12:00")


def _offer(world: World, date: dt.date, name: str, **more: Any) -> CalendarDay:
    day: CalendarDay = CalendarDay.objects.create(
        company=world.company, date=date, name=name, kind=CalendarKind.OPTIONAL_HOLIDAY, **more
    )
    return day


def _quota(world: World, count: int, since: dt.date = START) -> None:
    PolicyVersion.objects.create(
        company=world.company, starts_on=since, zone=ZONE, optional_holiday_quota=count
    )


@pytest.fixture
def offered(scoped: World) -> list[CalendarDay]:
    """Yesterday, today, tomorrow and the day after; one of them may be picked."""
    _quota(scoped, 1)
    return [_offer(scoped, MONDAY + dt.timedelta(days=n), f"Day {n}") for n in (-1, 0, 1, 2)]


def _pick(world: World, day: CalendarDay, by: Any = None, who: Employee | None = None) -> None:
    holidays.holiday_pick(
        employee=who or world.maya, calendar_day=day, by=by or world.actor(world.maya), now=NOW
    )


def _unpick(world: World, day: CalendarDay, by: Any = None) -> None:
    holidays.holiday_unpick(
        employee=world.maya, calendar_day=day, by=by or world.actor(world.maya), now=NOW
    )


def _status(world: World, date: dt.date) -> str | None:
    person_recompute(
        employee=world.maya, first=date, last=date, now=at(f"{date + dt.timedelta(days=1)} 12:00")
    )
    row = AttendanceDay.objects.filter(employee=world.maya, date=date).first()
    return row.status if row else None


def test_a_picked_holiday_is_one_to_that_person_alone(
    scoped: World, offered: list[CalendarDay]
) -> None:
    tuesday = offered[2]
    assert _status(scoped, tuesday.date) == DayStatus.ABSENT
    AttendanceDay.objects.all().delete()
    _pick(scoped, tuesday)
    assert _status(scoped, tuesday.date) is None
    year = selectors.year_of(employee=scoped.hari, year=2026, now=NOW)
    assert not year.calendar.day_kind_on(tuesday.date).is_off
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["holiday_picked"]


def test_an_open_day_is_judged_again_when_it_is_picked_or_given_back(
    scoped: World, offered: list[CalendarDay]
) -> None:
    scoped.punch(scoped.maya, "2026-03-02 09:00")
    today = offered[1]
    assert AttendanceDay.objects.get().status == ""
    _pick(scoped, today, by=scoped.hr)
    assert AttendanceDay.objects.get().status == DayStatus.HOLIDAY
    _unpick(scoped, today, by=scoped.hr)
    assert AttendanceDay.objects.get().status == ""


def test_picking_and_giving_back_twice_is_once(scoped: World, offered: list[CalendarDay]) -> None:
    for _n in range(2):
        _pick(scoped, offered[2])
    assert OptionalHolidayPick.objects.count() == 1
    for _n in range(2):
        _unpick(scoped, offered[2])
    assert OptionalHolidayPick.objects.count() == 0
    verbs = AuditEvent.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["holiday_picked", "holiday_unpicked"]


def test_the_quota_is_of_a_calendar_year(scoped: World, offered: list[CalendarDay]) -> None:
    _pick(scoped, offered[2])
    with pytest.raises(HolidayQuotaUsed) as refused:
        _pick(scoped, offered[3])
    assert str(refused.value) == (
        "All optional holidays of 2026 are picked. Give another one back first."
    )
    _pick(scoped, _offer(scoped, dt.date(2027, 1, 1), "New year"))
    _unpick(scoped, offered[2])
    _pick(scoped, offered[3])


def test_the_quota_is_that_in_force_on_the_date(scoped: World, offered: list[CalendarDay]) -> None:
    _quota(scoped, 0, since=MONDAY + dt.timedelta(days=2))
    with pytest.raises(HolidayQuotaUsed):
        _pick(scoped, offered[3])
    _pick(scoped, offered[2])


@pytest.mark.parametrize("change", [_pick, _unpick])
@pytest.mark.parametrize("which", [0, 1])
def test_what_has_begun_is_for_hr(
    scoped: World, offered: list[CalendarDay], which: int, change: Callable[..., None]
) -> None:
    with pytest.raises(HolidayOver):
        change(scoped, offered[which])
    change(scoped, offered[which], by=scoped.hr)


@pytest.mark.parametrize("change", [holidays.holiday_pick, holidays.holiday_unpick])
@pytest.mark.parametrize("which", [0, 1])
def test_what_has_begun_is_for_others_of_hr_where_the_person_is_hr(
    scoped: World, offered: list[CalendarDay], which: int, change: Callable[..., object]
) -> None:
    with pytest.raises(HolidayOver):
        change(employee=scoped.hari, calendar_day=offered[which], by=scoped.hr, now=NOW)
    assert not OptionalHolidayPick.objects.exists()
    change(employee=scoped.hari, calendar_day=offered[2], by=scoped.hr, now=NOW)


@pytest.mark.parametrize("change", [_pick, _unpick])
def test_a_locked_month_stays(
    scoped: World, offered: list[CalendarDay], change: Callable[..., None]
) -> None:
    AttendancePeriod.objects.create(
        company=scoped.company, starts_on=MONDAY.replace(day=1), state="locked",
        locked_at=NOW, locked_by=scoped.hari.user,
    )  # fmt: skip
    with pytest.raises(PeriodLocked):
        change(scoped, offered[2])


def _elsewhere(world: World) -> CalendarDay:
    return _offer(world, MONDAY + dt.timedelta(days=3), "Onam", country="IN")


def _ordinary(world: World) -> CalendarDay:
    holi: CalendarDay = CalendarDay.objects.create(
        company=world.company, date=MONDAY + dt.timedelta(days=3), name="Holi",
        kind=CalendarKind.HOLIDAY,
    )  # fmt: skip
    return holi


def _after_leaving(world: World) -> CalendarDay:
    Employee.objects.filter(pk=world.maya.pk).update(left_on=MONDAY + dt.timedelta(days=3))
    return _offer(world, MONDAY + dt.timedelta(days=4), "Late")


@pytest.mark.parametrize("make", [_elsewhere, _ordinary, _after_leaving])
def test_only_what_is_offered_where_the_person_works(
    scoped: World, offered: list[CalendarDay], make: Callable[[World], CalendarDay]
) -> None:
    with pytest.raises(HolidayNotOffered):
        _pick(scoped, make(scoped))


@pytest.mark.parametrize("change", [_pick, _unpick])
def test_who_may_not(
    scoped: World, other_world: World, offered: list[CalendarDay], change: Callable[..., None]
) -> None:
    actors = (
        scoped.actor(scoped.bikram),
        scoped.actor(scoped.bikram, Role.AUDITOR),
        other_world.hr,
    )
    for actor in actors:
        with pytest.raises(NotAllowed):
            change(scoped, offered[2], by=actor)
    assert issubclass(HolidayOver, MusterError)


def test_a_company_that_offers_none_has_an_empty_year(scoped: World) -> None:
    year = selectors.year_of(employee=scoped.maya, year=2026, now=NOW)
    assert (year.offers, year.left(MONDAY), year.today) == ((), 0, MONDAY)
