"""Deciding what waits: one, many, twice, by somebody else; and taking back what one decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from attendance.enums import Direction, EntryKind
from attendance.errors import AlreadyDecided
from attendance.models import (
    AttendanceDay,
    Punch,
    PunchEntry,
    PunchState,
)
from attendance.services import closing, decisions
from companies.models import AuditEvent, Delegation, RoleGrant
from companies.scoping import company_scope
from tests.attendance.conftest import engine, enrol, other_world, photos_folder, world
from tests.attendance.fakes import jpeg
from tests.attendance.world import World, at
from tests.portal.inboxes import bikram, client_of, file_correction, flagged, noon, said, send, team

__all__ = ["bikram", "engine", "enrol", "noon", "other_world", "photos_folder", "team", "world"]

MONDAY = dt.date(2026, 3, 2)
NOON = "2026-03-02 12:00"


# --- deciding ---------------------------------------------------------------------------------
def test_yes_this_is_them(team: World, bikram: Client) -> None:
    assert send(bikram, team, "approve")["Location"] == "/inbox/"
    text = said(bikram)
    assert "Approved: Maya." in text
    assert "Decided just now Maya · Check in at 09:04: counts Undo" in text
    with company_scope(team.company):
        state = PunchState.objects.get()
        assert (state.is_flagged, state.decided_at, state.voided_at) == (False, at(NOON), None)
        assert AttendanceDay.objects.get().exceptions == []
        entry = PunchEntry.objects.get(kind=EntryKind.DECIDED)
        assert (entry.by_name, entry.reason) == ("Bikram", "")
        assert AuditEvent.objects.get(verb="punch_accepted").actor_name == "Bikram"


def test_a_stand_in_decides_on_behalf_of_the_giver(team: World) -> None:
    with company_scope(team.company):
        RoleGrant.objects.filter(user=team.hari.user).delete()
        Delegation.objects.create(
            company=team.company, giver=team.bikram, delegate=team.hari, starts_on=MONDAY,
            ends_on=MONDAY, made_by=team.bikram.user,
        )  # fmt: skip
    hari_client = client_of(team.hari.user)
    page = hari_client.get("/inbox/").text
    assert "You decide for Bikram until Mon, 2 March." in page
    assert send(hari_client, team, "approve")["Location"] == "/inbox/"
    assert "Approved: Maya." in said(hari_client)
    with company_scope(team.company):
        told = AuditEvent.objects.get(verb="punch_accepted")
        assert (told.actor_name, told.on_behalf_of) == ("Hari", "Bikram")


def test_no_needs_a_reason_and_takes_the_punch_out(team: World, bikram: Client) -> None:
    send(bikram, team, "refuse", reason="  ")
    assert "Please give a reason." in said(bikram)
    send(bikram, team, "refuse", reason="x" * 400)
    assert "Refused: Maya." in said(bikram)
    with company_scope(team.company):
        assert PunchState.objects.get().voided_at == at(NOON)
        assert AttendanceDay.objects.get().first_in_at is None
        assert AuditEvent.objects.get(verb="punch_voided").reason == "x" * 300


def test_the_same_answer_twice_is_one(team: World, bikram: Client) -> None:
    for answer, reason in (("approve", ""), ("approve", "")):
        send(bikram, team, answer, reason=reason)
        assert "Approved: Maya." in said(bikram)
    with company_scope(team.company):
        assert PunchEntry.objects.filter(kind=EntryKind.DECIDED).count() == 1
    send(bikram, team, "refuse", reason="No")
    assert "Maya: This check-in was already decided." in said(bikram)


def test_a_refusal_twice_is_one(team: World, bikram: Client) -> None:
    for _n in range(2):
        send(bikram, team, "refuse", reason="Not her")
        assert "Refused: Maya." in said(bikram)
    with company_scope(team.company):
        assert PunchEntry.objects.filter(kind=EntryKind.VOIDED).count() == 1


def test_what_another_decided_is_said(team: World, bikram: Client) -> None:
    hari = client_of(team.hari.user)
    send(hari, team, "approve")
    send(bikram, team, "approve")
    assert "Maya: This check-in was already decided." in said(bikram)


def test_who_answers_for_somebody_voids_only_what_is_flagged(team: World, bikram: Client) -> None:
    send(bikram, team, "approve")
    punch = flagged(team)
    with company_scope(team.company):
        for by, if_flagged in ((team.actor(team.bikram), False), (team.hr, True)):
            with pytest.raises(AlreadyDecided):
                decisions.punch_void(punch=punch, reason="No", by=by, if_flagged=if_flagged)
        decisions.punch_void(punch=punch, reason="On second thoughts", by=team.hr)
        assert PunchState.objects.get().voided_at == at(NOON)


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_what_is_no_answer_decides_nothing(team: World, bikram: Client, answer: str) -> None:
    send(bikram, team, answer)
    assert "Please choose one of the answers." in said(bikram)
    with company_scope(team.company):
        assert PunchState.objects.get().is_flagged is True


def test_nothing_ticked_says_what_to_do(bikram: Client) -> None:
    bikram.post("/inbox/decide", {"answer": "approve"})
    assert "Tick what you want to decide first." in said(bikram)


def test_many_are_decided_at_once_and_one_refused_holds_nobody_up(
    team: World, bikram: Client
) -> None:
    bad = file_correction(team, team.maya, dt.date(2026, 2, 27))
    items = [f"punch:{flagged(team).public_id}", f"correction:{bad.public_id}"]
    bikram.post("/inbox/decide", {"item": [*items, items[0]], "answer": "approve"})
    text = said(bikram)
    assert "Approved: Maya." in text
    assert "Maya: No check-out is missing on this day." in text
    (entry,) = bikram.get("/inbox/").context["entries"]
    assert entry.public_id == bad.public_id
    bikram.post("/inbox/decide", {"item": items[1], "answer": "refuse", "reason": "You were away"})
    assert bikram.get("/inbox/").context["entries"] == []


def test_many_names_are_counted(team: World, bikram: Client) -> None:
    team.punch(team.maya, "2026-03-02 11:00", Direction.OUT, frame=jpeg())
    with company_scope(team.company):
        items = [f"punch:{key}" for key in Punch.objects.values_list("public_id", flat=True)]
    bikram.post("/inbox/decide", {"item": items, "answer": "approve"})
    assert "2 approved: Maya (2)." in said(bikram)


def test_one_that_is_not_mine_among_many_decides_none(
    team: World, other_world: World, bikram: Client
) -> None:
    foreign = file_correction(other_world, other_world.maya)
    items = [f"punch:{flagged(team).public_id}", f"correction:{foreign.public_id}"]
    answer = bikram.post("/inbox/decide", {"item": items, "answer": "approve"})
    assert answer.status_code == 404
    with company_scope(team.company):
        assert PunchState.objects.get().is_flagged is True


def test_a_locked_month_stays(team: World, noon: Any) -> None:
    noon.move_to(at("2026-04-02 12:00"))
    bikram = client_of(team.bikram.user)
    with company_scope(team.company):
        closing.period_lock(
            company=team.company, starts_on=dt.date(2026, 3, 1), reason="payroll", by=team.hr
        )
    send(bikram, team, "approve")
    assert "Maya: March 2026 is locked. HR can reopen it with a reason." in said(bikram)


# --- taking back ------------------------------------------------------------------------------
def _undo(client: Client, world: World) -> HttpResponse:
    item = f"punch:{flagged(world).public_id}"
    return client.post("/inbox/take-back", {"item": item})  # type: ignore[return-value]


@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_a_decision_is_taken_back_and_waits_again(
    team: World, bikram: Client, noon: Any, answer: str
) -> None:
    send(bikram, team, answer, reason="Too quick")
    noon.shift(60)
    for _n in range(2):
        assert _undo(bikram, team)["Location"] == "/inbox/"
        assert "Taken back: Maya waits again." in said(bikram)
    page = bikram.get("/inbox/")
    assert (len(page.context["entries"]), page.context["decided"]) == (1, [])
    with company_scope(team.company):
        state = PunchState.objects.get()
        assert (state.is_flagged, state.decided_at, state.voided_at) == (True, None, None)
        assert AttendanceDay.objects.get().exceptions == ["face"]
        assert PunchEntry.objects.filter(kind=EntryKind.REOPENED).count() == 1
        assert AuditEvent.objects.get(verb="punch_decision_taken_back").actor_name == "Bikram"
    noon.shift(60)
    send(bikram, team, "approve")
    assert "Approved: Maya." in said(bikram)


def test_only_ones_own_is_taken_back(team: World, bikram: Client) -> None:
    send(bikram, team, "approve")
    hari = client_of(team.hari.user)
    assert hari.get("/inbox/").context["decided"] == []
    _undo(hari, team)
    assert "Only a decision of your own can be taken back, within 10 minutes." in said(hari)
    assert _undo(client_of(team.maya.user), team).status_code == 404
    with company_scope(team.company):
        assert PunchState.objects.get().is_flagged is False


def test_after_ten_minutes_nothing_is_taken_back(team: World, bikram: Client, noon: Any) -> None:
    send(bikram, team, "approve")
    noon.shift(600)
    assert len(bikram.get("/inbox/").context["decided"]) == 1
    noon.shift(1)
    assert bikram.get("/inbox/").context["decided"] == []
    _undo(bikram, team)
    assert "Only a decision of your own can be taken back, within 10 minutes." in said(bikram)


def test_in_a_month_locked_meanwhile_nothing_is_taken_back(team: World, noon: Any) -> None:
    noon.move_to(at("2026-04-02 12:00"))
    bikram = client_of(team.bikram.user)
    send(bikram, team, "approve")
    with company_scope(team.company):
        closing.period_lock(
            company=team.company, starts_on=dt.date(2026, 3, 1), reason="payroll", by=team.hr
        )
    _undo(bikram, team)
    assert "March 2026 is locked." in said(bikram)


def test_a_voiding_of_what_nobody_doubted_is_not_taken_back(team: World) -> None:
    hari = client_of(team.hari.user)
    with company_scope(team.company):
        PunchState.objects.update(is_flagged=False)
        decisions.punch_void(
            punch=Punch.objects.select_related("employee").get(), reason="Twice", by=team.hr
        )
    assert hari.get("/inbox/").context["decided"] == []
    _undo(hari, team)
    assert "Only a decision of your own" in said(hari)


def test_a_correction_is_not_taken_back(team: World, bikram: Client) -> None:
    asked = file_correction(team, team.maya)
    item = f"correction:{asked.public_id}"
    bikram.post("/inbox/decide", {"item": item, "answer": "refuse", "reason": "No"})
    bikram.post("/inbox/take-back", {"item": item})
    assert "This request was already decided." in said(bikram)
