"""Pictures through their doors: who gets them, what is recorded, and what happens if it fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.test import Client

from attendance import picture_views
from attendance.models import FaceEnrolment, Punch, PunchFrame, PunchState
from companies.enums import Role
from companies.models import Delegation, Look, Placement, RoleGrant
from companies.scoping import company_scope
from integrations.faces.protocol import Outcome, Reason
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.test_pages import _text
from tests.attendance.world import World, at

NOON = "2026-03-02 12:00"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


@pytest.fixture
def doubted(world: World, enrol: Any, engine: FakeEngine) -> World:
    """Maya's check-in is doubted; Bikram is her manager."""
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    enrol(world, world.maya)
    engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
    world.punch(world.maya, "2026-03-02 09:04", frame=jpeg())
    return world


def _addresses(world: World) -> list[str]:
    with company_scope(world.company):
        frame, enrolment = PunchFrame.objects.get(), FaceEnrolment.objects.get()
    return [f"/photos/{frame.public_id}", f"/references/{enrolment.public_id}"]


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _get(client: Client, path: str) -> int:
    answer = client.get(path)
    if answer.status_code == 200:
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Cache-Control"] == "private, no-store"
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[arg-type]
    return answer.status_code


def _looks(world: World) -> list[tuple[str, str, str, dt.date | None]]:
    with company_scope(world.company):
        rows = Look.objects.filter(kind="photo").order_by("id")
        return [(r.viewer_name, r.viewer_roles, r.target_type, r.about_on) for r in rows]


def _auditor(world: World) -> Any:
    with company_scope(world.company):
        RoleGrant.objects.filter(user=world.hari.user).update(role=Role.AUDITOR)
        Placement.objects.filter(employee=world.maya).update(manager=None)
    return world.hari.user


def _stranger(world: World) -> Any:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=None)
    return world.bikram.user


WHO: dict[str, tuple[Any, int, str]] = {
    # who; the answer, the role that is recorded ("-": nothing is)
    "the person": (lambda w, _o: w.maya.user, 200, "-"),
    "the manager": (lambda w, _o: w.bikram.user, 200, ""),
    "HR": (lambda w, _o: w.hari.user, 200, "hr"),
    "an auditor": (lambda w, _o: _auditor(w), 200, "auditor"),
    "a colleague": (lambda w, _o: _stranger(w), 404, "-"),
    "HR elsewhere": (lambda _w, o: o.hari.user, 404, "-"),
}


@pytest.mark.parametrize("who", WHO)
def test_who_sees_a_picture_and_is_told_of(doubted: World, other_world: World, who: str) -> None:
    make, status, role = WHO[who]
    user = make(doubted, other_world)
    client = _client(user)
    for _n in range(2):
        assert [_get(client, path) for path in _addresses(doubted)] == [status, status]
    seen = [] if role == "-" else [
        (user.name, role, "attendance.punchframe", dt.date(2026, 3, 2)),
        (user.name, role, "attendance.faceenrolment", None),
    ]  # fmt: skip
    assert _looks(doubted) == seen


def test_who_stands_in_is_named_with_whom_they_stand_in_for(doubted: World) -> None:
    with company_scope(doubted.company):
        RoleGrant.objects.filter(user=doubted.hari.user).delete()
        Delegation.objects.create(
            company=doubted.company, giver=doubted.bikram, delegate=doubted.hari,
            starts_on=dt.date(2026, 3, 2), ends_on=dt.date(2026, 3, 2),
            made_by=doubted.bikram.user,
        )  # fmt: skip
    hari, bikram = _client(doubted.hari.user), _client(doubted.bikram.user)
    for client in (hari, bikram):
        client.get("/inbox/")
        assert [_get(client, path) for path in _addresses(doubted)] == [200, 200]
    with company_scope(doubted.company):
        rows = Look.objects.values_list("viewer_name", "kind", "on_behalf_of").order_by("id")
    assert list(rows) == [
        ("Hari", "evidence", "Bikram"), ("Hari", "photo", "Bikram"), ("Hari", "photo", "Bikram"),
        ("Bikram", "evidence", ""), ("Bikram", "photo", ""), ("Bikram", "photo", ""),
    ]  # fmt: skip
    assert "Manager, for Bikram" in _text(_client(doubted.maya.user).get("/me/looks/").text)


