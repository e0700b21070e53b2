"""The data of the starters, and the page about them, say the same; every source has an address."""

from __future__ import annotations

import re

import pytest

from leave.admin.starters import plan_words, type_words
from leave.starters import COUNTRIES, Starter, starter_of
from tests.repository import texts


def _known(country: str) -> Starter:
    found = starter_of(country)
    assert found is not None
    return found


def _section(name: str) -> str:
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", texts()["docs/starters.md"], re.M | re.S)
    assert found is not None
    return found[1]


def _rows(section: str, columns: int) -> list[list[str]]:
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows if len(row) == columns]


def test_there_is_a_file_and_a_section_for_every_country() -> None:
    files = {name for name in texts() if re.fullmatch(r"leave/starters/..\.yaml", name)}
    assert files == {f"leave/starters/{country.lower()}.yaml" for country in COUNTRIES}
    told = re.findall(r"^## (.+)$", texts()["docs/starters.md"], re.M)
    assert told == [_known(country).name for country in COUNTRIES]
    assert starter_of("FR") is None


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_page_tells_what_the_data_says(country: str) -> None:
    starter = _known(country)
    section = _section(starter.name)
    _heading, *types = _rows(section, 4)
    assert types == [
        [spec.code, spec.name, ", ".join(type_words(spec)), spec.basis] for spec in starter.types
    ]
    _heading, *plans = _rows(section, 3)
    assert plans == [
        [plan.name, plan_words(plan), plan.basis] for spec in starter.types for plan in spec.plans
    ]
    for words in (starter.weekly_off_basis, starter.public_holidays):
        assert words in section
    for source in starter.sources:
        assert f"[{source.title}]({source.url})" in section


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_line_says_what_it_rests_on(country: str) -> None:
    starter = _known(country)
    assert starter.country == country
    assert all(source.url.startswith("https://") for source in starter.sources)
    for spec in starter.types:
        assert spec.basis.endswith(".") and len(spec.basis) <= 300
        assert all(plan.basis.endswith(".") for plan in spec.plans)
    codes = [spec.code for spec in starter.types]
    assert len(set(codes)) == len(codes)
