"""Tables that leave the house: one `Table`, shown on a page and written as XLSX, CSV, PDF or JSON.

A page and every file are made of the same `Table`, so they cannot disagree. The libraries behind
the writers are imported when one is used: no page pays for them.
"""

from integrations.tables.formats import FORMATS, Format
from integrations.tables.model import (
    Cell,
    Column,
    Kind,
    Legend,
    Line,
    LineKind,
    Paper,
    Row,
    Table,
    Value,
    value_of,
)
from integrations.tables.words import shown

__all__ = [
    "FORMATS",
    "Cell",
    "Column",
    "Format",
    "Kind",
    "Legend",
    "Line",
    "LineKind",
    "Paper",
    "Row",
    "Table",
    "Value",
    "shown",
    "value_of",
]