def test_a_week_after_the_decision_the_manager_sees_none(doubted: World) -> None:
    client = _client(doubted.bikram.user)
    with company_scope(doubted.company):
        item = f"punch:{Punch.objects.get().public_id}"
    client.post("/inbox/decide", {"item": item, "answer": "approve"})
    with company_scope(doubted.company):
        PunchState.objects.update(decided_at=at("2026-02-23 12:01"))
    assert [_get(client, path) for path in _addresses(doubted)] == [200, 200]
    with company_scope(doubted.company):
        PunchState.objects.update(decided_at=at("2026-02-23 12:00"))
    assert [_get(client, path) for path in _addresses(doubted)] == [404, 404]


def test_what_cannot_be_recorded_is_not_shown(
    doubted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_values: object) -> None:
        raise DatabaseError("full")

    monkeypatch.setattr(picture_views, "looks_record", broken)
    client = _client(doubted.hari.user)
    for path in _addresses(doubted):
        with pytest.raises(DatabaseError):
            client.get(path)


def test_a_picture_that_is_gone_is_no_look(doubted: World) -> None:
    with company_scope(doubted.company):
        for key in (
            PunchFrame.objects.get().storage_key,
            FaceEnrolment.objects.get().reference_key,
        ):
            default_storage.delete(key)
    client = _client(doubted.hari.user)
    assert [_get(client, path) for path in _addresses(doubted)] == [404, 404]
    assert _looks(doubted) == []


def test_an_enrolment_without_a_picture_or_ended_shows_none(doubted: World) -> None:
    client = _client(doubted.maya.user)
    _photo, path = _addresses(doubted)
    with company_scope(doubted.company):
        FaceEnrolment.objects.update(state="ended")
    assert _get(client, path) == 404
    with company_scope(doubted.company):
        FaceEnrolment.objects.update(state="active", reference_key="")
    assert _get(client, path) == 404


def test_who_acts_in_no_company_sees_none(doubted: World, django_user_model: Any) -> None:
    client = _client(django_user_model.objects.create_user(email="n@n.example", name="Nobody"))
    assert [_get(client, path) for path in _addresses(doubted)] == [404, 404]


def test_the_day_of_another_and_hrs_page_are_told_of(doubted: World) -> None:
    page = _client(doubted.bikram.user).get(f"/team/{doubted.maya.public_id}/day/2026-03-02/")
    photo, _reference = _addresses(doubted)
    assert photo in page.text
    with company_scope(doubted.company):
        punch = Punch.objects.get()
    page = _client(doubted.hari.user).get(f"/admin/attendance/punchstate/{punch.public_id}/change/")
    assert all(path in page.text for path in _addresses(doubted))
    with company_scope(doubted.company):
        rows = [
            (row.viewer_name, row.kind, row.target_id, row.about_on)
            for row in Look.objects.order_by("id")
        ]
    day = dt.date(2026, 3, 2)
    assert rows == [
        ("Bikram", "evidence", str(punch.public_id), day),
        ("Hari", "evidence", str(punch.public_id), day),
    ]


# --- Me → who looked --------------------------------------------------------------------------
def test_the_person_reads_who_looked(doubted: World, noon: Any) -> None:
    maya = _client(doubted.maya.user)
    assert "Nobody has looked" in _text(maya.get("/me/looks/").text)
    for path in _addresses(doubted):
        noon.shift(60)
        _get(_client(doubted.hari.user), path)
    text = _text(maya.get("/me/looks/").text)
    assert "Hari HR The reference picture Mon 2 March, 12:02" in text
    assert "Hari HR The picture of a check-in, Mon 2 March Mon 2 March, 12:01" in text
    assert 'href="/me/looks/"' in maya.get("/me/").text
    assert "Nobody has looked" in _text(_client(doubted.bikram.user).get("/me/looks/").text)


def test_many_looks_have_pages(doubted: World, noon: Any) -> None:
    photo, _reference = _addresses(doubted)
    hari = _client(doubted.hari.user)
    for _n in range(51):
        _get(hari, photo)
        noon.shift(600)
    maya = _client(doubted.maya.user)
    first, second = maya.get("/me/looks/"), maya.get("/me/looks/?p=2")
    assert (len(first.context["looks"]), len(second.context["looks"])) == (50, 1)
    assert "Page 1 of 2" in _text(first.text)
    assert first.context["after_url"] == "?p=2"
    assert second.context["before_url"] == "?p=1"


def test_who_acts_in_no_company_reads_no_looks(db: None, django_user_model: Any) -> None:
    client = _client(django_user_model.objects.create_user(email="n@n.example", name="Nobody"))
    assert client.get("/me/looks/").status_code == 404
