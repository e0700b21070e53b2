"""Banked overtime as leave: no more than counts, none of it twice."""

from __future__ import annotations

import datetime as dt

import pytest

from attendance.models import OvertimeDay
from companies.errors import NotAllowed
from leave.errors import AmountUnfit, NotBankedSo, NothingEarned
from leave.inbox import CompOffClaims
from leave.models import Allocation, CompOffClaim, LeaveType, LedgerEntry
from leave.services import comp_off
from tests.attendance.world import at
from tests.leave.world import Leave, d, n


@pytest.fixture
def earned(leave: Leave) -> LeaveType:
    return leave.type("Comp-off", "CO", comp_off_valid_days=60)


def _bank(leave: Leave, date: str, minutes: int, state: str = "approved") -> OvertimeDay:
    row: OvertimeDay = OvertimeDay.objects.create(
        company=leave.maya.company, employee=leave.maya, date=d(date), extra_minutes=minutes,
        banked_minutes=minutes, state=state, computed_at=at("2026-03-10 11:00"),
        counted_extra=minutes, counted_banked=minutes,
    )  # fmt: skip
    return row


def _claim(leave: Leave, kind: LeaveType, amount: str = "1") -> CompOffClaim:
    return comp_off.comp_off_claim_overtime(leave_type=kind, amount=n(amount), by=leave.me)


def test_banked_minutes_become_leave_once_it_is_decided(leave: Leave, earned: LeaveType) -> None:
    _bank(leave, "03-02", 300)
    _bank(leave, "03-03", 200)
    claim = _claim(leave, earned)
    assert (claim.minutes, claim.date) == (480, d("03-02"))
    (line,) = CompOffClaims().entries(leave.boss, [claim.public_id], now=at("2026-03-10 12:00"))
    assert line.what == "8 h of approved overtime: 1 day of Comp-off"
    assert comp_off.banked_minutes(leave.maya) == 20
    comp_off.comp_off_decide(claim=claim, is_approved=True, by=leave.boss)
    row = Allocation.objects.get()
    assert (row.starts_on, row.ends_on) == (d("03-03"), d("03-03") + dt.timedelta(days=59))
    assert LedgerEntry.objects.get().amount == n("1")


def test_no_more_is_claimed_than_counts_and_none_of_it_twice(
    leave: Leave, earned: LeaveType
) -> None:
    with pytest.raises(NotBankedSo):
        _claim(leave, earned, "0.5")
    _bank(leave, "03-02", 479)
    with pytest.raises(NotBankedSo) as caught:
        _claim(leave, earned)
    assert caught.value.values == {"most": "0.5"}
    first = _claim(leave, earned, "0.5")
    with pytest.raises(NotBankedSo):
        _claim(leave, earned, "0.5")
    comp_off.comp_off_decide(claim=first, is_approved=False, reason="Later", by=leave.boss)
    _claim(leave, earned, "0.5")


def test_what_was_taken_back_meanwhile_is_not_given(leave: Leave, earned: LeaveType) -> None:
    row = _bank(leave, "03-02", 480)
    claim = _claim(leave, earned)
    row.counted_banked = 0
    row.save()
    with pytest.raises(NotBankedSo):
        comp_off.comp_off_decide(claim=claim, is_approved=True, by=leave.boss)


def test_a_day_off_that_is_claimed_as_such_is_not_there_twice(
    leave: Leave, earned: LeaveType
) -> None:
    _bank(leave, "03-02", 480)
    CompOffClaim.objects.create(
        company=leave.maya.company, employee=leave.maya, leave_type=earned, date=d("03-02"),
        amount=n("1"),
    )  # fmt: skip
    assert comp_off.banked_minutes(leave.maya) == 0


def test_who_and_what_may_not(leave: Leave, earned: LeaveType) -> None:
    _bank(leave, "03-02", 480)
    with pytest.raises(AmountUnfit):
        _claim(leave, earned, "0.25")
    with pytest.raises(NothingEarned):
        _claim(leave, leave.type("Casual", "CL"))
    nobody = leave.world.actor(leave.maya)
    object.__setattr__(nobody, "employee", None)
    with pytest.raises(NotAllowed):
        comp_off.comp_off_claim_overtime(leave_type=earned, amount=n("1"), by=nobody)
