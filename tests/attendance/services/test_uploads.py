"""Photos sent for the reference faces: asked for, taken once, looked at once, gone soon."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from botocore.stub import Stubber
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from attendance import tasks
from attendance.enums import EnrolmentState, UploadState
from attendance.errors import EnrolmentImpossible
from attendance.models import FaceEnrolment, FaceTemplate, FaceUpload
from attendance.services import enrolment, uploads
from attendance.services.uploads import upload_ask, upload_receive
from companies.errors import MusterError
from companies.scoping import company_scope
from integrations import aws, photos, storage
from integrations.faces.protocol import Advice
from portal.events import uploads as uploads_events
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at
from tests.integrations.aws import BUCKET, bucket

NOW = at("2026-03-02 12:00")


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def capturing(scoped: World, engine: FakeEngine) -> World:
    """Maya has agreed and begun."""
    actor = scoped.actor(scoped.maya)
    enrolment.consent_answer(by=actor, is_given=True, now=NOW)
    enrolment.enrolment_start(by=actor, now=NOW)
    return scoped


@pytest.fixture
def in_bucket(
    capturing: World, photos_folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    with bucket(settings, monkeypatch):
        yield capturing


def _ask(world: World, content_type: str = "image/jpeg", size: int = 1000) -> uploads.Asked:
    return upload_ask(
        by=world.actor(world.maya), content_type=content_type, size=size, now=NOW
    )  # fmt: skip


def _receive(world: World, upload: FaceUpload, data: bytes) -> list[Any]:
    upload_receive(upload=upload, data=data, by=world.actor(world.maya), now=NOW)
    return [upload.state, upload.advice, FaceTemplate.objects.count()]


def _put(upload: FaceUpload, data: bytes, content_type: str = "image/jpeg") -> dict[str, Any]:
    """Put a photo where its form would, and return the event that the bucket sends."""
    aws.client("s3").put_object(
        Bucket=BUCKET, Key=upload.storage_key, Body=data, ContentType=content_type
    )
    return _event(upload.storage_key)


def _event(key: str) -> dict[str, Any]:
    record = {"eventSource": "aws:s3", "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}}
    return {"Records": [record]}


def _standing(upload: FaceUpload) -> list[Any]:
    upload.refresh_from_db()
    left = default_storage.exists(upload.storage_key)
    return [upload.state, upload.advice, FaceTemplate.objects.count(), left]


# --- asking -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content_type", "size", "code"),
    [
        ("image/heic", 1000, "upload_not_readable"),
        ("image/heif", 1000, "upload_not_readable"),
        ("application/pdf", 1000, "upload_not_a_photo"),
        ("", 1000, "upload_not_a_photo"),
        ("image/jpeg", 0, "upload_not_a_photo"),
        ("image/jpeg", 15 * 1024**2 + 1, "upload_too_large"),
    ],
)
def test_what_cannot_be_a_photo_is_refused_before_it_is_sent(
    capturing: World, content_type: str, size: int, code: str
) -> None:
    with pytest.raises(MusterError) as refused:
        _ask(capturing, content_type, size)
    assert refused.value.code == code
    assert not FaceUpload.objects.exists()


def test_a_photo_of_fifteen_megabytes_may_be_sent(capturing: World) -> None:
    assert _ask(capturing, "image/png", 15 * 1024**2).form is None


def test_without_an_open_capture_no_photo_is_taken(scoped: World) -> None:
    with pytest.raises(MusterError) as refused:
        _ask(scoped)
    assert refused.value.code == "enrolment_missing"


def test_who_works_nowhere_sends_none(scoped: World) -> None:
    nobody = scoped.actor(scoped.maya).__class__(kind="person", company=scoped.company)  # type: ignore[arg-type]
    with pytest.raises(MusterError) as refused:
        upload_ask(by=nobody, content_type="image/jpeg", size=1, now=NOW)
    assert refused.value.code == "not_allowed"


def test_photos_an_hour_are_limited(capturing: World) -> None:
    for _n in range(uploads.UPLOADS_AN_HOUR):
        _ask(capturing)
    with pytest.raises(MusterError) as refused:
        _ask(capturing)
    assert refused.value.code == "too_many"


def test_a_bucket_that_signs_nothing_makes_an_enrolment_impossible(
    in_bucket: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: Any, **_more: Any) -> None:
        raise OSError("no keys")

    monkeypatch.setattr(storage, "signed_form", refuse)
    with pytest.raises(EnrolmentImpossible):
        _ask(in_bucket)


# --- to Muster itself -------------------------------------------------------------------------
def test_three_photos_are_an_enrolment(capturing: World) -> None:
    for count in (1, 2, 3):
        assert _receive(capturing, _ask(capturing).upload, jpeg()) == ["kept", "ok", count]
    enrolment.enrolment_finish(by=capturing.actor(capturing.maya), now=NOW)
    enrolled = FaceEnrolment.objects.get(state=EnrolmentState.ACTIVE)
    with default_storage.open(enrolled.reference_key) as file:
        assert Image.open(io.BytesIO(file.read())).size == (640, 480)


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"", "picture_empty"),
        (b"%PDF-1.7", "picture_not_image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "picture_heic"),
        (jpeg()[:200], "picture_damaged"),
        (b"\xff\xd8\xff" + bytes(15 * 1024**2), "picture_too_large"),
    ],
)
def test_a_photo_that_cannot_be_read_says_why(capturing: World, data: bytes, advice: str) -> None:
    assert _receive(capturing, _ask(capturing).upload, data) == ["refused", advice, 0]


def test_a_photo_that_shows_no_face_well_says_what_to_do(
    capturing: World, engine: FakeEngine
) -> None:
    engine.advice = Advice.MOVE_CLOSER
    assert _receive(capturing, _ask(capturing).upload, jpeg()) == ["refused", "move_closer", 0]


def test_a_photo_of_another_person_is_not_kept(capturing: World, engine: FakeEngine) -> None:
    _receive(capturing, _ask(capturing).upload, jpeg())
    engine.is_same_person = False
    assert _receive(capturing, _ask(capturing).upload, jpeg()) == ["refused", "another_person", 1]


def test_a_fourth_photo_is_not_needed(capturing: World) -> None:
    for _n in range(3):
        _receive(capturing, _ask(capturing).upload, jpeg())
    upload = _ask(capturing).upload
    assert _receive(capturing, upload, jpeg()) == ["refused", "ok", 3]
    assert uploads.kept_so_far(upload).is_done


@pytest.mark.parametrize("what", ["twice", "too late", "to a bucket"])
def test_a_photo_is_taken_once_in_time_and_where_it_belongs(
    capturing: World, clock: Any, what: str
) -> None:
    upload, now = _ask(capturing).upload, NOW
    if what == "twice":
        _receive(capturing, upload, jpeg())
    elif what == "too late":
        now = upload.expires_at
    else:
        upload.storage_key = "uploads/x"
    with pytest.raises(MusterError) as refused:
        upload_receive(upload=upload, data=jpeg(), by=capturing.actor(capturing.maya), now=now)
    assert refused.value.code == "upload_not_here"


def test_nobody_sends_the_photo_of_another(capturing: World) -> None:
    upload = _ask(capturing).upload
    with pytest.raises(MusterError) as refused:
        upload_receive(upload=upload, data=jpeg(), by=capturing.actor(capturing.bikram), now=NOW)
    assert refused.value.code == "not_allowed"


def test_a_photo_of_an_earlier_attempt_adds_nothing_to_the_present_one(capturing: World) -> None:
    upload = _ask(capturing).upload
    enrolment.enrolment_start(by=capturing.actor(capturing.maya), now=NOW)
    assert _receive(capturing, upload, jpeg()) == ["refused", "upload_too_late", 0]
    upload = _ask(capturing).upload
    enrolment.consent_answer(by=capturing.actor(capturing.bikram), is_given=True, now=NOW)
    FaceEnrolment.objects.filter(state=EnrolmentState.CAPTURING).update(state=EnrolmentState.ENDED)
    assert _receive(capturing, upload, jpeg()) == ["refused", "upload_too_late", 0]


def test_an_engine_that_is_away_leaves_the_photo_to_be_sent_again(
    capturing: World, engine: FakeEngine
) -> None:
    engine.failures = 1
    upload = _ask(capturing).upload
    with pytest.raises(EnrolmentImpossible):
        _receive(capturing, upload, jpeg())
    assert _receive(capturing, upload, jpeg()) == ["kept", "ok", 1]


# --- to the bucket ----------------------------------------------------------------------------
def test_the_form_takes_what_was_asked_for_and_nothing_else(in_bucket: World) -> None:
    asked = _ask(in_bucket, "image/png")
    assert asked.form is not None
    key = asked.form.fields["key"]
    assert key == asked.upload.storage_key
    assert key.startswith(f"uploads/{in_bucket.company.public_id}/")
    assert asked.form.fields["Content-Type"] == "image/png"
    assert "maya" not in json.dumps(asked.form.fields).lower()


def test_a_photo_in_the_bucket_is_looked_at_once_and_deleted(
    in_bucket: World, engine: FakeEngine
) -> None:
    upload = _ask(in_bucket).upload
    event = _put(upload, jpeg())
    assert uploads_events.handle(event, None) == 1
    assert _standing(upload) == ["kept", "ok", 1, False]
    # The same news again, and again with the file put back: nothing more is looked at.
    assert uploads_events.handle(event, None) == 1
    _put(upload, jpeg())
    assert uploads_events.handle(event, None) == 1
    assert _standing(upload) == ["kept", "ok", 1, False]
    assert engine.reads == 1


def test_news_that_comes_twice_at_the_same_time_keeps_one(
    in_bucket: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = _ask(in_bucket).upload
    event = _put(upload, jpeg())
    real = photos.from_original

    def twin(data: bytes) -> bytes:
        monkeypatch.setattr(photos, "from_original", real)
        uploads_events.handle(event, None)
        return real(data)

    monkeypatch.setattr(photos, "from_original", twin)
    assert uploads_events.handle(event, None) == 1
    assert _standing(upload) == ["kept", "ok", 1, False]


@pytest.mark.parametrize(
    ("data", "content_type", "advice"),
    [
        (jpeg(), "text/html", "picture_not_image"),
        (bytes(15 * 1024**2 + 1), "image/jpeg", "picture_too_large"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/jpeg", "picture_heic"),
    ],
)
def test_type_and_length_are_looked_at_again_in_the_bucket(
    in_bucket: World, data: bytes, content_type: str, advice: str
) -> None:
    upload = _ask(in_bucket).upload
    assert uploads_events.handle(_put(upload, data, content_type), None) == 0
    assert _standing(upload) == ["refused", advice, 0, False]


def test_news_of_a_file_that_is_gone_changes_nothing(in_bucket: World) -> None:
    upload = _ask(in_bucket).upload
    assert uploads_events.handle(_event(upload.storage_key), None) == 0
    assert _standing(upload) == ["waiting", "", 0, False]


def test_a_file_that_nobody_asked_for_is_deleted_unseen(
    in_bucket: World, engine: FakeEngine
) -> None:
    key = "uploads/a company/a file"
    aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=jpeg())
    assert uploads_events.handle(_event("uploads/a+company/a%20file"), None) == 0
    assert (default_storage.exists(key), engine.reads) == (False, 0)


def test_what_muster_puts_into_the_bucket_itself_is_left_alone(in_bucket: World) -> None:
    aws.client("s3").put_object(Bucket=BUCKET, Key="raw/2026-03-02/a", Body=b"a")
    assert uploads_events.handle(_event("raw/2026-03-02/a"), None) == 0
    assert default_storage.exists("raw/2026-03-02/a")


def test_while_the_engine_or_the_bucket_is_away_the_news_comes_again(
    in_bucket: World, engine: FakeEngine
) -> None:
    upload = _ask(in_bucket).upload
    event = _put(upload, jpeg())
    engine.failures = 1
    with pytest.raises(EnrolmentImpossible):
        uploads_events.handle(event, None)
    with Stubber(default_storage.client) as stubber:
        stubber.add_client_error("head_object", "SlowDown", http_status_code=503)
        with pytest.raises(OSError, match="SlowDown"):
            uploads_events.handle(event, None)
    assert _standing(upload) == ["waiting", "", 0, True]
    assert uploads_events.handle(event, None) == 1


def test_withdrawing_consent_takes_what_was_sent_and_what_still_comes(
    in_bucket: World, engine: FakeEngine, django_capture_on_commit_callbacks: Any
) -> None:
    sent, coming = _ask(in_bucket).upload, _ask(in_bucket).upload
    _put(sent, jpeg())
    with django_capture_on_commit_callbacks(execute=True):
        enrolment.consent_answer(by=in_bucket.actor(in_bucket.maya), is_given=False, now=NOW)
    assert not default_storage.exists(sent.storage_key)
    assert uploads_events.handle(_put(coming, jpeg()), None) == 0
    assert (default_storage.exists(coming.storage_key), engine.reads) == (False, 0)
    assert not FaceUpload.objects.exists()


# --- what is left lying -----------------------------------------------------------------------
def test_photos_and_rows_go_an_hour_after_their_time(in_bucket: World, clock: Any) -> None:
    upload = _ask(in_bucket).upload
    _put(upload, jpeg())
    clock.move_to(upload.expires_at + dt.timedelta(minutes=59))
    assert tasks.photo_retention() == 0
    clock.move_to(upload.expires_at + dt.timedelta(minutes=60))
    with Stubber(default_storage.client) as stubber:
        stubber.add_client_error("delete_object", "SlowDown", http_status_code=503)
        assert uploads.uploads_expire(company=in_bucket.company, now=dt.datetime.now(dt.UTC)) == 0
    assert tasks.photo_retention() == 1
    assert (FaceUpload.objects.count(), default_storage.exists(upload.storage_key)) == (0, False)


# --- the pages --------------------------------------------------------------------------------
def _client(world: World) -> Client:
    client = Client()
    client.force_login(world.maya.user)
    return client


def _asked(client: Client, **fields: Any) -> Any:
    return client.post("/face/uploads", {"content_type": "image/jpeg", "size": "1000", **fields})


def test_a_page_asks_sends_and_reads_how_it_went(capturing: World) -> None:
    client = _client(capturing)
    answer = _asked(client)
    place = answer.json()
    upload = FaceUpload.objects.get()
    own = f"/face/uploads/{upload.public_id}"
    assert (answer.status_code, place) == (201, {"status_url": own, "url": own, "fields": None})
    waiting = client.get(own).json()
    assert (waiting["waiting"], waiting["text"]) == (True, "Looking at the photo …")
    sent = client.post(own, jpeg(), content_type="image/jpeg").json()
    assert sent == {
        "waiting": False, "ok": True, "advice": "ok", "kept": 1, "needed": 3, "done": False,
        "text": "Good. One more, from a little to the side.",
    }  # fmt: skip
    assert client.get(own).json() == sent
    again = client.post(own, jpeg(), content_type="image/jpeg")
    assert (again.status_code, again.json()["code"]) == (409, "upload_not_here")


def test_a_page_leads_to_the_bucket_where_there_is_one(in_bucket: World) -> None:
    client = _client(in_bucket)
    place = _asked(client).json()
    upload = FaceUpload.objects.get()
    assert place["fields"]["key"] == upload.storage_key
    assert place["url"].startswith(f"https://{BUCKET}.s3.")
    body = client.post(place["status_url"], jpeg(), content_type="image/jpeg")
    assert (body.status_code, body.json()["code"]) == (409, "upload_not_here")
    uploads_events.handle(_put(upload, jpeg()), None)
    assert client.get(place["status_url"]).json()["ok"] is True


def test_a_photo_that_never_came_is_said_so(capturing: World, clock: Any) -> None:
    client = _client(capturing)
    place = _asked(client).json()
    clock.shift(dt.timedelta(minutes=6))
    answer = client.get(place["status_url"]).json()
    assert (answer["advice"], answer["waiting"]) == ("over", False)
    assert answer["text"] == "The photo did not arrive. Choose it again."


def test_a_kind_that_cannot_be_read_gets_a_sentence(capturing: World) -> None:
    answer = _asked(_client(capturing), content_type="image/heic")
    assert answer.status_code == 415
    assert answer.json()["title"].startswith("Photos of this kind (HEIC) cannot be read here.")
    assert _asked(_client(capturing), size="many").json()["code"] == "upload_not_a_photo"


def test_only_this_address_takes_a_large_body_and_only_of_a_photo(capturing: World) -> None:
    client = _client(capturing)
    own = _asked(client).json()["status_url"]
    large = b"\xff\xd8\xff" + bytes(4 * 1024**2)
    assert client.post(own, large, content_type="text/plain").status_code == 413
    assert client.post("/face/frame", large, content_type="image/jpeg").status_code == 413
    assert client.post(own, bytes(15 * 1024**2 + 1), content_type="image/jpeg").status_code == 413
    answer = client.post(own, large, content_type="image/jpeg")
    assert (answer.status_code, answer.json()["advice"]) == (200, "picture_not_image")


def test_with_a_bucket_no_large_body_comes_to_muster(in_bucket: World) -> None:
    client = _client(in_bucket)
    own = _asked(client).json()["status_url"]
    assert client.post(own, bytes(4 * 1024**2), content_type="image/jpeg").status_code == 413


def test_a_photo_of_another_is_not_there(capturing: World, other_world: World) -> None:
    own = _asked(_client(capturing)).json()["status_url"]
    for person in (capturing.bikram, other_world.maya):
        client = Client()
        client.force_login(person.user)
        assert client.get(own).status_code == 404
        assert client.post(own, jpeg(), content_type="image/jpeg").status_code == 404


def test_who_works_nowhere_has_no_photos(db: None, django_user_model: Any) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user(email="n@n.example", name="Nobody"))
    assert _asked(client).status_code == 404
    address = "/face/uploads/0195e0c2-7a1e-7c55-9d0a-5b3c1d2e4f60"
    assert client.get(address).status_code == 404


def test_without_an_engine_the_page_says_so(capturing: World, engine: FakeEngine) -> None:
    own = _asked(_client(capturing)).json()["status_url"]
    engine.failures = 1
    answer = _client(capturing).post(own, jpeg(), content_type="image/jpeg")
    assert (answer.status_code, answer.json()["code"]) == (503, "enrolment_impossible")
    assert UploadState(FaceUpload.objects.get().state) == UploadState.WAITING
    with company_scope(capturing.company):
        assert FaceTemplate.objects.count() == 0
