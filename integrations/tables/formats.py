"""What a table can be written as."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Final

from integrations.tables.model import Table

Progress = Callable[[int], None]


@contextmanager
def _few_to_look_through() -> Iterator[None]:
    """Keep the collector of garbage from all that the process has loaded, while a file is written.

    A long one makes millions of short-lived cells; looking through the same modules and settings
    again and again meanwhile took a fifth of its time. What it makes itself is collected.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@dataclass(frozen=True)
class Format:
    """One kind of file; its writer, and the library behind it, is imported when it is used."""

    name: str
    content_type: str
    module: str

    def write(self, table: Table, file: IO[bytes], progress: Progress | None = None) -> None:
        """Write the table; `progress` is told the number of rows written so far."""
        writer = import_module(self.module)
        with _few_to_look_through():
            writer.write(table, file, progress)


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
