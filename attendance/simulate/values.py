"""Forms of single values: text, dates and times, numbers, words."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from attendance.simulate.spot import Schema, Spot, shown

MOST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Text:
    """Text of a line's length."""

    least: int = 1

    def read(self, spot: Spot) -> Any:
        value = spot.node.value
        if not isinstance(value, str):
            spot.wrong(f"not text (numbers need quotes): {shown(spot.node)}")
        elif not self.least <= len(value) <= MOST_TEXT:
            spot.wrong(f"not text of {self.least} to {MOST_TEXT} characters")
        return value

    def schema(self) -> Schema:
        return {"type": "string", "minLength": self.least, "maxLength": MOST_TEXT}


# `[0-9]`, for what `\d` means is not the same everywhere.
_MONTH = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])"
_DAY = rf"{_MONTH}-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
_MOMENT = rf"{_DAY}[ T]{_CLOCK}(?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?{_OFFSET}?"


def _matched(spot: Spot, pattern: str, what: str) -> str | None:
    value = spot.node.value
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return value
    spot.wrong(f"not {what}: {shown(spot.node)}")
    return None


class Date:
    """A date from 1900 to 2199."""

    def read(self, spot: Spot) -> dt.date | None:
        text = _matched(spot, _DAY, "a date")
        try:
            return dt.date.fromisoformat(text) if text else None
        except ValueError:
            spot.wrong(f"not a date: {text}")
            return None

    def schema(self) -> Schema:
        return {"type": "string", "format": "date", "pattern": f"^{_DAY}$"}


class Month:
    """A month, like `2026-03`; read as its first day."""

    def read(self, spot: Spot) -> dt.date | None:
        text = _matched(spot, _MONTH, "a month like 2026-03")
        return dt.date.fromisoformat(f"{text}-01") if text else None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_MONTH}$"}


class Clock:
    """A time of day, to the minute."""

    def read(self, spot: Spot) -> dt.time | None:
        text = _matched(spot, _CLOCK, "a time like 09:00")
        return dt.time.fromisoformat(text) if text else None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_CLOCK}$"}


class Moment:
    """Wall time, `2026-03-02 09:04`, seconds allowed; or an instant, with `+05:45` or `Z`."""

    def read(self, spot: Spot) -> dt.datetime | None:
        text = _matched(spot, _MOMENT, "a time like 2026-03-02 09:04")
        try:
            return dt.datetime.fromisoformat(text) if text else None
        except ValueError:
            spot.wrong(f"not a time like 2026-03-02 09:04: {text}")
            return None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_MOMENT}$"}


class DateNotInstant:
    """A date; an instant is reserved."""

    def read(self, spot: Spot) -> dt.date | None:
        value = spot.node.value
        if isinstance(value, str) and re.fullmatch(_MOMENT, value):
            spot.problems.unsupported.append(spot.place)
            return None
        return Date().read(spot)

    def schema(self) -> Schema:
        return {"anyOf": [Date().schema(), Moment().schema()]}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two others, both included."""

    least: int
    most: int

    def read(self, spot: Spot) -> Any:
        value = spot.node.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON tells no 1.0 from 1
        if type(value) is not int or not self.least <= value <= self.most:
            spot.wrong(f"not a whole number from {self.least} to {self.most}: {shown(spot.node)}")
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


_MOST_AMOUNT = 1_000_000
_POSITIVE = r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,4})?"


@dataclass(frozen=True, slots=True)
class Amount:
    """Days, hours or a rate: a whole number, or text like "1.25"; up to four places."""

    is_signed: bool = False

    @property
    def _pattern(self) -> str:
        return f"-?{_POSITIVE}" if self.is_signed else _POSITIVE

    @property
    def _least(self) -> int:
        return 1 - _MOST_AMOUNT if self.is_signed else 0

    def read(self, spot: Spot) -> Decimal | None:
        value = spot.node.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON tells no 1.0 from 1
        if type(value) is int and self._least <= value < _MOST_AMOUNT:
            return Decimal(value)
        if isinstance(value, str) and re.fullmatch(self._pattern, value):
            return Decimal(value)
        spot.wrong(f'not an amount like "1.25" (in quotes): {shown(spot.node)}')
        return None

    def schema(self) -> Schema:
        whole = {"type": "integer", "minimum": self._least, "maximum": _MOST_AMOUNT - 1}
        return {"anyOf": [whole, {"type": "string", "pattern": f"^{self._pattern}$"}]}


_MOST_MONEY = 9_999_999_999
_MONEY = r"(?!0(?:\.0{1,2})?$)(?:0|[1-9][0-9]{0,9})(?:\.[0-9]{1,2})?"


class Money:
    """An amount of money above 0: a whole number, or text like "15000.50"."""

    def read(self, spot: Spot) -> Decimal | None:
        value = spot.node.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON tells no 1.0 from 1
        if type(value) is int and 0 < value <= _MOST_MONEY:
            return Decimal(value)
        if isinstance(value, str) and re.fullmatch(_MONEY, value):
            return Decimal(value)
        spot.wrong(f'no money above 0, like "15000.50" (in quotes): {shown(spot.node)}')
        return None

    def schema(self) -> Schema:
        whole = {"type": "integer", "minimum": 1, "maximum": _MOST_MONEY}
        return {"anyOf": [whole, {"type": "string", "pattern": f"^{_MONEY}$"}]}


class Flag:
    """`true` or `false`."""

    def read(self, spot: Spot) -> Any:
        if not isinstance(spot.node.value, bool):
            spot.wrong(f"neither true nor false: {shown(spot.node)}")
        return spot.node.value

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def read(self, spot: Spot) -> Any:
        value = spot.node.value
        if not isinstance(value, str) or value not in self.words:
            spot.wrong(f"not one of {', '.join(self.words)}: {shown(spot.node)}")
        return value

    def schema(self) -> Schema:
        return {"enum": list(self.words)}
