"""`make first-migrations`: writes each app's one migration anew, from its models.

`makemigrations` adds most constraints and indexes after all tables, because what refers to a table
stands between. Each of them costs a reload of the models around it and, on SQLite, a copy of the
table: half the time of a first start. Here they go into the tables themselves.
"""

from __future__ import annotations

import re
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any, Final

import django
from django.core.management import call_command
from django.db.migrations import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.writer import MigrationWriter

APPS: Final = ("companies", "attendance", "leave")
NAME: Final = "0001_start"


def folded(operations: list[Any]) -> list[Any]:
    """Return the operations with each constraint and index in its table.

    One on a field that is added to its table later stays after it.
    """
    left: dict[str, Any] = {}
    later = [
        (operation.model_name_lower, re.compile(rf"\b{operation.name}(?:\b|__)"))
        for operation in operations
        if isinstance(operation, AddField)
    ]
    for number, operation in enumerate(operations):
        key = str(number)
        if isinstance(operation, CreateModel):
            key = operation.name_lower
        elif isinstance(operation, AddConstraint | AddIndex):
            table = operation.model_name_lower
            of_it = repr(operation.deconstruct())
            if not any(model == table and field.search(of_it) for model, field in later):
                [left[table]] = left[table].reduce(operation, "")
                continue
        left[key] = operation
    return list(left.values())


def write() -> None:
    """Write the migrations of all apps."""
    files = [Path(app) / "migrations" / f"{NAME}.py" for app in APPS]
    for file in files:
        file.unlink(missing_ok=True)
    call_command("makemigrations", *APPS, name=NAME.partition("_")[2])
    invalidate_caches()
    for app, file in zip(APPS, files, strict=True):
        made: type[Migration] = import_module(f"{app}.migrations.{NAME}").Migration
        made.operations = folded(list(made.operations))
        file.write_text(MigrationWriter(made(NAME, app)).as_string())


if __name__ == "__main__":
    django.setup()
    write()
