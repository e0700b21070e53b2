"""docs/deploy.md: its sums are right, and what its commands name is there."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.management import get_commands

from infrastructure import release, stacks
from portal import lambda_entry
from tests.infrastructure.templates import NAMES, template
from tests.repository import ROOT, texts

PAGE = texts()["docs/deploy.md"]


def _tables() -> list[list[list[str]]]:
    """Return the tables that end in a sum, as rows of cells."""
    tables: list[list[list[str]]] = [[]]
    for line in PAGE.splitlines():
        if line.startswith("|"):
            tables[-1].append([cell.strip(" *") for cell in line.strip("|").split("|")])
        elif tables[-1]:
            tables.append([])
    return [table for table in tables if table and table[-1][0] == "Sum"]


def test_every_sum_is_right() -> None:
    tables = _tables()
    assert len(tables) == 2
    for table in tables:
        *rows, total = table[2:]
        for column in range(2, len(total)):
            added = sum(Decimal(row[column]) for row in rows)
            assert added == Decimal(total[column])


# What a row says is counted, as Python counts it.
COUNTED = {
    "0.5 × 0.12 × 730": ("43.80", 0.5 * 0.12 * 730),
    "730 × 5.5 / 60 × 0.12": ("8.03", 730 * 5.5 / 60 * 0.12),
    "8 × 0.015 × 730": ("87.60", 8 * 0.015 * 730),
    "(0.045 + 0.005) × 730": ("36.50", 0.05 * 730),
    "50 × 0.10 + 18 × 0.30": ("10.40", 50 * 0.10 + 18 * 0.30),
    "7 × 2 × 0.01 × 730": ("102.20", 7 * 2 * 0.01 * 730),
    "schedules, always on": ("1.23", 207_000 * (0.2 * 1.7275 * 0.0000166667 + 0.2 / 1e6)),
    "schedules, auto-pause": ("0.06", 18_000 * (0.2 * 1.0 * 0.0000166667 + 0.2 / 1e6)),
    "function, time": ("0.0446", 6_200 * 0.25 * 1.7275 * 0.0000166667),
    "function, requests": ("0.0012", 6_200 * 0.20 / 1e6),
    "API": ("0.0175", 5_000 * 3.50 / 1e6),
    "NAT, data": ("0.0135", 0.3 * 0.045),
    "pictures": ("0.0143", 2 * 0.005 + 2 * 0.0004 + 0.15 * 0.023),
    "data out": ("0.0068", 0.075 * 0.09),
    "journal": ("0.0058", 8_000 * 0.625 / 1e6 + 6_000 * 0.125 / 1e6),
    "log": ("0.0050", 0.01 * 0.50),
    "firewall": ("0.0030", 5_000 * 0.60 / 1e6),
    "Rekognition": ("2.0000", 2_000 * 0.001),
}


@pytest.mark.parametrize("what", COUNTED)
def test_a_figure_is_what_its_formula_gives(what: str) -> None:
    said, counted = COUNTED[what]
    step = 10 ** -len(said.partition(".")[2])
    assert abs(float(said) - counted) <= step * 0.51
    assert re.search(rf"(?<![\d.]){re.escape(said)}(?![\d])", PAGE)


# --- commands -------------------------------------------------------------------------------------
def test_every_command_of_a_stage_may_be_run_there() -> None:
    told = set(re.findall(r'COMMAND="(\w+)', PAGE))
    assert {"migrate", "doctor", "operator_create"} <= told
    assert told <= get_commands().keys() & lambda_entry.COMMANDS
    # And what a release asks by itself (infrastructure/release.py).
    assert {command.split()[0] for command in release.COMMANDS} <= lambda_entry.COMMANDS


def test_every_parameter_of_a_stack_exists() -> None:
    told = re.findall(r'PART=(\w+) PARAMETERS="([^"]+)"', PAGE)
    assert {part for part, _given in told} == {"base", "database", "wiring"}
    assert set(re.findall(r"PART=(\w+)", PAGE)) == set(stacks.PARTS)
    for part, given in told:
        names = re.findall(r"(\w+)=", given)
        assert set(names) <= template(part)["Parameters"].keys()


def test_what_has_no_default_and_no_earlier_stack_says_is_given() -> None:
    given = {
        part: set(re.findall(r"(\w+)=", names))
        for part, names in re.findall(r'PART=(\w+) PARAMETERS="([^"]+)"', PAGE)
    }
    given["base"] |= {"PublicHost", "MailDomain", "AlarmEmail"}
    given["wiring"] |= {"RestApiId", "CertificateArn"}
    said = {"Stage", *template("base")["Outputs"], *template("database")["Outputs"]}
    for part, names in given.items():
        asked = {
            name for name, item in template(part)["Parameters"].items() if "Default" not in item
        }
        assert asked <= names | (said if part != "base" else {"Stage"}), part


def test_every_file_that_is_named_exists() -> None:
    told = re.findall(r"(?:infrastructure|portal|tests|docs)/[\w/.-]+\.(?:yaml|py|json|md)", PAGE)
    assert told
    assert [name for name in told if not (ROOT / name).exists()] == []


def test_every_alarm_that_is_named_exists() -> None:
    named = set(re.findall(r"alarms? `muster-(?:<stage>|staging)-([\w-]+)`", PAGE))
    there = {
        item["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("muster-${Stage}-")
        for item in template("alarms")["Resources"].values()
        if "AlarmName" in item["Properties"]
    }
    assert {"dead-letters", "journal-parked", "release"} == named
    assert named <= there


def test_the_rate_of_a_stage_is_the_one_that_is_told() -> None:
    assert f"to {release.RATE} requests a second, {release.BURST} at once" in " ".join(PAGE.split())
    assert f"for {release.WATCHED_MINUTES} minutes" in PAGE


def test_what_is_kept_is_told() -> None:
    kept = [
        name
        for part in NAMES
        for name, item in template(part)["Resources"].items()
        if item.get("DeletionPolicy") in {"Retain", "Snapshot"}
    ]
    assert len(kept) == 7
    paragraph = " ".join(PAGE.split()).partition("Kept on purpose: ")[2].partition(". The")[0]
    assert paragraph == (
        "the journal, the pictures, the user pool, the keys, the database's secret and a last "
        "snapshot of it"
    )
