"""Leave for work on a day off: claimed, decided, usable from the next day until its own last."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from attendance.enums import Direction
from attendance.models import OvertimeDay
from attendance.tasks import settle_open
from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import OutboxMessage
from leave.errors import (
    AmountUnfit,
    ClaimDecided,
    ClaimedAlready,
    NotADayOff,
    NothingEarned,
    NotWorkedSo,
    OwnLeave,
)
from leave.models import Allocation, CompOffClaim, LeaveType, LedgerEntry
from leave.services import comp_off
from tests.attendance.world import at
from tests.leave.world import Leave, d, n

SUNDAY = d("03-01")


@pytest.fixture
def worked(leave: Leave) -> Iterator[Leave]:
    """Maya worked a whole Saturday and a short Sunday."""
    for date, until in (("2026-02-28", "17:30"), ("2026-03-01", "13:00")):
        with time_machine.travel(at(f"{date} {until}"), tick=False):
            leave.world.punch(leave.maya, f"{date} 09:00")
            leave.world.punch(leave.maya, f"{date} {until}", direction=Direction.OUT)
    with time_machine.travel(at("2026-03-02 12:00"), tick=False):
        settle_open()
        yield leave


@pytest.fixture
def earned(worked: Leave) -> LeaveType:
    return worked.type("Comp-off", "CO", comp_off_valid_days=60)


def _claim(leave: Leave, kind: LeaveType, amount: str = "0.5", date: str = "03-01") -> CompOffClaim:
    return comp_off.comp_off_claim(
        leave_type=kind, date=d(date), amount=n(amount), by=leave.me, note=" The fair "
    )


def test_work_on_a_day_off_is_claimed_and_given(worked: Leave, earned: LeaveType) -> None:
    claim = _claim(worked, earned)
    (mail,) = OutboxMessage.objects.filter(template="leave/email/comp_off_claimed")
    assert (mail.to, mail.values["amount"], claim.note) == (
        "bikram@kettle.example", "0.5 days", "The fair",
    )  # fmt: skip
    comp_off.comp_off_decide(claim=claim, is_approved=True, by=worked.boss)
    row = Allocation.objects.get()
    assert (row.starts_on, row.ends_on) == (d("03-02"), d("04-30"))
    line = LedgerEntry.objects.get()
    assert (line.kind, line.amount, line.by_name) == ("comp_off", n("0.5"), "Bikram")
    (told,) = OutboxMessage.objects.filter(template="leave/email/comp_off_decided")
    assert (told.to, told.values["is_approved"]) == ("maya@kettle.example", True)
    assert comp_off.decision_of(claim).outcome == "approved"


def test_work_whose_overtime_is_claimed_is_not_there_twice(
    worked: Leave, earned: LeaveType
) -> None:
    for date in ("02-28", "03-01"):
        OvertimeDay.objects.create(
            company=worked.maya.company, employee=worked.maya, date=d(date), extra_minutes=240,
            banked_minutes=240, state="approved", computed_at=at("2026-03-02 11:00"),
            counted_extra=240, counted_banked=240,
        )  # fmt: skip
    comp_off.comp_off_claim_overtime(leave_type=earned, amount=n("0.5"), by=worked.me)
    _claim(worked, earned)
    with pytest.raises(ClaimedAlready):
        _claim(worked, earned, date="02-28")
    assert comp_off.banked_minutes(worked.maya) == 0


def test_no_more_is_claimed_than_the_work_is_worth(worked: Leave, earned: LeaveType) -> None:
    with pytest.raises(NotWorkedSo) as refused:
        _claim(worked, earned, "1")
    assert refused.value.values == {"most": "0.5"}
    with pytest.raises(AmountUnfit):
        _claim(worked, earned, "0.25")
    _claim(worked, earned, "1", "02-28")
    with pytest.raises(NotWorkedSo):
        _claim(worked, earned, "1", "02-22")


def test_what_is_not_claimed(worked: Leave, earned: LeaveType) -> None:
    with pytest.raises(NotADayOff):
        _claim(worked, earned, date="02-27")
    with pytest.raises(NothingEarned):
        _claim(worked, worked.annual)
    with pytest.raises(NotAllowed):
        outside = Actor(kind=ActorKind.PERSON, company=worked.world.company)
        comp_off.comp_off_claim(leave_type=earned, date=SUNDAY, amount=n("0.5"), by=outside)


def test_a_day_is_claimed_once_unless_it_was_refused(worked: Leave, earned: LeaveType) -> None:
    claim = _claim(worked, earned)
    with pytest.raises(ClaimedAlready):
        _claim(worked, earned)
    with pytest.raises(ReasonMissing):
        comp_off.comp_off_decide(claim=claim, is_approved=False, by=worked.boss)
    comp_off.comp_off_decide(claim=claim, is_approved=False, by=worked.boss, reason="Not asked")
    assert not Allocation.objects.exists()
    with pytest.raises(ClaimDecided):
        comp_off.comp_off_decide(claim=claim, is_approved=True, by=worked.boss)
    _claim(worked, earned)


def test_nobody_decides_their_own(worked: Leave, earned: LeaveType) -> None:
    claim = _claim(worked, earned)
    with pytest.raises(OwnLeave):
        comp_off.comp_off_decide(
            claim=claim, is_approved=True, by=worked.world.actor(worked.maya, Role.HR)
        )
    with pytest.raises(NotAllowed):
        stranger = worked.world.actor(worked.world.hari)
        comp_off.comp_off_decide(claim=claim, is_approved=True, by=stranger)
