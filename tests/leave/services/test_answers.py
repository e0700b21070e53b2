"""What was asked back is answered, and the request waits again where it did."""

from __future__ import annotations

import pytest

from companies import outbox
from companies.errors import NotAllowed
from companies.models import OutboxMessage
from leave.enums import Decider
from leave.errors import AnswerMissing, RequestNotWaiting
from leave.models import LeaveDay, LeaveRequest, LeaveRequestState, RequestStep
from leave.services import decisions, requests, settings
from leave.terms import Link
from tests.leave.world import NOW, Leave, n


@pytest.fixture
def asked_back(leave: Leave) -> LeaveRequest:
    """Maya's request, asked back about at the second place of its chain."""
    chain = (Link(1, Decider.MANAGER, n("0")), Link(2, Decider.HR, n("0")))
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    leave.grant("20")
    request = leave.approve(leave.submit("03-05"))
    decisions.request_ask_back(request=request, by=leave.hr, reason="Who stays?", now=NOW)
    return request


def test_an_answer_leads_back_to_who_asked(leave: Leave, asked_back: LeaveRequest) -> None:
    OutboxMessage.objects.all().delete()
    requests.request_answer(request=asked_back, by=leave.me, answer=" Bikram stays. ", now=NOW)
    status = LeaveRequestState.objects.get(request=asked_back)
    assert (status.state, status.place, status.waits_for_manager, status.waits_for_hr) == (
        "pending", 2, False, True,
    )  # fmt: skip
    step = RequestStep.objects.latest("number")
    assert (step.kind, step.place, step.reason, step.by_name) == (
        "answered", 2, "Bikram stays.", "Maya",
    )  # fmt: skip
    assert LeaveDay.objects.filter(request=asked_back, is_held=True).count() == 1
    assert [message.to for message in OutboxMessage.objects.all()] == ["hari@kettle.example"]
    assert outbox.drain() == 1
    leave.approve(asked_back, by=leave.hr)
    assert leave.state(asked_back) == "approved"


def test_only_the_person_answers_and_only_what_was_asked(
    leave: Leave, asked_back: LeaveRequest
) -> None:
    with pytest.raises(NotAllowed):
        requests.request_answer(request=asked_back, by=leave.boss, answer="I do", now=NOW)
    with pytest.raises(AnswerMissing):
        requests.request_answer(request=asked_back, by=leave.me, answer="  ", now=NOW)
    requests.request_answer(request=asked_back, by=leave.me, answer="I do", now=NOW)
    with pytest.raises(RequestNotWaiting):
        requests.request_answer(request=asked_back, by=leave.me, answer="I do", now=NOW)
