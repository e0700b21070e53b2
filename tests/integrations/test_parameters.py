"""Secrets of a deployment are read when they are used, and serve wherever Django wants a text."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from moto import mock_aws

from attendance import passes
from attendance.enums import Direction
from attendance.passes import PunchPass
from integrations import aws, parameters
from integrations.errors import Misconfigured
from integrations.sealing import open_text, seal_text
from tests.attendance.world import make_world

PATH = "/muster/test"
KEY = "a-secret-key-that-stands-in-systems-manager-0123456789"
CLAIM = PunchPass(
    company="0195f0a0-0000-7000-8000-000000000001",
    employee="0195f0a0-0000-7000-8000-000000000002",
    zone="Asia/Kathmandu",
    direction=Direction.OUT,
    action_key="0195f0a0-0000-7000-8000-000000000003:out",
)


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty AWS in this process; yields how to put a parameter."""
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    aws.forget_clients()
    parameters.forget()
    with mock_aws():

        def put(name: str, value: str) -> None:
            boto3.client("ssm").put_parameter(
                Name=f"{PATH}/{name}", Value=value, Type="SecureString", Overwrite=True
            )

        yield put
    aws.forget_clients()
    parameters.forget()


def test_a_text_is_read_when_it_is_used_and_kept(cloud: Any) -> None:
    late = parameters.late(PATH, "SECRET_KEY")
    cloud("SECRET_KEY", KEY)
    assert (str(late), bool(late), len(late)) == (KEY, True, len(KEY))
    cloud("SECRET_KEY", "another one")
    assert str(late) == KEY


def test_after_a_rotation_a_process_that_starts_reads_the_new_one(cloud: Any) -> None:
    late = parameters.late(PATH, "SECRET_KEY")
    cloud("SECRET_KEY", KEY)
    assert str(late) == KEY
    cloud("SECRET_KEY", "another one")
    parameters.forget()
    assert str(late) == "another one"


def test_more_parameters_than_one_call_brings_are_all_found(cloud: Any) -> None:
    for number in range(12):
        cloud(f"P{number}", f"value {number}")
    found = [parameters.read(PATH, f"P{number}") for number in range(12)]
    assert found == [f"value {number}" for number in range(12)]


def test_a_missing_parameter_says_which_and_how_to_create_it() -> None:
    with pytest.raises(Misconfigured) as caught:
        str(parameters.late(PATH, "SECRET_KEY"))
    assert str(caught.value) == (
        "parameter_missing (name=/muster/test/SECRET_KEY, hint=Create it: aws ssm put-parameter "
        "--type SecureString --name /muster/test/SECRET_KEY --value …)"
    )


def test_one_that_is_not_needed_is_empty_where_there_is_none(cloud: Any) -> None:
    """A client of the user pool may have no secret."""
    late = parameters.late(PATH, "MUSTER_COGNITO_CLIENT_SECRET", is_needed=False)
    assert str(late) == ""
    cloud("MUSTER_COGNITO_CLIENT_SECRET", "a secret")
    parameters.forget()
    assert str(late) == "a secret"


def test_no_fallback_is_no_key_at_all(cloud: Any) -> None:
    """An empty key among the earlier ones would open what anybody signed with nothing."""
    earlier = parameters.late_list(PATH, "SECRET_KEY_FALLBACKS")
    assert (isinstance(earlier, list), [*earlier], len(earlier), bool(earlier)) == (
        True,
        [],
        0,
        False,
    )
    cloud("SECRET_KEY_FALLBACKS", "one,,two")
    parameters.forget()
    assert ([*earlier], earlier[0], earlier[1:], len(earlier)) == (
        ["one", "two"],
        "one",
        ["two"],
        2,
    )


def test_keys_that_are_no_json_are_told_without_quoting_them(cloud: Any) -> None:
    cloud("MUSTER_FACE_KEYS", "{secret")
    with pytest.raises(Misconfigured, match="secret_no_json") as caught:
        dict(parameters.late_json(PATH, "MUSTER_FACE_KEYS"))
    assert str(caught.value) == "secret_no_json (name=/muster/test/MUSTER_FACE_KEYS)"
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


