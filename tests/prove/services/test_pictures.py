"""Pictures over S3's own protocol: kept, shown by a link, and sent straight to the bucket.

The server here checks no signature, expiry or condition of a form; those are read out of what is
signed (tests/integrations/test_s3.py), and what arrives is looked at again.
"""

from __future__ import annotations

import datetime as dt
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage

from attendance.enums import EnrolmentState
from attendance.models import FaceEnrolment, FaceTemplate, FaceUpload
from attendance.services import enrolment, pictures, uploads
from companies.scoping import company_scope
from integrations import faces, storage
from integrations.faces.dlib_engine import DlibEngine
from portal.events import handler_of
from tests import portraits
from tests.attendance.world import World, make_world
from tests.integrations.aws import BUCKET, in_bucket
from tests.prove.conftest import REGION

NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _bucket(boto: Callable[[str], Any], settings: Any) -> None:
    boto("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    in_bucket(settings)


@pytest.fixture
def capturing(transactional_db: None) -> Iterator[World]:
    """Maya has agreed and begun; the real engine looks."""
    world = make_world()
    with company_scope(world.company), faces.using(DlibEngine()):
        actor = world.actor(world.maya)
        enrolment.consent_answer(by=actor, is_given=True, now=NOW)
        enrolment.enrolment_start(by=actor, now=NOW)
        yield world


def _get(url: str) -> tuple[bytes, dict[str, str]]:
    with urllib.request.urlopen(url) as answer:  # noqa: S310  # the server of the tests
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


def _post(url: str, fields: dict[str, str], data: bytes) -> int:
    """Post a form as a browser does: the fields first, the file last."""
    line = "----muster"
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
        f"Content-Type: {fields['Content-Type']}\r\n\r\n"
    ).encode()
    body = b"".join([*parts, head, data, f"\r\n--{line}--\r\n".encode()])
    request = urllib.request.Request(  # noqa: S310  # the server of the tests
        url, data=body, headers={"Content-Type": f"multipart/form-data; boundary={line}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310  # the server of the tests
        return int(answer.status)


def test_a_picture_goes_round() -> None:
    key = pictures.store(pictures.RAW, b"picture", NOW)
    with default_storage.open(key) as file:
        assert file.read() == b"picture"
    assert default_storage.listdir("raw") == (["2026-03-02"], [])
    assert pictures.discard(key)
    assert not default_storage.exists(key)


def test_a_link_shows_a_picture_as_one(boto: Callable[[str], Any]) -> None:
    key = pictures.store(pictures.RAW, b"picture", NOW)
    body, headers = _get(storage.signed_link(key) or "")
    assert body == b"picture"
    assert headers["content-type"] == "image/jpeg"
    assert headers["content-disposition"] == "inline"
    assert headers["cache-control"] == "private, no-store"


def _send(world: World, portrait: str) -> FaceUpload:
    """Ask, post to the bucket, and hand the bucket's event to whoever takes it."""
    data = portraits.portrait(portrait)
    asked = uploads.upload_ask(
        by=world.actor(world.maya), content_type="image/jpeg", size=len(data), now=NOW
    )
    assert asked.form is not None
    assert _post(asked.form.url, asked.form.fields, data) == 204
    assert storage.length_and_type(asked.upload.storage_key) == (len(data), "image/jpeg")
    record = {
        "eventSource": "aws:s3",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": asked.upload.storage_key}},
    }
    event = {"Records": [record]}
    handler = handler_of(event)
    handler(event, None)
    handler(event, None)
    asked.upload.refresh_from_db()
    assert not default_storage.exists(asked.upload.storage_key)
    return asked.upload


def test_photos_sent_to_the_bucket_are_an_enrolment(capturing: World) -> None:
    said = [
        (upload.state, upload.advice)
        for upload in (
            _send(capturing, name) for name in ("obama", "biden", "obama3", "obama_partial_face")
        )
    ]
    assert said == [
        ("kept", "ok"), ("refused", "another_person"), ("kept", "ok"), ("kept", "ok"),
    ]  # fmt: skip
    assert FaceTemplate.objects.count() == 3
    enrolment.enrolment_finish(by=capturing.actor(capturing.maya), now=NOW)
    reference = FaceEnrolment.objects.get(state=EnrolmentState.ACTIVE).reference_key
    with default_storage.open(reference) as file:
        assert file.read(3) == b"\xff\xd8\xff"
