"""Who may look, decide and close: every predicate for everybody who might ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import time_machine

from attendance import permissions
from attendance.models import FaceEnrolment, Punch, PunchFrame, PunchState
from companies.actor import Actor, job_actor
from companies.enums import ActorKind, Role
from companies.models import Placement
from companies.scoping import company_scope
from tests.attendance.world import START, World, at

Who = Callable[[World, World], Actor]

# who; sees Maya's picture, decides her punch, closes the month
WHO: dict[str, tuple[Who, tuple[bool, bool, bool]]] = {
    "herself": (lambda w, _o: w.actor(w.maya), (True, False, False)),
    "herself, as HR": (lambda w, _o: w.actor(w.maya, Role.HR), (True, False, True)),
    "herself, as HR without an engagement": (
        lambda w, _o: replace(w.actor(w.maya, Role.HR), employee=None), (True, False, True),
    ),
    "a colleague": (lambda w, _o: w.actor(w.bikram), (False, False, False)),
    "a manager": (lambda w, _o: w.actor(w.bikram, Role.MANAGER), (False, False, False)),
    "an auditor": (lambda w, _o: w.actor(w.bikram, Role.AUDITOR), (True, False, False)),
    "HR": (lambda w, _o: w.hr, (True, True, True)),
    "a company admin": (
        lambda w, _o: w.actor(w.bikram, Role.COMPANY_ADMIN), (True, True, True),
    ),
    "HR of another company": (lambda _w, o: o.hr, (False, False, False)),
    "HR who entered no company": (
        lambda w, _o: replace(w.hr, company=None, employee=None), (False, False, False),
    ),
    "a platform operator": (
        lambda _w, _o: Actor(kind=ActorKind.PLATFORM, name="Otto"), (False, False, False),
    ),
    "a job": (lambda w, _o: job_actor("sweep", w.company), (False, False, False)),
}  # fmt: skip


@pytest.mark.parametrize("who", WHO)
def test_who_may(world: World, other_world: World, who: str) -> None:
    recorded = world.punch(world.maya, "2026-03-02 09:04")
    make, expected = WHO[who]
    actor = make(world, other_world)
    with company_scope(world.company):
        punch = Punch.objects.select_related("employee").get(public_id=recorded.public_id)
        frame = PunchFrame(company=world.company, punch=punch, is_clean=True)
        assert (
            permissions.can_view_frame(actor, frame),
            permissions.can_decide_punch(actor, punch),
            permissions.can_close_month(actor, world.company),
        ) == expected
        frame.is_clean = False
        assert permissions.can_view_frame(actor, frame) is False


def test_a_manager_sees_the_pictures_of_a_doubt_until_a_week_after_it_was_decided(
    world: World, other_world: World
) -> None:
    recorded = world.punch(world.maya, "2026-03-02 09:04")
    with company_scope(world.company), time_machine.travel(at("2026-03-02 12:00"), tick=False):
        punch = Punch.objects.select_related("employee", "state").get(public_id=recorded.public_id)
        frame = PunchFrame(company=world.company, punch=punch, is_clean=True)
        enrolment = FaceEnrolment(company=world.company, employee=world.maya)
        manager, other = world.actor(world.bikram), other_world.hr

        def seen(flagged: bool, decided: str = "") -> tuple[bool, bool, bool]:
            PunchState.objects.update(
                is_flagged=flagged, decided_at=at(decided) if decided else None
            )
            punch.state.refresh_from_db()
            return (
                permissions.can_view_frame(manager, frame),
                permissions.can_view_reference(manager, enrolment),
                permissions.can_decide_punch(manager, punch),
            )

        assert seen(True) == (False, False, False)
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        assert seen(True) == (True, True, True)
        assert seen(False) == (False, False, True)
        assert seen(False, "2026-02-23 12:01") == (True, True, True)
        assert seen(False, "2026-02-23 12:00") == (False, False, True)
        assert permissions.can_view_frame(manager, frame, answers_for=True) is False
        seen(True)
        assert permissions.can_view_frame(manager, frame, answers_for=False) is False
        assert permissions.can_view_frame(manager, frame, answers_for=True) is True
        assert permissions.can_view_frame(other, frame, answers_for=True) is False
        assert permissions.can_view_reference(other, enrolment) is False
        assert permissions.can_view_reference(world.actor(world.maya), enrolment) is True
        assert permissions.can_view_reference(world.hr, enrolment) is True
        assert permissions.can_view_reference(world.actor(world.bikram), enrolment) is True
        Placement.objects.filter(employee=world.maya).update(manager=None)
        assert permissions.can_view_reference(world.actor(world.bikram), enrolment) is False


# who; judges Maya's days by hand, judges days anew, manages a team, has Maya in it, picks her
# holidays
MENDS: dict[str, tuple[bool, bool, bool, bool, bool]] = {
    "herself": (False, False, False, False, True),
    "herself, as HR": (False, True, True, False, True),
    "herself, as HR without an engagement": (False, True, True, False, True),
    "a colleague": (False, False, False, False, False),
    "a manager": (False, False, True, False, False),
    "an auditor": (False, False, False, False, False),
    "HR": (True, True, True, True, True),
    "a company admin": (True, True, True, True, True),
    "HR of another company": (False, False, True, False, False),
    "HR who entered no company": (False, False, False, False, False),
    "a platform operator": (False, False, False, False, False),
    "a job": (False, False, False, False, False),
}


@pytest.mark.parametrize("who", WHO)
def test_who_may_mend(world: World, other_world: World, who: str) -> None:
    actor = WHO[who][0](world, other_world)
    with company_scope(world.company):
        found = (
            permissions.can_judge_by_hand(actor, world.maya),
            permissions.can_recompute(actor, world.company),
            permissions.can_manage_team(actor),
            permissions.is_in_team(actor, world.maya, START),
            permissions.can_pick_holiday(actor, world.maya),
        )
    assert found == MENDS[who]
