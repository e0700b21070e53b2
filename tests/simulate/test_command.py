"""`manage.py simulate`: what comes out, where, with which code; and that no database is asked."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tests.repository import ROOT, texts
from tests.simulate.base import bent

GRACE = ROOT / "tests/simulate/scenarios/grace.yaml"


def run(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("simulate", *args, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_scenario_is_answered() -> None:
    code, out, err = run(str(GRACE))
    assert (code, err) == (0, "")
    (answer,) = json.loads(out)["answers"]
    (day, _next) = answer["days"]
    assert day["first_in_at"] == "2026-03-02T09:10:59+05:45"
    assert day["punches"][0] == {
        "key": "in the last second", "at": "2026-03-02T09:10:59+05:45", "direction": "in",
        "source": "web", "reason": "in_window", "is_used": True,
    }  # fmt: skip
    assert day["steps"][-1] == {
        "code": "status",
        "values": {"status": "P", "code": "P"},
        "words": "So the day is: Present (P).",
    }


def test_the_words_are_english_whoever_asks() -> None:
    with translation.override("de"):
        assert "So the day is: Present (P)." in run(str(GRACE))[1]


def test_what_is_wrong_goes_to_the_error_output_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("schema: 1\nnow: noon\npeople: {}\nask: []\n")
    assert run(str(file)) == (
        2,
        "",
        f"{file}:2: now: not a time like 2026-03-02 09:04: noon\n{file}:4: ask: an empty list\n",
    )


def test_what_is_no_mapping_at_all_is_told_without_a_place(tmp_path: Path) -> None:
    file = tmp_path / "list.yaml"
    file.write_text("- 1\n")
    assert run(str(file)) == (2, "", f"{file}:1: not a mapping: a list\n")


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "empty.yaml"
    file.write_text("")
    assert run(str(file)) == (2, "", f"{file}:1: nothing stands in this file\n")


def test_what_is_not_built_has_a_code_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "later.json"
    file.write_text(bent("schedules", [{"person": "maya"}]))
    assert run(str(file)) == (3, "", "unsupported: schedules\n")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    missing, binary = tmp_path / "missing.yaml", tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert run(str(missing)) == (2, "", f"{missing}: No such file or directory\n")
    assert run(str(tmp_path)) == (2, "", f"{tmp_path}: Is a directory\n")
    assert run(str(binary)) == (2, "", f"{binary}: not text in UTF-8\n")


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "marked.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GRACE.read_bytes())
    assert run(str(file)) == run(str(GRACE))


def test_a_minus_is_what_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(GRACE.read_bytes())

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert run("-") == run(str(GRACE))


def test_nothing_to_read_is_told() -> None:
    with pytest.raises(CommandError, match=r"^Name a file; - is what comes in\.$") as caught:
        run()
    assert caught.value.returncode == 2


def test_the_schema_is_printed() -> None:
    assert run("--schema") == (0, texts()["docs/simulate.schema.json"], "")


def test_it_runs_where_no_database_is(tmp_path: Path) -> None:
    """A process of its own, with the address of a database that nobody serves."""
    environment: dict[str, Any] = {
        **os.environ,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "MUSTER_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    done = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "manage.py", "simulate", str(GRACE)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["schema"] == 1
