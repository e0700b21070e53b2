"""A company that asks for a head turn, and the page that makes it; shared by the tests of it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from attendance.enums import Turn
from attendance.models import PunchState
from companies.enums import LivenessPolicy
from companies.models import AuditEvent, PolicyVersion
from companies.scoping import company_scope
from integrations.faces.protocol import Advice, FacePose
from tests.attendance.doorway import body, frame, knock
from tests.attendance.fakes import FakeEngine
from tests.attendance.world import START, ZONE, World

STRAIGHT = FacePose(Advice.OK, 0.0, 0.7)


def turned(turn: str, by: float = 0.22) -> FacePose:
    """Return where a head points that turned to that side."""
    return FacePose(Advice.OK, by if turn == Turn.LEFT else -by, 0.72)


def asks_for_turn(world: World, liveness: str = LivenessPolicy.FLAG, **policy: Any) -> None:
    """Let the company ask for a head turn, from the start."""
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, allows_unchecked=True,
            liveness=liveness, **policy,
        )  # fmt: skip
    world.company.refresh_from_db()


class Page:
    """Maya's page after she checked in: what it was answered, and what it may ask next."""

    def __init__(self, client: Client, world: World, **changes: Any) -> None:
        self.client, self.world = client, world
        self.passed = world.pass_of(world.maya)
        fields = {"frame": frame(), **changes}
        answer: Any = knock(client, "/punch", body(world, **fields))
        assert answer.status_code in (200, 201), answer.content
        self.said: dict[str, Any] = answer.json()
        self.question: dict[str, Any] = self.said.get("question", {})

    def look(self, **changes: Any) -> Any:
        """Send one frame of the head."""
        fields = {"pass": self.passed, "nonce": self.question["nonce"], "frame": frame(), **changes}
        return knock(self.client, self.said["turn"], fields)

    def ask_again(self) -> Any:
        answer: Any = knock(self.client, self.said["ask"], {"pass": self.passed})
        if answer.status_code == 200:
            self.question = answer.json()["question"]
        return answer

    def verify(self) -> Any:
        return knock(self.client, self.said["verify"], {"pass": self.passed})

    def state(self) -> PunchState:
        with company_scope(self.world.company):
            found: PunchState = PunchState.objects.get(punch__public_id=self.said["id"])
        return found


def enrolled(world: World, enrol: Any, **policy: Any) -> World:
    """Enrol Maya in a company with that policy."""
    enrol(world, world.maya)
    asks_for_turn(world, **policy)
    return world


def turn_head(page: Page, engine: FakeEngine) -> None:
    """Turn the head as the page asks for it."""
    engine.poses = [STRAIGHT, turned(page.question["turn"])]
    assert page.look().json()["state"] == "reached"


def verbs_of(world: World) -> list[str]:
    """Return what the face check told the audit, in order."""
    with company_scope(world.company):
        found = AuditEvent.objects.filter(actor_id="face_check").order_by("id")
        return list(found.values_list("verb", flat=True))
