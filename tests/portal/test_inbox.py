"""The inbox: who sees what waits, what a line says, deciding one and many, taking back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import Direction, FaceState, FrameKind, LivenessState
from attendance.models import (
    CorrectionDecision,
    FaceEnrolment,
    PunchFrame,
    PunchState,
)
from attendance.services.days import person_recompute
from companies.enums import LookKind, Role
from companies.models import Employee, Look, Placement, RoleGrant, User
from companies.scoping import company_scope
from portal import inbox as listed
from tests.attendance.conftest import engine, enrol, other_world, photos_folder, world
from tests.attendance.test_pages import _text
from tests.attendance.world import START, World, at, make_person
from tests.portal.inboxes import bikram, client_of, file_correction, flagged, noon, said, send, team

__all__ = ["bikram", "engine", "enrol", "noon", "other_world", "photos_folder", "team", "world"]

MONDAY = dt.date(2026, 3, 2)
NOON = "2026-03-02 12:00"


# --- what a line says -------------------------------------------------------------------------
def test_a_line_says_who_what_and_what_it_does_to_the_day(team: World, bikram: Client) -> None:
    page = bikram.get("/inbox/")
    text = _text(page.text)
    assert "1 waits" in text
    assert (
        "Maya · Mon 2 March Check in at 09:04: the pictures are not alike "
        "Still open; without it: Still open" not in text
    )
    (entry,) = page.context["entries"]
    assert (entry.name, entry.what, entry.when) == (
        "Maya", "Check in at 09:04: the pictures are not alike", "Mon 2 March",
    )  # fmt: skip
    assert (entry.approve, entry.refuse) == ("Yes, this is them", "No")
    assert entry.url == f"/team/{team.maya.public_id}/day/2026-03-02/"
    assert "93" not in text
    with company_scope(team.company):
        frame, enrolment = PunchFrame.objects.get(), FaceEnrolment.objects.get()
    assert f'src="/photos/{frame.public_id}"' in page.text
    assert f'src="/references/{enrolment.public_id}"' in page.text


def test_the_effect_is_the_day_with_the_punch_and_without(
    team: World, bikram: Client, noon: Any
) -> None:
    team.punch(team.maya, "2026-03-02 17:30", Direction.OUT)
    noon.move_to(at("2026-03-03 12:00"))
    with company_scope(team.company):
        person_recompute(employee=team.maya, first=MONDAY, last=MONDAY, now=at("2026-03-03 12:00"))
    (entry,) = bikram.get("/inbox/").context["entries"]
    assert entry.effect == "Present, 7 h 56 min; without it: Incomplete"


LIKENESS = {
    (FaceState.REVIEW, "unsure"): "the pictures are somewhat alike",
    (FaceState.REVIEW, "not_nearest"): (
        "the pictures are very alike, but a colleague looks more like it"
    ),
    (FaceState.MISMATCH, "another_face"): "the pictures are not alike",
    (FaceState.UNVERIFIABLE, "more_light"): "could not be compared: it was too dark",
    (FaceState.UNVERIFIABLE, "something_new"): "the pictures could not be compared",
    (FaceState.NOT_CHECKED, "no_camera"): "could not be compared: no camera was found",
    (FaceState.PENDING, ""): "the pictures are being compared",
    (FaceState.VERIFIED, ""): "the pictures are very alike",
}


@pytest.mark.parametrize("state", LIKENESS)
def test_likeness_in_words(team: World, bikram: Client, state: tuple[str, str]) -> None:
    with company_scope(team.company):
        PunchState.objects.update(face=state[0], face_reason=state[1])
    (entry,) = bikram.get("/inbox/").context["entries"]
    assert entry.what == f"Check in at 09:04: {LIKENESS[state]}"


def test_a_head_that_did_not_turn_is_told_and_one_that_did_is_shown(
    team: World, bikram: Client
) -> None:
    with company_scope(team.company):
        PunchState.objects.update(
            face=FaceState.VERIFIED, face_reason="", liveness=LivenessState.FAILED,
            liveness_reason="turn_not_seen",
        )  # fmt: skip
        frame = PunchFrame.objects.get()
        turned = PunchFrame.objects.create(
            company=team.company, punch=frame.punch, kind=FrameKind.TURNED, is_clean=True,
            storage_key="frames/x", sha256="0" * 64, size=1, purge_on=MONDAY,
        )  # fmt: skip
    (entry,) = bikram.get("/inbox/").context["entries"]
    assert entry.what == (
        "Check in at 09:04: the pictures are very alike; the head turn was not seen"
    )
    assert entry.facts["photo_url"] == f"/photos/{frame.public_id}"
    assert entry.facts["turned_url"] == f"/photos/{turned.public_id}"


def test_a_check_in_without_pictures_says_so(team: World, bikram: Client) -> None:
    with company_scope(team.company):
        FaceEnrolment.objects.update(reference_key="")
    assert "No reference picture." in said(bikram)
    with company_scope(team.company):
        PunchFrame.objects.all().delete()
    assert "Look" not in said(bikram)


def test_every_form_carries_its_key(team: World, bikram: Client) -> None:
    send(bikram, team, "approve")
    file_correction(team, team.maya)
    text = bikram.get("/inbox/").text
    # Signing out, taking back, approving and refusing the line, and all that are ticked.
    assert text.count('method="post"') == 5
    assert text.count('name="csrfmiddlewaretoken"') == 5


def test_an_empty_inbox_says_what_will_come(team: World, bikram: Client) -> None:
    with company_scope(team.company):
        PunchState.objects.update(is_flagged=False)
    assert "Nothing waits for you" in said(bikram)


# --- who --------------------------------------------------------------------------------------
def _outsider(world: World, other: World) -> User | None:
    return other.hari.user


def _dinesh(world: World, role: Role | None) -> User | None:
    with company_scope(world.company):
        person = make_person(world.company, "Dinesh", world.office, world.day_shift)
        if role is not None:
            RoleGrant.objects.create(
                company=world.company, user=person.user, role=role, starts_on=START
            )
    return person.user


WHO: dict[str, tuple[Any, int, int]] = {
    # who; how the inbox answers, how many lines wait
    "the manager": (lambda w, _o: w.bikram.user, 200, 1),
    "HR": (lambda w, _o: w.hari.user, 200, 1),
    "a manager of the whole company": (lambda w, _o: _dinesh(w, Role.MANAGER), 200, 1),
    "a company admin": (lambda w, _o: _dinesh(w, Role.COMPANY_ADMIN), 200, 1),
    "the person": (lambda w, _o: w.maya.user, 404, 0),
    "a colleague": (lambda w, _o: _dinesh(w, None), 404, 0),
    "an auditor": (lambda w, _o: _dinesh(w, Role.AUDITOR), 404, 0),
    "HR elsewhere": (lambda _w, o: o.hari.user, 200, 0),
}


@pytest.mark.parametrize("who", WHO)
def test_who_decides(team: World, other_world: World, who: str) -> None:
    make, status, lines = WHO[who]
    client = client_of(make(team, other_world))
    page = client.get("/inbox/")
    assert page.status_code == status
    assert ('href="/inbox/"' in client.get("/").text) is (status == 200)
    if status == 200:
        assert len(page.context["entries"]) == lines
    assert send(client, team, "approve").status_code == (302 if lines else 404)
    with company_scope(team.company):
        assert PunchState.objects.get().is_flagged is (lines == 0)


def test_hr_never_decides_about_their_own(team: World, enrol: Any) -> None:
    with company_scope(team.company):
        PunchState.objects.update(employee=team.hari)
        Placement.objects.filter(employee=team.hari).update(manager=team.bikram)
    hari = client_of(team.hari.user)
    assert hari.get("/inbox/").context["entries"] == []


def test_who_no_longer_works_here_decides_nothing(team: World, bikram: Client) -> None:
    with company_scope(team.company):
        Employee.objects.filter(pk=team.bikram.pk).update(left_on=dt.date(2026, 2, 1))
    assert bikram.get("/inbox/").status_code == 404
    assert send(bikram, team, "approve").status_code == 404


def test_hr_alone_decides_about_who_has_left(team: World, bikram: Client) -> None:
    with company_scope(team.company):
        Employee.objects.filter(pk=team.maya.pk).update(left_on=dt.date(2026, 2, 1))
    assert bikram.get("/inbox/").context["entries"] == []
    assert send(bikram, team, "approve").status_code == 404
    hari = client_of(team.hari.user)
    assert "Does not work here any more." in said(hari)
    send(hari, team, "refuse", reason="A mistake")
    assert hari.get("/inbox/").context["entries"] == []


def test_hr_alone_decides_what_somebody_asked_before_they_left(team: World, bikram: Client) -> None:
    with company_scope(team.company):
        PunchState.objects.update(is_flagged=False)
        request = file_correction(team, team.maya, dt.date(2026, 2, 1))
        Employee.objects.filter(pk=team.maya.pk).update(left_on=dt.date(2026, 2, 1))
    refused = {
        "item": f"correction:{request.public_id}", "answer": "refuse", "reason": "You were out.",
    }  # fmt: skip
    assert bikram.get("/inbox/").context["entries"] == []
    assert bikram.post("/inbox/decide", refused).status_code == 404
    hari = client_of(team.hari.user)
    (entry,) = hari.get("/inbox/").context["entries"]
    assert (entry.hints[0], entry.url) == ("Does not work here any more.", "")
    assert hari.post("/inbox/decide", refused).status_code == 302
    assert hari.get("/inbox/").context["entries"] == []
    with company_scope(team.company):
        assert CorrectionDecision.objects.get().request == request


NOBODYS = uuid.UUID(int=7)


@pytest.mark.parametrize(
    "item", ["", "punch", "punch:", "punch:none", f"punch:{NOBODYS}", f"x:{NOBODYS}",
             f"correction:{NOBODYS}"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(team: World, bikram: Client, item: str) -> None:
    for path in ("/inbox/decide", "/inbox/take-back"):
        assert bikram.post(path, {"item": item, "answer": "approve"}).status_code == 404


def test_a_punch_that_nobody_doubts_is_not_found(team: World, bikram: Client) -> None:
    with company_scope(team.company):
        PunchState.objects.update(is_flagged=False)
    assert send(bikram, team, "refuse", reason="I do not like it").status_code == 404


# --- pages, statements ------------------------------------------------------------------------
def _statements(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/inbox/")
    assert page.status_code == 200
    return len(queries)


def test_whose_matters_wait_is_asked_once_for_all_sources(team: World) -> None:
    """Every page of whoever answers for others counts what waits."""
    actor = team.actor(team.bikram)
    with company_scope(team.company), CaptureQueriesContext(connection) as queries:
        assert listed.count(actor, on=MONDAY) == 1
    asked = [query["sql"] for query in queries]
    assert len([sql for sql in asked if sql.startswith('SELECT "companies_delegation"')]) == 1
    assert len(asked) == 2


def test_statements_are_the_same_for_1_3_and_50(
    team: World, bikram: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "LINES_A_PAGE", 200)
    file_correction(team, team.maya, dt.date(2026, 2, 1))
    bikram.get("/inbox/")
    one = _statements(bikram)
    found = [one]
    for number in (2, 47):
        with company_scope(team.company):
            for n in range(number):
                person = make_person(team.company, f"P{number}x{n}", team.office, team.day_shift)
                Placement.objects.filter(employee=person).update(manager=team.bikram)
                file_correction(team, person, dt.date(2026, 2, 1))
                team.punch(person, "2026-03-02 09:01")
            PunchState.objects.filter(voided_at=None).update(is_flagged=True)
        found.append(_statements(bikram))
    assert found == [one, one, one]


def test_a_long_list_has_pages_oldest_first(team: World, bikram: Client, noon: Any) -> None:
    dates = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(26)]
    for date in dates:
        noon.shift(1)
        file_correction(team, team.maya, date)
    page = bikram.get("/inbox/")
    assert page.context["inbox_count"] == 27
    assert "27 wait" in _text(page.text)
    assert "Page 1 of 2" in _text(page.text)
    assert page.context["entries"][0].kind == "punch"
    assert len(page.context["entries"]) == 25
    last = bikram.get("/inbox/?p=2")
    assert [entry.when for entry in last.context["entries"]] == ["Sun 25 January", "Mon 26 January"]
    item = f"correction:{last.context['entries'][0].public_id}"
    for p, back in (("2", "/inbox/?p=2"), ("1", "/inbox/"), ("x", "/inbox/"), ("9" * 9, "/inbox/")):
        data = {"item": item, "answer": "refuse", "reason": "No", "p": p}
        assert bikram.post("/inbox/decide", data)["Location"] == back


def test_the_number_stands_in_the_navigation(team: World, bikram: Client) -> None:
    assert (
        '<span class="nav-count">1<span class="vh"> waiting</span></span>' in bikram.get("/").text
    )
    for n in range(99):
        file_correction(team, team.maya, dt.date(2025, 1, 1) + dt.timedelta(days=n))
    assert '<span class="nav-count">99+' in bikram.get("/").text
    assert "nav-count" not in client_of(team.maya.user).get("/").text


# --- who looked -------------------------------------------------------------------------------
def test_looking_at_the_inbox_is_told_once(team: World, bikram: Client) -> None:
    for _n in range(2):
        bikram.get("/inbox/")
    with company_scope(team.company):
        look = Look.objects.get()
    assert (look.employee_id, look.kind, look.viewer_name, look.viewer_roles, look.about_on) == (
        team.maya.pk, LookKind.EVIDENCE, "Bikram", "", MONDAY,
    )  # fmt: skip
    assert look.target_id == str(flagged(team).public_id)
