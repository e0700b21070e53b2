"""The security scan of the templates, offline, against the reasoned list of what is kept."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
import yaml

from tests.infrastructure.templates import FOLDER, NAMES
from tests.repository import ROOT

CHECKOV = ROOT / ".venv-scan" / "bin" / "checkov"
KEPT = yaml.safe_load((FOLDER / "scan.yaml").read_text())


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """Return what the scan says of all templates."""
    assert CHECKOV.is_file(), "make scan-tools installs the scan into its own environment."
    files = [argument for name in NAMES for argument in ("-f", str(FOLDER / f"{name}.yaml"))]
    done = subprocess.run(  # noqa: S603  # our own
        [str(CHECKOV), *files, "--framework", "cloudformation", "--skip-download", "-o", "json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_the_scan_read_every_template(found: dict[str, Any]) -> None:
    assert found["summary"]["parsing_errors"] == 0
    assert found["summary"]["skipped"] == 0
    looked_at = {check["file_path"] for check in found["results"]["passed_checks"]}
    # It knows no rule for alarms; tests/infrastructure has its own.
    assert {_stem(path) for path in looked_at} == {*NAMES} - {"alarms"}


def test_the_scan_finds_what_is_kept_for_a_reason_and_nothing_else(found: dict[str, Any]) -> None:
    failed = {
        (check["check_id"], f"{_stem(check['file_path'])}.{check['resource'].rpartition('.')[2]}")
        for check in found["results"]["failed_checks"]
    }
    assert failed == {(kept["check"], name) for kept in KEPT for name in kept["resources"]}


def test_everything_that_is_kept_says_why() -> None:
    assert all(kept["why"].endswith(".") for kept in KEPT)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")
