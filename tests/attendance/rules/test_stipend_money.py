"""What stipends come to: by a table of months, and by properties of every one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.stipend import Term, stipend_money, term_money
from companies.enums import StipendPer

MARCH = 31
DAY, MONTH = StipendPer.DAY, StipendPer.MONTH
CENT = Decimal("0.01")


def term(
    per: StipendPer, amount: str | Decimal, *, halves: int = 0, first: int = 1, last: int = 31
) -> Term:
    """An internship's part of March."""
    return Term(
        first=dt.date(2026, 3, first), last=dt.date(2026, 3, last), per=per,
        amount=Decimal(amount), halves=halves,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "money"),
    [
        (term(DAY, "500", halves=36), "9000.00"),
        (term(DAY, "500", halves=7), "1750.00"),
        (term(DAY, "500", halves=0), "0.00"),
        # Half a day of 0.01, 0.03: the half goes up.
        (term(DAY, "0.01", halves=1), "0.01"),
        (term(DAY, "0.03", halves=1), "0.02"),
        (term(DAY, "333.33", halves=3), "500.00"),
        (term(MONTH, "15000"), "15000.00"),
        # 11 of 31 days: 5322.5806…; 20 of 31: 9677.4193…; together the month's amount.
        (term(MONTH, "15000", first=21), "5322.58"),
        (term(MONTH, "15000", last=20), "9677.42"),
        (term(MONTH, "15000", first=31), "483.87"),
        # 0.31 × 1 / 31 and 0.155 halfway.
        (term(MONTH, "0.31", first=7, last=7), "0.01"),
        # Stipend days say nothing of a month's amount.
        (term(MONTH, "15000", halves=4), "15000.00"),
    ],
)
def test_of_one_internship(found: Term, money: str) -> None:
    assert str(term_money(found, MARCH)) == money
    assert stipend_money([found], MARCH) == Decimal(money)


def test_a_half_of_a_cent_goes_up_in_a_month_of_thirty_days() -> None:
    april = Term(
        first=dt.date(2026, 4, 1), last=dt.date(2026, 4, 15), per=MONTH, amount=Decimal("0.05")
    )
    assert term_money(april, 30) == Decimal("0.03")


def test_two_in_a_month_are_rounded_by_themselves() -> None:
    parts = [term(MONTH, "100", last=10), term(DAY, "0.05", halves=1, first=11)]
    assert [term_money(part, MARCH) for part in parts] == [Decimal("32.26"), Decimal("0.03")]
    assert stipend_money(parts, MARCH) == Decimal("32.29")
    assert stipend_money([], MARCH) == 0


_AMOUNTS = st.decimals("0.01", "9999999999.99", places=2)
_DATES = st.integers(1, MARCH)


@given(_AMOUNTS, st.integers(0, 2 * MARCH))
def test_a_day_rate_is_the_rate_by_the_days_to_a_cent(amount: Decimal, halves: int) -> None:
    money = term_money(term(DAY, amount, halves=halves), MARCH)
    exact = amount * halves / 2
    assert 0 <= money - exact <= CENT / 2
    assert money == money.quantize(CENT)
    assert term_money(term(DAY, amount, halves=halves + 2), MARCH) == money + amount


@given(_AMOUNTS, _DATES)
def test_two_parts_of_a_month_come_to_its_amount_within_a_cent(amount: Decimal, last: int) -> None:
    parts = [term(MONTH, amount, last=last)]
    if last < MARCH:
        parts.append(term(MONTH, amount, first=last + 1))
    assert abs(stipend_money(parts, MARCH) - amount) <= CENT
    assert all(0 <= term_money(part, MARCH) <= amount for part in parts)


@given(_AMOUNTS, _DATES, _DATES)
def test_more_days_never_come_to_less(amount: Decimal, one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert term_money(term(MONTH, amount, last=less), MARCH) <= term_money(
        term(MONTH, amount, last=more), MARCH
    )
