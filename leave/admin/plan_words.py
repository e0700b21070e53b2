"""A plan in words: "From joining: 1.5 days at the end of each month"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import dates
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leave import wording
from leave.admin.fields import month_day
from leave.enums import Carry, CarryOn, First, Frequency, Moment, Switch
from leave.models import LeavePlanVersion
from leave.rules.accrual import After, Milestone
from leave.rules.plan_form import milestones_of

_LAST = 31
_WORK = {
    Frequency.HOUR_WORKED: gettext_lazy("for every hour worked"),
    Frequency.HOUR_SCHEDULED: gettext_lazy("for every scheduled hour"),
    Frequency.DAY_WORKED: gettext_lazy("for every day worked"),
    Frequency.DAILY: gettext_lazy("every day"),
}
_AT_START = {
    Frequency.WEEKLY: gettext_lazy("at the beginning of each week"),
    Frequency.TWICE_MONTHLY: gettext_lazy("at the beginning of each half of a month"),
    Frequency.MONTHLY: gettext_lazy("at the beginning of each month"),
    Frequency.QUARTERLY: gettext_lazy("at the beginning of each quarter"),
    Frequency.TWICE_YEARLY: gettext_lazy("at the beginning of each half year"),
    Frequency.YEARLY: gettext_lazy("at the beginning of each year"),
}
_AT_END = {
    Frequency.WEEKLY: gettext_lazy("at the end of each week"),
    Frequency.TWICE_MONTHLY: gettext_lazy("at the end of each half of a month"),
    Frequency.MONTHLY: gettext_lazy("at the end of each month"),
    Frequency.QUARTERLY: gettext_lazy("at the end of each quarter"),
    Frequency.TWICE_YEARLY: gettext_lazy("at the end of each half year"),
    Frequency.YEARLY: gettext_lazy("at the end of each year"),
}
_BY_MONTHS = (Frequency.QUARTERLY, Frequency.TWICE_YEARLY, Frequency.YEARLY)


def plan_words(version: LeavePlanVersion, *, is_in_hours: bool) -> list[str]:
    """Return the rules of a plan as sentences, one a level, then what holds for all."""
    levels = milestones_of(version.milestones)
    said = [_sentence(_level(version, level, is_in_hours=is_in_hours)) for level in levels]
    return [*said, *_all_levels(version, levels)]


def _sentence(parts: Sequence[str]) -> str:
    return "; ".join(part for part in parts if part) + "."


def _level(version: LeavePlanVersion, level: Milestone, *, is_in_hours: bool) -> list[str]:
    said = _("%(since)s: %(what)s") % {
        "since": _since(version, level.after),
        "what": _credit(version, level, is_in_hours=is_in_hours),
    }
    return [said, *_caps(level), _carry(version, level)]


def _since(version: LeavePlanVersion, after: After) -> str:
    is_joining = version.counts_from_joining
    if after == After():
        return _("From joining") if is_joining else _("From the first day on the plan")
    length = _length(after)
    words = _("From %(length)s after joining on") if is_joining else _("From %(length)s on")
    return words % {"length": length}


def _length(after: After) -> str:
    parts = (
        (after.years, ngettext("%(n)s year", "%(n)s years", after.years)),
        (after.months, ngettext("%(n)s month", "%(n)s months", after.months)),
        (after.days, ngettext("%(n)s day", "%(n)s days", after.days)),
    )
    return _(" and ").join(words % {"n": number} for number, words in parts if number)


def amount_words(amount: Any, *, is_in_hours: bool) -> str:
    """Return an amount with its unit: "1 day", "7.5 hours"."""
    number = 1 if amount == 1 else 2
    words = (
        ngettext("%(amount)s hour", "%(amount)s hours", number)
        if is_in_hours
        else ngettext("%(amount)s day", "%(amount)s days", number)
    )
    return words % {"amount": wording.amount(amount)}


def _credit(version: LeavePlanVersion, level: Milestone, *, is_in_hours: bool) -> str:
    when = _when(version)
    if level.yearly is not None:
        amount = amount_words(level.yearly, is_in_hours=is_in_hours)
        return _("%(amount)s a year, in parts %(when)s") % {"amount": amount, "when": when}
    amount = amount_words(level.amount, is_in_hours=is_in_hours)
    return f"{amount} {when}"


def _when(version: LeavePlanVersion) -> str:
    frequency = Frequency(version.frequency)
    if frequency in _WORK:
        return str(_WORK[frequency])
    words = str((_AT_START if version.moment == Moment.START else _AT_END)[frequency])
    begins = _begins(version, frequency)
    return words if not begins else _("%(when)s, which begins on %(day)s") % {
        "when": words, "day": begins,
    }  # fmt: skip


def _begins(version: LeavePlanVersion, frequency: Frequency) -> str:
    """Return on which day periods begin, where that does not go without saying."""
    if frequency == Frequency.WEEKLY:
        return str(dates.WEEKDAYS[version.weekday])
    if frequency in _BY_MONTHS and list(version.days) != [_LAST]:
        return "" if (version.month, list(version.days)) == (1, [1]) else month_day(
            version.month, version.days[0]
        )  # fmt: skip
    if list(version.days) == [1]:
        return ""
    named = (_("the last day") if day == _LAST else _("day %(day)s") % {"day": day}
             for day in sorted(version.days))  # fmt: skip
    return _(" and ").join(named)


def _caps(level: Milestone) -> list[str]:
    said = []
    if level.step is not None:
        said.append(_("rounded to %(step)s") % {"step": wording.amount(level.step)})
    if level.balance_cap is not None:
        most = wording.amount(level.balance_cap)
        said.append(_("no more once the balance is %(most)s") % {"most": most})
    if level.yearly_cap is not None:
        most = wording.amount(level.yearly_cap)
        said.append(_("at most %(most)s a leave year") % {"most": most})
    return said


def _carry(version: LeavePlanVersion, level: Milestone) -> str:
    if version.carry_on == CarryOn.NEVER:
        return ""
    rule = level.carry
    what = {
        Carry.ALL: _("everything moves on"),
        Carry.NONE: _("nothing moves on"),
        Carry.UP_TO: _("up to %(most)s move on") % {"most": wording.amount(rule.most)},
    }[rule.carry]
    said = _("%(day)s %(what)s") % {"day": _carry_day(version), "what": what}
    valid = _valid(rule.valid_days, rule.valid_months, rule.valid_until)
    if valid and rule.carry != Carry.NONE:
        said = _("%(said)s, %(valid)s") % {"said": said, "valid": valid}
    if rule.debt_limit is not None and rule.carry != Carry.NONE:
        most = wording.amount(rule.debt_limit)
        said = _("%(said)s, debt up to %(most)s") % {"said": said, "most": most}
    return said


def _carry_day(version: LeavePlanVersion) -> str:
    if version.carry_on == CarryOn.ANNIVERSARY:
        return _("on every day of joining")
    return _("on %(day)s") % {"day": month_day(version.carry_month, version.carry_day)}


def _valid(days: int | None, months: int | None, until: dt.date | None) -> str:
    if days is not None:
        return ngettext("valid for %(n)s day", "valid for %(n)s days", days) % {"n": days}
    if months is not None:
        return ngettext("valid for %(n)s month", "valid for %(n)s months", months) % {"n": months}
    return _("valid until %(day)s") % {"day": date_format(until, "j F")} if until else ""


def _all_levels(version: LeavePlanVersion, levels: Sequence[Milestone]) -> list[str]:
    """Return what holds for every level."""
    said = []
    waits = After(days=version.waits_days, months=version.waits_months)
    if waits != After():
        said.append(_("Nothing is earned in the first %(length)s.") % {"length": _length(waits)})
    if version.frequency not in _WORK:
        said.append({
            First.BY_DAYS: _("A period that somebody begins late credits by its days."),
            First.IN_FULL: _("A period that somebody begins late credits in full."),
            First.JOINING_MONTH: _("The month of joining credits in full."),
        }[First(version.first)])  # fmt: skip
    if version.by_worked_time:
        said.append(_("Only the share that was worked of a period is credited."))
    if len(levels) > 1 and version.switch == Switch.NEXT_PERIOD:
        said.append(_("A new milestone begins with the next period."))
    return said
