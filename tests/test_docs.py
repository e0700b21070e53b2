"""What the documentation says is so: settings, links, commands, and every number of an example."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import get_commands

from attendance.rules.types import DayKind, DayType, Verdict
from attendance.wording import minutes
from portal import jobs
from tests.attendance.rules.build import DAY_OFF, duty, home, judged, leave, shift
from tests.repository import APPS, ROOT, of_kind, texts

DOCS = of_kind(".md")


# --- settings -------------------------------------------------------------------------------------
def _read_from_the_environment() -> set[str]:
    calls = (
        node
        for node in ast.walk(ast.parse(texts()["portal/settings.py"]))
        if isinstance(node, ast.Call) and re.fullmatch(r"env\.\w+", ast.unparse(node.func))
    )
    return {ast.literal_eval(call.args[0]) for call in calls}


def test_settings_that_are_read_and_settings_that_are_told_are_the_same() -> None:
    told = re.findall(r"^\| `([A-Z_]+)` \|", texts()["docs/settings.md"], re.MULTILINE)
    assert sorted(told) == sorted(_read_from_the_environment())


# --- links, pictures, commands --------------------------------------------------------------------
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", sorted(DOCS))
def test_every_link_leads_somewhere(name: str) -> None:
    for target in LINK.findall(DOCS[name]):
        if target.startswith("https://"):
            continue  # other people's pages are theirs to keep
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), target
        assert not anchor or anchor in _anchors(file.read_text()), target


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_of_the_documentation_is_linked() -> None:
    linked = {
        ((ROOT / name).parent / target.partition("#")[0]).resolve()
        for name, text in DOCS.items()
        for target in LINK.findall(text)
    }
    pages = {(ROOT / name).resolve() for name in DOCS if name.startswith("docs/")}
    assert pages - linked == set()


def test_every_target_of_make_that_is_told_exists() -> None:
    there = set(re.findall(r"^([a-z-]+):.*##", texts()["Makefile"], re.MULTILINE))
    pattern = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)
    told = {word for text in DOCS.values() for word in pattern.findall(text)}
    assert {"run", "test", "check"} <= told <= there


def test_every_command_that_is_told_exists() -> None:
    told = {word for text in DOCS.values() for word in re.findall(r"manage\.py ([a-z_]+)", text)}
    assert {"migrate", "company_create", "scheduler"} <= told <= get_commands().keys()


def test_every_job_is_told() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \| every", texts()["docs/architecture.md"], re.MULTILINE)
    assert told == [job.name for job in jobs.JOBS]


def test_every_table_is_told() -> None:
    (section,) = re.findall(r"## Tables\n(.*?)\n## ", texts()["docs/architecture.md"], re.DOTALL)
    rows = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    told = [word for row in rows for word in re.findall(r"`(\w+)`", row)]
    ours = [model.__name__ for model in apps.get_models() if model._meta.app_label in APPS]
    assert sorted(told) == sorted(ours)


# --- decisions ------------------------------------------------------------------------------------
DECISIONS = sorted(name for name in DOCS if re.match(r"docs/adr/\d{4}-", name))
PARTS = ["Context", "Decision", "Consequences", "Alternatives"]


def test_decisions_are_numbered_without_gaps_and_listed_in_order() -> None:
    numbers = [int(Path(name).name[:4]) for name in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert LINK.findall(texts()["docs/adr/README.md"]) == [Path(name).name for name in DECISIONS]


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_has_its_parts_on_one_page(name: str) -> None:
    text = DOCS[name]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert re.search(r"^Status: (accepted|superseded by \d{4}), \d{4}-\d{2}$", text, re.MULTILINE)
    assert len(text.splitlines()) <= 60


# --- examples of the rules ------------------------------------------------------------------------
GRACE = {"late_grace_minutes": 10, "early_grace_minutes": 5}
BELOW = {"half_day_below_minutes": 360, "absent_below_minutes": 180}
DAY = shift("09:00-17:30", "13:00-13:30", **GRACE, **BELOW)
NIGHT = shift("22:00-06:00", "02:00-02:30", **GRACE, **BELOW)
GIVEN: dict[str, dict[str, Any]] = {
    "": {},
    "leave (CL)": {"marks": (leave(),)},
    "leave (CL) in the first half": {"marks": (leave("am"),)},
    "leave (CL) 09:00–11:00": {"marks": (leave("09:00-11:00"),)},
    "on duty": {"marks": (duty(),)},
    "work from home": {"marks": (home(),)},
    "weekly off": {"day_kind": DAY_OFF},
    "half holiday, afternoon off": {"day_kind": DayKind(DayType.HALF_HOLIDAY_PM, "Festival")},
    "night shift": {"shift": NIGHT, "now": "+2 12:00"},
}


def _examples() -> Iterator[list[str]]:
    heading = "| punched | given | the day | worked | late | left early |"
    is_inside = False
    for line in texts()["docs/rules.md"].splitlines():
        is_inside = line == heading or (is_inside and line.startswith("|"))
        if is_inside and line != heading and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def _said(verdict: Verdict) -> list[str]:
    assert verdict.status is not None
    figures = (verdict.worked_minutes, verdict.late_minutes, verdict.early_minutes)
    return [
        f"{verdict.code} {verdict.status.label}",
        *(minutes(count) if count else "–" for count in figures),
    ]


@pytest.mark.parametrize("cells", list(_examples()), ids=lambda cells: f"{cells[0]} {cells[1]}")
def test_an_example_of_the_rules_is_right(cells: list[str]) -> None:
    punched, given, *expected = cells
    texts_of = [] if punched == "–" else punched.split(", ")
    verdict = judged(*texts_of, **{"shift": DAY, **GIVEN[given]})
    assert _said(verdict) == expected


def test_there_are_examples_and_each_of_what_may_be_given_is_used() -> None:
    assert {cells[1] for cells in _examples()} == GIVEN.keys()
