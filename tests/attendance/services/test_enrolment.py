"""Consent and reference pictures: one's own only, three of one person, sealed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from attendance import consent_text
from attendance.enums import EnrolmentState
from attendance.errors import (
    ConsentMissing,
    EnrolmentImpossible,
    EnrolmentIncomplete,
    EnrolmentMissing,
)
from attendance.models import FaceConsent, FaceEnrolment, FaceTemplate
from attendance.services import enrolment
from attendance.services import face_roster as roster_module
from attendance.services.face_roster import face_roster
from companies.actor import job_actor
from companies.errors import NotAllowed
from companies.models import AuditEvent, Company, Employee
from companies.scoping import company_scope
from integrations.faces.protocol import Advice
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at

NOW = at("2026-03-02 09:00")


def _agree(world: World, is_given: bool = True) -> None:
    enrolment.consent_answer(by=world.actor(world.maya), is_given=is_given, now=NOW)


def _capture(world: World, frames: int = 3) -> None:
    maya = world.actor(world.maya)
    enrolment.enrolment_start(by=maya, now=NOW)
    for _n in range(frames):
        enrolment.frame_add(by=maya, frame=jpeg())


def _fresh(world: World) -> Company:
    return Company.objects.get(pk=world.company.pk)


@pytest.mark.parametrize("is_given", [True, False])
def test_the_answer_is_recorded_with_the_text_it_answers(scoped: World, is_given: bool) -> None:
    _agree(scoped, is_given)
    row = FaceConsent.objects.get()
    assert (row.is_given, row.text_version, row.decided_at, row.locale) == (
        is_given, consent_text.VERSION, NOW, "en",
    )  # fmt: skip
    verb = "face_consent_given" if is_given else "face_consent_refused"
    assert AuditEvent.objects.get().verb == verb


def test_three_frames_make_an_enrolment(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    maya = scoped.actor(scoped.maya)
    enrolment.enrolment_start(by=maya, now=NOW)
    kept = [enrolment.frame_add(by=maya, frame=jpeg()) for _n in range(3)]
    assert [(item.count, item.is_kept, item.is_done) for item in kept] == [
        (1, True, False), (2, True, False), (3, True, True),
    ]  # fmt: skip
    assert not enrolment.is_enrolled(scoped.maya)
    row = enrolment.enrolment_finish(by=maya, now=NOW)
    assert (row.state, row.activated_at) == (EnrolmentState.ACTIVE, NOW)
    assert enrolment.is_enrolled(scoped.maya)
    assert AuditEvent.objects.order_by("id").last().verb == "face_enrolled"  # type: ignore[union-attr]


def test_a_fourth_frame_is_not_kept(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    _capture(scoped)
    kept = enrolment.frame_add(by=scoped.actor(scoped.maya), frame=jpeg())
    assert (kept.is_kept, kept.count, FaceTemplate.objects.count()) == (False, 3, 3)


def test_two_frames_are_too_few(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    _capture(scoped, frames=2)
    with pytest.raises(EnrolmentIncomplete) as refused:
        enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW)
    assert str(refused.value) == "1 more pictures are needed."


@pytest.mark.parametrize(
    "advice", [Advice.NO_FACE, Advice.SEVERAL_FACES, Advice.MOVE_CLOSER, Advice.MORE_LIGHT]
)
def test_a_bad_frame_gets_advice_and_is_not_kept(
    scoped: World, engine: FakeEngine, advice: Advice
) -> None:
    _agree(scoped)
    _capture(scoped, frames=1)
    engine.advice = advice
    kept = enrolment.frame_add(by=scoped.actor(scoped.maya), frame=jpeg())
    assert (kept.advice, kept.is_kept, kept.count) == (advice.value, False, 1)


def test_another_persons_frame_is_not_kept(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    _capture(scoped, frames=1)
    engine.is_same_person = False
    kept = enrolment.frame_add(by=scoped.actor(scoped.maya), frame=jpeg())
    assert (kept.advice, kept.is_kept, kept.count) == ("another_person", False, 1)


@pytest.mark.parametrize("frame", [b"", b"no picture", jpeg(8, 8)])
def test_a_damaged_frame_is_said_to_be(scoped: World, engine: FakeEngine, frame: bytes) -> None:
    _agree(scoped)
    _capture(scoped, frames=0)
    kept = enrolment.frame_add(by=scoped.actor(scoped.maya), frame=frame)
    assert (kept.advice, kept.is_kept) == ("bad_picture", False)
    assert engine.reads == 0


def test_no_capture_without_consent(scoped: World, engine: FakeEngine) -> None:
    with pytest.raises(ConsentMissing):
        _capture(scoped)
    _agree(scoped, is_given=False)
    with pytest.raises(ConsentMissing):
        _capture(scoped)


def test_consent_to_an_older_text_is_asked_for_again(
    scoped: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _agree(scoped)
    monkeypatch.setattr(consent_text, "VERSION", "another")
    with pytest.raises(ConsentMissing):
        _capture(scoped)


def test_frames_need_an_open_capture(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    with pytest.raises(EnrolmentMissing):
        enrolment.frame_add(by=scoped.actor(scoped.maya), frame=jpeg())
    with pytest.raises(EnrolmentMissing):
        enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW)


def test_without_an_engine_nobody_enrols(scoped: World, settings: Any) -> None:
    settings.MUSTER_FACE_ENGINE = "none"
    _agree(scoped)
    with pytest.raises(EnrolmentImpossible):
        _capture(scoped)


def test_who_has_no_engagement_has_no_face(scoped: World) -> None:
    with pytest.raises(NotAllowed):
        enrolment.consent_answer(by=job_actor("sweep", scoped.company), is_given=True, now=NOW)


def test_taking_consent_back_deletes_the_templates(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    _capture(scoped)
    enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW)
    _agree(scoped, is_given=False)
    assert FaceTemplate.objects.count() == 0
    assert FaceEnrolment.objects.get().state == EnrolmentState.ENDED
    assert not enrolment.is_enrolled(scoped.maya)
    assert face_roster(_fresh(scoped), engine) == frozenset()


def test_a_new_enrolment_replaces_the_old_when_it_is_finished(
    scoped: World, engine: FakeEngine
) -> None:
    _agree(scoped)
    _capture(scoped)
    first = enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW)
    _capture(scoped)
    first.refresh_from_db()
    assert first.state == EnrolmentState.ACTIVE
    enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW + dt.timedelta(minutes=1))
    first.refresh_from_db()
    assert first.state == EnrolmentState.ENDED
    assert FaceTemplate.objects.count() == 3


def test_templates_are_sealed(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    _capture(scoped)
    rows = list(FaceTemplate.objects.all())
    assert {(row.engine, row.version, row.key_id) for row in rows} == {("fake", "1", "test-1")}
    assert all(b"template" not in bytes(row.ciphertext) for row in rows)
    assert len({bytes(row.ciphertext) for row in rows}) == 3


# --- the roster in memory ----------------------------------------------------------------------
def test_the_roster_follows_every_change_of_faces(
    scoped: World, engine: FakeEngine, django_assert_num_queries: object
) -> None:
    assert face_roster(_fresh(scoped), engine) == frozenset()
    _agree(scoped)
    _capture(scoped)
    assert face_roster(_fresh(scoped), engine) == frozenset()
    enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW)
    company = _fresh(scoped)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert face_roster(company, engine) == {str(scoped.maya.public_id)}
    with django_assert_num_queries(0):  # type: ignore[operator]
        face_roster(company, engine)


def test_who_left_is_not_in_the_roster(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    _capture(scoped)
    enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW)
    scoped.maya.left_on = dt.date(2026, 1, 31)
    scoped.maya.save(update_fields=["left_on"])
    # The engagement is no face row: the roster of a new day, or of another process, leaves it out.
    from attendance.services import face_roster as module

    module._cache.clear()
    assert face_roster(_fresh(scoped), engine) == frozenset()


def test_rosters_of_two_companies_do_not_mix(
    scoped: World, other_world: World, engine: FakeEngine
) -> None:
    _agree(scoped)
    _capture(scoped)
    enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW)
    with company_scope(other_world.company):
        assert face_roster(_fresh(other_world), engine) == frozenset()
    assert face_roster(_fresh(scoped), engine) == {str(scoped.maya.public_id)}


def test_a_capture_begun_again_drops_the_unfinished_one(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    _capture(scoped, frames=2)
    _capture(scoped, frames=1)
    states = list(FaceEnrolment.objects.order_by("id").values_list("state", flat=True))
    assert states == [EnrolmentState.ENDED, EnrolmentState.CAPTURING]
    assert FaceTemplate.objects.count() == 1
    ended = AuditEvent.objects.filter(verb="face_enrolment_ended")
    assert [event.actor_name for event in ended] == ["Maya"]


def test_an_engine_that_is_down_takes_no_frame(scoped: World, engine: FakeEngine) -> None:
    _agree(scoped)
    _capture(scoped, frames=1)
    engine.failures = 1
    with pytest.raises(EnrolmentImpossible):
        enrolment.frame_add(by=scoped.actor(scoped.maya), frame=jpeg())
    assert enrolment.frame_add(by=scoped.actor(scoped.maya), frame=jpeg()).count == 2


def test_a_process_keeps_so_many_rosters_and_no_more(
    world: World, other_world: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_module, "_MOST_ROSTERS", 1)
    monkeypatch.setattr(roster_module, "_cache", {})
    for each in (world, other_world, world):
        with company_scope(each.company):
            assert face_roster(_fresh(each), engine) == frozenset()
        assert [key[0] for key in roster_module._cache] == [each.company.public_id]


@pytest.mark.parametrize(
    "said",
    [
        "turn your head and takes a second picture",
        "your check-in counts meanwhile",
        "if your company has chosen so, a check-in does not count that shows another face",
    ],
)
def test_the_text_says_all_that_a_company_may_choose(said: str) -> None:
    assert said in consent_text.plain()
    assert "never decides by itself" not in consent_text.plain()


def test_the_evening_of_a_last_day_is_still_compared_where_utc_is_a_day_ahead(
    scoped: World, engine: FakeEngine
) -> None:
    _agree(scoped)
    _capture(scoped)
    enrolment.enrolment_finish(by=scoped.actor(scoped.maya), now=NOW)
    Employee.objects.filter(pk=scoped.maya.pk).update(left_on=dt.date(2026, 3, 31))
    for hour, found in ((1, {str(scoped.maya.public_id)}), (13, frozenset())):
        # At 1 in UTC it is 6 in the evening in California, and they check out.
        with time_machine.travel(dt.datetime(2026, 4, 1, hour, tzinfo=dt.UTC), tick=False):
            assert face_roster(_fresh(scoped), engine) == found
