"""Pictures in a bucket: as on a disk, encrypted, by few requests, and never without an end."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from botocore.stub import Stubber
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from attendance.services import pictures
from integrations import aws, s3, storage
from integrations.errors import Unavailable
from tests.integrations.aws import BUCKET, REGION, bucket

NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with bucket(settings, monkeypatch):
        yield


@pytest.fixture
def asked(_bucket: None) -> list[str]:
    """What the storage asks of the bucket, in order."""
    names: list[str] = []
    events = default_storage.client.meta.events
    events.register("before-call.s3", lambda model, **_rest: names.append(model.name))
    return names


@pytest.fixture
def answers(_bucket: None) -> Iterator[Stubber]:
    """Let the bucket answer what a test says."""
    with Stubber(default_storage.client) as stubber:
        yield stubber


# --- as on a disk -----------------------------------------------------------------------------
def test_a_picture_is_stored_read_and_deleted_by_one_request_each(asked: list[str]) -> None:
    key = pictures.store(pictures.RAW, b"picture", NOW)
    with default_storage.open(key) as file:
        assert file.read() == b"picture"
    assert pictures.discard(key)
    assert pictures.discard(key)  # twice is once
    assert asked == ["PutObject", "GetObject", "DeleteObject", "DeleteObject"]
    assert key.startswith("raw/2026-03-02/")


def test_a_picture_lies_there_encrypted_and_with_no_access_list(asked: list[str]) -> None:
    sent: list[dict[str, Any]] = []
    default_storage.client.meta.events.register(
        "before-parameter-build.s3.PutObject", lambda params, **_rest: sent.append(dict(params))
    )
    key = pictures.store(pictures.RAW, b"picture", NOW)
    head = aws.client("s3").head_object(Bucket=BUCKET, Key=key)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/muster")
    assert "ACL" not in sent[0]


def test_a_picture_that_is_not_there_is_said_as_a_disk_says_it() -> None:
    with pytest.raises(FileNotFoundError):
        default_storage.open("raw/2026-03-02/none")
    with pytest.raises(FileNotFoundError):
        default_storage.length_and_type("raw/2026-03-02/none")
    assert not default_storage.exists("raw/2026-03-02/none")


def test_folders_are_listed_whole_however_many_pages_that_takes() -> None:
    client = aws.client("s3")
    for number in range(1005):
        client.put_object(Bucket=BUCKET, Key=f"raw/2026-03-02/{number:04}", Body=b"")
    client.put_object(Bucket=BUCKET, Key="raw/2026-03-03/one", Body=b"")
    assert default_storage.listdir("raw") == (["2026-03-02", "2026-03-03"], [])
    folders, files = default_storage.listdir("raw/2026-03-02")
    assert (folders, sorted(files)) == ([], [f"{number:04}" for number in range(1005)])
    assert default_storage.listdir("reference") == ([], [])


def test_length_and_type_are_asked_for_without_reading() -> None:
    aws.client("s3").put_object(Bucket=BUCKET, Key="uploads/a", Body=b"12345", ContentType="a/b")
    assert storage.length_and_type("uploads/a") == (5, "a/b")


# --- what goes wrong --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "status"), [("SlowDown", 503), ("AccessDenied", 403), ("NoSuchBucket", 404)]
)
def test_whatever_the_bucket_refuses_is_an_error_of_the_storage(
    answers: Stubber, code: str, status: int
) -> None:
    def refuse(call: str) -> None:
        answers.add_client_error(call, code, http_status_code=status)

    refuse("put_object")
    with pytest.raises(OSError, match=code) as stored:
        default_storage.save("raw/a", ContentFile(b"picture"))
    refuse("get_object")
    with pytest.raises(OSError, match=code) as read:
        default_storage.open("raw/a")
    assert {type(stored.value), type(read.value)} == {s3.BucketError}
    assert (stored.value.code, read.value.code) == (code, code)  # type: ignore[attr-defined]


def test_a_picture_that_the_bucket_refuses_is_missing_and_nothing_is_left(
    answers: Stubber, caplog: pytest.LogCaptureFixture
) -> None:
    answers.add_client_error("put_object", "AccessDenied", http_status_code=403)
    answers.add_response("delete_object", {})
    with pytest.raises(Unavailable) as raised:
        pictures.store(pictures.RAW, b"picture", NOW)
    assert raised.value.code == "storage_failed"
    answers.assert_no_pending_responses()
    assert "a picture could not be stored" in caplog.text


def test_a_picture_that_the_bucket_will_not_delete_is_left_for_later(answers: Stubber) -> None:
    answers.add_client_error("delete_object", "SlowDown", http_status_code=503)
    assert not pictures.discard("raw/a")


def test_a_bucket_out_of_reach_holds_nobody_up_for_long(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        port = free.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
        away = s3.PictureStorage(bucket_name=BUCKET)
        with pytest.raises(s3.BucketError) as raised:
            away.open("raw/a")
    assert raised.value.code == "EndpointConnectionError"
    config = away.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (0.5, 1.5)
    assert config.retries["total_max_attempts"] == 2


# --- what the bucket shows and takes by itself ------------------------------------------------
def test_a_link_shows_one_picture_for_a_minute_and_as_a_picture() -> None:
    key = pictures.store(pictures.RAW, b"picture", NOW)
    link = urlsplit(storage.signed_link(key) or "")
    asked = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert (link.scheme, link.hostname) == ("https", f"{BUCKET}.s3.{REGION}.amazonaws.com")
    assert link.path == f"/{key}"
    assert asked["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert asked["X-Amz-Expires"] == "60"
    assert asked["X-Amz-SignedHeaders"] == "host"
    assert asked["response-content-type"] == "image/jpeg"
    assert asked["response-content-disposition"] == "inline"
    assert asked["response-cache-control"] == "private, no-store"


def test_a_link_may_hand_out_another_kind_of_file_to_be_saved() -> None:
    key = pictures.store("leave", b"%PDF-", NOW)
    saved = 'attachment; filename="leave.pdf"'
    link = storage.signed_link(key, content_type="application/pdf", disposition=saved)
    asked = parse_qs(urlsplit(link or "").query)
    assert asked["response-content-type"] == ["application/pdf"]
    assert asked["response-content-disposition"] == [saved]


def test_there_is_no_link_to_what_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        storage.signed_link("raw/2026-03-02/none")


def test_a_form_takes_one_file_of_one_key_type_and_size_for_five_minutes() -> None:
    with time_machine.travel(NOW, tick=False):
        form = storage.signed_form("uploads/c/u", content_type="image/jpeg", most_bytes=15_000)
    assert form is not None
    assert form.url == f"https://{BUCKET}.s3.{REGION}.amazonaws.com/"
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    conditions = policy["conditions"]
    assert {"bucket": BUCKET} in conditions
    assert {"key": "uploads/c/u"} in conditions
    assert {"Content-Type": "image/jpeg"} in conditions
    assert ["content-length-range", 1, 15_000] in conditions
    assert {"x-amz-algorithm": "AWS4-HMAC-SHA256"} in conditions
    assert policy["expiration"] == "2026-03-02T06:05:00Z"
    assert form.fields["key"] == "uploads/c/u"
    assert form.fields["Content-Type"] == "image/jpeg"
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert "${filename}" not in json.dumps(form.fields)


def test_without_anything_to_sign_with_the_storage_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    away = s3.PictureStorage(bucket_name=BUCKET)
    with pytest.raises(s3.BucketError) as raised:
        away.delete("raw/a")
    assert raised.value.code == "NoCredentialsError"


def test_on_a_disk_muster_itself_shows_and_takes(settings: Any) -> None:
    settings.MUSTER_PHOTO_BUCKET = ""
    assert storage.signed_link("raw/a") is None
    assert storage.signed_form("uploads/a", content_type="image/jpeg", most_bytes=1) is None


def test_a_file_of_the_bucket_is_read_like_any_other() -> None:
    key = pictures.store(pictures.RAW, bytes(range(256)), NOW)
    with default_storage.open(key) as file:
        copied = io.BytesIO()
        while piece := file.read(100):
            copied.write(piece)
    assert copied.getvalue() == bytes(range(256))
