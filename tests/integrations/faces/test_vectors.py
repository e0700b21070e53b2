"""Vectors as bytes, and the roster of means."""

from __future__ import annotations

import numpy as np
import pytest

from integrations.errors import Misconfigured
from integrations.faces import vectors
from integrations.faces.vectors import Vector, VectorRoster


def vector(**places: float) -> Vector:
    """Return a vector of zeros but for the named places (`p0=0.3`)."""
    made = np.zeros(vectors.LENGTH, dtype=np.float32)
    for place, value in places.items():
        made[int(place[1:])] = value
    return made


def template(**places: float) -> bytes:
    return vectors.to_bytes(vector(**places))


def test_vector_survives_as_512_bytes() -> None:
    made = vector(p0=0.25, p127=-1.5)
    stored = vectors.to_bytes(made)

    assert len(stored) == 512
    assert stored[:4] == b"\x00\x00\x80\x3e"
    assert vectors.from_bytes(stored).tolist() == made.tolist()


@pytest.mark.parametrize(
    "stored",
    [b"", b"\0" * 511, b"\0" * 513, template(p3=float("nan")), template(p3=float("inf"))],
)
def test_other_bytes_are_no_vector(stored: bytes) -> None:
    with pytest.raises(Misconfigured) as caught:
        vectors.from_bytes(stored)

    assert (caught.value.code, caught.value.values) == ("template_unreadable", {})


def test_distance_is_euclidean() -> None:
    assert vectors.distance(vector(p0=3), vector(p1=4)) == 5.0


def test_roster_compares_with_the_mean_of_each_person() -> None:
    roster = VectorRoster([("asha", [template(p0=1), template(p0=3)]), ("ravi", [template(p0=8)])])

    assert roster.distances(vector(p0=2), person="asha") == (0.0, True)
    assert roster.distances(vector(p0=2), person="ravi") == (6.0, False)
    assert roster.distances(vector(p0=5), person="asha") == (3.0, True)
    assert roster.distances(vector(p0=5.5), person="asha") == (3.5, False)


def test_roster_knows_whom_it_holds() -> None:
    roster = VectorRoster([("asha", [template(p0=1)]), ("nobody", [])])

    assert (len(roster), "asha" in roster, "nobody" in roster, "ravi" in roster) == (
        1,
        True,
        False,
        False,
    )
    with pytest.raises(KeyError):
        roster.distances(vector(), person="nobody")


def test_empty_roster_holds_nobody() -> None:
    assert len(VectorRoster([])) == 0


def test_roster_refuses_a_template_of_another_engine() -> None:
    with pytest.raises(Misconfigured):
        VectorRoster([("asha", [b"an id of a hosted service"])])


def test_same_face_enrolled_twice_is_nearest_for_both() -> None:
    roster = VectorRoster([("one", [template(p0=1)]), ("two", [template(p0=1)])])

    assert roster.distances(vector(p0=1), person="one") == (0.0, True)
    assert roster.distances(vector(p0=1), person="two") == (0.0, True)


def test_roster_finds_the_nearest_among_many() -> None:
    generator = np.random.default_rng(7)
    every = generator.normal(0, 0.1, (300, vectors.LENGTH)).astype(np.float32)
    roster = VectorRoster((f"p{row}", [vectors.to_bytes(made)]) for row, made in enumerate(every))
    probe = every[123] + np.float32(0.001)

    nearest = [person for person in range(300) if roster.distances(probe, person=f"p{person}")[1]]

    assert nearest == [123]


def test_repr_of_roster_tells_only_its_size() -> None:
    assert repr(VectorRoster([("asha", [template(p0=0.123)])])) == "<VectorRoster of 1>"
