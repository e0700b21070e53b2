"""`manage.py doctor`: each part fine, each part broken, in a sentence that says what to do."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from moto import mock_aws
from moto.sesv2.models import sesv2_backends

from companies import integrity
from companies.models import JobRun
from integrations import aws, parameters
from integrations.errors import Misconfigured, Unavailable
from portal import doctor, jobs
from portal.doctor import Wrong
from tests import oidc_stand_in, slack_stand_in
from tests.repository import ROOT
from tests.slack_world import set_up

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "free")


@pytest.fixture(autouse=True)
def stand(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "photos"},
        },
    }
    settings.MUSTER_FACE_ENGINE = "none"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    aws.forget_clients()
    parameters.forget()
    with mock_aws():
        yield boto3.client
    aws.forget_clients()
    parameters.forget()


def _wrong(name: str) -> str:
    with pytest.raises(Wrong) as caught:
        doctor.CHECKS[name]()
    return str(caught.value)


# --- the command ----------------------------------------------------------------------------------
def _doctor(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_all_is_fine_right_after_the_set_up(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    code, said = _doctor()
    lines = said.splitlines()
    assert (code, len(lines)) == (0, len(doctor.CHECKS))
    assert [line.partition(":")[0].strip() for line in lines] == list(doctor.CHECKS)
    assert "  Journal: none; punches are written to the database at once." in lines
    assert "  Mail: written to files; set EMAIL_URL as soon as people should get it." in lines


def test_one_that_is_wrong_ends_with_1_and_stops_no_other(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise RuntimeError("password=hunter2")

    monkeypatch.setitem(doctor.CHECKS, "Triggers", broken)
    code, said = _doctor("--json")
    found = {item["name"]: item for item in json.loads(said)}
    assert (code, list(found)) == (1, list(doctor.CHECKS))
    assert {name for name, item in found.items() if not item["is_fine"]} == {"Triggers"}
    assert found["Triggers"]["sentence"] == (
        "Triggers: does not answer (RuntimeError); the log says why."
    )
    assert "hunter2" not in said


# --- the records ----------------------------------------------------------------------------------
def test_database_that_is_migrated() -> None:
    assert doctor.database().endswith(" ms and is migrated.")


def test_database_with_a_migration_to_come() -> None:
    MigrationRecorder(connection).record_unapplied("attendance", "0001_start")
    assert _wrong("Database") == "1 migrations were not applied: run `manage.py migrate`."


def test_database_without_its_cache_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cache RENAME TO cache_away")
    assert _wrong("Database") == ("the cache table is missing: run `manage.py createcachetable`.")


def test_triggers_in_place_and_missing() -> None:
    count = len(integrity.expected(connection.vendor))
    assert doctor.triggers() == f"all {count} are in place."
    first = integrity.expected(connection.vendor)[0]
    with connection.cursor() as cursor:
        on = f" ON {first.table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {first.name}{on}")
    assert _wrong("Triggers") == ("1 are missing: run `manage.py migrate`, which installs them.")


def test_a_database_that_was_never_migrated_is_told_at_each_part(tmp_path: Path) -> None:
    """As an operator asks first of all: nothing is called in place that is not there."""
    done = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "MUSTER_VAR": str(tmp_path / "new")},
    )  # fmt: skip
    found = {item["name"]: item["sentence"] for item in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["Triggers"] == "Triggers: there are no tables yet: run `manage.py migrate`."
    assert found["Jobs"] == "Jobs: there are no tables yet: run `manage.py migrate`."
    assert done.stderr == ""


def test_files_come_back_and_are_gone(tmp_path: Path) -> None:
    assert doctor.files().startswith("the folder takes, gives and deletes a file in ")
    assert list((tmp_path / "photos" / "doctor").iterdir()) == []


def test_a_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("a file where the folder should be")
    finding = doctor._finding("Files", doctor.files)
    assert (finding.is_fine, finding.sentence.startswith("Files: does not answer (")) == (
        False,
        True,
    )


# --- services -------------------------------------------------------------------------------------
def test_faces_off_lacking_and_there(settings: Any) -> None:
    assert doctor.face_service() == "switched off; check-ins count as “face not checked”."
    settings.MUSTER_FACE_ENGINE = "guesswork"
    assert _wrong("Faces") == (
        "there is no engine (face_engine_unknown); `manage.py check` says more."
    )
    settings.MUSTER_FACE_ENGINE = "dlib"
    assert doctor.face_service() == "dlib is installed."


def test_mail_server_that_answers_and_one_that_does_not(settings: Any) -> None:
    assert doctor.mail() == "the mail server answers."
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    finding = doctor._finding("Mail", doctor.mail)
    assert finding.sentence == "Mail: does not answer (ConnectionRefusedError); the log says why."


def test_ses_knows_the_identity_or_not(cloud: Any, settings: Any) -> None:
    settings.MUSTER_MAIL = "ses"
    settings.DEFAULT_FROM_EMAIL = "Muster <muster@kettle.example>"
    assert _wrong("Mail") == (
        "SES knows no such identity: verify kettle.example there, or set MUSTER_MAIL_FROM."
    )
    cloud("sesv2").create_email_identity(EmailIdentity="kettle.example")
    assert _wrong("Mail") == (
        "SES has not verified it yet: verify kettle.example there, or set MUSTER_MAIL_FROM."
    )
    # moto has no way to verify one by its API.
    identities = sesv2_backends["123456789012"]["eu-central-1"].core_backend.email_identities
    identities["kettle.example"].verified_for_sending_status = True
    assert doctor.mail() == "SES sends from kettle.example."


def test_journal_that_answers_and_one_that_is_not_there(cloud: Any, settings: Any) -> None:
    settings.MUSTER_JOURNAL_TABLE = "muster-test-journal"
    finding = doctor._finding("Journal", doctor.journal)
    assert (finding.is_fine, finding.sentence) == (
        False,
        "Journal: does not answer as it should: ResourceNotFoundException.",
    )
    keys = [("who", "HASH"), ("what", "RANGE")]
    cloud("dynamodb").create_table(
        TableName="muster-test-journal",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n, _kind in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    assert doctor.journal().startswith("table muster-test-journal answers in ")


def test_user_pool_none_there_away_and_another(settings: Any) -> None:
    assert doctor.pool() == "none; people sign in with passwords."
    settings.MUSTER_COGNITO_CLIENT_ID = settings.MUSTER_COGNITO_DOMAIN = "x"
    with oidc_stand_in.standing() as standing:
        settings.MUSTER_COGNITO_ISSUER = standing.issuer
        assert doctor.pool().startswith(f"{standing.issuer} answers in ")
        settings.MUSTER_COGNITO_ISSUER = standing.url
        with pytest.raises(Misconfigured, match="pool_other"):
            doctor.pool()
        standing.is_down = True
        with pytest.raises(Unavailable, match="pool_away"):
            doctor.pool()


def test_slack_none_half_there_and_away(settings: Any) -> None:
    assert doctor.slack() == "not set up; docs/slack.md says how."
    with slack_stand_in.standing() as town:
        set_up(settings, town)
        assert doctor.slack().startswith(f"{town.url}/api/ answers in ")
    with pytest.raises(Unavailable, match="slack_away"):
        doctor.slack()
    settings.MUSTER_SLACK_SIGNING_SECRET = ""
    with pytest.raises(Wrong, match="is missing: set all three"):
        doctor.slack()


# --- the clock ------------------------------------------------------------------------------------
@pytest.mark.parametrize(("seconds", "is_fine"), [(0, True), (29, True), (31, False), (300, False)])
def test_a_clock_is_compared_with_that_of_aws(
    settings: Any, monkeypatch: pytest.MonkeyPatch, seconds: int, is_fine: bool
) -> None:
    settings.MUSTER_PARAMETERS = "/muster/test"
    monkeypatch.setattr(parameters, "answer_date", lambda path: "Thu, 26 Nov 2026 07:00:00 GMT")
    moment = dt.datetime(2026, 11, 26, 7, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    with time_machine.travel(moment, tick=False):
        if is_fine:
            assert doctor.clock() == "agrees with AWS's clock."
        else:
            assert _wrong("Clock") == (
                f"{seconds} s away from AWS's clock: set this machine's clock (NTP)."
            )


def test_without_another_clock_or_by_the_databases() -> None:
    said = {
        "sqlite": "there is no other clock to compare with; keep NTP running.",
        "postgresql": "agrees with the database's clock.",
    }
    assert doctor.clock() == said[connection.vendor]


# --- this installation ----------------------------------------------------------------------------
def test_secrets_there_short_and_lacking(settings: Any) -> None:
    assert doctor.secrets() == "all are there, from the environment or secrets.json."
    settings.MUSTER_FACE_KEYS = {}
    assert _wrong("Secrets") == "MUSTER_FACE_KEYS does not do (face_keys_missing)."
    settings.SECRET_KEY = "short"
    assert _wrong("Secrets") == ("SECRET_KEY is shorter than 32 characters: make a longer one.")


def test_a_secret_that_no_parameter_holds_is_named(cloud: Any, settings: Any) -> None:
    settings.SECRET_KEY = parameters.late("/muster/test", "SECRET_KEY")
    finding = doctor._finding("Secrets", doctor.secrets)
    assert finding.sentence == (
        "Secrets: does not answer as it should: parameter_missing "
        "(name=/muster/test/SECRET_KEY, hint=Create it: aws ssm put-parameter "
        "--type SecureString --name /muster/test/SECRET_KEY --value …)."
    )


def _set_up(moment: str) -> None:
    MigrationRecorder(connection).migration_qs.update(applied=dt.datetime.fromisoformat(moment))


def _ran(moment: str, *but: str) -> None:
    at = dt.datetime.fromisoformat(moment)
    for job in jobs.JOBS:
        if job.name not in but:
            JobRun.objects.create(name=job.name, started_at=at, succeeded_at=at)


@time_machine.travel("2026-11-26T12:00:00Z", tick=False)
def test_jobs_that_ran_in_time() -> None:
    _set_up("2026-01-01T00:00:00Z")
    _ran("2026-11-26T09:00:00Z")
    assert doctor.last_jobs() == f"each of {len(jobs.JOBS)} has done its work."


@time_machine.travel("2026-11-26T12:00:00Z", tick=False)
def test_jobs_that_are_late_never_ran_or_failed() -> None:
    _set_up("2026-01-01T00:00:00Z")
    _ran("2026-11-26T09:00:00Z", "outbox", "settle_open", "retention")
    at = dt.datetime(2026, 11, 26, 8, 59, tzinfo=dt.UTC)
    JobRun.objects.create(name="outbox", started_at=at, succeeded_at=at)
    JobRun.objects.create(
        name="settle_open", started_at=at, failed_at=at, last_error="OSError; the log says why"
    )
    assert _wrong("Jobs") == (
        "outbox last succeeded on 2026-11-26 at 08:59 UTC; "
        "settle_open failed on 2026-11-26 at 08:59 UTC (OSError; the log says why); "
        "retention has never succeeded; the log says why, or the scheduler does not run."
    )


@time_machine.travel("2026-11-26T12:00:00Z", tick=False)
def test_a_day_after_the_set_up_a_daily_job_may_not_have_run_yet() -> None:
    _set_up("2026-11-25T12:00:00Z")
    _ran("2026-11-26T11:00:00Z", "retention", "backup")
    assert doctor.last_jobs() == (
        "none is late; these have not run yet since the set-up: retention, backup."
    )


def test_room_on_the_disk(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: Usage(5 * 1024**3))
    assert doctor.disk() == f"5 GB are free in {tmp_path}."
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: Usage(12 * 1024**2))
    assert _wrong("Disk") == f"12 MB are free in {tmp_path}: make room."
    settings.VAR_DIR = tmp_path / "nowhere"
    assert doctor.disk() == "nothing is kept on this machine."
