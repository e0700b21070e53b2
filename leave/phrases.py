"""What pages of leave say alike: dates, amounts with their unit, where a request stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attendance.enums import Portion
from leave import wording
from leave.enums import RequestState
from leave.rules.amounts import ONE

if TYPE_CHECKING:
    from django.core.paginator import Page

    from leave.models import LeaveDay, LeaveRequest
    from leave.selectors.outlook import Proof

_TONES: dict[str, str] = {
    RequestState.PENDING: "open",
    RequestState.ASKED_BACK: "warn",
    RequestState.APPROVED: "good",
    RequestState.CANCEL_ASKED: "warn",
    RequestState.REFUSED: "bad",
}
_HALVES: dict[str, str | Promise] = {
    Portion.AM: gettext_lazy("first half"),
    Portion.PM: gettext_lazy("second half"),
}


def date_text(date: dt.date, today: dt.date) -> str:
    """Return a date with its weekday, and with its year where that is another than today's."""
    return date_format(date, "D j F" if date.year == today.year else "D j F Y")


def span_text(first: dt.date, last: dt.date, today: dt.date) -> str:
    """Return the dates from one to another as a line says them."""
    if first == last:
        return date_text(first, today)
    return _("%(first)s to %(last)s") % {
        "first": date_text(first, today), "last": date_text(last, today),
    }  # fmt: skip


def amount_text(amount: Decimal, *, is_in_hours: bool) -> str:
    """Return an amount with its unit: 4.5 days, 1 day, 12 hours."""
    count = 1 if abs(amount) == ONE else 2  # whatever is not exactly one is many
    if is_in_hours:
        words = ngettext("%(amount)s hour", "%(amount)s hours", count)
    else:
        words = ngettext("%(amount)s day", "%(amount)s days", count)
    return words % {"amount": plain(amount)}


def plain(amount: Decimal) -> str:
    """Return an amount with a true minus sign."""
    return wording.amount(amount).replace("-", "−")


def signed(amount: Decimal) -> str:
    """Return an amount with its sign."""
    return plain(amount) if amount <= 0 else f"+{plain(amount)}"


def chip(state: str) -> dict[str, str]:
    """Return where a request stands, as a chip."""
    return {"text": str(RequestState(state).label), "tone": _TONES.get(state, "off")}


def half_text(portion: str) -> str:
    """Return which half of a date it is; empty for a whole one."""
    return str(_HALVES.get(portion, ""))


def parts_text(request: LeaveRequest, days: Iterable[LeaveDay], today: dt.date) -> str:
    """Return which dates of a stretch are taken in part, in words; empty where none is."""
    found = list(days)
    if request.starts_at and request.ends_at:
        return f"{request.starts_at:%H:%M}–{request.ends_at:%H:%M}"
    halves = [day for day in found if half_text(day.portion)]
    if len(found) == 1:
        return half_text(found[0].portion)
    return ", ".join(
        _("%(date)s: %(half)s")
        % {"date": date_text(day.date, today), "half": half_text(day.portion)}
        for day in halves
    )


def pages(page: int, *, has_more: bool, query: str = "") -> dict[str, Any]:
    """Return what the links to a list's pages need; `query` is kept before the page's number."""
    return {
        "has_pages": has_more or page > 1,
        "later_url": f"?{query}p={page - 1}" if page > 1 else None,
        "earlier_url": f"?{query}p={page + 1}" if has_more else None,
    }


def paged(page: Page[Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the links between numbered pages need; `query` keeps what was asked for."""

    def url(number: int) -> str:
        return f"?{urlencode({**query, 'p': number})}"

    return {
        "has_pages": page.paginator.num_pages > 1,
        "pages_text": _("Page %(page)d of %(pages)d")
        % {"page": page.number, "pages": page.paginator.num_pages},
        "before_url": url(page.number - 1) if page.has_previous() else None,
        "after_url": url(page.number + 1) if page.has_next() else None,
    }


def proof_steps(found: Proof) -> Iterator[dict[str, Any]]:
    """Yield the steps from a balance to what is available; those of nothing are left out."""
    yield step(_("Balance"), plain(found.balance), is_sum=True)
    if found.available is None:
        yield step(_("It may go below zero without a limit"), "")
        return
    for words, amount in (
        (_("Due by today, not written yet"), found.due),
        (_("Approved, lies ahead"), found.ahead),
        (_("Asked for, not decided"), found.pending),
        (_("May go below zero by"), found.limit),
        (_("Drawn on what is valid on other dates"), found.later),
    ):
        if amount:
            yield step(words, signed(amount))
    yield step(_("Available"), plain(found.available), is_sum=True)


def step(label: str, value: str, *, is_sum: bool = False) -> dict[str, Any]:
    """Return one line of a sum."""
    return {"label": label, "value": value, "is_sum": is_sum}
