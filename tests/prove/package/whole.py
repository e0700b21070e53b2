"""The function with everything that it has on AWS, and a database that a test may kill.

Journal, bucket, queue, topic and mails are moto's, in a process of its own; faces are looked at by
the stand-in for Rekognition, in another; the database is a PostgreSQL of these tests' own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from infrastructure.package import build
from tests.journal import make_table
from tests.prove.gateway import DOMAIN, HOSTS
from tests.prove.local_lambda import ACCOUNT, REGION, Function, LocalLambda, process_environment
from tests.prove.package.conftest import KEYS, Stand, make_people
from tests.prove.pumps import QueuePump, StreamPump
from tests.prove.services.postgres import Postgres, make_cluster

NAME = "muster-whole"
TABLE, BUCKET, TOPIC = f"{NAME}-journal", f"{NAME}-photos", f"{NAME}-mail-events"
QUEUE = f"{NAME}-uploads"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{QUEUE}"


@dataclass
class Whole(Stand):
    """All of it, and what looks into the records and the journal."""

    postgres: Postgres

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the records, beside Muster."""
        with psycopg.connect(self.postgres.address) as connection:
            return connection.execute(statement, values).fetchall()

    def do(self, statement: str) -> None:
        """Change the records, beside Muster."""
        with psycopg.connect(self.postgres.address) as connection:
            connection.execute(statement)

    def journal(self, tap: str) -> dict[str, dict[str, Any]]:
        """Return what the journal has of a tap, by the item's name."""
        found = self.client("dynamodb").scan(TableName=TABLE, ConsistentRead=True)["Items"]
        return {
            row["what"]["S"].partition("#")[2]: json.loads(row["says"]["S"])
            for row in found
            if row["what"]["S"].startswith(f"{tap}#")
        }

    def stream(self) -> StreamPump:
        """Return a mapping of the journal's stream, from its beginning."""
        arn = self.client("dynamodb").describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
        return StreamPump(self.client("dynamodbstreams"), arn, self.function)

    def uploads(self) -> QueuePump:
        """Return a mapping of the queue to which the bucket tells of photos."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        return QueuePump(sqs, url, QUEUE_ARN, self.function)

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        """Return what lies in the bucket."""
        s3 = self.client("s3")
        found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {
            item["Key"]: s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
            for item in found
        }

    def mails(self) -> int:
        """Return how many mails SES took."""
        # moto counts who is named by the call, and who stands in the head of the mail.
        return int(self.client("ses").get_send_quota()["SentLast24Hours"]) // 2


@contextmanager
def standing(package: build.Package, python: Path, moto: str, folder: Path) -> Iterator[Whole]:
    """Let all of it stand for the block: migrated by the function, with people who enrolled."""
    postgres = make_cluster()
    try:
        with rekognition() as faces_url:
            environment = _environment(moto, faces_url, postgres, folder)
            function = Function(NAME, package.unpacked, python, environment=environment)
            api = LocalLambda(moto, (function,))
            environment["AWS_ENDPOINT_URL_LAMBDA"] = api.url
            try:
                yield _filled(function, api, environment, postgres)
            finally:
                api.stop()
    finally:
        postgres.stop()
        shutil.rmtree(postgres.folder, ignore_errors=True)


def _filled(
    function: Function, api: LocalLambda, environment: dict[str, str], postgres: Postgres
) -> Whole:
    for line in ("migrate --no-input --verbosity 0", "createcachetable"):
        done = function.invoke({"manage": line})
        assert done.error == "", (done.body, done.log)
    nobody = Stand(function, api, None, environment)  # type: ignore[arg-type]  # next line
    make_base(nobody)
    people = make_people(environment, "enrolled")
    return Whole(function, api, people, environment, postgres)


def make_base(stand: Stand) -> None:
    """Make what the base stack has: table, bucket that tells a queue, and the mail identity."""
    make_table(stand.client("dynamodb"), TABLE)
    stand.client("sqs").create_queue(QueueName=QUEUE)
    s3 = stand.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    told = {
        "QueueArn": QUEUE_ARN, "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "uploads/"}]}},
    }  # fmt: skip
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [told]}
    )
    stand.client("sesv2").create_email_identity(EmailIdentity=DOMAIN)


@contextmanager
def rekognition() -> Iterator[str]:
    """Yield the address of the stand-in for Rekognition, a process of its own."""
    with subprocess.Popen(  # noqa: S603  # constant
        [sys.executable, "-m", "tests.prove.rekognition_stand_in"],
        stdout=subprocess.PIPE, text=True, cwd=build.ROOT, env=process_environment(),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _environment(moto: str, faces_url: str, postgres: Postgres, folder: Path) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ENDPOINT_URL_REKOGNITION": faces_url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "DATABASE_URL": postgres.address,
        "SECRET_KEY": "of-the-proof-and-of-no-worth-0123456789",
        "MUSTER_FACE_KEYS": KEYS,
        "MUSTER_VAR": str(folder / "var"),
        "MUSTER_PUBLIC_URL": f"https://{DOMAIN}",
        "ALLOWED_HOSTS": ",".join(sorted(set(HOSTS.values()))),
        "MUSTER_FACE_ENGINE": "rekognition",
        "MUSTER_REKOGNITION_PREFIX": NAME,
        "MUSTER_JOURNAL_TABLE": TABLE,
        "MUSTER_PHOTO_BUCKET": BUCKET,
        "MUSTER_UPLOAD_QUEUE": QUEUE,
        "MUSTER_MAIL": "ses",
        "MUSTER_MAIL_FROM": f"Muster <muster@{DOMAIN}>",
        "MUSTER_MAIL_TOPIC": TOPIC,
        "MUSTER_TASKS": "lambda",
        "MUSTER_LOGS": "json",
        "MUSTER_METRICS": "emf",
        "POWERTOOLS_METRICS_NAMESPACE": "muster-dev",
        "POWERTOOLS_SERVICE_NAME": "muster",
        "INSTANTIATE_LAMBDA_HANDLER_ON_IMPORT": "1",
    }
