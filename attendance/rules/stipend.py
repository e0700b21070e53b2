"""Stipend days: for how much of a month an intern is paid.

Of the days present, of those and the days of paid leave, or of the payable days, as the company
says. Half a day present counts a half; on duty and work from home are present. Never more than the
days of the month that pay is for and on which the intern was employed: who is there on a day off
makes up for an absence at most.

What a stipend comes to in money says the internship: an amount a stipend day, or an amount a month,
of which each day of the internship in the month has its even share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from attendance.rules.payable import Payable
from companies.enums import StipendBasis, StipendPer

_CENT = Decimal("0.01")
_COUNTED: Mapping[StipendBasis, Callable[[Payable], int]] = {
    StipendBasis.PRESENT: lambda month: month.present,
    StipendBasis.PRESENT_AND_LEAVE: lambda month: month.present + month.paid_leave,
    StipendBasis.PAYABLE: lambda month: month.payable,
}


def stipend_halves(month: Payable, basis: StipendBasis) -> int:
    """The halves of the month that a stipend is for."""
    return min(_COUNTED[basis](month), month.base - month.outside)


def with_stipend(month: Payable, basis: StipendBasis) -> Payable:
    """The month with its stipend."""
    return replace(month, stipend=stipend_halves(month, basis), stipend_basis=basis)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An internship's part of a month: its dates there, and its stipend days, in halves.

    `per` is a day or a month: an internship without a stipend has no term.
    """

    first: dt.date
    last: dt.date
    per: StipendPer
    amount: Decimal
    halves: int = 0

    @property
    def days(self) -> int:
        """The days of the internship in the month."""
        return (self.last - self.first).days + 1


def term_money(term: Term, days_of_month: int) -> Decimal:
    """What a stipend comes to: stipend days by the rate, or its days' share of a month's amount."""
    share = Decimal(term.halves) / 2 if term.per == StipendPer.DAY else Decimal(term.days)
    whole = 1 if term.per == StipendPer.DAY else days_of_month
    return (term.amount * share / whole).quantize(_CENT, ROUND_HALF_UP)


def stipend_money(terms: Iterable[Term], days_of_month: int) -> Decimal:
    """What a month's stipends come to together, each rounded by itself."""
    return sum((term_money(term, days_of_month) for term in terms), Decimal(0))
