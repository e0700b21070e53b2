"""A value as people read it: the same on a page and in a PDF."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.formats import date_format

from integrations.tables.model import Cell, Kind, Value, value_of

# An amount of nothing, in a column of numbers.
NOTHING = "–"


def shown(cell: Value | Cell, kind: Kind) -> str:
    """Return the text of a cell; that of an empty one is empty."""
    value = value_of(cell)
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return date_format(value, "D j M Y")
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, str) or not kind.is_number:
        return str(value)
    return _number(value, kind) if value else NOTHING


def _number(value: int | Decimal, kind: Kind) -> str:
    if kind == Kind.MINUTES:
        sign, count = ("−" if value < 0 else ""), abs(int(value))
        return f"{sign}{count // 60}:{count % 60:02}"
    if kind == Kind.MONEY:
        return f"{value:,.2f}"
    if kind == Kind.DAYS:
        return _days(Decimal(value))
    return plain(value)


def _days(value: Decimal) -> str:
    """Return days with their half, 2½; another fraction stays a fraction."""
    if value % 1 != Decimal("0.5") or value < 0:
        return plain(value)
    whole = int(value)
    return f"{whole or ''}½"


def plain(value: int | Decimal) -> str:
    """Return a number without zeros that say nothing: 2.5, 10."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
