"""The register of steps."""

import re

import pytest

from attendance.rules import steps
from attendance.rules.steps import REGISTRY, Trail
from attendance.rules.types import Step
from tests.attendance.rules.build import ZONE, at


def test_trail_collects_registered_steps_in_order() -> None:
    trail = Trail(ZONE)
    trail.add("no_shift")
    trail.add("overlap")
    assert trail.steps == (Step("no_shift", {}), Step("overlap", {}))


def test_trail_shows_wall_time() -> None:
    trail = Trail(ZONE)
    assert trail.wall(at("09:16:05")) == "2026-03-02T09:16:05+05:45"
    assert trail.clock(at("09:16:05")) == "09:16"


def test_trail_refuses_unregistered_code() -> None:
    with pytest.raises(LookupError, match="'tea' is not registered"):
        Trail(ZONE).add("tea")


@pytest.mark.parametrize("values", [{}, {"worked": 1, "more": 2}, {"hours": 1}])
def test_trail_refuses_other_values_than_registered(values: dict[str, int]) -> None:
    with pytest.raises(LookupError, match="'enough' is not registered"):
        Trail(ZONE).add("enough", **values)


def test_docstring_table_lists_what_is_registered() -> None:
    listed = {}
    for code, values in re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", steps.__doc__ or "", re.M):
        names = re.sub(r"\([^)]*\)", "", values).split(",")
        listed[code] = tuple(name.strip() for name in names if name.strip() != "–")
    assert listed == REGISTRY
