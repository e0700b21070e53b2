"""Whatever happens: the lines of the ledger add up to the balance on every date."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulate.leave import ANNUAL, YEAR, answers, grant, request, scenario, verdicts

FIRST = dt.date(2025, 6, 1)
NOW = dt.date(2026, 6, 10)
books = settings(max_examples=40, deadline=None, database=None, derandomize=True)

days = st.dates(FIRST, NOW).map(dt.date.isoformat)
amounts = st.sampled_from(["0.5", "1", "2.25", "4", "7"])
carries = st.builds(
    lambda carry, most, months, limit: {
        "carry": carry, "most": most, "valid_months": months, "debt_limit": limit,
    },
    st.sampled_from(["all", "none", "up_to"]), amounts, st.sampled_from([None, 2]),
    st.sampled_from([None, "0", "1"]),
)  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> Any:
    """None, or a plan with two milestones; sometimes edited, sometimes dated."""
    if draw(st.booleans()):
        return {}

    def version(**more: Any) -> Any:
        level = {
            "amount": draw(amounts), "carry": draw(carries),
            "balance_cap": draw(st.sampled_from([None, "5", "12"])),
        }  # fmt: skip
        return {
            "frequency": draw(st.sampled_from(["monthly", "weekly", "quarterly"])),
            "moment": draw(st.sampled_from(["start", "end"])),
            "carry_on": draw(st.sampled_from([None, "anniversary", {"month": 1, "day": 1}])),
            "milestones": [level, {**level, "after": {"months": 7}, "amount": draw(amounts)}],
            **more,
        }

    versions = [version()]
    if draw(st.booleans()):
        versions.append(version(**{"from": draw(days)}))
    assigned = {"person": "maya", "to": draw(st.sampled_from([None, "2026-04-12"]))}
    return {"p": {"type": "annual", "for": [assigned], "versions": versions}}


@st.composite
def grants(draw: st.DrawFn, key: str) -> Any:
    first = dt.date.fromisoformat(draw(days))
    length = draw(st.sampled_from([None, 20, 120, 400]))
    last = None if length is None else (first + dt.timedelta(days=length)).isoformat()
    more: dict[str, Any] = {"is_carried": draw(st.booleans())}
    if last and draw(st.booleans()):
        more["carries"] = draw(carries)
    if draw(st.booleans()):
        more["entered_on"] = first.isoformat()
    return grant(key, draw(amounts), first.isoformat(), last, **more)


@st.composite
def requests(draw: st.DrawFn, key: str) -> Any:
    sent = dt.date.fromisoformat(draw(days))
    first = sent + dt.timedelta(days=draw(st.integers(-5, 90)))
    last = first + dt.timedelta(days=draw(st.integers(0, 9)))
    asked = request(
        key, first.isoformat(), last.isoformat(), submitted_on=sent.isoformat(),
        state=draw(st.sampled_from(["approved", "approved", "pending"])),
        last_part=draw(st.sampled_from(["full", "am"])),
    )  # fmt: skip
    if first == last:
        asked["first_part"] = asked["last_part"]
    then = min(sent + dt.timedelta(days=draw(st.integers(0, 60))), NOW).isoformat()
    step = draw(st.sampled_from(["", "cancel", "withdraw", "change"]))
    if step == "change":
        asked["then"] = [{"change": {"on": then, "from": last.isoformat()}}]
    elif step:
        asked["then"] = [{step: {"on": then}}]
    return asked


@st.composite
def scenarios(draw: st.DrawFn) -> Any:
    knobs = {
        "negative_limit": draw(st.sampled_from(["0", "3", None])),
        "counts_days_off": draw(st.sampled_from(["no", "yes", "sandwich"])),
    }
    given_by_hr = [draw(grants(f"g{number}")) for number in range(draw(st.integers(0, 3)))]
    holiday = {"date": draw(days), "kind": "holiday", "added_on": draw(days)}
    return scenario(
        leave_types={"annual": [knobs]},
        calendars={"Nepal": {"for": "everyone", "days": [holiday]}},
        plans=draw(plans()),
        allocations=given_by_hr,
        requests=[draw(requests(f"r{number}")) for number in range(draw(st.integers(0, 4)))],
    )


def _dates() -> list[str]:
    return [(FIRST + dt.timedelta(days=n)).isoformat() for n in range(0, (NOW - FIRST).days, 9)]


@books
@given(scenarios())
def test_the_lines_add_up_to_the_balance_on_every_date(made: Any) -> None:
    dates = [*_dates(), NOW.isoformat()]
    asked = [{"balance": {**ANNUAL, "on": date}} for date in dates]
    lines, *found = answers(made, {"ledger": ANNUAL}, *asked)
    sums = [
        sum((Decimal(line["amount"]) for line in lines if line["on"] <= date), Decimal(0))
        for date in dates
    ]
    assert [Decimal(each["balance"]) for each in found] == sums


@books
@given(scenarios(), days)
def test_what_was_written_stays_written(made: Any, earlier: str) -> None:
    """What was in the books on an earlier date is in those of today, only other lines between."""
    past = {**made, "now": f"{earlier} 20:00"}
    past["requests"] = [each for each in made["requests"] if each["submitted_on"] <= earlier]
    for each in past["requests"]:
        steps = each.get("then", [])
        each["then"] = [step for step in steps if [*step.values()][0]["on"] <= earlier]
    (before,) = answers(past, {"ledger": ANNUAL})
    (after,) = answers({**made, "requests": past["requests"]}, {"ledger": ANNUAL})
    for line in (*before, *after):
        del line["balance"]
    assert all(line in after for line in before)


@books
@given(scenarios())
def test_the_year_adds_up(made: Any) -> None:
    (year,) = answers(made, {"year": {**ANNUAL, "from": "2025-09-15", "to": NOW.isoformat()}})
    figure = {name: Decimal(value) for name, value in year.items() if name not in ("from", "to")}
    moved = figure["granted"] + figure["adjusted"] + figure["carried"]
    gone = figure["taken"] + figure["lapsed"] + figure["encashed"]
    assert figure["opening"] + moved - gone == figure["closing"]


@books
@given(
    st.dates(NOW, dt.date(2026, 9, 1)), st.integers(1, 12), st.integers(0, 11),
    st.sampled_from(["no", "yes"]), st.booleans(),
)  # fmt: skip
def test_splitting_a_request_changes_no_total(
    first: dt.date, more: int, cut: int, counts: str, is_pending: bool
) -> None:
    last, middle = first + dt.timedelta(days=more), first + dt.timedelta(days=min(cut, more - 1))
    state = "pending" if is_pending else "approved"

    def found(*spans: tuple[dt.date, dt.date]) -> tuple[Decimal, list[Any]]:
        made = scenario(
            leave_types={"annual": [{"counts_days_off": counts, "draws_on": "own"}]},
            allocations=[grant("old", 3, "2026-01-01", "2026-06-30"),
                         grant("new", 30, "2026-01-01")],
            requests=[request(f"r{n}", one.isoformat(), other.isoformat(), state=state)
                      for n, (one, other) in enumerate(spans)],
        )  # fmt: skip
        counted = [Decimal(said.split()[1]) for said in verdicts(made).values() if said[0] in "pa"]
        on = [{"balance": {**ANNUAL, "on": date}} for date in ("2026-06-30", "2026-10-01")]
        return sum(counted, Decimal(0)), answers(made, *on)

    whole, parts = found((first, last)), found((first, middle), (middle + dt.timedelta(1), last))
    assert whole[0] == parts[0]
    assert [(each["balance"], each["available"]) for each in whole[1]] == [
        (each["balance"], each["available"]) for each in parts[1]
    ]


@books
@given(scenarios(), days)
def test_approving_then_cancelling_restores_every_figure(made: Any, sent: str) -> None:
    first = dt.date.fromisoformat(sent)
    asked = {
        **request("extra", sent, (first + dt.timedelta(days=4)).isoformat(), submitted_on=sent),
        "then": [{"cancel": {"on": sent}}],
    }  # fmt: skip
    dates = [{"balance": {**ANNUAL, "on": date}} for date in _dates()]
    before = answers(made, *dates)
    after = answers({**made, "requests": [*made["requests"], asked]}, *dates)
    for one, other in zip(before, after, strict=True):
        assert [one[name] for name in ("balance", "pending", "available")] == [
            other[name] for name in ("balance", "pending", "available")
        ]


@books
@given(scenarios(), requests("only"))
def test_who_asked_for_nothing_else_has_nothing_to_uncover(made: Any, asked: Any) -> None:
    alone = {**made, "requests": [{**asked, "then": []}]}
    assert verdicts(alone)["only"] != "uncovered"


def test_a_year_that_is_not_over_adds_up() -> None:
    made = scenario(allocations=[grant("spring", 6, "2026-01-01", "2026-08-31"), YEAR])
    (year,) = answers(made, {"year": ANNUAL})
    figures = [year[name] for name in ("opening", "granted", "lapsed", "closing")]
    assert figures == ["0", "16", "0", "16"]
