"""The sentences of leave: why the rules say no, why a date counts, why a line was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leave.enums import UNDONE, EntryKind

Values = Mapping[str, Any]

_REFUSALS: dict[str, str | Promise] = {
    "half_not_allowed": gettext_lazy("This leave is taken in whole days."),
    "hours_not_allowed": gettext_lazy("This leave is not taken by the hour."),
    "not_eligible": gettext_lazy("This leave is not for people employed as you are."),
    "too_soon": gettext_lazy(
        "This leave may be used after %(days)s days of employment; there are %(served)s so far."
    ),
    "overlap": gettext_lazy("There is other leave on %(date)s already."),
    "overlap_convert": gettext_lazy(
        "There is other leave on %(date)s already. You can turn these days into this leave."
    ),
    "nothing_counted": gettext_lazy("None of these days would be counted: %(why)s."),
    "notice": gettext_lazy("This leave must be asked for %(days)s days before it begins."),
    "backdated": gettext_lazy("This leave may begin at most %(days)s days in the past."),
    "year_closed": gettext_lazy("The leave year of %(date)s is closed: its rest was carried over."),
    "blocked": gettext_lazy("No leave is given on %(date)s. %(name)s"),
    "locked": gettext_lazy("%(date)s lies in a month that is closed."),
    "not_on_list": gettext_lazy("This leave is only for certain dates; %(date)s is none of them."),
    "most_per_request": gettext_lazy("At most %(most)s may be asked for at once, not %(asked)s."),
    "most_in_a_row": gettext_lazy(
        "At most %(most)s may be taken in a row; with the leave beside it this is %(asked)s."
    ),
    "most_per_period": gettext_lazy(
        "At most %(most)s may be taken from %(first)s to %(last)s; this makes %(asked)s."
    ),
    "attachment": gettext_lazy("More than %(after)s of this leave needs a file, such as a letter."),
    "balance": gettext_lazy("%(lacking)s more than there is, from %(first)s on."),
    "uncovered": gettext_lazy("%(lacking)s of the leave that stands would no longer be covered."),
    "not_open": gettext_lazy("The request is not waiting for that any more."),
    "not_worked": gettext_lazy("Nothing was worked on that day."),
    "not_a_day_off": gettext_lazy("That day was a working day."),
    "more_than_earned": gettext_lazy("The work of that day earns less."),
    "earned_already": gettext_lazy("That day was claimed already."),
    "below_floor": gettext_lazy("More must stay than would be left after paying that out."),
    "most_encashed": gettext_lazy("So much may not be paid out at once."),
    "most_granted": gettext_lazy("The leave year would be over the most it may grant."),
    "year_cap": gettext_lazy("The plan gives no more in that year."),
    "leaves_uncovered": gettext_lazy("Leave that was approved would no longer be covered."),
    "not_valid_then": gettext_lazy("What is adjusted may not be used on that date."),
    "below_limit": gettext_lazy("The balance would be lower than this leave allows."),
}
_COUNTS: dict[str, str | Promise] = {
    "counted": gettext_lazy("counted"),
    "half_holiday": gettext_lazy("half of it is a holiday"),
    "weekly_off": gettext_lazy("weekly off"),
    "holiday": gettext_lazy("holiday"),
    "day_off_counted": gettext_lazy("a day off, which this leave counts"),
    "sandwiched": gettext_lazy("a day off between days of leave, which this leave counts"),
    "no_schedule": gettext_lazy("no work is scheduled"),
    "not_employed": gettext_lazy("not employed on that date"),
    "outside_schedule": gettext_lazy("these hours are not scheduled"),
}
_REASONS: dict[str, str | Promise] = {
    "capped": gettext_lazy("Less than a whole credit: a cap was reached."),
    "carried": gettext_lazy("What was left before moved here."),
    "carried_less": gettext_lazy("Fewer days were carried than were used: the rest is owed."),
    "debt_dropped": gettext_lazy("The debt was dropped."),
    "debt_paid": gettext_lazy("Pays for days that were taken ahead."),
    "expired": gettext_lazy("Its last day was over."),
    "left": gettext_lazy("Paid ahead for days after the last one here."),
    "moves_on": gettext_lazy("What was left moves on."),
    "not_carried": gettext_lazy("More than may be carried over."),
    "plan_edited": gettext_lazy("The plan was changed: the days it had paid ahead go back."),
    "until_left": gettext_lazy("Up to the last day here."),
}

_UNFIT: dict[str, str | Promise] = {
    "boundary_days": gettext_lazy(
        "twice a month needs two days of the month, every other frequency one"
    ),
    "milestones_out_of_order": gettext_lazy(
        "each milestone begins after the one before it, whenever somebody joins"
    ),
    "yearly_by_work": gettext_lazy(
        "work has no number of periods over which a yearly amount could be spread"
    ),
}


def refusal(code: str, values: Values) -> str:
    """Return why a request, or an entry of HR, is refused; empty for a code without words."""
    name = "overlap_convert" if code == "overlap" and "offer" in values else code
    return str(_REFUSALS.get(name, "")) % {key: _said(key, each) for key, each in values.items()}


def unfit(code: str) -> str:
    """Return what is wrong with the rules of a plan, as the end of a sentence."""
    return str(_UNFIT.get(code, code))


def counted(why: str) -> str:
    """Return why a date counts what it does, as the end of "Saturday: …"."""
    return str(_COUNTS.get(why, ""))


def entry(reason: str) -> str:
    """Return why a line of the books was written: by its reason, or the name of its kind."""
    if reason in _REASONS:
        return str(_REASONS[reason])
    if reason.startswith(UNDONE):
        return str(_("Credit taken back: %(why)s") % {"why": reason.removeprefix(UNDONE)})
    return str(EntryKind(reason).label) if reason in EntryKind.values else reason


def sentence(code: str, values: Values) -> str:
    """Return the words for `refusal.…`, `count.…` or `entry.…`."""
    what, _dot, name = code.partition(".")
    if what == "refusal":
        return refusal(name, values)
    return counted(name) if what == "count" else entry(name)


def amount(value: Decimal) -> str:
    """Return an amount as people read it: no more zeros than needed."""
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def amount_of(value: Decimal, *, is_in_hours: bool) -> str:
    """Return an amount with its unit: "2.5 days", "1 day", "12 hours"."""
    # Of one whole alone the word is singular: "0.5 days", as it is read aloud.
    number = 1 if value == 1 else 2
    if is_in_hours:
        words = ngettext("%(amount)s hour", "%(amount)s hours", number)
    else:
        words = ngettext("%(amount)s day", "%(amount)s days", number)
    return words % {"amount": amount(value)}


def by_whom(name: str, on_behalf_of: str) -> str:
    """Return who decided, and in whose stead: "Asha for Hari"."""
    if not on_behalf_of:
        return name
    return _("%(name)s for %(giver)s") % {"name": name, "giver": on_behalf_of}


def _said(key: str, value: Any) -> str:
    if isinstance(value, dt.date):
        return date_format(value, "j F Y")
    if isinstance(value, Decimal):
        return amount(value)
    if key == "why":
        return ", ".join(counted(why) for why in value)
    return str(value)
