"""The golden month and the demo's through the product and through `simulate`: the same figures."""

from __future__ import annotations

import json
from typing import Any

import pytest

from companies.scoping import company_scope
from portal.simulation import simulate
from tests.reports.golden import HERE, LAST, MARCH, NOW, Golden, make_golden
from tests.simulate.export import scenario_of

Json = Any
EXPECTED = json.loads((HERE / "golden.json").read_text("utf-8"))


@pytest.fixture
def golden(db: None) -> Golden:
    return make_golden()


def _rows(slug: str) -> list[dict[str, str]]:
    """The rows of a report as the golden month has them, by column."""
    return [dict(zip(EXPECTED[slug]["columns"], row, strict=False))
            for row in EXPECTED[slug]["rows"]]  # fmt: skip


def _asked(golden: Golden, *questions: Json) -> list[Json]:
    with company_scope(golden.company):
        scenario = json.loads(scenario_of(NOW, MARCH, LAST))
    answers = simulate(json.dumps({**scenario, "ask": questions}))["answers"]
    return [value for answer in answers for value in answer.values()]


def _short(text: str) -> str:
    """A number as the files write it: no more zeros than needed."""
    return f"{float(text):g}"


def _totals(row: Json) -> dict[str, str]:
    """Totals under the names of the roll's columns."""
    codes = {f"leave_{code}": value for code, value in row["leave_by_code"].items() if code}
    found = {name: row[name] for name in ("present", "absent", "off", "unmarked", "days")}
    found |= {"leave_CL": "0", "leave_SL": "0", **codes, "leave": row["leave_by_code"].get("", "0")}
    plain = {"worked": "worked_minutes", "late_count": "late_count", "late": "late_minutes"}
    return {name: _short(value) for name, value in found.items()} | {
        ours: str(row[theirs]) for ours, theirs in plain.items()
    }


def test_the_golden_months_sheet(golden: Golden) -> None:
    (sheet,) = _asked(golden, {"sheet": {"month": "2026-03"}})
    expected = {row["code"]: row for row in _rows("muster-roll")}
    # Of Una nothing is recorded: the product's roll has her, the sheet has not.
    assert expected.pop("una")["present"] == "0"
    found = {}
    for row in sheet["people"]:
        codes = {f"d{n}": day["code"] for n, day in enumerate(row["days"], 1)}
        found[row["person"]] = codes | _totals(row["totals"])
        found[row["person"]]["problems"] = str(row["totals"]["open"])
    names = {code: set(row) - {"name", "code"} for code, row in expected.items()}
    assert found == {
        code: {name: row[name] for name in names[code]} for code, row in expected.items()
    }
    whole = EXPECTED["muster-roll"]["sums"][-1]
    assert {name: value for name, value in _totals(sheet["totals"]).items()
            if name in ("present", "absent", "leave_CL", "worked", "late")} == {
        name: str(whole[name]) for name in ("present", "absent", "leave_CL", "worked", "late")
    }  # fmt: skip
