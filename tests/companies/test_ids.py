"""Public ids: version, variant, order, and nothing to count by."""

from __future__ import annotations

import datetime as dt
import uuid

import time_machine

from companies.ids import uuid7

NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)


def _milliseconds(found: uuid.UUID) -> int:
    return found.int >> 80


def test_an_id_is_a_uuid_of_version_seven() -> None:
    for _n in range(200):
        found = uuid7()
        assert (found.version, found.variant) == (7, uuid.RFC_4122)


def test_an_id_begins_with_the_milliseconds_of_its_making() -> None:
    with time_machine.travel(NOW, tick=False):
        assert _milliseconds(uuid7()) == int(NOW.timestamp() * 1000)


def test_ids_sort_by_age() -> None:
    made = []
    for millisecond in range(50):
        with time_machine.travel(NOW + dt.timedelta(milliseconds=millisecond), tick=False):
            made.append(uuid7())
    assert made == sorted(made)
    assert [str(item) for item in made] == sorted(str(item) for item in made)


def test_ids_of_one_moment_differ_in_every_random_bit() -> None:
    with time_machine.travel(NOW, tick=False):
        made = [uuid7().int for _n in range(400)]
    assert len(set(made)) == 400
    always_on, ever_on = made[0], 0
    for number in made:
        always_on &= number
        ever_on |= number
    # 74 of the 128 bits: 12 below the version, 62 below the variant.
    assert (ever_on ^ always_on) == (0xFFF << 64) | (2**62 - 1)
