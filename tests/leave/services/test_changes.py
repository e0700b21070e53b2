"""A waiting change is changed: what it is to take the place of does not stand in its way."""

from __future__ import annotations

import pytest

from leave.errors import RequestRefused
from leave.services import requests
from tests.leave.world import NOW, Leave


def test_a_waiting_change_of_approved_leave_is_changed_again(leave: Leave) -> None:
    leave.grant("20")
    old = leave.approve(leave.submit("03-05", "03-06"))
    first = requests.request_change(
        request=old, asked=leave.ask("03-06", "03-09"), by=leave.me, now=NOW
    )
    second = requests.request_change(
        request=first, asked=leave.ask("03-05", "03-09"), by=leave.me, now=NOW
    )
    assert (second.replaces, second.is_partly) == (old, False)
    leave.approve(second)
    assert [leave.state(each) for each in (old, first, second)] == [
        "changed", "changed", "approved",
    ]  # fmt: skip
    assert leave.balance("12-31") == 17


def test_sickness_that_waits_over_planned_leave_is_changed(leave: Leave) -> None:
    leave.grant("20")
    sick = leave.type("Sick", "SL", needs_allocation=False, converts_planned=True)
    planned = leave.approve(leave.submit("03-05", "03-09"))
    asked = leave.submit("03-05", leave_type=sick, over=planned)
    again = requests.request_change(
        request=asked, asked=leave.ask("03-05", "03-06", leave_type=sick), by=leave.me, now=NOW
    )
    leave.approve(again)
    assert (leave.state(planned), leave.balance("12-31")) == ("approved", 19)


def test_only_what_may_take_days_out_of_other_leave_goes_on_doing_so(leave: Leave) -> None:
    leave.grant("20")
    sick = leave.type("Sick", "SL", needs_allocation=False, converts_planned=True)
    planned = leave.approve(leave.submit("03-05", "03-09"))
    asked = leave.submit("03-05", leave_type=sick, over=planned)
    with pytest.raises(RequestRefused) as refused:
        requests.request_change(request=asked, asked=leave.ask("03-05"), by=leave.me, now=NOW)
    assert (refused.value.rule, leave.state(asked)) == ("overlap", "pending")
