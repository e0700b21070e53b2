"""What a company may begin with, by country: leave types, plans, days off, what each rests on.

Plain data in a file a country. They are starting points: what a company makes of them is its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent
# Each has a file of its name.
COUNTRIES: Final = ("NP", "IN", "GB", "US")


@dataclass(frozen=True, slots=True)
class Source:
    """A law or a statistic that a starter rests on, and where it is found."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class StarterPlan:
    """A way to earn a type: the columns of `LeavePlanVersion`."""

    name: str
    basis: str
    rules: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StarterType:
    """A leave type: the columns of `LeaveTypeVersion`, who decides, and how it may be earned."""

    code: str
    name: str
    colour: str
    basis: str
    rules: Mapping[str, Any]
    chain: Sequence[Mapping[str, Any]] = ()
    plans: Sequence[StarterPlan] = ()


@dataclass(frozen=True, slots=True)
class Starter:
    """What a company in a country may begin with."""

    country: str
    name: str
    weekly_off: Mapping[str, Any]
    weekly_off_basis: str
    public_holidays: str
    sources: Sequence[Source]
    types: Sequence[StarterType]


@cache
def starter_of(country: str) -> Starter | None:
    """Return the starter of a country of two letters, or none where there is none."""
    import yaml  # noqa: PLC0415  # only who sets a company up needs it

    if country not in COUNTRIES:
        return None
    read = yaml.safe_load((_FOLDER / f"{country.lower()}.yaml").read_text(encoding="utf-8"))
    return Starter(
        **{
            **read,
            "sources": tuple(Source(**each) for each in read["sources"]),
            "types": tuple(_type(each) for each in read["types"]),
        }
    )


def _type(read: dict[str, Any]) -> StarterType:
    plans = tuple(StarterPlan(**each) for each in read.get("plans", ()))
    return StarterType(**{**read, "plans": plans})
