"""Pictures in a bucket: through the same doors, recorded the same, deleted the same."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from botocore.stub import Stubber
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from attendance import tasks
from attendance.enums import FaceState
from attendance.models import FaceEnrolment, Punch, PunchFrame, PunchState
from companies.models import Look
from companies.scoping import company_scope
from integrations.faces.protocol import Outcome, Reason
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at
from tests.integrations.aws import bucket


@pytest.fixture(autouse=True)
def _bucket(photos_folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with bucket(settings, monkeypatch):
        yield


@pytest.fixture
def doubted(world: World, enrol: Any, engine: FakeEngine) -> World:
    """Maya's check-in of this noon is doubted."""
    enrol(world, world.maya)
    engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
    world.punch(world.maya, "2026-03-02 09:04", frame=jpeg())
    return world


def _keys(world: World) -> dict[str, str]:
    """Return the address of each picture with its key in the bucket."""
    with company_scope(world.company):
        frame, enrolment = PunchFrame.objects.get(), FaceEnrolment.objects.get()
    return {
        f"/photos/{frame.public_id}": frame.storage_key,
        f"/references/{enrolment.public_id}": enrolment.reference_key,
    }


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _looks(world: World) -> list[str]:
    with company_scope(world.company):
        return list(Look.objects.order_by("id").values_list("target_type", flat=True))


# --- showing ----------------------------------------------------------------------------------
def test_the_bucket_shows_a_picture_itself_once_the_look_is_recorded(doubted: World) -> None:
    client = _client(doubted.hari.user)
    with time_machine.travel(at("2026-03-02 12:00"), tick=False):
        for path, key in _keys(doubted).items():
            answer = client.get(path)
            assert (answer.status_code, urlsplit(answer["Location"]).path) == (302, f"/{key}")
            assert answer["Cache-Control"] == "private, no-store"
    assert _looks(doubted) == ["attendance.punchframe", "attendance.faceenrolment"]


def test_who_may_not_see_a_picture_is_led_nowhere(doubted: World, other_world: World) -> None:
    for user in (doubted.bikram.user, other_world.hari.user):
        client = _client(user)
        assert [client.get(path).status_code for path in _keys(doubted)] == [404, 404]
    assert _looks(doubted) == []


def test_a_picture_that_is_gone_is_no_look(doubted: World) -> None:
    for key in _keys(doubted).values():
        default_storage.delete(key)
    client = _client(doubted.hari.user)
    assert [client.get(path).status_code for path in _keys(doubted)] == [404, 404]
    assert _looks(doubted) == []


def test_a_bucket_that_is_away_shows_nothing_and_counts_no_look(doubted: World) -> None:
    client, paths = _client(doubted.hari.user), list(_keys(doubted))
    with Stubber(default_storage.client) as stubber:
        for _path in paths:
            stubber.add_client_error("head_object", "SlowDown", http_status_code=503)
        assert [client.get(path).status_code for path in paths] == [404, 404]
    assert _looks(doubted) == []


# --- a check-in -------------------------------------------------------------------------------
def test_a_punch_stands_when_the_bucket_refuses_its_picture(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    with Stubber(default_storage.client) as stubber:
        stubber.add_client_error("put_object", "AccessDenied", http_status_code=403)
        stubber.add_response("delete_object", {})
        world.punch(world.maya, "2026-03-02 09:04", frame=jpeg())
        stubber.assert_no_pending_responses()
    with company_scope(world.company):
        assert Punch.objects.get().occurred_at == at("2026-03-02 09:04")
        state, frame = PunchState.objects.get(), PunchFrame.objects.get()
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "storage_failed")
    assert (frame.storage_key, frame.problem) == ("", "storage_failed")


# --- deleting ---------------------------------------------------------------------------------
def test_pictures_that_no_row_names_are_found_in_the_bucket_too(doubted: World) -> None:
    kept = list(_keys(doubted).values())
    lost = [
        default_storage.save(f"{folder}/2026-03-02/lost", ContentFile(b"bytes"))
        for folder in ("raw", "frames", "reference")
    ]
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        assert tasks.photo_retention() == 3
        assert tasks.photo_retention() == 0
    assert [default_storage.exists(key) for key in (*kept, *lost)] == [True] * 2 + [False] * 3


def test_a_picture_goes_from_the_bucket_on_its_date(doubted: World) -> None:
    with company_scope(doubted.company):
        frame = PunchFrame.objects.get()
    with time_machine.travel(dt.datetime.combine(frame.purge_on, dt.time(), dt.UTC), tick=False):
        assert tasks.photo_retention() == 1
    assert not default_storage.exists(frame.storage_key)


# --- the browser's rules ----------------------------------------------------------------------
_POLICY = """
import json, django
django.setup()
from django.conf import settings
policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
print(json.dumps([policy["img-src"], policy["connect-src"], settings.STORAGES["default"]]))
"""


def test_pages_may_show_pictures_of_the_bucket_and_post_to_it(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-c", _POLICY],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "tests.settings",
            "MUSTER_VAR": str(tmp_path), "AWS_REGION": "eu-central-1",
            "MUSTER_PHOTO_BUCKET": "muster-dev-photos", "MUSTER_PHOTO_KMS_KEY": "alias/muster-dev",
        },
    )  # fmt: skip
    origin = "https://muster-dev-photos.s3.eu-central-1.amazonaws.com"
    options = '{"bucket_name": "muster-dev-photos", "kms_key": "alias/muster-dev"}'
    assert done.stdout == (
        f'[["\'self\'", "data:", "{origin}"], ["\'self\'", "{origin}"], '
        f'{{"BACKEND": "integrations.s3.PictureStorage", "OPTIONS": {options}}}]\n'
    )
