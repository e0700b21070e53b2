"""Forms of the rules' own records, made of their fields: a new knob is read at once."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from attendance.rules.calendar import MOST_WEEKS, WEEKDAYS
from attendance.rules.errors import InvalidInput
from attendance.simulate import values
from attendance.simulate.forms import Either, Key, ListOf, OrNull, Record, Row
from attendance.simulate.spot import Form

T = TypeVar("T")

A_DAY = 24 * 60

# Of whole numbers that are not minutes of a day: from, to.
LIMITS = {
    "repeat_seconds": (0, 3600),
    "max_presence_hours": (1, 48),
    "absence_lag_days": (0, 60),
    "late_free_count": (0, 31),
    "late_half_day_every": (0, 31),
    "optional_holiday_quota": (0, 366),
    "corrections_per_month": (0, 99),
    "corrections_days_back": (0, 730),
    "step": (0, 60),
    "beyond_minutes": (0, 7 * A_DAY),
    "rate_percent": (0, 1000),
}

WEEKLY_OFF = Record(
    {
        weekday: Key(
            Either(
                values.Choice(("all",)),
                ListOf(values.Whole(1, MOST_WEEKS), least=1, is_distinct=True),
            )
        )
        for weekday in WEEKDAYS
    }
)
# Fields whose type does not say enough.
_FORMS: Mapping[str, Form] = {
    "weekly_off": WEEKLY_OFF,
    "weekday": values.Choice(WEEKDAYS),
    "zone": values.Text(least=0),
    "country": values.Text(least=0),
    "region": values.Text(least=0),
    "code": values.Text(least=0),
}


def keys_of(kind: type, *, without: Collection[str] = ()) -> dict[str, Key]:
    """A key for each field of a record; one without a default must be there."""
    hints = _hints(kind)
    return {item.name: _key(item, hints[item.name]) for item in fields(kind)
            if item.name not in without}  # fmt: skip


def _key(item: Field[Any], hint: Any) -> Key:
    is_required = item.default is MISSING and item.default_factory is MISSING
    return Key(_form(item.name, hint), is_required=is_required)


def _form(name: str, hint: Any) -> Form:
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = (arg for arg in get_args(hint) if arg is not types.NoneType)
        return OrNull(_form(name, inner))
    if name in _FORMS:
        return _FORMS[name]
    if get_origin(hint) is frozenset:
        return ListOf(_form(name, get_args(hint)[0]), is_distinct=True)
    if get_origin(hint) in (tuple, Sequence):
        return ListOf(_form(name, get_args(hint)[0]))
    if is_dataclass(hint) and isinstance(hint, type):
        return Record(keys_of(hint))
    return _scalar(name, hint)


def _scalar(name: str, hint: type) -> Form:
    if issubclass(hint, Enum):
        return values.Choice(tuple(str(item.value) for item in hint))
    if hint is int:
        return values.Whole(*LIMITS.get(name, (0, A_DAY)))
    by_type: dict[type, Form] = {
        bool: values.Flag(), str: values.Text(), dt.time: values.Clock(), dt.date: values.Date(),
        Decimal: values.Amount(),
    }  # fmt: skip
    return by_type[hint]


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def made(kind: type[T], row: Row, **given: Any) -> T | None:
    """The record that a row says; `given` are fields that do not stand in it.

    None where the rules refuse it: the row says why.
    """
    record: type = kind
    hints = _hints(record)
    written = [name for name in hints if name in row and name not in given]
    try:
        return kind(**{name: _value(hints[name], row[name]) for name in written}, **given)
    except _Told:
        return None
    except InvalidInput as error:
        row.spot.wrong(said(error))
        return None


class _Told(Exception):
    """A record inside of another is wrong; it has said why."""


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = (arg for arg in get_args(hint) if arg is not types.NoneType)
        return None if value is None else _value(inner, value)
    if get_origin(hint) in (tuple, Sequence):
        return tuple(_value(get_args(hint)[0], item) for item in value)
    if get_origin(hint) is frozenset:
        return frozenset(_value(get_args(hint)[0], item) for item in value)
    if isinstance(value, Row):
        if not is_dataclass(hint):
            return {key: value[key] for key in value}
        inner = made(cast(type, hint), value)
        if inner is None:
            raise _Told
        return inner
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value


_SAYINGS = {
    "empty_range": "starts and ends at %(start)s",
    "range_reversed": "ends (%(end)s) before it starts (%(start)s)",
    "mark_times": "start and end belong to the portion hours, and to no other",
    "reserved_code": "%(value)s is a code of the rules and names no leave",
    "bad_code": "not a code: %(value)s",
    "clock_times": "start and end belong to the basis clock, and to no other",
    "beyond_of_quantity": "beyond_minutes belongs to the bases day and week, and to no other",
    "duplicate_rule": "two rules are called %(name)s",
    "duplicate_weekday": "a weekday stands here twice: %(value)s",
    "auto_check_out_time": "auto_check_out_at belongs to at_time, and to no other",
    "amount_or_yearly": "stands for an amount or for a yearly one",
    "boundary_days": "not the boundary days of this frequency: %(value)s",
    "hours_of_one_date": "hours are of one date, not of several",
    "milestones_out_of_order": "the milestones of %(plan)s are out of order",
    "two_parts_of_one_date": "one date has one part",
    "yearly_by_work": "a yearly amount cannot be spread over %(value)s",
}


def said(error: InvalidInput) -> str:
    """What the rules refuse, in words; a code that has none as it is."""
    plain = ", ".join(str(item) for item in (error.code, *error.values.values()))
    return _SAYINGS.get(error.code, plain.replace("%", "%%")) % error.values
