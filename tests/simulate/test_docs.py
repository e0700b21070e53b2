"""Every example of docs/simulate.md is run, and every key of the form is told there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attendance.simulate import scenario
from attendance.wording import minutes
from leave.rules.asking import Refusal
from leave.rules.earned import Denied
from leave.simulate import form
from portal import simulation
from tests.repository import texts
from tests.simulate.test_command import run

FORM = simulation.form()
RESERVED = [name for name in scenario.RESERVED if name not in form.KEYS]
PAGE = texts()["docs/simulate.md"]
HEADING = "| person | date | the day | worked | late | left early | needs a human |"
# A scenario and what comes after it: a block of another kind, or a table.
EXAMPLE = re.compile(
    r"```yaml\n(.*?)```\n(?:.*?)(```(json|text)\n(.*?)```|\|.*?\n(?!\|))", re.DOTALL
)
EXAMPLES = [(text, kind or "table", block or table)
            for text, table, kind, block in EXAMPLE.findall(PAGE)]  # fmt: skip


def _days(answer: dict[str, Any]) -> Iterator[list[str]]:
    for day in answer.get("days", ()):
        figures = (day["worked_minutes"], day["late_minutes"], day["early_minutes"])
        said = [minutes(figure) if figure else "–" for figure in figures]
        yield [day["person"], day["date"], day["code"], *said, ", ".join(day["exceptions"]) or "–"]


def _part_of(told: Any, whole: Any) -> Any:
    """The whole, less what is not told."""
    if isinstance(told, dict):
        return {key: _part_of(value, whole[key]) for key, value in told.items()}
    if isinstance(told, list):
        assert len(told) == len(whole)
        return [_part_of(*pair) for pair in zip(told, whole, strict=True)]
    return whole


@pytest.mark.parametrize(("text", "kind", "told"), EXAMPLES)
def test_an_example_is_answered_as_it_says(
    text: str, kind: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scenario.yaml").write_text(text)
    code, out, err = run("scenario.yaml")
    if kind == "text":
        assert err == told
        assert (code, out) == (3 if told.startswith("unsupported: ") else 2, "")
        return
    assert (code, err) == (0, "")
    answers = json.loads(out)["answers"]
    if kind == "json":
        assert _part_of(json.loads(told), json.loads(out)) == json.loads(told)
        return
    heading, _line, *rows = told.splitlines()
    assert heading == HEADING
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row for answer in answers for row in _days(answer)] == cells


def test_every_scenario_of_the_page_is_an_example() -> None:
    kinds = [kind for _text, kind, _told in EXAMPLES]
    two = ["json"] * 2
    leave, closing = ["json"] * 8, ["json"] * 3
    assert kinds == ["json", *["table"] * 3, "json", *two, *leave, *closing, *["text"] * 3]
    assert len(kinds) == PAGE.count("```yaml")


def _table(heading: str) -> list[str]:
    """What leads the rows of the table in a section."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)


def test_every_report_is_told() -> None:
    names = FORM.keys["ask"].form.form.forms["report"].keys["name"].form.words  # type: ignore[attr-defined]
    assert _table("Reports") == list(names)


def test_every_refusal_of_leave_is_told() -> None:
    assert {f"`{code}`" for code in (*Refusal, *Denied)} <= set(re.findall(r"`\w+`", PAGE))


def test_every_key_is_told() -> None:
    built = [name for name in FORM.keys if name not in RESERVED]
    assert _table("What a file holds") == built
    corrections, allocations, questions = (
        set(FORM.keys[name].form.form.forms)  # type: ignore[attr-defined]
        for name in ("corrections", "allocations", "ask")
    )
    words = set(re.findall(r"`(\w+)`", PAGE))
    assert {*RESERVED, *corrections, *allocations, *questions} <= words
