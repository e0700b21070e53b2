"""What a scenario says of the company as a whole: settings, calendars, shifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final
from zoneinfo import available_timezones

from attendance.rules.overtime.types import OvertimePolicy
from attendance.rules.settings import (
    BUILT_IN,
    CalendarRow,
    CompanyPolicy,
    CompanySettings,
    CorrectionLimits,
    Key,
    OfficeSettings,
    Steps,
)
from attendance.rules.types import CalendarEntry, Pattern, Policy
from attendance.simulate.forms import Row, meant
from attendance.simulate.knobs import made
from companies.enums import CalendarKind

# What begins without a date holds from here on.
BEGINNING: Final = dt.date(1900, 1, 1)
# Files beside the zones: what the machine is set to, and none at all.
_NO_PLACES: Final = frozenset({"Factory", "localtime"})


def company_settings(scenario: Row) -> CompanySettings:
    """The settings; of what is wrong the scenario's problems tell."""
    return CompanySettings(
        revision=0,
        policies=Steps(_policies(scenario)),
        patterns={name: Steps(_patterns(name, rows)) for name, rows in scenario["shifts"].items()},
        offices={
            name: Steps(_offices(row["versions"])) for name, row in scenario["calendars"].items()
        },
        calendar=_calendar(scenario["calendars"]),
        overtime={
            name: Steps(_overtime(name, rows)) for name, rows in scenario["overtime"].items()
        },
        shift_overtime=_shift_overtime(scenario),
    )


def dated(rows: Iterable[Row]) -> Iterator[tuple[dt.date, Row]]:
    """The rows by the date from which they hold, one a date."""
    by_date: dict[dt.date, Row] = {}
    for row in rows:
        start = row.get("from", BEGINNING)
        if start in by_date:
            row.wrong("from", f"begins when {by_date[start].spot.place} does")
        by_date[start] = row
    return iter(sorted(by_date.items()))


def check_zone(row: Row) -> None:
    """Refuse a zone that is none; an empty one inherits, where that is possible."""
    names = available_timezones() - _NO_PLACES
    zone = row.get("zone", "")
    if zone and zone not in names:
        row.wrong("zone", f"not a time zone: {zone}{meant(zone, names)}")


def check_overtime(row: Row, scenario: Row) -> Key | None:
    """The policy of extra minutes that a row names; one that nobody wrote is refused."""
    name: str | None = row.get("overtime_policy")
    if name is not None and name not in scenario["overtime"]:
        row.wrong("overtime_policy", f"there is no {name}{meant(name, scenario['overtime'])}")
    return name


def _overtime(name: str, rows: list[Row]) -> Iterator[tuple[dt.date, OvertimePolicy]]:
    for start, row in dated(rows):
        policy = made(OvertimePolicy, row, policy_id=name, version_id=row.spot.place, name=name)
        if policy is not None:
            yield start, policy


def _shift_overtime(scenario: Row) -> dict[Key, Steps[Key | None]]:
    return {
        name: Steps((row.get("from", BEGINNING), check_overtime(row, scenario)) for row in rows)
        for name, rows in scenario["shifts"].items()
        if any("overtime_policy" in row for row in rows)
    }


def _policies(scenario: Row) -> Iterator[tuple[dt.date, CompanyPolicy]]:
    """Each with all settings: what a change does not name stays as it was."""
    known = {"zone": BUILT_IN.zone, "weekly_off": BUILT_IN.weekly_off}
    for start, change in dated(scenario["changes"]):
        settings: Row = change["settings"]
        check_zone(settings)
        check_overtime(settings, scenario)
        if settings.get("zone") == "":
            settings.wrong("zone", "the company's own zone cannot be empty")
        known = {**known, **settings}
        row = Row(settings.spot, known)
        rules = made(Policy, row, version_id=change.spot.place)
        policy = made(
            CompanyPolicy, row, rules=rules, overtime_policy=known.get("overtime_policy"),
            corrections=made(CorrectionLimits, row),
        )  # fmt: skip
        if policy is not None:
            yield start, policy


def _patterns(name: str, rows: list[Row]) -> Iterator[tuple[dt.date, Pattern]]:
    for start, row in dated(rows):
        absent, half_day = row.get("absent_below_minutes"), row.get("half_day_below_minutes")
        if absent is not None and half_day is not None and absent > half_day:
            row.wrong("absent_below_minutes", "absent must start below half a day")
        pattern = made(Pattern, row, shift_id=name, version_id=row.spot.place, name=name)
        if pattern is not None:
            yield start, pattern


def _offices(rows: list[Row]) -> Iterator[tuple[dt.date, OfficeSettings]]:
    nothing = {"zone": "", "country": "", "region": "", "weekly_off": None}
    for start, row in dated(rows):
        check_zone(row)
        office = made(OfficeSettings, Row(row.spot, {**nothing, **row}))
        if office is not None:
            yield start, office


def _calendar(calendars: dict[str, Row]) -> dict[dt.date, tuple[CalendarRow, ...]]:
    found: dict[dt.date, tuple[CalendarRow, ...]] = {}
    for name, calendar in calendars.items():
        office_id, country, region = _concerned(name, calendar["for"])
        for row in calendar["days"]:
            entry = CalendarEntry(
                row["date"], CalendarKind(row["kind"]), row["name"], row.get("key", row.spot.place)
            )
            day = CalendarRow(entry, office_id, country, region)
            found[entry.date] = (*found.get(entry.date, ()), day)
    return found


def optional_holidays(scenario: Row) -> dict[str, Row]:
    """The days that people may pick, by the keys that name them."""
    found: dict[str, Row] = {}
    keys: set[str] = set()
    for calendar in scenario["calendars"].values():
        for row in calendar["days"]:
            key = row.get("key", row.spot.place)
            if key in keys:
                row.wrong("key", f"another day is called {key}")
            keys.add(key)
            if row["kind"] == CalendarKind.OPTIONAL_HOLIDAY:
                found[key] = row
    return found


def _concerned(name: str, whom: str | Row) -> tuple[Key | None, str, str]:
    """Office, country and region of those for whom the days of a calendar hold."""
    if isinstance(whom, Row):
        return None, whom["country"], whom.get("region", "")
    return (name if whom == "placed" else None), "", ""
