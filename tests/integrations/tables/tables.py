"""A table with everything that tables have, for the tests of its writers."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from integrations.tables import FORMATS, Cell, Column, Kind, Legend, LineKind, Row, Table

COLUMNS = (
    Column(key="name", label="Name", width=24),
    Column(key="d1", label="1", head="Mo", kind=Kind.CODE, width=8),
    Column(key="late", label="Late", kind=Kind.MINUTES, is_summed=True),
    Column(key="present", label="Present", kind=Kind.DAYS, is_summed=True),
    Column(key="absent", label="Absent", kind=Kind.DAYS, is_summed=True),
    Column(
        key="days", label="Days", kind=Kind.DAYS, is_summed=True, adds=("present", "absent")
    ),
    Column(key="on", label="On", kind=Kind.DATE, width=18),
    Column(key="at", label="At", kind=Kind.TIME),
    Column(key="paid", label="Paid", kind=Kind.MONEY, width=12),
    Column(key="left", label="Left", kind=Kind.AMOUNT),
)  # fmt: skip
HALF = Decimal("0.5")
ROWS = (
    Row(
        ("Maya", Cell("½CL·½P", "warn", True, "Check-out is missing"), 67, Decimal("1.5"),
         Decimal(2), Decimal("3.5"), dt.date(2026, 3, 2), dt.time(9, 4), Decimal("1234.5"),
         Decimal("2.2500")),
        group="Design",
    ),
    Row(
        ("=SUM(A1)", Cell("P", "good"), 0, HALF, Decimal(0), HALF, None, None, None, Decimal(0)),
        group="Design",
    ),
    Row(
        ("माया क्षेत्री", Cell("", "open", False, "Still open"), 1500, Decimal(1), HALF,
         Decimal("1.5"), dt.date(2026, 3, 29), dt.time(23, 59), Decimal("-1"), Decimal(-2)),
        group="Ops & more",
    ),
)  # fmt: skip


def table(rows: Iterable[Row] = ROWS, **fields: Any) -> Table:
    given: dict[str, Any] = {
        "slug": "muster-roll", "company": "Kettle & Söhne", "title": "Muster roll, March 2026",
        "subtitle": ("3 people",), "columns": COLUMNS, "rows": rows, "is_grouped": True,
        "total_label": "All", "legend": (Legend("P", "Present", "good"),),
        "notes": ("Underlined: to clear up.",), "signatures": ("Prepared by", "Approved by"),
        "made": "Made on 2 April", "labels": {LineKind.SUBTOTAL: "%(group)s, together"},
    }  # fmt: skip
    return Table(**{**given, **fields})


def written(kind: str, of: Table) -> bytes:
    file = io.BytesIO()
    FORMATS[kind].write(of, file)
    return file.getvalue()
