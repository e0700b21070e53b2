"""One look at the real Amazon Rekognition.

    AWS_REKOGNITION_LIVE=1 python -m benchmarks.rekognition_live

Everything else is tested against a stand-in; this asks AWS itself, with the credentials and region
of the environment, for some 15 calls that are paid for. It makes a collection of its own, enrols
two public persons, compares them, looks at a turned head, forgets, and deletes the collection. It
ends with 1 where AWS answers otherwise than the engine expects, and prints what it answered.
"""

from __future__ import annotations

import os
import secrets
import sys
import uuid
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from integrations.faces.protocol import Outcome, Purpose  # noqa: E402
from integrations.faces.rekognition import RekognitionEngine  # noqa: E402
from integrations.faces.rekognition_calls import _client  # noqa: E402
from tests.portraits import fetch, portrait, turned  # noqa: E402


def _findings(engine: RekognitionEngine, gallery: str) -> dict[str, tuple[Any, bool]]:
    """Return what was seen by what it is, and whether it is as the engine expects."""
    kept = {
        name: engine.read(portrait(name), purpose=Purpose.ENROL, gallery=gallery)
        for name in ("obama2", "obama3", "biden")
    }
    templates = {name: reading.template or b"" for name, reading in kept.items()}
    own = [templates["obama2"], templates["obama3"]]
    roster = engine.roster([("barack", own), ("joe", [templates["biden"]])])
    reading = engine.read(portrait("obama"), purpose=Purpose.CHECK)
    right = engine.match(reading, person="barack", roster=roster)
    wrong = engine.match(reading, person="joe", roster=roster)
    straight = engine.pose(portrait("obama"))
    to_left = engine.pose(turned(portrait("obama"), to_own_left=True))
    found: dict[str, tuple[Any, bool]] = {
        "three faces are kept": (len(engine.kept(gallery)), len(engine.kept(gallery)) == 3),
        "two pictures of one person": (None, engine.same_person(*own)),
        "two persons": (None, not engine.same_person(own[0], templates["biden"])),
        "the right person": (right, right.outcome in (Outcome.VERIFIED, Outcome.REVIEW)),
        "the wrong person": (wrong, wrong.outcome == Outcome.MISMATCH),
        "a head turned to its own left": (to_left.turn, to_left.turn > straight.turn),
    }
    engine.forget([reading.external_id for reading in kept.values()])
    found["nothing is kept"] = (engine.kept(gallery), engine.kept(gallery) == [])
    return found


def main() -> int:
    """Ask AWS; see the module."""
    if os.environ.get("AWS_REKOGNITION_LIVE") != "1":
        sys.stderr.write("This asks AWS and costs money: set AWS_REKOGNITION_LIVE=1.\n")
        return 2
    fetch()
    prefix, gallery = f"muster-live-{secrets.token_hex(4)}", str(uuid.uuid4())
    engine = RekognitionEngine(prefix=prefix, match="search", most_a_second=5)
    try:
        found = _findings(engine, gallery)
    finally:
        _client().delete_collection(CollectionId=f"{prefix}-{gallery}")
    for what, (seen, is_right) in found.items():
        print("ok  " if is_right else "NOT ", what, "" if seen is None else seen)
    return 0 if all(is_right for _seen, is_right in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
