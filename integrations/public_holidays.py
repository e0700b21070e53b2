"""Public holidays of countries and regions, as the library `holidays` knows them.

A suggestion: a company confirms which of them it gives. It is imported where it is asked.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

# The library's own years; outside it guesses.
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True)
class PublicHolidays:
    """The holidays of a year by date; `has_region` is false where only the country is known."""

    names: dict[dt.date, str]
    has_region: bool


def public_holidays(country: str, region: str, year: int) -> PublicHolidays | None:
    """Return the public holidays of a country (two letters) and region; None for one unknown.

    Of a region that is unknown they are those of the country.
    """
    import holidays  # noqa: PLC0415  # HR looks once a year

    try:
        known = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return None
    has_region = region in known.subdivisions
    language = "en_US" if "en_US" in known.supported_languages else None
    found = holidays.country_holidays(
        country, subdiv=region if has_region else None, years=year, language=language
    )
    return PublicHolidays(dict(sorted(found.items())), has_region)
