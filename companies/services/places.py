"""What holds at offices and in the calendar, where something else than HR's own form sets it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from companies import audit
from companies.actor import Actor
from companies.enums import CalendarKind
from companies.errors import NotAllowed
from companies.ids import uuid7
from companies.models import CalendarDay, Company, Office, OfficeVersion, Shift, ShiftVersion
from companies.permissions import can_manage_hr, can_manage_records
from companies.selectors.holidays import HolidayPlace, holidays_suggested


@transaction.atomic
def office_weekly_off_set(
    *, office: Office, weekly_off: Mapping[str, Any], starts_on: dt.date, by: Actor
) -> OfficeVersion | None:
    """Give an office days off of its own from a date on; one that has some by then keeps them.

    Raises:
        NotAllowed; ValidationError: no such days.
    """
    if not can_manage_records(by, office):
        raise NotAllowed
    Office.objects.select_for_update(of=("self",)).get(pk=office.pk)
    rows = OfficeVersion.objects.filter(office=office, starts_on__lte=starts_on)
    row: OfficeVersion | None = rows.order_by("-starts_on").first()
    if row is None or row.weekly_off is not None:
        return None
    is_new = row.starts_on != starts_on
    before = {} if is_new else audit.snapshot(row)
    if is_new:
        row.pk, row.public_id, row.starts_on = None, uuid7(), starts_on
    row.weekly_off = dict(weekly_off)
    row.full_clean()
    row.save(force_insert=is_new)
    verb = "office_version_added" if is_new else "office_version_changed"
    audit.record(
        by=by, verb=verb, subject=row, changes=audit.difference(before, audit.snapshot(row))
    )
    return row


@transaction.atomic
def public_holidays_add(
    *, company: Company, place: HolidayPlace, year: int, dates: Collection[dt.date], by: Actor
) -> list[CalendarDay]:
    """Enter public holidays of a place into the calendar; those that stand there are left alone.

    Return what was added, by date.

    Raises:
        NotAllowed
    """
    if not can_manage_hr(by) or by.company != company:
        raise NotAllowed
    # One at a time: a second one finds what the first has entered.
    locked = Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)
    found = holidays_suggested(locked, place, year)
    added = []
    for day in found.days if found is not None else ():
        if day.there or day.date not in dates:
            continue
        row: CalendarDay = CalendarDay.objects.create(
            company=company, date=day.date, kind=CalendarKind.HOLIDAY, name=day.name,
            country=place.country, region=place.region,
        )  # fmt: skip
        changes = audit.difference({}, audit.snapshot(row))
        audit.record(by=by, verb="calendar_day_added", subject=row, changes=changes)
        added.append(row)
    return added


@transaction.atomic
def shift_add(*, company: Company, name: str, by: Actor, **knobs: Any) -> Shift:
    """Add a shift with its first version; `knobs` are columns of that.

    Raises:
        NotAllowed; ValidationError by field, also where another shift has this name
    """
    if not can_manage_hr(by) or by.company != company:
        raise NotAllowed
    shift = Shift(company=company, name=name)
    shift.full_clean()
    shift.save()
    version = ShiftVersion(company=company, shift=shift, **knobs)
    version.full_clean()
    version.save()
    for verb, row in (("shift_added", shift), ("shift_version_added", version)):
        changes = audit.difference({}, audit.snapshot(row))
        audit.record(by=by, verb=verb, subject=row, changes=changes)
    return shift
