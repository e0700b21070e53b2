"""Makes the company of the proof in the database that the environment names; prints who is in.

With `enrolled`, Maya shows her face to the engine that the environment names, as she would on the
page, and Hari begins to.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.attendance.world import World


def enrol(world: World) -> None:
    """Let Maya enrol by three portraits, and Hari agree and begin."""
    from django.utils import timezone

    from attendance.services import enrolment
    from companies.scoping import company_scope
    from tests.portraits import portrait

    now = timezone.now()
    with company_scope(world.company):
        for person in (world.maya, world.hari):
            enrolment.consent_answer(by=world.actor(person), is_given=True, now=now)
            enrolment.enrolment_start(by=world.actor(person), now=now)
        for name in ("obama", "obama2", "obama3"):
            kept = enrolment.frame_add(by=world.actor(world.maya), frame=portrait(name))
            assert kept.is_kept, kept
        enrolment.enrolment_finish(by=world.actor(world.maya), now=now)


def main() -> None:
    """Make a company, and print who may sign in; everybody's password is the tests' own."""
    django.setup()
    from tests.attendance.world import make_world

    world = make_world("prove")
    if sys.argv[1:] == ["enrolled"]:
        enrol(world)
    else:
        world.agree(world.maya)
    found = {
        "company": str(world.company.public_id),
        "employee": str(world.maya.public_id),
        "email": world.maya.email,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