def test_the_clock_of_the_answer_is_told(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"ResponseMetadata": {"HTTPHeaders": {"date": "Thu, 26 Nov 2026 07:00:00 GMT"}}}
    monkeypatch.setattr(parameters, "_page", lambda path, token: page)
    assert parameters.answer_date(PATH) == "Thu, 26 Nov 2026 07:00:00 GMT"


# --- what Django does with them -------------------------------------------------------------------
def test_passes_signed_by_a_late_key_are_read_and_by_an_earlier_one_too(
    cloud: Any, settings: Any
) -> None:
    cloud("SECRET_KEY", KEY)
    settings.SECRET_KEY = parameters.late(PATH, "SECRET_KEY")
    settings.SECRET_KEY_FALLBACKS = parameters.late_list(PATH, "SECRET_KEY_FALLBACKS")
    text = passes.issue(CLAIM)
    assert passes.read(text) == CLAIM
    settings.SECRET_KEY = KEY
    assert passes.read(text) == CLAIM
    cloud("SECRET_KEY", "the key after the rotation 0123456789-0123456789-0123456789")
    cloud("SECRET_KEY_FALLBACKS", KEY)
    parameters.forget()
    settings.SECRET_KEY = parameters.late(PATH, "SECRET_KEY")
    assert passes.read(text) == CLAIM


@pytest.mark.django_db
def test_somebody_signs_in_with_a_late_key_and_stays_so(
    cloud: Any, settings: Any, client: Client
) -> None:
    cloud("SECRET_KEY", KEY)
    settings.SECRET_KEY = parameters.late(PATH, "SECRET_KEY")
    make_world()
    typed = {"login": "maya@kettle.example", "password": "correct horse battery"}
    assert client.post("/sign-in/", typed).status_code == 302
    assert client.get("/me/").status_code == 200


def test_late_face_keys_seal_and_open(cloud: Any, settings: Any) -> None:
    cloud("MUSTER_FACE_KEYS", json.dumps({"aws-1": base64.b64encode(b"k" * 32).decode()}))
    settings.MUSTER_FACE_KEYS = parameters.late_json(PATH, "MUSTER_FACE_KEYS")
    sealed = seal_text("a second step", purpose="test")
    assert sealed.partition(":")[0] == "aws-1"
    assert open_text(sealed, purpose="test") == "a second step"


def test_the_database_connects_with_a_late_password(cloud: Any) -> None:
    import boto3
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    boto3.client("secretsmanager").create_secret(
        Name="muster-test-database", SecretString='{"username": "muster", "password": "p\'w d"}'
    )
    late = parameters.database_password("muster-test-database")
    wrapper = DatabaseWrapper(
        {"NAME": "muster", "USER": "muster", "HOST": "db.example", "PORT": 5432, "OPTIONS": {},
         "PASSWORD": late, "CONN_MAX_AGE": None, "TIME_ZONE": None}
    )  # fmt: skip
    params = wrapper.get_connection_params()
    asked = {name: params[name] for name in ("dbname", "user", "host", "password")}
    assert conninfo_to_dict(make_conninfo(**asked))["password"] == "p'w d"


@pytest.mark.parametrize("text", ['{"username": "muster"}', "[]"])
def test_a_secret_without_a_password_is_told(cloud: Any, text: str) -> None:
    import boto3

    boto3.client("secretsmanager").create_secret(Name="muster-test-database", SecretString=text)
    with pytest.raises(Misconfigured, match="secret_without_password"):
        str(parameters.database_password("muster-test-database"))


# --- nothing secret, random or connected at import ------------------------------------------------
_START = """
import pathlib, sys
import django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
WSGIHandler()
from django.conf import settings
assert isinstance(settings.SECRET_KEY_FALLBACKS, list)
print(sorted({"boto3", "botocore"} & set(sys.modules)), settings.VAR_DIR.exists())
"""


def test_a_start_reads_no_secret_and_makes_none(tmp_path: Path) -> None:
    """With nothing listening where AWS should be, Django starts, and no file of secrets is made."""
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-W", "ignore:No directory", "-c", _START],
        capture_output=True,
        text=True,
        env={
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "MUSTER_VAR": str(tmp_path / "var"),
            "MUSTER_PARAMETERS": PATH,
            "MUSTER_DATABASE_SECRET": "muster-test-database",
            "DATABASE_URL": "postgres://muster@127.0.0.1:9/muster",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        },
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "[] False\n")
