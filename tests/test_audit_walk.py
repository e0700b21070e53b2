"""Whatever a person or a job changes by a service leaves an audit event; every verb has words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tests.admin.test_words import VERBS

APPS = ("attendance", "companies", "leave", "portal")
UNTOLD = {
    # One frame of a capture whose beginning and end stand in the audit.
    "attendance/services/enrolment.py:frame_add",
    "attendance/services/uploads.py:upload_ask",
    "attendance/services/uploads.py:upload_receive",
    # Reads only.
    "attendance/services/closing.py:refuse_reopening",
    "attendance/services/recompute.py:recompute_preview",
    "attendance/services/overtime_changes.py:version_preview",
    # It calls what tells, with the file's filter.
    "companies/services/report_exports.py:export_ask",
    "companies/services/report_schedules.py:scheduled_report_make",
    "attendance/services/recompute.py:reopen_preview",
    "leave/services/imports.py:sheet_look",
    "leave/services/year_end.py:reopen_preview",
    # What a request does to days and books, and lines of the books: who calls them tells why.
    *(
        f"leave/services/effects.py:{name}"
        for name in ("step_add", "entries_write", "take", "give_back", "mark")
    ),
    "leave/services/books.py:lines_write",
    # What a correction does to the days: punches and marks tell of themselves.
    "attendance/services/correction_effects.py:effects_undo",
}
# `punches_enter` tells of each punch itself, `face_data_erase` of what it deletes,
# `sign_in_changed` every company of a person.
WRITES = {
    "audit.record", "audit.record_many", "punches_enter", "face_data_erase", "sign_in_changed",
}  # fmt: skip


def _modules() -> Iterator[tuple[str, ast.Module]]:
    root = Path(settings.BASE_DIR)
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text())


def _functions(module: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}


def _takes_an_actor(function: ast.FunctionDef) -> bool:
    return any(argument.arg == "by" for argument in function.args.kwonlyargs)


def _tells(name: str, functions: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    """Return whether the function, or one of its module that it calls, writes an audit event."""
    seen.add(name)
    called = {ast.unparse(n.func) for n in ast.walk(functions[name]) if isinstance(n, ast.Call)}
    inner = called & functions.keys() - seen
    return bool(WRITES & called) or any(_tells(item, functions, seen) for item in inner)


def test_every_service_with_an_actor_tells_the_audit() -> None:
    untold, told = set(), set()
    for path, module in _modules():
        if "/services" not in path:
            continue
        functions = _functions(module)
        for name, function in functions.items():
            if _takes_an_actor(function) and not name.startswith("_"):
                found = told if _tells(name, functions, set()) else untold
                found.add(f"{path}:{name}")
    assert untold == UNTOLD
    assert len(told) >= 14


def test_every_verb_that_is_written_has_words() -> None:
    written = {
        keyword.value.value
        for _path, module in _modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in WRITES
        for keyword in node.keywords
        if keyword.arg == "verb" and isinstance(keyword.value, ast.Constant)
    }
    assert written <= {verb for verb, _kind in VERBS}
    assert len(written) >= 12
