"""How HR writes a plan's milestones and an allocation's carry-over, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from attendance.rules.errors import InvalidInput
from leave.enums import Carry
from leave.rules.accrual import After, Milestone
from leave.rules.carrying import CarryRule
from leave.rules.plan_form import carry_of, milestones_of
from tests.leave.rules.build import n


def test_milestones_are_read_with_every_key() -> None:
    found = milestones_of(
        [
            {"amount": "1.5"},
            {
                "after_years": 2, "after_months": 1, "after_days": 3, "yearly": "24",
                "balance_cap": "30", "yearly_cap": "20", "round_to": "0.5", "carry": "up_to",
                "carry_most": "5", "carry_valid_months": 3,
            },
        ]
    )  # fmt: skip
    assert found == (
        Milestone(amount=n("1.5")),
        Milestone(
            after=After(years=2, months=1, days=3), yearly=n("24"), balance_cap=n("30"),
            yearly_cap=n("20"), step=n("0.5"),
            carry=CarryRule(carry=Carry.UP_TO, most=n("5"), valid_months=3),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({}, "milestones_shape"),
        ([], "milestones_shape"),
        (["1.5"], "milestones_shape"),
        ([{"amount": "1", "amounts": "2"}], "unknown_key"),
        ([{"amount": 1.5}], "bad_amount"),
        ([{"amount": "-1"}], "bad_amount"),
        ([{"amount": "1", "round_to": "0.3"}], "bad_choice"),
        ([{"amount": "1", "carry": "some"}], "bad_choice"),
        ([{"amount": "1", "after_days": "3"}], "bad_number"),
        ([{"amount": "1", "carry_valid_until": "June"}], "bad_date"),
        ([{}], "amount_or_yearly"),
        ([{"amount": "1", "yearly": "12"}], "amount_or_yearly"),
        ([{"amount": "1", "after_years": 1}, {"amount": "2"}], "milestones_out_of_order"),
        ([{"amount": "1"}, {"amount": "2"}], "milestones_out_of_order"),
    ],
)
def test_what_is_no_plan(value: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        milestones_of(value)
    assert refused.value.code == code


def test_what_an_allocation_takes_over() -> None:
    found = carry_of({"carry": "none", "carry_valid_until": "2026-06-30"})
    assert found == CarryRule(carry=Carry.NONE, valid_until=dt.date(2026, 6, 30))


@pytest.mark.parametrize(
    ("value", "code"), [([], "milestones_shape"), ({"amount": "1"}, "unknown_key")]
)
def test_what_is_no_carry_over(value: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        carry_of(value)
    assert refused.value.code == code
