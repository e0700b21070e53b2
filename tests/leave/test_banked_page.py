"""The page on which banked overtime is claimed as leave, and who is told of it."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from attendance.models import OvertimeDay
from companies.models import OutboxMessage
from leave.models import CompOffClaim, LeaveType
from leave.services import comp_off
from tests.attendance.test_pages import _text
from tests.attendance.world import at
from tests.http import post_once
from tests.leave.world import Leave, d, n

PATH = "/leave/comp-off/"


@pytest.fixture
def maya(client: Client, leave: Leave) -> Client:
    client.force_login(leave.maya.user)
    return client


@pytest.fixture
def earned(leave: Leave) -> LeaveType:
    return leave.type("Comp-off", "CO", comp_off_valid_days=60)


def _bank(leave: Leave, minutes: int) -> None:
    OvertimeDay.objects.create(
        company=leave.maya.company, employee=leave.maya, date=d("02-27"), extra_minutes=minutes,
        banked_minutes=minutes, state="approved", computed_at=at("2026-03-01 11:00"),
        counted_extra=minutes, counted_banked=minutes,
    )  # fmt: skip


def _form(kind: LeaveType, word: str) -> dict[str, str]:
    return {"banked": f"{kind.public_id}:{word}", "note": "The release"}


def test_what_is_banked_is_offered_and_claimed(
    maya: Client, leave: Leave, earned: LeaveType
) -> None:
    _bank(leave, 500)
    page = maya.get(PATH)
    assert "8 h 20 min of your overtime is banked" in _text(page.text)
    assert [choice["text"] for choice in page.context["banked"]["choices"]] == [
        "1 day of Comp-off takes 8 h", "0.5 days of Comp-off takes 4 h",
    ]  # fmt: skip
    assert post_once(maya, PATH, _form(earned, "whole"))["Location"] == PATH
    claim = CompOffClaim.objects.get()
    assert (claim.amount, claim.minutes, claim.note) == (n("1"), 480, "The release")
    page = maya.get(PATH)
    assert page.context["banked"]["choices"] == []
    assert "20 min of your overtime is banked" in _text(page.text)
    assert "It is not enough for half a day yet." in _text(page.text)
    (line,) = page.context["claims"]
    assert (line["date"], line["what"]) == (
        "8 h of overtime, claimed Mon 2 March", "Comp-off, 1 day",
    )  # fmt: skip


def test_half_a_day_is_claimed(maya: Client, leave: Leave, earned: LeaveType) -> None:
    _bank(leave, 240)
    post_once(maya, PATH, _form(earned, "half"))
    assert CompOffClaim.objects.get().minutes == 240
    assert maya.get(PATH).context["banked"] is None


def test_more_than_is_banked_is_told_and_what_was_typed_stays(
    maya: Client, leave: Leave, earned: LeaveType
) -> None:
    _bank(leave, 300)
    page = post_once(maya, PATH, _form(earned, "whole"))
    assert "Your approved overtime is worth 0.5 as leave." in _text(page.text)
    assert page.text.count('value="The release"') == 1
    assert not CompOffClaim.objects.exists()


def test_a_kind_that_is_not_earned_so_is_none(maya: Client, leave: Leave) -> None:
    _bank(leave, 500)
    assert maya.get(PATH).context["banked"] is None
    for odd in (str(leave.annual.public_id), "x", ""):
        assert post_once(maya, PATH, {"banked": f"{odd}:whole"}).status_code == 404


def test_a_double_tap_claims_once(maya: Client, leave: Leave, earned: LeaveType) -> None:
    _bank(leave, 960)
    form = {**_form(earned, "whole"), "once": str(uuid.uuid4())}
    for _n in range(2):
        assert maya.post(PATH, form)["Location"] == PATH
    assert CompOffClaim.objects.count() == 1


def test_the_mails_tell_of_overtime(maya: Client, leave: Leave, earned: LeaveType) -> None:
    _bank(leave, 480)
    post_once(maya, PATH, _form(earned, "whole"))
    asked = OutboxMessage.objects.get(template="leave/email/comp_off_claimed")
    assert (asked.to, asked.values["banked"]) == (leave.world.bikram.user.email, "8 h")
    assert (asked.values["amount"], asked.values["type"]) == ("1 day", "Comp-off")
    comp_off.comp_off_decide(claim=CompOffClaim.objects.get(), is_approved=True, by=leave.boss)
    decided = OutboxMessage.objects.get(template="leave/email/comp_off_decided")
    assert decided.values["banked"] == "8 h"
