"""What a settings field may hold; each refuses with a sentence that says what to write."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.enums import Compensation, OvertimeBasis, OvertimeDays, ToleranceScope

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


# Files beside the zones: what the machine is set to, and none at all.
_NO_PLACES = frozenset({"Factory", "localtime"})


def zone_names() -> set[str]:
    """Return the names of all time zones."""
    return available_timezones() - _NO_PLACES


_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")


def validate_mail_domain(value: str) -> None:
    """Accept a domain in small letters, such as kettle.example; one of other signs as `xn--…`."""
    if len(value) > 253 or not _DOMAIN.match(value):
        raise ValidationError(
            _("%(value)s is no domain. Write what stands behind the @, such as kettle.example."),
            code="unknown_domain", params={"value": value},
        )  # fmt: skip


_NO_NAME = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]|://|\bwww\.", re.IGNORECASE)


def validate_name_of_a_stranger(value: str) -> None:
    """Refuse lines and links in a name that is mailed to an address before anybody confirmed it.

    Else strangers could have Muster mail their text to whomever they like.
    """
    if _NO_NAME.search(value):
        raise ValidationError(_("Write a name in one line, without a link."), code="no_name")


def validate_country(value: str) -> None:
    """Accept the two letters of a country."""
    from companies.countries import countries  # noqa: PLC0415  # cold start: few forms ask

    if value not in countries():
        raise ValidationError(
            _("%(value)s is no country. Choose one from the list."),
            code="unknown_country", params={"value": value},
        )  # fmt: skip


def validate_zone(value: str) -> None:
    """Accept the name of a time zone, such as Asia/Kathmandu."""
    if value not in zone_names():
        raise ValidationError(
            _("%(value)s is no time zone. Write one like Asia/Kathmandu or Europe/London."),
            code="unknown_zone", params={"value": value},
        )  # fmt: skip


def _is_weekly_off_value(value: Any) -> bool:
    if value == "all":
        return True
    return (
        isinstance(value, list)
        and bool(value)
        and all(type(item) is int and 1 <= item <= 5 for item in value)
        and len(set(value)) == len(value)
    )


def validate_weekly_off(value: Any) -> None:
    """Accept `{"sat": "all", "fri": [2, 4]}`: a weekday and which of the month are off."""
    if (
        not isinstance(value, dict)
        or not set(value) <= set(WEEKDAYS)
        or not all(_is_weekly_off_value(item) for item in value.values())
    ):
        raise ValidationError(
            _('Write the days off like {"sat": "all"} or {"sat": [2, 4], "sun": "all"}.'),
            code="bad_weekly_off",
        )


def _check_clock(text: str) -> None:
    # `fromisoformat` also reads "13", seconds, and the clock of another place.
    if dt.time.fromisoformat(text).isoformat("minutes") != text or len(text) != len("13:00"):
        raise ValueError


def _check_break(item: Any) -> None:
    _check_clock(item["start"])
    _check_clock(item["end"])
    if item["start"] == item["end"] or set(item) != {"start", "end"}:
        raise ValueError


def validate_breaks(value: Any) -> None:
    """Accept a list of `{"start": "13:00", "end": "13:30"}` that have a length."""
    try:
        if not isinstance(value, list):
            raise ValueError
        for item in value:
            _check_break(item)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValidationError(
            _('Write the breaks like [{"start": "13:00", "end": "13:30"}].'), code="bad_breaks"
        ) from None


def validate_weekday_hours(value: Any) -> None:
    """Accept `{"fri": {"start": "09:00", "end": "14:00", "breaks": []}}`."""
    try:
        if not isinstance(value, dict) or not set(value) <= set(WEEKDAYS):
            raise ValueError
        for hours in value.values():
            if set(hours) != {"start", "end", "breaks"}:
                raise ValueError
            _check_clock(hours["start"])
            _check_clock(hours["end"])
            validate_breaks(hours["breaks"])
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        raise ValidationError(
            _('Write other hours like {"fri": {"start": "09:00", "end": "14:00", "breaks": []}}.'),
            code="bad_weekday_hours",
        ) from None


def _minutes_of(time: dt.time) -> int:
    return 60 * time.hour + time.minute


def check_hours(
    start: dt.time, end: dt.time, breaks: list[Any], weekday_hours: dict[str, Any]
) -> None:
    """Refuse hours that no shift can have; all parts are well-formed by themselves.

    A break ends after it starts, unless the shift runs over midnight; the shift of one weekday ends
    before that of the next begins (touching is no overlap).
    """
    week = []
    for key in WEEKDAYS:
        own = weekday_hours.get(key)
        first = dt.time.fromisoformat(own["start"]) if own else start
        last = dt.time.fromisoformat(own["end"]) if own else end
        _check_breaks_within(first, last, own["breaks"] if own else breaks)
        week.append((_minutes_of(first), _minutes_of(last)))
    for today, tomorrow in zip(week, [*week[1:], week[0]], strict=True):
        if today[1] <= today[0] and today[1] > tomorrow[0]:
            raise ValidationError(
                _("On one weekday the shift still runs when that of the next day begins."),
                code="weekdays_overlap",
            )


def _check_breaks_within(start: dt.time, end: dt.time, breaks: list[Any]) -> None:
    for item in breaks:
        if item["end"] < item["start"] and end > start:
            raise ValidationError(
                _("The break %(start)s-%(end)s ends before it starts."),
                code="range_reversed", params={"start": item["start"], "end": item["end"]},
            )  # fmt: skip


def _is_number(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _or_none(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _is_clock(value: Any) -> bool:
    try:
        _check_clock(value)
    except (ValueError, TypeError):
        return False
    return True


_DAY_MINUTES = 24 * 60
_QUANTITIES = (OvertimeBasis.DAY, OvertimeBasis.WEEK)
MOST_OVERTIME_RULES = 12
# What each rule of an overtime policy names, and what may stand there.
OVERTIME_RULE: dict[str, Callable[[Any], bool]] = {
    "name": lambda value: isinstance(value, str) and 1 <= len(value.strip()) <= 60,
    "basis": lambda value: value in OvertimeBasis.values,
    "beyond_minutes": _or_none(_is_number(0, 7 * _DAY_MINUTES)),
    "start": _or_none(_is_clock),
    "end": _or_none(_is_clock),
    "days": lambda value: value in OvertimeDays.values,
    "rate_percent": _is_number(0, 1000),
    "compensation": lambda value: value in Compensation.values,
    "employer_tolerance_minutes": _is_number(0, _DAY_MINUTES),
    "employee_tolerance_minutes": _is_number(0, _DAY_MINUTES),
    "tolerance": lambda value: value in ToleranceScope.values,
    "daily_cap_minutes": _or_none(_is_number(0, _DAY_MINUTES)),
}


def _is_overtime_rule(rule: Any) -> bool:
    if not isinstance(rule, dict) or rule.keys() != OVERTIME_RULE.keys():
        return False
    if not all(check(rule[name]) for name, check in OVERTIME_RULE.items()):
        return False
    is_clock = rule["basis"] == OvertimeBasis.CLOCK
    has_times = (rule["start"] is not None, rule["end"] is not None)
    return (
        has_times == (is_clock, is_clock)
        and (not is_clock or rule["start"] != rule["end"])
        and (rule["beyond_minutes"] is None or rule["basis"] in _QUANTITIES)
    )


def validate_overtime_rules(value: Any) -> None:
    """Accept a list of rules that each name all of `OVERTIME_RULE`, no two by one name."""
    is_list = isinstance(value, list) and len(value) <= MOST_OVERTIME_RULES
    if not is_list or not all(_is_overtime_rule(item) for item in value):
        raise ValidationError(
            _("A rule needs a name and the minutes it takes: two different times of day by the "
              "clock, a number of minutes only beyond a day or a week."),
            code="bad_overtime_rules",
        )  # fmt: skip
    names = [item["name"] for item in value]
    if len(set(names)) != len(names):
        raise ValidationError(_("Give each rule a name of its own."), code="bad_overtime_rules")
