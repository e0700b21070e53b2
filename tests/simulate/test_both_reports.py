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
    plain = {
        "worked": "worked_minutes", "overtime": "overtime_minutes", "late_count": "late_count",
        "late": "late_minutes",
    }  # fmt: skip
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
    mine = _totals(sheet["totals"])
    for name in ("present", "absent", "leave_CL", "worked", "overtime", "late"):
        assert mine[name] == str(whole[name]), name


LISTS = ("late-and-early", "missing-punches", "days-off-worked", "shifts")
# The columns of the product's lists by what `simulate` calls them.
CLOCKS = {"starts": "starts_at", "ends": "ends_at", "in": "first_in_at", "out": "last_out_at"}
PLAIN = {"shift": "shift", "out_on": "out_on"}
MINUTES = {"worked": "worked_minutes", "late": "late_minutes", "early": "early_minutes"}


def _listed(row: Json) -> dict[str, str]:
    found = {"code": row["person"], "date": row["date"], "status": row.get("code", "")}
    found |= {ours: (row.get(theirs) or "")[11:16] for ours, theirs in CLOCKS.items()}
    found |= {ours: row.get(theirs) or "" for ours, theirs in PLAIN.items()}
    return found | {ours: str(row[theirs]) for ours, theirs in MINUTES.items() if theirs in row}


@pytest.fixture
def span() -> Json:
    return {"from": MARCH.isoformat(), "to": LAST.isoformat()}


def test_the_golden_months_lists(golden: Golden, span: Json) -> None:
    found = _asked(golden, *({"report": {"name": slug, **span}} for slug in LISTS))
    told = {"name", "day_off", "missing"}
    for slug, report in zip(LISTS, found, strict=True):
        rows = [{name: value for name, value in row.items() if name not in told}
                for row in _rows(slug)]  # fmt: skip
        assert rows, slug
        mine = [_listed(row) for row in report["rows"]]
        assert [
            {name: each[name] for name in row} for each, row in zip(mine, rows, strict=True)
        ] == (rows), slug
        whole: Json = next((row for row in EXPECTED[slug]["sums"] if row["of"] == "total"), {})
        sums = {theirs: whole[ours] for ours, theirs in MINUTES.items() if ours in whole}
        assert (report["totals"] or {}) == sums, slug
    missing, off = found[1]["rows"], found[2]["rows"]
    assert [row["missing"] for row in missing] == [["missing_out"]]
    assert [(row["day"], row["day_name"]) for row in off] == [("weekly_off", "")]


def test_the_golden_months_sums(golden: Golden, span: Json) -> None:
    slugs = ("summary", "headcount", "expected-and-actual")
    found = _asked(golden, *({"report": {"name": slug, **span}} for slug in slugs))
    summary, headcount, expected = ([*report["rows"]] for report in found)
    early = {"early_count": "early_count", "early": "early_minutes"}
    assert {
        row["person"]: _totals(row) | {name: str(row[key]) for name, key in early.items()}
        for row in summary
    } == {
        row["code"]: {name: row[name] for name in row if name not in ("name", "code", "problems")}
        for row in _rows("summary")
    }
    days = ("present", "absent", "leave", "off", "unmarked")
    assert [
        {"date": row["date"], "employed": str(row["employed"]), "late": str(row["late_count"]),
         **{name: _short(row[name]) for name in days}}
        for row in headcount
    ] == [{name: row[name] for name in ("date", "employed", "late", *days)}
          for row in _rows("headcount")]  # fmt: skip
    names = ("expected", "on_leave", "worked", "over", "short")
    assert {
        row["person"]: {name: str(row[f"{name}_minutes"]) for name in names} for row in expected
    } == {row["code"]: {name: row[name] for name in names} for row in _rows("expected-and-actual")}
