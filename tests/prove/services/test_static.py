"""Static files of a release: in the bucket for ever under hashed names, which pages know."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integrations.s3_static import FOR_A_MINUTE, FOR_EVER
from tests.prove.conftest import REGION
from tests.repository import ROOT

BUCKET = "muster-prove-static"
PAGE = """
import sys
import django
django.setup()
from django.templatetags.static import static
from django.test import Client
answer = Client().get("/sign-in/", headers={"host": "127.0.0.1"})
assert answer.status_code == 200, answer.status_code
print(answer.text)
print("STATIC", static("muster/css/base.css"))
print("\\n".join(f"CSP {part}" for part in answer["Content-Security-Policy"].split("; ")))
assert not {"boto3", "botocore", "storages"} & set(sys.modules)
"""


def _run(command: list[str], variables: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603  # our own
        [sys.executable, *command], capture_output=True, text=True, cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings", **variables},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    return {
        "MUSTER_VAR": str(tmp_path / "var"),
        "MUSTER_STATIC_URL": "https://static.muster.example/files",
        "MUSTER_STATIC_MANIFEST": str(tmp_path / "manifest"),
    }


def test_a_release_uploads_and_a_page_names_what_it_uploaded(
    aws_environment: dict[str, str],
    boto: Callable[[str], Any],
    variables: dict[str, str],
    tmp_path: Path,
) -> None:
    s3 = boto("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    # The sites of admins bring hundreds of files that are handled no other way.
    collect = ["manage.py", "collectstatic", "--noinput", "-v", "0", "-i", "unfold", "-i", "admin"]
    _run(collect, {**variables, **aws_environment, "MUSTER_STATIC_BUCKET": BUCKET})
    names = json.loads((tmp_path / "manifest" / "staticfiles.json").read_text())["paths"]

    # In the bucket, under both names; only the hashed one for ever.
    plain, hashed = "muster/js/enrol.js", names["muster/js/enrol.js"]
    heads = {name: s3.head_object(Bucket=BUCKET, Key=f"files/{name}") for name in (plain, hashed)}
    assert {name: head["CacheControl"] for name, head in heads.items()} == {
        plain: FOR_A_MINUTE, hashed: FOR_EVER,
    }  # fmt: skip
    assert {head["ContentEncoding"] for head in heads.values()} == {"gzip"}
    assert {head["ContentType"] for head in heads.values()} == {"text/javascript"}
    # Scripts import each other by hashed names.
    body = gzip.decompress(s3.get_object(Bucket=BUCKET, Key=f"files/{hashed}")["Body"].read())
    assert f'from "./{Path(names["muster/js/camera.js"]).name}"' in body.decode()

    # A page of the function: no AWS anywhere, no file, only names.
    shown = _run(["manage.py", "migrate", "-v", "0"], variables) + _run(["-c", PAGE], variables)
    named = re.findall(r"(?:href|src)=\"https://static\.muster\.example/files/([^\"]+)", shown)
    assert len(named) > 3
    assert set(named) <= names.keys() | set(names.values())
    assert f"STATIC https://static.muster.example/files/{names['muster/css/base.css']}\n" in shown
    for part in ("script-src", "style-src", "img-src", "font-src"):
        (policy,) = [line for line in shown.splitlines() if line.startswith(f"CSP {part} ")]
        assert "https://static.muster.example" in policy.split()


def test_without_its_manifest_no_page_is_made_up(variables: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="Missing staticfiles manifest entry"):
        _run(["-c", PAGE], variables)
