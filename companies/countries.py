"""Countries by their two letters: names and time zones, as the time zone database lists them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources


def _lines(name: str) -> Iterator[list[str]]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return (line.split("\t") for line in text.splitlines() if not line.startswith("#"))


@cache
def countries() -> dict[str, str]:
    """Return the name of each country by its code, in order of the names."""
    return dict(sorted(_lines("iso3166.tab"), key=lambda pair: pair[1]))


def country_name(code: str) -> str:
    """Return the name of a country; the code itself where nobody knows it."""
    return countries().get(code, code)


def zone_of_country(code: str) -> str:
    """Return the time zone of a country that has one only; of several somebody must choose."""
    zones = [zone for country, _place, zone, *_note in _lines("zone.tab") if country == code]
    return zones[0] if len(zones) == 1 else ""
