"""What a table can be written as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Final

from integrations.tables.model import Table

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Format:
    """One kind of file; its writer, and the library behind it, is imported when it is used."""

    name: str
    content_type: str
    module: str

    def write(self, table: Table, file: IO[bytes], progress: Progress | None = None) -> None:
        """Write the table; `progress` is told the number of rows written so far."""
        import_module(self.module).write(table, file, progress)


FORMATS: Final = {
    item.name: item
    for item in (
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "integrations.tables.xlsx",
        ),
        Format("csv", "text/csv; charset=utf-8", "integrations.tables.csv_file"),
        Format("pdf", "application/pdf", "integrations.tables.pdf"),
        Format("json", "application/json", "integrations.tables.json_file"),
    )
}
