"""A version of an overtime policy that reaches back: who may, with what reason, after what look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from attendance.errors import DifferenceChanged
from attendance.services import overtime_changes
from companies.errors import NotAllowed, ReasonMissing
from tests.attendance.overtime_world import (
    MONDAY,
    NOW,
    figures,
    fresh,
    give_everybody,
    make_policy,
    new_version,
    rule,
    work,
)
from tests.attendance.world import World

pytestmark = pytest.mark.usefixtures("scoped")


@pytest.fixture(autouse=True)
def later() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_settled_days_change_by_hr_with_a_reason_and_as_it_was_seen(world: World) -> None:
    policy = make_policy(world, rule())
    give_everybody(world, policy)
    work(world, world.maya, MONDAY, ("09:00", "19:00"))
    version = new_version(policy, rule(employer_tolerance_minutes=120), starts_on=MONDAY)
    said: dict[str, Any] = {"version": version, "company": fresh(world.maya).company, "now": NOW}
    nobody = world.actor(world.maya)
    with pytest.raises(NotAllowed):
        overtime_changes.version_preview(**said, by=nobody)
    with pytest.raises(NotAllowed):
        overtime_changes.version_apply(**said, reason="x", fingerprint="", by=nobody)
    with pytest.raises(ReasonMissing):
        overtime_changes.version_apply(**said, reason=" ", fingerprint="", by=world.hr)
    with pytest.raises(DifferenceChanged):
        overtime_changes.version_apply(**said, reason="x", fingerprint="another", by=world.hr)
    assert figures(world.maya) == {"03-02": (90, 0, "counted")}
    seen = overtime_changes.version_preview(**said, by=world.hr)
    done = overtime_changes.version_apply(
        **said, reason="x", fingerprint=seen.fingerprint, by=world.hr
    )
    assert done.fingerprint == seen.fingerprint
    assert figures(world.maya) == {}
