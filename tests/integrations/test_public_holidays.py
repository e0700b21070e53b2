"""Public holidays by the library: of a country, of a region, and what is unknown."""

from __future__ import annotations

import datetime as dt

import pytest

from integrations.public_holidays import public_holidays


@pytest.mark.parametrize(
    ("country", "region", "date", "name", "has_region"),
    [
        ("NP", "", "2026-01-11", "Prithvi Jayanti", False),
        ("IN", "", "2026-01-26", "Republic Day", False),
        ("IN", "MH", "2026-02-19", "Chhatrapati Shivaji Maharaj's Birthday", True),
        ("GB", "ENG", "2026-04-03", "Good Friday", True),
        ("US", "", "2026-01-19", "Martin Luther King Jr. Day", False),
        ("IN", "ZZ", "2026-01-26", "Republic Day", False),
    ],
)
def test_a_year_has_them_by_date(
    country: str, region: str, date: str, name: str, has_region: bool
) -> None:
    found = public_holidays(country, region, 2026)

    assert found is not None
    assert found.names[dt.date.fromisoformat(date)] == name
    assert found.has_region is has_region
    assert list(found.names) == sorted(found.names)
    assert {day.year for day in found.names} == {2026}


def test_a_region_has_more_than_its_country() -> None:
    of_region, of_country = public_holidays("IN", "MH", 2026), public_holidays("IN", "", 2026)
    assert of_region is not None and of_country is not None
    assert dt.date(2026, 2, 19) not in of_country.names


def test_a_country_that_is_unknown_has_none() -> None:
    assert public_holidays("XX", "", 2026) is None
