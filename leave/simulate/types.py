"""The leave types of a scenario, each with versions from a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from attendance.rules.settings import Steps
from attendance.rules.types import RESERVED_CODES
from attendance.simulate.company import dated
from attendance.simulate.forms import Row, meant
from attendance.simulate.knobs import made
from leave.enums import Unit
from leave.rules.amounts import ONE, ZERO
from leave.rules.asking import TypeRules
from leave.rules.chain import Approval

OWN, NOTHING = "own", "nothing"
HOURS_A_DAY = Decimal(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeVersion:
    """The knobs of a type from a date; `draws_on` is the type whose books it uses, if any."""

    rules: TypeRules
    draws_on: str | None
    hours_per_day: Decimal
    chain: tuple[Approval, ...]
    code: str
    paid: bool
    keeps: Decimal
    most_encashed: Decimal | None
    comp_off_valid_days: int | None


@dataclass(frozen=True, slots=True)
class LeaveType:
    """A type by its name."""

    name: str
    versions: Steps[TypeVersion]

    def on(self, date: dt.date) -> TypeVersion:
        """The version in force; the first one also holds before it."""
        found = self.versions.on_or_first(date)
        assert found is not None  # noqa: S101  # the form asks for one
        return found


def types_of(scenario: Row) -> dict[str, LeaveType]:
    """The types by name; of what is wrong the scenario's problems tell."""
    names = scenario["leave_types"]
    return {name: LeaveType(name, Steps(_versions(name, rows, names)))
            for name, rows in names.items()}  # fmt: skip


def worth(asking: TypeVersion, books: TypeVersion) -> Decimal:
    """What one unit of the type that asks is worth in the books it draws on."""
    hours = (asking.rules.unit == Unit.HOUR, books.rules.unit == Unit.HOUR)
    if hours[0] == hours[1]:
        return ONE
    return ONE / asking.hours_per_day if hours[0] else books.hours_per_day


def _versions(
    name: str, rows: list[Row], names: Mapping[str, object]
) -> Iterator[tuple[dt.date, TypeVersion]]:
    for start, row in dated(rows):
        draws_on = _draws_on(name, row, names)
        code = row.get("code", "")
        if code in RESERVED_CODES or set(code) & {*"½·"}:
            row.wrong("code", f"{code} is a code of the rules and names no leave")
        hours_per_day = row.get("hours_per_day", HOURS_A_DAY)
        if hours_per_day == ZERO:
            row.wrong("hours_per_day", "a day has more than no hours")
        rules = made(TypeRules, row, needs_allocation=draws_on is not None)
        assert rules is not None  # noqa: S101  # the rules refuse none
        yield start, TypeVersion(
            rules=rules, draws_on=draws_on, hours_per_day=hours_per_day,
            chain=tuple(
                Approval(by=tuple(step["by"]), above=step["above"] or ZERO)
                for step in row.get("chain", [])
            ),
            code=code, paid=row.get("paid", True), keeps=row.get("keeps", ZERO),
            most_encashed=row.get("most_encashed"),
            comp_off_valid_days=row.get("comp_off_valid_days"),
        )  # fmt: skip


def _draws_on(name: str, row: Row, names: Mapping[str, object]) -> str | None:
    draws_on = row.get("draws_on", OWN)
    if draws_on == NOTHING:
        return None
    if draws_on == OWN:
        return name
    if draws_on not in names:
        row.wrong("draws_on", f"there is no {draws_on}{meant(draws_on, names)}")
    return str(draws_on)
