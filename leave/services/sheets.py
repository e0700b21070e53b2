"""A file of HR for the books, read line by line: what is amiss is said in words, with its line.

A workbook (XLSX) or text with separators. Numbers and dates have one way to be written as text, so
that nothing is guessed: 1,234 could be either.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations import workbooks
from leave.enums import SheetKind
from leave.errors import SheetUnfit

MOST_BYTES = 256 * 1024
MOST_ROWS = 2000
COLUMNS = ("employee", "name", "type", "amount", "from", "until", "reason")
_NEEDED = ("employee", "type", "amount", "from")
_NUMBER = re.compile(r"[+-]?\d{1,6}([.,]\d{1,4})?\Z")
_THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}\Z")
# What a spreadsheet would run as a formula if a cell began with it.
_RISKY = ("=", "+", "-", "@", "\t", "\r")
# Of before 2007, or locked by a password.
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_UNREADABLE = gettext_lazy(
    "This workbook cannot be read. Save it as XLSX without a password, or as “CSV UTF-8”."
)
_LONGEST_REASON = 250


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the file, as it is meant; `number` is what a spreadsheet shows beside it."""

    number: int
    employee: str
    type: str
    amount: Decimal
    starts_on: dt.date
    ends_on: dt.date | None
    reason: str


@dataclass
class Read:
    """The lines of a file, and what is amiss with others, by number."""

    rows: list[Row] = field(default_factory=list)
    problems: dict[int, str] = field(default_factory=dict)


def read(content: bytes, kind: SheetKind) -> Read:
    """Read the lines; a line without an amount is left out.

    Raises:
        SheetUnfit: the file as a whole cannot be read.
    """
    lines = _lines(content)
    filled = [
        (number, cells) for number, cells in enumerate(lines, 1) if any(map(str.strip, cells))
    ]
    if not filled:
        raise SheetUnfit(why=_("The file is empty. Take the template and fill in a line."))
    heads = _heads(filled[0][1])
    found = Read()
    for number, cells in filled[1:]:
        values = {name: _cell(cells, place) for name, place in heads.items()}
        if not values["amount"]:
            continue
        try:
            found.rows.append(_row(number, values, kind))
        except ValueError as error:
            found.problems[number] = str(error)
    if not found.rows and not found.problems:
        raise SheetUnfit(
            why=_("No line has an amount. Fill in at least one, then choose it again.")
        )
    if len(found.rows) + len(found.problems) > MOST_ROWS:
        raise SheetUnfit(
            why=_("The file has more than %(most)s lines. Split it into several.")
            % {"most": MOST_ROWS}
        )
    return found


def _lines(content: bytes) -> list[list[str]]:
    if len(content) > MOST_BYTES:
        raise SheetUnfit(
            why=_("The file is larger than %(most)s kB. Split it into several.")
            % {"most": MOST_BYTES // 1024}
        )
    if content.startswith(workbooks.SIGNATURE):
        try:
            return workbooks.rows_of(content)
        except workbooks.NoWorkbook as error:
            raise SheetUnfit(why=_UNREADABLE) from error
    if content.startswith(_OLD_WORKBOOK):
        raise SheetUnfit(why=_UNREADABLE)
    return list(csv.reader(io.StringIO(_text(content)), delimiter=_delimiter(content)))


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SheetUnfit(why=_("These letters cannot be read. Save the file as “CSV UTF-8” again."))
    return text


def _delimiter(content: bytes) -> str:
    """Return what separates the cells: whatever the first line has most of."""
    first = content.lstrip().split(b"\n", 1)[0]
    return max((",", ";", "\t"), key=lambda mark: first.count(mark.encode()))


def _heads(cells: list[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in cells]
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown:
        raise SheetUnfit(
            why=_("The column “%(name)s” is not known. The columns are: %(columns)s.")
            % {"name": unknown[0][:40], "columns": ", ".join(COLUMNS)}
        )
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise SheetUnfit(
            why=_("The first line must name the columns; “%(name)s” is missing.")
            % {"name": missing[0]}
        )
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise SheetUnfit(why=_("The column “%(name)s” stands there twice.") % {"name": twice[0]})
    return {name: place for place, name in enumerate(names) if name}


def _cell(cells: list[str], place: int) -> str:
    text = cells[place].strip() if place < len(cells) else ""
    # The template's own protection against formulas comes back with it.
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def _row(number: int, values: Mapping[str, str], kind: SheetKind) -> Row:
    for name in ("employee", "type"):
        if not values[name]:
            raise ValueError(_("“%(name)s” is empty.") % {"name": name})
    starts_on = _date(values["from"], "from")
    if starts_on is None:
        raise ValueError(_("“%(name)s” is empty.") % {"name": "from"})
    amount, ends_on = _amount(values["amount"]), _date(values.get("until", ""), "until")
    reason = values.get("reason", "")
    if len(reason) > _LONGEST_REASON:
        raise ValueError(_("The reason is too long: %(most)s letters at most.")
                         % {"most": _LONGEST_REASON})  # fmt: skip
    if kind == SheetKind.GRANT and amount < 0:
        raise ValueError(_("A grant is above zero. Take away by a file of adjustments."))
    if ends_on is not None and (kind == SheetKind.ADJUSTMENT or amount < 0):
        raise ValueError(_("“until” must be empty: only what is granted has a last day."))
    if ends_on is not None and ends_on < starts_on:
        raise ValueError(_("“until” is before “from”."))
    return Row(
        number=number, employee=values["employee"], type=values["type"].upper(), amount=amount,
        starts_on=starts_on, ends_on=ends_on, reason=reason,
    )  # fmt: skip


def _amount(text: str) -> Decimal:
    if not _NUMBER.match(text) or _THOUSANDS.match(text):
        raise ValueError(
            _("“%(text)s” is no amount. Write it like 12 or 1.5, with four places at most.")
            % {"text": text[:40]}
        )
    amount = Decimal(text.replace(",", "."))
    if not amount:
        raise ValueError(_("Zero changes nothing. Leave the amount empty instead."))
    return amount


def _date(text: str, name: str) -> dt.date | None:
    if not text:
        return None
    try:
        date = dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a date alone
    except ValueError:
        date = dt.date.min
    if not 2000 <= date.year < 2200:
        raise ValueError(
            _("“%(name)s” is no date: write “%(text)s” like 2026-01-31.")
            % {"name": name, "text": text[:40]}
        )
    return date


def template(people: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of an empty file with these people, by code and name.

    A cell that a spreadsheet would run as a formula is made text.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    rows = ((code, name, *[""] * (len(COLUMNS) - 2)) for code, name in people)
    for cells in (COLUMNS, *rows):
        writer.writerow(map(_safe, cells))
        yield written.getvalue()
        written.seek(0)
        written.truncate()


def template_book(people: Iterable[tuple[str, str]], types: Sequence[tuple[str, str]]) -> bytes:
    """Return the empty file as a workbook; a sheet beside names the types by code."""
    return workbooks.to_fill_in(
        COLUMNS, people, dates=("from", "until"), choices=("type", _("Leave types"), types)
    )


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_RISKY) else text
