"""Make a company in a database of its own, or say what punches stand there; for other processes.

`make N` prints the pass of each of N people as JSON, `read` each punch with its picture's key.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django


def make(count: int) -> list[dict[str, str]]:
    """Migrate, and return the passes of so many people, who all agree to pictures."""
    from django.core.management import call_command

    from attendance import passes
    from companies.scoping import company_scope
    from tests.attendance.world import make_person, make_world

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    world = make_world()
    people = []
    for number in range(count):
        with company_scope(world.company):
            person = make_person(world.company, f"P{number}", world.office, world.day_shift)
        world.agree(person)
        people.append({"pass": passes.issue(world.claim(person, has_consent=True))})
    return people


def read() -> list[dict[str, Any]]:
    """Return what stands in the records, oldest first."""
    from attendance.models import PunchState
    from companies.scoping import no_scope

    with no_scope("a proof: every punch"):
        states = PunchState.objects.order_by("punch__id")
        return [
            {"tap": str(tap), "id": str(public_id), "face": face, "frame": frame}
            for tap, public_id, face, frame in states.values_list(
                "punch__tap_id", "punch__public_id", "face", "punch__frames__storage_key"
            )
        ]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    wanted = make(int(sys.argv[2])) if sys.argv[1] == "make" else read()
    json.dump(wanted, sys.stdout)
