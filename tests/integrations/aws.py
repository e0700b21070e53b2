"""AWS of a test, in this process: nothing leaves the machine, nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from integrations import aws

REGION = "eu-central-1"
BUCKET = "muster-test-photos"


@contextmanager
def in_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer every client of this process as an empty account would."""
    from moto import mock_aws

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, REGION)
    aws.forget_clients()
    with mock_aws():
        yield
    aws.forget_clients()


@contextmanager
def bucket(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep pictures in a bucket of that account, with the product's own storage."""
    with in_process(monkeypatch):
        aws.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        in_bucket(settings)
        yield


def in_bucket(settings: object) -> None:
    """Let the default storage be the bucket."""
    settings.MUSTER_PHOTO_BUCKET = BUCKET  # type: ignore[attr-defined]
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "default": {
            "BACKEND": "integrations.s3.PictureStorage",
            "OPTIONS": {"bucket_name": BUCKET, "kms_key": "alias/muster"},
        },
    }
