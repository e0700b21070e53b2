"""The package's parts that need no build: what goes in, which services, which interpreter."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from infrastructure.package import build, gates, interpreter, trim


def test_the_package_takes_the_product_and_nothing_beside_it() -> None:
    files = build.project_files()
    roots = {name.partition("/")[0] for name in files}

    assert roots == {
        "attendance", "companies", "docs", "integrations", "leave", "manage.py", "portal",
    }  # fmt: skip
    assert [name for name in files if name.startswith("docs/")] == ["docs/data_retention.yaml"]
    assert [name for name in files if "demo_pictures" in name] == []
    assert "portal/lambda_entry.py" in files


def test_the_fingerprint_stays_while_nothing_changes() -> None:
    assert build.fingerprint() == build.fingerprint()


def test_every_service_that_a_client_is_made_for_is_described_in_the_package() -> None:
    assert trim.clients_of('aws.client("s3")\nclient("sns", read=2.0)\nother("x")\n') == {
        "s3",
        "sns",
    }
    assert trim.services() >= {"dynamodb", "lambda", "s3", "sesv2", "sns", "sts"}


def test_a_client_whose_service_is_not_written_out_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed node"):
        trim.clients_of("client(name)")


def test_trimming_keeps_what_is_needed(tmp_path: Path) -> None:
    kept = [
        "botocore/data/s3/2006-03-01/service-2.json.gz",
        "botocore/data/endpoints.json",
        "botocore/data/partitions.json.gz",
        "boto3/data/s3/2006-03-01/resources-1.json",
        "django/conf/locale/de/formats.py",
        "django/conf/locale/en/LC_MESSAGES/django.mo",
        "django/contrib/staticfiles/apps.py",
        "django/test/client.py",
    ]
    dropped = [
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "botocore/data/dynamodb/2011-12-05/service-2.json.gz",
        "botocore/__pycache__/client.cpython-313.pyc",
        "boto3/data/ec2/2016-11-15/resources-1.json",
        "boto3/examples/cloudfront.rst",
        "django/contrib/gis/apps.py",
        "django/contrib/admin/static/admin/base.css",
        "unfold/static/unfold/styles.css",
        "unfold/locale/de/LC_MESSAGES/django.mo",
        "sqlparse/tests/test_it.py",
        "bin/zappa",
    ]
    kept.append("botocore/data/dynamodb/2012-08-10/service-2.json.gz")
    # A language goes whole; its formats are Django's own default then.
    kept.remove("django/conf/locale/de/formats.py")
    dropped.append("django/conf/locale/de/LC_MESSAGES/django.mo")
    for name in kept + dropped:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    trim.trim(tmp_path)

    left = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()}
    assert left == set(kept)


def test_the_newest_c_library_that_an_object_names_counts(tmp_path: Path) -> None:
    (tmp_path / "a.so").write_bytes(b"\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.4\0")
    (tmp_path / "b.so").write_bytes(b"\0nothing\0")

    assert gates.newest_glibc(tmp_path / "a.so") == (2, 34)
    assert gates.newest_glibc(tmp_path / "b.so") == (0, 0)


def test_another_python_than_the_targets_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_LAMBDA_PYTHON", sys.executable + "-that-is-not-there")

    with pytest.raises(interpreter.NoInterpreter, match=r"needs Python 3\.13\. Install it"):
        interpreter.find()


def test_the_python_that_the_variable_names_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 3.13\n")
    python.chmod(0o755)
    monkeypatch.setenv("MUSTER_LAMBDA_PYTHON", str(python))

    assert interpreter.find() == python


def test_a_shim_that_fails_is_passed_over_for_what_pyenv_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "root" / "versions" / "3.13.2" / "bin" / "python3.13"
    real.parent.mkdir(parents=True)
    shims = tmp_path / "shims"
    shims.mkdir()
    for file, line in (
        (real, "echo 3.13"),
        (shims / "python3.13", "exit 127"),
        (shims / "pyenv", f"echo {tmp_path / 'root'}"),
    ):
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)
    monkeypatch.setenv("PATH", str(shims))

    assert interpreter.find() == real
