"""Stipend days: for how much of a month an intern is paid.

Of the days present, of those and the days of paid leave, or of the payable days, as the company
says. Half a day present counts a half; on duty and work from home are present. Never more than the
days of the month that pay is for and on which the intern was employed: who is there on a day off
makes up for an absence at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from attendance.rules.payable import Payable
from companies.enums import StipendBasis

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
