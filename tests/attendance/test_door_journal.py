"""The door of punches with a journal: there first, and safe whatever else is away."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from attendance import passes
from attendance.enums import FaceState, LivenessState
from attendance.models import Punch, PunchEntry, PunchFrame, PunchState
from attendance.passes import LIFETIME
from attendance.services import enrolment
from attendance.services.punching import PUNCHES_A_MINUTE
from companies import outbox
from companies.models import AuditEvent, OutboxMessage
from companies.scoping import company_scope
from tests.attendance.doorway import TAP, body, frame, knock, punch_count
from tests.attendance.fakes import FakeEngine
from tests.attendance.turning import asks_for_turn
from tests.attendance.world import World, at
from tests.journal import TABLE, journal_away, journal_in_process, records_away, rows

LATER = "Recorded 09:04; your sheet will show it shortly"
NOT_RECORDED = "This was NOT recorded: our records cannot be reached. Try again in a moment."
OUT_OF_DATE = "This page is out of date. Reload it and try again."


@pytest.fixture(autouse=True)
def morning() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def client_of_journal(morning: Any) -> Iterator[Any]:
    with journal_in_process() as found:
        yield found


@pytest.fixture(autouse=True)
def agreed(morning: Any, world: World) -> None:
    world.agree(world.maya)


def _post(client: Client, world: World, **changes: Any) -> HttpResponse:
    agreeing = {"pass": world.pass_of(world.maya, has_consent=True)}
    return knock(client, "/punch", body(world, **agreeing | changes))


def _said(client: Any) -> dict[str, dict[str, Any]]:
    """Return what the journal says, by what."""
    return {
        row["what"]["S"].partition("#")[2]: json.loads(row["says"]["S"])
        for row in rows(client) if "says" in row
    }  # fmt: skip


def _only(world: World) -> tuple[Punch, PunchState]:
    with company_scope(world.company):
        state = PunchState.objects.select_related("punch").get()
    return state.punch, state


def _replay(world: World) -> None:
    call_command("job", "journal_replay")


# --- both there ----------------------------------------------------------------------------------
def test_a_punch_stands_in_the_journal_before_any_statement(
    client: Client, world: World, client_of_journal: Any
) -> None:
    first: list[set[str]] = []

    def note(execute: Any, *args: Any) -> Any:
        if not first:
            first.append(set(_said(client_of_journal)))
        return execute(*args)

    # Made outside: a pass is read without a statement, but making one asks for the person.
    form = {"pass": world.pass_of(world.maya, has_consent=True)}
    data = body(world, **form, frame=frame())
    with connection.execute_wrapper(note):
        answer = knock(client, "/punch", data)
    assert (answer.status_code, first) == (201, [{"punch", "frame"}])


def test_a_punch_is_the_same_in_the_journal_and_in_the_records(
    client: Client, world: World, client_of_journal: Any
) -> None:
    answer: Any = _post(client, world, frame=frame())
    punch, state = _only(world)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(punch.public_id),
        "direction": "in",
        "recorded": "09:04",
        "text": "Recorded 09:04",
        "verify": f"/punch/{punch.public_id}/verify",
        "pin": f"/pin/{punch.public_id}/",
    }
    with company_scope(world.company):
        kept = PunchFrame.objects.get()
    assert _said(client_of_journal)["punch"] == {
        "is": "punch",
        "company": str(world.company.public_id),
        "employee": str(world.maya.public_id),
        "tap_id": TAP,
        "public_id": str(punch.public_id),
        "occurred_at": "2026-03-02T03:19:00+00:00",
        "zone": "Asia/Kathmandu",
        "utc_offset_minutes": 345,
        "device_at": "2026-03-02T03:18:58+00:00",
        "direction": "in",
        "source": "web",
        "no_frame": "",
        "has_frame": True,
    }
    assert _said(client_of_journal)["frame"]["storage_key"] == kept.storage_key
    assert (state.face, punch.occurred_at) == (FaceState.PENDING, at("2026-03-02 09:04"))
    assert punch.device_at == dt.datetime(2026, 3, 2, 3, 18, 58, tzinfo=dt.UTC)


def test_the_journal_names_nobody(client: Client, world: World, client_of_journal: Any) -> None:
    _post(client, world, frame=frame())
    text = json.dumps(rows(client_of_journal))
    for word in ("Maya", "maya", "Kettle", "kettle", "Kathmandu, "):
        assert word not in text


def test_the_same_tap_five_times_is_one_punch_and_one_picture(
    client: Client, world: World, morning: Any, photos_folder: Path
) -> None:
    first: Any = _post(client, world, frame=frame())
    others: list[Any] = [_post(client, world, frame=frame())]
    morning.shift(dt.timedelta(minutes=2))
    others += [_post(client, world, frame=frame()) for _n in range(3)]
    assert (first.status_code, {answer.status_code for answer in others}) == (201, {200})
    assert all(answer.json() == first.json() for answer in others)
    assert punch_count(world) == 1
    assert len([path for path in photos_folder.rglob("*") if path.is_file()]) == 1


def test_a_picture_that_a_second_arrival_brings_is_not_kept(
    client: Client, world: World, client_of_journal: Any, photos_folder: Path
) -> None:
    assert _post(client, world).status_code == 201
    assert _post(client, world, frame=frame()).status_code == 200
    assert set(_said(client_of_journal)) == {"punch"}
    assert not [path for path in photos_folder.rglob("*") if path.is_file()]


def _malformed(client: Any, world: World, item: str) -> None:
    who = f"{world.company.public_id}#{world.maya.public_id}"
    row = {"who": {"S": who}, "what": {"S": f"{TAP}#{item}"}, "says": {"S": '{"is": "what"}'}}
    client.put_item(TableName=TABLE, Item=row)


def test_a_punch_that_the_journal_cannot_read_is_taken_by_the_records(
    client: Client, world: World, client_of_journal: Any
) -> None:
    _malformed(client_of_journal, world, "punch")
    assert [_post(client, world).status_code for _n in range(2)] == [201, 200]
    assert punch_count(world) == 1


def test_a_tap_of_which_the_journal_cannot_read_all_is_answered_all_the_same(
    client: Client, world: World, client_of_journal: Any
) -> None:
    first: Any = _post(client, world)
    _malformed(client_of_journal, world, "voided:1")
    again: Any = _post(client, world)
    assert (again.status_code, again.json()) == (200, first.json())


def test_more_than_a_person_makes_is_refused_without_a_statement(
    client: Client, world: World
) -> None:
    taps = [str(uuid.UUID(int=number, version=4)) for number in range(PUNCHES_A_MINUTE + 1)]
    answers = [_post(client, world, tap_id=tap).status_code for tap in taps]
    assert answers == [201] * PUNCHES_A_MINUTE + [429]
    assert punch_count(world) == PUNCHES_A_MINUTE


def test_an_expired_pass_is_refused_and_writes_nothing(
    client: Client, world: World, morning: Any, client_of_journal: Any
) -> None:
    data = body(world)
    morning.shift(LIFETIME + dt.timedelta(seconds=1))
    answer: Any = knock(client, "/punch", data)
    assert (answer.status_code, answer.json()["code"]) == (401, "pass_expired")
    assert rows(client_of_journal) == []


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_device_whose_clock_is_five_minutes_off_punches_at_the_servers_time(
    client: Client, world: World, minutes: int
) -> None:
    device = at("2026-03-02 09:04") + dt.timedelta(minutes=minutes)
    assert _post(client, world, device_at=device.isoformat()).status_code == 201
    punch, _state = _only(world)
    assert (punch.occurred_at, punch.device_at) == (at("2026-03-02 09:04"), device)


# --- consent and leaving --------------------------------------------------------------------------
def test_a_pass_of_who_did_not_agree_keeps_no_picture(
    client: Client, world: World, client_of_journal: Any, photos_folder: Path
) -> None:
    answer = _post(client, world, **{"pass": world.pass_of(world.maya)}, frame=frame())
    punch, state = _only(world)
    assert (answer.status_code, punch.no_frame) == (201, "no_consent")
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "no_consent")
    assert set(_said(client_of_journal)) == {"punch"}
    assert not list(photos_folder.rglob("*"))


def test_a_pass_that_outlived_consent_leaves_no_picture(
    client: Client, world: World, client_of_journal: Any, photos_folder: Path
) -> None:
    world.agree(world.maya, is_given=False)
    assert _post(client, world, frame=frame()).status_code == 201
    punch, state = _only(world)
    assert (punch.no_frame, state.face_reason) == ("no_consent", "no_consent")
    assert set(_said(client_of_journal)) == {"punch"}
    assert not [path for path in photos_folder.rglob("*") if path.is_file()]


def test_a_pass_that_outlived_the_engagement_is_refused_and_its_punch_void(
    client: Client, world: World, client_of_journal: Any, photos_folder: Path
) -> None:
    world.maya.left_on = dt.date(2026, 2, 20)
    world.maya.save(update_fields=["left_on"])
    answer: Any = _post(client, world, frame=frame())
    assert (answer.status_code, answer.json()["title"]) == (401, OUT_OF_DATE)
    again: Any = _post(client, world, frame=frame())
    assert (again.status_code, again.json()["title"]) == (401, OUT_OF_DATE)
    punch, state = _only(world)
    assert (punch.no_frame, state.face, state.face_reason) == (
        "left", FaceState.NOT_CHECKED, "left",
    )  # fmt: skip
    assert (state.is_refused, state.is_flagged, state.voided_at) == (
        True, False, at("2026-03-02 09:04"),
    )  # fmt: skip
    with company_scope(world.company):
        assert PunchEntry.objects.get().key == f"left:{punch.public_id}"
        assert AuditEvent.objects.get(verb="punch_after_leaving").subject_id == str(punch.public_id)
    assert not [path for path in photos_folder.rglob("*") if path.is_file()]
    assert set(_said(client_of_journal)) == {"punch"}


def test_a_pass_of_nobody_here_is_refused(client: Client, world: World) -> None:
    stranger = passes.issue(replace(world.claim(world.maya), employee=str(uuid.uuid4())))
    for _n in range(2):
        answer: Any = _post(client, world, **{"pass": stranger})
        assert (answer.status_code, answer.json()["code"]) == (401, "pass_invalid")
    assert punch_count(world) == 0


def test_the_page_says_in_its_pass_whether_its_person_agreed(client: Client, world: World) -> None:
    for person, has_consent in ((world.maya, True), (world.bikram, False)):
        client.force_login(person.user)
        page: Any = client.get("/")
        renewed: Any = client.get("/punch/pass")
        said = passes.read(page.context["pass_text"]), passes.read(renewed.json()["pass"])
        assert [claim.has_consent for claim in said] == [has_consent] * 2


# --- the records are away ------------------------------------------------------------------------
def test_while_the_records_are_away_a_punch_is_taken_and_the_page_goes_on(
    client: Client, world: World, client_of_journal: Any
) -> None:
    form = {"pass": world.pass_of(world.maya, has_consent=True)}
    data = body(world, **form, frame=frame())
    with records_away():
        answer: Any = knock(client, "/punch", data)
    said = answer.json()
    item = _said(client_of_journal)["punch"]
    following = said.pop("next")
    assert (answer.status_code, said) == (
        202, {"id": item["public_id"], "direction": "in", "recorded": "09:04", "text": LATER},
    )  # fmt: skip
    claim = passes.read(following.pop("pass"))
    action_key = f"{item['public_id']}:out"
    assert following == {"direction": "out", "label": "Check out", "action_key": action_key}
    assert (claim.action_key, claim.has_consent) == (action_key, True)
    assert punch_count(world) == 0
    _replay(world)
    punch, state = _only(world)
    assert str(punch.public_id) == item["public_id"]
    assert (punch.occurred_at, state.face) == (at("2026-03-02 09:04"), FaceState.PENDING)
    client.force_login(world.maya.user)
    page: Any = client.get("/")
    assert page.context["action_key"] == action_key


def test_while_the_records_are_away_a_tap_again_gets_the_first_answer(
    client: Client, world: World, morning: Any
) -> None:
    data = body(world)
    with records_away():
        first: Any = knock(client, "/punch", data)
        morning.shift(dt.timedelta(minutes=3))
        again: Any = knock(client, "/punch", data)
    assert (first.status_code, again.status_code) == (202, 202)
    assert {name: again.json()[name] for name in ("id", "recorded", "text")} == {
        name: first.json()[name] for name in ("id", "recorded", "text")
    }
    back: Any = knock(client, "/punch", data)
    assert (back.status_code, back.json()["id"]) == (200, first.json()["id"])
    assert punch_count(world) == 1


def test_who_has_no_script_reads_that_it_stands(client: Client, world: World) -> None:
    data = body(world)
    with records_away():
        answer: Any = client.post("/punch", data, headers={"accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (202, "text/html; charset=utf-8")
    assert f"<p>{LATER}</p>" in answer.text


def test_what_came_during_an_outage_is_void_where_its_person_has_left(
    client: Client, world: World
) -> None:
    world.maya.left_on = dt.date(2026, 2, 20)
    world.maya.save(update_fields=["left_on"])
    data = body(world)
    with records_away():
        assert knock(client, "/punch", data).status_code == 202
    _replay(world)
    _punch, state = _only(world)
    assert (state.face_reason, state.voided_at) == ("left", at("2026-03-02 09:04"))


# --- the head turn --------------------------------------------------------------------------------
@pytest.fixture
def asking(world: World, enrol: Any, engine: FakeEngine) -> World:
    enrol(world, world.maya)
    asks_for_turn(world)
    return world


def test_a_turn_is_asked_for_where_the_records_took_the_punch(
    client: Client, asking: World
) -> None:
    answer: Any = _post(client, asking, frame=frame())
    _punch, state = _only(asking)
    assert (answer.status_code, set(answer.json()["question"])) == (
        201, {"nonce", "turn", "seconds", "text"},
    )  # fmt: skip
    assert state.liveness == LivenessState.ASKED


def test_nobody_looked_at_the_turn_of_a_punch_that_came_later(
    client: Client, asking: World, morning: Any
) -> None:
    data = body(asking, **{"pass": asking.pass_of(asking.maya, has_consent=True)}, frame=frame())
    with records_away():
        answer: Any = knock(client, "/punch", data)
    assert (answer.status_code, "question" in answer.json()) == (202, False)
    _replay(asking)
    _punch, state = _only(asking)
    assert (state.liveness, state.liveness_reason) == (LivenessState.NOT_DONE, "engine_away")
    morning.shift(dt.timedelta(minutes=1))
    call_command("job", "pending_verify")
    _punch, state = _only(asking)
    assert (state.face, state.is_flagged, state.is_refused) == (FaceState.VERIFIED, True, False)


def test_the_page_is_still_asked_where_the_stream_was_faster(client: Client, asking: World) -> None:
    data = body(asking, **{"pass": asking.pass_of(asking.maya, has_consent=True)}, frame=frame())
    with records_away():
        assert knock(client, "/punch", data).status_code == 202
    _replay(asking)
    answer: Any = knock(client, "/punch", data)
    _punch, state = _only(asking)
    assert (answer.status_code, "question" in answer.json()) == (200, True)
    assert (state.liveness, state.liveness_reason) == (LivenessState.ASKED, "")


def test_it_is_too_late_to_ask_once_the_page_has_gone_on(
    client: Client, asking: World, morning: Any
) -> None:
    data = body(asking, **{"pass": asking.pass_of(asking.maya, has_consent=True)}, frame=frame())
    with records_away():
        assert knock(client, "/punch", data).status_code == 202
    _replay(asking)
    morning.shift(dt.timedelta(seconds=21))
    answer: Any = knock(client, "/punch", data)
    assert (answer.status_code, "question" in answer.json()) == (200, False)


# --- the journal is away --------------------------------------------------------------------------
def test_while_the_journal_is_away_the_records_take_the_punch_and_send_it_on(
    client: Client, world: World, client_of_journal: Any
) -> None:
    form = {"pass": world.pass_of(world.maya, has_consent=True)}
    with journal_away():
        answer = knock(client, "/punch", body(world, **form, frame=frame()))
    assert answer.status_code == 201
    assert _said(client_of_journal) == {}
    with journal_away():
        assert outbox.drain_journal() == 0
    with time_machine.travel(at("2026-03-02 12:00"), tick=False):
        assert outbox.drain_journal() == 2
    punch, _state = _only(world)
    said = _said(client_of_journal)
    assert (set(said), said["punch"]["public_id"]) == ({"punch", "frame"}, str(punch.public_id))
    with company_scope(world.company):
        assert OutboxMessage.objects.count() == 0
        assert said["frame"]["storage_key"] == PunchFrame.objects.get().storage_key


def test_while_the_journal_is_away_who_has_left_is_refused_and_leaves_no_picture(
    client: Client, world: World, photos_folder: Path
) -> None:
    world.maya.left_on = dt.date(2026, 2, 20)
    world.maya.save(update_fields=["left_on"])
    with journal_away():
        answer: Any = _post(client, world, frame=frame())
    assert (answer.status_code, answer.json()["code"]) == (401, "pass_invalid")
    assert punch_count(world) == 0
    assert not [path for path in photos_folder.rglob("*") if path.is_file()]


def test_a_tap_that_reached_the_records_first_is_one_punch_when_the_journal_is_back(
    client: Client, world: World, client_of_journal: Any, morning: Any
) -> None:
    data = body(world)
    with journal_away():
        first: Any = knock(client, "/punch", data)
    morning.shift(dt.timedelta(minutes=1))
    again: Any = knock(client, "/punch", data)
    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert again.json()["recorded"] == "09:04"
    outbox.drain_journal()
    assert _said(client_of_journal)["punch"]["public_id"] == first.json()["id"]
    _replay(world)
    assert punch_count(world) == 1


def test_a_journal_that_waits_for_its_table_is_no_reason_to_refuse(
    client: Client, world: World, client_of_journal: Any, settings: Any
) -> None:
    settings.MUSTER_JOURNAL_TABLE = "muster-test-missing"
    assert _post(client, world).status_code == 201
    assert punch_count(world) == 1


def test_with_both_away_nothing_is_recorded_and_that_is_said(
    client: Client, world: World, client_of_journal: Any, photos_folder: Path
) -> None:
    form = {"pass": world.pass_of(world.maya, has_consent=True)}
    data = body(world, **form, frame=frame())
    with journal_away(), records_away():
        answer: Any = knock(client, "/punch", data)
    assert (answer.status_code, answer.json()) == (
        503, {"title": NOT_RECORDED, "code": "not_recorded", "status": 503},
    )  # fmt: skip
    assert (punch_count(world), _said(client_of_journal)) == (0, {})
    assert not [path for path in photos_folder.rglob("*") if path.is_file()]
    assert knock(client, "/punch", body(world, **form, frame=frame())).status_code == 201


# --- the pictures' storage is away ----------------------------------------------------------------
def test_a_storage_that_refuses_marks_the_picture_missing_and_the_punch_stands(
    client: Client, world: World, client_of_journal: Any, photos_folder: Path
) -> None:
    photos_folder.write_text("a file where the folder should be")
    assert _post(client, world, frame=frame()).status_code == 201
    _punch, state = _only(world)
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "storage_failed")
    said = _said(client_of_journal)["frame"]
    assert (said["storage_key"], said["problem"]) == ("", "storage_failed")


def test_consent_withdrawn_in_an_outage_leaves_no_picture_of_it(
    client: Client, world: World, client_of_journal: Any, photos_folder: Path
) -> None:
    data = body(world, **{"pass": world.pass_of(world.maya, has_consent=True)}, frame=frame())
    with records_away():
        assert knock(client, "/punch", data).status_code == 202
    with company_scope(world.company):
        actor = world.actor(world.maya)
        enrolment.consent_answer(by=actor, is_given=False, now=at("2026-03-02 09:05"))
    _replay(world)
    punch, _state = _only(world)
    assert punch.no_frame == "no_consent"
    assert set(_said(client_of_journal)) == {"punch"}
    assert not [path for path in photos_folder.rglob("*") if path.is_file()]
