"""What a count says: "3 days: Thu, Fri and Mon. Sat and Sun are off. 4.5 days left."."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leave import wording
from leave.phrases import amount_text, date_text, half_text, plain, span_text
from leave.rules.counting import BOTH, Count, CountedDay, Why
from leave.selectors.asking import Left
from leave.selectors.requests import Off

# Up to so many dates are named; of more, how many of what kind there are.
_MOST_NAMED = 10
_MOST_PEOPLE = 6
NameOf = Callable[[dt.date], str]


def listed(words: Sequence[str]) -> str:
    """Return the words as a sentence lists them: "Thu, Fri and Mon"."""
    if len(words) < 2:  # noqa: PLR2004  # nothing to join
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def counted_text(count: Count, *, is_in_hours: bool, today: dt.date) -> str:
    """Return what is counted, and on which days: "3 days: Thu, Fri and Mon"."""
    total = amount_text(count.total, is_in_hours=is_in_hours)
    days = [day for day in count.days if day.amount]
    if not days:
        return total
    names = [_named(day, is_in_hours=is_in_hours) for day in days]
    if len(days) > _MOST_NAMED or len(set(names)) < len(names):
        when = span_text(days[0].date, days[-1].date, today)
    else:
        when = listed(names)
    return _("%(amount)s: %(days)s") % {"amount": total, "days": when}


def _named(day: CountedDay, *, is_in_hours: bool) -> str:
    name = date_format(day.date, "D")
    half = "" if is_in_hours or day.halves == BOTH else half_text(next(iter(day.halves)))
    return _("%(day)s (%(half)s)") % {"day": name, "half": half} if half else name


def uncounted_text(count: Count, name_of: NameOf) -> str:
    """Return why the other dates are not counted: "Sat and Sun are off; Mon is a holiday"."""
    by_reason: dict[str, list[CountedDay]] = {}
    for day in count.days:
        if not day.amount:
            by_reason.setdefault(day.why, []).append(day)
    sentences = [_uncounted(Why(why), days, name_of) for why, days in by_reason.items()]
    return "; ".join(sentences)


def _uncounted(why: Why, days: list[CountedDay], name_of: NameOf) -> str:
    n = len(days)
    if n > _MOST_NAMED:
        return _("%(count)s not counted (%(why)s)") % {
            "count": ngettext("%(n)d day", "%(n)d days", n) % {"n": n},
            "why": wording.counted(why),
        }
    names = list(dict.fromkeys(date_format(day.date, "D") for day in days))
    if why == Why.WEEKLY_OFF:
        # Of several weeks too: "Sat is off" is said once.
        text = ngettext("%(days)s is off", "%(days)s are off", len(names))
        return text % {"days": listed(names)}
    if len(names) < n:
        names = [date_format(day.date, "D j M") for day in days]
    words = {"days": listed(names)}
    if why == Why.HOLIDAY:
        called = listed(list(dict.fromkeys(name for d in days if (name := name_of(d.date)))))
        text = ngettext("%(days)s is a holiday", "%(days)s are holidays", n) % words
        return _("%(text)s (%(names)s)") % {"text": text, "names": called} if called else text
    return _("%(days)s: %(why)s") % {**words, "why": wording.counted(why)}


def left_text(left: Left | None, *, is_in_hours: bool, today: dt.date) -> str:
    """Return what is left after it: "4.5 days left, 2 of them until Tue 31 March"."""
    if left is None or left.amount is None:
        return ""
    if left.amount < 0:
        return _("%(amount)s taken ahead after it") % {
            "amount": amount_text(-left.amount, is_in_hours=is_in_hours)
        }
    text = _("%(amount)s left after it") % {
        "amount": amount_text(left.amount, is_in_hours=is_in_hours)
    }
    if left.lapses_after is None or not left.lapsing:
        return text
    return _("%(left)s, %(amount)s of them until %(date)s") % {
        "left": text,
        "amount": plain(left.lapsing),
        "date": date_text(left.lapses_after, today),
    }


def day_lines(
    days: Iterable[Any], *, is_in_hours: bool, today: dt.date, name_of: NameOf = lambda date: ""
) -> list[dict[str, str]]:
    """Return each date, what it counts, and why: of a count, or of a request's own days."""
    return [
        {
            "date": date_text(day.date, today),
            "amount": amount_text(day.amount, is_in_hours=is_in_hours),
            "why": _why(day, name_of(day.date)),
        }
        for day in days
    ]


def _why(day: Any, name: str) -> str:
    why = wording.counted(day.why)
    is_holiday = day.why in (Why.HOLIDAY, Why.HALF_HOLIDAY)
    return _("%(why)s: %(name)s") % {"why": why, "name": name} if name and is_holiday else why


def others_text(others: Sequence[Off], today: dt.date) -> list[str]:
    """Return who of the team is off then, or asks to be; never why."""
    lines = [
        (_("%(name)s is off, %(dates)s") if off.is_approved else _("%(name)s asks for %(dates)s"))
        % {"name": off.employee.name, "dates": span_text(off.dates.first, off.dates.last, today)}
        for off in others[:_MOST_PEOPLE]
    ]
    more = len(others) - _MOST_PEOPLE
    if more > 0:
        lines.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    return lines
