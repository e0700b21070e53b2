"""Mails of leave: to whom, what they say, and that each person has chosen them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as site
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies import outbox, services
from companies.enums import Role
from companies.models import Delegation, Employee, OutboxMessage, Placement, RoleGrant
from leave.enums import Decider, StepKind
from leave.models import CompOffClaim, RequestStep
from leave.services import comp_off, decisions, requests, settings
from leave.terms import Link
from tests.attendance.world import make_person
from tests.leave.world import NOW, Leave, d, n


def _people(leave: Leave) -> tuple[Employee, Employee]:
    """Nima stands in for Bikram these days; Rita is a colleague."""
    world = leave.world
    nima = make_person(world.company, "Nima", world.office, world.day_shift)
    rita = make_person(world.company, "Rita", world.office, world.day_shift)
    Delegation.objects.create(
        company=world.company, giver=world.bikram, delegate=nima, starts_on=d("03-01"),
        ends_on=d("03-06"), made_by=world.bikram.user,
    )  # fmt: skip
    return nima, rita


def _to(template: str) -> list[str]:
    rows = OutboxMessage.objects.filter(template=f"leave/email/{template}").order_by("id")
    return [row.to.partition("@")[0] for row in rows]


def _sent(template: str) -> tuple[str, str]:
    """Return subject and body of the last mail of a template, sent as it is."""
    row = OutboxMessage.objects.filter(template=f"leave/email/{template}").order_by("-id")[0]
    outbox.drain()
    sent = [message for message in mail.outbox if message.to == [row.to]]
    return str(sent[-1].subject), str(sent[-1].body)


@pytest.fixture(autouse=True)
def granted(leave: Leave) -> None:
    leave.grant("10")


# --- to whom --------------------------------------------------------------------------------------
def test_who_stands_in_is_told_while_it_lasts(leave: Leave) -> None:
    _people(leave)
    leave.submit("03-05")
    assert sorted(_to("leave_asked")) == ["bikram", "nima"]
    Delegation.objects.update(ends_on=d("03-01"))
    OutboxMessage.objects.all().delete()
    leave.submit("03-06")
    assert _to("leave_asked") == ["bikram"]


def test_who_stands_in_for_a_named_person_is_told_too(leave: Leave) -> None:
    nima, rita = _people(leave)
    chain = (Link(1, Decider.PERSON, n("0"), leave.world.bikram.pk),)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    leave.submit("03-05")
    assert sorted(_to("leave_asked")) == ["bikram", "nima"]


def test_a_named_person_who_has_left_is_told_nothing(leave: Leave) -> None:
    chain = (Link(1, Decider.PERSON, n("0"), leave.world.bikram.pk),)
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    Employee.objects.filter(pk=leave.world.bikram.pk).update(left_on=d("03-01"))
    leave.submit("03-05")
    assert _to("leave_asked") == []


def test_who_decides_longer_requests_only_is_not_told_of_a_short_one(leave: Leave) -> None:
    rita = make_person(leave.world.company, "Rita", leave.world.office, leave.world.day_shift)
    chain = (Link(1, Decider.MANAGER, n("0")), Link(1, Decider.PERSON, n("2"), rita.pk))
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, chain=chain)
    leave.submit("03-05")
    assert _to("leave_asked") == ["bikram"]
    leave.submit("03-09", "03-11")
    assert sorted(_to("leave_asked")) == ["bikram", "bikram", "rita"]


def test_nobody_is_told_what_they_do_not_want(leave: Leave) -> None:
    _people(leave)
    services.notices_choose(wanted={"leave_asked": False}, by=leave.boss)
    services.notices_choose(wanted={"leave_decided": False}, by=leave.me)
    request = leave.approve(leave.submit("03-05"))
    assert (_to("leave_asked"), _to("leave_decided")) == (["nima"], [])
    # Of another kind: somebody cancels it.
    decisions.request_cancel(request=request, by=leave.boss, reason="Needed", now=NOW)
    assert _to("leave_decided") == ["maya"]
    services.notices_choose(wanted={"leave_cancelled": False}, by=leave.me)
    again = leave.approve(leave.submit("03-05"))
    decisions.request_cancel(request=again, by=leave.boss, reason="Needed", now=NOW)
    assert _to("leave_decided") == ["maya"]


# --- what they say --------------------------------------------------------------------------------
def test_a_mail_says_what_when_and_by_whom_with_one_link(leave: Leave) -> None:
    leave.submit("03-05", "03-09", note="A private matter")
    subject, body = _sent("leave_asked")
    assert subject == "Maya asks for leave from Thu, 5 March 2026"
    assert "Maya asks for leave (Annual)." in body
    assert "When: Thu, 5 March 2026 to Mon, 9 March 2026, counting 3 days" in body
    assert body.rstrip().endswith(
        f"Choose which of these mails you get: {site.PUBLIC_URL}/me/notices/"
    )
    assert body.count(site.PUBLIC_URL) == 2
    assert "private" not in body


def test_who_decided_for_whom_stands_in_the_mail_and_in_the_step(leave: Leave) -> None:
    nima, rita = _people(leave)
    request = leave.approve(leave.submit("03-05"), by=leave.world.actor(nima))
    step = RequestStep.objects.get(request=request, kind=StepKind.APPROVED)
    assert (step.by_name, step.on_behalf_of) == ("Nima", "Bikram")
    subject, body = _sent("leave_decided")
    assert subject == "Your leave from Thu, 5 March 2026 is approved"
    assert "It is about Annual on Thu, 5 March 2026." in body
    assert "Nima for Bikram approved it." in body


def test_a_decision_that_is_taken_back_is_told(leave: Leave) -> None:
    request = leave.approve(leave.submit("03-05"))
    decisions.decision_take_back(request=request, by=leave.boss, now=NOW)
    subject, body = _sent("leave_decided")
    assert subject == "Your leave from Thu, 5 March 2026 waits again"
    assert "Bikram took the decision of a moment ago back." in body


def test_whoever_cancels_the_team_hears_of_it(leave: Leave) -> None:
    request = leave.approve(leave.submit("03-05", "03-06"))
    decisions.request_cancel(
        request=request, by=leave.hr, reason="Audit", since=d("03-06"), now=NOW
    )
    assert _to("leave_off") == ["bikram"]
    subject, body = _sent("leave_off")
    assert subject == "Leave of Maya from Thu, 5 March 2026 is cancelled"
    assert "Hari cancelled it." in body
    subject, body = _sent("leave_decided")
    assert subject == "A part of your leave from Thu, 5 March 2026 is cancelled"
    assert "Hari cancelled the rest of it; those days are back in your balance." in body
    assert "Reason: Audit" in body


def test_who_cancels_is_not_told_of_it_themselves(leave: Leave) -> None:
    request = leave.approve(leave.submit("03-05"))
    decisions.request_cancel(request=request, by=leave.boss, reason="Needed", now=NOW)
    assert (_to("leave_off"), _to("leave_decided")) == ([], ["maya", "maya"])
    assert _sent("leave_decided")[0] == "Your leave from Thu, 5 March 2026 is cancelled"


def test_what_is_taken_back_needs_no_decision_any_more(leave: Leave) -> None:
    request = leave.submit("03-05")
    requests.request_withdraw(request=request, by=leave.me, now=NOW)
    assert (_to("leave_off"), _to("leave_in_your_name")) == (["bikram"], [])
    subject, body = _sent("leave_off")
    assert subject == "Maya: nothing to decide about Thu, 5 March 2026 any more"
    assert "Maya took back what waited for you." in body


def test_what_was_asked_back_and_is_taken_back_is_told_to_nobody(leave: Leave) -> None:
    request = leave.submit("03-05")
    decisions.request_ask_back(request=request, by=leave.boss, reason="Who stays?", now=NOW)
    requests.request_withdraw(request=request, by=leave.me, now=NOW)
    assert _to("leave_off") == []


@pytest.mark.parametrize(
    ("act", "subject", "sentence"),
    [
        ("ask", "Hari asked for leave for you, from Thu, 5 March 2026",
         "Hari asked for it in your name; it counts 1 day and waits for a decision."),
        ("withdraw", "Hari took your request for leave from Thu, 5 March 2026 back",
         "Hari took back in your name what was asked for."),
        ("cancel", "Hari wants to cancel your leave from Thu, 5 March 2026",
         "Hari asked in your name that it be cancelled. It stands until that is decided."),
    ],
)  # fmt: skip
def test_what_somebody_does_in_your_name_you_read(
    leave: Leave, act: str, subject: str, sentence: str
) -> None:
    if act == "ask":
        leave.submit("03-05", by=leave.hr)
    elif act == "withdraw":
        requests.request_withdraw(request=leave.submit("03-05"), by=leave.hr, now=NOW)
    else:
        request = leave.approve(leave.submit("03-05"))
        requests.cancel_ask(request=request, by=leave.hr, reason="Moved", now=NOW)
    assert _to("leave_in_your_name") == ["maya"]
    said, body = _sent("leave_in_your_name")
    assert said == subject
    assert sentence in body


def test_a_question_is_asked_with_its_words(leave: Leave) -> None:
    request = leave.submit("03-05")
    decisions.request_ask_back(request=request, by=leave.boss, reason="Who stays?", now=NOW)
    subject, body = _sent("leave_decided")
    assert subject == "A question about your leave from Thu, 5 March 2026"
    assert "Bikram asks something before deciding." in body
    assert "Reason: Who stays?" in body


def _claim(leave: Leave) -> CompOffClaim:
    made: CompOffClaim = CompOffClaim.objects.create(
        company=leave.world.company, employee=leave.world.maya, leave_type=leave.annual,
        date=d("02-28"), amount=n("1"),
    )  # fmt: skip
    return made


def test_a_claim_is_decided_in_somebodys_stead(leave: Leave) -> None:
    nima, rita = _people(leave)
    claim = _claim(leave)
    decision = comp_off.comp_off_decide(
        claim=claim, is_approved=False, reason="You were not here", by=leave.world.actor(nima)
    )
    assert (decision.decided_by_name, decision.on_behalf_of) == ("Nima", "Bikram")
    subject, body = _sent("comp_off_decided")
    assert subject == "Your work on Sat, 28 February 2026 is not leave"
    assert "Nima for Bikram refused what you claimed for Sat, 28 February 2026." in body


def test_every_mail_of_leave_ends_with_the_way_to_choose(leave: Leave) -> None:
    folder = Path(site.BASE_DIR) / "leave/templates/leave/email"
    bodies = sorted(folder.glob("*_body.txt"))
    assert len(bodies) == 12
    for body in bodies:
        text = body.read_text()
        assert text.count("{{ link }}") == 1, body.name
        assert text.endswith("\n\n{{ foot }}{% endautoescape %}\n"), body.name
        assert (folder / body.name.replace("_body", "_subject")).is_file()


def test_who_has_no_address_gets_none_and_for_who_may_not_sign_in_hr_does(leave: Leave) -> None:
    user = leave.world.bikram.user
    assert user is not None
    user.email = None
    user.save()
    leave.submit("03-05")
    assert _to("leave_asked") == []
    user.is_active = False
    user.save()
    leave.submit("03-06")
    assert _to("leave_asked") == ["hari"]


def test_the_statements_of_a_mail_do_not_grow_with_its_readers(leave: Leave) -> None:
    """What readers chose is asked once for all of them."""
    counts = []
    for number in range(3):
        user = make_person(
            leave.world.company, f"Hr{number}", leave.world.office, leave.world.day_shift
        ).user
        RoleGrant.objects.create(
            company=leave.world.company, user=user, role=Role.HR, starts_on=d("01-01")
        )
        Placement.objects.filter(employee=leave.world.maya).update(manager=None)
        with CaptureQueriesContext(connection) as statements:
            leave.submit(f"03-{10 + number}")
        asked = [item for item in statements if "companies_noticechoice" in item["sql"]]
        counts.append(len(asked))
    assert counts == [1, 1, 1]
