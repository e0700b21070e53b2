"""The input of a verdict as JSON and back, so that an old verdict can be made again.

The form is numbered: `{"schema": 1, ...}` with the fields of `DayInput`. A later form gets the
next number, and reading the older ones stays.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from attendance.rules.errors import InvalidInput
from attendance.rules.types import DayInput

SCHEMA = 1


def to_json(day: DayInput) -> dict[str, Any]:
    """`day` in JSON values: instants and dates as ISO text, instants in UTC."""
    return {"schema": SCHEMA, **_plain(day)}


def from_json(data: Mapping[str, Any]) -> DayInput:
    """The `DayInput` that `to_json` wrote.

    Raises `InvalidInput`: `unknown_schema`, `unknown_field` or `missing_field` (with the field),
    `bad_value` (with the field and the value).
    """
    rest = dict(data)
    number = rest.pop("schema", None)
    if number != SCHEMA:
        raise InvalidInput("unknown_schema", value=str(number))
    day = _build(DayInput, rest, "")
    assert isinstance(day, DayInput)  # noqa: S101  # narrows the type
    return day


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: type, data: Any, place: str) -> Any:
    if not isinstance(data, Mapping):
        raise InvalidInput("bad_value", field=place, value=str(data))
    hints = _hints(kind)
    for code, names in (
        ("unknown_field", data.keys() - hints.keys()),
        ("missing_field", hints.keys() - data.keys()),
    ):
        if names:
            raise InvalidInput(code, field=f"{place}{min(names)}")
    return kind(**{name: _value(hints[name], data[name], f"{place}{name}") for name in hints})


def _value(hint: Any, data: Any, place: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (arg for arg in get_args(hint) if arg is not type(None))
        return None if data is None else _value(inner, data, place)
    if origin is tuple:
        return _items(get_args(hint), data, place)
    if is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, data, f"{place}.")
    return _scalar(hint, data, place)


def _items(args: tuple[Any, ...], data: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise InvalidInput("bad_value", field=place, value=str(data))
    hints = args[:1] * len(data) if args[-1] is ... else args
    if len(hints) != len(data):
        raise InvalidInput("bad_value", field=place, value=str(data))
    return tuple(
        _value(hint, item, f"{place}[{i}]")
        for i, (hint, item) in enumerate(zip(hints, data, strict=True))
    )


def _scalar(hint: type, data: Any, place: str) -> Any:
    try:
        if issubclass(hint, Enum):
            return hint(data)
        if issubclass(hint, dt.date | dt.time):
            return hint.fromisoformat(data)
    except (ValueError, TypeError):
        raise InvalidInput("bad_value", field=place, value=str(data)) from None
    if type(data) is not hint:
        raise InvalidInput("bad_value", field=place, value=str(data))
    return data
